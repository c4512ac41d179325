"""`task=calibrate`: the posterior of all that is free, given what was observed to the end of a window.

Waves of runs of the engine, an emulator, history matching, chains, fresh runs, a posterior file, and checks. Nothing is
computed twice: whoever is killed gives the same command again, and several processes that are given one command share
its runs.
"""

from dataclasses import replace
from pathlib import Path

from sim.cli.commands.calibrating.confirming import confirmed
from sim.cli.commands.calibrating.work import Calibration
from sim.numerics.errors import UserError
from sim.observation.observed import LAST
from sim.runs.checks import CENTRAL
from sim.runs.extras import need
from sim.runs.settings import Settings

LIBRARIES = {"sklearn": "scikit-learn", "emcee": "emcee", "arviz": "arviz"}


def run(settings: Settings) -> Path:
    """Fit, or do a stage of it; returns the folder of its tables.

    Raises UserError where a library is missing or a scenario is asked for.
    """
    need("task=calibrate", "fit", LIBRARIES)
    if settings.freeze:
        raise UserError("freeze holds feedbacks at a baseline's path; task=calibrate lives one world, leave it out")
    if settings.coefficients:
        raise UserError("coefficients hold parameters at a value; task=calibrate fits them, leave coefficients out")
    if settings.parameters != CENTRAL:
        raise UserError("parameters draws from a fit; task=calibrate makes one, leave it out")
    work = Calibration(replace(settings, scenario="historical", until=LAST, course="held"))
    if settings.fit.stage == "confirm":
        return confirmed(work)
    from threadpoolctl import threadpool_limits  # comes with scikit-learn

    with threadpool_limits(1):  # the same bits on any number of cores, which the runs need anyway
        return work.done()

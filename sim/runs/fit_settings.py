"""What `task=calibrate` is asked: the section `fit` of the settings."""

from typing import Annotated

from sim.runs import checks
from sim.runs.sections import section

WINDOWS, STAGES = ("2020", "2021", "full"), ("all", "prior", "fit", "check", "confirm")
"""Windows of a fit by the last year whose observations it sees, and how far it goes."""


@section("fit.")
class Fit:
    """What `task=calibrate` does; the rule of decision, the sample and the seed have keys of their own.

    `stage` check makes no fit but the checks by known truths, which ask for the first wave alone; confirm asks whether
    the model still does what the fitted draws were fitted on.
    `window` is the last year whose observations are fitted, or full; `waves` of `runs` each, then `rounds` of `fresh`
    runs at draws of the posterior, of which `draws` are kept; `steps` of the chains. `truth` is the number of a
    synthetic truth to fit instead of what was observed. `truths` and `trials` are those of the checks: recovery, and
    simulation-based calibration.
    """

    stage: Annotated[str, checks.one_of(lambda: STAGES)] = "all"
    window: Annotated[str, checks.one_of(lambda: WINDOWS)] = "full"
    waves: checks.Few = 3
    runs: checks.Several = 500
    fresh: checks.Counted = 100
    rounds: checks.Counted = 4
    draws: checks.Several = 200
    steps: checks.Several = 1500
    truth: checks.MaybeNumbered = None
    truths: checks.Counted = 50
    trials: checks.Counted = 300

"""The people and the world that are measured: the history as it was, at the central values."""

from sim.model.model import EmigrationModel
from sim.numerics.months import label
from sim.runs.ensemble import Ensemble
from sim.runs.run import Job
from sim.runs.settings import People, Settings

JOB = Job("historical", 0.62, 0)
"""The run that is measured; a fixed lambda, so that figures compare over time."""


def ensemble(one_in: int, months: int, threads: int) -> Ensemble:
    """People and world of a sample for so many months, not made yet."""
    return Ensemble(Settings(people=People(one_in=one_in), until=label(months - 1), threads=threads))


def without_panel(model: EmigrationModel) -> bool:
    """Let a model compute nobody's expected flows, its lives unchanged; False if it has no such panel."""
    if "panel" not in getattr(model.conditions, "_fields", ()):
        return False
    model.conditions = model.conditions._replace(panel=0)
    return True


def warm() -> None:
    """Live one month with a few people, so that all machine code is compiled or read from its cache."""
    model = ensemble(10_000, 1, 1).model(JOB)
    model.run()
    model.close()

"""How far a task goes that sets one world beside what was observed."""

from dataclasses import replace

from sim.numerics.errors import UserError
from sim.numerics.months import month
from sim.observation.observed import LAST, within
from sim.runs.settings import Settings


def to_the_last_observation(settings: Settings) -> Settings:
    """The settings, with no month after the last observation.

    Raises UserError if the runs end before anything was observed, or feedbacks are to be held.
    """
    if settings.freeze:
        told = "freeze holds feedbacks at the path of a baseline"
        raise UserError(f"{told}; task={settings.task} lives one world, leave it out")
    if month(settings.until) > month(LAST):
        settings = replace(settings, until=LAST)
    if not within(settings.last_month + 1):
        raise UserError(f"until={settings.until} is before the first observation; choose a later one")
    return settings

"""What a run says first: which world it simulates, in words, and what it takes for granted where nothing is known."""

from datetime import date

from sim.history import naming
from sim.history.assumed import assumed
from sim.history.catalogue import load_branches, load_history, load_scenario
from sim.history.history import History
from sim.history.opposed import opposed
from sim.population.vital_events import last_published
from sim.runs.settings import Settings


def simulated(settings: Settings, compared: bool = True) -> str:
    """The world of a run in one line; below it what is taken for granted, a line each."""
    name, base = settings.scenario, settings.baseline
    granted = taken_for_granted(settings, name, base if compared else name)
    return "\n".join([world(settings, compared), *granted])


def world(settings: Settings, compared: bool = True) -> str:
    """The world of a run in one line, and what it is compared with; of a scenario its description too."""
    name, base = settings.scenario, settings.baseline
    against = ""
    if compared and name != base:
        against = f", against {'what happened' if base == naming.HISTORICAL else naming.words(base)}"
    about = "" if naming.composition(name).is_composed else f" {load_scenario(name).description}"
    return f"World: {naming.words(name)}{against}.{about}"


def taken_for_granted(settings: Settings, scenario: str, baseline: str) -> tuple[str, ...]:
    """What an answer of the settings assumes of two worlds, in sentences, and where the policies of one are opposed.

    See `sim.history.assumed` and `sim.history.opposed`.
    """
    end = settings.last_day
    ours, theirs = (load_history(name, until=end, course=settings.course) for name in (baseline, scenario))
    against = dict.fromkeys((*opposed(ours, end), *opposed(theirs, end)))
    return (*against, *assumed_of(ours, theirs, end))


def assumed_of(baseline: History, scenario: History, end: date) -> tuple[str, ...]:
    """What an answer to the day `end` assumes of two worlds, or of one given twice, in sentences."""
    return assumed(baseline, scenario, load_branches(), end, last_published())

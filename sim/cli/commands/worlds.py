"""What a run says first: which world it simulates, in words."""

from sim.history import naming
from sim.history.catalogue import load_scenario
from sim.runs.settings import Settings


def simulated(settings: Settings, compared: bool = True) -> str:
    """The world of a run in one line, and what it is compared with; of a scenario its description too."""
    name, base = settings.scenario, settings.baseline
    against = ""
    if compared and name != base:
        against = f", against {'what happened' if base == naming.HISTORICAL else naming.words(base)}"
    about = "" if naming.composition(name).is_composed else f" {load_scenario(name).description}"
    return f"World: {naming.words(name)}{against}.{about}"

"""`task=simulate`: one scenario, its replicates, as tidy tables in the folder of its point."""

from pathlib import Path

from sim.cli.commands.runs import ensemble_of, family, get, planned
from sim.cli.commands.worlds import simulated
from sim.runs.complete import Family
from sim.runs.estimate import Plan
from sim.runs.points import point
from sim.runs.progress import say
from sim.runs.settings import Settings


def run(settings: Settings) -> Path | Plan:
    """Simulate a scenario as far as nobody has; returns the folder of its point, or with `dry` the plan."""
    ensemble = ensemble_of(settings)
    lambda_, replicates = settings.lambda_, settings.replicate_count
    wanted = point(ensemble, settings.scenario, lambda_, settings.freeze)
    if settings.scenario == settings.baseline and not settings.freeze:
        families = [Family(wanted, (), replicates)]
    else:  # months that it shares with the baseline may be shared with other scenarios
        families = [family(ensemble, lambda_, [wanted], replicates, own=False)]
    if settings.dry:
        return planned(ensemble, families)
    say(simulated(settings, compared=False))
    return get(ensemble, families).path(wanted)

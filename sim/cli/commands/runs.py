"""The runs that a command asks for: which points, what lies beside their tables, how they are got."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import cache, partial
from pathlib import Path

from sim.cli.commands.worlds import assumed_of
from sim.history.history import History
from sim.history.sources import sources
from sim.model.decision.rules import rule
from sim.model.schedule import schedule_table
from sim.observation.arrivals import from_state
from sim.observation.prisons import repression_table
from sim.observation.public_money import money_table
from sim.observation.registers import register_table
from sim.observation.seen import each_seen
from sim.runs import disclosure, parquet, progress, workers
from sim.runs.complete import Family, complete
from sim.runs.ensemble import Ensemble
from sim.runs.estimate import Plan, plan
from sim.runs.points import Extras, Point, Shelf, point
from sim.runs.run import Run
from sim.runs.settings import Settings
from sim.runs.tables import OF_POINTS, OF_WORLDS
from sim.runs.tables.files import as_csv, write_parquet
from sim.runs.usual import of_slices


def ensemble_of(settings: Settings) -> Ensemble:
    """What all runs of the settings share; the people of a sweep are shared by its workers."""
    sweep = progress.sweep()
    if sweep is None:
        return Ensemble(settings)
    return Ensemble(
        settings,
        lambda seed: workers.people(sweep.shared, settings.one_in, seed, settings.thread_count, settings.last_month),
    )


def family(ensemble: Ensemble, lambda_: float, others: Sequence[Point], replicates: int, own: bool = True) -> Family:
    """Points of one world beside the settings' baseline at a lambda."""
    return Family(point(ensemble, ensemble.settings.baseline, lambda_), tuple(others), replicates, own)


def lambdas(settings: Settings, replicates: int) -> dict[float, int]:
    """Replicates at the main lambda and at each other.

    Under a rule that sets lambda itself the others would all be the same world, and are left out.
    """
    others = settings.choice.lambdas if rule(settings.decision).lam is None else ()
    beside = [lambda_ for lambda_ in others if lambda_ != settings.lambda_]
    return {settings.lambda_: replicates} | dict.fromkeys(beside, of_slices(replicates))


def get(ensemble: Ensemble, families: Sequence[Family]) -> Shelf:
    """Have every run of the families computed that nobody has, say which were reused, and return the shelf."""
    shelf, sweep = Shelf(ensemble.settings.results_dir), progress.sweep()
    work = complete(shelf, ensemble, families, extras_of(ensemble), progress.progress, sweep.shared if sweep else None)
    progress.say(str(work))
    return shelf


def planned(ensemble: Ensemble, families: Sequence[Family]) -> Plan:
    """What `get` would compute."""
    return plan(Shelf(ensemble.settings.results_dir), ensemble, families)


def extras_of(ensemble: Ensemble) -> Extras:
    """What makes the texts beside the tables of points; those of a scenario are made once for all its lambdas."""
    return partial(beside, ensemble, cache(partial(_texts, ensemble)))


def beside(
    ensemble: Ensemble, texts: Callable[[str], dict[str, str]], of: Point, runs: Iterable[Run]
) -> dict[str, str]:
    """Texts beside a point's tables: those of its scenario, and what observers of its world would see."""
    world = ensemble.world(of.scenario)
    lived = from_state(each_seen(runs, world, ensemble.start, ensemble.settings.one_in))
    seen = {
        **lived,
        "registers": register_table(each_seen(runs, world, ensemble.start, ensemble.settings.one_in)),
        "repression": repression_table(runs, world, ensemble.behaviour),
        "public_money": money_table(runs, world),
    }
    return {
        **texts(of.scenario),
        "schedule.txt": schedule_table() + "\n",
        **{f"{name}.csv": as_csv(OF_POINTS[name], table) for name, table in seen.items()},
    }


def _texts(ensemble: Ensemble, scenario: str) -> dict[str, str]:
    """What a scenario says, assumes and rests on."""
    history, end = ensemble.history(scenario), ensemble.settings.last_day
    return {
        "history.txt": history.debug(end),
        "assumed.txt": "".join(f"{line}\n" for line in assumed_of(history, history, end)),
        "sources.txt": sources(history),
    }


def write_world(folder: Path, runs: list[Run], history: History, one_in: int, end: date) -> None:
    """Write the tables, the history to the day `end` and the sources of a world's runs at all lambdas into a folder."""
    folder.mkdir(exist_ok=True)
    for name in ("stocks", "flows", "harms", "wishes"):
        write_parquet(folder, OF_WORLDS[name], parquet.of_runs(runs, name))
    groups = parquet.groups(runs, one_in)
    write_parquet(folder, OF_WORLDS["groups"], disclosure.hide_few(groups, one_in, groups["replicates"]))
    (folder / "history.txt").write_text(history.debug(end), encoding="utf-8")
    (folder / "sources.txt").write_text(sources(history), encoding="utf-8")

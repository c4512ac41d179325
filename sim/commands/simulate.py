"""`task=simulate`: one scenario, its replicates, as tidy tables in a folder."""

import json
from pathlib import Path

import pandas as pd

from sim import tables
from sim.ensemble import Ensemble, Job, Run
from sim.figures import cells
from sim.history.history import History
from sim.observation.prisons import repression_table
from sim.observation.public_money import money_table
from sim.observation.registers import register_table
from sim.schedule import schedule_table
from sim.settings import Settings, fingerprint, resolved_yaml
from sim.store import manifest, write_folder, write_parquet


def run(settings: Settings) -> Path:
    """Simulate a scenario and write its results; returns the folder."""
    ensemble = Ensemble(settings)
    jobs = [Job(settings.scenario, settings.choice.lam, i) for i in range(settings.replicate_count)]
    runs = ensemble.run_all(jobs)
    folder = Path(settings.results_dir) / "simulate" / f"{settings.scenario}-{fingerprint(settings)[:8]}"
    with write_folder(folder) as partial:
        write_world(partial, runs, ensemble.history(settings.scenario), settings.people.one_in)
        write_parquet(
            partial / "public_money.parquet", tables.arrow(money_table(runs, ensemble.world(settings.scenario)))
        )
        write_observed(partial, runs, ensemble)
        (partial / "config.yaml").write_text(resolved_yaml(settings), encoding="utf-8")
        (partial / "schedule.txt").write_text(schedule_table() + "\n", encoding="utf-8")
        extra = {"people": len(ensemble.population.people.key), "description": settings.scenario}
        (partial / "manifest.json").write_text(json.dumps(manifest(settings, extra), indent=1), encoding="utf-8")
    return folder


def write_world(folder: Path, runs: list[Run], history: History, one_in: int) -> None:
    """Write the tables, the history and the sources of one world's runs into a folder."""
    folder.mkdir(exist_ok=True)
    write_parquet(folder / "stocks.parquet", tables.arrow(tables.stocks(runs)))
    write_parquet(folder / "flows.parquet", tables.arrow(tables.flows(runs)))
    write_parquet(folder / "harms.parquet", tables.arrow(tables.harms(runs)))
    write_parquet(folder / "wishes.parquet", tables.arrow(tables.wishes(runs)))
    parts = [cells.hide_few(part, one_in, int(n)) for n, part in tables.groups(runs, one_in).groupby("replicates")]
    write_parquet(folder / "groups.parquet", tables.arrow(pd.concat(parts).sort_index()))
    (folder / "history.txt").write_text(history.debug(), encoding="utf-8")
    (folder / "sources.txt").write_text(sources(history), encoding="utf-8")


def write_observed(folder: Path, runs: list[Run], ensemble: Ensemble) -> None:
    """Write the runs of one scenario beside observed registers and repression (`registers.csv`, `repression.csv`)."""
    world = ensemble.world(runs[0].job.scenario)
    found = {
        "registers": register_table(runs, world),
        "repression": repression_table(runs, world, ensemble.behaviour),
    }
    for name, table in found.items():
        table.to_csv(folder / f"{name}.csv", index=False, float_format="%.6g", lineterminator="\n")


def sources(history: History) -> str:
    """Every source a history rests on, one a line, in alphabetical order."""
    found = {value.source for parameter in history.parameters.values() for value in parameter.values}
    found |= {event.source for policy in history.policies for event in policy.events}
    return "".join(f"{source}\n" for source in sorted(found))

"""`task=twin`: the expected-value twin against the engine, departures by destination and year."""

import time
from pathlib import Path

import pandas as pd

from sim import constants
from sim.analysis.twin_gap import by_year
from sim.decision import DEFAULT
from sim.ensemble import Ensemble, Job
from sim.errors import UserError
from sim.meanfield.rows import sample_rows
from sim.meanfield.twin import Twin
from sim.settings import Settings, fingerprint, resolved_yaml
from sim.store import write_folder

ROWS = 500
"""Weighted rows of the twin."""


def run(settings: Settings) -> Path:
    """Run the scenario by the engine and by the twin, print and write the gap; returns the folder.

    Raises UserError for a rule of decision that the twin does not know.
    """
    if settings.decision != DEFAULT:
        raise UserError(f"decision={settings.decision} has no twin; task=twin knows {DEFAULT} only")
    ensemble, lam = Ensemble(settings), settings.choice.lam
    world, b, table = ensemble.world(settings.scenario), ensemble.behaviour._replace(lambda_=lam), constants.load(lam)
    twin = Twin(sample_rows(ensemble.population, ROWS, world, b, table), world)
    twin.run(b, table)  # compiles
    before = time.process_time()
    found = twin.run(b, table)
    milliseconds = 1e3 * (time.process_time() - before)
    jobs = [Job(settings.scenario, lam, i) for i in range(settings.replicate_count)]
    gap = by_year(found, ensemble.run_all(jobs))
    print(
        f"{settings.scenario}: departures in persons, {len(jobs)} replicates of one person in {settings.people.one_in}"
    )
    print(f"and {len(twin.rows.heads)} weighted rows ({milliseconds:.0f} ms of processor time)\n")
    print(_page(gap))
    folder = Path(settings.results_dir) / "twin" / f"{settings.scenario}-{fingerprint(settings)[:8]}"
    with write_folder(folder) as partial:
        gap.to_csv(partial / "gap.csv", index=False)
        (partial / "config.yaml").write_text(resolved_yaml(settings), encoding="utf-8")
    return folder


def _page(gap: pd.DataFrame) -> str:
    """The table with one column a year, `twin / engine` in each, and the gap of the whole time in the last."""
    lines = [f"{'destination':<18}" + "".join(f"{year:>19}" for year in sorted(gap["year"].unique())) + f"{'gap':>8}"]
    for name, rows in gap.groupby("destination", sort=False):
        cells = "".join(f"{f'{row.twin:,.0f} / {row.engine:,.0f}':>19}" for row in rows.itertuples())
        total = rows["engine"].sum()
        lines.append(f"{name:<18}{cells}" + (f"{rows['twin'].sum() / total - 1.0:>+8.1%}" if total > 0.0 else ""))
    return "\n".join(lines)

"""`task=reasons`: why units leave and why they choose where, by leaving out one reason at a time."""

import time
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.analysis import citing, standing
from sim.analysis.reasons import PULLS, REASONS, ReasonsOf
from sim.cli.commands.explain import RULE
from sim.cli.commands.worlds import simulated, taken_for_granted
from sim.history import naming
from sim.numerics import codes, months
from sim.numerics.errors import UserError
from sim.runs import seals
from sim.runs.disclosure import MINIMUM
from sim.runs.ensemble import Ensemble
from sim.runs.files import manifest, write_folder
from sim.runs.run import Job
from sim.runs.settings import Settings, fingerprint, resolved_yaml
from sim.runs.tables import OF_OTHERS
from sim.runs.tables.files import write_parquet


def run(settings: Settings) -> Path:
    """Run the scenario's replicates, print the ranking of reasons and write tables; returns the folder.

    Raises UserError if nobody commits to leaving.
    """
    began = time.process_time()
    if settings.decision != RULE:
        raise UserError(f"decision={settings.decision} has other terms; task={settings.task} takes {RULE} apart")
    ensemble = Ensemble(settings)
    ensemble.world(settings.scenario)  # a mistake in its files is told before anything is compiled
    print(simulated(settings, compared=False))
    found = []
    for replicate in range(settings.replicate_count):
        model = ensemble.model(Job(settings.scenario, settings.lambda_, replicate), ensemble.threads)
        seen = ReasonsOf()
        model.observer = seen
        model.run()
        model.close()
        found.append(seen.records)
    if not sum(map(len, found)):
        raise UserError(f"scenario={settings.scenario}: nobody commits to leaving until {settings.until}")
    table = citing.reasons_table(found, MINIMUM)
    print("Share of units who would cite each reason")
    print("(a reason is cited with the probability that the departure is owed to it: an assumption).")
    known = standing.facts(settings)
    print(f"Conditional scenario, not a forecast. {standing.title(known)} {standing.sentence(known)}\n")
    print(f"What moved them, one cause each: {citing.causes_text(found, MINIMUM)}.\n")
    print(f"Why leave, by stream\n{citing.ranking_text(table, 'leave', 'motive')}\n")
    print(f"Why leave, by year\n{citing.ranking_text(table, 'leave', 'year')}\n")
    print(f"Why this destination\n{citing.ranking_text(table, 'destination', 'destination')}\n")
    folder = Path(settings.results_dir) / "reasons" / f"{naming.folder(settings.scenario)}-{fingerprint(settings)[:8]}"
    granted = taken_for_granted(settings, settings.scenario, settings.scenario)
    with write_folder(folder) as partial:
        write_parquet(partial, OF_OTHERS["reasons"], table)
        write_parquet(partial, OF_OTHERS["commitments"], commitments(found))
        (partial / "config.yaml").write_text(resolved_yaml(settings), encoding="utf-8")
        (partial / "assumed.txt").write_text("".join(f"{line}\n" for line in granted), encoding="utf-8")
        extra = {"kind": "reasons", "assumed": list(granted)}
        seals.write(partial, manifest(settings, began, extra), folder.name)
    return folder


def commitments(found: list[NDArray[np.void]]) -> pd.DataFrame:
    """Every commitment of every replicate, with the loss of leaving and of the choice by reason."""
    records = np.concatenate(found)
    columns: dict[str, object] = {"replicate": np.repeat(np.arange(len(found)), [len(one) for one in found])}
    columns["month"] = [months.label(int(t)) for t in records["month"]]
    columns["key"] = records["key"]
    for name, table in (("place", codes.PLACE), ("channel", codes.CHANNEL), ("motive", codes.MOTIVE)):
        columns[name] = pd.Categorical.from_codes(records[name], categories=list(codes.names(table)))
    columns["cause"] = citing.causes_of(records)
    columns["people"] = records["size"]
    columns |= {f"leave_{name}": records["leave"][:, i] for i, name in enumerate(REASONS)}
    columns |= {f"choice_{name}": records["choice"][:, i] for i, name in enumerate(PULLS)}
    return pd.DataFrame(columns)

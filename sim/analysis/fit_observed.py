"""How far the uncalibrated history lies from the observed one: departures and residents to the end of 2022."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sim.numerics.codes import PLACE, STATUS
from sim.numerics.locations import DATA
from sim.numerics.months import month
from sim.runs.run import Run
from sim.runs.tables import OF_COMPARISONS

OBSERVED = DATA / "observed"
"""Folder of what was seen of emigration; `sim/data/README.md` says what is what."""
RESIDENTS = ("residence_documents", "valid_permits", "residents")
"""Definitions of a stock compared with settled residents, the first that a place has."""


def fit_table(runs: Sequence[Run]) -> pd.DataFrame:
    """Observed and simulated departures and stocks: destination, series, period, observed, simulated, source.

    Simulated values are means over the runs; only what lies inside the simulated months is compared.
    """
    rows = _departures(runs) + _stocks(runs)
    return pd.DataFrame(rows, columns=OF_COMPARISONS["fit"].names)


def _departures(runs: Sequence[Run]) -> list[tuple[object, ...]]:
    flows = np.mean([run.flows[:, PLACE["belarus"]].sum(axis=2) for run in runs], axis=0)
    table = pd.read_csv(OBSERVED / "departures.csv")
    rows: list[tuple[object, ...]] = []
    for row in table[table["reading"] == 1].itertuples():
        first, last = month(row.start), month(row.end)
        if last < len(flows):
            simulated = float(flows[first : last + 1, PLACE[row.destination]].sum())
            period = row.start[:4] if row.start[5:7] == "01" else f"{row.start[:7]}/{row.end[:7]}"
            series = f"departures ({row.definition.replace('_', ' ')})"
            rows.append((row.destination, series, period, row.persons, simulated, row.source, row.confidence))
    return rows


def _stocks(runs: Sequence[Run]) -> list[tuple[object, ...]]:
    stocks = np.mean([run.stocks for run in runs], axis=0)
    settled = stocks.sum(axis=2) - stocks[:, :, STATUS["pendular"]]
    table = pd.read_csv(OBSERVED / "stocks.csv")
    rows: list[tuple[object, ...]] = []
    for place, part in table.groupby("destination", sort=True):
        known = [name for name in RESIDENTS if name in set(part["definition"])]
        if not known or place not in PLACE:
            continue
        for row in part[part["definition"] == known[0]].itertuples():
            at = month(row.date)
            if 0 <= at < len(settled):
                series = f"residents ({row.definition.replace('_', ' ')})"
                simulated = float(settled[at, PLACE[place]])
                rows.append((place, series, row.date, row.persons, simulated, row.source, row.confidence))
    return rows

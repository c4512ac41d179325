"""The twin beside the engine: departures from Belarus by destination and year."""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from sim.codes import PLACE_NAMES
from sim.ensemble import Run
from sim.meanfield.state import Expected, Floats
from sim.months import FIRST_YEAR


def by_year(found: Expected, runs: Sequence[Run]) -> pd.DataFrame:
    """Departures of the twin and of the engine's replicates, a row a destination and year, and `all` destinations.

    Columns: destination, year, engine (mean of the replicates, persons), error (its standard error, NaN of a
    single replicate), twin (persons), gap (twin over engine less one).
    """
    engine = np.array([_years(run.flows[:, 0].sum(axis=2).astype(float)) for run in runs])
    twin = _years(found.departures.sum(axis=2))
    rows = []
    for place, name in [*((i, name) for i, name in enumerate(PLACE_NAMES) if i > 0), (-1, "all")]:
        ours = twin.sum(axis=1) if place < 0 else twin[:, place]
        theirs = engine.sum(axis=2) if place < 0 else engine[:, :, place]
        for year in range(len(twin)):
            mean = float(theirs[:, year].mean())
            error = float(theirs[:, year].std(ddof=1)) / math.sqrt(len(runs)) if len(runs) > 1 else math.nan
            gap = float(ours[year]) / mean - 1.0 if mean > 0.0 else math.nan
            rows.append((name, FIRST_YEAR + year, mean, error, float(ours[year]), gap))
    return pd.DataFrame(rows, columns=["destination", "year", "engine", "error", "twin", "gap"])


def _years(flows: Floats) -> Floats:
    """Sums over years of float64[months, places]; a last year may be short."""
    return np.add.reduceat(flows, np.arange(0, len(flows), 12), axis=0)

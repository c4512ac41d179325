"""Inversion of destination constants on observed departures to the end of 2022 (Berry 1994), by lambda.

Each constant is moved by the log of observed over simulated departures until they agree. The fit is exact by
construction and proves nothing; places without observed departures take the mean constant of the visa-free
places that have some (assumption).
"""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import yaml
from numpy.typing import NDArray

from sim.arithmetic import log
from sim.codes import CONF, PLACE, PLACE_NAMES, SLOTS
from sim.constants import FILE
from sim.ensemble import Ensemble, Job
from sim.model import EmigrationModel
from sim.months import month
from sim.settings import Settings

OBSERVED = CONF.parent / "sim" / "data" / "observed" / "departures.csv"
LAST = "2022-12"
"""Observations end here."""
SWEEPS = 10
VISA_FREE_OBSERVED = ("georgia", "ukraine", "russia")
LAMBDAS = (0.2, 0.35, 0.5, 0.62, 0.8, 0.95)


def readings() -> pd.DataFrame:
    """Observed departures chosen for the inversion: destination, first and last month, persons."""
    table = pd.read_csv(OBSERVED)
    table = table[table["reading"] == 1]
    return pd.DataFrame(
        {
            "destination": table["destination"],
            "first": [month(text) for text in table["start"]],
            "last": [month(text) for text in table["end"]],
            "persons": table["persons"].astype(float),
        }
    ).reset_index(drop=True)


def sweep(
    constants: NDArray[np.float64], lam: float, observed: dict[str, float], simulated: dict[str, float]
) -> NDArray[np.float64]:
    """One sweep, float64[places]: constants moved by the log of observed over simulated departures.

    A shift of all constants by c moves the total only by `lambda * c`, so the gap of the total counts
    `1 / lambda - 1` times on top of each place's own.
    """
    total = log(sum(observed.values())) - log(sum(simulated[name] for name in observed))
    moved = constants.copy()
    for name, persons in observed.items():
        gap = log(persons) - log(max(simulated[name], 1.0))
        moved[PLACE[name]] += gap + (1.0 / lam - 1.0) * total
    others = [name for name in PLACE if name != "belarus" and name not in observed]
    mean = sum(float(moved[PLACE[name]]) for name in VISA_FREE_OBSERVED) / len(VISA_FREE_OBSERVED)
    for name in others:
        moved[PLACE[name]] = mean
    return moved


def run(settings: Settings) -> Path:
    """Invert for every lambda on file and write `conf/constants.yaml`; returns its path."""
    ensemble = Ensemble(replace(settings, until=LAST, scenario="historical"))
    table = readings()
    observed = table.groupby("destination")["persons"].sum().to_dict()
    found: dict[float, dict[str, float]] = {}
    constants = np.zeros(SLOTS)
    for lam in LAMBDAS:
        for _ in range(SWEEPS):
            simulated = _departures(ensemble, lam, constants, table)
            constants = sweep(constants, lam, observed, simulated)
        gap = max(abs(simulated[name] / observed[name] - 1.0) for name in observed)
        print(f"lambda {lam:g}: largest gap before the last sweep {gap:.1%}")
        found[lam] = {name: round(float(constants[PLACE[name]]), 4) for name in PLACE_NAMES[1:]}
    FILE.write_text(_page(found), encoding="utf-8")
    return FILE


def _departures(
    ensemble: Ensemble, lam: float, constants: NDArray[np.float64], table: pd.DataFrame
) -> dict[str, float]:
    """Expected departures over the months of each reading, summed by destination, mean of the replicates."""
    totals: dict[str, float] = {}
    replicates = ensemble.settings.replicate_count
    for replicate in range(replicates):
        job = Job("historical", lam, replicate)
        model: EmigrationModel = ensemble.model(job, ensemble.threads, constants)
        expected = model.run().recorder.expected_arrivals(model.world).sum(axis=2)
        model.close()
        for row in table.itertuples():
            part = float(expected[row.first : row.last + 1, PLACE[row.destination]].sum()) / replicates
            totals[row.destination] = totals.get(row.destination, 0.0) + part
    return totals


def _page(found: dict[float, dict[str, float]]) -> str:
    head = (
        "# Destination constants by lambda, in utility. PROVISIONAL: inverted on departures to "
        f"{date(2022, 12, 31):%Y-%m-%d}\n"
        "# (sim/data/observed/departures.csv, rows with reading 1) by `python -m sim task=invert`; not calibrated.\n"
        "# They reproduce those totals by construction, which proves nothing. armenia, uzbekistan, uae and\n"
        "# other_visa_free have no observed departures and take the mean of georgia, ukraine and russia (assumption).\n"
    )
    body = {
        "unit": "utility",
        "source": "inverted on observed departures 2019-2022",
        "confidence": "assumption",
        "constants": {str(lam): values for lam, values in found.items()},
    }
    return head + yaml.safe_dump(body, sort_keys=False)

"""What a register of residents would show, and how that lies beside the model's residents and the observed stocks.

An accounting identity on the recorder's stocks and flows. A register counts who holds a visa for a stay or a permit,
some months after arrival; children born abroad enter it with their mother's status and the dead leave it, as in the
model's own residents, and who is naturalised is a foreigner no longer.
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.analysis.fit_observed import OBSERVED, RESIDENTS
from sim.history.compiled import World
from sim.numerics.codes import N_CHANNELS, PLACE, PLACE_NAMES, STATUS
from sim.numerics.months import month
from sim.observation.parameters import observation
from sim.runs.run import Run
from sim.runs.tables import OF_POINTS

Floats = NDArray[np.float64]

COUNTED = ("visa", "permit", "protected")
"""Statuses that a register of residents holds; neither visitors nor asylum seekers, nor who has none (assumption)."""
_COUNTED = [STATUS[name] for name in COUNTED]


def not_yet_registered(arrivals: Floats, lag: float) -> Floats:
    """Arrivals of the last `lag` months, the oldest of them in part, float64[T]; `arrivals` a month, float64[T].

    The months may be fewer than the lag: then nobody who arrived in them is registered yet.
    """
    waiting = np.zeros(len(arrivals))
    for back in range(min(int(np.ceil(lag)), len(arrivals))):
        part = min(1.0, lag - back)
        waiting[back:] += part * arrivals[: len(arrivals) - back]
    return waiting


def register(run: Run, world: World, place: int) -> dict[str, Floats]:
    """The register of a place and its parts, persons at the end of each month, float64[T] each.

    `residents` are the model's, `counted` those with a status that is registered, `waiting` the arrivals not yet in
    it, `register` what is shown.
    """
    name, months = PLACE_NAMES[place], len(run.stocks)
    residents = (run.stocks[:, place].sum(axis=1) - run.stocks[:, place, STATUS["pendular"]]).astype(float)
    counted = run.stocks[:, place, _COUNTED].sum(axis=1).astype(float)
    entering = [c for c in range(N_CHANNELS) if world.law["first_status"][place, c] in _COUNTED]
    others = [p for p in range(run.flows.shape[1]) if p != place]
    arrivals = run.flows[:, others, place][:, :, entering].sum(axis=(1, 2)).astype(float)
    lags = observation().over("registration_lag", name, months)
    waiting = np.zeros(len(residents))
    for lag in np.unique(lags):
        waiting = np.where(lags == lag, not_yet_registered(arrivals, lag), waiting)
    waiting = np.minimum(waiting, counted)
    return {"residents": residents, "counted": counted, "waiting": waiting, "register": counted - waiting}


def register_table(runs: Iterable[Run], world: World) -> pd.DataFrame:
    """Observed stocks beside the model's residents and register, means over the runs, which are gone through once.

    Only observations inside the simulated months.
    """
    observed = pd.read_csv(OBSERVED / "stocks.csv")
    counted = observed[observed["definition"].isin(RESIDENTS)]
    parts = {str(name): part for name, part in counted.groupby("destination", sort=True) if name in PLACE}
    made = [{name: register(run, world, PLACE[name]) for name in parts} for run in runs]
    rows = []
    for name, part in parts.items():
        mean = {key: np.mean([one[name][key] for one in made], axis=0) for key in made[0][name]}
        for row in part.itertuples():
            at = month(row.date)
            if 0 <= at < len(mean["register"]):
                found = [float(mean[key][at]) for key in ("residents", "counted", "waiting", "register")]
                rows.append((name, row.date, row.definition, row.persons, *found, row.source, row.confidence))
    return pd.DataFrame(rows, columns=OF_POINTS["registers"].names)

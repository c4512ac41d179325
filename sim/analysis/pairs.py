"""Paired lives: what became of each person in two worlds with the same luck.

Cross-world lives are not identified by data; the categories illustrate a mechanism and are shown with bounds.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.codes import CHANNEL, SLOTS

CATEGORIES = (
    "unchanged",
    "other_channel",
    "deflected",
    "delayed",
    "brought_forward",
    "irregular",
    "stuck",
    "induced",
)
"""Every person falls into exactly one (see `categorise`)."""

STAY = 0
"""Row and column of the substitution matrix for those who do not leave; else the place."""


@dataclass(frozen=True)
class Pair:
    """First departures within a window of everyone who left in either world, aligned person by person.

    Arrays int64[people], in order of key; the place, channel and month of a person who stayed are 0.
    """

    baseline_place: NDArray[np.int64]
    baseline_channel: NDArray[np.int64]
    baseline_month: NDArray[np.int64]
    scenario_place: NDArray[np.int64]
    scenario_channel: NDArray[np.int64]
    scenario_month: NDArray[np.int64]

    @property
    def category(self) -> NDArray[np.int64]:
        """Category of each person, as a position in `CATEGORIES`."""
        return categorise(self)


def align(baseline: NDArray[np.void], scenario: NDArray[np.void], start: int) -> Pair:
    """Align two logs of departures (event records) by person; only first departures from month `start` on count."""
    ours, theirs = _first(baseline, start), _first(scenario, start)
    keys = np.union1d(ours["key"], theirs["key"])
    columns = []
    for first in (ours, theirs):
        place, channel, month = (np.zeros(len(keys), np.int64) for _ in range(3))
        at = np.searchsorted(keys, first["key"])
        place[at], channel[at], month[at] = first["place"], first["channel"], first["month"]
        columns += [place, channel, month]
    return Pair(*columns)


def _first(departures: NDArray[np.void], start: int) -> NDArray[np.void]:
    """First departure of each person from month `start` on; the log is in order of month."""
    late = departures[departures["month"] >= start]
    _, position = np.unique(late["key"], return_index=True)
    first: NDArray[np.void] = late[position]
    return first


def categorise(pair: Pair) -> NDArray[np.int64]:
    """What the scenario did to each person who left in either world.

    In this order: induced (leaves only in the scenario), stuck (leaves only in the baseline), irregular (lawful
    before, irregular now), deflected (another destination), other channel, delayed, brought forward, unchanged.
    """
    left, leaves = pair.baseline_place != STAY, pair.scenario_place != STAY
    irregular = CHANNEL["irregular"]
    tests = (
        ("induced", ~left & leaves),
        ("stuck", left & ~leaves),
        ("irregular", (pair.scenario_channel == irregular) & (pair.baseline_channel != irregular)),
        ("deflected", pair.baseline_place != pair.scenario_place),
        ("other_channel", pair.baseline_channel != pair.scenario_channel),
        ("delayed", pair.scenario_month > pair.baseline_month),
        ("brought_forward", pair.scenario_month < pair.baseline_month),
    )
    category = np.full(len(left), CATEGORIES.index("unchanged"))
    decided = np.zeros(len(left), bool)
    for name, test in tests:
        category[test & ~decided] = CATEGORIES.index(name)
        decided |= test
    return category


def substitution(pair: Pair, one_in: int) -> NDArray[np.int64]:
    """Persons by first destination in the baseline (rows) and in the scenario (columns), int64[places, places].

    Row and column 0 are those who stay; the cell of those who stay in both worlds is left at zero.
    """
    matrix = np.zeros((SLOTS, SLOTS), np.int64)
    np.add.at(matrix, (pair.baseline_place, pair.scenario_place), one_in)
    return matrix


def stuck_person_months(pair: Pair, horizon: int, one_in: int) -> int:
    """Months lost by those who leave later or not at all, to the horizon, in person-months."""
    left = pair.baseline_place != STAY
    until = np.where(pair.scenario_place != STAY, pair.scenario_month, horizon)
    return int(np.maximum(until - pair.baseline_month, 0)[left].sum()) * one_in


def frechet(row_total: float, column_total: float, everyone: float) -> tuple[float, float]:
    """Bounds of a cell given its margins only: `max(0, a + b - N)` and `min(a, b)`, in persons."""
    return max(0.0, row_total + column_total - everyone), min(row_total, column_total)

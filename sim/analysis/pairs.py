"""Paired lives: what became of each person in two worlds with the same luck.

A life is read from the moves of a run, its event records of the kinds `departed`, `returned`, `onward`, `lost` and
`asylum_sought`, from the first month on and in order of month. Everyone who lived in Belarus at the start is counted,
and nobody else: who is born later moves with a parent, in one world perhaps from Belarus and in the other from abroad,
or is born in one of them only. Who dies lives at the horizon where they lived last.
Cross-world lives are not identified by data; the categories illustrate a mechanism and are shown with bounds.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.numerics.codes import CHANNEL, EVENT, N_PLACES

CATEGORIES = (
    "unchanged",
    "other_channel",
    "deflected",
    "delayed",
    "brought_forward",
    "irregular",
    "asylum",
    "stuck",
    "forced",
    "induced",
)
"""Every person falls into exactly one (see `categorise`)."""

STAY = 0
"""Place of those who do not leave, or who live in Belarus at the horizon; row and column of a matrix."""

OUTCOMES = ("", "onward", "returned", "irregular_stay")
"""What follows a right to stay lost in the scenario only: nothing lost, another country, Belarus, or staying without
papers to the horizon."""


_MOVES = [EVENT[kind] for kind in ("departed", "returned", "onward", "lost", "asylum_sought")]
_STAYING = [EVENT["lost"], EVENT["asylum_sought"]]
"""What changes the right to stay, and no place."""


@dataclass(frozen=True)
class Pair:
    """First departures within a window, and rights to stay lost and claims made in the scenario only, person by person.

    Of everyone who has any. Arrays int64[people] but `key`, in order of key; the place, channel and month of a
    person who does not leave in the window are 0.
    """

    key: NDArray[np.uint64]
    baseline_place: NDArray[np.int64]
    baseline_channel: NDArray[np.int64]
    baseline_month: NDArray[np.int64]
    scenario_place: NDArray[np.int64]
    scenario_channel: NDArray[np.int64]
    scenario_month: NDArray[np.int64]
    forced: NDArray[np.int64]  # what the loss leads to, as a position in `OUTCOMES`
    asks: NDArray[np.int64]  # 1 for who asks for protection in the scenario only

    @cached_property
    def category(self) -> NDArray[np.int64]:
        """Category of each person, as a position in `CATEGORIES`."""
        return categorise(self)

    @property
    def delay(self) -> NDArray[np.int64]:
        """Months by which those who leave in both worlds leave later in the scenario; 0 for the others."""
        both = (self.baseline_place != STAY) & (self.scenario_place != STAY)
        return np.where(both, self.scenario_month - self.baseline_month, 0)


def align(baseline: NDArray[np.void], scenario: NDArray[np.void], start: int) -> Pair:
    """Align the moves of two worlds by person; only what happens from month `start` on counts.

    A log of departures alone does as well; then nobody's right to stay is known, and nobody is forced.
    """
    ours, theirs = from_belarus(baseline, scenario)
    left, leaves = _first_departures(ours, start), _first_departures(theirs, start)
    lost, outcome = lapses(ours, theirs, start)
    asks = np.setdiff1d(_claimants(theirs, start), _claimants(ours, start))
    keys = np.union1d(np.union1d(left["key"], leaves["key"]), np.union1d(lost, asks))
    columns = []
    for first in (left, leaves):
        place, channel, month = (np.zeros(len(keys), np.int64) for _ in range(3))
        at = np.searchsorted(keys, first["key"])
        place[at], channel[at], month[at] = first["place"], first["channel"], first["month"]
        columns += [place, channel, month]
    columns.append(np.zeros(len(keys), np.int64))
    columns[-1][np.searchsorted(keys, lost)] = outcome
    columns.append(np.isin(keys, asks).astype(np.int64))
    return Pair(keys, *columns)


def settled_before(*moves: NDArray[np.void]) -> NDArray[np.uint64]:
    """Keys of those who lived abroad before the first month, as far as they move: their first move starts abroad."""
    keys = [np.zeros(0, np.uint64)]
    for log in moves:
        _, position = np.unique(log["key"], return_index=True)
        first = log[position]
        keys.append(first["key"][(first["origin"] != STAY) & (first["kind"] != EVENT["born"])])
    return np.unique(np.concatenate(keys))


def from_belarus(*logs: NDArray[np.void]) -> list[NDArray[np.void]]:
    """The moves of those who lived in Belarus at the start; logs of whole runs, from the first month on."""
    moves = [log[np.isin(log["kind"], _MOVES)] for log in logs]
    born = [log["key"][log["kind"] == EVENT["born"]] for log in logs]
    others = np.concatenate([settled_before(*moves), *born])
    return [log[~np.isin(log["key"], others)] for log in moves]


def _first_departures(moves: NDArray[np.void], start: int) -> NDArray[np.void]:
    """First departure of each person from month `start` on."""
    late = moves[(moves["kind"] == EVENT["departed"]) & (moves["month"] >= start)]
    _, position = np.unique(late["key"], return_index=True)
    first: NDArray[np.void] = late[position]
    return first


def _claimants(moves: NDArray[np.void], start: int) -> NDArray[np.uint64]:
    """Keys of those who ask for protection from month `start` on, at the border or inside."""
    keys: NDArray[np.uint64] = moves["key"][(moves["kind"] == EVENT["asylum_sought"]) & (moves["month"] >= start)]
    return np.unique(keys)


def lapses(
    baseline: NDArray[np.void], scenario: NDArray[np.void], start: int
) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Who loses a right to stay abroad from month `start` on in the scenario only, and what comes of it.

    Returns keys in order, and positions in `OUTCOMES` by the person's next move after the first loss. Who loses it in
    both worlds, be it in other months, is not among them.
    """
    lost = [(log["kind"] == EVENT["lost"]) & (log["month"] >= start) for log in (baseline, scenario)]
    at = np.flatnonzero(lost[1])
    keys, first = np.unique(scenario["key"][at], return_index=True)
    only = ~np.isin(keys, baseline["key"][lost[0]])
    keys, position = keys[only], at[first][only]
    outcome = np.full(len(keys), OUTCOMES.index("irregular_stay"))
    if not len(keys):
        return keys, outcome
    moves = np.flatnonzero(~np.isin(scenario["kind"], _STAYING))
    owner = np.minimum(np.searchsorted(keys, scenario["key"][moves]), len(keys) - 1)
    after = moves[(keys[owner] == scenario["key"][moves]) & (moves > position[owner])]
    movers, next_move = np.unique(scenario["key"][after], return_index=True)
    back = scenario["kind"][after[next_move]] == EVENT["returned"]
    outcome[np.searchsorted(keys, movers)] = np.where(back, OUTCOMES.index("returned"), OUTCOMES.index("onward"))
    return keys, outcome


def categorise(pair: Pair) -> NDArray[np.int64]:
    """What the scenario did to each person of a pair.

    In this order: induced (leaves only in the scenario), stuck (leaves only in the baseline), irregular (lawful before,
    irregular now), asylum (asks for protection in the scenario only, at the border or inside; both wherever they go,
    and the latter also of who left before the window or loses a status), deflected (another destination), other
    channel, delayed, brought forward; and of those who leave alike in both worlds, or left before the window, forced
    (loses the right to stay in the scenario only) and unchanged.
    """
    left, leaves = pair.baseline_place != STAY, pair.scenario_place != STAY
    irregular = CHANNEL["irregular"]
    tests = (
        ("induced", ~left & leaves),
        ("stuck", left & ~leaves),
        ("irregular", (pair.scenario_channel == irregular) & (pair.baseline_channel != irregular)),
        ("asylum", pair.asks > 0),
        ("deflected", pair.baseline_place != pair.scenario_place),
        ("other_channel", pair.baseline_channel != pair.scenario_channel),
        ("delayed", pair.scenario_month > pair.baseline_month),
        ("brought_forward", pair.scenario_month < pair.baseline_month),
        ("forced", pair.forced > 0),
    )
    category = np.full(len(left), CATEGORIES.index("unchanged"))
    decided = np.zeros(len(left), bool)
    for name, test in tests:
        category[test & ~decided] = CATEGORIES.index(name)
        decided |= test
    return category


def final_places(baseline: NDArray[np.void], scenario: NDArray[np.void]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where those who ever move live at the horizon in each world, int64[people]; `STAY` in Belarus."""
    logs = from_belarus(baseline, scenario)
    keys = np.union1d(logs[0]["key"], logs[1]["key"])
    places = np.full((2, len(keys)), STAY)
    for world, log in enumerate(logs):
        moved = log[~np.isin(log["kind"], _STAYING)][::-1]
        movers, last = np.unique(moved["key"], return_index=True)
        places[world, np.searchsorted(keys, movers)] = moved["place"][last]
    return places[0], places[1]


def matrix(baseline: NDArray[np.int64], scenario: NDArray[np.int64], one_in: int, everyone: int) -> NDArray[np.int64]:
    """Persons by place in the baseline (rows) and in the scenario (columns), int64[places, places].

    Row and column `STAY` are those who stay; those of `everyone` who are not in the arrays stay in both worlds.
    """
    cells = np.zeros((N_PLACES, N_PLACES), np.int64)
    np.add.at(cells, (baseline, scenario), one_in)
    cells[STAY, STAY] += everyone - one_in * len(baseline)
    return cells


def stuck_person_months(pair: Pair, horizon: int, one_in: int) -> int:
    """Months lost by those who leave later or not at all, to the horizon, in person-months."""
    left = pair.baseline_place != STAY
    until = np.where(pair.scenario_place != STAY, pair.scenario_month, horizon)
    return int(np.maximum(until - pair.baseline_month, 0)[left].sum()) * one_in


def frechet(row_total: float, column_total: float, everyone: float) -> tuple[float, float]:
    """Bounds of a cell given its margins only: `max(0, a + b - N)` and `min(a, b)`, in persons."""
    return max(0.0, row_total + column_total - everyone), min(row_total, column_total)

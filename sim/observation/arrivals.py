"""Who arrives, by the four groups of the study of Lithuania, and what ties Lithuania, Poland and Latvia have.

Dambrauskaite (2022) tells apart those repressed without having been in politics before 2020, staff of firms that
moved, people of organisations, and newsrooms. Between the three countries people move on, and one person may have both
a national visa and a permit of a country in a year, so that papers add up to more than people.
"""

from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.numerics.codes import CHANNEL, EVENT, EXPOSURE, INSTRUMENT, PLACE, PLACE_NAMES, REASON
from sim.numerics.months import FIRST_YEAR
from sim.observation import losses
from sim.observation.definitions import lag, own_permits
from sim.observation.seen import Seen, rows_of
from sim.runs.tables import OF_POINTS

GROUPS = ("newsrooms", "organisations", "relocated staff", "repressed", "others")
"""Groups of arrivals, the first that fits."""
NEIGHBOURS = ("lithuania", "poland", "latvia")
_NEWSROOMS, _ORGANISATIONS, _STAFF, _REPRESSED, _OTHERS = range(len(GROUPS))
_WITH_A_FIRM = [CHANNEL[name] for name in ("relocation", "it_scheme")]
_EXPOSED = [EXPOSURE[name] for name in ("protest", "strike", "war_comment")]
_COMES = [EVENT["departed"], EVENT["onward"]]


def groups_of(seen: Seen, log: NDArray[np.void]) -> NDArray[np.int64]:
    """Group of each arrival in a log of moves, position in `GROUPS`; who was born in the run is of the others."""
    rows = rows_of(seen, log["key"])
    ours = seen.people.key[rows] == log["key"]
    exposure = np.where(ours, seen.people.exposure[rows], EXPOSURE["none"])
    detained = seen.run.decisions[seen.run.decisions["kind"] == EVENT["detained"]]
    detained = detained[np.argsort(detained["key"], kind="stable")]  # the first of each person first
    at = np.searchsorted(detained["key"], log["key"])
    at = np.minimum(at, max(len(detained) - 1, 0))
    before = np.zeros(len(log), bool)
    if len(detained):
        before = (detained["key"][at] == log["key"]) & (detained["month"][at] <= log["month"])
    found = np.full(len(log), _OTHERS)
    found[before | np.isin(exposure, _EXPOSED)] = _REPRESSED
    found[np.isin(log["channel"], _WITH_A_FIRM)] = _STAFF
    found[exposure == EXPOSURE["ngo"]] = _ORGANISATIONS
    found[exposure == EXPOSURE["media"]] = _NEWSROOMS
    return found


def arrivals_of(one: Seen) -> list[tuple[object, ...]]:
    """Rows of the table `arrival_groups`: arrivals of a run in each destination by year and group, persons."""
    log = one.run.moves[np.isin(one.run.moves["kind"], _COMES)]
    cells = np.column_stack([log["place"].astype(int), log["month"].astype(int) // 12, groups_of(one, log)])
    found, agents = np.unique(cells, axis=0, return_counts=True)
    who = one.run.job.lambda_, one.run.job.replicate
    return [
        (*who, PLACE_NAMES[place], FIRST_YEAR + year, GROUPS[group], n * one.one_in)
        for (place, year, group), n in zip(found.tolist(), agents.tolist(), strict=True)
    ]


def papers_of(seen: Seen, place: int, year: int) -> tuple[float, float, float]:
    """People who got a national visa of a place in a year, a first permit, and both; persons.

    A visa is that of who arrives on one; the permit follows arrival by the place's lag (`definitions.lag`). Who was let
    in from a war has a permit where the state gave them its own.
    """
    log = seen.run.moves[np.isin(seen.run.moves["kind"], _COMES) & (seen.run.moves["place"] == place)]
    fled = log["reason"] == REASON["refuge"]
    sheltered = fled & (own_permits(place) > 0.0)
    by_visa = seen.world.law["entry"][place][log["channel"]] == INSTRUMENT["national_visa"]
    by_permit = (seen.world.law["entry"][place][log["channel"]] == INSTRUMENT["permit"]) | (
        (seen.world.law["residence"][place][log["channel"]] == INSTRUMENT["permit"]) & ~by_visa
    )
    arrived = log["month"].astype(int)
    issued = np.where(by_visa | sheltered, arrived + lag(place), arrived)
    permitted = by_visa | (by_permit & ~fled) | sheltered
    visas = log["key"][by_visa & (arrived // 12 == year)]
    permits = log["key"][permitted & (issued // 12 == year) & (issued < len(seen.run.harms))]
    numbers = len(np.unique(visas)), len(np.unique(permits)), len(np.intersect1d(visas, permits))
    return tuple(float(n * seen.one_in) for n in numbers)  # type: ignore[return-value]


def ties_of(one: Seen) -> list[tuple[object, ...]]:
    """Rows of the table `ties`: moves on between the three countries by year, and people whom papers count twice."""
    rows: list[tuple[object, ...]] = []
    for name in NEIGHBOURS:
        place = PLACE[name]
        others = [PLACE[other] for other in NEIGHBOURS if other != name]
        moved = one.run.flows[:, place][:, others].sum(axis=(1, 2))
        came = one.run.flows[:, others, place].sum(axis=(1, 2))
        for year in range((len(moved) + 11) // 12):
            within = slice(12 * year, 12 * year + 12)
            flows = float(moved[within].sum()), float(came[within].sum())
            who = one.run.job.lambda_, one.run.job.replicate, name, FIRST_YEAR + year
            rows.append((*who, *flows, *papers_of(one, place, year)))
    return rows


OF_RUNS: dict[str, Callable[[Seen], list[tuple[object, ...]]]] = {
    "losses": losses.rows_of_run,
    "arrival_groups": arrivals_of,
    "ties": ties_of,
}
"""Rows of a run by name of table."""


def from_state(seen: Iterable[Seen]) -> dict[str, pd.DataFrame]:
    """The tables of what follows from who leaves and where they come; the runs are gone through once."""
    rows: dict[str, list[tuple[object, ...]]] = {name: [] for name in OF_RUNS}
    for one in seen:
        for name, of in OF_RUNS.items():
            rows[name] += of(one)
    return {name: pd.DataFrame(found, columns=OF_POINTS[name].names) for name, found in rows.items()}

"""Who is behind a number: results by motive, sex, age and sector.

A run keeps counts by month, measure, place and group, in agents; who left for which motive is read from the event log.
A unit's application is its head's; who heads a unit changes with deaths and when children come of age.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sim.numerics import codes
from sim.numerics.codes import EVENT, N_PLACES
from sim.numerics.compiling import compiled
from sim.population.rows import at
from sim.population.schema import NOBODY, Columns

Counts = NDArray[np.int32]

AGES = (0, 18, 27, 35, 45, 65)
"""First completed year of each age group."""
AGE_NAMES = tuple(f"{low}-{high - 1}" for low, high in pairwise(AGES)) + (f"{AGES[-1]}+",)
MEASURES = ("departed", "wished", "detained", "drafted", "lost", "returned", "arrivals_onward", "born", "died")
"""What is counted by group: events of persons; `wished` counts units that wished in vain in a month; `lost` a status;
`arrivals_onward` who moved on from one destination to another; `born` and `died` where they lived."""
_EVENT_OF = {**{name: name for name in MEASURES}, "arrivals_onward": "onward"}
DIMENSIONS: dict[str, tuple[str, ...]] = {
    "motive": codes.names(codes.MOTIVE),
    "sex": codes.names(codes.SEX),
    "age": AGE_NAMES,
    "sector": codes.SECTOR_NAMES,
}
"""Groups by dimension; `none` of the motives are those who never applied: the diaspora of the start, the others."""
OFFSET = dict(zip(DIMENSIONS, np.cumsum([0, *map(len, DIMENSIONS.values())]).tolist(), strict=False))
N_GROUPS = sum(map(len, DIMENSIONS.values()))
_APPLIED, _RETURNED, _WISHED = EVENT["applied"], EVENT["returned"], EVENT["wished"]
_BORN, _CAME_OF_AGE, _SUCCEEDED = EVENT["born"], EVENT["came_of_age"], EVENT["succeeded"]
_LEARNING = [codes.SECTOR["child"], codes.SECTOR["student"]]


def motives(events: NDArray[np.void], start: Columns) -> NDArray[np.uint8]:
    """Motive (codes `motives`) of each event: its own of a wish, else that of the unit's last
    application, 0 before any.

    `events` are all of a run, in order of time; `start` the people before it. Who comes of age keeps the motive with
    which the family moved, until an application of their own.
    """
    found = np.zeros(len(events), np.uint8)
    heads = np.arange(len(start.key))
    heads -= np.where(start.behind == NOBODY, 0, start.behind)
    _fill_motives(events, start, heads, np.zeros(len(start.key), np.uint8), found)
    return found


@compiled
def _fill_motives(
    events: NDArray[np.void],
    start: Columns,
    heads: NDArray[np.int64],
    last: NDArray[np.uint8],
    found: NDArray[np.uint8],
) -> None:
    for i in range(len(events)):
        event = events[i]
        kind, row = event.kind, np.int64(event.row)
        if kind == _APPLIED:
            last[row] = event.detail
        elif kind == _BORN:
            heads[row] = heads[row - at(start, row).mother]
        elif kind == _CAME_OF_AGE or kind == _SUCCEEDED:
            before = heads[row]
            last[row] = last[before]
            for other in range(row, row + at(start, row).reach + 1):
                of_own = other == row or at(start, other).mother == other - row
                if heads[other] == before and (kind == _SUCCEEDED or of_own):
                    heads[other] = row
        found[i] = event.detail if kind == _WISHED else last[heads[row]]


def age_groups(months_old: NDArray[np.int64]) -> NDArray[np.int64]:
    """Position in `AGE_NAMES` of ages in months."""
    found: NDArray[np.int64] = np.searchsorted(np.array(AGES[1:]) * 12, months_old, side="right")
    return found


def lasting_sectors(start: Columns, end: Columns) -> NDArray[np.uint8]:
    """Sector by which people are told apart throughout a run, uint8[people].

    That at the start, so that nobody changes group by what happens to them; of who was a child or a student then, that
    at the end.
    """
    return np.where(np.isin(start.sector, _LEARNING), end.sector, start.sector)


def count(events: NDArray[np.void], start: Columns, sectors: NDArray[np.uint8], months: int) -> Counts:
    """Events of a run by group, in agents, int32[months, measures, places, groups of all dimensions].

    The place is where one goes; of a return, of a lost status and of a wish the place left, lived in, wished for.
    `events` are all of the run, `start` the people before it, `sectors` those of `lasting_sectors`.
    """
    counts = np.zeros((months, len(MEASURES), N_PLACES, N_GROUPS), np.int32)
    streams = motives(events, start)
    measure_of = np.full(max(EVENT.values()) + 1, -1)
    for number, name in enumerate(MEASURES):
        measure_of[EVENT[_EVENT_OF[name]]] = number
    counted = measure_of[events["kind"]] >= 0
    kept = events[counted]
    rows = kept["row"]
    place = np.where(kept["kind"] == _RETURNED, kept["origin"], kept["place"])
    groups = {
        "motive": streams[counted],
        "sex": start.sex[rows],
        "age": age_groups(kept["month"].astype(np.int64) - start.birth[rows]),
        "sector": sectors[rows],
    }
    for name, group in groups.items():
        np.add.at(counts, (kept["month"], measure_of[kept["kind"]], place, OFFSET[name] + group), 1)
    return counts


def labels() -> list[tuple[str, str]]:
    """Dimension and name of every group, in the order of the counts' last axis."""
    return [(dimension, name) for dimension, names in DIMENSIONS.items() for name in names]


def totals(counts: Counts, start: int = 0) -> NDArray[np.int64]:
    """Sums over the months from `start` on, int64[measures, places, groups]."""
    summed: NDArray[np.int64] = counts[start:].sum(axis=0, dtype=np.int64)
    return summed


def stacked(runs: Sequence[Counts], start: int = 0) -> NDArray[np.int64]:
    """Sums of several runs, int64[runs, measures, places, groups]."""
    return np.array([totals(run, start) for run in runs])

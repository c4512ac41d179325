"""Who lives and works where at the end of each month, and who is in prison: read back from the event log.

The log holds every change of residence, work abroad and custody, so the counts are exact and a run pays nothing for
them. A sector is the one held at the start: work lost in Belarus when an organisation is closed leaves no event.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.model.processes.depart import brings_work
from sim.numerics.codes import EVENT, MODE, N_PLACES, N_SECTORS
from sim.numerics.compiling import compiled
from sim.population.schema import Columns

Counts = NDArray[np.int64]

BANDS = ("0-17", "18-44", "45-64", "65+")
"""Age bands in completed years."""
_BOUNDS = np.array([-30000, 18 * 12, 45 * 12, 65 * 12, 30000])
_ADULT, _PENSION = 18 * 12, 65 * 12
_SETTLED = MODE["settled"]
_DEPARTED, _RETURNED, _ONWARD = EVENT["departed"], EVENT["returned"], EVENT["onward"]
_EMPLOYED, _DISMISSED = EVENT["employed"], EVENT["dismissed"]
_CHARGED, _RELEASED, _PARDONED = EVENT["charged"], EVENT["released"], EVENT["pardoned"]


class Stays(NamedTuple):
    """Agents at the end of each month; T months, P places."""

    residents: Counts  # [T, P, bands] settled people by age, pendular workers left out
    employed: Counts  # [T, P, sectors] settled people with work there, by sector in Belarus
    without_work: Counts  # [T, P] settled people of 18 to 64 without work
    prisoners: Counts  # [T] in custody on a political charge, or serving a sentence for one


def stays(events: NDArray[np.void], start: Columns, end: Columns, months: int) -> Stays:
    """Count residents, workers and prisoners of `months` months.

    `events` are a run's, those of a person in order of time; `start` and `end` the people before and after the run.
    """
    changes = (
        np.zeros((months + 1, N_PLACES, len(BANDS)), np.int64),
        np.zeros((months + 1, N_PLACES, N_SECTORS), np.int64),
        np.zeros((months + 1, N_PLACES), np.int64),
        np.zeros(months + 1, np.int64),
    )
    place = np.where(start.mode == _SETTLED, start.place, 0).astype(np.int64)
    lived = start.birth, start.member, start.sector, start.job.astype(np.int64)
    _replay(events, place, *lived, end.held, end.detained, months, *changes)
    return Stays(*(change[:-1].cumsum(axis=0) for change in changes))


@compiled
def _span(changes: NDArray[np.int64], first: int, last: int) -> None:
    """Count one more in months `first` to `last` - 1."""
    if last > first:
        changes[first] += 1
        changes[last] -= 1


@compiled
def _reside(
    residents: Counts, without: Counts, employed: Counts, place: int, born: int, sector: int, job: int,
    first: int, last: int, end: int,
) -> None:  # fmt: skip
    """Count a stretch of residence in a place, from month `first` to `last` - 1, with or without work all the time."""
    for band in range(len(_BOUNDS) - 1):
        youngest, oldest = born + _BOUNDS[band], born + _BOUNDS[band + 1]
        _span(residents[:, place, band], max(first, youngest), min(last, oldest, end))
    if job:
        _span(employed[:, place, sector], first, last)
    else:
        _span(without[:, place], max(first, born + _ADULT), min(last, born + _PENSION))


@compiled
def _replay(
    events: NDArray[np.void],
    place: Counts,
    birth: NDArray[np.int16],
    member: NDArray[np.uint8],
    sector: NDArray[np.uint8],
    job: Counts,
    held: NDArray[np.int16],
    detained: NDArray[np.int16],
    months: int,
    residents: Counts,
    employed: Counts,
    without: Counts,
    prisoners: Counts,
) -> None:
    """Fill the changes of every count; `place` (0 for not settled) and `job` are used up."""
    since = np.zeros(len(place), np.int64)
    charged = np.full(len(place), -1, np.int64)
    for i in range(len(events)):
        event = events[i]
        kind, row, t = event.kind, event.row, event.month
        moves = (kind == _DEPARTED) | (kind == _ONWARD) | (kind == _RETURNED)
        if moves | (kind == _EMPLOYED) | (kind == _DISMISSED):
            if place[row]:
                _reside(
                    residents, without, employed, place[row], birth[row], sector[row], job[row], since[row], t, months
                )
            since[row] = t
            if moves:
                channel = event.channel
                place[row] = 0 if kind == _RETURNED else event.place
                job[row] = brings_work(channel) & (member[row] == 0) & (kind != _RETURNED)
            else:
                job[row] = kind == _EMPLOYED
        elif kind == _CHARGED:
            charged[row] = t
        elif (kind == _RELEASED) | (kind == _PARDONED):
            _span(prisoners, charged[row], t)
            charged[row] = -1
    for row in range(len(place)):
        if place[row]:
            _reside(
                residents, without, employed, place[row], birth[row], sector[row], job[row], since[row], months, months
            )
        kept = (held[row] >= months) | ((held[row] == months - 1) & (detained[row] < months - 1))
        if (charged[row] >= 0) & kept:
            _span(prisoners, charged[row], months)

"""Who lives and works where at the end of each month, and who is in prison: read back from the event log.

The log holds every change of residence, work abroad and custody, births and deaths included, so the counts are exact
and a run pays nothing for them. Sectors are those of `by_group.lasting_sectors`: work lost in Belarus when an
organisation is closed leaves no event.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.model.processes.depart import brings_work
from sim.model.recording.by_group import lasting_sectors
from sim.numerics.codes import EVENT, MODE, N_PLACES, N_SECTORS
from sim.numerics.compiling import compiled
from sim.population.rows import Person, at
from sim.population.schema import Columns

Counts = NDArray[np.int64]

BANDS = ("0-17", "18-44", "45-64", "65+")
"""Age bands in completed years."""
_BOUNDS = np.array([-30000, 18 * 12, 45 * 12, 65 * 12, 30000])
_ADULT, _PENSION = 18 * 12, 65 * 12
_SETTLED = MODE["settled"]
_DEPARTED, _RETURNED, _ONWARD = EVENT["departed"], EVENT["returned"], EVENT["onward"]
_EMPLOYED, _DISMISSED = EVENT["employed"], EVENT["dismissed"]
_BORN, _DIED = EVENT["born"], EVENT["died"]
_CAME_OF_AGE, _SUCCEEDED = EVENT["came_of_age"], EVENT["succeeded"]
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
    changes = Stays(
        np.zeros((months + 1, N_PLACES, len(BANDS)), np.int64),
        np.zeros((months + 1, N_PLACES, N_SECTORS), np.int64),
        np.zeros((months + 1, N_PLACES), np.int64),
        np.zeros(months + 1, np.int64),
    )
    _replay(events, start, end, lasting_sectors(start, end), changes)
    return Stays(*(change[:-1].cumsum(axis=0) for change in changes))


@compiled
def _span(changes: NDArray[np.int64], first: int, last: int) -> None:
    """Count one more in months `first` to `last` - 1."""
    if last > first:
        changes[first] += 1
        changes[last] -= 1


@compiled
def _reside(changes: Stays, person: Person, sector: int, place: int, job: int, stretch: tuple[int, int]) -> None:
    """Count a stretch of residence in a place, from its first month to before its last, with or without work all
    the time.
    """
    first, last = stretch
    born, end = person.birth, len(changes.prisoners) - 1
    for band in range(len(_BOUNDS) - 1):
        youngest, oldest = born + _BOUNDS[band], born + _BOUNDS[band + 1]
        _span(changes.residents[:, place, band], max(first, youngest), min(last, oldest, end))
    if job:
        _span(changes.employed[:, place, sector], first, last)
    else:
        _span(changes.without_work[:, place], max(first, born + _ADULT), min(last, born + _PENSION))


@compiled(forceinline=True)
def was_held(person: Person, t: int) -> bool:
    """True for who was in custody for longer than a night as month t began: not all who are charged are."""
    return bool((person.held >= t) | ((person.held == t - 1) & (person.detained < t - 1)))


@compiled
def _replay(events: NDArray[np.void], start: Columns, end: Columns, sectors: NDArray[np.uint8], changes: Stays) -> None:
    """Fill the changes of every count from the events of a run, and the people before and after it."""
    people, months = len(start.traits), len(changes.prisoners) - 1
    place, job = np.zeros(people, np.int64), np.zeros(people, np.int64)
    since, charged = np.zeros(people, np.int64), np.full(people, -1, np.int64)
    heads = np.zeros(people, np.bool_)
    for row in range(people):
        person = at(start, row)
        place[row], job[row] = person.place if person.mode == _SETTLED else 0, person.job
        heads[row] = person.member == 0
    for i in range(len(events)):
        event = events[i]
        kind, row, t = event.kind, event.row, event.month
        moves = (kind == _DEPARTED) | (kind == _ONWARD) | (kind == _RETURNED)
        lives = (kind == _BORN) | (kind == _DIED)
        if moves | lives | (kind == _EMPLOYED) | (kind == _DISMISSED):
            if place[row]:
                _reside(changes, at(start, row), sectors[row], place[row], job[row], (since[row], t))
            since[row] = t
            if moves | lives:
                away = (kind != _RETURNED) & (kind != _DIED)
                place[row] = event.place if away else 0
                job[row] = brings_work(event.channel) & heads[row] & away & moves
            else:
                job[row] = kind == _EMPLOYED
            if kind == _DIED and charged[row] >= 0:
                if was_held(at(end, row), t):
                    _span(changes.prisoners, charged[row], t)
                charged[row] = -1
        elif (kind == _CAME_OF_AGE) | (kind == _SUCCEEDED):
            heads[row] = True
        elif kind == _CHARGED:
            charged[row] = t
        elif (kind == _RELEASED) | (kind == _PARDONED):
            _span(changes.prisoners, charged[row], t)
            charged[row] = -1
    for row in range(people):
        if place[row]:
            _reside(changes, at(start, row), sectors[row], place[row], job[row], (since[row], months))
        if charged[row] >= 0 and was_held(at(end, row), months):
            _span(changes.prisoners, charged[row], months)

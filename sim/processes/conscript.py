"""Conscription: liability by age and deferment, summonses, drafts, discharge, exit limits for the liable."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sim.behaviour import Behaviour
from sim.codes import CONSCRIPTION, EDUCATION, EVENT, PLACE, REASON, SEX
from sim.columns import Columns
from sim.conditions import ADULT_MONTHS, LIABILITY_ENDS_MONTHS, Conditions
from sim.eventlog import note
from sim.luck import PURPOSE, fill_words, uniform, words
from sim.room import Room
from sim.world import World

READS = ("birth", "sex", "education", "place", "held")
WRITES = ("conscription", "serves_until", "exit_ban")

_EVENTS, _MORE, _SUMMONS = PURPOSE["events"], PURPOSE["more_events"], PURPOSE["summons"]
_BELARUS, _MALE, _HIGHER = PLACE["belarus"], SEX["male"], EDUCATION["higher"]
_NEVER, _LIABLE, _DEFERRED = CONSCRIPTION["never"], CONSCRIPTION["liable"], CONSCRIPTION["deferred"]
_SERVING, _SERVED = CONSCRIPTION["serving"], CONSCRIPTION["served"]
_SUMMONED, _DRAFTED, _DISCHARGED = EVENT["summoned"], EVENT["drafted"], EVENT["discharged"]
_NONE = REASON["none"]
DEFERMENT_ENDS_MONTHS = 22 * 12
"""Study deferment ends at 22 (assumption: a first degree entered at 17 or 18 takes four to five years)."""
BAN_MONTHS = 6
"""Length of an exit limit that follows a summons (law 268-Z of 2023: up to six months)."""


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def monthly_hazard(persons: float, liable: float) -> float:
    """Probability per liable man of being among `persons` in a month."""
    if liable <= 0.0:
        return 0.0
    return min(1.0, persons / liable)


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def standing_by_age(standing: int, age: int) -> int:
    """Standing of a man who is not serving, at `age` in months: deferment ends at 22, liability at 27."""
    if age >= LIABILITY_ENDS_MONTHS:
        return _NEVER if standing == _LIABLE or standing == _DEFERRED else standing
    return _LIABLE if standing == _DEFERRED and age >= DEFERMENT_ENDS_MONTHS else standing


@njit(cache=True, nogil=True, error_model="numpy")
def conscript(
    people: Columns,
    first: int,
    last: int,
    t: int,
    world: World,
    b: Behaviour,
    conditions: Conditions,
    room: Room,
    log: NDArray[np.void],
    n: int,
) -> int:
    """Move the men of rows `first` to `last` - 1 through liability and service; returns the next log position."""
    summoned = monthly_hazard(world.belarus[t].summoned, conditions.reference.liable)
    drafted = min(summoned, monthly_hazard(world.belarus[t].drafted, conditions.reference.liable))
    called = 0
    for row in range(first, last):  # most are women, too young or long past service
        standing, age = people.conscription[row], t - people.birth[row]
        room.rows[called] = row
        called += (standing == _LIABLE) | (standing == _DEFERRED) | (standing == _SERVING) | (age == ADULT_MONTHS)
    drawn = 0
    for i in range(called):
        row = room.rows[i]
        key, sex, place, age = people.key[row], people.sex[row], people.place[row], t - people.birth[row]
        standing, held, serves_until = people.conscription[row], people.held[row], people.serves_until[row]
        if sex != _MALE or place != _BELARUS or age < ADULT_MONTHS:
            continue
        after = standing
        if standing != _SERVING:
            if standing == _NEVER and age == ADULT_MONTHS:
                deferred = uniform(words(key, t, _MORE, 0, conditions.seed)[3]) < b.deferred_share
                after = _DEFERRED if deferred else _LIABLE
            after = standing_by_age(after, age)
            people.conscription[row] = after
        may_be_called = (after == _LIABLE) & (held < t) & (summoned > 0.0)
        room.rows[drawn], room.keys[drawn] = row, key
        drawn += may_be_called | ((after == _SERVING) & (serves_until < t))
    fill_words(room.keys, drawn, t, _EVENTS, conditions.seed, room.luck)
    for i in range(drawn):
        row, key, luck = room.rows[i], room.keys[i], uniform(room.luck[2, i])
        if people.conscription[row] == _SERVING:
            people.conscription[row] = _SERVED
            n = note(log, n, t, row, key, _DISCHARGED, 0, 0, 0, _NONE)
        elif luck < summoned:
            n = note(log, n, t, row, key, _SUMMONED, 0, 0, 0, _NONE)
            if luck < drafted:
                higher = people.education[row] == _HIGHER
                people.conscription[row] = _SERVING
                people.serves_until[row] = t + int(b.service_months_higher if higher else b.service_months)
                n = note(log, n, t, row, key, _DRAFTED, 0, 0, 0, _NONE)
            elif uniform(words(key, t, _SUMMONS, 0, conditions.seed)[0]) < world.belarus[t].ban_liable:
                people.exit_ban[row] = max(people.exit_ban[row], t + BAN_MONTHS)
    return n

"""Pendular work: a season abroad in transport, construction or industry, and the automatic way back."""

import numpy as np
from numpy.typing import NDArray

from sim.arithmetic import sin
from sim.behaviour import Behaviour
from sim.choice import PI
from sim.codes import CHANNEL, EVENT, MODE, PLACE, REASON, SECTOR, STATUS
from sim.columns import Columns
from sim.compiling import compiled
from sim.conditions import ADULT_MONTHS, Conditions
from sim.eventlog import note
from sim.luck import PURPOSE, fill_words, uniform, words
from sim.months import NEVER
from sim.rows import at
from sim.units import class_groups, is_barred
from sim.world import World, travel_share

READS = ("key", "birth", "sector", "held", "exit_ban", "conscription", "plan")
WRITES = ("place", "mode", "status", "since", "expiry")

_PENDULAR = PURPOSE["pendular"]
_BELARUS, _HOME, _AWAY = PLACE["belarus"], MODE["home"], MODE["pendular"]
_AT_HOME, _ON_WORK = STATUS["home"], STATUS["pendular"]
_OUT, _BACK = EVENT["pendular_out"], EVENT["pendular_back"]
_CHOSEN, _NONE = REASON["choice"], REASON["none"]
_WORK = CHANNEL["work"]
_TRANSPORT, _CONSTRUCTION, _INDUSTRY = SECTOR["transport"], SECTOR["construction"], SECTOR["industry"]
_STRIP = 4096
"""Rows whose luck is drawn at once: few enough to stay in the nearest memory."""


@compiled(forceinline=True)
def season(t: int, swing: float) -> float:
    """Seasonal factor of pendular departures, highest in May, mean one."""
    angle = PI * (t % 12 - 1) / 6.0
    if angle > PI:
        angle -= 2.0 * PI
    return 1.0 + swing * sin(angle)


@compiled(forceinline=True)
def goes(sector: int) -> bool:
    """True for the sectors whose workers go on pendular work."""
    return bool((sector == _TRANSPORT) | (sector == _CONSTRUCTION) | (sector == _INDUSTRY))


@compiled(forceinline=True)
def may_go_on_pendular_work(
    mode: int, place: int, sector: int, plan: int, held: int, exit_ban: int, conscription: int, age: int, t: int
) -> bool:
    """True for a worker at home in transport, construction or industry, free to travel; `plan` is the unit's."""
    at_home = (place == _BELARUS) & (mode == _HOME) & (plan == 0)
    return at_home & goes(sector) & (not is_barred(held, exit_ban, conscription, t)) & (age >= ADULT_MONTHS)


@compiled
def pendular_rates(
    world: World, t: int, b: Behaviour, conditions: Conditions, sector: int, rates: NDArray[np.float64]
) -> float:
    """Fill the monthly probability of pendular departure to each place, float64[places]; return their sum."""
    total = 0.0
    groups = class_groups(sector, 0)
    for place in range(len(rates)):
        rates[place] = 0.0
        demand = world.places[t, place].pendular
        if place != _BELARUS and demand > 0.0 and conditions.reference.pendular > 0.0:
            share = travel_share(world, t, place, _WORK, groups)
            rates[place] = demand * share * season(t, b.pendular_season) / conditions.reference.pendular
        total += rates[place]
    return total


@compiled
def pendular(
    people: Columns,
    first: int,
    last: int,
    t: int,
    world: World,
    b: Behaviour,
    conditions: Conditions,
    log: NDArray[np.void],
    n: int,
) -> int:
    """Send workers of rows `first` to `last` - 1 to pendular work and bring back those whose months are over."""
    drivers, others = np.empty(len(world.law)), np.empty(len(world.law))
    all_drivers = pendular_rates(world, t, b, conditions, _TRANSPORT, drivers)
    all_others = pendular_rates(world, t, b, conditions, _CONSTRUCTION, others)
    called = workers_called(people, first, last, t, conditions.seed, max(all_drivers, all_others))
    for row in range(first, last):
        person = at(people, row)
        mode, expiry = person.mode, person.expiry
        if (mode == _AWAY) & (expiry < t):
            place = person.place
            person.place, person.mode, person.status = _BELARUS, _HOME, _AT_HOME
            person.since, person.expiry = t, NEVER
            n = note(log, n, t, row, person.key, _BACK, place, _BELARUS, 0, _NONE)
    for row in called:
        person = at(people, row)
        key, mode, place, sector = (
            person.key,
            person.mode,
            person.place,
            person.sector,
        )
        held, exit_ban, conscription = person.held, person.exit_ban, person.conscription
        age, plan = t - person.birth, at(people, head_of(people, row, first)).plan
        luck = words(key, t, _PENDULAR, 0, conditions.seed)
        drives, u = sector == _TRANSPORT, uniform(luck[0])
        if u >= (all_drivers if drives else all_others):
            continue
        if not may_go_on_pendular_work(mode, place, sector, plan, held, exit_ban, conscription, age, t):
            continue
        rates = drivers if drives else others
        for place in range(len(rates)):
            u -= rates[place]
            if u < 0.0:
                months = 3 + int(uniform(luck[2]) * (2.0 * b.pendular_months - 5.0))
                person.place, person.mode, person.status = place, _AWAY, _ON_WORK
                person.since, person.expiry = t, t + months - 1
                n = note(log, n, t, row, key, _OUT, _BELARUS, place, _WORK, _CHOSEN)
                break
    return n


@compiled
def workers_called(people: Columns, first: int, last: int, t: int, seed: int, rate: float) -> NDArray[np.int64]:
    """Rows of the workers at home in the sectors that go, whose luck is below the largest `rate`.

    Luck is drawn strip by strip, in vectors; whether those called may travel is for a closer look.
    """
    called, n = np.empty(last - first, np.int64), np.int64(0)
    rows, keys, luck = np.empty(_STRIP, np.int64), np.empty(_STRIP, np.uint64), np.empty((4, _STRIP), np.uint32)
    for start in range(first, last, _STRIP):
        workers = 0
        for row in range(start, min(start + _STRIP, last)):
            person = at(people, row)
            rows[workers], keys[workers] = row, person.key
            workers += (person.mode == _HOME) & goes(person.sector)
        fill_words(keys, workers, t, _PENDULAR, seed, luck)
        for i in range(workers):
            called[n] = rows[i]
            n += uniform(luck[0, i]) < rate
    return called[:n]


@compiled
def head_of(people: Columns, row: int, first: int) -> int:
    """Row of the head of the unit to which `row` belongs, at or after row `first`."""
    while at(people, row).member != 0 and row > first:
        row -= 1
    return row

"""Applications: queue, capacity, processing, approval, screening; what closes while one waits is lost.

A serial phase on the short list of units with a plan, in the order of application, luck and key.
"""

import numpy as np
from numpy.typing import NDArray

from sim.behaviour import Behaviour
from sim.codes import CHANNEL, EVENT, LEAD, PLAN, REASON
from sim.columns import Columns
from sim.compiling import compiled
from sim.conditions import Conditions
from sim.eventlog import note
from sim.luck import PURPOSE, uniform, words
from sim.processes.screening import OF_APPLICATION, fails_screening, screened
from sim.rows import Person, at, beside
from sim.units import class_groups, flags, going
from sim.world import World, admission_share

READS = ("key", "sector", "visa", "applied")
WRITES = ("plan", "due", "lead")

_APPLICATION, _QUOTA = PURPOSE["application"], PURPOSE["quota"]
_NO_PLAN, _QUEUED, _PROCESSING, _GRANTED = PLAN["none"], PLAN["queued"], PLAN["processing"], PLAN["granted"]
_EVENT_GRANTED, _REFUSED, _BLOCKED = EVENT["granted"], EVENT["refused"], EVENT["blocked"]
_CAUGHT = EVENT["caught"]
_IRREGULAR = CHANNEL["irregular"]
_TOGETHER = LEAD["together"]
_NONE, _CLOSED, _BY_QUOTA, _REFUSAL = REASON["none"], REASON["closed"], REASON["quota"], REASON["refusal"]
_BY_SECURITY = REASON["security"]
_CHANNEL_KEY = np.uint64(1 << 62)
"""Keys of channels lie above those of people."""
UNLIMITED = 2**31


@compiled(forceinline=True)
def places_this_month(before: float, after: float, one_in: int, luck: float) -> int:
    """Capacity of a channel in agents: `floor(C(t)/k + U) - floor(C(t-1)/k + U)`, C cumulative persons.

    Never over quota by one agent in any span, exact at k = 1.
    """
    return int(np.floor(after / one_in + luck) - np.floor(before / one_in + luck))


@compiled(forceinline=True)
def lose_plan(head: Person) -> None:
    """End a unit's plan."""
    head.plan, head.lead = _NO_PLAN, _TOGETHER


@compiled
def queue_luck(people: Columns, rows: NDArray[np.int64], conditions: Conditions) -> NDArray[np.uint32]:
    """Luck that orders applications of the same month, one word a unit."""
    luck = np.empty(len(rows), np.uint32)
    for i, row in enumerate(rows):
        luck[i] = words(at(people, row).key, at(people, row).applied, _APPLICATION, 0, conditions.seed)[1]
    return luck


def in_order(people: Columns, rows: NDArray[np.int64], conditions: Conditions) -> NDArray[np.int64]:
    """Rows sorted by month of application, luck and key."""
    order = np.lexsort((people.key[rows], queue_luck(people, rows, conditions), people.applied[rows]))
    return rows[order]


@compiled
def apply(
    people: Columns,
    rows: NDArray[np.int64],
    t: int,
    world: World,
    b: Behaviour,
    conditions: Conditions,
    cumulative: NDArray[np.float64],
    banked: NDArray[np.int64],
    log: NDArray[np.void],
    n: int,
) -> int:
    """Move the plans of `rows` (in order) on by a month; returns the next log position.

    `cumulative` float64[2, places, channels]: persons admitted by limited capacity before and after this month;
    `banked` int64[places, channels]: places kept because the next unit in the queue did not fit.
    """
    places, channels = world.law.shape
    left = np.empty((places, channels), np.int64)
    for place in range(places):
        for channel in range(channels):
            if np.isinf(world.rules[t, place, channel].capacity):
                left[place, channel] = UNLIMITED
            else:
                name = _CHANNEL_KEY + np.uint64(place * 64 + channel)
                luck = uniform(words(name, 0, _QUOTA, 0, conditions.trait_seed)[0])
                month = places_this_month(
                    cumulative[0, place, channel], cumulative[1, place, channel], conditions.one_in, luck
                )
                left[place, channel] = month + banked[place, channel]
    stuck = np.zeros((places, channels), np.bool_)
    for row in rows:
        head = at(people, row)
        place, channel = head.plan_place, head.plan_channel
        key, plan = head.key, head.plan
        if plan == _GRANTED:
            continue
        groups = class_groups(head.sector, flags(head, t))
        if admission_share(world, t, place, channel, groups) <= 0.0 or world.rules[t, place, channel].offered <= 0.0:
            lose_plan(head)
            n = note(log, n, t, row, key, _BLOCKED, 0, place, channel, _CLOSED)
            continue
        luck = words(key, head.applied, _APPLICATION, 0, conditions.seed)
        if plan == _QUEUED:
            size = going(head)
            if stuck[place, channel] or left[place, channel] < size:
                stuck[place, channel] = True
                if t - head.applied >= b.patience:
                    lose_plan(head)
                    n = note(log, n, t, row, key, _REFUSED, 0, place, channel, _BY_QUOTA)
                continue
            left[place, channel] -= size
            head.plan = _PROCESSING
            head.due = t + int(world.rules[t, place, channel].months + uniform(luck[3]))
        if head.due > t:
            continue
        reason = _NONE
        if uniform(luck[0]) >= world.rules[t, place, channel].approval:
            reason = _REFUSAL
        elif screened(channel) and fails_screening(key, head.applied, OF_APPLICATION, world, t, place, b, conditions):
            reason = _BY_SECURITY
        if reason == _NONE:
            head.plan = _GRANTED
            head.due = t
            n = note(log, n, t, row, key, _EVENT_GRANTED, 0, place, channel, _NONE)
        elif channel == _IRREGULAR:  # a harm, and so counted in people
            for i in range(going(head)):
                one = beside(head, i)
                n = note(log, n, t, one.row, one.key, _CAUGHT, 0, place, channel, reason)
            lose_plan(head)
        else:
            n = note(log, n, t, row, key, _REFUSED, 0, place, channel, reason)
            lose_plan(head)
            head.due = t + int(b.reapply_months)
    for place in range(places):
        for channel in range(channels):
            banked[place, channel] = left[place, channel] if stuck[place, channel] else 0
    return n

"""Departure on a granted instrument, of a unit or of its head ahead of it, who may exit, can travel and can pay."""

import numpy as np
from numpy.typing import NDArray

from sim.behaviour import Behaviour
from sim.codes import CHANNEL, EVENT, INSTRUMENT, LEAD, MODE, PLAN, REASON
from sim.columns import Columns
from sim.compiling import compiled
from sim.conditions import Circles, Conditions
from sim.eventlog import note
from sim.luck import PURPOSE, uniform, words
from sim.options import RELOCATION, move_price
from sim.processes.apply import lose_plan
from sim.rows import Person, at, beside
from sim.units import adults, groups_of, may_exit, money
from sim.world import World, fare, open_share, travel_share

READS = ("key", "circle", "sector", "held", "exit_ban", "conscription")
WRITES = ("plan", "lead", "savings", "place", "mode", "status", "channel", "since", "expiry", "passport", "job")

_DEPARTURE = PURPOSE["departure"]
_NO_PLAN, _GRANTED = PLAN["none"], PLAN["granted"]
_DEPARTED, _BLOCKED = EVENT["departed"], EVENT["blocked"]
_SETTLED = MODE["settled"]
_WORK, _IT_SCHEME = CHANNEL["work"], CHANNEL["it_scheme"]
_TOGETHER, _PLANNED, _AHEAD = LEAD["together"], LEAD["planned"], LEAD["ahead"]
_VISA_FREE, _ON_VISA = INSTRUMENT["visa_free"], INSTRUMENT["short_visa_entry"]
_CHOSEN, _CLOSED, _EXIT, _FUNDS = REASON["choice"], REASON["closed"], REASON["exit"], REASON["funds"]


@compiled(forceinline=True)
def brings_work(channel: int) -> bool:
    """True for channels that rest on a job."""
    return bool((channel == _WORK) | (channel == _IT_SCHEME) | (channel == RELOCATION))


@compiled(forceinline=True)
def arrive(person: Person, t: int, place: int, channel: int, world: World) -> None:
    """Put a person into a destination by a channel, with the channel's first status and stay."""
    person.place = place
    person.mode = _SETTLED
    person.status = world.law[place, channel].first_status
    person.channel = channel
    person.since = t
    person.expiry = t + int(min(world.rules[t, place, channel].stay, 1200.0))
    person.job = brings_work(channel) & (person.member == 0)


@compiled(forceinline=True)
def leave_home(person: Person, t: int, place: int, channel: int, world: World, b: Behaviour) -> None:
    """Let a person leave Belarus, with a passport renewed if it has run out."""
    arrive(person, t, place, channel, world)
    if person.passport < t:
        person.passport = t + int(b.passport_months)


@compiled(forceinline=True)
def turned_back(world: World, t: int, place: int, channel: int, groups: int) -> bool:
    """True if entry is refused at the border all month: a granted paper still lets in, but not where none is asked
    (visa-free) or where it is the border that admits a visa in hand.
    """
    entry = world.law[place, channel].entry
    if entry != _VISA_FREE and entry != _ON_VISA:
        return False
    return open_share(world.openness[t, place, entry], channel, groups) <= 0.0


@compiled(forceinline=True)
def pay(head: Person, price: float) -> None:
    """Take the price of a move from the adults' savings, the head's first."""
    for i in range(adults(head)):
        one = beside(head, i)
        part = min(price, one.savings)
        one.savings -= part
        price -= part


@compiled
def depart(
    people: Columns,
    rows: NDArray[np.int64],
    t: int,
    circles: Circles,
    world: World,
    b: Behaviour,
    conditions: Conditions,
    log: NDArray[np.void],
    n: int,
) -> int:
    """Let the units of `rows` with a granted instrument leave; returns the next log position."""
    for row in rows:
        head = at(people, row)
        if head.plan != _GRANTED:
            continue
        place, channel, key = head.plan_place, head.plan_channel, head.key
        groups = groups_of(head, t)
        alone = head.lead == _PLANNED
        size, grown = (1, 1) if alone else (head.unit_size, adults(head))
        each = world.rules[t, place, channel].fee + world.rules[t, place, channel].funds
        reserve = b.reserve * world.places[t, place].rent
        fare_each = fare(world, t, place, channel, groups)
        price = move_price(fare_each, each, reserve, size, grown)
        passable = travel_share(world, t, place, channel, groups)
        if turned_back(world, t, place, channel, groups):
            passable = 0.0
        reason = 0
        if not may_exit(head, t):
            reason = _EXIT
        elif uniform(words(key, t, _DEPARTURE, 0, conditions.seed)[0]) >= passable:
            reason = _CLOSED
        elif money(head) < price:
            reason = _FUNDS
        if reason:
            if t - head.due >= b.grant_months:
                lose_plan(head)
                n = note(log, n, t, row, key, _BLOCKED, 0, place, channel, reason)
            continue
        pay(head, price - reserve - world.rules[t, place, channel].funds * grown)
        head.plan = _NO_PLAN
        head.lead = _AHEAD if alone else _TOGETHER
        circles.abroad[head.circle // circles.one_in] += size
        for i in range(size):
            one = beside(head, i)
            leave_home(one, t, place, channel, world, b)
            n = note(log, n, t, one.row, one.key, _DEPARTED, 0, place, channel, _CHOSEN)
    return n

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
from sim.rows import at
from sim.units import adults, class_groups, flags, may_exit, money
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
def arrive(people: Columns, row: int, t: int, place: int, channel: int, world: World) -> None:
    """Put a person into a destination by a channel, with the channel's first status and stay."""
    at(people, row).place = place
    at(people, row).mode = _SETTLED
    at(people, row).status = world.law[place, channel].first_status
    at(people, row).channel = channel
    at(people, row).since = t
    at(people, row).expiry = t + int(min(world.rules[t, place, channel].stay, 1200.0))
    at(people, row).job = brings_work(channel) & (at(people, row).member == 0)


@compiled(forceinline=True)
def leave_home(people: Columns, row: int, t: int, place: int, channel: int, world: World, b: Behaviour) -> None:
    """Let a person leave Belarus, with a passport renewed if it has run out."""
    arrive(people, row, t, place, channel, world)
    if at(people, row).passport < t:
        at(people, row).passport = t + int(b.passport_months)


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
def pay(people: Columns, head: int, price: float) -> None:
    """Take the price of a move from the adults' savings, the head's first."""
    for row in range(head, head + adults(people, head)):
        part = min(price, at(people, row).savings)
        at(people, row).savings -= part
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
    for head in rows:
        if at(people, head).plan != _GRANTED:
            continue
        place, channel, key = at(people, head).plan_place, at(people, head).plan_channel, at(people, head).key
        groups = class_groups(at(people, head).sector, flags(people, head, t))
        alone = at(people, head).lead == _PLANNED
        size, grown = (1, 1) if alone else (at(people, head).unit_size, adults(people, head))
        each = world.rules[t, place, channel].fee + world.rules[t, place, channel].funds
        reserve = b.reserve * world.places[t, place].rent
        fare_each = fare(world, t, place, channel, groups)
        price = move_price(fare_each, each, reserve, size, grown)
        passable = travel_share(world, t, place, channel, groups)
        if turned_back(world, t, place, channel, groups):
            passable = 0.0
        reason = 0
        if not may_exit(people, head, t):
            reason = _EXIT
        elif uniform(words(key, t, _DEPARTURE, 0, conditions.seed)[0]) >= passable:
            reason = _CLOSED
        elif money(people, head) < price:
            reason = _FUNDS
        if reason:
            if t - at(people, head).due >= b.grant_months:
                lose_plan(people, head)
                n = note(log, n, t, head, key, _BLOCKED, 0, place, channel, reason)
            continue
        pay(people, head, price - reserve - world.rules[t, place, channel].funds * grown)
        at(people, head).plan = _NO_PLAN
        at(people, head).lead = _AHEAD if alone else _TOGETHER
        circles.abroad[at(people, head).circle // circles.one_in] += size
        for row in range(head, head + size):
            leave_home(people, row, t, place, channel, world, b)
            n = note(log, n, t, row, at(people, row).key, _DEPARTED, 0, place, channel, _CHOSEN)
    return n

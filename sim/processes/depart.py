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
    people.place[row] = place
    people.mode[row] = _SETTLED
    people.status[row] = world.law[place, channel].first_status
    people.channel[row] = channel
    people.since[row] = t
    people.expiry[row] = t + int(min(world.rules[t, place, channel].stay, 1200.0))
    people.job[row] = brings_work(channel) & (people.member[row] == 0)


@compiled(forceinline=True)
def leave_home(people: Columns, row: int, t: int, place: int, channel: int, world: World, b: Behaviour) -> None:
    """Let a person leave Belarus, with a passport renewed if it has run out."""
    arrive(people, row, t, place, channel, world)
    if people.passport[row] < t:
        people.passport[row] = t + int(b.passport_months)


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
        part = min(price, people.savings[row])
        people.savings[row] -= part
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
        if people.plan[head] != _GRANTED:
            continue
        place, channel, key = people.plan_place[head], people.plan_channel[head], people.key[head]
        groups = class_groups(people.sector[head], flags(people, head, t))
        alone = people.lead[head] == _PLANNED
        size, grown = (1, 1) if alone else (people.unit_size[head], adults(people, head))
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
            if t - people.due[head] >= b.grant_months:
                lose_plan(people, head)
                n = note(log, n, t, head, key, _BLOCKED, 0, place, channel, reason)
            continue
        pay(people, head, price - reserve - world.rules[t, place, channel].funds * grown)
        people.plan[head] = _NO_PLAN
        people.lead[head] = _AHEAD if alone else _TOGETHER
        circles.abroad[people.circle[head] // circles.one_in] += size
        for row in range(head, head + size):
            leave_home(people, row, t, place, channel, world, b)
            n = note(log, n, t, row, people.key[row], _DEPARTED, 0, place, channel, _CHOSEN)
    return n

"""Moves of those settled abroad: return, onward moves, families that follow."""

import numpy as np
from numpy.typing import NDArray

from sim.behaviour import Behaviour
from sim.choice import best_slot, gumbels
from sim.codes import CHANNEL, CONSCRIPTION, EVENT, LEAD, MODE, PLACE, REASON, SLOTS, STATUS
from sim.columns import Columns
from sim.commitment import FIXED_POINT
from sim.compiling import compiled
from sim.conditions import Circles, Conditions
from sim.eventlog import note
from sim.luck import PURPOSE, fill_words, uniform, words
from sim.months import NEVER
from sim.options import Options
from sim.processes.depart import arrive, leave_home, pay
from sim.processes.live import destitute
from sim.rows import Person, at, beside
from sim.units import adults, choice_class, class_groups, flags, in_party, is_barred, money, persecuted
from sim.views import FROM_ABROAD, draw_tastes, look
from sim.world import World, admission_share, fare, travel_share

READS = ("key", "status", "sector", "exposure", "held", "exit_ban", "conscription", "savings", "job")
WRITES = (
    *("place", "mode", "status", "channel", "since", "expiry", "detained", "held"),
    *("job", "lead", "savings", "passport"),
)

_SETTLE, _EVENTS, _FOLLOW = PURPOSE["settle"], PURPOSE["events"], PURPOSE["follow"]
_ONWARD_0 = PURPOSE["onward_0"]
_BELARUS, _HOME = PLACE["belarus"], MODE["home"]
_AT_HOME, _VISA_FREE, _IRREGULAR = STATUS["home"], STATUS["visa_free"], STATUS["irregular"]
_ASYLUM_SEEKER, _CITIZEN = STATUS["asylum_seeker"], STATUS["citizen"]
_RETURNED, _ONWARD, _ARRESTED = EVENT["returned"], EVENT["onward"], EVENT["arrested_on_return"]
_DEPARTED = EVENT["departed"]
_CHOSEN, _NONE, _FOLLOWS = REASON["choice"], REASON["none"], REASON["family"]
_FAMILY, _LIABLE = CHANNEL["family"], CONSCRIPTION["liable"]
_TOGETHER, _AHEAD = LEAD["together"], LEAD["ahead"]


@compiled(forceinline=True)
def return_hazard(b: Behaviour, pull: float, hunted: bool, status: int, poor: bool, liable: bool) -> float:
    """Monthly probability of return to Belarus; `pull` is the country's (1 but for a change of regime)."""
    hazard = b.return_ * pull
    if hunted:
        hazard *= b.return_persecuted
    if status == _IRREGULAR:
        hazard *= b.return_irregular
    if poor:
        hazard *= b.return_destitute
    if liable:
        hazard *= b.return_liable
    return min(1.0, hazard)


@compiled(forceinline=True)
def onward_hazard(b: Behaviour, status: int, unsafe: float) -> float:
    """Monthly probability of leaving a destination for another; `unsafe` is the share of the month at war."""
    hazard = b.onward
    if status == _VISA_FREE:
        hazard = b.onward_visa_free
    elif status == _IRREGULAR:
        hazard = b.onward_irregular
    elif status == _ASYLUM_SEEKER or status == _CITIZEN:
        hazard = 0.0
    return max(hazard, unsafe * b.onward_unsafe)


@compiled
def move_on(
    people: Columns,
    heads: NDArray[np.int64],
    units: int,
    t: int,
    circles: Circles,
    world: World,
    options: Options,
    b: Behaviour,
    conditions: Conditions,
    log: NDArray[np.void],
    n: int,
    following: NDArray[np.int64],
) -> int:
    """Let the first `units` settled units in `heads` return, move onward, be followed by their families, or stay.

    `following` int64[places] gathers the hazards of following, in persons. Returns the next log position.
    """
    keys, luck = np.empty(units, np.uint64), np.empty((4, units), np.uint32)
    for i in range(units):
        keys[i] = at(people, heads[i]).key
    fill_words(keys, units, t, _SETTLE, conditions.seed, luck)
    pull = world.belarus[t].return_pull
    for i in range(units):
        head = at(people, heads[i])
        origin, status, lead = head.place, head.status, head.lead
        hunted = persecuted(head.exposure, head.detained)
        poor, liable = destitute(head, t), has_liable(head)
        unsafe = world.places[t, origin].unsafe
        if uniform(luck[1, i]) < return_hazard(b, pull, hunted, status, poor, liable):
            n = return_home(head, t, circles, world, conditions, log, n)
        elif uniform(luck[2, i]) < onward_hazard(b, status, unsafe):
            n = move_onward(head, t, world, options, b, conditions, log, n)
        elif lead == _AHEAD:
            n = follow(head, t, circles, world, b, conditions, log, n, following)
    return n


@compiled(forceinline=True)
def has_liable(head: Person) -> bool:
    """True if an adult of a unit abroad may be drafted."""
    found = False
    for i in range(adults(head)):
        one = beside(head, i)
        found |= in_party(one) & (one.conscription == _LIABLE)
    return found


@compiled
def return_home(
    head: Person,
    t: int,
    circles: Circles,
    world: World,
    conditions: Conditions,
    log: NDArray[np.void],
    n: int,
) -> int:
    """Bring a unit back to Belarus, where the persecuted risk arrest; returns the next log position."""
    origin, circle = head.place, head.circle // circles.one_in
    members = circles.start[circle + 1] - circles.start[circle]
    head.lead = _TOGETHER
    for i in range(head.unit_size):
        one = beside(head, i)
        if not in_party(one):
            continue
        key, channel = one.key, one.channel
        one.place, one.mode, one.status = _BELARUS, _HOME, _AT_HOME
        one.channel, one.since, one.expiry, one.job = 0, t, NEVER, 0
        circles.abroad[circle] -= 1
        n = note(log, n, t, one.row, key, _RETURNED, origin, _BELARUS, channel, _CHOSEN)
        risk = words(key, t, _EVENTS, 0, conditions.seed)[3]
        if persecuted(one.exposure, one.detained) and uniform(risk) < world.belarus[t].arrest_on_return:
            one.detained, one.held = t, t
            circles.memory[circle] += 1.0 / members
            n = note(log, n, t, one.row, key, _ARRESTED, origin, _BELARUS, channel, _NONE)
    return n


@compiled
def move_onward(
    head: Person,
    t: int,
    world: World,
    options: Options,
    b: Behaviour,
    conditions: Conditions,
    log: NDArray[np.void],
    n: int,
) -> int:
    """Move a unit to another destination drawn by value, if any is open to it; returns the next log position."""
    places = len(world.law)
    values, noise, channels = np.empty(places), np.empty(places), np.empty(places, np.uint8)
    tastes, ahead = np.empty((2, SLOTS)), np.empty(places, np.bool_)
    origin = head.place
    kind = choice_class(head.sector, flags(head, t))
    draw_tastes(head.key, b, conditions.trait_seed, tastes)
    look(head, t, kind, FROM_ABROAD, options, world, b, tastes, values, channels, ahead)
    gumbels(head.key, t, _ONWARD_0, conditions.seed, noise)
    place = best_slot(values, noise)
    if place >= 0:
        for i in range(head.unit_size):
            one = beside(head, i)
            if in_party(one):
                arrive(one, t, place, channels[place], world)
                n = note(log, n, t, one.row, one.key, _ONWARD, origin, place, channels[place], _CHOSEN)
    return n


@compiled(forceinline=True)
def may_be_joined(exists: int, status: int, months: int, needed: float) -> bool:
    """True if a family may join its head, who has been abroad for `months` and has a right to stay."""
    return bool((exists > 0) & (status != _IRREGULAR) & (status != _ASYLUM_SEEKER) & (months >= needed))


@compiled
def follow(
    head: Person,
    t: int,
    circles: Circles,
    world: World,
    b: Behaviour,
    conditions: Conditions,
    log: NDArray[np.void],
    n: int,
    following: NDArray[np.int64],
) -> int:
    """Let a family follow its head abroad, if it is free, can travel and can pay; returns the next log position."""
    place, circle = head.place, head.circle // circles.one_in
    if not may_be_joined(world.law[place, _FAMILY].exists, head.status, t - head.since, b.follow_months):
        return n
    left, grown, free = 0, 0, True
    for i in range(1, head.unit_size):
        one = beside(head, i)
        if not in_party(one):
            barred = is_barred(one.held, one.exit_ban, one.conscription, t)
            free &= (one.mode == _HOME) & (not barred)
            left += 1
            grown += one.member == 1
    groups = class_groups(head.sector, flags(head, t))
    passable = min(admission_share(world, t, place, _FAMILY, groups), travel_share(world, t, place, _FAMILY, groups))
    price = fare(world, t, place, _FAMILY, groups) * left + world.rules[t, place, _FAMILY].fee * grown
    if not free or money(head) < price:
        return n
    following[place] += np.int64(b.follow * passable * left * circles.one_in * FIXED_POINT)
    luck = words(head.key, t, _FOLLOW, 0, conditions.seed)
    if uniform(luck[0]) >= b.follow or uniform(luck[1]) >= passable:
        return n
    pay(head, price)
    head.lead = _TOGETHER
    for i in range(1, head.unit_size):
        one = beside(head, i)
        if not in_party(one):
            leave_home(one, t, place, _FAMILY, world, b)
            circles.abroad[circle] += 1
            n = note(log, n, t, one.row, one.key, _DEPARTED, _BELARUS, place, _FAMILY, _FOLLOWS)
    return n

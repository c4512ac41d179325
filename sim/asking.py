"""The asking: who is asked this month and with what push, what they see, and what comes of it.

The rules of decision share all of it. A rule plugs in what is its own: `stays` (a quick bound), `decide` (its noise)
and `expect` (its probabilities). They are compiled functions given as arguments, so each rule gets machine code of
its own, as if they were written out. What takes them is inlined: else their addresses would stay in the machine code,
which could then not be kept for the next run.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.behaviour import Behaviour
from sim.choice import N_FLAGS, repression_term, war_term
from sim.codes import REASON, SLOTS
from sim.columns import Columns
from sim.commitment import commit, motive, wish
from sim.compiling import compiled
from sim.conditions import Circles, Conditions, in_panel
from sim.luck import PURPOSE, fill_words, four
from sim.options import Options
from sim.room import Room
from sim.rows import Person, at, beside
from sim.units import (
    adult_flags,
    adults,
    at_leisure,
    choice_class,
    exposure_weight,
    may_exit,
    personal_term,
    service_term,
    threat_group,
    unit_push,
    with_adult,
)
from sim.views import (
    ADMITTED,
    CHANNEL_TASTE,
    FREE_TO_EXIT,
    FROM_HOME,
    TASTE,
    UNQUEUED,
    WITHIN_MEANS,
    ceiling,
    fill_further_tastes,
    fill_tastes,
    look,
)
from sim.world import Nests, World

READS: tuple[str, ...] = (
    *("key", "member", "unit_size", "birth", "education", "exposure", "ancestry", "kin", "ties", "frailty", "sector"),
    *("employer", "savings", "place", "mode", "visa", "detained", "exit_ban", "held", "conscription", "plan", "due"),
)
WRITES: tuple[str, ...] = ("plan", "plan_place", "plan_channel", "applied", "lead", "aspires")

_CHOICE = PURPOSE["choice"]
_CLOSED, _QUEUE, _FUNDS, _EXIT = REASON["closed"], REASON["quota"], REASON["funds"], REASON["exit"]


@compiled(forceinline=True)
def ask(
    people: Columns,
    first_circle: int,
    last_circle: int,
    t: int,
    circles: Circles,
    world: World,
    options: Options,
    b: Behaviour,
    conditions: Conditions,
    room: Room,
    log: NDArray[np.void],
    n: int,
    expected: NDArray[np.int64],
    stays: Any,
    decide: Any,
    expect: Any,
) -> int:
    """Let every free unit of circles `first_circle` to `last_circle` - 1 stay or commit to a destination.

    Units that stay are asked where they would go, were more open. `expected` int64[places, channels] gathers the
    panel's hazards in persons. `stays`, `decide` and `expect` are the rule's. Returns the next log position.
    """
    picked = gather(
        people, first_circle, last_circle, t, circles, world, options, b, conditions, room, stays, of_the_panel
    )
    places = len(world.law)
    values, weights, tastes, goers = np.empty(places), np.empty(places), np.empty((2, SLOTS)), np.empty(places)
    channels, ahead = np.empty(places, np.uint8), np.empty(places, np.bool_)
    war_fear, rho, seed = world.belarus[t].war_fear, b.nest_region, conditions.seed
    nests = Nests(rho, world.places[t].region)
    for k in range(picked):
        i = room.picked[k]
        head = at(people, room.rows[i])
        kind, eta, luck, key = room.kinds[i], room.etas[i], four(room.luck, i), room.keys[k]
        mask = kind % N_FLAGS
        group = threat_group(mask, war_fear)
        lam = conditions.lam[group]
        fill_tastes(four(room.country_taste, k), b.spread_country, tastes[0])
        fill_tastes(four(room.channel_taste, k), b.spread_channel, tastes[1])
        fill_further_tastes(key, places, b, conditions.trait_seed, tastes)
        if may_exit(head, t):
            top = look(head, t, kind, FROM_HOME, options, world, b, tastes, values, channels, ahead)
            if in_panel(key, conditions.panel):
                fill_goers(ahead, head.unit_size, conditions.panel_weight, goers)
                expect(values, channels, eta, lam, nests, goers, weights, expected)
            if not stays(key, t, seed, luck, lam, rho, eta, top, conditions.bounds, group):
                place = decide(key, t, seed, lam, nests, eta, room.luck[:, i], values, top, weights)
                if place >= 0:
                    stream = motive(mask, group, channels[place])
                    n = commit(head, t, place, channels[place], ahead[place], stream, log, n)
                    continue
        top = look(head, t, kind, UNQUEUED, options, world, b, tastes, values, channels, ahead)
        if stays(key, t, seed, luck, lam, rho, eta, top, conditions.bounds, group):
            continue
        place = decide(key, t, seed, lam, nests, eta, room.luck[:, i], values, top, weights)
        if place >= 0:
            channel, reason = channels[place], _QUEUE
            for view in range(FREE_TO_EXIT, UNQUEUED):
                top = look(head, t, kind, view, options, world, b, tastes, values, channels, ahead)
                if decide(key, t, seed, lam, nests, eta, room.luck[:, i], values, top, weights) >= 0:
                    reason = obstacle(view)
                    break
            n = wish(head, t, place, channel, reason, motive(mask, group, channel), log, n)
    return n


@compiled(forceinline=True)
def fill_goers(ahead: NDArray[np.bool_], size: int, each: float, goers: NDArray[np.float64]) -> None:
    """Fill the persons who would go to each place, float64[places]: the unit's or its head's, `each` for so many."""
    for place in range(len(goers)):
        goers[place] = each if ahead[place] else each * size


@compiled(forceinline=True)
def obstacle(view: int) -> int:
    """What kept a unit that would leave in this view, and in none before it."""
    if view == FREE_TO_EXIT:
        return _EXIT
    if view == WITHIN_MEANS:
        return _FUNDS
    return _CLOSED if view == ADMITTED else _QUEUE


@compiled(forceinline=True)
def of_the_panel(head: Person, key: int, t: int, panel: int) -> bool:
    """True for a unit to be looked at whatever its luck, because its probabilities are counted."""
    return in_panel(key, panel)


@compiled(forceinline=True)
def gather(
    people: Columns,
    first_circle: int,
    last_circle: int,
    t: int,
    circles: Circles,
    world: World,
    options: Options,
    b: Behaviour,
    conditions: Conditions,
    room: Room,
    stays: Any,
    watched: Any,
) -> int:
    """Find the units at leisure that need a look at their options, and draw their luck and tastes.

    Returns how many units `room.picked` holds. `room.keys` and the tastes are those of the picked, in their order;
    `room.rows`, `kinds`, `etas` and `luck` those of all units at leisure.
    """
    first, last = circles.start[first_circle], circles.start[last_circle]
    units = heads_at_leisure(people, first, last, t, room)
    fill_words(room.keys, units, t, _CHOICE, conditions.seed, room.luck)
    picked = screen(
        people, first_circle, last_circle, t, circles, world, options, b, conditions, room, units, stays, watched
    )
    for k in range(picked):
        room.keys[k] = room.keys[room.picked[k]]
    fill_words(room.keys, picked, 0, TASTE, conditions.trait_seed, room.country_taste)
    fill_words(room.keys, picked, 0, CHANNEL_TASTE, conditions.trait_seed, room.channel_taste)
    return picked


@compiled(forceinline=True)
def screen(
    people: Columns,
    first_circle: int,
    last_circle: int,
    t: int,
    circles: Circles,
    world: World,
    options: Options,
    b: Behaviour,
    conditions: Conditions,
    room: Room,
    units: int,
    stays: Any,
    watched: Any,
) -> int:
    """Pick out the units that may leave or wish to this month and those watched, without a look at any destination.

    Most surely stay. Returns how many units `room.picked` holds; `room.kinds` and `room.etas` are filled.
    """
    first, last = circles.start[first_circle], circles.start[last_circle]
    war_fear, rho, seed = world.belarus[t].war_fear, b.nest_region, conditions.seed
    fill_adults(people, first, last, t, war_fear, b, room)
    weights = np.empty(256)
    for code in range(256):
        weights[code] = exposure_weight(b, code)
    picked = i = 0
    for circle in range(first_circle, last_circle):
        end = circles.start[circle + 1]
        abroad = circles.abroad[circle] / (end - circles.start[circle])
        perceived = world.belarus[t].news + b.circle_gain * circles.memory[circle]
        heard = b.anticipation * circles.heard[circle]
        while i < units and room.rows[i] < end:
            head = at(people, room.rows[i])
            grown = adults(head)
            other = beside(head, grown - 1)  # the head where there is no partner
            own = repression_term(perceived, weights[head.exposure], b.repression)
            total = with_adult(0.0, own, room.fears[head.row - first], room.personal[head.row - first])
            own = repression_term(perceived, weights[other.exposure], b.repression)
            both = with_adult(total, own, room.fears[other.row - first], room.personal[other.row - first])
            eta = unit_push(b, both if grown == 2 else total, grown, abroad, head.frailty)
            mask = room.flags[head.row - first] | room.flags[other.row - first]
            kind = choice_class(head.sector, mask)
            eta += heard * options.rush[kind]
            group = threat_group(mask, war_fear)
            top = ceiling(options, kind, head.kin, b)
            luck, lam, key = four(room.luck, i), conditions.lam[group], room.keys[i]
            home = stays(key, t, seed, luck, lam, rho, eta, top, conditions.bounds, group)
            room.kinds[i], room.etas[i], room.picked[picked] = kind, eta, i
            picked += (not home) | watched(head, key, t, conditions.panel)
            i += 1
    return picked


@compiled
def heads_at_leisure(people: Columns, first: int, last: int, t: int, room: Room) -> int:
    """Fill `room.rows` and `room.keys` with the heads at leisure of rows `first` to `last` - 1; return their number."""
    units = 0
    for row in range(first, last):
        person = at(people, row)
        one = person
        room.rows[units], room.keys[units] = row, one.key
        units += at_leisure(one.member, one.place, one.mode, one.plan, one.due, t - one.birth, t)
    return units


@compiled
def fill_adults(people: Columns, first: int, last: int, t: int, war_fear: float, b: Behaviour, room: Room) -> None:
    """What each of rows `first` to `last` - 1 would bring as an adult: plain loops, which become vectors."""
    flags, personal, fears = room.flags, room.personal, room.fears
    for i in range(last - first):
        row = first + i
        person = at(people, row)
        age, conscription = t - person.birth, person.conscription
        flags[i] = adult_flags(
            person.exposure,
            person.detained,
            age,
            person.ancestry,
            person.visa,
            conscription,
            t,
        )
        fears[i] = war_term(war_fear, b.war, service_term(b, conscription, age))
    for i in range(last - first):
        row = first + i
        person = at(people, row)
        personal[i] = personal_term(b, (t - person.birth) / 12.0, person.education, person.ties)

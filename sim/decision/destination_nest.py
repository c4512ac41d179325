"""The default rule: a nest of destinations against staying, each destination valued by its best channel.

Source: McFadden 1978; Bertoli & Fernandez-Huertas Moraga 2013 on why destinations nest against staying. With
`spread_*` at zero and one channel a country this is the plain nested logit and docks to its closed forms.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sim.arithmetic import exp
from sim.behaviour import Behaviour
from sim.choice import CLOSED, N_FLAGS, decide, leave_probability, repression_term, surely_stays, war_term
from sim.codes import EVENT, REASON, SLOTS
from sim.columns import Columns
from sim.conditions import Circles, Conditions, in_panel
from sim.decision.commitment import FIXED_POINT, commit, motive, wish
from sim.eventlog import note
from sim.luck import PURPOSE, fill_words, four
from sim.options import Options
from sim.room import Room
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
    fill_tastes,
    ceiling,
    look,
)
from sim.world import World

READS: tuple[str, ...] = (
    *("key", "member", "unit_size", "birth", "education", "exposure", "ancestry", "kin", "ties", "frailty", "sector"),
    *("employer", "savings", "place", "mode", "visa", "detained", "exit_ban", "held", "conscription", "plan", "due"),
)
WRITES: tuple[str, ...] = ("plan", "plan_place", "plan_channel", "applied", "lead", "aspires")

_CHOICE = PURPOSE["choice"]
_WISHED = EVENT["wished"]
_CLOSED, _QUEUE, _FUNDS, _EXIT = REASON["closed"], REASON["quota"], REASON["funds"], REASON["exit"]


@njit(cache=True, nogil=True, error_model="numpy")
def choose(
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
) -> int:
    """Let every free unit of circles `first_circle` to `last_circle` - 1 stay or commit to a destination.

    Units that stay are asked where they would go, were more open. `expected` int64[places, channels] gathers the
    panel's hazards in persons. Returns the next log position.
    """
    first, last = circles.start[first_circle], circles.start[last_circle]
    units = heads_at_leisure(people, first, last, t, room)
    fill_words(room.keys, units, t, _CHOICE, conditions.seed, room.luck)
    picked = screen(people, first_circle, last_circle, t, circles, world, options, b, conditions, room, units)
    for k in range(picked):
        room.keys[k] = room.keys[room.picked[k]]
    fill_words(room.keys, picked, 0, TASTE, conditions.trait_seed, room.country_taste)
    fill_words(room.keys, picked, 0, CHANNEL_TASTE, conditions.trait_seed, room.channel_taste)
    values, weights, tastes = np.empty(SLOTS), np.empty(SLOTS), np.empty((2, SLOTS))
    channels, ahead = np.empty(SLOTS, np.uint8), np.empty(SLOTS, np.bool_)
    war_fear = world.belarus[t].war_fear
    for k in range(picked):
        i = room.picked[k]
        row, kind, eta, luck, key = room.rows[i], room.kinds[i], room.etas[i], four(room.luck, i), room.keys[k]
        mask = kind % N_FLAGS
        group = threat_group(mask, war_fear)
        lam = conditions.lam[group]
        fill_tastes(four(room.country_taste, k), b.spread_country, tastes[0])
        fill_tastes(four(room.channel_taste, k), b.spread_channel, tastes[1])
        if may_exit(people, row, t):
            top = look(people, row, t, kind, FROM_HOME, options, world, b, tastes, values, channels, ahead)
            if in_panel(key, conditions.panel):
                size, each = people.unit_size[row], conditions.panel_weight
                expect(values, channels, ahead, size, eta, lam, each, weights, expected)
            if not surely_stays(luck[0], luck[1], luck[2], luck[3], conditions.bounds[group], lam * top + eta):
                place = decide(key, t, conditions.seed, lam, eta, room.luck[:, i], values, top, weights)
                if place >= 0:
                    n = commit(
                        people, row, t, place, channels[place], ahead[place], motive(mask, group, channels[place]), log, n
                    )
                    continue
        top = look(people, row, t, kind, UNQUEUED, options, world, b, tastes, values, channels, ahead)
        if surely_stays(luck[0], luck[1], luck[2], luck[3], conditions.bounds[group], lam * top + eta):
            continue
        place = decide(key, t, conditions.seed, lam, eta, room.luck[:, i], values, top, weights)
        if place >= 0:
            channel, reason = channels[place], _QUEUE
            for view in range(FREE_TO_EXIT, UNQUEUED):
                top = look(people, row, t, kind, view, options, world, b, tastes, values, channels, ahead)
                if decide(key, t, conditions.seed, lam, eta, room.luck[:, i], values, top, weights) >= 0:
                    reason = obstacle(view)
                    break
            n = wish(people, row, t, place, channel, reason, log, n)
    return n


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def obstacle(view: int) -> int:
    """What kept a unit that would leave in this view, and in none before it."""
    if view == FREE_TO_EXIT:
        return _EXIT
    if view == WITHIN_MEANS:
        return _FUNDS
    return _CLOSED if view == ADMITTED else _QUEUE


@njit(cache=True, nogil=True, error_model="numpy")
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
) -> int:
    """Pick out the units that may leave or wish to this month and those of the panel, without a look at any destination.

    Most surely stay. Returns how many units `room.picked` holds; `room.kinds` and `room.etas` are filled.
    """
    first, last = circles.start[first_circle], circles.start[last_circle]
    war_fear = world.belarus[t].war_fear
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
            head = room.rows[i]
            grown = adults(people, head)
            other = head + grown - 1  # the head itself where there is no partner
            own = repression_term(perceived, weights[people.exposure[head]], b.repression)
            total = with_adult(0.0, own, room.fears[head - first], room.personal[head - first])
            own = repression_term(perceived, weights[people.exposure[other]], b.repression)
            both = with_adult(total, own, room.fears[other - first], room.personal[other - first])
            eta = unit_push(b, both if grown == 2 else total, grown, abroad, people.frailty[head])
            mask = room.flags[head - first] | room.flags[other - first]
            kind = choice_class(people.sector[head], mask)
            eta += heard * options.rush[kind]
            group = threat_group(mask, war_fear)
            reach = conditions.lam[group] * ceiling(options, kind, people.kin[head], b) + eta
            luck = four(room.luck, i)
            stays = surely_stays(luck[0], luck[1], luck[2], luck[3], conditions.bounds[group], reach)
            room.kinds[i], room.etas[i], room.picked[picked] = kind, eta, i
            picked += (not stays) | in_panel(room.keys[i], conditions.panel)
            i += 1
    return picked


@njit(cache=True, nogil=True, error_model="numpy")
def heads_at_leisure(people: Columns, first: int, last: int, t: int, room: Room) -> int:
    """Fill `room.rows` and `room.keys` with the heads at leisure of rows `first` to `last` - 1; return their number."""
    units = 0
    for row in range(first, last):
        age = t - people.birth[row]
        room.rows[units], room.keys[units] = row, people.key[row]
        due = people.due[row]
        units += at_leisure(people.member[row], people.place[row], people.mode[row], people.plan[row], due, age, t)
    return units


@njit(cache=True, nogil=True, error_model="numpy")
def fill_adults(people: Columns, first: int, last: int, t: int, war_fear: float, b: Behaviour, room: Room) -> None:
    """What each of rows `first` to `last` - 1 would bring as an adult: plain loops, which become vectors."""
    flags, personal, fears = room.flags, room.personal, room.fears
    for i in range(last - first):
        row = first + i
        age, conscription = t - people.birth[row], people.conscription[row]
        flags[i] = adult_flags(
            people.exposure[row], people.detained[row], age, people.ancestry[row], people.visa[row], conscription, t
        )
        fears[i] = war_term(war_fear, b.war, service_term(b, conscription, age))
    for i in range(last - first):
        row = first + i
        personal[i] = personal_term(b, (t - people.birth[row]) / 12.0, people.education[row], people.ties[row])


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def expect(
    values: NDArray[np.float64],
    channels: NDArray[np.uint8],
    ahead: NDArray[np.bool_],
    size: int,
    eta: float,
    lam: float,
    each: float,
    weights: NDArray[np.float64],
    expected: NDArray[np.int64],
) -> None:
    """Add a unit's probabilities of committing to each destination, times the persons who would go.

    They are the unit's `size`, or one where the head would go ahead, `each` standing for so many; `weights` float64[16]
    is a buffer.
    """
    for place in range(SLOTS):  # a loop of its own, so that it becomes vectors
        weights[place] = exp(max(values[place], CLOSED))
    total = 0.0
    for place in range(SLOTS):
        total += weights[place]
    scale = each * leave_probability(eta, lam, total) * FIXED_POINT / total
    for place in range(SLOTS):
        going = 1.0 if ahead[place] else float(size)
        expected[place, channels[place]] += np.int64(weights[place] * scale * going)

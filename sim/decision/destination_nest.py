"""The default rule: a nest of destinations against staying, each destination valued by its best channel.

Source: McFadden 1978; Bertoli & Fernandez-Huertas Moraga 2013 on why destinations nest against staying. With
`spread_*` at zero and one channel a country this is the plain nested logit and docks to its closed forms.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sim.arithmetic import exp
from sim.behaviour import Behaviour
from sim.choice import decide, leave_probability, repression_term, surely_stays, war_term
from sim.codes import CONSCRIPTION, EVENT, PLAN, REASON, SLOTS
from sim.columns import Columns
from sim.conditions import Circles, Conditions, in_panel
from sim.eventlog import note
from sim.luck import PURPOSE, fill_words, four
from sim.options import CHANNEL_TASTE, TASTE, Options, ceiling, fill_tastes, look
from sim.room import Room
from sim.units import (
    adult_flags,
    adults,
    at_leisure,
    choice_class,
    exposure_weight,
    may_exit,
    personal_term,
    unit_push,
    with_adult,
)
from sim.world import World

READS: tuple[str, ...] = (
    *("key", "member", "unit_size", "birth", "education", "exposure", "ancestry", "kin", "ties", "frailty", "sector"),
    *("savings", "place", "mode", "visa", "detained", "exit_ban", "held", "conscription", "plan"),
)
WRITES: tuple[str, ...] = ("plan", "plan_place", "plan_channel", "applied")

_CHOICE = PURPOSE["choice"]
_LIABLE = CONSCRIPTION["liable"]
_QUEUED = PLAN["queued"]
_APPLIED = EVENT["applied"]
_CHOSEN = REASON["choice"]
CLOSED = -600.0
"""Value that stands for minus infinity in weights: nothing beside any other, and far from slow subnormal numbers."""
FIXED_POINT = float(2**40)
"""Expected flows are summed as integers in units of 2**-40 persons, so that any order gives the same sum."""


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

    `expected` int64[places, channels] gathers the panel's hazards in persons. Returns the next log position.
    """
    first, last = circles.start[first_circle], circles.start[last_circle]
    units = heads_at_leisure(people, first, last, t, room)
    fill_words(room.keys, units, t, _CHOICE, conditions.seed, room.luck)
    picked = screen(people, first_circle, last_circle, t, circles, world, options, b, conditions, room, units)
    looking = 0
    for k in range(picked):
        i = room.picked[k]
        room.picked[looking], room.keys[looking] = i, room.keys[i]
        looking += may_exit(people, room.rows[i], t)
    fill_words(room.keys, looking, 0, TASTE, conditions.trait_seed, room.country_taste)
    fill_words(room.keys, looking, 0, CHANNEL_TASTE, conditions.trait_seed, room.channel_taste)
    values, weights = np.empty(SLOTS), np.empty(SLOTS)
    channels, tastes = np.empty(SLOTS, np.uint8), np.empty((2, SLOTS))
    for k in range(looking):
        i = room.picked[k]
        row, kind, eta, luck = room.rows[i], room.kinds[i], room.etas[i], four(room.luck, i)
        fill_tastes(four(room.country_taste, k), b.spread_country, tastes[0])
        fill_tastes(four(room.channel_taste, k), b.spread_channel, tastes[1])
        top = look(people, row, t, kind, False, options, world, b, tastes, values, channels)
        if in_panel(room.keys[k], conditions.panel):
            persons = people.unit_size[row] * conditions.panel_weight
            expect(values, channels, eta, conditions.lam, persons, weights, expected)
        if surely_stays(luck[0], luck[1], luck[2], luck[3], conditions.bounds, conditions.lam * top + eta):
            continue
        place = decide(room.keys[k], t, conditions.seed, conditions.lam, eta, room.luck[:, i], values, top, weights)
        if place >= 0:
            people.plan[row] = _QUEUED
            people.plan_place[row] = place
            people.plan_channel[row] = channels[place]
            people.applied[row] = t
            n = note(log, n, t, row, room.keys[k], _APPLIED, 0, place, channels[place], _CHOSEN)
    return n


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
    """Pick out the units that may leave this month and those of the panel, without a look at any destination.

    Most surely stay. Returns how many units `room.picked` holds; `room.kinds` and `room.etas` are filled.
    """
    first, last = circles.start[first_circle], circles.start[last_circle]
    fill_adults(people, first, last, t, b, room.flags, room.personal)
    war_fear, lam = world.belarus[t].war_fear, conditions.lam
    weights, fears = np.empty(256), np.empty(256)
    for code in range(256):
        weights[code] = exposure_weight(b, code)
        fears[code] = war_term(war_fear, code == _LIABLE, b.war, b.conscription)
    picked = i = 0
    for circle in range(first_circle, last_circle):
        end = circles.start[circle + 1]
        abroad = circles.abroad[circle] / (end - circles.start[circle])
        perceived = world.belarus[t].news + b.circle_gain * circles.memory[circle]
        while i < units and room.rows[i] < end:
            head = room.rows[i]
            grown = adults(people, head)
            other = head + grown - 1  # the head itself where there is no partner
            own = repression_term(perceived, weights[people.exposure[head]], b.repression)
            total = with_adult(0.0, own, fears[people.conscription[head]], room.personal[head - first])
            own = repression_term(perceived, weights[people.exposure[other]], b.repression)
            both = with_adult(total, own, fears[people.conscription[other]], room.personal[other - first])
            eta = unit_push(b, both if grown == 2 else total, grown, abroad, people.frailty[head])
            kind = choice_class(people.sector[head], room.flags[head - first] | room.flags[other - first])
            means = people.savings[head] + (people.savings[other] if grown == 2 else 0.0)
            reach = lam * ceiling(options, kind, people.kin[head], means, b) + eta
            luck = four(room.luck, i)
            stays = surely_stays(luck[0], luck[1], luck[2], luck[3], conditions.bounds, reach)
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
        units += at_leisure(people.member[row], people.place[row], people.mode[row], people.plan[row], age)
    return units


@njit(cache=True, nogil=True, error_model="numpy")
def fill_adults(
    people: Columns,
    first: int,
    last: int,
    t: int,
    b: Behaviour,
    flags: NDArray[np.uint8],
    personal: NDArray[np.float64],
) -> None:
    """What each of rows `first` to `last` - 1 would bring as an adult: plain loops, which become vectors."""
    for i in range(last - first):
        row = first + i
        age = t - people.birth[row]
        flags[i] = adult_flags(
            people.exposure[row], people.detained[row], age, people.ancestry[row], people.visa[row], t
        )
    for i in range(last - first):
        row = first + i
        personal[i] = personal_term(b, (t - people.birth[row]) / 12.0, people.education[row], people.ties[row])


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def expect(
    values: NDArray[np.float64],
    channels: NDArray[np.uint8],
    eta: float,
    lam: float,
    persons: float,
    weights: NDArray[np.float64],
    expected: NDArray[np.int64],
) -> None:
    """Add a unit's probabilities of committing to each destination, times the `persons` it stands for.

    `weights` float64[16] is a buffer.
    """
    for place in range(SLOTS):  # a loop of its own, so that it becomes vectors
        weights[place] = exp(max(values[place], CLOSED))
    total = 0.0
    for place in range(SLOTS):
        total += weights[place]
    scale = persons * leave_probability(eta, lam, total) * FIXED_POINT / total
    for place in range(SLOTS):
        expected[place, channels[place]] += np.int64(weights[place] * scale)

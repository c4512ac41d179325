"""The terms of a decision one by one: what the engine adds up, taken apart by the same compiled rules.

Nothing here decides. Every number comes from the functions that the engine calls, and what they add up to is
compared with the engine's own value by whoever uses them.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.behaviour import Behaviour
from sim.choice import (
    FLAG_PERSECUTED,
    MINUS_INFINITY,
    age_term,
    decide,
    diaspora_term,
    openness_term,
    ratio_term,
    repression_term,
    war_term,
)
from sim.codes import CHANNEL, CONSCRIPTION, PLACE, SECTOR
from sim.compiling import compiled
from sim.conditions import Circles, Conditions
from sim.luck import NORMAL_GRID, PURPOSE, words
from sim.options import RELOCATION, Options, eligible, move_price, offer_share, queue_months
from sim.rows import Person, beside
from sim.units import adults, choice_class, class_groups, exposure_weight, flags, money, push, service_term
from sim.views import look
from sim.world import World, admission_share, fare, travel_share

PUSH = ("level", "repression", "war", "draft", "mobilisation", "age", "skill", "ties", "peers", "frailty", "rush")
"""Terms of the wish to leave, in log-odds; those of persons are means over the unit's adults."""
COUNTRY = ("constant", "diaspora", "language", "distance", "wage", "rent", "safety")
"""Terms of living in a destination, in utility."""
ACCESS = ("channel", "offered", "approval", "processing", "queue", "work_right", "fee", "offers", "openness")
"""Terms of a channel: its constant first, the share of the month for which one may enter and get there last."""
OWN = ("channel_taste", "country_taste", "kin", "separation")
"""Terms that differ between units of one choice class."""
TERMS = COUNTRY + ACCESS + OWN
OBSTACLES = ("law", "eligible", "age", "kin", "employer", "funds", "offered", "admission", "travel")
"""Why a channel is closed to a unit, by position of the bit: it does not exist; not for this sector or these groups;
not for this age; no close people there; the employer does not move there; the money; not offered or never approved;
not admitted this month; no way there."""

_BELARUS, _IT = PLACE["belarus"], SECTOR["it"]
_WORK, _FAMILY = CHANNEL["work"], CHANNEL["family"]
_LIABLE = CONSCRIPTION["liable"]
_CHOICE = PURPOSE["choice"]
_N_COUNTRY, _N_ACCESS = len(COUNTRY), len(ACCESS)


@compiled
def fill_push(
    head: Person, t: int, b: Behaviour, circles: Circles, options: Options, world: World, terms: Any
) -> float:
    """Fill the terms of a unit's wish to leave, float64[len(PUSH)]; return the engine's own sum."""
    circle, kind = circle_of(circles, head.row), class_of(head, t)
    size = circles.start[circle + 1] - circles.start[circle]
    abroad = circles.abroad[circle] / size
    perceived = world.belarus[t].news + b.circle_gain * circles.memory[circle]
    war_fear = world.belarus[t].war_fear
    n = adults(head)
    terms[:] = 0.0
    terms[0] = b.level
    for i in range(n):
        one = beside(head, i)
        age, conscription = t - one.birth, one.conscription
        service = war_term(war_fear, 0.0, service_term(b, conscription, age)) / n
        terms[1] += repression_term(perceived, exposure_weight(b, one.exposure), b.repression) / n
        terms[2] += war_term(war_fear, b.war, 0.0) / n
        terms[3] += service if conscription == _LIABLE else 0.0
        terms[4] += 0.0 if conscription == _LIABLE else service
        terms[5] += age_term(age / 12.0, b.youth, b.old_age) / n
        terms[6] += b.skill * one.education / n
        terms[7] += b.ties * one.ties / 255.0 / n
    terms[8] = b.peers * abroad
    terms[9] = b.spread_leave * NORMAL_GRID[head.frailty]
    terms[10] = b.anticipation * circles.heard[circle] * options.rush[kind]
    eta = push(head, t, b, perceived, war_fear, abroad)
    return eta + b.anticipation * circles.heard[circle] * options.rush[kind]


@compiled
def circle_of(circles: Circles, row: int) -> int:
    """Number of the circle, in order of storage, in which a row lies."""
    return int(np.searchsorted(circles.start, row, side="right")) - 1


@compiled
def class_of(head: Person, t: int) -> int:
    """Choice class of the unit headed at row `head`."""
    return choice_class(head.sector, flags(head, t))


@compiled
def fill_country(
    world: World,
    t: int,
    b: Behaviour,
    constant: float,
    persons: float,
    place: int,
    sector: int,
    unsafe: bool,
    terms: Any,
) -> None:
    """Fill the terms of living in a destination, float64[len(COUNTRY)]; arguments as of `country_value`."""
    there, here = world.places[t, place].wage, world.places[t, _BELARUS].wage
    if sector == _IT:
        there, here = there * world.places[t, place].premium_it, here * world.places[t, _BELARUS].premium_it
    terms[0] = constant
    terms[1] = diaspora_term(persons, b.diaspora)
    terms[2] = b.language * world.places[t, place].language
    terms[3] = ratio_term(world.places[t, place].distance, 500.0, b.distance)
    terms[4] = ratio_term(there, here, b.income)
    terms[5] = ratio_term(world.places[t, place].rent, world.places[t, _BELARUS].rent, b.rent)
    terms[6] = b.safety * (world.places[t, place].safety - 1.0) if unsafe else 0.0


@compiled
def fill_access(
    world: World, t: int, b: Behaviour, constant: float, place: int, channel: int, offers: float, queue: float,
    share: float, terms: Any,
) -> None:  # fmt: skip
    """Fill the terms of a channel, float64[len(ACCESS)]; arguments as of `channel_value`.

    `constant` is the channel's, `share` that of the month for which one is let in and gets there.
    """
    rules = world.rules[t, place, channel]
    terms[0] = constant
    terms[1] = openness_term(rules.offered)
    terms[2] = openness_term(rules.approval)
    terms[3] = b.wait * rules.months
    terms[4] = b.wait * queue
    terms[5] = b.work_right * rules.works
    terms[6] = b.fee * rules.fee / world.places[t, _BELARUS].wage
    terms[7] = openness_term(offers) if channel == _WORK else 0.0
    terms[8] = openness_term(share)


@compiled
def fill_unit(
    head: Person,
    t: int,
    options: Options,
    world: World,
    b: Behaviour,
    conditions: Conditions,
    residents: NDArray[np.float64],
    waiting: NDArray[np.float64],
    tastes: NDArray[np.float64],
    terms: NDArray[np.float64],
    obstacles: NDArray[np.int64],
    prices: NDArray[np.float64],
    ahead: NDArray[np.bool_],
) -> None:
    """Take a unit's options at home apart, every channel of every destination.

    Fills `terms` float64[places, channels, len(TERMS)], `obstacles` int64[places, channels] (bits of `OBSTACLES`),
    `prices` float64[places, channels] in EUR of what the unit has to have, and `ahead` (the head alone would go).
    """
    sector, mask = head.sector, flags(head, t)
    groups, kin, moved = class_groups(sector, mask), head.kin, options.moved[head.employer]
    age, size, grown = (t - head.birth) // 12, head.unit_size, adults(head)
    means, workers = money(head), conditions.reference.workers[sector]
    terms[:], obstacles[:], prices[:], ahead[:] = 0.0, 1, 0.0, False
    for place in range(terms.shape[0]):
        if place == _BELARUS or world.places[t, place].distance <= 0.0:
            continue
        reserve = b.reserve * world.places[t, place].rent
        for channel in range(terms.shape[1]):
            law, rules = world.law[place, channel], world.rules[t, place, channel]
            if not law.exists:
                continue
            own = terms[place, channel]
            unsafe = (mask & FLAG_PERSECUTED) != 0
            fill_country(world, t, b, conditions.constants[place], residents[place], place, sector, unsafe, own)
            offers = offer_share(world, t, place, sector, workers)
            queue = queue_months(waiting[place, channel], rules.capacity, b.patience)
            admitted = admission_share(world, t, place, channel, groups)
            travel = travel_share(world, t, place, channel, groups)
            constant = conditions.channel_constants[channel]
            access = own[_N_COUNTRY : _N_COUNTRY + _N_ACCESS]
            fill_access(world, t, b, constant, place, channel, offers, queue, min(admitted, travel), access)
            each = fare(world, t, place, channel, groups)
            cost = rules.fee + rules.funds
            whole, alone = move_price(each, cost, reserve, size, grown), move_price(each, cost, reserve, 1, 1)
            ahead[place, channel] = (means < whole) & (size > 1) & (means >= alone)
            prices[place, channel] = alone if ahead[place, channel] else whole
            rest = own[_N_COUNTRY + _N_ACCESS :]
            rest[0], rest[1] = tastes[1, channel], tastes[0, place]
            rest[2] = b.kin if kin == place else 0.0
            rest[3] = b.separation if ahead[place, channel] else 0.0
            dead = (access[1] == MINUS_INFINITY) | (access[2] == MINUS_INFINITY) | (access[7] == MINUS_INFINITY)
            found = 0 if eligible(world, place, channel, sector, groups) else 2
            found |= 0 if (age >= law.youngest) & (age <= law.oldest) else 4
            found |= 8 if (channel == _FAMILY) & (kin != place) else 0
            found |= 16 if (channel == RELOCATION) & (moved != place) else 0
            found |= 32 if (means < whole) & (not ahead[place, channel]) else 0
            found |= 64 if dead else 0
            found |= 128 if admitted <= 0.0 else 0
            found |= 256 if travel <= 0.0 else 0
            obstacles[place, channel] = found


@compiled
def reconsider(
    head: Person,
    t: int,
    view: int,
    options: Options,
    world: World,
    b: Behaviour,
    conditions: Conditions,
    lam: float,
    eta: float,
    tastes: NDArray[np.float64],
    values: NDArray[np.float64],
    channels: NDArray[np.uint8],
    ahead: NDArray[np.bool_],
    noise: NDArray[np.float64],
) -> int:
    """Decide again for one unit, as the engine does in a view; fills its buffers, returns the place or -1."""
    kind = class_of(head, t)
    top = look(head, t, kind, view, options, world, b, tastes, values, channels, ahead)
    drawn = words(head.key, t, _CHOICE, 0, conditions.seed)
    luck = np.empty(4, np.uint32)
    for i in range(4):
        luck[i] = drawn[i]
    return decide(head.key, t, conditions.seed, lam, eta, luck, values, top, noise)

"""The terms of a decision one by one: what the engine adds up, taken apart by the same compiled rules.

Nothing here decides. Every number comes from the functions that the engine calls, and what they add up to is
compared with the engine's own value by whoever uses them.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.model.decision.access import admission_share, detour_share, eligible, fare, travel_share
from sim.model.decision.channel_noise import best_channel
from sim.model.decision.choosing import weighing
from sim.model.decision.evaluation import Prospects, evaluate, look_of, offers_to
from sim.model.decision.means import money
from sim.model.decision.offers import RELOCATION, move_price, offer_share, queue_months, threat_to
from sim.model.decision.rules.destination_nest import decide
from sim.model.decision.units import (
    adults,
    choice_class,
    exposure_weight,
    flags,
    groups_of,
    men_term,
    push,
    service_term,
)
from sim.model.decision.utility import (
    MINUS_INFINITY,
    age_term,
    diaspora_term,
    elastic_term,
    openness_term,
    ratio_term,
    repression_term,
    slot_noise,
    war_term,
)
from sim.model.now import Now
from sim.model.run_constants import Circles, pool, share_of_circle
from sim.numerics.arithmetic import log
from sim.numerics.codes import CHANNEL, CONSCRIPTION, N_CHANNELS, N_PLACES, PLACE, SECTOR
from sim.numerics.compiling import compiled
from sim.numerics.luck import NORMAL_GRID, PURPOSE, words
from sim.population.rows import Person, beside

PUSH = (
    "level",
    "repression",
    "war",
    "draft",
    "mobilisation",
    "age",
    "skill",
    "ties",
    "peers",
    "frailty",
    "rush",
)
"""Terms of the wish to leave, in log-odds; those of persons are means over the unit's adults."""
COUNTRY = ("constant", "diaspora", "language", "distance", "wage", "rent", "safety")
"""Terms of living in a destination, in utility."""
ACCESS = ("channel", "offered", "approval", "processing", "queue", "work_right", "fee", "offers", "openness")
"""Terms of a channel: its constant first, the share of the month for which one may enter and get there last."""
OWN = ("country_taste", "kin", "separation")
"""Terms that differ between units of one choice class."""
TERMS = COUNTRY + ACCESS + OWN
OBSTACLES = ("law", "eligible", "age", "kin", "employer", "funds", "offered", "admission", "travel", "danger")
"""Why a channel is closed to a unit, by position of the bit: it does not exist; not for this sector or these groups;
not for this age; no close people there; a matter between employer and staff; the money; not offered or never
approved; not admitted this month; no way there; asylum, which nobody weighs: it is asked for in danger."""

_BELARUS, _IT = PLACE["belarus"], SECTOR["it"]
_WORK, _FAMILY, _ASYLUM = CHANNEL["work"], CHANNEL["family"], CHANNEL["asylum"]
_LIABLE = CONSCRIPTION["liable"]
_CHOICE = PURPOSE["choice"]
_N_COUNTRY, _N_ACCESS = len(COUNTRY), len(ACCESS)


@compiled
def fill_push(head: Person, now: Now, terms: Any) -> float:
    """Fill the terms of a unit's wish to leave, float64[len(PUSH)]; return the engine's own sum."""
    circle, of_class = circle_of(now.circles, head.row), class_of(head, now.month)
    abroad = share_of_circle(now.circles, circle, now.circles.abroad[circle])
    perceived = now.belarus.news + now.coefficients.circle_gain * now.circles.memory[circle]
    war_fear = now.belarus.war_fear
    n = adults(head)
    terms[:] = 0.0
    terms[0] = now.coefficients.level
    for i in range(n):
        one = beside(head, i)
        age, conscription = now.month - one.birth, one.conscription
        feared = service_term(now.coefficients, conscription, age, one.war_view, one.officer)
        service = war_term(war_fear, 0.0, feared) / n
        terms[1] += (
            repression_term(perceived, exposure_weight(now.coefficients, one.exposure), now.coefficients.repression) / n
        )
        war = now.coefficients.war + men_term(now.coefficients, one.sex, age)
        terms[2] += war_term(war_fear, war, 0.0) / n
        terms[3] += service if conscription == _LIABLE else 0.0
        terms[4] += 0.0 if conscription == _LIABLE else service
        terms[5] += age_term(age / 12.0, now.coefficients.youth, now.coefficients.old_age) / n
        terms[6] += now.coefficients.skill * one.education / n
        terms[7] += now.coefficients.ties * one.ties / 255.0 / n
    terms[8] = now.coefficients.peers * abroad
    terms[9] = now.coefficients.spread_leave * NORMAL_GRID[head.frailty]
    terms[10] = now.coefficients.anticipation * now.circles.heard[circle] * now.options.rush[of_class]
    eta = push(head, now.month, now.coefficients, perceived, war_fear, abroad)
    return eta + now.coefficients.anticipation * now.circles.heard[circle] * now.options.rush[of_class]


@compiled
def circle_of(circles: Circles, row: int) -> int:
    """Number of the circle, in order of storage, in which a row lies."""
    return int(np.searchsorted(circles.start, row, side="right")) - 1


@compiled
def class_of(head: Person, month: int) -> int:
    """Choice class of the unit headed at row `head`."""
    return choice_class(head.sector, flags(head, month))


class Apart(NamedTuple):
    """A unit's options at home taken apart."""

    terms: NDArray[np.float64]  # [places, channels, len(TERMS)]
    obstacles: NDArray[np.int64]  # [places, channels] bits of `OBSTACLES`
    prices: NDArray[np.float64]  # [places, channels] EUR that the unit has to have
    ahead: NDArray[np.bool_]  # [places, channels] the head alone would go


def empty_apart() -> Apart:
    """Room for one unit's options."""
    of_channels = (N_PLACES, N_CHANNELS)
    return Apart(
        np.zeros((*of_channels, len(TERMS))),
        np.zeros(of_channels, np.int64),
        np.zeros(of_channels),
        np.zeros(of_channels, np.bool_),
    )


@compiled
def fill_country(now: Now, persons: float, place: int, sector: int, threat: float, terms: Any) -> None:
    """Fill the terms of living in a destination, float64[len(COUNTRY)]; arguments as of `country_value`."""
    there, here = now.places[place].wage, now.places[_BELARUS].wage
    if sector == _IT:
        there, here = there * now.places[place].premium_it, here * now.places[_BELARUS].premium_it
    terms[0] = now.run.constants[place]
    terms[1] = diaspora_term(persons, now.coefficients.diaspora)
    terms[2] = now.coefficients.language * now.places[place].language
    terms[3] = ratio_term(now.places[place].distance, 500.0, now.coefficients.distance)
    terms[4] = ratio_term(there, here, now.coefficients.income)
    terms[5] = ratio_term(now.places[place].rent, now.places[_BELARUS].rent, now.coefficients.rent)
    terms[6] = threat * (now.coefficients.safety * (now.places[place].safety - 1.0))


@compiled
def fill_access(now: Now, place: int, channel: int, offers: float, queue: float, share: float, terms: Any) -> None:
    """Fill the terms of a channel, float64[len(ACCESS)]; arguments as of `channel_value`.

    `share` is that of the month for which one is let in and gets there.
    """
    rules = now.rules[place, channel]
    terms[0] = now.run.channel_constants[channel]
    terms[1] = openness_term(rules.offered)
    terms[2] = elastic_term(rules.approval, now.coefficients.approval)
    terms[3] = now.coefficients.wait * rules.months
    terms[4] = now.coefficients.wait * queue
    terms[5] = now.coefficients.work_right * rules.works
    terms[6] = now.coefficients.fee * rules.fee / now.places[_BELARUS].wage
    terms[7] = elastic_term(offers, now.coefficients.offers) if channel == _WORK else 0.0
    terms[8] = openness_term(share)


@compiled
def fill_unit(
    head: Person,
    now: Now,
    residents: NDArray[np.float64],
    queues: tuple[NDArray[np.float64], NDArray[np.float64]],
    tastes: NDArray[np.float64],
    apart: Apart,
) -> None:
    """Take a unit's options at home apart, every channel of every destination; fills `apart`.

    `residents` float64[places] and those in `queues`, float64[places, channels] and of workers float64[places,
    sectors], are in persons.
    """
    (waiting, seeking), patience = queues, now.coefficients.patience
    terms, obstacles, prices, ahead = apart
    sector, mask = head.sector, flags(head, now.month)
    groups, kin, seekers = groups_of(head, now.month), head.kin, pool(sector)
    age, size, grown = (now.month - head.birth) // 12, head.unit_size, adults(head)
    means, workers = money(head, now), now.run.reference.workers[sector]
    terms[:], obstacles[:], prices[:], ahead[:] = 0.0, 1, 0.0, False
    for place in range(terms.shape[0]):
        if place == _BELARUS or now.places[place].distance <= 0.0:
            continue
        reserve = now.coefficients.reserve * now.places[place].rent
        for channel in range(terms.shape[1]):
            law, rules = now.law[place, channel], now.rules[place, channel]
            if not law.exists:
                continue
            own = terms[place, channel]
            threat = threat_to(mask, now.belarus.war_fear)
            fill_country(now, residents[place], place, sector, threat, own)
            offers = offer_share(now, place, sector, workers)
            queue = queue_months(waiting[place, channel], rules.capacity, patience)
            if channel == _WORK:
                queue = max(queue, queue_months(seeking[place, seekers], now.demand[place, seekers], patience))
            admitted = admission_share(now, place, channel, groups)
            travel = travel_share(now, place, channel, groups)
            access = own[_N_COUNTRY : _N_COUNTRY + _N_ACCESS]
            fill_access(now, place, channel, offers, queue, min(admitted, travel), access)
            access[8] += now.coefficients.detour * detour_share(now, place, channel, groups)
            each = fare(now, place, channel, groups)
            cost = rules.fee + rules.funds
            whole, alone = move_price(each, cost, reserve, size, grown), move_price(each, cost, reserve, 1, 1)
            ahead[place, channel] = (means < whole) & (size > 1) & (means >= alone)
            prices[place, channel] = alone if ahead[place, channel] else whole
            rest = own[_N_COUNTRY + _N_ACCESS :]
            rest[0] = tastes[place]
            rest[1] = now.coefficients.kin if kin == place else 0.0
            rest[2] = now.coefficients.separation if ahead[place, channel] else 0.0
            dead = (access[1] == MINUS_INFINITY) | (access[2] == MINUS_INFINITY) | (access[7] == MINUS_INFINITY)
            found = 0 if eligible(law, rules, sector, groups) else 2
            found |= 0 if (age >= rules.youngest) & (age <= rules.oldest) else 4
            found |= 8 if (channel == _FAMILY) & (kin != place) else 0
            found |= 16 if channel == RELOCATION else 0
            found |= 32 if (means < whole) & (not ahead[place, channel]) else 0
            found |= 64 if dead else 0
            found |= 128 if admitted <= 0.0 else 0
            found |= 256 if travel <= 0.0 else 0
            found |= 512 if channel == _ASYLUM else 0
            obstacles[place, channel] = found


@compiled
def reconsider(head: Person, now: Now, view: int, eta: float, prospects: Prospects) -> int:
    """Decide again for one unit, as the engine does in a view; fills its buffers, returns the place or -1."""
    of_class = class_of(head, now.month)
    top = evaluate(head, look_of(head, now), now, of_class, view, prospects)
    luck, offers = words(head.key, now.month, _CHOICE, 0, now.run.seed), offers_to(now, of_class)
    door, _ = decide(weighing(now, of_class, head.key, luck, eta), offers, prospects, top)
    return int(offers[door].place) if door >= 0 else -1


class Doors(NamedTuple):
    """What a unit would go by to each place."""

    channels: NDArray[np.uint8]  # [places] the best channel, 0 if the place is closed
    ahead: NDArray[np.bool_]  # [places] the head alone would go
    luck: NDArray[np.float64]  # [places] what noise adds to the value of the place: its own and that of its channels


@compiled
def fill_doors(head: Person, now: Now, prospects: Prospects, doors: Doors) -> None:
    """Fill what a unit would go by to each place, `prospects` being as `reconsider` left them."""
    key, month, seed = head.key, now.month, now.run.seed
    offers, mu = offers_to(now, class_of(head, month)), now.coefficients.nest_channel
    slot_noise(key, month, seed, words(key, month, _CHOICE, 0, seed)[0], prospects.noise)
    for place in range(len(doors.channels)):
        doors.channels[place], doors.ahead[place], doors.luck[place] = 0, False, prospects.noise[place]
        first = np.searchsorted(offers["place"], place)
        last = np.searchsorted(offers["place"], place, side="right")
        if prospects.sums[place] > 0.0:
            of_place, weights = offers[first:last], prospects.weights[first:last]
            which, counts = best_channel((key, month, seed), of_place, weights, prospects.noise[place], mu)
            doors.channels[place], doors.ahead[place] = of_place[which].channel, prospects.ahead[first + which]
            doors.luck[place] += mu * log(counts / prospects.sums[place])

"""A unit's look at what is on offer: its own tastes, close people, age, family and money on top of its class's offers.

The same look serves the choice at home, a wish under better conditions, an onward move, and an explanation.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.history.coefficients import Behaviour
from sim.model.decision.access import onward_fare
from sim.model.decision.channel_noise import most_above
from sim.model.decision.doors import door_value
from sim.model.decision.means import money
from sim.model.decision.offers import move_price
from sim.model.decision.units import adults, in_party, of_unit
from sim.model.decision.utility import MINUS_INFINITY, ratio_term
from sim.model.now import Now
from sim.numerics.codes import CHANNEL, SLOTS
from sim.numerics.compiling import compiled
from sim.numerics.luck import NORMAL_GRID, PURPOSE, TASTE_LIMIT, Four, words
from sim.population.rows import Person, beside

_FAMILY = CHANNEL["family"]
TASTE = PURPOSE["taste"]
FROM_HOME, FREE_TO_EXIT, WITHIN_MEANS, ADMITTED, UNQUEUED, FROM_ABROAD = 0, 1, 2, 3, 4, 5
"""Views of a unit on its options: as they are at home; the same under better and better conditions; from abroad."""


class Prospects(NamedTuple):
    """What a unit sees of the offers to its class and of destinations, minus infinity where none is open to it."""

    tastes: NDArray[np.float64]  # [slots] for countries
    values: NDArray[np.float64]  # [places] of all its channels together
    sums: NDArray[np.float64]  # [places] of the weights of its channels
    noise: NDArray[np.float64]  # [places] of the month, where somebody has drawn it
    liking: NDArray[np.float64]  # [places] further noise on top, 0 but under a rule that has some
    weights: NDArray[np.float64]  # [offers] of a channel, 0 if it is not open to the unit or beyond its means
    ahead: NDArray[np.bool_]  # [offers] the head alone would go, ahead of the family


class Look(NamedTuple):
    """Those of a unit who would go, and what they have."""

    age: int  # of the head, completed years
    size: int  # people
    grown: int  # adults among them
    means: float  # EUR


@compiled
def no_prospects(places: int, offers: int) -> Prospects:
    """Room for what a unit sees of so many places and at most so many offers."""
    values, sums, noise, liking = np.empty(places), np.empty(places), np.empty(places), np.zeros(places)
    return Prospects(np.empty(SLOTS), values, sums, noise, liking, np.empty(offers), np.empty(offers, np.bool_))


@compiled(forceinline=True)
def ceiling(now: Now, choice_class: int, kin: int) -> float:
    """Upper bound of the worth of any destination, all being open, to a unit with close people in `kin`.

    Its own noise comes on top, that of its channels does not.
    """
    return (
        max(now.options.top[choice_class], now.options.free[choice_class, kin] + now.coefficients.kin)
        + now.coefficients.spread_country * TASTE_LIMIT
        + most_above(now.coefficients.nest_channel)
    )


@compiled(forceinline=True)
def own_ceiling(now: Now, choice_class: int, kin: int, tastes: NDArray[np.float64]) -> float:
    """The same bound for a unit whose tastes, float64[slots], are drawn: far lower, and no offer is looked at."""
    unrelated = now.options.unrelated[choice_class]
    top = now.options.free[choice_class, kin] + now.coefficients.kin + tastes[kin]
    for place in range(len(unrelated)):
        top = max(top, unrelated[place] + tastes[place])
    return top + most_above(now.coefficients.nest_channel)


@compiled(forceinline=True)
def fill_tastes(four: Four, spread: float, tastes: NDArray[np.float64]) -> None:
    """Turn four words of luck into sixteen normal tastes, one a byte, lowest byte first: the first of `tastes`."""
    for k in range(4):
        word = four[k]
        for j in range(4):
            tastes[4 * k + j] = spread * NORMAL_GRID[(word >> (8 * j)) & 255]


@compiled(forceinline=True)
def fill_further_tastes(key: int, places: int, coefficients: Behaviour, seed: int, tastes: NDArray[np.float64]) -> None:
    """Fill a unit's tastes for places from 16 on, if there are any; `tastes` float64[slots]."""
    if places > 16:
        fill_tastes(words(key, 0, TASTE, 1, seed), coefficients.spread_country, tastes[16:])


@compiled
def draw_tastes(key: int, coefficients: Behaviour, seed: int, tastes: NDArray[np.float64]) -> None:
    """A unit's fixed tastes for countries; `tastes` float64[slots] is filled."""
    fill_tastes(words(key, 0, TASTE, 0, seed), coefficients.spread_country, tastes)
    fill_further_tastes(key, SLOTS, coefficients, seed, tastes)


@compiled
def look_of(head: Person, now: Now) -> Look:
    """How a unit at home looks: all its people, and the savings of its adults."""
    return Look((now.month - head.birth) // 12, head.unit_size, adults(head), money(head, now))


@compiled
def look_from_abroad(head: Person, now: Now) -> Look:
    """How those of a unit who are settled abroad look, and their savings."""
    size, grown, means = party(head, adults(head))
    return Look((now.month - head.birth) // 12, size, grown, means)


@compiled
def evaluate(head: Person, look: Look, now: Now, choice_class: int, view: int, prospects: Prospects) -> float:
    """Fill a unit's weight of every offer to its class and value of every destination.

    Returns the most that any destination can be worth before its own noise, that of its channels included; minus
    infinity if every one is closed. `view` is one of `FROM_HOME` to `FROM_ABROAD`. Offers beyond those of the class are
    left as they are.
    """
    tastes, values, sums, _, _, weights, ahead = prospects
    age, size, grown, means = look
    kin, here = head.kin, head.place
    splits, lent = (view < WITHIN_MEANS) & (size > 1), (view >= WITHIN_MEANS) & (view != FROM_ABROAD)
    offers, there = offers_to(now, choice_class), now.places
    mu, apart = now.coefficients.nest_channel, now.options.apart[0]
    base = now.options.free[choice_class]
    for place in range(len(values)):
        sums[place] = 0.0
    for i in range(len(offers)):
        offer = offers[i]
        place, channel = offer.place, offer.channel
        weights[i], ahead[i] = 0.0, False
        fits = (age >= offer.youngest) & (age <= offer.oldest)
        fits &= (place != here) & ((channel != _FAMILY) | (kin == place))
        if not fits:
            continue
        reserve = now.coefficients.reserve * there[place].rent
        each = onward_fare(now, here, place) if view == FROM_ABROAD else offer.fare
        whole = means + (offer.credit * grown if lent else 0.0) >= move_price(each, offer.each, reserve, size, grown)
        if whole or (splits and means >= move_price(each, offer.each, reserve, 1, 1)):
            weights[i] = seen(offer, view) * (1.0 if whole else apart)
            ahead[i] = not whole
            sums[place] += weights[i]
    for place in range(len(values)):  # a loop of its own, so that it becomes vectors
        values[place] = door_value(sums[place], base[place], mu) + tastes[place]
    values[kin] += now.coefficients.kin
    top = MINUS_INFINITY
    for place in range(len(values)):
        if view == FROM_ABROAD and sums[place] > 0.0:  # the way is from here, not from Minsk
            values[place] += ratio_term(now.between[here, place], there[place].distance, now.coefficients.distance)
        top = max(top, values[place])
    return top + most_above(mu)


@compiled(forceinline=True)
def offers_to(now: Now, choice_class: int) -> NDArray[np.void]:
    """The month's offers to a choice class, OFFER[n], place by place."""
    return now.options.offers[choice_class, : now.options.lengths[choice_class]]


@compiled(forceinline=True)
def seen(offer: Any, view: int) -> float:
    """Weight of an offer in a view."""
    if view == FROM_HOME:
        return float(offer.value)
    if view == ADMITTED:
        return float(offer.open)
    if view == UNQUEUED:
        return float(offer.free)
    return float(offer.onward)


@compiled
def party(head: Person, grown: int) -> tuple[int, int, float]:
    """People, adults and savings of those of a unit who are settled abroad; `grown` are all its adults."""
    there, older, means = 0, 0, 0.0
    for i in range(head.reach + 1):
        one = beside(head, i)
        if of_unit(one, i) and in_party(one):
            there += 1
            if i < grown:
                older += 1
                means += one.savings
    return there, older, means

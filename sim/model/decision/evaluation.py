"""A unit's look at what is on offer: its own tastes, close people, age, family and money on top of its class's offers.

The same look serves the choice at home, a wish under better conditions, an onward move, and an explanation.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.history.coefficients import Behaviour
from sim.model.decision.access import onward_fare
from sim.model.decision.means import money
from sim.model.decision.offers import RELOCATION, move_price
from sim.model.decision.units import adults, in_party, of_unit
from sim.model.decision.utility import MINUS_INFINITY, ratio_term
from sim.model.now import Now
from sim.numerics.codes import CHANNEL, SLOTS
from sim.numerics.compiling import compiled
from sim.numerics.luck import NORMAL_GRID, PURPOSE, TASTE_LIMIT, Four, words
from sim.population.rows import Person, beside

_FAMILY = CHANNEL["family"]
TASTE, CHANNEL_TASTE = PURPOSE["taste"], PURPOSE["channel_taste"]
FROM_HOME, FREE_TO_EXIT, WITHIN_MEANS, ADMITTED, UNQUEUED, FROM_ABROAD = 0, 1, 2, 3, 4, 5
"""Views of a unit on its options: as they are at home; the same under better and better conditions; from abroad."""


class Prospects(NamedTuple):
    """What a unit sees of destinations and channels, minus infinity where none is open, eligible and affordable."""

    tastes: NDArray[np.float64]  # [2, slots] for countries and for channels
    values: NDArray[np.float64]  # [places]
    channels: NDArray[np.uint8]  # [places] the best
    ahead: NDArray[np.bool_]  # [places] the head alone would go, ahead of the family


@compiled
def no_prospects(places: int) -> Prospects:
    """Room for what a unit sees."""
    return Prospects(np.empty((2, SLOTS)), np.empty(places), np.empty(places, np.uint8), np.empty(places, np.bool_))


@compiled(forceinline=True)
def ceiling(now: Now, choice_class: int, kin: int) -> float:
    """Upper bound of the value of any destination, all being open, to a unit with close people in `kin`."""
    return (
        max(now.options.top[choice_class], now.options.free[choice_class, kin] + now.coefficients.kin)
        + (now.coefficients.spread_country + now.coefficients.spread_channel) * TASTE_LIMIT
    )


@compiled(forceinline=True)
def fill_tastes(four: Four, spread: float, tastes: NDArray[np.float64]) -> None:
    """Turn four words of luck into sixteen normal tastes, one a byte, lowest byte first: the first of `tastes`."""
    for k in range(4):
        word = four[k]
        for j in range(4):
            tastes[4 * k + j] = spread * NORMAL_GRID[(word >> (8 * j)) & 255]


@compiled(forceinline=True)
def fill_further_tastes(key: int, places: int, coefficients: Behaviour, seed: int, tastes: NDArray[np.float64]) -> None:
    """Fill a unit's tastes for places from 16 on, if there are any; `tastes` float64[2, slots]."""
    if places > 16:
        fill_tastes(words(key, 0, TASTE, 1, seed), coefficients.spread_country, tastes[0, 16:])


@compiled
def draw_tastes(key: int, coefficients: Behaviour, seed: int, tastes: NDArray[np.float64]) -> None:
    """A unit's fixed tastes for countries and for channels; `tastes` float64[2, slots] is filled."""
    fill_tastes(words(key, 0, TASTE, 0, seed), coefficients.spread_country, tastes[0])
    fill_tastes(words(key, 0, CHANNEL_TASTE, 0, seed), coefficients.spread_channel, tastes[1])
    fill_further_tastes(key, SLOTS, coefficients, seed, tastes)


@compiled(forceinline=True)
def evaluate(head: Person, now: Now, choice_class: int, view: int, prospects: Prospects) -> float:
    """Fill a unit's value and best channel of every destination; return the largest value.

    `view` is one of `FROM_HOME` to `FROM_ABROAD`.
    """
    tastes, values, channels, ahead = prospects
    kin, here, moved = head.kin, head.place, now.options.moved[head.employer]
    age, size = (now.month - head.birth) // 12, head.unit_size
    grown, means = adults(head), 0.0
    if view == FROM_ABROAD:
        size, grown, means = party(head, grown)
    else:
        means = money(head, now)
    splits, lent = (view < WITHIN_MEANS) & (size > 1), (view >= WITHIN_MEANS) & (view != FROM_ABROAD)
    offers, count, there = now.options.offers[choice_class], now.options.lengths[choice_class], now.places
    for place in range(len(values)):
        values[place], channels[place], ahead[place] = MINUS_INFINITY, 0, False
    for i in range(count):
        offer = offers[i]
        place, channel = offer.place, offer.channel
        reserve = now.coefficients.reserve * there[place].rent
        each = onward_fare(now, here, place, channel) if view == FROM_ABROAD else offer.fare
        whole = means + (offer.credit * grown if lent else 0.0) >= move_price(each, offer.each, reserve, size, grown)
        alone = splits & (means >= move_price(each, offer.each, reserve, 1, 1))
        value = seen(offer, view) + tastes[1, channel] + (0.0 if whole else now.coefficients.separation)
        fits = (age >= offer.youngest) & (age <= offer.oldest) & (whole | alone)
        fits &= (place != here) & ((channel != _FAMILY) | (kin == place)) & ((channel != RELOCATION) | (moved == place))
        if fits & (value > values[place]):
            values[place], channels[place], ahead[place] = value, channel, not whole
    top = MINUS_INFINITY
    for place in range(len(values)):
        if values[place] > MINUS_INFINITY:
            values[place] += tastes[0, place] + (now.coefficients.kin if kin == place else 0.0)
            if view == FROM_ABROAD:  # the way is from here, not from Minsk
                values[place] += ratio_term(now.between[here, place], there[place].distance, now.coefficients.distance)
            top = max(top, values[place])
    return top


@compiled(forceinline=True)
def seen(offer: Any, view: int) -> float:
    """Utility of an offer in a view."""
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

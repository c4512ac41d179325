"""A unit's look at what is on offer: its own tastes, close people, age, family and money on top of its class's offers.

The same look serves the choice at home, a wish under better conditions, an onward move, and an explanation.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.behaviour import Behaviour
from sim.choice import MINUS_INFINITY
from sim.codes import CHANNEL, SLOTS
from sim.compiling import compiled
from sim.luck import NORMAL_GRID, PURPOSE, TASTE_LIMIT, Four, words
from sim.options import RELOCATION, Options, move_price
from sim.rows import Person, beside
from sim.units import adults, in_party, money
from sim.world import World

_FAMILY = CHANNEL["family"]
TASTE, CHANNEL_TASTE = PURPOSE["taste"], PURPOSE["channel_taste"]
FROM_HOME, FREE_TO_EXIT, WITHIN_MEANS, ADMITTED, UNQUEUED, FROM_ABROAD = 0, 1, 2, 3, 4, 5
"""Views of a unit on its options: as they are at home; the same under better and better conditions; from abroad."""


@compiled(forceinline=True)
def ceiling(options: Options, kind: int, kin: int, b: Behaviour) -> float:
    """Upper bound of the value of any destination, all being open, to a unit with close people in `kin`."""
    return max(options.top[kind], options.free[kind, kin] + b.kin) + (b.spread_country + b.spread_channel) * TASTE_LIMIT


@compiled(forceinline=True)
def fill_tastes(four: Four, spread: float, tastes: NDArray[np.float64]) -> None:
    """Turn four words of luck into sixteen normal tastes, one a byte, lowest byte first: the first of `tastes`."""
    for k in range(4):
        word = four[k]
        for j in range(4):
            tastes[4 * k + j] = spread * NORMAL_GRID[(word >> (8 * j)) & 255]


@compiled(forceinline=True)
def fill_further_tastes(key: int, places: int, b: Behaviour, seed: int, tastes: NDArray[np.float64]) -> None:
    """Fill a unit's tastes for places from 16 on, if there are any; `tastes` float64[2, slots]."""
    if places > 16:
        fill_tastes(words(key, 0, TASTE, 1, seed), b.spread_country, tastes[0, 16:])


@compiled
def draw_tastes(key: int, b: Behaviour, seed: int, tastes: NDArray[np.float64]) -> None:
    """A unit's fixed tastes for countries and for channels; `tastes` float64[2, slots] is filled."""
    fill_tastes(words(key, 0, TASTE, 0, seed), b.spread_country, tastes[0])
    fill_tastes(words(key, 0, CHANNEL_TASTE, 0, seed), b.spread_channel, tastes[1])
    fill_further_tastes(key, SLOTS, b, seed, tastes)


@compiled(forceinline=True)
def look(
    head: Person,
    t: int,
    kind: int,
    view: int,
    options: Options,
    world: World,
    b: Behaviour,
    tastes: NDArray[np.float64],
    values: NDArray[np.float64],
    channels: NDArray[np.uint8],
    ahead: NDArray[np.bool_],
) -> float:
    """Fill a unit's value and best channel of every destination; return the largest value.

    `view` is one of `FROM_HOME` to `FROM_ABROAD`; `tastes` float64[2, slots] are for countries and channels. `values`
    float64[places], `channels` uint8[places] and `ahead` bool[places] (the head alone, ahead of the family) are
    filled, minus infinity where no channel is open, eligible and affordable.
    """
    kin, here, moved = head.kin, head.place, options.moved[head.employer]
    age, size = (t - head.birth) // 12, head.unit_size
    means, grown = money(head), adults(head)
    if view == FROM_ABROAD:
        size, grown, means = party(head, size, grown)
    splits, unlimited = (view < WITHIN_MEANS) & (size > 1), (view >= WITHIN_MEANS) & (view != FROM_ABROAD)
    offers, count, there = options.offers[kind], options.lengths[kind], world.places[t]
    for place in range(len(values)):
        values[place], channels[place], ahead[place] = MINUS_INFINITY, 0, False
    for i in range(count):
        offer = offers[i]
        place, channel = offer.place, offer.channel
        reserve = b.reserve * there[place].rent
        whole = unlimited | (means >= move_price(offer.fare, offer.each, reserve, size, grown))
        alone = splits & (means >= move_price(offer.fare, offer.each, reserve, 1, 1))
        value = seen(offer, view) + tastes[1, channel] + (0.0 if whole else b.separation)
        fits = (age >= offer.youngest) & (age <= offer.oldest) & (whole | alone)
        fits &= (place != here) & ((channel != _FAMILY) | (kin == place)) & ((channel != RELOCATION) | (moved == place))
        if fits & (value > values[place]):
            values[place], channels[place], ahead[place] = value, channel, not whole
    top = MINUS_INFINITY
    for place in range(len(values)):
        if values[place] > MINUS_INFINITY:
            values[place] += tastes[0, place] + (b.kin if kin == place else 0.0)
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
def party(head: Person, size: int, grown: int) -> tuple[int, int, float]:
    """People, adults and savings of those of a unit who are settled abroad."""
    there, older, means = 0, 0, 0.0
    for i in range(size):
        one = beside(head, i)
        if in_party(one):
            there += 1
            if i < grown:
                older += 1
                means += one.savings
    return there, older, means

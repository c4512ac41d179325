"""What is on offer this month: the value of each channel of each destination to each choice class.

Values depend on few things (sector, flags, month), so they are tabulated once a month; what is a person's own
(taste, close people, age, money) is added where a unit looks at its options.
"""

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sim.behaviour import Behaviour
from sim.choice import FLAG_PERSECUTED, MINUS_INFINITY, N_FLAGS, diaspora_term, openness_term, ratio_term
from sim.codes import CHANNEL, N_CHANNELS, N_SECTORS, PLACE, SECTOR, SLOTS
from sim.columns import Columns
from sim.conditions import Conditions
from sim.luck import NORMAL_GRID, PURPOSE, words
from sim.units import N_CLASSES, adults, choice_class, class_groups, money
from sim.world import World, admission_share, fare, travel_share

TASTE_LIMIT = float(NORMAL_GRID[-1])
"""Largest taste on the grid of 256 slices, in standard deviations."""

_BELARUS = PLACE["belarus"]
_WORK, _FAMILY = CHANNEL["work"], CHANNEL["family"]
_IT, _CHILD = SECTOR["it"], SECTOR["child"]
_TASTE, _CHANNEL_TASTE = PURPOSE["taste"], PURPOSE["channel_taste"]


OFFER = np.dtype(
    [
        ("value", "f8"),  # utility from Belarus, minus infinity if one cannot get there
        ("onward", "f8"),  # utility from elsewhere: no exit from Belarus needed
        ("fare", "f8"),  # EUR a person
        ("each", "f8"),  # EUR an adult: fee and funds to show
        ("place", "u1"),
        ("channel", "u1"),
        ("youngest", "u1"),  # years
        ("oldest", "u1"),  # years
    ],
    align=True,
)
"""A channel of a destination on offer to a choice class, packed so that a unit reads its offers in one sweep."""


class Options(NamedTuple):
    """What is on offer in a month, by choice class."""

    offers: NDArray[np.void]  # OFFER [classes, places * channels]
    lengths: NDArray[np.int64]  # [classes] offers worth a look, the first of each row
    ceiling: NDArray[np.float64]  # [classes] largest value over all but the family channel
    family: NDArray[np.float64]  # [classes, places] value of the family channel


def empty() -> Options:
    """Options of a month before they are filled: nothing on offer."""
    return Options(
        offers=np.zeros((N_CLASSES, SLOTS * N_CHANNELS), OFFER),
        lengths=np.zeros(N_CLASSES, np.int64),
        ceiling=np.full(N_CLASSES, MINUS_INFINITY),
        family=np.full((N_CLASSES, SLOTS), MINUS_INFINITY),
    )


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def eligible(world: World, place: int, channel: int, sector: int, groups: int) -> bool:
    """True if the law opens a channel to people of this sector and these groups (ages apart)."""
    if not world.law[place, channel].exists or not (world.law[place, channel].sectors >> sector) & 1:
        return False
    asked = world.law[place, channel].groups
    return asked == 0 or (asked & groups) != 0


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def country_value(
    world: World, t: int, b: Behaviour, constant: float, persons: float, place: int, sector: int, unsafe: bool
) -> float:
    """Value of living in a destination, channels apart: constant, diaspora, language, distance, wage, rent, safety."""
    there, here = world.places[t, place].wage, world.places[t, _BELARUS].wage
    if sector == _IT:
        there, here = there * world.places[t, place].premium_it, here * world.places[t, _BELARUS].premium_it
    value = constant + diaspora_term(persons, b.diaspora) + b.language * world.places[t, place].language
    value += ratio_term(world.places[t, place].distance, 500.0, b.distance) + ratio_term(there, here, b.income)
    value += ratio_term(world.places[t, place].rent, world.places[t, _BELARUS].rent, b.rent)
    if unsafe:
        value += b.safety * (world.places[t, place].safety - 1.0)
    return value


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def channel_value(world: World, t: int, b: Behaviour, place: int, channel: int, offers: float, waiting: float) -> float:
    """Value of a channel: chance of approval, wait in the queue and after it, fee, right to work, offers."""
    value = openness_term(world.rules[t, place, channel].offered)
    value += openness_term(world.rules[t, place, channel].approval)
    queue = queue_months(waiting, world.rules[t, place, channel].capacity, b.patience)
    value += b.wait * (world.rules[t, place, channel].months + queue)
    value += b.work_right * world.rules[t, place, channel].works
    value += b.fee * world.rules[t, place, channel].fee / world.places[t, _BELARUS].wage
    if channel == _WORK:
        value += openness_term(offers)
    return value


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def queue_months(waiting: float, capacity: float, patience: float) -> float:
    """Months that the queue before a channel will take, at most the patience of those who wait."""
    if waiting <= 0.0 or np.isinf(capacity):
        return 0.0
    if capacity <= 0.0:
        return patience
    return min(patience, waiting / capacity)


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def offer_share(world: World, t: int, place: int, sector: int, workers: float) -> float:
    """Offers of work from a destination per worker of the sector, at most one a month."""
    if workers <= 0.0:
        return 0.0
    return min(1.0, world.demand[t, place, sector] / workers)


@njit(cache=True, nogil=True, error_model="numpy")
def fill(
    options: Options,
    world: World,
    t: int,
    b: Behaviour,
    conditions: Conditions,
    residents: NDArray[np.float64],
    waiting: NDArray[np.float64],
) -> None:
    """Tabulate the options of month `t`.

    `residents` float64[places] are settled Belarusians, `waiting` float64[places, channels] those in queues, both
    in persons.
    """
    range_of_taste = 2.0 * b.spread_channel * TASTE_LIMIT
    for sector in range(N_SECTORS):
        if sector == _CHILD:  # children head no unit
            continue
        workers = conditions.reference.workers[sector]
        for mask in range(N_FLAGS):
            kind = choice_class(sector, mask)
            groups = class_groups(sector, mask)
            offers = options.offers[kind]
            options.ceiling[kind] = MINUS_INFINITY
            count = 0
            for place in range(SLOTS):
                options.family[kind, place] = MINUS_INFINITY
                if place == _BELARUS or world.places[t, place].distance <= 0.0:
                    continue
                unsafe = (mask & FLAG_PERSECUTED) != 0
                constant = conditions.constants[place]
                country = country_value(world, t, b, constant, residents[place], place, sector, unsafe)
                first = count
                for channel in range(N_CHANNELS):
                    if not eligible(world, place, channel, sector, groups):
                        continue
                    share = offer_share(world, t, place, sector, workers)
                    common = country + conditions.channel_constants[channel]
                    common += channel_value(world, t, b, place, channel, share, waiting[place, channel])
                    admitted = admission_share(world, t, place, channel, groups)
                    travel = travel_share(world, t, place, channel, groups)
                    offer = offers[count]
                    offer.onward = common + openness_term(admitted)
                    offer.value = common + openness_term(min(admitted, travel))
                    if offer.onward == MINUS_INFINITY:
                        continue
                    offer.place, offer.channel = place, channel
                    offer.fare = fare(world, t, place, channel, groups)
                    offer.each = world.rules[t, place, channel].fee + world.rules[t, place, channel].funds
                    offer.youngest, offer.oldest = world.law[place, channel].youngest, world.law[place, channel].oldest
                    if channel == _FAMILY:
                        options.family[kind, place] = offer.value
                    else:
                        options.ceiling[kind] = max(options.ceiling[kind], offer.value)
                    count += 1
                count = shortlist(offers, first, count, range_of_taste)
            options.lengths[kind] = count


@njit(cache=True, nogil=True, error_model="numpy")
def shortlist(offers: NDArray[np.void], first: int, last: int, range_of_taste: float) -> int:
    """Keep of one place's offers, `first` to `last` - 1, those that somebody may find best; returns their end.

    An offer is left out if another is better by more than the whole range of tastes, costs no more and admits
    every age that it admits: nobody would ever choose it.
    """
    kept = first
    for i in range(first, last):
        dominated = False
        for j in range(first, last):
            if j != i and offers[j].channel != _FAMILY:
                dominated |= dominates(offers[j], offers[i], range_of_taste)
        if not dominated:
            # An offer that moves forward overwrites only one that is dominated, and whoever dominates that one
            # dominates all that it would have; so the order of the sweep does not matter.
            offers[kept] = offers[i]
            kept += 1
    return kept


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def dominates(one: Any, other: Any, range_of_taste: float) -> bool:
    """True if nobody would take `other` while `one` is on offer."""
    better = (one.onward > other.onward + range_of_taste) & (one.value >= other.value + range_of_taste)
    cheaper = (one.fare <= other.fare) & (one.each <= other.each)
    return better & cheaper & (one.youngest <= other.youngest) & (one.oldest >= other.oldest)


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def ceiling(options: Options, kind: int, kin: int, b: Behaviour) -> float:
    """Upper bound of the value of any destination to a unit of this class with close people in `kin`."""
    top, family = options.ceiling[kind], options.family[kind, kin]
    if kin != _BELARUS:
        top = max(top, family) + max(b.kin, 0.0)
    return top + (b.spread_country + b.spread_channel) * TASTE_LIMIT


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def fill_tastes(four: tuple[int, int, int, int], spread: float, tastes: NDArray[np.float64]) -> None:
    """Turn four words of luck into sixteen normal tastes, one a byte, lowest byte first; `tastes` float64[16]."""
    for k in range(4):
        word = four[k]
        for j in range(4):
            tastes[4 * k + j] = spread * NORMAL_GRID[(word >> (8 * j)) & 255]


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def fixed_tastes(people: Columns, head: int, b: Behaviour, conditions: Conditions, tastes: NDArray[np.float64]) -> None:
    """Fill a unit's tastes that never change, `tastes` float64[2, 16]: for countries and for channels."""
    key = people.key[head]
    fill_tastes(words(key, 0, _TASTE, 0, conditions.trait_seed), b.spread_country, tastes[0])
    fill_tastes(words(key, 0, _CHANNEL_TASTE, 0, conditions.trait_seed), b.spread_channel, tastes[1])


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def look(
    people: Columns,
    head: int,
    t: int,
    kind: int,
    onward: bool,
    options: Options,
    world: World,
    b: Behaviour,
    conditions: Conditions,
    values: NDArray[np.float64],
    channels: NDArray[np.uint8],
    tastes: NDArray[np.float64],
) -> float:
    """Fill a unit's value and best channel of every destination; return the largest value.

    `onward` looks from abroad, where no exit from Belarus is needed. `values` float64[16] and `channels`
    uint8[16] are filled, minus infinity where no channel is open, eligible and affordable; `tastes`
    float64[2, 16] is a buffer.
    """
    fixed_tastes(people, head, b, conditions, tastes)
    return look_with(people, head, t, kind, onward, options, world, b, values, channels, tastes)


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def look_with(
    people: Columns,
    head: int,
    t: int,
    kind: int,
    onward: bool,
    options: Options,
    world: World,
    b: Behaviour,
    values: NDArray[np.float64],
    channels: NDArray[np.uint8],
    tastes: NDArray[np.float64],
) -> float:
    """Look at the options with `tastes` float64[2, 16] already known; the rest as in `look`."""
    kin, here = people.kin[head], people.place[head]
    age, size = (t - people.birth[head]) // 12, people.unit_size[head]
    means, grown = money(people, head), adults(people, head)
    offers, count, there = options.offers[kind], options.lengths[kind], world.places[t]
    for place in range(SLOTS):
        values[place], channels[place] = MINUS_INFINITY, 0
    for i in range(count):
        offer = offers[i]
        place, channel = offer.place, offer.channel
        price = move_price(offer.fare, offer.each, b.reserve * there[place].rent, size, grown)
        value = (offer.onward if onward else offer.value) + tastes[1, channel]
        fits = (age >= offer.youngest) & (age <= offer.oldest) & (means >= price)
        fits &= (place != here) & ((channel != _FAMILY) | (kin == place))
        if fits & (value > values[place]):
            values[place], channels[place] = value, channel
    top = MINUS_INFINITY
    for place in range(SLOTS):
        if values[place] > MINUS_INFINITY:
            values[place] += tastes[0, place] + (b.kin if kin == place else 0.0)
            top = max(top, values[place])
    return top


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def move_price(fare_each: float, each_adult: float, reserve: float, size: int, grown: int) -> float:
    """Money a unit needs to move, EUR: fares for all, fee and funds to show for each adult, a reserve."""
    return fare_each * size + each_adult * grown + reserve

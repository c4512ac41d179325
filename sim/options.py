"""What is on offer this month: the value of each channel of each destination to each choice class.

Values depend on few things (sector, flags, month), so they are tabulated once a month; what is a person's own
(taste, close people, age, money) is added where a unit looks at its options.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sim.behaviour import Behaviour
from sim.choice import FLAG_PERSECUTED, MINUS_INFINITY, N_FLAGS, diaspora_term, openness_term, ratio_term
from sim.codes import CHANNEL, N_CHANNELS, N_SECTORS, PLACE, SECTOR, SLOTS
from sim.columns import Columns
from sim.conditions import Conditions
from sim.luck import NORMAL_GRID, PURPOSE, byte, words
from sim.units import N_CLASSES, adults, choice_class, class_groups, money
from sim.world import World, admission_share, fare, travel_share

TASTE_LIMIT = float(NORMAL_GRID[-1])
"""Largest taste on the grid of 256 slices, in standard deviations."""

_BELARUS = PLACE["belarus"]
_WORK, _FAMILY, _IRREGULAR = CHANNEL["work"], CHANNEL["family"], CHANNEL["irregular"]
_IT = SECTOR["it"]
_TASTE, _CHANNEL_TASTE = PURPOSE["taste"], PURPOSE["channel_taste"]


class Options(NamedTuple):
    """Values by choice class; minus infinity where closed or not eligible."""

    value: NDArray[np.float64]  # [classes, places, channels] from Belarus
    onward: NDArray[np.float64]  # [classes, places, channels] from elsewhere: no exit from Belarus needed
    ceiling: NDArray[np.float64]  # [classes] largest value over all but the family channel
    fare: NDArray[np.float64]  # [classes, places, channels] EUR a person
    each: NDArray[np.float64]  # [places, channels] EUR an adult: fee and funds to show
    count: NDArray[np.int64]  # [classes, places] channels on offer from anywhere
    which: NDArray[np.uint8]  # [classes, places, channels] their codes, the first `count` of them


def empty() -> Options:
    """Options of a month before they are filled."""
    shape = (N_CLASSES, SLOTS, N_CHANNELS)
    return Options(
        value=np.empty(shape),
        onward=np.empty(shape),
        ceiling=np.empty(N_CLASSES),
        fare=np.zeros(shape),
        each=np.zeros(shape[1:]),
        count=np.zeros(shape[:2], np.int64),
        which=np.zeros(shape, np.uint8),
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
def channel_value(world: World, t: int, b: Behaviour, place: int, channel: int, offers: float) -> float:
    """Value of a channel: chance of approval and use, wait, fee, right to work, offers, danger."""
    value = openness_term(world.rules[t, place, channel].offered)
    value += openness_term(world.rules[t, place, channel].approval * world.rules[t, place, channel].use)
    value += b.wait * world.rules[t, place, channel].months + b.work_right * world.rules[t, place, channel].works
    value += b.fee * world.rules[t, place, channel].fee / world.places[t, _BELARUS].wage
    if channel == _WORK:
        value += openness_term(offers)
    if channel == _IRREGULAR:
        value += b.danger
    return value


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def offer_share(world: World, t: int, place: int, sector: int, workers: float) -> float:
    """Offers of work from a destination per worker of the sector, at most one a month."""
    if workers <= 0.0:
        return 0.0
    return min(1.0, world.demand[t, place, sector] / workers)


@njit(cache=True, nogil=True, error_model="numpy")
def fill(
    options: Options, world: World, t: int, b: Behaviour, conditions: Conditions, residents: NDArray[np.float64]
) -> None:
    """Tabulate the options of month `t`; `residents` float64[places] are settled Belarusians in persons."""
    for place in range(SLOTS):
        for channel in range(N_CHANNELS):
            options.each[place, channel] = world.rules[t, place, channel].fee + world.rules[t, place, channel].funds
    for sector in range(N_SECTORS):
        for mask in range(N_FLAGS):
            kind = choice_class(sector, mask)
            groups = class_groups(sector, mask)
            unsafe = (mask & FLAG_PERSECUTED) != 0
            top = MINUS_INFINITY
            for place in range(SLOTS):
                country = 0.0
                if place != _BELARUS and world.places[t, place].distance > 0.0:
                    country = country_value(
                        world, t, b, conditions.constants[place], residents[place], place, sector, unsafe
                    )
                options.count[kind, place] = 0
                workers = conditions.reference.workers[sector]
                for channel in range(N_CHANNELS):
                    value = onward = MINUS_INFINITY
                    if eligible(world, place, channel, sector, groups):
                        offers = offer_share(world, t, place, sector, workers)
                        common = country + channel_value(world, t, b, place, channel, offers)
                        admitted = admission_share(world, t, place, channel, groups)
                        onward = common + openness_term(admitted)
                        travel = travel_share(world, t, place, channel, groups)
                        value = common + openness_term(min(admitted, travel))
                    options.value[kind, place, channel] = value
                    options.onward[kind, place, channel] = onward
                    if onward > MINUS_INFINITY:
                        options.fare[kind, place, channel] = fare(world, t, place, channel, groups)
                        options.which[kind, place, options.count[kind, place]] = channel
                        options.count[kind, place] += 1
                    if channel != _FAMILY:
                        top = max(top, value)
            options.ceiling[kind] = top


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def ceiling(options: Options, kind: int, kin: int, b: Behaviour) -> float:
    """Upper bound of the value of any destination to a unit of this class with close people in `kin`."""
    top, family = options.ceiling[kind], options.value[kind, kin, _FAMILY]
    if kin != _BELARUS:
        top = max(top, family) + b.kin
    return top + (b.spread_country + b.spread_channel) * TASTE_LIMIT


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
) -> float:
    """Fill a unit's value and best channel of every destination; return the largest value.

    `onward` looks from abroad, where no exit from Belarus is needed. `values` float64[16] and `channels`
    uint8[16] are filled, minus infinity where no channel is open, eligible and affordable.
    """
    key, kin, here = people.key[head], people.kin[head], people.place[head]
    age, size = (t - people.birth[head]) // 12, people.unit_size[head]
    means, grown = money(people, head), adults(people, head)
    count, which = options.count[kind], options.which[kind]
    table = options.onward[kind] if onward else options.value[kind]
    fares, each, there = options.fare[kind], options.each, world.places[t]
    law = world.law
    taste = words(key, 0, _TASTE, 0, conditions.trait_seed)
    channel_taste = words(key, 0, _CHANNEL_TASTE, 0, conditions.trait_seed)
    top = MINUS_INFINITY
    for place in range(SLOTS):
        best, by = MINUS_INFINITY, 0
        reserve = b.reserve * there[place].rent
        for i in range(count[place]):
            channel = which[place, i]
            price = move_price(fares[place, channel], each[place, channel], reserve, size, grown)
            value = table[place, channel] + b.spread_channel * NORMAL_GRID[byte(channel_taste, channel)]
            fits = (age >= law[place, channel].youngest) & (age <= law[place, channel].oldest) & (means >= price)
            fits &= (place != here) & ((channel != _FAMILY) | (kin == place))
            if fits and value > best:
                best, by = value, channel
        if best > MINUS_INFINITY:
            best += b.spread_country * NORMAL_GRID[byte(taste, place)]
            if kin == place:
                best += b.kin
            top = max(top, best)
        values[place], channels[place] = best, by
    return top


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def move_price(fare_each: float, each_adult: float, reserve: float, size: int, grown: int) -> float:
    """Money a unit needs to move, EUR: fares for all, fee and funds to show for each adult, a reserve."""
    return fare_each * size + each_adult * grown + reserve

"""What is on offer this month: the value of each channel of each destination to each choice class.

Values depend on few things (sector, flags, month), so they are tabulated once a month; what is a person's own
(taste, close people, age, money) is added where a unit looks at its options.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.arithmetic import exp, log
from sim.behaviour import Behaviour
from sim.choice import CLOSED, FLAG_PERSECUTED, MINUS_INFINITY, N_FLAGS, diaspora_term, openness_term, ratio_term
from sim.codes import CHANNEL, N_CHANNELS, N_PLACES, N_SECTORS, PLACE, SECTOR
from sim.compiling import compiled
from sim.conditions import Conditions
from sim.luck import TASTE_LIMIT
from sim.units import N_CLASSES, choice_class, class_groups
from sim.world import World, admission_share, fare, travel_share

_BELARUS = PLACE["belarus"]
_WORK, _FAMILY, RELOCATION = CHANNEL["work"], CHANNEL["family"], CHANNEL["relocation"]
_IT, _CHILD = SECTOR["it"], SECTOR["child"]


OFFER = np.dtype(
    [
        ("value", "f8"),  # utility from Belarus, minus infinity if one cannot get there
        ("onward", "f8"),  # utility from elsewhere: no exit from Belarus needed
        ("open", "f8"),  # the same, were the destination open
        ("free", "f8"),  # the same, and without a queue
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
    near: NDArray[np.float64]  # [classes, places] largest value of a place, whatever it costs
    free: NDArray[np.float64]  # [classes, places] the same, were everything open
    top: NDArray[np.float64]  # [classes] largest of these
    pending: NDArray[np.bool_]  # [1] whether closures are announced that are not yet in force
    rush: NDArray[np.float64]  # [classes] what they will take away
    moved: NDArray[np.uint8]  # [employers] place to which each takes its staff, 0 if nowhere


def empty(employers: int = 1) -> Options:
    """Options of a month before they are filled: nothing on offer; `employers` counts number 0, none."""
    return Options(
        offers=np.zeros((N_CLASSES, N_PLACES * N_CHANNELS), OFFER),
        lengths=np.zeros(N_CLASSES, np.int64),
        near=np.full((N_CLASSES, N_PLACES), MINUS_INFINITY),
        free=np.full((N_CLASSES, N_PLACES), MINUS_INFINITY),
        top=np.full(N_CLASSES, MINUS_INFINITY),
        pending=np.zeros(1, np.bool_),
        rush=np.zeros(N_CLASSES),
        moved=np.zeros(employers, np.uint8),
    )


@compiled(forceinline=True)
def eligible(world: World, place: int, channel: int, sector: int, groups: int) -> bool:
    """True if the law opens a channel to people of this sector and these groups (ages apart)."""
    if not world.law[place, channel].exists or not (world.law[place, channel].sectors >> sector) & 1:
        return False
    asked = world.law[place, channel].groups
    return asked == 0 or (asked & groups) != 0


@compiled(forceinline=True)
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


@compiled(forceinline=True)
def channel_value(world: World, t: int, b: Behaviour, place: int, channel: int, offers: float, queue: float) -> float:
    """Value of a channel: chance of approval, wait in the queue (months) and after it, fee, right to work, offers."""
    value = openness_term(world.rules[t, place, channel].offered)
    value += openness_term(world.rules[t, place, channel].approval)
    value += b.wait * (world.rules[t, place, channel].months + queue)
    value += b.work_right * world.rules[t, place, channel].works
    value += b.fee * world.rules[t, place, channel].fee / world.places[t, _BELARUS].wage
    if channel == _WORK:
        value += openness_term(offers)
    return value


@compiled(forceinline=True)
def queue_months(waiting: float, capacity: float, patience: float) -> float:
    """Months that the queue before a channel will take, at most the patience of those who wait."""
    if waiting <= 0.0 or np.isinf(capacity):
        return 0.0
    if capacity <= 0.0:
        return patience
    return min(patience, waiting / capacity)


@compiled(forceinline=True)
def offer_share(world: World, t: int, place: int, sector: int, workers: float) -> float:
    """Offers of work from a destination per worker of the sector, at most one a month."""
    if workers <= 0.0:
        return 0.0
    return min(1.0, world.demand[t, place, sector] / workers)


@compiled
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
            options.near[kind], options.free[kind] = MINUS_INFINITY, MINUS_INFINITY
            count = 0
            for place in range(len(world.law)):
                if place == _BELARUS or world.places[t, place].distance <= 0.0:
                    continue
                unsafe = (mask & FLAG_PERSECUTED) != 0
                constant = conditions.constants[place]
                country = country_value(world, t, b, constant, residents[place], place, sector, unsafe)
                first = count
                for channel in range(world.law.shape[1]):
                    if not eligible(world, place, channel, sector, groups):
                        continue
                    share = offer_share(world, t, place, sector, workers)
                    country_and_kind = country + conditions.channel_constants[channel]
                    queue = queue_months(waiting[place, channel], world.rules[t, place, channel].capacity, b.patience)
                    common = country_and_kind + channel_value(world, t, b, place, channel, share, queue)
                    unqueued = country_and_kind + channel_value(world, t, b, place, channel, share, 0.0)
                    if unqueued == MINUS_INFINITY:
                        continue
                    admitted = admission_share(world, t, place, channel, groups)
                    travel = travel_share(world, t, place, channel, groups)
                    offer = offers[count]
                    offer.open, offer.free = common, unqueued
                    offer.onward = common + openness_term(admitted)
                    offer.value = common + openness_term(min(admitted, travel))
                    offer.place, offer.channel = place, channel
                    offer.fare = fare(world, t, place, channel, groups)
                    offer.each = world.rules[t, place, channel].fee + world.rules[t, place, channel].funds
                    offer.youngest, offer.oldest = world.law[place, channel].youngest, world.law[place, channel].oldest
                    options.near[kind, place] = max(options.near[kind, place], offer.value)
                    options.free[kind, place] = max(options.free[kind, place], offer.free)
                    count += 1
                count = shortlist(offers, first, count, range_of_taste)
            options.lengths[kind] = count
            options.top[kind] = options.free[kind].max()


@compiled(forceinline=True)
def for_the_few(channel: int) -> bool:
    """True for channels that ask for more than a class shows: close people there, an employer who moves there."""
    return bool((channel == _FAMILY) | (channel == RELOCATION))


@compiled
def fill_rush(options: Options, later: Options) -> None:
    """Fill what each class loses by announced closures: the fall of the inclusive value from now to `later`."""
    for kind in range(N_CLASSES):
        is_open = options.near[kind].max() > MINUS_INFINITY
        lost = inclusive(options.near[kind]) - inclusive(later.near[kind])
        options.rush[kind] = max(0.0, lost) if is_open else 0.0


@compiled
def inclusive(values: NDArray[np.float64]) -> float:
    """Log of the sum of exponentials of the values of all destinations, float64[places], none below `CLOSED`."""
    total = 0.0
    for place in range(len(values)):
        total += exp(max(values[place], CLOSED)) if place != _BELARUS else 0.0
    return log(total)


@compiled
def shortlist(offers: NDArray[np.void], first: int, last: int, range_of_taste: float) -> int:
    """Keep of one place's offers, `first` to `last` - 1, those that somebody may find best; returns their end.

    An offer is left out if another is better by more than the whole range of tastes, costs no more and admits
    every age that it admits: nobody would ever choose it.
    """
    kept = first
    for i in range(first, last):
        dominated = False
        for j in range(first, last):
            if j != i and not for_the_few(offers[j].channel):
                dominated |= dominates(offers[j], offers[i], range_of_taste)
        if not dominated:
            # An offer that moves forward overwrites only one that is dominated, and whoever dominates that one
            # dominates all that it would have; so the order of the sweep does not matter.
            offers[kept] = offers[i]
            kept += 1
    return kept


@compiled(forceinline=True)
def dominates(one: Any, other: Any, range_of_taste: float) -> bool:
    """True if nobody would take `other` while `one` is on offer."""
    better = (one.onward >= other.onward + range_of_taste) & (one.value >= other.value + range_of_taste)
    better &= (one.open >= other.open + range_of_taste) & (one.free > other.free + range_of_taste)
    cheaper = (one.fare <= other.fare) & (one.each <= other.each)
    return better & cheaper & (one.youngest <= other.youngest) & (one.oldest >= other.oldest)


@compiled(forceinline=True)
def move_price(fare_each: float, each_adult: float, reserve: float, size: int, grown: int) -> float:
    """Money a unit needs to move, EUR: fares for all, fee and funds to show for each adult, a reserve."""
    return fare_each * size + each_adult * grown + reserve

"""What is on offer this month: the value of each channel of each destination to each choice class.

Values depend on few things (sector, flags, month), so they are tabulated once a month; what is a person's own
(taste, close people, age, money) is added where a unit looks at its options.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.model.decision.access import eligible
from sim.model.decision.doors import door_value, door_weight, separation_weight
from sim.model.decision.means import pay_share
from sim.model.decision.units import N_AGES, N_CLASSES, age_limits, choice_class, class_groups
from sim.model.decision.utility import (
    CLOSED,
    FLAG_PERSECUTED,
    MINUS_INFINITY,
    N_FLAGS,
    diaspora_term,
    elastic_term,
    openness_term,
    ratio_term,
)
from sim.model.decision.ways import ADMISSION, FARE, LOT, N_OF_WAY, VALUE, fill_ways, groups_told_apart
from sim.model.now import Now, Options
from sim.model.run_constants import pool
from sim.numerics.arithmetic import exp, log
from sim.numerics.codes import AGE_FROM, CHANNEL, GROUP, N_GROUPS, N_SECTORS, PLACE, SECTOR
from sim.numerics.compiling import compiled
from sim.numerics.handles import handle

_BELARUS = PLACE["belarus"]
_AGES = np.array([GROUP[name] for name in AGE_FROM])
"""Bits of the groups by age."""
_WORK, RELOCATION = CHANNEL["work"], CHANNEL["relocation"]
_ASYLUM, _FAMILY = CHANNEL["asylum"], CHANNEL["family"]
_IT, _CHILD = SECTOR["it"], SECTOR["child"]
_SECTORS = np.array(sorted(set(SECTOR.values()) - {_CHILD}))
"""Sectors whose people head units."""


@compiled(forceinline=True)
def country_value(now: Now, persons: float, place: int, sector: int, threat: float) -> float:
    """Value of living in a destination, its constant and channels apart: diaspora, language, way, wage, rent, safety.

    `threat`, 0 to 1, is how much safety from the Belarusian state counts.
    """
    there, here = now.places[place].wage, now.places[_BELARUS].wage
    if sector == _IT:
        there, here = there * now.places[place].premium_it, here * now.places[_BELARUS].premium_it
    value = diaspora_term(persons, now.coefficients.diaspora)
    value += now.coefficients.language * now.places[place].language
    value += ratio_term(now.places[place].distance, 500.0, now.coefficients.distance) + ratio_term(
        there, here, now.coefficients.income
    )
    value += ratio_term(now.places[place].rent, now.places[_BELARUS].rent, now.coefficients.rent)
    return value + threat * (now.coefficients.safety * (now.places[place].safety - 1.0))


@compiled(forceinline=True)
def threat_to(mask: int, war_fear: float) -> float:
    """How much the reach of the Belarusian state counts for a choice class: all to the persecuted, to others in war."""
    return 1.0 if mask & FLAG_PERSECUTED else war_fear


@compiled(forceinline=True)
def channel_value(now: Now, place: int, channel: int, offers: float, queue: float) -> float:
    """Value of a channel: chance of approval, wait in the queue (months) and after it, fee, right to work, offers.

    Approval is drawn when an application is decided, too: `approval` tells how far it also weighs beforehand.
    """
    value = openness_term(now.rules[place, channel].offered)
    value += elastic_term(now.rules[place, channel].approval, now.coefficients.approval)
    value += now.coefficients.wait * (now.rules[place, channel].months + queue)
    value += now.coefficients.work_right * now.rules[place, channel].works
    value += now.coefficients.fee * now.rules[place, channel].fee / now.places[_BELARUS].wage
    if channel == _WORK:
        value += elastic_term(offers, now.coefficients.offers)
    return value


@compiled(forceinline=True)
def queue_months(waiting: float, capacity: float, patience: float) -> float:
    """Months that the queue before a channel will take, at most the patience of those who wait."""
    if waiting <= 0.0 or np.isinf(capacity):
        return 0.0
    if capacity <= 0.0:
        return patience
    return min(patience, waiting / capacity)


def asks_age(openness: NDArray[np.float64]) -> bool:
    """True if a rule of the month treats some ages differently: an exception, or one that is revoked.

    `openness` float64[places, instruments, columns] is that of the month.
    """
    of_ages = openness[..., openness.shape[-1] - N_GROUPS + _AGES]
    return bool((of_ages != openness[..., :1]).any())


@compiled(forceinline=True)
def offer_share(now: Now, place: int, sector: int, workers: float) -> float:
    """Offers of work from a destination per worker who draws on them, at most one a month."""
    if workers <= 0.0:
        return 0.0
    return min(1.0, now.demand[place, sector] / workers)


@compiled(forceinline=True)
def credit(now: Now, place: int, channel: int, sector: int) -> float:
    """What an adult could pay back soon for a move, EUR: what pay there on arrival leaves when one has lived on it."""
    premium = now.places[place].premium_it if sector == _IT else 1.0
    earned = (
        now.places[place].wage * premium * pay_share(now.rules[place, channel].works, now.coefficients.informal_pay)
    )
    return now.coefficients.credit_months * max(0.0, earned - now.coefficients.subsistence * now.places[place].rent)


@compiled
def fill_doors(
    now: Now, waiting: NDArray[np.float64], seeking: NDArray[np.float64], sector: int, doors: NDArray[np.float64]
) -> None:
    """Fill the value of each channel to a sector, float64[2, places, channels]: as it is, and without its queue."""
    seekers, workers = pool(sector), now.run.reference.workers[sector]
    for place in range(len(now.law)):
        share = offer_share(now, place, sector, workers)
        for channel in range(now.law.shape[1]):
            if not now.law[place, channel].exists:
                continue
            capacity, patience = now.rules[place, channel].capacity, now.coefficients.patience
            queue = queue_months(waiting[place, channel], capacity, patience)
            if channel == _WORK:
                queue = max(queue, queue_months(seeking[place, seekers], now.demand[place, seekers], patience))
            doors[0, place, channel] = channel_value(now, place, channel, share, queue)
            doors[1, place, channel] = channel_value(now, place, channel, share, 0.0)


@compiled
def fill(
    options: Options,
    now: Now,
    residents: NDArray[np.float64],
    waiting: NDArray[np.float64],
    seeking: NDArray[np.float64],
    by_age: bool,
) -> None:
    """Tabulate the options of the month, an offer to the people of each age if its rules go `by_age`.

    `residents` float64[places] are settled Belarusians, `waiting` float64[places, channels] those in queues, `seeking`
    float64[places, sectors] those among them who wait for work, all in persons.
    """
    now, options = handle(now), handle(options)
    options.apart[0] = separation_weight(now.coefficients.separation, now.coefficients.nest_channel)
    places, channels = now.law.shape
    countries, doors = np.empty((N_SECTORS, 2, places)), np.empty((N_SECTORS, 2, places, channels))
    for sector in _SECTORS:
        fill_doors(now, waiting, seeking, sector, doors[sector])
        for hunted in range(2):
            threat = threat_to(FLAG_PERSECUTED * hunted, now.belarus.war_fear)
            for place in range(places):
                countries[sector, hunted, place] = country_value(now, residents[place], place, sector, threat)
    told, known = groups_told_apart(now), 0
    met, ways = np.empty(N_CLASSES, np.int64), np.empty((N_CLASSES, 1 + N_AGES, places, channels, N_OF_WAY))
    for sector in _SECTORS:
        for mask in range(N_FLAGS):
            hunted, of_class = int(mask & FLAG_PERSECUTED > 0), class_groups(sector, mask) & told
            k = 0
            while k < known and met[k] != of_class:
                k += 1
            if k == known:  # of classes that are not told apart the ways are the same
                met[k], known = of_class, known + 1
                fill_ways(now, of_class, by_age, ways[k])
            fill_class(options, now, (sector, mask), countries[sector, hunted], doors[sector], ways[k], by_age)


@compiled
def fill_class(
    options: Options,
    now: Now,
    who: tuple[int, int],
    countries: NDArray[np.float64],
    doors: NDArray[np.float64],
    ways: NDArray[np.float64],
    by_age: bool,
) -> None:
    """Tabulate the options of a class: its sector and flags.

    `countries` float64[places] are the values of living there, `doors` those of `fill_doors`, `ways` of `fill_ways`.
    """
    (sector, mask), groups = who, class_groups(*who)
    mu, of_class, count = now.coefficients.nest_channel, choice_class(sector, mask), 0
    near, free = np.empty(now.law.shape[1]), np.empty(now.law.shape[1])
    offers = options.offers[of_class]
    options.near[of_class], options.free[of_class] = MINUS_INFINITY, MINUS_INFINITY
    options.unrelated[of_class], options.living[of_class] = MINUS_INFINITY, MINUS_INFINITY
    for place in range(len(now.law)):
        if place == _BELARUS or now.places[place].distance <= 0.0:
            continue
        country, first = now.run.constants[place] + countries[place], count
        options.living[of_class, place] = countries[place]
        near[:], free[:] = MINUS_INFINITY, MINUS_INFINITY
        for channel in range(now.law.shape[1]):
            if channel == RELOCATION or channel == _ASYLUM:  # between employer and staff; asked for inside
                continue
            if not eligible(now.law[place, channel], now.rules[place, channel], sector, groups):
                continue
            with_channel = country + now.run.channel_constants[channel]
            common, unqueued = with_channel + doors[0, place, channel], with_channel + doors[1, place, channel]
            if unqueued == MINUS_INFINITY:
                continue
            # what the class loses by closures ahead is told without regard to age
            near[channel], free[channel] = common + ways[0, place, channel, VALUE], unqueued
            for number in range(N_AGES if by_age else 1):  # one offer to all, or one to the people of each age
                low, high = age_limits(number) if by_age else (0, 255)
                way, offer = ways[1 + number if by_age else 0, place, channel], offers[count]
                offer.open, offer.free = common, unqueued
                offer.onward, offer.value = common + way[ADMISSION], common + way[VALUE]
                offer.place, offer.channel, offer.lot, offer.fare = place, channel, int(way[LOT]), way[FARE]
                offer.each = now.rules[place, channel].fee + now.rules[place, channel].funds
                offer.credit = credit(now, place, channel, sector)
                offer.youngest = max(low, now.rules[place, channel].youngest)
                offer.oldest = min(high, now.rules[place, channel].oldest)
                count += 1 if offer.youngest <= offer.oldest else 0
        options.near[of_class, place] = inclusive_of_doors(near, mu)
        base = options.free[of_class, place] = inclusive_of_doors(free, mu)
        free[_FAMILY] = MINUS_INFINITY
        options.unrelated[of_class, place] = sum_of_doors(free, base, mu)
        for i in range(first, count):
            weigh_offer(offers[i], base, mu)
    options.lengths[of_class] = count
    options.top[of_class] = options.unrelated[of_class].max()


@compiled(forceinline=True)
def weigh_offer(offer: Any, base: float, mu: float) -> None:
    """Turn the utilities of an offer into weights; `base` is the most that its destination is worth to the class.

    Many are alike, where there is no queue and all is open.
    """
    free, is_open, onward, value = offer.free, offer.open, offer.onward, offer.value
    offer.free = door_weight(free, base, mu)
    offer.open = offer.free if is_open == free else door_weight(is_open, base, mu)
    offer.onward = offer.open if onward == is_open else door_weight(onward, base, mu)
    offer.value = offer.onward if value == onward else door_weight(value, base, mu)


@compiled
def inclusive_of_doors(values: NDArray[np.float64], mu: float) -> float:
    """Value of a destination by the utilities of its channels, float64[channels]: `mu log sum_c exp(v_c / mu)`."""
    best = values.max()
    return sum_of_doors(values, best, mu) if best > MINUS_INFINITY else MINUS_INFINITY


@compiled(forceinline=True)
def sum_of_doors(values: NDArray[np.float64], base: float, mu: float) -> float:
    """The same by weights relative to `base`, as those of offers are; none of the `values` is above it."""
    total = 0.0
    for channel in range(len(values)):
        if values[channel] > MINUS_INFINITY:  # few are open
            total += door_weight(values[channel], base, mu)
    return door_value(total, base, mu)


@compiled
def fill_rush(options: Options, later: Options) -> None:
    """Fill what each class loses by announced closures: the fall of the inclusive value from now to `later`."""
    for of_class in range(N_CLASSES):
        is_open = options.near[of_class].max() > MINUS_INFINITY
        lost = inclusive(options.near[of_class]) - inclusive(later.near[of_class])
        options.rush[of_class] = max(0.0, lost) if is_open else 0.0


@compiled
def inclusive(values: NDArray[np.float64]) -> float:
    """Log of the sum of exponentials of the values of all destinations, float64[places], none below `CLOSED`."""
    total = 0.0
    for place in range(len(values)):
        total += exp(max(values[place], CLOSED)) if place != _BELARUS else 0.0
    return log(total)


@compiled(forceinline=True)
def move_price(fare_each: float, each_adult: float, reserve: float, size: int, grown: int) -> float:
    """Money a unit needs to move, EUR: fares for all, fee and funds to show for each adult, a reserve."""
    return fare_each * size + each_adult * grown + reserve

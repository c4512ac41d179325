"""What is on offer this month: the value of each channel of each destination to each choice class.

Values depend on few things (sector, flags, month), so they are tabulated once a month; what is a person's own
(taste, close people, age, money) is added where a unit looks at its options.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.model.decision.access import access_share, admission_share, eligible, fare
from sim.model.decision.means import pay_share
from sim.model.decision.units import N_AGES, N_CLASSES, age_group, age_limits, choice_class, class_groups
from sim.model.decision.utility import (
    CLOSED,
    FLAG_PERSECUTED,
    MINUS_INFINITY,
    N_FLAGS,
    diaspora_term,
    openness_term,
    ratio_term,
)
from sim.model.now import Now, Options
from sim.numerics.arithmetic import exp, log
from sim.numerics.codes import AGE_FROM, CHANNEL, GROUP, N_GROUPS, N_SECTORS, PLACE, SECTOR
from sim.numerics.compiling import compiled
from sim.numerics.handles import handle
from sim.numerics.luck import TASTE_LIMIT

_BELARUS = PLACE["belarus"]
_AGES = np.array([GROUP[name] for name in AGE_FROM])
"""Bits of the groups by age."""
_WORK, _FAMILY, RELOCATION = CHANNEL["work"], CHANNEL["family"], CHANNEL["relocation"]
_IT, _CHILD = SECTOR["it"], SECTOR["child"]


@compiled(forceinline=True)
def country_value(now: Now, constant: float, persons: float, place: int, sector: int, unsafe: bool) -> float:
    """Value of living in a destination, channels apart: constant, diaspora, language, distance, wage, rent, safety."""
    there, here = now.places[place].wage, now.places[_BELARUS].wage
    if sector == _IT:
        there, here = there * now.places[place].premium_it, here * now.places[_BELARUS].premium_it
    value = (
        constant
        + diaspora_term(persons, now.coefficients.diaspora)
        + now.coefficients.language * now.places[place].language
    )
    value += ratio_term(now.places[place].distance, 500.0, now.coefficients.distance) + ratio_term(
        there, here, now.coefficients.income
    )
    value += ratio_term(now.places[place].rent, now.places[_BELARUS].rent, now.coefficients.rent)
    if unsafe:
        value += now.coefficients.safety * (now.places[place].safety - 1.0)
    return value


@compiled(forceinline=True)
def channel_value(now: Now, place: int, channel: int, offers: float, queue: float) -> float:
    """Value of a channel: chance of approval, wait in the queue (months) and after it, fee, right to work, offers."""
    value = openness_term(now.rules[place, channel].offered)
    value += openness_term(now.rules[place, channel].approval)
    value += now.coefficients.wait * (now.rules[place, channel].months + queue)
    value += now.coefficients.work_right * now.rules[place, channel].works
    value += now.coefficients.fee * now.rules[place, channel].fee / now.places[_BELARUS].wage
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


def asks_age(openness: NDArray[np.float64]) -> bool:
    """True if a rule of the month treats some ages differently: an exception, or one that is revoked.

    `openness` float64[places, instruments, columns] is that of the month.
    """
    of_ages = openness[..., openness.shape[-1] - N_GROUPS + _AGES]
    return bool((of_ages != openness[..., :1]).any())


@compiled(forceinline=True)
def offer_share(now: Now, place: int, sector: int, workers: float) -> float:
    """Offers of work from a destination per worker of the sector, at most one a month."""
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
def fill(
    options: Options,
    now: Now,
    residents: NDArray[np.float64],
    waiting: NDArray[np.float64],
    by_age: bool,
) -> None:
    """Tabulate the options of the month, an offer to the people of each age if its rules go `by_age`.

    `residents` float64[places] are settled Belarusians, `waiting` float64[places, channels] those in queues, both
    in persons.
    """
    now = handle(now)
    range_of_taste = 2.0 * now.coefficients.spread_channel * TASTE_LIMIT
    for sector in range(N_SECTORS):
        if sector == _CHILD:  # children head no unit
            continue
        workers = now.run.reference.workers[sector]
        for mask in range(N_FLAGS):
            kind = choice_class(sector, mask)
            groups = class_groups(sector, mask)
            offers = options.offers[kind]
            options.near[kind], options.free[kind] = MINUS_INFINITY, MINUS_INFINITY
            count = 0
            for place in range(len(now.law)):
                if place == _BELARUS or now.places[place].distance <= 0.0:
                    continue
                unsafe = (mask & FLAG_PERSECUTED) != 0
                constant = now.run.constants[place]
                country = country_value(now, constant, residents[place], place, sector, unsafe)
                first = count
                for channel in range(now.law.shape[1]):
                    if not eligible(now.law[place, channel], now.rules[place, channel], sector, groups):
                        continue
                    share = offer_share(now, place, sector, workers)
                    country_and_kind = country + now.run.channel_constants[channel]
                    queue = queue_months(
                        waiting[place, channel],
                        now.rules[place, channel].capacity,
                        now.coefficients.patience,
                    )
                    common = country_and_kind + channel_value(now, place, channel, share, queue)
                    unqueued = country_and_kind + channel_value(now, place, channel, share, 0.0)
                    if unqueued == MINUS_INFINITY:
                        continue
                    # what the class loses by closures ahead is told without regard to age
                    access = access_share(now, place, channel, groups)
                    options.near[kind, place] = max(options.near[kind, place], common + openness_term(access))
                    options.free[kind, place] = max(options.free[kind, place], unqueued)
                    for number in range(N_AGES if by_age else 1):  # one offer to all, or one to the people of each age
                        low, high = age_limits(number) if by_age else (0, 255)
                        who = (groups | age_group(low)) if by_age else groups
                        access = access_share(now, place, channel, who) if by_age else access
                        offer = offers[count]
                        offer.open, offer.free = common, unqueued
                        offer.onward = common + openness_term(admission_share(now, place, channel, who))
                        offer.value = common + openness_term(access)
                        offer.place, offer.channel = place, channel
                        offer.fare = fare(now, place, channel, who)
                        offer.each = now.rules[place, channel].fee + now.rules[place, channel].funds
                        offer.credit = credit(now, place, channel, sector)
                        offer.youngest = max(low, now.rules[place, channel].youngest)
                        offer.oldest = min(high, now.rules[place, channel].oldest)
                        count += 1 if offer.youngest <= offer.oldest else 0
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
    cheaper = (one.fare <= other.fare) & (one.each <= other.each) & (one.credit >= other.credit)
    return better & cheaper & (one.youngest <= other.youngest) & (one.oldest >= other.oldest)


@compiled(forceinline=True)
def move_price(fare_each: float, each_adult: float, reserve: float, size: int, grown: int) -> float:
    """Money a unit needs to move, EUR: fares for all, fee and funds to show for each adult, a reserve."""
    return fare_each * size + each_adult * grown + reserve

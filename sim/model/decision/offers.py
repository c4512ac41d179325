"""What is on offer this month: the value of each channel of each destination to each choice class.

Values depend on few things (sector, flags, month), so they are tabulated once a month; what is a person's own
(taste, close people, age, money) is added where a unit looks at its options.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.model.decision.access import access_share, admission_share, detour_share, eligible, fare, lot_of
from sim.model.decision.doors import door_value, door_weight, separation_weight
from sim.model.decision.means import pay_share
from sim.model.decision.units import N_AGES, N_CLASSES, age_group, age_limits, choice_class, class_groups
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
def way_value(now: Now, place: int, channel: int, groups: int) -> float:
    """Value of the way from Belarus: the share of the month in which it is open, and a detour if it needs one."""
    value = openness_term(access_share(now, place, channel, groups))
    return value + now.coefficients.detour * detour_share(now, place, channel, groups)


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
    mu = now.coefficients.nest_channel
    options.apart[0] = separation_weight(now.coefficients.separation, mu)
    near, free = np.empty(now.law.shape[1]), np.empty(now.law.shape[1])
    for sector in range(N_SECTORS):
        if sector == _CHILD:  # children head no unit
            continue
        workers = now.run.reference.workers[sector]
        for mask in range(N_FLAGS):
            of_class = choice_class(sector, mask)
            groups = class_groups(sector, mask)
            offers = options.offers[of_class]
            options.near[of_class], options.free[of_class] = MINUS_INFINITY, MINUS_INFINITY
            options.unrelated[of_class], options.living[of_class] = MINUS_INFINITY, MINUS_INFINITY
            count, seekers = 0, pool(sector)
            for place in range(len(now.law)):
                if place == _BELARUS or now.places[place].distance <= 0.0:
                    continue
                threat = threat_to(mask, now.belarus.war_fear)
                living = country_value(now, residents[place], place, sector, threat)
                country = now.run.constants[place] + living
                options.living[of_class, place] = living
                first = count
                near[:], free[:] = MINUS_INFINITY, MINUS_INFINITY
                for channel in range(now.law.shape[1]):
                    if channel == RELOCATION or channel == _ASYLUM:  # between employer and staff; asked for inside
                        continue
                    if not eligible(now.law[place, channel], now.rules[place, channel], sector, groups):
                        continue
                    share = offer_share(now, place, sector, workers)
                    with_channel = country + now.run.channel_constants[channel]
                    queue = queue_months(
                        waiting[place, channel],
                        now.rules[place, channel].capacity,
                        now.coefficients.patience,
                    )
                    if channel == _WORK:
                        sought, offered = seeking[place, seekers], now.demand[place, seekers]
                        queue = max(queue, queue_months(sought, offered, now.coefficients.patience))
                    common = with_channel + channel_value(now, place, channel, share, queue)
                    unqueued = with_channel + channel_value(now, place, channel, share, 0.0)
                    if unqueued == MINUS_INFINITY:
                        continue
                    # what the class loses by closures ahead is told without regard to age
                    from_belarus = way_value(now, place, channel, groups)
                    near[channel], free[channel] = common + from_belarus, unqueued
                    for number in range(N_AGES if by_age else 1):  # one offer to all, or one to the people of each age
                        low, high = age_limits(number) if by_age else (0, 255)
                        who = (groups | age_group(low)) if by_age else groups
                        offer = offers[count]
                        offer.open, offer.free = common, unqueued
                        offer.onward = common + openness_term(admission_share(now, place, channel, who))
                        offer.value = common + (way_value(now, place, channel, who) if by_age else from_belarus)
                        offer.place, offer.channel = place, channel
                        offer.lot = lot_of(now, place, channel, who)
                        offer.fare = fare(now, place, channel, who)
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
    """Turn the utilities of an offer into weights; `base` is the most that its destination is worth to the class."""
    offer.value, offer.onward = door_weight(offer.value, base, mu), door_weight(offer.onward, base, mu)
    offer.open, offer.free = door_weight(offer.open, base, mu), door_weight(offer.free, base, mu)


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

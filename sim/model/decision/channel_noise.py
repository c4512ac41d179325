"""The noise of channels within a country, given the country's: drawn only where it can decide, the same in every world.

Channel c of country j is worth `v_c + mu (log S - log A_c)`: clocks A_c ~ Exp(1), and S positive stable of index mu for
all channels of j. The best is then worth `mu log sum_c exp(v_c / mu)` plus a Gumbel, exactly (Cardell 1997).
The country's noise E is that of all N slots for channels, were they equally good, less `mu log N`. With W = N min A it
is `exp(-E) = (W / S)**mu`, which is Exp(1); call it x. Given x, S has the density `s f(s) exp(-s x**(1/mu))`: a tilted
stable variable and, by the size bias, a gamma more. So `W = S x**(1/mu)` is a tilted part T and G ~ Gamma(1 - mu).
Any of the N slots holds the best clock, W / N; every other clock is W / N + Exp(1). A channel is worth `v_c + E + mu
log(W / A_c)`, at most `v_c + E + mu log N`. No word depends on what is open, so whoever's best channel stays open stays
with it. With mu = 1, S is 1, T is x and G is 0.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.model.decision.utility import MINUS_INFINITY, stable_angle_term, stable_exponential_term
from sim.numerics.arithmetic import exp, log, power
from sim.numerics.codes import CHANNEL_SLOTS, SLOTS
from sim.numerics.compiling import compiled
from sim.numerics.luck import PURPOSE, uniform, words

LOG_CHANNEL_SLOTS = 2.772588722239781
"""Natural logarithm of the 16 slots for channels (checked by a test against `CHANNEL_SLOTS`)."""
_OF_CHANNELS = 28
"""A word without its leading four bits, which name one of 16 slots."""
_CLOCKS, _BEST = PURPOSE["channel_clocks"], PURPOSE["best_channel"]
_STABLE, _GAMMA = PURPOSE["channel_stable"], PURPOSE["channel_gamma"]
_ROUNDING = 1e-9
"""Added to a bound: far above the rounding of its terms."""

Dice = tuple[int, int, int]
"""Whose luck it is: key of the unit's head, month, seed of the replicate."""


@compiled(forceinline=True)
def most_above(mu: float) -> float:
    """Utility by which the best channel may exceed the inclusive value of its country and the country's noise."""
    return mu * LOG_CHANNEL_SLOTS + _ROUNDING


@compiled
def tilted_part(dice: Dice, place: int, x: float, mu: float) -> float:
    """T given x: as many independent parts as x has begun, each a stable variable accepted with chance `exp(-part)`.

    Of n parts each is `S (x/n)**(1/mu)`; by the law of S they add up to one such variable for x, and a draw is
    accepted with chance `exp(-x/n)`, more than one in three.
    """
    key, month, seed = dice
    left = max(1, math.ceil(x))
    each, total, attempt = log(x / left), 0.0, 0
    while left > 0:
        drawn = words(key, month, _STABLE, place + SLOTS * attempt, seed)
        stable = stable_angle_term(uniform(drawn[0]), mu) + stable_exponential_term(uniform(drawn[1]), mu)
        part = exp((stable + each) / mu)
        if part < -log(uniform(drawn[2])):
            total += part
            left -= 1
        attempt += 1
    return total


@compiled
def gamma_part(dice: Dice, place: int, mu: float) -> float:
    """G ~ Gamma(1 - mu): an exponential times Beta(1 - mu, mu), that by Jöhnk's method; 0 for mu = 1."""
    if mu >= 1.0:
        return 0.0
    key, month, seed = dice
    attempt = 0
    while True:
        drawn = words(key, month, _GAMMA, place + SLOTS * attempt, seed)
        one, other = power(uniform(drawn[0]), 1.0 / (1.0 - mu)), power(uniform(drawn[1]), 1.0 / mu)
        if one + other <= 1.0:
            return -log(uniform(drawn[2])) * (one / (one + other))
        attempt += 1


@compiled
def best_channel(dice: Dice, offers: Any, weights: NDArray[np.float64], noise: float, mu: float) -> tuple[int, float]:
    """Which of a country's offers is the best to a unit, and by how much its weight counts: `weight W / A_c`.

    `offers` OFFER[n] are those of one country, `weights` float64[n] are `exp(v_c / mu)`, 0 for what is closed; one at
    least is open. `noise` is the country's.
    """
    key, month, seed = dice
    place = int(offers[0].place)
    whole = tilted_part(dice, place, exp(-noise), mu) + gamma_part(dice, place, mu)
    holder = words(key, month, _BEST, place, seed)[0] >> _OF_CHANNELS
    found, best = -1, 0.0
    for i in range(len(offers)):
        if weights[i] > 0.0:
            channel = offers[i].channel
            counts = weights[i] * CHANNEL_SLOTS
            if channel != holder:
                drawn = words(key, month, _CLOCKS, place * (CHANNEL_SLOTS // 4) + channel // 4, seed)
                counts = weights[i] * (whole / (whole / CHANNEL_SLOTS - log(uniform(drawn[channel % 4]))))
            if found < 0 or counts > best:
                best, found = counts, i
    return found, best


@compiled
def best_offer(dice: Dice, offers: Any, prospects: Any, mu: float, floor: float) -> tuple[int, float]:
    """Which offer a unit likes best with all its luck, and what that is worth; -1 if none is worth more than `floor`.

    `offers` OFFER[n] stand place by place. `prospects.noise` and `liking` hold the noise of places. A place is looked
    into only where the most that its best channel can be worth exceeds what is found already.
    """
    found, best, first = -1, floor, 0
    while first < len(offers):
        place, last = offers[first].place, first + 1
        while last < len(offers) and offers[last].place == place:
            last += 1
        known = prospects.values[place] + prospects.noise[place] + prospects.liking[place]
        if known > MINUS_INFINITY and known + most_above(mu) > best:
            which, counts = best_channel(
                dice, offers[first:last], prospects.weights[first:last], prospects.noise[place], mu
            )
            worth = known + mu * log(counts / prospects.sums[place])
            if worth > best:
                found, best = first + which, worth
        first = last
    return found, best

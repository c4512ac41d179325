"""The decision: named utility terms and the structural noise of a nested logit.

Alternatives are destinations, each as good as its best channel (`sim.model.decision.doors`, and their noise
`sim.model.decision.channel_noise`). A unit leaves when `lambda * (max_j(v_j + E_j) + log S) + eta > G0`, with E_j and
G0 Gumbel and S positive stable, which is exactly the nested logit
`P(leave) = 1 / (1 + exp(-(eta + lambda * log sum_j exp(v_j))))`.
The noise belongs to unit, month, destination and channel, so the same unit has the same luck in every world.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.numerics.arithmetic import exp, log, sin
from sim.numerics.codes import SLOTS
from sim.numerics.compiling import compiled
from sim.numerics.luck import PURPOSE, Four, uniform, words

FLAG_PERSECUTED, FLAG_STUDENT, FLAG_ANCESTRY, FLAG_VISA, FLAG_DRAFT = 1, 2, 4, 8, 16
N_FLAGS = 32
"""Combinations of the flags that, with the sector, make a choice class."""

MINUS_INFINITY = -np.inf
CLOSED = -600.0
"""Value that stands for minus infinity in weights: nothing beside any other, and far from slow subnormal numbers."""
PI = 3.141592653589793
LOG_SLOTS = 3.4657359027997265
"""Natural logarithm of the 32 slots (checked by a test against `SLOTS`)."""
_WINNER = PURPOSE["winner"]
_SLOTS_0 = PURPOSE["slots_0"]
_OF_SLOTS = 27
"""A word without its leading five bits, which name one of 32 slots."""
BINS = 1024
"""Bins of a uniform in the tables of upper bounds."""
_SLACK = 1e-9
"""Added to every bound: far above the rounding of the terms, far below any that matters."""


# --- push: terms of the wish to leave, in log-odds ---------------------------------------------------------


@compiled
def age_term(age: float, youth: float, old_age: float) -> float:
    """Log-odds of leaving by age: `youth` up to 35 falling to zero at 45, `old_age` per decade beyond 50.

    `age` in years; `youth` log-odds; `old_age` log-odds a decade.
    """
    if age <= 35.0:
        return youth
    if age < 45.0:
        return youth * (45.0 - age) / 10.0
    if age > 50.0:
        return old_age * (age - 50.0) / 10.0
    return 0.0


@compiled
def repression_term(perceived: float, exposure_weight: float, repression: float) -> float:
    """Log-odds added by perceived repression (0 in 2019, 1 at its height) for a person of given exposure."""
    return repression * perceived * exposure_weight


@compiled
def war_term(fear: float, war: float, service: float) -> float:
    """Log-odds added by the fear of war (0 to 1): `war` for anybody, `service` for who may be called."""
    return fear * (war + service)


# --- pull: terms of the value of a destination and of a channel, in utility ---------------------------------


@compiled
def diaspora_term(persons: float, elasticity: float) -> float:
    """Utility of the residents from Belarus at a destination, `g log((S + 500) / 10,000)`, S in persons."""
    return elasticity * log((persons + 500.0) / 10000.0)


@compiled
def ratio_term(there: float, here: float, elasticity: float) -> float:
    """Utility of a ratio of wages, rents or distances, `elasticity * log(there / here)`."""
    return elasticity * log(there / here)


@compiled
def openness_term(share: float) -> float:
    """Utility of a channel open for a share of the month; minus infinity if closed."""
    return log(share) if share > 0.0 else MINUS_INFINITY


@compiled
def elastic_term(share: float, elasticity: float) -> float:
    """Utility `elasticity * log(share)` of a chance or of offers; minus infinity at zero, whatever the elasticity."""
    return elasticity * log(share) if share > 0.0 else MINUS_INFINITY


# --- structural noise ----------------------------------------------------------------------------------------


@compiled
def gumbel(u: float) -> float:
    """Standard Gumbel quantile of `u` in (0, 1)."""
    return -log(-log(u))


@compiled
def best_noise_term(u: float, lam: float) -> float:
    """`lambda * Emax`: the largest of the slots' Gumbels, `log J - log W`, W exponential."""
    return lam * (LOG_SLOTS + gumbel(u))


@compiled
def stable_angle_term(u: float, lam: float) -> float:
    """`(1 - lambda) log a(u)`, the angular part of the log of a positive stable variable (Kanter 1975).

    log a = log sin((1-l) pi u) + l/(1-l) log sin(l pi u) - log sin(pi u) / (1-l); zero where lambda is one.
    """
    if lam >= 1.0:
        return 0.0
    half = u if u < 0.5 else 1.0 - u  # sin(pi u) keeps its precision near one
    return (1.0 - lam) * log(sin((1.0 - lam) * PI * u)) + lam * log(sin(lam * PI * u)) - log(sin(PI * half))


@compiled
def stable_exponential_term(u: float, lam: float) -> float:
    """`-(1 - lambda) log W`, the exponential part of the same."""
    return (1.0 - lam) * gumbel(u)


@compiled
def fill_bounds(lam: float, bounds: NDArray[np.float64]) -> None:
    """Upper bounds of the four one-uniform terms by the leading ten bits of their words.

    `bounds` float64[4, 1024]: best noise, stable angle, stable exponential, minus the stay noise. The first
    three rise with the uniform, so a bin's bound is its last word's value; the stay noise is subtracted.
    """
    for i in range(bounds.shape[1]):
        low = uniform(np.uint32(i << 22))
        high = uniform(np.uint32((i << 22) | 0x3FFFFF))
        bounds[0, i] = best_noise_term(high, lam) + _SLACK
        bounds[1, i] = stable_angle_term(high, lam) + _SLACK
        bounds[2, i] = stable_exponential_term(high, lam) + _SLACK
        bounds[3, i] = -gumbel(low) + _SLACK


def bound_tables(lam: float) -> NDArray[np.float64]:
    """Tables of upper bounds for one lambda, float64[4, 1024]."""
    bounds = np.empty((4, BINS))
    fill_bounds(lam, bounds)
    return bounds


@compiled
def surely_stays(luck: Four, bounds: NDArray[np.float64], reach: float) -> bool:
    """True if the unit stays whatever the rest of its noise; `reach` is `lambda * max v + eta` or more."""
    best, angle, exponential, stay = luck
    bound = reach + bounds[0, best >> 22] + bounds[1, angle >> 22] + bounds[2, exponential >> 22]
    return bound + bounds[3, stay >> 22] <= 0.0


@compiled
def leave_margin(luck: Four, lam: float) -> float:
    """`lambda * (Emax + log S) - G0`: the unit may leave only if this and `lambda * max v + eta` exceed zero."""
    best, angle, exponential, stay = luck
    return (
        best_noise_term(uniform(best), lam)
        + stable_angle_term(uniform(angle), lam)
        + stable_exponential_term(uniform(exponential), lam)
        - gumbel(uniform(stay))
    )


@compiled
def slot_noise(key: int, month: int, seed: int, best: int, noise: NDArray[np.float64]) -> None:
    """The Gumbels of the places, given that the largest of all `SLOTS` slots is `log J - log W`.

    One slot drawn uniformly holds the maximum; the rest are `-log(exp(-Emax) + X_j)`, X_j exponential.
    `noise` float64[places] is filled. Each slot has words of its own and the maximum may fall on one that no place
    uses, so that adding a destination changes nobody else.
    """
    floor = -log(uniform(best)) / SLOTS  # exp(-Emax)
    winner = words(key, month, _WINNER, 0, seed)[0] >> _OF_SLOTS
    fill_uniforms(key, month, _SLOTS_0, seed, noise)
    for slot in range(len(noise)):  # a loop of its own, so that it becomes vectors
        noise[slot] = -log(floor - log(noise[slot]))
    if winner < len(noise):
        noise[winner] = -log(floor)


@compiled(forceinline=True)
def fill_uniforms(key: int, month: int, purpose: int, seed: int, found: NDArray[np.float64]) -> None:
    """Fill a uniform for every place, float64[places], from four purposes, `purpose` the first."""
    for slot in range(0, len(found), 4):
        four = slot_words(key, month, purpose, slot, seed)
        for k in range(min(4, len(found) - slot)):
            found[slot + k] = uniform(four[k])


@compiled(forceinline=True)
def slot_words(key: int, month: int, purpose: int, slot: int, seed: int) -> Four:
    """Four words, of a slot and the three after it, `purpose` the first of four: draw 0 for slots below 16, then 1."""
    return words(key, month, purpose + (slot % 16) // 4, slot // 16, seed)


@compiled
def gumbels(key: int, month: int, purpose: int, seed: int, noise: NDArray[np.float64]) -> None:
    """Fill a Gumbel for every place, float64[places], from four purposes, `purpose` the first.

    The largest value plus noise is a draw by `exp(value)`; the noise belongs to key, month and place, so that closing
    one place moves only those who would have gone there.
    """
    fill_uniforms(key, month, purpose, seed, noise)
    for slot in range(len(noise)):
        noise[slot] = gumbel(noise[slot])


@compiled
def best_slot(values: NDArray[np.float64], noise: NDArray[np.float64]) -> int:
    """Slot with the largest value plus noise, or -1 if every slot is closed."""
    best, found = MINUS_INFINITY, -1
    for slot in range(values.shape[0]):
        if values[slot] > MINUS_INFINITY and values[slot] + noise[slot] > best:
            best, found = values[slot] + noise[slot], slot
    return found


class Nests(NamedTuple):
    """How channels nest in destinations and, for the rules that ask, destinations in regions."""

    mu: float  # dissimilarity of channels of one destination over that of destinations
    rho: float  # dissimilarity of destinations of one region over that of regions
    region: NDArray[np.uint8]  # [places]


class Weighing(NamedTuple):
    """How a unit weighs leaving against staying this month: its luck, dissimilarities and wish to leave."""

    key: int
    month: int
    seed: int
    luck: Four  # words of the purpose `choice`
    group: int  # `THREATENED` or `OTHERS`
    lam: float  # dissimilarity of destinations against staying
    nests: Nests
    eta: float  # log-odds of the wish to leave


@compiled
def leave_probability(eta: float, lam: float, weight: float) -> float:
    """Nested-logit probability of leaving, `weight` being the sum of `exp(v_j)` over open destinations."""
    if weight <= 0.0:
        return 0.0
    return 1.0 / (1.0 + exp(-(eta + lam * log(weight))))

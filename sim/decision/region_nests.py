"""Rival rule: destinations nest in regions, regions against staying, so that who is barred looks nearby first.

With rho the dissimilarity of destinations of one region over that of regions, a region is worth `rho I_r`, I_r the
inclusive value of its destinations. The structural noise is that of the default rule and one positive stable
variable more for each region (Cardell 1997): with rho = 1 the two rules agree unit by unit. The direction of the
extra nest: Bertoli & Fernandez-Huertas Moraga 2013.
"""

import numpy as np
from numpy.typing import NDArray

from sim.arithmetic import exp, power
from sim.asking import READS, WRITES, ask
from sim.behaviour import Behaviour
from sim.choice import (
    BINS,
    CLOSED,
    MINUS_INFINITY,
    best_noise_term,
    bound_tables,
    leave_margin,
    leave_probability,
    slot_noise,
    stable_angle_term,
    stable_exponential_term,
    surely_stays,
)
from sim.codes import WORLD_REGION
from sim.columns import Columns
from sim.commitment import FIXED_POINT
from sim.compiling import compiled
from sim.conditions import Circles, Conditions
from sim.luck import PURPOSE, Four, uniform, words
from sim.options import Options
from sim.room import Room
from sim.world import Nests, World

__all__ = ["LAMBDA", "READS", "WRITES", "choose", "level", "prepare"]

LAMBDA: float | None = None
"""Everybody has the run's dissimilarity of regions against staying."""
N_REGIONS = len(WORLD_REGION)
_REGION = PURPOSE["region"]
_OF_REGIONS = 2
"""Row of the bound tables that holds those of the regions' noise, after the two groups'."""


def prepare(conditions: Conditions, b: Behaviour) -> Conditions:
    """One run's constants with bounds for `rho E` in place of E, and a table of bounds for the regions' noise."""
    rho = float(b.nest_region)
    bounds = np.empty((_OF_REGIONS + 1, 4, BINS))
    bounds[:_OF_REGIONS] = conditions.bounds
    bounds[:_OF_REGIONS, 0] *= rho
    bounds[_OF_REGIONS] = bound_tables(rho)
    return conditions._replace(bounds=bounds)


def level(b: Behaviour) -> float:
    """Rise of the log-odds of leaving if every destination gains one utility."""
    return float(b.lambda_ * b.nest_region)


@compiled
def region_noise(key: int, month: int, seed: int, rho: float, region: int) -> float:
    """`rho log S` of a region, S positive stable: what a unit likes about it this month."""
    drawn = words(key, month, _REGION, region, seed)
    return stable_angle_term(uniform(drawn[0]), rho) + stable_exponential_term(uniform(drawn[1]), rho)


@compiled
def best_by_region(
    values: NDArray[np.float64], noise: NDArray[np.float64], liking: NDArray[np.float64], nests: Nests
) -> tuple[int, float]:
    """Open destination of the largest `rho (v_j + E_j) + Z_r` and that sum; -1 if every one is closed.

    `values` and `noise` float64[places] are the destinations', `liking` float64[regions] the Z of the regions.
    """
    best, found = MINUS_INFINITY, -1
    for slot in range(len(values)):
        if values[slot] > MINUS_INFINITY:
            worth = nests.rho * (values[slot] + noise[slot]) + liking[nests.region[slot]]
            if worth > best:
                best, found = worth, slot
    return found, best


@compiled
def stays(
    key: int,
    t: int,
    seed: int,
    luck: Four,
    lam: float,
    rho: float,
    eta: float,
    top: float,
    bounds: NDArray[np.float64],
    group: int,
) -> bool:
    """True if a unit surely stays, whatever the rest of its noise; `top` is its best value or more."""
    liked = MINUS_INFINITY
    for region in range(N_REGIONS):
        drawn = words(key, t, _REGION, region, seed)
        liked = max(liked, bounds[_OF_REGIONS, 1, drawn[0] >> 22] + bounds[_OF_REGIONS, 2, drawn[1] >> 22])
    return surely_stays(luck[0], luck[1], luck[2], luck[3], bounds[group], lam * (rho * top + liked) + eta)


@compiled
def decide(
    key: int,
    t: int,
    seed: int,
    lam: float,
    nests: Nests,
    eta: float,
    luck: NDArray[np.uint32],
    values: NDArray[np.float64],
    top: float,
    noise: NDArray[np.float64],
) -> int:
    """Destination a unit commits to this month, or -1 if it stays; `luck` uint32[4], `noise` [places] a buffer.

    A unit leaves if `lambda max_r (rho max_j (v_j + E_j) + Z_r) + Z + eta > G0`, for the best j of the best r.
    """
    if top == MINUS_INFINITY:
        return -1
    rho, margin = nests.rho, leave_margin(luck[0], luck[1], luck[2], luck[3], lam) + eta
    margin -= best_noise_term(uniform(luck[0]), lam)
    liking = np.empty(N_REGIONS)
    for region in range(N_REGIONS):
        liking[region] = region_noise(key, t, seed, rho, region)
    if margin + lam * (rho * (top + best_noise_term(uniform(luck[0]), 1.0)) + liking.max()) <= 0.0:
        return -1
    slot_noise(key, t, seed, luck[0], noise)
    place, worth = best_by_region(values, noise, liking, nests)
    return place if margin + lam * worth > 0.0 else -1


@compiled
def expect(
    values: NDArray[np.float64],
    channels: NDArray[np.uint8],
    eta: float,
    lam: float,
    nests: Nests,
    goers: NDArray[np.float64],
    weights: NDArray[np.float64],
    expected: NDArray[np.int64],
) -> None:
    """Add a unit's probabilities of committing to each destination, times who would go, `goers` [places] persons.

    `P(leave) = 1 / (1 + exp(-(eta + lambda log sum_r exp(rho I_r))))`, `P(j | leave) = exp(rho I_r) / sum * exp(v_j) /
    exp(I_r)`. `weights` float64[places] is a buffer.
    """
    inside, shares = np.zeros(N_REGIONS), np.empty(N_REGIONS)
    for place in range(len(values)):
        weights[place] = exp(max(values[place], CLOSED))
        inside[nests.region[place]] += weights[place]
    total = 0.0
    for region in range(N_REGIONS):
        shares[region] = power(inside[region], nests.rho)
        total += shares[region]
    scale = leave_probability(eta, lam, total) * FIXED_POINT / total
    for place in range(len(values)):
        region = nests.region[place]
        expected[place, channels[place]] += np.int64(
            weights[place] / inside[region] * shares[region] * scale * goers[place]
        )


@compiled
def choose(
    people: Columns,
    first_circle: int,
    last_circle: int,
    t: int,
    circles: Circles,
    world: World,
    options: Options,
    b: Behaviour,
    conditions: Conditions,
    room: Room,
    log: NDArray[np.void],
    n: int,
    expected: NDArray[np.int64],
) -> int:
    """Ask every unit at leisure of circles `first_circle` to `last_circle` - 1; returns the next log position.

    `expected` int64[places, channels] gathers the panel's hazards in persons.
    """
    return ask(
        people, first_circle, last_circle, t, circles, world, options, b, conditions, room, log, n, expected,
        stays, decide, expect,
    )  # fmt: skip

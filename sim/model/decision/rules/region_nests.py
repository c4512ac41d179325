"""Rival rule: destinations nest in regions, regions against staying, so that who is barred looks nearby first.

With rho the dissimilarity of destinations of one region over that of regions, a region is worth `rho I_r`, I_r the
inclusive value of its destinations. The structural noise is that of the default rule and one positive stable
variable more for each region (Cardell 1997): with rho = 1 the two rules agree unit by unit. The direction of the
extra nest: Bertoli & Fernandez-Huertas Moraga 2013.
"""

import numpy as np
from numpy.typing import NDArray

from sim.history.coefficients import Behaviour
from sim.model.decision.channel_noise import best_offer
from sim.model.decision.choosing import ask
from sim.model.decision.evaluation import Prospects
from sim.model.decision.utility import (
    BINS,
    CLOSED,
    MINUS_INFINITY,
    Weighing,
    best_noise_term,
    bound_tables,
    leave_margin,
    leave_probability,
    slot_noise,
    stable_angle_term,
    stable_exponential_term,
    surely_stays,
)
from sim.model.now import Now
from sim.model.run_constants import Conditions
from sim.model.scratch import Block, Span
from sim.numerics.arithmetic import exp, power
from sim.numerics.codes import WORLD_REGION
from sim.numerics.compiling import compiled
from sim.numerics.luck import PURPOSE, uniform, words
from sim.population.schema import Columns

__all__ = ["LAMBDA", "choose", "level", "prepare"]

LAMBDA: float | None = None
"""Everybody has the run's dissimilarity of regions against staying."""
N_REGIONS = len(WORLD_REGION)
_REGION = PURPOSE["region"]
_OF_REGIONS = 2
"""Row of the bound tables that holds those of the regions' noise, after the two groups'."""


def prepare(conditions: Conditions, coefficients: Behaviour) -> Conditions:
    """One run's constants with bounds for `rho E` in place of E, and a table of bounds for the regions' noise."""
    rho = float(coefficients.nest_region)
    bounds = np.empty((_OF_REGIONS + 1, 4, BINS))
    bounds[:_OF_REGIONS] = conditions.bounds
    bounds[:_OF_REGIONS, 0] *= rho
    bounds[_OF_REGIONS] = bound_tables(rho)
    return conditions._replace(bounds=bounds)


def level(coefficients: Behaviour) -> float:
    """Rise of the log-odds of leaving if every destination gains one utility."""
    return float(coefficients.lambda_ * coefficients.nest_region)


@compiled
def region_noise(key: int, month: int, seed: int, rho: float, region: int) -> float:
    """`rho log S` of a region, S positive stable: what a unit likes about it this month."""
    drawn = words(key, month, _REGION, region, seed)
    return stable_angle_term(uniform(drawn[0]), rho) + stable_exponential_term(uniform(drawn[1]), rho)


@compiled
def stays(unit: Weighing, top: float, bounds: NDArray[np.float64]) -> bool:
    """True if a unit surely stays, whatever the rest of its noise; no destination is worth more than `top` to it."""
    liked = MINUS_INFINITY
    for region in range(N_REGIONS):
        drawn = words(unit.key, unit.month, _REGION, region, unit.seed)
        liked = max(liked, bounds[_OF_REGIONS, 1, drawn[0] >> 22] + bounds[_OF_REGIONS, 2, drawn[1] >> 22])
    return surely_stays(unit.luck, bounds[unit.group], unit.lam * (unit.nests.rho * top + liked) + unit.eta)


@compiled
def decide(unit: Weighing, offers: NDArray[np.void], prospects: Prospects, top: float) -> tuple[int, float]:
    """Offer by which a unit leaves this month, -1 if it stays, and by how much it would rather leave, in log-odds.

    A unit leaves if `lambda max_r (rho max_j (v_j + E_j) + Z_r) + Z + eta > G0`, by the best channel of the best j of
    the best r. Arguments as of the default rule's.
    """
    best, lam, rho = unit.luck[0], unit.lam, unit.nests.rho
    margin = leave_margin(unit.luck, lam) + unit.eta
    margin -= best_noise_term(uniform(best), lam)
    liking = np.empty(N_REGIONS)
    for region in range(N_REGIONS):
        liking[region] = region_noise(unit.key, unit.month, unit.seed, rho, region)
    most = rho * (top + best_noise_term(uniform(best), 1.0)) + liking.max()
    if top == MINUS_INFINITY or margin + lam * most <= 0.0:
        return -1, MINUS_INFINITY
    slot_noise(unit.key, unit.month, unit.seed, best, prospects.noise)
    for place in range(len(prospects.liking)):
        prospects.liking[place] = liking[unit.nests.region[place]] / rho
    dice = unit.key, unit.month, unit.seed
    door, worth = best_offer(dice, offers, prospects, unit.nests.mu, -margin / (lam * rho))
    return door, margin + lam * rho * worth


@compiled
def chances(unit: Weighing, values: NDArray[np.float64], found: NDArray[np.float64]) -> None:
    """Fill a unit's probabilities of committing to each destination, float64[places].

    `P(leave) = 1 / (1 + exp(-(eta + lambda log sum_r exp(rho I_r))))`, `P(j | leave) = exp(rho I_r) / sum * exp(v_j) /
    exp(I_r)`.
    """
    region_of = unit.nests.region
    inside, shares = np.zeros(N_REGIONS), np.empty(N_REGIONS)
    for place in range(len(values)):
        found[place] = exp(max(values[place], CLOSED))
        inside[region_of[place]] += found[place]
    total = 0.0
    for region in range(N_REGIONS):
        shares[region] = power(inside[region], unit.nests.rho)
        total += shares[region]
    scale = leave_probability(unit.eta, unit.lam, total) / total
    for place in range(len(values)):
        region = region_of[place]
        found[place] *= shares[region] * scale / inside[region]


@compiled
def choose(people: Columns, circles: Span, now: Now, block: Block) -> None:
    """Ask every unit at leisure of these circles."""
    ask(people, circles, now, block, stays, decide, chances)

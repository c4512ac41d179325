"""The default rule: a nest of destinations against staying, each destination a nest of its channels.

Source: McFadden 1978; Bertoli & Fernandez-Huertas Moraga 2013 on why destinations nest against staying. With
`spread_*` at zero and one channel a country this is the plain nested logit and docks to its closed forms.
"""

import numpy as np
from numpy.typing import NDArray

from sim.history.coefficients import Behaviour
from sim.model.decision.channel_noise import best_offer
from sim.model.decision.choosing import ask
from sim.model.decision.evaluation import Prospects
from sim.model.decision.utility import (
    CLOSED,
    MINUS_INFINITY,
    Weighing,
    best_noise_term,
    leave_margin,
    leave_probability,
    slot_noise,
    surely_stays,
)
from sim.model.now import Now
from sim.model.run_constants import Conditions
from sim.model.scratch import Block, Span
from sim.numerics.arithmetic import exp
from sim.numerics.compiling import compiled
from sim.numerics.luck import uniform
from sim.population.schema import Columns

__all__ = ["CLOSED", "LAMBDA", "chances", "choose", "decide", "level", "prepare", "stays"]

LAMBDA: float | None = None
"""Everybody has the run's dissimilarity."""


def prepare(conditions: Conditions, coefficients: Behaviour) -> Conditions:
    """One run's constants as they are."""
    return conditions


def level(coefficients: Behaviour) -> float:
    """Rise of the log-odds of leaving if every destination gains one utility."""
    return float(coefficients.lambda_)


@compiled(forceinline=True)
def stays(unit: Weighing, top: float, bounds: NDArray[np.float64]) -> bool:
    """True if a unit surely stays, whatever the rest of its noise; no destination is worth more than `top` to it."""
    return surely_stays(unit.luck, bounds[unit.group], unit.lam * top + unit.eta)


@compiled
def decide(unit: Weighing, offers: NDArray[np.void], prospects: Prospects, top: float) -> tuple[int, float]:
    """Offer by which a unit leaves this month, -1 if it stays, and by how much it would rather leave, in log-odds.

    `offers` OFFER[n] are those of its class, `prospects` and `top` what it sees of them (`evaluate`). The rest of the
    noise is drawn only where this leaves room.
    """
    lam, mu = unit.lam, unit.nests.mu
    best = best_noise_term(uniform(unit.luck[0]), lam)
    margin = leave_margin(unit.luck, lam) + unit.eta
    if top == MINUS_INFINITY or margin + lam * top <= 0.0:
        return -1, MINUS_INFINITY
    margin -= best
    slot_noise(unit.key, unit.month, unit.seed, unit.luck[0], prospects.noise)
    dice = unit.key, unit.month, unit.seed
    door, worth = best_offer(dice, offers, prospects, mu, -margin / lam)
    return door, margin + lam * worth


@compiled(forceinline=True)
def chances(unit: Weighing, values: NDArray[np.float64], found: NDArray[np.float64]) -> None:
    """Fill a unit's probabilities of committing to each destination, float64[places]."""
    for place in range(len(values)):  # a loop of its own, so that it becomes vectors
        found[place] = exp(max(values[place], CLOSED))
    total = 0.0
    for place in range(len(values)):
        total += found[place]
    scale = leave_probability(unit.eta, unit.lam, total) / total
    for place in range(len(values)):
        found[place] *= scale


@compiled
def choose(people: Columns, circles: Span, now: Now, block: Block) -> None:
    """Ask every unit at leisure of these circles."""
    ask(people, circles, now, block, stays, decide, chances)

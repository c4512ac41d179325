"""The default rule: a nest of destinations against staying, each destination valued by its best channel.

Source: McFadden 1978; Bertoli & Fernandez-Huertas Moraga 2013 on why destinations nest against staying. With
`spread_*` at zero and one channel a country this is the plain nested logit and docks to its closed forms.
"""

import numpy as np
from numpy.typing import NDArray

from sim.history.coefficients import Behaviour
from sim.model.decision.choosing import ask
from sim.model.decision.commitment import FIXED_POINT
from sim.model.decision.evaluation import Prospects
from sim.model.decision.utility import CLOSED, Weighing, decide, leave_probability, surely_stays
from sim.model.now import Now
from sim.model.run_constants import Conditions
from sim.model.scratch import Block, Span
from sim.numerics.arithmetic import exp
from sim.numerics.compiling import compiled
from sim.population.schema import Columns

__all__ = ["CLOSED", "FIXED_POINT", "LAMBDA", "choose", "expect", "level", "prepare"]

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
    """True if a unit surely stays, whatever the rest of its noise; `top` is its best value or more."""
    return surely_stays(unit.luck, bounds[unit.group], unit.lam * top + unit.eta)


@compiled(forceinline=True)
def expect(
    unit: Weighing,
    prospects: Prospects,
    goers: NDArray[np.float64],
    weights: NDArray[np.float64],
    expected: NDArray[np.int64],
) -> None:
    """Add a unit's probabilities of committing to each destination, times who would go, `goers` [places] persons.

    `weights` float64[places] is a buffer.
    """
    values, channels = prospects.values, prospects.channels
    for place in range(len(values)):  # a loop of its own, so that it becomes vectors
        weights[place] = exp(max(values[place], CLOSED))
    total = 0.0
    for place in range(len(values)):
        total += weights[place]
    scale = leave_probability(unit.eta, unit.lam, total) * FIXED_POINT / total
    for place in range(len(values)):
        expected[place, channels[place]] += np.int64(weights[place] * scale * goers[place])


@compiled
def choose(people: Columns, circles: Span, now: Now, block: Block) -> None:
    """Ask every unit at leisure of these circles."""
    ask(people, circles, now, block, stays, decide, expect)

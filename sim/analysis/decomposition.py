"""The effect of a scenario split over feedbacks: queues, residents abroad, and what circles know.

Each feedback is either the scenario run's own or held at the baseline's path (`sim.model.feedback`), which makes
8 worlds with the same luck. With all three held what remains is access: the rules themselves. The rest is split by
Shapley (1953): the mean of what a feedback adds over all orders in which the three are let loose. Shares of a feedback
are the model's, not facts: where feedbacks act together, the rule splits their joint part evenly.
"""

from collections.abc import Mapping
from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from sim.analysis.estimates import Estimated, estimate
from sim.model.feedback import FEEDBACKS

ACCESS, WHOLE = "access", "whole"
"""Parts beside the feedbacks: the effect with all held, and with none."""


def corners() -> tuple[tuple[str, ...], ...]:
    """The 8 settings of `freeze`: nothing held first, everything last; names in the order of `FEEDBACKS`."""
    return tuple(held for size in range(len(FEEDBACKS) + 1) for held in combinations(FEEDBACKS, size))


def parts(effects: Mapping[tuple[str, ...], ArrayLike]) -> dict[str, NDArray[np.float64]]:
    """What access and each feedback add to an effect, float64[replicates] each; together they are the whole effect.

    `effects` has the effect by replicate for every setting of `freeze` (names in any order), replicates in the same
    order. Raises ValueError if a setting is missing or too many, or if replicates differ in number.
    """
    values = {frozenset(held): np.asarray(found, float) for held, found in effects.items()}
    missing = [held for held in corners() if frozenset(held) not in values]
    if missing or len(effects) != len(corners()):
        raise ValueError(f"effects are needed for each of {corners()} once, got {tuple(effects)}")
    if len({found.shape for found in values.values()}) != 1:
        raise ValueError(f"replicates differ in number: {[found.shape for found in values.values()]}")
    everything = frozenset(FEEDBACKS)
    split = {ACCESS: values[everything]}
    n = len(FEEDBACKS)
    for feedback in FEEDBACKS:
        others = [name for name in FEEDBACKS if name != feedback]
        split[feedback] = np.zeros_like(values[everything])
        for size in range(n):
            weight = factorial(size) * factorial(n - size - 1) / factorial(n)
            for loose in combinations(others, size):
                held = everything - set(loose)
                split[feedback] += weight * (values[held - {feedback}] - values[held])
    return split


def shapley(effects: Mapping[tuple[str, ...], ArrayLike], estimated: Estimated = estimate) -> pd.DataFrame:
    """The split with 90% intervals over replicates: access, each feedback, and the whole, which they add up to.

    Columns: part, estimate, low, high, in the unit of `effects`; see `parts` for `effects` and the errors raised.
    Intervals are paired: each replicate is split by itself. At least two replicates.
    """
    split = parts(effects) | {WHOLE: np.asarray(effects[()], float)}
    found = {name: estimated(values.tolist()) for name, values in split.items()}
    rows = [(name, one.mean, one.low, one.high) for name, one in found.items()]
    return pd.DataFrame(rows, columns=["part", "estimate", "low", "high"])

"""Means and ratios over replicates with 90% intervals: of luck only, not of parameters."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtrit

LEVEL = 0.90
"""Coverage of every interval printed."""


@dataclass(frozen=True)
class Estimate:
    """A mean over replicates with its 90% interval (Student's t); the interval is luck only, not parameters."""

    mean: float
    low: float
    high: float


def estimate(values: Sequence[float]) -> Estimate:
    """Mean and 90% interval of one value a replicate; at least two replicates. Values all alike have no width."""
    numbers = np.asarray(values, float)
    if (numbers == numbers[0]).all():
        return Estimate(*[float(numbers[0])] * 3)
    mean = float(numbers.mean())
    half = _quantile(len(numbers)) * float(numbers.std(ddof=1)) / len(numbers) ** 0.5
    return Estimate(mean, mean - half, mean + half)


def ratio(part: ArrayLike, whole: ArrayLike) -> Estimate:
    """Ratio of the means of two quantities of the same replicates, with its interval by linearisation.

    Not a number where the mean of `whole` cannot be told from 0: it lies within its own interval's half width.
    """
    parts, wholes = np.asarray(part, float), np.asarray(whole, float)
    mean, reach = float(wholes.mean()), _quantile(len(wholes)) / len(wholes) ** 0.5
    if abs(mean) <= reach * float(wholes.std(ddof=1)):
        return Estimate(*[float("nan")] * 3)
    found = float(parts.mean()) / mean
    half = reach * float((parts - found * wholes).std(ddof=1)) / abs(mean)
    return Estimate(found, found - half, found + half)


@cache
def _quantile(n: int) -> float:
    """Student's t of the interval of a mean of `n` values."""
    return float(stdtrit(n - 1, 0.5 + LEVEL / 2))

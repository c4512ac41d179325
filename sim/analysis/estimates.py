"""Means and ratios over replicates with 90% intervals.

Of replicates that differ by their luck alone the interval is that of the mean. Where each has a draw of the parameters,
too, it is predictive: where the answer of one more draw would lie, which no number of replicates makes narrow.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtrit

LEVEL = 0.90
"""Coverage of every interval printed."""
FREE = 19
"""Values of which smallest and largest hold one more with that coverage, whatever their law."""


@dataclass(frozen=True)
class Estimate:
    """A mean over replicates with its 90% interval: of the mean, which is luck only, or predictive."""

    mean: float
    low: float
    high: float


Estimated = Callable[[Sequence[float]], Estimate]
"""What gives the mean of one value a replicate with its interval."""


def estimate(values: Sequence[float]) -> Estimate:
    """Mean and 90% interval of one value a replicate; at least two replicates. Values all alike have no width."""
    numbers = np.asarray(values, float)
    if (numbers == numbers[0]).all():
        return Estimate(*[float(numbers[0])] * 3)
    mean = float(numbers.mean())
    half = _quantile(len(numbers)) * float(numbers.std(ddof=1)) / len(numbers) ** 0.5
    return Estimate(mean, mean - half, mean + half)


def predictive(values: Sequence[float]) -> Estimate:
    """Mean of one value a draw, and the 90% interval in which that of one more draw would lie.

    From `FREE` values on it lies between order statistics and assumes no law (Wilks 1941); of fewer it is Student's. At
    least two values.
    """
    numbers = np.asarray(values, float)
    mean, (low, high) = float(numbers.mean()), _reach(numbers)
    return Estimate(mean, low, high)


def _reach(numbers: NDArray[np.float64]) -> tuple[float, float]:
    if len(numbers) >= FREE:
        low, high = np.quantile(numbers, [0.5 - LEVEL / 2, 0.5 + LEVEL / 2], method="weibull")
        return float(low), float(high)
    half = _quantile(len(numbers)) * float(numbers.std(ddof=1)) * (1.0 + 1.0 / len(numbers)) ** 0.5
    return float(numbers.mean()) - half, float(numbers.mean()) + half


def ratio(part: ArrayLike, whole: ArrayLike, drawn: bool = False) -> Estimate:
    """Ratio of the means of two quantities of the same replicates, with its interval by linearisation.

    Of replicates that are `drawn` it is predictive.
    Not a number where the mean of `whole` cannot be told from 0: it lies within its own interval's half width.
    """
    parts, wholes = np.asarray(part, float), np.asarray(whole, float)
    mean, reach = float(wholes.mean()), _quantile(len(wholes)) / len(wholes) ** 0.5
    if abs(mean) <= reach * float(wholes.std(ddof=1)):
        return Estimate(*[float("nan")] * 3)
    found = float(parts.mean()) / mean
    off = parts - found * wholes
    if drawn:
        return Estimate(found, *_reach(found + off / mean))
    half = reach * float(off.std(ddof=1)) / abs(mean)
    return Estimate(found, found - half, found + half)


@cache
def _quantile(n: int) -> float:
    """Student's t of the interval of a mean of `n` values."""
    return float(stdtrit(n - 1, 0.5 + LEVEL / 2))

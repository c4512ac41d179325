"""Outcomes at several sizes of the sample: where they go as it grows, and how much of their spread is who was drawn."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import f as f_distribution


class Limit(NamedTuple):
    """Where an outcome goes as the sample grows, and its standard error."""

    value: float
    error: float


def limit(agents: Sequence[float], values: Sequence[float], errors: Sequence[float]) -> Limit:
    """The constant of a line in one over the number of agents, by weighted least squares with known errors.

    Raises ValueError for fewer than two sizes, or an error that is not above zero.
    """
    if len(set(agents)) < 2 or min(errors) <= 0.0:
        raise ValueError("a limit needs two sizes and errors above zero")
    design = np.column_stack([np.ones(len(agents)), 1.0 / np.asarray(agents, float)])
    weighted = design / np.asarray(errors, float)[:, None]
    covariance = np.linalg.inv(weighted.T @ weighted)
    found = covariance @ weighted.T @ (np.asarray(values, float) / np.asarray(errors, float))
    return Limit(float(found[0]), math.sqrt(covariance[0, 0]))


class Parts(NamedTuple):
    """Standard deviations of luck and of the draw of people, and the draw's share of the variance, percent."""

    mean: float
    sd_luck: float
    sd_people: float
    share: float
    share_low: float
    share_high: float


def parts(values: NDArray[np.float64]) -> Parts:
    """Variance within and between draws of people, of outcomes [draws, replicates] (one-way analysis of variance).

    The interval of the share is the exact one of 90% for normal outcomes (Searle, Casella & McCulloch 1992). Raises
    ValueError for fewer than two draws or replicates.
    """
    draws, replicates = values.shape
    if draws < 2 or replicates < 2:
        raise ValueError("both the draws of people and the runs of each must be two at least")
    within = float(values.var(axis=1, ddof=1).mean())
    between = float(replicates * values.mean(axis=1).var(ddof=1))
    people = max((between - within) / replicates, 0.0)
    total = people + within
    share = people / total if total > 0.0 else 0.0
    ends = [share, share]
    if within > 0.0:
        for at, level in enumerate((0.95, 0.05)):
            ratio = between / within / f_distribution.ppf(level, draws - 1, draws * (replicates - 1))
            ends[at] = min(max((ratio - 1.0) / (ratio + replicates - 1.0), 0.0), 1.0)
    return Parts(float(values.mean()), math.sqrt(within), math.sqrt(people), 100.0 * share, *(100.0 * e for e in ends))

"""How far a forecast is from what was observed: of one number, and of many together.

A forecast is an ensemble of equally likely values (*members*), the runs with the error of observation on top. Numbers
that cannot be below zero are scored on the log, so that a small country counts as much as a large one.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtrit

Floats = NDArray[np.float64]

LEVELS = (50, 80, 95)
"""Percent of a forecast that its intervals hold."""
STRATA = 40
"""Equally likely errors of observation laid on every run: enough for the ends of a 95% interval (assumption)."""


class Summary(NamedTuple):
    """A forecast in short: median, and ends of the central intervals of `LEVELS`."""

    median: float
    low_50: float
    high_50: float
    low_80: float
    high_80: float
    low_95: float
    high_95: float


def predictive(values: Sequence[float], sd: float, logged: bool, degrees: float = math.inf) -> Floats:
    """Members of the forecast of an observation: every run's value with equally likely errors of observation.

    `sd` scales the error, of the log if `logged`, else in the unit; with 0 the runs alone. The error is normal, or
    Student's t with so many degrees of freedom.
    """
    made = np.asarray(values, float)
    if sd == 0.0:
        return made
    shares = (np.arange(STRATA) + 0.5) / STRATA
    errors = sd * np.asarray(ndtri(shares) if math.isinf(degrees) else stdtrit(degrees, shares))
    laid = made[:, None] * np.exp(errors) if logged else made[:, None] + errors
    return np.asarray(laid.ravel(), float)


def summary(members: Floats) -> Summary:
    """Median and intervals of a forecast; not a number where any member is none."""
    ends = [(50.0 - level / 2, 50.0 + level / 2) for level in LEVELS]
    return Summary(*(float(x) for x in np.percentile(members, [50.0, *(end for pair in ends for end in pair)])))


def crps(observed: float, members: Floats) -> float:
    """Continuous ranked probability score of an ensemble, in the unit given; the absolute error of a single member."""
    import scoringrules  # of the extra `fit`; a report asks for registered thresholds alone

    return float(scoringrules.crps_ensemble(observed, members))


def log_crps(observed: float, members: Floats, least: float) -> float:
    """The same of logarithms; observed and members count as `least` at least."""
    return crps(float(np.log(max(observed, least))), np.log(np.maximum(members, least)))


def interval_score(observed: float, low: float, high: float, level: int) -> float:
    """Width of an interval, and a penalty for missing: 2/alpha times by how much (Gneiting & Raftery 2007)."""
    import scoringrules

    return float(scoringrules.interval_score(observed, low, high, 1.0 - level / 100.0))


def ape(observed: float, forecast: float) -> float:
    """Absolute error as a share of the observed; not a number for an observed zero."""
    return abs(forecast - observed) / abs(observed) if observed else float("nan")


def ard(observed: Sequence[float], forecast: Sequence[float], totals_given: bool = False) -> float:
    """Average relative difference of numbers of one date over places (Suleimenova, Bell & Groen 2017, of Flee).

    The sum of absolute differences over the sum of the observed. With `totals_given` the forecast is first brought to
    the observed total, as Flee is told how many have fled: then only where they are is scored.
    """
    seen, made = np.asarray(observed, float), np.asarray(forecast, float)
    if totals_given and made.sum() > 0.0:
        made = made * seen.sum() / made.sum()
    return float(np.abs(made - seen).sum() / seen.sum())


def within_r2(blocks: Sequence[str], observed: Sequence[float], forecast: Sequence[float]) -> float:
    """Share of the variation in time within places that a forecast explains (Beyer, Schewe & Lotze-Campen 2022).

    Of logs: 1 less the squared errors over the squared deviations from each place's own mean; below zero, that mean
    would have done better. Places with one value count for nothing; not a number if none varies.
    """
    place = np.asarray(blocks)
    seen, made = np.log(np.asarray(observed, float)), np.log(np.asarray(forecast, float))
    errors = deviations = 0.0
    for name in dict.fromkeys(blocks):
        ours = place == name
        if ours.sum() > 1:
            errors += float(((seen[ours] - made[ours]) ** 2).sum())
            deviations += float(((seen[ours] - seen[ours].mean()) ** 2).sum())
    return 1.0 - errors / deviations if deviations > 0.0 else float("nan")

"""Where a forecast begins: at the last count, as far as a count tells of what comes after it.

Demographers call it the jump-off: a projection that begins off the last count stays off it. A stock is an account, so
that every run is moved to its count as a whole, by a ratio. A yearly flow is half news and half luck of its year
(assumption: a weight of one half, halfway in the log), so that runs are moved halfway, all by the same ratio.
"""

from collections.abc import Mapping
from functools import cache

import numpy as np
from numpy.typing import NDArray

from sim.numerics.months import month
from sim.observation.definitions import at
from sim.observation.naive import by_year
from sim.observation.observed import STOCKS, Pattern, patterns

Floats = NDArray[np.float64]
HALFWAY = 0.5
"""Share of the log of counted over simulated by which a flow is moved."""


def ratios(before: Floats, counted: Pattern, least: float) -> Floats:
    """By what each run's forecast is multiplied, float64[runs]; `before` is what each has for the last count.

    `least` persons stand for nobody.
    """
    if counted.quantity in STOCKS:
        return counted.observed / np.maximum(before, least)
    ratio = counted.observed / max(float(np.mean(before)), least)
    return np.full(len(before), ratio**HALFWAY)


def ratios_of(paths: Floats, quantity: str, place: str, least: float) -> tuple[Floats, str]:
    """By what each run is multiplied, float64[runs, 1], to begin at the last count of a quantity in a place; its date.

    `paths` are what runs have by month, float64[runs, T]. One, and no date, where nothing was counted.
    """
    counted = last_counts().get((quantity, place))
    if counted is None:
        return np.ones((len(paths), 1)), ""
    if counted.quantity in STOCKS:
        return ratios(paths[:, at(counted.end)], counted, least)[:, None], counted.end
    first = month(counted.start)
    return ratios(paths[:, first : first + 12].sum(axis=1), counted, least)[:, None], counted.end[:4]


@cache
def last_counts() -> Mapping[tuple[str, str], Pattern]:
    """The last count of each quantity of people or papers by place: of a year, or at the end of one."""
    return {key: years[max(years)] for key, years in by_year(patterns()).items()}

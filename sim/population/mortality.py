"""Deaths by single year of age, and how the oldest are spread over theirs.

Tables give rates for bands of five years. A step from band to band would let somebody of 80 die as often as one of 84,
and the oldest are not spread evenly: so the middle of a band has its rate, and between two middles the logit of the
rate is linear in age. That is Kannisto's law (Thatcher, Kannisto & Vaupel 1998), which closes the table beyond the last
middle but one and is Gompertz's where rates are small.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from sim.numerics.arithmetic import exp, log
from sim.numerics.codes import SEX
from sim.population.tables import read

OLDEST = 110
"""Completed age from which death rates rise no more."""
OPEN = (80, 100)
"""First age of the open band of the official population, and the first that nobody has (assumption)."""
_CHILD, _MIDDLE = 5, 2  # first age of the first band of five years; completed age in the middle of one, from its first


@cache
def death_rates(year: int) -> NDArray[np.float64]:
    """Death rates a year in a year that has a table, [sexes, ages to OLDEST].

    They are level below the middle of 5 to 9, and from the middle of the last band on.
    """
    rates = np.zeros((len(SEX), OLDEST + 1))
    for name, sex in SEX.items():
        rows = [row for row in read("mortality") if (row["year"], row["sex"]) == (str(year), name)]
        table = {int(row["age_from"]): float(row["value"]) for row in rows}
        low = below = 0.0
        for first in sorted(table):
            rate, middle = table[first], first + _MIDDLE
            if first <= _CHILD:
                rates[sex, first:] = rate
            else:
                start = _logit(below)
                rise = (_logit(rate) - start) / (middle - low)
                for age in range(int(low), middle):
                    rates[sex, age] = 1.0 / (1.0 + exp(-(start + rise * (age - low))))
                rates[sex, middle:] = rate
            low, below = middle, rate
    return rates


@cache
def survivors(year: int) -> NDArray[np.float64]:
    """Share of each age in those of 80 to 99, [sexes, 20], if as many turned 80 in each year and died as in a table."""
    rates = death_rates(year)[:, OPEN[0] : OPEN[1]]
    living = np.ones(rates.shape)
    for sex in SEX.values():
        reach = 1.0
        for k, rate in enumerate(rates[sex].tolist()):
            living[sex, k] = reach * exp(-rate / 2)
            reach *= exp(-rate)
        living[sex] /= living[sex].sum()
    return living


def _logit(rate: float) -> float:
    return float(log(rate / (1.0 - rate)))

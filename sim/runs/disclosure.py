"""Small cells: what rests on too few simulated people is not shown, and nothing more exactly than it is known."""

import math

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

MINIMUM = 30
"""Simulated people below which a cell is noise (relative error about 1/sqrt(30) = 18%)."""


def agents(persons: ArrayLike, one_in: float, replicates: ArrayLike = 1) -> NDArray[np.float64]:
    """Simulated people behind a mean number of persons: `persons / one_in` in each of the `replicates`."""
    return np.abs(np.asarray(persons, dtype=np.float64)) * np.asarray(replicates) / one_in


def suppress(
    persons: ArrayLike, one_in: float, minimum: int = MINIMUM, replicates: ArrayLike = 1
) -> NDArray[np.float64]:
    """Persons, with NaN where fewer than `minimum` simulated people stand behind the number.

    An exact zero stays: in paired worlds it says that no life differed. A mean over replicates rests on the people of
    all of them, since its relative error is 1/sqrt(people in all replicates).
    """
    values = np.asarray(persons, dtype=np.float64)
    few = (agents(values, one_in, replicates) < minimum) & (values != 0)
    return np.where(few, np.nan, values)


def hide_few(table: pd.DataFrame, one_in: float, replicates: ArrayLike = 1) -> pd.DataFrame:
    """A table with small cells empty: `persons`, `baseline`, `scenario`, and `estimate` with its interval.

    `replicates` are those behind the means, one number or one a row.
    """
    hidden = table.copy()
    for name in ("persons", "baseline", "scenario", "estimate"):
        if name in hidden:
            hidden[name] = suppress(hidden[name], one_in, replicates=replicates)
    if "estimate" in hidden:
        hidden.loc[hidden["estimate"].isna(), ["low", "high"]] = np.nan
    return hidden


def resolution(one_in: float) -> int:
    """Persons to which numbers are rounded: 100 when one simulated person stands for 100 or more, else 10."""
    return 100 if one_in >= 100 else 10


def rounded(persons: float, one_in: float) -> int:
    """Persons to the resolution of the sample, halves away from zero."""
    step = resolution(one_in)
    return int(math.copysign(math.floor(abs(persons) / step + 0.5) * step, persons))

"""What levers make of life in Belarus: what is heard and how late it is believed, incomes, firms' reason to move."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def believed(told: Floats, lag: Floats) -> Floats:
    """What people believe in each month of what they are told, float64[T], if belief lags by `lag` months in the mean.

    Each month belief comes nearer to what is told by the share 1 / (1 + lag) of what is missing; it begins where the
    first month's news are. Without a lag it is what is told.
    """
    found, held = np.empty(len(told)), float(told[0]) if len(told) else 0.0
    for t in range(len(told)):
        held += (float(told[t]) - held) / (1.0 + float(lag[t]))
        found[t] = told[t] if lag[t] == 0.0 else held
    return found


def heard(news: Floats, multiple: Floats) -> Floats:
    """News of repression that reach people, 0 to 1, float64[T], where so many times as much is heard as otherwise."""
    found: Floats = np.minimum(news * multiple, 1.0)
    return found

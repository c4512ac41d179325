"""Counting: people by place and status at the end of the month, the recorder's raw material."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sim.columns import Columns

READS = ("place", "status")
WRITES = ()


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def count(people: Columns, first: int, last: int, stocks: NDArray[np.int64]) -> None:
    """Add the people of rows `first` to `last` - 1 to `stocks`, int64[places, statuses], in agents."""
    for row in range(first, last):
        stocks[people.place[row], people.status[row]] += 1

"""Counting: people by place and status at the end of the month, the recorder's raw material."""

import numpy as np
from numpy.typing import NDArray

from sim.codes import PLACE, STATUS
from sim.columns import Columns
from sim.compiling import compiled
from sim.rows import at

_BELARUS, _AT_HOME = PLACE["belarus"], STATUS["home"]
READS = ("place", "status")
WRITES = ()


@compiled(forceinline=True)
def count(people: Columns, first: int, last: int, stocks: NDArray[np.int64]) -> None:
    """Add the people of rows `first` to `last` - 1 to `stocks`, int64[places, statuses], in agents."""
    home = 0
    for row in range(first, last):
        person = at(people, row)
        place, status = person.place, person.status
        if (place == _BELARUS) & (status == _AT_HOME):
            home += 1  # most people: not one after another through the same place of memory
        else:
            stocks[place, status] += 1
    stocks[_BELARUS, _AT_HOME] += home

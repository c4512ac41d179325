"""Room to work in: buffers that a pass makes once a block, because making them costs as much as using them."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.compiling import compiled
from sim.eventlog import EVENT_TYPE, PER_PERSON


class Room(NamedTuple):
    """Buffers of loops over at most `n` rows; their contents mean nothing to the next process."""

    rows: NDArray[np.int64]  # [n] rows that a first, quick look picks out
    keys: NDArray[np.uint64]  # [n] their keys
    luck: NDArray[np.uint32]  # [4, n] their luck
    country_taste: NDArray[np.uint32]  # [4, n] and their fixed luck
    channel_taste: NDArray[np.uint32]  # [4, n]
    picked: NDArray[np.int64]  # [n] which of them deserve a closer look
    flags: NDArray[np.uint8]  # [n] what each row brings into a choice class
    personal: NDArray[np.float64]  # [n] what each row's person adds to the wish to leave
    fears: NDArray[np.float64]  # [n] and what the fear of war adds to that
    kinds: NDArray[np.int64]  # [n] choice classes of units
    etas: NDArray[np.float64]  # [n] their wishes to leave
    events: NDArray[np.void]  # EVENT_TYPE [8 n]


@compiled
def make_room(n: int) -> Room:
    """Buffers for `n` rows."""
    return Room(
        np.empty(n, np.int64),
        np.empty(n, np.uint64),
        np.empty((4, n), np.uint32),
        np.empty((4, n), np.uint32),
        np.empty((4, n), np.uint32),
        np.empty(n, np.int64),
        np.empty(n, np.uint8),
        np.empty(n, np.float64),
        np.empty(n, np.float64),
        np.empty(n, np.int64),
        np.empty(n, np.float64),
        np.empty(PER_PERSON * n, EVENT_TYPE),
    )

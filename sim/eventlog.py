"""The event log: one record for each rare transition of a person, and nothing else about their lives.

The recorder, the substitution matrix and the explanations all read this log. Records are made block by
block and joined in the order of the blocks, so the log does not depend on threads.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

EVENT_TYPE = np.dtype(
    [
        ("month", "i2"),
        ("kind", "u1"),
        ("origin", "u1"),
        ("place", "u1"),
        ("channel", "u1"),
        ("reason", "u1"),
        ("spare", "u1"),
        ("row", "i4"),
        ("key", "u8"),
    ],
)
"""month; kind (codes `events`); place before and after; channel; reason; row of storage; identity."""

PER_PERSON = 8
"""Most events one person can have in one phase of a month: the size of a block's buffer."""


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def note(
    log: NDArray[np.void],
    n: int,
    month: int,
    row: int,
    key: int,
    kind: int,
    origin: int,
    place: int,
    channel: int,
    reason: int,
) -> int:
    """Write one event at position `n` of a buffer and return the next position."""
    record = log[n]
    record.month = month
    record.row = row
    record.key = key
    record.kind = kind
    record.origin = origin
    record.place = place
    record.channel = channel
    record.reason = reason
    return n + 1


def buffer(people: int) -> NDArray[np.void]:
    """Empty buffer for the events of `people` persons in one phase; untouched pages cost no memory."""
    return np.zeros(PER_PERSON * people + 16, EVENT_TYPE)

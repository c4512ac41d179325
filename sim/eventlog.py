"""The event log: one record for each rare transition of a person, and nothing else about their lives.

The recorder, the substitution matrix and the explanations all read this log. Records are made block by
block and joined in the order of the blocks, so the log does not depend on threads.
"""

import numpy as np
from numba import from_dtype, types
from numpy.typing import NDArray

from sim.compiling import compiled

EVENT_TYPE = np.dtype(
    [
        ("month", "i2"),
        ("kind", "u1"),
        ("origin", "u1"),
        ("place", "u1"),
        ("channel", "u1"),
        ("reason", "u1"),
        ("detail", "u1"),
        ("row", "i4"),
        ("key", "u8"),
    ],
)
"""month; kind (codes `events`); place before and after; channel; reason; detail (motive of an
application); row of storage; identity."""

PER_PERSON = 8
"""Most events one person can have in one phase of a month: the size of a block's buffer."""


# One signature, given: else the many types of small numbers make a compilation each.
_NOTE = types.int64(types.Array(from_dtype(EVENT_TYPE), 1, "C"), *[types.int64] * 3, types.uint64, *[types.int64] * 5)


@compiled(_NOTE, forceinline=True)
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
    record.detail = 0
    return n + 1


@compiled
def in_order_of_circles(
    log: NDArray[np.void], ends: NDArray[np.int64], start: NDArray[np.int64], spare: NDArray[np.void]
) -> None:
    """Put events that processes noted one after another, each circle by circle, into order of circles.

    Events of process k are `log[ends[k]:ends[k + 1]]`; `start` int64[circles + 1] are the circles' first rows;
    `spare` is a buffer. Within a circle the order of the processes stays.
    """
    first, last = ends[0], ends[-1]
    for i in range(first, last):
        spare[i - first] = log[i]
    at = ends.copy()
    n = first
    for circle in range(len(start) - 1):
        for run in range(len(ends) - 1):
            while at[run] < ends[run + 1] and spare[at[run] - first].row < start[circle + 1]:
                log[n] = spare[at[run] - first]
                at[run] += 1
                n += 1


def buffer(people: int) -> NDArray[np.void]:
    """Empty buffer for the events of `people` persons in one phase; untouched pages cost no memory."""
    return np.empty(PER_PERSON * people + 16, EVENT_TYPE)

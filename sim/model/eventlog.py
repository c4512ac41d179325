"""The event log: one record for each rare transition of a person, and nothing else about their lives.

The recorder, the substitution matrix and the explanations all read this log. Records are made block by
block and joined in the order of the blocks, so the log does not depend on threads.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.numerics.compiling import compiled
from sim.population.rows import Person

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


class Log(NamedTuple):
    """Events noted so far in a phase of a month."""

    events: NDArray[np.void]  # EVENT_TYPE [n]
    size: NDArray[np.int64]  # [1] how many of them are noted


@compiled
def note(log: Log, month: int, person: Person, kind: int, places: tuple[int, int], channel: int, reason: int) -> None:
    """Write an event of a person: its kind, the places before and after, the channel and the reason."""
    record = log.events[log.size[0]]
    record.month, record.row, record.key = month, person.row, person.key
    record.kind, record.channel, record.reason, record.detail = kind, channel, reason, 0
    record.origin, record.place = places
    log.size[0] += 1


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


def empty_log(people: int) -> Log:
    """A log for the events of `people` persons in one phase; untouched pages cost no memory."""
    return Log(np.empty(PER_PERSON * people + 16, EVENT_TYPE), np.zeros(1, np.int64))


def noted(log: Log) -> NDArray[np.void]:
    """A copy of what a log holds."""
    return log.events[: log.size[0]].copy()

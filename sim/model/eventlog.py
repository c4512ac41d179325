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
        ("size", "u1"),
        ("row", "i4"),
        ("key", "u8"),
    ],
)
"""month; kind (codes `events`); place before and after; channel; reason; detail (motive of an
application) and size (people of the unit that wishes); row of storage; identity."""

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
    record.size = 0
    record.origin, record.place = places
    log.size[0] += 1


@compiled
def in_order_of_circles(
    events: NDArray[np.void], first: int, last: int, start: NDArray[np.int64], spare: NDArray[np.void]
) -> None:
    """Put the events from `first` to `last` - 1 into order of circles; within a circle their order stays.

    `start` int64[circles + 1] are the first rows of the few circles they are from; `spare` is a buffer.
    """
    places = np.zeros(len(start), np.int64)
    for i in range(first, last):
        spare[i - first] = events[i]
        places[circle_of_row(start, events[i].row) + 1] += 1
    for circle in range(1, len(start)):
        places[circle] += places[circle - 1]
    for i in range(last - first):
        circle = circle_of_row(start, spare[i].row)
        events[first + places[circle]] = spare[i]
        places[circle] += 1


@compiled
def circle_of_row(start: NDArray[np.int64], row: int) -> int:
    """Which of a few circles a row lies in; `start` int64[circles + 1] are their first rows."""
    circle = 0
    while row >= start[circle + 1]:
        circle += 1
    return circle


def empty_log(people: int) -> Log:
    """A log for the events of `people` persons in one phase; untouched pages cost no memory."""
    return Log(np.empty(PER_PERSON * people + 16, EVENT_TYPE), np.zeros(1, np.int64))


def noted(log: Log) -> NDArray[np.void]:
    """A copy of what a log holds."""
    return log.events[: log.size[0]].copy()

"""What a pass over one block of circles works with and leaves: buffers, its events, its counts."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.model.eventlog import EVENT_TYPE, PER_PERSON, Log, empty_log
from sim.model.hazards import N_HAZARDS
from sim.model.now import Now
from sim.numerics.codes import N_CHANNELS, N_PLACES, N_SECTORS, N_STATUSES
from sim.numerics.compiling import compiled
from sim.population.rows import at
from sim.population.schema import Columns

Span = tuple[int, int]
"""Circles from the first to the one before the last."""


class Room(NamedTuple):
    """Buffers of loops over at most `n` rows; their contents mean nothing to the next process."""

    rows: NDArray[np.int64]  # [n] rows that a first, quick look picks out
    keys: NDArray[np.uint64]  # [n] their keys
    luck: NDArray[np.uint32]  # [4, n] their luck
    country_taste: NDArray[np.uint32]  # [4, n] and their fixed luck
    picked: NDArray[np.int64]  # [n] which of them deserve a closer look
    flags: NDArray[np.uint8]  # [n] what each row brings into a choice class, or whether it deserves a closer look
    personal: NDArray[np.float64]  # [n] what each row's person adds to the wish to leave
    fears: NDArray[np.float64]  # [n] and what the fear of war adds to that
    choice_classes: NDArray[np.int64]  # [n] those of units
    etas: NDArray[np.float64]  # [n] their wishes to leave
    pressed: NDArray[np.float64]  # [n] what repression and war add to them
    events: NDArray[np.void]  # EVENT_TYPE [8 n]


class Block(NamedTuple):
    """One block's buffers, events and counts: all that its processes write besides their own rows."""

    room: Room
    log: Log
    expected: NDArray[np.int64]  # [places, channels] hazards of leaving, in units of 2**-40 persons
    excepted: NDArray[np.int64]  # [places, channels] of them those for whom the way is wider than for others
    sought: NDArray[np.int64]  # [2, 2, places, sectors] for work, others and they: offers that they need, and persons
    following: NDArray[
        np.int64
    ]  # [places, channels] of who leaves without a plan: families that follow, residence taken
    claims: NDArray[np.int64]  # [places] hazards of claims of protection by who lives there, in the same units
    harms: NDArray[np.int64]  # [N_HAZARDS] hazards of harms, in units of 2**-40 agents
    stocks: NDArray[np.int64]  # [places, statuses] agents


def make_block(people: int, at_once: int) -> Block:
    """What a block of so many people needs, of whom so many are gone through at once."""
    n = at_once
    room = Room(
        np.empty(n, np.int64),
        np.empty(n, np.uint64),
        np.empty((4, n), np.uint32),
        np.empty((4, n), np.uint32),
        np.empty(n, np.int64),
        np.empty(n, np.uint8),
        np.empty(n, np.float64),
        np.empty(n, np.float64),
        np.empty(n, np.int64),
        np.empty(n, np.float64),
        np.empty(n, np.float64),
        np.empty(PER_PERSON * n, EVENT_TYPE),
    )
    expected, following = np.zeros((N_PLACES, N_CHANNELS), np.int64), np.zeros((N_PLACES, N_CHANNELS), np.int64)
    excepted, sought = np.zeros_like(expected), np.zeros((2, 2, N_PLACES, N_SECTORS), np.int64)
    claims = np.zeros(N_PLACES, np.int64)
    harms, stocks = np.zeros(N_HAZARDS, np.int64), np.zeros((N_PLACES, N_STATUSES), np.int64)
    return Block(room, empty_log(people), expected, excepted, sought, following, claims, harms, stocks)


@compiled
def rows_of(circles: Span, now: Now) -> tuple[int, int]:
    """The first row of these circles and the one after their last."""
    return now.circles.start[circles[0]], now.circles.start[circles[1]]


@compiled
def fill_keys(people: Columns, first: int, last: int, room: Room) -> None:
    """Fill `room.keys` with the keys of rows `first` to `last` - 1."""
    keys = room.keys
    for i in range(last - first):
        keys[i] = at(people, first + i).key


@compiled
def flagged(first: int, last: int, room: Room) -> int:
    """Fill `room.rows` with those of rows `first` to `last` - 1 whose `room.flags` is not 0; return their number."""
    flags, rows, found = room.flags, room.rows, 0
    for i in range(last - first):
        if flags[i]:  # rare, so that a branch costs less than a write for everybody
            rows[found] = first + i
            found += 1
    return found

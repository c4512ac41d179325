"""The parallel phases of a month, fused: what one block of circles lives through before and after the queues.

Processes of one phase write only rows of their own block, so blocks may run in any order and on any number of
threads; what they count comes back as integers. A block is a range of whole circles. The default rule of decision is
fused with the other processes; any other follows in a pass of its own, so that the default costs what it did.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.behaviour import Behaviour
from sim.codes import MODE, N_STATUSES
from sim.columns import Columns
from sim.compiling import compiled
from sim.conditions import Circles, Conditions
from sim.decision.destination_nest import choose
from sim.eventlog import in_order_of_circles
from sim.options import Options
from sim.processes.conscript import conscript
from sim.processes.move_on import move_on
from sim.processes.pendular import pendular
from sim.processes.perceive import perceive
from sim.processes.record import count
from sim.processes.repress import repress
from sim.processes.settle import settle
from sim.processes.visit import visit
from sim.room import make_room
from sim.rows import at
from sim.world import World

_SETTLED = MODE["settled"]
REPRESS, CONSCRIPT, PERCEIVE, VISIT, CHOOSE = 1, 2, 4, 8, 16
SETTLE, MOVE_ON = 1, 2
BLOCK = 65_536
"""Rows of a block, up to whole circles."""
STRIP = 32
"""Circles that a process goes through before the next process: few enough to stay in the nearest memory."""


def blocks(start: NDArray[np.int64], size: int = BLOCK) -> list[tuple[int, int]]:
    """Ranges of circles of about `size` rows each; `start` int64[circles + 1] are the circles' first rows."""
    circles = len(start) - 1
    ranges, first = [], 0
    while first < circles:
        last = int(np.searchsorted(start, start[first] + size, side="right")) - 1
        last = min(max(last, first + 1), circles)
        ranges.append((first, last))
        first = last
    return ranges


@compiled
def largest(start: NDArray[np.int64], first: int, last: int) -> int:
    """Most rows of any strip of circles from `first` to `last` - 1; `start` int64[circles + 1] are first rows."""
    most = 0
    for circle in range(first, last, STRIP):
        most = max(most, start[min(circle + STRIP, last)] - start[circle])
    return most


@compiled
def before_queues(
    people: Columns,
    first_circle: int,
    last_circle: int,
    t: int,
    circles: Circles,
    world: World,
    options: Options,
    b: Behaviour,
    conditions: Conditions,
    log: NDArray[np.void],
    parts: int,
) -> tuple[np.int64, NDArray[np.int64]]:
    """Repress, conscript, perceive, visit and choose, circle by circle; returns events logged and expected flows.

    `parts` is a bit mask of the processes to run: `REPRESS`, `CONSCRIPT`, `PERCEIVE`, `VISIT`, `CHOOSE`.
    """
    n = np.int64(0)  # not the literal: one type, one compilation
    expected = np.zeros(world.law.shape, np.int64)
    room = make_room(largest(circles.start, first_circle, last_circle))
    ends = np.empty(4, np.int64)
    for first in range(first_circle, last_circle, STRIP):
        last = min(first + STRIP, last_circle)
        row, end = circles.start[first], circles.start[last]
        ends[0] = n
        if parts & REPRESS:
            n = repress(people, row, end, t, world, b, conditions, room, log, n)
        ends[1] = n
        if parts & CONSCRIPT:
            n = conscript(people, row, end, t, world, b, conditions, room, log, n)
        ends[2] = n
        if parts & PERCEIVE:
            perceive(people, first, last, t, circles, b, options.pending[0])
        if parts & VISIT:
            visit(people, row, end, t, world, b, conditions, room)
        if parts & CHOOSE:
            n = choose(people, first, last, t, circles, world, options, b, conditions, room, log, n, expected)
        ends[3] = n
        in_order_of_circles(log, ends, circles.start[first : last + 1], room.events)
    return n, expected


def apart(rule: Any) -> Any:
    """A pass of its own for a rule of decision; None for the one that is fused into `before_queues`.

    It takes what that takes and gives what that gives; its `parts` are of no account. A month then has the events of
    all other processes before those of the rule, for any blocks.
    """
    if rule is choose:
        return None

    def choose_apart(
        people: Columns,
        first_circle: int,
        last_circle: int,
        t: int,
        circles: Circles,
        world: World,
        options: Options,
        b: Behaviour,
        conditions: Conditions,
        log: NDArray[np.void],
        parts: int,
    ) -> tuple[int, NDArray[np.int64]]:
        expected = np.zeros(world.law.shape, np.int64)
        room = make_room(int(circles.start[last_circle] - circles.start[first_circle]))
        n = rule(people, first_circle, last_circle, t, circles, world, options, b, conditions, room, log, 0, expected)
        return n, expected

    return choose_apart


@compiled
def after_queues(
    people: Columns,
    first_circle: int,
    last_circle: int,
    t: int,
    circles: Circles,
    world: World,
    options: Options,
    b: Behaviour,
    conditions: Conditions,
    log: NDArray[np.void],
    parts: int,
) -> tuple[np.int64, NDArray[np.int64], NDArray[np.int64]]:
    """Settle, move on and count, row by row; returns events logged, agents by place and status, expected followers.

    `parts` is a bit mask of the processes to run: `SETTLE`, `MOVE_ON`; the count is always made.
    """
    n = np.int64(0)  # not the literal: one type, one compilation
    following = np.zeros(len(world.law), np.int64)
    first, last = circles.start[first_circle], circles.start[last_circle]
    heads = np.empty(last - first, np.int64)
    units = np.int64(0)
    for row in range(first, last):
        person = at(people, row)
        mode, member, since = person.mode, person.member, person.since
        if (mode == _SETTLED) & (member == 0) & (since < t):
            heads[units] = row
            units += 1
    if parts & SETTLE:
        n = settle(people, heads, units, t, world, b, conditions, log, n)
    if parts & MOVE_ON:
        n = move_on(people, heads, units, t, circles, world, options, b, conditions, log, n, following)
        n = pendular(people, first, last, t, world, b, conditions, log, n)
    stocks = np.zeros((len(world.law), N_STATUSES), np.int64)
    count(people, first, last, stocks)
    return n, stocks, following

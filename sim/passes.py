"""Consecutive parallel processes of the schedule, fused: what one block of circles lives through without a break.

Such processes write only rows of their own block, so blocks may run in any order and on any number of threads; what
they count comes back as integers. A block is a range of whole circles, gone through strip by strip, and each process
goes through a strip before the next does.
"""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.columns import Columns
from sim.compiling import compiled
from sim.eventlog import in_order_of_circles
from sim.handles import handle
from sim.now import Now
from sim.room import Block, Span

BLOCK = 65_536
"""Rows of a block, up to whole circles."""
STRIP = 32
"""Circles that a process goes through before the next process: few enough to stay in the nearest memory."""


def blocks(start: NDArray[np.int64], size: int = BLOCK) -> list[Span]:
    """Ranges of circles of about `size` rows each; `start` int64[circles + 1] are the circles' first rows."""
    circles = len(start) - 1
    ranges, first = [], 0
    while first < circles:
        last = int(np.searchsorted(start, start[first] + size, side="right")) - 1
        last = min(max(last, first + 1), circles)
        ranges.append((first, last))
        first = last
    return ranges


def largest(start: NDArray[np.int64], circles: Span) -> int:
    """Most rows of any strip of these circles; `start` int64[circles + 1] are the circles' first rows."""
    ends = start[np.r_[circles[0] : circles[1] : STRIP, circles[1]]]
    return int(np.diff(ends).max(initial=0))


_PASS = """
def {name}(people, circles, now_, block_, parts):
    now, block = handle(now_), handle(block_)
    ends = np.zeros({n} + 1, np.int64)
    for first in range(circles[0], circles[1], STRIP):
        strip = first, min(first + STRIP, circles[1])
        ends[0] = block.log.size[0]
{calls}
        in_order_of_circles(block.log.events, ends, now.circles.start[strip[0] : strip[1] + 1], block.room.events)
"""
_CALL = """
        if parts & {bit}:
            {name}(people, strip, now, block)
        ends[{next}] = block.log.size[0]
"""


@cache
def fused(processes: tuple[tuple[str, Any], ...]) -> Any:
    """One pass of compiled processes, by name and in order: `run(people, circles, now, block, parts)`.

    Bit k of `parts` asks for the k-th process. Within a strip events stand circle by circle, those of one circle in
    order of the processes. It is made once, for all models of a process.
    """
    calls = "".join(_CALL.format(bit=1 << k, name=name, next=k + 1) for k, (name, _) in enumerate(processes))
    name = "_then_".join(name for name, _ in processes)
    known = {"__name__": __name__, "handle": handle, "np": np, "in_order_of_circles": in_order_of_circles}
    scope: dict[str, Any] = known | {"STRIP": STRIP} | dict(processes)
    exec(_PASS.format(name=name, n=len(processes), calls=calls), scope)
    return compiled(scope[name])


Pass = Any
"""What `fused` gives."""


def run_block(run: Pass, people: Columns, circles: Span, now: Now, block: Block, parts: int) -> Block:
    """Let one block live through a pass."""
    run(people, circles, now, block, parts)
    return block

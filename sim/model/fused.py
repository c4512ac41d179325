"""Consecutive parallel processes of the schedule, fused: what one block of circles lives through without a break.

Such processes write only rows of their own block, so blocks may run in any order and on any number of threads; what
they count comes back as integers. A block is a range of whole circles, gone through strip by strip, and each process
goes through a strip before the next does.
"""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.model.eventlog import in_order_of_circles
from sim.model.scratch import Span
from sim.numerics.compiling import compiled
from sim.numerics.handles import handle

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
    for first in range(circles[0], circles[1], STRIP):
        strip = first, min(first + STRIP, circles[1])
        noted = block.log.size[0]
{calls}
        start = now.circles.start[strip[0] : strip[1] + 1]
        in_order_of_circles(block.log.events, noted, block.log.size[0], start, block.room.events)
"""
_CALL = """
        if parts & {bit}:
            {name}(people, strip, now, block)
"""


@cache
def fused(processes: tuple[tuple[str, Any], ...]) -> Any:
    """One pass of compiled processes, by name and in order: `run(people, circles, now, block, parts)`.

    Bit k of `parts` asks for the k-th process. Within a strip events stand circle by circle, those of one circle in
    order of the processes, so the order of all events is another than that of rows run one by one; the events are the
    same. It is made once in each Python program. Its name tells the modules of its processes,
    since machine code is kept by names; a process from outside this package is not kept.
    """
    calls = "".join(_CALL.format(bit=1 << k, name=name) for k, (name, _) in enumerate(processes))
    modules = [run.__module__ for _, run in processes]
    name = "pass_of_" + "_then_".join(module.rpartition(".")[2] for module in modules)
    others = [module for module in modules if module.partition(".")[0] != __name__.partition(".")[0]]
    scope: dict[str, Any] = dict(processes) | {"handle": handle, "in_order_of_circles": in_order_of_circles}
    scope |= {"STRIP": STRIP, "__name__": others[0] if others else __name__}
    exec(_PASS.format(name=name, calls=calls), scope)
    return compiled(scope[name])


Pass = Any
"""What `fused` gives."""

"""Perception: what a circle remembers of the detentions among its own, beside the news that all hear."""

from numba import njit

from sim.behaviour import Behaviour
from sim.columns import Columns
from sim.conditions import Circles

READS = ("detained",)
WRITES = ()


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def remembered(memory: float, detained_share: float, decay: float) -> float:
    """Remembered share of the circle detained: decays by the month, rises with this month's detentions."""
    return decay * memory + detained_share


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def perceive(people: Columns, first: int, last: int, t: int, circle: int, circles: Circles, b: Behaviour) -> None:
    """Update the memory of one circle from this month's detentions among rows `first` to `last` - 1."""
    detained = 0
    for row in range(first, last):
        if people.detained[row] == t:
            detained += 1
    circles.memory[circle] = remembered(circles.memory[circle], detained / (last - first), b.circle_decay)

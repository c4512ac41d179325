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


@njit(cache=True, nogil=True, error_model="numpy")
def perceive(people: Columns, first_circle: int, last_circle: int, t: int, circles: Circles, b: Behaviour) -> None:
    """Update the memory of circles `first_circle` to `last_circle` - 1 from this month's detentions."""
    for circle in range(first_circle, last_circle):
        first, last = circles.start[circle], circles.start[circle + 1]
        detained = 0
        for row in range(first, last):
            detained += people.detained[row] == t
        circles.memory[circle] = remembered(circles.memory[circle], detained / (last - first), b.circle_decay)

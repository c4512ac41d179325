"""Perception: what a circle remembers of the detentions among its own, and who has heard of announced closures."""

from sim.behaviour import Behaviour
from sim.columns import Columns
from sim.compiling import compiled
from sim.conditions import Circles
from sim.rows import at

READS = ("detained",)
WRITES = ()


@compiled(forceinline=True)
def remembered(memory: float, detained_share: float, decay: float) -> float:
    """Remembered share of the circle detained: decays by the month, rises with this month's detentions."""
    return decay * memory + detained_share


@compiled(forceinline=True)
def spread(heard: float, news: float, hearsay: float, abroad: float) -> float:
    """Share who have heard of an announcement: of the rest, some hear it from the news, some from people abroad."""
    return heard + (1.0 - heard) * min(1.0, news + hearsay * abroad)


@compiled
def perceive(
    people: Columns, first_circle: int, last_circle: int, t: int, circles: Circles, b: Behaviour, pending: bool
) -> None:
    """Update the memory of circles `first_circle` to `last_circle` - 1 from this month's detentions.

    `pending` is true while closures are announced that are not yet in force.
    """
    for circle in range(first_circle, last_circle):
        first, last = circles.start[circle], circles.start[circle + 1]
        detained = 0
        for row in range(first, last):
            person = at(people, row)
            detained += person.detained == t
        circles.memory[circle] = remembered(circles.memory[circle], detained / (last - first), b.circle_decay)
        abroad = circles.abroad[circle] / (last - first)
        circles.heard[circle] = spread(circles.heard[circle], b.news_reach, b.hearsay, abroad) if pending else 0.0

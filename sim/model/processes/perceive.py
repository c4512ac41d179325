"""Perception: what a circle remembers of the detentions among its own, and who has heard of announced closures."""

from sim.model.now import Now
from sim.model.run_constants import share_of_circle
from sim.model.scratch import Block, Span
from sim.numerics.compiling import compiled
from sim.population.rows import at
from sim.population.schema import Columns


@compiled(forceinline=True)
def remembered(memory: float, detained_share: float, decay: float) -> float:
    """Remembered share of the circle detained: decays by the month, rises with this month's detentions."""
    return decay * memory + detained_share


@compiled(forceinline=True)
def spread(heard: float, news: float, hearsay: float, abroad: float) -> float:
    """Share who have heard of an announcement: of the rest, some hear it from the news, some from people abroad."""
    return heard + (1.0 - heard) * min(1.0, news + hearsay * abroad)


@compiled
def perceive(people: Columns, circles: Span, now: Now, block: Block) -> None:
    """Update what these circles remember of detentions and have heard of closures that are not yet in force."""
    pending = now.options.pending[0]
    for circle in range(circles[0], circles[1]):
        first, last = now.circles.start[circle], now.circles.start[circle + 1]
        detained = 0
        for row in range(first, last):
            person = at(people, row)
            detained += person.detained == now.month
        now.circles.memory[circle] = remembered(
            now.circles.memory[circle],
            share_of_circle(now.circles, circle, detained),
            now.coefficients.circle_decay,
        )
        abroad = share_of_circle(now.circles, circle, now.circles.abroad[circle])
        now.circles.heard[circle] = (
            spread(now.circles.heard[circle], now.coefficients.news_reach, now.coefficients.hearsay, abroad)
            if pending
            else 0.0
        )

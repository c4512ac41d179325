"""Counting: people by place and status at the end of the month, the recorder's raw material."""

from typing import Any

from sim.model.now import Now
from sim.model.scratch import Block, Span, rows_of
from sim.numerics.codes import MODE, PLACE, STATUS
from sim.numerics.compiling import compiled
from sim.population.rows import at
from sim.population.schema import Columns

_BELARUS, _AT_HOME = PLACE["belarus"], STATUS["home"]
_NOWHERE = MODE["nowhere"]


def record(model: Any) -> None:
    """Keep what the month leaves, and go on to the next."""
    leaving = model.committed, model.excepted, model.sought, model.following
    expected = *leaving, model.claims, model.hazards, model.called.copy()
    model.recorder.keep(model.stocks, expected, model._log)
    model.month += 1
    model.running = model.month < model.horizon  # where Mesa's run_model ends


@compiled
def count(people: Columns, circles: Span, now: Now, block: Block) -> None:
    """Count the people of these circles by place and status."""
    (first, last), stocks = rows_of(circles, now), block.stocks
    home = 0
    for row in range(first, last):
        person = at(people, row)
        place, status = person.place, person.status
        if (place == _BELARUS) & (status == _AT_HOME):
            home += person.mode != _NOWHERE  # most: not one after another through the same place of memory
        else:
            stocks[place, status] += 1
    stocks[_BELARUS, _AT_HOME] += home

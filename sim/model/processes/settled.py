"""Who is abroad to stay: the units that settle, move on or return."""

from sim.model.now import Now
from sim.model.scratch import Room, Span, rows_of
from sim.numerics.codes import MODE
from sim.numerics.compiling import compiled
from sim.population.rows import at
from sim.population.schema import Columns

_SETTLED = MODE["settled"]


@compiled
def settled_units(people: Columns, circles: Span, now: Now, room: Room) -> int:
    """Fill `room.rows` and `room.keys` with the heads of these circles who came before this month; their number."""
    first, last = rows_of(circles, now)
    units = 0
    for row in range(first, last):
        person = at(people, row)
        room.rows[units], room.keys[units] = row, person.key
        units += (person.mode == _SETTLED) & (person.member == 0) & (person.since < now.month)
    return units

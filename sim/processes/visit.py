"""Schengen C visas issued to people at home: for a visit, or as insurance; who holds one may enter by it later."""

import numpy as np

from sim.behaviour import Behaviour
from sim.codes import INSTRUMENT, MODE, PLACE
from sim.columns import Columns
from sim.compiling import compiled
from sim.conditions import ADULT_MONTHS, Conditions
from sim.luck import PURPOSE, fill_words, uniform
from sim.room import Room
from sim.rows import at
from sim.world import World

READS = ("birth", "place", "mode", "visa")
WRITES = ("visa",)

_VISIT = PURPOSE["visit"]
_BELARUS, _HOME = PLACE["belarus"], MODE["home"]
_SHORT_VISA = INSTRUMENT["short_visa"]


@compiled
def visa_rate(world: World, t: int, conditions: Conditions) -> float:
    """Probability that an adult at home is issued a C visa in a month, by any Schengen state that still issues them."""
    issued = 0.0
    for place in range(len(world.law)):
        issued += world.places[t, place].visas * world.openness[t, place, _SHORT_VISA, 0]
    return min(1.0, issued / conditions.reference.adults) if conditions.reference.adults > 0.0 else 0.0


@compiled
def visit(
    people: Columns, first: int, last: int, t: int, world: World, b: Behaviour, conditions: Conditions, room: Room
) -> None:
    """Issue C visas to adults at home in rows `first` to `last` - 1."""
    rate, until = visa_rate(world, t, conditions), t + int(b.visa_months)
    if rate <= 0.0:
        return
    for row in range(first, last):
        person = at(people, row)
        room.keys[row - first] = person.key
    fill_words(room.keys, last - first, t, _VISIT, conditions.seed, room.luck)
    lucky = 0
    for row in range(first, last):
        room.rows[lucky] = row
        lucky += uniform(room.luck[0, row - first]) < rate
    for i in range(lucky):
        row = room.rows[i]
        person = at(people, row)
        at_home = (person.place == _BELARUS) & (person.mode == _HOME)
        if at_home & (t - person.birth >= ADULT_MONTHS):
            person.visa = max(person.visa, np.int16(until))

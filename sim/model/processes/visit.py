"""Journeys for a time: Schengen C visas issued to people at home, and short stays where none is needed.

A visa is for a visit, or insurance; who holds one may enter by it later.
"""

import numpy as np

from sim.model.now import Now
from sim.model.processes.short_stay import leave_for_a_stay, most_factor, stay_rates
from sim.model.run_constants import ADULT_MONTHS
from sim.model.scratch import Block, Span, rows_of
from sim.numerics.codes import INSTRUMENT, MODE, PLACE
from sim.numerics.compiling import compiled
from sim.numerics.luck import PURPOSE, fill_words, uniform
from sim.population.rows import at
from sim.population.schema import Columns

_VISIT = PURPOSE["visit"]
_BELARUS, _HOME = PLACE["belarus"], MODE["home"]
_SHORT_VISA = INSTRUMENT["short_visa"]


@compiled
def visa_rate(now: Now) -> float:
    """Probability that an adult at home is issued a C visa in a month, by any Schengen state that still issues them."""
    issued = 0.0
    for place in range(len(now.law)):
        issued += now.places[place].visas * now.openness[place, _SHORT_VISA, 0]
    return min(1.0, issued / now.run.reference.adults) if now.run.reference.adults > 0.0 else 0.0


@compiled
def visit(people: Columns, circles: Span, now: Now, block: Block) -> None:
    """Issue C visas to adults of these circles who are at home, and let some leave for a short stay."""
    (first, last), room, rates = rows_of(circles, now), block.room, np.empty(len(now.law))
    rate, until = visa_rate(now), now.month + int(now.coefficients.visa_months)
    stays = stay_rates(now, rates) * most_factor(now.coefficients, now.belarus.war_fear)
    if rate <= 0.0 and stays <= 0.0:
        return
    for row in range(first, last):
        person = at(people, row)
        room.keys[row - first] = person.key
    fill_words(room.keys, last - first, now.month, _VISIT, now.run.seed, room.luck)
    lucky = leaving = 0
    for row in range(first, last):
        room.rows[lucky], room.picked[leaving] = row, row
        lucky += uniform(room.luck[0, row - first]) < rate
        leaving += uniform(room.luck[1, row - first]) < stays
    for i in range(lucky):
        row = room.rows[i]
        person = at(people, row)
        at_home = (person.place == _BELARUS) & (person.mode == _HOME)
        if at_home & (now.month - person.birth >= ADULT_MONTHS):
            person.visa = max(person.visa, np.int16(until))
    for i in range(leaving):
        row = room.picked[i]
        leave_for_a_stay(at(people, row), uniform(room.luck[1, row - first]), rates, now, block.log)

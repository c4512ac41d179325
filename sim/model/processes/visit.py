"""Journeys for a time: Schengen C visas issued to people at home, and short stays where none is needed.

A visa is for a visit, or insurance; who holds one may enter by it later. It goes to those who travel, and lasts for one
journey, a year, or longer.
"""

import numpy as np
from numpy.typing import NDArray

from sim.history.coefficients import Behaviour
from sim.model.now import Now
from sim.model.processes.short_stay import leave_for_a_stay, most_factor, stay_rates
from sim.model.run_constants import ADULT_MONTHS, LAST_YEAR
from sim.model.scratch import Block, Span, fill_keys, rows_of
from sim.numerics.codes import INSTRUMENT, MODE, PLACE
from sim.numerics.compiling import compiled
from sim.numerics.luck import PURPOSE, fill_words, uniform
from sim.population.rows import Person, at
from sim.population.schema import Columns

_VISIT = PURPOSE["visit"]
_BELARUS, _HOME = PLACE["belarus"], MODE["home"]
_SHORT_VISA = INSTRUMENT["short_visa"]
ONCE_MONTHS = 3
"""Months for which a visa for one journey is issued (`visa_validity` of conf/people.yaml)."""


@compiled
def visa_rate(now: Now) -> float:
    """C visas issued in a month by all Schengen states that still issue them, over the propensities of all adults."""
    issued = 0.0
    for place in range(len(now.law)):
        issued += now.places[place].visas * now.openness[place, _SHORT_VISA, 0]
    return issued / now.run.reference.applicants if now.run.reference.applicants > 0.0 else 0.0


@compiled(forceinline=True)
def propensity(person: Person, month: int, table: NDArray[np.float64]) -> float:
    """How readily a person travels on a Schengen visa, by region, locality and age; `table` by these three."""
    years = min(max(0, (month - person.birth) // 12), LAST_YEAR)
    return table[person.region, person.locality, years]


@compiled(forceinline=True)
def visa_validity(coefficients: Behaviour, u: float) -> int:
    """Months for which a C visa is issued: for one journey, the usual time, or longer; `u` uniform."""
    if u < coefficients.visa_once:
        return ONCE_MONTHS
    return int(coefficients.visa_long_months if u >= 1.0 - coefficients.visa_long else coefficients.visa_months)


@compiled
def visit(people: Columns, circles: Span, now: Now, block: Block) -> None:
    """Issue C visas to adults of these circles who are at home, and let some leave for a short stay."""
    (first, last), room, rates = rows_of(circles, now), block.room, np.empty(len(now.law))
    rate, table = visa_rate(now), now.run.visa_propensity
    most = rate * table.max()
    stays = stay_rates(now, rates) * most_factor(now.coefficients, now.belarus.war_fear)
    if rate <= 0.0 and stays <= 0.0:
        return
    fill_keys(people, first, last, room)
    fill_words(room.keys, last - first, now.month, _VISIT, now.run.seed, room.luck)
    rows, picked, luck, lucky, leaving = room.rows, room.picked, room.luck, 0, 0
    for row in range(first, last):
        rows[lucky], picked[leaving] = row, row
        lucky += uniform(luck[0, row - first]) < most
        leaving += uniform(luck[1, row - first]) < stays
    for i in range(lucky):
        row = room.rows[i]
        person = at(people, row)
        at_home = (person.place == _BELARUS) & (person.mode == _HOME)
        if not at_home or now.month - person.birth < ADULT_MONTHS:
            continue
        if uniform(room.luck[0, row - first]) < rate * propensity(person, now.month, table):
            until = now.month + visa_validity(now.coefficients, uniform(room.luck[2, row - first]))
            person.visa = max(person.visa, np.int16(until))
    for i in range(leaving):
        row = room.picked[i]
        leave_for_a_stay(at(people, row), uniform(room.luck[1, row - first]), rates, now, block.log)

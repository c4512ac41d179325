"""The money of a unit: savings at home, brought up to date where they are read, and savings abroad, which are stored.

At home people save and spend by a path of their own (`sim.population.saving`). Whoever paid for a journey or came back
with other means than usual returns to that path; until then the column `savings` says what they had in `saved_at`.
"""

import numpy as np
from numpy.typing import NDArray

from sim.model.decision.units import adults, in_party
from sim.model.now import Now
from sim.numerics.arithmetic import exp
from sim.numerics.codes import SECTOR
from sim.numerics.compiling import compiled
from sim.numerics.handles import handle
from sim.numerics.months import LONG_AGO
from sim.population.rows import Person, at, beside
from sim.population.saving import usual_months
from sim.population.schema import Columns

_IT = SECTOR["it"]
MOST_SAVINGS = 2.5e5
"""Most that a person at home has put aside, EUR (assumption: more opens no dearer way)."""


@compiled(forceinline=True)
def pay_share(right: float, informal: float) -> float:
    """Share of the wage that is paid: all of it with a full right to work, `informal` without any."""
    return right + (1.0 - right) * informal


@compiled(forceinline=True)
def recovered(usual: float, had: float, months: int, recovery: float) -> float:
    """Savings some months after one `had` another sum than is `usual`: the gap closes at a rate a month."""
    return usual + (had - usual) * exp(-recovery * months)


@compiled(forceinline=True)
def usual_savings(person: Person, now: Now) -> float:
    """What a person at home usually has put aside by now, EUR: months of the income of today."""
    b, sector = now.coefficients, person.sector
    income = person.income * (now.belarus.income_it if sector == _IT else now.belarus.income)
    months = usual_months(
        person.key, now.month, now.run.trait_seed, now.run.turns, b.savings_scale, b.savings_spread, b.savings_need
    )
    return min(MOST_SAVINGS, b.savings * income * months)


@compiled(forceinline=True)
def savings_of(person: Person, now: Now) -> float:
    """Savings of a person this month, EUR."""
    if in_party(person):
        return person.savings
    usual, had, saved_at = usual_savings(person, now), person.savings, person.saved_at
    if saved_at == LONG_AGO:
        return usual
    return recovered(usual, had, now.month - saved_at, now.coefficients.savings_recovery)


@compiled(forceinline=True)
def money(head: Person, now: Now) -> float:
    """Savings of the unit's adults, EUR."""
    total = 0.0
    for i in range(adults(head)):
        total += savings_of(beside(head, i), now)
    return total


@compiled(forceinline=True)
def pay(head: Person, now: Now, price: float, party: bool) -> None:
    """Take the price of a move from the adults' savings, the head's first; of a `party`, from those who are abroad."""
    for i in range(adults(head)):
        one = beside(head, i)
        if party and not in_party(one):
            continue
        had = savings_of(one, now)
        part = min(price, had)
        one.savings, one.saved_at = had - part, now.month
        price -= part


@compiled
def savings_of_all(people: Columns, rows: NDArray[np.int64], now: Now) -> NDArray[np.float64]:
    """Savings this month of the people of these rows, EUR, float64[rows]."""
    now = handle(now)
    found = np.empty(len(rows))
    for i in range(len(rows)):
        found[i] = savings_of(at(people, rows[i]), now)
    return found

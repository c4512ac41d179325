"""How far a history goes and how far its rules are known, as `conf/clock.yaml` says."""

from datetime import date
from functools import cache
from typing import Annotated, Any, NamedTuple

from pydantic import PlainValidator, model_validator

from sim.history.judging import Record, Words, stated
from sim.history.parameters import day
from sim.numerics import months
from sim.numerics.locations import CLOCK
from sim.numerics.messages import shown


def month_of(value: Any) -> int:
    """A month written YYYY-MM that some history may reach; raises ValueError for anything else."""
    if isinstance(value, str) and len(value.strip()) == 7:
        number = months.month(value.strip())
        if 0 <= number <= months.LIMIT_MONTH:
            return number
    raise ValueError(
        f"'{shown(value)}' is not a month from {months.label(0)} to {months.label(months.LIMIT_MONTH)}, written YYYY-MM"
    )


Month = Annotated[int, PlainValidator(month_of)]
BEFORE_GROWN = 18 * 12 - 1
"""December 2036: the last month before anybody who was born in the run would turn 18."""


def last_of(value: Any) -> int:
    """The last month of a history; raises ValueError for one in which people decide for whom nothing was drawn.

    Rows of the unborn have no ties, taste or luck of adults (`sim.population.unborn`).
    """
    number = month_of(value)
    if number > BEFORE_GROWN:
        raise ValueError(
            f"'{shown(value)}' is after {months.label(BEFORE_GROWN)}; who was born after 2018 would turn 18, and the "
            "model draws for them nothing that adults decide by"
        )
    return number


LastMonth = Annotated[int, PlainValidator(last_of)]


class Clock(NamedTuple):
    """Last month that can be simulated, and last month for which events were looked up."""

    last: int
    known: int

    @property
    def beyond(self) -> int:
        """The first day, counted from 1 January 2019, on which nothing is known any more."""
        return day(months.first_day(self.known + 1))


class ClockRecord(Record):
    """The file of the clock."""

    last: LastMonth
    known: Month
    source: Words

    @model_validator(mode="after")
    def _in_order(self) -> "ClockRecord":
        if self.known > self.last:
            raise ValueError(f"known {months.label(self.known)} is after last {months.label(self.last)}")
        return self


@cache
def clock() -> Clock:
    """The clock of the histories in `conf/`; raises CatalogueError with all faults of its file."""
    own = stated(ClockRecord, CLOCK)
    return Clock(own.last, own.known)


def last_day(month: int) -> date:
    """Last day of a month."""
    return months.first_day(month).replace(day=months.days_in(month))

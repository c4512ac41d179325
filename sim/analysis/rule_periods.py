"""The rules of two worlds period by period: who may enter or stay, and the numbers that are not the same in both."""

from collections.abc import Iterator
from datetime import date

import pandas as pd

from sim.history import wording
from sim.history.composition import Floats
from sim.history.history import History
from sim.history.parameters import Parameter, date_of, day
from sim.history.wording import Row
from sim.numerics.codes import CHANNEL
from sim.runs.tables import OF_COMPARISONS

OPEN, PART, SHUT, VALUE = "open", "in part", "closed", "value"
"""States of a rule: open to all, to some or in part, to nobody; and what is a number or a set of names."""


def state(parameter: Parameter, row: Row) -> str:
    """The state of a rule by its row of openness; of any other parameter that it is a value."""
    if parameter.rule != "restriction":
        return VALUE
    return OPEN if min(row) >= 1.0 else SHUT if max(row) <= 0.0 else PART


def rule_periods(baseline: History, scenario: History, until: date) -> pd.DataFrame:
    """Periods of rules to a day in which neither world's is another; a rule has as many as tell its whole course.

    Of rules of who may enter or stay all that are not open throughout, of other parameters those that differ. A number
    that moves in a straight line has periods between its events, and is told as it is on their first days.
    """
    days = day(until) + 1
    names = [name for name in baseline.parameters if name in scenario.parameters]
    rows = [row for name in names for row in _of(baseline, scenario, name, days)]
    return pd.DataFrame(rows, columns=OF_COMPARISONS["rules"].names)


def _of(baseline: History, scenario: History, name: str, days: int) -> Iterator[tuple[str, ...]]:
    parameter = baseline.parameter(name)
    here, there = (history.daily_rows(name, days) for history in (baseline, scenario))
    is_told = min(here.min(), there.min()) < 1.0 if parameter.rule == "restriction" else (here != there).any()
    if not is_told:
        return
    place, *rest = name.split(".")
    channel = rest[0] if len(rest) > 1 and rest[0] in CHANNEL else ""
    cuts = sorted({0, *_turns(baseline, name, here), *_turns(scenario, name, there)})
    for first, after in zip(cuts, [*cuts[1:], days], strict=True):
        both = here[first], there[first]
        said, states = ([tell(parameter, row) for row in both] for tell in (wording.said, state))
        yield name, date_of(first).isoformat(), date_of(after - 1).isoformat(), place, channel, *said, *states


def _turns(history: History, name: str, rows: Floats) -> list[int]:
    """Days on which a rule becomes another at once."""
    return [edge for edge in history.edges(name, len(rows)) if (rows[edge] != rows[edge - 1]).any()]

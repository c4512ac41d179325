"""Parameters with dated values, and the changes of them that an event may hold.

Plain data that refuses to be wrong: every object checks itself when it is made. How changes compose into
the values of a month is the business of `sim.history.composition`.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property

from sim.history.limits import narrowed, spelt
from sim.history.naming import is_name
from sim.numerics.codes import CHANNEL, GROUP
from sim.numerics.errors import HistoryError
from sim.numerics.messages import nearest, shown
from sim.numerics.months import LIMIT_MONTH, first_day
from sim.numerics.values import plain

FIRST_DAY = date(2019, 1, 1)
LIMIT_DAY = first_day(LIMIT_MONTH + 1) - timedelta(days=1)
"""First day of every history and last day that any may have; an event begins between them."""

RULES = ("set", "highest", "lowest", "product", "sum", "restriction")
"""How the changes of several events combine with the dated value of a parameter."""

CONFIDENCES = ("found", "memory-high", "memory-low", "assumption")
"""How well a number is known: read in a source, recalled (surely, or not), or assumed for a stated reason."""

EXCEPTABLE = tuple(sorted((set(CHANNEL) | set(GROUP)) - {"none"}))
"""Whom a restriction may except: applicants by a channel, members of a group (a shared name means both)."""


def unknown(parameter: object, known: Iterable[str]) -> str:
    """What is said of a parameter that does not exist."""
    return f"unknown parameter '{shown(parameter)}'; known: {nearest(str(parameter), known)}"


def day(of: date) -> int:
    """Days from 1 January 2019 to a date."""
    return (of - FIRST_DAY).days


def date_of(number: int) -> date:
    """Date of a day counted from 1 January 2019."""
    return FIRST_DAY + timedelta(days=number)


def need_date(value: object, where: str) -> date:
    """The value, if it is a date without a time of day; raises HistoryError that begins with `where`."""
    found = plain(value)
    if isinstance(found, datetime) and found.time() == time():
        found = found.date()
    if not isinstance(found, date) or isinstance(found, datetime):
        raise HistoryError(f"{where}: '{shown(value)}' is not a date; write YYYY-MM-DD")
    return found


def need_end(value: object, where: str) -> date | None:
    """The value as the last day of a period, None if it is open (None, or pandas' NaT)."""
    return None if plain(value) is None else need_date(value, where)


def need_number(value: object, where: str) -> float:
    """The value as a float, if it is a number and not nan; raises HistoryError that begins with `where`."""
    number = plain(value)
    try:
        if not isinstance(number, bool) and isinstance(number, int | float) and not math.isnan(number):
            return float(number)
    except OverflowError:  # a whole number beyond all floats
        pass
    raise HistoryError(f"{where}: '{shown(value)}' is not a number")


def need_name(name: object, what: str) -> None:
    """Raise HistoryError for what is no name of a `what`."""
    if not is_name(name):
        raise HistoryError(f"{what} '{shown(name)}': a name is of letters a to z, digits and _ . -")


def need_source(source: object, confidence: object, where: str) -> None:
    """Raise HistoryError that begins with `where` if the source is empty or the confidence none of `CONFIDENCES`."""
    if not isinstance(source, str) or not source.strip():
        raise HistoryError(f"{where}: source is empty; name the source, or the reason of an assumption")
    if confidence not in CONFIDENCES:
        raise HistoryError(f"{where}: unknown confidence '{shown(confidence)}'; known: {', '.join(CONFIDENCES)}")


@dataclass(frozen=True)
class Dated:
    """A value from a date on, with its own source."""

    date: date
    value: float
    source: str
    confidence: str
    note: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "date", need_date(self.date, "dated value"))
        where = f"value of {self.date}"
        object.__setattr__(self, "value", need_number(self.value, where))
        need_source(self.source, self.confidence, where)


def _need_dated(values: tuple[Dated, ...], where: str) -> None:
    if not values:
        raise HistoryError(f"{where}: has no value")
    dates = [item.date for item in values]
    if dates != sorted(set(dates)):
        raise HistoryError(f"{where}: dates are not in ascending order")


@dataclass(frozen=True)
class Parameter:
    """A number of the world outside the people: its dated values, its unit, and how events change it.

    `values` begin on 1 January 2019 or before; between dates a value holds (`interpolate` "step") or
    moves in a straight line ("linear"), after the last date it holds. Every value composed with events
    stays between `low` and `high`. A restriction's value is the share that is closed, 0 unless an event
    closes it.
    """

    name: str
    meaning: str
    unit: str
    rule: str
    interpolate: str
    low: float
    high: float
    values: tuple[Dated, ...]

    def __post_init__(self) -> None:
        need_name(self.name, "parameter")
        where = f"parameter '{self.name}'"
        if self.rule not in RULES:
            raise HistoryError(f"{where}: unknown rule '{shown(self.rule)}'; known: {', '.join(RULES)}")
        if self.interpolate not in ("step", "linear"):
            raise HistoryError(f"{where}: unknown interpolate '{shown(self.interpolate)}'; known: step, linear")
        for key in ("meaning", "unit"):
            if not isinstance(getattr(self, key), str) or not getattr(self, key).strip():
                raise HistoryError(f"{where}: {key} is empty")
        low, high = need_number(self.low, f"{where}: range"), need_number(self.high, f"{where}: range")
        if low > high:
            raise HistoryError(f"{where}: range [{low:g}, {high:g}] is upside down")
        _need_dated(self.values, where)
        if self.values[0].date > FIRST_DAY:
            raise HistoryError(f"{where}: first value is of {self.values[0].date}; give one from {FIRST_DAY}")
        low, high = self.span
        for item in self.values:
            if not low <= item.value <= high:
                raise HistoryError(f"{where}: {item.date}: {_outside(item.value, self.span)}")
            if self.interpolate == "linear" and math.isinf(item.value):
                raise HistoryError(f"{where}: {item.date}: no straight line leads to {spelt(item.value)}")
            if strange := self.strange(item.value):
                raise HistoryError(f"{where}: {item.date}: {strange}")

    @cached_property
    def span(self) -> tuple[float, float]:
        """Smallest and largest value that the parameter can have: its range, as far as any world can have it."""
        return narrowed(self.name, self.low, self.high)

    def outside(self, value: float, replaces: bool = False) -> str:
        """What is wrong with a value by which an event may change the parameter, or which it sets; empty if nothing."""
        low, high = self.span
        if self.rule == "product" and not replaces:
            negative = f"factor {spelt(value)} is negative" if value < 0.0 else ""
            return negative or ("factor .inf leaves no number" if math.isinf(value) else "")
        if self.rule == "sum" and not replaces:
            # from one end of the range to the other is the most that can be added
            too_much = f"{spelt(value)} cannot be added to a number of [{low:g}, {high:g}]"
            return too_much if abs(value) > high - low else self.strange(value)
        return self.strange(value) if low <= value <= high else _outside(value, self.span)

    def strange(self, value: float) -> str:
        """What is wrong with a value that its unit cannot have; empty if nothing."""
        if self.unit == "flag" and value not in (0.0, 1.0):
            return f"{value:g} is not a flag: {self.name.rpartition('.')[2]} is 0 or 1"
        if self.unit == "years" and not value.is_integer():
            return f"{value:g} is not a whole number of years"
        return ""


def _outside(value: float, span: tuple[float, float]) -> str:
    return f"{spelt(value)} is outside [{span[0]:g}, {span[1]:g}]"


def no_set(parameter: Parameter) -> str:
    """What is wrong with a change that is said to set what no event can set, or what every event sets; else empty."""
    if parameter.rule == "set":
        return f"{parameter.name} has the rule set: write the number alone ({parameter.unit})"
    return "" if parameter.rule != "restriction" else misfit(parameter, False)


def misfit(parameter: Parameter, closes: bool) -> str:
    """What is wrong with a change that closes a number, or sets a restriction."""
    if closes:
        return f"{parameter.name} is a number: write a number ({parameter.unit})"
    return f"{parameter.name} is a restriction: write closed, except, revoke, as {{closed: 1}}"


def restriction(place: str, instrument: str) -> Parameter:
    """An instrument of a place, open unless an event closes it."""
    open_at_first = Dated(FIRST_DAY, 0.0, "open unless an event closes it", "assumption")
    meaning = f"share of {instrument} of {place} that is closed"
    return Parameter(f"{place}.{instrument}", meaning, "share", "restriction", "step", 0.0, 1.0, (open_at_first,))


@dataclass(frozen=True)
class Setting:
    """A change of a number: from each date on, the value that the parameter's rule combines.

    One that `replaces` combines with nothing that began before it: from its first date to the end of its event its
    value stands for the parameter's own and for what earlier events made of it; later events combine with it.
    """

    parameter: str
    values: tuple[Dated, ...]
    replaces: bool = False

    def __post_init__(self) -> None:
        need_name(self.parameter, "change of parameter")
        _need_dated(self.values, f"change of '{self.parameter}'")


@dataclass(frozen=True)
class Closing:
    """A change of a restriction: the share closed, whom it excepts, whose exception it takes away.

    One that closes nothing but excepts somebody opens what other rules close to them.
    """

    parameter: str
    closed: float
    exceptions: tuple[str, ...] = ()
    revoked: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        need_name(self.parameter, "change of parameter")
        where = f"change of '{self.parameter}'"
        object.__setattr__(self, "closed", need_number(self.closed, f"{where}: closed"))
        for _, said in closing_faults(self.closed, self.exceptions, self.revoked):
            raise HistoryError(f"{where}: {said}")
        object.__setattr__(self, "exceptions", tuple(sorted(set(self.exceptions))))
        object.__setattr__(self, "revoked", tuple(sorted(set(self.revoked))))


def closing_faults(closed: float, exceptions: Sequence[str], revoked: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What is wrong with a closing, and the key of a file at which it is."""
    if not 0.0 <= closed <= 1.0:
        share = f"; write {closed / 100:g} for {closed:g}%" if 2.0 <= closed <= 100.0 else ""
        yield "closed", f"closed {closed:g} is outside [0, 1]{share}"
    for key, names in (("except", exceptions), ("revoke", revoked)):
        for name in names:
            if name not in EXCEPTABLE:
                yield key, f"unknown exception '{shown(name)}'; known: {nearest(str(name), EXCEPTABLE)}"
    for name in exceptions:
        if name in revoked:
            yield "revoke", f"'{shown(name)}' is both excepted and revoked"
    if closed == 0.0 and not exceptions and not revoked:
        yield "closed", "closes nothing, excepts nobody and revokes nothing"


Change = Setting | Closing


def change_faults(parameter: Parameter, change: Change) -> Iterator[str]:
    """What is wrong with a change of a parameter that is known."""
    closes = isinstance(change, Closing)
    if closes != (parameter.rule == "restriction"):
        yield misfit(parameter, closes)
    elif isinstance(change, Setting):
        if change.replaces and (wrong := no_set(parameter)):
            yield wrong
        for item in change.values:
            if outside := parameter.outside(item.value, change.replaces):
                yield f"{change.parameter}: {outside}"

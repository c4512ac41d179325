"""The rules by which events in force combine with a parameter's dated value, day by day.

Pure functions of one parameter and the changes that act on it. Additions are done one by one in a fixed
order, so that the same history gives the same bits on every machine.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

import numpy as np
from numpy.typing import NDArray

from sim.history.limits import spelt
from sim.history.parameters import Change, Closing, Dated, Parameter, Setting, date_of, day
from sim.history.policies import Event
from sim.history.wording import COLUMNS, columns_of, listing
from sim.numerics import months as clock
from sim.numerics.errors import HistoryError

Floats = NDArray[np.float64]
Acting = Sequence[tuple[Event, Change]]
"""The changes in force on one parameter, each with its event, in order of the events' names."""

FORESIGHT = 6
"""Months that people look ahead at what is announced."""

_COMBINE = {"highest": np.maximum, "lowest": np.minimum, "product": np.multiply, "sum": np.add}


@cache
def days_of(months: int) -> int:
    """Days in the first `months` months of the clock."""
    return day(clock.first_day(months))


def path(values: Sequence[Dated], interpolate: str, days: int) -> Floats:
    """Value of each day along dated values: steps or straight lines; before the first date the first value."""
    along = np.full(days, values[0].value, np.float64)
    for number, item in enumerate(values):
        first = min(max(day(item.date), 0), days)
        along[first:] = item.value
        if interpolate == "linear" and number + 1 < len(values):
            after = values[number + 1]
            steps, length = np.arange(first, days) - day(item.date), day(after.date) - day(item.date)
            with np.errstate(over="ignore", invalid="ignore"):  # what comes of it is outside every range
                along[first:] = item.value + (after.value - item.value) * steps / length
    return along


@dataclass(frozen=True)
class Beyond:
    """What becomes of a driver after the last known day: see `daily_value`.

    From the day `since`, counted from 1 January 2019, what it is without later events is multiplied by the latest of
    the dated `multiples`, 1 before the first, and kept within its range. Where it `repeats`, its own dated values of
    the last known year come again every year.
    """

    since: int
    repeats: bool
    multiples: tuple[Dated, ...]

    def own(self, value: Floats) -> Floats:
        """A parameter's own values, float64[days], those of the last known year repeated if it repeats."""
        if not self.repeats or len(value) <= self.since:
            return value
        value = value.copy()
        for number in range(self.since, len(value)):
            value[number] = value[day(_a_year_on(date_of(number), -1))]
        return value

    def moved(self, value: Floats, low: float, high: float) -> Floats:
        """The values multiplied from the day `since`, float64[days]."""
        value, after = value.copy(), value[self.since :]
        for item in self.multiples:
            first = max(day(item.date) - self.since, 0)
            with np.errstate(invalid="ignore"):  # no limit times nothing
                value[self.since + first :] = after[first:] * item.value
        value[np.isnan(value)] = low
        value[self.since :] = np.clip(value[self.since :], low, high)
        return value

    def edges(self, dates: Iterable[date], days: int) -> set[int]:
        """Days on which a multiple steps, or one of a parameter's own dates of the last known year comes again."""
        found = {self.since, *(day(item.date) for item in self.multiples)}
        again = [at for at in dates if date_of(self.since) > at >= _a_year_on(date_of(self.since), -1)]
        while self.repeats and again and day(again[0]) < days:
            again = [_a_year_on(at, 1) for at in again]
            found |= {day(at) for at in again}
        return found


def _a_year_on(of: date, years: int) -> date:
    """The same day so many years later; of 29 February the day before."""
    return of.replace(year=of.year + years, day=28 if (of.month, of.day) == (2, 29) else of.day)


def _span(event: Event, days: int) -> tuple[int, int]:
    """First day of an event and the day after its last, both at most `days`."""
    return min(day(event.start), days), min(day(event.last) + 1, days)


def _replaces(change: Change) -> bool:
    return isinstance(change, Setting) and change.replaces


def _first(event: Event, change: Change) -> date:
    """Day from which a change acts."""
    return change.values[0].date if isinstance(change, Setting) else event.start


def _acts(event: Event, change: Change, interpolate: str, days: int) -> tuple[int, int, Floats]:
    """First day on which a setting acts, the day after its last, both at most `days`, and its values between them."""
    assert isinstance(change, Setting)
    first, after = _span(event, days)
    first = min(max(first, day(change.values[0].date)), after)
    return first, after, path(change.values, interpolate, days)[first:after]


def need_one_setter(name: str, acting: Acting) -> None:
    """Raise HistoryError if two events set one parameter on the same day: there is no order between them."""
    spans = sorted((_first(event, change), event.last, event.name) for event, change in acting)
    for (_, last, one), (start, _, other) in zip(spans, spans[1:], strict=False):
        if start <= last:
            hint = f"remove one, as by without=[{one}]"
            raise HistoryError(f"events '{one}' and '{other}' both set {name} on {start}; {hint}")


def daily_value(parameter: Parameter, acting: Acting, days: int, beyond: Beyond | None = None) -> Floats:
    """Value of a parameter on each of `days` days, float64[days]; for a restriction the share closed.

    A change acts from its first date to the last day of its event. One that replaces stands for all that began before
    its first date. A driver is moved by its course after the last known day (`beyond`), with all that began before;
    what begins later combines with what comes of it. Raises HistoryError if two events set the parameter at once, or
    if the result leaves the parameter's range.
    """
    setters = [pair for pair in acting if parameter.rule == "set" or _replaces(pair[1])]
    need_one_setter(parameter.name, setters)
    value = path(parameter.values, parameter.interpolate, days)
    if beyond is None or days <= beyond.since:
        value = _composed(parameter, acting, value)
    else:
        begun = [pair for pair in acting if day(_first(*pair)) < beyond.since]
        value = _composed(parameter, begun, beyond.own(value))
        value = beyond.moved(value, *parameter.span)
        value = _composed(parameter, [pair for pair in acting if pair not in begun], value)
    low, high = parameter.span
    outside = np.flatnonzero(~((value >= low) & (value <= high)))
    if len(outside):
        number, limits = int(outside[0]), f"[{low:g}, {high:g}]"
        guilty = listing([event.name for event, _ in acting]) or "nothing"
        raise HistoryError(
            f"{parameter.name} is {spelt(value[number])} on {date_of(number)}, outside {limits}; changed by {guilty}"
        )
    return value


def _composed(parameter: Parameter, acting: Acting, value: Floats) -> Floats:
    """Values of each day, float64[days], combined with the changes that act on them."""
    days = len(value)
    setters = [pair for pair in acting if parameter.rule == "set" or _replaces(pair[1])]
    since = np.full(days, date.min.toordinal())  # the day from which what acts counts
    for event, change in setters:
        first, after, own = _acts(event, change, parameter.interpolate, days)
        value[first:after], since[first:after] = own, _first(event, change).toordinal()
    for event, change in acting:
        if (event, change) in setters:
            continue
        if isinstance(change, Closing):
            first, after = _span(event, days)
            value[first:after] = np.maximum(value[first:after], change.closed)
            continue
        first, after, own = _acts(event, change, parameter.interpolate, days)
        counts = since[first:after] <= _first(event, change).toordinal()
        with np.errstate(over="ignore", invalid="ignore"):  # what comes of it is outside the range, and refused
            combined = _COMBINE[parameter.rule](value[first:after], own)
        value[first:after] = np.where(counts, combined, value[first:after])
    return value


def faults(acting: Collection[str], daily: Callable[[str], Floats]) -> list[str]:
    """What keeps parameters on which events act from being evaluated day by day, and channels left without an age.

    A parameter's own values are inside its range, and a destination's file has its ages in order.
    """
    found: list[str] = []
    values: dict[str, Floats] = {}
    for name in acting:
        try:
            values[name] = daily(name)
        except HistoryError as error:
            found += error.faults
    ends = (".youngest", ".oldest")
    for channel in sorted({name.rpartition(".")[0] for name in values if name.endswith(ends)}):
        both = [f"{channel}{end}" for end in ends]
        if any(name in acting and name not in values for name in both):  # a fault that has been told
            continue
        own = (values[name] if name in values else daily(name) for name in both)
        youngest, oldest = own
        for at in np.flatnonzero(youngest > oldest)[:1].tolist():
            ages = f"youngest {youngest[at]:g} is above oldest {oldest[at]:g} from {date_of(at)}"
            found.append(f"{channel}: {ages}; nobody is admitted (use offered: 0 to close it)")
    return found


def daily_openness(parameter: Parameter, acting: Acting, days: int) -> Floats:
    """Openness of a restriction on each day, float64[days, 1 + N_CHANNELS + N_GROUPS].

    Column 0 is for nobody special, 1 + c for applicants by channel c, 1 + N_CHANNELS + g for members of
    group g. The strictest closing in force counts. Exceptions unite, less those that are revoked: whom one closing
    excepts, none that closes wholly keeps out. A closing in part, as of some checkpoints, leaves less room for all, so
    that it is lifted by its own exceptions alone, or by an opening, which closes nothing and excepts somebody.
    """
    excepted, opened, revoked = (np.zeros((days, COLUMNS), np.bool_) for _ in range(3))
    for event, change in acting:
        if isinstance(change, Closing):
            first, after = _span(event, days)
            (excepted if change.closed else opened)[first:after, _columns(change.exceptions)] = True
            revoked[first:after, _columns(change.revoked)] = True
    own = path(parameter.values, parameter.interpolate, days)[:, None]
    partly = np.repeat(np.where(own < 1.0, own, 0.0), COLUMNS, axis=1)
    wholly = np.repeat(own >= 1.0, COLUMNS, axis=1)
    for event, change in acting:
        if isinstance(change, Closing):
            first, after = _span(event, days)
            keeps_out = revoked[first:after].copy()
            keeps_out[:, ~_columns(change.exceptions)] = True
            if change.closed < 1.0:
                np.maximum(partly[first:after], change.closed * keeps_out, out=partly[first:after])
            else:
                wholly[first:after] |= keeps_out
    closed = np.maximum(partly, wholly & ~(excepted & ~revoked))
    closed[opened & ~revoked] = 0.0
    return 1.0 - closed


def _columns(people: Iterable[str]) -> NDArray[np.bool_]:
    """Columns of a table of openness that are for certain applicants, bool[COLUMNS]."""
    found = np.zeros(COLUMNS, np.bool_)
    for person in people:
        found[columns_of(person)] = True
    return found


def monthly_mean(daily: Floats, months: int) -> Floats:
    """Mean over the days of each month of float64[days] or float64[days, columns]: float64[months] or with columns.

    A month in which nothing changes has exactly the value of its days; the mean with infinity is infinity.
    """
    starts = np.array([days_of(month) for month in range(months)])
    lowest, highest = np.minimum.reduceat(daily, starts), np.maximum.reduceat(daily, starts)
    means = lowest.copy()
    for month, *column in np.argwhere(lowest != highest).tolist():
        span = daily[starts[month] : starts[month] + clock.days_in(month)]
        total = 0.0
        for value in (span[:, column[0]] if column else span).tolist():
            total += value
        means[(month, *column)] = total / len(span)
    return means


def foreseen_shares(parameter: Parameter, acting: Acting, shares: Floats) -> Floats:
    """Openness of a restriction FORESIGHT months on as far as it is announced, float64[months, columns].

    `shares` are the monthly open shares by all that acts. Row t is that of month t + FORESIGHT, at most the last,
    composed of the events announced by the last day of month t; where nothing is pending it is that row of `shares`.
    """
    months = len(shares)
    composed: dict[frozenset[str], Floats] = {}
    ahead = np.empty_like(shares)
    for month in range(months):
        then, today = min(month + FORESIGHT, months - 1), date_of(days_of(month + 1) - 1)
        first, last = clock.first_day(then), date_of(days_of(then + 1) - 1)
        pending = {e.name for e, _ in acting if e.announced > today and e.start <= last and e.last >= first}
        if not pending:
            ahead[month] = shares[then]
            continue
        known = [(event, change) for event, change in acting if event.announced <= today]
        names = frozenset(event.name for event, _ in known)
        if names not in composed:
            composed[names] = monthly_mean(daily_openness(parameter, known, days_of(months)), months)
        ahead[month] = composed[names][then]
    return ahead


def edges(parameter: Parameter, acting: Acting, days: int, beyond: Beyond | None = None) -> set[int]:
    """Days after the first on which an event, a dated step or a course may change a parameter at once."""
    dates = [item.date for item in parameter.values] if parameter.interpolate == "step" else []
    found = {day(at) for at in dates} | (beyond.edges(dates, days) if beyond else set())
    for event, change in acting:
        found |= {day(event.start)} | ({day(event.until) + 1} if event.until else set())
        if isinstance(change, Setting):
            found |= {day(at) for at in dates_of(change, parameter.interpolate)}
    return {edge for edge in found if 0 < edge < days}


def dates_of(change: Setting, interpolate: str) -> Iterable[date]:
    """Dates at which a change acts at once: all its steps, or only the first point of a line."""
    return (item.date for item in (change.values if interpolate == "step" else change.values[:1]))


def direction(values: Floats, others: Floats) -> int:
    """1 if monthly values are above others in more months than below, -1 if it is the other way round, else 0."""
    above, below = np.count_nonzero(values > others), np.count_nonzero(values < others)
    return int(np.sign(above - below))

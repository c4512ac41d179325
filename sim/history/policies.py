"""Events that change parameters, and the policies and shocks that bundle them.

Plain data that refuses to be wrong, as that of `sim.history.parameters`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from sim.history.parameters import FIRST_DAY, LIMIT_DAY, Change, Setting, need_date, need_end, need_name, need_source
from sim.numerics.errors import HistoryError


def date_faults(announced: date, start: date, until: date | None) -> Iterator[tuple[str, str]]:
    """What is wrong with the dates of an event, and the key of a file at which it is."""
    if not FIRST_DAY <= start <= LIMIT_DAY:
        yield "from", f"from {start} is outside {FIRST_DAY} to {LIMIT_DAY}"
    if announced > start:
        yield "announced", f"announced {announced} is after from {start}"
    if until is not None and until < start:
        yield "until", f"until {until} is before from {start}"


@dataclass(frozen=True)
class Event:
    """Something dated that changes parameters from the day `start` to the day `until`, both included.

    `until` None is an open end. It is known from `announced` on. A dated change inside the event acts
    from its own date.
    """

    name: str
    announced: date
    start: date
    until: date | None
    changes: tuple[Change, ...]
    source: str
    confidence: str
    note: str = ""

    def __post_init__(self) -> None:
        need_name(self.name, "event")
        where = f"event '{self.name}'"
        announced, start = need_date(self.announced, f"{where}: announced"), need_date(self.start, f"{where}: from")
        until = need_end(self.until, f"{where}: until")
        for key, value in (("announced", announced), ("start", start), ("until", until)):
            object.__setattr__(self, key, value)
        for _, said in date_faults(announced, start, until):
            raise HistoryError(f"{where}: {said}")
        need_source(self.source, self.confidence, where)
        if not self.changes:
            raise HistoryError(f"{where}: changes nothing")
        names = [change.parameter for change in self.changes]
        if len(set(names)) < len(names):
            raise HistoryError(f"{where}: changes a parameter twice")
        object.__setattr__(self, "changes", tuple(sorted(self.changes, key=lambda change: change.parameter)))
        for change in self.changes:
            for item in change.values if isinstance(change, Setting) else ():
                if item.date < start or (self.until is not None and item.date > self.until):
                    raise HistoryError(f"{where}: {change.parameter}: {item.date} is not inside the event")

    @property
    def last(self) -> date:
        """Last day in force; the latest day of the calendar for an open end."""
        return self.until or date.max

    def ending(self, last: date | None) -> "Event":
        """The same event with another last day (None: no end); what it would have changed later is left out."""
        changes: list[Change] = []
        last = need_end(last, f"event '{self.name}': until")
        for change in self.changes:
            if isinstance(change, Setting) and last is not None:
                kept = tuple(item for item in change.values if item.date <= last)
                changes += [replace(change, values=kept)] if kept else []
            else:
                changes.append(change)
        return replace(self, until=last, changes=tuple(changes))

    def when(self) -> str:
        """The period in words."""
        return f"from {self.start}" + (f" to {self.until}" if self.until else "")


@dataclass(frozen=True)
class Branch:
    """What is not known of a policy: what it is that one does not know, and what holds if it was or was not enacted.

    Each is the end of a sentence; the history in which it is enacted, or is not, says which is meant.
    """

    unknown: str
    enacted: str
    otherwise: str


@dataclass(frozen=True)
class Policy:
    """A named bundle of events: a policy if a government (`actor`) chose it, else a shock.

    One with a `branch` is of a kind of which it is not known whether it came about.
    """

    name: str
    description: str
    actor: str | None
    historical: bool
    events: tuple[Event, ...]
    branch: Branch | None = None

    def __post_init__(self) -> None:
        need_name(self.name, "policy")
        where = f"policy '{self.name}'"
        if not self.events:
            raise HistoryError(f"{where}: has no event")
        names = [event.name for event in self.events]
        for name in names:
            if names.count(name) > 1:
                raise HistoryError(f"{where}: has two events '{name}'")
        object.__setattr__(self, "events", tuple(sorted(self.events, key=lambda event: (event.start, event.name))))

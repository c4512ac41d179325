"""A history: dated parameters and the events in force, and the values they give each month.

A policy is enacted, a counterfactual is a history without an event or a policy, in any order.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from sim.history import composition, wording
from sim.history.clock import clock, last_day
from sim.history.composition import Floats, days_of
from sim.history.courses import Course
from sim.history.parameters import Change, Parameter, change_faults, date_of, day, need_date, need_end, unknown
from sim.history.policies import Event, Policy
from sim.numerics.errors import HistoryError
from sim.numerics.messages import nearest, shown


@dataclass(frozen=True)
class History:
    """Parameters and the policies and shocks in force. Equal histories give equal worlds.

    `last` is the last month that it tells of. After the last known month its drivers follow the `course`; without one
    they stay as they are.
    """

    parameters: Mapping[str, Parameter] = field(hash=False)
    policies: tuple[Policy, ...] = ()
    course: Course | None = None
    last: int = field(default_factory=lambda: clock().last)

    @staticmethod
    def of(parameters: Iterable[Parameter], course: Course | None = None, last: int | None = None) -> "History":
        """The history in which nothing is in force; raises HistoryError if two parameters have one name.

        `course` is followed after what is known, `last` its last month, that of `conf/clock.yaml` if not given.
        """
        ordered = sorted(parameters, key=lambda parameter: parameter.name)
        for before, after in zip(ordered, ordered[1:], strict=False):
            if before.name == after.name:
                raise HistoryError(f"parameter '{after.name}' is given twice")
        last = clock().last if last is None else last
        return History({parameter.name: parameter for parameter in ordered}, course=course, last=last)

    def __post_init__(self) -> None:
        object.__setattr__(self, "policies", tuple(sorted(self.policies, key=lambda p: p.name)))
        for one, other in zip(self.policies, self.policies[1:], strict=False):
            if one.name == other.name:
                raise HistoryError(f"policy '{one.name}' is given twice")
        owner: dict[str, str] = {}
        for policy in self.policies:
            for event in policy.events:
                if event.name in owner:
                    raise HistoryError(f"event '{event.name}' is in two policies: {owner[event.name]}, {policy.name}")
                owner[event.name] = policy.name
                for change in event.changes:
                    self._need_fit(event, change)

    def _need_fit(self, event: Event, change: Change) -> None:
        where = f"event '{event.name}'"
        parameter = self.parameters.get(change.parameter)
        if parameter is None:
            raise HistoryError(f"{where} changes {unknown(change.parameter, self.parameters)}")
        for fault in change_faults(parameter, change):
            raise HistoryError(f"{where}: {fault}")

    @cached_property
    def _acting(self) -> Mapping[str, tuple[tuple[Event, Change], ...]]:
        """Per parameter the changes in force, by name of the event: an order that no history of edits can alter."""
        acting: dict[str, list[tuple[Event, Change]]] = defaultdict(list)
        for _, event in sorted(self.events.values(), key=lambda pair: pair[1].name):
            for change in event.changes:
                acting[change.parameter].append((event, change))
        return {name: tuple(pairs) for name, pairs in acting.items()}

    @cached_property
    def events(self) -> Mapping[str, tuple[Policy, Event]]:
        """The events in force by name, each with its policy."""
        return {event.name: (policy, event) for policy in self.policies for event in policy.events}

    def parameter(self, name: str) -> Parameter:
        """The parameter of a name; raises HistoryError with the known names, the closest first."""
        if name not in self.parameters:
            raise HistoryError(unknown(name, self.parameters))
        return self.parameters[name]

    def changing(self, name: str, on: date) -> tuple[str, ...]:
        """Names of the events that act on a parameter on a day, in alphabetical order."""
        return tuple(event.name for event, _ in self._acting.get(name, ()) if event.start <= on <= event.last)

    def event(self, name: str) -> Event:
        """The event of a name that is in force."""
        if name not in self.events:
            raise HistoryError(f"no event '{shown(name)}' in force; known: {nearest(name, self.events)}")
        return self.events[name][1]

    def _beyond(self, name: str) -> composition.Beyond | None:
        """What the course makes of a parameter."""
        return None if self.course is None else self.course.beyond(name)

    @property
    def last_day(self) -> date:
        """Last day of the last month."""
        return last_day(self.last)

    # how a history is changed

    def enact(self, *policies: Policy) -> "History":
        """The history in which these policies are in force too; one that already is in force is refused."""
        in_force = {policy.name for policy in self.policies}
        for policy in policies:
            if not isinstance(policy, Policy):
                raise HistoryError(f"'{shown(policy)}' is no Policy; sim.history.records.policy_from makes one")
            if policy.name in in_force:
                raise HistoryError(f"policy '{policy.name}' is already in force; enacting it again changes nothing")
        return replace(self, policies=self.policies + policies)

    def _need_in_force(self, names: Iterable[str], purpose: str) -> None:
        known = {policy.name for policy in self.policies} | set(self.events)
        for name in names:
            if name not in known:
                there = nearest(name, known)
                raise HistoryError(f"no event or policy '{shown(name)}' in force to {purpose}; known: {there}")

    def ending(self, name: str, last: date | None) -> "History":
        """The history in which an event, or every event of a policy, has another last day (None: no end).

        Events of a policy that begin after that day do not happen; an event named itself must begin before.
        """
        self._need_in_force([name], "end")
        last = need_end(last, f"'{shown(name)}': until")
        kept = []
        for policy in self.policies:
            events = []
            for event in policy.events:
                if event.name == name or (policy.name == name and (last is None or event.start <= last)):
                    events.append(event.ending(last))
                elif policy.name != name:
                    events.append(event)
            if not events:
                raise HistoryError(f"policy '{name}': begins after {last}; leave it out instead of ending it")
            kept.append(replace(policy, events=tuple(events)))
        return replace(self, policies=tuple(kept))

    def without(self, *names: str) -> "History":
        """The history in which these events, or whole policies, are not in force."""
        self._need_in_force(names, "remove")
        return self.less(name for name, (policy, _) in self.events.items() if {name, policy.name} & set(names))

    def less(self, events: Iterable[str]) -> "History":
        """The history without the events of these names, whether they are in force or not."""
        gone, kept = set(events), []
        for policy in self.policies:
            left = tuple(event for event in policy.events if event.name not in gone)
            if left:
                kept.append(replace(policy, events=left))
        return replace(self, policies=tuple(kept))

    def check(self) -> "History":
        """The same history, if it can be evaluated on every day; raises HistoryError with every name where not."""
        days = days_of(self.last + 1)
        faults = composition.faults(self._acting, lambda name: self.daily(name, days))
        if faults:
            raise HistoryError(*faults)
        return self

    # the values

    def daily(self, name: str, days: int) -> Floats:
        """Value of a parameter on each day from 1 January 2019, float64[days]; the share closed of a restriction.

        Raises HistoryError if two events set it at once or the result leaves the parameter's range.
        """
        return composition.daily_value(self.parameter(name), self._acting.get(name, ()), days, self._beyond(name))

    def open_days(self, name: str, days: int) -> Floats:
        """Openness of a restriction on each day, float64[days, columns] as in `composition.daily_openness`."""
        if self.parameter(name).rule != "restriction":
            raise HistoryError(f"{name} is not a restriction")
        return composition.daily_openness(self.parameter(name), self._acting.get(name, ()), days)

    def monthly(self, name: str, months: int) -> Floats:
        """Value of a parameter in each month, float64[months]: the mean over the days of the month."""
        return composition.monthly_mean(self.daily(name, days_of(months)), months)

    def at_ends(self, name: str, months: int) -> Floats:
        """Value of a parameter on the last day of each month, float64[months]: of what has no mean, as a set."""
        ends = [days_of(month + 1) - 1 for month in range(months)]
        return self.daily(name, days_of(months))[ends]

    def open_shares(self, name: str, months: int) -> Floats:
        """Share of each month's days on which an instrument is open, float64[months, 1 + N_CHANNELS + N_GROUPS].

        Columns as in `open_days`; for an excepted one a closed day counts as open.
        """
        return composition.monthly_mean(self.open_days(name, days_of(months)), months)

    def outlook(self, name: str, months: int) -> Floats:
        """Openness six months on by what is announced, float64[months, columns], as `composition.foreseen_shares`."""
        acting = self._acting.get(name, ())
        return composition.foreseen_shares(self.parameter(name), acting, self.open_shares(name, months))

    # the history told

    def daily_rows(self, name: str, days: int) -> Floats:
        """Daily rows that determine what a parameter means: openness of a restriction, else the value, in a column."""
        if self.parameter(name).rule == "restriction":
            return self.open_days(name, days)
        return self.daily(name, days)[:, None]

    def monthly_rows(self, name: str, months: int) -> Floats:
        """The same by months: the means over their days."""
        return composition.monthly_mean(self.daily_rows(name, days_of(months)), months)

    def edges(self, name: str, days: int) -> set[int]:
        """Days after the first on which a parameter may change at once, as `composition.edges`."""
        return composition.edges(self.parameter(name), self._acting.get(name, ()), days, self._beyond(name))

    def debug(self, until: date | None = None) -> str:
        """The history epoch by epoch to a day, or to its end: what begins and ends, and what the rules in force become.

        An epoch is a span in which no event begins or ends and no stepped value changes. Computed by the
        functions that give the model its monthly values.
        """
        days = day(need_date(until or self.last_day, "until")) + 1
        edges = {name: self.edges(name, days) for name in self.parameters}
        states = {name: self.daily_rows(name, days) for name in self.parameters if edges[name] or name in self._acting}
        cuts = sorted({0}.union(*edges.values())) + [days]
        lines = []
        for number, (first, after) in enumerate(zip(cuts, cuts[1:], strict=False)):
            lines.append(f"Epoch {number}: {date_of(first)} to {date_of(after - 1)}")
            if self.course is not None and first == self.course.since:
                lines.append(f"  nothing is known from here: course {self.course.name}: {self.course.description}")
            for policy, event in self.events.values():
                if event.start == date_of(first):
                    lines.append(f"  begins: {event.name} ({policy.name}), {event.when()}")
                if event.until is not None and day(event.until) + 1 == first:
                    lines.append(f"  ends: {event.name} ({policy.name}), last day {event.until}")
            for name, state in states.items():
                if first == 0:
                    if name in self._acting:
                        lines.append(f"  {name}: {wording.said(self.parameter(name), state[0])}")
                elif first in edges[name] and (state[first] != state[first - 1]).any():
                    said = wording.contrasted(self.parameter(name), state[first], state[first - 1])
                    lines.append(f"  {name}: {said}")
        drifting = [p for p in self.parameters.values() if p.interpolate == "linear" and len(p.values) > 1]
        if drifting:
            lines.append("Between these dates values move in a straight line:")
        for parameter in drifting:
            knots = ", ".join(f"{item.date} {wording.number(item.value)}" for item in parameter.values)
            lines.append(f"  {parameter.name}: {knots} {parameter.unit}")
        return "\n".join(lines)

    def contrasts(self, name: str, other: "History", until: date) -> list[str]:
        """Periods in which this history's effective rule for a parameter differs from another's, in words."""
        days = day(until) + 1
        return wording.contrasts(self.parameter(name), self.daily_rows(name, days), other.daily_rows(name, days), until)

    def diff(self, other: "History", until: date | None = None) -> str:
        """How this history differs from another, in words: events of one only, and periods with different rules.

        Each line speaks of this history; what the other had stands behind "was".
        """
        until = need_date(until or self.last_day, "until")
        if self == other:
            return "The two histories are the same."
        lines = []
        if self.course != other.course:
            courses = [one.course.name if one.course else "none" for one in (self, other)]
            lines.append(f"Course after what is known: {courses[0]} (was {courses[1]}).")
        for label, one, two in (("Only here", self, other), ("Only there", other, self)):
            for name, (policy, event) in one.events.items():
                if name not in two.events:
                    lines.append(f"{label}: {name} ({policy.name}), {event.when()}.")
        for name, (_, event) in self.events.items():
            if name in other.events and other.events[name][1] != event:
                lines.append(f"Different in the two: event {name}.")
        for label, one, two in (("Only here", self, other), ("Only there", other, self)):
            lines += [f"{label}: parameter {name}." for name in one.parameters if name not in two.parameters]
        shared = [name for name in self.parameters if name in other.parameters]
        told = [f"{name}: {words}." for name in shared for words in self.contrasts(name, other, until)]
        return "\n".join(lines + (told or [f"No effective rule differs to {until}."]))

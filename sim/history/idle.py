"""What no world has: lines of a scenario that change nothing, policies that never come into force, multiples of a
course that no value can follow.

A scenario runs all the same; whoever judges its file should know. Compared are the rules day by day, to the last month
of the history: what is announced and never comes is no rule.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import numpy as np

from sim.history.composition import days_of
from sim.history.courses import Course
from sim.history.history import History
from sim.history.limits import spelt
from sim.history.parameters import date_of, day
from sim.history.scenarios import Scenario
from sim.numerics.errors import UserError

Play = Callable[[Scenario], History]
"""The history of a scenario."""


def same_rules(one: History, other: History) -> bool:
    """Whether two histories of the same parameters and course have the same rules on every day."""
    here, there, days = one.events, other.events, days_of(one.last + 1)
    names = {name for name in {*here, *there} if here.get(name) != there.get(name)}
    events = [side[name][1] for side in (here, there) for name in names if name in side]
    changed = dict.fromkeys(change.parameter for event in events for change in event.changes)
    return all(np.array_equal(one.daily_rows(name, days), other.daily_rows(name, days)) for name in changed)


def idle_lines(plan: Scenario, play: Play) -> Iterator[tuple[str, str, str]]:
    """Key and item of each line of a scenario without which its rules are the same, and what is said of it.

    A line that another one needs is not tried without it.
    """
    whole = play(plan)
    for key, words in _LINES.items():
        for item in getattr(plan, key):
            try:
                less = play(_without(plan, key, item))
            except UserError:
                continue
            if same_rules(whole, less):
                yield key, item, words.format(item=item, why=_why(whole, less))


_LINES = {
    "enact": "'{item}' {why}",
    "without": "'{item}' is taken away in vain: the rules are the same with it",
    "until": "another last day in vain: the rules are the same with its own",
}
_NEVER = "never comes into force: the rules are the same without it"


def _without(plan: Scenario, key: str, item: str) -> Scenario:
    lines = getattr(plan, key)
    if isinstance(lines, Mapping):
        return replace(plan, until={name: last for name, last in lines.items() if name != item})
    return replace(plan, **{key: tuple(name for name in lines if name != item)})  # type: ignore[arg-type]


def _why(whole: History, less: History) -> str:
    """Why what is enacted changes nothing: its events begin too late, or other rules make them idle."""
    new = [event for name, (_, event) in whole.events.items() if name not in less.events]
    first = min((event.start for event in new), default=whole.last_day)
    return f"begins on {first}, after the last day {whole.last_day}" if first > whole.last_day else _NEVER


def idle_policy(happened: History, enacted: History) -> str:
    """What is said of a policy that changes nothing of what happened; empty where it does."""
    if not same_rules(happened, enacted):
        return ""
    why = _why(enacted, happened)
    return f"{why}; no scenario enacts it with effect either" if why == _NEVER else why


def beyond_all(happened: History, course: Course) -> Iterator[str]:
    """What is said of the multiples of a course that no parameter of their driver can follow in what happened.

    A value is kept within what it can be, so that such a multiple is another one.
    """
    days, followed = days_of(happened.last + 1), replace(happened, course=course)
    for driver, multiples in course.multiples.items():
        moved = [name for name in happened.parameters if course.drivers[driver].moves(name)]
        for item in multiples:
            said = [_held(happened, followed, name, (day(item.date), item.value), days) for name in moved]
            told = [one for one in said if one is not None]
            if told and all(told):
                yield f"{driver}: multiple: {item.value:g} from {item.date} is more than there can be: {told[0]}"


def _held(happened: History, followed: History, name: str, at: tuple[int, float], days: int) -> str | None:
    """What keeps a parameter from being so many times what it is; empty if nothing, None of what stays nothing."""
    first, multiple = at
    if first >= days:
        return ""
    low, high = happened.parameter(name).span
    stays, value = happened.daily(name, days)[first], followed.daily(name, days)[first]
    if stays == 0.0 or not np.isfinite(stays) or multiple == 1.0:
        return None
    wanted = stays * multiple
    if low <= wanted <= high or not np.isclose(value, min(max(wanted, low), high)):
        return ""
    return f"{name} would be {spelt(wanted)} on {date_of(first)}, outside [{low:g}, {high:g}]"

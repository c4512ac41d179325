"""What a scenario is, how it changes what happened, and what may be composed on top of it.

Policies that are enacted and what is taken away are sets of names: no order of them matters, and none may stand in
both. Every fault of a composition is told by name, all at once.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import Field, field_validator

from sim.history import spelling
from sim.history.clock import LastMonth
from sim.history.history import History
from sim.history.judging import Faults, Names, Record, Text, distinct, each, tell
from sim.history.naming import Composition
from sim.history.policies import Event, Policy
from sim.numerics.errors import CatalogueError, HistoryError
from sim.numerics.messages import nearest, shown
from sim.numerics.strict_yaml import Document

SCENARIO = re.compile(r"[a-z0-9_][a-z0-9_.-]{0,199}")
"""What a scenario may be called: a word of the command line, and the name of a folder of results."""


def need_usable(name: str) -> None:
    """Raise CatalogueError if a file's name cannot be the name of a scenario."""
    if name != name.lower():
        raise CatalogueError(f"names are in lower case; rename the file {shown(name.lower())}")
    if not SCENARIO.fullmatch(name):
        allowed = "digits and _ . - without spaces"
        raise CatalogueError(f"'{shown(name)}' cannot be used: a name is of letters a to z, {allowed}; rename the file")


@dataclass(frozen=True)
class Scenario:
    """A history told by what it adds to the historical one, what it takes from it, and what ends on another day.

    `until` gives events or whole policies a new last day, None for no end. A `course` of its own, or a `last` month
    later than that of `conf/clock.yaml`, holds for this history whatever the run asks for.
    """

    name: str
    description: str
    enact: tuple[str, ...]
    without: tuple[str, ...]
    until: Mapping[str, date | None]
    course: str | None = None
    last: int | None = None


class ScenarioRecord(Record):
    """A scenario's file."""

    description: Text
    enact: Names = ()
    without: Names = ()
    until: Any = Field(None, validate_default=True)
    course: Text | None = None
    last: LastMonth | None = None

    @field_validator("enact", "without", mode="after")
    @classmethod
    def _each_once(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        return distinct(names)

    @field_validator("until", mode="plain")
    @classmethod
    def _last_days(cls, content: Any) -> Mapping[str, date | None]:
        return each({} if content is None else content, lambda _, value: spelling.last_day(value))


def played(
    plan: Scenario, document: Document, happened: History, bundles: Mapping[str, Policy], known: Collection[str]
) -> History:
    """What happened, with what a scenario enacts, removes and ends."""
    faults, history = Faults(), happened
    for number, name in enumerate(plan.enact):
        with faults.at("enact", number):
            if name not in bundles:
                raise HistoryError(f"no policy '{shown(name)}'; known: {nearest(name, known)}")
            history = history.enact(bundles[name])
    for number, name in enumerate(plan.without):
        with faults.at("without", number):
            _taken(history, name, plan, bundles, known)
    tell(document, faults)
    history = history.without(*plan.without)
    for number, name in enumerate(plan.enact):
        if name not in {policy.name for policy in history.policies}:
            faults.add(_emptied(name), "enact", number)
    for name, last in plan.until.items():
        with faults.at("until", name):
            history = history.ending(name, last)
    tell(document, faults)
    return history


def composed(
    base: History,
    plan: Scenario,
    asked: Composition,
    bundles: Mapping[str, Policy],
    known: Collection[str],
    until: date,
) -> History:
    """The history of the scenario of a `plan`, `base`, with what is asked for on top; `bundles` are policies by name.

    Raises HistoryError with a line for every fault: an unknown name, one given twice, enacted and taken away or in
    force already, a removal of what is not in force, policies that conflict, and what counts only after `until`.
    """
    faults = name_faults(asked, known)
    enacted, there = base, {policy.name for policy in base.policies}
    for name in sorted(set(asked.policy)):
        if name in there:
            faults.append(f"policy: '{shown(name)}' is in force already, {_why(name, asked.scenario, bundles)}")
        elif name in known:
            faults += _late("policy", name, bundles[name].events, until)
            try:
                enacted = enacted.enact(bundles[name])
            except HistoryError as error:  # an event's name is taken
                faults.append(f"policy: '{shown(name)}': {error}")
    gone = []
    for name in sorted(set(asked.without) - set(asked.policy)):
        try:
            less = _taken(enacted, name, plan, bundles, known)
        except HistoryError as error:
            faults.append(f"without: {error}")
            continue
        gone.append(name)
        taken = [event for _, event in enacted.events.values() if event.name not in less.events]
        faults += _late("without", name, taken, until)
    history = enacted.without(*gone)
    lost = {policy.name for policy in enacted.policies} - {policy.name for policy in history.policies}
    faults += [f"policy: {_emptied(name)}" for name in sorted(lost & set(asked.policy))]
    try:
        history.check()
    except HistoryError as error:
        faults += error.faults
    if faults:
        raise HistoryError(*faults)
    return history


def name_faults(asked: Composition, known: Collection[str]) -> list[str]:
    """What is wrong with the names of a composition themselves: unknown policies, and what is given twice."""
    faults = [*_named_twice("policy", asked.policy), *_named_twice("without", asked.without)]
    faults += [f"policy: '{shown(one)}' is taken away too, by without" for one in _both(asked)]
    for name in sorted(set(asked.policy) - set(known)):
        faults.append(f"policy: no policy or shock '{shown(name)}'; known: {nearest(name, known)}")
    return faults


def _taken(
    history: History, name: str, plan: Scenario, bundles: Mapping[str, Policy], known: Collection[str]
) -> History:
    """The history without an event or a policy; raises HistoryError with the reason why it is not there to be taken."""
    try:
        return history.without(name)
    except HistoryError:
        happened = [one for one in bundles.values() if one.historical]
        if any(name == one.name or any(name == event.name for event in one.events) for one in happened):
            raise HistoryError(f"'{shown(name)}': scenario {shown(plan.name)} takes it away already") from None
        if name in known:
            raise HistoryError(f"'{shown(name)}' is a proposal and not in force; nothing to take away") from None
        raise


def _emptied(name: str) -> str:
    """What is said of a policy that is enacted and loses every event."""
    return f"'{shown(name)}' is enacted, and without takes all of it away"


def _named_twice(key: str, names: Sequence[str]) -> Iterator[str]:
    for one in dict.fromkeys(names):
        if names.count(one) > 1:
            yield f"{key}: '{shown(one)}' is given twice"


def _both(asked: Composition) -> list[str]:
    return sorted(set(asked.policy) & set(asked.without))


def _why(name: str, scenario: str, bundles: Mapping[str, Policy]) -> str:
    """Why a policy is in force in a scenario by itself."""
    if bundles[name].historical:
        return "because it happened; leave it out"
    return f"because scenario={shown(scenario)} enacts it; leave it out"


def _late(key: str, name: str, events: Sequence[Event], until: date) -> Iterator[str]:
    """What is said of events of which the world would hear nothing before its end."""
    first = min(event.announced for event in events)
    if first > until:
        yield f"{key}: '{shown(name)}' is announced on {first}, after the last day, {until}; choose a later until"

"""What a history adds to the rules of another and takes from them, a sentence a change.

A change is tried alone on the other history's rules. Where changes of one parameter alter one another, as an exception
that one gives and another takes away, each is told by what all of them make of the parameter together: what is tried
alone would tell the opposite of what is run.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from sim.history import composition
from sim.history.admission import SETS
from sim.history.history import History
from sim.history.parameters import Change, Parameter, Setting, day
from sim.history.policies import Event, Policy
from sim.history.wording import Addition, bare, listing
from sim.numerics.errors import HistoryError

EFFECTIVE, SHADOWED, LATE, IDLE = "effective", "shadowed", "out of period", "without effect"
"""Verdicts on a change."""


class Part(NamedTuple):
    """A change that one of two histories has and the other lacks, with its event and policy."""

    policy: Policy
    event: Event
    change: Change
    removed: bool

    @property
    def parameter(self) -> str:
        """Name of what it changes."""
        return self.change.parameter

    @property
    def alone(self) -> Policy:
        """A policy of nothing but this change."""
        event = replace(self.event, changes=(self.change,))
        return replace(self.policy, name=f"{self.policy.name[:190]} alone", events=(event,))

    @property
    def title(self) -> str:
        """How its sentence begins."""
        return f"{'Without ' if self.removed else ''}{self.event.name}: {self.parameter}"

    def addition(self, verdict: str, text: str, by: tuple[str, ...] = (), direction: int = 0) -> Addition:
        """What is told of it."""
        sentence = f"{self.title}: {text}."
        return Addition(
            self.policy.name, self.event.name, self.parameter, self.removed, verdict, by, sentence, direction
        )


class Trial(NamedTuple):
    """What a change does to a parameter: in words, by periods, and the histories with and without it."""

    said: list[str]
    sides: tuple[History, History]


def additions(ours: History, base: History, until: date | None = None) -> tuple[Addition, ...]:
    """What `ours` adds to the rules of `base` and takes from them to a day, or to its end, change by change.

    A change is effective, shadowed by rules that are in force there, out of the period, or without effect.
    """
    until = until or ours.last_day
    parts = list(_parts(ours, base))
    trials = [_alone(ours, base, part, until) for part in parts]
    together = _together(ours, base, parts, trials, until)
    return tuple(
        _told(ours, base, part, trial, together.get(part.parameter), until)
        for part, trial in zip(parts, trials, strict=True)
    )


def _parts(ours: History, base: History) -> Iterator[Part]:
    here, there = ours.events, base.events
    for removed, one, two in ((False, here, there), (True, there, here)):
        for name, (policy, event) in one.items():
            if name in two and (removed or two[name][1] == event):
                continue
            for change in event.changes:
                yield Part(policy, event, change, removed)


def _rivals(base: History, part: Part) -> list[str]:
    """Events of the other history that act on the same parameter at some time of the change."""
    return [
        other.name
        for _, other in base.events.values()
        if other.name != part.event.name
        and any(change.parameter == part.parameter for change in other.changes)
        and other.start <= part.event.last
        and part.event.start <= other.last
    ]


def _alone(ours: History, base: History, part: Part, until: date) -> Trial:
    """A change tried alone on the other history's rules; nothing is said of one that acts after the period."""
    if part.removed:  # with all that this history lacks, so that the sentence tells what holds here
        tried = base.less(base.events.keys() - ours.events.keys())
    else:  # a value that can only be set once is tried in the place of the one it replaces
        is_set = base.parameter(part.parameter).rule == "set"
        tried = base.less([part.event.name, *(_rivals(base, part) if is_set else [])])
        tried = replace(tried, policies=(*tried.policies, part.alone))
    if part.event.start > until:
        return Trial([], (tried, base))
    try:
        return Trial(tried.contrasts(part.parameter, base, until), (tried, base))
    except HistoryError:  # possible only together with the scenario's other changes
        return Trial(ours.contrasts(part.parameter, base, until), (ours, base))


def _together(
    ours: History, base: History, parts: Sequence[Part], trials: Sequence[Trial], until: date
) -> Mapping[str, list[str]]:
    """By parameter whose changes alter one another, what they make of it together, by periods."""
    found = {}
    for name in dict.fromkeys(part.parameter for part in parts):
        said = [trial.said for part, trial in zip(parts, trials, strict=True) if part.parameter == name]
        if len(said) > 1:
            whole = ours.contrasts(name, base, until)
            if {period for one in said for period in one} != set(whole):
                found[name] = whole
    return found


def _within(ours: History, base: History, part: Part, until: date) -> Trial:
    """What a change does beside all others of the scenario: this history against itself without it."""
    other = ours.less([part.event.name])
    before = base.events.get(part.event.name)
    if before is not None:  # what stands in its place where it is not changed, or not taken away
        policy, event = before
        changes = tuple(change for change in event.changes if change.parameter == part.parameter)
        if changes:
            alone = part._replace(policy=policy, event=event, change=changes[0]).alone
            other = replace(other, policies=(*other.policies, alone))
    with suppress(HistoryError):  # what can be set only once cannot be both
        return Trial(ours.contrasts(part.parameter, other, until), (ours, other))
    return Trial([], (ours, other))


def _told(ours: History, base: History, part: Part, alone: Trial, whole: list[str] | None, until: date) -> Addition:
    """The addition of a change; `whole` is what it and others make of the parameter, if they alter one another."""
    if part.event.start > until:
        return part.addition(LATE, f"acts {part.event.when()}, after the period, which ends {until}")
    parameter = base.parameter(part.parameter)
    trial = alone
    if whole is not None and not alone.said:
        trial = _within(ours, base, part, until)
    if trial.said and whole == []:
        return part.addition(IDLE, "changes nothing, because other changes of the scenario leave the rule as it was")
    if trial.said:
        direction = 0
        if parameter.unit not in SETS:
            direction = composition.direction(*(one.monthly_rows(parameter.name, one.last + 1) for one in trial.sides))
        return part.addition(EFFECTIVE, "; ".join(whole or trial.said), (), direction)
    rivals = tuple(sorted(_rivals(base, part))) if parameter.rule in ("restriction", "highest", "lowest") else ()
    reason = _outdone(base, part, parameter, until)
    if rivals:
        reason = reason or f"{listing(rivals)} {'is' if len(rivals) == 1 else 'are'} already as strict"
        return part.addition(SHADOWED, f"changes nothing, because {reason}", rivals)
    reason = reason or "the value is the same with and without it"
    return part.addition(IDLE, f"changes nothing, because {reason}")


def _outdone(base: History, part: Part, parameter: Parameter, until: date) -> str:
    """Why a number changes nothing of which the lowest or the highest counts; empty where that is not the reason."""
    change, days = part.change, day(until) + 1
    if part.removed or parameter.rule not in ("lowest", "highest") or not isinstance(change, Setting):
        return ""
    first = max(day(change.values[0].date), 0)
    own = composition.path(change.values, parameter.interpolate, days)[first : day(part.event.last) + 1]
    there = base.daily(parameter.name, days)[first : day(part.event.last) + 1]
    outdone = own >= there if parameter.rule == "lowest" else own <= there
    if change.replaces or not len(own) or not outdone.all():
        return ""
    ends = [bare(value, parameter.unit) for value in dict.fromkeys((float(there.min()), float(there.max())))]
    return f"{' to '.join(ends)} is in force and the {parameter.rule} counts"

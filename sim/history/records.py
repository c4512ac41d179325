"""Models of what stands in files of policies and shocks, and the plain objects that are made of it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from pydantic import Field, ValidationError, ValidationInfo, field_validator

from sim.history import admission, spelling
from sim.history.judging import (
    Day,
    Faults,
    Flag,
    LastDay,
    Names,
    Note,
    Number,
    Record,
    Text,
    Words,
    distinct,
    judge,
    named,
)
from sim.history.naming import is_name
from sim.history.parameter_records import NOT_SAID, Confidence, dated
from sim.history.parameters import (
    EXCEPTABLE,
    FIRST_DAY,
    Change,
    Closing,
    Dated,
    Parameter,
    Setting,
    closing_faults,
    misfit,
    no_set,
    unknown,
)
from sim.history.policies import Branch, Event, Policy, date_faults
from sim.history.sketches import clashes, sound_keys
from sim.numerics.messages import shown
from sim.numerics.strict_yaml import Document, Place

Parameters = Mapping[str, Parameter]


class ClosingRecord(Record):
    """A change of a restriction."""

    closed: Number
    exceptions: Names = Field((), alias="except")
    revoke: Names = ()

    @field_validator("exceptions", "revoke", mode="after")
    @classmethod
    def _known(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        return distinct(names, EXCEPTABLE, "exception ")


class EventRecord(Record):
    """Something dated that changes parameters."""

    start: Day = Field(alias="from")
    announced: Day | None = None
    until: LastDay = None
    source: Words
    confidence: Confidence = "assumption"
    note: Note = ""
    changes: Any

    @field_validator("changes", mode="plain")
    @classmethod
    def _changes(cls, content: Any, info: ValidationInfo) -> tuple[Change, ...]:
        faults, changes = Faults(), []
        parameters = (info.context or {}).get("parameters")
        for name, value in named(content).items():
            with faults.at(name):
                changes.append(_change(name, value, info.data, parameters))
        if not content:
            faults.add("changes nothing")
        faults.refuse()
        return tuple(changes)

    def made(self, name: str) -> Event:
        """The event of that name; one that does not say when it was announced was announced when it began."""
        announced = self.announced or self.start
        return Event(name, announced, self.start, self.until, self.changes, self.source, self.confidence, self.note)

    @field_validator("start", "announced", "until", mode="after")
    @classmethod
    def _in_order(cls, value: date | None, info: ValidationInfo) -> date | None:
        key = "from" if info.field_name == "start" else info.field_name
        start = value if key == "from" else info.data.get("start")
        if value is not None and start is not None:
            announced, last = value if key == "announced" else start, value if key == "until" else None
            for where, said in date_faults(announced, start, last):
                if where == key:
                    raise ValueError(said)
        return value


def _change(name: str, content: Any, event: Mapping[str, Any], parameters: Parameters | None) -> Change:
    """A change of a parameter, closing or setting it; raises ValidationError with all that is wrong."""
    faults = Faults()
    parameter = (parameters or {}).get(name)
    if parameters is not None and parameter is None:
        faults.add(unknown(name, parameters))
    if isinstance(content, Mapping) and "set" in content:
        return _replacing(name, content, event, parameter, faults)
    closes = isinstance(content, Mapping) and all(isinstance(key, str) for key in content)
    closes = closes and not all(_is_day(key) for key in content)
    if parameter is not None and closes != (parameter.rule == "restriction"):
        faults.add(misfit(parameter, closes))
    change: Change | None = None
    with faults.at():
        sound = _sound(name) if parameters is not None else name
        change = _closing(sound, content) if closes else _setting(sound, content, event, parameter)
    faults.refuse()
    assert change is not None
    return change


def _replacing(
    name: str, content: Mapping[Any, Any], event: Mapping[str, Any], parameter: Parameter | None, faults: Faults
) -> Change:
    """A change that sets a number in place of what is in force; raises ValidationError with all that is wrong."""
    if parameter is not None and (wrong := no_set(parameter)):
        faults.add(wrong)
    for key in content:
        if key != "set":
            faults.add(f"'{shown(key)}' cannot stand beside set, which replaces all that is in force", key)
    change = Setting(NOT_SAID, (Dated(FIRST_DAY, 0.0, NOT_SAID, "assumption"),), True)
    with faults.at("set"):
        change = replace(_setting(_sound(name), content["set"], event, parameter, True), replaces=True)
    faults.refuse()
    return change


def _sound(name: str) -> str:
    """The name, or a stand-in where a fault of it has been told already."""
    return name if is_name(name) else NOT_SAID


def _is_day(key: Any) -> bool:
    try:
        spelling.day(key)
    except ValueError:
        return False
    return True


def _closing(name: str, content: Any) -> Closing:
    own, faults = ClosingRecord.model_validate(content), Faults()
    for key, said in closing_faults(own.closed, own.exceptions, own.revoke):
        faults.add(said, *([key] if key in content else []))
    faults.refuse()
    return Closing(name, own.closed, own.exceptions, own.revoke)


def _setting(
    name: str, content: Any, event: Mapping[str, Any], parameter: Parameter | None, replaces: bool = False
) -> Setting:
    start, last, faults = event.get("start"), event.get("until"), Faults()
    content = admission.numbers(content, name, parameter)
    about = {key: event.get(key) for key in ("source", "confidence")}
    if isinstance(content, Mapping):
        values = dated(content, about)
    else:
        values = (Dated(start or FIRST_DAY, spelling.number(content), about["source"] or NOT_SAID,
                        about["confidence"] or "assumption"),)  # fmt: skip
    keys = list(content) if isinstance(content, Mapping) else [None]
    for key, item in zip(keys, values, strict=True):
        with faults.at(*([] if key is None else [key])):
            if start and (item.date < start or (last and item.date > last)):
                raise ValueError(f"is not inside the event, which lasts from {start}{f' to {last}' if last else ''}")
            if parameter is not None and (outside := parameter.outside(item.value, replaces)):
                raise ValueError(outside)
    dates = [item.date for item in values]
    if dates != sorted(set(dates)) and (start is None or min(dates) >= start):  # else the early one has been told
        faults.add("dates are not in ascending order")
    faults.refuse()
    return Setting(name, values)


class BranchRecord(Record):
    """What is not known of a policy, each the end of a sentence."""

    unknown: Text
    enacted: Text
    otherwise: Text


class ShockRecord(Record):
    """What happened without being chosen as a migration policy."""

    description: Text
    historical: Flag = False
    branch: BranchRecord | None = None
    events: Any

    @field_validator("events", mode="plain")
    @classmethod
    def _events(cls, content: Any, info: ValidationInfo) -> tuple[Event, ...]:
        faults, events, sketched = Faults(), [], []
        for name, value in named(content).items():
            if not is_name(name):
                faults.add("a name is of letters a to z, digits and _ . -", name)
            with faults.at(name):
                try:
                    events.append(EventRecord.model_validate(value, context=info.context).made(_sound(name)))
                except ValidationError as error:
                    sketched += _sketch(name, value, error, info.context)
                    raise
        for where, said in clashes([*events, *sketched], (info.context or {}).get("parameters") or {}):
            faults.add(said, *where)
        if not content:
            faults.add("has no event")
        faults.refuse()
        return tuple(events)


def _sketch(name: str, content: Any, error: ValidationError, context: Any) -> list[Event]:
    """A faulty event with what is faulty left out, so that its other faults are told at once; none if too little is."""
    try:
        own = EventRecord.model_validate({"source": NOT_SAID, **sound_keys(content, error)}, context=context)
    except ValidationError:
        return []
    return [own.made(_sound(name))]


class PolicyRecord(ShockRecord):
    """What a government, the actor, chose or might choose."""

    actor: Text


def policy_of(name: str, document: Document, shock: bool = False, parameters: Parameters | None = None) -> Policy:
    """A policy, or a shock (which has no actor), from its file.

    Raises CatalogueError with all faults of the file, each with its line; where `parameters` are given, what changes
    them must fit them.
    """
    own = judge(ShockRecord if shock else PolicyRecord, document, {"parameters": parameters})
    branch = None if own.branch is None else Branch(own.branch.unknown, own.branch.enacted, own.branch.otherwise)
    return Policy(name, own.description, getattr(own, "actor", None), own.historical, own.events, branch)


def policy_from(name: str, content: Any, shock: bool = False) -> Policy:
    """A policy, or a shock (which has no actor), from a mapping with the keys of its file.

    Dates may be dates, timestamps or texts, numbers those of numpy. Raises CatalogueError with all faults.
    """
    return policy_of(name, Document(content, Place(0, "", {}), ()), shock)

"""Models of a destination's file, and the plain objects that are made of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import PlainValidator, ValidationInfo, field_validator

from sim.codes import CHANNEL, INSTRUMENT, PLACE, STATUS
from sim.history import admission, spelling, unstated
from sim.history.admission import OLDEST, Channel
from sim.history.judging import Faults, Flag, Names, Record, Text, judge, named
from sim.history.parameters import HistoryError, Parameter, restriction
from sim.history.records import ParameterRecord
from sim.history.strict_yaml import Document
from sim.messages import shown

BELARUS_INSTRUMENTS = ("exit", "land_exit")
"""Restrictions of the origin; those of a destination stand in its file."""

CHANNEL_RULES = {
    "months": "sum",
    "fee": "sum",
    "funds": "sum",
    "approval": "product",
    "capacity": "lowest",
    "stay": "lowest",
    "works": "set",
    "renewal": "product",
}
"""Numbers of a channel and the rules by which events change them."""

DESTINATION_CHANNELS = tuple(name for name in CHANNEL if name != "none")
DESTINATION_INSTRUMENTS = tuple(name for name in INSTRUMENT if name not in BELARUS_INSTRUMENTS)
DESTINATION_PLACES = tuple(name for name in PLACE if name != "belarus")


ARRIVAL_STATUSES = tuple(name for name in STATUS if name not in ("home", "pendular"))


@dataclass(frozen=True)
class Destination:
    """A country people may live in: how it can be reached, the instruments it has, its channels by name."""

    name: str
    description: str
    schengen: bool
    access: tuple[str, ...]
    instruments: tuple[str, ...]
    channels: Mapping[str, Channel]


def _known(names: Sequence[str], known: Sequence[str]) -> tuple[str, ...]:
    """The names, if all are known and none is given twice; raises ValidationError."""
    faults = Faults()
    for number, name in enumerate(names):
        with faults.at(number):
            spelling.one_of(name, tuple(known))
            if name in names[:number]:
                raise ValueError(f"'{name}' is given twice")
    faults.refuse()
    return tuple(names)


class EligibleRecord(Record):
    """Whom a channel is for."""

    sectors: Names
    groups: Names
    ages: Any

    @field_validator("sectors", "groups", mode="after")
    @classmethod
    def _names(cls, names: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        return _known(names, tuple(admission.SETS[str(info.field_name)][0]))

    @field_validator("ages", mode="plain")
    @classmethod
    def _ages(cls, content: Any) -> tuple[int, int]:
        whole = isinstance(content, list) and len(content) == 2 and all(type(age) is int for age in content)
        if not whole or not 0 <= content[0] <= content[1] <= OLDEST:
            raise ValueError(f"'{shown(content)}' is not a list of the youngest and the oldest age, at most {OLDEST}")
        return content[0], content[1]


def _numbers(content: Any, rules: Mapping[str, str] | None) -> dict[str, ParameterRecord]:
    """Numbers by key, each with the rule that is fixed for it; where `rules` are given, exactly those."""
    faults, found = Faults(), {}
    for key, value in named(content).items():
        with faults.at(key):
            if rules is not None:
                spelling.one_of(key, tuple(rules), "key ")
            found[key] = ParameterRecord.model_validate(value)
            wanted = (unstated.PLACE_RULES if rules is None else rules).get(key, "set")
            if found[key].rule != wanted:
                raise ValueError(f"rule '{found[key].rule}' should be '{wanted}'")
    for key in rules or ():
        if key not in content:
            faults.add(f"key '{key}' is missing")
    faults.refuse()
    return found


class ChannelRecord(Record):
    """A way to come to live in a destination."""

    meaning: Text
    entry: str
    residence: str
    eligible: EligibleRecord
    status: Annotated[str, PlainValidator(lambda value: spelling.one_of(value, ARRIVAL_STATUSES))]
    parameters: Any

    @field_validator("entry", "residence", mode="plain")
    @classmethod
    def _instrument(cls, value: Any, info: ValidationInfo) -> str:
        return spelling.one_of(value, ("none", *(info.context or {}).get("instruments", DESTINATION_INSTRUMENTS)))

    @field_validator("parameters", mode="plain")
    @classmethod
    def _parameters(cls, content: Any) -> dict[str, ParameterRecord]:
        return _numbers(content, CHANNEL_RULES)

    def made(self, name: str) -> Channel:
        """The channel of that name."""
        who = self.eligible
        return Channel(name, self.meaning, self.entry, self.residence, who.sectors, who.groups, who.ages, self.status)


class DestinationRecord(Record):
    """A country people may live in."""

    description: Text
    schengen: Flag
    instruments: Names
    access: Names
    parameters: Any
    channels: Any

    @field_validator("instruments", "access", mode="after")
    @classmethod
    def _names(cls, names: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if info.field_name == "instruments":
            return _known(names, DESTINATION_INSTRUMENTS)
        return _known(names, [way for way in ("land", "air") if way in info.data.get("instruments", ("land", "air"))])

    @field_validator("parameters", mode="plain")
    @classmethod
    def _parameters(cls, content: Any) -> dict[str, ParameterRecord]:
        return _numbers(content, None)

    @field_validator("channels", mode="plain")
    @classmethod
    def _channels(cls, content: Any, info: ValidationInfo) -> dict[str, ChannelRecord]:
        faults, found = Faults(), {}
        instruments = info.data.get("instruments", DESTINATION_INSTRUMENTS)
        for name, value in named(content).items():
            with faults.at(name):
                spelling.one_of(name, DESTINATION_CHANNELS)
                found[name] = ChannelRecord.model_validate(value, context={"instruments": instruments})
        faults.refuse()
        return found


def destination_of(name: str, document: Document) -> tuple[Destination, tuple[Parameter, ...]]:
    """A destination from its file, its numbers and those of its channels as parameters, and its restrictions.

    Raises CatalogueError with all faults of the file, each with its line.
    """
    own = judge(DestinationRecord, document)
    if name not in DESTINATION_PLACES:
        raise HistoryError(f"no place '{shown(name)}' in conf/codes.yaml; known: {', '.join(DESTINATION_PLACES)}")
    parameters = [record.made(f"{name}.{key}") for key, record in own.parameters.items()]
    parameters += [restriction(name, instrument) for instrument in own.instruments]
    channels = {}
    for channel in sorted(own.channels, key=lambda channel: CHANNEL[channel]):
        record = own.channels[channel]
        channels[channel] = record.made(channel)
        parameters += [number.made(f"{name}.{channel}.{key}") for key, number in record.parameters.items()]
        parameters += admission.parameters(name, channels[channel])
    made = Destination(name, own.description, own.schengen, own.access, own.instruments, channels)
    return made, tuple(parameters)

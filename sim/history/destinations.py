"""Models of a destination's file, and the plain objects that are made of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import PlainValidator, ValidationInfo, field_validator

from sim.history import admission, schema, spelling
from sim.history.admission import Channel
from sim.history.constants import Constant, ConstantRecord
from sim.history.judging import Faults, Flag, Names, Record, Text, distinct, each, judge, mapping, named
from sim.history.parameter_records import NumberRecord
from sim.history.parameters import FIRST_DAY, Dated, Parameter, restriction
from sim.history.schema import Kind
from sim.numerics.codes import CHANNEL, CHANNEL_SLOTS, INSTRUMENT, PLACE, SLOTS, STATUS, WORLD_REGION
from sim.numerics.errors import CatalogueError
from sim.numerics.messages import shown
from sim.numerics.strict_yaml import Document

BELARUS_INSTRUMENTS = ("exit", "land_exit")
"""Restrictions of the origin; those of a destination stand in its file."""

DESTINATION_CHANNELS = tuple(name for name in CHANNEL if name != "none")
DESTINATION_INSTRUMENTS = tuple(name for name in INSTRUMENT if name not in BELARUS_INSTRUMENTS)


_OF_NO_CHANNEL = ("home", "pendular", "visitor", "temporary_protection")
ARRIVAL_STATUSES = tuple(name for name in STATUS if name not in _OF_NO_CHANNEL)
_OF_THE_SCHEMA = ("meaning", "unit", "rule", "range")
"""Keys that only the schema has."""


@dataclass(frozen=True)
class Destination:
    """A country people may live in: how it can be reached, the instruments it has, its channels by name.

    `region` is the part of the world it lies in, `constant` what the terms of the model leave of its value.
    """

    name: str
    description: str
    schengen: bool
    access: tuple[str, ...]
    instruments: tuple[str, ...]
    channels: Mapping[str, Channel]
    region: str
    constant: Constant


class CodedRecord(Record):
    """What stands in results and arrays under a code of its own, which its file declares."""

    code: Any

    @field_validator("code", mode="plain")
    @classmethod
    def _code(cls, content: Any, info: ValidationInfo) -> int:
        name, codes, slots = ((info.context or {})[key] for key in ("name", "codes", "slots"))
        free = [code for code in range(1, slots) if code not in codes.values()]
        if type(content) is not int or not 0 < content < slots:
            raise ValueError(f"'{shown(content)}' is not a whole number from 1 to {slots - 1}; free: {_listed(free)}")
        for other, code in codes.items():
            if code == content and other != name:
                raise ValueError(f"{content} is the code of {other}; free: {_listed(free)}")
        if name not in codes:
            raise ValueError(f"{content} is not read as a code; write code: {content} in digits on a line of its own")
        if codes[name] != content:
            raise ValueError(f"{content} should be {codes[name]}, which results hold")
        return content


def _listed(free: Sequence[int]) -> str:
    return ", ".join(str(code) for code in free[:5]) + (" and more" if len(free) > 5 else "") if free else "none"


class EligibleRecord(Record):
    """Whom a channel is for."""

    sectors: Names
    groups: Names
    ages: Any

    @field_validator("sectors", "groups", mode="after")
    @classmethod
    def _names(cls, names: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        unit = str(info.field_name)
        return distinct(names, admission.SETS[unit][0], admission.one_of(unit))

    @field_validator("ages", mode="plain")
    @classmethod
    def _ages(cls, content: Any) -> tuple[int, int]:
        whole = isinstance(content, list) and len(content) == 2 and all(type(age) is int for age in content)
        _, most = schema.of_eligible()["oldest"].range
        if not whole or not 0 <= content[0] <= content[1] <= most:
            raise ValueError(f"'{shown(content)}' is not a list of the youngest and the oldest age, at most {most:g}")
        return content[0], content[1]


def _parameters(owner: str, content: Any, kinds: Mapping[str, Kind]) -> tuple[Parameter, ...]:
    """The numbers of a destination or channel, `owner` with a dot before each name, as the schema says what they are.

    Raises ValidationError with all that is wrong: a name that the schema does not know, one that is missing, what only
    the schema may say, a value outside its range.
    """
    faults, found = Faults(), []
    for key, value in named(content).items():
        with faults.at(key):
            spelling.one_of(key, tuple(kinds), "parameter ")
            found.append(_parameter(f"{owner}.{key}", value, kinds[key]))
    for key in kinds:
        if key not in content and kinds[key].unstated is None:
            faults.add(f"key '{key}' is missing ({kinds[key].meaning}, {kinds[key].unit})")
    faults.refuse()
    return (*found, *(kinds[key].silent(f"{owner}.{key}") for key in kinds if key not in content))


def _parameter(name: str, content: Any, kind: Kind) -> Parameter:
    """A number from what a file says of it; raises ValidationError."""
    faults, own = Faults(), mapping(content)
    for key in _OF_THE_SCHEMA:
        if key in own:
            said = getattr(kind, key)
            faults.add(
                f"'{shown(own[key])}' cannot stand here: conf/schema.yaml says {shown(said)}; delete the key", key
            )
    made = None
    with faults.at():
        record = NumberRecord.model_validate({key: own[key] for key in own if key not in _OF_THE_SCHEMA})
        made = kind.of(name, record.values, record.interpolate)
    faults.refuse()
    assert made is not None
    return made


class WayRecord(CodedRecord):
    """A channel's own file: what it means where a destination does not say it in other words, and its constant."""

    meaning: Text
    constants: ConstantRecord


class ChannelRecord(Record):
    """A way to come to live in a destination."""

    meaning: Text | None = None
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
    def _parameters(cls, content: Any, info: ValidationInfo) -> tuple[Parameter, ...]:
        return _parameters((info.context or {}).get("owner", ""), content, schema.of_channels())

    def made(self, name: str, meaning: str) -> Channel:
        """The channel of that name; `meaning` is what it means where nothing else is said."""
        who, meaning = self.eligible, self.meaning or meaning
        return Channel(name, meaning, self.entry, self.residence, who.sectors, who.groups, who.ages, self.status)


class DestinationRecord(CodedRecord):
    """A country people may live in."""

    description: Text
    schengen: Flag
    region: Annotated[str, PlainValidator(lambda value: spelling.one_of(value, tuple(WORLD_REGION)))]
    instruments: Names
    access: Names
    parameters: Any
    channels: Any
    constants: ConstantRecord

    @field_validator("instruments", "access", mode="after")
    @classmethod
    def _names(cls, names: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if info.field_name == "instruments":
            return distinct(names, DESTINATION_INSTRUMENTS)
        there = info.data.get("instruments", ("land", "air"))
        return distinct(names, [way for way in ("land", "air") if way in there])

    @field_validator("parameters", mode="plain")
    @classmethod
    def _parameters(cls, content: Any, info: ValidationInfo) -> tuple[Parameter, ...]:
        return _parameters((info.context or {}).get("owner", ""), content, schema.of_destinations())

    @field_validator("channels", mode="plain")
    @classmethod
    def _channels(cls, content: Any, info: ValidationInfo) -> dict[str, ChannelRecord]:
        instruments = info.data.get("instruments", DESTINATION_INSTRUMENTS)

        def channel(name: str, value: Any) -> ChannelRecord:
            spelling.one_of(name, DESTINATION_CHANNELS)
            context = {"instruments": instruments, "owner": f"{(info.context or {}).get('owner', '')}.{name}"}
            return ChannelRecord.model_validate(value, context=context)

        return each(content, channel)


@dataclass(frozen=True)
class Way:
    """A channel as all destinations share it: what it means, and the constant of its value."""

    meaning: str
    constant: Constant


def way_of(name: str, document: Document) -> Way:
    """A channel from its own file; raises CatalogueError with all faults of the file, each with its line."""
    if name == "none":
        raise CatalogueError("none stands for no channel and cannot be one; rename the file")
    own = judge(WayRecord, document, {"name": name, "codes": CHANNEL, "slots": CHANNEL_SLOTS})
    return Way(own.meaning, own.constants.made())


def _admitted(place: str, channel: Channel) -> tuple[Parameter, ...]:
    """Whom a channel of a place admits, as its file says, as parameters."""
    kinds, source = schema.of_eligible(), f"conf/destination/{place}.yaml: whom the channel {channel.name} is for"
    stated = admission.values(channel).items()
    return tuple(
        kinds[key].of(f"{place}.{channel.name}.{key}", (Dated(FIRST_DAY, value, source, "assumption"),))
        for key, value in stated
    )


def destination_of(name: str, document: Document, ways: Mapping[str, Way]) -> tuple[Destination, tuple[Parameter, ...]]:
    """A destination from its file, its numbers and those of its channels as parameters, and its restrictions.

    Raises CatalogueError with all faults of the file, each with its line.
    """
    if name == "belarus":
        raise CatalogueError("belarus is the country of origin and cannot be a destination; rename the file")
    own = judge(DestinationRecord, document, {"owner": name, "name": name, "codes": PLACE, "slots": SLOTS})
    parameters = [*own.parameters, *(restriction(name, instrument) for instrument in own.instruments)]
    channels = {}
    for channel in sorted(own.channels, key=lambda channel: CHANNEL[channel]):
        record = own.channels[channel]
        meaning = ways[channel].meaning if channel in ways else ""  # the faults of its file are told with these
        channels[channel] = record.made(channel, meaning)
        parameters += record.parameters
        parameters += _admitted(name, channels[channel])
    about = own.description, own.schengen, own.access, own.instruments
    return Destination(name, *about, channels, own.region, own.constants.made()), tuple(parameters)

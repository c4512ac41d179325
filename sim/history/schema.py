"""What each number of a destination and of its channels is, read once from `conf/schema.yaml`.

Meaning, unit, rule, way between dates and range stand there; a destination's file says only values and their sources.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic import field_validator

from sim.history.judging import Record, each, stated
from sim.history.parameter_records import DatedRecord, KindRecord
from sim.history.parameters import FIRST_DAY, Dated, Parameter
from sim.numerics.locations import SCHEMA


class Kind(KindRecord):
    """What a number is; one with an `unstated` value may be left out of a file."""

    unstated: DatedRecord | None = None

    @field_validator("unstated", mode="after")
    @classmethod
    def _sourced(cls, silent: DatedRecord | None) -> DatedRecord | None:
        if silent is not None and None in (silent.source, silent.confidence):
            raise ValueError("give its source and confidence")
        return silent

    def silent(self, name: str) -> Parameter:
        """The parameter of that name where a file says nothing of it; raises AssertionError if it must be said."""
        said = self.unstated
        assert said is not None and said.source is not None and said.confidence is not None
        return self.of(name, (Dated(FIRST_DAY, said.value, said.source, said.confidence, said.note or ""),))


class SchemaRecord(Record):
    """Numbers of a destination, those of each of its channels, and whom a channel admits, by name."""

    destination: Any
    channel: Any
    eligible: Any

    @field_validator("destination", "channel", "eligible", mode="plain")
    @classmethod
    def _kinds(cls, content: Any) -> Mapping[str, Kind]:
        return each(content, lambda _, value: Kind.model_validate(value))


@cache
def schema() -> SchemaRecord:
    """The schema; raises CatalogueError with all faults of its file, each with its line."""
    return stated(SchemaRecord, SCHEMA)


def of_destinations() -> Mapping[str, Kind]:
    """What each number of a destination is, by name."""
    return schema().destination  # type: ignore[no-any-return]


def of_channels() -> Mapping[str, Kind]:
    """What each number of a channel is, by name."""
    return schema().channel  # type: ignore[no-any-return]


def of_eligible() -> Mapping[str, Kind]:
    """What each parameter is that says whom a channel admits, by name."""
    return schema().eligible  # type: ignore[no-any-return]

"""What drives the world from outside, by name, and what stays as it is until somebody changes it.

`conf/drivers.yaml` says of every parameter which of the two it is. A driver moves on after the last known month by the
course that a run follows (`sim.history.courses`); rules, geography and relative weights do not.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from pydantic import field_validator

from sim.history.judging import Flag, Names, Record, Text, each, stated
from sim.history.parameters import Parameter
from sim.numerics.locations import DRIVERS


@dataclass(frozen=True)
class Driver:
    """Something outside that moves by itself: the parameters it is told by, with * for any part of a name.

    Where it `repeats`, what a parameter's own dated values say of the last known year comes again every year.
    """

    name: str
    meaning: str
    parameters: tuple[str, ...]
    repeats: bool = False

    def moves(self, parameter: str) -> bool:
        """Whether a parameter is one of it."""
        return any(fnmatchcase(parameter, pattern) for pattern in self.parameters)


class DriverRecord(Record):
    """A driver as the file states it."""

    meaning: Text
    parameters: Names
    repeats: Flag = False


class KeptRecord(Record):
    """Parameters that stay as they are, and why."""

    reason: Text
    parameters: Names


class DriversRecord(Record):
    """The file of the drivers."""

    drivers: Any
    kept: Any

    @field_validator("drivers", mode="plain")
    @classmethod
    def _drivers(cls, content: Any) -> Mapping[str, DriverRecord]:
        return each(content, lambda _, value: DriverRecord.model_validate(value))

    @field_validator("kept", mode="plain")
    @classmethod
    def _kept(cls, content: Any) -> Mapping[str, KeptRecord]:
        return each(content, lambda _, value: KeptRecord.model_validate(value))


@cache
def _file() -> DriversRecord:
    return stated(DriversRecord, DRIVERS)


@cache
def drivers() -> Mapping[str, Driver]:
    """Every driver by name; raises CatalogueError with all faults of the file."""
    return {name: Driver(name, own.meaning, own.parameters, own.repeats) for name, own in _file().drivers.items()}


def driver_of(parameter: str, known: Iterable[Driver]) -> Driver | None:
    """The driver of a parameter: the first that it belongs to; None where it is a rule or a fixed fact."""
    return next((driver for driver in known if driver.moves(parameter)), None)


def unclassed(parameters: Iterable[Parameter]) -> list[str]:
    """Names of the parameters of which the file does not say whether they move or stay; restrictions are rules."""
    kept = [pattern for own in _file().kept.values() for pattern in own.parameters]
    return [
        parameter.name
        for parameter in parameters
        if parameter.rule != "restriction"
        and driver_of(parameter.name, drivers().values()) is None
        and not any(fnmatchcase(parameter.name, pattern) for pattern in kept)
    ]

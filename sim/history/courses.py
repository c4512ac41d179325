"""Courses: what becomes of every driver after the last month of which something is known.

A course has a name and a file in `conf/course`. It says of each driver by what it is multiplied from a day on, with a
reason: numbers are assumptions, and no driver is left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from pydantic import ValidationInfo, field_validator

from sim.history import clock
from sim.history.composition import Beyond
from sim.history.drivers import Driver, driver_of
from sim.history.judging import Faults, Record, Text, each, judge, named
from sim.history.parameter_records import Confidence, dated
from sim.history.parameters import Dated, date_of
from sim.numerics.messages import nearest, shown
from sim.numerics.strict_yaml import Document

HELD = "held"
"""The course of a run that asks for none."""
MOST = 100.0
"""Largest multiple (assumption: more is a slip)."""


@dataclass(frozen=True)
class Course:
    """A named course: dated multiples by driver, acting from the day `since`, counted from 1 January 2019."""

    name: str
    description: str
    since: int
    multiples: Mapping[str, tuple[Dated, ...]] = field(hash=False)
    drivers: Mapping[str, Driver] = field(hash=False)

    @cached_property
    def _asked(self) -> dict[str, Beyond | None]:
        return {}

    def beyond(self, parameter: str) -> Beyond | None:
        """What becomes of a parameter; None if it belongs to no driver. Asked for again and again, looked for once."""
        if parameter not in self._asked:
            driver = driver_of(parameter, self.drivers.values())
            known = None if driver is None else Beyond(self.since, driver.repeats, self.multiples[driver.name])
            self._asked[parameter] = known
        return self._asked[parameter]


class MultiplesRecord(Record):
    """What a course says of a driver."""

    source: Text
    confidence: Confidence = "assumption"
    multiple: Any

    @field_validator("multiple", mode="plain")
    @classmethod
    def _multiple(cls, content: Any, info: ValidationInfo) -> tuple[Dated, ...]:
        since = date_of((info.context or {})["since"])
        values = dated(content if isinstance(content, Mapping) else {since: content}, info.data)
        for item in values:
            if not 0.0 <= item.value <= MOST:
                raise ValueError(f"{item.value:g} is outside [0, {MOST:g}]")
            if item.date < since:
                raise ValueError(f"{item.date} is before {since}, when the course begins")
        if [item.date for item in values] != sorted(item.date for item in values):
            raise ValueError("dates are not in ascending order")
        return values


class CourseRecord(Record):
    """A course's file."""

    description: Text
    drivers: Any

    @field_validator("drivers", mode="plain")
    @classmethod
    def _drivers(cls, content: Any, info: ValidationInfo) -> Mapping[str, tuple[Dated, ...]]:
        faults, known = Faults(), (info.context or {})["drivers"]
        for name in known:
            if name not in named(content):
                faults.add(f"driver '{name}' is missing ({known[name].meaning})")

        def multiple(name: str, value: Any) -> tuple[Dated, ...]:
            if name not in known:
                raise ValueError(f"unknown driver '{shown(name)}'; known: {nearest(name, known, 20)}")
            return MultiplesRecord.model_validate(value, context=info.context).multiple  # type: ignore[no-any-return]

        return each(content, multiple, faults)


def course_of(name: str, document: Document, drivers: Mapping[str, Driver]) -> Course:
    """A course from its file; raises CatalogueError with all faults of the file, each with its line."""
    since = clock.clock().beyond
    own = judge(CourseRecord, document, {"drivers": drivers, "since": since})
    return Course(name, own.description, since, own.drivers, drivers)

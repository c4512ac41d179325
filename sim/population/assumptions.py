"""What is assumed about the people, read once from `conf/people.yaml`, each number with its reason there."""

import re
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import RootModel, field_validator, model_validator

from sim.history import spelling
from sim.history.judging import Note, Record, Words, each, stated
from sim.history.parameter_records import Confidence
from sim.numerics.errors import UserError
from sim.numerics.locations import CONF

FILE = CONF / "people.yaml"


class Assumed(Record):
    """What is assumed: a value (number, list or table), or a step function of age."""

    meaning: Words
    unit: Words
    source: Words
    confidence: Confidence
    note: Note | None = None
    value: Any = None
    by_age: Any = None

    @field_validator("value", "by_age", mode="plain")
    @classmethod
    def _numbers(cls, content: Any) -> Any:
        return _numeric(content)

    @field_validator("by_age", mode="after")
    @classmethod
    def _ages(cls, content: Any) -> Any:
        if not isinstance(content, dict) or not all(isinstance(age, int) for age in content):
            raise ValueError("write a mapping of ages in whole years, in quotes, to values")
        return content

    @model_validator(mode="after")
    def _one(self) -> "Assumed":
        if (self.value is None) == (self.by_age is None):
            raise ValueError("give one of value, by_age")
        return self


class _People(RootModel[Any]):
    """The file: what is assumed, by name."""

    @field_validator("root", mode="plain")
    @classmethod
    def _each(cls, content: Any) -> dict[str, Assumed]:
        return each(content, lambda _, value: Assumed.model_validate(value))


def _numeric(content: Any) -> Any:
    """Numbers, alone or in lists or mappings; whole numbers stay whole, keys that are such become such."""
    if isinstance(content, dict):
        return {
            int(key) if re.fullmatch("[0-9]{1,4}", str(key)) else key: _numeric(one) for key, one in content.items()
        }
    if isinstance(content, list):
        return [_numeric(one) for one in content]
    number = spelling.number(content)
    return content if isinstance(content, int) else number


@cache
def records() -> dict[str, dict[str, Any]]:
    """All records of the file, by name. Raises CatalogueError with all its faults, each with its line."""
    return {name: one.model_dump(exclude_none=True) for name, one in stated(_People, FILE).root.items()}


def _record(name: str, kind: str) -> Any:
    try:
        return records()[name][kind]
    except KeyError:
        raise UserError(f"{FILE.name} has no '{kind}' of '{name}'") from None


def value(name: str) -> Any:
    """The assumed number, list or table of a name. Raises UserError if the file has none."""
    return _record(name, "value")


def shares(name: str, parts: tuple[str, ...]) -> NDArray[np.float64]:
    """An assumed table in the order of `parts`. Raises UserError for a part unknown or missing."""
    table = value(name)
    if set(table) != set(parts):
        wrong = sorted(set(table) ^ set(parts))
        raise UserError(f"'{name}' in {FILE.name}: '{wrong[0]}' is unknown or missing; known: {', '.join(parts)}")
    return np.array([float(table[part]) for part in parts])


def by_age(name: str, ages: tuple[int, ...]) -> NDArray[np.float64]:
    """An assumed step function of age at the given ages, one row an age. Raises UserError below its first age."""
    steps = _record(name, "by_age")
    if min(steps) > min(ages):
        raise UserError(f"'{name}' in {FILE.name} begins at age {min(steps)}; age {min(ages)} is needed")
    return np.array([steps[max(step for step in steps if step <= age)] for age in ages], np.float64)

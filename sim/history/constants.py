"""The constant of a destination or a channel as its file states it: by rule of decision and lambda, or like others."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import Field, ValidationInfo, field_validator

from sim.history import spelling
from sim.history.coefficients import LARGEST_CONSTANT
from sim.history.judging import Faults, Names, Note, Record, Words, distinct, each, named, tell
from sim.history.parameter_records import Confidence
from sim.numerics.messages import closest, nearest, shown
from sim.numerics.strict_yaml import Document

Sets = Mapping[str, Mapping[float, float]]
"""Constants in utility by rule of decision and lambda."""


@dataclass(frozen=True)
class Constant:
    """What the terms of the model do not explain of a destination or channel, in utility.

    Exactly one is given: one `value` for every rule and lambda, a value for each in `values`, or the names of the
    destinations or channels `like` which it is (their mean).
    """

    value: float | None
    values: Sets | None
    like: tuple[str, ...]


class ConstantRecord(Record):
    """A constant as a file states it."""

    source: Words
    confidence: Confidence
    note: Note = ""
    value: Any = None
    like: Names = ()
    values: Any = Field(None, validate_default=True)

    @field_validator("value", mode="plain")
    @classmethod
    def _number(cls, content: Any) -> float | None:
        return None if content is None else _utility(content)

    @field_validator("like", mode="after")
    @classmethod
    def _each_once(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        return distinct(names)

    @field_validator("values", mode="plain")
    @classmethod
    def _by_rule(cls, content: Any, info: ValidationInfo) -> Sets | None:
        if not {"value", "like"} <= info.data.keys():  # a fault that has been told
            return None
        given = [info.data["value"] is not None, bool(info.data["like"]), content is not None]
        if sum(given) != 1:
            raise ValueError("give one of value, like and values")
        if content is None:
            return None
        return each(content, lambda _, by_lambda: _by_lambda(by_lambda))

    def made(self) -> Constant:
        """The constant."""
        return Constant(self.value, self.values, self.like)


def _utility(content: Any) -> float:
    value = spelling.number(content)
    if abs(value) > LARGEST_CONSTANT:
        raise ValueError(f"{value:g} is outside [{-LARGEST_CONSTANT:g}, {LARGEST_CONSTANT:g}]")
    return value


def like_faults(name: str, stated: Mapping[str, Constant]) -> Iterator[tuple[int, str]]:
    """What is wrong with the names that a constant is like, and the place of each in the list.

    `stated` are the constants of all destinations, or channels, by name; those that are like others have none to give.
    """
    known = [other for other, one in stated.items() if not one.like]
    for number, other in enumerate(stated[name].like):
        if other == name:
            yield number, f"{name} cannot be like itself"
        elif other not in stated:
            guess = closest(other, known) or f"; known: {nearest(other, known)}"
            yield number, f"unknown '{shown(other)}'{guess}"
        elif stated[other].like:
            yield number, f"{other} is like others itself; name those: {', '.join(stated[other].like)}"


def need_like(name: str, stated: Mapping[str, Constant], document: Document) -> None:
    """Raise CatalogueError with the faults of the names that a constant is like, each with its line, if any."""
    faults = Faults()
    for number, said in like_faults(name, stated):
        faults.add(said, "constants", "like", number)
    tell(document, faults)


def _by_lambda(content: Any) -> Mapping[float, float]:
    faults, found = Faults(), {}
    for key, value in named(content).items():
        with faults.at(key):
            try:
                lambda_ = float(key)
            except ValueError:
                lambda_ = 0.0
            if not 0.0 < lambda_ <= 1.0:
                raise ValueError(f"'{shown(key)}' is not a lambda, a number above 0 and at most 1")
            if lambda_ in found:
                raise ValueError("is given twice")
            found[lambda_] = _utility(value)
    if not found:
        faults.add("has no value")
    faults.refuse()
    return found

"""The constant of a destination or a channel as its file states it: by rule of decision and lambda, or like others."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import Field, ValidationInfo, field_validator

from sim.history import spelling
from sim.history.judging import Faults, Names, Note, Record, Words, named
from sim.history.records import Confidence
from sim.numerics.messages import shown

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
        return None if content is None else spelling.number(content)

    @field_validator("values", mode="plain")
    @classmethod
    def _by_rule(cls, content: Any, info: ValidationInfo) -> Sets | None:
        given = [info.data.get("value") is not None, bool(info.data.get("like")), content is not None]
        if sum(given) != 1:
            raise ValueError("give one of value, like and values")
        if content is None:
            return None
        faults, sets = Faults(), {}
        for rule, by_lambda in named(content).items():
            with faults.at(rule):
                sets[rule] = _by_lambda(by_lambda)
        faults.refuse()
        return sets

    def made(self) -> Constant:
        """The constant."""
        return Constant(self.value, self.values, self.like)


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
            found[lambda_] = spelling.number(value)
    if not found:
        faults.add("has no value")
    faults.refuse()
    return found

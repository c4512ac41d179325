"""Models of dated values and kinds of numbers, as files state them, and the parameters that are made of them."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, PlainValidator, ValidationInfo, field_validator

from sim.history import spelling
from sim.history.judging import Faults, Note, Number, Record, Words, mapping
from sim.history.parameters import CONFIDENCES, FIRST_DAY, RULES, Dated, Parameter
from sim.numerics.messages import shown

Confidence = Annotated[str, PlainValidator(lambda value: spelling.one_of(value, CONFIDENCES, "confidence "))]
Interpolate = Annotated[str, PlainValidator(lambda value: spelling.one_of(value, ("step", "linear")))]

NOT_SAID = "not said"
"""Stands for what is missing where a fault of it has been found already."""


class DatedRecord(Record):
    """A value from a date on."""

    value: Number
    source: Words | None = None
    confidence: Confidence | None = None
    note: Note | None = None


def dated(content: Any, about: Mapping[str, Any]) -> tuple[Dated, ...]:
    """Dated values; one without its own source has the source of what it is `about`. Raises ValidationError."""
    faults, values = Faults(), []
    source, confidence = about.get("source") or NOT_SAID, about.get("confidence") or "assumption"
    for at, item in mapping(content).items():
        with faults.at(at):
            if isinstance(item, Mapping) and "set" in item:
                raise ValueError(f"dates go inside set: {{set: {{{shown(at)}: {shown(item['set'])}}}}}")
            own = DatedRecord.model_validate(item if isinstance(item, Mapping) else {"value": item})
            note = about.get("note", "") if own.note is None else own.note
            values.append(Dated(spelling.day(at), own.value, own.source or source, own.confidence or confidence, note))
    if not mapping(content):
        faults.add("has no value")
    faults.refuse()
    return tuple(values)


class KindRecord(Record):
    """What a number is: meaning, unit, rule of composition, way between dates, and range."""

    meaning: Words
    unit: Words
    rule: Annotated[str, PlainValidator(lambda value: spelling.one_of(value, RULES, "rule "))]
    interpolate: Interpolate
    range: Any

    @field_validator("rule", mode="after")
    @classmethod
    def _kept(cls, rule: str) -> str:
        if rule == "restriction":
            raise ValueError("rule 'restriction' is kept for instruments, which stand in a destination's file")
        return rule

    @field_validator("range", mode="plain")
    @classmethod
    def _ends(cls, content: Any) -> tuple[float, float]:
        if not isinstance(content, list | tuple) or len(content) != 2:
            raise ValueError(f"'{shown(content)}' is not a list of the lowest and the highest value")
        return spelling.number(content[0]), spelling.number(content[1])

    def of(self, name: str, values: tuple[Dated, ...], interpolate: str | None = None) -> Parameter:
        """The parameter of that name with these values; raises HistoryError for one outside the range."""
        low, high = self.range
        way = interpolate or self.interpolate
        return Parameter(name, self.meaning, self.unit, self.rule, way, low, high, values)


class ValuesRecord(Record):
    """Values of a number whose meaning stands elsewhere; `value` is short for one value from 1 January 2019."""

    source: Words
    confidence: Confidence
    note: Note = ""
    value: Any = None
    values: Any = Field(None, validate_default=True)

    @field_validator("value", mode="plain")
    @classmethod
    def _single(cls, content: Any) -> float | None:
        return None if content is None else spelling.number(content)

    @field_validator("values", mode="plain")
    @classmethod
    def _values(cls, content: Any, info: ValidationInfo) -> tuple[Dated, ...]:
        if "value" not in info.data:  # a fault that has been told
            return ()
        single = info.data["value"]
        if (single is None) == (content is None):
            raise ValueError("give either value or values")
        return dated({FIRST_DAY: single} if content is None else content, info.data)


class NumberRecord(ValuesRecord):
    """A number of a destination or channel; it may say that its values move between dates otherwise than usual."""

    interpolate: Interpolate | None = None


class ParameterRecord(ValuesRecord, KindRecord):
    """A parameter of `conf/history`, which says itself what it is."""

    def made(self, name: str) -> Parameter:
        """The parameter of that name."""
        return self.of(name, self.values)

"""How the model is fitted and judged: `conf/validation.yaml`, written down before the first fit.

Every observed pattern belongs to the first target that names it, with its role and its model of error.
"""

from collections.abc import Mapping
from datetime import date
from fnmatch import fnmatchcase
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, PlainValidator, field_validator, model_validator

from sim.history import spelling
from sim.history.clock import month_of
from sim.history.judging import Day, Faults, Flag, Names, Number, Record, Words, distinct, each, stated
from sim.numerics.locations import CONF
from sim.numerics.messages import shown
from sim.numerics.months import label
from sim.observation.observed import STOCKS, Pattern, patterns
from sim.runs.files import file_digest

if TYPE_CHECKING:
    from sim.runs.draws import Draws

FILE = CONF / "validation.yaml"
FIT, CHECK, EXPERIMENT, INPUT, LEFT_OUT = ROLES = ("fit", "check", "natural_experiment", "input", "left_out")
LOG, INCREMENT, COUNT, SHARE = FAMILIES = ("log_student", "increment_student", "negative_binomial", "share")
SPLITS = ("2020", "2021", "full")
BASELINES = (
    *("persistence", "last_change", "three_year_mean", "damped_trend", "gravity", "constant_shares"),
    "destination_mean",
)
THRESHOLDS = (
    *("rolling_skill", "stock_ape", "ard", "coverage_80", "sbc_coverage", "recovery", "r_hat", "fresh_run_bias"),
)
"""Thresholds that must be stated; none may be added or forgotten once results are known."""
UNTOLD = "untold"
"""Stands for the quantity of what no run can tell."""
_OF_FAMILY = {
    LOG: {"sd", "degrees", "discrepancy"},
    INCREMENT: {"sd", "degrees", "discrepancy", "level"},
    COUNT: {"sd", "discrepancy"},
    SHARE: {"sample", "discrepancy"},
}


def _one_of(known: tuple[str, ...], what: str = "") -> Any:
    return Annotated[str, PlainValidator(lambda value: spelling.one_of(value, known, what))]


def _positive(value: Any) -> float:
    number = spelling.number(value)
    if number <= 0.0:
        raise ValueError(f"{number:g} is not above 0")
    return number


Positive = Annotated[float, PlainValidator(_positive)]
Month = Annotated[str, PlainValidator(lambda value: label(month_of(value)))]


class Error(Record):
    """A model of error; what it needs depends on its family, see `conf/validation.yaml`."""

    family: _one_of(FAMILIES, "family ")  # type: ignore[valid-type]
    sd: Positive | None = None
    degrees: Positive | None = None
    discrepancy: Positive | None = None
    level: Positive | None = None
    sample: Positive | None = None

    @model_validator(mode="after")
    def _fits(self) -> "Error":
        needed = _OF_FAMILY[self.family]
        given = {name for name in type(self).model_fields if name != "family" and getattr(self, name) is not None}
        if given != needed:
            raise ValueError(
                f"{self.family} takes {', '.join(sorted(needed))}, not {', '.join(sorted(given)) or 'none'}"
            )
        return self


class Target(Record):
    """A family of patterns, its role, and its error."""

    name: Words
    role: _one_of(ROLES, "role ")  # type: ignore[valid-type]
    quantity: Names
    destination: Names = ()
    start: Day | None = Field(None, alias="from")
    end: Day | None = Field(None, alias="until")
    whole_years: Flag = False
    listed: Flag = False
    error: Error | None = None
    why: Words

    @model_validator(mode="after")
    def _complete(self) -> "Target":
        scored = self.role not in (INPUT, LEFT_OUT)
        if scored != (self.error is not None):
            raise ValueError(f"a target that is {self.role} {'needs an' if scored else 'has no'} error")
        return self

    def has(self, pattern: Pattern) -> bool:
        """Whether a pattern is of this family: by its quantity, destination, and the days from first to last."""
        first, last = date.fromisoformat(pattern.start), date.fromisoformat(pattern.end)
        return (
            any(fnmatchcase(pattern.quantity or UNTOLD, name) for name in self.quantity)
            and (not self.destination or pattern.destination in self.destination)
            and (self.start is None or (last if pattern.quantity in STOCKS else first) >= self.start)
            and (self.end is None or last <= self.end)
            and (not self.listed or bool(pattern.target))
            and (not self.whole_years or (pattern.start[4:], pattern.end[4:]) == ("-01-01", "-12-31"))
        )


class Split(Record):
    """Months that a fit sees, and those that it then predicts; no prediction after the last of what was observed."""

    fit_until: Month
    predict_from: Month | None = None
    predict_until: Month | None = None
    why: Words | None = None

    @model_validator(mode="after")
    def _in_order(self) -> "Split":
        if (self.predict_from is None) != (self.predict_until is None):
            raise ValueError("give both ends of what is predicted, or none")
        if self.predict_from and not self.fit_until < self.predict_from <= (self.predict_until or ""):
            raise ValueError("what is predicted lies after what is fitted")
        return self


class Threshold(Record):
    """What must be reached and what is aimed at; within: both are a lowest and a highest."""

    better: _one_of(("higher", "lower", "within"))  # type: ignore[valid-type]
    must: Any
    aim: Any
    meaning: Words
    least: Number | None = None

    @model_validator(mode="after")
    def _of_its_kind(self) -> "Threshold":
        for value in (self.must, self.aim):
            ends = list(value) if isinstance(value, list | tuple) else [value]
            if len(ends) != (2 if self.better == "within" else 1):
                raise ValueError(f"'{shown(value)}' does not suit better: {self.better}")
            for one in ends:
                spelling.number(one)
        return self

    def verdict(self, value: float) -> Literal["aim", "must", "missed"]:
        """Which of the two a value reaches."""
        return "aim" if self._reaches(value, self.aim) else "must" if self._reaches(value, self.must) else "missed"

    def _reaches(self, value: float, wanted: Any) -> bool:
        if self.better == "within":
            return bool(wanted[0] <= value <= wanted[1])
        return bool(value >= wanted if self.better == "higher" else value <= wanted)


def _list(content: Any, model: type[Record]) -> tuple[Any, ...]:
    if not isinstance(content, list | tuple) or not content:
        raise ValueError("is not a list with at least one entry")
    faults, found = Faults(), []
    for number, one in enumerate(content):
        with faults.at(number):
            found.append(model.model_validate(one))
    faults.refuse()
    return tuple(found)


def _all_of(content: Any, known: tuple[str, ...], model: type[Record]) -> Mapping[str, Any]:
    faults = Faults()

    def made(name: str, value: Any) -> Record:
        if name not in known:
            raise ValueError(f"unknown '{shown(name)}'; known: {', '.join(known)}")
        return model.model_validate(value)

    for name in known:
        if isinstance(content, Mapping) and name not in content:
            faults.add(f"'{name}' is missing")
    return each(content, made, faults)


class Registered(Record):
    """The file: targets in order, splits, baselines, thresholds."""

    registered: Day
    targets: Any
    splits: Any
    baselines: Names
    thresholds: Any

    @field_validator("targets", mode="plain")
    @classmethod
    def _targets(cls, content: Any) -> tuple[Target, ...]:
        found = _list(content, Target)
        distinct(tuple(one.name for one in found))
        return found

    @field_validator("splits", mode="plain")
    @classmethod
    def _splits(cls, content: Any) -> Mapping[str, Split]:
        return _all_of(content, SPLITS, Split)

    @field_validator("baselines", mode="after")
    @classmethod
    def _baselines(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if sorted(names) != sorted(BASELINES):
            raise ValueError(f"the baselines are {', '.join(BASELINES)}: all of them, each once")
        return names

    @field_validator("thresholds", mode="plain")
    @classmethod
    def _thresholds(cls, content: Any) -> Mapping[str, Threshold]:
        return _all_of(content, THRESHOLDS, Threshold)

    def target(self, pattern: Pattern) -> Target | None:
        """The target of a pattern; None if no target names it."""
        return next((target for target in self.targets if target.has(pattern)), None)


@cache
def registered() -> Registered:
    """What is registered; raises CatalogueError with all faults of the file, each with its line."""
    return stated(Registered, FILE)


def registered_digest() -> str:
    """SHA-256 of the file."""
    return file_digest(FILE)


@cache
def targets() -> Mapping[Pattern, Target]:
    """Every observed pattern with its target; raises ValueError with those that none names."""
    found = {pattern: registered().target(pattern) for pattern in patterns()}
    without = [
        f"{one.quantity or one.name} {one.destination} {one.start}" for one, target in found.items() if not target
    ]
    if without:
        raise ValueError(f"conf/validation.yaml has no target for {'; '.join(without)}")
    return {pattern: target for pattern, target in found.items() if target}


def of_role(role: str, until: str | None = None) -> list[Pattern]:
    """Patterns of a role, in the order told, that are known by the end of a month (YYYY-MM) if one is given."""
    return [one for one, target in targets().items()
            if target.role == role and (until is None or one.end[:7] <= until)]  # fmt: skip


def drawn_from(draws: "Draws | None") -> frozenset[Pattern]:
    """What parameters were fitted to that are drawn: the patterns of the fit in the window of the draws, or none."""
    return frozenset() if draws is None else frozenset(of_role(FIT, draws.about.get("until")))

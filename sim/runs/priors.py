"""The priors of all that a fit may move, as `conf/priors.yaml` states them.

A parameter is a coefficient of `conf/behaviour.yaml`, or a multiple of dated values of the history. Nuisance are the
constants of destinations and channels, about those on file.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from math import log
from typing import Annotated, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import PlainValidator, field_validator

from sim.history.coefficients import RECORDS
from sim.history.judging import Faults, Names, Note, Record, Text, Words, distinct, each, stated
from sim.history.parameter_records import Confidence
from sim.numerics.locations import CONF
from sim.numerics.messages import shown

FILE = CONF / "priors.yaml"
_NUMBER = r"\s*(-?(?:log\s+)?[\d.]+)\s*"
_FORM = re.compile(
    rf"(N|half-normal|Beta|lognormal)\({_NUMBER}(?:,{_NUMBER})?\)(?:\s+on\s+\[{_NUMBER},{_NUMBER}\])?", re.ASCII
)
_OF_ONE = "half-normal"
"""The family that has one number; the others have two."""


@dataclass(frozen=True)
class Prior:
    """A distribution of a number: its family with two numbers, cut off at both ends where these are finite."""

    family: str  # N, half-normal, Beta, lognormal
    first: float  # mean, sd, a, log of the median
    second: float  # sd, nothing, b, sd of the log
    low: float
    high: float
    text: str  # as it is written

    def _below(self, value: ArrayLike) -> NDArray[np.float64]:
        """Share of the family's whole distribution below each value."""
        from scipy.special import betainc, erf, ndtr  # not scipy.stats, which takes a second to load

        x, first, second = np.asarray(value, float), self.first, self.second
        if self.family == "N":
            return np.asarray(ndtr((x - first) / second))
        if self.family == _OF_ONE:
            return np.asarray(erf(np.maximum(x / first, 0.0) / np.sqrt(2.0)))
        if self.family == "Beta":
            return np.asarray(betainc(first, second, np.clip(x, 0.0, 1.0)))
        with np.errstate(divide="ignore"):  # the log of nothing
            return np.asarray(ndtr(np.log(np.maximum(x / np.exp(first), 0.0)) / second))

    def _at(self, share: NDArray[np.float64]) -> NDArray[np.float64]:
        """Value below which each share of the family's whole distribution lies."""
        from scipy.special import betaincinv, ndtri

        first, second = self.first, self.second
        if self.family == "N":
            return np.asarray(ndtri(share) * second + first)
        if self.family == _OF_ONE:
            return np.asarray(ndtri((1.0 + share) / 2.0) * first)
        if self.family == "Beta":
            return np.asarray(betaincinv(first, second, share))
        return np.asarray(np.exp(second * ndtri(share)) * np.exp(first))

    @cached_property
    def _ends(self) -> tuple[float, float]:
        return float(self._below(self.low)), float(self._below(self.high))

    def ppf(self, share: ArrayLike) -> NDArray[np.float64]:
        """Quantiles, in the parameter's unit; shares between 0 and 1."""
        below, upto = self._ends
        found: NDArray[np.float64] = np.clip(
            self._at(below + np.asarray(share, float) * (upto - below)), self.low, self.high
        )
        return found

    def cdf(self, value: ArrayLike) -> NDArray[np.float64]:
        """Share of the prior that lies below each value."""
        below, upto = self._ends
        found: NDArray[np.float64] = np.clip((self._below(value) - below) / (upto - below), 0.0, 1.0)
        return found

    @cached_property
    def mean(self) -> float:
        """Mean, in the parameter's unit."""
        return float(self.ppf(_EVENLY).mean())

    @cached_property
    def sd(self) -> float:
        """Standard deviation, in the parameter's unit."""
        return float(self.ppf(_EVENLY).std())


_EVENLY = (np.arange(4000) + 0.5) / 4000
"""Shares at which moments are taken; enough for three digits."""


def prior_of(text: object) -> Prior:
    """A prior as it is written, as `N(.57, .3) on [0, 2]`; raises ValueError for anything else."""
    form = _FORM.fullmatch(text.strip()) if isinstance(text, str) else None
    if form is None or (form[3] is None) != (form[1] == _OF_ONE):
        raise ValueError(
            f"'{shown(text)}' is no prior; write N(mean, sd), half-normal(sd), Beta(a, b) or "
            "lognormal(log median, sd of the log), and behind it `on [low, high]` where it is cut off"
        )
    first, second, low, high = (None if part is None else _read(part) for part in form.groups()[1:])
    assert first is not None
    scales = {"N": (second,), _OF_ONE: (first,), "Beta": (first, second), "lognormal": (second,)}[form[1]]
    if any(scale is None or scale <= 0.0 for scale in scales):
        raise ValueError(f"'{shown(text)}': a spread is above 0")
    ends = (-np.inf, np.inf) if low is None or high is None else (low, high)
    if ends[0] >= ends[1]:
        raise ValueError(f"'{shown(text)}': the ends are upside down")
    return Prior(form[1], first, second or 0.0, *ends, str(text).strip())


def _read(part: str) -> float:
    sign, part = (-1.0, part[1:]) if part.startswith("-") else (1.0, part)
    return sign * (log(float(part[3:])) if part.startswith("log") else float(part))


APrior = Annotated[Prior, PlainValidator(prior_of)]


class StatedRecord(Record):
    """A prior with its source."""

    prior: APrior
    source: Words
    confidence: Confidence
    note: Note = ""


class FreeRecord(StatedRecord):
    """The prior of a coefficient, or of a multiple of dated values, which says itself what it is."""

    scales: Names = ()
    meaning: Text = ""
    rules: Names = ()

    @field_validator("scales", mode="after")
    @classmethod
    def _once(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        return distinct(names)


class NuisanceRecord(Record):
    """The priors of all constants of destinations and of channels."""

    constant: StatedRecord
    channel: StatedRecord


class PriorsRecord(Record):
    """The file of the priors."""

    free: Any
    nuisance: NuisanceRecord

    @field_validator("free", mode="plain")
    @classmethod
    def _free(cls, content: Any) -> Mapping[str, FreeRecord]:
        taken: dict[str, str] = {}

        def judged(name: str, value: Any) -> FreeRecord:
            own = FreeRecord.model_validate(value)
            faults = Faults()
            is_coefficient = name in RECORDS
            if is_coefficient and (own.scales or own.meaning):
                faults.add(
                    "is a coefficient of conf/behaviour.yaml, which says what it is: leave out scales and meaning"
                )
            elif not is_coefficient and not (own.scales and own.meaning):
                faults.add(
                    "is no coefficient of conf/behaviour.yaml: give the parameters that it scales, and its meaning"
                )
            if not is_coefficient and name.startswith(("constant_", "channel_")):
                faults.add("a name that begins with constant_ or channel_ is that of a constant")
            for scaled in own.scales:
                if scaled in taken:
                    faults.add(f"{shown(scaled)} is scaled by {taken[scaled]} already", "scales")
                taken.setdefault(scaled, name)
            faults.refuse()
            return own

        return each(content, judged)


@dataclass(frozen=True)
class Free:
    """A parameter that a fit moves."""

    name: str
    prior: Prior
    meaning: str
    unit: str
    central: float
    """Its value where nothing is fitted."""
    scales: tuple[str, ...]
    rules: tuple[str, ...]
    """Rules of decision in which alone it counts; none: in all."""
    source: str


@cache
def _file() -> PriorsRecord:
    return stated(PriorsRecord, FILE)


@cache
def free() -> Mapping[str, Free]:
    """Every free parameter by name; raises CatalogueError with all faults of the file."""
    found = {}
    for name, own in _file().free.items():
        about = RECORDS.get(name, {"meaning": own.meaning, "unit": "multiple", "value": 1.0})
        unit, central = about["unit"], float(about["value"])
        found[name] = Free(name, own.prior, about["meaning"], unit, central, own.scales, own.rules, own.source)
    return found


@cache
def scales() -> Mapping[str, tuple[str, ...]]:
    """What each multiple of dated values scales, by its name."""
    return {name: one.scales for name, one in free().items() if one.scales}


def of_constants() -> tuple[Prior, Prior]:
    """Priors of what is added to the constants on file: of destinations, of channels; utility."""
    nuisance = _file().nuisance
    return nuisance.constant.prior, nuisance.channel.prior

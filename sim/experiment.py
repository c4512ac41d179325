"""A study: scenarios and parameters against one baseline, with what was expected before it was run."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Expected:
    """One testable part of the expectation; exactly one of `above` and `below` is given."""

    says: str
    """The sentence it tests."""
    scenario: str
    measure: str
    """A measure of effects.csv or a category of taxonomy.csv."""
    destination: str
    """A destination, or "" for a total."""
    above: float | str | None
    """Persons, or the name of another scenario whose value of the same measure it must exceed."""
    below: float | str | None
    where: Mapping[str, Any]
    """Parameters that single out the comparison; empty for the only one, or all."""


@dataclass(frozen=True)
class Experiment:
    """A study as its file in `experiments/` tells it."""

    name: str
    question: str
    expectation: str
    refuted_by: str
    baseline: str
    scenarios: tuple[str, ...]
    parameters: Mapping[str, tuple[Any, ...]]
    """Setting key, dotted as on the command line, to the values swept."""
    settings: Mapping[str, Any]
    """Setting key to the one value used throughout."""
    replicates: int | str
    """A number, or "enough": the stopping rule."""
    decompose: tuple[str, ...]
    """Scenarios whose effect is split over feedbacks."""
    figures: tuple[str, ...]
    """Names of study figures."""
    expects: tuple[Expected, ...]

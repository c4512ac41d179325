"""The comparisons of a study in its order, each with its parameters, and what can be asked of all of them."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from sim.analysis.experiment import Experiment
from sim.report.results import Effect, Results, heading
from sim.report.words import shown

SYMBOLS = {"choice.lambda": "\u03bb", "people.one_in": "one in", "freeze": "held"}
"""Parameters that have a shorter name than their key."""
SPACE = "\u00a0"
"""Keeps a parameter and its value on one line."""


@dataclass(frozen=True)
class Comparison:
    """One scenario at one parameter point against the baseline."""

    results: Results
    parameters: Mapping[str, Any]
    """Values of the swept keys."""

    @property
    def scenario(self) -> str:
        """Name of the scenario."""
        return self.results.scenario

    @property
    def title(self) -> str:
        """The scenario as a reader's words."""
        return heading(self.scenario)

    @property
    def point(self) -> str:
        """The parameters as a reader's words, empty when nothing is swept."""
        return point_words(self.parameters)

    @property
    def others(self) -> tuple[float, ...]:
        """Values of lambda beside the main one, ascending."""
        return tuple(lambda_ for lambda_ in self.results.lambdas if not math.isclose(lambda_, self.results.main))

    @cached_property
    def place(self) -> str:
        """The destination whose arrivals are told: the focus, or the most changed one if too few stand behind that."""
        here = self.effect("arrivals", self.results.focus)
        return self.results.focus if here and self.shown(here.estimate) and here.estimate else self.most_changed

    @cached_property
    def most_changed(self) -> str:
        """The destination whose arrivals change most among those with enough simulated people, else the focus."""
        rows = self.results.effects
        places = sorted(set(rows.loc[rows["measure"] == "arrivals", "destination"]) - {"", "all"})
        effects = {place: self.effect("arrivals", place) for place in places}
        sizes = {place: abs(found.estimate) for place, found in effects.items() if found and self.shown(found.estimate)}
        most = max(sizes, key=lambda place: (sizes[place], place == self.results.focus), default="")
        return most if most and sizes[most] else self.results.focus

    @cached_property
    def _effects(self) -> dict[tuple[str, str, float], Effect]:
        found = {}
        for row in self.results.effects.to_dict("records"):
            place = "" if row["destination"] == "all" else str(row["destination"])
            estimate, low, high = (float(row[name]) for name in ("estimate", "low", "high"))
            at = round(float(row["lambda"]), 9)
            found[str(row["measure"]), place, at] = Effect(estimate, low, high, str(row["unit"]))
        return found

    @cached_property
    def _categories(self) -> dict[tuple[str, float], Effect]:
        found = {}
        for row in self.results.table("taxonomy").to_dict("records"):
            persons, low, high = (float(row[name]) for name in ("persons", "low", "high"))
            name = str(row["category"]).replace(" ", "_")
            found[name, round(float(row["lambda"]), 9)] = Effect(persons, low, high, "persons")
        return found

    def effect(self, measure: str, destination: str = "", lambda_: float | None = None) -> Effect | None:
        """A measure of effects.csv or, for a total, a category of taxonomy.csv; None if the comparison has neither."""
        at = round(self.results.main if lambda_ is None else lambda_, 9)
        found = self._effects.get((measure, destination, at))
        if found is None and not destination:
            found = self._categories.get((measure.replace(" ", "_"), at))
        return found

    def shown(self, persons: float) -> bool:
        """Whether enough simulated people stand behind a number to print it."""
        return shown(persons, self.results)

    def optional(self, name: str) -> pd.DataFrame | None:
        """A table that not every comparison has, numbers as numbers; None if it is not there or empty."""
        if not (self.results.folder / f"{name}.csv").is_file():
            return None
        frame = self.results.table(name)
        return None if frame.empty else frame

    def optional_text(self, name: str) -> str:
        """Text of a file that not every comparison has, else nothing."""
        path = self.results.folder / name
        return path.read_text(encoding="utf-8") if path.is_file() else ""


class Study:
    """An experiment with those of its comparisons that are there, ordered as its file orders them.

    Raises FileNotFoundError or ValueError naming a comparison that is incomplete, foreign or there twice.
    """

    def __init__(self, experiment: Experiment, folders: Sequence[Path], failed: Sequence[str] = ()) -> None:
        self.experiment = experiment
        self.failed = tuple(failed)
        places = {_mark(scenario, point): place for place, (scenario, point) in enumerate(planned(experiment))}
        found: dict[int, Comparison] = {}
        for folder in folders:
            results = Results(folder)
            parameters = {key: parameter(results, key) for key in experiment.parameters}
            one = Comparison(results, parameters)
            place = places.get(_mark(one.scenario, parameters))
            name = f"{folder}: {one.scenario} {one.point}".rstrip()
            if place is None or results.baseline != experiment.baseline:
                raise ValueError(f"{name} against {results.baseline} is no part of the experiment '{experiment.name}'")
            if place in found:
                raise ValueError(f"{name} is there twice, also as {found[place].results.folder}")
            found[place] = one
        self.comparisons = tuple(found[place] for place in sorted(found))
        self.missing = tuple(
            f"{heading(scenario)}{words and f' ({words})'}"
            for place, (scenario, point) in enumerate(planned(experiment))
            if place not in found
            for words in [point_words(point)]
        )

    def matching(self, scenario: str, where: Mapping[str, Any]) -> list[Comparison]:
        """Comparisons of a scenario at all points that have the given parameters."""
        wanted = {key: plain(value) for key, value in where.items()}
        return [
            one
            for one in self.comparisons
            if one.scenario == scenario
            and all(plain(parameter(one.results, key)) == value for key, value in wanted.items())
        ]

    @property
    def mains(self) -> str:
        """The main lambda in words, `several` where it is swept."""
        values = sorted({one.results.main for one in self.comparisons})
        return f"\u03bb = {values[0]:g}" if len(values) == 1 else "the main \u03bb of each row"


def planned(experiment: Experiment) -> list[tuple[str, dict[str, Any]]]:
    """Every scenario and parameter point of an experiment, in the order of its file."""
    points = [
        dict(zip(experiment.parameters, values, strict=True)) for values in product(*experiment.parameters.values())
    ]
    return [(scenario, point) for scenario in experiment.scenarios for point in points]


def parameter(results: Results, key: str) -> Any:
    """Value of a setting of a comparison by its dotted key, from its config.yaml or else its manifest.

    Raises ValueError if neither has it.
    """
    path = results.folder / "config.yaml"
    records = [yaml.safe_load(path.read_text(encoding="utf-8"))] if path.is_file() else []
    settings = results.fact("settings")
    for record, name in [*((record, key) for record in records), (settings, key), (settings, key.split(".")[-1])]:
        found = list(_values(record, name))
        if found:
            return found[0]
    raise ValueError(f"{results.folder} does not say what '{key}' was")


def _values(record: Any, key: str) -> Any:
    """Values under a dotted key, each part of which may itself hold dots."""
    if not isinstance(record, Mapping):
        return
    if key in record:
        yield record[key]
    parts = key.split(".")
    for cut in range(1, len(parts)):
        yield from _values(record.get(".".join(parts[:cut])), ".".join(parts[cut:]))


def plain(value: Any) -> Any:
    """A value to be compared: lists for tuples, mappings without order."""
    if isinstance(value, Mapping):
        return sorted((str(key), plain(inner)) for key, inner in value.items())
    return [plain(inner) for inner in value] if isinstance(value, (list, tuple)) else value


def value_words(value: Any) -> str:
    """A value of a parameter as a reader's words."""
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {value_words(inner)}" for key, inner in value.items()) or "none"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(value_words, value)) or "none"
    return f"{value:.12g}" if isinstance(value, float) else "none" if value is None else str(value).replace("_", " ")


def point_words(parameters: Mapping[str, Any]) -> str:
    """A parameter point as a reader's words: `λ 0.5, decision region nests`."""
    names = {key: SYMBOLS.get(key, key.split(".")[-1].replace("_", " ")) for key in parameters}
    if len(set(names.values())) < len(names):  # two keys that end alike are written in full
        names = {key: key for key in parameters}
    return ", ".join(f"{names[key]}{SPACE}{value_words(value)}" for key, value in parameters.items())


def _mark(scenario: str, point: Mapping[str, Any]) -> str:
    return repr((scenario, [(key, _number(plain(value))) for key, value in point.items()]))


def _number(value: Any) -> Any:
    """One way to write 1 and 1.0, which are the same parameter."""
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value

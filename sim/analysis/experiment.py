"""Studies: a question, what is expected and why, and the scenarios and parameters that answer it.

A study is a file of `experiments/`; `experiments/README.md` explains its keys. It is read strictly: whatever is
missing, unknown, given twice or out of range raises UserError, one line with the file, the key, the value and what is
known. Nothing here runs anything.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, is_dataclass
from pathlib import Path
from typing import Any, get_type_hints

from sim.analysis import dimensions
from sim.analysis.pairs import CATEGORIES
from sim.history import coefficients as behaviour
from sim.history.naming import composition
from sim.history.strict_yaml import need_keys, need_name, need_named, need_names, need_text, read, within
from sim.numerics.codes import PLACE
from sim.numerics.errors import CatalogueError, UserError
from sim.numerics.locations import EXPERIMENTS, files
from sim.numerics.messages import nearest, shown
from sim.runs.checks import ENOUGH, MOST_REPLICATES
from sim.runs.settings import (
    WITHOUT_EFFECT,
    Settings,
    keys_of,
    known_scenarios,
    record_of,
    settings_from_mapping,
    world_named,
)

FIGURES = ("arrivals", "where_they_go", "lambda", "harms", "groups", "feedbacks")
"""Figures that a study may ask for."""

OWN_KEYS = (
    *("task", "scenario", "baseline", "replicates", "most_replicates", "decompose", "person", "coefficients"),
    *WITHOUT_EFFECT,
)
"""Settings that a study tells by keys of its own, or that change no number."""


TOTALS = tuple(dict.fromkeys((*CATEGORIES, *dimensions.TOTALS)))
"""Measures without a destination."""
BY_DESTINATION = (*dimensions.OF_DESTINATION, *dimensions.OF_FOCUS)
"""Measures of one destination; those by channel are told of the place whose rules a scenario changes, and no other."""

_NEEDED = ("question", "expectation", "refuted_by", "scenarios", "figures", "expects")
_ALSO = ("baseline", "parameters", "settings", "replicates", "decompose")


@dataclass(frozen=True)
class Expected:
    """One testable part of the expectation: a measure of a scenario lies above or below a bound.

    Exactly one of `above` and `below` is given: a number in the unit of the measure, or the name of a scenario of the
    study whose value of the same measure it must exceed or stay under. `where` singles out points of a sweep; empty is
    all of them. The value of the named scenario is that of the same point, but for the parameters of `at`.
    """

    says: str
    scenario: str
    measure: str
    destination: str
    above: float | str | None
    below: float | str | None
    where: Mapping[str, Any]
    at: Mapping[str, Any]


@dataclass(frozen=True)
class Experiment:
    """A study; `experiments/README.md` explains each field. Sweeps run over scenarios times parameters."""

    name: str
    question: str
    expectation: str
    refuted_by: str
    baseline: str
    scenarios: tuple[str, ...]
    parameters: Mapping[str, tuple[Any, ...]]
    settings: Mapping[str, Any]
    replicates: int | str
    decompose: tuple[str, ...]
    figures: tuple[str, ...]
    expects: tuple[Expected, ...]


def experiment_names(folder: Path = EXPERIMENTS) -> tuple[str, ...]:
    """Names of the studies in the folder, in alphabetical order."""
    return tuple(files(folder, folder.name))


def load_experiment(name: str, folder: Path = EXPERIMENTS, figures: Sequence[str] = FIGURES) -> Experiment:
    """The study of that name, checked; `figures` are the names of those that can be drawn.

    Raises UserError, one line with the file, the key, the value and what is known.
    """
    known = files(folder, folder.name)
    if name not in known:
        raise UserError(f"no experiment '{shown(name)}' in {folder.name}/; known: {nearest(name, known, 20)}")
    with within(known[name].shown):
        own = need_keys(read(known[name].path), _NEEDED, _ALSO)
        texts = {key: need_text(own, key) for key in ("question", "expectation", "refuted_by")}
        scenarios = _scenarios(own["scenarios"])
        baseline = _baseline(own.get("baseline", "historical"), scenarios)
        parameters, settings = _swept(own.get("parameters", {})), _fixed(own.get("settings", {}))
        for key in parameters.keys() & settings.keys():
            raise CatalogueError(f"settings: '{key}' is swept in parameters too; give it once")
        with within("decompose"):
            decompose = need_names(_worlds(own.get("decompose", [])), scenarios)
        drawn = _some_names(own, "figures", figures)
        if "feedbacks" in drawn and not decompose:
            raise CatalogueError("figures: 'feedbacks' has nothing to show; name scenarios in decompose")
        return Experiment(
            name=name,
            **texts,
            baseline=baseline,
            scenarios=scenarios,
            parameters=parameters,
            settings=settings,
            replicates=_replicates(own.get("replicates", ENOUGH)),
            decompose=decompose,
            figures=drawn,
            expects=_expects(own["expects"], scenarios, parameters),
        )


def setting_keys() -> tuple[str, ...]:
    """Dotted keys that a study may sweep or set, those of the coefficients of behaviour included."""
    coefficients = (f"coefficients.{name}" for name in behaviour.RECORDS if name != "lambda")
    own = (key for key in _dotted(Settings) if key not in OWN_KEYS and not key.startswith("coefficients"))
    return (*own, *coefficients)


def _dotted(section: type, prefix: str = "") -> Iterator[str]:
    hints = get_type_hints(section)
    for key, spec in keys_of(section).items():
        inner = hints[spec.name]
        if isinstance(inner, type) and is_dataclass(inner):
            yield from _dotted(inner, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}"


def _items(content: Any) -> list[Any]:
    """The content, if it is a list with something in it and nothing twice."""
    if not isinstance(content, list):
        raise CatalogueError(f"'{shown(content)}' is not a list")
    if not content:
        raise CatalogueError("the list is empty; give at least one")
    for item in content:
        if content.count(item) > 1:
            raise CatalogueError(f"'{shown(item)}' is given twice")
    return content


def _some_names(record: Mapping[str, Any], key: str, known: Sequence[str]) -> tuple[str, ...]:
    with within(key):
        names = need_names(record[key], known)
        _items(record[key])
        return names


def _worlds(content: Any) -> Any:
    """A text that names a composition, or each of a list, as the one name of its world; anything else as it is."""
    if isinstance(content, list):
        return [_worlds(one) for one in content]
    if not isinstance(content, str) or not (asked := composition(content)).is_composed:
        return content
    need_name(asked.scenario, known_scenarios())
    try:
        return world_named(asked)
    except UserError as error:
        raise CatalogueError(*(f"{shown(content)}: {fault}" for fault in error.faults)) from None


def _scenarios(content: Any) -> tuple[str, ...]:
    with within("scenarios"):
        named = _worlds(content)
    listed = named if isinstance(named, list) else []
    composed = [one for one in listed if isinstance(one, str) and composition(one).is_composed]
    return _some_names({"scenarios": named}, "scenarios", (*known_scenarios(), *composed))


def _baseline(content: Any, scenarios: Sequence[str]) -> str:
    with within("baseline"):
        named = _worlds(content)
        is_composed = isinstance(named, str) and composition(named).is_composed
        baseline: str = named if is_composed else need_name(named, known_scenarios())
    if baseline in scenarios:
        raise CatalogueError(f"scenarios: '{baseline}' is the baseline too; a comparison needs two worlds")
    return baseline


def _replicates(content: Any) -> int | str:
    if content == ENOUGH or (type(content) is int and 2 <= content <= MOST_REPLICATES):
        return content  # type: ignore[no-any-return]
    wanted = f"a whole number from 2 to {MOST_REPLICATES}, or {ENOUGH}: until the stopping rule is content"
    raise CatalogueError(f"replicates: '{shown(content)}' is not {wanted}")


def _swept(content: Any) -> dict[str, tuple[Any, ...]]:
    with within("parameters"):
        found = {}
        for key, values in need_named(content).items():
            need_name(key, setting_keys())
            with within(key):
                found[key] = tuple(_items([_allowed(key, value) for value in _items(values)]))
        return found


def _fixed(content: Any) -> dict[str, Any]:
    with within("settings"):
        named = need_named(content)
        return {need_name(key, setting_keys()): _allowed(key, value) for key, value in named.items()}


def _allowed(key: str, value: Any) -> Any:
    """The value of a setting as the settings hold it, if they take it; lists become tuples."""
    *parents, last = key.split(".")
    record = held = record_of(Settings())
    for parent in parents:
        held = held[parent]
    held[last] = value
    try:
        held = record_of(settings_from_mapping(record))
    except UserError as error:
        raise CatalogueError(str(error)) from None
    for part in (*parents, last):
        held = held[part]
    return tuple(held) if isinstance(held, list) else held  # type: ignore[arg-type]


def _expects(content: Any, scenarios: Sequence[str], parameters: Mapping[str, tuple[Any, ...]]) -> tuple[Expected, ...]:
    with within("expects"):
        found: list[Expected] = []
        for number, item in enumerate(_items(content), 1):
            with within(f"number {number}"):
                found.append(_expected(item, scenarios, parameters))
        return tuple(found)


def _expected(content: Any, scenarios: Sequence[str], parameters: Mapping[str, tuple[Any, ...]]) -> Expected:
    own = need_keys(content, ["says", "scenario", "measure"], ["destination", "above", "below", "where", "at"])
    with within("scenario"):
        scenario = need_name(_worlds(own["scenario"]), scenarios)
    given = [key for key in ("above", "below") if own.get(key) is not None]
    if len(given) != 1:
        raise CatalogueError(f"give one of above and below, not {'both' if given else 'none'}")
    where, at = (_points(own.get(key, {}), parameters, key) for key in ("where", "at"))
    elsewhere = any(key in where and where[key] != value for key, value in at.items())
    with within(given[0]):
        bound = _bound(_worlds(own[given[0]]), [other for other in scenarios if elsewhere or other != scenario])
    if at and not isinstance(bound, str):
        raise CatalogueError(f"at: a number is the same everywhere; name a scenario in {given[0]}")
    measure, destination = _measured(own["measure"], own.get("destination", ""))
    return Expected(
        says=need_text(own, "says"),
        scenario=scenario,
        measure=measure,
        destination=destination,
        above=bound if given == ["above"] else None,
        below=bound if given == ["below"] else None,
        where=where,
        at=at,
    )


def _measured(measure: Any, destination: Any) -> tuple[str, str]:
    with within("measure"):
        need_name(measure, tuple(dict.fromkeys((*TOTALS, *BY_DESTINATION))))
    if destination == "":
        if measure not in TOTALS:
            raise CatalogueError(f"destination: '{measure}' is told by destination; give one")
        return measure, ""
    with within("destination"):
        need_name(destination, [place for place in PLACE if place != "belarus"])
    if measure not in BY_DESTINATION:
        raise CatalogueError(f"destination: '{measure}' is a total and has none, not '{destination}'")
    return measure, destination


def _bound(content: Any, others: Sequence[str]) -> float | str:
    if type(content) in (int, float):
        if not math.isfinite(content):
            raise CatalogueError(f"'{shown(content)}' is not a finite number")
        return float(content)
    if not isinstance(content, str) or content not in others:
        known = nearest(str(content), others, 20)
        raise CatalogueError(
            f"'{shown(content)}' is neither a number nor another scenario of the study; known: {known}"
        )
    return content


def _points(content: Any, parameters: Mapping[str, tuple[Any, ...]], name: str) -> dict[str, Any]:
    with within(name):
        found = {}
        for key, value in need_named(content).items():
            need_name(key, tuple(parameters))
            value = tuple(value) if isinstance(value, list) else value
            if not any(value == one and isinstance(value, bool) == isinstance(one, bool) for one in parameters[key]):
                swept = ", ".join(shown(one) for one in parameters[key])
                raise CatalogueError(f"{key}: '{shown(value)}' is not swept; known: {swept}")
            found[key] = value
        return found

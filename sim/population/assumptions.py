"""What is assumed about the people, read once from `conf/people.yaml`, each number with its reason there."""

from functools import cache
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from sim.numerics.errors import UserError
from sim.numerics.locations import CONF

FILE = CONF / "people.yaml"
KEYS = ("meaning", "unit", "source", "confidence")
CONFIDENCES = ("found", "memory-high", "memory-low", "assumption")


@cache
def records() -> dict[str, dict[str, Any]]:
    """All records of the file. Raises UserError for a record without meaning, unit, source, confidence or value."""
    table = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    for name, record in table.items():
        missing = [key for key in KEYS if not record.get(key)]
        if missing or ("value" in record) == ("by_age" in record):
            raise UserError(f"'{name}' in {FILE.name} needs {', '.join(KEYS)} and one of value, by_age")
        if record["confidence"] not in CONFIDENCES:
            raise UserError(
                f"'{name}' in {FILE.name} has confidence '{record['confidence']}'; known: {', '.join(CONFIDENCES)}"
            )
    return table


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

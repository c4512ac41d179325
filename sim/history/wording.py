"""Plain words for rules, numbers and periods: the sentences in which a history is told.

Functions of numbers only; what is said is computed elsewhere, by the functions that the model runs.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from sim.history.admission import SETS, names
from sim.history.parameters import Parameter, date_of
from sim.numerics.codes import CHANNEL, GROUP, N_CHANNELS, N_GROUPS

Floats = NDArray[np.float64]
Row = Sequence[float] | Floats
"""A row of an openness table."""

COLUMNS = 1 + N_CHANNELS + N_GROUPS
"""Columns of an openness table: nobody special, each channel, each group."""


@dataclass(frozen=True)
class Addition:
    """What one change of a scenario does to the rules of another history, as a sentence.

    `verdict` is "effective", "shadowed" (a stricter rule in force hides it: `shadowed_by`), "out of period" or
    "without effect"; `removed` is true for a change that the scenario lacks.
    """

    policy: str
    event: str
    parameter: str
    removed: bool
    verdict: str
    shadowed_by: tuple[str, ...]
    sentence: str
    direction: int = 0
    """1 if it raises the value or opens, -1 if it lowers or closes, 0 if neither or it has no effect."""


def columns_of(name: str) -> list[int]:
    """Columns that a channel or group name stands for; a name of both stands for both."""
    columns = [1 + CHANNEL[name]] if name in CHANNEL else []
    return columns + ([1 + N_CHANNELS + GROUP[name]] if name in GROUP else [])


WHO: dict[int, str] = {column: name for name in sorted(set(CHANNEL) | set(GROUP)) for column in columns_of(name)}
"""Name of whom a column of an openness table stands for."""


def number(value: float) -> str:
    """A number as one reads it: no exponent, no limit for infinity."""
    if math.isinf(value):
        return "no limit"
    if value != 0.0 and abs(value) < 0.001:
        return f"{value:.3g}"
    return f"{value:,.4f}".rstrip("0").rstrip(".")


_SINGULAR = {plural: plural[:-1] for plural in ("months", "years", "persons", "offers", "organisations")}


def amount(value: float, unit: str) -> str:
    """A number with its unit; a flag is yes or no, a set the names in it."""
    if unit in SETS:
        return names(value, unit)
    if unit == "flag" and value in (0.0, 1.0):
        return "yes" if value else "no"
    said = number(value)
    if said == "1":
        counted = re.match(r"\w*", unit)[0]  # type: ignore[index]
        unit = f"{_SINGULAR.get(counted, counted)}{unit[len(counted) :]}"
    return f"{said} {unit}"


def bare(value: float, unit: str) -> str:
    """A number without its unit; a flag is yes or no, a set the names in it."""
    if unit in SETS:
        return names(value, unit)
    return amount(value, unit) if unit == "flag" else number(value)


def percent(share: float) -> str:
    """A share in per cent, without a needless decimal."""
    return f"{100.0 * share:.1f}".removesuffix(".0") + "%"


def period(first: date, last: date, end: date) -> str:
    """A period in words; one that reaches the `end` of what is told has no end."""
    if last >= end:
        return f"from {first}"
    return f"on {first}" if first == last else f"from {first} to {last}"


def listing(names: Sequence[str]) -> str:
    """Names in alphabetical order, once each."""
    return ", ".join(sorted(set(names)))


def _people(columns: Sequence[int]) -> str:
    return listing([WHO[column] for column in columns])


def rule(row: Row) -> str:
    """A row of openness in words: open, closed, closed in part, and who is excepted."""
    freer: dict[float, list[int]] = {}
    for column in range(1, COLUMNS):
        if row[column] > row[0]:
            freer.setdefault(float(row[column]), []).append(column)
    excepted = [
        _people(columns) + ("" if share >= 1.0 else f" ({state(share)})")
        for share, columns in sorted(freer.items(), reverse=True)
    ]
    return f"{state(row[0])} except {', '.join(excepted)}" if excepted else state(row[0])


def state(share: float) -> str:
    """An open share in words: open, closed, or closed in part."""
    return "open" if share >= 1.0 else "closed" if share <= 0.0 else f"{percent(1.0 - share)} closed"


def contrast(row: Row, was: Row) -> str:
    """How a row of openness differs from another: who gains, who loses, or the two rules side by side."""
    if row[0] != was[0]:
        return f"{rule(row)} (was {rule(was)})"
    moved: dict[tuple[bool, str, str], list[int]] = {}
    for column in range(1, COLUMNS):
        if row[column] != was[column]:
            gained = bool(row[column] > was[column])
            moved.setdefault((gained, state(row[column]), state(was[column])), []).append(column)
    return " and ".join(
        f"{now} to {_people(columns)} (was {before} to them)" for (_, now, before), columns in sorted(moved.items())
    )


def said(parameter: Parameter, row: Row) -> str:
    """What a parameter is on a day, by its row of openness, or of its one value."""
    return rule(row) if parameter.rule == "restriction" else amount(row[0], parameter.unit)


def contrasted(parameter: Parameter, row: Row, was: Row) -> str:
    """What a parameter is on a day, and what it was."""
    if parameter.rule == "restriction":
        return contrast(row, was)
    return f"{said(parameter, row)} (was {bare(was[0], parameter.unit)})"


def contrasts(parameter: Parameter, here: Floats, there: Floats, until: date) -> list[str]:
    """Periods in which a parameter's daily rows differ from others, float64[days, columns], to a day, in words."""
    differs = (here != there).any(axis=1)
    if not differs.any():
        return []
    drifts = parameter.interpolate == "linear"
    cuts = [0]
    for number in range(1, len(here)):
        same = differs[number] == differs[number - 1]
        if same and differs[number] and not drifts:
            same = (here[number] == here[number - 1]).all() and (there[number] == there[number - 1]).all()
        if not same:
            cuts.append(number)
    told = []
    for first, after in zip(cuts, [*cuts[1:], len(here)], strict=True):
        if differs[first]:
            words = contrasted(parameter, here[first], there[first])
            changing = (here[first] != here[after - 1]).any() or (there[first] != there[after - 1]).any()
            if drifts and changing:
                words += f", at the end {contrasted(parameter, here[after - 1], there[after - 1])}"
            told.append(f"{period(date_of(first), date_of(after - 1), until)} {words}")
    return told

"""Who is behind the numbers of a comparison: levels and differences by stream, sex, age and sector."""

import math
from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from sim.report import words
from sim.report.results import Effect, Results, wording
from sim.report.verdicts import FEW
from sim.runs.disclosure import rounded

DIMENSIONS = {"motive": "by stream", "sex": "by sex", "age": "by age", "sector": "by sector"}
MEASURES = {
    "wished": "would leave and cannot",
    "detained": "detained",
    "drafted": "called to arms, by whatever call",
    "lost": "lost the right to stay abroad",
    "returned": "returned to Belarus",
}
"""Measures told by stream only."""
_NOTES = {"wished": "units and months in which they wish"}
_NO_STREAM = "none: never applied"


def tables(results: Results) -> list[dict[str, Any]]:
    """Tables of the section: departures, departures to the focus, and the other measures by stream.

    Groups of nobody in either world are left out.
    """
    frame = results.table("groups")
    focus = results.focus
    told = [
        ("Departures", "departed", "", tuple(DIMENSIONS)),
        (f"Departures to {wording(focus)}", "departed", focus, tuple(DIMENSIONS)),
        *((f"{title[:1].upper()}{title[1:]}", name, "", ("motive",)) for name, title in MEASURES.items()),
    ]
    found = []
    for title, measure, place, dimensions in told:
        rows = frame[(frame["measure"] == measure) & (frame["destination"] == place)]
        lines = [line for dimension in dimensions for line in _lines(rows, dimension, results)]
        found.append({"title": title, "note": _NOTES.get(measure, ""), "rows": lines})
    return found


def _lines(rows: pd.DataFrame, dimension: str, results: Results) -> list[dict[str, str]]:
    someone = (rows["baseline"] != 0) | (rows["scenario"] != 0)  # a level that is hidden is no zero
    part = rows[someone & (rows["dimension"] == dimension)]
    if part.empty:
        return []
    lines = [{"head": DIMENSIONS[dimension]}]
    for row in part.to_dict("records"):
        name = str(row["group"]).replace("_", " ")
        change, interval = difference(row, results)
        lines.append(
            {
                "head": "",
                "group": _NO_STREAM if dimension == "motive" and name == "none" else name,
                "before": _count(row["baseline"], results),
                "after": _count(row["scenario"], results),
                "change": change,
                "interval": interval,
            }
        )
    return lines


def difference(row: Mapping[Hashable, Any], results: Results) -> tuple[str, str]:
    """The difference of a row of `groups.csv` as a cell with its interval; what is left out of the file is few."""
    if math.isnan(row["estimate"]):
        return FEW, ""
    effect = Effect(float(row["estimate"]), float(row["low"]), float(row["high"]), "persons")
    return words.difference(effect, results, counted=True)


def _count(persons: float, results: Results) -> str:
    return FEW if math.isnan(persons) else f"{rounded(persons, results.one_in):,}"

"""Who is behind the numbers of a comparison: levels and differences by stream, sex, age and sector."""

import math
from typing import Any

import pandas as pd

from sim.report.results import Results, wording
from sim.report.words import FEW, MINUS
from sim.runs.disclosure import rounded

DIMENSIONS = {"motive": "by stream", "sex": "by sex", "age": "by age", "sector": "by sector"}
MEASURES = {
    "wished": "would leave and cannot",
    "detained": "detained",
    "drafted": "drafted",
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
        interval = ""
        if not math.isnan(row["estimate"]):
            interval = f"{_count(row['low'], results, signed=True)} to {_count(row['high'], results, signed=True)}"
        lines.append(
            {
                "head": "",
                "group": _NO_STREAM if dimension == "motive" and name == "none" else name,
                "before": _count(row["baseline"], results),
                "after": _count(row["scenario"], results),
                "change": _count(row["estimate"], results, signed=True),
                "interval": interval,
            }
        )
    return lines


def _count(persons: float, results: Results, signed: bool = False) -> str:
    if math.isnan(persons):
        return FEW
    number = rounded(persons, results.one_in)
    return (f"{number:+,}" if signed and number else f"{number:,}").replace("-", MINUS)

"""Who is behind the change of departures: a table a dimension, a row a comparison, small cells left out."""

import math
from typing import Any

from sim.report import words
from sim.report.results import Effect
from sim.report.study.comparisons import Study
from sim.report.study.figures.groups import DIMENSIONS, columns, departures
from sim.report.study.said import DASH, Cell, Line
from sim.report.verdicts import FEW

NAMES = {"motive": {"none": "never applied"}}
"""Groups whose word is not their name, by dimension."""


def tables(study: Study) -> list[dict[str, Any]]:
    """Change of departures in persons by motive, sex and age: title, heads of the columns and lines."""
    table = departures(study)
    found = []
    for dimension, title in DIMENSIONS.items():
        groups = [group for name, group in columns(table) if name == dimension]
        if not groups:
            continue
        part = table[table["dimension"] == dimension]
        rows = {(row["row"], str(row["group"])): row for row in part.to_dict("records")}
        lines = [
            Line(one.title, one.point, tuple(_cell(rows.get((number, group)), one.results) for group in groups))
            for number, one in enumerate(study.comparisons)
        ]
        heads = [NAMES.get(dimension, {}).get(group, group.replace("_", " ")) for group in groups]
        found.append({"title": f"By {title}", "heads": heads, "lines": lines})
    return found


def _cell(row: dict[str, Any] | None, results: Any) -> Cell:
    if row is None:
        return Cell(DASH)
    estimate = float(row["estimate"])
    if math.isnan(estimate):
        return Cell(FEW)
    effect = Effect(estimate, float(row["low"]), float(row["high"]), "persons")
    return Cell(words.change(estimate, results), words.interval(effect, results))

"""One answer under every rule of decision of a study, weighed by out-of-sample scores where there are any."""

from typing import Any

import pandas as pd

from sim.analysis.stacking import Answer, read, stacked, structure_table
from sim.report import words
from sim.report.results import heading, wording
from sim.report.study.comparisons import Comparison, Study
from sim.runs.disclosure import rounded

KEY = "decision"
"""The swept setting that makes a study one of structures."""


def table(study: Study) -> pd.DataFrame | None:
    """The answers of the study by rule (`sim.analysis.stacking`); None if it compares no rules.

    An answer is told where no other parameter is swept besides, of arrivals at the focus and of departures.
    """
    if set(study.experiment.parameters) != {KEY}:
        return None
    answers: dict[tuple[str, str, str], dict[str, Answer]] = {}
    for one in study.comparisons:
        for measure, place in (("arrivals", one.results.focus), ("departures", "")):
            effect = one.effect(measure, place)
            if effect:
                told = Answer(effect.estimate, effect.low, effect.high)
                answers.setdefault((one.scenario, measure, place), {})[str(one.parameters[KEY])] = told
    scores = read([str(rule) for rule in study.experiment.parameters[KEY]])
    return structure_table(answers, stacked(scores) if scores else None)


def rows(study: Study, found: pd.DataFrame | None) -> list[dict[str, Any]]:
    """The table as a page shows it; empty if the study compares no rules."""
    if found is None:
        return []
    by_scenario = {one.scenario: one for one in study.comparisons}
    lines = []
    for row in found.to_dict("records"):
        one = by_scenario[row["scenario"]]
        is_all = row["decision"] == "all"
        what = f"arrivals in {wording(row['destination'])}" if row["destination"] else "departures from Belarus"
        lines.append(
            {
                "answer": f"{heading(row['scenario'])}: {what}",
                "rule": "all, by their weights" if is_all else str(row["decision"]).replace("_", " "),
                "weight": "" if pd.isna(row["weight"]) else words.percent(row["weight"]),
                "weights": "" if pd.isna(row["weight"]) else _percents(row["weight_low"], row["weight_high"]),
                "estimate": "" if pd.isna(row["estimate"]) else words.change(row["estimate"], one.results),
                "interval": _interval(row, one),
                "between": "" if pd.isna(row["between"]) else words.percent(row["between"]),
                "verdict": str(row["verdict"]),
            }
        )
    return lines


def _percents(low: float, high: float) -> str:
    return f"{words.percent(low)} to {words.percent(high)}"


def _interval(row: dict[str, Any], one: Comparison) -> str:
    if pd.isna(row["low"]) or not words.shown(row["estimate"], one.results):
        return ""
    low, high = (f"{rounded(row[end], one.results.one_in):+,}" for end in ("low", "high"))
    return f"{low} to {high}".replace("-", words.MINUS)

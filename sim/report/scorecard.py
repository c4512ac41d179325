"""A validation as text: the thresholds first, then every pattern with its intervals, the naive rules, experiments."""

import math
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from sim.analysis.standing import OF_THRESHOLDS
from sim.history import naming
from sim.observation.experiments import EXPERIMENTS
from sim.report.yardstick import number, told
from sim.runs.settings import Settings

WIDTH = 110
EXPLAINED = (
    "A forecast is the runs with the error of observation and the discrepancy set beforehand on top. 'in' is the "
    "narrowest of the 50, 80 and 95% intervals that holds the observed; out: none does. Scores are CRPS, of logs "
    "where the row is a number of people or papers. An asterisk: conf/ draws a number from the row, "
    "whatever its role, which proves nothing."
)

MARKS = (
    "A rule marked (seen) has looked at the total of the year that it is judged by; (best) is the best of the others. "
    "A skill below 0: the rule was nearer."
)


def printed(tables: Mapping[str, pd.DataFrame], settings: Settings, fits: Sequence[str], parameters: str) -> str:
    """The scorecard as text; `fits` are those whose unseen years are scored, `parameters` what the runs had."""
    many = settings.replicate_count
    runs = f"{many} run{'s' if many > 1 else ''}, one circle in {settings.one_in}"
    lines = [
        f"SCORECARD of {naming.words(settings.scenario)}: {runs}; {parameters}",
        "",
        *_thresholds(tables["thresholds"]),
    ]
    lines += ["", *textwrap.wrap(EXPLAINED, WIDTH), "", *_card(tables["scorecard"])]
    lines += ["", *_skill(tables["skill"], fits), "", *_experiments(tables["natural_experiments"])]
    return "\n".join(line.rstrip() for line in lines)


def _number(value: float, digits: int = 2) -> str:
    return "" if math.isnan(value) else f"{value:.{digits}f}".replace("-", "\u2212")


def _thresholds(table: pd.DataFrame) -> Iterator[str]:
    yield f"{'THRESHOLDS':<52}{'came out':>9}  {'must':<24}{'aim':<24}verdict"
    for row in table.to_dict("records"):
        name = OF_THRESHOLDS[row["threshold"]]
        yield f"{name:<52}{_number(row['value']) or '-':>9}  {row['must']:<24}{row['aim']:<24}{row['verdict']}"
        yield from textwrap.wrap(row["about"], WIDTH, initial_indent="    ", subsequent_indent="    ")


def _card(table: pd.DataFrame) -> Iterator[str]:
    head = (f"{'':<40}{'place':<15}{'period':<24}{'observed':>10}{'median':>10}{'80% interval':>22}"
            f"{'in':>5}{'off':>7}{'crps':>7}  verdict")  # fmt: skip
    for group, part in table.groupby("group", sort=False):
        known = part[part["median"].notna()]
        if len(known):
            yield from ["", str(group).upper(), head]
            for row in known.to_dict("records"):
                yield _line(row)
        if len(part) > len(known):
            yield f"  {len(part) - len(known)} more have no counterpart, no value, or were not asked: see task=patterns"


def _line(row: Mapping[str, Any]) -> str:
    unit = str(row["unit"])
    cells = told({**row, "simulated": row["median"], "low": row["low_80"], "high": row["high_80"], "error": math.nan,
                  "tolerance": math.nan, "kind": ""})  # fmt: skip
    name = f"{row['target']} {row['pattern']}".strip().replace("_", " ")[:39]
    inside = "" if math.isnan(row["within"]) else "out" if row["within"] > 95 else f"{row['within']:.0f}"
    off = "" if math.isnan(row["ape"]) else f"{row['ape']:.0%}"
    ends = f"{number(row['low_80'], unit)} to {number(row['high_80'], unit)}"
    return (f"{name:<40}{cells['place'][:14]:<15}{cells['period']:<24}{cells['observed']:>10}"
            f"{number(row['median'], unit):>10}{ends:>22}{inside:>5}{off:>7}{_number(row['crps']):>7}"
            f"  {cells['verdict']}")  # fmt: skip


def _skill(table: pd.DataFrame, fits: Sequence[str]) -> Iterator[str]:
    yield "NAIVE RULES: how much smaller the model's score is than the rule's; 90% interval over destinations"
    if not fits:
        yield "Years that a fit had not seen wait for fits to 2020 and to 2021 (task=calibrate fit.window=2020)"
    yield f"{'fit':<26}{'series':<24}{'rule':<22}{'cells':>6}{'model':>7}{'rule':>7}{'skill':>8}{'90%':>18}"
    for row in table.to_dict("records"):
        mark = " (seen)" if row["seen"] else " (best)" if row["best"] else ""
        ends = f"{100 * row['low']:.0f} to {100 * row['high']:.0f}%".replace("-", "\u2212")
        series = str(row["series"]).replace("_", " ")
        yield (f"{row['fit']:<26}{series:<24}{row['rule'] + mark:<22}{row['cells']:>6}{_number(row['model']):>7}"
               f"{_number(row['naive']):>7}{_number(100 * row['skill'], 0):>7}%{ends:>18}")  # fmt: skip
    yield from textwrap.wrap(MARKS, WIDTH)


def _experiments(table: pd.DataFrame) -> Iterator[str]:
    yield "NATURAL EXPERIMENTS: monthly rate after over that before, and the model's effect of the measure alone"
    for one in EXPERIMENTS:
        part = table[table["experiment"] == one.name]
        if part.empty:
            continue
        yield from ["", one.name.upper(), *textwrap.wrap(one.about, WIDTH)]
        yield (f"{'':<32}{'place':<14}{'observed':>9}{'model':>8}{'80%':>16}{'without it':>12}{'effect':>9}"
               f"{'80%':>16}  holds")  # fmt: skip
        for row in part.to_dict("records"):
            ends = f"{_number(row['low_80'])} to {_number(row['high_80'])}"
            effect = f"{row['effect_low']:+.0f} to {row['effect_high']:+.0f}%".replace("-", "\u2212")
            yield (f"{row['quantity'].replace('_', ' '):<32}{row['destination']:<14}{_number(row['observed']):>9}"
                   f"{_number(row['model']):>8}{ends:>16}{_number(row['without']):>12}"
                   f"{row['effect']:>+8.0f}%{effect:>16}  {row['holds']}".replace("-", "\u2212"))  # fmt: skip

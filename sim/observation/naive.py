"""Naive rules: what a forecaster who knows no mechanism would have said of each series, beside the model's errors.

A series is a quantity at a destination by calendar year, or a stock at the year's end. Three rules look at past years
only: the last value; the last year's change once more, as a ratio; the mean of the last three. The fourth, the
destination's own mean over the years compared, has seen what it is judged by: a description, not a forecast.
"""

import math
from collections.abc import Mapping, Sequence

import pandas as pd

from sim.observation.observed import STOCKS, Pattern
from sim.runs.tables import OF_OTHERS

LAST, CHANGE, MEAN, OWN = "last value", "last year's change", "three-year mean", "own mean"
RULES = (LAST, CHANGE, MEAN, OWN)
FEWEST = 3
"""Years and places from which a series is summed up (assumption: fewer are single errors)."""
LEAVING = "departures, month of leaving"
"""The readings of departures beside what left in the same months, without any lag of papers."""
ARRIVING = "departures, as defined"
"""The readings of departures beside the quantity that each is of: permits, arrivals, stays."""


def is_reading(pattern: Pattern) -> bool:
    """Whether a pattern is a reading of settled departures."""
    return pattern.fitted and pattern.role == "fit" and pattern.quantity not in ("", "by_channel", "survey") and not (
        pattern.target)  # fmt: skip


def forecasts(
    every: Sequence[Pattern], simulated: Mapping[Pattern, float], leaving: Mapping[Pattern, float], least: float
) -> pd.DataFrame:
    """The table `naive_rules`: each rule's forecast of every year that was simulated and has the past it needs.

    `least` is the smallest number of persons that counts as simulated, as in `sim.observation.yardstick`.
    """
    rows: list[tuple[object, ...]] = []
    series = by_year(every)
    for (name, destination), years in series.items():
        made = leaving if name == LEAVING else simulated
        compared = {year: one for year, one in years.items() if one in made and not math.isnan(made[one])}
        if not compared:
            continue
        own = sum(one.observed for one in compared.values()) / len(compared)
        for year, one in compared.items():
            past = {back: years[year - back].observed for back in (1, 2, 3) if year - back in years}
            for rule in RULES:
                said = own if rule == OWN and len(compared) > 1 else _forecast(rule, past)
                if said is None:
                    continue
                ours = max(made[one], least)
                rows.append((name, destination, one.start, one.end, rule, one.observed, said, made[one],
                             math.log(said / one.observed), math.log(ours / one.observed)))  # fmt: skip
    return pd.DataFrame(rows, columns=OF_OTHERS["naive_rules"].names)


def in_short(detail: pd.DataFrame) -> pd.DataFrame:
    """The table `naive_summary`: root mean square of the log errors by series and rule, over the same cells.

    Of series that some rule could be asked of in at least `FEWEST` years and places.
    """
    rows = []
    order = {rule: place for place, rule in enumerate(RULES)}
    parts = sorted(detail.groupby(["series", "rule"], sort=False), key=lambda one: order[one[0][1]])
    first = list(dict.fromkeys(detail["series"]))
    told = {name for (name, _), part in parts if len(part) >= FEWEST}
    for (name, rule), part in sorted(parts, key=lambda one: first.index(one[0][0])):
        if name not in told:
            continue
        errors = [float((part[column] ** 2).mean() ** 0.5) for column in ("rule_error", "model_error")]
        rows.append((name, rule, len(part), part["destination"].nunique(), *errors))
    return pd.DataFrame(rows, columns=OF_OTHERS["naive_summary"].names)


def _forecast(rule: str, past: Mapping[int, float]) -> float | None:
    """What a rule says from the values one, two and three years back; None where it needs more."""
    if rule == LAST and 1 in past:
        return past[1]
    if rule == CHANGE and {1, 2} <= set(past):
        return past[1] ** 2 / past[2]
    if rule == MEAN and {1, 2, 3} <= set(past):
        return (past[1] + past[2] + past[3]) / 3.0
    return None


def by_year(every: Sequence[Pattern]) -> dict[tuple[str, str], dict[int, Pattern]]:
    """Series of numbers of persons and papers by name and destination, each by year; of several sources the first."""
    found: dict[tuple[str, str], dict[int, Pattern]] = {}
    for one in every:
        if is_reading(one):
            for name in (ARRIVING, LEAVING):
                found.setdefault((name, one.destination), {})[int(one.start[:4])] = one
        if (
            one.kind == "relative"
            and one.observed > 0
            and one.group != "departures"
            and (year := year_of(one)) is not None
        ):
            found.setdefault((one.quantity, one.destination), {}).setdefault(year, one)
    return found


def year_of(one: Pattern) -> int | None:
    """The calendar year that a pattern is of; None for another period."""
    year = int(one.end[:4])
    ends = one.end == f"{year}-12-31"
    if one.quantity in STOCKS:
        return year if ends else None
    return year if ends and one.start == f"{year}-01-01" else None

"""What came out of each threshold set before the fit, from a validation's tables and the fit's own checks.

A threshold is a number that must be reached and one that is aimed at; which is which stands in `conf/validation.yaml`.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from sim.analysis.scoring import scores
from sim.analysis.scoring.skill import coverage
from sim.observation.registered import CHECK, EXPERIMENT, FIT
from sim.observation.scorecard import ALL, MODEL, STOCK, SUMS


class Came(NamedTuple):
    """What came out of a threshold, not a number where it is not known, and what was measured in words."""

    value: float
    about: str


def told_scores(card: pd.DataFrame) -> pd.DataFrame:
    """Rows of a scorecard that the model could have missed: told, no input of conf/, nothing left out."""
    return card[card["within"].notna() & card["role"].isin([FIT, CHECK, EXPERIMENT])]


def stocks_ape(card: pd.DataFrame) -> Came:
    """Median absolute error of the stocks of registers, as a share of the observed, sums apart."""
    part = told_scores(card)
    part = part[(part["group"] == "registers") & ~part["destination"].isin(SUMS) & part["logged"]]
    if part.empty:
        return Came(math.nan, "no stock lies within the months of the runs")
    return Came(float(part["ape"].median()), f"median absolute error of {len(part)} stocks of registers")


def ard_of(card: pd.DataFrame, totals_given: bool = False) -> Came:
    """Mean over year-ends of the average relative difference of stocks over countries, as Flee has it."""
    part = told_scores(card)
    part = part[(part["quantity"] == STOCK) & ~part["destination"].isin(SUMS)]
    dates = [(str(end), of) for end, of in part.groupby("end") if len(of) > 1]
    if not dates:
        return Came(math.nan, "no year-end has the stocks of two countries")
    each = [scores.ard(list(of["observed"]), list(of["median"]), totals_given) for _, of in dates]
    told = ", ".join(f"{end[:4]}: {one:.2f}" for (end, _), one in zip(dates, each, strict=True))
    given = "the total being told" if totals_given else "totals the model's own"
    return Came(sum(each) / len(each), f"valid permits over countries at the end of each year, {given} ({told})")


def covered(card: pd.DataFrame, level: int = 80) -> Came:
    """Share of observations inside an interval."""
    part = told_scores(card)
    share, low, high = coverage(list(part["within"] <= level))
    return Came(share / 100.0, f"of {len(part)} observations; 90% interval of the share {low:.0f} to {high:.0f}%")


def within_places(table: pd.DataFrame) -> Came:
    """Share of the variation of logs in time within destinations and series that the model explains."""
    part = table[table["rule"] == MODEL]
    blocks = [f"{row.series} {row.destination}" for row in part.itertuples()]
    if not blocks:
        return Came(math.nan, "no year of a series lies within the months of the runs")
    value = scores.within_r2(blocks, list(part["observed"]), list(part["median"]))
    return Came(value, f"variation in time within {len(set(blocks))} series of destinations")


def rolling_skill(skills: pd.DataFrame, fits: Sequence[str]) -> Came:
    """Skill over the best naive rule in years that the fit had not seen, the least of the fits."""
    part = skills[skills["fit"].isin(fits) & skills["best"] & (skills["series"] == ALL)]
    if part.empty:
        return Came(math.nan, "waits for fits to the end of 2020 and of 2021 (task=calibrate fit.window=2020)")
    told = "; ".join(
        f"{row.fit}: over {row.rule}, {100 * row.low:+.0f} to {100 * row.high:+.0f}%" for row in part.itertuples()
    )
    return Came(float(part["skill"].min()), told)


def of_the_fit(diagnostics: Mapping[str, Any], key: str, about: str) -> Came:
    """A number that the fit's own checks have left in the posterior file."""
    value = diagnostics.get(key)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Came(float(value), about)
    return Came(math.nan, f"{about}: waits for a fit's own check (task=calibrate)")

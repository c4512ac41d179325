"""Naive rules of forecasting: what one would say of the next year who knows no mechanism, with an interval.

A series is a number by year at each of several places. A rule forecasts one year of one place from the years before it.
Its interval comes from its own past: the root mean square of the logs of its one-year-ahead errors over all places of
the series (lognormal); of fewer than `FEWEST` such errors none is made, and the forecast is a point.
"""

import math
import warnings
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

Years = Mapping[int, float]
Series = Mapping[str, Years]
"""Observed values above zero by place and year."""

LAST, CHANGE, MEAN, TREND = "last value", "last year's change", "three-year mean", "damped trend"
GRAVITY, SHARES, OWN = "gravity", "constant shares", "own mean"
FEWEST = 6
"""Past errors from which a rule's interval is told (assumption)."""
DAMPING = 0.9
"""Share of a trend that is left after a year (assumption: the middle of what is usual, .8 to .98; a handful of years
cannot tell it)."""
LONGEST = 4
"""Years of which a damped trend needs as many."""


class Context(NamedTuple):
    """What rules may look at: the series, and residents of a place by the end of each year."""

    series: Series
    residents: Series


Rule = Callable[[Context, int], dict[str, float]]
"""Forecasts of a year by place; without the places of which the rule knows too little."""


class Forecast(NamedTuple):
    """What a rule says of a place and year, and the standard deviation of its log, 0 of a point."""

    median: float
    sd: float


def _of_each(forecast: Callable[[Years, int], float | None]) -> Rule:
    """A rule that looks at one place at a time."""

    def rule(context: Context, year: int) -> dict[str, float]:
        said = {place: forecast(years, year) for place, years in context.series.items()}
        return {place: value for place, value in said.items() if value is not None}

    return rule


def last_value(years: Years, year: int) -> float | None:
    """As in the year before."""
    return years.get(year - 1)


def last_change(years: Years, year: int) -> float | None:
    """The last year's change once more, as a ratio."""
    return years[year - 1] ** 2 / years[year - 2] if {year - 1, year - 2} <= set(years) else None


def three_year_mean(years: Years, year: int) -> float | None:
    """The mean of the last three years."""
    wanted = [year - 1, year - 2, year - 3]
    return sum(years[one] for one in wanted) / 3.0 if set(wanted) <= set(years) else None


def own_mean(years: Years, year: int) -> float | None:
    """The mean of all years before the one asked for, two at least."""
    past = [value for one, value in years.items() if one < year]
    return sum(past) / len(past) if len(past) > 1 else None


def damped_trend(years: Years, year: int) -> float | None:
    """Exponential smoothing of the logs with a damped trend, over the unbroken years before (Gardner & McKenzie 1985).

    Smoothing of level and trend is estimated by statsmodels, the damping is `DAMPING`, the start the first two years.
    """
    from statsmodels.tsa.holtwinters import Holt

    first = year
    while first - 1 in years:
        first -= 1
    logs = [math.log(years[one]) for one in range(first, year)]
    if len(logs) < LONGEST:
        return None
    start = {"initial_level": logs[0], "initial_trend": logs[1] - logs[0]}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a series that is a straight line has no best smoothing; any will do
        model = Holt(np.array(logs), damped_trend=True, initialization_method="known", **start)
        return float(math.exp(model.fit(damping_trend=DAMPING, optimized=True).forecast(1)[0]))


def gravity(context: Context, year: int) -> dict[str, float]:
    """Poisson pseudo-maximum likelihood of flows on places and the log of who lived there a year before (Santos Silva &
    Tenreyro 2006), over all places of the series and the years before.

    Distance, language and whatever else stays lies in the constant of a place. Wages are left out: they are known from
    2019 on only.
    """
    from statsmodels.api import GLM, families

    residents = context.residents
    rows = [
        (place, math.log(residents[place][one - 1]), value)
        for place, values in context.series.items()
        for one, value in values.items()
        if one < year and one - 1 in residents.get(place, {})
    ]
    places = list(dict.fromkeys(place for place, _, _ in rows))
    if len(rows) < len(places) + LONGEST:
        return {}
    table = np.array([[*(float(place == one) for one in places), mass] for place, mass, _ in rows])
    fitted = GLM(np.array([value for _, _, value in rows]), table, family=families.Poisson()).fit()
    asked = [place for place in places if year - 1 in residents[place]]
    design = np.array(
        [[*(float(place == one) for one in places), math.log(residents[place][year - 1])] for place in asked]
    )
    return dict(zip(asked, map(float, fitted.predict(design)), strict=True)) if asked else {}


def constant_shares(context: Context, year: int) -> dict[str, float]:
    """The places' shares of the year before, of the total of the year itself, which it has seen."""
    both = {place: one for place, one in context.series.items() if year in one and year - 1 in one}
    if len(both) < 2:
        return {}
    growth = sum(one[year] for one in both.values()) / sum(one[year - 1] for one in both.values())
    return {place: growth * one[year - 1] for place, one in both.items()}


RULES: dict[str, Rule] = {
    LAST: _of_each(last_value),
    CHANGE: _of_each(last_change),
    MEAN: _of_each(three_year_mean),
    TREND: _of_each(damped_trend),
    GRAVITY: gravity,
    OWN: _of_each(own_mean),
    SHARES: constant_shares,
}
SEEN = (SHARES,)
"""Rules that have looked at the year which they are judged by: descriptions, not forecasts."""


def forecasts(rule: str, context: Context) -> dict[tuple[str, int], Forecast]:
    """What a rule says of every place and year after the first of the series, each from the years before it."""
    series = context.series
    years = sorted({year for values in series.values() for year in values})
    said = {year: RULES[rule](context, year) for year in years[1:]}
    errors: list[float] = []
    found = {}
    for year, by_place in said.items():
        sd = math.sqrt(sum(error**2 for error in errors) / len(errors)) if len(errors) >= FEWEST else 0.0
        for place, value in by_place.items():
            if value > 0.0:
                found[place, year] = Forecast(value, sd)
                errors += [math.log(series[place][year] / value)] if year in series[place] else []
    return found

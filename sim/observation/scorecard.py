"""The scorecard: every pattern beside the model's forecast of it, and the year-by-year series beside naive rules.

A forecast is the runs with the error of observation on top (`sim.analysis.scoring.scores`). What a number is expected
to be off by, and its role, are said beforehand (`sim.observation.judging`); nothing here is fitted.
"""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from sim.analysis.scoring import rules, scores
from sim.analysis.scoring.skill import Cell, best, skill
from sim.observation import jump_off
from sim.observation.expected import as_expected, drawn_over_expected
from sim.observation.judging import Spread, role, spread
from sim.observation.naive import by_year
from sim.observation.observed import FITTED_SERIES, RANK, STOCKS, SURVEY, Pattern, patterns, within
from sim.observation.quantities import QUANTITIES
from sim.observation.seen import Seen
from sim.observation.yardstick import CHANGES, Answers, judged, measured
from sim.runs.tables import OF_VALIDATION

MODEL = "model"
ALL = "all series"
SERIES = ("registers", "permits", "asylum")
"""Groups of the patterns whose yearly series are forecast; visas and documents for short work are inputs."""
SUMS = ("eu", "world")
"""Places that are sums of others: told in the scorecard, and in no average over places."""
STOCK = "valid_permits"
"""The stock that is known of every country of the EU at the end of each year."""


class Made(NamedTuple):
    """What runs give of the patterns within their months, run by run; and the least number of people."""

    values: Mapping[Pattern, Sequence[float]]
    least: float


def made(seen: Sequence[Seen], answers: Answers | None) -> Made:
    """What the runs give, flows as expected at the level of what is drawn: a country has not the luck of a sample.

    The survey counts as not asked without `answers`.
    """
    told = within(len(seen[0].run.harms))
    values = {one: measured(one, seen, answers)[1:] for one in told}
    smooth = [one._replace(run=as_expected(one.run)) for one in seen]
    for one in told:
        if is_flow(one) and values[one] and not any(map(math.isnan, values[one])):
            expected, drawn = np.array(measured(one, smooth, None)[1:]), np.array(values[one])
            values[one] = list(expected * drawn_over_expected(expected, drawn, seen[0].one_in))
    return Made(values, seen[0].one_in / (2.0 * len(seen)))


def is_flow(pattern: Pattern) -> bool:
    """Whether it counts people or papers of a period."""
    return pattern.kind == "relative" and pattern.unit not in ("%", "ratio") and pattern.quantity in QUANTITIES and (
        pattern.quantity not in (*STOCKS, *CHANGES)
    )  # fmt: skip


def scorecard(of: Made) -> pd.DataFrame:
    """The table `scorecard`: a row for each pattern within the months of the runs."""
    rows = [_row(pattern, values, of.least) for pattern, values in of.values.items()]
    return pd.DataFrame(rows, columns=OF_VALIDATION["scorecard"].names)


def _row(pattern: Pattern, values: Sequence[float], least: float) -> tuple[object, ...]:
    told = bool(values) and not any(map(math.isnan, values))
    error = spread(pattern) if not pattern.without else Spread(0.0, False)
    said, narrowest, ape, crps, width = scores.Summary(*(math.nan,) * 7), math.nan, math.nan, math.nan, math.nan
    verdict = "no counterpart" if pattern.without else "not asked" if not values else "no value"
    if told:
        members = forecast(values, error, _least_of(pattern, least))
        said, ape = scores.summary(members), math.nan
        middle = said.median if pattern.kind == "order" else float(np.mean(values))
        _, verdict = judged(pattern, middle, least)
        if pattern.kind in ("order", "least"):  # holds or does not; has no distance
            crps = width = math.nan
        else:
            narrowest = narrowest_of(pattern.observed, said)
            ape = scores.ape(pattern.observed, said.median)
            ends = pattern.observed, said.low_80, said.high_80
            if error.logged:
                floor = _least_of(pattern, least)
                crps = scores.log_crps(pattern.observed, members, floor)
                ends = tuple(math.log(max(one, floor)) for one in ends)  # type: ignore[assignment]
            else:
                crps = scores.crps(pattern.observed, members)
            width = scores.interval_score(*ends, 80)
    return (pattern.group, pattern.target, pattern.name, pattern.destination, pattern.start, pattern.end,
            role(pattern), pattern.observed, *said, narrowest, ape, crps, width, error.logged, error.sd,
            pattern.fitted, verdict, pattern.unit, pattern.quantity, pattern.source, pattern.confidence)  # fmt: skip


def forecast(values: Sequence[float], error: Spread, least: float) -> scores.Floats:
    """Members of the forecast of a number; what must be above zero counts as `least` at least."""
    runs = [max(value, least) for value in values] if error.logged else values
    return scores.predictive(runs, error.sd, error.logged, error.degrees)


def _least_of(pattern: Pattern, least: float) -> float:
    """The smallest number that counts: half an agent in all runs together, or a hundredth of a share or ratio."""
    return 0.01 if pattern.unit in ("%", "ratio") else least


def narrowest_of(observed: float, said: scores.Summary) -> float:
    """The narrowest of the intervals that holds the observed, percent; 100 for none."""
    for level, low, high in zip(scores.LEVELS, said[1::2], said[2::2], strict=True):
        if low <= observed <= high:
            return float(level)
    return 100.0


# series by year, and naive rules


def series() -> dict[str, dict[str, dict[int, Pattern]]]:
    """Yearly series of several places by quantity and place: registers, permits, claims; no sums, and no inputs.

    What was added after the fit was seen is in none: the thresholds stay what they were.
    """
    found: dict[str, dict[str, dict[int, Pattern]]] = {}
    for (name, place), years in by_year(patterns()).items():
        years = {year: one for year, one in years.items() if not one.added}
        one = next(iter(years.values()), None)
        if (
            one is not None
            and one.quantity == name
            and one.group in SERIES
            and place not in SUMS
            and name not in (SURVEY, RANK)
        ):
            if name not in FITTED_SERIES:
                found.setdefault(name, {})[place] = years
    return {name: places for name, places in found.items() if len(places) > 1}


def contexts() -> dict[str, rules.Context]:
    """What naive rules may look at, by series: the observed values, and valid permits at the end of each year."""
    values = {name: {place: {year: one.observed for year, one in years.items()} for place, years in places.items()}
              for name, places in series().items()}  # fmt: skip
    return {name: rules.Context(of, values[STOCK]) for name, of in values.items()}


def naive_forecasts() -> dict[str, dict[str, dict[tuple[str, int], rules.Forecast]]]:
    """Forecasts of every rule by series, rule, place and year; none of the model's own fit enters."""
    return {name: {rule: rules.forecasts(rule, of) for rule in rules.RULES} for name, of in contexts().items()}


def forecasts(of: Made, years: Sequence[int], fit: str, counted: bool = False) -> pd.DataFrame:
    """The table `forecasts`: the model's and every rule's forecasts of some years, where something was observed.

    The model's begin at the count of the year before if `counted` (`sim.observation.jump_off`), where there is one.
    """
    naive = naive_forecasts()
    rows: list[tuple[object, ...]] = []
    for name, places in series().items():
        for place, by in places.items():
            for year in years:
                pattern = by.get(year)
                if pattern is None:
                    continue
                values = of.values.get(pattern, ())
                if counted and year - 1 in by:
                    values = begun(of, values, by[year - 1])
                if values and not any(map(math.isnan, values)):
                    rows.append(_scored((fit, name, place, year, MODEL), pattern,
                                        forecast(values, spread(pattern), of.least), of.least))  # fmt: skip
                for rule, said in naive[name].items():
                    if (place, year) in said:
                        median, sd = said[place, year]
                        members = scores.predictive([median], sd, True)
                        rows.append(_scored((fit, name, place, year, rule), pattern, members, of.least))
    return pd.DataFrame(rows, columns=OF_VALIDATION["forecasts"].names)


def begun(of: Made, values: Sequence[float], counted: Pattern) -> Sequence[float]:
    """Forecasts by run that begin at a count of the year before; as they are where the runs do not tell it."""
    before = np.array(of.values.get(counted, ()), float)
    if not len(values) or not len(before):
        return values
    return list(np.array(values) * jump_off.ratios(before, counted, of.least))


def _scored(key: tuple[object, ...], pattern: Pattern, members: scores.Floats, least: float) -> tuple[object, ...]:
    said = scores.summary(members)
    crps = scores.log_crps(pattern.observed, members, least)
    ape = scores.ape(pattern.observed, said.median)
    return (*key, pattern.observed, said.median, said.low_80, said.high_80, crps, ape, key[-1] in rules.SEEN)


def cells(table: pd.DataFrame, rule: str) -> dict[Cell, float]:
    """Scores of the model or of a rule by series, place and year."""
    part = table[table["rule"] == rule]
    keys = zip(part["series"], part["destination"], part["year"], strict=True)
    return {(str(name), str(place), int(year)): float(score)
            for (name, place, year), score in zip(keys, part["crps"], strict=True)}  # fmt: skip


def skills(table: pd.DataFrame) -> pd.DataFrame:
    """The table `skill`: of the model over every rule, by fit and series and of all series together."""
    rows: list[tuple[object, ...]] = []
    for fit, of_fit in table.groupby("fit", sort=False):
        names = [ALL, *dict.fromkeys(of_fit["series"])]
        for name in names:
            part = of_fit if name == ALL else of_fit[of_fit["series"] == name]
            model = cells(part, MODEL)
            others = {rule: cells(part, rule) for rule in rules.RULES}
            try:
                winner = best(model, {rule: of for rule, of in others.items() if rule not in rules.SEEN})[0]
            except ValueError:
                winner = ""
            for rule, scored in others.items():
                found = skill(model, scored)
                if found is not None:
                    rows.append((fit, name, rule, *found, rule in rules.SEEN, rule == winner))
    return pd.DataFrame(rows, columns=OF_VALIDATION["skill"].names)

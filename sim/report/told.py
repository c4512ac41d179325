"""Values of the declared quantities in one comparison, and how each is told: the one way from tables to words.

Which number is told, and what stands in the place of one that is not, `sim.report.verdicts` says.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from sim.analysis.dimensions import DESTINATIONS
from sim.numerics import months
from sim.report import verdicts, words
from sim.report.quantities import COUNTED, DECLARED, EACH, HARM, LIVES, MONEY, SHARE, Quantity, quantity
from sim.report.results import Effect, Results, wording
from sim.report.verdicts import BRIEF, FEW, TOLD, UNSURE, Ends
from sim.runs.disclosure import rounded

MILLION = 1e6


@dataclass(frozen=True)
class Value:
    """A quantity at a place and lambda: an estimate with its 90% interval, its level before, and what it is part of."""

    quantity: Quantity
    place: str
    lambda_: float
    estimate: float
    low: float
    high: float
    before: float
    """Level under the rules in force; not a number where there is none."""
    whole: float
    """Estimate of the quantity that it is part of; not a number where it is part of none."""
    one_in: float
    replicates: int

    @property
    def verdict(self) -> str:
        """Whether a number is told, and if not the phrase that stands in its place."""
        kind, ends = self.quantity.kind, Ends(self.estimate, self.low, self.high)
        if kind == SHARE and self.estimate:  # which cannot be told only if it may be anything
            return UNSURE if math.isnan(self.estimate) or (self.low <= 0.0 and self.high >= 1.0) else TOLD
        is_few = False
        if kind in (LIVES, COUNTED):
            is_few = verdicts.too_few(self.estimate, self.one_in, self.replicates)
        elif kind == HARM and not math.isnan(self.whole):  # of the simulated people whose lives they are
            is_few = verdicts.too_few(self.whole, self.one_in, self.replicates)
        elif kind not in (HARM, MONEY):  # an expected flow rests on all who might go, not on who went
            is_few = not rounded(self.estimate, self.one_in)
        return verdicts.verdict(ends, is_few, is_part=kind in (LIVES, SHARE))

    @property
    def told(self) -> bool:
        """Whether a number is told."""
        return self.verdict == TOLD

    @property
    def number(self) -> str:
        """The number with the sign of a difference, or the phrase instead."""
        return self._one(self.estimate, self.quantity.kind not in (LIVES, SHARE)) if self.told else self.verdict

    @property
    def size(self) -> str:
        """The number without its sign, or the phrase instead."""
        return self._one(abs(self.estimate), False) if self.told else self.verdict

    @property
    def cell(self) -> str:
        """The number as a cell of a table, where there is no room for the whole phrase."""
        return self.number if self.told else BRIEF[self.verdict]

    @property
    def interval(self) -> str:
        """`low to high`; nothing where no number is told, or for a share that has none."""
        return self._ends(self.low, self.high, self.quantity.kind not in (LIVES, SHARE)) if self.has_interval else ""

    @property
    def size_interval(self) -> str:
        """The interval of the size, without signs and as one word."""
        ends = (self.low, self.high) if self.estimate >= 0 else (-self.high, -self.low)
        return self._ends(*ends, False).replace(" to ", "\u2013") if self.has_interval else ""

    @property
    def has_interval(self) -> bool:
        """Whether an interval is known of a number that is told."""
        return self.told and not math.isnan(self.low)

    @property
    def levels(self) -> tuple[str, str]:
        """The level under the rules in force and under the scenario; empty where there is none."""
        if math.isnan(self.before) or self.verdict == FEW:
            return "", ""
        return self._one(self.before, False), self._one(self.before + self.estimate, False)

    @property
    def share(self) -> str:
        """Percent of what it is part of; empty where that is nothing or no number is told."""
        if not self.told or math.isnan(self.whole) or self.whole <= 0:
            return ""
        return words.percent(self.estimate / self.whole)

    @property
    def relative(self) -> str:
        """The size of the change in percent of the level under the rules in force; empty where there is no level."""
        return words.percent(abs(self.estimate) / self.before) if self.told and self.before > 0 else ""

    @property
    def printed(self) -> Ends:
        """The estimate and its interval as they are printed: rounded, and of a number of people never below zero."""
        if self.quantity.kind in (SHARE, HARM, MONEY):
            return Ends(self.estimate, self.low, self.high)
        low, high = (end if math.isnan(end) else float(rounded(end, self.one_in)) for end in (self.low, self.high))
        return Ends(self.estimate, max(low, 0.0) if self.quantity.kind == LIVES else low, high)

    def _ends(self, low: float, high: float, signed: bool) -> str:
        low = max(low, 0.0) if self.quantity.kind == LIVES else low
        return f"{self._one(low, signed)} to {self._one(high, signed)}"

    def _one(self, value: float, signed: bool) -> str:
        kind = self.quantity.kind
        if kind == SHARE:
            return words.percent(value)
        if kind in (HARM, MONEY):
            text = words.expected(value / MILLION if kind == MONEY else value)
            return text if signed else text.lstrip("+")
        number = rounded(value, self.one_in)
        return (f"{number:+,}" if signed and number else f"{number:,}").replace("-", words.MINUS)


class Told:
    """The values of every declared quantity in one comparison.

    Raises ValueError for a quantity that is not declared, or a place that it is not told of.
    """

    def __init__(self, results: Results) -> None:
        self.results = results

    def value(self, name: str, place: str = "", lambda_: float | None = None) -> Value:
        """A quantity at a lambda (by default the main one); of a destination if it is told of each."""
        declared, at = quantity(name), self.results.main if lambda_ is None else lambda_
        if (declared.where == EACH) != bool(place):
            raise ValueError(f"quantity '{name}' is told {'of a destination' if declared.where == EACH else 'in all'}")
        if declared.kind == MONEY:
            return self._money(declared, place)
        found = self._effect(declared.measure, place, at)
        if declared.kind == SHARE and not self.ruled:  # of countries whose rules change there are none
            found = Effect(math.nan, math.nan, math.nan, "share")
        elif name == "share":  # a share of levels, whose luck no table tells
            whole = self._effect("baseline_departures", "", at).estimate
            found = Effect(found.estimate / whole if whole > 0 else math.nan, math.nan, math.nan, "share")
        before = self._effect(declared.level, place, at).estimate if declared.level else math.nan
        whole = math.nan
        if declared.of and declared.of in _WITH_VALUE:
            whole = self.sum_of(declared.of, at)
        return Value(declared, place, at, found.estimate, found.low, found.high, before, whole,
                     self.results.one_in, self.results.replicates)  # fmt: skip

    def values(self, names: Sequence[str], place: str = "") -> list[Value]:
        """Several quantities at the main lambda."""
        return [self.value(name, place) for name in names]

    def sum_of(self, name: str, lambda_: float | None = None) -> float:
        """Estimate of a quantity over all destinations."""
        declared, at = quantity(name), self.results.main if lambda_ is None else lambda_
        if declared.measure == "deflected":
            return self.results.category("deflected", at).estimate
        return self._effect(declared.measure, "", at).estimate

    def beside(self, name: str, place: str = "") -> list[Value]:
        """The quantity at every lambda, ascending; money is told at the main one only."""
        if quantity(name).kind == MONEY:
            return [self.value(name, place)]
        return [self.value(name, place, lambda_) for lambda_ in self.results.lambdas]

    def how_sure(self, name: str, place: str = "") -> str:
        """What stands in the place of a number that is not told; otherwise `verdicts.how_sure` of it."""
        main = self.value(name, place)
        if not main.told:
            return main.verdict
        others = [one for one in self.beside(name, place) if not np.isclose(one.lambda_, main.lambda_)]
        return verdicts.how_sure(main.printed, [one.printed if one.told else None for one in others])

    @cached_property
    def ruled(self) -> tuple[str, ...]:
        """Destinations whose rules the scenario changes, those of the largest change of arrivals first."""
        places = [str(place) for place in self.results.fact("changed")]
        return tuple(sorted(places, key=lambda place: (-abs(self.value("arrivals", place).estimate), place)))

    @cached_property
    def taking(self) -> tuple[str, ...]:
        """Destinations to which a number of people go instead, most first."""
        found = [self.value("elsewhere_in", place) for place in DESTINATIONS]
        kept = sorted((one for one in found if one.told), key=lambda one: (-one.estimate, one.place))
        return tuple(one.place for one in kept)

    @cached_property
    def year(self) -> int | None:
        """The last whole calendar year of the run, if the scenario had begun by its first day; None if it had not."""
        end = months.month(str(self.results.fact("settings", "end")))
        first = ((end + 1) // 12 - 1) * 12
        return months.FIRST_YEAR + first // 12 if self.begins <= first else None

    @cached_property
    def begins(self) -> float:
        """When the first rule of the scenario comes into force, in months of the clock, or the worlds first differ."""
        worlds_differ = months.month(str(self.results.fact("start")))
        return max(worlds_differ, min((policy.start for policy in self.results.policies), default=0.0))

    @property
    def span(self) -> str:
        """The window in words."""
        ends = (str(self.results.fact("start")), str(self.results.fact("settings", "end")))
        return " to ".join(dict.fromkeys(map(words.month, ends)))

    def table(self) -> pd.DataFrame:
        """Every value as a row, with what it is: the file that is downloaded, and what tests compare pages with."""
        rows = []
        for declared in DECLARED:
            for place in DESTINATIONS if declared.where == EACH else ("",):
                if declared.kind == MONEY and self.year is None:
                    continue
                for one in self.beside(declared.name, place):
                    numbers = one.lambda_, one.estimate, one.low, one.high, one.before
                    what = declared.unit, declared.numerator, declared.denominator, declared.window
                    rows.append((declared.name, place, *numbers, *what, one.number))
        return pd.DataFrame(rows, columns=COLUMNS)

    def label(self, value: Value) -> str:
        """The quantity's row in words."""
        return value.quantity.label.replace("{place}", wording(value.place))

    def _effect(self, measure: str, place: str, lambda_: float) -> Effect:
        key = measure, place, round(lambda_, 9)
        if key in self._effects:
            return self._effects[key]
        if measure == "deflected" and not place:
            return self.results.category(measure, lambda_)
        where = place or "the total"
        path = self.results.folder / "effects.csv"
        raise ValueError(f"{path} has no row of '{measure}' of {where} at lambda {lambda_:g}")

    @cached_property
    def _effects(self) -> dict[tuple[str, str, float], Effect]:
        return {
            (str(row["measure"]), str(row["destination"]), round(float(row["lambda"]), 9)): Effect(
                float(row["estimate"]), float(row["low"]), float(row["high"]), str(row["unit"])
            )
            for row in self.results.effects.to_dict("records")
        }

    def _money(self, declared: Quantity, place: str) -> Value:
        table = self.results.table("public_money")
        rows = table[(table["destination"] == place) & (table["item"] == declared.measure)]
        rows = rows[rows["year"].astype(int) == self.year]
        row = dict.fromkeys(("difference", "low", "high", "baseline"), np.nan) if rows.empty else rows.iloc[0]
        change, low, high, before = (float(row[name]) for name in ("difference", "low", "high", "baseline"))
        return Value(declared, place, self.results.main, change, low, high, before, math.nan, self.results.one_in,
                     self.results.replicates)  # fmt: skip


_WITH_VALUE = {one.name for one in DECLARED if one.kind == LIVES and (one.where != EACH)}
COLUMNS = ["quantity", "destination", "lambda", "estimate", "low", "high", "before", "unit", "numerator", "denominator",
           "window", "told"]  # fmt: skip

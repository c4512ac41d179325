"""All numbers of a comparison: the table under its headings, net flows, and what is told at every lambda."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from sim.analysis.dimensions import CHANNELS
from sim.report.comparison.countries import payers
from sim.report.quantities import CALLS, HARM, HARMS, MONEY, PARTS, WISHES, Quantity
from sim.report.results import Effect, Results
from sim.report.told import Told, Value
from sim.report.verdicts import SAME


@dataclass(frozen=True)
class Row:
    """A line of the table, drawn from one value; persons beside are those at the other lambdas."""

    value: Value
    label: str
    deep: bool = False
    """Part of the line above."""
    beside: tuple[str, ...] = ()
    sure: str = ""

    @property
    def persons(self) -> str:
        """The number, or the phrase instead."""
        return self.value.cell

    @property
    def interval(self) -> str:
        """The 90% interval."""
        return self.value.interval

    @property
    def before(self) -> str:
        """The level under the rules in force."""
        return self.value.levels[0]

    @property
    def after(self) -> str:
        """The level under the scenario."""
        return self.value.levels[1]


@dataclass(frozen=True)
class Block:
    """Lines under one heading."""

    heading: str
    rows: tuple[Row, ...]


def beside(results: Results) -> list[float]:
    """Values of lambda shown beside the main one."""
    return [lambda_ for lambda_ in results.lambdas if not np.isclose(lambda_, results.main)]


def _row(told: Told, name: str, place: str = "", deep: bool = False) -> Row:
    """A quantity at the main lambda and at those beside it; money is told at the main one only."""
    main = told.value(name, place)
    money = main.quantity.kind == MONEY
    near = tuple("" if money else told.value(name, place, lambda_).cell for lambda_ in beside(told.results))
    return Row(main, told.label(main), deep, near, told.how_sure(name, place))


def blocks(told: Told) -> tuple[Block, ...]:
    """The table: flows net of all countries, whose life it changes, harms, money, wishes."""
    row = partial(_row, told)
    lives = [row("changed")]
    for part in PARTS:
        lives.append(row(part.name, deep=True))
        if part.name == "elsewhere":
            lives += [row("elsewhere_in", place, deep=True) for place in told.taking]
        if part.name == "papers":
            lives += [row(f"papers_{what}", deep=True) for what in ("onward", "returned", "none", "before")]
        if part.name == "joins":
            lives += [row("opened", deep=True), row("by_others", deep=True)]
    harms = [row(one.name, deep=one.kind != HARM or bool(one.of)) for one in harms_told(told)]
    focus = told.results.focus
    found = (
        Block("Arrivals from Belarus, net", tuple(net(told))),
        Block("People whose life it changes, by what becomes of them", tuple(lives)),
        Block("Return, protection and harms", (row("returns"), row("claims", focus), *harms)),
        Block("Public money, million EUR a year", tuple(money(told))),
        Block("Would leave, were all open", tuple(row(one.name, deep=bool(one.of)) for one in WISHES)),
    )
    return tuple(block for block in found if block.rows)


def net(told: Told) -> list[Row]:
    """Arrivals of every country whose rules change, all others together, and both: the lines add up."""
    row = partial(_row, told)
    ruled = told.ruled or (told.results.focus,)
    rows = [row("arrivals", place, deep=len(ruled) > 1) for place in ruled]
    if len(ruled) > 1:
        rows.insert(0, row("arrivals_changed"))
    return [*rows, row("arrivals_others"), row("departures")]


def harms_told(told: Told) -> list[Quantity]:
    """Harms in their order, without kinds of call to arms by which nobody is called in either world."""
    absent = {one for name, kind in CALLS.items() for one in kind if not occurs(told, name)}
    return [one for one in HARMS if one not in absent]


def occurs(told: Told, name: str) -> bool:
    """Whether anybody is called to arms in this way in either world."""
    one = told.value(name)
    return one.verdict != SAME or one.before > 0.0


def money(told: Told) -> list[Row]:
    """The public money of those destinations."""
    return [_row(told, "balance", place) for place in payers(told)]


def of_lives(told: Told) -> list[Row]:
    """The harms of those whose life the scenario changes."""
    return [_row(told, one.name) for one in harms_told(told) if one.kind == HARM and one.of]


def by_channel(results: Results) -> list[tuple[str, Effect, Effect]]:
    """Channels by which people come to the focus: level under the rules in force and change, most used first.

    Channels by which nobody comes in either world are left out.
    """
    found = []
    for channel in CHANNELS:
        before, change = (
            results.effect(f"{way}_by_channel:{channel}", results.focus) for way in ("baseline", "arrivals")
        )
        if before.estimate or change.estimate:
            found.append((channel, before, change))
    return sorted(found, key=lambda item: (-item[1].estimate, item[0]))


BY_LAMBDA = ("arrivals_changed", "elsewhere", "deflection_year", "deflection_end", "stay", "joins", "papers",
             "departures")  # fmt: skip
OF_RULED = ("arrivals_changed", "deflection_year", "deflection_end")
"""Quantities told at every lambda, in order, and those of them that are of countries whose rules change."""


def told_by_lambda(told: Told) -> list[str]:
    """Quantities told at every lambda of this scenario."""
    return [name for name in BY_LAMBDA if told.ruled or name not in OF_RULED]


def by_lambda(told: Told) -> list[tuple[bool, str, list[Value]]]:
    """A line for each lambda: whether it is the main one, lambda, and the values of `BY_LAMBDA`."""
    results = told.results
    lines = []
    for lambda_ in results.lambdas:
        main = bool(np.isclose(lambda_, results.main))
        values = [told.value(name, lambda_=lambda_) for name in told_by_lambda(told)]
        lines.append((main, results.main_told if main else f"{lambda_:g}", values))
    return lines


def titles(told: Told) -> list[str]:
    """Headings of the table by lambda."""
    return [told.label(told.value(name)) for name in told_by_lambda(told)]


def parts_of(told: Told, lambda_: float | None = None) -> Sequence[Value]:
    """All parts of those whose life the scenario changes, in the declared order; they add up to `changed`."""
    return [told.value(part.name, lambda_=lambda_) for part in PARTS]

"""How lambda moves each scenario: arrivals, go elsewhere and stay, a panel a comparison."""

import math

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from sim.report import style
from sim.report.results import Effect
from sim.report.study.comparisons import Comparison, Study
from sim.report.study.figures import rows
from sim.runs import disclosure

SECTION = "lambda"
TITLE = "Effects against \u03bb, persons"
SOURCE = "effects.csv of every comparison"
SERIES = {
    "arrivals": ("change of arrivals where rules change", style.BLUE, "o"),
    "deflected": ("go to another country", style.GREEN, "s"),
    "stuck": ("stay, though they would leave", style.ORANGE, "^"),
}
"""Measure to words, colour and shape."""
BESIDE = 0.018
"""Distance between the series at one value of lambda, so that none hides another."""


def absent(study: Study) -> str:
    """Why there is nothing to draw, or nothing."""
    return "" if any(one.others for one in study.comparisons) else "every comparison has one value of \u03bb only"


def caption(study: Study) -> str:
    """What is seen, in a few sentences."""
    return (
        "Each panel is one scenario on a scale of its own; points with 90% intervals over paired replicates (fewer "
        f"beside the main \u03bb, whose points are larger); open points rest on fewer than {disclosure.MINIMUM} "
        "simulated people. Near \u03bb = 0 all who are barred go elsewhere, at \u03bb = 1 none do; no data at hand "
        f"decide between them. A {style.STAMP}."
    )


def data(study: Study) -> pd.DataFrame:
    """Estimate, low and high by comparison (`row`), measure and lambda, with `main` and `shown`."""
    found = []
    for row, one in enumerate(study.comparisons):
        for lambda_ in one.results.lambdas:
            for measure in SERIES:
                effect = one.effect(measure, one.place if measure == "arrivals" else "", lambda_)
                if effect is None and measure == "deflected":
                    continue
                effect = effect or Effect(math.nan, math.nan, math.nan, "persons")
                numbers = (effect.estimate, effect.low, effect.high)
                shown = math.isfinite(effect.estimate) and one.shown(effect.estimate)
                found.append(
                    (row, one.scenario, one.point, measure, lambda_, lambda_ not in one.others, *numbers, shown)
                )
    columns = ["row", "scenario", "point", "measure", "lambda", "main", "estimate", "low", "high", "shown"]
    return pd.DataFrame(found, columns=columns)


def draw(study: Study) -> Figure:
    """Small panels in reading order, names above them."""
    table = data(study)
    count = len(study.comparisons)
    columns = min(count, 3 if count <= 12 else 4)
    names = [_name(one, 26 if columns < 4 else 22) for one in study.comparisons]
    tall = 1.15 + 0.13 * max(name.count("\n") + 1 for name in names)
    deep = math.ceil(count / columns)
    figure = style.canvas(max(tall, 2.4 if columns < 3 else tall) * deep + 1.0, TITLE)
    grid = figure.subplots(deep, columns, squeeze=False).ravel()
    for axes in grid[count:]:
        axes.set_visible(False)
    for row, (axes, name) in enumerate(zip(grid, names, strict=False)):
        axes.set_title(name, fontsize=7.5, linespacing=1.1)
        _panel(axes, table[table["row"] == row])
    keys = [
        Line2D([], [], color=colour, marker=mark, ms=4, lw=1.2, label=text) for text, colour, mark in SERIES.values()
    ]
    rows.legend(figure, keys, 3)
    return figure


def _name(one: Comparison, width: int) -> str:
    return "\n".join(filter(None, [rows.wrapped(one.title, width), one.point and rows.wrapped(one.point, width)]))


def _panel(axes: Axes, table: pd.DataFrame) -> None:
    axes.axhline(0, color=style.QUIET, lw=0.8, zorder=1)
    for place, (measure, (_, colour, mark)) in enumerate(SERIES.items()):
        part = table[(table["measure"] == measure) & table["estimate"].notna()]
        at = part["lambda"] + BESIDE * (place - 1)
        axes.plot(at, part["estimate"], color=colour, lw=0.9, alpha=0.7)
        for x, cell in zip(at, part.to_dict("records"), strict=True):
            axes.plot([x, x], [cell["low"], cell["high"]], color=colour, lw=1.3, alpha=1 if cell["shown"] else 0.4)
            fill = colour if cell["shown"] else style.PAPER
            axes.plot(x, cell["estimate"], mark, color=colour, mfc=fill, ms=5 if cell["main"] else 3.2)
    axes.set_xlim(0, 1.02)
    axes.set_xticks([0, 0.5, 1], ["\u03bb = 0", ".5", "1"])
    axes.locator_params(axis="y", nbins=4)
    axes.tick_params(axis="x", length=2.5, color=style.QUIET, labelsize=7)
    axes.tick_params(axis="y", labelsize=6.5)
    axes.margins(y=0.12)
    style.thousands(axes)

"""Harms beside counts: what the scenario costs people, next to the arrivals it prevents."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.model.hazards import EXPECTED
from sim.report import style, words
from sim.report.results import Results, wording
from sim.runs import disclosure

SECTION = "harms"
TITLE = "Counts, and harms beside them: scenario minus rules in force, persons"
HARMS = {
    "detained": "detained in Belarus",
    "charged": "charged with a political offence",
    "drafted": "drafted",
    "caught": "stopped on an irregular crossing",
    "arrested_on_return": "arrested on return",
    "lost": "lost the right to stay abroad",
}
"""Harms in words; those of `hazards.EXPECTED` are expected counts, the others are counted."""


def caption(results: Results) -> str:
    """One sentence under the figure."""
    return (
        "Difference between paired worlds over all people and the whole horizon, with 90% intervals of the mean "
        f"(\u03bb = {results.main:g}). Harms but the last are expected: hazards summed over all lives. Open grey "
        f"points rest on fewer than {disclosure.MINIMUM} simulated people and say no more than their width. The two "
        "panels have different scales."
    )


def data(results: Results) -> pd.DataFrame:
    """Estimate, low and high by panel (counts, harms) and label, with `shown` false for too few simulated people."""
    focus = wording(results.focus)
    counts = {
        f"arrivals in {focus}": results.effect("arrivals", results.focus),
        "arrivals in other countries": results.category("deflected"),
        "stay, though would have left": results.effect("stuck"),
        "cross irregularly": results.effect("irregular"),
    }
    harms = {label: results.effect(f"expected_{harm}" if harm in EXPECTED else harm) for harm, label in HARMS.items()}
    certain = [HARMS[harm] for harm in EXPECTED]
    rows = [
        (panel, label, effect.estimate, effect.low, effect.high)
        for panel, effects in (("counts", counts), ("harms", harms))
        for label, effect in effects.items()
    ]
    table = pd.DataFrame(rows, columns=["panel", "label", "estimate", "low", "high"])
    visible = disclosure.suppress(table["estimate"], results.one_in, replicates=results.replicates)
    return table.assign(shown=~np.isnan(visible) | table["label"].isin(certain), expected=table["label"].isin(certain))


def draw(results: Results) -> Figure:
    """Points with intervals, counts above and harms below."""
    table = data(results)
    figure = style.canvas(4.3, TITLE)
    parts = [table[table["panel"] == panel] for panel in ("counts", "harms")]
    panels = figure.subplots(2, 1, height_ratios=[len(part) for part in parts])
    for axes, part, colour in zip(panels, parts, (style.BLUE, style.VERMILLION), strict=True):
        points(axes, part, colour, results.one_in)
    return figure


def points(axes: Axes, table: pd.DataFrame, colour: str, one_in: float) -> None:
    """A row a label: interval, point and the rounded number."""
    axes.axvline(0, color=style.QUIET, lw=0.9)
    for row, cell in enumerate(table.itertuples()):
        ink = colour if cell.shown else style.FEW
        axes.plot([cell.low, cell.high], [row, row], color=ink, lw=2.2)
        axes.plot(cell.estimate, row, "o", color=ink, mfc=ink if cell.shown else style.PAPER, ms=6)
        number = signed(disclosure.rounded(cell.estimate, one_in)) if cell.shown else "few"
        number = words.expected(cell.estimate) if cell.expected else number
        axes.annotate(
            number, (cell.estimate, row), (0, 5.5), textcoords="offset points",
            ha="center", va="bottom", fontsize=7.5, color=style.INK if cell.shown else style.QUIET,
            bbox={"facecolor": style.PAPER, "edgecolor": "none", "pad": 0.6},
        )  # fmt: skip
    labels: Sequence[str] = table["label"].tolist()
    axes.set_yticks(range(len(labels)), labels)
    axes.tick_params(axis="y", labelcolor=style.INK, labelsize=8)
    axes.set_ylim(len(labels) - 0.5, -0.75)
    axes.margins(x=0.08)
    axes.grid(axis="x")
    axes.grid(False, axis="y")
    axes.spines["left"].set_visible(False)
    style.thousands(axes, "x")


def signed(number: int) -> str:
    """A difference with its sign."""
    return f"{number:+,}".replace("-", "\u2212") if number else "0"

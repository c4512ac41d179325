"""Harms beside counts: what the scenario costs people, next to the arrivals it prevents."""

import textwrap
from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.report import style
from sim.report.comparison.all_numbers import harms_told
from sim.report.comparison.answer import CALLED
from sim.report.quantities import HARM
from sim.report.results import Results
from sim.report.told import Told
from sim.runs import disclosure

SECTION = "harms"
UNIT = "persons"
SOURCE = "effects.csv"
WRAP = 20
"""Letters of a line of a label."""
LEAST_HEIGHT, A_ROW = 6.6, 0.55
"""Inches of the figure at least, and of a row with a label of three lines."""
COUNTS = ("stay", "papers", "returns")
"""Counts that every scenario has; flows stand before them."""


def title(results: Results) -> str:
    """The finding."""
    told = Told(results)
    everyone = (("detained", "detentions"), *CALLED.items())
    said = [f"{what} {told.value(name).cell}" for name, what in everyone if told.value(name).told]
    of = told.value("detained_of_stayers")
    if of.told:  # may be more than all, as others may be harmed less: it is no part that is told after its whole
        whose = "those who stay though they would have left"
        parts = [f"{whose}: {of.cell}"] if told.value("detained").told else [f"detentions of {whose}: {of.cell}"]
    else:
        parts = []
    found = "; ".join([*([", ".join(said)] if said else []), *parts])
    return f"Beside the arrivals: {found or 'no change of harms can be told'}"


def caption(results: Results) -> str:
    """One sentence under the figure."""
    return (
        "Scenario less rules in force over all people and the whole window, with 90% intervals "
        f"{'of one more draw' if results.is_drawn else 'of the mean'} (\u03bb = {results.main_told}). Harms are "
        "expected: hazards summed over all lives, or over those of people who stay though they would have left, "
        "which may be more than over all, since others are harmed less. Open grey points: no number "
        f"can be told (fewer than {disclosure.MINIMUM} simulated people, or an interval that holds zero). The two "
        f"panels have different scales. Source: {SOURCE}."
    )


def data(results: Results) -> pd.DataFrame:
    """Estimate, low and high by panel and label; `told` is what is written, `shown` whether that is a number."""
    told, rows = Told(results), []
    expected = [one.name for one in harms_told(told) if one.kind == HARM and one.of in ("", "stay")]
    flows = ("arrivals_changed", "arrivals_others") if told.ruled else ("departures",)
    for panel, names in (("counts", (*flows, *COUNTS)), ("harms", expected)):
        for name in names:
            one = told.value(name)
            rows.append((panel, name, told.label(one), one.estimate, one.low, one.high, one.cell, one.told))
    return pd.DataFrame(rows, columns=["panel", "quantity", "label", "estimate", "low", "high", "told", "shown"])


def draw(results: Results) -> Figure:
    """Points with intervals, counts above and harms below."""
    table = data(results)
    figure = style.canvas(max(LEAST_HEIGHT, A_ROW * len(table)), title(results), style.COLUMN)
    parts = [table[table["panel"] == panel] for panel in ("counts", "harms")]
    panels = figure.subplots(2, 1, height_ratios=[len(part) for part in parts])
    for axes, part, colour in zip(panels, parts, (style.BLUE, style.VERMILLION), strict=True):
        points(axes, part, colour)
    for axes, what in zip(panels, (UNIT, f"{UNIT}, expected"), strict=True):
        axes.set_xlabel(f"change, {what}")
    return figure


def points(axes: Axes, table: pd.DataFrame, colour: str) -> None:
    """A row a label: interval, point and what is told."""
    axes.axvline(0, color=style.QUIET, lw=0.9)
    for row, cell in enumerate(table.itertuples()):
        ink = colour if cell.shown else style.FEW
        axes.plot([cell.low, cell.high], [row, row], color=ink, lw=2.2)
        axes.plot(cell.estimate, row, "o", color=ink, mfc=ink if cell.shown else style.PAPER, ms=6)
        axes.annotate(
            cell.told, (cell.estimate, row), (0, 5.5), textcoords="offset points",
            ha="center", va="bottom", fontsize=style.SMALL, color=style.INK if cell.shown else style.QUIET,
            bbox={"facecolor": style.PAPER, "edgecolor": "none", "pad": 0.6},
        )  # fmt: skip
    labels: Sequence[str] = ["\n".join(textwrap.wrap(label, WRAP)) for label in table["label"]]
    axes.set_ylim(len(labels) - 0.5, -0.85)
    style.rows(axes, labels, 0.16)

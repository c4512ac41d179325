"""How the answer depends on lambda: what becomes of those whose life changes, and what others gain in a year."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.analysis.closed_form import PRIOR, PRIOR_90, deflection
from sim.report import style
from sim.report.comparison import doubts
from sim.report.comparison.figures.substitution import COLOURS, SHORT, TINTS, on
from sim.report.quantities import PARTS
from sim.report.results import Results
from sim.report.told import Told

SECTION = "lambda"
UNIT = "percent"
SOURCE = "effects.csv"


def title(results: Results) -> str:
    """The finding."""
    told = Told(results)
    ends = [told.value("stay", lambda_=one) for one in (min(results.lambdas), max(results.lambdas))]
    if all(one.told for one in ends):
        least, most = (f"{one.share} stay at \u03bb = {one.lambda_:g}" for one in ends)
        return f"Of those whose life changes {least}, {most}"
    return "\u03bb: how alike leaving for one country and for another are"


def caption(results: Results) -> str:
    """One sentence under the figure."""
    told = Told(results)
    share = told.value("share")
    line = "" if not share.told else (
        " within twelve months (points, with 90% intervals; none where it cannot be told); the line is the closed form "
        f"for one month's decision if countries with {share.number} of departures close entirely, without queues or "
        "feedback"
    )  # fmt: skip
    return (
        f"Above, what becomes of every 100 whose life changes. Below, {doubts.share_of(told)}{line}; the hill is the "
        f"prior of \u03bb, the bar 90% of it. Source: {SOURCE}."
    )


def data(results: Results) -> pd.DataFrame:
    """By lambda: persons of each part, the deflection within a year with its interval, and the closed form."""
    told, rows = Told(results), []
    s = told.value("share").estimate
    for lambda_ in results.lambdas:
        parts = {part.name: max(told.value(part.name, lambda_=lambda_).estimate, 0.0) for part in PARTS}
        year = told.value("deflection_year", lambda_=lambda_)
        ends = (year.estimate, year.low, year.high) if year.told else (np.nan,) * 3
        form = float(deflection(s, lambda_)) if 0 < s < 1 else np.nan
        rows.append((lambda_, *parts.values(), *ends, s, form))
    names = [part.name for part in PARTS]
    return pd.DataFrame(rows, columns=["lambda", *names, "year", "year_low", "year_high", "share", "closed_form"])


def draw(results: Results) -> Figure:
    """Shares of what becomes of people above, deflection below."""
    table = data(results)
    figure = style.canvas(5.9, title(results), style.COLUMN)
    upper, lower = figure.subplots(2, 1, height_ratios=[1.15, 1])
    upper.set_title(f"what becomes of those whose life changes, {UNIT}")
    bars(upper, table, results.main)
    points(lower, table, results.main)
    lower.set_title(doubts.of_a_year(Told(results)))
    return figure


def bars(axes: Axes, table: pd.DataFrame, main: float) -> None:
    """Stacked shares at every lambda, the main one taller; shares of eight percent and more are written."""
    names = [part.name for part in PARTS]
    for row, cells in enumerate(table.to_dict("records")):
        total, left = sum(cells[name] for name in names), 0.0
        tall = 0.82 if np.isclose(cells["lambda"], main) else 0.6
        for name in names:
            share = cells[name] / total * 100 if total else 0.0
            colour = TINTS[1] if name == "elsewhere" else COLOURS[name]
            axes.barh(row, share, left=left, height=tall, color=colour, ec=style.PAPER, lw=0.8)
            if share >= 8:
                axes.text(
                    left + share / 2,
                    row,
                    f"{share:.0f}",
                    ha="center",
                    va="center",
                    fontsize=style.SMALL,
                    color=on(colour),
                )
            left += share
    axes.set_yticks(range(len(table)), [f"\u03bb = {one:.2g}" for one in table["lambda"]])
    for tick, lambda_ in zip(axes.get_yticklabels(), table["lambda"], strict=True):
        tick.set_color(style.INK)
        tick.set_fontweight("bold" if np.isclose(lambda_, main) else "normal")
    axes.invert_yaxis()
    axes.set_xlim(0, 100)
    axes.set_xticks([])
    axes.grid(False)
    for spine in axes.spines.values():
        spine.set_visible(False)
    labels = SHORT | {"elsewhere": "go to another country"}
    marks = [(labels[name], TINTS[1] if name == "elsewhere" else COLOURS[name]) for name in names if table[name].any()]
    handles = [axes.barh(0, 0, color=colour, label=text) for text, colour in marks]
    axes.legend(handles=handles, loc="upper center", bbox_to_anchor=(0.45, -0.02), ncols=3, fontsize=style.SMALL,
                handlelength=0.9, columnspacing=1.0)  # fmt: skip


def points(axes: Axes, table: pd.DataFrame, main: float) -> None:
    """Deflection within a year at every lambda, the main one filled, over the prior."""
    grid, s = np.linspace(0.001, 0.999, 101), float(table["share"].iloc[0])
    if 0 < s < 1:
        axes.plot(grid, deflection(s, grid) * 100, color=style.QUIET, lw=1, ls=(0, (4, 2)))
    for row in table.dropna(subset=["year"]).to_dict("records"):
        ground = style.BLUE if np.isclose(row["lambda"], main) else style.PAPER
        axes.plot([row["lambda"]] * 2, [row["year_low"] * 100, row["year_high"] * 100], color=style.BLUE, lw=2)
        axes.plot(row["lambda"], row["year"] * 100, "o", color=style.BLUE, mfc=ground, ms=6.5)
    ends = table[["year_low", "year_high"]].to_numpy() * 100
    known = ends[np.isfinite(ends)]
    low, high = (min(0.0, known.min()), max(100.0, known.max())) if known.size else (0.0, 100.0)
    axes.set_ylim(low * 1.05, high * 1.05)
    hill = grid ** (PRIOR[0] - 1) * (1 - grid) ** (PRIOR[1] - 1)
    axes.fill_between(grid, 0, hill / hill.max() * high * 0.22, color=style.ORANGE, alpha=0.22, lw=0, zorder=0)
    axes.plot(PRIOR_90, [0, 0], color=style.ORANGE, lw=4, solid_capstyle="butt", clip_on=False)
    axes.set_xlim(0, 1)
    axes.set_xticks([0, *table["lambda"], 1], ["0", *[f"{one:.2g}".lstrip("0") for one in table["lambda"]], "1"])
    axes.set_xlabel("\u03bb   (0: all elsewhere, 1: none)")
    axes.tick_params(axis="x", length=3.5, color=style.QUIET)

"""What was observed to the end of 2022 beside the run of the rules in force, in tolerances, with intervals."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from sim.observation.yardstick import HIT, MISS
from sim.report import style, yardstick
from sim.report.results import Results, heading

SECTION = "fit"
UNIT = "error in tolerances"
SOURCE = "patterns.csv"
WIDEST = 4.0
"""Errors beyond so many tolerances are drawn at the edge."""


def title(results: Results) -> str:
    """The finding."""
    score = yardstick.scores(results.table("patterns"))[-1]
    return f"Of what was observed to 2022 the model hits {score.hits} and misses {score.misses}"


def caption(results: Results) -> str:
    """One sentence under the figure."""
    return (
        "A point is one observed number; 0 is exact, the band is what its tolerance allows. Open: something is fitted "
        f"to the number, so that a hit proves nothing. Errors beyond {WIDEST:g} tolerances stand at the edge. Lines: "
        f"90% intervals. Source: {SOURCE}."
    )


def absent(results: Results) -> str:
    """Why there is nothing to draw."""
    return "" if len(data(results)) else "nothing was observed of this baseline within its months"


def data(results: Results) -> pd.DataFrame:
    """Rows of `patterns.csv` that were judged, with the interval in tolerances where a ratio is told."""
    table = results.table("patterns")
    table = table[table["verdict"].isin([HIT, MISS]) & table["error"].notna()]
    ratio = (
        (table["kind"] == "relative") & (table[["observed", "low", "high"]] > 0).all(axis=1) & (table["tolerance"] > 0)
    )
    ends = {}
    for name in ("low", "high"):
        value = table[name].where(ratio) / table["observed"].where(ratio)
        ends[f"error_{name}"] = np.log(value.astype(float)) / np.log1p(table["tolerance"].where(ratio))
    keep = ["group", "target", "pattern", "destination", "start", "end", "observed", "simulated", "low", "high",
            "error", "tolerance", "kind", "fitted", "verdict", "unit", "source"]  # fmt: skip
    return table[keep].assign(**ends).reset_index(drop=True)


def draw(results: Results) -> Figure:
    """A row a group of patterns, a point a number."""
    table = data(results)
    groups = list(dict.fromkeys(table["group"]))
    figure = style.canvas(1.2 + 0.42 * len(groups), title(results), style.COLUMN)
    axes = figure.subplots()
    axes.axvspan(-1, 1, color="#cfe8dd", lw=0)
    axes.axvline(0, color=style.QUIET, lw=0.8)
    for row, group in enumerate(groups):
        part = table[table["group"] == group].sort_values("error").reset_index(drop=True)
        heights = row + (np.arange(len(part)) % 7 - 3) * 0.11
        for cell, height in zip(part.itertuples(), heights, strict=True):
            at, colour = (
                float(np.clip(cell.error, -WIDEST, WIDEST)),
                style.BLUE if cell.verdict == HIT else style.VERMILLION,
            )
            if not np.isnan(cell.error_low):
                axes.plot(
                    np.clip([cell.error_low, cell.error_high], -WIDEST, WIDEST),
                    [height] * 2,
                    color=colour,
                    lw=0.7,
                    alpha=0.6,
                )
            axes.plot(at, height, "o" if abs(cell.error) <= WIDEST else "D", ms=3.2, color=colour, mew=0.8,
                      mfc=style.PAPER if cell.fitted else colour)  # fmt: skip
    axes.set_yticks(range(len(groups)), [heading(str(group)) for group in groups])
    axes.tick_params(axis="y", labelcolor=style.INK)
    axes.set_xlim(-WIDEST - 0.3, WIDEST + 0.3)
    axes.set_ylim(len(groups) - 0.5, -0.5)
    axes.grid(False)
    axes.set_xlabel(f"simulated less than observed   \u2190   {UNIT}   \u2192   more")
    return figure

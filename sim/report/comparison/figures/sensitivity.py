"""How the answer depends on lambda: arrivals lost, and the share of them that goes elsewhere."""

import math

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.analysis.closed_form import PRIOR, PRIOR_90, deflection
from sim.report import style
from sim.report.results import Results, wording

SECTION = "lambda"
TITLE = "One number decides: \u03bb, how alike leaving for one country and for another are"


def caption(results: Results) -> str:
    """One sentence under the figure."""
    return (
        f"Left, arrivals in {wording(results.focus)} lost over the horizon; right, the share of them found again in "
        "other countries (points: paired replicates with 90% intervals; line: closed form for a country closed "
        "entirely, without queues or feedback); the shaded hill is the prior of \u03bb, the bar at its foot 90% of it."
    )


def density(lambda_: np.ndarray) -> np.ndarray:
    """Density of the prior of lambda."""
    a, b = PRIOR
    scale = math.gamma(a + b) / (math.gamma(a) * math.gamma(b))
    return scale * lambda_ ** (a - 1) * (1 - lambda_) ** (b - 1)


def data(results: Results) -> pd.DataFrame:
    """By lambda: `lost` and `deflected` (share of the lost) with low and high, and the closed form."""
    rows = []
    start = min((int(policy.start) for policy in results.policies), default=0)
    for lambda_ in results.lambdas:
        before, after = results.arrivals(results.baseline, lambda_), results.arrivals(results.scenario, lambda_)
        change = (after - before).groupby(level="replicate").sum()
        lost = -change[results.focus]
        gained = change.drop(columns=results.focus).sum(axis=1)
        share = (gained / lost.where(lost > 0)).dropna()
        later = before[before.index.get_level_values("at") >= start].sum()
        s = float(later[results.focus] / later.sum()) if later.sum() > 0 else math.nan
        rows.append(
            {
                "lambda": lambda_,
                **dict(zip(("lost", "lost_low", "lost_high"), centre(lost), strict=True)),
                **dict(zip(("deflected", "deflected_low", "deflected_high"), centre(share), strict=True)),
                "baseline_share": s,
                "closed_form": float(deflection(s, lambda_)) if 0 < s < 1 else math.nan,
            }
        )
    return pd.DataFrame(rows)


def centre(values: pd.Series) -> tuple[float, float, float]:
    """Mean and 90% interval over replicates; NaN when no arrivals were lost."""
    if values.empty:
        return math.nan, math.nan, math.nan
    low, high = np.quantile(values, [0.05, 0.95])
    return float(values.mean()), float(low), float(high)


def draw(results: Results) -> Figure:
    """Two panels over lambda."""
    table = data(results)
    figure = style.canvas(3.5, TITLE)
    left, right = figure.subplots(1, 2)
    intervals(left, table, "lost", 1, results.main)
    left.set_title(f"arrivals lost in {wording(results.focus)}, persons")
    left.set_ylim(0, max(float(table["lost_high"].max()), 1) * 1.3)
    style.thousands(left)
    grid = np.linspace(0, 1, 101)
    s = float(table.loc[np.isclose(table["lambda"], results.main), "baseline_share"].iloc[0])
    if 0 < s < 1:
        right.plot(grid, np.asarray(deflection(s, grid)) * 100, color=style.QUIET, lw=1, ls=(0, (4, 2)))
    intervals(right, table, "deflected", 100, results.main)
    right.set_title("share of them going to other countries, %")
    right.set_ylim(min(0, float(table["deflected_low"].min()) * 110), 106)
    for axes in (left, right):
        top = axes.get_ylim()[1]
        hill = density(grid)
        axes.fill_between(grid, 0, hill / hill.max() * top * 0.22, color=style.ORANGE, alpha=0.22, lw=0, zorder=0)
        axes.plot(PRIOR_90, [0, 0], color=style.ORANGE, lw=4, solid_capstyle="butt", clip_on=False)
        axes.set_xlim(0, 1)
        axes.set_xticks([0, *table["lambda"], 1], ["0", *[f"{one:g}".lstrip("0") for one in table["lambda"]], "1"])
        axes.set_xlabel("\u03bb   (0: all go elsewhere, 1: none does)")
        axes.tick_params(axis="x", length=3.5, color=style.QUIET)
    left.text(
        0.62, left.get_ylim()[1] * 0.235, "prior of \u03bb", ha="center", va="bottom", color=style.QUIET, fontsize=7.5
    )
    if 0 < s < 1:
        right.annotate(
            f"closed form, s = {s:.0%}", (0.08, float(deflection(s, 0.08)) * 100), (4, 4), textcoords="offset points",
            color=style.QUIET, fontsize=7.5,
        )  # fmt: skip
    return figure


def intervals(axes: Axes, table: pd.DataFrame, column: str, scale: float, main: float) -> None:
    """Points with intervals, the main lambda filled."""
    for row in table.to_dict("records"):
        is_main = np.isclose(row["lambda"], main)
        axes.plot(
            [row["lambda"]] * 2, [row[f"{column}_low"] * scale, row[f"{column}_high"] * scale], color=style.BLUE, lw=2
        )
        axes.plot(
            row["lambda"],
            row[column] * scale,
            "o",
            color=style.BLUE,
            mfc=style.BLUE if is_main else style.PAPER,
            ms=6.5,
        )

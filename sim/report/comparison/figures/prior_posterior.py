"""What the fit has learned: every free parameter's draws beside its prior, on a scale of that prior's percentiles."""

from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from sim.analysis.learned import LITTLE, learned
from sim.report import style
from sim.report.results import Results
from sim.runs.posterior import Posterior

PAGE = Path(__file__).parents[4] / "docs" / "prior_posterior.png"
SECTION = "fitted"
UNIT = "percent of the prior below"
SOURCE = "prior_posterior.csv"
NARROW = 1 / 3
"""Contraction from which the title calls a parameter narrowed (assumption)."""


def title(results: Results) -> str:
    """The finding."""
    return finding(data(results))


def finding(table: pd.DataFrame) -> str:
    """How many parameters the data narrow, and of how many they say next to nothing."""
    narrowed, untold = (table["contraction"] >= NARROW).sum(), (table["contraction"] < LITTLE).sum()
    return (
        f"Of {len(table)} free parameters the data narrow {narrowed} by a third or more, "
        f"and say next to nothing of {untold}"
    )


def caption(results: Results) -> str:
    """One sentence under the figure."""
    return (
        "Grey: the middle 90% of each prior on a scale of its own percentiles, so that all priors look alike. Blue: "
        "90% and half of the draws of the fit, with their median. Beside it median and 90%, of the draws and, in grey, "
        "of the prior. Parameters set by hand, and constants of destinations and channels, are left out. Sources: the "
        f"file of draws, conf/priors.yaml; table {SOURCE}."
    )


def absent(results: Results) -> str:
    """Why there is nothing to draw."""
    return "" if len(data(results)) else "no parameter is drawn from a fit"


def data(results: Results) -> pd.DataFrame:
    """Rows of `prior_posterior.csv`, the most narrowed parameter first."""
    return ordered(results.table("prior_posterior"))


def ordered(table: pd.DataFrame) -> pd.DataFrame:
    """The most narrowed parameter first."""
    return table.sort_values(["contraction", "parameter"], ascending=[False, True]).reset_index(drop=True)


def draw(results: Results) -> Figure:
    """A row a parameter."""
    return drawing(data(results))


def of_fit(posterior: Posterior) -> dict[str, bytes]:
    """The figure of a posterior as file contents by suffix, without a comparison."""
    with style.look():
        return style.contents(
            style.finished(drawing(ordered(learned(posterior))), "the file of draws, conf/priors.yaml")
        )


def drawing(table: pd.DataFrame) -> Figure:
    """A row a parameter: a grey bar, two blue ones and a point, and the numbers beside them."""
    figure = style.canvas(1.25 + 0.31 * len(table), finding(table), style.COLUMN)
    axes = figure.subplots()
    for row, cell in enumerate(table.itertuples()):
        at = {q: 100 * getattr(cell, f"below_q{q:02d}") for q in (5, 25, 50, 75, 95)}
        axes.barh(row, 90, left=5, height=0.66, color=style.RULE, lw=0)
        axes.plot([50, 50], [row - 0.33, row + 0.33], color=style.PAPER, lw=1.0)
        axes.plot([at[5], at[95]], [row, row], color=style.BLUE, lw=1.3)
        axes.plot([at[25], at[75]], [row, row], color=style.BLUE, lw=4.5, solid_capstyle="butt")
        axes.plot(at[50], row, "o", ms=4.2, mfc=style.PAPER, mec=style.BLUE, mew=1.2)
        draws, prior = _numbers(cell.q50, cell.q05, cell.q95), _numbers(cell.prior_q50, cell.prior_q05, cell.prior_q95)
        for text, shift, colour in ((draws, -0.2, style.INK), (prior, 0.24, style.QUIET)):
            axes.text(104, row + shift, text, va="center", fontsize=style.SMALL, color=colour, clip_on=False)
    axes.set_yticks(range(len(table)), [_label(name) for name in table["parameter"]])
    axes.tick_params(axis="y", labelcolor=style.INK)
    axes.set_ylim(len(table) - 0.4, -0.6)
    axes.set_xlim(0, 165)
    axes.set_xticks([5, 25, 50, 75, 95])
    axes.spines["bottom"].set_bounds(0, 100)
    axes.grid(False)
    axes.set_xlabel(UNIT, loc="left")
    return figure


def _numbers(middle: float, low: float, high: float) -> str:
    return f"{middle:.2g} ({low:.2g} to {high:.2g})".replace("-", "\u2212")


def _label(name: str) -> str:
    return "\u03bb" if name == "lambda" else name.replace("_", " ")


if __name__ == "__main__":
    PAGE.write_bytes(of_fit(Posterior.load("destination_nest"))["png"])

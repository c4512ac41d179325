"""Reasons for leaving and for Lithuania that the synthetic people would cite, beside those of the survey of 2022."""

import textwrap

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from sim.report import style
from sim.report.results import Results
from sim.report.words import capital

KIND = "survey"
SECTION = "fit"
UNIT = "percent who cite it"
SOURCE = "survey.csv"
QUESTIONS = {"reason_leave": "Why they left Belarus", "reason_destination": "Why Lithuania"}
LIKELY = 1.645
"""Standard errors on either side of a 90% interval."""
WIDEST, MOST_LINES = 21, 2
"""Characters and lines of a reason that are written beside its row."""


def title(results: Results) -> str:
    """The finding."""
    table = data(results)
    told = table.dropna(subset=["off_4"])
    if told.empty:
        return "Of the reasons of the survey the model tells none"
    met, worst = (told["off_4"].abs() <= LIKELY).sum(), told.loc[told["off_4"].abs().idxmax()]
    return (
        f"The model meets {met} of the survey\u2019s {len(told)} reasons; furthest off: {_short(worst['item'])}, "
        f"{worst['expected']:.0f}% against {worst['observed']:.0f}%"
    )


def caption(results: Results) -> str:
    """One sentence under the figure."""
    return (
        "Diamonds: as published, with the 90% interval of its sample at a design effect of 2 (thick) and of 4 (thin). "
        "Filled: synthetic people as the survey reached them; open: all whom it could have asked. Nothing in the "
        "reasons is fitted; a comparison, never a fit. "
        f"Sources: {data(results)['source'].iloc[0].rstrip('.')}; {SOURCE}."
    )


def absent(results: Results) -> str:
    """Why there is nothing to draw."""
    return "" if len(data(results)) else "reasons are known of the rule destination_nest only"


def data(results: Results) -> pd.DataFrame:
    """Rows of `survey.csv` on reasons, in the order of the questions and of what was cited most."""
    table = results.table("survey")
    table = table[table["domain"].isin(list(QUESTIONS))]
    order = table["domain"].map(list(QUESTIONS).index)
    found: pd.DataFrame = table.assign(order=order).sort_values(["order", "observed"], ascending=[True, False])
    return found.drop(columns="order").reset_index(drop=True)


def draw(results: Results) -> Figure:
    """A panel a question, a row a reason."""
    table = data(results)
    parts = {words: table[table["domain"] == domain] for domain, words in QUESTIONS.items()}
    figure = style.canvas(2.0 + 0.36 * len(table), title(results), style.COLUMN)
    panels = figure.subplots(len(parts), 1, sharex=True, height_ratios=[len(part) + 0.6 for part in parts.values()])
    for axes, (words, part) in zip(panels, parts.items(), strict=True):
        panel(axes, part, words)
    panels[-1].set_xlabel(UNIT)
    marks = (("D", style.INK, style.INK, "survey"), ("o", style.BLUE, style.BLUE, "model, as reached"),
             ("o", style.PAPER, style.BLUE, "model, everyone"))  # fmt: skip
    handles = [
        Line2D([], [], marker=sign, ls="", ms=5, mfc=inside, mec=edge, label=label)
        for sign, inside, edge, label in marks
    ]
    panels[0].legend(handles=handles, loc="lower right", bbox_to_anchor=(1.02, 1.14), ncols=3, fontsize=style.SMALL,
                     handletextpad=0.1, columnspacing=0.9)  # fmt: skip
    return figure


def panel(axes: Axes, table: pd.DataFrame, words: str) -> None:
    """Rows of one question."""
    for row, cell in enumerate(table.itertuples()):
        for error, width in ((cell.se_2, 3.2), (cell.se_4, 1.0)):
            ends = np.clip([cell.observed - LIKELY * error, cell.observed + LIKELY * error], 0, 100)
            axes.plot(ends, [row, row], color=style.QUIET, lw=width, solid_capstyle="butt")
        axes.plot(cell.observed, row, "D", ms=5, color=style.INK)
        axes.plot(cell.everyone, row + 0.22, "o", ms=5, mfc=style.PAPER, mec=style.BLUE)
        axes.plot(cell.expected, row + 0.22, "o", ms=5, color=style.BLUE)
    axes.set_yticks(range(len(table)), [_broken(item) for item in table["item"]])
    axes.tick_params(axis="y", labelcolor=style.INK, labelsize=style.SMALL)
    axes.set_ylim(len(table) - 0.3, -0.6)
    axes.set_xlim(0, 100)
    axes.grid(visible=True, axis="x")
    axes.grid(visible=False, axis="y")
    axes.set_title(words)


def _short(item: object) -> str:
    return str(item).split(" (")[0]


def _broken(item: object) -> str:
    text = capital(_short(item).replace("/", " / "))
    return "\n".join(textwrap.wrap(text, WIDEST, max_lines=MOST_LINES, placeholder="\u2026"))

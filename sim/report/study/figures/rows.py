"""Rows of a study's figures: a row a comparison, names wrapped, parameters beneath their scenario."""

import math
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from sim.report import style
from sim.report.results import Effect
from sim.report.study.comparisons import Comparison
from sim.runs import disclosure

WRAP = 30
"""Letters of a name on one line."""
LINES = 4
"""Lines of a name; what is longer is cut."""
LEAP = 25.0
"""Largest value over the median from which a scale is compressed."""
MARKS = ("<", "v", "^", ">", "s", "D", "p", "h")
"""Shapes of the values of lambda beside the main one, from low to high."""


@dataclass(frozen=True)
class Row:
    """A line of a figure: a comparison, or the name of a scenario above its parameter points."""

    at: float
    """Height from the top, in rows."""
    text: str
    comparison: int | None


@dataclass(frozen=True)
class Rows:
    """All lines of a figure and their height together, in rows."""

    lines: tuple[Row, ...]
    height: float

    def at(self, comparison: int) -> float:
        """Height of a comparison's line."""
        return next(line.at for line in self.lines if line.comparison == comparison)


def wrapped(text: str, width: int = WRAP, lines: int = LINES) -> str:
    """A name over a few lines, cut with an ellipsis where it is too long."""
    return "\n".join(textwrap.wrap(text, width, max_lines=lines, placeholder=" \u2026") or [""])


def layout(comparisons: Sequence[Comparison]) -> Rows:
    """Lines for some comparisons of a study, in their order; their numbers count from 0 among those given."""
    lines, top = [], 0.0
    last = None

    def place(text: str, comparison: int | None) -> None:
        nonlocal top
        size = max(1.0, 0.35 + 0.5 * (text.count("\n") + 1))
        lines.append(Row(top + size / 2, text, comparison))
        top += size

    for number, one in enumerate(comparisons):
        if not one.parameters:
            place(wrapped(one.title), number)
            continue
        if one.scenario != last:
            top += 0.25 if number else 0.0
            place(wrapped(one.title), None)
            last = one.scenario
        place(wrapped(one.point), number)
    return Rows(tuple(lines), top)


def canvas(rows: Rows, title: str, unit: float, more: float) -> Figure:
    """An empty figure as high as its rows (`unit` inches each) and `more` inches for what stands around them."""
    height = rows.height * unit + more + 0.9
    figure = style.canvas(height, title)
    room(figure, 0.62)
    return figure


def room(figure: Figure, top: float) -> None:
    """Leave `top` inches for the title and what stands beneath it, and some at the left.

    Letters may be wider there than the layout measured them.
    """
    height, engine = figure.get_figheight(), figure.get_layout_engine()
    assert isinstance(engine, ConstrainedLayoutEngine)
    engine.set(rect=(0.02, style.FOOT / height, 0.965, 1 - (style.FOOT + top) / height))


def legend(figure: Figure, handles: Sequence[Artist], columns: int) -> None:
    """A legend beneath the title, for which the axes make room."""
    height = figure.get_figheight()
    found = figure.legend(
        handles=handles, loc="upper left", bbox_to_anchor=(0.0115, 1 - 0.36 / height), ncols=columns, fontsize=7,
        labelcolor=style.INK, handlelength=1.2, handleheight=0.9, handletextpad=0.5, columnspacing=1.2,
        borderpad=0, borderaxespad=0,
    )  # fmt: skip
    found.set_in_layout(False)
    room(figure, 0.45 + 0.16 * math.ceil(len(handles) / columns))


def label(axes: Axes, rows: Rows) -> None:
    """Names at the left, rows from the top down, a faint line beneath each."""
    axes.set_ylim(rows.height, 0)
    axes.set_yticks([line.at for line in rows.lines], [line.text for line in rows.lines], linespacing=1.05)
    headed = any(line.comparison is None for line in rows.lines)
    for line, tick in zip(rows.lines, axes.get_yticklabels(), strict=True):
        tick.set_color(style.INK if line.comparison is None or not headed else style.QUIET)
        tick.set_fontweight("bold" if line.comparison is None else "normal")
        tick.set_fontsize(7.5)
    axes.grid(False, axis="y")
    axes.spines["left"].set_visible(False)


def dot(axes: Axes, at: float, effect: Effect, shown: bool, colour: str) -> None:
    """An estimate with its interval; open and grey where too few simulated people stand behind it."""
    ink = colour if shown else style.FEW
    axes.plot([effect.low, effect.high], [at, at], color=ink, lw=2.0, solid_capstyle="butt", zorder=3)
    axes.plot(effect.estimate, at, "o", color=ink, mfc=ink if shown else style.PAPER, ms=5, zorder=4)


def number(effect: Effect | None, one: Comparison, sign: bool = True) -> str:
    """A rounded number for a figure; a dash if there is none, `few` for too few simulated people."""
    if effect is None:
        return "\u2013"
    if not one.shown(effect.estimate):
        return "few"
    found = disclosure.rounded(effect.estimate, one.results.one_in)
    return (f"{found:+,}" if sign and found else f"{found:,}").replace("-", "\u2212")


def compressed(values: Iterable[float]) -> float | None:
    """Persons up to which a scale is kept linear where a few effects dwarf the rest; None where none do."""
    sizes = sorted(abs(value) for value in values if value and math.isfinite(value))
    if len(sizes) < 3:
        return None
    median = float(np.median(sizes))
    return 10.0 ** math.ceil(math.log10(median)) if sizes[-1] > LEAP * median else None


def persons_axis(axes: Axes, linear_to: float | None, ticks: int = 6, pad: float = 0.04) -> None:
    """Persons along the bottom, with zero in sight; compressed beyond `linear_to` if that is given.

    `pad` is left free at both ends, as a share of the span. Axes that share their scale are given one after the other:
    only the first sets it.
    """
    low, high = axes.get_xlim()
    if not axes.get_autoscalex_on():  # another axes has set the scale they share
        pass
    elif linear_to is None:
        low, high = min(low, 0.0), max(high, 0.0)
        free = pad * (high - low) or 1.0
        axes.set_xlim(low - free, high + free)
        axes.locator_params(axis="x", nbins=ticks)
    else:
        axes.set_xscale("symlog", linthresh=linear_to, linscale=1.0)
        low, high = min(low, -linear_to / 2) * (1 + 10 * pad), max(high, linear_to / 2) * (1 + 10 * pad)
        most = math.ceil(math.log10(max(-low, high)))
        first = round(math.log10(linear_to))
        steps = [10.0**power for power in range(first, most + 1, 1 + (most - first) // (ticks // 2))]
        axes.set_xlim(low, high)
        axes.set_xticks([at for at in [*(-step for step in reversed(steps)), 0.0, *steps] if low <= at <= high])
        axes.minorticks_off()
    axes.axvline(0, color=style.QUIET, lw=0.9, zorder=1)
    axes.grid(axis="x")
    style.thousands(axes, "x")


def compressed_words(linear_to: float | None) -> str:
    """What a caption says of a compressed scale, nothing of a plain one."""
    if linear_to is None:
        return ""
    return f" The scale is compressed beyond {linear_to:,.0f} persons, as a few effects dwarf the rest."


def panels(comparisons: Sequence[Comparison], table: pd.DataFrame, title: str, heads: Sequence[str]) -> Figure:
    """Panels side by side, one a value of the table's `panel`, with a row a comparison and one scale for all.

    The table has `row` (number of the comparison), `panel`, estimate, low, high and shown.
    """
    rows = layout(comparisons)
    figure = canvas(rows, title, 0.34, 0.45)
    room(figure, 0.4)
    grid = figure.subplots(1, len(heads), sharex=True, squeeze=False)[0]
    linear_to = compressed(table.loc[table["shown"], "estimate"])
    for place, (axes, head) in enumerate(zip(grid, heads, strict=True)):
        label(axes, rows)
        axes.tick_params(labelleft=place == 0)
        axes.set_title(wrapped(head, 18, 2), fontsize=8)
        for cell in table[table["panel"] == head].to_dict("records"):
            one = comparisons[cell["row"]]
            effect = Effect(cell["estimate"], cell["low"], cell["high"], "persons")
            dot(axes, rows.at(cell["row"]) + 0.12, effect, cell["shown"], style.VERMILLION)
            if cell["shown"]:
                axes.annotate(
                    number(effect, one), (cell["estimate"], rows.at(cell["row"]) + 0.12), (0, 3.5),
                    textcoords="offset points", ha="center", va="bottom", fontsize=6.5, color=style.INK,
                    bbox={"facecolor": style.PAPER, "edgecolor": "none", "pad": 0.5},
                )  # fmt: skip
    for axes in grid:
        persons_axis(axes, linear_to, 3, pad=0.2)
        axes.tick_params(axis="x", labelsize=6.5)
    return figure

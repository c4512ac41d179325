"""One synthetic life month by month: what was open, what was weighed, what happened, in one world or in two."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from sim.numerics import months
from sim.report import style, time_axis
from sim.report.life.words import MOVED_BY
from sim.report.results import Results, heading, wording
from sim.report.words import month as month_words

KIND = "life"
SECTION = "life"
UNIT = "chance a month"
SOURCE = "life_months.csv, life_options.csv"
WIDTH = 5.0
"""Inches: its lines tell what happened, and need more room than other figures have."""
HOME = "belarus"
SHADES = ((0.0, "#d3e5f2"), (0.05, "#8fbfe0"), (0.2, "#4a94c7"), (0.5, style.BLUE))
"""Lower end of a share of the chance of leaving, and its colour; pale to dark, so that grey tells them apart, too."""
SHUT = style.LAND
MOST_PLACES, MOST_LINES, WIDEST = 6, 7, 92
"""Destinations and happenings told of a world, and characters of a line."""
WORLDS = ("under the rules in force", "under the scenario")


def title(results: Results) -> str:
    """The finding."""
    table = results.table("life_months")
    ways = [_fate(part) for _, part in table.groupby("scenario", sort=False)]
    if len(ways) == 1:
        return f"This synthetic person {ways[0]}"
    if ways[0] == ways[1]:
        return f"This synthetic person {ways[0]}, in both worlds"
    return f"This synthetic person {ways[0]} {WORLDS[0]}, and {ways[1]} {WORLDS[1]}"


def _fate(table: pd.DataFrame) -> str:
    left = table[~table["moves_to"].isin(["", HOME])]
    if left.empty:
        return "never leaves" if (table["lives_in"] == HOME).any() else "never moves"
    first = left.iloc[0]
    moved = f" (moved by {MOVED_BY[first['moved_by']]})" if first["moved_by"] else ""
    return f"leaves for {wording(first['moves_to'])} in {month_words(first['month'])}{moved}"


def caption(results: Results) -> str:
    """One sentence under the figure."""
    coupled = "" if results.table("life_months")["scenario"].nunique() == 1 else (
        " Lives in two worlds are coupled by design, not by data: nothing observed says who would have done what."
    )  # fmt: skip
    return (
        "An illustration, nobody real. Blue: open, darker the more of the chance of leaving it has; thin grey: closed "
        "to them, be it for want of money or of a way; blank: nothing is weighed. The line is the chance of leaving in "
        "the month before its luck, rings are decisions to go, ticks what happens to the family, told below."
        f"{coupled} Sources: {SOURCE}."
    )


def data(results: Results) -> pd.DataFrame:
    """Every month of each world, with the destinations that are drawn in months in which leaving is weighed."""
    options = results.table("life_options")
    drawn = options[options["destination"].isin(places(results))]
    return results.table("life_months").merge(drawn, how="left", on=["scenario", "month"])


def places(results: Results) -> list[str]:
    """Destinations that are drawn: where the person goes, those that differ between worlds, then the likeliest."""
    table, options = results.table("life_months"), results.table("life_options")
    went = [place for place in table["moves_to"] if place not in ("", HOME)]
    joined = options.merge(table[["scenario", "month", "chance"]], on=["scenario", "month"])
    weight = (joined["share"].fillna(0.0) * joined["chance"].fillna(0.0)).groupby(joined["destination"]).sum()
    wide = options.pivot_table(index=["month", "destination"], columns="scenario", values="open_channels")
    apart = (wide.dropna().nunique(axis=1) > 1).groupby("destination").any() if len(wide) else pd.Series(dtype=bool)
    likely = list(weight.sort_values(ascending=False, kind="stable").index)
    order = dict.fromkeys([*went, *(place for place in likely if apart.get(place, False)), *likely])
    kept = list(order)[:MOST_PLACES]
    return sorted(kept, key=lambda place: (-weight.get(place, 0.0), place))


def draw(results: Results) -> Figure:
    """A block a world: destinations, the chance of leaving, where the person lives, what happened."""
    table, options, rows = results.table("life_months"), results.table("life_options"), places(results)
    table, options = (one.assign(at=[months.month(text) for text in one["month"]]) for one in (table, options))
    worlds = list(dict.fromkeys(table["scenario"]))
    figure = style.canvas(0.9 + len(worlds) * (2.55 + 0.17 * len(rows)), title(results), WIDTH)
    heights = [0.17 * len(rows) + 0.1, 0.55, 0.16, 0.14 * MOST_LINES]
    grid = figure.add_gridspec(4 * len(worlds), 1, height_ratios=heights * len(worlds))
    for number, world in enumerate(worlds):
        ours, theirs = table[table["scenario"] == world], options[options["scenario"] == world]
        panels = [figure.add_subplot(grid[4 * number + row]) for row in range(4)]
        for axes in panels[:3]:
            time_axis.years(axes, int(table["at"].min()), int(table["at"].max()))
            axes.tick_params(labelbottom=axes is panels[2])
        opened(panels[0], theirs, rows)
        panels[0].set_title(heading(WORLDS[number].removeprefix("under ")) if len(worlds) > 1 else heading(world))
        chances(panels[1], ours, float(table["chance"].max()))
        lived(panels[2], ours)
        told(panels[3], panels[2], ours)
    handles: list[Any] = [Patch(color=SHUT, label="closed")]
    names = [f"{low:.0%}" for low, _ in SHADES] + ["100%"]
    handles += [
        Patch(color=colour, label=f"{names[row]}\u2013{names[row + 1]}") for row, (_, colour) in enumerate(SHADES)
    ]
    figure.axes[0].legend(handles=handles, loc="lower right", bbox_to_anchor=(1.0, 0.98), ncols=5, fontsize=6.5,
                          handlelength=0.8, handletextpad=0.3, columnspacing=0.8)  # fmt: skip
    return figure


def opened(axes: Axes, options: pd.DataFrame, rows: list[str]) -> None:
    """A bar a destination: closed or open, darker the larger its share of the chance of leaving."""
    for row, place in enumerate(rows):
        part = options[options["destination"] == place].sort_values("at")
        shades = [_shade(one) for one in part["share"]]
        for start, length, colour in runs(part["at"].tolist(), shades):
            high = 0.16 if colour == SHUT else 0.8  # thin where closed, so that no eye needs the hue
            axes.broken_barh([(start, length)], (row - high / 2, high), color=colour, lw=0)
    axes.set_yticks(range(len(rows)), [wording(place) for place in rows])
    axes.tick_params(axis="y", labelcolor=style.INK, labelsize=7)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.grid(False)


def _shade(share: float) -> str:
    return SHUT if np.isnan(share) else [colour for low, colour in SHADES if share >= low][-1]


def runs(at: list[int], what: list[str]) -> list[tuple[int, int, str]]:
    """Months in a row that have the same: first month, how many, what."""
    found: list[tuple[int, int, str]] = []
    for month, one in zip(at, what, strict=True):
        if found and found[-1][2] == one and sum(found[-1][:2]) == month:
            found[-1] = (found[-1][0], found[-1][1] + 1, one)
        else:
            found.append((month, 1, one))
    return found


def chances(axes: Axes, table: pd.DataFrame, largest: float) -> None:
    """The chance of leaving by month, and the months in which it was decided for."""
    line = table.set_index("at")["chance"].mul(100)
    axes.plot(line.index + 0.5, line, color=style.INK, lw=0.9)
    gone = table[table["goes_to"] != ""]
    axes.plot(gone["at"] + 0.5, 100 * gone["chance"], "o", ms=5, mfc=style.PAPER, mec=style.VERMILLION, mew=1.3)
    axes.set_ylim(0, 115 * largest if largest > 0 else 1)
    axes.set_yticks([0, float(f"{100 * largest:.1g}")] if largest > 0 else [0])
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}%")
    axes.set_ylabel(UNIT, fontsize=7)


def lived(axes: Axes, table: pd.DataFrame) -> None:
    """Where the person lives, written where there is room."""
    alive = table[table["lives_in"] != ""]
    for start, length, place in runs(alive["at"].tolist(), alive["lives_in"].tolist()):
        axes.broken_barh([(start, length)], (0, 1), color=style.LAND if place == HOME else style.SKY, lw=0)
        if length >= 1.1 * len(wording(place)):
            axes.text(start + length / 2, 0.45, wording(place), ha="center", va="center", fontsize=6.5)
    axes.set_ylim(0, 1)
    axes.set_yticks([0.5], ["lives in"])
    axes.grid(False)


def told(axes: Axes, strip: Axes, table: pd.DataFrame) -> None:
    """What happened: ticks on the strip above, and the lines that matter most in the order of time."""
    some = table[table["happens"] != ""]
    strip.plot(some["at"] + 0.5, np.full(len(some), 0.02), "|", ms=6, mew=0.9, color=style.VERMILLION, clip_on=False)
    matters = (some["moves_to"] != "") * 2 + (some["goes_to"] != "") * 1
    kept = some.loc[matters.sort_values(ascending=False, kind="stable").index[:MOST_LINES]].sort_values("at")
    lines = [_cut(f"{one.month}: {one.happens}") for one in kept.itertuples()]
    if len(some) > len(kept):
        lines[-1] = _cut(f"{lines[-1]}", WIDEST - 14) + f" (and {len(some) - len(kept)} more)"
    axes.text(0, 1, "\n".join(lines) or "Nothing happens.", va="top", fontsize=6.5, linespacing=1.3,
              transform=axes.transAxes)  # fmt: skip
    axes.set_axis_off()


def _cut(text: str, widest: int = WIDEST) -> str:
    return text if len(text) <= widest else f"{text[: widest - 1].rstrip()}\u2026"

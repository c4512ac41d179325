"""Where the blocked go: what becomes of those whose move the scenario changes, at each value of lambda."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from sim.report import style
from sim.report.results import Results, wording
from sim.runs import disclosure

SECTION = "answer"
TITLE = "Where the blocked go"
DESTINATIONS = 4
"""Destinations named; the rest are one block."""
ELSEWHERE = "elsewhere"
WIDE = 0.018
"""Width of a block, share of the panel."""
WHITE = "#fefefe"
"""Writing on dark blocks: not the paper's white, which a dark theme turns dark."""
GAP = 0.022
"""White between blocks, share of the height."""
TINTS = ("#006b4f", "#009e73", "#4dbb9d", "#8fd4c0", "#c2e8dd")
"""Okabe-Ito green from dark to light: those who go to another country."""


def caption(results: Results) -> str:
    """One sentence under the figure."""
    return (
        f"People whose move to {wording(results.focus)} the scenario changes, by what they do instead; above at "
        f"\u03bb = {results.main:g}, below as shares for every \u03bb, the number that decides and that no data "
        "at hand identify."
    )


def named(results: Results) -> list[str]:
    """Destinations that take most of the deflected at the main lambda."""
    rows = results.measure("deflected")
    rows = rows[~rows["destination"].isin(["", "all", results.focus])]
    ranked = rows.sort_values(["estimate", "destination"], ascending=[False, True])
    return ranked["destination"].head(DESTINATIONS).tolist()


def data(results: Results) -> pd.DataFrame:
    """Persons by lambda and outcome, in drawing order, with `shown` false where too few simulated people stand."""
    rows = []
    places = named(results)
    for lambda_ in results.lambdas:
        deflected = results.measure("deflected", lambda_)
        deflected = deflected[~deflected["destination"].isin(["", "all", results.focus])]
        by_place = deflected.set_index("destination")["estimate"]
        rows.append((lambda_, "other_channel", results.effect("other_channel", lambda_=lambda_).estimate))
        rows += [(lambda_, place, float(by_place.get(place, 0.0))) for place in places]
        rows.append((lambda_, ELSEWHERE, float(by_place.drop(places, errors="ignore").sum())))
        rows += [
            (lambda_, measure, results.effect(measure, lambda_=lambda_).estimate)
            for measure in ("delayed", "brought_forward", "irregular", "asylum", "stuck")
        ]
    table = pd.DataFrame(rows, columns=["lambda", "outcome", "persons"])
    visible = disclosure.suppress(table["persons"], results.one_in, replicates=results.replicates)
    return table.assign(shown=~np.isnan(visible))


def look(results: Results) -> dict[str, tuple[str, str]]:
    """Label and colour of each outcome."""
    label = {
        "other_channel": (f"{wording(results.focus)}, by another channel", style.BLUE),
        **{place: (wording(place), tint) for place, tint in zip(named(results), TINTS, strict=False)},
        ELSEWHERE: ("other destinations", TINTS[-1]),
        "delayed": (f"{wording(results.focus)}, later", style.SKY),
        "brought_forward": (f"{wording(results.focus)}, earlier", style.PURPLE),
        "irregular": ("crosses irregularly", style.VERMILLION),
        "asylum": ("asks for asylum", style.YELLOW),
        "stuck": ("stays, though would have left", style.ORANGE),
    }
    return label


def draw(results: Results) -> Figure:
    """Ribbons at the main lambda above, stacked shares of every lambda below."""
    table = data(results)
    figure = style.canvas(5.9, TITLE)
    upper, lower = figure.subplots(2, 1, height_ratios=[2.6, 1.35])
    ribbons(upper, table[np.isclose(table["lambda"], results.main)], results)
    bars(lower, table, results)
    style.note(figure, f"grey: fewer than {disclosure.MINIMUM} simulated people")
    return figure


def ribbons(axes: Axes, table: pd.DataFrame, results: Results) -> None:
    """One source block on the left, one block an outcome on the right, widths in persons."""
    axes.set_axis_off()
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    table = table[table["persons"] > 0]
    total = float(table["persons"].sum())
    if total == 0:
        axes.text(0.5, 0.5, "nobody's move changed", ha="center", color=style.QUIET)
        return
    scale = (1 - GAP * (len(table) - 1)) / total
    left_top, right_top = 0.5 + total * scale / 2, 1.0
    axes.add_patch(Rectangle((0.16, left_top - total * scale), WIDE, total * scale, color=style.BASELINE, lw=0))
    axes.text(
        0.148,
        0.5,
        f"{disclosure.rounded(total, results.one_in):,}",
        ha="right",
        va="bottom",
        fontsize=12,
        weight="bold",
    )
    axes.text(
        0.148, 0.485, f"people whose\nmove to\n{wording(results.focus)}\nchanges", ha="right", va="top", linespacing=1.3
    )
    labels = look(results)
    heights = [persons * scale for persons in table["persons"]]
    at = spread([1.0 - sum(heights[:i]) - GAP * i - h / 2 for i, h in enumerate(heights)], 0.062)
    for row, height, where in zip(table.itertuples(), heights, at, strict=True):
        text, colour = labels[row.outcome]
        colour, ink = (colour, style.INK) if row.shown else (style.FEW, style.QUIET)
        shape = ribbon(0.16 + WIDE, left_top, 0.56, right_top, height)
        axes.add_patch(PathPatch(shape, facecolor=colour, alpha=0.4, lw=0))
        axes.add_patch(Rectangle((0.56, right_top - height), WIDE, height, color=colour, lw=0))
        middle = right_top - height / 2
        if abs(middle - where) > 0.004:
            axes.plot([0.56 + WIDE + 0.004, 0.595], [middle, where], color=style.QUIET, lw=0.6)
        number = f"{disclosure.rounded(row.persons, results.one_in):,}" if row.shown else "few"
        axes.text(0.665, where, number, va="center", ha="right", color=ink, weight="bold")
        if row.shown:
            axes.text(0.712, where, f"{row.persons / total:.0%}", va="center", ha="right", color=style.QUIET)
        axes.text(0.725, where, text, va="center", ha="left", color=ink)
        left_top -= height
        right_top -= height + GAP


def spread(middles: list[float], apart: float) -> list[float]:
    """Label heights at least `apart`, from the top down, pushed back up where they would leave the panel."""
    placed: list[float] = []
    for middle in middles:
        placed.append(min(middle, placed[-1] - apart) if placed else middle)
    floor = 0.02
    for i in range(len(placed) - 1, -1, -1):
        placed[i] = max(placed[i], floor)
        floor = placed[i] + apart
    return placed


def ribbon(x0: float, y0: float, x1: float, y1: float, height: float) -> Path:
    """A band of constant vertical width from (x0, y0) to (x1, y1), its upper corners."""
    middle = (x0 + x1) / 2
    points = [
        *((x0, y0), (middle, y0), (middle, y1), (x1, y1)),
        *((x1, y1 - height), (middle, y1 - height), (middle, y0 - height), (x0, y0 - height), (x0, y0)),
    ]
    curve = Path.CURVE4
    return Path(points, [Path.MOVETO, curve, curve, curve, Path.LINETO, curve, curve, curve, Path.CLOSEPOLY])


def bars(axes: Axes, table: pd.DataFrame, results: Results) -> None:
    """Shares at every lambda, the main one taller; shares of ten percent and more are written."""
    labels = look(results)
    lambdas = sorted(table["lambda"].unique())
    for row, lambda_ in enumerate(lambdas):
        is_main = np.isclose(lambda_, results.main)
        part = table[table["lambda"] == lambda_]
        total, left = part["persons"].clip(lower=0).sum(), 0.0
        for cell in part.itertuples():
            share = max(cell.persons, 0) / total * 100 if total else 0.0
            colour = labels[cell.outcome][1] if cell.shown else style.FEW
            axes.barh(row, share, left=left, height=0.82 if is_main else 0.6, color=colour, ec=style.PAPER, lw=0.8)
            if share >= 9.5 and cell.shown:
                axes.text(
                    left + share / 2, row, f"{share:.0f}%", ha="center", va="center", fontsize=7.5, color=on(colour)
                )
            left += share
    axes.set_title("the same, of every 100 of them, at each \u03bb", color=style.QUIET, fontsize=8)
    axes.set_yticks(range(len(lambdas)), [f"\u03bb = {lambda_:g}" for lambda_ in lambdas])
    for tick, lambda_ in zip(axes.get_yticklabels(), lambdas, strict=True):
        tick.set_color(style.INK)
        tick.set_fontweight("bold" if np.isclose(lambda_, results.main) else "normal")
    axes.invert_yaxis()
    axes.set_xlim(0, 100)
    axes.set_xticks([])
    axes.grid(False)
    for spine in axes.spines.values():
        spine.set_visible(False)


def on(colour: str) -> str:
    """Black or white, whichever reads on a ground of this colour (relative luminance of sRGB, weights of Rec. 709)."""
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return WHITE if 0.2126 * red + 0.7152 * green + 0.0722 * blue < 0.42 else style.BLACK

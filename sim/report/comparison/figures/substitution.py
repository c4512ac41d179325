"""Where they go: everybody whose life the scenario changes, by what becomes of them."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from sim.report import style, words
from sim.report.comparison.all_numbers import parts_of
from sim.report.results import Results, wording
from sim.report.told import Told
from sim.report.verdicts import FEW, SAME, TOLD

SECTION = "first"
UNIT = "people"
SOURCE = "effects.csv"
DESTINATIONS = 4
"""Destinations named; the rest are one block."""
ELSEWHERE, UNCOUNTED = "other_countries", "few_each"
"""Other destinations together; what is too few to be told each by itself, together."""
WIDE = 0.03
"""Width of a block, share of the panel."""
PHONE = 3.3
"""Width of the figure for a phone, inches."""
WHITE = "#fefefe"
"""Writing on dark blocks: not the paper's white, which a dark theme turns dark."""
GAP = 0.02
"""White between blocks, share of the height."""
TINTS = ("#006b4f", "#009e73", "#4dbb9d", "#8fd4c0", "#c2e8dd")
"""Okabe-Ito green from dark to light: those who go to another country."""
COLOURS = {
    "stay": style.ORANGE, "other_door": style.BLUE, "asylum": style.YELLOW, "irregular": style.VERMILLION,
    "later": style.SKY, "earlier": "#a8d8f5", "papers": style.PURPLE, "joins": "#7a7a7a", UNCOUNTED: style.FEW,
    ELSEWHERE: TINTS[-1],
}  # fmt: skip
SHORT = {
    "stay": "stay, would have left", "other_door": "come by another channel", "asylum": "ask for asylum",
    "irregular": "cross irregularly", "later": "leave later", "earlier": "leave earlier",
    "papers": "lose the right to stay", "joins": "leave only under it", ELSEWHERE: "other countries",
    UNCOUNTED: "in other ways",
}  # fmt: skip


def title(results: Results) -> str:
    """The finding."""
    told = Told(results)
    everyone = told.value("changed")
    if everyone.verdict == SAME:
        return f"{words.capital(SAME)} for anybody in this sample"
    largest = max(parts_of(told), key=lambda one: one.estimate)
    if not (everyone.told and largest.told):
        return f"Of the people whose life changes there are {FEW} of each kind"
    return f"Of {everyone.number} whose life changes, {largest.quantity.said.format(n=largest.share)}"


def caption(results: Results) -> str:
    """One sentence under the figure."""
    return f"What becomes of them, at \u03bb = {results.main_told}. Source: {SOURCE}."


def data(results: Results, lambda_: float | None = None) -> pd.DataFrame:
    """Persons by outcome in drawing order; what is few by itself is one row, so that rows add up to all changed."""
    told, rows, few = Told(results), [], 0.0
    for one in parts_of(told, lambda_):
        if one.quantity.name == "elsewhere":
            places = told.taking[:DESTINATIONS]
            each = [told.value("elsewhere_in", place, lambda_) for place in places]
            rows += [(place, value.estimate) for place, value in zip(places, each, strict=True)]
            rows.append((ELSEWHERE, one.estimate - sum(value.estimate for value in each)))
        elif one.verdict == TOLD:
            rows.append((one.quantity.name, one.estimate))
        else:
            few += one.estimate
    rows.append((UNCOUNTED, few))
    table = pd.DataFrame([row for row in rows if row[1] > 0], columns=["outcome", "persons"])
    return table.assign(share=table["persons"] / max(told.value("changed", lambda_=lambda_).estimate, 1e-9))


def look(outcome: str, results: Results) -> tuple[str, str]:
    """Label and colour of an outcome."""
    if outcome in COLOURS:
        return SHORT[outcome], COLOURS[outcome]
    order = Told(results).taking.index(outcome)
    return f"go to {wording(outcome)}", TINTS[min(order, len(TINTS) - 1)]


def labels(results: Results) -> list[tuple[str, str, str]]:
    """Number, words and colour of every block, which a page may write beneath the figure."""
    rows = data(results).itertuples()
    return [(words.count(float(row.persons), results), *look(str(row.outcome), results)) for row in rows]


def draw(results: Results, is_phone: bool = False) -> Figure:
    """One source block on the left, one block an outcome on the right, widths in persons.

    On a phone the blocks fill the width, and their labels are written beneath by the page.
    """
    table = data(results)
    width, (left, right) = (PHONE, (0.3, 0.92)) if is_phone else (style.COLUMN, (0.17, 0.46))
    figure = style.canvas(1.2 + 0.27 * max(len(table), 6), title(results), width)
    axes = figure.subplots()
    axes.set_axis_off()
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    if table.empty:
        axes.text(0.5, 0.5, f"{SAME} in this sample", ha="center", color=style.QUIET)
        return figure
    everyone = Told(results).value("changed")
    total = float(table["persons"].sum())
    scale = (1 - GAP * (len(table) - 1)) / total
    left_top, right_top = 0.5 + total * scale / 2, 1.0
    axes.add_patch(Rectangle((left, left_top - total * scale), WIDE, total * scale, color=style.BASELINE, lw=0))
    axes.text(left - 0.015, 0.52, everyone.number, ha="right", va="bottom", fontsize=10.5, weight="bold")
    axes.text(left - 0.015, 0.5, f"{UNIT}\nwhose life\nchanges", ha="right", va="top", linespacing=1.3, fontsize=8)
    heights = [persons * scale for persons in table["persons"]]
    middles = [1.0 - sum(heights[:i]) - GAP * i - h / 2 for i, h in enumerate(heights)]
    at = spread(middles, 0.98 / max(len(table), 9))
    for row, height, where in zip(table.itertuples(), heights, at, strict=True):
        text, colour = look(str(row.outcome), results)
        axes.add_patch(
            PathPatch(ribbon((left + WIDE, left_top), (right, right_top), height), fc=colour, alpha=0.4, lw=0)
        )
        axes.add_patch(Rectangle((right, right_top - height), WIDE, height, color=colour, lw=0))
        middle = right_top - height / 2
        if not is_phone:
            axes.plot([right + WIDE + 0.005, right + 0.055], [middle, where], color=style.QUIET, lw=0.6)
            label(axes, str(row.outcome), float(row.persons), where, results, text)
        left_top -= height
        right_top -= height + GAP
    return figure


def label(axes: Axes, outcome: str, persons: float, where: float, results: Results, text: str) -> None:
    """The number and the words of a block; no number where too few people stand behind it."""
    number = words.count(persons, results)
    axes.text(0.635, where, number, va="center", ha="right", weight="bold", fontsize=8.5)
    axes.text(
        0.65,
        where,
        text,
        va="center",
        ha="left",
        fontsize=8.5,
        color=style.QUIET if outcome == UNCOUNTED else style.INK,
    )


def spread(middles: list[float], apart: float) -> list[float]:
    """Label heights at least `apart`, from the top down, pushed back up where they would leave the panel."""
    placed: list[float] = []
    for middle in middles:
        placed.append(min(middle, placed[-1] - apart) if placed else middle)
    floor = 0.01
    for i in range(len(placed) - 1, -1, -1):
        placed[i] = max(placed[i], floor)
        floor = placed[i] + apart
    return placed


def ribbon(start: tuple[float, float], end: tuple[float, float], height: float) -> Path:
    """A band of constant vertical width between its upper corners."""
    (x0, y0), (x1, y1) = start, end
    middle = (x0 + x1) / 2
    points = [
        *((x0, y0), (middle, y0), (middle, y1), (x1, y1)),
        *((x1, y1 - height), (middle, y1 - height), (middle, y0 - height), (x0, y0 - height), (x0, y0)),
    ]
    curve = Path.CURVE4
    return Path(points, [Path.MOVETO, curve, curve, curve, Path.LINETO, curve, curve, curve, Path.CLOSEPOLY])


def on(colour: str) -> str:
    """Black or white, whichever reads on a ground of this colour (relative luminance of sRGB, weights of Rec. 709)."""
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return WHITE if 0.2126 * red + 0.7152 * green + 0.0722 * blue < 0.42 else style.BLACK

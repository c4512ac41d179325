"""The look all figures share: Okabe-Ito colours, direct labels, a stamp, and the same bytes each time."""

import io
import re
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from types import ModuleType
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.textpath import TextPath
from matplotlib.transforms import Bbox

from sim.report.results import Results, heading
from sim.report.words import MINUS

STAMP = "conditional scenario, not a forecast"
INK, QUIET, RULE, PAPER = "#1f2328", "#6a737d", "#d5d9de", "#ffffff"
WASH, LAND = "#eef1f4", "#c4cbd3"
"""Text, secondary text, lines of the frame, ground: a report may map these four to its own theme."""

BLACK, ORANGE, SKY, GREEN, YELLOW, BLUE, VERMILLION, PURPLE = (
    *("#000000", "#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7"),
)
"""Okabe, M. and Ito, K. (2008), Color Universal Design: told apart with every kind of colour vision."""
THEME = {INK: "ink", QUIET: "quiet", RULE: "rule", PAPER: "paper", BLUE: "blue"}
"""Colours of a figure that follow the reader's light or dark theme."""
BASELINE, SCENARIO, FEW = QUIET, BLUE, "#b4bac2"
"""The rules in force; the scenario; what rests on too few simulated people."""

WIDTH, COLUMN = 7.2, 4.6
"""Width of a figure of a study, and of one that is read on a phone, too, inches."""
SMALL = 7.7
"""Points of the smallest letters of the latter: nine pixels where it is as wide as a phone."""

LOOK: dict[str, Any] = {
    "figure.dpi": 100,
    "figure.facecolor": PAPER,
    "savefig.facecolor": PAPER,
    "axes.facecolor": "none",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 8.0,
    "text.color": INK,
    "text.parse_math": False,
    "axes.titlesize": 8.5,
    "axes.titlelocation": "left",
    "axes.titlecolor": INK,
    "axes.labelsize": 8.0,
    "axes.labelcolor": QUIET,
    "axes.edgecolor": RULE,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "grid.color": RULE,
    "grid.linewidth": 0.5,
    "xtick.color": RULE,
    "ytick.color": RULE,
    "xtick.labelcolor": QUIET,
    "ytick.labelcolor": QUIET,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "ytick.major.size": 0.0,
    "lines.linewidth": 1.6,
    "lines.solid_capstyle": "round",
    "legend.frameon": False,
    "hatch.linewidth": 0.5,
    "svg.fonttype": "none",
    "svg.hashsalt": "vyraj",
    "savefig.dpi": 180,
}


FOOT = 0.41
"""Inches below the axes for two lines: what the figure is not, and its source."""


@contextmanager
def look() -> Iterator[None]:
    """The shared settings, whatever a user's own matplotlib configuration says."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        for name, value in LOOK.items():
            matplotlib.rcParams[name] = value  # type: ignore[index]
        yield


def canvas(height: float, title: str, width: float = WIDTH) -> Figure:
    """An empty figure with its title, broken into lines that fit; height (without its foot) and width in inches."""
    lines = textwrap.wrap(title, int(width * 10.8))
    height += FOOT - 0.28
    top = 0.12 + FOOT + 0.17 * len(lines)
    inside = (0.02, FOOT / height, 0.965, 1 - (top + 0.05) / height)
    figure = Figure(figsize=(width, height), layout=ConstrainedLayoutEngine(rect=inside, w_pad=0.06, h_pad=0.06))
    figure.text(
        0.012,
        1 - 0.1 / height,
        "\n".join(lines),
        ha="left",
        va="top",
        fontsize=10.5,
        fontweight="bold",
        linespacing=1.25,
    )
    return figure


def stamp(figure: Figure, source: str) -> None:
    """Say in the left corner, where a phone shows it first, what the picture is not, and what it is drawn from."""
    width = figure.get_figwidth()
    told = textwrap.wrap(f"Source: {source}", int(width * 15.5)) if source else []
    for row, text in enumerate([*reversed(told), STAMP]):
        at = (0.06 + 0.13 * row) / figure.get_figheight()
        figure.text(0.012, at, text, ha="left", va="bottom", fontsize=SMALL, color=QUIET)


def settle(figure: Figure) -> None:
    """Lay the figure out once and round the places of its axes.

    The solver's sums run in an order that memory addresses decide, so its last bits differ from run to run.
    """
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)
    figure.set_layout_engine(None)
    for axes in figure.axes:
        axes.set_position(Bbox.from_bounds(*[round(value, 4) for value in axes.get_position().bounds]))


def files(module: ModuleType, results: Any) -> dict[str, bytes]:
    """A figure as file contents by suffix (svg, png), without dates or versions, so that bytes repeat.

    `results` is whatever the figure's `draw` takes: the results of a comparison, or a study.
    """
    with look():
        return contents(finished(module.draw(results), module.SOURCE))


def contents(figure: Figure) -> dict[str, bytes]:
    """A finished figure as file contents by suffix; called within `look`."""
    drawing, picture = io.BytesIO(), io.BytesIO()
    FigureCanvasSVG(figure).print_svg(drawing, metadata={"Date": None, "Creator": None})
    FigureCanvasAgg(figure)
    figure.savefig(picture, format="png", metadata={"Software": None})
    return {"svg": drawing.getvalue(), "png": picture.getvalue()}


def finished(figure: Figure, source: str) -> Figure:
    """A figure with its stamp and the files that it is drawn from, laid out."""
    stamp(figure, source)
    settle(figure)
    return figure


def length(text: str, size: float = SMALL) -> float:
    """Width of a text in points, by its letters' outlines, so the same on every machine."""
    return float(TextPath((0, 0), text, size=size, prop=FontProperties(family="DejaVu Sans")).get_extents().width)


def wide(axes: Axes, months_: float) -> float:
    """About how wide a stretch of the x axis is before the axes are laid out, points."""
    low, high = axes.get_xlim()
    return _points(axes) * months_ / (high - low)


def _points(axes: Axes) -> float:
    """About how wide axes are before they are laid out, points; rather less than more."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    return 0.9 * axes.get_position().width * 72.0 * float(figure.get_figwidth())


def rows(axes: Axes, labels: Sequence[str], margin: float) -> None:
    """A label a row at the left, whole persons beneath; `margin` is the share of the width left free at both sides."""
    axes.set_yticks(range(len(labels)), labels)
    axes.tick_params(axis="y", labelcolor=INK)
    axes.margins(x=margin)
    axes.grid(axis="x")
    axes.grid(False, axis="y")
    axes.spines["left"].set_visible(False)
    axes.locator_params(axis="x", nbins=5)
    thousands(axes, "x")


def thousands(axes: Axes, axis: str = "y") -> None:
    """Persons with separators on an axis, decimals only where whole persons would be alike; signs in full."""
    line = axes.yaxis if axis == "y" else axes.xaxis

    def told(value: float, _: object) -> str:
        at = [float(one) for one in line.get_majorticklocs()]
        step = min((high - low for low, high in pairwise(sorted(at)) if high > low), default=1.0)
        needed = (n for n in range(7) if all(abs(round(one, n) - one) <= 0.01 * step for one in at))
        text = f"{value:,.{next(needed, 6)}f}"
        return text.removeprefix("-") if not float(text.replace(",", "")) else text.replace("-", MINUS)

    line.set_major_formatter(told)


LONGEST_NAME = 24
"""Letters of a scenario's name that a panel has room for."""


def named(results: Results) -> str:
    """The scenario as a panel names it: by its name, or plainly as the scenario where that is long."""
    name = heading(results.scenario)
    return name if len(name) <= LONGEST_NAME else "Scenario"


ANNOUNCED, IN_FORCE, ENDS = "announced", "in force", "ends"
DASHES: dict[str, Any] = {IN_FORCE: "-", ENDS: (0, (4, 2)), ANNOUNCED: (0, (1, 1.6))}
"""Lines of the days of a rule; of a day with several words the first of these."""
ROWS, ROW = 3, 9.0
"""Rows of labels at most, and their height in points."""
NEAR = 6.0
"""Points between two days of rules, at least: of days that are nearer the first is drawn; the timeline has them all."""


def days(results: Results) -> dict[float, list[str]]:
    """Days of the scenario's rules in months since January 2019, in order, each with its words once."""
    found: dict[float, list[str]] = {}
    for policy in results.policies:
        for word, at in ((ANNOUNCED, policy.announced), (IN_FORCE, policy.start), (ENDS, policy.until)):
            if at is not None and word not in found.setdefault(at, []):
                found[at].append(word)
    order = [ANNOUNCED, IN_FORCE, ENDS]
    return {at: sorted(found[at], key=order.index) for at in sorted(found)}


def dates(axes: Axes, results: Results, labels: bool = False) -> None:
    """Vertical lines where the scenario's rules are announced, come into force and end.

    Without labels they stand `NEAR` points apart at least.
    Labels stand in rows, in which none touches another or leaves the panel; for what finds no place in `ROWS` rows
    only the line is drawn. The panel grows above by the rows that are needed.
    """
    first, last = axes.get_xlim()
    width, shown = _points(axes), dict[float, list[str]]()
    for at, said in days(results).items():
        near = not labels and bool(shown) and (at - max(shown)) / (last - first) * width < NEAR
        if first <= at <= last and not near:
            shown[at] = said
    for at, said in shown.items():
        dash = DASHES[next(word for word in DASHES if word in said)]
        axes.axvline(at, color=VERMILLION, lw=0.9, ls=dash, zorder=1.5)
    if not labels:
        return
    places = placed([((at - first) / (last - first) * width, ", ".join(said)) for at, said in shown.items()], width)
    for (at, said), place in zip(shown.items(), places, strict=True):
        if place is not None:
            row, side = place
            axes.annotate(
                ", ".join(said), (at, 1), (3 if side == "left" else -3, -ROW * row), xycoords=("data", "axes fraction"),
                textcoords="offset points", ha=side, va="top", fontsize=SMALL, color=VERMILLION, zorder=3,
                bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 0.4},
            )  # fmt: skip
    low, high = axes.get_ylim()
    axes.set_ylim(low, high + 0.07 * (high - low) * max((place[0] for place in places if place), default=0))


def placed(labels: Sequence[tuple[float, str]], width: float) -> list[tuple[int, str] | None]:
    """Row and side (`left`: begins at its line, `right`: ends there) of each label at a point of a panel, or nothing.

    What is announced stands before its line, the rest behind theirs, in the highest row that is free there; a label
    crosses the line of another only where it would find no place.
    """
    taken: list[list[tuple[float, float]]] = [[] for _ in range(ROWS)]
    found: list[tuple[int, str] | None] = []
    for at, text in labels:
        wide = length(text) + 5.0
        sides = {"left": (at, at + wide), "right": (at - wide, at)}
        lines = [other for other, _ in labels if other != at]
        places = [
            (row, side)
            for crossed in (False, True)
            for row in range(ROWS)
            for side in (("right", "left") if text == ANNOUNCED else ("left", "right"))
            if 0 <= sides[side][0] and sides[side][1] <= width
            and all(sides[side][1] <= start or end <= sides[side][0] for start, end in taken[row])
            and (crossed or not any(sides[side][0] < other < sides[side][1] for other in lines))
        ]  # fmt: skip
        found.append(places[0] if places else None)
        if places:
            taken[places[0][0]].append(sides[places[0][1]])
    return found


def inline(svg: str, name: str, caption: str = "") -> str:
    """An SVG file as an element of a page: no prologue, no outside names, ids of its own, colours of the theme.

    `caption` is the figure whose caption names it, by default its own.
    """
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'\s(xmlns(:\w+)?|width|height|version)="[^"]*"', "", svg[: svg.index(">")]) + svg[svg.index(">") :]
    svg = re.sub(r'\bid="', f'id="{name}-', svg)
    svg = svg.replace('xlink:href="#', f'href="#{name}-').replace("url(#", f"url(#{name}-")
    for colour, role in THEME.items():
        svg = svg.replace(colour, f"var(--{role})")
    return svg.replace("<svg", f'<svg role="img" aria-labelledby="caption-{caption or name}"', 1).strip()

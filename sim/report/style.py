"""The look all figures share: Okabe-Ito colours, direct labels, a stamp, and the same bytes each time."""

import io
import re
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.transforms import Bbox

from sim.numerics import months
from sim.report.results import Results

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

WIDTH, COLUMN = 7.2, 5.0
"""Width of a figure of a study, and of one that is read on a phone, too, inches."""

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
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
    "ytick.major.size": 0.0,
    "lines.linewidth": 1.6,
    "lines.solid_capstyle": "round",
    "legend.frameon": False,
    "hatch.linewidth": 0.5,
    "svg.fonttype": "none",
    "svg.hashsalt": "vyraj",
    "savefig.dpi": 180,
}


@contextmanager
def look() -> Iterator[None]:
    """The shared settings, whatever a user's own matplotlib configuration says."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        for name, value in LOOK.items():
            matplotlib.rcParams[name] = value  # type: ignore[index]
        yield


def canvas(height: float, title: str, width: float = WIDTH) -> Figure:
    """An empty figure with its title, broken into lines that fit; height and width in inches."""
    lines = textwrap.wrap(title, int(width * 10.8))
    top = 0.4 + 0.17 * len(lines)
    inside = (0.005, 0.28 / height, 0.99, 1 - (top + 0.05) / height)
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


def stamp(figure: Figure) -> None:
    """Say in the left corner, where a phone shows it first, what the picture is not."""
    figure.text(0.012, 0.07 / figure.get_figheight(), STAMP, ha="left", va="bottom", fontsize=7, color=QUIET)


def note(figure: Figure, text: str) -> None:
    """A remark in the right corner."""
    figure.text(0.988, 0.07 / figure.get_figheight(), text, ha="right", va="bottom", fontsize=7, color=QUIET)


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
        return contents(finished(module.draw(results)))


def contents(figure: Figure) -> dict[str, bytes]:
    """A finished figure as file contents by suffix; called within `look`."""
    drawing, picture = io.BytesIO(), io.BytesIO()
    FigureCanvasSVG(figure).print_svg(drawing, metadata={"Date": None, "Creator": None})
    FigureCanvasAgg(figure)
    figure.savefig(picture, format="png", metadata={"Software": None})
    return {"svg": drawing.getvalue(), "png": picture.getvalue()}


def finished(figure: Figure) -> Figure:
    """A figure with its stamp, laid out."""
    stamp(figure)
    settle(figure)
    return figure


def years(axes: Axes, first: int, last: int) -> None:
    """A month axis from the start of `first` to the end of `last`, years written where they begin."""
    axes.set_xlim(first, last + 1)
    starts = [m for m in range(first, last + 1) if m % 12 == 0]
    axes.set_xticks(starts, [months.label(m)[:4] for m in starts], ha="left")
    axes.tick_params(axis="x", length=3.5, color=QUIET)


def rows(axes: Axes, labels: Sequence[str], margin: float) -> None:
    """A label a row at the left, whole persons beneath; `margin` is the share of the width left free at both sides."""
    axes.set_yticks(range(len(labels)), labels)
    axes.tick_params(axis="y", labelcolor=INK, labelsize=7.5)
    axes.margins(x=margin)
    axes.grid(axis="x")
    axes.grid(False, axis="y")
    axes.spines["left"].set_visible(False)
    axes.locator_params(axis="x", nbins=5)
    thousands(axes, "x")


def thousands(axes: Axes, axis: str = "y") -> None:
    """Whole persons with separators on an axis; signs of differences in full."""
    line = axes.yaxis if axis == "y" else axes.xaxis
    line.set_major_formatter(lambda value, _: f"{value:,.0f}".replace("-", "\u2212"))


def dates(axes: Axes, results: Results, labels: bool = False) -> None:
    """Vertical lines where the scenario's rules are announced, come into force and end."""
    first, last = axes.get_xlim()
    seen: set[tuple[str, float]] = set()
    for policy in results.policies:
        marks = [("announced", policy.announced, (0, (1, 1.6))), ("in force", policy.start, "-")]
        if policy.until is not None:
            marks.append(("ends", policy.until, (0, (4, 2))))
        for word, at, line in marks:
            if not first <= at <= last or (word, at) in seen:
                continue
            seen.add((word, at))
            axes.axvline(at, color=VERMILLION, lw=0.9, ls=line, zorder=1.5)
            if labels:
                side, pad = ("right", -3) if word == "announced" else ("left", 3)
                axes.annotate(
                    word, (at, 1), (pad, 0), xycoords=("data", "axes fraction"), textcoords="offset points",
                    ha=side, va="top", fontsize=7.5, color=VERMILLION,
                )  # fmt: skip


def inline(svg: str, name: str) -> str:
    """An SVG file as an element of a page: no prologue, no outside names, ids of its own, colours of the theme."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'\s(xmlns(:\w+)?|width|height|version)="[^"]*"', "", svg[: svg.index(">")]) + svg[svg.index(">") :]
    svg = re.sub(r'\bid="', f'id="{name}-', svg)
    svg = svg.replace('xlink:href="#', f'href="#{name}-').replace("url(#", f"url(#{name}-")
    for colour, role in THEME.items():
        svg = svg.replace(colour, f"var(--{role})")
    return svg.replace("<svg", f'<svg role="img" aria-labelledby="caption-{name}"', 1).strip()

"""Flows from Belarus on a map: how many arrive where under the rules in force, and where the scenario changes it.

`borders.json`: Natural Earth 1:50m (public domain) from the npm package world-atlas 2.0.2 (ISC), cut to 12 W-76 E and
22-71 N, thinned to .07 degrees, rings across the antimeridian joined, Crimea moved from Russia to Ukraine.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch

from sim.analysis.dimensions import DESTINATIONS
from sim.report import style
from sim.report.results import Results, wording
from sim.report.told import Told, Value

SECTION = "where"
UNIT = "persons"
SOURCE = "effects.csv; borders of Natural Earth"
ORIGIN = (28.0, 53.6)
"""Middle of Belarus, degrees east and north."""
AT = {
    "lithuania": (23.9, 55.3), "poland": (19.2, 52.0), "latvia": (25.2, 57.0), "estonia": (25.8, 58.9),
    "germany": (10.3, 51.0), "czechia": (15.0, 49.6), "other_eu": (5.0, 46.2), "ukraine": (31.3, 49.2),
    "georgia": (43.4, 42.2), "armenia": (44.9, 40.2), "uzbekistan": (63.5, 41.5), "uae": (54.3, 36.9),
    "russia": (39.5, 56.3), "other_visa_free": (34.0, 38.9), "rest_of_world": (-7.5, 58.6),
}  # fmt: skip
"""Heads of the arrows; those of groups of countries and of the Emirates, which lie south of the sheet, are no place."""
WINDOW = (-11.5, 69.0, 35.2, 61.8)
WIDEST, THINNEST = 9.0, 0.6
"""Widths of the arrows of the largest and of the smallest flow, points."""
MORE, LESS = style.GREEN, style.VERMILLION


@cache
def borders() -> dict[str, list[list[list[float]]]]:
    """Rings of each country in the window, degrees east and north."""
    found: dict[str, list[list[list[float]]]] = json.loads((Path(__file__).parent / "borders.json").read_text())[
        "lands"
    ]
    return found


def title(results: Results) -> str:
    """The finding."""
    told = Told(results)
    values = [told.value("arrivals", place) for place in DESTINATIONS]
    gains = [one for one in values if one.told and one.estimate > 0]
    if not gains:
        return "No other country gains a number of arrivals that can be told"
    most = max(gains, key=lambda one: one.estimate)
    return f"Of all countries {wording(most.place)} gains most: {most.number} arrivals"


def caption(results: Results) -> str:
    """One sentence under the figure."""
    return (
        f"Expected arrivals from Belarus, {Told(results).span}: width, under the rules in force; number, the change "
        "where one can be told (green more, orange fewer). Arrows to groups of countries and to the Emirates end at no "
        f"place. Crimea as Ukraine. Source: {SOURCE}."
    )


def data(results: Results) -> pd.DataFrame:
    """Arrivals under the rules in force and their change by destination, with what is told of it."""
    told = Told(results)
    rows = []
    for place in DESTINATIONS:
        one = told.value("arrivals", place)
        rows.append((place, one.before, one.estimate, one.low, one.high, one.number, one.told))
    return pd.DataFrame(rows, columns=["destination", "before", "change", "low", "high", "told", "shown"])


def draw(results: Results) -> Figure:
    """Borders, arrows and changes."""
    told = Told(results)
    figure = style.canvas(3.1, title(results), style.COLUMN)
    axes = figure.subplots()
    axes.set_axis_off()
    axes.set_xlim(*WINDOW[:2])
    axes.set_ylim(*WINDOW[2:])
    axes.set_aspect(1 / np.cos(np.radians(50)), adjustable="box")
    ground(axes)
    values = [told.value("arrivals", place) for place in DESTINATIONS]
    largest = max((one.before for one in values), default=0.0) or 1.0
    arriving = sorted((one for one in values if one.before > 0 or one.estimate > 0), key=lambda one: -one.before)
    for one in arriving:
        if one.place in AT:
            arrow(axes, one, max(one.before, 0.0) / largest)
    beyond = ", ".join(label(one) for one in arriving if one.place not in AT)
    said = [f"not on this map: {beyond}"] if beyond else []
    said.append(f"numbers: change of arrivals, {UNIT}")
    axes.text(0.01, 0.01, "\n".join(said), transform=axes.transAxes, fontsize=style.SMALL, color=style.INK)
    return figure


def ground(axes: Axes) -> None:
    """Countries, Belarus darker."""
    for name, rings in borders().items():
        colour = style.RULE if name == "Belarus" else style.WASH
        axes.add_collection(
            PolyCollection([np.array(ring) for ring in rings], facecolor=colour, edgecolor=style.LAND, lw=0.5)
        )


def label(one: Value) -> str:
    """The destination, and its change where one can be told."""
    return f"{SHORT.get(one.place, wording(one.place))}{' ' + one.number if one.told else ''}"


def arrow(axes: Axes, one: Value, share: float) -> None:
    """The flow to one destination and its label."""
    colour = style.BASELINE if not one.told else MORE if one.estimate > 0 else LESS
    end: Any = AT[one.place]
    axes.add_patch(
        FancyArrowPatch(
            ORIGIN, end, arrowstyle="-", connectionstyle="arc3,rad=0.12", lw=max(THINNEST, WIDEST * share),
            color=colour, alpha=0.55, shrinkA=2, shrinkB=2, capstyle="round",
        )
    )  # fmt: skip
    axes.annotate(
        label(one), end, OFFSET.get(one.place, (0, -3)), textcoords="offset points", ha=SIDE.get(one.place, "center"),
        va="top", fontsize=style.SMALL, color=style.INK if one.told else style.QUIET,
        fontweight="bold" if one.told else "normal",
    )  # fmt: skip


SHORT = {"other_visa_free": "other visa-free", "rest_of_world": "rest of the world"}
SIDE = {"lithuania": "right", "latvia": "right", "estonia": "left", "rest_of_world": "left", "russia": "left",
        "poland": "right", "germany": "right", "czechia": "right", "armenia": "left", "georgia": "left"}  # fmt: skip
OFFSET = {"lithuania": (-4, 4), "latvia": (-4, 4), "estonia": (4, 6), "russia": (3, 4), "rest_of_world": (-6, 10),
          "poland": (-2, 8), "germany": (-4, 2), "czechia": (-2, 0), "armenia": (4, 2), "georgia": (4, 6),
          "uzbekistan": (0, 21)}  # fmt: skip

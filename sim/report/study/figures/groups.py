"""Who leaves less or more: change of departures by motive, sex and age."""

import math

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from sim.report import style
from sim.report.study.comparisons import Study
from sim.report.study.figures import rows
from sim.runs import disclosure

SECTION = "who"
TITLE = "Change of departures by group, % of those under the rules in force"
SOURCE = "groups.csv of every comparison"
DIMENSIONS = {"motive": "motive", "sex": "sex", "age": "age"}
"""Dimension to the words above its columns."""
FULL = 50.0
"""Percent from which a cell has its full colour."""
GAP = 0.35
"""White between dimensions, in columns."""


def absent(study: Study) -> str:
    """Why there is nothing to draw, or nothing."""
    return "" if data(study)["percent"].notna().any() else "no group has enough simulated people"


def caption(study: Study) -> str:
    """What is seen, in a few sentences."""
    return (
        "Departures over the horizon by what led to the application (motive), sex and age: their change in percent of "
        f"each group's own departures under the rules in force, at {study.mains}; blue fewer, orange more, full colour "
        f"from {FULL:.0f}%. Bold: the 90% interval leaves zero out. A dot: fewer than {disclosure.MINIMUM} simulated "
        f"people. Persons stand in the table. A {style.STAMP}."
    )


def departures(study: Study) -> pd.DataFrame:
    """Rows of groups.csv about departures of all destinations, with the number of the comparison as `row`.

    Groups of which nobody departs in any world are left out.
    """
    parts = []
    for row, one in enumerate(study.comparisons):
        frame = one.results.table("groups")
        wanted = (frame["measure"] == "departed") & (frame["destination"] == "") & frame["dimension"].isin(DIMENSIONS)
        part = disclosure.hide_few(frame[wanted], one.results.one_in, one.results.replicates)
        parts.append(part.rename(columns={"scenario": "after"}).assign(row=row, scenario=one.scenario, point=one.point))
    empty = pd.DataFrame(columns=["dimension", "group", "baseline", "after", "estimate", "low", "high", "row"])
    table = pd.concat(parts, ignore_index=True) if parts else empty
    someone = (table["baseline"] != 0) | (table["after"] != 0)  # a level that is hidden is no zero
    return table[someone.groupby([table["dimension"], table["group"]]).transform("any")]


def data(study: Study) -> pd.DataFrame:
    """The same with `percent` of the group's departures under the rules in force, and `sure`: zero is left out."""
    table = departures(study)
    level = table["baseline"].where(table["baseline"] > 0)
    sure = (table["low"] > 0) | (table["high"] < 0)
    return table.assign(percent=(100.0 * table["estimate"] / level).astype(float), sure=sure)


def columns(table: pd.DataFrame) -> list[tuple[str, str]]:
    """Dimensions and groups in the order of the files."""
    pairs = table[["dimension", "group"]].drop_duplicates()
    return [
        (name, str(group)) for name in DIMENSIONS for group in _ordered(pairs.loc[pairs["dimension"] == name, "group"])
    ]


def _ordered(groups: pd.Series) -> list[str]:
    """Groups as they come, ages by their first year and `none` last."""
    names = [str(group) for group in groups]
    first = {name: int(name.split("-")[0].rstrip("+")) for name in names if name[:1].isdigit()}
    return sorted(names, key=lambda name: (name == "none", first.get(name, 0)))


def draw(study: Study) -> Figure:
    """A row a comparison, a column a group, coloured cells with their percent."""
    table = data(study)
    lines = rows.layout(study.comparisons)
    figure = rows.canvas(lines, TITLE, 0.27, 0.65)
    rows.room(figure, 0.4)
    axes = figure.subplots()
    rows.label(axes, lines)
    at: dict[tuple[str, str], float] = {}
    x, last = 0.0, ""
    for dimension, group in columns(table):
        x += GAP if last and dimension != last else 0.0
        if dimension != last:
            axes.annotate(
                DIMENSIONS[dimension], (x, 1), (1, 42), xycoords=("data", "axes fraction"), textcoords="offset points",
                ha="left", va="bottom", fontsize=7.5, fontweight="bold", color=style.INK,
            )  # fmt: skip
        at[dimension, group] = x
        head = "never applied" if group == "none" else group.replace("_", " ")
        axes.annotate(
            rows.wrapped(head, 12, 2), (x + 0.5, 1), (0, 3), xycoords=("data", "axes fraction"),
            textcoords="offset points", ha="center", va="bottom", rotation=60, fontsize=7, color=style.QUIET,
        )  # fmt: skip
        x, last = x + 1.0, dimension
    for cell in table.to_dict("records"):
        left, y = at[cell["dimension"], str(cell["group"])], lines.at(cell["row"])
        percent = float(cell["percent"])
        if math.isnan(percent):
            axes.text(left + 0.5, y, "\u00b7", ha="center", va="center", color=style.QUIET)
            continue
        colour = style.BLUE if percent < 0 else style.ORANGE
        depth = round(0.6 * min(abs(percent) / FULL, 1.0), 3)
        axes.add_patch(Rectangle((left + 0.03, y - 0.44), 0.94, 0.88, facecolor=colour, alpha=depth, lw=0))
        axes.text(
            left + 0.5, y, f"{percent:+.0f}".replace("-", "\u2212") if round(percent) else "0", ha="center",
            va="center", fontsize=7, fontweight="bold" if cell["sure"] else "normal",
            color=style.INK if cell["sure"] else style.QUIET,
        )  # fmt: skip
    axes.set_xlim(0, max(x, 1.0))
    axes.set_xticks([])
    axes.grid(False)
    axes.spines["bottom"].set_visible(False)
    return figure

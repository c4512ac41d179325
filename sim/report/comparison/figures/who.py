"""Who is affected: the change of departures, and of the right to stay abroad lost, by age and sex."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.report import style
from sim.report.comparison import levels_by_group
from sim.report.results import Results
from sim.report.verdicts import BRIEF
from sim.report.words import MINUS

SECTION = "who"
UNIT = "persons"
SOURCE = "groups.csv"
SHOWN = {
    "departed": f"departures, {UNIT}",
    "lost": f"lose the right to stay abroad, {UNIT}",
    "wished": "would leave and cannot, unit-months",
}
DIMENSIONS = ("age", "sex")
SEXES = {"female": "women", "male": "men"}


def title(results: Results) -> str:
    """The finding: where departures, or the right to stay lost, change most, whichever changes more."""
    table = data(results)
    told = table[table["shown"] & (table["measure"] != "wished")]
    for dimension in DIMENSIONS:
        of = told[told["dimension"] == dimension]
        if not of.empty:
            most = of.loc[of["estimate"].abs().idxmax()]
            many = f"{str(most['told']).lstrip('+' + MINUS)} {'more' if most['estimate'] > 0 else 'fewer'}"
            what = "Departures change" if most["measure"] == "departed" else "Loss of the right to stay abroad changes"
            group = f"at ages {_group(most['group'])}" if dimension == "age" else f"among {_group(most['group'])}"
            return f"{what} most {group}: {many}"
    return "Of no age and neither sex can a change be told at this sample"


def caption(results: Results) -> str:
    """One sentence under the figure."""
    return (
        "Scenario less rules in force, counted over the window, with 90% intervals "
        f"{'of one more draw' if results.is_drawn else 'of the mean'}. Ages are those of the month. Open grey points: "
        f"no number can be told. The panels have different scales. Source: {SOURCE}."
    )


def absent(results: Results) -> str:
    """Why there is nothing to draw."""
    return "" if data(results)["estimate"].notna().any() else "every group rests on too few simulated people"


def data(results: Results) -> pd.DataFrame:
    """Rows of `groups.csv` by age and sex of all destinations; `told` is what is written, `shown` if it is a number.

    Numbers that rest on few people are empty.
    """
    table = results.table("groups")
    chosen = table["measure"].isin(list(SHOWN)) & table["dimension"].isin(DIMENSIONS) & (table["destination"] == "")
    table = table[chosen].sort_values("dimension", kind="stable").reset_index(drop=True)
    told = [levels_by_group.difference(row, results)[0] for row in table.to_dict("records")]
    return table.assign(told=told, shown=[one not in BRIEF.values() for one in told])


def draw(results: Results) -> Figure:
    """A panel a measure; ages from young to old, then sexes."""
    table = data(results)
    figure = style.canvas(6.6, title(results), style.COLUMN)
    for axes, (measure, heading) in zip(figure.subplots(len(SHOWN), 1), SHOWN.items(), strict=True):
        panel(axes, table[table["measure"] == measure], heading)
    return figure


def panel(axes: Axes, table: pd.DataFrame, heading: str) -> None:
    """A row a group: interval, point and, at the right, what is told."""
    axes.axvline(0, color=style.QUIET, lw=0.9)
    for row, cell in enumerate(table.to_dict("records")):
        ink = style.BLUE if cell["shown"] else style.FEW
        axes.plot([cell["low"], cell["high"]], [row, row], color=ink, lw=2.2)
        axes.plot(cell["estimate"], row, "o", color=ink, mfc=ink if cell["shown"] else style.PAPER, ms=5)
        axes.annotate(
            str(cell["told"]), (1, row), (4, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
            ha="left", va="center", fontsize=style.SMALL, color=style.INK if cell["shown"] else style.QUIET,
        )  # fmt: skip
    axes.set_ylim(len(table) - 0.4, -0.6)
    style.rows(axes, [_group(group) for group in table["group"]], 0.06)
    axes.set_title(heading)
    if not table[["low", "high"]].any(axis=None):  # nothing but zero is drawn, or nothing
        axes.set_xticks([0])


def _group(name: str) -> str:
    """An age or a sex in words."""
    return SEXES.get(name, name.replace("-", " to "))

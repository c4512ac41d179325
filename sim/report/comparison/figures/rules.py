"""The rules that differ by country: when entry and stay were open, open in part, or closed, and numbers that change."""

import textwrap

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from sim.analysis.dimensions import ORIGIN
from sim.analysis.rule_periods import OPEN, PART, SHUT, VALUE
from sim.numerics import months
from sim.numerics.messages import listed
from sim.report import ruling, style
from sim.report.results import Results, wording

SECTION = "rules"
UNIT = "from month to month"
SOURCE = "rules.csv"
COLUMNS = ["destination", "instrument", "from", "to", "says", "state", "world", "differs"]
"""Columns of the data behind."""
COLOURS = {OPEN: "#cfe8dd", PART: style.ORANGE, SHUT: style.VERMILLION}
VALUES = ("#dde3e9", "#a8d8f5")
"""Colours of a number as it is under the rules in force at first, and of every other."""
MOST = 30
"""Rules drawn; the title counts all, and the data behind have them."""
HIGH, WRAP, THINNEST = 0.4, 24, 0.006
"""Inches a rule, letters of a line of its name, and the least width of a bar, as a share of the axis."""
NAMES = 0.8
"""Share of the width that the names of the rules leave to the bars, at least."""


def title(results: Results) -> str:
    """The finding."""
    changed = differing(results)
    places = changed["destination"].unique()
    where = listed([wording(place) for place in places]) if len(places) <= 2 else f"{len(places)} countries"
    return (
        f"The scenario changes {len(changed)} {'rule' if len(changed) == 1 else 'rules'} of entry and stay in {where}"
    )


def caption(results: Results) -> str:
    """One sentence under the figure."""
    changed = differing(results)
    numbers = int((changed["state"] == VALUE).sum())
    more = f" The first {MOST} of {len(changed)} are drawn." if len(changed) > MOST else ""
    return (
        f"Rules that differ between the worlds ({len(changed) - numbers} of who may enter or stay, {numbers} in a "
        "number such as a fee or a stay): the upper bar under the rules in force, the lower under the scenario; "
        "\u201cin part\u201d excepts some channels or groups; a number stands in its bar, darker where it is another. "
        f"Dotted: the announcement.{more} Source: {SOURCE}."
    )


def differing(results: Results) -> pd.DataFrame:
    """Rules that differ, one a row in the order in which they are drawn: states first, then numbers."""
    table = data(results)
    table = table[table["differs"]].drop_duplicates(["destination", "instrument"])
    order = table.assign(number=table["state"] == VALUE).sort_values(["number", "destination", "instrument"])
    return order.drop(columns="number").reset_index(drop=True)


def absent(results: Results) -> str:
    """Why there is nothing to draw."""
    return "" if data(results)["differs"].any() else "no rule differs between the worlds"


def data(results: Results) -> pd.DataFrame:
    """Periods of every rule of entry and stay in both worlds, and of numbers that are others in the scenario.

    `says` is the rule in words, `differs` whether it is another in the scenario.
    """
    table = results.table("rules")
    table = table[table["destination"] != ORIGIN]
    other = table["baseline"] != table["scenario"]
    table = table.assign(
        instrument=[name.partition(".")[2] for name in table["parameter"]],
        differs=other.groupby(table["parameter"]).transform("any").astype(bool),
    )
    table = table[table["differs"] | (table["baseline_state"] != VALUE)]
    return pd.concat([_told(table, world) for world in ("baseline", "scenario")], ignore_index=True)


def _told(table: pd.DataFrame, world: str) -> pd.DataFrame:
    """Periods of the rules of one world: those in which only the other's rule changes are one."""
    table = table.assign(says=table[world], state=table[f"{world}_state"], world=world)
    ours = table[["parameter", "says"]]
    same = (ours != ours.shift()).any(axis=1).cumsum()
    last = table.groupby(same)["end"].transform("last")
    return table.assign(**{"from": table["start"], "to": last})[~same.duplicated()][COLUMNS]


def draw(results: Results) -> Figure:
    """Two bars a rule, one a world."""
    table, rules = data(results), differing(results).head(MOST)
    figure = style.canvas(1.35 + HIGH * len(rules), title(results), style.COLUMN)
    axes = figure.subplots()
    start = months.month(str(results.fact("start")))
    last = months.month(str(results.fact("settings", "end")))
    style.years(axes, min(24, start), last)
    for number, rule in enumerate(rules.itertuples()):
        of = (table["destination"] == rule.destination) & (table["instrument"] == rule.instrument)
        bars(axes, number, table[of])
    axes.axvline(start, color=style.INK, lw=0.8, ls=(0, (1, 1.6)))
    labels = [f"{wording(str(rule.destination))}: {ruling.what(str(rule.instrument))}" for rule in rules.itertuples()]
    axes.set_yticks(range(len(rules)), ["\n".join(textwrap.wrap(label, WRAP)) for label in labels])
    axes.tick_params(axis="y", labelcolor=style.INK)
    axes.set_ylim(len(rules) - 0.5, -0.5)
    axes.grid(False)
    shown = set(rules["state"]) | set(table.loc[table["differs"], "state"])
    handles = [Patch(color=colour, label=state) for state, colour in COLOURS.items() if shown - {VALUE}]
    if VALUE in shown:
        handles.append(Patch(color=VALUES[1], label="another number"))
    axes.legend(handles=handles, loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=4, handlelength=0.9,
                fontsize=style.SMALL, columnspacing=1.0)  # fmt: skip
    return figure


def bars(axes: Axes, row: int, table: pd.DataFrame) -> None:
    """The bars of one rule in both worlds; numbers are written in them where there is room."""
    left, right = axes.get_xlim()
    table = table[[at(str(day), whole=True) > left for day in table["to"]]]
    usual = str(table.loc[table["world"] == "baseline", "says"].iloc[0])
    for one in table.rename(columns={"from": "since"}).itertuples():
        begins, ends = at(str(one.since)), at(str(one.to), whole=True)
        begins = min(max(begins, left), right)
        ends = max(min(ends, right), begins + THINNEST * (right - left))
        height = row + (-0.2 if one.world == "baseline" else 0.2)
        colour = VALUES[str(one.says) != usual] if one.state == VALUE else COLOURS[str(one.state)]
        axes.barh(height, ends - begins, left=begins, height=0.37, color=colour, lw=0)
        if one.state == VALUE and NAMES * style.wide(axes, ends - begins) > style.length(str(one.says)) + 4:
            axes.annotate(
                str(one.says), (begins, height), (3, 0), textcoords="offset points", ha="left", va="center_baseline",
                fontsize=style.SMALL, color=style.BLACK,
            )  # fmt: skip


def at(day: str, whole: bool = False) -> float:
    """A day as months since January 2019: its begin, or its end where the whole day counts."""
    number = months.month(day)
    return number + (int(day[8:10]) - (0 if whole else 1)) / months.days_in(number)

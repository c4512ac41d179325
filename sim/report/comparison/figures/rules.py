"""The rules that differ by country: when leaving, entry and stay are open, in part or closed; numbers that change."""

import textwrap
from itertools import groupby
from typing import NamedTuple

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from sim.analysis.rule_periods import OPEN, PART, SHUT, VALUE
from sim.numerics import months
from sim.numerics.messages import listed
from sim.report import ruling, style, time_axis
from sim.report.comparison.gravity import gravity
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
    return f"The scenario changes {len(changed)} {'rule' if len(changed) == 1 else 'rules'} in {where}"


def caption(results: Results) -> str:
    """One sentence under the figure."""
    changed = differing(results)
    numbers = int((changed["state"] == VALUE).sum())
    more = f" The {MOST} gravest of {len(changed)} are drawn." if len(changed) > MOST else ""
    return (
        f"Rules that differ between the worlds ({len(changed) - numbers} of who may leave, enter or stay, {numbers} "
        "in a number such as a fee or a stay), the gravest first: the upper bar under the rules in force, the lower "
        "under the scenario; "
        "\u201cin part\u201d excepts some channels or groups; a number stands in its bar, darker where it is another. "
        f"Dotted: the announcement.{more} Source: {SOURCE}."
    )


def differing(results: Results) -> pd.DataFrame:
    """Rules that differ, one a row in the order in which they are drawn: the gravest first, of a kind by country."""
    table = data(results)
    table = table[table["differs"]].drop_duplicates(["destination", "instrument"])
    ranks = [gravity(str(name), "") for name in table["instrument"]]
    order = table.assign(kind=[one.kind for one in ranks], place=[one.place for one in ranks])
    order = order.sort_values(["kind", "destination", "place", "instrument"])
    return order.drop(columns=["kind", "place"]).reset_index(drop=True)


def absent(results: Results) -> str:
    """Why there is nothing to draw."""
    return "" if data(results)["differs"].any() else "no rule differs between the worlds"


def data(results: Results) -> pd.DataFrame:
    """Periods of every rule of leaving, entry and stay in both worlds, and of numbers that are others in the scenario.

    `says` is the rule in words, `differs` whether it is another in the scenario.
    """
    table = results.table("rules")
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
    time_axis.years(axes, min(24, start), last)
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
    """The bars of one rule in both worlds; numbers are written in them where there is room, and parted by a line."""
    left, right = axes.get_xlim()
    for world, lift in (("baseline", -0.2), ("scenario", 0.2)):
        for bar in strips(table, world, (left, right)):
            length = max(bar[-1].ends - bar[0].begins, THINNEST * (right - left))
            is_widened = length > bar[-1].ends - bar[0].begins
            axes.barh(row + lift, length, left=bar[0].begins, height=0.37, color=bar[0].colour, lw=0,
                      zorder=1.1 if is_widened else 1.0)  # fmt: skip
            for part in bar:
                room = NAMES * style.wide(axes, part.ends - part.begins)
                if part.colour in VALUES and room > style.length(part.says) + 4:
                    axes.annotate(
                        part.says, (part.begins, row + lift), (3, 0), textcoords="offset points", ha="left",
                        va="center_baseline", fontsize=style.SMALL, color=style.BLACK,
                    )  # fmt: skip
            for part in bar[1:]:
                axes.vlines(part.begins, row + lift - 0.185, row + lift + 0.185, color=style.PAPER, lw=0.8)


class Period(NamedTuple):
    """A rule, or a number, from one time to another in months since January 2019, with its colour."""

    begins: float
    ends: float
    colour: str
    says: str


def strips(table: pd.DataFrame, world: str, span: tuple[float, float]) -> list[list[Period]]:
    """The bars of a rule in one world within a span, each a period, or several of a number.

    A rule that goes on is one bar, whoever it excepts. It is one, too, where days too few to be seen part it that both
    worlds share: the scenario does not change them, and they would look like a seam.
    """
    usual = str(table.loc[table["world"] == "baseline", "says"].iloc[0])
    ours, theirs = table[table["world"] == world], table[table["world"] != world]
    found: list[tuple[Period, bool]] = []
    for row in ours.rename(columns={"from": "since"}).itertuples():
        begins, ends = max(at(str(row.since)), span[0]), min(at(str(row.to), whole=True), span[1])
        if begins < ends:
            colour = VALUES[str(row.says) != usual] if row.state == VALUE else COLOURS[str(row.state)]
            alike = (theirs["from"] <= row.since) & (theirs["to"] >= row.to) & (theirs["says"] == row.says)
            is_seam = bool(alike.any()) and ends - begins < THINNEST * (span[1] - span[0])
            found.append((Period(begins, ends, colour, ruling.amounts(str(row.says))), is_seam))
    kept = [one for number, (one, is_seam) in enumerate(found)
            if not (is_seam and 0 < number < len(found) - 1
                    and found[number - 1][0].colour == found[number + 1][0].colour)]  # fmt: skip
    bars_ = [list(one) for _, one in groupby(kept, key=lambda period: period.colour)]
    return [one if one[0].colour in VALUES else [one[0]._replace(ends=one[-1].ends)] for one in bars_]


def at(day: str, whole: bool = False) -> float:
    """A day as months since January 2019: its begin, or its end where the whole day counts."""
    number = months.month(day)
    return number + (int(day[8:10]) - (0 if whole else 1)) / months.days_in(number)

"""Arrivals from Belarus by destination and month, with and without the scenario's rules."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.report import style, time_axis
from sim.report.comparison.figures.substitution import TINTS
from sim.report.results import Results, band, wording
from sim.report.told import Told

SECTION = "where"
UNIT = "persons a month"
SOURCE = "flows.parquet of both worlds, effects.csv"
OTHERS = 4
"""Destinations drawn small beside the one in focus."""
BEFORE = 18
"""Months shown before the announcement."""
ROOM = 0.15
"""Share of the height that the name of a line needs."""


def title(results: Results) -> str:
    """The finding."""
    one = Told(results).value("arrivals", results.focus)
    if not one.told:
        return f"Arrivals in {wording(results.focus)}: {one.verdict}"
    way = "rise" if one.estimate > 0 else "fall"
    return f"Arrivals in {wording(results.focus)} {way} by {one.size} from {one.levels[0]}"


def caption(results: Results) -> str:
    """One sentence under the figure."""
    return (
        "Expected arrivals a month with 90% bands over replicates, under the rules in force and under the scenario; "
        f"below, the destinations besides {wording(results.focus)} where arrivals change most (each on its own scale), "
        f"and all changes on one scale. Source: {SOURCE}."
    )


def others(results: Results) -> list[str]:
    """Destinations besides the focus with the largest change of arrivals, largest first."""
    rows = results.measure("arrivals")
    rows = rows[~rows["destination"].isin([results.focus, "", "all"])]
    ranked = rows.assign(size=rows["estimate"].abs()).sort_values(["size", "destination"], ascending=[False, True])
    return ranked["destination"].head(OTHERS).tolist()


def data(results: Results) -> pd.DataFrame:
    """Mean, low and high persons a month by world (baseline, scenario, difference), destination and month `at`."""
    before, after = results.arrivals(results.baseline), results.arrivals(results.scenario)
    worlds = {"baseline": before, "scenario": after, "difference": after - before}
    parts = [
        band(frame[place]).reset_index().assign(world=world, destination=place)
        for world, frame in worlds.items()
        for place in [results.focus, *others(results)]
    ]
    return pd.concat(parts, ignore_index=True)


def draw(results: Results) -> Figure:
    """Focus large, four others small, and their changes below on one scale."""
    table = data(results)
    last = int(table["at"].max())
    first = int(min([policy.announced for policy in results.policies], default=last)) - BEFORE
    first = max(first, int(table["at"].min()))
    table = table[table["at"] >= first]
    places = others(results)
    figure = style.canvas(6.9, title(results), style.COLUMN)
    grid = figure.add_gridspec(4, 2, height_ratios=[2.3, 1, 1, 1.1])

    large = figure.add_subplot(grid[0, :])
    levels(large, table, results.focus)
    time_axis.years(large, first, last)
    style.dates(large, results, labels=True)
    large.set_title(f"{wording(results.focus)}, {UNIT}", fontsize=9.5)
    ends = []
    for world, words, colour in (
        ("baseline", "rules in force", style.BASELINE),
        ("scenario", style.named(results), style.SCENARIO),
    ):
        end = table[(table["world"] == world) & (table["destination"] == results.focus)].iloc[-1]
        ends.append((float(end["mean"]), words, colour))
    room, ends = ROOM * large.get_ylim()[1], sorted(ends)
    lower = -9 if ends[0][0] > room else 9  # below its line, where the axis leaves room
    upper = 20 if lower > 0 and ends[1][0] - ends[0][0] < room else 9
    for offset, (level, words, colour) in zip((lower, upper), ends, strict=True):
        large.annotate(
            words, (last + 0.5, level), (0, offset), textcoords="offset points",
            ha="right", va="bottom" if offset > 0 else "top", color=colour, fontweight="bold",
        )  # fmt: skip

    for number, place in enumerate(places):
        small = figure.add_subplot(grid[1 + number // 2, number % 2])
        levels(small, table, place)
        time_axis.years(small, first, last)
        style.dates(small, results)
        small.set_title(wording(place))
        if number % 2 == 0:
            small.set_ylabel(UNIT)
    changes(figure.add_subplot(grid[3, :]), table, results)
    return figure


def changes(axes: Axes, table: pd.DataFrame, results: Results) -> None:
    """The change in the focus and in all countries drawn, on one scale, named at the right."""
    places = [results.focus, *others(results)]
    for place, colour in zip(places, (style.BLUE, *TINTS), strict=False):
        line(axes, table, place, "difference", colour)
        axes.plot([], [], color=colour, label=wording(place), lw=4)
    axes.axhline(0, color=style.QUIET, lw=0.8)
    time_axis.years(axes, int(table["at"].min()), int(table["at"].max()))
    style.dates(axes, results)
    style.thousands(axes)
    axes.set_title(f"change, {UNIT}")
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), fontsize=style.SMALL, handlelength=0.7)


def line(axes: Axes, table: pd.DataFrame, place: str, world: str, colour: str) -> None:
    """One world's mean and band, a step a month."""
    rows = table[(table["world"] == world) & (table["destination"] == place)]
    edges = [*rows["at"], rows["at"].iloc[-1] + 1]
    low, high, mean = ([*rows[name], rows[name].iloc[-1]] for name in ("low", "high", "mean"))
    axes.fill_between(edges, low, high, step="post", color=colour, alpha=0.22, lw=0)
    axes.plot(edges, mean, color=colour, drawstyle="steps-post")


def levels(axes: Axes, table: pd.DataFrame, place: str) -> None:
    """Both worlds from zero upwards."""
    line(axes, table, place, "baseline", style.BASELINE)
    line(axes, table, place, "scenario", style.SCENARIO)
    axes.set_ylim(bottom=0)
    axes.margins(y=0.12)
    style.thousands(axes)

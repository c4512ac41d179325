"""Belarusians settled abroad, by destination and month, with what was observed."""

import pandas as pd
from matplotlib.figure import Figure

from sim.numerics import months
from sim.report import style, time_axis
from sim.report.results import Results, band, wording

SECTION = "fit"
UNIT = "thousand persons"
SOURCE = "stocks.parquet of both worlds, patterns.csv"
PANELS = 6
DEFINITIONS = ("residence_documents", "valid_permits", "residents")
"""Registers drawn as observed, the first that a place has."""


def title(results: Results) -> str:
    """The finding."""
    return "Belarusians settled abroad: both worlds, and registers to 2022"


def caption(results: Results) -> str:
    """One sentence under the figure."""
    return (
        "Everybody who lives there at the end of each month, with 90% bands over replicates; open circles are "
        "registers to December 2022, which hold documents and so fewer people (see the patterns). "
        f"Departures, not stocks, set the constants. Source: {SOURCE}."
    )


def places(results: Results, table: pd.DataFrame) -> list[str]:
    """The focus, then the destinations with the most residents at the end of the baseline."""
    final = table[(table["world"] == "baseline") & (table["at"] == table["at"].max())]
    ranked = final.sort_values(["mean", "destination"], ascending=[False, True])["destination"]
    return [results.focus, *[place for place in ranked if place != results.focus]][:PANELS]


def observed(results: Results) -> pd.DataFrame:
    """Observed registers: destination, time `at` in months (end of the day named) and thousand persons."""
    patterns = results.table("patterns")
    kept = patterns[patterns["quantity"].isin(DEFINITIONS)]
    best = kept.groupby("destination")["quantity"].transform(lambda of: min(of, key=DEFINITIONS.index))
    stock = kept[kept["quantity"] == best]
    return pd.DataFrame(
        {
            "destination": stock["destination"],
            "at": [end(date) for date in stock["end"]],
            "thousand": pd.to_numeric(stock["observed"]) / 1000,
        }
    )


def end(date: str) -> float:
    """End of a day as months since January 2019."""
    number = months.month(date)
    return number + int(date[8:10]) / months.days_in(number)


def data(results: Results) -> pd.DataFrame:
    """Mean, low and high persons by world, destination and month `at`."""
    parts = []
    for world, name in (("baseline", results.baseline), ("scenario", results.scenario)):
        frame = results.residents(name)
        parts += [band(frame[place]).reset_index().assign(world=world, destination=place) for place in frame]
    return pd.concat(parts, ignore_index=True)


def draw(results: Results) -> Figure:
    """Six destinations, each on a scale of its own, both worlds on the same."""
    table, points = data(results), observed(results)
    first, last = int(table["at"].min()), int(table["at"].max())
    figure = style.canvas(6.2, title(results), style.COLUMN)
    for panel, (axes, place) in enumerate(zip(figure.subplots(3, 2).flat, places(results, table), strict=False)):
        for world, colour in (("baseline", style.BASELINE), ("scenario", style.SCENARIO)):
            rows = table[(table["world"] == world) & (table["destination"] == place)]
            axes.fill_between(rows["at"] + 1, rows["low"] / 1000, rows["high"] / 1000, color=colour, alpha=0.22, lw=0)
            axes.plot(rows["at"] + 1, rows["mean"] / 1000, color=colour)
        seen = points[points["destination"] == place]
        axes.plot(seen["at"], seen["thousand"], "o", mfc="none", mec=style.INK, mew=1, ms=4.5)
        axes.set_ylim(bottom=0)
        axes.margins(y=0.12)
        axes.set_title(wording(place))
        time_axis.years(axes, first, last)
        if panel % 2 == 0:
            axes.set_ylabel(UNIT)
        style.dates(axes, results)
        if panel == 0:
            words = ("rules in force", style.named(results), "\u25cb observed")
            for row, (text, colour) in enumerate(zip(words, (style.BASELINE, style.SCENARIO, style.INK), strict=True)):
                axes.text(
                    0.04, 0.96 - 0.105 * row, text, color=colour, transform=axes.transAxes, va="top", weight="bold"
                )
    return figure

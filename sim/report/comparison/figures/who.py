"""Who is affected: departures, and the right to stay abroad lost, by age and sex, in both worlds."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.report import style
from sim.report.results import Results

SECTION = "who"
UNIT = "persons"
SHOWN = {"departed": "departures", "lost": "lose the right to stay", "wished": "would leave and cannot, unit-months"}
DIMENSIONS = ("age", "sex")


def title(results: Results) -> str:
    """The finding."""
    rows = data(results)
    ages = rows[(rows["measure"] == "departed") & (rows["dimension"] == "age")].dropna(subset=["estimate"])
    ages = ages[(ages["low"] > 0) | (ages["high"] < 0)]
    if ages.empty:
        return "By age and sex, differences cannot be told at this sample"
    most = ages.loc[ages["estimate"].abs().idxmax()]
    return f"Departures change most at ages {str(most['group']).replace('-', ' to ')}"


def caption(results: Results) -> str:
    """One sentence under the figure."""
    return (
        "Counted over the window, means over replicates: grey under the rules in force, blue under the scenario, with "
        "the 90% interval of the difference. Ages are those of the month. What rests on fewer than 30 simulated people "
        "is left out."
    )


def absent(results: Results) -> str:
    """Why there is nothing to draw."""
    rows = data(results)
    return "" if rows["baseline"].notna().any() else "every group rests on too few simulated people"


def data(results: Results) -> pd.DataFrame:
    """Rows of `groups.csv` by age and sex of all destinations together; empty numbers rest on few people."""
    table = results.table("groups")
    chosen = table["measure"].isin(list(SHOWN)) & table["dimension"].isin(DIMENSIONS) & (table["destination"] == "")
    return table[chosen].reset_index(drop=True)


def draw(results: Results) -> Figure:
    """A panel a measure; ages, then sexes."""
    table = data(results)
    figure = style.canvas(5.6, title(results), style.COLUMN)
    for axes, (measure, words) in zip(figure.subplots(len(SHOWN), 1), SHOWN.items(), strict=True):
        panel(axes, table[table["measure"] == measure], words)
    return figure


def panel(axes: Axes, table: pd.DataFrame, words: str) -> None:
    """Bars of both worlds by group."""
    for row, cell in enumerate(table.itertuples()):
        axes.bar(row - 0.2, cell.baseline, width=0.38, color=style.BASELINE, alpha=0.55, lw=0)
        axes.bar(row + 0.2, cell.scenario, width=0.38, color=style.BLUE, lw=0)
        if pd.notna(cell.estimate):
            ends = [cell.baseline + cell.low, cell.baseline + cell.high]
            axes.plot([row + 0.2] * 2, ends, color=style.INK, lw=1.2)
    axes.set_xticks(range(len(table)), [str(group) for group in table["group"]])
    axes.tick_params(axis="x", labelcolor=style.INK)
    axes.set_title(words)
    axes.set_ylim(bottom=0)
    style.thousands(axes)

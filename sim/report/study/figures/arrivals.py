"""Change of arrivals by scenario, where the rules change, at the main lambda and beside it."""

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from sim.report import style
from sim.report.results import Effect, wording
from sim.report.study.comparisons import Study
from sim.report.study.figures import rows
from sim.runs import disclosure

SECTION = "answer"
TITLE = "Change of arrivals in the country named, persons"
SOURCE = "effects.csv of every comparison"


def absent(study: Study) -> str:
    """Why there is nothing to draw, or nothing."""
    return "" if len(data(study)) else "no comparison tells of arrivals"


def caption(study: Study) -> str:
    """What is seen, in a few sentences."""
    table = data(study)
    return (
        "Arrivals over the horizon less those under the rules in force, in the country named at the right: that whose "
        "rules change most or, if too few people stand behind that, whose arrivals do. Dots with 90% intervals over "
        f"paired replicates are at {study.mains}, small marks beneath at other values of \u03bb. Open and grey: fewer "
        f"than {disclosure.MINIMUM} simulated people.{rows.compressed_words(_linear_to(table))} The order is that of "
        "the "
        f"study, not of size. A {style.STAMP}."
    )


def data(study: Study) -> pd.DataFrame:
    """Estimate, low and high by comparison (`row`) and lambda, with `main` and `shown`."""
    found = []
    for row, one in enumerate(study.comparisons):
        for lambda_ in one.results.lambdas:
            effect = one.effect("arrivals", one.place, lambda_)
            if effect is not None:
                found.append(
                    (row, one.scenario, one.point, one.place, lambda_, lambda_ not in one.others, effect.estimate,
                     effect.low, effect.high, one.shown(effect.estimate))
                )  # fmt: skip
    columns = ["row", "scenario", "point", "destination", "lambda", "main", "estimate", "low", "high", "shown"]
    return pd.DataFrame(found, columns=columns)


def _linear_to(table: pd.DataFrame) -> float | None:
    return rows.compressed(table.loc[table["main"] & table["shown"], "estimate"])


def draw(study: Study) -> Figure:
    """A row a comparison: dot and interval, small marks beneath, country and number at the right."""
    table = data(study)
    lines = rows.layout(study.comparisons)
    figure = rows.canvas(lines, TITLE, 0.3, 0.6)
    axes = figure.subplots()
    rows.label(axes, lines)
    others = sorted({lambda_ for one in study.comparisons for lambda_ in one.others})
    shape = dict(zip(others, rows.MARKS if len(others) > 4 else _spread(len(others)), strict=False))
    for cell in table.to_dict("records"):
        at = lines.at(cell["row"])
        if not cell["main"]:
            axes.plot(
                cell["estimate"], at + 0.28, shape.get(cell["lambda"], "o"), color=style.QUIET, mfc="none", ms=3,
                mew=0.7, zorder=2,
            )  # fmt: skip
            continue
        effect = Effect(cell["estimate"], cell["low"], cell["high"], "persons")
        rows.dot(axes, at - 0.06, effect, cell["shown"], style.BLUE)
        ink = style.INK if cell["shown"] else style.QUIET
        told = rows.number(effect, study.comparisons[cell["row"]])
        for x, text, side in ((1.15, told, "right"), (1.17, rows.wrapped(wording(cell["destination"]), 15, 2), "left")):
            axes.text(x, at, text, transform=axes.get_yaxis_transform(), ha=side, va="center", fontsize=7.5, color=ink)
    rows.persons_axis(axes, _linear_to(table))
    if shape:
        keys = [
            Line2D(
                [],
                [],
                marker=mark,
                color=style.QUIET,
                mfc="none",
                ls="",
                ms=3.5,
                mew=0.7,
                label=f"\u03bb = {one:g}",
            )
            for one, mark in shape.items()
        ]
        rows.legend(figure, keys, len(keys))
    return figure


def _spread(count: int) -> tuple[str, ...]:
    """Shapes for up to four values: those that point left are low, those that point right high."""
    return {1: ("v",), 2: ("<", ">"), 3: ("<", "v", ">")}.get(count, rows.MARKS[:4])

"""Where they go: what becomes of those whose move a scenario changes."""

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from sim.report import style
from sim.report.comparison.figures.substitution import on
from sim.report.study.comparisons import Study
from sim.report.study.figures import rows
from sim.runs import disclosure

SECTION = "answer"
TITLE = "Of every 100 people whose move changes"
SOURCE = "effects.csv of every comparison"
OUTCOMES = {
    "other_channel": ("another channel", style.BLUE),
    "deflected": ("another country", style.GREEN),
    "delayed": ("later", style.SKY),
    "brought_forward": ("earlier", style.PURPLE),
    "irregular": ("irregularly", style.VERMILLION),
    "stuck": ("stay, though would have left", style.ORANGE),
    "induced": ("leave, though would have stayed", style.YELLOW),
}
"""Categories of paired lives in the order of the bars."""
WRITTEN = 7.5
"""Percent from which a share is written into its bar."""


def absent(study: Study) -> str:
    """Why there is nothing to draw, or nothing."""
    return "" if data(study)["persons"].sum() > 0 else "no scenario changes anybody's move"


def caption(study: Study) -> str:
    """What is seen, in a few sentences."""
    return (
        "People whose first departure differs between the paired worlds, by what they do under the scenario: take "
        "another channel to the same country, go to another country, leave later, earlier or irregularly, stay though "
        "they would have left, or leave though they would have stayed; at the right how many they are, at "
        f"{study.mains}. Grey: outcomes of fewer than {disclosure.MINIMUM} simulated people each, taken together. The "
        "same "
        f"person in two worlds illustrates a mechanism; no data can show it. A {style.STAMP}."
    )


def data(study: Study) -> pd.DataFrame:
    """Persons and share by comparison (`row`) and outcome, with `shown`."""
    found = []
    for row, one in enumerate(study.comparisons):
        effects = {name: one.effect(name) for name in OUTCOMES}
        persons = {name: max(effect.estimate, 0.0) if effect else 0.0 for name, effect in effects.items()}
        total = sum(persons.values())
        for name, value in persons.items():
            share = value / total if total else 0.0
            found.append((row, one.scenario, one.point, name, value, share, one.shown(value)))
    return pd.DataFrame(found, columns=["row", "scenario", "point", "outcome", "persons", "share", "shown"])


def draw(study: Study) -> Figure:
    """A bar a comparison, shares of seven percent and more written into it."""
    table = data(study)
    lines = rows.layout(study.comparisons)
    figure = rows.canvas(lines, TITLE, 0.27, 0.5)
    axes = figure.subplots()
    rows.label(axes, lines)
    for row, part in table.groupby("row"):
        at, left = lines.at(row), 0.0
        one = study.comparisons[row]
        told = part[part["shown"]]
        few = 100 * float(part.loc[~part["shown"], "share"].sum())
        blocks = [(100 * share, OUTCOMES[name][1]) for name, share in zip(told["outcome"], told["share"], strict=True)]
        for share, colour in [*blocks, (few, style.FEW)]:
            axes.barh(at, share, left=left, height=0.72, color=colour, ec=style.PAPER, lw=0.8)
            if share >= WRITTEN:
                axes.text(left + share / 2, at, f"{share:.0f}", ha="center", va="center", fontsize=7, color=on(colour))
            left += share
        total = float(part["persons"].sum())
        persons = f"{disclosure.rounded(total, one.results.one_in):,}" if one.shown(total) else "few"
        text = f"of {persons}" if total else "nobody"
        ink = style.INK if one.shown(total) and total else style.QUIET
        axes.text(101, at, text, ha="left", va="center", fontsize=7.5, color=ink)
    axes.set_xlim(0, 100)
    axes.set_xticks([])
    axes.grid(False)
    axes.spines["bottom"].set_visible(False)
    looks = [*OUTCOMES.values(), ("too few to tell apart", style.FEW)]
    rows.legend(figure, [Patch(facecolor=colour, label=text) for text, colour in looks], 4)
    return figure

"""Harms beside counts: detained, called to arms, lost a status, caught, a row a scenario."""

import pandas as pd
from matplotlib.figure import Figure

from sim.report import style
from sim.report.study import said
from sim.report.study.comparisons import Study
from sim.report.study.figures import rows
from sim.runs import disclosure

SECTION = "harms"
TITLE = "Harms: scenario minus rules in force, persons"
SOURCE = "effects.csv of every comparison"
HARMS = {
    "expected_detained": "detained in Belarus (expected)",
    "expected_drafted:regular": "drafted (expected)",
    "expected_drafted:officers": "called up as reserve officers (expected)",
    "expected_drafted:reserve": "mobilised from the reserve (expected)",
    "lost": "lost the right to stay abroad",
    "expected_caught": "stopped on an irregular crossing (expected)",
}
"""Measure to the words above its panel."""


def panels(study: Study) -> dict[str, str]:
    """Measures that are drawn, with the words above their panels."""
    return {harm: words for harm, words in HARMS.items() if harm not in said.OCCASIONAL or said.differs(study, harm)}


def absent(study: Study) -> str:
    """Why there is nothing to draw, or nothing."""
    return "" if len(data(study)) else "no comparison tells of harms"


def caption(study: Study) -> str:
    """What is seen, in a few sentences."""
    table = data(study)
    linear_to = rows.compressed(table.loc[table["shown"], "estimate"])
    return (
        f"Differences between paired worlds over all people and the whole horizon at {study.mains}, with 90% "
        f"intervals; open grey points rest on fewer than {disclosure.MINIMUM} simulated people and say no more than "
        "their "
        f"width. All panels have one scale.{rows.compressed_words(linear_to)} A {style.STAMP}."
    )


def data(study: Study) -> pd.DataFrame:
    """Estimate, low and high by comparison (`row`) and harm, with the words of its `panel` and `shown`."""
    found = [
        (
            row,
            one.scenario,
            one.point,
            harm,
            words,
            effect.estimate,
            effect.low,
            effect.high,
            harm.startswith("expected_") or one.shown(effect.estimate),
        )
        for row, one in enumerate(study.comparisons)
        for harm, words in panels(study).items()
        if (effect := one.effect(harm)) is not None
    ]
    columns = ["row", "scenario", "point", "harm", "panel", "estimate", "low", "high", "shown"]
    return pd.DataFrame(found, columns=columns)


def draw(study: Study) -> Figure:
    """A panel a harm, side by side."""
    return rows.panels(study.comparisons, data(study), TITLE, tuple(panels(study).values()))

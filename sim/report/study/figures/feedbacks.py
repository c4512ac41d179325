"""What comes from the rules and what from the answers to them: an effect split over access and feedbacks."""

import pandas as pd
from matplotlib.figure import Figure

from sim.report import style
from sim.report.results import heading, wording
from sim.report.study.comparisons import Comparison, Study
from sim.report.study.figures import rows
from sim.runs import disclosure

SECTION = "feedbacks"
TITLE = "The change of arrivals split over feedbacks, persons"
SOURCE = "decomposition.csv of every comparison"
PARTS = {
    "access": "access alone",
    "queues": "queues",
    "diaspora": "people abroad who draw others",
    "information": "what circles hear",
}
"""Parts in the order of the panels."""


def absent(study: Study) -> str:
    """Why there is nothing to draw, or nothing."""
    return "" if len(data(study)) else "no effect of this study was split over feedbacks"


def caption(study: Study) -> str:
    """What is seen, in a few sentences."""
    told = dict.fromkeys(f"{heading(name)}: {what}" for name, what in zip(*_told(study), strict=True))
    return (
        "The effect split into what the rules do at once, were every feedback held at the path it took under the rules "
        "in force, and what each feedback adds, with 90% intervals over paired replicates; open grey points rest on "
        f"fewer than {disclosure.MINIMUM} simulated people. {'; '.join(told)}. A {style.STAMP}."
    )


def _told(study: Study) -> tuple[list[str], list[str]]:
    table = data(study)
    what = [
        wording(measure.split(":")[0]) + (f" in {wording(place)}" if place else "")
        for measure, place in zip(table["measure"], table["destination"], strict=True)
    ]
    return table["scenario"].tolist(), what


def split(one: Comparison) -> pd.DataFrame | None:
    """Rows of decomposition.csv of one effect: arrivals in focus where they are split, else the first there is."""
    frame = one.optional("decomposition")
    if frame is None:
        return None
    arrivals = frame[(frame["measure"] == "arrivals") & (frame["destination"] == one.results.focus)]
    if arrivals.empty:
        first = frame.iloc[0]
        arrivals = frame[(frame["measure"] == first["measure"]) & (frame["destination"] == first["destination"])]
    return arrivals


def data(study: Study) -> pd.DataFrame:
    """Estimate, low and high by comparison (`row`, among those that were split) and part, with `panel` and `shown`."""
    found = []
    for row, one in enumerate(_split_ones(study)):
        frame = split(one)
        assert frame is not None
        for cell in frame.to_dict("records"):
            numbers = [float(cell[name]) for name in ("estimate", "low", "high")]
            panel = PARTS.get(cell["part"], str(cell["part"]))
            about = (one.scenario, one.point, cell["measure"], cell["destination"], cell["part"], panel)
            found.append((row, *about, *numbers, numbers[0] == numbers[0] and one.shown(numbers[0])))
    columns = [*("row", "scenario", "point", "measure", "destination", "part", "panel"), "estimate", "low", "high"]
    return pd.DataFrame(found, columns=[*columns, "shown"])


def _split_ones(study: Study) -> list[Comparison]:
    return [one for one in study.comparisons if split(one) is not None]


def draw(study: Study) -> Figure:
    """A panel a part, side by side."""
    table = data(study)
    known = [panel for panel in PARTS.values() if panel in set(table["panel"])]
    heads = [*known, *[panel for panel in dict.fromkeys(table["panel"]) if panel not in known]]
    return rows.panels(_split_ones(study), table.dropna(subset=["estimate"]), TITLE, heads)

"""A life as tables: month by month what was open, what was weighed and what happened, for figures and readers."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.causes import moved_by
from sim.analysis.life import Life
from sim.numerics import months
from sim.numerics.codes import CHANNEL_NAMES, EVENT, N_PLACES, PLACE_NAMES, REASON
from sim.population.schema import Columns
from sim.report.blocks import Block
from sim.report.comparison import figures
from sim.report.life.page import happenings
from sim.runs.tables.lives import OF_LIVES

FOLLOWS = "following"
"""The cause of who follows the head of the family."""
MOVES = tuple(EVENT[kind] for kind in ("departed", "onward", "returned"))
"""Events by which a person comes to live elsewhere."""


def months_table(people: Columns, lives: Sequence[Life]) -> pd.DataFrame:
    """The table `life_months` of a life in each world."""
    rows = []
    for told in lives:
        said, mine = happenings(people, told), told.events[told.events["row"] == told.row]
        moves = {int(one["month"]): PLACE_NAMES[one["place"]] for one in mine[np.isin(mine["kind"], MOVES)]}
        causes = {int(one["month"]): _cause(one, moved) for one, moved in zip(told.events, moved_by(told), strict=True)
                  if one["row"] == told.row and one["kind"] == EVENT["departed"]}  # fmt: skip
        death = min((int(one["month"]) for one in mine[mine["kind"] == EVENT["died"]]), default=len(told.states))
        for month, state in enumerate(told.states):
            one = told.at(month)
            lives_in = PLACE_NAMES[state["place"][told.row - told.head]] if month <= death else ""
            known = (True, one.free_to_exit, one.chance) if one else (False, None, np.nan)
            goes = PLACE_NAMES[one.chosen] if one and one.chosen >= 0 else ""
            rows.append((told.scenario, months.label(month), lives_in, moves.get(month, ""), *known, goes,
                         causes.get(month, ""), "; ".join(said.get(month, []))))  # fmt: skip
    table = pd.DataFrame(rows, columns=OF_LIVES["life_months"].names)
    return table.astype({"may_exit": "boolean", "chance": float})


def _cause(departure: Any, moved: str) -> str:
    """What moved somebody who leaves Belarus, be it that they follow their family."""
    return FOLLOWS if departure["reason"] == REASON["family"] else moved


def options_table(lives: Sequence[Life]) -> pd.DataFrame:
    """The table `life_options`: every destination in every month in which the family weighs leaving."""
    rows = []
    for told in lives:
        for one in told.decisions:
            weights = np.exp(one.values)  # nothing where closed
            total = weights.sum()
            for place in range(1, N_PLACES):
                is_open = bool(np.isfinite(one.values[place]))
                ways = int(((one.obstacles[place] == 0) & np.isfinite(one.terms[place].sum(axis=1))).sum())
                told_of = ("", np.nan, np.nan)
                if is_open:
                    told_of = (CHANNEL_NAMES[one.channels[place]], weights[place] / total, one.noise[place])
                rows.append((told.scenario, months.label(one.month), PLACE_NAMES[place], ways, *told_of))
    return pd.DataFrame(rows, columns=OF_LIVES["life_options"].names).astype({"share": float, "luck": float})


def figure_blocks(folder: Path) -> list[Block]:
    """Draw the figures of a stored life into its folder; a block each."""
    from sim.report.results import Results

    figures.draw_all(folder)
    results = Results(folder)
    return [
        Block("figure", module.caption(results),
              ((name, results.text(f"figures/{name}.svg"), figures.link(folder / "figures" / f"{name}.csv")),))
        for name, module in figures.drawable(results).items()
    ]  # fmt: skip

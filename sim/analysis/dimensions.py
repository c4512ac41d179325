"""The dimensions of a comparison's tables, and with them the rows that each table has.

Tables are dense: there is one row for every cell of the dimensions declared here, whether or not anybody is in it. A
cell of nobody is a row of zeros, never a row that is missing, so that a reader may ask for any cell at any sample size.
Which rows to print, and which numbers rest on too few people to be shown, is for the reader to decide.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import product

import pandas as pd

from sim.analysis.calls import COUNTED_AND_EXPECTED
from sim.analysis.deflection import HORIZONS
from sim.analysis.lives_at_risk import HARMS_OF_LIVES
from sim.analysis.pairs import CATEGORIES, OUTCOMES
from sim.model.hazards import EXPECTED
from sim.model.recording import by_group as who
from sim.model.recording.recorder import HARMS
from sim.numerics.codes import CHANNEL, PLACE
from sim.runs.tables import DENSE, OF_COMPARISONS

ORIGIN = "belarus"
DESTINATIONS = tuple(place for place in PLACE if place != ORIGIN)
CHANNELS = tuple(channel for channel in CHANNEL if channel != "none")
"""Channels by which one may leave; the first code is none."""
OBSTACLES = ("exit", "funds", "closed", "quota")
"""Why a wish to leave could not be followed, in the order in which it is told."""

_WISHES = ("wish_months", "baseline_wish_months")
TOTALS = (
    *(
        f"{world}{flow}"
        for world in ("", "baseline_")
        for flow in ("arrivals_changed", "arrivals_others", "departures")
    ),
    *("irregular_expected", "papers", "changed"),
    *(category for category in CATEGORIES if category not in ("unchanged", "deflected")),
    "rerouted_elsewhere",
    *(f"forced:{outcome}" for outcome in OUTCOMES[1:]),
    *("forced_settled_before", "stuck_person_months"),
    *HARMS,
    *(f"{world}expected_{harm}" for world in ("", "baseline_") for harm in EXPECTED),
    *COUNTED_AND_EXPECTED,
    *HARMS_OF_LIVES,
    *("opened", "induced_by_others", *HORIZONS),
    *("returned", "blocked", "wish_persons", "baseline_wish_persons", *_WISHES),
    *(f"{wish}:{obstacle}" for wish in _WISHES for obstacle in OBSTACLES),
)
"""Measures of `effects` that have no destination."""
OF_DESTINATION = (
    *("baseline_arrivals", "scenario_arrivals", "arrivals", "deflected"),
    *("baseline_asylum_claims", "asylum_claims"),
)
"""Measures of `effects` told of every destination."""
OF_FOCUS = tuple(f"{way}_by_channel:{channel}" for way in ("baseline", "arrivals") for channel in CHANNELS)
"""Measures of `effects` told only of the destination whose rules the scenario changes."""
GROUPS_BY_DESTINATION = ("departed", "wished")
"""Measures of `groups` told by destination besides in total."""

KEYS: Mapping[str, tuple[str, ...]] = {
    **{name: tuple(column.name for column in OF_COMPARISONS[name].keys) for name in DENSE},
    "effects": ("lambda", "measure", "destination"),  # of one scenario, whose name stands in front
}
"""Columns that name a cell, by table."""

Cell = tuple[object, ...]


def cells(name: str, lambdas: Iterable[float], focus: str) -> list[Cell]:
    """Every cell of a table, as values of its `KEYS`; `focus` is the destination whose rules the scenario changes."""
    if name == "groups":
        places = [(one, place) for one in who.MEASURES for place in ("", *DESTINATIONS)
                  if not place or one in GROUPS_BY_DESTINATION]  # fmt: skip
        return [(*place, *group) for place, group in product(places, who.labels())]
    parts: Mapping[str, list[Cell]] = {
        "effects": [
            *((measure, "") for measure in TOTALS),
            *product(OF_DESTINATION, DESTINATIONS),
            *((measure, focus) for measure in OF_FOCUS),
        ],
        "taxonomy": [(category,) for category in CATEGORIES],
        "substitution": list(product(("stay", *DESTINATIONS), repeat=2)),
        "final": list(product((ORIGIN, *DESTINATIONS), repeat=2)),
    }
    return [(lambda_, *cell) for lambda_, cell in product(lambdas, parts[name])]


def dense(name: str, table: pd.DataFrame, lambdas: Iterable[float], focus: str) -> pd.DataFrame:
    """A table as it is, once its rows are known to be the declared cells.

    Raises ValueError naming a cell that is missing, that was not declared, or that is there twice.
    """
    found = list(table[list(KEYS[name])].itertuples(index=False, name=None))
    declared = cells(name, lambdas, focus)
    for fault, rows in (
        ("lacks", set(declared) - set(found)),
        ("has the undeclared", set(found) - set(declared)),
        ("has more than once", {cell for cell, times in Counter(found).items() if times > 1}),
    ):
        if rows:
            raise ValueError(f"table {name} {fault} row {min(rows, key=repr)}")
    return table

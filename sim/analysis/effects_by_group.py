"""Effects by group: paired differences of every measure by motive, sex, age and sector, with 90% intervals."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.analysis.dimensions import GROUPS_BY_DESTINATION
from sim.analysis.effects import DESTINATIONS, Paired, Window
from sim.model.recording.by_group import MEASURES, labels, stacked
from sim.numerics.codes import PLACE_NAMES
from sim.runs.tables import OF_COMPARISONS


def groups_table(paired: Sequence[Paired], window: Window) -> pd.DataFrame:
    """Levels and paired differences by group over the months of the window, in persons; `wished` in unit-months.

    The rows are those of `sim.analysis.dimensions`. The groups of one dimension add up to the total.
    """
    before = stacked([one.groups for one, _ in paired], window.start) * window.one_in
    after = stacked([other.groups for _, other in paired], window.start) * window.one_in
    rows = []
    for number, measure in enumerate(MEASURES):
        rows += _rows(before[:, number].sum(axis=1), after[:, number].sum(axis=1), window, (measure, ""))
        if measure in GROUPS_BY_DESTINATION:
            for place in DESTINATIONS:
                rows += _rows(before[:, number, place], after[:, number, place], window, (measure, PLACE_NAMES[place]))
    return pd.DataFrame(rows, columns=OF_COMPARISONS["groups"].names)


def _rows(
    before: NDArray[np.int64], after: NDArray[np.int64], window: Window, of: tuple[str, str]
) -> list[tuple[str, str, str, str, float, float, float, float, float]]:
    """Rows `of` one measure and place; `before` and `after` int64[replicates, groups] in persons."""
    found = []
    for group, (dimension, name) in enumerate(labels()):
        ours, theirs = before[:, group].astype(float), after[:, group].astype(float)
        change = window.estimated((theirs - ours).tolist())
        levels = float(ours.mean()), float(theirs.mean())
        found.append((*of, dimension, name, *levels, change.mean, change.low, change.high))
    return found

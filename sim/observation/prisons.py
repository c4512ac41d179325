"""Detentions and political prisoners of the model beside those observed to the end of 2022.

Detentions and charges are inputs of the model; how many are in prison follows from who is held, how long until the
trial and after it. A prisoner is held on a political charge or sentence at the end of the month; lists of political
prisoners hold only who was recognised as one.
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.history.coefficients import Behaviour
from sim.history.compiled import World
from sim.model.recording.recorder import HARMS
from sim.observation.definitions import at, within
from sim.observation.observed import read
from sim.runs.run import Run
from sim.runs.tables import OF_POINTS

Floats = NDArray[np.float64]


def expected_prisoners(world: World, b: Behaviour) -> Floats:
    """Political prisoners at the end of each month as the rules imply, persons, float64[T], without sampling noise.

    Of the month's charges (at most the detentions) the share `custody_charged` is held until the trial and for
    `custody_months` after it; from the month after the trial on a pardon frees.
    """
    months = len(world.belarus)
    until, after = int(b.trial_months), int(b.trial_months) + int(b.custody_months)
    found = np.zeros(months)
    for start in range(months):
        here = world.belarus[start]
        left = float(min(here["charges"], here["detentions"])) * b.custody_charged
        for t in range(start, min(start + after + 1, months)):
            if t > start + until:
                left *= 1.0 - float(world.belarus["pardon"][t])
            found[t] += left
    return found


def repression_table(runs: Iterable[Run], world: World, b: Behaviour) -> pd.DataFrame:
    """Observed detentions and prisoners beside the model's, persons."""
    both = np.mean([(run.harms[:, HARMS.index("detained")], run.prisoners) for run in runs], axis=0)
    detained, prisoners = both
    expected = expected_prisoners(world, b)
    rows = []
    for row in read("repression").itertuples():
        last = at(row.end)
        if not 0 <= last < len(detained):
            continue
        if row.series == "prisoners":
            made = float(prisoners[last]), float(expected[last])
        else:
            made = float((detained * within(row.start, row.end, len(detained))).sum()), float("nan")
        rows.append((row.series, row.start, row.end, float(row.value), *made, row.source, row.confidence))
    return pd.DataFrame(rows, columns=OF_POINTS["repression"].names)

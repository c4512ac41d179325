"""The table of registers: observed stocks of residents beside the parts of what the model's registers show.

What a register is stands in `sim.observation.seen`.
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from sim.numerics.codes import PLACE
from sim.observation.definitions import REGISTERS, at
from sim.observation.observed import read
from sim.observation.seen import Seen, register
from sim.runs.tables import OF_POINTS


def register_table(seen: Iterable[Seen]) -> pd.DataFrame:
    """Observed stocks beside the model's residents and register, means over the runs, which are gone through once.

    Only observations inside the simulated months.
    """
    stocks = read("stocks")
    kept = stocks["definition"].isin(REGISTERS) & stocks["destination"].isin(list(PLACE))
    rows = list(stocks[kept].itertuples())
    wanted = sorted({(str(row.destination), str(row.definition)) for row in rows})
    made = [{key: register(one, PLACE[key[0]], key[1]) for key in wanted} for one in seen]
    found: list[tuple[object, ...]] = []
    for row in rows:
        parts = [one[str(row.destination), str(row.definition)] for one in made]
        if 0 <= at(row.date) < len(parts[0]["register"]):
            means = [float(np.mean([part[name][at(row.date)] for part in parts])) for name in parts[0]]
            found.append(
                (row.destination, row.date, row.definition, float(row.persons), *means, row.source, row.confidence)
            )
    return pd.DataFrame(found, columns=OF_POINTS["registers"].names)

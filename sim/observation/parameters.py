"""Dated, sourced parameters of the observation: `sim/data/observation.csv` and `sim/data/public_money.csv`."""

from functools import cache
from pathlib import Path

import pandas as pd

from sim.codes import CONF
from sim.months import month

DATA = CONF.parent / "sim" / "data"
"""Folder of the data; `sim/data/README.md` says what is what."""
ANYWHERE = "any"
"""Stands for every place that has no row of its own."""


class Dated:
    """Values by name, place and month, from a file with the columns name, place, start and value."""

    def __init__(self, file: Path) -> None:
        self._file = file.name
        table = pd.read_csv(file)
        self._rows: dict[tuple[str, str], list[tuple[int, float]]] = {}
        for row in table.itertuples():
            self._rows.setdefault((row.name, row.place), []).append((month(row.start), float(row.value)))

    def at(self, name: str, place: str = ANYWHERE, t: int = 0) -> float:
        """The value in force in month `t`, the place's own or that of `any`; the earliest before its first date.

        Raises KeyError for a name that is not on file.
        """
        rows = self._rows.get((name, place)) or self._rows.get((name, ANYWHERE))
        if rows is None:
            raise KeyError(f"{self._file} has no '{name}' for {place}")
        rows = sorted(rows)
        return [value for since, value in rows if since <= t or since == rows[0][0]][-1]


@cache
def observation() -> Dated:
    """Parameters of the survey, the sense of security and the registers."""
    return Dated(DATA / "observation.csv")


@cache
def public_money() -> Dated:
    """Taxes, contributions and support by destination."""
    return Dated(DATA / "public_money.csv")

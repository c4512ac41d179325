"""Dated, sourced parameters of the observation: `sim/data/observation.csv`."""

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.numerics.locations import DATA
from sim.numerics.months import month

ANYWHERE = "any"
"""Stands for every place that has no row of its own."""


class Dated:
    """Values by name, place and month, from a file with the columns name, place, start and value."""

    def __init__(self, file: Path) -> None:
        self._file = file.name
        table = pd.read_csv(file)
        found: dict[tuple[str, str], list[tuple[int, float]]] = {}
        for row in table.itertuples():
            found.setdefault((row.name, row.place), []).append((month(row.start), float(row.value)))
        self._steps = {key: np.array(sorted(rows)).T for key, rows in found.items()}

    def at(self, name: str, place: str = ANYWHERE, t: int = 0) -> float:
        """The value in force in month `t`, the place's own or that of `any`; the earliest before its first date.

        Raises KeyError for a name that is not on file.
        """
        return float(self._in_force(name, place, np.array(t)))

    def over(self, name: str, place: str, months: int) -> NDArray[np.float64]:
        """The values in force in the first `months` months, float64[T]. Raises KeyError as `at` does."""
        return self._in_force(name, place, np.arange(months))

    def _in_force(self, name: str, place: str, t: NDArray[np.int64]) -> NDArray[np.float64]:
        steps = self._steps.get((name, place), self._steps.get((name, ANYWHERE)))
        if steps is None:
            raise KeyError(f"{self._file} has no '{name}' for {place}")
        since, values = steps
        found: NDArray[np.float64] = values[np.maximum(np.searchsorted(since, t, side="right") - 1, 0)]
        return found


@cache
def observation() -> Dated:
    """Parameters of the survey, the sense of security and the registers."""
    return Dated(DATA / "observation.csv")

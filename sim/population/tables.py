"""Tables of the data folder from which people are made."""

import csv
from functools import cache

from sim.numerics.locations import DATA

FOLDER = DATA / "population"


@cache
def read(name: str) -> tuple[dict[str, str], ...]:
    """Rows of a table of the data folder."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))

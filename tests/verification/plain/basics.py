"""Small things that every section uses: codes by name, noise, shares and money."""

import math
from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

from numpy.typing import NDArray

from sim.numerics.arithmetic import exp, log
from sim.numerics.codes import (
    CHANNEL,
    EXPOSURE,
    GROUP,
    INSTRUMENT,
    LOCALITY,
    N_CHANNELS,
    N_PLACES,
    PLACE,
    REGION,
    SECTOR,
)
from sim.numerics.luck import NORMAL_GRID
from sim.population.assumptions import records

HOME = PLACE["belarus"]
AT_HOME = (HOME, HOME, CHANNEL["none"])  # origin, place and channel of an event at home (3.5, 3.6)
PLACES = range(N_PLACES)
DESTINATIONS = [p for p in PLACES if p != HOME]
CHANNELS = range(N_CHANNELS)
EXPOSURES = sorted(EXPOSURE.values())
BIT = {name: 1 << number for name, number in GROUP.items()}
AGES = BIT["age_18_27"] | BIT["age_28_59"] | BIT["age_60_over"]
NO_GROUP, ALL_GROUPS = LOTS = 0, sum(BIT.values())
AT_THE_BORDER = INSTRUMENT["visa_free"], INSTRUMENT["short_visa_entry"]
NORMAL: list[float] = NORMAL_GRID.tolist()
PENDULAR_SECTORS = (SECTOR["transport"], SECTOR["construction"], SECTOR["industry"])
EMPLOYER_KEYS = 2**63  # an employer's key is this plus its number (3.4, 3.5)


def gumbel(u: float) -> float:
    """Return Gumbel noise from a uniform number (3.1)."""
    return -log(-log(u))


def share_of(part: float, whole: float) -> float:
    """Return `min(1, part / whole)`; a share of nothing is 0 (3.2)."""
    return min(1.0, part / whole) if whole > 0 else 0.0


def elastic(elasticity: float, share: float) -> float:
    """Return `elasticity * log share`, minus infinity for a share of 0 (3.4)."""
    return float(elasticity * log(share)) if share > 0 else -math.inf


def log_sum(values: Iterable[float]) -> float:
    """Return the logarithm of the sum of `exp` of some values, of which one is above minus infinity."""
    values = list(values)
    top = max(values)  # taken off before `exp`, so that nothing overflows
    total = 0.0  # not `sum`, which rounds floats differently from Python 3.12 on
    for value in values:
        total += exp(value - top)
    return top + log(total)


def travelling(person: Any, t: int) -> float:
    """Propensity to travel on a Schengen visa, by region, locality and age (3.7a)."""
    years = (t - person.birth) // 12
    if years < 18 or person.region == REGION["abroad"]:
        return 0.0
    assumed = records()
    steps, regions = assumed["visa_age"]["by_age"], assumed["visa_region"]["value"]
    of_age = steps[max(step for step in steps if step <= years)]
    of_region = {REGION[name]: part for name, part in regions.items()}[person.region]
    return float(of_age * of_region * (assumed["visa_rural"]["value"] if person.locality == LOCALITY["rural"] else 1.0))


def fields(array: NDArray[Any]) -> SimpleNamespace:
    """Return the fields of a structured array as nested lists of plain numbers (3.2)."""
    return SimpleNamespace(**{name: array[name].tolist() for name in array.dtype.names})


def values(record: Any) -> SimpleNamespace:
    """Return the fields of one record as plain numbers: a record's own attributes take Python ten times as long."""
    return SimpleNamespace(**dict(zip(record.dtype.names, record.item(), strict=True)))

"""Official margins of the residents on 1 January 2019, read from `sim/data/population/`.

Ages are kept in classes: Belstat's five-year bands, with 15-19 cut at 18, where a minor becomes an adult, and 20-24
cut at 22, where most degrees are completed. A stratum is a region's towns or its villages.
"""

from functools import cache
from math import fsum

import numpy as np
from numpy.typing import NDArray

from sim.history.inventory import load_destinations, load_parameters
from sim.numerics.codes import LOCALITY, N_PLACES, PLACE, REGION, SEX
from sim.population.assumptions import by_age
from sim.population.mortality import OPEN, survivors
from sim.population.raking import groups, rake
from sim.population.tables import read

BANDS = (0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80)
"""First age of each of Belstat's bands; the last is open."""
CLASSES = (0, 5, 10, 15, 18, 20, 22, 25, 30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80)
"""First age of each class."""
ENDS = (*CLASSES[1:], OPEN[1])
"""First age beyond each class; nobody is older than 99 (assumption, no data by single year)."""
TABLE_OF_DEATHS = 2018
"""Year of the table (Human Mortality Database) that gives the pattern of deaths by age."""
BAND_OF_CLASS = tuple(max(band for band in range(len(BANDS)) if BANDS[band] <= age) for age in CLASSES)
MINORS = CLASSES.index(18)
"""Number of classes of minors: classes from here on are adults."""

REGIONS = tuple(name for name in REGION if name != "abroad")
STRATA = tuple((r, loc) for r in REGIONS for loc in LOCALITY if (r, loc) != ("minsk_city", "rural"))
"""Region and locality of each stratum, in the fixed order in which people are laid out."""
CENSUS_SHARE = 277 / 365
"""Share of those of an age on 4 October 2019 (day of the census) whose birthday fell since 1 January, so that they
were a year younger then."""


@cache
def _figures() -> dict[str, float]:
    return {row["name"]: float(row["value"]) for row in read("figures")}


def figure(name: str) -> float:
    """A single observed figure by name. Raises KeyError naming the file if it is not there."""
    if name not in _figures():
        raise KeyError(f"figures.csv has no '{name}'")
    return _figures()[name]


@cache
def age_sex(date: str, territory: str) -> NDArray[np.float64]:
    """Residents by band and sex, [17, 2] persons."""
    table = np.zeros((len(BANDS), len(SEX)))
    for row in read("age_sex"):
        if (row["date"], row["territory"]) == (date, territory):
            table[BANDS.index(int(row["age_from"])), SEX[row["sex"]]] = float(row["value"])
    return table


@cache
def diaspora() -> NDArray[np.float64]:
    """Belarusians settled in each place about the end of 2018, outside the residents, [places] persons."""
    table = np.zeros(N_PLACES)
    known = {parameter.name: parameter for parameter in load_parameters()}
    for name in load_destinations():
        table[PLACE[name]] = known[f"{name}.diaspora"].values[0].value
    return table


@cache
def _january() -> NDArray[np.float64]:
    """People of 15 to 29 by single year on 1 January 2019, [sexes, ages], up to a common factor.

    The census of 4 October 2019 gives ages 16 to 30, moved back by birthdays; deaths and moves in between are
    neglected, and 15 is taken as 16.
    """
    census = np.zeros((len(SEX), 31))
    for row in read("single_age"):
        census[SEX[row["sex"]], int(row["age"])] = float(row["value"])
    census[:, 15] = census[:, 16]
    return (1 - CENSUS_SHARE) * census[:, :-1] + CENSUS_SHARE * census[:, 1:]


@cache
def single_years() -> NDArray[np.float64]:
    """Share of each year of age within its class on 1 January 2019, [classes, sexes, years from the class's first age].

    From the census at 15 to 29, else as derived from the bands of later years (`single_years.csv`); those of 80
    and over are spread as the table of deaths of 2018 leaves them (assumption: as many turned 80 in each year).
    """
    derived = {(SEX[row["sex"]], int(row["age"])): float(row["value"]) for row in read("single_years")}
    years = np.zeros((len(CLASSES), len(SEX), 20))
    for c, (low, end) in enumerate(zip(CLASSES, ENDS, strict=True)):
        for s in SEX.values():
            part = [derived.get((s, age), 1.0) for age in range(low, end)]
            if 15 <= low < 30:
                part = _january()[s, low:end].tolist()
            elif low == CLASSES[-1]:
                part = survivors(TABLE_OF_DEATHS)[s].tolist()
            years[c, s, : end - low] = np.array(part) / fsum(part)
    return years


def _class_shares() -> NDArray[np.float64]:
    """Share of each class in its band, [classes, sexes]: 15-17 and 18-19, 20-21 and 22-24 by the census."""
    shares = np.ones((len(CLASSES), len(SEX)))
    for c, (low, end) in enumerate(zip(CLASSES, ENDS, strict=True)):
        band = BANDS[BAND_OF_CLASS[c]]
        if band in (15, 20):
            for s in SEX.values():
                shares[c, s] = fsum(_january()[s, low:end].tolist()) / fsum(_january()[s, band : band + 5].tolist())
    return shares


@cache
def residents() -> NDArray[np.float64]:
    """Residents on 1 January 2019 by stratum, class and sex, [13, 19, 2] persons.

    Region by age and sex of 2020 scaled to the national age and sex of 2019; town and village by the region's shares
    of 2020, older in villages by an assumed propensity. The national margin of age and sex is met exactly.
    """
    national, later = age_sex("2019-01-01", "belarus"), age_sex("2020-01-01", "belarus")
    splits, rural = _class_shares(), by_age("rural_age", CLASSES)
    bands = list(BAND_OF_CLASS)
    table = np.zeros((len(STRATA), len(CLASSES), len(SEX)))
    for region in REGIONS:
        margin = (age_sex("2020-01-01", region) * (national / later))[bands] * splits
        towns = {row["locality"]: float(row["value"]) for row in read("region_locality") if row["territory"] == region}
        strata = [k for k, (name, _) in enumerate(STRATA) if name == region]
        shape = (len(strata), *margin.shape)
        start, total = np.zeros(shape), _sum(margin.ravel())
        localities = [STRATA[k][1] for k in strata]
        for k, locality in enumerate(localities):
            start[k] = margin * towns[locality] * (rural[:, None] if locality == "rural" else 1.0)
        cell, where = np.indices((len(strata), margin.size)).reshape(2, -1)[::-1]
        counts = np.vstack([groups(cell, margin.size), groups(where, len(strata))])
        present = fsum(towns[locality] for locality in localities)
        targets = np.append(margin.ravel(), [total * towns[locality] / present for locality in localities])
        table[strata] = rake(start.ravel(), counts, targets).reshape(shape)
    return table


def _sum(numbers: NDArray[np.float64]) -> float:
    """Sum rounded once, the same on every machine and every Python (the built-in sum changed in 3.12)."""
    return fsum(numbers.tolist())

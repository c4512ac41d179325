"""Lives that go on: births by the mother's age, deaths by age and sex, and what becomes of who grows up, by rates.

Rates go by calendar year, at home and abroad, and are held after the last year with data (assumption). Each year has
the age pattern of a year that is known, times the one factor with which the official population of that year bears the
children, and dies the deaths, that were published.
"""

from functools import cache
from math import fsum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.history.clock import clock
from sim.numerics.codes import LOCALITY, REGION, SEX
from sim.numerics.compiling import compiled
from sim.numerics.months import FIRST_YEAR
from sim.population import attributes, income
from sim.population.assumptions import value
from sim.population.census import BANDS, CLASSES, TABLE_OF_DEATHS, age_sex
from sim.population.mortality import OLDEST, OPEN, death_rates, survivors
from sim.population.tables import read
from sim.population.vital_events import last_published, published

FERTILE = (15, 50)
"""First age at which a woman may bear a child, and the first at which no more (Belstat's bands)."""
NEW_CLASS = (18, 20, 22, 25)
"""Ages at which one enters another class of education and work; from 25 on it is kept for life (assumption)."""
MONTHS_OF_NEW_CLASS = np.array([12 * age for age in NEW_CLASS])
_BEFORE, _EPIDEMIC = 2019, (2020, 2021)
"""In the years of the epidemic the pattern of deaths by age is multiplied by what estimates of these years (WHO) are of
those of the year before it."""
_ABROAD, _MINSK_CITY, _RURAL = REGION["abroad"], REGION["minsk_city"], LOCALITY["rural"]
_MINSK, _TOWN, _VILLAGE, _OTHER = attributes.MINSK, attributes.TOWN, attributes.VILLAGE, attributes.ABROAD


class Lives(NamedTuple):
    """What lives go by; years are counted from 2019, places are home and abroad."""

    last: int  # last month in which a child may be born: that of the clock, or of a longer history
    births: NDArray[np.float64]  # [years, 2, ages to OLDEST] probability that a woman bears a child in a month
    most: NDArray[np.float64]  # [ages] the largest of these: the rate of the children who may come
    so_far: NDArray[np.float64]  # [months of age + 1] sum of these over the months lived
    deaths: NDArray[np.float64]  # [years, 2, sexes, ages] probability of death in a month
    boys: float  # share of boys among the newborn
    education: NDArray[np.float64]  # [zones, classes + 1] share of graduates, the first before 18
    work: NDArray[np.float64]  # [zones, classes + 1, sexes, educations, sectors], the first before 18: all zero
    income: NDArray[np.float64]  # [regions, sectors, sexes, educations]
    wage_spread: NDArray[np.float64]  # [256]


@cache
def lives() -> Lives:
    """All rates, from data and assumptions, for every year of the clock."""
    births, deaths = _by_place(_births(), "births_abroad"), _by_place(_deaths(), "deaths_abroad")
    most = births.max(axis=(0, 1))
    shares, classes = attributes.attributes(), [CLASSES.index(age) for age in NEW_CLASS]
    before = np.zeros_like(shares.work[:, :1])
    return Lives(
        clock().last,
        births,
        most,
        np.concatenate([[0.0], np.cumsum(np.repeat(most[: FERTILE[1]], 12))]),
        deaths,
        _boys(),
        np.concatenate([np.zeros((len(shares.education), 1)), shares.education[:, classes]], axis=1),
        np.ascontiguousarray(np.concatenate([before, shares.work[:, classes]], axis=1)),  # as it is when it was pickled
        income.mean_income(),
        income.wage_spread(),
    )


def _by_place(rates: NDArray[np.float64], abroad: str) -> NDArray[np.float64]:
    """Rates a year as probabilities a month, at home and abroad, [years, 2, ...]."""
    return np.stack([rates, rates * value(abroad)], axis=1) / 12


def _years() -> list[int]:
    """For every calendar year of the clock itself, or the last year with data."""
    last = last_published()
    return [min(FIRST_YEAR + year, last) for year in range(clock().last // 12 + 1)]


def _mean_population(year: int) -> NDArray[np.float64]:
    """Mean official population of a year by band and sex."""
    ends = [age_sex(f"{day}-01-01", "belarus") for day in (year, year + 1)]
    return np.asarray((ends[0] + ends[1]) / 2)


def _births() -> NDArray[np.float64]:
    """Births of a woman a year, [years, ages]: the pattern of 2018 times the factor of the year's births."""
    pattern = np.zeros(OLDEST + 1)
    for row in read("fertility"):
        pattern[int(row["age_from"]) : int(row["age_from"]) + 5] = float(row["value"]) / 1000
    rates = []
    for year in _years():
        women = _mean_population(year)[:, SEX["female"]]
        rates.append(pattern * (published("births")[year] / fsum((women * pattern[list(BANDS)]).tolist())))
    return np.array(rates)


def _deaths() -> NDArray[np.float64]:
    """Deaths of a person a year, [years, sexes, ages]: a year's pattern times the factor of the year's deaths."""
    rates = []
    for year in _years():
        pattern = death_rates(TABLE_OF_DEATHS)
        if year in _EPIDEMIC:
            pattern = pattern * death_rates(year) / death_rates(_BEFORE)
        people = _by_single_age(year)
        rates.append(pattern * (published("deaths")[year] / fsum((people * pattern).ravel().tolist())))
    return np.array(rates)


def _by_single_age(year: int) -> NDArray[np.float64]:
    """Mean official population of a year by single age, [sexes, ages]: infants are the year's births, bands are level,
    and those of 80 and over are spread as on 1 January 2019 (assumptions).
    """
    people, bands = np.zeros((len(SEX), OLDEST + 1)), _mean_population(year)
    for sex in SEX.values():
        share = _boys() if sex == SEX["male"] else 1 - _boys()
        for first, number in zip(BANDS, bands[:, sex].tolist(), strict=True):
            people[sex, first : first + 5] = number / 5
        people[sex, 0] = share * published("births")[year]
        people[sex, 1:5] = (bands[0, sex] - people[sex, 0]) / 4
        people[sex, slice(*OPEN)] = survivors(TABLE_OF_DEATHS)[sex] * bands[-1, sex]
    return people


def _boys() -> float:
    ratios = list(published("boys_per_100_girls").values())
    mean = fsum(ratios) / len(ratios)
    return mean / (100 + mean)


@compiled
def zone_of(region: int, locality: int) -> int:
    """Zone of the tables of education and work in which a person grew up."""
    if region == _ABROAD:
        return _OTHER
    if region == _MINSK_CITY:
        return _MINSK
    return _VILLAGE if locality == _RURAL else _TOWN


@compiled
def next_education(higher: int, before: float, after: float, u: float) -> int:
    """Education in a new class of age, where the share of graduates is `after` and was `before`."""
    return 1 if higher or u * (1.0 - before) < after - before else 0


@compiled
def next_sector(sector: int, before: NDArray[np.float64], after: NDArray[np.float64], keep: float, anew: float) -> int:
    """Sector in a new class of age: the least change that turns the shares `before` into those `after`.

    One stays with probability after / before (at most 1), else one goes to a sector that grows, by how much it does.
    """
    if 0.0 < before[sector] and keep * before[sector] < after[sector]:
        return sector
    left, found = 0.0, sector
    for other in range(len(after)):
        left += max(0.0, after[other] - before[other])
    left *= anew
    for other in range(len(after)):
        gain = max(0.0, after[other] - before[other])
        if gain > 0.0:
            found = other
            left -= gain
            if left < 0.0:
                break
    return found

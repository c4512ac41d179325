"""Shares of education, politics and work by zone, age and sex: the margins by which heads are ordered and others drawn.

A zone is Minsk city, other towns, villages, or abroad for the settled diaspora. Observed totals are met by raking;
what lies between them is assumed in `conf/people.yaml`.
"""

from functools import cache
from math import fsum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.numerics.codes import EDUCATION, N_SECTORS, POLITICS, SECTOR, SEX
from sim.numerics.errors import UserError
from sim.population.assumptions import by_age, shares, value
from sim.population.census import CLASSES, MINORS, STRATA, figure, residents
from sim.population.raking import groups, rake
from sim.population.tables import read

ZONES = ("minsk", "town", "village", "abroad")
MINSK, TOWN, VILLAGE, ABROAD = range(4)
ZONE_OF_STRATUM = tuple(
    MINSK if region == "minsk_city" else TOWN if locality == "urban" else VILLAGE for region, locality in STRATA
)
JOBS = ("it", "ngo_media", "transport", "construction", "industry", "public", "other")
"""Sectors of the employed."""
_ADULT = CLASSES[MINORS:]
_HIGHER = EDUCATION["higher"]


class Attributes(NamedTuple):
    """Shares of residents and of the diaspora, by zone and age class; minors are drawn like the youngest adults."""

    education: NDArray[np.float64]
    """Share with higher education, [zones, classes]."""
    politics: NDArray[np.float64]
    """Shares of the segments, [zones, classes, segments]."""
    work: NDArray[np.float64]
    """Shares of sectors, student, retired and none, [zones, classes, sexes, educations, sectors]."""


@cache
def attributes() -> Attributes:
    """All shares. Raises raking.Infeasible if the observed totals contradict each other."""
    return Attributes(_education(), _politics(), _work())


@cache
def people_by_zone() -> NDArray[np.float64]:
    """Residents by zone, class and sex, [3, classes, sexes] persons."""
    table = np.zeros((3, len(CLASSES), len(SEX)))
    for stratum, zone in enumerate(ZONE_OF_STRATUM):
        table[zone] += residents()[stratum]
    return table


@cache
def _education() -> NDArray[np.float64]:
    """Recalled shares by age set the profile, scaled to the census total; Minsk's share of 15 and over is met too."""
    people = people_by_zone()[:, MINORS:, 0] + people_by_zone()[:, MINORS:, 1]
    minsk = fsum(people_by_zone()[MINSK, CLASSES.index(15) :].ravel().tolist())
    young = by_age("education_young", _ADULT[: _ADULT.index(25)])
    bands = [
        (int(row["age_from"]), int(row["age_to"]), float(row["value"]))
        for row in read("education")
        if row["territory"] == "belarus" and row["unit"] == "share of persons"
    ]
    shares_by_class = np.array(
        [*young, *(next(s for low, high, s in bands if low <= age <= high) for age in _ADULT[len(young) :])]
    )
    total = next(float(row["value"]) for row in read("education") if row["unit"] == "persons")
    in_minsk = next(float(row["value"]) for row in read("education") if row["territory"] == "minsk_city") * minsk
    graduates = (people[0] + people[1] + people[2]) * shares_by_class
    graduates *= total / fsum(graduates.tolist())
    odds = shares_by_class / (1 - shares_by_class)
    higher = people * odds * np.array([1, 1, value("education_rural")])[:, None]
    start = np.stack([people, higher], axis=-1)
    zone, age, level = np.indices(start.shape).reshape(3, -1)
    n_age = len(_ADULT)
    counts = np.vstack(
        [
            groups(zone * n_age + age, 3 * n_age),
            groups(np.where(level == _HIGHER, age, -1), n_age),
            groups(np.where((level == _HIGHER) & (zone == MINSK), 0, -1), 1),
        ]
    )
    targets = np.concatenate([people.ravel(), graduates, [in_minsk]])
    table = rake(start.ravel(), counts, targets).reshape(start.shape)
    share = np.zeros((len(ZONES), len(CLASSES)))
    share[:3, MINORS:] = table[..., _HIGHER] / people
    share[ABROAD, CLASSES.index(22) :] = value("education_abroad")
    return share


def _politics() -> NDArray[np.float64]:
    """Segments of the survey for those online, assumed ones for the others."""
    online = by_age("online", CLASSES)
    survey, offline = np.zeros(len(POLITICS)), np.zeros(len(POLITICS))
    for k, name in enumerate(("opponent", "observer", "protest")):
        survey[POLITICS[name]] = figure(f"segment_{name}")
        offline[POLITICS[name]] = value("offline_segments")[k]
    table = np.zeros((len(ZONES), len(CLASSES), len(POLITICS)))
    for zone in range(len(ZONES)):
        reach = (online * (value("online_rural") if zone == VILLAGE else 1.0))[:, None]
        table[zone] = reach * survey + (1 - reach) * offline
    return table


@cache
def _people_by_education() -> NDArray[np.float64]:
    """Adult residents, [3 zones, adult classes, sexes, educations] persons."""
    higher = _education()[:3, MINORS:]
    people = people_by_zone()[:, MINORS:, :, None]
    return people * np.stack([1 - higher, higher], axis=-1)[:, :, None, :]


@cache
def _activity() -> NDArray[np.float64]:
    """Shares of employed, student, retired and none by age, sex and education, [adult classes, 2, 2, 4].

    Assumed shares, alike in all zones; the employed are scaled to their number. Raises UserError if no room is
    left for those without work.
    """
    table = np.zeros((len(_ADULT), len(SEX), len(EDUCATION), 4))
    table[..., 0] = by_age("working", _ADULT)[..., None]
    table[..., 1] = by_age("students", _ADULT)[:, None, None]
    table[..., _HIGHER, 1] *= value("students_with_degree")
    table[..., 2] = by_age("retired", _ADULT)[..., None]
    people = _people_by_education()
    people = people[0] + people[1] + people[2]
    table[..., 0] *= figure("employed") / fsum((people * table[..., 0]).ravel().tolist())
    table[..., 3] = 1 - table[..., 0] - table[..., 1] - table[..., 2]
    if table.min() < 0:
        raise UserError("people.yaml: shares of working, students and retired add up to more than 1 at some age")
    return table


@cache
def sector_totals() -> NDArray[np.float64]:
    """Residents of 18 and over in each sector, studying, retired or without work, [sectors] persons."""
    employed = figure("employed")
    totals = np.zeros(N_SECTORS)
    for name, share in zip(JOBS[1:-1], shares("sectors", JOBS[1:-1]), strict=True):
        totals[SECTOR[name]] = employed * share
    totals[SECTOR["it"]] = employed * figure("ict_share_of_employment")
    totals[SECTOR["other"]] = employed - fsum(totals.tolist())
    people = _people_by_education()
    for k, name in enumerate(("student", "retired", "none"), start=1):
        totals[SECTOR[name]] = fsum((people * _activity()[..., k]).ravel().tolist())
    return totals


def _work() -> NDArray[np.float64]:
    """Rake assumed propensities to people by zone, age, sex and education, to activity, and to totals of sectors."""
    people = _people_by_education()
    start = _propensities() * people[..., None]
    zone, age, sex, level, sector = np.indices(start.shape).reshape(5, -1)
    person = np.ravel_multi_index((zone, age, sex, level), people.shape)
    activity = np.array([{"student": 1, "retired": 2, "none": 3}.get(name, 0) for name in SECTOR])[sector]
    counts = np.vstack([groups(person * 4 + activity, people.size * 4), groups(sector, N_SECTORS)])
    targets = np.concatenate([(people[..., None] * _activity()).ravel(), sector_totals()])
    table = rake(start.ravel(), counts, targets).reshape(start.shape)
    table = np.divide(table, people[..., None], out=np.zeros_like(table), where=people[..., None] > 0)
    empty = people == 0  # nobody of 18 and 19 has a degree; whoever needs a share takes that of the others
    table[..., _HIGHER, :][empty[..., _HIGHER]] = table[..., 0, :][empty[..., _HIGHER]]
    work = np.zeros((len(ZONES), len(CLASSES), len(SEX), len(EDUCATION), N_SECTORS))
    work[:3, MINORS:] = table
    work[ABROAD, MINORS:] = _work_abroad()[:, None, None, :]
    work[:, :MINORS, :, :, SECTOR["student"]] = 1.0
    return work


def _propensities() -> NDArray[np.float64]:
    """Assumed weights before raking, [3 zones, adult classes, sexes, educations, sectors]."""
    start = np.zeros((3, len(_ADULT), len(SEX), len(EDUCATION), N_SECTORS))
    totals, activity = sector_totals(), _activity()
    factors = {
        name: dict(zip(JOBS, shares(name, JOBS), strict=True))
        for name in ("sector_men", "sector_higher", "sector_minsk", "sector_rural", "sector_young")
    }
    for zone, age, sex, level in np.ndindex(start.shape[:4]):
        row = start[zone, age, sex, level]
        for job in JOBS:
            weight = totals[SECTOR[job]]
            weight *= factors["sector_men"][job] if sex == SEX["male"] else 1.0
            weight *= factors["sector_higher"][job] if level == _HIGHER else 1.0
            weight *= factors["sector_minsk"][job] if zone == MINSK else 1.0
            weight *= factors["sector_rural"][job] if zone == VILLAGE else 1.0
            weight *= factors["sector_young"][job] if _ADULT[age] < 40 else 1.0
            row[SECTOR[job]] = weight
        row /= fsum(row.tolist())
        row *= activity[age, sex, level, 0]
        row[SECTOR["student"]], row[SECTOR["retired"]], row[SECTOR["none"]] = activity[age, sex, level, 1:]
    return start


def _work_abroad() -> NDArray[np.float64]:
    """Shares of the diaspora, [adult classes, sectors]: one table for ages 18 to 59, pensioners from 60."""
    names = (*JOBS, "student", "none")
    table = np.zeros((len(_ADULT), N_SECTORS))
    for name, share in zip(names, shares("sectors_abroad", names), strict=True):
        table[: _ADULT.index(60), SECTOR[name]] = share
    table[_ADULT.index(60) :, SECTOR["retired"]] = 1.0
    return table

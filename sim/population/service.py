"""Standing of men towards military service on 1 January 2019: by the engine's own rule, and by a steady draft.

The rule: at 18 a man is found unfit or not. One who studies is deferred until 22; then some students are reserve
officers. The others may be drafted until 27, unless they are the fathers of two minors. A steady draft of two calls a
year says how many serve and have served.
"""

from functools import cache
from math import fsum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.history import coefficients
from sim.numerics.codes import CONSCRIPTION, EDUCATION, SECTOR, SEX
from sim.population import households
from sim.population.assumptions import value
from sim.population.attributes import attributes, people_by_zone
from sim.population.census import CLASSES, ENDS, STRATA, figure, single_years
from sim.population.layout import kinds_of_household

DRAFT_AGES = range(18, 27)
"""Ages at which a man may be drafted; liability ends at the 27th birthday."""
DEFERRED_BELOW = 22
"""Age at which the deferment of a student ends."""
LARGE_FAMILY = 2
"""Minors of a unit whose adult men are not called."""
OUTCOMES = ("exempt", "reserve_officer", "liable", "deferred", "serving", "served")
"""Standings between which a man's luck decides, in this order."""
OUTCOME_CODES = np.array([CONSCRIPTION[name] for name in OUTCOMES])
_MEN, _HIGHER = SEX["male"], EDUCATION["higher"]
_EXEMPT, _OFFICER, _LIABLE, _DEFERRED, _SERVING, _SERVED = range(len(OUTCOMES))
_CLASS_OF_AGE = [max(c for c, low in enumerate(CLASSES) if low <= age) for age in DRAFT_AGES]


class Reserve(NamedTuple):
    """Chances of men beyond the draft, to the end of the reserve ages."""

    served: float
    officer: float
    """Of those with higher education; they did not serve as conscripts."""


@cache
def men_of_draft_age() -> NDArray[np.float64]:
    """Resident men of 18 to 26, [9 ages, 2 educations, 2: not studying, studying] persons."""
    people = people_by_zone()[:, :, _MEN]
    education, work = attributes().education, attributes().work[:, :, _MEN, :, SECTOR["student"]]
    men = np.zeros((len(DRAFT_AGES), len(EDUCATION), 2))
    for k, (age, c) in enumerate(zip(DRAFT_AGES, _CLASS_OF_AGE, strict=True)):
        share = single_years()[c, _MEN, age - CLASSES[c]]
        for zone in range(3):
            for e, level in enumerate((1 - education[zone, c], education[zone, c])):
                studying = work[zone, c, e]
                men[k, e] += people[zone, c] * share * level * np.array([1 - studying, studying])
    return men


@cache
def drafted() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Men of 18 to 26 in service and past service on 1 January 2019, [9] persons each.

    A steady draft of two calls a year by age. Those drafted at age a stand, on a given day at age a, half a year after
    their draft on average, so that half of a year's draft has passed; of those drafted a year of age earlier 7/8, and
    two years earlier 1/8, are within the last 18 months.
    """
    a_year = 2 * figure("drafted_each_call")
    by_draft_age = np.array([value("draft_age")[age] for age in DRAFT_AGES]) * a_year
    one = np.concatenate([[0.0], by_draft_age[:-1]])
    two = np.concatenate([[0.0, 0.0], by_draft_age[:-2]])
    serving = 0.5 * by_draft_age + 0.875 * one + 0.125 * two
    return serving, 0.5 * by_draft_age + np.cumsum(one) - serving


@cache
def fathers(minors: int) -> NDArray[np.float64]:
    """Share of men who live in a unit with at least so many minors, [9 ages]."""
    kinds = kinds_of_household()
    everyone, with_minors = [0.0] * len(CLASSES), [0.0] * len(CLASSES)
    for kind, numbers in zip(kinds.kinds, kinds.weights[: len(STRATA)].T.tolist(), strict=True):
        for unit in kind.units:
            enough = len([sex for _, sex in unit if sex == households.OPEN]) >= minors
            for c, sex in unit:
                if sex == _MEN:
                    everyone[c] += fsum(numbers)
                    with_minors[c] += fsum(numbers) if enough else 0.0
    return np.array([with_minors[c] / everyone[c] for c in _CLASS_OF_AGE])


def officers() -> float:
    """Share of reserve officers among men who have studied: a share of those who are fit."""
    fixed = coefficients.load()
    return float((1 - fixed.exempt_share) * fixed.officer_share)


@cache
def _chances() -> NDArray[np.float64]:
    """Chances of the outcomes, [9 ages, 2 educations, 2: not studying, studying; outcomes].

    Fathers of minors who come out as serving count as served, so that others serve in their place. Raises ValueError
    if more men are drafted at an age than are fit and do not study.
    """
    exempt = float(coefficients.load().exempt_share)
    men = men_of_draft_age()
    free = men[:, 0, 0] + men[:, 1, 0]
    serving, served = (counts / free for counts in drafted())
    instead = serving * (1 / (1 - fathers(1)) - 1)
    serving, served = serving + instead, np.maximum(0.0, served - instead)
    table = np.zeros((*men.shape, len(OUTCOMES)))
    table[..., _EXEMPT] = exempt
    table[:, :, 0, _SERVING], table[:, :, 0, _SERVED] = serving[:, None], served[:, None]
    for k, age in enumerate(DRAFT_AGES):
        if age < DEFERRED_BELOW:
            table[k, :, 1, _DEFERRED] = 1 - exempt
        else:
            table[k, _HIGHER, :, _OFFICER] = table[k, :, 1, _OFFICER] = officers()
    rest = 1 - table[..., 0] - table[..., 1] - table[..., 3] - table[..., 4] - table[..., 5]
    if rest.min() < -1e-12:
        raise ValueError("people.yaml: at some age more men are drafted than are fit and do not study")
    table[..., _LIABLE] = np.maximum(0.0, rest)
    return table


@cache
def service() -> NDArray[np.float64]:
    """Cumulative chances of the outcomes, [9 ages, 2 educations, 2: not studying, studying; outcomes].

    Exactly 1 from a man's last outcome on.
    """
    table = np.cumsum(_chances(), axis=3)
    return table / table[..., -1:]


@cache
def standings() -> NDArray[np.float64]:
    """Resident men of 18 to 26 by standing, [9 ages, standings] persons: what the chances and families come to."""
    men = men_of_draft_age()
    made = np.zeros((len(DRAFT_AGES), len(OUTCOMES)))
    for e in EDUCATION.values():
        for studying in (0, 1):
            made += men[:, e, studying, None] * _chances()[:, e, studying]
    table = np.zeros((len(DRAFT_AGES), len(CONSCRIPTION)))
    table[:, OUTCOME_CODES] = made
    in_service = made[:, _SERVING] * (1 - fathers(1))
    table[:, CONSCRIPTION["serving"]] = in_service
    table[:, CONSCRIPTION["served"]] += made[:, _SERVING] - in_service
    for k in (_LIABLE, _DEFERRED):
        of_families = made[:, k] * fathers(LARGE_FAMILY)
        table[:, OUTCOME_CODES[k]] -= of_families
        table[:, CONSCRIPTION["family"]] += of_families
    return table


@cache
def reserve() -> Reserve:
    """Chances of men of the reserve ages: the trained reserve less those under 27.

    Raises ValueError if no room is left for those who served.
    """
    low, high = value("reserve_ages")
    pool = graduates = 0.0
    for c, (first, end) in enumerate(zip(CLASSES, ENDS, strict=True)):
        ages = single_years()[c, _MEN, : end - first].tolist()
        within = fsum(share for year, share in enumerate(ages) if low <= first + year <= high)
        for zone in range(3):
            men = people_by_zone()[zone, c, _MEN] * within
            pool += men
            graduates += men * attributes().education[zone, c]
    young = standings()[:, [CONSCRIPTION["served"], CONSCRIPTION["reserve_officer"]]]
    served = (figure("trained_reserve") - fsum(young.ravel().tolist()) - graduates * officers()) / pool
    if not 0 <= served <= 1 - officers():
        raise ValueError(f"people.yaml: {served:.2f} of the men of {low} to {high} would have served")
    return Reserve(float(served), officers())

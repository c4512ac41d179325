"""What people think of Belarus in the war, and who is an officer: chances that meet totals of polls and of posts.

A view is one of three: against, for the use of the territory, for joining. Polls give totals of adults; by politics,
age and education the chances differ by assumption. Officers are men of the public sector.
"""

from functools import cache
from math import fsum

import numpy as np
from numpy.typing import NDArray

from sim.numerics.codes import EDUCATION, OFFICER, POLITICS, SECTOR, SEX, WAR_VIEW
from sim.numerics.compiling import compiled
from sim.population.assumptions import by_age, shares, value
from sim.population.attributes import ZONES, attributes, people_by_zone
from sim.population.census import CLASSES, figure

_HIGHER, _MEN, _PUBLIC = EDUCATION["higher"], SEX["male"], SECTOR["public"]
_FOR_JOINING, _ACCEPTS_BASES, _AGAINST = (WAR_VIEW[name] for name in ("for_joining", "accepts_bases", "against"))
_NO_OFFICER, _OF_ARMY, _OF_INTERIOR = OFFICER["none"], OFFICER["army"], OFFICER["interior"]
_ADULTS = CLASSES.index(18)


def _propensities() -> NDArray[np.float64]:
    """Assumed propensity to be for the war, [classes, educations, segments]."""
    table = np.ones((len(CLASSES), len(EDUCATION), len(POLITICS)))
    table *= by_age("war_view_age", CLASSES)[:, None, None]
    table[:, _HIGHER] *= value("war_view_higher")
    by_segment = np.zeros(len(POLITICS))
    by_segment[list(POLITICS.values())] = shares("war_view_segments", tuple(POLITICS))
    return table * by_segment


@cache
def war_views() -> NDArray[np.float64]:
    """Chance of each view, cumulative from the last: for joining, for the use of the territory or joining.

    [2, classes, educations, segments]. Of adult residents the two are as polls found them. Raises ValueError for a
    chance above 1.
    """
    wish, people, inclined = _propensities(), 0.0, []
    for zone in range(len(ZONES) - 1):
        for c in range(_ADULTS, len(CLASSES)):
            here = fsum(people_by_zone()[zone, c].tolist())
            higher, segments = attributes().education[zone, c], attributes().politics[zone, c]
            by_education = np.array([1 - higher, higher])
            people += here
            inclined.append(here * fsum((by_education[:, None] * segments * wish[c]).ravel().tolist()))
    mean = fsum(inclined) / people
    joining, bases = figure("war_for_joining"), 1 - figure("war_against_bases")
    chances = np.stack([wish * (joining / mean), wish * (bases / mean)])
    if chances.max() > 1:
        raise ValueError(f"people.yaml: war_view: {chances.max():.2f} of a group would have to be for the war")
    return chances


@cache
def officers() -> NDArray[np.float64]:
    """Chance of a man of the public sector at home to be an officer of the army, then of either, [classes, 2]."""
    low, high = value("officer_ages")
    ages = [c for c, first in enumerate(CLASSES) if low <= first < high]
    public = 0.0
    for zone in range(len(ZONES) - 1):
        for c in ages:
            higher = attributes().education[zone, c]
            work = attributes().work[zone, c, _MEN, :, _PUBLIC]
            public += people_by_zone()[zone, c, _MEN] * ((1 - higher) * work[0] + higher * work[_HIGHER])
    table = np.zeros((len(CLASSES), 2))
    table[ages] = np.cumsum(shares("officers", ("army", "interior"))) / public
    if table.max() > 1:
        raise ValueError("people.yaml: officers: more than men of the public sector")
    return table


@compiled
def view_of(u: float, joining: float, bases: float) -> int:
    """What a person thinks of Belarus in the war: for joining, for the use of its territory, else against both.

    `bases` is the chance of one of the first two.
    """
    if u < joining:
        return _FOR_JOINING
    return _ACCEPTS_BASES if u < bases else _AGAINST


@compiled
def post_of(u: float, sex: int, sector: int, army: float, either: float) -> int:
    """Whether a person is an officer of the army or of the interior ministry: men of the public sector."""
    if sex != _MEN or sector != _PUBLIC or u >= either:
        return _NO_OFFICER
    return _OF_ARMY if u < army else _OF_INTERIOR

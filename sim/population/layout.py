"""The fixed order of all households, by weights: who stands where, without building anyone.

Residents stand by stratum (region, then village or town), and within it by age, education, politics and work of their
head, in cells. Of a circle's households a share follows that order and so is alike; the others come from anywhere in
the stratum. The settled diaspora is spread over all circles: its people have kept friends at home, and a sample of
circles then holds every destination in proportion.
"""

from functools import cache
from math import fsum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.numerics.codes import EDUCATION, LOCALITY, N_SECTORS, PLACE, POLITICS, REGION, SEX
from sim.population import households
from sim.population.assumptions import by_age, value
from sim.population.attributes import ABROAD, ZONE_OF_STRATUM, attributes, people_by_zone
from sim.population.census import CLASSES, MINORS, STRATA, diaspora, residents

CIRCLE = 100
"""People in a circle, about."""
_CELL = (len(CLASSES) - MINORS, len(EDUCATION), len(POLITICS), N_SECTORS)


class Layout(NamedTuple):
    """Everything that places a household; arrays by stratum (residents first, then destinations), cell and kind."""

    place: NDArray[np.int64]
    region: NDArray[np.int64]
    locality: NDArray[np.int64]
    zone: NDArray[np.int64]
    first_household: NDArray[np.int64]
    """Number of the first household of each resident stratum, and of the diaspora's, [resident strata + 1]."""
    first_circle: NDArray[np.int64]
    """Number of the first circle of each resident stratum, [resident strata + 1]."""
    guests: int
    """Households of the diaspora."""
    guest_share: NDArray[np.float64]
    """Cumulative share of each destination among them, [destinations]."""
    alike: float
    """Share of a circle's households that follow the order."""
    cell_class: NDArray[np.int64]
    """Age class, education, politics and sector of the heads of each cell, [cells] each."""
    cell_education: NDArray[np.int64]
    cell_politics: NDArray[np.int64]
    cell_sector: NDArray[np.int64]
    cell_households: NDArray[np.float64]
    """Cumulative households, [strata, cells]."""
    cell_people: NDArray[np.float64]
    """Cumulative people of circles laid along the order, [strata, cells]."""
    cell_men: NDArray[np.float64]
    """Share of heads who are men, [strata, cells]."""
    kind_first: NDArray[np.int64]
    """First kind by class and sex of head, [classes * 2 + 1]."""
    kind_share: NDArray[np.float64]
    """Cumulative share of each kind among those of its head's class and sex, [strata, kinds]."""
    size: NDArray[np.int64]
    """People of each kind."""
    age_class: NDArray[np.int64]
    """Age class of each person of a kind, [kinds, LARGEST]; likewise the next four."""
    sex: NDArray[np.int64]
    """Sex, or households.OPEN for a minor."""
    member: NDArray[np.int64]
    """Place in the decision unit: 0 head, 1 partner, 2 and on minors."""
    unit_size: NDArray[np.int64]
    """People in the decision unit."""
    minors: NDArray[np.int64]
    """Minors in the decision unit."""
    boys: NDArray[np.float64]
    """Share of boys, [strata, classes of minors]."""

    @property
    def circles(self) -> int:
        """Number of circles of the whole population."""
        return int(self.first_circle[-1])


@cache
def diaspora_people() -> NDArray[np.float64]:
    """The settled diaspora by place, class and sex, [places, classes, sexes]: one assumed age table for all places."""
    starts = by_age("diaspora_age", CLASSES)
    bands = np.cumsum(np.diff(starts, prepend=-1.0) != 0)
    by_sex = people_by_zone()[0] + people_by_zone()[1] + people_by_zone()[2]
    national = by_sex[:, 0] + by_sex[:, 1]
    ages = np.zeros(len(CLASSES))
    for band in np.unique(bands):
        inside = bands == band
        ages[inside] = starts[inside] * national[inside] / fsum(national[inside].tolist())
    sexes = np.zeros(len(SEX))
    sexes[SEX["male"]], sexes[SEX["female"]] = value("diaspora_men"), 1 - value("diaspora_men")
    return diaspora()[:, None, None] * ages[:, None] * sexes


@cache
def people_by_stratum() -> tuple[list[int], NDArray[np.float64]]:
    """Places of the settled diaspora; people [strata, classes, sexes], of the residents, then of those places."""
    abroad = [code for code in sorted(PLACE.values()) if diaspora()[code] > 0]
    return abroad, np.concatenate([residents(), diaspora_people()[abroad]])


@cache
def kinds_of_household() -> households.Kinds:
    """Households of each kind by stratum. Raises raking.Infeasible if no households can hold these people."""
    return households.fit(people_by_stratum()[1])


@cache
def layout() -> Layout:
    """Lay out the residents and the diaspora. Raises raking.Infeasible if no households can hold these people."""
    abroad, people = people_by_stratum()
    home = len(STRATA)
    place = np.array([PLACE["belarus"]] * home + abroad)
    region = np.array([REGION[name] for name, _ in STRATA] + [REGION["abroad"]] * len(abroad))
    locality = np.array([LOCALITY[name] for _, name in STRATA] + [LOCALITY["urban"]] * len(abroad))
    zone = np.array([*ZONE_OF_STRATUM, *[ABROAD] * len(abroad)])
    kinds = kinds_of_household()
    size = np.array([len(kind.people) for kind in kinds.kinds])
    heads, headed, kind_share = _by_head(kinds, size)
    cells, order = _cells()
    number, inside, men = (table[:, order] for table in _by_cell(heads, headed, zone))
    number, inside = np.cumsum(number, axis=1), np.cumsum(inside, axis=1)
    alike = float(value("alike"))
    evenly = number * (inside[:, -1:] / number[:, -1:])
    residing, settled = fsum(inside[:home, -1].tolist()), fsum(inside[home:, -1].tolist())
    n_circles = np.maximum(1, np.round(inside[:home, -1] * (1 + settled / residing) / CIRCLE)).astype(np.int64)
    guests = np.cumsum(number[home:, -1])
    age_class, sex, member, unit_size, minors = _people_of(kinds.kinds)
    boys = people[:, :MINORS, SEX["male"]] / (people[:, :MINORS, 0] + people[:, :MINORS, 1])
    return Layout(
        place,
        region,
        locality,
        zone,
        _starts(np.round(number[:home, -1]).astype(np.int64)),
        _starts(n_circles),
        round(guests[-1]),
        guests / guests[-1],
        alike,
        cells[0],
        cells[1],
        cells[2],
        cells[3],
        number,
        alike * inside + (1 - alike) * evenly,
        men,
        kinds.first,
        kind_share,
        size,
        age_class,
        sex,
        member,
        unit_size,
        minors,
        boys,
    )


def _starts(numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(numbers)])


def _cells() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Age class, education, politics and sector of each cell in the order, [4, cells], and the cells' plain numbers.

    Each attribute runs up and down in turn, so that neighbours differ in one attribute by one step.
    """
    codes = np.zeros((0, 1), np.int64)
    for n in _CELL[::-1]:
        turns = [codes if first % 2 == 0 else codes[:, ::-1] for first in range(n)]
        codes = np.concatenate(
            [np.vstack([np.full((1, turn.shape[1]), first), turn]) for first, turn in enumerate(turns)], axis=1
        )
    return codes + np.array([[MINORS], [0], [0], [0]]), np.asarray(np.ravel_multi_index(tuple(codes), _CELL), np.int64)


def _by_head(
    kinds: households.Kinds, size: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Households and their people by class and sex of head, [strata, classes, sexes]; shares of kinds within them."""
    shape = (len(kinds.weights), len(CLASSES), len(SEX))
    heads, headed = np.zeros(shape), np.zeros(shape)
    share = np.ones(kinds.weights.shape)
    for c in range(MINORS, len(CLASSES)):
        for s in SEX.values():
            part = slice(kinds.first[2 * c + s], kinds.first[2 * c + s + 1])
            cumulative = np.cumsum(kinds.weights[:, part], axis=1)
            heads[:, c, s] = cumulative[:, -1]
            headed[:, c, s] = np.cumsum(kinds.weights[:, part] * size[part], axis=1)[:, -1]
            np.divide(cumulative, cumulative[:, -1:], out=share[:, part], where=cumulative[:, -1:] > 0)
    return heads, headed, share


def _by_cell(
    heads: NDArray[np.float64], headed: NDArray[np.float64], zone: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Households, their people, and the share of men among heads, by stratum and plain cell, [strata, cells]."""
    shares = attributes()
    number = np.zeros((len(zone), *_CELL, len(SEX)))
    people = np.zeros(number.shape)
    for k, z in enumerate(zone):
        for c in range(MINORS, len(CLASSES)):
            for e, level in enumerate((1 - shares.education[z, c], shares.education[z, c])):
                for s in SEX.values():
                    table = level * shares.politics[z, c][:, None] * shares.work[z, c, s, e][None, :]
                    number[k, c - MINORS, e, :, :, s] = heads[k, c, s] * table
                    people[k, c - MINORS, e, :, :, s] = headed[k, c, s] * table
    flat = (len(zone), -1)
    headed_by_women, headed_by_men = number[..., SEX["female"]].reshape(flat), number[..., SEX["male"]].reshape(flat)
    both = headed_by_women + headed_by_men
    men = np.divide(headed_by_men, both, out=np.zeros_like(both), where=both > 0)
    return both, (people[..., 0] + people[..., 1]).reshape(flat), men


def _people_of(kinds: tuple[households.Kind, ...]) -> list[NDArray[np.int64]]:
    """Age class, sex, member, unit size and minors of the unit, of the people of each kind, [kinds, LARGEST] each."""
    tables = [np.zeros((len(kinds), households.LARGEST), np.int64) for _ in range(5)]
    for k, kind in enumerate(kinds):
        i = 0
        for unit in kind.units:
            minors = len([sex for _, sex in unit if sex == households.OPEN])
            minor = 2
            for j, (c, sex) in enumerate(unit):
                member = 0 if j == 0 else 1
                if sex == households.OPEN:
                    member, minor = minor, minor + 1
                for table, number in zip(tables, (c, sex, member, len(unit), minors), strict=True):
                    table[k, i] = number
                i += 1
    return tables

"""Cells: a row's people by what can happen to them."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sim.choice import FLAG_DRAFT, FLAG_PERSECUTED, FLAG_VISA
from sim.codes import REGION, SECTOR, SEX, SLOTS
from sim.columns import Columns
from sim.conditions import ADULT_MONTHS, LIABILITY_ENDS_MONTHS
from sim.meanfield.rows import Rows
from sim.meanfield.state import Cells
from sim.processes.live import PENSION_MONTHS
from sim.units import adults, choice_class, class_groups, flags, money, persecuted
from sim.world import World

_NGO_MEDIA, _NO_WORK, _MALE, _ABROAD = SECTOR["ngo_media"], SECTOR["none"], SEX["male"], REGION["abroad"]
WEALTH = 6
"""Classes of households abroad by their savings at the start, for each number of adults."""


def make_cells(rows: Rows, world: World) -> tuple[Cells, NDArray[np.int64], NDArray[np.float64]]:
    """Cells of the rows, the choice classes that occur, and the adults of a household abroad by its class."""
    people, heads, months = rows.people, rows.heads, len(world.belarus)
    masks, young = _masks(people, heads, months)
    first, row, jobless, hunted, sectors, flagged = [0], [], [], [], [], []
    to_detained, to_jobless = [], []
    for r, head in enumerate(heads):
        at_once = bool(masks[0, r] & FLAG_PERSECUTED)
        sector = int(people.sector[head])
        own = persecuted(people.exposure[head], people.detained[head])
        places_of_work = [sector, _NO_WORK] if sector == _NGO_MEDIA else [sector]
        fates = [own] if at_once else [False, True]
        start = first[-1]
        for i, work in enumerate(places_of_work):
            for j, detained in enumerate(fates):
                row.append(r)
                jobless.append(i)
                hunted.append(bool(own or detained))
                sectors.append(work)
                flagged.append(detained and not at_once)
                to_detained.append(start + i * len(fates) + len(fates) - 1)
                to_jobless.append(start + (len(places_of_work) - 1) * len(fates) + j)
        first.append(start + len(places_of_work) * len(fates))
    rows_of = np.array(row, np.int64)
    mask = masks[:, rows_of] | np.where(flagged, FLAG_PERSECUTED, 0)
    visa = (mask & FLAG_VISA) != 0
    mask &= ~(FLAG_VISA | FLAG_DRAFT)
    sector_of = np.array(sectors, np.int64)
    number, _ = _classes(mask, sector_of)
    _, groups = _classes(mask | np.where(visa, FLAG_VISA, 0), sector_of)
    plain, drafted = np.unique(number), np.unique(number[young[:, rows_of]]) | FLAG_DRAFT
    kinds = np.unique(np.concatenate([plain, plain | FLAG_VISA, drafted, drafted | FLAG_VISA]))
    household, grown = _households(people, heads, rows.persons, months)
    risky = _persecuted_persons(people, heads)
    members = np.bincount(rows.circle, weights=rows.persons).astype(np.float64)
    pendular = np.zeros((months + 1, SLOTS))
    if len(rows.pendular):
        place, expiry = rows.pendular.T
        np.add.at(pendular, (np.clip(expiry + 1, 0, months), place), rows.pendular_persons)
    cells = Cells(
        first=np.array(first, np.int64),
        row=rows_of,
        head=heads[rows_of],
        hunted=np.array(hunted, np.int64),
        persecuted=np.maximum(risky[rows_of], np.array(flagged, float)),
        detained=np.array(to_detained, np.int64),
        jobless=np.array(to_jobless, np.int64),
        kind=number,
        groups=groups,
        visa=visa,
        sector=sector_of,
        employer=people.employer[heads][rows_of] > 0,
        living=household[rows_of],
        passport=people.passport[heads].astype(np.int64)[rows_of],
        circle=rows.circle,
        members=members,
        abroad=rows.abroad,
        pendular=pendular,
    )
    return cells, kinds, grown


def _households(
    people: Columns, heads: NDArray[np.int64], persons: NDArray[np.float64], months: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Class of household of each unit, int64[units], and its adults, float64[classes], 0 for those with a pension."""
    means, grown = np.zeros(len(heads)), np.zeros(len(heads), np.int64)
    _purse(people, heads, means, grown)
    order = np.argsort(means, kind="stable")
    rank = np.empty(len(heads))
    rank[order] = np.cumsum(persons[order]) / max(float(persons.sum()), 1e-300)
    wealth = np.minimum(WEALTH - 1, (WEALTH * rank).astype(np.int64))
    oldest = np.minimum(people.birth[heads], people.birth[heads + grown - 1]).astype(np.int64)
    pension = months // 2 - oldest >= PENSION_MONTHS
    number = np.where(pension, 2 * WEALTH, (grown - 1) * WEALTH + wealth)
    return number, np.concatenate([np.ones(WEALTH), np.full(WEALTH, 2.0), np.zeros(1)])


@njit(cache=True, nogil=True, error_model="numpy")
def _purse(people: Columns, heads: NDArray[np.int64], means: NDArray[np.float64], grown: NDArray[np.int64]) -> None:
    """Fill money and adults of every unit."""
    for i in range(len(heads)):
        means[i], grown[i] = money(people, heads[i]), adults(people, heads[i])


@njit(cache=True, nogil=True, error_model="numpy")
def _masks(people: Columns, heads: NDArray[np.int64], months: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Flags of every unit in every month, int64[months, units], and whether an adult is a man of draft age."""
    masks, young = np.zeros((months, len(heads)), np.int64), np.zeros((months, len(heads)), np.bool_)
    for t in range(months):
        for i in range(len(heads)):
            masks[t, i] = flags(people, heads[i], t)
            for row in range(heads[i], heads[i] + adults(people, heads[i])):
                age, man = t - people.birth[row], (people.sex[row] == _MALE) & (people.region[row] != _ABROAD)
                young[t, i] |= man & (age >= ADULT_MONTHS) & (age < LIABILITY_ENDS_MONTHS)
    return masks, young


@njit(cache=True, nogil=True, error_model="numpy")
def _classes(masks: NDArray[np.int64], sectors: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Choice class and groups by month and cell, int64[months, cells] each."""
    number, groups = np.empty_like(masks), np.empty_like(masks)
    for t in range(masks.shape[0]):
        for i in range(masks.shape[1]):
            number[t, i] = choice_class(sectors[i], masks[t, i])
            groups[t, i] = class_groups(sectors[i], masks[t, i])
    return number, groups


@njit(cache=True, nogil=True, error_model="numpy")
def _persecuted_persons(people: Columns, heads: NDArray[np.int64]) -> NDArray[np.float64]:
    """Persons of each unit who are persecuted at the start."""
    found = np.zeros(len(heads))
    for i in range(len(heads)):
        for row in range(heads[i], heads[i] + people.unit_size[heads[i]]):
            found[i] += persecuted(people.exposure[row], people.detained[row])
    return found

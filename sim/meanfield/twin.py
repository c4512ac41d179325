"""The twin as a function of coefficients and constants, for one world and one set of rows."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sim.behaviour import Behaviour
from sim.choice import FLAG_PERSECUTED
from sim.codes import MODE, N_CHANNELS, N_STATUSES, SECTOR, SLOTS
from sim.columns import Columns
from sim.conditions import Conditions
from sim.constants import Constants
from sim.meanfield import abroad, standing, tables, waiting
from sim.meanfield.month import run_months
from sim.meanfield.rows import Rows, reference_of
from sim.meanfield.state import Cells, Expected, Home
from sim.recorder import HARMS
from sim.units import choice_class, class_groups, flags, persecuted
from sim.world import World

_NGO_MEDIA, _NO_WORK = SECTOR["ngo_media"], SECTOR["none"]


class Twin:
    """Expected stocks and flows of one world: `Twin(rows, world)` once, `run(b, constants)` for each set of values."""

    def __init__(self, rows: Rows, world: World) -> None:
        self.rows, self.world, self.months = rows, world, len(world.belarus)
        self._at_start = rows.people._replace(place=np.zeros_like(rows.people.place))
        self.cells, kinds = _cells(rows, world)
        self.tables = tables.tables(world, kinds)
        self._purses = waiting.purses(self._at_start, self.cells.head)

    def run(self, b: Behaviour, constants: Constants) -> Expected:
        """Expected values of every month; `b` holds lambda. Nothing of a run is kept."""
        rows, cells, months = self.rows, self.cells, self.months
        people = self._at_start._replace(conscription=rows.people.conscription.copy())
        given = Conditions(
            0, rows.seed, rows.one_in, b.lambda_, np.zeros((4, 1)), constants.places, constants.channels,
            reference_of(rows, b), 0, 0.0,
        )  # fmt: skip
        stands = standing.standing(rows.people, rows.heads, months)
        stock = abroad.settled(months)
        _settle(stock, rows)
        home = _home(rows, cells, stands, months)
        plans = waiting.waiting(self._purses, len(self.tables.pairs), months)
        found = Expected(
            committed=np.zeros((months, SLOTS, N_CHANNELS)),
            departures=np.zeros((months, SLOTS, N_CHANNELS)),
            returned=np.zeros((months, SLOTS)),
            onward_from=np.zeros((months, SLOTS)),
            onward_to=np.zeros((months, SLOTS)),
            stocks=np.zeros((months, SLOTS, N_STATUSES)),
            harms=np.zeros((months, len(HARMS))),
        )
        run_months(
            months, people, rows.heads, cells, home, stands, stock, plans, tables.blank(self.tables), self.tables,
            self.world, b, given, found,
        )  # fmt: skip
        return found


def _settle(stock: abroad.Settled, rows: Rows) -> None:
    """Put everybody settled abroad at the start into the stock."""
    if len(rows.settled):
        hunted, place, channel, status, expiry = rows.settled.T
        month = np.clip(expiry + 1, 0, len(stock.due) - 1)
        np.add.at(stock.persons, (hunted, place, channel, status), rows.settled_persons)
        np.add.at(stock.due, (month, hunted, place, channel, status), rows.settled_persons)


def _home(rows: Rows, cells: Cells, stands: standing.Standing, months: int) -> Home:
    """Where the rows' persons are at the start."""
    n = len(cells.row)
    base = cells.first[:-1]
    settled = rows.people.mode[rows.heads] == MODE["settled"]
    home = Home(
        free=np.zeros(n),
        barred=np.zeros(n),
        held=np.zeros((months + 1, n)),
        locked=np.zeros(n),
        planning=np.zeros(n),
        there=np.zeros((n, SLOTS)),
        memory=np.zeros(len(cells.members)),
        renewed=np.zeros(n),
        counted=np.zeros(n),
        returned=np.zeros(n),
    )
    at_home = np.where(settled, 0.0, rows.persons)
    home.free[base] = at_home * stands.free
    home.barred[base] = at_home * (1.0 - stands.free)
    home.there[base, rows.people.place[rows.heads]] = rows.persons - at_home
    return home


def _cells(rows: Rows, world: World) -> tuple[Cells, NDArray[np.int64]]:
    """Cells of the rows, and the choice classes that occur."""
    people, heads, months = rows.people, rows.heads, len(world.belarus)
    masks = _masks(people, heads, months)
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
    sector_of = np.array(sectors, np.int64)
    number, groups = _classes(mask, sector_of)
    kinds, kind = np.unique(number, return_inverse=True)
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
        kind=kind.reshape(number.shape).astype(np.int64),
        groups=groups,
        passport=people.passport[heads].astype(np.int64)[rows_of],
        circle=rows.circle,
        members=members,
        abroad=rows.abroad,
        pendular=pendular,
    )
    return cells, kinds


@njit(cache=True, nogil=True, error_model="numpy")
def _masks(people: Columns, heads: NDArray[np.int64], months: int) -> NDArray[np.int64]:
    """Flags of every unit in every month, int64[months, units]."""
    masks = np.zeros((months, len(heads)), np.int64)
    for t in range(months):
        for i in range(len(heads)):
            masks[t, i] = flags(people, heads[i], t)
    return masks


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

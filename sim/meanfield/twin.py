"""The twin as a function of coefficients and constants, for one world and one set of rows."""

import numpy as np
from numpy.typing import NDArray

from sim import markets
from sim.behaviour import Behaviour
from sim.codes import MODE, N_CHANNELS, N_STATUSES, SLOTS, STATUS
from sim.conditions import Conditions
from sim.constants import Constants
from sim.meanfield import abroad, choosing, emigrants, living, moving, standing, tables, waiting
from sim.meanfield.cells import make_cells
from sim.meanfield.month import run_months
from sim.meanfield.rows import Rows
from sim.meanfield.state import Cells, Expected, Home
from sim.recorder import HARMS
from sim.world import World


class Twin:
    """Expected stocks and flows of one world: `Twin(rows, world)` once, `run(b, constants)` for each set of values."""

    def __init__(self, rows: Rows, world: World) -> None:
        self.rows, self.world, self.months = rows, world, len(world.belarus)
        self._at_start = rows.people._replace(place=np.zeros_like(rows.people.place))
        self.cells, kinds, self._adults = make_cells(rows, world)
        self.tables = tables.tables(world, kinds)
        self._later: tables.Tables | None = None
        self._pending = (world.outlook != world.openness).any(axis=(1, 2, 3))
        self._purses = waiting.purses(self._at_start, self.cells.head)

    def run(self, b: Behaviour, constants: Constants) -> Expected:
        """Expected values of every month; `b` holds lambda. Nothing of a run is kept."""
        rows, cells, months = self.rows, self.cells, self.months
        people = self._at_start._replace(conscription=rows.people.conscription.copy())
        settled = people._replace(mode=np.full_like(people.mode, MODE["settled"]), savings=rows.people.savings.copy())
        lam = b.lambda_ + b.by_motive * (np.array([b.lambda_threatened, b.lambda_other]) - b.lambda_)
        given = Conditions(
            0, rows.seed, rows.one_in, lam, np.zeros((2, 4, 1)), constants.places, constants.channels,
            rows.reference, 0, 0.0,
        )  # fmt: skip
        if self._later is None and b.anticipation > 0.0 and self._pending.any():
            self._later = tables.tables(self.world._replace(openness=self.world.outlook), self.tables.kinds)
        later = self._later if self._later is not None else self.tables
        employers = int(rows.people.employer.max(initial=0)) + 1
        stands = standing.standing(rows.people, rows.heads, months)
        stock = abroad.settled(months)
        _settle(stock, rows, b)
        home = _home(rows, cells, stands, months)
        pairs = len(self.tables.pairs)
        plans = waiting.waiting(self._purses, pairs, months)
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
            months, people, settled, emigrants.means(), rows.heads, cells, home, stands, stock,
            _living(rows, cells, home, self._adults), plans, moving.moving(months), choosing.month(pairs),
            tables.blank(self.tables, employers), tables.blank(later, employers), self.tables, later, self._pending,
            markets.own(self.world), b, given, found,
        )  # fmt: skip
        return found


def _settle(stock: abroad.Settled, rows: Rows, b: Behaviour) -> None:
    """Put everybody settled abroad at the start into the stock."""
    if len(rows.settled):
        hunted, place, channel, status, expiry, since = rows.settled.T
        month = np.clip(expiry + 1, 0, len(stock.due) - 1)
        asylum = status == STATUS["asylum_seeker"]
        month[asylum] = np.clip(since[asylum] + int(np.ceil(b.asylum_months)), 0, len(stock.due) - 1)
        np.add.at(stock.persons, (hunted, place, channel, status), rows.settled_persons)
        np.add.at(stock.due, (month, hunted, place, channel, status), rows.settled_persons)
        matures = np.maximum(since + int(np.ceil(b.naturalisation_months)), 0)
        ripe = (status == STATUS["permit"]) & (matures < len(stock.matures))
        np.add.at(stock.matures, (matures[ripe], hunted[ripe], place[ripe]), rows.settled_persons[ripe])


def _living(rows: Rows, cells: Cells, home: Home, adults: NDArray[np.float64]) -> living.Living:
    """How those settled abroad at the start live."""
    made = living.living(adults)
    people = rows.people
    works = np.add.reduceat(people.job.astype(float), rows.heads)[cells.row] > 0.0
    means = np.array([people.savings[head : head + size].sum() for head, size in zip(
        rows.heads, people.unit_size[rows.heads], strict=True)])[cells.row]  # fmt: skip
    state = np.where(works, living.WORKING, np.where(means > 0.0, living.SAVING, living.DESTITUTE))
    status, since = people.status[rows.heads][cells.row], people.since[rows.heads][cells.row]
    irregular = (status == STATUS["irregular"]).astype(int)
    place = people.place[rows.heads][cells.row]
    there = home.there.sum(axis=1)
    np.add.at(made.persons, (cells.living, place, irregular, state), there)
    saved = state < living.DESTITUTE
    np.add.at(made.savings, (cells.living[saved], place[saved], irregular[saved], state[saved]), (there * means)[saved])
    months, persons = np.bincount(place, there * -since, SLOTS), np.bincount(place, there, SLOTS)
    made.months[:] = months / np.maximum(persons, 1e-300)
    return made


def _home(rows: Rows, cells: Cells, stands: standing.Standing, months: int) -> Home:
    """Where the rows' persons are at the start."""
    n = len(cells.row)
    base = cells.first[:-1]
    settled = rows.people.mode[rows.heads] == MODE["settled"]
    home = Home(
        free=np.zeros(n),
        barred=np.zeros(n),
        held=np.zeros((months + 1, n)),
        jail=np.zeros((months + 1, n)),
        locked=np.zeros(n),
        planning=np.zeros(n),
        left=np.zeros(n),
        there=np.zeros((n, SLOTS)),
        ahead=np.zeros((n, SLOTS)),
        memory=np.zeros(len(cells.members)),
        renewed=np.zeros(n),
        counted=np.zeros(n),
        returned=np.zeros(n),
        returning=np.zeros(n),
    )
    at_home = np.where(settled, 0.0, rows.persons)
    home.free[base] = at_home * stands.free
    home.barred[base] = at_home * (1.0 - stands.free)
    home.there[base, rows.people.place[rows.heads]] = rows.persons - at_home
    return home

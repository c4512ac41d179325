"""Two hundred people for the tests of the agents: ours in columns, and the same as ordinary agents of Mesa."""

import mesa
import numpy as np

from sim.model.agents.people import People
from sim.model.agents.person import ATTRIBUTES
from sim.model.run_constants import Employers
from sim.numerics.codes import N_CHANNELS, N_PLACES, N_STATUSES, PLACE, SECTOR
from sim.population import schema

N = 200
SIZES = (2, 1, 4, 3)  # couple; single; couple with two children; lone parent with two children
MEMBERS = (0, 1, 0, 0, 1, 2, 3, 0, 2, 3)  # the lone parent's children are no partners


def choose(model):
    """A compiled process stands here as a whole-column assignment."""
    model.columns.plan[:] = 1
    model.chosen += 1


class FewPeople(mesa.Model):
    """A model of 200 people in columns, without any of the project's processes."""

    def __init__(self, n=N, rng=1):
        super().__init__(rng=rng)
        self.month = 40
        self.one_in = 100
        self.chosen = 0
        self.columns = schema.empty(n)
        rows = np.arange(n)
        self.columns.key[:] = 2**63 + 7 * rows.astype(np.uint64)  # keys are neither rows nor small
        self.columns.circle[:] = rows // 100
        self.columns.member[:] = np.resize(MEMBERS, n)
        within = np.concatenate([np.arange(size) for size in SIZES])
        self.columns.behind[:] = np.resize(within, n)
        self.columns.unit_size[:] = np.resize(np.repeat(SIZES, SIZES) * (within == 0), n)
        self.columns.reach[:] = np.resize(np.repeat(SIZES, SIZES) - 1 - within, n)
        self.columns.birth[:] = -12 * (rows % 70) - 1
        self.columns.sex[:] = rows % 2
        self.columns.place[:] = np.resize([0, 0, PLACE["lithuania"], 0, PLACE["poland"]], n)
        self.columns.sector[:] = rows % 11
        self.columns.employer[:] = np.where(rows % 11 == SECTOR["it"], 1 + rows % 2, 0)
        self.columns.income[:] = 500 + rows
        self.columns.savings[:] = 10 * rows
        self.processes = {"choose": choose}
        self.stocks = np.zeros((N_PLACES, N_STATUSES), np.int64)
        self.waiting = np.zeros((N_PLACES, N_CHANNELS), np.int64)
        self.arrivals = np.zeros(N_PLACES, np.int64)
        self.employers = Employers(
            np.array([0, SECTOR["it"], SECTOR["it"]], np.uint8), np.zeros(3, np.uint8), np.full(3, -1, np.int16)
        )
        self.people = People(self)

    def step(self):
        """A month passes."""
        self.month += 1

    def savings(self, rows):
        """Savings by now: here nobody saves."""
        return self.columns.savings[rows]


class Plain(mesa.Agent):
    """A person as Mesa's own agent: every attribute copied into the object."""

    def __init__(self, model, person):
        super().__init__(model)
        self.row = person.row
        for name in ATTRIBUTES:
            setattr(self, name, getattr(person, name))


class PlainPeople(mesa.Model):
    """The same 200 people as Mesa's own registered agents; `people` is Mesa's set of them."""

    def __init__(self):
        super().__init__(rng=1)
        self.month = 40
        self.kept = [Plain(self, person) for person in FewPeople().people]

    def step(self):
        """A month passes."""
        self.month += 1

    @property
    def people(self):
        """Mesa's own set."""
        return self.agents


def rows_of(agents):
    """Row numbers of people of either kind, in order."""
    return [person.row for person in agents]

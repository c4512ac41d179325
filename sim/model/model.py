"""The model: a declared schedule of monthly processes over the people, and nothing else."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.history.compiled import cumulative_capacity, cumulative_offers
from sim.model import fused, newcomers, run_constants
from sim.model.agents.institutions import BelarusianState, Destination, Employer
from sim.model.agents.people import People
from sim.model.agents.person import Person
from sim.model.continuing import Continued, mapping
from sim.model.decision import rules
from sim.model.decision.means import savings_of_all
from sim.model.eventlog import noted
from sim.model.feedback import NOTHING, Paths
from sim.model.hazards import N_HAZARDS
from sim.model.inputs import Inputs, conditions
from sim.model.now import Now, at_month, no_options
from sim.model.processes.muster import N_CALLED
from sim.model.recording.recorder import Recorder
from sim.model.schedule import PHASES, SCHEDULE, Process
from sim.model.scratch import Span, make_block
from sim.numerics.codes import AWAY, CHANNEL_NAMES, LEAD, N_CHANNELS, N_PLACES, N_SECTORS, N_STATUSES, PLACE
from sim.numerics.luck import replicate_seed
from sim.numerics.months import label
from sim.population import schema
from sim.population.synthesis import Population


class EmigrationModel(Continued):
    """Belarusians who stay, leave, settle, return: one replicate of one scenario at one lambda, by one rule.

    `people` answers Mesa's AgentSet interface from the columns; `agents` holds the institutions. The columns'
    states are copied, so that one population serves many runs. `seed` and `replicate` make the luck, that of Mesa's
    `rng` and `random` as well. `decision` names a rule of decision; UserError if there is none of that name.
    A copy (`copy.deepcopy`, `pickle`) goes on as the model does.
    """

    def __init__(
        self,
        population: Population,
        inputs: Inputs,
        seed: int = 1,
        replicate: int = 0,
        threads: int = 1,
        block: int = fused.BLOCK,
        decision: str = rules.DEFAULT,
    ) -> None:
        luck = replicate_seed(seed, replicate)
        super().__init__(rng=luck)
        self.seed, self.replicate = seed, replicate
        self.behaviour = inputs.behaviour
        self._enter(inputs)
        self.one_in = population.one_in
        self.columns = schema.copy_states(population.people)
        self.circles = run_constants.circles(self.columns, population.circle_start, self.one_in)
        self.rule = rules.rule(decision)
        given = conditions(self.columns, self.one_in, inputs, luck, population.seed)
        self.conditions = self.rule.prepare(given, self.behaviour)
        self._passes = passes_of(self.rule)
        self.month = 0
        self.observer: Callable[[EmigrationModel], object] | None = None
        """Called each month after `choose`, while everything that was decided on still stands as it stood then."""
        self.employers = run_constants.Employers(
            population.employers, np.zeros_like(population.employers), np.full(len(population.employers), -1, np.int16)
        )
        self.options = no_options(len(population.employers))
        self.recorder = Recorder(self.one_in, self.behaviour.grant_months)
        self.called = np.zeros(N_CALLED)
        self.pending = np.zeros(0, np.int64)
        self.banked = np.zeros((N_PLACES, N_CHANNELS), np.int64)
        self._blocks = [
            (circles, fused.largest(self.circles.start, circles)) for circles in fused.blocks(self.circles.start, block)
        ]
        self._threads = threads
        self.forget_month()
        self._run_blocks = mapping(threads)
        self.stocks = self._count()
        self.settled_at_start = self.settled()
        self.residents = self.world.places["diaspora"][0].copy()
        self.arrivals = np.zeros(N_PLACES, np.int64)
        self.inflow = np.zeros((12, N_PLACES), np.int64)
        self.held, self.paths = NOTHING, Paths()
        self.keeps_paths = False
        self.queued, self.seeking = np.zeros((N_PLACES, N_CHANNELS)), np.zeros((N_PLACES, N_SECTORS))
        """Persons in queues as the month began, float64[places, channels], and workers who wait for an offer of work,
        float64[places, sectors]."""
        self.processes: dict[str, Callable[[EmigrationModel], None]] = {
            row.name: partial(_run, row) for row in SCHEDULE
        }
        self.people = People(self)
        BelarusianState(self)
        for name in (name for name in PLACE if name != "belarus"):
            channels = [c for c in range(N_CHANNELS) if self.world.law["exists"][PLACE[name], c]]
            Destination(self, name, [CHANNEL_NAMES[c] for c in channels])
        for number in np.unique(self.columns.employer):
            if number:
                Employer(self, int(number))

    def _enter(self, inputs: Inputs) -> None:
        self.inputs, self.history = inputs, inputs.history
        self.world = world = newcomers.own(inputs.world)
        self.horizon = len(world.belarus)
        self.announced = (world.outlook != world.openness).any(axis=(1, 2, 3))
        self.capacity_to_date, self.offers_to_date = cumulative_capacity(world), cumulative_offers(world)

    @property
    def agent_types(self) -> list[type]:
        """Types of agents that Mesa may be asked about: the institutions' and the people's."""
        return [*super().agent_types, Person]

    @property
    def agents_by_type(self) -> dict[type, Any]:
        """Agents by their type; the people answer from the columns."""
        return {**super().agents_by_type, Person: self.people}

    @property
    def waiting(self) -> NDArray[np.int64]:
        """People whose units wait or are being processed, in agents, int64[places, channels]."""
        return self.planning(self.pending)

    def planning(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """People whose units, headed in these rows, have a plan, in agents, int64[places, channels]."""
        counts = np.zeros((N_PLACES, N_CHANNELS), np.int64)
        where = self.columns.plan_place[rows], self.columns.plan_channel[rows]
        alone = self.columns.lead[rows] == LEAD["planned"]
        np.add.at(counts, where, np.where(alone, 1, self.columns.unit_size[rows]))
        return counts

    @property
    def date(self) -> str:
        """The month to be simulated next, as text."""
        return label(self.month)

    def step(self) -> None:
        """Simulate one month."""
        if self.month >= self.horizon:
            raise IndexError(f"the history ends before {self.date}")
        for rows in PHASES:
            if rows[0].phase == "serial":
                for row in rows:
                    row.run(self)
            else:
                self.live(rows)
                if self.observer and any(row.name == "choose" for row in rows):
                    self.observer(self)

    def run(self, until: int | None = None, progress: Callable[[], object] | None = None) -> "EmigrationModel":
        """Simulate the months before `until` (the horizon if not given); `progress` is called after each."""
        while self.month < (self.horizon if until is None else until):
            self.step()
            if progress:
                progress()
        return self

    def close(self) -> None:
        """End the threads of this model."""
        pool = getattr(self._run_blocks, "__self__", None)
        if isinstance(pool, ThreadPoolExecutor):
            pool.shutdown()

    @property
    def now(self) -> Now:
        """The month as its rules find it."""
        return self._at(self.month)

    def _at(self, month: int) -> Now:
        now = self.options, self.circles, self.behaviour, self.conditions, self.called
        return at_month(month, self.world, *now)

    def savings(self, rows: Any) -> Any:
        """Savings this month of the people of a row or of rows, EUR, float64; those at home by the path they are on."""
        last = min(self.month, self.horizon - 1)
        now = self._at(last)
        picked = np.asarray(rows) if isinstance(rows, int | np.integer) else np.arange(len(self.columns.key))[rows]
        return savings_of_all(self.columns, np.atleast_1d(picked), now).reshape(np.shape(picked))[()]

    def forget_month(self) -> None:
        """Begin with an empty log and no expected flows."""
        self._log: list[NDArray[np.void]] = []
        self.committed, self.excepted, self.following = np.zeros((3, N_PLACES, N_CHANNELS), np.int64)
        self.sought = np.zeros((2, 2, N_PLACES, N_SECTORS), np.int64)
        self.claims = np.zeros(N_PLACES, np.int64)
        self.hazards = np.zeros(N_HAZARDS, np.int64)

    def settled(self) -> NDArray[np.int64]:
        """Agents settled in each place; who is away for a time is left out."""
        settled: NDArray[np.int64] = self.stocks.sum(axis=1) - self.stocks[:, AWAY].sum(axis=1)
        return settled

    def live(self, rows: Sequence[Process]) -> None:
        """Run consecutive parallel rows of the schedule over all blocks.

        What circles know when they choose may be held at another run's path, and a rule other than the default is
        not fused: then `choose`, the last of its phase, runs in a pass of its own.
        """
        names = [row.name for row in rows]
        own, seen = self.circles, self.held.circles(self.month, self.circles)
        apart = "choose" in names and (seen is not own or self.rule.name != rules.DEFAULT)
        self._blockwise([name for name in names if not (apart and name == "choose")])
        if apart:
            self.circles = seen
            self._blockwise(["choose"])
            self.circles = own
        if self.keeps_paths and "choose" in names:
            self.paths.keep(self.month, (self.queued, self.seeking), self.residents, own)

    def _blockwise(self, names: Sequence[str]) -> None:
        """Run processes of one phase over all blocks; events join the log, and counts their sums, in block order."""
        for run, known in self._passes:
            parts = sum(1 << k for k, name in enumerate(known) if name in names)
            if parts:
                self._run_pass(run, parts)

    def _run_pass(self, run: fused.Pass, parts: int) -> None:
        start, now = self.circles.start, self.now

        def work(block: tuple[Span, int]) -> tuple[NDArray[Any], ...]:
            circles, at_once = block
            made = make_block(int(start[circles[1]] - start[circles[0]]), at_once)
            run(self.columns, circles, now, made, parts)
            return noted(made.log), *made[2:]

        stocks = np.zeros_like(self.stocks)
        for log, expected, excepted, sought, following, claims, harms, counted in self._run_blocks(work, self._blocks):
            self._log.append(log)
            self.committed += expected
            self.excepted += excepted
            self.sought += sought
            self.following += following
            self.claims += claims
            self.hazards += harms
            stocks += counted
        if stocks.any():  # counted
            self.stocks = stocks

    def _count(self) -> NDArray[np.int64]:
        living = self.columns.member != schema.NOBODY
        places = self.columns.place[living].astype(np.int64) * N_STATUSES + self.columns.status[living]
        return np.bincount(places, minlength=N_PLACES * N_STATUSES).reshape(N_PLACES, N_STATUSES)


def passes_of(rule: rules.Rule) -> list[tuple[fused.Pass, list[str]]]:
    """The fused passes of the schedule with the names of their processes; a rule of its own has one more."""
    found = [[(row.name, row.run) for row in rows] for rows in PHASES if rows[0].phase == "parallel"]
    if rule.name != rules.DEFAULT:
        found = [[row for row in rows if row[0] != "choose"] for rows in found] + [[("choose", rule.choose)]]
    return [(fused.fused(tuple(rows)), [name for name, _ in rows]) for rows in found]


def _run(row: Process, model: EmigrationModel) -> None:
    """Run one process of the schedule on its own."""
    if row.phase == "serial":
        row.run(model)
    else:
        model.live([row])

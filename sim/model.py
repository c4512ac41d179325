"""The model: a declared schedule of monthly processes over the people, and nothing else."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim import columns, conditions, markets, options, passes
from sim import decision as rules
from sim.agents.bookkeeping import forget
from sim.agents.institutions import BelarusianState, Destination, Employer
from sim.agents.people import People
from sim.agents.person import Person
from sim.behaviour import Behaviour
from sim.codes import CHANNEL_NAMES, EVENT, LEAD, N_CHANNELS, N_PLACES, PLACE, PLAN, STATUS
from sim.constants import Constants
from sim.continuing import Continued, mapping
from sim.eventlog import buffer
from sim.feedback import NOTHING, Paths
from sim.history.history import History
from sim.luck import replicate_seed
from sim.months import label
from sim.population.synthesis import Population
from sim.processes.apply import apply, in_order
from sim.processes.depart import depart
from sim.processes.relocate import relocate
from sim.recorder import Recorder
from sim.schedule import SCHEDULE
from sim.world import World, cumulative_capacity

_BEFORE = {"repress": passes.REPRESS, "conscript": passes.CONSCRIPT, "perceive": passes.PERCEIVE}
_BEFORE |= {"visit": passes.VISIT, "choose": passes.CHOOSE}
_AFTER = {"settle": passes.SETTLE, "move_on": passes.MOVE_ON}


class EmigrationModel(Continued):
    """Belarusians who stay, leave, settle, return: one replicate of one scenario at one lambda, by one rule.

    `people` answers Mesa's AgentSet interface from the columns; `agents` holds the institutions. The columns'
    states are copied, so that one population serves many runs. `seed` and `replicate` make the luck, that of Mesa's
    `rng` and `random` as well. `decision` names a rule of `sim/decision`; UserError if there is none of that name.
    A copy (`copy.deepcopy`, `pickle`) goes on as the model does.
    """

    def __init__(
        self,
        population: Population,
        history: History,
        world: World,
        b: Behaviour,
        constants: Constants,
        seed: int = 1,
        replicate: int = 0,
        threads: int = 1,
        fixed: conditions.Reference | None = None,
        block: int = passes.BLOCK,
        decision: str = rules.DEFAULT,
    ) -> None:
        luck = replicate_seed(seed, replicate)
        super().__init__(rng=luck)
        self.seed, self.replicate = seed, replicate
        self.behaviour, self._constants = b, constants
        self._enter(history, world)
        self.one_in = population.one_in
        self.columns = columns.copy_states(population.people)
        self.circles = conditions.circles(self.columns, population.circle_start, self.one_in)
        self.conditions = conditions.conditions(
            self.columns, self.one_in, b, constants.places, constants.channels, luck, population.seed, b.lambda_, fixed
        )
        self.rule = rules.rule(decision)
        self.conditions = self.rule.prepare(self.conditions, b)
        self._choose = passes.apart(self.rule.choose)
        self.month = 0
        self.observer: Callable[[EmigrationModel], object] | None = None
        """Called each month after `choose`, while everything that was decided on still stands as it stood then."""
        self.employers = conditions.Employers(
            population.employers, np.zeros_like(population.employers), np.full(len(population.employers), -1, np.int16)
        )
        self.options = options.empty(len(population.employers))
        self.recorder = Recorder(self.one_in)
        self.pending = np.zeros(0, np.int64)
        self.banked = np.zeros((N_PLACES, N_CHANNELS), np.int64)
        self._blocks = passes.blocks(self.circles.start, block)
        self._threads = threads
        self._log: list[NDArray[np.void]] = []
        self._committed, self._following = np.zeros((N_PLACES, N_CHANNELS), np.int64), np.zeros(N_PLACES, np.int64)
        self._run_blocks = mapping(threads)
        self.stocks = self._count()
        self._started = _settled(self.stocks)
        self.residents = world.places["diaspora"][0].copy()
        self.arrivals = np.zeros(N_PLACES, np.int64)
        self.inflow = np.zeros((12, N_PLACES), np.int64)
        self.held, self.paths = NOTHING, Paths()
        self.keeps_paths = False
        self.queued = np.zeros((N_PLACES, N_CHANNELS))
        """Persons in queues as the month began, float64[places, channels]."""
        self.processes: dict[str, Callable[[EmigrationModel], None]] = {
            row.name: partial(_run, row.name) for row in SCHEDULE
        }
        self.people = People(self)
        BelarusianState(self)
        for name in (name for name in PLACE if name != "belarus"):
            channels = [c for c in range(N_CHANNELS) if world.law["exists"][PLACE[name], c]]
            Destination(self, name, [CHANNEL_NAMES[c] for c in channels])
        for number in np.unique(self.columns.employer):
            if number:
                Employer(self, int(number))

    def _enter(self, history: History, world: World) -> None:
        self.history, self.given, self.world = history, world, markets.own(world)
        self.horizon = len(world.belarus)
        self._pending = (world.outlook != world.openness).any(axis=(1, 2, 3))
        self._cumulative = cumulative_capacity(world)

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
        return self._planning(self.pending)

    def _planning(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
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
        self._begin_month()
        self._before(sum(_BEFORE.values()))
        if self.observer:
            self.observer(self)
        self._apply()
        self._depart()
        self._after(sum(_AFTER.values()))
        self._markets()
        self._record()

    def run(self, until: int | None = None, progress: Callable[[], object] | None = None) -> "EmigrationModel":
        """Simulate the months before `until` (the horizon if not given); `progress` is called after each."""
        while self.month < (self.horizon if until is None else until):
            self.step()
            if progress:
                progress()
        return self

    def close(self) -> None:
        """Let go of what Mesa and the thread pool keep of this model."""
        pool = getattr(self._run_blocks, "__self__", None)
        if isinstance(pool, ThreadPoolExecutor):
            pool.shutdown()
        forget(self)

    # the schedule's rows

    def _begin_month(self) -> None:
        self._log = []
        self._committed, self._following = np.zeros((N_PLACES, N_CHANNELS), np.int64), np.zeros(N_PLACES, np.int64)
        self.arrivals = np.zeros(N_PLACES, np.int64)
        queued = self.pending[self.columns.plan[self.pending] == PLAN["queued"]]
        waiting = self._planning(queued).astype(np.float64) * self.one_in
        self.queued = waiting
        seen = self.held.residents(self.month, self.residents), self.held.waiting(self.month, waiting)
        given = self.month, self.behaviour, self.conditions, *seen
        options.fill(self.options, self.world, *given)
        self.options.pending[0] = self._pending[self.month]
        self.options.rush[:] = 0.0
        if self._pending[self.month] and self.behaviour.anticipation > 0.0:
            later = options.empty(len(self.employers.sector))
            options.fill(later, self.world._replace(openness=self.world.outlook), *given)
            options.fill_rush(self.options, later)
        relocate(self.employers, self.world, *given, self.options.moved)

    def _before(self, parts: int) -> None:
        own, seen = self.circles, self.held.circles(self.month, self.circles)
        apart = passes.CHOOSE if self._choose is not None or seen is not own else 0
        found = self._blockwise(passes.before_queues, parts & ~apart)
        if parts & apart:  # a rule of its own, or what circles know is held at another run's path
            self.circles = seen
            found = self._blockwise(self._choose or passes.before_queues, apart)
            self.circles = own
        for (expected,) in found:
            self._committed += expected
        if self.keeps_paths:
            self.paths.keep(self.month, self.queued, self.residents, own)
        applied = [log["row"][log["kind"] == _APPLIED] for log in self._log]
        if applied:
            self.pending = np.concatenate([self.pending, *applied]).astype(np.int64)

    def _apply(self) -> None:
        self.pending = in_order(self.columns, self.pending, self.conditions)
        log = buffer(2 * len(self.pending))  # a unit of up to sixteen may be caught
        span = self._cumulative[self.month : self.month + 2]
        n = apply(
            self.columns,
            self.pending,
            self.month,
            self.world,
            self.behaviour,
            self.conditions,
            span,
            self.banked,
            log,
            0,
        )
        self._log.append(log[:n])

    def _depart(self) -> None:
        log = buffer(8 * len(self.pending))
        n = depart(
            self.columns,
            self.pending,
            self.month,
            self.circles,
            self.world,
            self.behaviour,
            self.conditions,
            log,
            0,
        )
        self._log.append(log[:n].copy())
        self.pending = self.pending[self.columns.plan[self.pending] != 0]

    def _after(self, parts: int) -> None:
        self.stocks = np.zeros_like(self.stocks)
        for stocks, following in self._blockwise(passes.after_queues, parts):
            self.stocks += stocks
            self._following += following

    def _markets(self) -> None:
        moved = (_settled(self.stocks) - self._started) * self.one_in
        self.residents = np.maximum(self.world.places["diaspora"][0] + moved, 0.0)
        arriving = [log["place"][np.isin(log["kind"], _ARRIVALS)] for log in self._log]
        self.arrivals = np.bincount(np.concatenate([[], *arriving]).astype(np.int64), minlength=N_PLACES)
        self.inflow = np.concatenate([self.inflow[1:], self.arrivals[None]])
        markets.respond(self.world, self.month, self.residents, self.inflow.sum(axis=0) * self.one_in)

    def _record(self) -> None:
        self.recorder.keep(self.stocks, self._committed, self._following, self._log)
        self.month += 1
        self.running = self.month < self.horizon  # where Mesa's run_model ends

    def _blockwise(self, kernel: Any, parts: int) -> list[list[NDArray[np.int64]]]:
        """Run a fused pass over all blocks, and give what it counts in each; events join the log in their order."""
        start = self.circles.start

        def work(block: tuple[int, int]) -> tuple[NDArray[np.void], list[NDArray[np.int64]]]:
            log = buffer(int(start[block[1]] - start[block[0]]))
            n, *counted = kernel(
                self.columns, *block, self.month, self.circles, self.world, self.options, self.behaviour,
                self.conditions, log, parts,
            )  # fmt: skip
            return log[:n].copy(), counted

        results = list(self._run_blocks(work, self._blocks))
        self._log.extend(log for log, _ in results)
        return [counted for _, counted in results]

    def _count(self) -> NDArray[np.int64]:
        counts = np.zeros((N_PLACES, len(STATUS)), np.int64)
        np.add.at(counts, (self.columns.place, self.columns.status), 1)
        return counts


_APPLIED = EVENT["applied"]
_ARRIVALS = (EVENT["departed"], EVENT["onward"])


def _run(name: str, model: EmigrationModel) -> None:
    """Run one process of the schedule on its own."""
    if name in _BEFORE:
        model._before(_BEFORE[name])
    elif name in _AFTER:
        model._after(_AFTER[name])
    else:
        getattr(model, f"_{name}")()


def _settled(stocks: NDArray[np.int64]) -> NDArray[np.int64]:
    """Agents settled in each place, pendular workers left out."""
    return stocks.sum(axis=1) - stocks[:, STATUS["pendular"]]

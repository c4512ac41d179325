"""Replicates of scenarios: the same people, the same luck in every scenario, one luck a replicate.

A run keeps counts, not people: flows, stocks, harms, expected flows, and for each person the first departure.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from sim import behaviour, constants, groups
from sim.codes import EVENT, REASON
from sim.errors import UserError
from sim.feedback import Held
from sim.history.catalogue import load_destinations, load_history
from sim.history.history import History
from sim.model import EmigrationModel
from sim.population.synthesis import Population, synthesise
from sim.settings import Settings, known_scenarios
from sim.stays import stays
from sim.units import residents_by_class
from sim.world import World, build, first_difference

Made = TypeVar("Made")
MANY_PEOPLE = 1_000_000
"""From this size on threads share one run; below, each thread has a run of its own."""


@dataclass(frozen=True)
class Job:
    """One run to make: a scenario, a lambda, a replicate."""

    scenario: str
    lam: float
    replicate: int


@dataclass(frozen=True)
class Run:
    """What one run leaves; T months, P places, C channels, in persons."""

    job: Job
    flows: NDArray[np.int64]  # [T, from, to, C]
    stocks: NDArray[np.int64]  # [T, P, statuses]
    harms: NDArray[np.int64]  # [T, harms]
    expected: NDArray[np.float64]  # [T, to, C] departures from Belarus
    departures: NDArray[np.void]  # events `departed`, in order of month
    wishes: NDArray[np.void]  # WISH, in order of month: units that wished to leave and could not
    blocked: NDArray[np.int64]  # [T] units whose channel closed while they waited or before they left
    residents_by_class: NDArray[np.int64]  # [classes] people at home at the end
    groups: groups.Counts  # [T, measures, P, groups] in agents, see `sim.groups`
    residents: NDArray[np.int64]  # [T, P, age bands] settled abroad at the end of the month
    employed: NDArray[np.int64]  # [T, P, sectors] those of them who work
    without_work: NDArray[np.int64]  # [T, P] those of 18 to 64 who do not
    prisoners: NDArray[np.int64]  # [T] held on a political charge or sentence at the end of the month


WISH = np.dtype([("month", "i2"), ("reason", "u1"), ("place", "u1"), ("persons", "i4"), ("key", "u8")])
"""A month in which a unit wished to leave and could not: why, where to, its persons, its head."""


def wishes(events: NDArray[np.void], unit_size: NDArray[np.uint8], one_in: int) -> NDArray[np.void]:
    """The wishes in an event log, with the persons whom each stands for."""
    wished = events[events["kind"] == EVENT["wished"]]
    found = np.zeros(len(wished), WISH)
    for name in ("month", "reason", "place", "key"):
        found[name] = wished[name]
    found["persons"] = unit_size[wished["row"]].astype(np.int64) * one_in
    return found


class Ensemble:
    """People, histories and worlds shared by all runs of one set of settings."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.threads = settings.thread_count
        self.months = settings.last_month + 1
        self._histories: dict[str, History] = {}
        self._worlds: dict[str, World] = {}

    @cached_property
    def population(self) -> Population:
        """The people at the start, the same in every run."""
        return synthesise(self.settings.people.one_in, self.settings.seed, self.threads)

    @cached_property
    def behaviour(self) -> behaviour.Behaviour:
        """Coefficients of the decision at their central values."""
        return behaviour.load()

    def history(self, scenario: str) -> History:
        """The history of a scenario."""
        if scenario not in self._histories:
            self._histories[scenario] = load_history(scenario)
        return self._histories[scenario]

    def add(self, scenario: str, history: History) -> None:
        """Name a history made in Python, so that jobs can ask for it like for a file of `conf/scenario`.

        Raises UserError for a name that is taken by a file or by an earlier call.
        """
        if scenario in self._histories or scenario in known_scenarios():
            raise UserError(f"scenario '{scenario}' is taken; name the history otherwise")
        self._histories[scenario] = history

    def world(self, scenario: str) -> World:
        """The compiled world of a scenario, as far as the run goes."""
        if scenario not in self._worlds:
            self._worlds[scenario] = build(self.history(scenario), load_destinations(), self.months)
        return self._worlds[scenario]

    def model(self, job: Job, threads: int = 1, given: constants.Constants | None = None) -> EmigrationModel:
        """A model ready for its first month; constants are those on file unless given."""
        return EmigrationModel(
            self.population,
            self.history(job.scenario),
            self.world(job.scenario),
            self.behaviour._replace(lambda_=job.lam),
            constants.load(job.lam, constants.file_of(self.settings.decision)) if given is None else given,
            self.settings.seed,
            job.replicate,
            threads,
            decision=self.settings.decision,
        )

    def run(self, job: Job, threads: int = 1, each_month: Callable[[], object] | None = None) -> Run:
        """Make one run from start to end."""
        return self._finish(self.model(job, threads).run(progress=each_month), job)

    def run_pair(
        self, baseline: Job, scenario: str, threads: int = 1, each_month: Callable[[], object] | None = None
    ) -> tuple[Run, Run]:
        """Make a baseline run and the scenario's with the same luck; months in which the worlds agree are run once."""
        parting = first_difference(self.world(baseline.scenario), self.world(scenario))
        model = self.model(baseline, threads)
        model.keeps_paths = bool(self.settings.freeze)
        twin = model.run(parting, each_month).fork(self.history(scenario), self.world(scenario))
        twin.held = Held(self.settings.freeze, model.paths)
        ours = self._finish(model.run(progress=each_month), baseline)
        return ours, self._finish(twin.run(progress=each_month), replace(baseline, scenario=scenario))

    def _finish(self, model: EmigrationModel, job: Job) -> Run:
        recorder, events = model.recorder, model.recorder.events
        closed = events[(events["kind"] == EVENT["blocked"]) & (events["reason"] == REASON["closed"])]
        known = stays(events, self.population.people, model.columns, self.months)
        run = Run(
            job,
            recorder.flow_persons(),
            recorder.stock_persons(),
            recorder.harm_persons(),
            recorder.expected_arrivals(model.world),
            events[events["kind"] == EVENT["departed"]],
            wishes(events, model.columns.unit_size, model.one_in),
            np.bincount(closed["month"], minlength=self.months) * model.one_in,
            residents_by_class(model.columns, model.month - 1) * model.one_in,
            groups.count(events, model.columns, self.population.people.sector, self.months),
            *(counted * model.one_in for counted in known),
        )
        model.close()
        return run

    def run_all(self, jobs: Sequence[Job]) -> list[Run]:
        """Make all runs, in order, with a progress bar on a terminal."""
        return self._in_turn(lambda job, threads, tick: self.run(job, threads, tick), jobs, len(jobs) * self.months)

    def run_pairs(self, jobs: Sequence[Job], scenario: str) -> list[tuple[Run, Run]]:
        """Make all baseline runs and their scenario partners, in order, with a progress bar on a terminal."""
        parting = first_difference(self.world(jobs[0].scenario), self.world(scenario))
        months = len(jobs) * (2 * self.months - parting)
        return self._in_turn(lambda job, threads, tick: self.run_pair(job, scenario, threads, tick), jobs, months)

    def _in_turn(
        self, make: Callable[[Job, int, Callable[[], object]], Made], jobs: Sequence[Job], months: int
    ) -> list[Made]:
        within = len(self.population.people.key) >= MANY_PEOPLE
        with tqdm(total=months, desc="months simulated", unit="", disable=None, leave=False) as bar:
            if within or self.threads == 1:
                return [make(job, self.threads, bar.update) for job in jobs]
            with ThreadPoolExecutor(self.threads) as pool:
                return list(pool.map(lambda job: make(job, 1, bar.update), jobs))

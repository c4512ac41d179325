"""Replicates of scenarios: the same people, the same luck in every scenario, one luck a replicate.

A run keeps counts, not people: flows, stocks, harms, expected flows, and for each person the first departure.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cached_property
from typing import Any, Protocol, TypeVar

import numpy as np
from tqdm import tqdm

from sim.history import coefficients, naming
from sim.history.catalogue import load_history
from sim.history.compiled import World, build, first_difference
from sim.history.history import History
from sim.history.inventory import load_destinations
from sim.model.checkpoint import State
from sim.model.decision import constants
from sim.model.decision.units import residents_by_class
from sim.model.feedback import Held
from sim.model.inputs import Inputs
from sim.model.model import EmigrationModel
from sim.model.recording import by_group
from sim.model.recording.residents import stays
from sim.numerics.codes import EVENT, REASON
from sim.numerics.errors import UserError
from sim.population.synthesis import Population, synthesise
from sim.runs.given import Given, given
from sim.runs.run import Job, Other, Run, decisions, moves, wishes
from sim.runs.settings import Settings, known_scenarios

Asked = TypeVar("Asked")
Made = TypeVar("Made")
MANY_PEOPLE = 1_000_000
"""From this size on threads share one run; below, each thread has a run of its own."""


class Prefixes(Protocol):
    """States of one baseline run, kept so that no month is lived twice."""

    def latest(self, month: int) -> State | None:
        """The latest state kept whose next month is no later than `month`."""

    def keep(self, state: State) -> None:
        """Keep a state."""

    def reached(self) -> None:
        """Be told that no more is asked or kept."""


def _end(model: EmigrationModel) -> None:
    """Free a finished model at once: Mesa's agents and it hold each other, and a search for such circles is slow."""
    model.close()
    model.__dict__.clear()


class Ensemble:
    """People, histories and worlds shared by all runs of one set of settings."""

    def __init__(self, settings: Settings, people: Callable[[], Population] | None = None) -> None:
        self.settings, self._people = settings, people
        self.threads = settings.thread_count
        self.months = settings.last_month + 1
        self._histories: dict[str, History] = {}
        self._worlds: dict[str, World] = {}
        self._partings: dict[tuple[str, str], int] = {}
        self._constants: dict[float, constants.Constants] = {}

    @cached_property
    def population(self) -> Population:
        """The people at the start, the same in every run."""
        settings = self.settings
        return self._people() if self._people else synthesise(settings.people.one_in, settings.seed, self.threads)

    @cached_property
    def behaviour(self) -> coefficients.Behaviour:
        """Coefficients of the decision: central values, and what the settings change."""
        return coefficients.load(self._given.coefficients)

    @cached_property
    def _given(self) -> Given:
        """What the settings put in place of central values."""
        return given(self.settings.coefficients)

    def history(self, scenario: str) -> History:
        """The history of a scenario, or of a composition by its name (see `sim.history.naming`)."""
        if scenario not in self._histories:
            stated = load_history(scenario, until=self.settings.last_day, course=self.settings.course)
            self._histories[scenario] = self._given.history(stated)
        return self._histories[scenario]

    def add(self, scenario: str, history: History) -> None:
        """Name a history made in Python, so that jobs can ask for it like for a file of `conf/scenario`.

        Raises UserError for a name that is taken by a file or by an earlier call, and for that of a composition.
        """
        if naming.composition(scenario).is_composed:
            raise UserError(f"scenario '{scenario}' reads as a composition; leave out + and ~")
        if scenario in self._histories or scenario in known_scenarios():
            raise UserError(f"scenario '{scenario}' is taken; name the history otherwise")
        self._histories[scenario] = self._given.history(history)

    def world(self, scenario: str) -> World:
        """The compiled world of a scenario, as far as the run goes."""
        if scenario not in self._worlds:
            self._worlds[scenario] = build(self.history(scenario), load_destinations(), self.months)
        return self._worlds[scenario]

    def constants_at(self, lambda_: float) -> constants.Constants:
        """Constants of destinations and channels at a lambda, under the settings' rule of decision."""
        if lambda_ not in self._constants:
            on_file = constants.load(lambda_, self.settings.decision)
            self._constants[lambda_] = self._given.constants(on_file)
        return self._constants[lambda_]

    def model(
        self, job: Job, threads: int = 1, given: constants.Constants | None = None, seed: int | None = None
    ) -> EmigrationModel:
        """A model ready for its first month; constants are those on file unless given.

        With another `seed` than the settings' the same people have other luck. UserError if it can be no seed.
        """
        arguments = self.arguments(job, threads, seed)
        if given is not None:
            arguments["inputs"] = arguments["inputs"]._replace(constants=given)
        return EmigrationModel(**arguments)

    def arguments(self, job: Job, threads: int = 1, seed: int | None = None) -> dict[str, Any]:
        """What a job's `EmigrationModel`, or a class made of it, is made from, by keyword."""
        settings = self.settings if seed is None else replace(self.settings, seed=seed)
        return {
            "population": self.population,
            "inputs": Inputs(
                self.history(job.scenario),
                self.world(job.scenario),
                self.behaviour._replace(lambda_=job.lambda_),
                self.constants_at(job.lambda_),
            ),
            "seed": settings.seed,
            "replicate": job.replicate,
            "threads": threads,
            "decision": settings.decision,
        }

    def run(self, job: Job, threads: int = 1, each_month: Callable[[], object] | None = None) -> Run:
        """Make one run from start to end."""
        return self.finished(self.model(job, threads).run(progress=each_month), job)

    def live(
        self,
        baseline: Job,
        others: Sequence[Other],
        threads: int = 1,
        each_month: Callable[[], object] | None = None,
        alone: bool = False,
        prefixes: Prefixes | None = None,
    ) -> Iterator[Run]:
        """Make a baseline run and runs of one other world with the same luck, some with feedbacks held at its path.

        Months in which the worlds agree are lived once, and taken from `prefixes` if they have been lived before. With
        `alone` the baseline's own run is left out of what is given, and not lived to its end unless its path is needed.
        The baseline's run comes first, the others in their order.
        """
        model = self.model(baseline, threads)
        self._reach(model, self.parting(baseline.scenario, others), each_month, prefixes)
        reached = [model.state() for _ in others]
        model.keeps_paths = any(other.freeze for other in others)
        if model.keeps_paths or not alone:
            model.run(progress=each_month)
        paths = model.paths
        if alone:
            _end(model)
        else:
            yield self.finished(model, baseline)
        for other in others:
            job = replace(baseline, scenario=other.scenario)
            twin = self.model(job, threads).live_on(reached.pop())
            twin.held = Held(other.freeze, paths)
            yield self.finished(twin.run(progress=each_month), job)

    def parting(self, baseline: str, others: Sequence[Other]) -> int:
        """First month in which a baseline's world differs from the others'; the end if there are none."""
        scenarios = {other.scenario for other in others}
        if len(scenarios) > 1:
            raise ValueError(f"worlds that part at different times: {', '.join(sorted(scenarios))}")
        return min((self._first_difference(baseline, scenario) for scenario in scenarios), default=self.months)

    def _first_difference(self, baseline: str, scenario: str) -> int:
        pair = baseline, scenario
        if pair not in self._partings:
            self._partings[pair] = first_difference(self.world(baseline), self.world(scenario))
        return self._partings[pair]

    def _reach(
        self, model: EmigrationModel, month: int, each_month: Callable[[], object] | None, prefixes: Prefixes | None
    ) -> None:
        """Live until `month`, from the latest state that was kept; keep the state reached."""
        state = prefixes.latest(month) if prefixes else None
        if state is not None:
            model.live_on(state)
        lived = model.month
        model.run(month, each_month)
        if prefixes and lived < month < self.months:
            prefixes.keep(model.state())
        if prefixes:
            prefixes.reached()

    def finished(self, model: EmigrationModel, job: Job) -> Run:
        """What a model that has lived to the end leaves; the model is freed."""
        recorder, events = model.recorder, model.recorder.events
        closed = events[(events["kind"] == EVENT["blocked"]) & (events["reason"] == REASON["closed"])]
        start = self.population.people
        known = stays(events, start, model.columns, self.months)
        run = Run(
            job,
            recorder.flow_persons(),
            recorder.stock_persons(),
            recorder.harm_persons(),
            recorder.expected_harms(model.world),
            recorder.expected_arrivals(model.world),
            recorder.expected_claims(),
            moves(events),
            wishes(events, model.one_in),
            np.bincount(closed["month"], minlength=self.months) * model.one_in,
            residents_by_class(model.columns, model.month - 1) * model.one_in,
            by_group.count(events, start, by_group.lasting_sectors(start, model.columns), self.months),
            known.residents * model.one_in,
            known.employed * model.one_in,
            known.without_work * model.one_in,
            known.prisoners * model.one_in,
            decisions(events),
        )
        _end(model)
        return run

    def run_all(self, jobs: Sequence[Job]) -> list[Run]:
        """Make all runs, in order, with a progress bar on a terminal."""
        months = len(jobs) * self.months
        with tqdm(total=months, desc="months simulated", unit="", disable=None, leave=False) as bar:
            return self.in_turn(lambda job, threads: self.run(job, threads, bar.update), jobs)

    def in_turn(self, make: Callable[[Asked, int], Made], asked: Sequence[Asked]) -> list[Made]:
        """What `make` gives for each of what is asked, in order; it is told how many threads are its own."""
        if self.threads == 1 or len(self.population.people.key) >= MANY_PEOPLE:
            return [make(one, self.threads) for one in asked]
        with ThreadPoolExecutor(self.threads) as pool:
            return list(pool.map(lambda one: make(one, 1), asked))

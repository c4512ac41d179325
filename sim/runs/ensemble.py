"""Replicates of scenarios: the same people, parameters and luck in every scenario, one luck a replicate.

A run keeps counts, not people: flows, stocks, harms, expected flows, and for each person the first departure.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cached_property
from threading import Lock
from typing import Any, NamedTuple, TypeVar

import numpy as np
from tqdm import tqdm

from sim.history import coefficients, naming
from sim.history.catalogue import load_history
from sim.history.compiled import World, build, first_difference
from sim.history.history import History
from sim.history.inventory import load_destinations
from sim.history.reading import Reading
from sim.model.decision import constants
from sim.model.decision.units import residents_by_class
from sim.model.feedback import Held
from sim.model.inputs import Inputs
from sim.model.recording import by_group
from sim.model.recording.residents import stays
from sim.numerics.codes import EVENT, REASON
from sim.numerics.errors import UserError
from sim.population.schema import Columns
from sim.population.synthesis import Population, synthesise
from sim.runs.checked_model import CheckedModel, Numbers, need, need_job, need_lived, need_name
from sim.runs.draws import chosen, people_seed, turn
from sim.runs.given import Given, given
from sim.runs.prefixes import Prefixes
from sim.runs.run import Job, Other, Run, decisions, moves, wishes
from sim.runs.settings import Settings, known_scenarios

Asked = TypeVar("Asked")
Made = TypeVar("Made")
MANY_PEOPLE = 1_000_000
"""From this size on threads share one run; below, each thread has a run of its own."""
MOST_WORLDS = 16
"""Worlds with scaled values that are kept (assumption: both worlds of eight draws)."""


class Parameters(NamedTuple):
    """What a run is given: lambda, coefficients, constants, and what scales dated values."""

    lambda_: float
    behaviour: coefficients.Behaviour
    constants: constants.Constants
    given: Given


class Ensemble:
    """People, histories and worlds shared by all runs of one set of settings."""

    def __init__(self, settings: Settings, people: Callable[[int], Population] | None = None) -> None:
        """`people` gives the people of a seed; without it they are made. UserError for what are no settings."""
        need(settings, Settings, "settings", "make them by Settings(...)")
        self.settings, self.draws, self._people = settings, settings.draws, people
        self._make = people or (lambda seed: synthesise(settings.one_in, seed, self.threads, self.months - 1))
        self._peoples: dict[int, Population] = {}
        self._making = Lock()
        self._drawn: dict[tuple[int, float], Parameters] = {}
        self._scaled: dict[tuple[str, tuple[tuple[str, float], ...]], tuple[History, World]] = {}
        self.threads, self.months = settings.thread_count, settings.last_month + 1
        self._histories: dict[str, History] = {}
        self._added: dict[str, History] = {}
        self._worlds: dict[str, World] = {}
        self._readings: dict[str, Reading] = {}
        self._partings: dict[tuple[str, str], int] = {}
        self._constants: dict[float, constants.Constants] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy, or one that was pickled, has settings and named histories; people and worlds it makes anew."""
        return type(self), (self.settings, self._people), {"_added": dict(self._added)}

    @property
    def population(self) -> Population:
        """The people at the start: of the first draw, which all runs have unless the settings ask for more draws."""
        return self.people_of(0)

    def people_of(self, replicate: int) -> Population:
        """The people of a replicate at the start, the same in every world; of large samples only the last is kept."""
        draw = turn(Numbers(replicate=replicate).replicate, self.settings.people_draws)[1]
        with self._making:
            if draw not in self._peoples:
                made = self._make(people_seed(self.settings.seed, draw))
                if made and len(made.people.key) >= MANY_PEOPLE:
                    self._peoples.clear()
                self._peoples[draw] = made
            return self._peoples[draw]

    def start(self, run: Run) -> Columns:
        """The people of a run at the start."""
        return self.people_of(run.job.replicate).people

    def row_of(self, replicate: int) -> int | None:
        """Row of a replicate's draw of parameters; None where they are the central ones."""
        return None if self.draws is None else self.draws.row(turn(replicate)[0], self.settings.seed)

    def is_drawn(self, lambda_: float) -> bool:
        """Whether runs that are named by this lambda have that of their draw."""
        return self.draws is not None and self.settings.choice.lambda_ is None and lambda_ == self.settings.lambda_

    def told(self, lambda_: float) -> dict[str, Any]:
        """What is said of draws of parameters and of people in points of this lambda; nothing where there are none."""
        settings = self.settings
        people = {"people_draws": settings.people.draws} if settings.people.draws != 1 else {}
        if self.draws is None:
            return people
        of = {"parameters": self.draws.name, "draws": self.draws.digest, "lambda_drawn": self.is_drawn(lambda_)}
        return {**of, **people}

    def parameters(self, job: Job) -> "Parameters":
        """Lambda, coefficients, constants and what scales dated values, of one run."""
        row = self.row_of(job.replicate)
        if self.draws is None or row is None:
            return Parameters(job.lambda_, self.behaviour, self.constants_at(job.lambda_), self._given)
        held = None if self.is_drawn(job.lambda_) else job.lambda_
        if (row, held or 0.0) not in self._drawn:
            decision = self.settings.decision
            lambda_, own = chosen(self.draws.at(row), self.settings.coefficients, held, decision)
            behaviour = coefficients.load(own.coefficients)
            found = own.constants(constants.load(lambda_, decision))
            self._drawn[row, held or 0.0] = Parameters(lambda_, behaviour, found, own)
        return self._drawn[row, held or 0.0]

    @cached_property
    def behaviour(self) -> coefficients.Behaviour:
        """Coefficients of the decision: central values, and what the settings change."""
        return coefficients.load(self._given.coefficients)

    @cached_property
    def _given(self) -> Given:
        """What the settings put in place of central values."""
        return given(self.settings.coefficients)

    def history(self, scenario: str) -> History:
        """The history of a scenario, or of a composition by its name (see `sim.history.naming`).

        Raises UserError for what is no name, or that of no scenario.
        """
        need_name(scenario)
        if scenario not in self._histories:
            self._histories[scenario] = self._given.history(self._stated(scenario).history)
        return self._histories[scenario]

    def _stated(self, scenario: str) -> Reading:
        """The history of a scenario with its own dated values, whatever scales them, as it is read."""
        if scenario not in self._readings:
            of, own = self.settings, self._added.get(scenario)
            history = own or load_history(scenario, until=of.last_day, course=of.course)
            self._readings[scenario] = Reading(history, self.months)
        return self._readings[scenario]

    def _built(self, history: History, stated: Reading) -> World:
        return build(history, load_destinations(), self.months, Reading(history, self.months, stated))

    def add(self, scenario: str, history: History) -> None:
        """Name a history made in Python, so that jobs can ask for it like for a file of `conf/scenario`.

        Raises UserError for a name that is taken by a file or by an earlier call, for that of a composition, and for
        what is no history.
        """
        need_name(scenario)
        need(history, History, "history", "Ensemble.history gives one, and its methods make others")
        if naming.composition(scenario).is_composed:
            raise UserError(f"scenario '{scenario}' reads as a composition; leave out + and ~")
        if scenario in self._histories or scenario in self._added or scenario in known_scenarios():
            raise UserError(f"scenario '{scenario}' is taken; name the history otherwise")
        self._added[scenario] = history

    def world(self, scenario: str) -> World:
        """The compiled world of a scenario, as far as the run goes."""
        need_name(scenario)
        if scenario not in self._worlds:
            self._worlds[scenario] = self._built(self.history(scenario), self._stated(scenario))
        return self._worlds[scenario]

    def constants_at(self, lambda_: float) -> constants.Constants:
        """Constants of destinations and channels at a lambda, under the settings' rule of decision."""
        Job(naming.HISTORICAL, lambda_)  # UserError for what is no lambda
        if lambda_ not in self._constants:
            self._constants[lambda_] = self._given.constants(constants.load(lambda_, self.settings.decision))
        return self._constants[lambda_]

    def model(
        self, job: Job, threads: int = 1, given: constants.Constants | None = None, seed: int | None = None
    ) -> CheckedModel:
        """A model ready for its first month; constants are those on file unless given.

        With another `seed` than the settings' the same people have other luck. UserError for what is no job, no number
        of threads, no seed and no constants.
        """
        arguments = self.arguments(job, threads, seed)
        if given is not None:
            need(given, constants.Constants, "given", "Ensemble.constants_at gives some")
            arguments["inputs"] = arguments["inputs"]._replace(constants=given)
        return CheckedModel(**arguments)

    def arguments(self, job: Job, threads: int = 1, seed: int | None = None) -> dict[str, Any]:
        """What a job's `EmigrationModel`, or a class made of it, is made from, by keyword."""
        need_job(job)
        threads = Numbers(threads=threads).threads
        settings = self.settings if seed is None else replace(self.settings, seed=seed)
        own = self.parameters(job)
        behaviour = own.behaviour._replace(lambda_=own.lambda_)
        return {
            "population": self.people_of(job.replicate),
            "inputs": Inputs(*self._scaled_world(job.scenario, own.given), behaviour, own.constants),
            "seed": settings.seed,
            "replicate": job.replicate,
            "threads": threads,
            "decision": settings.decision,
        }

    def _scaled_world(self, scenario: str, own: Given) -> tuple[History, World]:
        """A scenario's history and world with the dated values that a draw scales; the last few are kept."""
        scales = tuple(sorted(own.scales.items()))
        if own is self._given or own.scales == self._given.scales:
            return self.history(scenario), self.world(scenario)
        if (scenario, scales) not in self._scaled:
            history = own.history((stated := self._stated(scenario)).history)
            while len(self._scaled) >= MOST_WORLDS:
                self._scaled.pop(next(iter(self._scaled)), None)
            self._scaled[scenario, scales] = history, self._built(history, stated)
        return self._scaled[scenario, scales]

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
            model.free()
        else:
            yield self.finished(model, baseline)
        for other in others:
            job = replace(baseline, scenario=other.scenario)
            twin = self.model(job, threads).live_on(reached.pop())
            twin.held = Held(other.freeze, paths)
            yield self.finished(twin.run(progress=each_month), job)

    def parting(self, baseline: str, others: Sequence[Other]) -> int:
        """First month in which a baseline's world differs from the others'; the end if there are none."""
        need(others, Sequence, "others", "give a list of Other(scenario, freeze)")
        for other in others:
            need(other, Other, "other", "make one by Other(scenario, freeze)")
        scenarios = {other.scenario for other in others}
        if len(scenarios) > 1:
            raise UserError(f"worlds that part at different times: {', '.join(sorted(scenarios))}")
        return min((self._first_difference(baseline, scenario) for scenario in scenarios), default=self.months)

    def _first_difference(self, baseline: str, scenario: str) -> int:
        pair = baseline, scenario
        if pair not in self._partings:
            self._partings[pair] = first_difference(self.world(baseline), self.world(scenario))
        return self._partings[pair]

    def _reach(
        self, model: CheckedModel, month: int, each_month: Callable[[], object] | None, prefixes: Prefixes | None
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

    def finished(self, model: CheckedModel, job: Job) -> Run:
        """What a model that has lived to the end leaves; the model is freed.

        Raises UserError for a model of another replicate than the job's, and for one that has not lived so far.
        """
        need_lived(model, job, self.months)
        recorder, events = model.recorder, model.recorder.events
        closed = events[(events["kind"] == EVENT["blocked"]) & (events["reason"] == REASON["closed"])]
        start = self.people_of(job.replicate).people
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
            recorder.called_persons(),
            decisions(events),
        )
        model.free()
        return run

    def run_all(self, jobs: Sequence[Job]) -> list[Run]:
        """Make all runs, in order, with a progress bar on a terminal."""
        need(jobs, Sequence, "jobs", "give a list of jobs")
        for job in jobs:
            need_job(job)
        with tqdm(total=len(jobs) * self.months, desc="months simulated", unit="", disable=None, leave=False) as bar:
            return self.in_turn(lambda job, threads: self.run(job, threads, bar.update), jobs)

    def in_turn(self, make: Callable[[Asked, int], Made], asked: Sequence[Asked]) -> list[Made]:
        """What `make` gives for each of what is asked, in order; it is told how many threads are its own."""
        if self.threads == 1 or len(self.population.people.key) >= MANY_PEOPLE:
            return [make(one, self.threads) for one in asked]
        with ThreadPoolExecutor(self.threads) as pool:
            return list(pool.map(lambda one: make(one, 1), asked))

"""Outputs of runs at many settings of the parameters: a short file each, computed once, by any number of processes.

A design of a fit has thousands of runs, of which a few hundred numbers each are kept. A file is known by all that
decides its numbers, as a point is. Processes that are given the same design share its runs by locks and wait for what
others are making; whoever is killed loses the runs that it was making.
"""

import hashlib
import json
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from filelock import Timeout
from numpy.typing import NDArray

from sim.history.compiled import World
from sim.population.synthesis import Population
from sim.runs.arrays import Arrays, Form, NotArrays, is_whole, packed, unpacked
from sim.runs.ensemble import Ensemble
from sim.runs.files import write_file
from sim.runs.locks import Lock
from sim.runs.posterior import engine_digest
from sim.runs.run import Job, Run
from sim.runs.settings import Settings

Measure = Callable[[Run, World, Population], Arrays]
"""What is kept of a run: arrays of the declared forms."""
Progress = Callable[[int], AbstractContextManager[Callable[[], object]]]
PATIENCE = 0.5
"""Seconds between two looks at what another process is making (assumption: short beside a run)."""


@dataclass(frozen=True)
class Asked:
    """One run of a design: its lambda, what it is given besides, and the number of its luck."""

    lambda_: float
    given: Mapping[str, float]
    replicate: int


class Store:
    """The outputs of runs of one scenario in a folder."""

    def __init__(self, settings: Settings, measure: Measure, forms: Mapping[str, Form], told: str) -> None:
        """`told` names what is measured, in a text that differs where the measure does."""
        self.settings, self.measure, self.forms, self.told = settings, measure, forms, told
        self.folder = Path(settings.results_dir) / "calibrate" / "runs"
        self.folder.mkdir(parents=True, exist_ok=True)
        self._first = Ensemble(settings)

    def path(self, asked: Asked) -> Path:
        """File of a run's outputs."""
        chosen = self.settings
        parts = {
            "engine": engine_digest(),
            "told": self.told,
            "scenario": chosen.scenario,
            "decision": chosen.decision,
            "one_in": chosen.one_in,
            "seed": chosen.seed,
            "until": chosen.until,
            "people_draws": chosen.people.draws,
            "usual": dict(sorted(chosen.coefficients.items())),
            "lambda": asked.lambda_,
            "given": dict(sorted(asked.given.items())),
            "replicate": asked.replicate,
        }
        text = json.dumps(parts, sort_keys=True)
        return self.folder / f"{hashlib.sha256(text.encode()).hexdigest()[:24]}.out"

    def missing(self, asked: Sequence[Asked]) -> list[Asked]:
        """Runs that nobody has made."""
        return [one for one in asked if not is_whole(self.path(one))]

    def outputs(self, asked: Sequence[Asked], progress: Progress) -> list[dict[str, NDArray[Any]]]:
        """The outputs of runs, in order; those that are missing are made, in as many threads as the settings allow."""
        todo = self.missing(asked)
        if todo:
            with progress(len(todo) * self._first.months) as tick:
                self._first.world(self.settings.scenario)  # its faults are told at once
                for one in todo:  # all draws of the people, before threads ask
                    self._first.people_of(one.replicate)
                with ThreadPoolExecutor(self.settings.thread_count) as pool:
                    list(pool.map(lambda one: self._make(one, tick), todo))
            for one in todo:  # which another process may be making
                while not is_whole(self.path(one)):
                    if not self._make(one, lambda: None):
                        time.sleep(PATIENCE)
        return [self._read(one) for one in asked]

    def _make(self, asked: Asked, tick: Callable[[], object]) -> bool:
        """Make a run, unless another process is at it."""
        path = self.path(asked)
        lock = Lock(self.folder / f".{path.stem}.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return False
        try:
            if not is_whole(path):
                write_file(path, packed({}, self._made(asked, tick), self.forms))
        finally:
            lock.release()
            Path(lock.lock_file).unlink(missing_ok=True)
        return True

    def _made(self, asked: Asked, tick: Callable[[], object]) -> Arrays:
        chosen, people = self.settings, self._first.people_of(asked.replicate)
        given = {**chosen.coefficients, **asked.given}
        ensemble = Ensemble(replace(chosen, coefficients=given), lambda seed: people)
        run = ensemble.run(Job(chosen.scenario, asked.lambda_, asked.replicate), 1, tick)
        return self.measure(run, ensemble.world(chosen.scenario), people)

    def _read(self, asked: Asked) -> dict[str, NDArray[Any]]:
        path = self.path(asked)
        try:
            return unpacked(path, self.forms)[1]
        except NotArrays:
            path.unlink(missing_ok=True)  # of an older program under the same name, or damaged since it was looked at
            self._make(asked, lambda: None)
            return unpacked(path, self.forms)[1]

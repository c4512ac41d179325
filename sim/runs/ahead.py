"""Machine code made by two processes before the first run, since the compiler works on one core.

Rules are compiled when they are first called, and kept on disk. So each process calls its half of the month: this one
for the people of the run, another for nobody, and what the other has made is found on disk.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from sim.model.decision.rules import rule
from sim.model.model import EmigrationModel, passes_of
from sim.model.schedule import PHASES, Process
from sim.model.scratch import make_block
from sim.numerics import machine_code
from sim.numerics.codes import MODE
from sim.numerics.locations import PACKAGE
from sim.population.employers import sector_of_employer
from sim.population.schema import NOBODY, empty
from sim.population.synthesis import Population
from sim.runs.checks import CENTRAL
from sim.runs.ensemble import Ensemble
from sim.runs.run import Job
from sim.runs.settings import Settings

Rows = Sequence[Process]
THEIRS: Sequence[Rows] = PHASES[1:3]
OURS: Sequence[Rows] = (*PHASES[:1], *PHASES[3:4])
"""Phases of the month of each process: near half of the compiling, that of the people's synthesis counted as ours."""


def make(ensemble: Ensemble) -> None:
    """Have the machine code of a month, if none of it is there yet and there are cores for two processes."""
    decision = ensemble.settings.decision
    if ensemble.threads > 1 and not is_there(decision):
        with _other(decision):
            ensemble.people_of(0)
            call(model_of_nobody(decision), OURS)


def is_there(decision: str) -> bool:
    """Whether a month by a rule of decision has been compiled from these sources, or rules are not compiled at all."""
    first, _ = passes_of(rule(decision))[0]
    if not hasattr(first, "py_func"):  # NUMBA_DISABLE_JIT=1
        return True
    return any((machine_code.folder() / first.__module__).glob(f"*.{first.__name__}-*"))


def call(model: EmigrationModel, phases: Sequence[Rows]) -> None:
    """Call all rules of some phases of a model that is thrown away; those of parallel phases are asked for nothing."""
    for rows in phases:
        if rows[0].phase == "serial":
            for row in rows:
                row.run(model)
            continue
        for run, known in passes_of(model.rule):
            if not {row.name for row in rows}.isdisjoint(known):
                run(model.columns, (0, 1), model.now, make_block(1, 1), 0)


def model_of_nobody(decision: str) -> EmigrationModel:
    """A model of the right types without anybody in it, who would have to be synthesised."""
    settings = Settings(until="2019-03", decision=decision, parameters=CENTRAL)
    return Ensemble(settings, lambda seed: nobody(settings.one_in, seed)).model(
        Job(settings.baseline, settings.lambda_)
    )


def nobody(one_in: int, seed: int) -> Population:
    """A circle in which nobody lives."""
    people = empty(1)
    people.states["member"] = people.states["behind"] = NOBODY
    people.states["mode"] = MODE["nowhere"]
    return Population(people, np.array([0, 1]), one_in, seed, sector_of_employer())


@contextmanager
def _other(decision: str) -> Iterator[None]:
    """Another process that does its half meanwhile, and is waited for; without it all is compiled here."""
    paths = os.pathsep.join([str(PACKAGE.parent), *filter(None, sys.path)])
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", __name__, decision],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": paths},
    )
    try:
        yield
        process.wait()
    finally:
        process.kill()
        process.wait()
        if process.stdin:
            process.stdin.close()


def _half(decision: str) -> None:
    """The other process: ends with whoever began it, by then or when its work is done."""

    def watch() -> None:
        os.read(sys.stdin.fileno(), 1)  # ends when nobody can write to it any more
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()
    call(model_of_nobody(decision), THEIRS)


if __name__ == "__main__":
    _half(sys.argv[1])

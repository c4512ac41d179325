"""The model as users meet it: what cannot be asked of it is refused in words, before a month is simulated."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, NoReturn
from weakref import WeakValueDictionary

import numpy as np
from annotated_types import Ge, Le
from numpy.typing import NDArray

from sim.history.compiled import World
from sim.history.history import History
from sim.model.checkpoint import State
from sim.model.inputs import Inputs
from sim.model.model import EmigrationModel
from sim.numerics.errors import UserError
from sim.numerics.months import label
from sim.numerics.values import plain
from sim.population.synthesis import Population
from sim.runs.checks import MOST_THREADS, Numbered, Seed, Whole, wanted, written
from sim.runs.run import Job, Other
from sim.runs.sections import section

Threads = Annotated[Whole, Ge(1), Le(MOST_THREADS), wanted(f"a whole number from 1 to {MOST_THREADS}")]


@section()
class Numbers:
    """Numbers that a model is made with beside its settings: threads, replicate, the seed of its luck."""

    threads: Threads = 1
    replicate: Numbered = 0
    rng: Seed = 0


_CLOSED = "this model is closed and makes no more steps; go on with a copy"
_FREED = "this model is closed and freed, as `Ensemble.finished` does; make another"


def need(value: object, of: type, key: str, made_by: str) -> None:
    """Raise UserError unless a value is of a type, and say how one is made."""
    if not isinstance(value, of):
        simple = value is None or isinstance(value, str | int | float)
        told = f"{key}={written(value)}" if simple else f"{key}, a {type(value).__name__},"
        raise UserError(f"{told} is no {of.__name__}; {made_by}")


def need_job(job: object) -> None:
    """Raise UserError for what is no job."""
    need(job, Job, "job", "make one by Job(scenario, lambda_, replicate)")


def need_name(scenario: object) -> None:
    """Raise UserError for what can be the name of no scenario."""
    Other(scenario)  # type: ignore[arg-type]


def need_lived(model: "CheckedModel", job: Job, months: int) -> None:
    """Raise UserError for what is no model, or one of another replicate than a job's, or not at its end."""
    need_job(job)
    need(model, CheckedModel, "model", "Ensemble.model makes one")
    model.need_open()
    if model.replicate != job.replicate:
        raise UserError(f"a model of replicate {model.replicate} for a job of replicate {job.replicate}")
    if model.month < months:
        raise UserError(f"the model has lived to {model.date} of {label(months - 1)}; run it to the end first")


def need_rows(people: Population, months: int) -> None:
    """Raise UserError for people among whom nobody has a row to be born to the end of a history that is longer."""
    if people.last < months - 1:
        told = f"people whose children have rows to {label(people.last)} for a history to {label(months - 1)}"
        raise UserError(f"{told}; synthesise them with until={months - 1}")


_TAKEN: WeakValueDictionary[int, NDArray[Any]] = WeakValueDictionary()
"""People of the states that models have taken up, as long as they live: two models cannot share their people."""


class CheckedModel(EmigrationModel):
    """An `EmigrationModel` that raises UserError for what it cannot do: a step past its history or after `close`, a
    month that is none, a world or a state of something else, rows of nobody, whatever is asked of it once it is freed.
    """

    _closed = _freed = False

    def __init__(self, population: Population, inputs: Inputs, *args: Any, **kwargs: Any) -> None:
        need_rows(population, len(inputs.world.belarus))
        super().__init__(population, inputs, *args, **kwargs)

    if not TYPE_CHECKING:  # for whom every name would be known then

        def __getattr__(self, name: str) -> NoReturn:
            if self._freed and not name.startswith("_"):
                raise UserError(f"no '{name}': {_FREED}")
            raise AttributeError(f"'{type(self).__name__}' has no attribute '{name}'")

    def __getstate__(self) -> dict[str, Any]:
        if self._freed:
            raise UserError(f"no copy: {_FREED}")
        return super().__getstate__()

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        self._closed = False  # a copy has threads of its own

    def _wrapped_step(self, *args: Any, **kwargs: Any) -> None:
        """What Mesa puts in the place of `step`: raises UserError past the end of the history and for a closed model.

        Before Mesa counts the step: from 3.5 on, one that fails within it is the last that ever happens.
        """
        self.need_open()
        if self.horizon <= self.month <= self.steps:  # fewer steps: those of a state that is taken up are being counted
            raise UserError(f"no month after {label(self.horizon - 1)}: the settings' `until` ends the history")
        super()._wrapped_step(*args, **kwargs)

    def run(self, until: int | None = None, progress: Callable[[], object] | None = None) -> "CheckedModel":
        """Simulate the months before `until`, a month's number from 0 to the horizon, which it is if not given.

        `progress` is called after each. Raises UserError for what is no such month and for a closed model.
        """
        self.need_open()
        last = self.horizon if until is None else _whole(until)
        if last is None or not 0 <= last <= self.horizon:
            told = (
                f"until={written(until)} is not the number of a month from 0 to {self.horizon}, where the history ends"
            )
            raise UserError(f"{told}; sim.numerics.months.month gives that of 'YYYY-MM'")
        if progress is not None and not callable(progress):
            raise UserError(f"progress={written(progress)} cannot be called")
        super().run(last, progress)
        return self

    def close(self) -> None:
        """End the threads of this model: its people may still be asked, it makes no more steps."""
        if not self._freed:
            super().close()
        self._closed = True

    def free(self) -> None:
        """Close and free a finished model at once: Mesa's agents and it hold each other, and a search for such circles
        is slow.
        """
        self.close()
        self.__dict__.clear()
        self._closed = self._freed = True

    def savings(self, rows: Any) -> Any:
        """Savings this month of people by their rows, EUR (see `EmigrationModel.savings`)."""
        try:
            right = self.columns.key[rows].ndim < 2 and (isinstance(rows, slice) or bool((np.asarray(rows) >= 0).all()))
        except IndexError:
            right = False
        if not right:
            told = f"rows={written(rows)} are no rows of people, which go from 0 to {len(self.columns.key) - 1}"
            raise UserError(told)
        return super().savings(rows)

    def fork(self, history: History, world: World) -> Any:
        """A model in another world that has lived through the same months (see `Continued.fork`)."""
        self.need_open()
        need(history, History, "history", "Ensemble.history gives one")
        need(world, World, "world", "Ensemble.world gives one")
        return super().fork(history, world)

    def live_on(self, state: State) -> Any:
        """Take up the state of a run of the same people and luck (see `Continued.live_on`)."""
        self.need_open()
        need(state, State, "state", "the `state` of a model gives one")
        if len(state.states) != len(self.columns.key):
            told = f"a state of {len(state.states):,} people for a model of {len(self.columns.key):,}"
            raise UserError(f"{told}; both take the same people")
        if self.month or state.month > self.horizon:
            told = f"a state of {label(state.month)} for a model in {label(self.month)} that ends after"
            raise UserError(f"{told} {label(self.horizon - 1)}: take it up before the first step, in a history as long")
        if id(state.states) in _TAKEN:
            raise UserError("another model has taken up this state and changes it; ask for a `state` for each")
        _TAKEN[id(state.states)] = state.states
        return super().live_on(state)

    def need_open(self) -> None:
        """Raise UserError if the model is closed."""
        if self._closed:
            raise UserError(_FREED if self._freed else _CLOSED)


def _whole(value: Any) -> int | None:
    """A whole number, also one that is a float; None for anything else."""
    found = plain(value)
    if isinstance(found, float) and found.is_integer():
        return int(found)
    return found if type(found) is int else None

"""What the workers of a sweep share: the people, built once and memory-mapped, and states of baselines.

Everything here can be made again; nothing of it is a result. It lies in the folder of the sweep and goes with it.
"""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from filelock import Timeout
from numpy.typing import NDArray

from sim.model.checkpoint import State
from sim.numerics.errors import UserError
from sim.numerics.months import label
from sim.population.schema import STATES_RECORD, TRAITS_RECORD, Columns
from sim.population.synthesis import Population, synthesise
from sim.population.unborn import last_birth
from sim.runs.arrays import NotArrays, is_whole
from sim.runs.files import write_file, write_folder
from sim.runs.locks import Lock
from sim.runs.packing import StateForms, packed_state, unpacked_state

TABLES = {"traits": TRAITS_RECORD, "states": STATES_RECORD}
"""Tables of people, and their records."""
PARTS = {"circle_start": "i8", "employers": "u1"}
"""Arrays of a population besides its columns, and their types."""


def people(folder: Path, one_in: int, seed: int, threads: int, until: int = 0) -> Population:
    """The people of a sample for runs to a month, memory-mapped from files that the first to ask builds, under a lock.

    Pages are shared by all processes that read them; a process that wrote to one would have it for itself.
    """
    last = last_birth(until)
    place = folder / f"people-one_in_{one_in}-seed_{seed}-to_{label(last)}"
    with Lock(folder / f".{place.name}.lock"):
        if not place.exists():
            made = synthesise(one_in, seed, threads, last)
            with write_folder(place) as partial:
                for name, array in zip(Columns._fields, made.people, strict=True):
                    _save(partial / f"{name}.npy", array)
                for name in PARTS:
                    _save(partial / f"{name}.npy", getattr(made, name))

    tables = {name: _mapped(place / f"{name}.npy", record) for name, record in TABLES.items()}
    circle_start, employers = (_mapped(place / f"{name}.npy", kind) for name, kind in PARTS.items())
    if {array.shape for array in tables.values()} != {tuple(circle_start[-1:])}:
        raise UserError(f"{place} holds tables of different lengths; remove it")
    return Population(Columns(**tables), circle_start, one_in, seed, employers, last)


def _mapped(path: Path, kind: Any) -> NDArray[Any]:
    """An array of one dimension from its file, memory-mapped; UserError for anything but plain numbers of that kind.

    Copy on write, because rules are compiled for arrays that can be written; nobody writes.
    """
    try:
        array = np.load(path, mmap_mode="c", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise UserError(f"{path} holds no plain array; remove {path.parent}") from error
    if not isinstance(array, np.ndarray) or array.dtype != np.dtype(kind) or array.ndim != 1:
        raise UserError(f"{path} does not hold numbers of the type {np.dtype(kind)}; remove {path.parent}")
    # Read back, a record does not tell that its parts are aligned, by which rules are compiled.
    return array.view(np.ndarray).view(kind)


def _save(path: Path, array: NDArray[Any]) -> None:
    """Write an array."""
    with path.open("w+b") as file:  # written by the file, which tells of a full disk; into others numpy writes itself
        np.save(file, array, allow_pickle=False)


class BaselineStates:
    """States of one baseline run kept by the workers of a sweep, one file a month: see `sim.runs.prefixes.Prefixes`.

    `name` names the run: its point and its replicate. `forms` are the arrays of its states.
    """

    def __init__(self, folder: Path, name: str, forms: StateForms) -> None:
        self.folder, self.name, self.forms = folder, name, forms
        self._lock = Lock(folder / f".{name}.lock")

    @contextmanager
    def turn(self) -> Iterator[bool]:
        """Whether it is this worker's turn to live the run's months; false if another is living them."""
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            yield False
            return
        try:
            yield True
        finally:
            self.reached()

    def latest(self, month: int) -> State | None:
        """The latest state kept whose next month is no later than `month`."""
        for path in sorted(self.folder.glob(f"{self.name}-[0-9][0-9][0-9].state"), reverse=True):
            reached = int(path.stem[-3:])
            if reached <= month and is_whole(path):
                try:
                    return unpacked_state(path, reached, self.forms)
                except NotArrays as error:
                    raise UserError(f"{path} is no state of a run: {error}; remove it") from error
        return None

    def keep(self, state: State) -> None:
        """Keep a state."""
        write_file(self.folder / f"{self.name}-{state.month:03}.state", packed_state(state, self.forms))

    def reached(self) -> None:
        """Leave the turn to others."""
        if self._lock.is_locked:
            self._lock.release()


def give_back() -> None:
    """Give the system the memory that this process no longer uses, where its C library can; costs milliseconds."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)

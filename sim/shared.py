"""What the workers of a sweep share: the people, built once and memory-mapped, and states of baselines.

Everything here can be made again; nothing of it is a result. It lies in the folder of the sweep and goes with it.
"""

import ctypes
import hashlib
import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from sim.columns import STATES_RECORD, TRAITS_RECORD, Columns
from sim.lived import State
from sim.population.synthesis import Population, synthesise
from sim.store import write_file, write_folder

DIGEST = hashlib.sha256().digest_size
"""Bytes of the checksum before the content of a packed file."""
PARTS = ("circle_start", "employers")
"""Arrays of a population besides its columns."""


def people(folder: Path, one_in: int, seed: int, threads: int) -> Population:
    """The people of a sample, memory-mapped from files that the first to ask has built, under a lock.

    Pages are shared by all processes that read them; a process that wrote to one would have it for itself.
    """
    place = folder / f"people-one_in_{one_in}-seed_{seed}"
    with FileLock(folder / f".{place.name}.lock"):
        if not place.exists():
            made = synthesise(one_in, seed, threads)
            with write_folder(place) as partial:
                for name, array in zip(Columns._fields, made.people, strict=True):
                    _save(partial / f"{name}.npy", array)
                for name in PARTS:
                    _save(partial / f"{name}.npy", getattr(made, name))

    def mapped(name: str) -> NDArray[Any]:
        # Copy on write, because rules are compiled for arrays that can be written; nobody writes.
        return np.load(place / f"{name}.npy", mmap_mode="c").view(np.ndarray)

    # Read back, a record does not tell that its parts are aligned, by which rules are compiled.
    columns = Columns(mapped("traits").view(TRAITS_RECORD), mapped("states").view(STATES_RECORD))
    return Population(columns, mapped(PARTS[0]), one_in, seed, mapped(PARTS[1]))


def _save(path: Path, array: NDArray[Any]) -> None:
    """Write an array."""
    with path.open("w+b") as file:  # written by the file, which tells of a full disk; into others numpy writes itself
        np.save(file, array)


class BaselineStates:
    """States of one baseline run kept by the workers of a sweep, one file a month: see `sim.ensemble.Prefixes`.

    `name` names the run: its point and its replicate.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.name = folder, name
        self._lock = FileLock(folder / f".{name}.lock")

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
            if int(path.stem[-3:]) <= month and is_whole(path):
                state: State = unpacked(path)
                return state
        return None

    def keep(self, state: State) -> None:
        """Keep a state."""
        write_file(self.folder / f"{self.name}-{state.month:03}.state", packed(state))

    def reached(self) -> None:
        """Leave the turn to others."""
        if self._lock.is_locked:
            self._lock.release()


def give_back() -> None:
    """Give the system the memory that this process no longer uses, where its C library can; costs milliseconds."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def packed(what: object) -> bytes:
    """An object of plain arrays as bytes: a checksum, then its pickle, compressed as it is made."""
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        pickle.dump(what, stream, protocol=5)
    body: bytes = sink.getvalue().to_pybytes()
    return hashlib.sha256(body).digest() + body


def is_whole(path: Path) -> bool:
    """True if a file is there and holds all that `packed` gave to be written."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:  # another process is done with it
        return False
    return hashlib.sha256(content[DIGEST:]).digest() == content[:DIGEST]


def unpacked(path: Path) -> Any:
    """The object that `packed` gave to be written, from a file of this program's that is whole."""
    with path.open("rb") as file:
        file.seek(DIGEST)
        with pa.CompressedInputStream(file, "zstd") as stream:
            return pickle.load(stream)

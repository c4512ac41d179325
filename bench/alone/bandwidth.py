"""Memory bandwidth of the machine by plain loops over arrays far larger than its caches."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sim.population.schema import bytes_per_person

Loop = Callable[[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]], int]


@njit(nogil=True)
def read(a: NDArray[np.int64], b: NDArray[np.int64], c: NDArray[np.int64]) -> int:
    """Read one array; whole numbers, so that the sum becomes vectors."""
    total = 0
    for i in range(len(b)):
        total += b[i]
    return total


@njit(nogil=True)
def copy(a: NDArray[np.int64], b: NDArray[np.int64], c: NDArray[np.int64]) -> int:
    """Read one array and write another."""
    for i in range(len(b)):
        a[i] = b[i]
    return 0


@njit(nogil=True)
def triad(a: NDArray[np.int64], b: NDArray[np.int64], c: NDArray[np.int64]) -> int:
    """Read two arrays and write a third: the triad of STREAM (McCalpin 1995), in whole numbers."""
    for i in range(len(b)):
        a[i] = b[i] + 3 * c[i]
    return 0


LOOPS: dict[str, tuple[Loop, int]] = {"read": (read, 1), "copy": (copy, 2), "triad": (triad, 3)}
"""Each loop and the arrays it touches; memory that a write first reads (write-allocate) is not counted."""

KEY_BYTES = 8


def measure(megabytes: int, sweeps: int, threads: int) -> dict[str, Any]:
    """Bytes a second of each loop on one and on all threads, one figure a sweep over arrays of `megabytes`."""
    n = megabytes * 2**20 // 8
    a, b, c = (np.full(n, i, np.int64) for i in range(3))  # written, so that every page exists
    rates: dict[str, dict[str, list[float]]] = {}
    for name, (loop, arrays) in LOOPS.items():
        loop(a[:1], b[:1], c[:1])  # compiled here
        rates[name] = {
            str(many): [8 * n * arrays / _sweep(loop, a, b, c, many) for _ in range(sweeps)]
            for many in sorted({1, threads})
        }
    return {"column_bytes": KEY_BYTES + bytes_per_person(), "rates": rates}


def _sweep(loop: Loop, a: NDArray[np.int64], b: NDArray[np.int64], c: NDArray[np.int64], threads: int) -> float:
    """Wall seconds of one loop over whole arrays, cut into one piece a thread."""
    cuts = np.linspace(0, len(a), threads + 1).astype(int)
    pieces = [slice(cuts[i], cuts[i + 1]) for i in range(threads)]
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda _: None, pieces))  # the threads exist
        began = time.perf_counter()
        list(pool.map(lambda piece: loop(a[piece], b[piece], c[piece]), pieces))
        return time.perf_counter() - began

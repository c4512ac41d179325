"""Weights that meet margins: iterative proportional fitting, for persons and for whole households alike.

Each margin counts units (a cell of a table, a kind of household) with whole numbers: 0 or 1 where a cell belongs to
a group, 0, 1, 2, ... where a household holds people of a class. Round by round every margin multiplies the weights
of the units it counts by target / present total, until all margins agree. With counts of 0 and 1 this is classical
raking; with more it is iterative proportional updating.

W. E. Deming and F. F. Stephan, *On a least squares adjustment of a sampled frequency table when the expected marginal
totals are known*, 1940. X. Ye, K. Konduri, R. Pendyala, B. Sana and P. Waddell, *A methodology to match distributions
of both household and person attributes in the generation of synthetic populations*, 2009.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.numerics.compiling import compiled

TOLERANCE = 1e-9
ROUNDS = 20_000


class Infeasible(ValueError):
    """No weights meet these margins: the message names the margin that is farthest off."""


def groups(labels: NDArray[np.integer], n: int) -> NDArray[np.uint8]:
    """Counts of a classical margin: row g holds 1 for the cells labelled g; a negative label belongs nowhere."""
    return (np.arange(n)[:, None] == np.asarray(labels)[None, :]).astype(np.uint8)


def rake(
    start: NDArray[np.float64],
    counts: NDArray[np.uint8],
    targets: NDArray[np.float64],
    names: Sequence[str] | None = None,
    tolerance: float = TOLERANCE,
    rounds: int = ROUNDS,
) -> NDArray[np.float64]:
    """Weights nearest to `start`, in the sense of raking, that meet every margin within a relative `tolerance`.

    Shapes: start [units], counts [margins, units], targets [margins]. A unit of weight 0 stays at 0. The same bits on
    every machine: only `* /` and sums in the order of the units. Raises Infeasible if no unit can serve a margin or if
    `rounds` rounds do not bring all margins within tolerance, and ValueError for shapes or numbers that make no sense.
    """
    if counts.shape != (len(targets), len(start)):
        raise ValueError(f"counts have shape {counts.shape}; {len(targets)} margins of {len(start)} units are needed")
    if not (np.isfinite(start).all() and np.isfinite(targets).all() and start.min() >= 0 and targets.min() >= 0):
        raise ValueError("starting weights and targets must be finite and at least 0")
    first = np.zeros(len(targets) + 1, np.int64)
    np.cumsum(np.count_nonzero(counts, axis=1), out=first[1:])
    units = np.nonzero(counts)[1]
    weights = start.astype(np.float64)
    worst, error = _rounds(weights, first, units, counts[counts > 0].astype(np.float64), targets, tolerance, rounds)
    if worst >= 0:
        name = names[worst] if names is not None else str(worst)
        raise Infeasible(f"no weights meet the margins: '{name}' is off by {error:.3g} of {targets[worst]:g}")
    return weights


@compiled
def _rounds(
    weights: NDArray[np.float64],
    first: NDArray[np.int64],
    units: NDArray[np.int64],
    counts: NDArray[np.float64],
    targets: NDArray[np.float64],
    tolerance: float,
    rounds: int,
) -> tuple[int, float]:
    """Rake `weights` in place; -1, or the worst margin of the last round and its relative error."""
    worst, error = -1, 0.0
    for _ in range(rounds):
        worst, error = -1, tolerance
        for margin in range(len(targets)):
            total = 0.0
            for k in range(first[margin], first[margin + 1]):
                total += weights[units[k]] * counts[k]
            if targets[margin] == 0.0:
                factor = 0.0
            elif total > 0.0:
                factor = targets[margin] / total
                off = abs(total / targets[margin] - 1.0)
                if off > error:
                    worst, error = margin, off
            else:
                return margin, 1.0
            for k in range(first[margin], first[margin + 1]):
                weights[units[k]] *= factor
        if worst < 0:
            return -1, 0.0
    return worst, error

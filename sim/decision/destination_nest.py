"""The default rule: a nest of destinations against staying, each destination valued by its best channel.

Source: McFadden 1978; Bertoli & Fernandez-Huertas Moraga 2013 on why destinations nest against staying. With
`spread_*` at zero and one channel a country this is the plain nested logit and docks to its closed forms.
"""

import numpy as np
from numpy.typing import NDArray

from sim import choice
from sim.arithmetic import exp
from sim.asking import READS, WRITES, ask
from sim.behaviour import Behaviour
from sim.choice import CLOSED, leave_probability, surely_stays
from sim.columns import Columns
from sim.commitment import FIXED_POINT
from sim.compiling import compiled
from sim.conditions import Circles, Conditions
from sim.luck import Four
from sim.options import Options
from sim.room import Room
from sim.world import Nests, World

__all__ = ["CLOSED", "FIXED_POINT", "LAMBDA", "READS", "WRITES", "choose", "expect", "level", "prepare"]

LAMBDA: float | None = None
"""Everybody has the run's dissimilarity."""


def prepare(conditions: Conditions, b: Behaviour) -> Conditions:
    """One run's constants as they are."""
    return conditions


def level(b: Behaviour) -> float:
    """Rise of the log-odds of leaving if every destination gains one utility."""
    return float(b.lambda_)


@compiled(forceinline=True)
def stays(
    key: int,
    t: int,
    seed: int,
    luck: Four,
    lam: float,
    rho: float,
    eta: float,
    top: float,
    bounds: NDArray[np.float64],
    group: int,
) -> bool:
    """True if a unit surely stays, whatever the rest of its noise; `top` is its best value or more."""
    return surely_stays(luck[0], luck[1], luck[2], luck[3], bounds[group], lam * top + eta)


@compiled(forceinline=True)
def decide(
    key: int,
    t: int,
    seed: int,
    lam: float,
    nests: Nests,
    eta: float,
    luck: NDArray[np.uint32],
    values: NDArray[np.float64],
    top: float,
    noise: NDArray[np.float64],
) -> int:
    """Destination a unit commits to this month, or -1 if it stays; `luck` uint32[4], `noise` [places] a buffer."""
    return choice.decide(key, t, seed, lam, eta, luck, values, top, noise)


@compiled(forceinline=True)
def expect(
    values: NDArray[np.float64],
    channels: NDArray[np.uint8],
    eta: float,
    lam: float,
    nests: Nests,
    goers: NDArray[np.float64],
    weights: NDArray[np.float64],
    expected: NDArray[np.int64],
) -> None:
    """Add a unit's probabilities of committing to each destination, times who would go, `goers` [places] persons.

    `weights` float64[places] is a buffer; `nests`, the regions of destinations, are for other rules.
    """
    for place in range(len(values)):  # a loop of its own, so that it becomes vectors
        weights[place] = exp(max(values[place], CLOSED))
    total = 0.0
    for place in range(len(values)):
        total += weights[place]
    scale = leave_probability(eta, lam, total) * FIXED_POINT / total
    for place in range(len(values)):
        expected[place, channels[place]] += np.int64(weights[place] * scale * goers[place])


@compiled
def choose(
    people: Columns,
    first_circle: int,
    last_circle: int,
    t: int,
    circles: Circles,
    world: World,
    options: Options,
    b: Behaviour,
    conditions: Conditions,
    room: Room,
    log: NDArray[np.void],
    n: int,
    expected: NDArray[np.int64],
) -> int:
    """Ask every unit at leisure of circles `first_circle` to `last_circle` - 1; returns the next log position.

    `expected` int64[places, channels] gathers the panel's hazards in persons.
    """
    return ask(
        people, first_circle, last_circle, t, circles, world, options, b, conditions, room, log, n, expected,
        stays, decide, expect,
    )  # fmt: skip

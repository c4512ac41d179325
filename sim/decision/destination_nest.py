"""The default rule: a nest of destinations against staying, each destination valued by its best channel.

Source: McFadden 1978; Bertoli & Fernandez-Huertas Moraga 2013 on why destinations nest against staying. With
`spread_*` at zero and one channel a country this is the plain nested logit and docks to its closed forms.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sim.arithmetic import exp
from sim.behaviour import Behaviour
from sim.choice import decide, leave_probability, surely_stays
from sim.codes import EVENT, PLAN, REASON, SLOTS
from sim.columns import Columns
from sim.conditions import Circles, Conditions, in_panel
from sim.eventlog import note
from sim.luck import PURPOSE, fill_words
from sim.options import Options, ceiling, look
from sim.units import can_decide, choice_class, flags, push
from sim.world import World

READS: tuple[str, ...] = (
    *("key", "member", "unit_size", "birth", "education", "exposure", "ancestry", "kin", "ties", "frailty", "sector"),
    *("savings", "place", "mode", "visa", "detained", "exit_ban", "held", "conscription", "plan"),
)
WRITES: tuple[str, ...] = ("plan", "plan_place", "plan_channel", "applied")

_CHOICE = PURPOSE["choice"]
_QUEUED = PLAN["queued"]
_APPLIED = EVENT["applied"]
_CHOSEN = REASON["choice"]
CLOSED = -600.0
"""Value that stands for minus infinity in weights: nothing beside any other, and far from slow subnormal numbers."""
FIXED_POINT = float(2**40)
"""Expected flows are summed as integers in units of 2**-40 persons, so that any order gives the same sum."""


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def choose(
    people: Columns,
    first: int,
    last: int,
    t: int,
    circle: int,
    circles: Circles,
    world: World,
    options: Options,
    b: Behaviour,
    conditions: Conditions,
    log: NDArray[np.void],
    n: int,
    expected: NDArray[np.int64],
) -> int:
    """Let every free unit of one circle (rows `first` to `last` - 1) stay or commit to a destination.

    `expected` int64[places, channels] gathers the panel's hazards in persons. Returns the next log position.
    """
    size = last - first
    free, keys, luck = np.empty(size, np.int64), np.empty(size, np.uint64), np.empty((4, size), np.uint32)
    units = 0
    for row in range(first, last):
        if can_decide(people, row, t):
            free[units], keys[units] = row, people.key[row]
            units += 1
    fill_words(keys, units, t, _CHOICE, conditions.seed, luck)
    abroad = circles.abroad[circle] / size
    perceived = world.belarus[t].news + b.circle_gain * circles.memory[circle]
    war_fear, lam = world.belarus[t].war_fear, conditions.lam
    kinds, etas = np.empty(units, np.int64), np.empty(units)
    watched, moved = np.empty(units, np.int64), np.empty(units, np.int64)
    watching, moving = 0, 0
    for i in range(units):  # most surely stay, without a look at any destination
        row = free[i]
        kinds[i] = choice_class(people.sector[row], flags(people, row, t))
        etas[i] = push(people, row, t, b, perceived, war_fear, abroad)
        reach = lam * ceiling(options, kinds[i], people.kin[row], b) + etas[i]
        moved[moving] = i
        moving += not surely_stays(luck[0, i], luck[1, i], luck[2, i], luck[3, i], conditions.bounds, reach)
        watched[watching] = i
        watching += in_panel(keys[i], conditions.panel)
    values, weights = np.empty(SLOTS), np.empty(SLOTS)
    channels, tastes = np.empty(SLOTS, np.uint8), np.empty((2, SLOTS))
    for k in range(watching):
        i = watched[k]
        look(people, free[i], t, kinds[i], False, options, world, b, conditions, values, channels, tastes)
        persons = people.unit_size[free[i]] * conditions.panel_weight
        expect(values, channels, etas[i], lam, persons, weights, expected)
    for k in range(moving):
        i = moved[k]
        row = free[i]
        top = look(people, row, t, kinds[i], False, options, world, b, conditions, values, channels, tastes)
        place = decide(keys[i], t, conditions.seed, lam, etas[i], luck[:, i], values, top, weights)
        if place >= 0:
            people.plan[row] = _QUEUED
            people.plan_place[row] = place
            people.plan_channel[row] = channels[place]
            people.applied[row] = t
            n = note(log, n, t, row, keys[i], _APPLIED, 0, place, channels[place], _CHOSEN)
    return n


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def expect(
    values: NDArray[np.float64],
    channels: NDArray[np.uint8],
    eta: float,
    lam: float,
    persons: float,
    weights: NDArray[np.float64],
    expected: NDArray[np.int64],
) -> None:
    """Add a unit's probabilities of committing to each destination, times the `persons` it stands for.

    `weights` float64[16] is a buffer.
    """
    for place in range(SLOTS):  # a loop of its own, so that it becomes vectors
        weights[place] = exp(max(values[place], CLOSED))
    total = 0.0
    for place in range(SLOTS):
        total += weights[place]
    scale = persons * leave_probability(eta, lam, total) * FIXED_POINT / total
    for place in range(SLOTS):
        expected[place, channels[place]] += np.int64(weights[place] * scale)

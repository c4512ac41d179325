"""The default rule: a nest of destinations against staying, each destination valued by its best channel.

Source: McFadden 1978; Bertoli & Fernandez-Huertas Moraga 2013 on why destinations nest against staying. With
`spread_*` at zero and one channel a country this is the plain nested logit and docks to its closed forms.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sim.arithmetic import exp
from sim.behaviour import Behaviour
from sim.choice import MINUS_INFINITY, decide, leave_probability, surely_stays
from sim.codes import EVENT, PLAN, REASON, SLOTS
from sim.columns import Columns
from sim.conditions import Circles, Conditions, in_panel
from sim.eventlog import note
from sim.luck import PURPOSE, fill_words
from sim.options import Options, ceiling, look
from sim.units import can_decide, choice_class, flags, push
from sim.world import World

_CHOICE = PURPOSE["choice"]
_QUEUED = PLAN["queued"]
_APPLIED = EVENT["applied"]
_CHOSEN = REASON["choice"]
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
    values, noise = np.empty(SLOTS), np.empty(SLOTS)
    channels = np.empty(SLOTS, np.uint8)
    free, keys = np.empty(last - first, np.int64), np.empty(last - first, np.uint64)
    luck = np.empty((4, last - first), np.uint32)
    units = 0
    for row in range(first, last):
        if can_decide(people, row, t):
            free[units], keys[units] = row, people.key[row]
            units += 1
    if units == 0:
        return n
    fill_words(keys, units, t, _CHOICE, conditions.seed, luck)
    abroad = circles.abroad[circle] / (last - first)
    perceived = world.belarus[t].news + b.circle_gain * circles.memory[circle]
    lam, bounds = conditions.lam, conditions.bounds
    for i in range(units):
        row = free[i]
        kind = choice_class(people.sector[row], flags(people, row, t))
        eta = push(people, row, t, b, perceived, world.belarus[t].war_fear, abroad)
        watched = in_panel(keys[i], conditions.panel)
        reach = lam * ceiling(options, kind, people.kin[row], b) + eta
        if not watched and surely_stays(luck[0, i], luck[1, i], luck[2, i], luck[3, i], bounds, reach):
            continue
        top = look(people, row, t, kind, False, options, world, b, conditions, values, channels)
        if watched:
            expect(values, channels, eta, conditions, people.unit_size[row], expected)
            if surely_stays(luck[0, i], luck[1, i], luck[2, i], luck[3, i], bounds, lam * top + eta):
                continue
        place = decide(keys[i], t, conditions.seed, lam, eta, luck[:, i], values, top, noise)
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
    conditions: Conditions,
    size: int,
    expected: NDArray[np.int64],
) -> None:
    """Add a unit's probabilities of committing to each destination, times the persons it stands for."""
    total = 0.0
    for place in range(SLOTS):
        if values[place] > MINUS_INFINITY:
            total += exp(values[place])
    persons = leave_probability(eta, conditions.lam, total) * size * conditions.panel_weight
    if persons <= 0.0:
        return
    for place in range(SLOTS):
        if values[place] > MINUS_INFINITY:
            expected[place, channels[place]] += np.int64(persons * exp(values[place]) / total * FIXED_POINT)

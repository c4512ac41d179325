"""Employers that move, in expectation: the share of staff whose employer takes them to each place."""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sim.arithmetic import exp
from sim.behaviour import Behaviour
from sim.choice import CLOSED
from sim.codes import N_CHANNELS, SECTOR, SLOTS
from sim.conditions import Conditions
from sim.meanfield.tables import Tables
from sim.processes.relocate import fill_relocation
from sim.world import World

Floats = NDArray[np.float64]
IT, MEDIA = 0, 1
_IT, _NGO_MEDIA = SECTOR["it"], SECTOR["ngo_media"]


class Moving(NamedTuple):
    """Staff by whether their employer moves: 2 sectors, IT and NGOs or media; T months."""

    share: Floats  # [2, places] of the staff, whose employer takes them there this month
    since: Floats  # [T, 2, places] of these, by the month in which it began to
    staff: Floats  # [2] persons of staff who decide this month
    left: Floats  # [2, places] persons who leave, by where their employer takes them; place 0: nowhere


def moving(months: int) -> Moving:
    """Nobody moves yet."""
    return Moving(np.zeros((2, SLOTS)), np.zeros((months, 2, SLOTS)), np.zeros(2), np.zeros((2, SLOTS)))


@njit(cache=True, nogil=True, error_model="numpy")
def relocate(
    m: Moving,
    t: int,
    tables: Tables,
    world: World,
    b: Behaviour,
    conditions: Conditions,
    residents: Floats,
    waiting: Floats,
) -> None:
    """Let employers stop taking staff along, and others decide to move in month `t`; `waiting` float64[pairs]."""
    months = int(b.relocation_months)
    m.staff[:], m.left[:] = 0.0, 0.0
    values, queues = np.empty(SLOTS), np.zeros((SLOTS, N_CHANNELS))
    for which in range(2):
        hazard = world.belarus[t].relocation_media if which == MEDIA else world.belarus[t].relocation_it
        if t >= months:
            m.since[t - months, which] = 0.0
        if hazard > 0.0:
            for pair in range(len(waiting)):
                queues[tables.pairs[pair, 0], tables.pairs[pair, 1]] = waiting[pair]
            sector = _NGO_MEDIA if which == MEDIA else _IT
            fill_relocation(world, t, b, conditions, residents, queues, sector, values)
            rest = 1.0 - m.since[: t + 1, which].sum()
            total = 0.0
            for place in range(SLOTS):
                values[place] = exp(values[place]) if values[place] > CLOSED else 0.0
                total += values[place]
            if total > 0.0:
                for place in range(SLOTS):
                    m.since[t, which, place] = hazard * rest * values[place] / total
        for place in range(SLOTS):
            m.share[which, place] = m.since[: t + 1, which, place].sum()


@njit(cache=True, nogil=True, error_model="numpy")
def thin_out(m: Moving, t: int) -> None:
    """Count those who left off the staff: an employer that moves keeps fewer in Belarus than others."""
    for which in range(2):
        if m.staff[which] <= 0.0 or m.share[which].sum() <= 0.0:
            continue
        others = 1.0 - m.share[which].sum()
        staying = others * m.staff[which] - m.left[which, 0]
        for place in range(1, SLOTS):
            staying += m.share[which, place] * m.staff[which] - m.left[which, place]
        for place in range(1, SLOTS):
            here = m.share[which, place] * m.staff[which]
            if here > 0.0 and staying > 0.0:
                stays = max(0.0, 1.0 - m.left[which, place] / here) * m.staff[which] / staying
                m.since[: t + 1, which, place] *= stays

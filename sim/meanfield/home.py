"""Repression of those at home, in expectation: detained, charged, imprisoned, pardoned, barred from leaving."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sim.behaviour import Behaviour
from sim.meanfield.standing import Standing
from sim.meanfield.state import CHARGED, DETAINED, DRAFTED, Cells, Expected, Home
from sim.processes.repress import charge_probability
from sim.world import World

Floats = NDArray[np.float64]


@njit(cache=True, nogil=True, error_model="numpy")
def pardon(home: Home, t: int, share: float, custody: int) -> None:
    """Set free the pardoned among those who were tried before month `t` and are in prison for `custody` months."""
    if share <= 0.0:
        return
    for month in range(t + 1, min(len(home.jail) - 1, t + custody + 1)):
        for cell in range(len(home.free)):
            freed = home.jail[month, cell] * share
            home.jail[month, cell] -= freed
            home.locked[cell] -= freed
            home.free[cell] += freed


@njit(cache=True, nogil=True, error_model="numpy")
def repress(
    cells: Cells,
    home: Home,
    standing: Standing,
    sizes: Floats,
    t: int,
    world: World,
    b: Behaviour,
    detained: Floats,
    lost_in_wait: Floats,
    out: Expected,
) -> None:
    """Release, bar and detain by cell; fills `detained` [G], persons, and the chance of being barred in a month."""
    free, barred, held, locked, jail = home.free, home.barred, home.held, home.locked, home.jail
    charged = charge_probability(world.belarus[t].charges, world.belarus[t].detentions)
    ban, custody = world.belarus[t].ban_accused, b.custody_charged
    closed = min(1.0, world.belarus[t].closures / b.organisations)
    short = 1.0 - charged * (ban + (1.0 - ban) * custody)
    last = len(held) - 1
    by_ban = min(last, t + int(b.accused_months) + 1)
    served = t + int(b.trial_months) + int(b.custody_months) + 1
    by_custody = min(last, served)
    pardon(home, t, world.belarus[t].pardon, int(b.custody_months))
    new_free, new_barred = np.zeros(len(free)), np.zeros(len(free))
    detained[:] = 0.0
    for cell in range(len(free)):
        row = cells.row[cell]
        free[cell] += held[t, cell] + jail[t, cell]
        locked[cell] -= held[t, cell] + jail[t, cell]
        barred_now, released = free[cell] * standing.barred_now[row], barred[cell] * standing.released[row]
        free[cell] += released - barred_now
        barred[cell] += barred_now - released
        units = (free[cell] + barred[cell] + locked[cell] + home.planning[cell] + home.left[cell]) / sizes[cell]
        taken = units * standing.detained[row]
        detained[cells.circle[row]] += taken
        out.harms[t, DETAINED] += taken
        out.harms[t, CHARGED] += taken * charged
        out.harms[t, DRAFTED] += units * standing.drafted[row]
        adult, child = standing.adult_held[row], standing.child_held[row]
        lost_in_wait[cell] = standing.called[row] + (adult + child) * (1.0 - short)
        for part in range(2):  # of whom an adult is detained, of whom only a child
            chance, to = (adult, cells.detained[cell]) if part == 0 else (child, cell)
            if chance <= 0.0:
                continue
            amount = free[cell] * chance
            held[min(last, t + 1), to] += amount * short
            held[max(by_ban, by_custody), to] += amount * charged * ban * custody
            held[by_ban, to] += amount * charged * ban * (1.0 - custody)
            jail[by_custody, to] += amount * charged * (1.0 - ban) * custody
            locked[to] += amount
            new_free[cell] -= amount
            if to != cell:
                new_barred[to] += barred[cell] * chance
                new_barred[cell] -= barred[cell] * chance
        if closed > 0.0 and cells.jobless[cell] != cell:
            for state, change in ((free, new_free), (barred, new_barred)):
                amount = (state[cell] + min(0.0, change[cell])) * closed
                change[cell] -= amount
                change[cells.jobless[cell]] += amount
    free += new_free
    barred += new_barred

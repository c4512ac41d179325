"""Applications as a fluid: a queue for each channel of each place, then the wait for a decision, then the journey.

A queue keeps persons by the month in which they applied, as the engine does. Each row keeps how many of its own
are in it; those who come out are taken from the rows in proportion.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sim.behaviour import Behaviour
from sim.codes import CHANNEL
from sim.columns import Columns
from sim.meanfield.abroad import approved
from sim.meanfield.living import Living, arrive
from sim.meanfield.state import Cells, Home
from sim.meanfield.tables import Tables
from sim.options import move_price
from sim.processes.depart import brings_work
from sim.units import adults, money
from sim.world import World, fare

Floats = NDArray[np.float64]
_IRREGULAR = CHANNEL["irregular"]
NOBODY = 1e-9
"""Persons too few to be anybody: what rounding leaves behind."""


class Waiting(NamedTuple):
    """Persons with a plan: P pairs of place and channel, T months, N cells."""

    planned: Floats  # [P, N] in the queue or waiting for a decision
    granted: Floats  # [P, N] with an instrument not yet used
    alone: Floats  # [P, N] of both, share of heads who go ahead of their family
    queue: Floats  # [P, T] by month of application
    processing: Floats  # [P, T + 1] by month of decision
    unused: Floats  # [P, T] granted, by month of the grant
    totals: Floats  # [P, 3] in the queue, waiting for a decision, granted
    new: Floats  # [P] applications of this month
    means: Floats  # [N] money of the cell's unit
    size: Floats  # [N] persons of the unit
    grown: Floats  # [N] adults of the unit


def waiting(purses: tuple[Floats, Floats, Floats], pairs: int, months: int) -> Waiting:
    """Nobody waits; `purses` are the cells' money, persons and adults, as `purses` makes them."""
    n = len(purses[0])
    return Waiting(
        planned=np.zeros((pairs, n)),
        granted=np.zeros((pairs, n)),
        alone=np.zeros((pairs, n)),
        queue=np.zeros((pairs, months)),
        processing=np.zeros((pairs, months + 1)),
        unused=np.zeros((pairs, months)),
        totals=np.zeros((pairs, 3)),
        new=np.zeros(pairs),
        means=purses[0],
        size=purses[1],
        grown=purses[2],
    )


@njit(cache=True, nogil=True, error_model="numpy")
def purses(people: Columns, heads: NDArray[np.int64]) -> tuple[Floats, Floats, Floats]:
    """Money, persons and adults of the units headed at rows `heads` int64[N], float64[N] each."""
    means, size, grown = np.empty(len(heads)), np.empty(len(heads)), np.empty(len(heads))
    for i in range(len(heads)):
        means[i], size[i], grown[i] = money(people, heads[i]), people.unit_size[heads[i]], adults(people, heads[i])
    return means, size, grown


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def give_back(left: Floats, cell: int, persons: float, alone: float, size: float) -> float:
    """Persons at leisure again when `persons` lose their plan, a share `alone` of them heads of families."""
    behind = min(left[cell], persons * alone * (size - 1.0))
    left[cell] -= behind
    return persons + behind


@njit(cache=True, nogil=True, error_model="numpy")
def move_plans(
    w: Waiting,
    t: int,
    tables: Tables,
    world: World,
    b: Behaviour,
    cells: Cells,
    home: Home,
    lost_in_wait: Floats,
    abroad: Living,
    arriving: Floats,
    departures: Floats,
) -> float:
    """Move every plan on by a month: blocked, admitted, given up, refused, granted, gone, lapsed.

    `lost_in_wait` float64[N] is the chance a month of being barred from leaving. Those who go are added to `arriving`
    [H, places, channels] and `departures` [places, channels]. Returns the persons caught on an irregular crossing.
    """
    caught = 0.0
    n = w.planned.shape[1]
    free, barred, planning, left = home.free, home.barred, home.planning, home.left
    held, locked, there, ahead = home.held, home.locked, home.there, home.ahead
    groups, hunted, means, sizes, grown = cells.groups[t], cells.hunted, w.means, w.size, w.grown
    came, brought, household = abroad.came, abroad.brought, cells.living
    asked, kept, go = np.empty(n), np.empty(n), np.empty(n)
    price_of_group = np.empty(tables.passable.shape[2])
    again = min(len(held) - 1, t + int(b.reapply_months))
    for pair in range(len(tables.pairs)):
        totals, queue, processing, unused = w.totals[pair], w.queue[pair], w.processing[pair], w.unused[pair]
        planned, granted, alone = w.planned[pair], w.granted[pair], w.alone[pair]
        if totals[0] + totals[1] + totals[2] + w.new[pair] <= NOBODY:
            continue
        place, channel = tables.pairs[pair]
        approval, capacity = approved(world, t, place, channel, b), world.rules[t, place, channel].capacity
        months, offered = world.rules[t, place, channel].months, world.rules[t, place, channel].offered
        fee, each = world.rules[t, place, channel].fee, world.rules[t, place, channel].funds
        each += fee
        reserve = b.reserve * world.places[t, place].rent
        queue[t] += w.new[pair]
        totals[0] += w.new[pair]
        w.new[pair] = 0.0
        if totals[0] + totals[1] > 0.0:
            block(w, pair, tables.admitted[t, pair], offered, t, groups, home)
        total = totals[0] + totals[1]
        asked[:] = 0.0
        anybody = False
        if total > 0.0:
            admit(queue, processing, totals, min(totals[0], capacity), t, months)
            quits = give_up(queue, totals, t, b.patience) / total
            due = processing[t] / total
            totals[1] -= processing[t]
            processing[t] = 0.0
            stays_free = max(1, int(np.ceil(months)))
            for i in range(n if due + quits > 0.0 else 0):
                if planned[i] <= 0.0:
                    continue
                out, tired = planned[i] * due, planned[i] * quits
                planned[i] -= out + tired
                granted_now = out * approval
                kept_free = granted_now
                if months > 0.0 and lost_in_wait[i] > 0.0:
                    for _ in range(stays_free):
                        kept_free *= 1.0 - lost_in_wait[i]
                free[i] += give_back(left, i, tired, alone[i], sizes[i])
                barred[i] += give_back(left, i, granted_now - kept_free, alone[i], sizes[i])
                refused = give_back(left, i, out - granted_now, alone[i], sizes[i])
                if channel == _IRREGULAR:
                    caught += out - granted_now
                    free[i] += refused
                elif again <= t:
                    free[i] += refused
                else:
                    held[again, i] += refused
                    locked[i] += refused
                planning[i] -= tired + out - kept_free
                asked[i] = kept_free
                anybody = True
        if not anybody and totals[2] <= 0.0:
            continue
        before = totals[2]
        passable = tables.passable[t, pair]
        price_of_group[:] = -1.0
        after = fresh = 0.0
        for i in range(n):
            ready = granted[i] + asked[i]
            kept[i] = 0.0
            if ready <= 0.0:
                go[i] = 0.0
                continue
            g = groups[i]
            if price_of_group[g] < 0.0:
                price_of_group[g] = fare(world, t, place, channel, g)
            share = 0.0
            if alone[i] < 1.0 and means[i] >= move_price(price_of_group[g], each, reserve, sizes[i], grown[i]):
                share += passable[g] * (1.0 - alone[i])
            if alone[i] > 0.0 and means[i] >= move_price(price_of_group[g], each, reserve, 1, 1):
                share += passable[g] * alone[i]
            go[i] = ready * share
            after += granted[i] * (1.0 - share)
            fresh += asked[i] * (1.0 - share)
            kept[i] = ready * (1.0 - share)
        lapse = 0.0
        if after + fresh > 0.0:
            if before > 0.0:
                unused[:t] *= after / before
            unused[t] = fresh
            for month in range(t + 1):
                if unused[month] > 0.0 and t - month >= b.grant_months:
                    lapse += unused[month]
                    unused[month] = 0.0
            totals[2] = after + fresh - lapse
            lapse /= after + fresh
        else:
            unused[: t + 1] = 0.0
            totals[2] = 0.0
        works = brings_work(channel)
        for i in range(n):
            if go[i] + kept[i] <= 0.0:
                granted[i] = 0.0
                continue
            granted[i] = kept[i] * (1.0 - lapse)
            free[i] += give_back(left, i, kept[i] * lapse, alone[i], sizes[i])
            planning[i] -= go[i] + kept[i] * lapse
            if go[i] > 0.0:
                there[i, place] += go[i]
                ahead[i, place] += go[i] * alone[i]
                arriving[hunted[i], place, channel] += go[i]
                departures[place, channel] += go[i]
                saved = means[i] - price_of_group[groups[i]] * sizes[i] - fee * grown[i]
                arrive(came, brought, household[i], place, go[i], works, saved)
    return caught


@njit(cache=True, nogil=True, error_model="numpy")
def block(
    w: Waiting, pair: int, admitted: Floats, offered: float, t: int, groups: NDArray[np.int64], home: Home
) -> None:
    """Send home those for whom the channel is closed this month; the rest keep their places."""
    everyone = offered <= 0.0
    if not everyone and admitted[0] > 0.0:
        return
    planned, queue, processing, totals = w.planned[pair], w.queue[pair], w.processing[pair], w.totals[pair]
    free, planning, left, alone, sizes = home.free, home.planning, home.left, w.alone[pair], w.size
    before = totals[0] + totals[1]
    lost = 0.0
    for i in range(len(planned)):
        if planned[i] > 0.0 and (everyone or admitted[groups[i]] <= 0.0):
            lost += planned[i]
            free[i] += give_back(left, i, planned[i], alone[i], sizes[i])
            planning[i] -= planned[i]
            planned[i] = 0.0
    stays = max(0.0, 1.0 - lost / before)
    if stays < 1e-12:
        stays = 0.0
    queue[: t + 1] *= stays
    processing[t:] *= stays
    totals[0] *= stays
    totals[1] *= stays


@njit(cache=True, nogil=True, error_model="numpy")
def admit(queue: Floats, processing: Floats, totals: Floats, places: float, t: int, months: float) -> None:
    """Take `places` persons from the queue, the first to apply first, into the wait of `months`."""
    totals[0] -= places
    totals[1] += places
    last = len(processing) - 1
    whole, part = int(months), months - int(months)
    processing[min(last, t + whole)] += places * (1.0 - part)
    processing[min(last, t + whole + 1)] += places * part
    for month in range(t + 1):
        taken = min(places, queue[month])
        queue[month] -= taken
        places -= taken
        if places <= 0.0:
            break


@njit(cache=True, nogil=True, error_model="numpy")
def give_up(queue: Floats, totals: Floats, t: int, patience: float) -> float:
    """Take those who have waited too long out of the queue; returns how many."""
    gone = 0.0
    for month in range(t + 1):
        if t - month >= patience and queue[month] > 0.0:
            gone += queue[month]
            queue[month] = 0.0
    totals[0] = max(0.0, totals[0] - gone)
    return gone

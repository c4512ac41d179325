"""The rows' people abroad: passports, returns, onward moves, and families that follow their heads."""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sim.behaviour import Behaviour
from sim.choice import FLAG_DRAFT, FLAG_VISA
from sim.codes import CHANNEL, SLOTS, STATUS
from sim.columns import Columns
from sim.meanfield.abroad import Settled, share_due
from sim.meanfield.choosing import weigh
from sim.meanfield.living import SAVING, WORKING, Living
from sim.meanfield.standing import Standing
from sim.meanfield.state import ARRESTED, Cells, Expected, Home
from sim.meanfield.tables import Tables
from sim.meanfield.waiting import Waiting
from sim.options import Options
from sim.processes.depart import brings_work
from sim.processes.move_on import may_be_joined
from sim.units import adults
from sim.views import FROM_ABROAD, look
from sim.world import World, fare

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
_FAMILY, _PERMIT = CHANNEL["family"], STATUS["permit"]
_IRREGULAR, _ASYLUM_SEEKER = STATUS["irregular"], STATUS["asylum_seeker"]
_FEW = 1e-9
"""Persons too few to look at."""


class Means(NamedTuple):
    """What the rows' looks from abroad need: H hunted or not, P places."""

    total: Floats  # [H, P] persons of the rows
    scale: Floats  # [H, P] hazard of return over that of the cell's own terms
    joined: Floats  # [H, P] share with a status in which a family may follow


def means() -> Means:
    """Nobody abroad yet."""
    return Means(np.zeros((2, SLOTS)), np.zeros((2, SLOTS)), np.zeros((2, SLOTS)))


@njit(cache=True, nogil=True, error_model="numpy")
def begin_abroad(m: Means, stock: Settled, cells: Cells, home: Home, standing: Standing, t: int, world: World) -> None:
    """Fill the shares with a valid passport and of the liable by place, and renew the passports that are looked at."""
    renews = world.belarus[t].passport_abroad > 0.5
    total, valid, liable, falls_due = m.total, np.zeros((2, SLOTS)), stock.liable, np.zeros((2, SLOTS))
    renewed_of, counted, returned, abroad = home.renewed, home.counted, home.returned, home.there
    hunted, passports, row_of, may_be_drafted = cells.hunted, cells.passport, cells.row, standing.liable
    total[:], liable[:] = 0.0, 0.0
    if renews:
        share_due(stock, t, falls_due)
    for cell in range(len(row_of)):
        there = abroad[cell]
        h, now = hunted[cell], there.sum()
        if now <= 0.0:
            counted[cell] = 0.0
            continue
        before, expired = max(0.0, counted[cell] - returned[cell]), passports[cell] < t
        renewed = renewed_of[cell] * before / now
        if passports[cell] < t - 1:  # who leaves with a passport run out renews it first
            renewed += max(0.0, now - before) / now
        if renews and expired:
            looked_at = 0.0
            for place in range(1, SLOTS):
                looked_at += there[place] * falls_due[h, place]
            renewed += (1.0 - renewed) * looked_at / now
        renewed_of[cell] = min(1.0, renewed)
        counted[cell], returned[cell] = now, 0.0
        share = renewed_of[cell] if expired else 1.0
        drafted = may_be_drafted[row_of[cell]]
        for place in range(1, SLOTS):
            total[h, place] += there[place]
            valid[h, place] += there[place] * share
            liable[h, place] += there[place] * drafted
    for h in range(2):
        for place in range(1, SLOTS):
            stock.valid[h, place] = 1.0
            if total[h, place] > 0.0:
                liable[h, place] /= total[h, place]
                if not renews:
                    stock.valid[h, place] = valid[h, place] / total[h, place]


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def own_pull(pull: float, liable: float, b: Behaviour) -> float:
    """A cell's hazard of return by work, savings and status (`pull`), and its share `liable` to the draft."""
    return pull * (1.0 - liable + liable * b.return_liable)


@njit(cache=True, nogil=True, error_model="numpy")
def _weigh_returns(
    m: Means, stock: Settled, cells: Cells, home: Home, standing: Standing, abroad: Living, b: Behaviour
) -> None:
    """Fill the scale that makes the rows' returns those of the stock, and who may be joined."""
    weight = np.zeros((2, SLOTS))
    there, counted, pulls, liable_of = home.there, home.counted, abroad.pull, standing.liable
    households, hunted, row_of = cells.living, cells.hunted, cells.row
    for cell in range(len(row_of)):
        k, h, liable = households[cell], hunted[cell], liable_of[row_of[cell]]
        for place in range(1, SLOTS if counted[cell] > 0.0 else 1):
            weight[h, place] += there[cell, place] * own_pull(pulls[k, place], liable, b)
    for h in range(2):
        for place in range(1, SLOTS):
            returning = stock.back[h, place] * m.total[h, place]
            m.scale[h, place] = returning / weight[h, place] if weight[h, place] > 0.0 else 0.0
            here = stock.persons[h, place].sum()
            barred = stock.persons[h, place, :, _IRREGULAR].sum() + stock.persons[h, place, :, _ASYLUM_SEEKER].sum()
            m.joined[h, place] = 1.0 - barred / here if here > 0.0 else 0.0


@njit(cache=True, nogil=True, error_model="numpy")
def live_abroad(
    m: Means,
    settled: Columns,
    heads: Whole,
    cells: Cells,
    home: Home,
    standing: Standing,
    stock: Settled,
    abroad: Living,
    plans: Waiting,
    options: Options,
    tables: Tables,
    tastes: Floats,
    t: int,
    world: World,
    b: Behaviour,
    out: Expected,
) -> None:
    """Let those abroad return, move onward, be followed by their families, or stay.

    `settled` are the rows' people as they are abroad; their savings become those that the class has.
    """
    _weigh_returns(m, stock, cells, home, standing, abroad, b)
    arrest = world.belarus[t].arrest_on_return
    there, ahead, left, returning = home.there, home.ahead, home.left, home.returning
    first, hunted, households, risky, counted = cells.first, cells.hunted, cells.living, cells.persecuted, home.counted
    has_returned, drafts, liables, kinds, visas = (
        home.returned,
        standing.draft,
        standing.liable,
        cells.kind[t],
        cells.visa[t],
    )
    pull, able, savings, went, scale, sizes = abroad.pull, abroad.able, abroad.means, abroad.went, m.scale, plans.size
    onward, all_wished, returned, harms = stock.onward, stock.wished, out.returned[t], out.harms[t]
    alike, index = tables.alike[t], tables.number
    moved, gone, arriving, came_new, brought = stock.moved, abroad.moved, stock.arriving, abroad.came, abroad.brought
    onward_from, onward_to = out.onward_from[t], out.onward_to[t]
    each, lone = np.zeros(SLOTS), np.zeros(SLOTS)  # per weight of another place: persons, heads without family
    values, weights, wishes = np.empty(SLOTS), np.zeros(SLOTS), np.zeros(SLOTS)
    channels, alone = np.empty(SLOTS, np.uint8), np.empty(SLOTS, np.bool_)
    for row in range(len(heads)):
        head = heads[row]
        grown, liable = adults(settled, head), liables[row]
        for cell in range(first[row], first[row + 1]):
            returning[cell] = 0.0
            if counted[cell] <= 0.0:
                continue
            h, k, size = hunted[cell], households[cell], sizes[cell]
            back = wished = came_back = 0.0
            for place in range(1, SLOTS):
                here, wishes[place] = there[cell, place], 0.0
                if here <= 0.0:
                    continue
                leaving = here * min(1.0, scale[h, place] * own_pull(pull[k, place], liable, b))
                wish = (here - leaving) * onward[h, place]
                heads_alone = leaving * min(1.0, ahead[cell, place] / here)
                families = min(left[cell], heads_alone * (size - 1.0))
                left[cell] -= families
                ahead[cell, place] -= heads_alone
                there[cell, place] = here - leaving
                back += leaving
                came_back += leaving + families
                returned[place] += leaving
                went[k, place] += leaving
                all_wished[h, place] += wish
                wishes[place] = wish
                wished += wishes[place]
            harms[ARRESTED] += back / size * risky[cell] * arrest
            returning[cell], has_returned[cell] = came_back, back
            if wished <= _FEW:
                continue
            if savings[k] >= 0.0:
                settled.savings[head] = savings[k]
                if grown > 1:
                    settled.savings[head + 1] = 0.0
            mask = (FLAG_DRAFT if drafts[row] > 0.5 else 0) | (FLAG_VISA if visas[cell] else 0)
            number = index[kinds[cell] | mask]
            kind = alike[number if number >= 0 else index[kinds[cell]]]
            look(settled, head, t, kind, FROM_ABROAD, options, world, b, tastes[row], values, channels, alone)
            weigh(values, weights)
            most = 0.0
            for place in range(1, SLOTS):
                most = max(most, able[k, place] if weights[place] > 0.0 else 0.0)
            whole = 0.0
            for place in range(1, SLOTS):
                weights[place] *= able[k, place] / most if most > 0.0 else 0.0
                whole += weights[place]
            each[:], lone[:] = 0.0, 0.0
            per_weight = heads_per_weight = 0.0
            for place in range(1, SLOTS):
                wish = wishes[place] * most
                if wish <= 0.0:
                    continue
                elsewhere = whole - weights[place]
                if elsewhere < 1e-6 * whole:  # the difference of two like numbers would be mere rounding
                    elsewhere = weights[:place].sum() + weights[place + 1 :].sum()
                if elsewhere <= 1e-200:
                    continue
                by_itself = wish * min(1.0, ahead[cell, place] / there[cell, place])
                each[place], lone[place] = wish / elsewhere, by_itself / elsewhere
                per_weight += each[place]
                heads_per_weight += lone[place]
                moved[h, place] += wish
                gone[k, place] += wish
                onward_from[place] += wish
                there[cell, place] -= wish
                ahead[cell, place] -= by_itself
            for place in range(1, SLOTS):
                came = weights[place] * max(0.0, per_weight - each[place])
                if came > 0.0:
                    there[cell, place] += came
                    ahead[cell, place] += weights[place] * max(0.0, heads_per_weight - lone[place])
                    arriving[h, place, channels[place]] += came
                    onward_to[place] += came
                    which = WORKING if brings_work(channels[place]) else SAVING
                    came_new[k, place, which] += came
                    brought[k, place, which] += came * max(0.0, savings[k])


@njit(cache=True, nogil=True, error_model="numpy")
def follow(
    m: Means,
    cells: Cells,
    home: Home,
    standing: Standing,
    stock: Settled,
    abroad: Living,
    plans: Waiting,
    tables: Tables,
    t: int,
    world: World,
    b: Behaviour,
    out: Expected,
) -> None:
    """Let families follow heads: the months until they may, until they do and until they can pay are added up."""
    left, ahead, there, row_of, hunted, households = (
        home.left,
        home.ahead,
        home.there,
        cells.row,
        cells.hunted,
        cells.living,
    )
    free, groups_of, sizes, grown, means = standing.free, cells.groups[t], plans.size, plans.grown, plans.means
    pair_of, admitted, passable, joined, persons = (
        tables.pair_of,
        tables.admitted[t],
        tables.passable[t],
        m.joined,
        abroad.persons,
    )
    arriving, came, departures = stock.arriving, abroad.came, out.departures[t]
    for place in range(1, SLOTS):
        pair = pair_of[place, _FAMILY]
        if pair < 0 or not may_be_joined(world.law[place, _FAMILY].exists, _PERMIT, 0, 0.0):
            continue
        wage, fee = world.places[t, place].wage, world.rules[t, place, _FAMILY].fee
        fares = np.array([fare(world, t, place, _FAMILY, groups) for groups in range(passable.shape[1])])
        for cell in range(len(row_of)):
            heads = ahead[cell, place]
            if left[cell] <= _FEW or heads <= _FEW:
                continue
            groups, size, k, h = groups_of[cell], sizes[cell], households[cell], hunted[cell]
            open_ways = min(admitted[pair, groups], passable[pair, groups])
            chance = b.follow * open_ways * free[row_of[cell]] * joined[h, place]
            price = fares[groups] * (size - 1.0) + fee * (grown[cell] - 1.0)
            missing = max(0.0, price - max(0.0, means[cell] - fares[groups]))
            if chance <= 0.0:
                continue
            months = b.follow_months + 1.0 / chance
            if missing > 0.0:
                working = everyone = 0.0
                for i in range(2):
                    working += persons[k, place, i, WORKING]
                    for state in range(3):
                        everyone += persons[k, place, i, state]
                earned = b.saving_share * wage * working / max(_FEW, everyone)
                months += missing / earned if earned > 0.0 else 1e9
            families = min(heads, left[cell] / (size - 1.0)) / months
            ahead[cell, place] -= families
            left[cell] -= families * (size - 1.0)
            there[cell, place] += families * (size - 1.0)
            arriving[h, place, _FAMILY] += families * (size - 1.0)
            departures[place, _FAMILY] += families * (size - 1.0)
            came[k, place, SAVING] += families * (size - 1.0)

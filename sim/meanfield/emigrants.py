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
from sim.meanfield.living import WORKING, Living, arrive, hired
from sim.meanfield.standing import Standing
from sim.meanfield.state import ARRESTED, Cells, Expected, Home
from sim.meanfield.tables import Tables
from sim.meanfield.waiting import Waiting
from sim.options import Options
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
def begin_abroad(
    m: Means, stock: Settled, cells: Cells, home: Home, standing: Standing, t: int, world: World
) -> None:
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
    has_returned, drafts, liables, kinds, visas = home.returned, standing.draft, standing.liable, cells.kind[t], cells.visa[t]
    pull, poor, savings, went, scale, sizes = abroad.pull, abroad.poor, abroad.means, abroad.went, m.scale, plans.size
    onward, all_wished, returned, harms = stock.onward, stock.wished, out.returned[t], out.harms[t]
    alike, index = tables.alike[t], tables.index
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
                wishes[place] = wish * (1.0 - poor[k, place] if b.reserve > 0.0 else 1.0)
                wished += wishes[place]
            harms[ARRESTED] += back / size * risky[cell] * arrest
            returning[cell], has_returned[cell] = came_back, back
            if left[cell] > _FEW:
                follow(m, cell, k, t, cells, home, standing, stock, abroad, plans, tables, world, b, out)
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
            _move_onward(
                cell, k, h, t, weigh(values, weights), weights, channels, wishes, home, stock, abroad, out
            )


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def _move_onward(
    cell: int,
    k: int,
    h: int,
    t: int,
    whole: float,
    weights: Floats,
    channels: NDArray[np.uint8],
    wishes: Floats,
    home: Home,
    stock: Settled,
    abroad: Living,
    out: Expected,
) -> None:
    """Move `wishes` float64[places] persons of a cell to other places, by weight; `whole` is the sum of weights."""
    there, ahead = home.there[cell], home.ahead[cell]
    moved, gone, arriving, came_new, brought = stock.moved, abroad.moved, stock.arriving, abroad.came, abroad.brought
    onward_from, onward_to, savings = out.onward_from[t], out.onward_to[t], abroad.means[k]
    each, heads = np.zeros(SLOTS), np.zeros(SLOTS)  # per weight of another place
    per_weight = heads_per_weight = 0.0
    for place in range(1, SLOTS):
        wish = wishes[place]
        if wish <= 0.0:
            continue
        elsewhere = whole - weights[place]
        if elsewhere < 1e-6 * whole:  # the difference of two like numbers would be mere rounding
            elsewhere = weights[:place].sum() + weights[place + 1 :].sum()
        if elsewhere <= 1e-200:
            continue
        alone = wish * min(1.0, ahead[place] / there[place])
        each[place], heads[place] = wish / elsewhere, alone / elsewhere
        per_weight += each[place]
        heads_per_weight += heads[place]
        moved[h, place] += wish
        gone[k, place] += wish
        onward_from[place] += wish
        there[place] -= wish
        ahead[place] -= alone
    for place in range(1, SLOTS):
        came = weights[place] * max(0.0, per_weight - each[place])
        if came > 0.0:
            there[place] += came
            ahead[place] += weights[place] * max(0.0, heads_per_weight - heads[place])
            arriving[h, place, channels[place]] += came
            onward_to[place] += came
            arrive(came_new, brought, k, place, came, hired(channels[place]), savings)


@njit(cache=True, nogil=True, error_model="numpy")
def follow(
    m: Means,
    cell: int,
    k: int,
    t: int,
    cells: Cells,
    home: Home,
    standing: Standing,
    stock: Settled,
    abroad: Living,
    plans: Waiting,
    tables: Tables,
    world: World,
    b: Behaviour,
    out: Expected,
) -> None:
    """Let families follow heads: the months until they may, until they do and until they can pay are added up."""
    free, groups, size, grown = standing.free[cells.row[cell]], cells.groups[t, cell], plans.size[cell], plans.grown[cell]
    h = cells.hunted[cell]
    for place in range(1, SLOTS):
        pair, heads = tables.pair_of[place, _FAMILY], home.ahead[cell, place]
        if heads <= _FEW or pair < 0 or not may_be_joined(world.law[place, _FAMILY].exists, _PERMIT, 0, 0.0):
            continue
        passable = min(tables.admitted[t, pair, groups], tables.passable[t, pair, groups])
        chance = b.follow * passable * free * m.joined[h, place]
        if chance <= 0.0:
            continue
        fare_each = fare(world, t, place, _FAMILY, groups)
        price = fare_each * (size - 1.0) + world.rules[t, place, _FAMILY].fee * (grown - 1.0)
        missing = max(0.0, price - max(0.0, plans.means[cell] - fare_each))
        months = b.follow_months + 1.0 / chance
        if missing > 0.0:
            working = abroad.persons[k, place, :, WORKING].sum()
            earned = b.saving_share * world.places[t, place].wage * working / max(_FEW, abroad.persons[k, place].sum())
            if earned <= 0.0:
                continue
            months += missing / earned
        joined = min(heads, home.left[cell] / (size - 1.0)) / months
        persons = joined * (size - 1.0)
        home.ahead[cell, place] -= joined
        home.left[cell] -= persons
        home.there[cell, place] += persons
        stock.arriving[h, place, _FAMILY] += persons
        out.departures[t, place, _FAMILY] += persons
        arrive(abroad.came, abroad.brought, k, place, persons, False, 0.0)

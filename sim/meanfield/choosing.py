"""Commitments of those at home, in expectation: with and without a visa, a draft, an employer who moves."""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sim.arithmetic import exp
from sim.behaviour import Behaviour
from sim.choice import CLOSED, FLAG_DRAFT, FLAG_VISA, MINUS_INFINITY, leave_probability
from sim.codes import CHANNEL, SECTOR, SLOTS
from sim.columns import Columns
from sim.meanfield.abroad import Settled, approved
from sim.meanfield.living import Living, arrive, hired
from sim.meanfield.moving import IT, MEDIA, Moving
from sim.meanfield.state import CAUGHT, Cells, Expected, Home
from sim.meanfield.tables import Tables
from sim.meanfield.waiting import Waiting
from sim.options import RELOCATION, Options, move_price
from sim.units import threat_group
from sim.views import FROM_HOME, look
from sim.world import World, fare

Floats = NDArray[np.float64]
_IRREGULAR, _IT, _NGO_MEDIA = CHANNEL["irregular"], SECTOR["it"], SECTOR["ngo_media"]
RARE = 1e-3
"""Share of a cell below which nobody has a visa, or a draft to fear, for the look at what is on offer."""


class Month(NamedTuple):
    """What all commitments of a month share: P pairs of place and channel."""

    at_once: NDArray[np.bool_]  # [P] no queue and no wait
    approval: Floats  # [P] chance of a grant, screening included
    cost: Floats  # [P] EUR a person: fare, without exceptions
    fee: Floats  # [P] EUR an adult
    again: NDArray[np.int64]  # [1] month in which the refused may apply anew
    values: Floats  # [places] a buffer
    weights: Floats  # [places] another
    channels: NDArray[np.uint8]  # [places] another
    ahead: NDArray[np.bool_]  # [places] another
    value_there: Floats  # [places] of going where one's employer goes: a buffer
    weight_there: Floats  # [places] its weight: a buffer
    head_there: NDArray[np.bool_]  # [places] whether the head would go ahead: a buffer


def month(pairs: int) -> Month:
    """Buffers of a month for `pairs` pairs."""
    return Month(
        np.empty(pairs, np.bool_), np.empty(pairs), np.empty(pairs), np.empty(pairs), np.empty(1, np.int64),
        np.empty(SLOTS), np.zeros(SLOTS), np.empty(SLOTS, np.uint8), np.empty(SLOTS, np.bool_), np.empty(SLOTS), np.zeros(SLOTS),
        np.empty(SLOTS, np.bool_),
    )  # fmt: skip


@njit(cache=True, nogil=True, error_model="numpy")
def fill_month(m: Month, t: int, tables: Tables, plans: Waiting, world: World, b: Behaviour) -> None:
    """Fill what the commitments of month `t` share."""
    m.again[0] = min(plans.processing.shape[1] - 1, t + int(b.reapply_months))
    for pair in range(len(tables.pairs)):
        place, channel = tables.pairs[pair]
        unlimited = np.isinf(world.rules[t, place, channel].capacity) and plans.totals[pair, 0] <= 0.0
        m.at_once[pair] = unlimited and world.rules[t, place, channel].months == 0.0
        m.approval[pair] = approved(world, t, place, channel, b)
        m.cost[pair] = 0.0 if channel == RELOCATION else fare(world, t, place, channel, 0)
        m.fee[pair] = world.rules[t, place, channel].fee


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def weigh(values: Floats, weights: Floats) -> float:
    """Fill the weights `exp(value)` of all places, zero where closed; return their sum."""
    total = 0.0
    for place in range(SLOTS):  # a loop of its own, so that it becomes vectors
        weights[place] = exp(max(values[place], CLOSED))
    for place in range(SLOTS):
        weights[place] = weights[place] if values[place] > CLOSED else 0.0
        total += weights[place]
    return total


@njit(cache=True, nogil=True, error_model="numpy")
def leave(
    m: Month,
    people: Columns,
    head: int,
    cell: int,
    t: int,
    eta: float,
    lam: Floats,
    draft: float,
    visa: float,
    cells: Cells,
    home: Home,
    plans: Waiting,
    options: Options,
    tables: Tables,
    tastes: Floats,
    moving: Moving,
    stock: Settled,
    abroad: Living,
    world: World,
    b: Behaviour,
    out: Expected,
) -> None:
    """Let the free of one cell commit to destinations; `draft` and `visa` are the shares with these flags.

    Each combination of flags looks for itself at what is on offer, if that differs.
    """
    amount, kind = home.free[cell], cells.kind[t, cell]
    visa = 1.0 if cells.visa[t, cell] else visa
    drafted = draft if draft > RARE else 0.0
    drafted = 1.0 if drafted > 1.0 - RARE else drafted
    holding = visa if visa > RARE else 0.0
    holding = 1.0 if holding > 1.0 - RARE else holding
    chance, looks = np.zeros(4), np.full(4, -1)
    found = 0
    for variant in range(4):
        mask = (FLAG_DRAFT if variant % 2 else 0) | (FLAG_VISA if variant >= 2 else 0)
        share = (drafted if variant % 2 else 1.0 - drafted) * (holding if variant >= 2 else 1.0 - holding)
        if share <= 0.0:
            continue
        group = threat_group(kind | mask, world.belarus[t].war_fear)
        k = tables.alike[t, tables.index[kind | mask]] * 2 + group
        place = found
        for i in range(found):
            place = i if looks[i] == k else place
        looks[place] = k
        chance[place] += share
        found = max(found, place + 1)
    for i in range(found):
        k, group = looks[i] // 2, looks[i] % 2
        look(people, head, t, k, FROM_HOME, options, world, b, tastes, m.values, m.channels, m.ahead)
        total = weigh(m.values, m.weights)
        if cells.employer[cell]:
            taken = take_along(m, people, head, k, t, cells.sector[cell], cell, options, plans, moving, world, b, tastes)
            if taken:
                with_employers(
                    m, cell, t, amount * chance[i], total, eta, lam[group], cells, home, plans, tables, moving, stock,
                    abroad, out,
                )  # fmt: skip
                continue
        if total <= 1e-200:
            continue
        per_weight = amount * chance[i] * leave_probability(eta, lam[group], total) / total
        for place in range(1, SLOTS):
            if m.values[place] > MINUS_INFINITY:
                persons = per_weight * m.weights[place]
                channel, ahead = m.channels[place], m.ahead[place]
                commit(m, cell, t, place, channel, ahead, persons, cells, home, plans, tables, stock, abroad, out)


@njit(cache=True, nogil=True, error_model="numpy")
def take_along(
    m: Month,
    people: Columns,
    head: int,
    kind: int,
    t: int,
    sector: int,
    cell: int,
    options: Options,
    plans: Waiting,
    moving: Moving,
    world: World,
    b: Behaviour,
    tastes: Floats,
) -> bool:
    """Fill the value of every place to staff whose employer takes them there; true if any employer moves anywhere."""
    which = MEDIA if sector == _NGO_MEDIA else IT
    m.value_there[:] = MINUS_INFINITY
    if (sector != _IT and sector != _NGO_MEDIA) or moving.share[which].sum() <= 0.0:
        return False
    age, kin = (t - people.birth[head]) // 12, people.kin[head]
    means, size, grown = plans.means[cell], plans.size[cell], plans.grown[cell]
    for i in range(options.lengths[kind]):
        offer = options.offers[kind, i]
        place = offer.place
        if offer.channel != RELOCATION or moving.share[which, place] <= 0.0:
            continue
        reserve = b.reserve * world.places[t, place].rent
        whole = means >= move_price(offer.fare, offer.each, reserve, size, grown)
        alone = size > 1.0 and means >= move_price(offer.fare, offer.each, reserve, 1, 1)
        if age < offer.youngest or age > offer.oldest or not (whole or alone):
            continue
        value = offer.value + tastes[1, RELOCATION] + (0.0 if whole else b.separation)
        m.value_there[place] = value + (tastes[0, place] + (b.kin if kin == place else 0.0))
        m.head_there[place] = not whole
    weigh(m.value_there, m.weight_there)
    return True


@njit(cache=True, nogil=True, error_model="numpy")
def with_employers(
    m: Month,
    cell: int,
    t: int,
    amount: float,
    total: float,
    eta: float,
    lam: float,
    cells: Cells,
    home: Home,
    plans: Waiting,
    tables: Tables,
    moving: Moving,
    stock: Settled,
    abroad: Living,
    out: Expected,
) -> None:
    """Let `amount` persons of staff commit, each share of them with the offer of an employer who goes to one place."""
    which = MEDIA if cells.sector[cell] == _NGO_MEDIA else IT
    per = np.zeros(SLOTS)
    of_all = 0.0
    moving.staff[which] += amount
    others = 1.0 - moving.share[which].sum()
    for place in range(SLOTS):
        share = moving.share[which, place] if place else others
        if share <= 0.0:
            continue
        better = place > 0 and m.value_there[place] > m.values[place]
        whole = total + (m.weight_there[place] - m.weights[place]) if better else total
        if whole <= 1e-200:
            continue
        leaving = amount * share * leave_probability(eta, lam, whole)
        moving.left[which, place] += leaving
        of_all += leaving / whole
        per[place] = leaving / whole if better else 0.0
    for place in range(1, SLOTS):
        if m.values[place] > MINUS_INFINITY:
            persons = m.weights[place] * max(0.0, of_all - per[place])
            channel, ahead = m.channels[place], m.ahead[place]
            commit(m, cell, t, place, channel, ahead, persons, cells, home, plans, tables, stock, abroad, out)
        if per[place] > 0.0:
            persons, ahead = per[place] * m.weight_there[place], m.head_there[place]
            commit(m, cell, t, place, RELOCATION, ahead, persons, cells, home, plans, tables, stock, abroad, out)


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def commit(
    m: Month,
    cell: int,
    t: int,
    place: int,
    channel: int,
    ahead: bool,
    amount: float,
    cells: Cells,
    home: Home,
    plans: Waiting,
    tables: Tables,
    stock: Settled,
    abroad: Living,
    out: Expected,
) -> None:
    """Let `amount` persons of a cell make a plan, and go at once where nothing has to be waited for."""
    pair, size, h = tables.pair_of[place, channel], plans.size[cell], cells.hunted[cell]
    going = amount / size if ahead else amount
    out.committed[t, place, channel] += amount
    home.free[cell] -= amount
    if not (m.at_once[pair] and tables.passable[t, pair, cells.groups[t, cell]] >= 1.0):
        before = plans.planned[pair, cell] + plans.granted[pair, cell]
        heads = plans.alone[pair, cell] * before + (going if ahead else 0.0)
        plans.alone[pair, cell] = heads / (before + going) if before + going > 0.0 else 0.0
        plans.planned[pair, cell] += going
        plans.new[pair] += going
        home.planning[cell] += going
        home.left[cell] += amount - going
        return
    goes = going * m.approval[pair]
    refused = amount * (1.0 - m.approval[pair])
    again = m.again[0]
    if channel == _IRREGULAR or again <= t:
        home.free[cell] += refused
        if channel == _IRREGULAR:
            out.harms[t, CAUGHT] += going - goes
    else:
        home.held[again, cell] += refused
        home.locked[cell] += refused
    home.left[cell] += amount - refused - goes
    home.there[cell, place] += goes
    home.ahead[cell, place] += goes if ahead else 0.0
    stock.arriving[h, place, channel] += goes
    out.departures[t, place, channel] += goes
    saved = plans.means[cell] - m.cost[pair] * (1.0 if ahead else size) - m.fee[pair] * plans.grown[cell]
    arrive(abroad, cells.living[cell], place, goes, hired(channel), saved)

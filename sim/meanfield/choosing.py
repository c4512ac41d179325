"""Commitments of those at home, in expectation: with and without a visa, a draft, an employer who moves."""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sim.arithmetic import exp
from sim.behaviour import Behaviour
from sim.choice import CLOSED, FLAG_DRAFT, FLAG_VISA, MINUS_INFINITY, leave_probability, war_term
from sim.codes import CHANNEL, N_CHANNELS, SECTOR, SLOTS
from sim.columns import Columns
from sim.conditions import ADULT_MONTHS, Conditions
from sim.meanfield.abroad import Settled, approved
from sim.meanfield.living import SAVING, WORKING, Living
from sim.meanfield.moving import IT, MEDIA, Moving
from sim.meanfield.standing import Standing
from sim.meanfield.state import CAUGHT, Cells, Expected, Home
from sim.meanfield.tables import Tables
from sim.meanfield.waiting import Waiting
from sim.options import RELOCATION, Options, move_price
from sim.processes.depart import brings_work
from sim.units import push, threat_group
from sim.views import FROM_HOME, look
from sim.world import World, fare

Floats = NDArray[np.float64]
_IRREGULAR, _IT, _NGO_MEDIA = CHANNEL["irregular"], SECTOR["it"], SECTOR["ngo_media"]
_WORK, _IT_SCHEME = CHANNEL["work"], CHANNEL["it_scheme"]
RARE = 1e-3
"""Share of a cell below which nobody has a visa, or a draft to fear, for the look at what is on offer."""


class Month(NamedTuple):
    """What all commitments of a month share: P pairs of place and channel."""

    at_once: NDArray[np.bool_]  # [P] no queue and no wait
    approval: Floats  # [P] chance of a grant, screening included
    cost: Floats  # [P] EUR a person: fare, without exceptions
    fee: Floats  # [P] EUR an adult
    again: NDArray[np.int64]  # [1] month in which the refused may apply anew, 0 if at once
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
        np.empty(SLOTS), np.zeros(SLOTS), np.empty(SLOTS, np.uint8), np.empty(SLOTS, np.bool_), np.empty(SLOTS),
        np.zeros(SLOTS),
        np.empty(SLOTS, np.bool_),
    )  # fmt: skip


@njit(cache=True, nogil=True, error_model="numpy")
def fill_month(m: Month, t: int, tables: Tables, plans: Waiting, world: World, b: Behaviour) -> None:
    """Fill what the commitments of month `t` share."""
    m.again[0] = min(plans.processing.shape[1] - 1, t + int(b.reapply_months)) if b.reapply_months >= 1.0 else 0
    for pair in range(len(tables.pairs)):
        place, channel = tables.pairs[pair]
        unlimited = np.isinf(world.rules[t, place, channel].capacity) and plans.totals[pair, 0] <= 0.0
        m.at_once[pair] = unlimited and world.rules[t, place, channel].months == 0.0
        m.approval[pair] = approved(world, t, place, channel, b)
        m.cost[pair] = fare(world, t, place, channel, 0)
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
def choose(
    m: Month,
    people: Columns,
    heads: NDArray[np.int64],
    t: int,
    perceived: Floats,
    gone: Floats,
    heard: Floats,
    cells: Cells,
    home: Home,
    standing: Standing,
    plans: Waiting,
    options: Options,
    tables: Tables,
    tastes: Floats,
    moving: Moving,
    stock: Settled,
    abroad: Living,
    world: World,
    b: Behaviour,
    conditions: Conditions,
    out: Expected,
) -> None:
    """Let the free commit to destinations; `perceived`, `gone` (settled since the start), `heard` are the circles'.

    Each combination of the flags draft and visa looks for itself at what is on offer, if that differs.
    """
    fill_month(m, t, tables, plans, world, b)
    first, circle_of, own_share, kinds, visas = cells.first, cells.circle, cells.abroad, cells.kind[t], cells.visa[t]
    staff, sectors, drafts, holders, leans = cells.employer, cells.sector, standing.draft, standing.visa, standing.lean
    alike, index, rushes, free, returning = tables.alike[t], tables.number, options.rush, home.free, home.returning
    values, weights, channels, ahead = m.values, m.weights, m.channels, m.ahead
    value_there, weight_there, head_there = m.value_there, m.weight_there, m.head_there
    shares, on_staff, left = moving.share, moving.staff, moving.left
    means, sizes, grown = plans.means, plans.size, plans.grown
    lam, war_fear = conditions.lam, world.belarus[t].war_fear
    # read here once: a named tuple that is read between branches is counted at every read
    at_once, approvals, costs, fees, again = m.at_once, m.approval, m.cost, m.fee, m.again[0]
    passable, pair_of, groups = tables.passable[t], tables.pair_of, cells.groups[t]
    hunted, households, planning, behind = cells.hunted, cells.living, home.planning, home.left
    held, locked, there, heads_there = home.held, home.locked, home.there, home.ahead
    planned, granted, alone, new = plans.planned, plans.granted, plans.alone, plans.new
    arriving, came, brought = stock.arriving, abroad.came, abroad.brought
    committed, departures, harms = out.committed[t], out.departures[t], out.harms[t]
    ways, amounts = np.zeros((8 * SLOTS, 3), np.int64), np.zeros(8 * SLOTS)
    seen, where = np.zeros((SLOTS, N_CHANNELS, 2), np.int64), np.zeros((SLOTS, N_CHANNELS, 2), np.int64)
    chance, looks, per = np.zeros(4), np.zeros(4, np.int64), np.zeros(SLOTS)
    for row in range(len(heads)):
        head, circle = heads[row], circle_of[row]
        if t - people.birth[head] < ADULT_MONTHS:
            continue
        base = push(people, head, t, b, perceived[circle], war_fear, own_share[row] + gone[circle])
        base += war_term(war_fear, 0.0, leans[row])
        age, kin = (t - people.birth[head]) // 12, people.kin[head]
        for cell in range(first[row], first[row + 1]):
            amount, kind, sector = free[cell], kinds[cell], sectors[cell]
            free[cell] += returning[cell]
            if amount <= 0.0:
                continue
            eta = base + b.anticipation * heard[circle] * rushes[index[kind]]
            found = variants(
                drafts[row], 1.0 if visas[cell] else holders[row], kind, war_fear, alike, index, chance, looks
            )
            which = MEDIA if sector == _NGO_MEDIA else IT
            offered = shares[which].sum() if staff[cell] and (sector == _IT or sector == _NGO_MEDIA) else 0.0
            if offered > 0.0:
                on_staff[which] += amount
            ends = 0
            for i in range(found):
                k, dissimilarity, persons = looks[i] // 2, lam[looks[i] % 2], amount * chance[i]
                look(people, head, t, k, FROM_HOME, options, world, b, tastes[row], values, channels, ahead)
                total = weigh(values, weights)
                of_all = 0.0
                per[:] = 0.0
                if offered > 0.0:
                    purse_of = means[cell], sizes[cell], grown[cell]
                    take_along(
                        options, k, t, age, kin, purse_of, shares[which], tastes[row], world, b, value_there, head_there
                    )
                    weigh(value_there, weight_there)
                    for place in range(1, SLOTS):
                        better = value_there[place] > values[place]
                        whole = total + (weight_there[place] - weights[place]) if better else total
                        if shares[which, place] > 0.0 and whole > 1e-200:
                            leaving = persons * shares[which, place] * leave_probability(eta, dissimilarity, whole)
                            left[which, place] += leaving
                            of_all += leaving / whole
                            per[place] = leaving / whole if better else 0.0
                if total > 1e-200:
                    leaving = persons * (1.0 - offered) * leave_probability(eta, dissimilarity, total)
                    left[which, 0] += leaving if offered > 0.0 else 0.0
                    of_all += leaving / total
                for place in range(1, SLOTS):
                    for taken in range(2 if per[place] > 0.0 else 1):
                        if taken:
                            channel, lead, going = RELOCATION, int(head_there[place]), per[place] * weight_there[place]
                        else:
                            channel, lead = int(channels[place]), int(ahead[place])
                            going = weights[place] * max(0.0, of_all - per[place])
                        if going <= 0.0:
                            continue
                        if seen[place, channel, lead] != cell + 1:
                            seen[place, channel, lead], where[place, channel, lead] = cell + 1, ends
                            ways[ends, 0], ways[ends, 1], ways[ends, 2], amounts[ends] = place, channel, lead, 0.0
                            ends += 1
                        amounts[where[place, channel, lead]] += going
            size, h, household = sizes[cell], hunted[cell], households[cell]
            for i in range(ends):  # commit, and go at once where nothing has to be waited for
                place, channel, lead, persons = ways[i, 0], ways[i, 1], ways[i, 2], amounts[i]
                pair = pair_of[place, channel]
                going = persons / size if lead else persons
                committed[place, channel] += persons
                free[cell] -= persons
                if at_once[pair] and passable[pair, groups[cell]] >= 1.0:
                    goes, refused = going * approvals[pair], persons * (1.0 - approvals[pair])
                    if channel == _IRREGULAR or again <= 0:
                        free[cell] += refused
                        harms[CAUGHT] += going - goes if channel == _IRREGULAR else 0.0
                    else:
                        held[again, cell] += refused
                        locked[cell] += refused
                    behind[cell] += persons - refused - goes
                    there[cell, place] += goes
                    heads_there[cell, place] += goes * lead
                    arriving[h, place, channel] += goes
                    departures[place, channel] += goes
                    which = WORKING if brings_work(channel) else SAVING
                    saved = max(0.0, means[cell] - costs[pair] * (1.0 if lead else size) - fees[pair] * grown[cell])
                    came[household, place, which] += goes
                    brought[household, place, which] += goes * saved
                else:
                    before = planned[pair, cell] + granted[pair, cell]
                    alone[pair, cell] = (alone[pair, cell] * before + going * lead) / (before + going)
                    planned[pair, cell] += going
                    new[pair] += going
                    planning[cell] += going
                    behind[cell] += persons - going


@njit(cache=True, nogil=True, error_model="numpy")
def variants(
    draft: float,
    visa: float,
    kind: int,
    war_fear: float,
    alike: NDArray[np.int64],
    index: NDArray[np.int64],
    chance: Floats,
    looks: NDArray[np.int64],
) -> int:
    """Fill the looks that differ (twice the class, plus its group) and the share of each, [4]; return their number."""
    drafted = 0.0 if draft < RARE else (1.0 if draft > 1.0 - RARE else draft)
    holding = 0.0 if visa < RARE else (1.0 if visa > 1.0 - RARE else visa)
    found = 0
    for variant in range(4):
        mask = (FLAG_DRAFT if variant % 2 else 0) | (FLAG_VISA if variant >= 2 else 0)
        share = (drafted if variant % 2 else 1.0 - drafted) * (holding if variant >= 2 else 1.0 - holding)
        if share <= 0.0:
            continue
        number = index[kind | mask]
        if number < 0:
            number = index[kind]
        k = alike[number] * 2 + threat_group(kind | mask, war_fear)
        at = found
        for i in range(found):
            at = i if looks[i] == k else at
        if at == found:
            looks[at], chance[at] = k, 0.0
            found += 1
        chance[at] += share
    return found


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def take_along(
    options: Options,
    kind: int,
    t: int,
    age: int,
    kin: int,
    purse: tuple[float, float, float],
    shares: Floats,
    tastes: Floats,
    world: World,
    b: Behaviour,
    values: Floats,
    ahead: NDArray[np.bool_],
) -> None:
    """Fill the value of every place to staff whose employer takes them there; `purse` is money, people and adults."""
    means, size, grown = purse
    values[:] = MINUS_INFINITY
    offers = options.offers[kind]
    for i in range(options.lengths[kind]):
        offer = offers[i]
        place = offer.place
        reserve = b.reserve * world.places[t, place].rent
        whole = means >= move_price(offer.fare, offer.each, reserve, size, grown)
        alone = (size > 1.0) & (means >= move_price(offer.fare, offer.each, reserve, 1, 1))
        fits = (age >= offer.youngest) & (age <= offer.oldest) & (whole | alone)
        if fits & (offer.channel == RELOCATION) & (shares[place] > 0.0):
            value = offer.value + tastes[1, RELOCATION] + (0.0 if whole else b.separation)
            values[place] = value + (tastes[0, place] + (b.kin if kin == place else 0.0))
            ahead[place] = not whole

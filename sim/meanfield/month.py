"""The month of the twin: the engine's schedule with persons as fluids."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sim.arithmetic import exp
from sim.behaviour import Behaviour
from sim.choice import MINUS_INFINITY, leave_probability, war_term
from sim.codes import CHANNEL, PLACE, SLOTS, STATUS
from sim.columns import Columns
from sim.conditions import ADULT_MONTHS, Conditions
from sim.decision.destination_nest import CLOSED
from sim.meanfield.abroad import Settled, decide, end_month, openness_of_rows, plain_openness, share_due
from sim.meanfield.standing import Standing, begin_month, pendular_month
from sim.meanfield.state import Cells, Expected, Home
from sim.meanfield.tables import Tables, fill
from sim.meanfield.waiting import Waiting, move_plans
from sim.options import Options, draw_tastes, look
from sim.processes.perceive import remembered
from sim.processes.repress import charge_probability
from sim.units import push
from sim.world import World

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
_IRREGULAR = CHANNEL["irregular"]
_BELARUS, _HOME, _PENDULAR = PLACE["belarus"], STATUS["home"], STATUS["pendular"]
DETAINED, CHARGED, DRAFTED, CAUGHT, ARRESTED, LOST = range(6)
"""Harms, in the order of `recorder.HARMS`."""


@njit(cache=True, nogil=True, error_model="numpy")
def run_months(
    months: int,
    people: Columns,
    heads: Whole,
    cells: Cells,
    home: Home,
    standing: Standing,
    stock: Settled,
    plans: Waiting,
    options: Options,
    tables: Tables,
    world: World,
    b: Behaviour,
    conditions: Conditions,
    out: Expected,
) -> None:
    """Simulate months 0 to `months` - 1; fills `out`."""
    tastes = np.empty((len(heads), 2, SLOTS))
    for row in range(len(heads)):
        draw_tastes(people.key[heads[row]], b, conditions.trait_seed, tastes[row])
    started = _settled_by_place(stock)
    abroad_at_start = _abroad_by_group(cells, home)
    abroad = abroad_at_start.copy()
    residents = world.places[0].diaspora.copy()
    same = np.zeros(len(tables.kinds), np.bool_)
    openness = np.ones((2, SLOTS, stock.persons.shape[2], world.openness.shape[2]))
    varies = np.zeros(SLOTS, np.bool_)
    pendular = cells.pendular.copy()
    away = pendular.sum(axis=0)
    rates, lengths = np.zeros((2, SLOTS)), np.zeros(months + 1)
    perceived, lost_in_wait = np.empty(len(cells.members)), np.empty(len(cells.row))
    for t in range(months):
        fill(options, same, tables, world, t, b, conditions, residents, plans.totals[:, 0])
        begin_month(standing, people, heads, t, world, b, conditions)
        plain_openness(openness, varies, t, world)
        for place in range(1, SLOTS):
            if varies[place]:
                there = home.there[:, place]
                openness_of_rows(openness, place, t, world, there, cells.groups[t], cells.hunted)
        _passports(stock, cells, home, t, world)
        out.harms[t, LOST] = decide(stock, openness, t, world, b)
        _repress(cells, home, standing, plans.size, t, world, b, perceived, lost_in_wait, out)
        for circle in range(len(perceived)):
            share = perceived[circle] / cells.members[circle]
            home.memory[circle] = remembered(home.memory[circle], share, b.circle_decay)
            perceived[circle] = world.belarus[t].news + b.circle_gain * home.memory[circle]
        share = (abroad - abroad_at_start) / cells.members
        _choose(
            people, heads, cells, home, standing, stock, plans, options, same, tables, tastes, t, world, b, conditions,
            perceived, share, out,
        )  # fmt: skip
        out.harms[t, CAUGHT] += move_plans(
            plans, t, tables, world, b, cells.groups[t], cells.hunted, lost_in_wait, home.free, home.barred,
            home.planning, home.there, stock.arriving, out.departures[t],
        )  # fmt: skip
        end_month(stock, t, world, b)
        workers = np.zeros(2)
        for cell in range(len(cells.row)):
            units = (home.free[cell] + home.barred[cell]) / plans.size[cell]
            for kind in range(2):
                workers[kind] += units * standing.workers[cells.row[cell], kind]
        pendular_month(standing, people, t, world, b, conditions, rates, lengths)
        for place in range(SLOTS):
            went = workers[0] * rates[0, place] + workers[1] * rates[1, place]
            away[place] = max(0.0, away[place] + went - pendular[t, place])
            for k in range(1, months - t):
                if lengths[k] <= 0.0 and k > 3:
                    break
                pendular[t + k, place] += went * lengths[k]
        settled = _settled_by_place(stock)
        for place in range(SLOTS):
            residents[place] = max(0.0, world.places[0, place].diaspora + settled[place] - started[place])
        abroad = _abroad_by_group(cells, home)
        at_home = home.free.sum() + home.barred.sum() + home.locked.sum() + home.planning.sum()
        out.stocks[t] = stock.persons.sum(axis=0).sum(axis=1)
        out.stocks[t, _BELARUS, _HOME] = at_home - away.sum()
        out.stocks[t, :, _PENDULAR] = away


@njit(cache=True, nogil=True, error_model="numpy")
def _settled_by_place(stock: Settled) -> Floats:
    return stock.persons.sum(axis=0).sum(axis=1).sum(axis=1)


@njit(cache=True, nogil=True, error_model="numpy")
def _abroad_by_group(cells: Cells, home: Home) -> Floats:
    abroad = np.zeros(len(cells.members))
    for cell in range(len(cells.row)):
        abroad[cells.circle[cells.row[cell]]] += home.there[cell].sum()
    return abroad


@njit(cache=True, nogil=True, error_model="numpy")
def _passports(stock: Settled, cells: Cells, home: Home, t: int, world: World) -> None:
    """Fill the share with a valid passport by place, and renew those of whom something is decided this month."""
    renews = world.belarus[t].passport_abroad > 0.5
    total, valid, falls_due = np.zeros((2, SLOTS)), np.zeros((2, SLOTS)), np.zeros((2, SLOTS))
    if renews:
        share_due(stock, t, falls_due)
    for cell in range(len(cells.row)):
        there = home.there[cell]
        h, now = cells.hunted[cell], there.sum()
        if now <= 0.0:
            home.counted[cell] = 0.0
            continue
        renewed = home.renewed[cell] * max(0.0, home.counted[cell] - home.returned[cell]) / now
        if renews and cells.passport[cell] < t:
            looked_at = 0.0
            for place in range(1, SLOTS):
                looked_at += there[place] * falls_due[h, place]
            renewed += (1.0 - renewed) * looked_at / now
        home.renewed[cell] = min(1.0, renewed)
        home.counted[cell], home.returned[cell] = now, 0.0
        if not renews:
            share = 1.0 if cells.passport[cell] >= t else home.renewed[cell]
            for place in range(1, SLOTS):
                total[h, place] += there[place]
                valid[h, place] += there[place] * share
    stock.valid[:] = 1.0
    if not renews:
        for h in range(2):
            for place in range(1, SLOTS):
                if total[h, place] > 0.0:
                    stock.valid[h, place] = valid[h, place] / total[h, place]


@njit(cache=True, nogil=True, error_model="numpy")
def _repress(
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
    free, barred, held, locked = home.free, home.barred, home.held, home.locked
    charged = charge_probability(world.belarus[t].charges, world.belarus[t].detentions)
    ban, custody = world.belarus[t].ban_accused, b.custody_charged
    closed = min(1.0, world.belarus[t].closures / b.organisations)
    short = 1.0 - charged * (ban + (1.0 - ban) * custody)
    last = len(held) - 1
    by_ban, by_custody = min(last, t + int(b.accused_months) + 1), min(last, t + int(b.custody_months) + 1)
    new_free, new_barred = np.zeros(len(free)), np.zeros(len(free))
    detained[:] = 0.0
    for cell in range(len(free)):
        row = cells.row[cell]
        free[cell] += held[t, cell]
        locked[cell] -= held[t, cell]
        barred_now, released = free[cell] * standing.barred_now[row], barred[cell] * standing.released[row]
        free[cell] += released - barred_now
        barred[cell] += barred_now - released
        units = (free[cell] + barred[cell] + locked[cell] + home.planning[cell]) / sizes[cell]
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
            held[by_custody, to] += amount * charged * (1.0 - ban) * custody
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


@njit(cache=True, nogil=True, error_model="numpy")
def _choose(
    people: Columns,
    heads: Whole,
    cells: Cells,
    home: Home,
    standing: Standing,
    stock: Settled,
    plans: Waiting,
    options: Options,
    same: NDArray[np.bool_],
    tables: Tables,
    tastes: Floats,
    t: int,
    world: World,
    b: Behaviour,
    conditions: Conditions,
    perceived: Floats,
    gone: Floats,
    out: Expected,
) -> None:
    """Let the free commit to a destination, and those abroad return, move onward or stay."""
    free, planning, there, planned, new = home.free, home.planning, home.there, plans.planned, plans.new
    back, onward, wished, moved = stock.back, stock.onward, stock.wished, stock.moved
    arriving, departures, committed = stock.arriving, out.departures[t], out.committed[t]
    returned, onward_from, onward_to = out.returned[t], out.onward_from[t], out.onward_to[t]
    pairs, pair_of, passable = tables.pairs, tables.pair_of, tables.passable[t]
    lam, war_fear, arrest = conditions.lam, world.belarus[t].war_fear, world.belarus[t].arrest_on_return
    liability = war_term(war_fear, True, b.war, b.conscription) - war_term(war_fear, False, b.war, b.conscription)
    at_once, approvals = np.empty(len(pairs), np.bool_), np.empty(len(pairs))
    for pair in range(len(pairs)):
        place, channel = pairs[pair]
        unlimited = np.isinf(world.rules[t, place, channel].capacity) and plans.totals[pair, 0] <= 0.0
        at_once[pair] = unlimited and world.rules[t, place, channel].months == 0.0
        approvals[pair] = world.rules[t, place, channel].approval
    values, others = np.empty(SLOTS), np.empty(SLOTS)
    weights, other_weights = np.zeros(SLOTS), np.zeros(SLOTS)
    channels, other_channels = np.empty(SLOTS, np.uint8), np.empty(SLOTS, np.uint8)
    for row in range(len(heads)):
        head = heads[row]
        eta = push(
            people, head, t, b, perceived[cells.circle[row]], war_fear, cells.abroad[row] + gone[cells.circle[row]]
        )
        eta += standing.lean[row] * liability
        adult = t - people.birth[head] >= ADULT_MONTHS
        for cell in range(cells.first[row], cells.first[row + 1]):
            h, kind, groups = cells.hunted[cell], cells.kind[t, cell], cells.groups[t, cell]
            abroad = home.counted[cell]
            if (free[cell] <= 0.0 or not adult) and abroad <= 0.0:
                continue
            look(people, head, t, kind, False, options, world, b, tastes[row], values, channels)
            total = _weigh(values, weights)
            returning = 0.0
            if abroad > 0.0:
                if same[kind]:
                    other_weights[:], other_channels[:], whole = weights, channels, total
                else:
                    look(people, head, t, kind, True, options, world, b, tastes[row], others, other_channels)
                    whole = _weigh(others, other_weights)
                per_weight = 0.0
                for place in range(1, SLOTS):
                    here = there[cell, place]
                    others[place] = 0.0
                    if here <= 0.0:
                        continue
                    leaving = here * back[h, place]
                    wish = (here - leaving) * onward[h, place]
                    elsewhere = whole - other_weights[place]
                    if elsewhere < 1e-6 * whole:  # the difference of two like numbers would be mere rounding
                        elsewhere = other_weights[:place].sum() + other_weights[place + 1 :].sum()
                    go = wish if elsewhere > 1e-200 else 0.0
                    if go > 0.0:
                        others[place] = go / elsewhere
                        per_weight += others[place]
                    wished[h, place] += wish
                    moved[h, place] += go
                    returned[place] += leaving
                    onward_from[place] += go
                    returning += leaving
                    there[cell, place] = here - leaving - go
                for place in range(1, SLOTS):
                    came = other_weights[place] * (per_weight - others[place])
                    if came > 0.0:
                        there[cell, place] += came
                        arriving[h, place, other_channels[place]] += came
                        onward_to[place] += came
                out.harms[t, ARRESTED] += returning / plans.size[cell] * cells.persecuted[cell] * arrest
            if adult and free[cell] > 0.0 and total > 1e-200:
                leaving = free[cell] * leave_probability(eta, lam, total)
                free[cell] -= leaving
                per_weight = leaving / total
                for place in range(1, SLOTS):
                    if values[place] == MINUS_INFINITY:
                        continue
                    channel = channels[place]
                    pair = pair_of[place, channel]
                    amount = per_weight * weights[place]
                    committed[place, channel] += amount
                    if at_once[pair] and passable[pair, groups] >= 1.0:
                        goes = amount * approvals[pair]
                        out.harms[t, CAUGHT] += amount - goes if channel == _IRREGULAR else 0.0
                        free[cell] += amount - goes
                        there[cell, place] += goes
                        arriving[h, place, channel] += goes
                        departures[place, channel] += goes
                    else:
                        planned[pair, cell] += amount
                        new[pair] += amount
                        planning[cell] += amount
            free[cell] += returning
            home.returned[cell] = returning


@njit(cache=True, nogil=True, error_model="numpy")
def _weigh(values: Floats, weights: Floats) -> float:
    """Fill the weights `exp(value)` of all places, zero where closed; return their sum."""
    total = 0.0
    for place in range(SLOTS):  # a loop of its own, so that it becomes vectors
        weights[place] = exp(max(values[place], CLOSED))
    for place in range(SLOTS):
        weights[place] = weights[place] if values[place] > CLOSED else 0.0
        total += weights[place]
    return total

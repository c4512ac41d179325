"""The month of the twin: the engine's schedule with persons as fluids."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sim.behaviour import Behaviour
from sim.codes import PLACE, SLOTS, STATUS
from sim.columns import Columns
from sim.conditions import Conditions
from sim.meanfield import living
from sim.meanfield.abroad import Settled, decide, end_month, hazards, openness_of_rows, plain_openness
from sim.meanfield.choosing import Month, choose
from sim.meanfield.emigrants import Means, begin_abroad, follow, live_abroad
from sim.meanfield.home import repress
from sim.meanfield.living import Living
from sim.meanfield.markets import respond
from sim.meanfield.moving import Moving, relocate, thin_out
from sim.meanfield.standing import Standing, begin_month, pendular_month
from sim.meanfield.state import CAUGHT, LOST, Cells, Expected, Home
from sim.meanfield.tables import Tables, fill, fill_rush
from sim.meanfield.waiting import Waiting, move_plans
from sim.options import Options
from sim.processes.perceive import remembered, spread
from sim.views import draw_tastes
from sim.world import World

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
_BELARUS, _HOME, _PENDULAR = PLACE["belarus"], STATUS["home"], STATUS["pendular"]


@njit(cache=True, nogil=True, error_model="numpy")
def run_months(
    months: int,
    people: Columns,
    settled: Columns,
    means: Means,
    heads: Whole,
    cells: Cells,
    home: Home,
    standing: Standing,
    stock: Settled,
    abroad: Living,
    plans: Waiting,
    moving: Moving,
    m: Month,
    options: Options,
    later_options: Options,
    tables: Tables,
    later: Tables,
    pending: NDArray[np.bool_],
    world: World,
    b: Behaviour,
    conditions: Conditions,
    out: Expected,
) -> None:
    """Simulate months 0 to `months` - 1; fills `out`.

    `later` tabulates what closures announced will leave open, `pending` bool[T] the months in which there are any.
    `world` is the run's own where its rents and approvals answer to newcomers.
    """
    tastes = np.empty((len(heads), 2, SLOTS))
    for row in range(len(heads)):
        draw_tastes(people.key[heads[row]], b, conditions.trait_seed, tastes[row])
    started = _settled_by_place(stock)
    settled_at_start = _abroad_by_group(cells, home)
    gone = settled_at_start.copy()
    residents, inflow = world.places[0].diaspora.copy(), np.zeros((12, SLOTS))
    same = np.zeros(len(tables.kinds), np.bool_)
    openness = np.ones((2, SLOTS, stock.persons.shape[2], world.openness.shape[2]))
    varies = np.zeros(SLOTS, np.bool_)
    pendular = cells.pendular.copy()
    away = pendular.sum(axis=0)
    rates, lengths = np.zeros((2, SLOTS)), np.zeros(months + 1)
    perceived, heard = np.empty(len(cells.members)), np.zeros(len(cells.members))
    lost_in_wait = np.empty(len(cells.row))
    for t in range(months):
        queued = plans.totals[:, 0]
        fill(options, same, tables, world, t, b, conditions, residents, queued)
        if pending[t] and b.anticipation > 0.0:
            fill(later_options, same, later, world, t, b, conditions, residents, queued)
            fill_rush(options, later_options, tables, later, t)
        else:
            options.rush[:] = 0.0
        relocate(moving, t, tables, world, b, conditions, residents, queued)
        begin_month(standing, people, heads, t, world, b, conditions)
        plain_openness(openness, varies, t, world)
        for place in range(1, SLOTS):
            if varies[place]:
                there = home.there[:, place]
                openness_of_rows(openness, place, t, world, there, cells.groups[t], cells.hunted)
        begin_abroad(means, stock, cells, home, standing, t, world)
        out.harms[t, LOST] = decide(stock, openness, t, world, b)
        living.live_on(abroad, stock, t, world, b)
        hazards(stock, abroad.poor_of_status, t, world, b)
        repress(cells, home, standing, plans.size, t, world, b, perceived, lost_in_wait, out)
        for circle in range(len(perceived)):
            share = perceived[circle] / cells.members[circle]
            home.memory[circle] = remembered(home.memory[circle], share, b.circle_decay)
            perceived[circle] = world.belarus[t].news + b.circle_gain * home.memory[circle]
            settled_share = gone[circle] / cells.members[circle]
            heard[circle] = spread(heard[circle], b.news_reach, b.hearsay, settled_share) if pending[t] else 0.0
        live_abroad(
            means, settled, heads, cells, home, standing, stock, abroad, plans, options, tables, tastes, t, world, b,
            out,
        )  # fmt: skip
        follow(means, cells, home, standing, stock, abroad, plans, tables, t, world, b, out)
        choose(
            m, people, heads, t, perceived, (gone - settled_at_start) / cells.members, heard, cells, home, standing,
            plans, options, tables, tastes, moving, stock, abroad, world, b, conditions, out,
        )  # fmt: skip
        thin_out(moving, t)
        out.harms[t, CAUGHT] += move_plans(
            plans, t, tables, world, b, cells, home, lost_in_wait, abroad, stock.arriving, out.departures[t]
        )
        inflow[t % 12] = stock.arriving.sum(axis=0).sum(axis=1)
        living.end_month(abroad, stock, t, world, b)
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
        residing = _settled_by_place(stock)
        for place in range(SLOTS):
            residents[place] = max(0.0, world.places[0, place].diaspora + residing[place] - started[place])
        respond(world, t, residents, inflow)
        gone = _abroad_by_group(cells, home)
        at_home = home.free.sum() + home.barred.sum() + home.locked.sum() + home.planning.sum() + home.left.sum()
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

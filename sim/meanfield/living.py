"""Living abroad in expectation: work, savings and destitution by class of household and place.

Households of a class have about the same savings at the start and the same number of adults. At a place they are
without status or not, and each has work, lives on savings, or is destitute. Savings of those without work are taken
as exponentially distributed, so that a month's spending leaves the same distribution to fewer.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sim.arithmetic import exp
from sim.behaviour import Behaviour
from sim.codes import CHANNEL, SLOTS, STATUS
from sim.meanfield.abroad import Settled
from sim.processes.live import language_level, right_to_work
from sim.processes.move_on import return_hazard
from sim.world import World

Floats = NDArray[np.float64]
_PERMIT, _IRREGULAR, _CITIZEN = STATUS["permit"], STATUS["irregular"], STATUS["citizen"]
_WORK, _IT_SCHEME = CHANNEL["work"], CHANNEL["it_scheme"]
WORKING, SAVING, DESTITUTE = 0, 1, 2
_NOBODY = 1e-9


class Living(NamedTuple):
    """Households by class: K classes, P places, 2 for those with and without status."""

    persons: Floats  # [K, P, 2, 3] working, living on savings, destitute
    savings: Floats  # [K, P, 2, 2] EUR of the households of the first two, times their persons
    adults: Floats  # [K] in a household, 0 of those with a pension
    months: Floats  # [P] mean time since arrival
    pull: Floats  # [K, P] mean hazard of return of those not persecuted, no man liable
    poor: Floats  # [K, P] share destitute
    poor_of_status: Floats  # [P, 2] the same of all with and without status
    means: Floats  # [K] mean savings of a household that is not destitute
    able: Floats  # [K, P] share that can pay for a move to the place
    went: Floats  # [K, P] returned this month
    moved: Floats  # [K, P] went onward
    came: Floats  # [K, P, 2] arrived: with work, without
    brought: Floats  # [K, P, 2] savings of these, times persons


def living(adults: Floats) -> Living:
    """Nobody abroad yet; `adults` float64[K] of a household of each class."""
    k = len(adults)
    here = (k, SLOTS)
    return Living(
        np.zeros((*here, 2, 3)), np.zeros((*here, 2, 2)), adults, np.zeros(SLOTS), np.zeros(here), np.zeros(here),
        np.zeros((SLOTS, 2)), np.zeros(k), np.ones(here), np.zeros(here), np.zeros(here),
        np.zeros((*here, 2)), np.zeros((*here, 2)),
    )  # fmt: skip


@njit(cache=True, nogil=True, error_model="numpy")
def live_on(home: Living, stock: Settled, t: int, world: World, b: Behaviour) -> None:
    """Let everybody abroad lose status (`stock.lost`), find or lose work, save or spend; fill the shares."""
    pull = world.belarus[t].return_pull
    persons, savings, grown, tenure = home.persons, home.savings, home.adults, home.months
    pulls, poors, of_status, means = home.pull, home.poor, home.poor_of_status, home.means
    settled, lost_status = stock.persons, stock.lost
    of_status[:] = 0.0
    total, poor, whole, saved = np.zeros(2), np.zeros(2), np.zeros(len(grown)), np.zeros(len(grown))
    for place in range(1, SLOTS):
        at_first = right = 0.0
        for h in range(2):
            for channel in range(settled.shape[2]):
                works = world.rules[t, place, channel].works
                for status in range(1, _CITIZEN + 1):
                    here = settled[h, place, channel, status] if status != _IRREGULAR else 0.0
                    at_first += here
                    right += here * right_to_work(status, works, b.irregular_work)
        language = language_level(world.places[t, place].language, b.language_learning, int(tenure[place] + 0.5))
        wage, rent, lost = world.places[t, place].wage, world.places[t, place].rent, lost_status[place]
        right = right / at_first if at_first > 0.0 else 1.0
        total[:], poor[:] = 0.0, 0.0
        for k in range(len(grown)):
            for state in range(3):
                amount = persons[k, place, 0, state] * lost
                persons[k, place, 0, state] -= amount
                persons[k, place, 1, state] += amount
                if state < DESTITUTE:
                    amount = savings[k, place, 0, state] * lost
                    savings[k, place, 0, state] -= amount
                    savings[k, place, 1, state] += amount
            back = everyone = 0.0
            for i in range(2):
                share = b.irregular_work if i else right
                find = min(1.0, b.job_finding * share * language)
                _month_of(persons[k, place, i], savings[k, place, i], grown[k], find, wage, rent, b)
                for state in range(3):
                    here = persons[k, place, i, state]
                    total[i] += here
                    everyone += here
                    back += here * return_hazard(
                        b, pull, False, _IRREGULAR if i else _PERMIT, state == DESTITUTE, False
                    )
                    if state < DESTITUTE:
                        whole[k] += here
                        saved[k] += savings[k, place, i, state]
                poor[i] += persons[k, place, i, DESTITUTE]
            none = everyone <= _NOBODY
            broke = persons[k, place, 0, DESTITUTE] + persons[k, place, 1, DESTITUTE]
            pulls[k, place] = return_hazard(b, pull, False, _PERMIT, False, False) if none else back / everyone
            poors[k, place] = 0.0 if none else broke / everyone
        for i in range(2):
            of_status[place, i] = poor[i] / total[i] if total[i] > 0.0 else 0.0
        stock.working[place] = persons[:, place, 0, WORKING].sum() / total[0] if total[0] > _NOBODY else 1.0
    for k in range(len(grown)):
        means[k] = saved[k] / whole[k] if whole[k] > _NOBODY else -1.0
        _afford(home.able[k], persons[k], savings[k], grown[k], t, world, b)


@njit(cache=True, nogil=True, error_model="numpy")
def _afford(able: Floats, persons: Floats, savings: Floats, grown: float, t: int, world: World, b: Behaviour) -> None:
    """Fill the share of a class that can pay fare and reserve of a move to each place, float64[places]."""
    number, money = np.zeros(3), np.zeros(3)
    for state in range(3):
        number[state] = persons[:, :, state].sum()
        money[state] = savings[:, :, state].sum() if state < DESTITUTE else 0.0
    total = number.sum()
    for place in range(1, SLOTS):
        way = world.places[t, place].fare_land if world.places[t, place].by_land else np.inf
        way = min(way, world.places[t, place].fare_air if world.places[t, place].by_air else np.inf)
        price = max(1.0, grown) * way + b.reserve * world.places[t, place].rent
        able[place] = 1.0
        if total > _NOBODY and price > 0.0:
            able[place] = 0.0
            for state in range(2):
                if money[state] > 0.0:
                    able[place] += number[state] / total * exp(-min(600.0, price * number[state] / money[state]))


@njit(cache=True, nogil=True, error_model="numpy")
def _month_of(
    persons: Floats, savings: Floats, grown: float, find: float, wage: float, rent: float, b: Behaviour
) -> None:
    """Move the households of one class, place and right to stay on by a month: `persons` [3], `savings` [2]."""
    total = persons[WORKING] + persons[SAVING] + persons[DESTITUTE]
    if total <= _NOBODY or grown <= 0.0:
        return
    working = persons[WORKING] / total
    if grown > 1.0:
        each = 1.0 - np.sqrt(max(0.0, 1.0 - working))  # of the adults, who find work each for himself
        earners = 2.0 / (2.0 - each)
        lose = 2.0 * (1.0 - each) / (2.0 - each) * b.job_loss * (1.0 - find)
        start = 1.0 - (1.0 - find) * (1.0 - find)
    else:
        earners, lose, start = 1.0, b.job_loss, find
    dismissed, hired = persons[WORKING] * lose, persons[SAVING] * start
    lost, kept = savings[WORKING] * lose, savings[SAVING] * start
    persons[WORKING] += hired + persons[DESTITUTE] * start - dismissed
    persons[DESTITUTE] *= 1.0 - start
    savings[WORKING] += kept - lost + persons[WORKING] * earners * b.saving_share * wage
    persons[SAVING] += dismissed - hired
    savings[SAVING] += lost - kept
    if persons[SAVING] <= 0.0:
        return
    spent = grown * b.subsistence * rent * persons[SAVING]
    left = exp(-min(600.0, spent / savings[SAVING])) if savings[SAVING] > 0.0 else 0.0
    persons[DESTITUTE] += persons[SAVING] * (1.0 - left)
    persons[SAVING] *= left
    savings[SAVING] *= left


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def arrive(came: Floats, brought: Floats, k: int, place: int, persons: float, hired: bool, savings: float) -> None:
    """Note `persons` of class `k` who arrive at a place, with work or without, and their household's savings, EUR."""
    which = WORKING if hired else SAVING
    came[k, place, which] += persons
    brought[k, place, which] += persons * max(0.0, savings)


@njit(cache=True, nogil=True, error_model="numpy")
def end_month(home: Living, stock: Settled, t: int, world: World, b: Behaviour) -> None:
    """Take away who returned or moved onward this month, and add who came; to be called before the stock's own."""
    pull = world.belarus[t].return_pull
    persons, savings, tenure = home.persons, home.savings, home.months
    pulls, poors, gone, onward, new, brought = home.pull, home.poor, home.went, home.moved, home.came, home.brought
    arriving = stock.arriving
    for place in range(1, SLOTS):
        there = came = irregular = 0.0
        for channel in range(arriving.shape[2]):
            arrived = arriving[0, place, channel] + arriving[1, place, channel]
            came += arrived
            irregular += arrived if world.law[place, channel].first_status == _IRREGULAR else 0.0
        irregular = irregular / came if came > 0.0 else 0.0
        for k in range(len(pulls)):
            here = 0.0
            for i in range(2):
                for state in range(3):
                    here += persons[k, place, i, state]
            weight = pulls[k, place] * here
            went, moved = gone[k, place], onward[k, place]
            able = 1.0 if b.reserve <= 0.0 else max(1e-9, 1.0 - poors[k, place])
            leaving = min(1.0, moved / ((here - went) * able)) if moved > 0.0 and here > went else 0.0
            for i in range(2):
                for state in range(3):
                    hazard = return_hazard(b, pull, False, _IRREGULAR if i else _PERMIT, state == DESTITUTE, False)
                    stays = 1.0 - min(1.0, hazard * went / weight) if weight > 0.0 else 1.0
                    stays *= 1.0 - leaving if state != DESTITUTE or b.reserve <= 0.0 else 1.0
                    persons[k, place, i, state] *= stays
                    if state < DESTITUTE:
                        share = irregular if i else 1.0 - irregular
                        persons[k, place, i, state] += new[k, place, state] * share
                        savings[k, place, i, state] = savings[k, place, i, state] * stays
                        savings[k, place, i, state] += brought[k, place, state] * share
            there += here
        tenure[place] = (tenure[place] + 1.0) * there / (there + came) if there + came > _NOBODY else 0.0
    gone[:], onward[:], new[:], brought[:] = 0.0, 0.0, 0.0, 0.0

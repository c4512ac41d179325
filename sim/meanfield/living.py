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
from sim.options import RELOCATION
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
        np.zeros((SLOTS, 2)), np.zeros(k), np.zeros(here), np.zeros(here), np.zeros((*here, 2)), np.zeros((*here, 2)),
    )  # fmt: skip


@njit(cache=True, nogil=True, error_model="numpy")
def live_on(home: Living, stock: Settled, t: int, world: World, b: Behaviour) -> None:
    """Let everybody abroad lose status (`stock.lost`), find or lose work, save or spend; fill the shares."""
    pull = world.belarus[t].return_pull
    home.poor_of_status[:] = 0.0
    for place in range(1, SLOTS):
        at_first = right = 0.0
        for h in range(2):
            for channel in range(stock.persons.shape[2]):
                works = world.rules[t, place, channel].works
                for status in range(1, _CITIZEN + 1):
                    here = stock.persons[h, place, channel, status]
                    if here > 0.0 and status != _IRREGULAR:
                        at_first += here
                        right += here * right_to_work(status, works, b.irregular_work)
        language = language_level(world.places[t, place].language, b.language_learning, int(home.months[place] + 0.5))
        wage, rent = world.places[t, place].wage, world.places[t, place].rent
        total, poor = np.zeros(2), np.zeros(2)
        for k in range(len(home.adults)):
            if home.persons[k, place].sum() <= _NOBODY:
                _describe(home, k, place, pull, b)
                continue
            lost = stock.lost[place]
            for state in range(3):
                amount = home.persons[k, place, 0, state] * lost
                home.persons[k, place, 0, state] -= amount
                home.persons[k, place, 1, state] += amount
                if state < DESTITUTE:
                    amount = home.savings[k, place, 0, state] * lost
                    home.savings[k, place, 0, state] -= amount
                    home.savings[k, place, 1, state] += amount
            for i in range(2):
                share = b.irregular_work if i else (right / at_first if at_first > 0.0 else 1.0)
                find = min(1.0, b.job_finding * share * language)
                _month_of(home.persons[k, place, i], home.savings[k, place, i], home.adults[k], find, wage, rent, b)
                total[i] += home.persons[k, place, i].sum()
                poor[i] += home.persons[k, place, i, DESTITUTE]
            _describe(home, k, place, pull, b)
        for i in range(2):
            home.poor_of_status[place, i] = poor[i] / total[i] if total[i] > 0.0 else 0.0
    for k in range(len(home.adults)):
        persons = savings = 0.0
        for state in range(2):
            persons += home.persons[k, :, :, state].sum()
            savings += home.savings[k, :, :, state].sum()
        home.means[k] = savings / persons if persons > _NOBODY else -1.0


@njit(cache=True, nogil=True, error_model="numpy")
def _month_of(
    persons: Floats, savings: Floats, grown: float, find: float, wage: float, rent: float, b: Behaviour
) -> None:
    """Move the households of one class, place and right to stay on by a month: `persons` [3], `savings` [2]."""
    total = persons.sum()
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


@njit(cache=True, nogil=True, error_model="numpy")
def _describe(home: Living, k: int, place: int, pull: float, b: Behaviour) -> None:
    """Fill the share destitute and the mean hazard of return of one class at one place."""
    total = back = poor = 0.0
    for i in range(2):
        status = _IRREGULAR if i else _PERMIT
        for state in range(3):
            here = home.persons[k, place, i, state]
            total += here
            back += here * return_hazard(b, pull, False, status, state == DESTITUTE, False)
            poor += here if state == DESTITUTE else 0.0
    at_least = return_hazard(b, pull, False, _PERMIT, False, False)
    home.pull[k, place] = back / total if total > _NOBODY else at_least
    home.poor[k, place] = poor / total if total > _NOBODY else 0.0


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def hired(channel: int) -> bool:
    """True for channels by which one arrives with work."""
    return bool((channel == _WORK) | (channel == _IT_SCHEME) | (channel == RELOCATION))


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def arrive(home: Living, k: int, place: int, persons: float, hired: bool, savings: float) -> None:
    """Note `persons` of class `k` who arrive at a place, with work or without, and their household's savings, EUR."""
    which = WORKING if hired else SAVING
    home.came[k, place, which] += persons
    home.brought[k, place, which] += persons * max(0.0, savings)


@njit(cache=True, nogil=True, error_model="numpy")
def end_month(home: Living, stock: Settled, t: int, world: World, b: Behaviour) -> None:
    """Take away who returned or moved onward this month, and add who came; to be called before the stock's own."""
    pull = world.belarus[t].return_pull
    for place in range(1, SLOTS):
        there = came = irregular = 0.0
        for h in range(2):
            for channel in range(stock.arriving.shape[2]):
                arriving = stock.arriving[h, place, channel]
                came += arriving
                irregular += arriving if world.law[place, channel].first_status == _IRREGULAR else 0.0
        irregular = irregular / came if came > 0.0 else 0.0
        for k in range(len(home.adults)):
            here = home.persons[k, place].sum()
            weight = home.pull[k, place] * here
            went, moved = home.went[k, place], home.moved[k, place]
            for i in range(2):
                status = _IRREGULAR if i else _PERMIT
                for state in range(3):
                    stays = 1.0
                    if weight > 0.0 and went > 0.0:
                        hazard = return_hazard(b, pull, False, status, state == DESTITUTE, False)
                        stays -= min(1.0, hazard * went / weight)
                    if moved > 0.0 and here > went and (state != DESTITUTE or b.reserve <= 0.0):
                        able = 1.0 if b.reserve <= 0.0 else max(1e-9, 1.0 - home.poor[k, place])
                        stays *= 1.0 - min(1.0, moved / ((here - went) * able))
                    home.persons[k, place, i, state] *= stays
                    if state < DESTITUTE:
                        home.savings[k, place, i, state] *= stays
            for which in range(2):
                persons = home.came[k, place, which]
                for i in range(2):
                    share = irregular if i else 1.0 - irregular
                    home.persons[k, place, i, which] += persons * share
                    home.savings[k, place, i, which] += home.brought[k, place, which] * share
                home.came[k, place, which] = home.brought[k, place, which] = 0.0
            home.went[k, place] = home.moved[k, place] = 0.0
            there += here
        home.months[place] = (home.months[place] + 1.0) * there / (there + came) if there + came > _NOBODY else 0.0

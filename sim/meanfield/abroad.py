"""Those settled abroad as a fluid: persons by place, channel, status and the month in which something is decided.

Hazards of return and of an onward move depend on place, status and whether one is hunted, so the totals follow the
engine's rules exactly; the rows hold only how many of theirs are in each place, and take its mean hazards.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sim.behaviour import Behaviour
from sim.codes import INSTRUMENT, N_CHANNELS, N_STATUSES, SLOTS, STATUS
from sim.meanfield.tables import N_MASKS
from sim.processes.depart import brings_work
from sim.processes.move_on import onward_hazard, return_hazard
from sim.processes.screening import screened
from sim.processes.settle import renewal_probability
from sim.world import World, open_share

Floats = NDArray[np.float64]
_HOME, _PENDULAR = STATUS["home"], STATUS["pendular"]
_VISA_FREE, _VISA, _PERMIT = STATUS["visa_free"], STATUS["visa"], STATUS["permit"]
_ASYLUM_SEEKER, _PROTECTED, _IRREGULAR = STATUS["asylum_seeker"], STATUS["protected"], STATUS["irregular"]
_CITIZEN = STATUS["citizen"]
_RENEWAL, _ENTRY_FREE, _FIRST_PERMIT = INSTRUMENT["renewal"], INSTRUMENT["visa_free"], INSTRUMENT["permit"]
TINY = 1e-100
"""Survival at which the scheduled decisions are written anew, so that no number underflows."""


class Settled(NamedTuple):
    """Persons settled abroad: H hunted or not, P places, C channels, S statuses, T months."""

    persons: Floats  # [H, P, C, S] arrived before this month
    due: Floats  # [T + 1, H, P, C, S] by month of decision, over the survival when they were written
    survival: Floats  # [H, P, S] share not yet gone of those who arrived before the first month
    back: Floats  # [H, P] mean hazard of return this month
    returns: Floats  # [H, P, S] hazard of return this month
    lost: Floats  # [P] share of those with a status who lost it this month
    working: Floats  # [P] share of their households with work
    liable: Floats  # [H, P] share with an adult who may be drafted
    matured: Floats  # [H, P] permits of those long enough there to become citizens, over the permits' survival
    matures: Floats  # [T, H, P] of those settled at the start, by the month in which they are
    onward: Floats  # [H, P] mean hazard of an onward move of those who do not return
    wished: Floats  # [H, P] persons of the rows who were to move onward this month
    moved: Floats  # [H, P] of these, who found a place to go to
    arriving: Floats  # [H, P, C] arrivals of this month, from Belarus or onward
    valid: Floats  # [H, P] share with a valid passport


def settled(months: int) -> Settled:
    """Nobody abroad yet."""
    here = (2, SLOTS)
    return Settled(
        persons=np.zeros((*here, N_CHANNELS, N_STATUSES)),
        due=np.zeros((months + 1, *here, N_CHANNELS, N_STATUSES)),
        survival=np.ones((*here, N_STATUSES)),
        back=np.zeros(here),
        returns=np.zeros((*here, N_STATUSES)),
        lost=np.zeros(SLOTS),
        working=np.ones(SLOTS),
        liable=np.zeros(here),
        matured=np.zeros(here),
        matures=np.zeros((months, *here)),
        onward=np.zeros(here),
        wished=np.zeros(here),
        moved=np.zeros(here),
        arriving=np.zeros((*here, N_CHANNELS)),
        valid=np.ones(here),
    )


@njit(cache=True, nogil=True, error_model="numpy")
def share_due(stock: Settled, t: int, share: Floats) -> None:
    """Fill the share of those at a place on whose status something is decided in month `t`, float64[H, P]."""
    due, survival, persons = stock.due, stock.survival, stock.persons
    for h in range(2):
        for place in range(1, SLOTS):
            total = found = 0.0
            for channel in range(N_CHANNELS):
                for status in range(N_STATUSES):
                    total += persons[h, place, channel, status]
                    found += due[t, h, place, channel, status] * survival[h, place, status]
            share[h, place] = min(1.0, found / total) if total > 0.0 else 0.0


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def refused_by_screening(world: World, t: int, place: int, b: Behaviour) -> float:
    """Probability that a screening refuses somebody of whom nothing is known."""
    right, wrong = world.places[t, place].screening_true, world.places[t, place].screening_false
    return b.threat_share * right + (1.0 - b.threat_share) * wrong


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def approved(world: World, t: int, place: int, channel: int, b: Behaviour) -> float:
    """Probability that an application is granted, screening included."""
    chance = world.rules[t, place, channel].approval
    return chance * (1.0 - refused_by_screening(world, t, place, b)) if screened(channel) else chance


@njit(cache=True, nogil=True, error_model="numpy")
def decide(stock: Settled, openness: Floats, t: int, world: World, b: Behaviour) -> float:
    """Decide on what falls due in month `t`, and revoke permits; returns the persons who lose their status.

    `openness` float64[H, P, C, I] is the share of the month in which an instrument is open to those who are there.
    """
    persons, due, survival, valid = stock.persons, stock.due, stock.survival, stock.valid
    last = due.shape[0] - 1
    lost = 0.0
    for place in range(1, SLOTS):
        lost_here = 0.0
        with_status = persons[:, place, :, :].sum() - persons[:, place, :, _IRREGULAR].sum()
        unscreened = 1.0 - refused_by_screening(world, t, place, b)
        kept_permits = 1.0 - world.places[t, place].revocation
        for h in range(2):
            stock.matured[h, place] += stock.matures[t, h, place]
            permits = persons[h, place, :, _PERMIT].sum()
            matured = (
                min(1.0, stock.matured[h, place] * survival[h, place, _PERMIT] / permits) if permits > 0.0 else 0.0
            )
            becoming = matured * world.places[t, place].naturalisation
            for channel in range(N_CHANNELS):
                for status in range(N_STATUSES):
                    found = due[t, h, place, channel, status]
                    if found <= 0.0 or status == _IRREGULAR or status == _PROTECTED:
                        continue
                    found = min(found * survival[h, place, status], persons[h, place, channel, status])
                    persons[h, place, channel, status] -= found
                    due[t, h, place, channel, status] = found  # kept for the decision below
            if kept_permits < 1.0:  # of those on whom nothing is decided this month
                survival[h, place, _PERMIT] *= kept_permits
                for channel in range(N_CHANNELS):
                    revoked = persons[h, place, channel, _PERMIT] * (1.0 - kept_permits)
                    persons[h, place, channel, _PERMIT] -= revoked
                    persons[h, place, channel, _IRREGULAR] += revoked
                    lost_here += revoked
            for channel in range(N_CHANNELS):
                for status in range(N_STATUSES):
                    found = due[t, h, place, channel, status]
                    if found <= 0.0 or status == _IRREGULAR or status == _PROTECTED:
                        continue
                    granted = world.rules[t, place, channel].renewal
                    stay = world.rules[t, place, channel].stay
                    if status == _ASYLUM_SEEKER:
                        persons[h, place, channel, _PROTECTED] += found * granted
                        persons[h, place, channel, _IRREGULAR] += found * (1.0 - granted)
                        lost_here += found * (1.0 - granted)
                        continue
                    instrument = _RENEWAL if status == _PERMIT else _FIRST_PERMIT
                    instrument = _ENTRY_FREE if status == _VISA_FREE else instrument
                    share = openness[h, place, channel, instrument]
                    papers = world.places[t, place].travel_document
                    works = stock.working[place] if brings_work(channel) else 1.0
                    ground = works + (1.0 - works) * b.renewal_jobless
                    chance = renewal_probability(granted, share, True, papers, ground) * valid[h, place]
                    chance += renewal_probability(granted, share, False, papers, ground) * (1.0 - valid[h, place])
                    if status != _VISA_FREE:
                        chance *= unscreened
                    becomes = _VISA_FREE if status == _VISA_FREE else _PERMIT
                    months = int(min(stay, 1200.0)) if status == _VISA_FREE else int(b.permit_months)
                    kept = found * chance
                    persons[h, place, channel, _IRREGULAR] += found - kept
                    lost_here += found - kept
                    if status == _PERMIT and becoming > 0.0:
                        persons[h, place, channel, _CITIZEN] += kept * becoming
                        stock.matured[h, place] -= kept * becoming / survival[h, place, _PERMIT]
                        kept *= 1.0 - becoming
                    persons[h, place, channel, becomes] += kept
                    next_time = min(last, t + months + 1)
                    due[next_time, h, place, channel, becomes] += kept / survival[h, place, becomes]
        stock.lost[place] = min(1.0, lost_here / with_status) if with_status > 0.0 else 0.0
        lost += lost_here
    return lost


@njit(cache=True, nogil=True, error_model="numpy")
def hazards(stock: Settled, poor: Floats, t: int, world: World, b: Behaviour) -> None:
    """Fill the hazards of return and of onward moves of month `t`.

    `poor` float64[P, 2] is the share destitute of those with a status and without.
    """
    pull = world.belarus[t].return_pull
    for h in range(2):
        for place in range(1, SLOTS):
            total = returning = moving = staying = 0.0
            liable = stock.liable[h, place]
            for status in range(N_STATUSES):
                here = stock.persons[h, place, :, status].sum()
                broke = poor[place, 1 if status == _IRREGULAR else 0]
                goes_back = 0.0
                for state in range(4):
                    is_poor, is_liable = state % 2 == 1, state >= 2
                    share = (broke if is_poor else 1.0 - broke) * (liable if is_liable else 1.0 - liable)
                    if share > 0.0:
                        goes_back += share * return_hazard(b, pull, h == 1, status, is_poor, is_liable)
                stock.returns[h, place, status] = goes_back
                hazard = min(1.0, onward_hazard(b, status, world.places[t, place].unsafe))
                total += here
                returning += here * goes_back
                staying += here * (1.0 - goes_back)
                moving += here * (1.0 - goes_back) * hazard
            stock.back[h, place] = returning / total if total > 0.0 else 0.0
            stock.onward[h, place] = moving / staying if staying > 0.0 else 0.0


@njit(cache=True, nogil=True, error_model="numpy")
def end_month(stock: Settled, t: int, world: World, b: Behaviour) -> None:
    """Take away who returned or moved onward in month `t`, and add its arrivals."""
    persons, due, survival, arriving = stock.persons, stock.due, stock.survival, stock.arriving
    wished, moved = stock.wished, stock.moved
    last = due.shape[0] - 1
    for h in range(2):
        for place in range(1, SLOTS):
            found_a_place = moved[h, place] / wished[h, place] if wished[h, place] > 0.0 else 0.0
            for status in range(N_STATUSES):
                hazard = min(1.0, onward_hazard(b, status, world.places[t, place].unsafe)) * found_a_place
                stays = (1.0 - stock.returns[h, place, status]) * (1.0 - hazard)
                survival[h, place, status] *= stays
                for channel in range(N_CHANNELS):
                    persons[h, place, channel, status] *= stays
                if survival[h, place, status] < TINY:
                    due[t + 1 :, h, place, :, status] *= survival[h, place, status]
                    if status == _PERMIT:
                        stock.matured[h, place] *= survival[h, place, status]
                        stock.matures[t + 1 :, h, place] *= survival[h, place, status]
                    survival[h, place, status] = 1.0
            for channel in range(N_CHANNELS):
                came = arriving[h, place, channel]
                if came > 0.0:
                    status = world.law[place, channel].first_status
                    months = int(min(world.rules[t, place, channel].stay, 1200.0)) + 1
                    if status == _ASYLUM_SEEKER:
                        months = max(1, int(np.ceil(b.asylum_months)))
                    persons[h, place, channel, status] += came
                    due[min(last, t + months), h, place, channel, status] += came / survival[h, place, status]
                arriving[h, place, channel] = 0.0
            wished[h, place] = moved[h, place] = 0.0


@njit(cache=True, nogil=True, error_model="numpy")
def plain_openness(openness: Floats, varies: NDArray[np.bool_], t: int, world: World) -> None:
    """Fill the share of the month in which instruments are open after arrival, `openness` float64[H, P, C, I], to
    those of no group, and `varies` bool[P], set where it depends on groups.
    """
    for place in range(1, SLOTS):
        varies[place] = False
        for instrument in (_RENEWAL, _ENTRY_FREE, _FIRST_PERMIT):
            columns = world.openness[t, place, instrument]
            by_group = columns[1 + N_CHANNELS :]
            varies[place] |= by_group.max() > columns[0]
            for channel in range(N_CHANNELS):
                share = open_share(columns, channel, 0)
                openness[0, place, channel, instrument] = share
                openness[1, place, channel, instrument] = share


@njit(cache=True, nogil=True, error_model="numpy")
def openness_of_rows(
    openness: Floats,
    place: int,
    t: int,
    world: World,
    there: Floats,
    groups: NDArray[np.int64],
    hunted: NDArray[np.int64],
) -> None:
    """Fill the share open at one place, mean over those who are there: `there` float64[cells] persons, `groups`
    int64[cells] bit masks, `hunted` int64[cells].
    """
    total, by_groups = np.zeros(2), np.zeros((2, N_MASKS))
    for cell in range(len(there)):
        total[hunted[cell]] += there[cell]
        by_groups[hunted[cell], groups[cell]] += there[cell]
    for instrument in (_RENEWAL, _ENTRY_FREE, _FIRST_PERMIT):
        columns = world.openness[t, place, instrument]
        for channel in range(N_CHANNELS):
            open_to = np.zeros(2)
            for h in range(2):
                for mask in range(N_MASKS):
                    if by_groups[h, mask] > 0.0:
                        open_to[h] += by_groups[h, mask] * open_share(columns, channel, mask)
                if total[h] > 0.0:
                    openness[h, place, channel, instrument] = open_to[h] / total[h]

"""Who of a unit is free to go: service, summonses and pendular work as probabilities, given that the unit is at home.

These happen to a person whatever the unit thinks of leaving, so one chain a person gives their probabilities; the
persons of a unit are taken as independent of each other. The hazards are the engine's.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sim.behaviour import Behaviour
from sim.codes import CONSCRIPTION, EDUCATION, MODE, SECTOR, SEX
from sim.columns import Columns
from sim.conditions import ADULT_MONTHS, DETAINABLE_MONTHS, LIABILITY_ENDS_MONTHS, Conditions, risk_weight
from sim.processes.conscript import BAN_MONTHS, DEFERMENT_ENDS_MONTHS, monthly_hazard
from sim.processes.move_on import pendular_rates
from sim.processes.repress import detention_hazard
from sim.units import adults
from sim.world import World

Floats = NDArray[np.float64]
_LIABLE, _DEFERRED = CONSCRIPTION["liable"], CONSCRIPTION["deferred"]
_NEVER, _SERVING = CONSCRIPTION["never"], CONSCRIPTION["serving"]
_MALE, _HIGHER = SEX["male"], EDUCATION["higher"]
_TRANSPORT, _CONSTRUCTION, _INDUSTRY = SECTOR["transport"], SECTOR["construction"], SECTOR["industry"]


class Standing(NamedTuple):
    """Probabilities of n persons and, where said, of the R units they make; T months."""

    liable: Floats  # [n] liable to the draft
    deferred: Floats  # [n]
    serving: Floats  # [n]
    discharge: Floats  # [n, T + 1] of those serving, by the month in which they are free again
    away: Floats  # [n] on pendular work
    back: Floats  # [n, T + 1] of those away, by the month at whose end they come back
    went: Floats  # [n] of those at home, who went on pendular work at the end of last month
    unbanned: Floats  # [1] a liable man has no exit limit from a summons
    free: Floats  # [R] every person of the unit is at home and may leave
    barred_now: Floats  # [R] of the free, who are barred from this month on
    called: Floats  # [R] of the free, whom service or a summons bars from this month on
    released: Floats  # [R] of the barred, who are free from this month on
    lean: Floats  # [R] liability of the adults, mean, beyond what the column `conscription` says
    drafted: Floats  # [R] expected drafts in the unit
    adult_held: Floats  # [R] an adult is detained
    child_held: Floats  # [R] only a child is detained
    detained: Floats  # [R] expected detentions
    workers: Floats  # [R, 2] expected persons who may go on pendular work: drivers, others


def standing(people: Columns, heads: NDArray[np.int64], months: int) -> Standing:
    """Chains of the persons of units headed at rows `heads` of `people`, as they stand at the start."""
    n, units = len(people.key), len(heads)
    made = Standing(
        liable=(people.conscription == _LIABLE).astype(float),
        deferred=(people.conscription == _DEFERRED).astype(float),
        serving=(people.conscription == _SERVING).astype(float),
        discharge=np.zeros((n, months + 1)),
        away=(people.mode == MODE["pendular"]).astype(float),
        back=np.zeros((n, months + 1)),
        went=np.zeros(n),
        unbanned=np.ones(1),
        free=np.ones(units),
        barred_now=np.zeros(units),
        called=np.zeros(units),
        released=np.zeros(units),
        lean=np.zeros(units),
        drafted=np.zeros(units),
        adult_held=np.zeros(units),
        child_held=np.zeros(units),
        detained=np.zeros(units),
        workers=np.zeros((units, 2)),
    )
    free_again = np.clip(people.serves_until.astype(np.int64) + 1, 0, months)
    home_again = np.clip(people.expiry.astype(np.int64) + 1, 0, months)
    made.discharge[np.arange(n), free_again] = made.serving
    made.back[np.arange(n), home_again] = made.away
    at_home = (made.serving == 0.0) & (made.away == 0.0)
    made.free[:] = [at_home[head : head + people.unit_size[head]].all() for head in heads]
    return made


@njit(cache=True, nogil=True, error_model="numpy")
def unbanned(world: World, t: int, liable: float) -> float:
    """Probability that a man liable all along is under no exit limit: none of the summonses that still bind."""
    free = 1.0
    for s in range(max(0, t - BAN_MONTHS), t + 1):
        summoned = monthly_hazard(world.belarus[s].summoned, liable)
        drafted = min(summoned, monthly_hazard(world.belarus[s].drafted, liable))
        if drafted < 1.0:
            free *= 1.0 - (summoned - drafted) / (1.0 - drafted) * world.belarus[s].ban_liable
    return free


@njit(cache=True, nogil=True, error_model="numpy")
def begin_month(
    s: Standing, people: Columns, heads: NDArray[np.int64], t: int, world: World, b: Behaviour, conditions: Conditions
) -> None:
    """Draft, summon and discharge; fill what the units' decisions need to know of month `t`.

    The column `conscription` of `people` becomes what each person most probably is, for the terms that read it.
    """
    reference = conditions.reference.liable
    summoned = monthly_hazard(world.belarus[t].summoned, reference)
    hazard = min(summoned, monthly_hazard(world.belarus[t].drafted, reference))
    limit = (summoned - hazard) * world.belarus[t].ban_liable
    before, now = s.unbanned[0], unbanned(world, t, reference)
    s.unbanned[0] = now
    per_weight = detention_hazard(world.belarus[t].detentions, 1.0, conditions.reference.risk_weights)
    last = s.discharge.shape[1] - 1
    for unit in range(len(heads)):
        head, was_free = heads[unit], s.free[unit]
        grown = adults(people, head)
        free = stays_free = uncalled = unheld = unheld_child = 1.0
        lean = drafted = detained = 0.0
        s.workers[unit] = 0.0
        for row in range(head, head + people.unit_size[head]):
            age, home, sex = t - people.birth[row], 1.0 - s.away[row], people.sex[row]
            able, newly, liable = 1.0, 0.0, 0.0
            standing = s.serving[row] + s.liable[row] + s.deferred[row]
            if sex == _MALE and age >= ADULT_MONTHS and (age <= LIABILITY_ENDS_MONTHS or standing > 0.0):
                gone = _conscript(s, people, row, t, age, hazard * home, b, last)
                drafted += gone
                able = 1.0 - s.serving[row] - s.liable[row] * (1.0 - now)
                at_risk = s.liable[row] + gone
                was_able = 1.0 - (s.serving[row] - gone) - at_risk * (1.0 - before)
                if was_able > 0.0:
                    newly = min(1.0, (gone + at_risk * limit * home) * before / was_able)
                liable = s.liable[row] * now / able if able > 0.0 else 0.0
                if people.conscription[row] == _LIABLE or liable > 0.0:
                    people.conscription[row] = _LIABLE if liable > 0.5 else _NEVER
                    if row < head + grown:
                        lean += (liable - (1.0 if liable > 0.5 else 0.0)) / grown
            free *= able * home
            uncalled *= 1.0 - newly
            stays_free *= (1.0 - newly) * (1.0 - s.went[row])
            if age >= DETAINABLE_MONTHS:
                chance = min(1.0, per_weight * risk_weight(b, people.exposure[row])) * home
                detained += chance
                if row < head + grown:
                    unheld *= 1.0 - chance
                else:
                    unheld_child *= 1.0 - chance
            sector = people.sector[row]
            if age >= ADULT_MONTHS and (sector == _TRANSPORT or sector == _CONSTRUCTION or sector == _INDUSTRY):
                s.workers[unit, 0 if sector == _TRANSPORT else 1] += home * able
        s.free[unit], s.barred_now[unit], s.called[unit] = free, 1.0 - stays_free, 1.0 - uncalled
        released = (free - was_free * stays_free) / (1.0 - was_free) if was_free < 1.0 else 0.0
        s.released[unit] = min(1.0, max(0.0, released))
        s.lean[unit], s.drafted[unit], s.detained[unit] = lean, drafted, detained
        s.adult_held[unit], s.child_held[unit] = 1.0 - unheld, unheld * (1.0 - unheld_child)


@njit(cache=True, nogil=True, error_model="numpy")
def _conscript(
    s: Standing, people: Columns, row: int, t: int, age: int, hazard: float, b: Behaviour, last: int
) -> float:
    """Move one man's probabilities on by a month; returns the probability that he is drafted in it."""
    s.serving[row] = max(0.0, s.serving[row] - s.discharge[row, t])
    if age >= LIABILITY_ENDS_MONTHS:
        s.liable[row] = s.deferred[row] = 0.0
        return 0.0
    if age == ADULT_MONTHS and people.conscription[row] == _NEVER:
        s.deferred[row], s.liable[row] = b.deferred_share, 1.0 - b.deferred_share
    elif age >= DEFERMENT_ENDS_MONTHS:
        s.liable[row] += s.deferred[row]
        s.deferred[row] = 0.0
    drafted = s.liable[row] * hazard
    months = int(b.service_months_higher if people.education[row] == _HIGHER else b.service_months)
    s.discharge[row, min(last, t + months + 1)] += drafted
    s.liable[row] -= drafted
    s.serving[row] += drafted
    return drafted


@njit(cache=True, nogil=True, error_model="numpy")
def pendular_month(
    s: Standing,
    people: Columns,
    t: int,
    world: World,
    b: Behaviour,
    conditions: Conditions,
    rates: Floats,
    lengths: Floats,
) -> None:
    """Send and bring back pendular workers at the end of month `t`.

    `rates` float64[2, places] are filled with the monthly probabilities of drivers and others, `lengths`
    float64[T + 1] with the probability of coming back so many months later.
    """
    total = np.empty(2)
    total[0] = pendular_rates(world, t, b, conditions, _TRANSPORT, rates[0])
    total[1] = pendular_rates(world, t, b, conditions, _CONSTRUCTION, rates[1])
    for kind in range(2):
        if total[kind] > 1.0:
            rates[kind] /= total[kind]
    fill_lengths(b.pendular_months, lengths)
    last = s.back.shape[1] - 1
    for row in range(len(s.away)):
        sector = people.sector[row]
        s.went[row] = 0.0
        worker = sector == _TRANSPORT or sector == _CONSTRUCTION or sector == _INDUSTRY
        home_again = s.back[row, t]
        if worker and t - people.birth[row] >= ADULT_MONTHS:
            went = min(1.0, total[0 if sector == _TRANSPORT else 1])
            able = max(0.0, 1.0 - s.serving[row] - s.liable[row] * (1.0 - s.unbanned[0]))
            s.went[row] = went
            gone = (1.0 - s.away[row]) * able * went
            if gone > 0.0:
                for k in range(1, len(lengths)):
                    if lengths[k] > 0.0:
                        s.back[row, min(last, t + k)] += gone * lengths[k]
                s.away[row] += gone
        s.away[row] = max(0.0, s.away[row] - home_again)


@njit(cache=True, nogil=True, error_model="numpy")
def fill_lengths(mean: float, lengths: Floats) -> None:
    """Distribution of the months of pendular work, `3 + int(u * (2 mean - 5))` with u uniform; float64[T + 1].

    One who goes in month t comes back at the end of month t + k with probability `lengths[k]`; what lies beyond
    the last entry is put into it.
    """
    lengths[:] = 0.0
    span = 2.0 * mean - 5.0
    last = len(lengths) - 1
    if span <= 0.0:
        lengths[min(last, 3)] = 1.0
        return
    k = 0
    while k < span:
        lengths[min(last, 3 + k)] += (min(k + 1.0, span) - k) / span
        k += 1

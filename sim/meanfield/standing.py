"""Who of a unit is free to go: service, summonses and pendular work as probabilities, given that the unit is at home.

These happen to a person whatever the unit thinks of leaving, so one chain a person gives their probabilities; the
persons of a unit are taken as independent of each other. The hazards are the engine's.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sim.behaviour import Behaviour
from sim.codes import MODE, SECTOR
from sim.columns import Columns
from sim.conditions import ADULT_MONTHS, DETAINABLE_MONTHS, Conditions, sum_of_weights
from sim.meanfield.service import Service, serve, service
from sim.processes.pendular import goes, pendular_rates
from sim.processes.repress import detention_hazard
from sim.processes.visit import visa_rate
from sim.units import adults, service_term
from sim.world import World

Floats = NDArray[np.float64]
_TRANSPORT, _CONSTRUCTION = SECTOR["transport"], SECTOR["construction"]


class Standing(NamedTuple):
    """Probabilities of n persons and, where said, of the R units they make; T months."""

    service: Service  # of the men towards military service
    away: Floats  # [n] on pendular work
    back: Floats  # [n, T + 1] of those away, by the month at whose end they come back
    went: Floats  # [n] of those at home, who went on pendular work at the end of last month
    free: Floats  # [R] every person of the unit is at home and may leave
    barred_now: Floats  # [R] of the free, who are barred from this month on
    called: Floats  # [R] of the free, whom service or a summons bars from this month on
    released: Floats  # [R] of the barred, who are free from this month on
    lean: Floats  # [R] log-odds of the fear of service, mean of the adults, beyond what the column `conscription` says
    draft: Floats  # [R] of the free, with an adult who may be drafted
    liable: Floats  # [R] of those abroad, with an adult who may be drafted
    visa: Floats  # [R] with a Schengen visa in hand
    drafted: Floats  # [R] expected drafts in the unit
    adult_held: Floats  # [R] an adult is detained
    child_held: Floats  # [R] only a child is detained
    detained: Floats  # [R] expected detentions
    workers: Floats  # [R, 2] expected persons who may go on pendular work: drivers, others


def standing(people: Columns, heads: NDArray[np.int64], months: int) -> Standing:
    """Chains of the persons of units headed at rows `heads` of `people`, as they stand at the start."""
    n, units = len(people.key), len(heads)
    made = Standing(
        service=service(people, months),
        away=(people.mode == MODE["pendular"]).astype(float),
        back=np.zeros((n, months + 1)),
        went=np.zeros(n),
        free=np.ones(units),
        barred_now=np.zeros(units),
        called=np.zeros(units),
        released=np.zeros(units),
        lean=np.zeros(units),
        draft=np.zeros(units),
        liable=np.zeros(units),
        visa=np.zeros(units),
        drafted=np.zeros(units),
        adult_held=np.zeros(units),
        child_held=np.zeros(units),
        detained=np.zeros(units),
        workers=np.zeros((units, 2)),
    )
    home_again = np.clip(people.expiry.astype(np.int64) + 1, 0, months)
    made.back[np.arange(n), home_again] = made.away
    at_home = (made.service.serving == 0.0) & (made.away == 0.0)
    made.free[:] = [at_home[head : head + people.unit_size[head]].all() for head in heads]
    return made


@njit(cache=True, nogil=True, error_model="numpy")
def begin_month(
    s: Standing, people: Columns, heads: NDArray[np.int64], t: int, world: World, b: Behaviour, conditions: Conditions
) -> None:
    """Draft, summon and discharge, issue visas; fill what the units' decisions need to know of month `t`.

    The column `conscription` of `people` becomes what each person most probably is, for the terms that read it.
    """
    serve(s.service, people, s.away, t, world, b, conditions)
    risk, exposed = world.risk[t], conditions.reference.exposed
    per_weight = detention_hazard(world.belarus[t].detentions, 1.0, sum_of_weights(risk, exposed))
    no_visa = 1.0
    for month in range(max(0, t - int(b.visa_months)), t + 1):
        no_visa *= 1.0 - visa_rate(world, month, conditions)
    man = s.service
    able_of, newly_of, fear_of, drafted_of = man.able, man.newly, man.fear, man.drafted
    may_be_called_of, liable_abroad_of = man.may_be_called, man.liable_abroad
    free_of, away, went, workers = s.free, s.away, s.went, s.workers
    barred_now, called, released_of, lean_of, draft_of = s.barred_now, s.called, s.released, s.lean, s.draft
    liable_of, visa_of, gone, held, adult_held, child_held = (
        s.liable, s.visa, s.drafted, s.detained, s.adult_held, s.child_held,
    )  # fmt: skip
    for unit in range(len(heads)):
        head, was_free = heads[unit], free_of[unit]
        grown = adults(people, head)
        free = stays_free = uncalled = unheld = unheld_child = undrafted = unliable = unvisaed = 1.0
        lean = drafted = detained = 0.0
        workers[unit] = 0.0
        for row in range(head, head + people.unit_size[head]):
            age, home = t - people.birth[row], 1.0 - away[row]
            able, newly = able_of[row], newly_of[row]
            drafted += drafted_of[row]
            if row < head + grown:
                lean += fear_of[row] - service_term(b, people.conscription[row], age)
                undrafted *= 1.0 - may_be_called_of[row]
                unliable *= 1.0 - liable_abroad_of[row]
                if people.visa[row] >= t:
                    unvisaed = 0.0
                unvisaed *= no_visa
            free *= able * home
            uncalled *= 1.0 - newly
            stays_free *= (1.0 - newly) * (1.0 - went[row])
            if age >= DETAINABLE_MONTHS:
                chance = min(1.0, per_weight * risk[people.exposure[row]]) * home
                detained += chance
                if row < head + grown:
                    unheld *= 1.0 - chance
                else:
                    unheld_child *= 1.0 - chance
            sector = people.sector[row]
            if age >= ADULT_MONTHS and goes(sector):
                workers[unit, 0 if sector == _TRANSPORT else 1] += home * able
        free_of[unit], barred_now[unit], called[unit] = free, 1.0 - stays_free, 1.0 - uncalled
        released = (free - was_free * stays_free) / (1.0 - was_free) if was_free < 1.0 else 0.0
        released_of[unit] = min(1.0, max(0.0, released))
        lean_of[unit], gone[unit], held[unit] = lean / grown, drafted, detained
        draft_of[unit], liable_of[unit], visa_of[unit] = 1.0 - undrafted, 1.0 - unliable, 1.0 - unvisaed
        adult_held[unit], child_held[unit] = 1.0 - unheld, unheld * (1.0 - unheld_child)


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
    away, back, sent, able_of = s.away, s.back, s.went, s.service.able
    last = back.shape[1] - 1
    for row in range(len(away)):
        sector = people.sector[row]
        sent[row] = 0.0
        home_again = back[row, t]
        if goes(sector) and t - people.birth[row] >= ADULT_MONTHS:
            went = min(1.0, total[0 if sector == _TRANSPORT else 1])
            able = able_of[row]
            sent[row] = went
            gone = (1.0 - away[row]) * able * went
            if gone > 0.0:
                for k in range(1, len(lengths)):
                    if lengths[k] > 0.0:
                        back[row, min(last, t + k)] += gone * lengths[k]
                away[row] += gone
        away[row] = max(0.0, away[row] - home_again)


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

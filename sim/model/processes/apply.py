"""Applications: queue, capacity, offers of work, processing, approval, screening; what closes meanwhile is lost.

A serial phase on the short list of units with a plan, in the order of application, luck and key.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.model.decision.access import admission_share
from sim.model.decision.units import going, groups_of, of_unit
from sim.model.eventlog import Log, empty_log, note, noted
from sim.model.now import Now
from sim.model.processes.screening import OF_APPLICATION, fails_screening, screened
from sim.model.run_constants import Conditions, pool
from sim.numerics.codes import CHANNEL, EVENT, LEAD, PLAN, REASON
from sim.numerics.compiling import compiled
from sim.numerics.handles import handle
from sim.numerics.luck import PURPOSE, uniform, words
from sim.population.rows import Person, at, beside
from sim.population.schema import Columns

_APPLICATION, _QUOTA = PURPOSE["application"], PURPOSE["quota"]
_NO_PLAN, _QUEUED, _PROCESSING, _GRANTED = PLAN["none"], PLAN["queued"], PLAN["processing"], PLAN["granted"]
_NEW_PLANS = EVENT["applied"], EVENT["succeeded"]
_EVENT_GRANTED, _REFUSED, _BLOCKED = EVENT["granted"], EVENT["refused"], EVENT["blocked"]
_CAUGHT = EVENT["caught"]
_IRREGULAR, _WORK = CHANNEL["irregular"], CHANNEL["work"]
_TOGETHER = LEAD["together"]
_NONE, _CLOSED, _BY_QUOTA, _REFUSAL = REASON["none"], REASON["closed"], REASON["quota"], REASON["refusal"]
_BY_SECURITY = REASON["security"]
_CHANNEL_KEY = np.uint64(1 << 62)
"""Keys of channels lie above those of people."""
UNLIMITED = 2**31


@compiled(forceinline=True)
def places_this_month(before: float, after: float, one_in: int, luck: float) -> int:
    """Capacity of a channel in agents: `floor(C(t)/k + U) - floor(C(t-1)/k + U)`, C cumulative persons.

    Over any span the quota is not exceeded by as much as one agent; at k = 1 it is met exactly.
    """
    return int(np.floor(after / one_in + luck) - np.floor(before / one_in + luck))


@compiled(forceinline=True)
def lose_plan(head: Person) -> None:
    """End a unit's plan."""
    head.plan, head.lead = _NO_PLAN, _TOGETHER


@compiled
def queue_luck(people: Columns, rows: NDArray[np.int64], conditions: Conditions) -> NDArray[np.uint32]:
    """Luck that orders applications of the same month, one word a unit."""
    luck = np.empty(len(rows), np.uint32)
    for i, row in enumerate(rows):
        luck[i] = words(at(people, row).key, at(people, row).applied, _APPLICATION, 0, conditions.seed)[1]
    return luck


def in_order(people: Columns, rows: NDArray[np.int64], conditions: Conditions) -> NDArray[np.int64]:
    """Rows sorted by month of application, luck and key."""
    order = np.lexsort((people.key[rows], queue_luck(people, rows, conditions), people.applied[rows]))
    return rows[order]


def apply(model: Any) -> None:
    """Put the plans of this month's applicants with those that wait, and move all on by a month.

    The plan of who has died is that of the unit's new head.
    """
    taken = [log["row"][np.isin(log["kind"], _NEW_PLANS)] for log in model._log]
    rows = np.unique(np.concatenate([model.pending, *taken]).astype(np.int64))
    model.pending = rows[model.columns.plan[rows] != _NO_PLAN]
    model.pending = in_order(model.columns, model.pending, model.conditions)
    log = empty_log(2 * len(model.pending))  # a unit of up to sixteen may be caught
    months = slice(model.month, model.month + 2)
    spans = model.capacity_to_date[months], model.offers_to_date[months]
    advance(model.columns, model.pending, model.now, spans, model.banked, log)
    model._log.append(noted(log))


@compiled
def vacancies(now: Now, offers: NDArray[np.float64]) -> NDArray[np.int64]:
    """Offers of work of this month in agents, int64[places, sectors]; `offers` float64[2, places, sectors] to date."""
    _, places, sectors = offers.shape
    vacant = np.empty((places, sectors), np.int64)
    for place in range(places):
        for sector in range(sectors):
            luck = uniform(words(_CHANNEL_KEY + np.uint64(place * 64 + sector), 0, _QUOTA, 0, now.run.trait_seed)[1])
            before, after = offers[0, place, sector], offers[1, place, sector]
            vacant[place, sector] = places_this_month(before, after, now.run.one_in, luck)
    return vacant


@compiled
def advance(
    people: Columns,
    rows: NDArray[np.int64],
    now: Now,
    spans: tuple[NDArray[np.float64], NDArray[np.float64]],
    banked: NDArray[np.int64],
    log: Log,
) -> None:
    """Move the plans of `rows` (in order) on by a month.

    `spans`: persons admitted by limited capacity before and after this month, float64[2, places, channels], and offers
    of work, float64[2, places, sectors]; `banked` int64[places, channels]: places kept because the next unit in the
    queue did not fit.
    """
    now, log = handle(now), handle(log)
    places, channels = now.law.shape
    cumulative, vacant = spans[0], vacancies(now, spans[1])
    left = np.empty((places, channels), np.int64)
    for place in range(places):
        for channel in range(channels):
            if np.isinf(now.rules[place, channel].capacity):
                left[place, channel] = UNLIMITED
            else:
                name = _CHANNEL_KEY + np.uint64(place * 64 + channel)
                luck = uniform(words(name, 0, _QUOTA, 0, now.run.trait_seed)[0])
                month = places_this_month(
                    cumulative[0, place, channel], cumulative[1, place, channel], now.run.one_in, luck
                )
                left[place, channel] = month + banked[place, channel]
    stuck = np.zeros((places, channels), np.bool_)
    for row in rows:
        head = at(people, row)
        place, channel = head.plan_place, head.plan_channel
        key, plan = head.key, head.plan
        if plan == _GRANTED:
            continue
        groups = groups_of(head, now.month)
        if admission_share(now, place, channel, groups) <= 0.0 or now.rules[place, channel].offered <= 0.0:
            lose_plan(head)
            note(log, now.month, head, _BLOCKED, (0, place), channel, _CLOSED)
            continue
        luck = words(key, head.applied, _APPLICATION, 0, now.run.seed)
        if plan == _QUEUED:
            size, seekers = going(head), pool(head.sector)
            jobless = (channel == _WORK) & (vacant[place, seekers] < 1)
            if jobless or stuck[place, channel] or left[place, channel] < size:
                stuck[place, channel] |= not jobless
                if now.month - head.applied >= now.coefficients.patience:
                    lose_plan(head)
                    note(log, now.month, head, _REFUSED, (0, place), channel, _BY_QUOTA)
                continue
            left[place, channel] -= size
            vacant[place, seekers] -= channel == _WORK
            head.plan = _PROCESSING
            head.due = now.month + int(now.rules[place, channel].months + uniform(luck[3]))
        if head.due > now.month:
            continue
        reason = _NONE
        if uniform(luck[0]) >= now.rules[place, channel].approval:
            reason = _REFUSAL
        elif screened(channel) and fails_screening(key, head.applied, OF_APPLICATION, now, place):
            reason = _BY_SECURITY
        if reason == _NONE:
            head.plan = _GRANTED
            head.due = now.month
            note(log, now.month, head, _EVENT_GRANTED, (0, place), channel, _NONE)
        elif channel == _IRREGULAR:  # a harm, and so counted in people
            for i in range(1 if going(head) == 1 else head.reach + 1):
                one = beside(head, i)
                if of_unit(one, i):
                    note(log, now.month, one, _CAUGHT, (0, place), channel, reason)
            lose_plan(head)
        else:
            note(log, now.month, head, _REFUSED, (0, place), channel, reason)
            lose_plan(head)
            head.due = now.month + int(now.coefficients.reapply_months)
    for place in range(places):
        for channel in range(channels):
            banked[place, channel] = left[place, channel] if stuck[place, channel] else 0

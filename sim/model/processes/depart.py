"""Departure on a granted instrument, of a unit or of its head ahead of it, who may exit, can travel and can pay."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.model.decision.access import fare, passage_share
from sim.model.decision.claims import ASYLUM
from sim.model.decision.means import money, pay, savings_of
from sim.model.decision.offers import RELOCATION, move_price
from sim.model.decision.units import adults, groups_of, may_exit, of_unit
from sim.model.eventlog import Log, empty_log, note, noted
from sim.model.now import Now
from sim.model.processes.apply import lose_plan
from sim.numerics.codes import CHANNEL, EVENT, LEAD, MODE, PLAN, REASON
from sim.numerics.compiling import compiled
from sim.numerics.handles import handle
from sim.numerics.luck import PURPOSE, uniform, words
from sim.numerics.months import LONG_AGO
from sim.population.rows import Person, at, beside
from sim.population.schema import Columns

_DEPARTURE = PURPOSE["departure"]
_NO_PLAN, _GRANTED = PLAN["none"], PLAN["granted"]
_DEPARTED, _BLOCKED, _SOUGHT = EVENT["departed"], EVENT["blocked"], EVENT["asylum_sought"]
_HOME, _SETTLED = MODE["home"], MODE["settled"]
_WORK, _IT_SCHEME = CHANNEL["work"], CHANNEL["it_scheme"]
_TOGETHER, _PLANNED, _AHEAD = LEAD["together"], LEAD["planned"], LEAD["ahead"]
_CHOSEN, _CLOSED, _EXIT, _FUNDS = REASON["choice"], REASON["closed"], REASON["exit"], REASON["funds"]


@compiled(forceinline=True)
def brings_work(channel: int) -> bool:
    """True for channels that rest on a job."""
    return bool((channel == _WORK) | (channel == _IT_SCHEME) | (channel == RELOCATION))


@compiled(forceinline=True)
def arrive(person: Person, now: Now, place: int, channel: int) -> None:
    """Put a person into a destination by a channel, with the channel's first status and stay."""
    person.place = place
    person.mode = _SETTLED
    person.status = now.law[place, channel].first_status
    person.channel = channel
    person.since = now.month
    person.expiry = now.month + int(min(now.rules[place, channel].stay, 1200.0))
    person.job = brings_work(channel) & (person.member == 0)


@compiled(forceinline=True)
def leave_home(person: Person, now: Now, place: int, channel: int) -> None:
    """Let a person leave Belarus with what they have, and with the passport that was renewed whenever it ran out.

    Who settles where they are away for a time has left when that time began.
    """
    if person.saved_at != now.month:  # who paid for the journey has settled it
        person.savings, person.saved_at = savings_of(person, now), now.month
    person.left = now.month if person.mode == _HOME else person.since
    arrive(person, now, place, channel)
    person.passport = renewed_at_home(person.passport, now.month, int(now.coefficients.passport_months))


@compiled(forceinline=True)
def renewed_at_home(passport: int, month: int, validity: int) -> int:
    """Last month of a passport that has been renewed whenever it ran out; who never had one takes it out now."""
    if passport >= month:
        return passport
    if passport == LONG_AGO or validity < 1:
        return month + validity
    return month + (passport - month) % validity


def depart(model: Any) -> None:
    """Let the units that hold a granted instrument leave."""
    log = empty_log(2 * len(model.pending))  # all of a large unit may leave and ask for protection
    set_out(model.columns, model.pending, model.now, log)
    model._log.append(noted(log))
    model.pending = model.pending[model.columns.plan[model.pending] != _NO_PLAN]


@compiled
def set_out(people: Columns, rows: NDArray[np.int64], now: Now, log: Log) -> None:
    """Let the units of `rows` with a granted instrument leave."""
    now, log = handle(now), handle(log)
    for row in rows:
        head = at(people, row)
        if head.plan != _GRANTED:
            continue
        place, channel, key = head.plan_place, head.plan_channel, head.key
        groups = groups_of(head, now.month)
        alone = head.lead == _PLANNED
        size, grown = (1, 1) if alone else (head.unit_size, adults(head))
        each = now.rules[place, channel].fee + now.rules[place, channel].funds
        reserve = 0.0 if channel == RELOCATION else now.coefficients.reserve * now.places[place].rent
        fare_each = fare(now, place, channel, groups)
        price = move_price(fare_each, each, reserve, size, grown)
        passable = passage_share(now, place, channel, groups)
        reason = 0
        if not may_exit(head, now.month):
            reason = _EXIT
        elif uniform(words(key, now.month, _DEPARTURE, 0, now.run.seed)[0]) >= passable:
            reason = _CLOSED
        elif money(head, now) < price:
            reason = _FUNDS
        if reason:
            if now.month - head.due >= now.coefficients.grant_months:
                lose_plan(head)
                note(log, now.month, head, _BLOCKED, (0, place), channel, reason)
            continue
        pay(head, now, price - reserve - now.rules[place, channel].funds * grown, False)
        head.plan = _NO_PLAN
        head.lead = _AHEAD if alone else _TOGETHER
        now.circles.abroad[head.circle // now.circles.one_in] += size
        for i in range(1 if alone else head.reach + 1):
            one = beside(head, i)
            if of_unit(one, i):
                leave_home(one, now, place, channel)
                note(log, now.month, one, _DEPARTED, (0, place), channel, _CHOSEN)
                if channel == ASYLUM:
                    note(log, now.month, one, _SOUGHT, (0, place), channel, _CHOSEN)

"""Pendular work: seasons abroad in transport, construction or industry, and the way back or residence there.

Here short stays end, too: whoever is away for a time has the mode pendular and, by status, works or visits.
"""

import numpy as np
from numpy.typing import NDArray

from sim.history.coefficients import Behaviour
from sim.model.decision.access import travel_share
from sim.model.decision.units import class_groups, head_of, is_barred
from sim.model.decision.utility import PI
from sim.model.eventlog import note
from sim.model.now import Now
from sim.model.processes.residence import expect_residence, residence_channel, residence_share, take_residence
from sim.model.processes.short_stay import weigh_stay
from sim.model.run_constants import ADULT_MONTHS
from sim.model.scratch import Block, Room, Span, rows_of
from sim.numerics.arithmetic import sin
from sim.numerics.codes import CHANNEL, EVENT, MODE, PLACE, REASON, SECTOR, STATUS
from sim.numerics.compiling import compiled
from sim.numerics.luck import PURPOSE, fill_words, uniform, words
from sim.numerics.months import NEVER
from sim.population.rows import Person, at
from sim.population.schema import Columns

_PENDULAR, _AWAY_LUCK = PURPOSE["pendular"], PURPOSE["away"]
_BELARUS, _HOME, _AWAY = PLACE["belarus"], MODE["home"], MODE["pendular"]
_AT_HOME, _ON_WORK = STATUS["home"], STATUS["pendular"]
_OUT, _ON, _BACK = EVENT["pendular_out"], EVENT["pendular_on"], EVENT["pendular_back"]
_CHOSEN, _NONE, _CLOSED = REASON["choice"], REASON["none"], REASON["closed"]
_WORK, _VISA_FREE = CHANNEL["work"], CHANNEL["visa_free"]
_TRANSPORT, _CONSTRUCTION, _INDUSTRY = SECTOR["transport"], SECTOR["construction"], SECTOR["industry"]


@compiled(forceinline=True)
def season(month: int, swing: float) -> float:
    """Seasonal factor of pendular departures, highest in May, mean one."""
    angle = PI * (month % 12 - 1) / 6.0
    if angle > PI:
        angle -= 2.0 * PI
    return 1.0 + swing * sin(angle)


@compiled(forceinline=True)
def goes(sector: int) -> bool:
    """True for the sectors whose workers go on pendular work."""
    return bool((sector == _TRANSPORT) | (sector == _CONSTRUCTION) | (sector == _INDUSTRY))


@compiled(forceinline=True)
def may_go_on_pendular_work(person: Person, plan: int, month: int) -> bool:
    """True for a worker at home in transport, construction or industry, free to travel; `plan` is the unit's."""
    at_home = (person.place == _BELARUS) & (person.mode == _HOME) & (plan == 0)
    barred = is_barred(person.held, person.exit_ban, person.conscription, month)
    return at_home & goes(person.sector) & (not barred) & (month - person.birth >= ADULT_MONTHS)


@compiled
def pendular_rates(now: Now, sector: int, rates: NDArray[np.float64]) -> float:
    """Fill the monthly probability of pendular departure to each place, float64[places]; return their sum."""
    total = 0.0
    groups = class_groups(sector, 0)
    for place in range(len(rates)):
        rates[place] = 0.0
        demand = now.places[place].pendular
        if place != _BELARUS and demand > 0.0 and now.run.reference.pendular > 0.0:
            share = travel_share(now, place, _WORK, groups)
            rates[place] = (
                demand * share * season(now.month, now.coefficients.pendular_season) / now.run.reference.pendular
            )
        total += rates[place]
    return total


@compiled
def pendular(people: Columns, circles: Span, now: Now, block: Block) -> None:
    """Send workers of these circles to pendular work and bring back those whose months are over."""
    (first, last), room, log = rows_of(circles, now), block.room, block.log
    drivers, others = np.empty(len(now.law)), np.empty(len(now.law))
    all_drivers = pendular_rates(now, _TRANSPORT, drivers)
    all_others = pendular_rates(now, _CONSTRUCTION, others)
    called = workers_called(people, first, last, now, room, max(all_drivers, all_others))
    for row in range(first, last):
        person = at(people, row)
        if person.mode == _AWAY:
            if person.status == _ON_WORK:
                go_on_or_back(person, now, block)
            else:
                weigh_stay(person, now, block)
    for i in range(called):
        row = room.picked[i]
        person = at(people, row)
        luck = words(person.key, now.month, _PENDULAR, 0, now.run.seed)
        drives, u = person.sector == _TRANSPORT, uniform(luck[0])
        if u >= (all_drivers if drives else all_others):
            continue
        if not may_go_on_pendular_work(person, head_of(person).plan, now.month):
            continue
        rates = drivers if drives else others
        for place in range(len(rates)):
            u -= rates[place]
            if u < 0.0:
                months = season_months(now.coefficients, uniform(luck[2]))
                person.place, person.mode, person.status = place, _AWAY, _ON_WORK
                person.since, person.expiry = now.month, now.month + months - 1
                note(log, now.month, person, _OUT, (_BELARUS, place), _WORK, _CHOSEN)
                break


@compiled(forceinline=True)
def season_months(coefficients: Behaviour, u: float) -> int:
    """Months of a season of work, at least three; `u` uniform."""
    return 3 + int(u * (2.0 * coefficients.pendular_months - 5.0))


@compiled
def go_on_or_back(person: Person, now: Now, block: Block) -> None:
    """At the end of a season let a worker settle there, begin another or go home; call some home before it ends."""
    place, over, recall = person.place, person.expiry < now.month, now.places[person.place].recall
    if not over and recall <= 0.0:
        return
    luck = words(person.key, now.month, _AWAY_LUCK, 0, now.run.seed)
    if over:
        if now.month - person.since >= now.coefficients.residence_months:
            channel = residence_channel(now.law[place, _WORK], now.law[place, _VISA_FREE])
            chance = now.coefficients.residence_work * residence_share(now, person, channel)
            expect_residence(block.following, now, place, channel, chance)
            if uniform(luck[1]) < chance:
                take_residence(person, now, channel, block.log)
                return
        if now.places[place].pendular > 0.0 and uniform(luck[2]) < now.coefficients.another_season * (1.0 - recall):
            more = words(person.key, now.month, _PENDULAR, 0, now.run.seed)
            person.expiry = now.month + season_months(now.coefficients, uniform(more[2])) - 1
            note(block.log, now.month, person, _ON, (place, place), _WORK, _CHOSEN)
            return
    elif uniform(luck[3]) >= recall:
        return
    person.place, person.mode, person.status = _BELARUS, _HOME, _AT_HOME
    person.since, person.expiry = now.month, NEVER
    note(block.log, now.month, person, _BACK, (place, _BELARUS), 0, _NONE if over else _CLOSED)


@compiled
def workers_called(people: Columns, first: int, last: int, now: Now, room: Room, rate: float) -> int:
    """Fill `room.picked` with the rows of workers at home in the sectors that go, whose luck is below `rate`.

    Returns their number; whether they may travel is for a closer look.
    """
    workers = called = 0
    for row in range(first, last):
        person = at(people, row)
        room.rows[workers], room.keys[workers] = row, person.key
        workers += (person.mode == _HOME) & goes(person.sector)
    fill_words(room.keys, workers, now.month, _PENDULAR, now.run.seed, room.luck)
    for i in range(workers):
        room.picked[called] = room.rows[i]
        called += uniform(room.luck[0, i]) < rate
    return called

"""Conscription: liability, deferments, summonses at the registered address, drafts, the reserve, exit limits."""

from sim.model.eventlog import Log, note
from sim.model.hazards import DRAFTED, in_units
from sim.model.now import Now
from sim.model.processes.muster import (
    LIABLE,
    OFFICERS,
    RESERVISTS,
    WITHIN_REACH,
    may_be_called_again,
    registered_man,
    standing_now,
)
from sim.model.processes.wartime import bar_reserve, wartime
from sim.model.run_constants import ADULT_MONTHS, LIABILITY_ENDS_MONTHS, monthly_hazard
from sim.model.scratch import Block, Span, rows_of
from sim.numerics.codes import CONSCRIPTION, EDUCATION, EVENT, MODE, REASON, REGION, SEX
from sim.numerics.compiling import compiled
from sim.numerics.luck import PURPOSE, fill_words, uniform, words
from sim.population.rows import Person, at
from sim.population.schema import Columns

_EVENTS, _MORE, _SUMMONS = PURPOSE["events"], PURPOSE["more_events"], PURPOSE["summons"]
_MALE, _HIGHER, _ABROAD = SEX["male"], EDUCATION["higher"], REGION["abroad"]
_HOME, _SETTLED, _NOWHERE = MODE["home"], MODE["settled"], MODE["nowhere"]
_NEVER, _LIABLE, _DEFERRED = CONSCRIPTION["never"], CONSCRIPTION["liable"], CONSCRIPTION["deferred"]
_SERVING, _SERVED, _OFFICER = CONSCRIPTION["serving"], CONSCRIPTION["served"], CONSCRIPTION["reserve_officer"]
_EXEMPT, _FAMILY = CONSCRIPTION["exempt"], CONSCRIPTION["family"]
_SUMMONED, _DRAFTED, _DISCHARGED = EVENT["summoned"], EVENT["drafted"], EVENT["discharged"]
_NONE, _ABSENT, _DECREE, _RESERVE = REASON["none"], REASON["absent"], REASON["decree"], REASON["reserve"]
BAN_MONTHS = 6
"""Length of an exit limit that follows a summons (law 268-Z of 2023: up to six months)."""


@compiled(forceinline=True)
def enlist(person: Person, month: int, months: float, reason: int, log: Log) -> None:
    """Begin a man's service of so many `months`."""
    person.conscription = _SERVING
    person.serves_until = month + int(months)
    note(log, month, person, _DRAFTED, (0, 0), 0, reason)


@compiled
def conscript(people: Columns, circles: Span, now: Now, block: Block) -> None:
    """Move the men of these circles through liability and service; what the war brings to soldiers comes first, and
    whom of the reserve it keeps in the country last.
    """
    wartime(people, circles, now, block)
    (first, last), room, log, harms = rows_of(circles, now), block.room, block.log, block.harms
    summoned = monthly_hazard(now.belarus.summoned, now.called[LIABLE])
    drafted = min(summoned, monthly_hazard(now.belarus.drafted, now.called[WITHIN_REACH]))
    decreed = monthly_hazard(now.belarus.officers, now.called[OFFICERS])
    mobilised = monthly_hazard(now.belarus.reservists, now.called[RESERVISTS])
    called = 0
    for row in range(first, last):  # most are women, too young or long past service
        person = at(people, row)
        standing, age = person.conscription, now.month - person.birth
        room.rows[called] = row
        young = (standing == _LIABLE) | (standing == _DEFERRED) | (standing == _FAMILY)
        officer = (standing == _OFFICER) & (decreed > 0.0) & (age < LIABILITY_ENDS_MONTHS)
        trained = (mobilised > 0.0) & may_be_called_again(standing, age)
        called += young | officer | trained | (standing == _SERVING) | (age == ADULT_MONTHS)
    drawn = 0
    for i in range(called):
        row = room.rows[i]
        person = at(people, row)
        key, standing, mode, held = person.key, person.conscription, person.mode, person.held
        if not registered_man(person, now.month):
            continue
        after = standing_now(person, now)
        person.conscription = after
        by_decree = (standing == _OFFICER) & (mode == _HOME) & (decreed > 0.0)
        again = (standing == _SERVED) & (mode == _HOME) & (mobilised > 0.0)
        may_be_called = ((after == _LIABLE) & (summoned > 0.0)) | by_decree | again
        room.rows[drawn], room.keys[drawn] = row, key
        drawn += (may_be_called & (held < now.month)) | ((after == _SERVING) & (person.serves_until < now.month))
    fill_words(room.keys, drawn, now.month, _EVENTS, now.run.seed, room.luck)
    for i in range(drawn):
        row, key, luck = room.rows[i], room.keys[i], uniform(room.luck[2, i])
        person = at(people, row)
        standing, higher = person.conscription, person.education == _HIGHER
        if standing == _SERVING:
            person.conscription = _SERVED
            note(log, now.month, person, _DISCHARGED, (0, 0), 0, _NONE)
            continue
        service = now.coefficients.service_months_higher if higher else now.coefficients.service_months
        if standing == _OFFICER:
            harms[DRAFTED] += in_units(decreed)
            if luck < decreed:
                enlist(person, now.month, now.coefficients.service_months_higher, _DECREE, log)
            continue
        if standing == _SERVED:
            harms[DRAFTED] += in_units(mobilised)
            if luck < mobilised:
                enlist(person, now.month, service, _RESERVE, log)
            continue
        if person.mode == _HOME:
            harms[DRAFTED] += in_units(drafted * (now.belarus.summons_reach if person.elsewhere else 1.0))
        if luck < summoned:
            more = words(key, now.month, _SUMMONS, 0, now.run.seed)
            missed = bool(person.elsewhere) and uniform(more[1]) >= now.belarus.summons_reach
            absent = missed or person.mode != _HOME
            note(log, now.month, person, _SUMMONED, (0, 0), 0, _ABSENT if absent else _NONE)
            if luck < drafted and not absent:
                enlist(person, now.month, service, _NONE, log)
            elif uniform(more[0]) < now.belarus.ban_liable:
                person.exit_ban = max(person.exit_ban, now.month + BAN_MONTHS)
    bar_reserve(people, circles, now)

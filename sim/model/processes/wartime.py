"""What a war brings besides drafts: who may not leave, soldiers who desert, volunteers for the other side."""

from sim.model.decision.units import in_reserve
from sim.model.eventlog import note
from sim.model.now import Now
from sim.model.processes.muster import registered_man
from sim.model.run_constants import ADULT_MONTHS, FIGHTING_ENDS_MONTHS, monthly_hazard
from sim.model.scratch import Block, Span, rows_of
from sim.numerics.codes import CONSCRIPTION, EVENT, MODE, REASON, SEX, WAR_VIEW
from sim.numerics.compiling import compiled
from sim.numerics.luck import PURPOSE, fill_words, uniform, words
from sim.population.rows import Person, at
from sim.population.schema import Columns

_STANDING, _WARTIME = PURPOSE["standing"], PURPOSE["wartime"]
_MALE, _NOWHERE = SEX["male"], MODE["nowhere"]
_NEVER, _SERVING, _AGAINST = CONSCRIPTION["never"], CONSCRIPTION["serving"], WAR_VIEW["against"]
_VOLUNTEERED, _DESERTED = EVENT["volunteered"], EVENT["deserted"]
_NONE, _CHOSEN = REASON["none"], REASON["choice"]


@compiled(forceinline=True)
def may_fight(sex: int, age: int, war_view: int) -> bool:
    """True for who may volunteer for Ukraine: a man of 18 to 49 who is against the war; `age` in months."""
    return bool((sex == _MALE) & (age >= ADULT_MONTHS) & (age < FIGHTING_ENDS_MONTHS) & (war_view == _AGAINST))


@compiled(forceinline=True)
def bar(person: Person, share: float, now: Now) -> None:
    """Bar somebody from leaving this month if they are among the share who are.

    By one fixed luck, so that an officer of the reserve is barred by the higher of the two shares.
    """
    if uniform(words(person.key, 0, _STANDING, 0, now.run.trait_seed)[2]) < share:
        person.exit_ban = max(person.exit_ban, now.month)


@compiled
def wartime(people: Columns, circles: Span, now: Now, block: Block) -> None:
    """Bar officers of these circles from leaving, let soldiers desert and men volunteer."""
    deserts = monthly_hazard(now.belarus.deserters, now.run.reference.serving)
    volunteers = monthly_hazard(now.belarus.volunteers, now.run.reference.fighters)
    barred = now.belarus.officers_barred
    if deserts <= 0.0 and volunteers <= 0.0 and barred <= 0.0:
        return
    (first, last), room, tempted = rows_of(circles, now), block.room, 0
    for row in range(first, last):
        person = at(people, row)
        key, age, living = person.key, now.month - person.birth, person.mode != _NOWHERE
        if living and barred > 0.0 and person.officer > 0:
            bar(person, barred, now)
        serves = person.conscription == _SERVING
        fights = (volunteers > 0.0) & (not serves) & may_fight(person.sex, age, person.war_view)
        room.rows[tempted], room.keys[tempted] = row, key
        tempted += living & (person.held < now.month) & (fights | (serves & (deserts > 0.0)))
    fill_words(room.keys, tempted, now.month, _WARTIME, now.run.seed, room.luck)
    for i in range(tempted):
        person = at(people, room.rows[i])
        if person.conscription == _SERVING:
            if uniform(room.luck[2, i]) < deserts:
                person.conscription = _NEVER
                note(block.log, now.month, person, _DESERTED, (0, 0), 0, _NONE)
        elif uniform(room.luck[0, i]) < volunteers:
            goes = uniform(room.luck[1, i]) < now.coefficients.volunteers_go
            note(block.log, now.month, person, _VOLUNTEERED, (0, 0), 0, _CHOSEN if goes else _NONE)


@compiled
def bar_reserve(people: Columns, circles: Span, now: Now) -> None:
    """Bar a share of the men of the reserve of these circles from leaving this month."""
    if now.belarus.ban_reserve <= 0.0:
        return
    first, last = rows_of(circles, now)
    for row in range(first, last):
        person = at(people, row)
        if in_reserve(person.conscription, now.month - person.birth) and registered_man(person, now.month):
            bar(person, now.belarus.ban_reserve, now)

"""Lives: who is born, who dies, who turns 18 and from then on decides; work and education of the young."""

import numpy as np

from sim.model.decision.means import usual_savings
from sim.model.decision.units import head_of, of_unit
from sim.model.eventlog import Log, note
from sim.model.now import Now
from sim.model.run_constants import ADULT_MONTHS
from sim.model.scratch import Block, Span, fill_keys, flagged, rows_of
from sim.numerics.codes import EVENT, LEAD, MODE, PLACE, PLAN, REASON, STATUS
from sim.numerics.compiling import compiled
from sim.numerics.luck import PURPOSE, byte, fill_words, uniform, words
from sim.numerics.months import LONG_AGO, NEVER
from sim.population.lives import MONTHS_OF_NEW_CLASS, Lives, next_education, next_sector, zone_of
from sim.population.mortality import OLDEST
from sim.population.rows import Person, at, beside
from sim.population.schema import NOBODY, Columns

_AGEING, _NEW_CLASS, _TRAIT_C = PURPOSE["ageing"], PURPOSE["new_class"], PURPOSE["trait_c"]
_BELARUS, _AT_HOME, _NO_PLAN = PLACE["belarus"], STATUS["home"], PLAN["none"]
_HOME, _SETTLED, _NOWHERE = MODE["home"], MODE["settled"], MODE["nowhere"]
_BORN, _DIED, _NONE = EVENT["born"], EVENT["died"], REASON["none"]
_CAME_OF_AGE, _SUCCEEDED = EVENT["came_of_age"], EVENT["succeeded"]
_TOGETHER, _AHEAD = LEAD["together"], LEAD["ahead"]
_HEAD, _MINOR = 0, 2
_FIRST_CLASS, _LAST_CLASS = MONTHS_OF_NEW_CLASS[0], MONTHS_OF_NEW_CLASS[-1]


@compiled(forceinline=True)
def year_of(lives: Lives, month: int) -> int:
    """The calendar year of a month by which rates go, counted from the first; the last year's are held."""
    return min(month // 12, len(lives.deaths) - 1)


@compiled(forceinline=True)
def is_abroad(person: Person) -> int:
    """1 for who lives abroad, where rates may be others, else 0; pendular workers live at home."""
    return 1 if person.mode == _SETTLED else 0


@compiled
def birth_share(lives: Lives, mother: Person, month: int) -> float:
    """Share of the children who may be born to a woman that are born in this month, where she lives."""
    age = min((month - mother.birth) // 12, OLDEST)
    most = lives.most[age]
    return lives.births[year_of(lives, month), is_abroad(mother), age] / most if most > 0.0 else 0.0


@compiled
def death_rate(lives: Lives, person: Person, month: int) -> float:
    """Probability that a person dies in this month, where they live."""
    age = min((month - person.birth) // 12, OLDEST)
    return lives.deaths[year_of(lives, month), is_abroad(person), person.sex, age]


@compiled
def ageing(people: Columns, circles: Span, now: Now, block: Block) -> None:
    """Let the people of these circles be born, die and grow up, in order of rows."""
    (first, last), room, lives = rows_of(circles, now), block.room, now.run.lives
    t, flags, lots = now.month, block.room.flags, block.room.luck[0]
    for i in range(last - first):
        person = at(people, first + i)
        flags[i] = (person.birth == t) & (person.member == NOBODY)
    for i in range(flagged(first, last, room)):
        be_born(at(people, room.rows[i]), now, block.log)
    fill_keys(people, first, last, room)
    fill_words(room.keys, last - first, now.month, _AGEING, now.run.seed, room.luck)
    highest = lives.deaths[year_of(lives, now.month)].max()
    for i in range(last - first):  # nothing happens to most
        person = at(people, first + i)
        unlucky = uniform(lots[i]) < highest
        flags[i] = (person.member != NOBODY) & (unlucky | grows_up(person, t))
    picked = flagged(first, last, room)
    for i in range(picked):
        row = room.rows[i]
        person = at(people, row)
        if uniform(room.luck[0, row - first]) < death_rate(lives, person, now.month):
            die(person, now, block.log)
        elif grows_up(person, now.month):
            age = now.month - person.birth
            if age == ADULT_MONTHS or person.member >= _MINOR:
                come_of_age(person, now.month, block.log)
            for k in range(len(MONTHS_OF_NEW_CLASS)):
                if age == MONTHS_OF_NEW_CLASS[k]:
                    enter_class(person, k, now)


@compiled(forceinline=True)
def grows_up(person: Person, month: int) -> bool:
    """True for who comes of age or enters another class of the young, and for a minor who should have come of age."""
    age = month - person.birth
    late = (person.member >= _MINOR) & (age >= _FIRST_CLASS) & (age <= _LAST_CLASS)
    for k in range(len(MONTHS_OF_NEW_CLASS)):
        late |= age == MONTHS_OF_NEW_CLASS[k]
    return bool(late)


@compiled
def tell(log: Log, month: int, person: Person, kind: int) -> None:
    """Note an event of a person's life in the place where they reside: pendular workers in Belarus."""
    place = person.place if is_abroad(person) else _BELARUS
    note(log, month, person, kind, (place, place), person.channel, _NONE)


@compiled
def be_born(person: Person, now: Now, log: Log) -> None:
    """Let a child be born to its mother, if she lives, and join her unit where she lives and by her right to stay."""
    mother = beside(person, -np.int64(person.mother))
    if person.mother == 0 or mother.member == NOBODY:
        return
    luck = words(person.key, now.month, _AGEING, 0, now.run.seed)
    if uniform(luck[1]) >= birth_share(now.run.lives, mother, now.month):
        return
    back, circle = mother.behind + person.mother, person.circle // now.circles.one_in
    person.member, person.behind, person.mode = _MINOR, back, _HOME
    one = beside(person, -np.int64(back))
    one.unit_size += 1
    person.since = now.month
    now.circles.living[circle] += 1
    if is_abroad(mother):
        person.place, person.mode, person.status = mother.place, _SETTLED, mother.status
        person.channel, person.expiry = mother.channel, mother.expiry
        person.left = now.month
        person.passport = now.month + int(now.coefficients.passport_months)
        now.circles.abroad[circle] += 1
    tell(log, now.month, person, _BORN)


@compiled
def die(person: Person, now: Now, log: Log) -> None:
    """Let a person die; a unit whose head has died goes on under the next of it."""
    circle = person.circle // now.circles.one_in
    tell(log, now.month, person, _DIED)
    now.circles.living[circle] -= 1
    now.circles.abroad[circle] -= is_abroad(person)
    head = head_of(person)
    head.unit_size -= 1
    if person.member == _HEAD and person.unit_size > 0:
        succeed(person, now.month, log)
    person.member, person.behind, person.unit_size = NOBODY, NOBODY, 0
    person.place, person.mode, person.status, person.channel = _BELARUS, _NOWHERE, _AT_HOME, 0
    person.since, person.expiry, person.job = now.month, NEVER, 0
    person.plan, person.lead = _NO_PLAN, _TOGETHER


@compiled
def succeed(person: Person, month: int, log: Log) -> None:
    """Give the unit of a head who dies, and its plan, to the next of it: the partner, or the first of the minors."""
    heir = 0
    for i in range(1, person.reach + 1):
        one = beside(person, i)
        if not of_unit(one, i):
            continue
        if heir == 0:
            heir = i
            one.member, one.unit_size = _HEAD, person.unit_size
            one.plan, one.plan_place, one.plan_channel = person.plan, person.plan_place, person.plan_channel
            one.applied, one.due, one.aspires = person.applied, person.due, person.aspires
            one.lead = _TOGETHER if person.lead == _AHEAD else person.lead
            tell(log, month, one, _SUCCEEDED)
        one.behind = i - heir


@compiled
def come_of_age(person: Person, month: int, log: Log) -> None:
    """Make who turns 18 the head of a unit of their own, together with children of their own."""
    if person.member != _HEAD:
        taken, back = 0, np.int64(person.behind)
        for i in range(1, person.reach + 1):
            one = beside(person, i)
            if one.mother == i and of_unit(one, back + i):
                one.behind = i
                taken += 1
        head = head_of(person)
        head.unit_size -= 1 + taken
        person.member, person.behind, person.unit_size = _HEAD, 0, 1 + taken
        person.plan, person.lead, person.due, person.aspires = _NO_PLAN, _TOGETHER, LONG_AGO, LONG_AGO
    tell(log, month, person, _CAME_OF_AGE)


@compiled
def enter_class(person: Person, k: int, now: Now) -> None:
    """Give who enters the kth class of the young its education and work, and what they earn by it.

    At home savings follow income; who turns 18 abroad begins with the usual savings.
    """
    lives, zone = now.run.lives, zone_of(person.region, person.locality)
    luck = words(person.key, now.month, _NEW_CLASS, 0, now.run.seed)
    was, shares = person.education, lives.education[zone]
    person.education = next_education(was, shares[k], shares[k + 1], uniform(luck[0]))
    before = lives.work[zone, k, person.sex, was]
    after = lives.work[zone, k + 1, person.sex, person.education]
    person.sector = next_sector(person.sector, before, after, uniform(luck[1]), uniform(luck[2]))
    own = words(person.key, 0, _TRAIT_C, 0, now.run.trait_seed)
    mean = lives.income[person.region, person.sector, person.sex, person.education]
    person.income = mean * lives.wage_spread[byte(own, 6)]
    if k == 0 and person.mode == _SETTLED:
        person.savings = usual_savings(person, now)

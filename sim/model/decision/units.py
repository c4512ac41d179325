"""Reading a decision unit from the columns: who decides, and in which choice class.

A unit is an adult or a couple with minor children. Its class is the head's sector with what either adult brings
along: persecution, a student's age, a Polish card, a visa in hand.

A rule takes a person; a rule about a unit takes its head. The partner stands next; all others within the head's
`reach`, where also grown children, the unborn and the dead have rows, who are not `of_unit`.
"""

import numpy as np
from numpy.typing import NDArray

from sim.history.coefficients import Behaviour
from sim.model.decision.utility import (
    FLAG_ANCESTRY,
    FLAG_DRAFT,
    FLAG_PERSECUTED,
    FLAG_STUDENT,
    FLAG_VISA,
    N_FLAGS,
    age_term,
    repression_term,
    war_term,
)
from sim.model.run_constants import ADULT_MONTHS, FIGHTING_ENDS_MONTHS, OTHERS, THREATENED
from sim.numerics.codes import (
    AGE_FROM,
    CONSCRIPTION,
    EXPOSURE,
    GROUP,
    LEAD,
    MODE,
    N_SECTORS,
    PLACE,
    SECTOR,
    SEX,
    WAR_VIEW,
)
from sim.numerics.compiling import compiled
from sim.numerics.luck import NORMAL_GRID
from sim.numerics.months import LONG_AGO
from sim.population.rows import Person, at, beside
from sim.population.schema import Columns

_AGES = np.array([GROUP[name] for name in AGE_FROM])
_AGE_FROM = np.array(list(AGE_FROM.values()))
N_AGES = len(AGE_FROM)
"""Groups by age."""
N_CLASSES = N_SECTORS * N_FLAGS
"""Choice classes: sector times flags."""
_MEDIA = EXPOSURE["media"]
_PROTEST, _NGO = EXPOSURE["protest"], EXPOSURE["ngo"]
_STRIKE, _WAR_COMMENT = EXPOSURE["strike"], EXPOSURE["war_comment"]
_LIABLE, _SERVING = CONSCRIPTION["liable"], CONSCRIPTION["serving"]
_SERVED, _OFFICER = CONSCRIPTION["served"], CONSCRIPTION["reserve_officer"]
_FOR_JOINING = WAR_VIEW["for_joining"]
_MALE, _PLANNED = SEX["male"], LEAD["planned"]
_SETTLED = MODE["settled"]
_BELARUS, _HOME = PLACE["belarus"], MODE["home"]
_IT, _TRANSPORT = SECTOR["it"], SECTOR["transport"]
_G_IT, _G_PERSECUTED, _G_DRIVER = GROUP["it"], GROUP["persecuted"], GROUP["driver"]
_G_STUDENT, _G_ANCESTRY, _G_VISA = GROUP["student"], GROUP["ancestry"], GROUP["visa_holder"]
_G_DRAFT = GROUP["draft_liable"]
STUDENT_FROM, STUDENT_TO = 17 * 12, 28 * 12
"""Ages in months between which one may be admitted to study (assumption: secondary school done, before 28)."""


@compiled(forceinline=True)
def of_unit(person: Person, i: int) -> bool:
    """True for a person `i` rows behind the head of a unit who belongs to it."""
    return bool(person.behind == i)


@compiled(forceinline=True)
def head_of(person: Person) -> Person:
    """The head of the unit of a person who is in one."""
    return beside(person, -np.int64(person.behind))


@compiled(forceinline=True)
def adults(head: Person) -> int:
    """Number of adults of a unit: 2 if the head has a partner, who stands next, else 1."""
    # the head itself where nobody can stand: no branch, so that it costs little
    next_one = beside(head, int(head.reach > 0))
    return 2 if (head.unit_size > 1) & (next_one.member == 1) else 1


@compiled(forceinline=True)
def persecuted(exposure: int, detained: int) -> bool:
    """True for those ever detained for politics and for media and NGO workers."""
    return bool((detained > LONG_AGO) | (exposure == _MEDIA) | (exposure == _NGO))


@compiled(forceinline=True)
def adult_flags(exposure: int, detained: int, age: int, ancestry: int, visa: int, conscription: int, month: int) -> int:
    """Flags that one adult brings into the unit's choice class: persecuted, student, ancestry, visa in hand, draft."""
    hunted = FLAG_PERSECUTED if persecuted(exposure, detained) else 0
    student = FLAG_STUDENT if (age >= STUDENT_FROM) & (age < STUDENT_TO) else 0
    draft = FLAG_DRAFT if conscription == _LIABLE else 0
    return hunted | student | draft | (FLAG_ANCESTRY if ancestry else 0) | (FLAG_VISA if visa >= month else 0)


@compiled(forceinline=True)
def flags(head: Person, month: int) -> int:
    """Flags of the unit's choice class: those of either adult."""
    mask = 0
    for i in range(adults(head)):
        one = beside(head, i)
        exposure, detained, age = one.exposure, one.detained, month - one.birth
        conscription = one.conscription
        mask |= adult_flags(exposure, detained, age, one.ancestry, one.visa, conscription, month)
    return mask


@compiled(forceinline=True)
def class_groups(sector: int, mask: int) -> int:
    """Groups (bit mask of codes `groups`) to which a choice class belongs."""
    groups = 0
    if sector == _IT:
        groups |= 1 << _G_IT
    if sector == _TRANSPORT:
        groups |= 1 << _G_DRIVER
    if mask & FLAG_PERSECUTED:
        groups |= 1 << _G_PERSECUTED
    if mask & FLAG_STUDENT:
        groups |= 1 << _G_STUDENT
    if mask & FLAG_ANCESTRY:
        groups |= 1 << _G_ANCESTRY
    if mask & FLAG_VISA:
        groups |= 1 << _G_VISA
    if mask & FLAG_DRAFT:
        groups |= 1 << _G_DRAFT
    return groups


@compiled(forceinline=True)
def age_group(age: int) -> int:
    """The group (bit of codes `groups`) of a head of that age in completed years."""
    bit = 0
    for number in range(N_AGES):
        if age >= _AGE_FROM[number]:
            bit = 1 << _AGES[number]
    return bit


@compiled(forceinline=True)
def age_limits(number: int) -> tuple[int, int]:
    """First and last completed year of a group by age, 255 for no last."""
    last = _AGE_FROM[number + 1] - 1 if number + 1 < N_AGES else 255
    return _AGE_FROM[number], last


@compiled(forceinline=True)
def groups_of(head: Person, t: int) -> int:
    """Groups (bit mask of codes `groups`) to which a unit belongs, that of the head's age included."""
    return class_groups(head.sector, flags(head, t)) | age_group((t - head.birth) // 12)


@compiled(forceinline=True)
def choice_class(sector: int, mask: int) -> int:
    """Number of the choice class of a sector and flags."""
    return sector * N_FLAGS + mask


@compiled(forceinline=True)
def at_leisure(member: int, place: int, mode: int, plan: int, due: int, age: int, month: int) -> bool:
    """True for the head of a unit at home, adult, free for a new plan: who decides, if the unit may exit."""
    at_home = (place == _BELARUS) & (mode == _HOME)
    return bool((member == 0) & at_home & (plan == 0) & (due <= month) & (age >= ADULT_MONTHS))


@compiled(forceinline=True)
def is_barred(held: int, exit_ban: int, conscription: int, month: int) -> bool:
    """True for who may not leave Belarus in this month: held, under an exit ban, or serving."""
    return bool((held >= month) | (exit_ban >= month) | (conscription == _SERVING))


@compiled(forceinline=True)
def may_exit(head: Person, month: int) -> bool:
    """True if everyone in the unit is at home and nobody is held, barred from leaving, or serving.

    Children count: from 16 on they may be detained.
    """
    free = True
    for i in range(head.reach + 1):
        one = beside(head, i)
        barred = is_barred(one.held, one.exit_ban, one.conscription, month)
        free &= not (of_unit(one, i) & (barred | (one.mode != _HOME)))
    return free


@compiled(forceinline=True)
def in_party(person: Person) -> bool:
    """True if a person of a unit settled abroad is there, too, and was not left behind."""
    return bool(person.mode == _SETTLED)


@compiled(forceinline=True)
def going(head: Person) -> int:
    """People of a unit who are to leave by its plan: all, or the head alone."""
    return 1 if head.lead == _PLANNED else head.unit_size


@compiled(forceinline=True)
def exposure_weight(coefficients: Behaviour, exposure: int) -> float:
    """Weight of perceived repression by exposure."""
    if exposure == _PROTEST:
        return coefficients.exposure_protest
    if exposure == _MEDIA:
        return coefficients.exposure_media
    if exposure == _NGO:
        return coefficients.exposure_ngo
    if exposure == _STRIKE:
        return coefficients.exposure_strike
    if exposure == _WAR_COMMENT:
        return coefficients.exposure_war_comment
    return coefficients.exposure_none


@compiled(forceinline=True)
def men_term(coefficients: Behaviour, sex: int, age: int) -> float:
    """Log-odds that the fear of war adds for a man below 50 before any call-up; `age` in months."""
    return coefficients.war_men if (sex == _MALE) & (age < FIGHTING_ENDS_MONTHS) else 0.0


@compiled(forceinline=True)
def in_reserve(conscription: int, age: int) -> bool:
    """True for a man of the reserve: who has served or is a reserve officer, and is below 50; `age` in months."""
    return bool(((conscription == _SERVED) | (conscription == _OFFICER)) & (age < FIGHTING_ENDS_MONTHS))


@compiled(forceinline=True)
def service_term(coefficients: Behaviour, conscription: int, age: int, war_view: int, officer: int) -> float:
    """Log-odds that the fear of war adds for who may be sent: drafted, mobilised, or an officer; `age` in months.

    Who is for joining the war does not fear to be sent.
    """
    reserve = in_reserve(conscription, age)
    first = (conscription == _LIABLE) | (officer > 0)
    fear = coefficients.conscription if first else (coefficients.mobilisation if reserve else 0.0)
    return 0.0 if war_view == _FOR_JOINING else fear


@compiled(forceinline=True)
def threat_group(mask: int, war_fear: float) -> int:
    """`THREATENED` for a unit that is persecuted, or draft-liable while war is feared, else `OTHERS`."""
    return THREATENED if (mask & FLAG_PERSECUTED) or ((mask & FLAG_DRAFT) and war_fear > 0.0) else OTHERS


@compiled(forceinline=True)
def personal_term(coefficients: Behaviour, age: float, education: int, ties: int) -> float:
    """Log-odds of leaving by what a person is: age in years, education, ties (in 1/255)."""
    return (
        age_term(age, coefficients.youth, coefficients.old_age)
        + coefficients.skill * education
        + coefficients.ties * ties / 255.0
    )


@compiled(forceinline=True)
def with_adult(total: float, repression: float, war: float, personal: float) -> float:
    """Sum of the wishes of a unit's adults with one more adult's three terms."""
    total += repression
    total += war
    return total + personal


@compiled(forceinline=True)
def unit_push(coefficients: Behaviour, total: float, n: int, abroad: float, frailty: int) -> float:
    """Log-odds with which a unit wishes to leave, from the `total` of its `n` adults' wishes.

    Each adult has the weight of one over their number; frailty is the unit's own, an index of the normal grid.
    """
    return (
        coefficients.level + total / n + coefficients.peers * abroad + coefficients.spread_leave * NORMAL_GRID[frailty]
    )


@compiled(forceinline=True)
def push(head: Person, month: int, coefficients: Behaviour, perceived: float, war_fear: float, abroad: float) -> float:
    """Log-odds with which a unit wishes to leave this month, before what destinations offer.

    `perceived` repression and the share `abroad` are the circle's, `war_fear` the country's (0 to 1).
    """
    n, total = adults(head), 0.0
    for i in range(n):
        one = beside(head, i)
        conscription, exposure, age = one.conscription, one.exposure, month - one.birth
        personal = personal_term(coefficients, age / 12.0, one.education, one.ties)
        repression = repression_term(perceived, exposure_weight(coefficients, exposure), coefficients.repression)
        own = coefficients.war + men_term(coefficients, one.sex, age)
        war = war_term(war_fear, own, service_term(coefficients, conscription, age, one.war_view, one.officer))
        total = with_adult(total, repression, war, personal)
    return unit_push(coefficients, total, n, abroad, head.frailty)


@compiled
def residents_by_class(people: Columns, month: int) -> NDArray[np.int64]:
    """People at home by the choice class of their unit, int64[classes], in agents."""
    counts = np.zeros(N_CLASSES, np.int64)
    for row in range(len(people.traits)):
        person = at(people, row)
        member, place, mode = person.member, person.place, person.mode
        sector, size = person.sector, person.unit_size
        if (member == 0) & (place == _BELARUS) & (mode == _HOME):
            counts[choice_class(sector, flags(person, month))] += size
    return counts

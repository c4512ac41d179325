"""Muster: how many men may be summoned, drafted or called again this month, among whom the numbers are spread."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.model.now import Now
from sim.model.run_constants import ADULT_MONTHS, FIGHTING_ENDS_MONTHS, LIABILITY_ENDS_MONTHS
from sim.numerics.codes import CONSCRIPTION, MODE, REGION, SEX
from sim.numerics.compiling import compiled
from sim.numerics.handles import handle
from sim.numerics.luck import PURPOSE, uniform, words
from sim.population.rows import Person, at
from sim.population.schema import Columns

_MORE, _SUMMONS = PURPOSE["more_events"], PURPOSE["summons"]
_MALE, _ABROAD = SEX["male"], REGION["abroad"]
_HOME, _SETTLED, _NOWHERE = MODE["home"], MODE["settled"], MODE["nowhere"]
_NEVER, _LIABLE, _DEFERRED = CONSCRIPTION["never"], CONSCRIPTION["liable"], CONSCRIPTION["deferred"]
_SERVING, _SERVED, _OFFICER = CONSCRIPTION["serving"], CONSCRIPTION["served"], CONSCRIPTION["reserve_officer"]
_EXEMPT, _FAMILY = CONSCRIPTION["exempt"], CONSCRIPTION["family"]
DEFERMENT_ENDS_MONTHS = 22 * 12
"""Study deferment ends at 22 (assumption: a first degree entered at 17 or 18 takes four to five years)."""
CALLED = ("liable", "within_reach", "officers", "reservists")
LIABLE, WITHIN_REACH, OFFICERS, RESERVISTS = range(len(CALLED))
N_CALLED = len(CALLED)
"""Who is counted: men liable wherever they live; those of them whom a summons reaches; reserve officers at home; men at
home who have served.
"""


@compiled(forceinline=True)
def standing_at_18(luck: float, unfit: float, studies: float) -> int:
    """Standing of a man in the month of his 18th birthday: exempt, deferred to study, or liable.

    `unfit` is the share who are unfit, `studies` that of the others who study; `luck` uniform decides.
    """
    if luck < unfit:
        return _EXEMPT
    return _DEFERRED if luck < unfit + (1.0 - unfit) * studies else _LIABLE


@compiled(forceinline=True)
def standing_by_age(standing: int, age: int, studies: bool, officer: bool) -> int:
    """Standing of a man who is not serving, at `age` in months: deferment ends at 22, liability at 27.

    `studies` is false where studies defer no more; `officer` is true for who leaves a university with that rank.
    """
    if age >= LIABILITY_ENDS_MONTHS:
        return _NEVER if standing == _LIABLE or standing == _DEFERRED or standing == _FAMILY else standing
    if standing == _DEFERRED and (age >= DEFERMENT_ENDS_MONTHS or not studies):
        return _OFFICER if officer and age >= DEFERMENT_ENDS_MONTHS else _LIABLE
    return standing


@compiled(forceinline=True)
def registered_man(person: Person, month: int) -> bool:
    """True for a man who lives, is of age and is registered in Belarus."""
    at_home = (person.sex == _MALE) & (person.region != _ABROAD) & (person.mode != _NOWHERE)
    return bool(at_home & (month - person.birth >= ADULT_MONTHS))


@compiled
def standing_now(person: Person, now: Now) -> int:
    """Standing of a registered man this month, after his birthdays and what becomes of his studies."""
    standing, age, key = person.conscription, now.month - person.birth, person.key
    if standing == _SERVING:
        return standing
    if standing == _NEVER and age == ADULT_MONTHS:
        standing = standing_at_18(
            uniform(words(key, now.month, _MORE, 0, now.run.seed)[3]),
            now.coefficients.exempt_share,
            now.coefficients.study_share,
        )
    officer = False
    if standing == _DEFERRED and age >= DEFERMENT_ENDS_MONTHS:
        officer = uniform(words(key, now.month, _SUMMONS, 0, now.run.seed)[2]) < now.coefficients.officer_share
    return standing_by_age(standing, age, person.mode != _SETTLED or now.belarus.study_abroad >= 0.5, officer)


@compiled(forceinline=True)
def may_be_called_again(standing: int, age: int) -> bool:
    """True for a man who has served and is below 50; `age` in months."""
    return bool((standing == _SERVED) & (age < FIGHTING_ENDS_MONTHS))


@compiled
def counted(people: Columns, now: Now) -> NDArray[np.float64]:
    """Persons who may be called this month, float64[N_CALLED], in order of `CALLED`."""
    now = handle(now)
    liable = at_address = elsewhere = officers = reservists = 0
    for row in range(len(people.traits)):
        person = at(people, row)
        standing, age = person.conscription, now.month - person.birth
        young = (standing == _LIABLE) | (standing == _DEFERRED) | ((standing == _NEVER) & (age == ADULT_MONTHS))
        officer = (standing == _OFFICER) & (age < LIABILITY_ENDS_MONTHS)
        trained = may_be_called_again(standing, age)
        if not (young | officer | trained) or person.held >= now.month or not registered_man(person, now.month):
            continue
        at_home = person.mode == _HOME
        officers += officer & at_home
        reservists += trained & at_home
        if young and standing_now(person, now) == _LIABLE:
            liable += 1
            at_address += at_home & (person.elsewhere == 0)
            elsewhere += at_home & (person.elsewhere != 0)
    found = np.empty(N_CALLED)
    found[LIABLE] = liable
    found[WITHIN_REACH] = at_address + elsewhere * now.belarus.summons_reach
    found[OFFICERS] = officers
    found[RESERVISTS] = reservists
    return found * now.circles.one_in


def muster(model: Any) -> None:
    """Count who may be called, in months in which somebody is."""
    month = model.world.belarus[model.month]
    anybody = month["summoned"] + month["officers"] + month["reservists"] > 0.0
    model.called[:] = counted(model.columns, model.now) if anybody else 0.0

"""Living abroad: work found and lost, by language and the right to work; savings that grow or run out."""

import numpy as np
from numpy.typing import NDArray

from sim.behaviour import Behaviour
from sim.codes import EVENT, REASON, SECTOR, STATUS
from sim.columns import Columns
from sim.compiling import compiled
from sim.conditions import ADULT_MONTHS, Conditions
from sim.eventlog import note
from sim.luck import PURPOSE, uniform, words
from sim.rows import Person, at, beside
from sim.units import adults, in_party
from sim.world import World

_LIVING, _IT = PURPOSE["living"], SECTOR["it"]
_PERMIT, _PROTECTED, _CITIZEN = STATUS["permit"], STATUS["protected"], STATUS["citizen"]
_IRREGULAR = STATUS["irregular"]
_EMPLOYED, _DISMISSED, _NONE = EVENT["employed"], EVENT["dismissed"], REASON["none"]
PENSION_MONTHS = 65 * 12
"""Age from which nobody looks for work, a pension being enough to live on (assumption: pensions begin at 61 to 67)."""


@compiled(forceinline=True)
def right_to_work(status: int, at_first: float, irregular: float) -> float:
    """Share of a full right to work by status: `at_first` while the first status lasts, `irregular` without any."""
    if status == _PERMIT or status == _PROTECTED or status == _CITIZEN:
        return 1.0
    return irregular if status == _IRREGULAR else at_first


@compiled(forceinline=True)
def language_level(at_first: float, learning: float, months: int) -> float:
    """Usability of one's languages after some months in a country, 0 to 1."""
    return min(1.0, at_first + learning * months)


@compiled(forceinline=True)
def works(head: Person) -> bool:
    """True if an adult of a unit abroad has work."""
    found = False
    for i in range(adults(head)):
        one = beside(head, i)
        found |= in_party(one) & (one.job > 0)
    return found


@compiled(forceinline=True)
def destitute(head: Person, t: int) -> bool:
    """True if no adult of a unit abroad has work or a pension and their savings are spent."""
    means, provided = 0.0, False
    for i in range(adults(head)):
        one = beside(head, i)
        if in_party(one):
            means += one.savings
            provided |= (one.job > 0) | (t - one.birth >= PENSION_MONTHS)
    return not provided and means <= 0.0


@compiled
def live(
    people: Columns,
    heads: NDArray[np.int64],
    units: int,
    t: int,
    world: World,
    b: Behaviour,
    conditions: Conditions,
    log: NDArray[np.void],
    n: int,
) -> int:
    """Let the adults of the first `units` settled units in `heads` find or lose work, save or spend.

    Returns the next log position.
    """
    for i in range(units):
        head = at(people, heads[i])
        place = head.place
        language = world.places[t, place].language
        wage, rent = world.places[t, place].wage, world.places[t, place].rent
        premium = world.places[t, place].premium_it
        for j in range(adults(head)):
            one = beside(head, j)
            if not in_party(one):
                continue
            key, age, since = one.key, t - one.birth, one.since
            status, sector, job = one.status, one.sector, one.job
            saved, channel = one.savings, one.channel
            at_first = world.rules[t, place, channel].works
            luck = words(key, t, _LIVING, 0, conditions.seed)
            if job and uniform(luck[1]) < b.job_loss:
                job = 0
                n = note(log, n, t, one.row, key, _DISMISSED, place, place, channel, _NONE)
            elif not job and ADULT_MONTHS <= age < PENSION_MONTHS:
                chance = b.job_finding * right_to_work(status, at_first, b.irregular_work)
                if uniform(luck[0]) < chance * language_level(language, b.language_learning, t - since):
                    job = 1
                    n = note(log, n, t, one.row, key, _EMPLOYED, place, place, channel, _NONE)
            earned = wage * (premium if sector == _IT else 1.0)
            one.job = job
            if job:
                one.savings = saved + b.saving_share * earned
            elif age < PENSION_MONTHS:
                one.savings = max(0.0, saved - b.subsistence * rent)
    return n

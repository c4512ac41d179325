"""Rows for the children whom the women of 1 January 2019 may bear to the end of the clock, or of a longer history.

They come at the largest rate of any year and place, by the mother's own luck; which of them are born is for the run
(thinning, Lewis & Shedler 1979). So a run adds no rows, and the same child is the same row in every world.
"""

import numpy as np
from numpy.typing import NDArray

from sim.history.clock import clock
from sim.numerics.arithmetic import log
from sim.numerics.codes import MODE, SECTOR, SEX, STATUS
from sim.numerics.compiling import compiled
from sim.numerics.luck import PURPOSE, uniform, words
from sim.numerics.months import LONG_AGO, NEVER
from sim.population.lives import FERTILE, Lives
from sim.population.rows import Person
from sim.population.schema import NOBODY

MOST_CHILDREN = 7
"""Most children a woman may bear after 2018; their numbers fill the lowest four bits of a key. With the rates of 2019
she has more than seven in eighteen years, to December 2036, with a probability below one in 10,000."""


def last_birth(until: int) -> int:
    """Last month of which children have rows in a run to a month: that of the clock, or that of a run that goes on.

    So all histories that end with the clock or before have the same rows, and a longer one has those and more.
    """
    return max(clock().last, until)


_CHILDREN, _A = PURPOSE["children"], PURPOSE["trait_a"]
_FERTILE_ENDS = 12 * FERTILE[1]
_FEMALE, _MALE = SEX["female"], SEX["male"]
_NOWHERE, _AT_HOME, _CHILD = MODE["nowhere"], STATUS["home"], SECTOR["child"]


@compiled
def may_be_born(key: int, birth: int, seed: int, rates: Lives, months: NDArray[np.int64]) -> int:
    """Fill `months` with those in which a woman may bear a child, in order, and return their number.

    `months` int64[MOST_CHILDREN].
    """
    found, age, so_far = 0, -birth, rates.so_far  # in the first month
    if age >= _FERTILE_ENDS:
        return found
    level = so_far[max(age, 0)]
    while found < MOST_CHILDREN:
        level -= log(uniform(words(key, 0, _CHILDREN, found, seed)[0]))
        month = birth + np.searchsorted(so_far, level, side="right") - 1
        if level >= so_far[-1] or month > rates.last:
            break
        months[found] = month
        found += 1
    return found


@compiled
def key_of(number: int, position: int) -> np.uint64:
    """Key of the person at a position of a household; the lowest four bits are left for her children."""
    return np.uint64(number) << np.uint64(8) | np.uint64(position) << np.uint64(4)


@compiled
def reserve(person: Person, mother: Person, nth: int, month: int, seed: int, boys: float) -> None:
    """Write a row for the nth child (from 1) whom a woman may bear, in the month in which she may.

    What matters to adults only is not drawn: nobody born after 2018 grows up within the clock.
    """
    person.key = np.uint64(mother.key) | np.uint64(nth)
    person.birth = month
    person.sex = _MALE if uniform(words(person.key, 0, _A, 0, seed)[0]) < boys else _FEMALE
    person.circle, person.region, person.locality = mother.circle, mother.region, mother.locality
    person.politics, person.ancestry, person.kin = mother.politics, mother.ancestry, mother.kin
    person.war_view = mother.war_view
    person.member = person.behind = NOBODY
    person.sector, person.mode, person.status = _CHILD, _NOWHERE, _AT_HOME
    person.expiry = NEVER
    person.saved_at = person.since = person.left = person.visa = person.passport = person.serves_until = LONG_AGO
    person.detained = person.exit_ban = person.held = person.trial = LONG_AGO
    person.applied = person.due = person.aspires = LONG_AGO

"""The sector of each person in every month: that of the start, and for the young what they come to work in.

Whoever was younger than 25 at the start enters up to four classes of age, and works elsewhere by the luck and the rates
of the model. Who loses work because an organisation is closed is not told.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.numerics.compiling import compiled
from sim.numerics.luck import PURPOSE, uniform, words
from sim.population.lives import MONTHS_OF_NEW_CLASS, Lives, next_education, next_sector, zone_of
from sim.population.rows import at
from sim.population.schema import Columns

_NEW_CLASS = PURPOSE["new_class"]
CLASSES = len(MONTHS_OF_NEW_CLASS)


def sectors(people: Columns, rates: Lives, luck: int, months: int) -> NDArray[np.uint8]:
    """Sector of each before, and from each birthday on which a class of age is entered, uint8[people, 1 + classes].

    Birthdays before the start or after so many `months` change nothing; `luck` is the seed of the replicate.
    """
    found = np.empty((len(people.key), 1 + CLASSES), np.uint8)
    _fill(people, rates.education, rates.work, luck, months, found)
    return found


@compiled
def _fill(
    people: Columns,
    education: NDArray[np.float64],
    work: NDArray[np.float64],
    luck: int,
    months: int,
    found: NDArray[np.uint8],
) -> None:
    for row in range(len(people.traits)):
        person = at(people, row)
        sector, learnt, birth = person.sector, person.education, np.int64(person.birth)
        found[row, 0] = sector
        for k in range(CLASSES):
            month = birth + MONTHS_OF_NEW_CLASS[k]
            if (month >= 0) & (month < months):
                zone = zone_of(person.region, person.locality)
                drawn: Any = words(person.key, month, _NEW_CLASS, 0, luck)
                before = work[zone, k, person.sex, learnt]
                learnt = next_education(learnt, education[zone, k], education[zone, k + 1], uniform(drawn[0]))
                after = work[zone, k + 1, person.sex, learnt]
                sector = next_sector(sector, before, after, uniform(drawn[1]), uniform(drawn[2]))
            found[row, k + 1] = sector

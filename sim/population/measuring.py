"""How many rows the people of a circle take, known before any of them is made, so that threads may fill them apart."""

import numpy as np
from numpy.typing import NDArray

from sim.numerics.codes import SECTOR, SEX
from sim.numerics.compiling import compiled
from sim.numerics.luck import PURPOSE, uniform, words
from sim.population import traits
from sim.population.census import CLASSES
from sim.population.households import OPEN
from sim.population.layout import Layout
from sim.population.lives import FERTILE, Lives
from sim.population.order import (
    KIND,
    cell_of,
    even,
    first_guest,
    first_household,
    guest_of,
    is_boy,
    kind_of,
    rank,
    stratum_of,
)
from sim.population.unborn import MOST_CHILDREN, key_of, may_be_born

_A = PURPOSE["trait_a"]
_FEMALE, _MALE, _RETIRED = SEX["female"], SEX["male"], SECTOR["retired"]
_CLASSES = np.array(CLASSES)


@compiled
def measure(
    plan: Layout,
    chances: traits.Tables,
    rates: Lives,
    circles: NDArray[np.int64],
    rotation: int,
    seed: int,
    sizes: NDArray[np.int64],
) -> None:
    """Write the rows of each circle, `sizes` int64[circles]: residents and guests, and who may be born to them."""
    months = np.empty(MOST_CHILDREN, np.int64)
    for n, circle in enumerate(circles):
        home = stratum_of(plan, circle)
        nth, turn = circle - plan.first_circle[home], rank(circle, plan.first_circle[-1])
        first, end = first_household(plan, home, nth), first_household(plan, home, nth + 1)
        guest, last = first_guest(plan, turn), first_guest(plan, turn + 1)
        for h in range(end - first + last - guest):
            if h < end - first:
                stratum, cell = home, cell_of(plan, home, first + h, rotation)
                number = plan.first_household[home] + first + h
            else:
                nth_guest = guest + h - (end - first)
                stratum, cell = guest_of(plan, nth_guest, rotation)
                number = plan.first_household[-1] + nth_guest
            kind = kind_of(plan, stratum, cell, even(number, KIND, rotation))
            sizes[n] += plan.size[kind]
            for i in range(plan.size[kind]):
                age_class, sex = plan.age_class[kind, i], plan.sex[kind, i]
                if _CLASSES[age_class] >= FERTILE[1] or sex == _MALE:
                    continue
                if sex == OPEN and is_boy(plan, stratum, age_class, number, i, rotation):
                    continue
                key = key_of(number, i)
                a = words(key, 0, _A, 0, seed)
                place_in_class = uniform(a[0])
                if i == 0:
                    shares = chances.work[plan.zone[stratum], age_class, _FEMALE, plan.cell_education[cell]]
                    place_in_class = traits.place_in_class(place_in_class, plan.cell_sector[cell], shares[_RETIRED])
                age = traits.age(place_in_class, age_class, chances.single_years[age_class, _FEMALE])
                sizes[n] += may_be_born(key, traits.birth(age, uniform(a[1])), seed, rates, months)

"""How many rows the people of a circle take, known before any of them is made, so that threads may fill them apart."""

import numpy as np
from numpy.typing import NDArray

from sim.numerics.codes import SECTOR, SEX
from sim.numerics.compiling import compiled
from sim.numerics.handles import handle
from sim.numerics.luck import PURPOSE, uniform, words
from sim.population import traits
from sim.population.census import CLASSES
from sim.population.households import OPEN
from sim.population.layout import Layout
from sim.population.lives import FERTILE, Lives
from sim.population.order import household, households_of, is_boy
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
    plan, chances, rates = handle(plan), handle(chances), handle(rates)  # so many arrays are slow to copy
    months = np.empty(MOST_CHILDREN, np.int64)
    for n in range(len(circles)):
        circle = circles[n]
        held = households_of(plan, circle)
        for h in range(held.residents + held.guests):
            stratum, cell, number, kind = household(plan, held, h, rotation)
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

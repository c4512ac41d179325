"""Where a household and a circle stand in the fixed order: compiled look-ups in the layout.

Positions replace draws: the attributes of heads lie along cumulative weights, and what must mix within a circle takes
the next number of a sequence that fills the unit interval evenly. So every stretch of the order has the right mixture
to about one household, and any circle can be made alone.
"""

from typing import NamedTuple

import numpy as np

from sim.numerics.compiling import compiled
from sim.population.layout import Layout

# 2**32 times the fraction of an irrational number, made odd: multiples of each fill the unit interval evenly, and
# those of several fill the square and the cube.
KIND = np.uint64(2654435769)  # golden ratio: kind of household
_SEX = np.uint64(1779033703)  # root of 2: sexes of minors
_NEXT_MINOR = np.uint64(3144134277)  # root of 3: step from one minor of a household to the next
_ANYWHERE = np.uint64(2773480763)  # root of 7: place of a household that does not follow the order
_DESTINATION = np.uint64(1359893119)  # root of 11: destination of a household of the diaspora
_LOW = np.uint64(0xFFFFFFFF)
_LEVELS = (1000, 100, 10, 1)


@compiled
def even(number: int, step: int, rotation: int) -> float:
    """Number `number` of an even sequence in (0, 1): any run of n puts a share of n into an interval, to a few."""
    word = (np.uint64(number) * np.uint64(step) + np.uint64(rotation)) & _LOW
    return (np.float64(word) + 0.5) * 2.3283064365386963e-10


@compiled
def is_boy(plan: Layout, stratum: int, age_class: int, number: int, position: int, rotation: int) -> bool:
    """Sex of the minor at a position of a household."""
    turn = np.uint64(rotation) + np.uint64(position) * _NEXT_MINOR
    return even(number, _SEX, turn) < plan.boys[stratum, age_class]


@compiled
def stratum_of(plan: Layout, circle: int) -> int:
    """Stratum of a circle's residents."""
    return int(np.searchsorted(plan.first_circle, circle, side="right")) - 1


@compiled
def first_household(plan: Layout, stratum: int, nth: int) -> int:
    """Household, counted within the stratum, with which its nth circle begins: circles hold like numbers of people."""
    n = plan.first_household[stratum + 1] - plan.first_household[stratum]
    circles = plan.first_circle[stratum + 1] - plan.first_circle[stratum]
    if nth <= 0:
        return 0
    if nth >= circles:
        return n
    people, number = plan.cell_people[stratum], plan.cell_households[stratum]
    wanted = people[-1] * nth / circles
    cell = np.searchsorted(people, wanted, side="right")
    before = people[cell - 1] if cell > 0 else 0.0
    start = number[cell - 1] if cell > 0 else 0.0
    position = start + (number[cell] - start) * (wanted - before) / (people[cell] - before)
    return min(n, int(np.ceil(position * n / number[-1] - 0.5)))


@compiled
def cell_of(plan: Layout, stratum: int, nth: int, rotation: int) -> int:
    """Cell of the stratum's nth household: along the order if it is one of the alike, else from anywhere in it."""
    first = plan.first_household[stratum]
    n = plan.first_household[stratum + 1] - first
    along = (nth + 0.5) / n
    if int((nth + 1) * plan.alike) == int(nth * plan.alike):
        along = even(first + nth, _ANYWHERE, rotation)
    weights = plan.cell_households[stratum]
    return np.searchsorted(weights, along * weights[-1], side="right")


@compiled
def kind_of(plan: Layout, stratum: int, cell: int, u: float) -> int:
    """Kind of a household from its head's cell and a number in (0, 1): first the head's sex, then the kind."""
    men = plan.cell_men[stratum, cell]
    sex = 1 if u < men else 0
    u = u / men if sex == 1 else (u - men) / (1.0 - men)
    head = 2 * plan.cell_class[cell] + sex
    first, end = plan.kind_first[head], plan.kind_first[head + 1]
    return min(first + np.searchsorted(plan.kind_share[stratum, first:end], u, side="right"), end - 1)


@compiled
def rank(circle: int, circles: int) -> int:
    """Place of a circle when those of the 1:1000 sample come first, then those of 1:100, of 1:10, and the rest."""
    before = 0
    for level in _LEVELS:
        if circle % level == 0:
            coarser = 0 if level == _LEVELS[0] or circle == 0 else (circle - 1) // (10 * level) + 1
            return before + circle // level - coarser
        before = (circles - 1) // level + 1
    return before


@compiled
def first_guest(plan: Layout, place: int) -> int:
    """Household of the diaspora, counted from its first, with which the guests of the circle of a rank begin.

    Circles that are sampled together get consecutive households, which hold every destination in proportion.
    """
    return place * plan.guests // plan.first_circle[-1]


@compiled
def guest_of(plan: Layout, nth: int, rotation: int) -> tuple[int, int]:
    """Stratum (destination) and cell of the nth household of the diaspora."""
    number = plan.first_household[-1] + nth
    u = even(number, _DESTINATION, rotation)
    stratum = len(plan.first_household) - 1 + np.searchsorted(plan.guest_share, u, side="right")
    weights = plan.cell_households[stratum]
    cell = np.searchsorted(weights, even(number, _ANYWHERE, rotation) * weights[-1], side="right")
    return stratum, cell


class Held(NamedTuple):
    """The households of a circle: those of its residents in their stratum, then those of its guests."""

    stratum: int
    first: int  # of the residents, counted within the stratum
    residents: int
    guest: int  # the first of the guests, counted within the diaspora
    guests: int


@compiled(forceinline=True)
def households_of(plan: Layout, circle: int) -> Held:
    """The households of a circle."""
    home = stratum_of(plan, circle)
    nth, turn = circle - plan.first_circle[home], rank(circle, plan.first_circle[-1])
    first, guest = first_household(plan, home, nth), first_guest(plan, turn)
    residents, guests = first_household(plan, home, nth + 1) - first, first_guest(plan, turn + 1) - guest
    return Held(home, first, residents, guest, guests)


@compiled(forceinline=True)
def household(plan: Layout, held: Held, h: int, rotation: int) -> tuple[int, int, int, int]:
    """Stratum, cell, number and kind of a circle's household `h`, residents before guests."""
    if h < held.residents:
        nth = held.first + h
        stratum, cell = held.stratum, cell_of(plan, held.stratum, nth, rotation)
        number = plan.first_household[held.stratum] + nth
    else:
        nth = held.guest + h - held.residents
        stratum, cell = guest_of(plan, nth, rotation)
        number = plan.first_household[-1] + nth
    return stratum, cell, number, kind_of(plan, stratum, cell, even(number, KIND, rotation))

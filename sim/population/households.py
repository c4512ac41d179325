"""Kinds of household and how many there are of each, so that the people in them meet the margins of persons.

A kind is a list of people, each with an age class, a sex and a decision unit: one adult or a couple, without or with
one to three minors, and beside them at most one grown child or old parent, who decides for itself. Starting weights
say which kinds are plausible; raking then makes people by age, sex and stratum exact. Sexes of minors are left open:
they do not bear on who lives with whom.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from math import fsum

import numpy as np
from numpy.typing import NDArray

from sim.numerics.codes import SEX
from sim.population.assumptions import by_age, value
from sim.population.census import CLASSES, ENDS, MINORS
from sim.population.raking import rake

F, M = SEX["female"], SEX["male"]
OPEN = 2
"""Sex of a minor in a kind of household: laid out later by the share of boys."""
LARGEST = 6
"""Most people in a kind of household: a couple, three minors and a grown child or an old parent."""
ADULTS = range(MINORS, len(CLASSES))
_MIDDLE = tuple((low + end) / 2 if low < 80 else 85.0 for low, end in zip(CLASSES, ENDS, strict=True))
_YOUNGEST_PARENT, _OLDEST_PARENT = 15, 45


@dataclass(frozen=True)
class Kind:
    """A kind of household: people as (age class, sex), by decision unit, head first."""

    units: tuple[tuple[tuple[int, int], ...], ...]

    @property
    def people(self) -> tuple[tuple[int, int], ...]:
        """All people, head of the household first."""
        return tuple(person for unit in self.units for person in unit)

    @property
    def head(self) -> tuple[int, int]:
        """Age class and sex of the household's head."""
        return self.units[0][0]


def parent_fit(parent: int, child: int) -> float:
    """How plausible it is that a mother of one class has a child of another: highest at an age gap of 28 years.

    Zero where some pair of ages would make her younger than 15 or where the gap of class middles exceeds 45.
    """
    gap = _MIDDLE[parent] - _MIDDLE[child]
    if CLASSES[parent] - (ENDS[child] - 1) < _YOUNGEST_PARENT or gap > _OLDEST_PARENT:
        return 0.0
    return max(0.0, 1 - abs(gap - 28) / 15)


def couple_fit(man: int, woman: int) -> float:
    """How plausible a couple of two age classes is: highest where he is 2.5 years older (assumption)."""
    return max(0.0, 1 - abs(_MIDDLE[man] - _MIDDLE[woman] - 2.5) / 8)


def _sibling_fit(classes: tuple[int, ...]) -> float:
    """Siblings within five years are most plausible, beyond ten hardly (assumption)."""
    spread = max(classes) - min(classes)
    return (0.5, 1.0, 0.35, 0.05)[spread]


@cache
def _minors_of(parent: int) -> tuple[tuple[tuple[int, ...], float], ...]:
    """Sets of minors, oldest first, with their share among families whose mother is of the class."""
    sets: list[tuple[tuple[int, ...], float]] = []
    shares = by_age("children", CLASSES[MINORS:])[parent - MINORS]
    for number, share in enumerate(shares.tolist()):
        options = list(_sets(number, MINORS - 1))
        fits = []
        for classes in options:
            fit = _sibling_fit(classes) if number > 1 else 1.0
            for c in classes:
                fit *= parent_fit(parent, c)
            fits.append(fit)
        total = fsum(fits)
        sets += [(c, share * fit / total) for c, fit in zip(options, fits, strict=True) if fit > 0 and share > 0]
    return tuple(sets)


def _sets(number: int, largest: int) -> Iterator[tuple[int, ...]]:
    if number == 0:
        yield ()
        return
    for first in range(largest, -1, -1):
        for rest in _sets(number - 1, first):
            yield (first, *rest)


def _kinds(people: NDArray[np.float64]) -> Iterator[tuple[Kind, NDArray[np.float64]]]:
    """Every kind with its starting weight in each stratum, given people [strata, classes, sexes].

    A kind may come twice, and with a weight of 0.
    """
    adult = CLASSES[MINORS:]
    married, home = by_age("married_women", adult), by_age("living_with_parents", adult)
    taken_in = by_age("living_with_children", adult)
    single = np.zeros(people.shape)
    single[:, MINORS:] = people[:, MINORS:]
    for woman in ADULTS:
        wives = people[:, woman, F] * married[woman - MINORS]
        fits = {man: people[:, man, M] * couple_fit(man, woman) for man in ADULTS}
        for man, couples in _spread(wives, fits):
            single[:, woman, F] -= couples
            single[:, man, M] -= np.minimum(couples, 0.9 * single[:, man, M])
            for minors, share in _minors_of(woman):
                children = tuple((c, OPEN) for c in minors)
                for pair in (((woman, F), (man, M)), ((man, M), (woman, F))):
                    yield Kind(((*pair, *children),)), 0.5 * couples * share
    for sex, lone in ((F, value("lone_mothers")), (M, value("lone_fathers"))):
        for c in ADULTS:
            alone = single[:, c, sex] * (1 - home[c - MINORS]) * (1 - taken_in[c - MINORS])
            yield Kind((((c, sex),),)), alone
            for minors, share in _minors_of(c):
                if minors:
                    yield Kind((((c, sex), *((k, OPEN) for k in minors)),)), single[:, c, sex] * lone * share
    yield from _shared(people, single, home, taken_in)


def _spread(
    number: NDArray[np.float64], fits: dict[int, NDArray[np.float64]]
) -> Iterator[tuple[int, NDArray[np.float64]]]:
    """A number spread over the classes that fit, by how well they do, [strata] each; 0 where none fits."""
    totals = np.array([fsum(fit) for fit in zip(*(fit.tolist() for fit in fits.values()), strict=True)])
    for c, fit in fits.items():
        some = number * fit
        if some.any():
            yield c, np.divide(some, totals, out=np.zeros(len(totals)), where=totals > 0)


def _shared(
    people: NDArray[np.float64],
    single: NDArray[np.float64],
    home: NDArray[np.float64],
    taken_in: NDArray[np.float64],
) -> Iterator[tuple[Kind, NDArray[np.float64]]]:
    """Households that a grown child shares with its parents, or an old parent with the family of a grown child."""
    for sex in (F, M):
        for guest in ADULTS:
            unit = ((guest, sex),)
            at_home = single[:, guest, sex] * home[guest - MINORS]
            fits = {host: people[:, host, F] * parent_fit(host, guest) for host in ADULTS}
            for host, weight in _spread(at_home, fits):
                older = min(host + 1, len(CLASSES) - 1)
                yield Kind((((host, F), (host, M)), unit)), 0.25 * weight
                yield Kind((((older, M), (host, F)), unit)), 0.25 * weight
                yield Kind((((host, F),), unit)), 0.4 * weight
                yield Kind((((host, M),), unit)), 0.1 * weight
            old = single[:, guest, sex] * taken_in[guest - MINORS]
            fits = {host: people[:, host, F] * parent_fit(guest, host) for host in ADULTS}
            for host, weight in _spread(old, fits):
                for minors in ((), *((c,) for c in range(MINORS) if parent_fit(host, c) > 0.3)):
                    children = tuple((c, OPEN) for c in minors)
                    yield Kind((((host, F), (host, M), *children), unit)), 0.3 * weight
                    yield Kind((((host, M), (host, F), *children), unit)), 0.3 * weight
                    yield Kind((((host, F), *children), unit)), 0.2 * weight


@dataclass(frozen=True)
class Kinds:
    """All kinds of household in the order of head's class and sex, and their number in each stratum."""

    kinds: tuple[Kind, ...]
    weights: NDArray[np.float64]
    """Households, [strata, kinds]."""
    first: NDArray[np.int64]
    """First kind of each class and sex of head, [classes * 2 + 1]."""


def fit(people: NDArray[np.float64]) -> Kinds:
    """Number of households of each kind such that people by class and sex are met in every stratum.

    `people` [strata, classes, sexes]; minors are met by class, both sexes together. Raises raking.Infeasible if no
    set of households can hold these people.
    """
    start: dict[Kind, NDArray[np.float64]] = {}
    for kind, weight in _kinds(people):
        start[kind] = start[kind] + weight if kind in start else weight
    kinds = tuple(sorted(start, key=lambda kind: (kind.head, kind.units)))
    starts = np.array([start[kind] for kind in kinds]).T
    n_adult = len(CLASSES) - MINORS
    counts = np.zeros((MINORS + 2 * n_adult, len(kinds)), np.uint8)
    for k, kind in enumerate(kinds):
        for c, sex in kind.people:
            counts[c if c < MINORS else MINORS + 2 * (c - MINORS) + sex, k] += 1
    names = [f"minors from {CLASSES[c]}" for c in range(MINORS)]
    names += [f"{'women' if s == F else 'men'} from {CLASSES[c]}" for c in ADULTS for s in (F, M)]
    weights = np.zeros((len(people), len(kinds)))
    for k, table in enumerate(people):
        targets = np.concatenate([table[:MINORS, F] + table[:MINORS, M], table[MINORS:].ravel()])
        weights[k] = rake(starts[k], counts, targets, names)
    heads = np.array([kind.head[0] * 2 + kind.head[1] for kind in kinds])
    first = np.searchsorted(heads, np.arange(2 * len(CLASSES) + 1)).astype(np.int64)
    return Kinds(kinds, weights, first)

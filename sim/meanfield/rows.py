"""The rows of the twin: real decision units, each with the number of persons it stands for.

All units, or a sample of them: those likely to leave are taken more often, in an order by kin, choice class and
hazard, at equal steps, so that the same people give the same rows. Weights are then moved as little as possible
until the rows' sums agree with everybody's in numbers, hazards of leaving by destination, channel and time (at
given coefficients), risks of detention, draft and pendular work.
"""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sim import options
from sim.behaviour import Behaviour, load
from sim.choice import FLAG_PERSECUTED
from sim.codes import CONSCRIPTION, EXPOSURE, MODE, N_CHANNELS, SEX, SLOTS
from sim.columns import Columns
from sim.conditions import (
    ADULT_MONTHS,
    DETAINABLE_MONTHS,
    LIABILITY_ENDS_MONTHS,
    PENDULAR_SECTORS,
    Conditions,
    Reference,
    conditions,
    reference,
    risk_weight,
)
from sim.constants import Constants
from sim.decision.destination_nest import FIXED_POINT, expect
from sim.population.synthesis import Population
from sim.units import choice_class, flags, persecuted, push
from sim.world import World

Floats = NDArray[np.float64]
SETTLED_SHARE = 0.1
"""Share of a sample's rows that stand for those settled abroad at the start."""
EVEN = 0.35
"""Share of a sample spread evenly over people, whatever their hazard."""
CIRCLE_GROUPS = 8
"""Groups of circles, by hazard, that share a circle's news in a sample."""
MOMENTS = 6
"""Months, at equal steps, whose hazards a sample is fitted to."""


@dataclass(frozen=True)
class Rows:
    """R units with their persons as columns, and what is known of everybody (n settled or pendular kinds)."""

    people: Columns
    heads: NDArray[np.int64]  # [R] first row of each unit in `people`
    persons: Floats  # [R] whom the unit stands for
    circle: NDArray[np.int64]  # [R] circle, or group of circles
    abroad: Floats  # [R] share of the unit's circle settled abroad at the start
    settled: NDArray[np.int64]  # [n, 5] hunted, place, channel, status, expiry
    settled_persons: Floats  # [n]
    pendular: NDArray[np.int64]  # [n, 2] place and expiry of those on pendular work at the start
    pendular_persons: Floats  # [n]
    detainable: Floats  # [exposures] persons, by exposure
    reference: Reference  # counts at the start; the risk weights are the coefficients' own
    one_in: int
    seed: int


def all_rows(population: Population) -> Rows:
    """Every unit of a population as a row, and every circle its own."""
    people = population.people
    units = np.flatnonzero(people.member == 0)
    persons = people.unit_size[units].astype(float) * population.one_in
    circle = people.circle[units].astype(np.int64) // population.one_in
    return _rows(population, units, persons, circle)


def sample_rows(
    population: Population, count: int, world: World, b: Behaviour, constants: Constants, most: float = 20.0
) -> Rows:
    """About `count` weighted rows of a population, chosen for a world and coefficients near which they will be used.

    No weight is moved by a factor of more than `most`. All rows if there are no more than `count`.
    """
    people = population.people
    units = np.flatnonzero(people.member == 0)
    if len(units) <= count:
        return all_rows(population)
    size = people.unit_size[units].astype(float)
    features, rate, kind = _features(population, units, world, b, constants)
    abroad = people.mode[units] == MODE["settled"]
    chosen, persons = [], []
    home = np.flatnonzero(~abroad)
    measure = size[home] * (
        EVEN + (1.0 - EVEN) * rate[home] / max(float(np.average(rate[home], weights=size[home])), 1e-300)
    )
    order = np.lexsort((people.key[units[home]], rate[home], kind[home], people.kin[units[home]]))
    taken, weight = _at_equal_steps(measure[order], count - int(SETTLED_SHARE * count))
    taken = home[order[taken]]
    weight = weight * size[taken] / measure[np.searchsorted(home, taken)]
    weight = _calibrated(weight, features[taken], features[home].T @ size[home], most)
    chosen.append(taken)
    persons.append(weight)
    stratum = _hunted(people, units).astype(np.int64) * SLOTS + people.place[units]
    for number in np.unique(stratum[abroad]):
        those = np.flatnonzero(abroad & (stratum == number))
        n = max(1, round(SETTLED_SHARE * count * len(those) / int(abroad.sum())))
        taken, weight = _at_equal_steps(size[those], n)
        chosen.append(those[taken])
        persons.append(weight)
    order = np.argsort(np.concatenate(chosen))
    taken = np.concatenate(chosen)[order]
    group = _circle_groups(population, units, rate * size)
    return _rows(population, units[taken], np.concatenate(persons)[order] * population.one_in, group[taken])


def _rows(population: Population, units: NDArray[np.int64], persons: Floats, circle: NDArray[np.int64]) -> Rows:
    people, start, one_in = population.people, population.circle_start, population.one_in
    size = people.unit_size[units].astype(np.int64)
    heads = np.concatenate([[0], np.cumsum(size)[:-1]]).astype(np.int64)
    rows = np.repeat(units - heads, size) + np.arange(int(size.sum()))
    away = (people.mode == MODE["settled"]).astype(np.int64)
    share = np.add.reduceat(away, start[:-1]) / np.diff(start)
    there = np.flatnonzero((people.member == 0) & (people.mode == MODE["settled"]))
    kinds = np.stack(
        [
            _hunted(people, there),
            people.place[there],
            people.channel[there],
            people.status[there],
            people.expiry[there],
        ],
        axis=1,
    ).astype(np.int64)
    settled, count = _tally(kinds, people.unit_size[there].astype(float) * one_in)
    out = np.flatnonzero(people.mode == MODE["pendular"])
    kinds = np.stack([people.place[out], people.expiry[out]], axis=1).astype(np.int64)
    pendular, workers = _tally(kinds, np.full(len(out), float(one_in)))
    residents = (people.mode != MODE["settled"]) & (people.birth <= -DETAINABLE_MONTHS)
    detainable = np.bincount(people.exposure[residents], minlength=len(EXPOSURE)).astype(float) * one_in
    return Rows(
        Columns(*(array[rows] for array in people)), heads, persons, circle,
        share[np.searchsorted(start, units, side="right") - 1], settled, count, pendular, workers,
        detainable, _reference(people, one_in), one_in, population.seed,
    )  # fmt: skip


def _reference(people: Columns, one_in: int) -> Reference:
    """Reference counts but for the risk weights, which depend on coefficients."""
    return reference(people, one_in, load())


def _tally(kinds: NDArray[np.int64], persons: Floats) -> tuple[NDArray[np.int64], Floats]:
    """Distinct rows of `kinds` and the persons of each."""
    if len(kinds) == 0:
        return kinds, persons
    found, which = np.unique(kinds, axis=0, return_inverse=True)
    return found, np.bincount(which.ravel(), weights=persons, minlength=len(found)).astype(np.float64)


@njit(cache=True, nogil=True, error_model="numpy")
def _hunted(people: Columns, heads: NDArray[np.int64]) -> NDArray[np.bool_]:
    """True for units whose head is persecuted, which decides on return."""
    found = np.zeros(len(heads), np.bool_)
    for i in range(len(heads)):
        found[i] = persecuted(people.exposure[heads[i]], people.detained[heads[i]])
    return found


def _at_equal_steps(measure: Floats, count: int) -> tuple[NDArray[np.int64], Floats]:
    """Units met by `count` equal steps along the sum of `measure`; with each, the measure it stands for."""
    total = np.cumsum(measure)
    step = float(total[-1]) / count
    met = np.searchsorted(total, (np.arange(count) + 0.5) * step, side="right")
    taken, times = np.unique(np.minimum(met, len(measure) - 1), return_counts=True)
    return taken, times.astype(np.float64) * step


def _calibrated(weight: Floats, features: Floats, totals: Floats, most: float) -> Floats:
    """Weights near `weight` with which the rows' features sum to `totals`, as far as factors up to `most` allow.

    Generalised regression (Deville & Sarndal 1992), a few rounds with the factors cut off.
    """
    scale = np.where(totals != 0.0, np.abs(totals), 1.0)
    x, wanted = features / scale, totals / scale
    found = weight.copy()
    for _ in range(20):
        gap = wanted - x.T @ found
        move = np.linalg.lstsq((x * found[:, None]).T @ x + 1e-14 * np.eye(len(wanted)), gap, rcond=1e-10)[0]
        found = np.clip(found * np.clip(1.0 + x @ move, 0.5, 2.0), weight / most, weight * most)
    return found


def _circle_groups(population: Population, units: NDArray[np.int64], hazard: Floats) -> NDArray[np.int64]:
    """Group of the circle of each unit: circles by mean hazard, in groups of about as many people."""
    start = population.circle_start
    circle = np.searchsorted(start, units, side="right") - 1
    sizes = np.diff(start)
    mean = np.bincount(circle, weights=hazard, minlength=len(sizes)) / sizes
    order = np.argsort(mean, kind="stable")
    group = np.empty(len(sizes), np.int64)
    group[order] = np.minimum(CIRCLE_GROUPS - 1, CIRCLE_GROUPS * np.cumsum(sizes[order]) // int(sizes.sum()))
    found: NDArray[np.int64] = np.unique(group[circle], return_inverse=True)[1].ravel()
    return found


def _features(
    population: Population, units: NDArray[np.int64], world: World, b: Behaviour, constants: Constants
) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """What a sample must sum to, a person: float64[units, features]; with the mean hazard and the choice class."""
    people, one_in = population.people, population.one_in
    given = conditions(people, one_in, b, constants.places, constants.channels, 0, population.seed, b.lambda_)
    table, residents = options.empty(), world.places["diaspora"][0].copy()
    months = len(world.belarus)
    by_place, by_channel = np.zeros((len(units), SLOTS)), np.zeros((len(units), N_CHANNELS))
    unused, if_hunted = np.zeros_like(by_place), np.zeros_like(by_channel)
    by_time, kind = np.zeros((len(units), MOMENTS)), np.zeros(len(units), np.int64)
    kind_hunted = kind.copy()
    for i in range(MOMENTS):
        t = (2 * i + 1) * months // (2 * MOMENTS)
        options.fill(table, world, t, b, given, residents, np.zeros((SLOTS, N_CHANNELS)))
        _hazards(people, units, t, 0, table, world, b, given, by_place, by_channel, by_time[:, i], kind)
        also = given, unused, if_hunted, unused[:, 0], kind_hunted
        _hazards(people, units, t, FLAG_PERSECUTED, table, world, b, *also)
    rate = by_time.sum(axis=1) / MOMENTS
    risk = np.array([risk_weight(b, exposure) for exposure in range(len(EXPOSURE))])[people.exposure]
    risk = risk * (people.birth <= -DETAINABLE_MONTHS)
    turns_18, turns_27 = people.birth.astype(float) + ADULT_MONTHS, people.birth.astype(float) + LIABILITY_ENDS_MONTHS
    liable = np.clip(np.minimum(turns_27, months) - np.maximum(turns_18, 0.0), 0.0, None) * (people.sex == SEX["male"])
    works = np.isin(people.sector, PENDULAR_SECTORS) & (people.birth <= -ADULT_MONTHS)
    columns = [risk, liable, people.conscription == CONSCRIPTION["liable"], works, people.exposure > 1]
    of_unit = np.searchsorted(units, np.arange(len(people.key)), side="right") - 1
    size = people.unit_size[units]
    means = [np.bincount(of_unit, weights=column * 1.0, minlength=len(units)) / size for column in columns]
    hunted = if_hunted * means[0][:, None]
    features = np.column_stack([np.ones(len(units)), by_place, by_channel, by_time, *means, hunted])
    return features[:, features.any(axis=0)], rate, kind


@njit(cache=True, nogil=True, error_model="numpy")
def _hazards(
    people: Columns,
    units: NDArray[np.int64],
    t: int,
    added: int,
    table: options.Options,
    world: World,
    b: Behaviour,
    given: Conditions,
    by_place: Floats,
    by_channel: Floats,
    by_time: Floats,
    kind: NDArray[np.int64],
) -> None:
    """Add the chance that a free unit commits in month `t` by place, channel and in all; fill the choice class.

    `added` are flags of the choice class beside the unit's own.
    """
    values, weights = np.empty(SLOTS), np.empty(SLOTS)
    channels, tastes = np.empty(SLOTS, np.uint8), np.empty((2, SLOTS))
    expected = np.zeros((SLOTS, N_CHANNELS), np.int64)
    for i in range(len(units)):
        head = units[i]
        kind[i] = choice_class(people.sector[head], flags(people, head, t) | added)
        if t - people.birth[head] < ADULT_MONTHS:
            continue
        eta = push(people, head, t, b, world.belarus[t].news, world.belarus[t].war_fear, 0.0)
        options.draw_tastes(people.key[head], b, given.trait_seed, tastes)
        options.look(people, head, t, kind[i], False, table, world, b, tastes, values, channels)
        expected[:] = 0
        expect(values, channels, eta, given.lam, 1.0, 1.0, weights, expected)
        for place in range(SLOTS):
            found = expected[place, channels[place]] / FIXED_POINT
            by_place[i, place] += found
            by_channel[i, channels[place]] += found
            by_time[i] += found


def reference_of(rows: Rows, b: Behaviour) -> Reference:
    """The reference counts with the coefficients' risk weights."""
    weights = sum(float(risk_weight(b, e)) * float(rows.detainable[e]) for e in EXPOSURE.values())
    return rows.reference._replace(risk_weights=weights)

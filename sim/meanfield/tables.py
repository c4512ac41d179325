"""What of a world the coefficients do not change, tabulated once: who may use which channel, when, at what fare.

`fill` then does each month, for the choice classes that occur, what `options.fill` does for all: the same terms in
the same order, so that the values are the same to the last bit. What is closed to a class is left out.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sim.behaviour import Behaviour
from sim.choice import FLAG_PERSECUTED, MINUS_INFINITY, N_FLAGS, openness_term
from sim.codes import CHANNEL, N_CHANNELS, N_GROUPS, N_SECTORS, PLACE, SECTOR, SLOTS
from sim.conditions import Conditions
from sim.luck import TASTE_LIMIT
from sim.options import (
    OFFER,
    Options,
    channel_value,
    country_value,
    eligible,
    inclusive,
    offer_share,
    queue_months,
    shortlist,
)
from sim.processes.depart import turned_back
from sim.units import N_CLASSES, class_groups
from sim.world import World, admission_share, fare, travel_share

_BELARUS, _WORK = PLACE["belarus"], CHANNEL["work"]
_IT, _OTHER = SECTOR["it"], SECTOR["other"]
N_MASKS = 1 << N_GROUPS
"""Sets of the groups that a choice class can belong to."""


class Tables(NamedTuple):
    """T months, K choice classes that occur, P pairs of place and channel that exist."""

    kinds: NDArray[np.int64]  # [K] numbers of the choice classes
    number: NDArray[np.int64]  # [classes] their place among those that occur, -1 for none
    pairs: NDArray[np.int64]  # [P, 2] place and channel
    pair_of: NDArray[np.int64]  # [places, channels] number of the pair, -1 for none
    first: NDArray[np.int64]  # [T * K + 1] first line of each month and class in `lines`
    alike: NDArray[np.int64]  # [T, K] first class to which the same is on offer
    lines: NDArray[np.void]  # OFFER: `onward` and `value` hold the log of the share open, without and with the way out
    passable: NDArray[np.float64]  # [T, P, groups] chance of a journey in the month
    admitted: NDArray[np.float64]  # [T, P, groups] share of the month in which instruments are open


def tables(world: World, kinds: NDArray[np.int64]) -> Tables:
    """Tabulate a world for the choice classes `kinds`, int64[K]."""
    pairs = np.argwhere(world.law["exists"] > 0).astype(np.int64)
    pairs = pairs[(pairs[:, 0] != _BELARUS) & (world.places["distance"][0, pairs[:, 0]] > 0.0)]
    pair_of = np.full((SLOTS, N_CHANNELS), -1, np.int64)
    pair_of[pairs[:, 0], pairs[:, 1]] = np.arange(len(pairs))
    months = len(world.belarus)
    first = np.zeros(months * len(kinds) + 1, np.int64)
    lines = np.zeros(months * len(kinds) * len(pairs), OFFER)
    n = _lines(world, kinds, pairs, first, lines)
    passable, admitted = np.zeros((2, months, len(pairs), N_MASKS))
    _shares(world, pairs, passable, admitted)
    lines = lines[:n].copy()
    index = np.full(N_CLASSES, -1, np.int64)
    index[kinds] = np.arange(len(kinds))
    return Tables(kinds, index, pairs, pair_of, first, _alike(kinds, first, lines, months), lines, passable, admitted)


def _alike(
    kinds: NDArray[np.int64], first: NDArray[np.int64], lines: NDArray[np.void], months: int
) -> NDArray[np.int64]:
    """For every month and class the first class of its sector and persecution that has the same lines."""
    alike = np.empty((months, len(kinds)), np.int64)
    sort = kinds // N_FLAGS * 2 + ((kinds & FLAG_PERSECUTED) != 0)
    for t in range(months):
        seen: dict[tuple[int, bytes], int] = {}
        for k in range(len(kinds)):
            i = t * len(kinds) + k
            alike[t, k] = seen.setdefault((int(sort[k]), lines[first[i] : first[i + 1]].tobytes()), k)
    return alike


@njit(cache=True, nogil=True, error_model="numpy")
def _lines(
    world: World,
    kinds: NDArray[np.int64],
    pairs: NDArray[np.int64],
    first: NDArray[np.int64],
    lines: NDArray[np.void],
) -> int:
    """Fill the lines of every month and class; returns their number."""
    n = 0
    for t in range(len(world.belarus)):
        for k in range(len(kinds)):
            sector, mask = kinds[k] // N_FLAGS, kinds[k] % N_FLAGS
            groups = class_groups(sector, mask)
            for i in range(len(pairs)):
                place, channel = pairs[i]
                if not eligible(world, place, channel, sector, groups):
                    continue
                admitted = admission_share(world, t, place, channel, groups)
                if admitted <= 0.0:
                    continue
                line = lines[n]
                line.onward = openness_term(admitted)
                line.value = openness_term(min(admitted, travel_share(world, t, place, channel, groups)))
                line.fare = fare(world, t, place, channel, groups)
                line.each = world.rules[t, place, channel].fee + world.rules[t, place, channel].funds
                line.place, line.channel = place, channel
                line.youngest, line.oldest = world.law[place, channel].youngest, world.law[place, channel].oldest
                n += 1
            first[t * len(kinds) + k + 1] = n
    return n


@njit(cache=True, nogil=True, error_model="numpy")
def _shares(
    world: World, pairs: NDArray[np.int64], passable: NDArray[np.float64], admitted: NDArray[np.float64]
) -> None:
    """Fill the chance of a journey and the share open for every set of groups."""
    for t in range(len(world.belarus)):
        for i in range(len(pairs)):
            place, channel = pairs[i]
            for groups in range(N_MASKS):
                admitted[t, i, groups] = admission_share(world, t, place, channel, groups)
                if not turned_back(world, t, place, channel, groups):
                    passable[t, i, groups] = travel_share(world, t, place, channel, groups)


def blank(tables: Tables, employers: int = 1) -> Options:
    """Options of a month before they are filled, one row a class that occurs."""
    n = len(tables.kinds)
    offers = np.zeros((n, max(1, len(tables.pairs))), OFFER)
    near = np.full((n, SLOTS), MINUS_INFINITY)
    return Options(
        offers, np.zeros(n, np.int64), near, near.copy(), np.zeros(n), np.zeros(1, np.bool_), np.zeros(n),
        np.zeros(employers, np.uint8),
    )  # fmt: skip


@njit(cache=True, nogil=True, error_model="numpy")
def fill(
    options: Options,
    same: NDArray[np.bool_],
    tables: Tables,
    world: World,
    t: int,
    b: Behaviour,
    conditions: Conditions,
    residents: NDArray[np.float64],
    waiting: NDArray[np.float64],
) -> None:
    """Tabulate the options of month `t` as `options.fill` does, once for all classes to which the same is on offer.

    `residents` float64[places] and `waiting` float64[pairs] in persons; `same` bool[K] is set where a class finds
    the same on offer from Belarus as from abroad.
    """
    range_of_taste = 2.0 * b.spread_channel * TASTE_LIMIT
    pairs, pair_of, first, lines = tables.pairs, tables.pair_of, tables.first, tables.lines
    lengths, offers, constants = options.lengths, options.offers, conditions.channel_constants
    country = np.empty((2, 2, SLOTS))
    by_channel, unqueued = np.empty((N_SECTORS, len(pairs))), np.empty((N_SECTORS, len(pairs)))
    for place in range(SLOTS):
        if place != _BELARUS and world.places[t, place].distance > 0.0:
            for it in range(2):
                for unsafe in range(2):
                    country[it, unsafe, place] = country_value(
                        world, t, b, conditions.constants[place], residents[place], place,
                        _IT if it else _OTHER, unsafe == 1,
                    )  # fmt: skip
    for i in range(len(pairs)):
        place, channel = pairs[i, 0], pairs[i, 1]
        queue = queue_months(waiting[i], world.rules[t, place, channel].capacity, b.patience)
        value = channel_value(world, t, b, place, channel, 1.0, queue)
        at_once = channel_value(world, t, b, place, channel, 1.0, 0.0)
        for sector in range(N_SECTORS):
            by_channel[sector, i], unqueued[sector, i] = value, at_once
            if channel == _WORK:
                share = offer_share(world, t, place, sector, conditions.reference.workers[sector])
                by_channel[sector, i] = channel_value(world, t, b, place, channel, share, queue)
                unqueued[sector, i] = channel_value(world, t, b, place, channel, share, 0.0)
    for k in range(len(lengths)):
        if tables.alike[t, k] != k:
            continue
        sector, mask = tables.kinds[k] // N_FLAGS, tables.kinds[k] % N_FLAGS
        it, unsafe = int(sector == _IT), int((mask & FLAG_PERSECUTED) != 0)
        row, near = offers[k], options.near[k]
        near[:] = MINUS_INFINITY
        count = start = 0
        previous, alike = -1, True
        for j in range(first[t * len(lengths) + k], first[t * len(lengths) + k + 1]):
            line = lines[j]
            place, channel = line.place, line.channel
            if place != previous:
                count = shortlist(row, start, count, range_of_taste)
                start, previous = count, place
            country_and_kind = country[it, unsafe, place] + constants[channel]
            common = country_and_kind + by_channel[sector, pair_of[place, channel]]
            offer = row[count]
            offer.open, offer.free = common, country_and_kind + unqueued[sector, pair_of[place, channel]]
            offer.onward = common + line.onward
            offer.value = common + line.value
            if offer.onward == MINUS_INFINITY:
                continue
            alike &= offer.onward == offer.value
            near[place] = max(near[place], offer.value)
            offer.fare, offer.each, offer.place, offer.channel = line.fare, line.each, place, channel
            offer.youngest, offer.oldest = line.youngest, line.oldest
            count += 1
        lengths[k] = shortlist(row, start, count, range_of_taste)
        same[k] = alike


@njit(cache=True, nogil=True, error_model="numpy")
def fill_rush(options: Options, later_options: Options, tables: Tables, later: Tables, t: int) -> None:
    """Fill what each class loses by closures that are announced in month `t`, as `options.fill_rush` does."""
    for k in range(len(tables.kinds)):
        near, then = options.near[tables.alike[t, k]], later_options.near[later.alike[t, k]]
        is_open = near.max() > MINUS_INFINITY
        options.rush[k] = max(0.0, inclusive(near) - inclusive(then)) if is_open else 0.0

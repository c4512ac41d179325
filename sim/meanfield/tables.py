"""What of a world the coefficients do not change, tabulated once: who may use which channel, when, at what fare.

`fill` then does each month, for the choice classes that occur, what `options.fill` does for all: the same terms in
the same order, so that the values are the same to the last bit.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sim.behaviour import Behaviour
from sim.choice import FLAG_PERSECUTED, MINUS_INFINITY, N_FLAGS, openness_term
from sim.codes import CHANNEL, N_CHANNELS, N_SECTORS, PLACE, SECTOR, SLOTS
from sim.conditions import Conditions
from sim.options import OFFER, TASTE_LIMIT, Options, channel_value, country_value, eligible, offer_share, shortlist
from sim.processes.depart import turned_back
from sim.units import class_groups
from sim.world import World, admission_share, fare, travel_share

_BELARUS, _WORK = PLACE["belarus"], CHANNEL["work"]
_IT, _OTHER = SECTOR["it"], SECTOR["other"]
N_MASKS = 64
"""Sets of the six groups that a choice class can belong to."""


class Tables(NamedTuple):
    """T months, K choice classes that occur, P pairs of place and channel that exist."""

    kinds: NDArray[np.int64]  # [K] numbers of the choice classes
    pairs: NDArray[np.int64]  # [P, 2] place and channel
    pair_of: NDArray[np.int64]  # [places, channels] number of the pair, -1 for none
    first: NDArray[np.int64]  # [T * K + 1] first line of each month and class in `lines`
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
    return Tables(kinds, pairs, pair_of, first, lines[:n].copy(), passable, admitted)


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


def blank(tables: Tables) -> Options:
    """Options of a month before they are filled, one row a class that occurs."""
    n = len(tables.kinds)
    offers = np.zeros((n, max(1, len(tables.pairs))), OFFER)
    return Options(offers, np.zeros(n, np.int64), np.zeros(n), np.zeros((n, SLOTS)))


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
    """Tabulate the options of month `t` for the classes that occur, as `options.fill` does.

    `residents` float64[places] and `waiting` float64[pairs] in persons; `same` bool[K] is set where a class finds
    the same on offer from Belarus as from abroad.
    """
    range_of_taste = 2.0 * b.spread_channel * TASTE_LIMIT
    pairs, pair_of, first, lines = tables.pairs, tables.pair_of, tables.first, tables.lines
    lengths, offers, constants = options.lengths, options.offers, conditions.channel_constants
    country = np.empty((2, 2, SLOTS))
    by_channel = np.empty((N_SECTORS, len(pairs)))
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
        value = channel_value(world, t, b, place, channel, 1.0, waiting[i])
        for sector in range(N_SECTORS):
            by_channel[sector, i] = value
            if channel == _WORK:
                share = offer_share(world, t, place, sector, conditions.reference.workers[sector])
                by_channel[sector, i] = channel_value(world, t, b, place, channel, share, waiting[i])
    for k in range(len(lengths)):
        sector, mask = tables.kinds[k] // N_FLAGS, tables.kinds[k] % N_FLAGS
        it, unsafe = int(sector == _IT), int((mask & FLAG_PERSECUTED) != 0)
        row = offers[k]
        count = start = 0
        previous, alike = -1, True
        for j in range(first[t * len(lengths) + k], first[t * len(lengths) + k + 1]):
            line = lines[j]
            place, channel = line.place, line.channel
            if place != previous:
                count = shortlist(row, start, count, range_of_taste)
                start, previous = count, place
            common = country[it, unsafe, place] + constants[channel]
            common += by_channel[sector, pair_of[place, channel]]
            offer = row[count]
            offer.onward = common + line.onward
            offer.value = common + line.value
            if offer.onward == MINUS_INFINITY:
                continue
            alike &= offer.onward == offer.value
            offer.fare, offer.each, offer.place, offer.channel = line.fare, line.each, place, channel
            offer.youngest, offer.oldest = line.youngest, line.oldest
            count += 1
        lengths[k] = shortlist(row, start, count, range_of_taste)
        same[k] = alike

"""What is expected of a run's commitments: a fluid queue for offers, places and decisions, and the way out of Belarus.

Expected persons are kept in two lots, as the last axis of every array: those for whom the way was as wide as for people
of no group when they decided, and those for whom it was wider, as a group of theirs is excepted from a closing
(`sim.model.decision.access.lot_of`). When a border shuts, it keeps the first from leaving in that very month, though
it lets the second through.
"""

import math

import numpy as np
from numpy.typing import NDArray

from sim.history.compiled import World
from sim.model.hazards import FIXED_POINT
from sim.numerics.codes import CHANNEL, EVENT, INSTRUMENT, N_CHANNELS, REASON

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]

FEW = 20.0
"""Units that draw the share of a year towards that of the whole run (assumption: as many as one destination admits in
a year at 1:100).
"""

_WORK, _IRREGULAR = CHANNEL["work"], CHANNEL["irregular"]
_NO_AIRLINE_TAKES = [CHANNEL["asylum"], CHANNEL["irregular"]]
_ASKED_AT_THE_BORDER = [INSTRUMENT["visa_free"], INSTRUMENT["short_visa_entry"]]


def through_queues(committed: Counts, excepted: Counts, sought: Counts, world: World) -> Floats:
    """Persons whose application is decided by month, float64[months, places, channels, lots]: offers, places, wait.

    `committed` int64[months, places, channels] in units of 2**-40 persons, of whom the `excepted` are of the second
    lot; those for work are `sought` int64[months, lots, 2, places, sectors], the offers that they need and the persons.
    What waits when a channel closes is lost.
    """
    months = len(committed)
    entering = np.stack([committed - excepted, excepted], axis=-1) / FIXED_POINT
    closed = closed_months(world)[:months]
    offers = np.moveaxis(sought, 1, -1) / FIXED_POINT
    entering[:, :, _WORK] = through_offers(offers, world.demand[:months], closed[:, :, _WORK])
    capacity, (part, whole) = world.rules["capacity"], np.modf(world.rules["months"])
    closed_until: Counts = np.cumsum(closed, axis=0)
    decided, queue = np.zeros(entering.shape), np.zeros(entering.shape[1:])
    for t in range(months):
        queue = np.where(closed[t, :, :, np.newaxis], 0.0, queue + entering[t])
        persons = queue.sum(axis=2)
        share = np.divide(capacity[t], persons, out=np.ones_like(persons), where=persons > capacity[t])
        admitted = queue * share[:, :, np.newaxis]
        queue = queue - admitted
        early = t + whole[t].astype(np.int64)
        for due, of in ((early, 1.0 - part[t]), (early + 1, part[t])):
            place, channel = np.nonzero((persons > 0.0) & (of > 0.0) & (due < months))
            month = due[place, channel]
            open_all_along = closed_until[month, place, channel] == closed_until[t, place, channel]
            place, channel, month = place[open_all_along], channel[open_all_along], month[open_all_along]
            decided[month, place, channel] += admitted[place, channel] * of[place, channel, np.newaxis]
    return decided


def through_offers(sought: Floats, offers: Floats, closed: NDArray[np.bool_]) -> Floats:
    """Persons who get an offer of work, float64[months, places, lots]: a fluid queue for the offers of each sector.

    `sought` float64[months, 2, places, sectors, lots]: offers needed and persons; `offers` float64[months, places,
    sectors]; `closed` bool[months, places].
    """
    waiting, entering = np.zeros(sought.shape[1:]), []
    for t in range(len(sought)):
        waiting = np.where(closed[t, :, np.newaxis, np.newaxis], 0.0, waiting + sought[t])
        needed = waiting[0].sum(axis=2)
        share = np.divide(offers[t], needed, out=np.ones_like(needed), where=needed > offers[t])[:, :, np.newaxis]
        entering.append((share * waiting[1]).sum(axis=1))
        waiting = waiting * (1.0 - share)
    return np.array(entering)


def through_ways(granted: Floats, world: World, grant_months: float) -> Floats:
    """Persons who depart of those who are granted, float64[months, places, channels].

    Of who holds a grant the open share of the month leaves, the others try again, until the grant lapses.
    """
    months = len(granted)
    ways = open_ways(world)
    waiting = np.zeros((1 + math.ceil(min(grant_months, months)), *granted.shape[1:]))  # by months since the grant
    departed = np.zeros(granted.shape[:3])
    for t in range(months):
        waiting[1:] = waiting[:-1]
        waiting[0] = granted[t]
        departed[t] = (waiting * ways[t]).sum(axis=(0, 3))
        waiting *= 1.0 - ways[t]
    return departed


def open_ways(world: World) -> Floats:
    """Share of the month in which one may leave Belarus and get there, float64[months, places, channels, lots].

    For people of no group, and for who belongs to all; visa-free entry and entry on a visa in hand must be open too.
    """
    everyone = np.maximum(world.openness[..., :1], world.openness[..., 1 : 1 + N_CHANNELS])
    of_groups = world.openness[..., 1 + N_CHANNELS :].max(axis=-1, keepdims=True)
    return np.stack([_ways(world, everyone), _ways(world, np.maximum(everyone, of_groups))], axis=-1)


def _ways(world: World, shares: Floats) -> Floats:
    """Travel and what is asked at the border, by open shares float64[months, places, instruments, channels]."""
    of = {name: shares[:, :, code] for name, code in INSTRUMENT.items()}
    by_land, by_air = (world.places[name][:, :, np.newaxis] > 0 for name in ("by_land", "by_air"))
    land = np.minimum(of["land_exit"][:, :1], of["land"])
    land[:, :, _IRREGULAR] = 1.0
    flies = np.repeat(by_air, shares.shape[-1], axis=2)
    flies[:, :, _NO_AIRLINE_TAKES] &= ~by_land
    ways = np.maximum(np.where(by_land, land, 0.0), np.where(flies, of["air"], 0.0))
    ways = np.minimum(of["exit"][:, :1], ways)
    for entry in _ASKED_AT_THE_BORDER:
        ways[(world.law["entry"] == entry) & (shares[:, :, entry] <= 0.0)] = 0.0
    return ways


def departing_share(log: list[NDArray[np.void]]) -> Floats:
    """Share of granted plans that end in a departure if the way is open, float64[months, channels].

    Who was admitted may be barred from leaving or lack the means until the grant runs out. These are counted as drawn:
    few are kept back, so that a count of them is surer than one of departures. The months of a year have one share;
    `FEW` units with the share of the whole run stand beside those of each year; where nobody was admitted it is 1. Who
    finds no way is left to `through_ways`.
    """
    years = -(-len(log) // 12)
    ended = np.zeros((2, years, N_CHANNELS))  # blocked and departed, units
    waiting = np.zeros(max((int(month["row"].max()) + 1 for month in log if len(month)), default=0), np.bool_)
    for t, month in enumerate(log):
        rows, kind = month["row"], month["kind"]
        granted = rows[kind == EVENT["granted"]]
        waiting[granted] = True
        waiting[rows[(kind == EVENT["blocked"]) & (month["reason"] == REASON["closed"])]] = False
        for departed, name in enumerate(("blocked", "departed")):
            of = month[(kind == EVENT[name]) & waiting[rows]]
            np.add.at(ended[departed, t // 12], of["channel"], 1.0)
            waiting[of["row"]] = False
        waiting[np.setdiff1d(rows[kind == EVENT["applied"]], granted)] = False
    whole = ended.sum(axis=1, keepdims=True)
    whole = np.divide(whole[1], whole.sum(axis=0), out=np.ones_like(whole[1]), where=whole.sum(axis=0) > 0.0)
    return np.repeat((ended[1] + FEW * whole) / (ended.sum(axis=0) + FEW), 12, axis=0)[: len(log)]


def closed_months(world: World) -> NDArray[np.bool_]:
    """Months in which a channel does not exist or is closed to all its applicants, bool[months, places, channels]."""
    closed = (world.rules["offered"] <= 0.0) | (world.law["exists"] == 0)
    shut = world.openness.max(axis=3) <= 0.0
    for instrument in (world.law["entry"], world.law["residence"]):
        place, channel = np.nonzero(instrument >= 0)
        closed[:, place, channel] |= shut[:, place, instrument[place, channel]]
    return closed

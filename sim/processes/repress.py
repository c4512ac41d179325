"""Repression: detention, charge, custody and exit ban by exposure; closures of NGOs and media cost jobs."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sim.behaviour import Behaviour
from sim.codes import EVENT, PLACE, REASON, SECTOR
from sim.columns import Columns
from sim.conditions import DETAINABLE_MONTHS, Conditions, risk_weight
from sim.eventlog import note
from sim.luck import PURPOSE, fill_words, uniform, words
from sim.room import Room
from sim.world import World

READS = ("birth", "place", "exposure", "sector", "held")
WRITES = ("detained", "held", "exit_ban", "sector")

_EVENTS, _MORE = PURPOSE["events"], PURPOSE["more_events"]
_BELARUS = PLACE["belarus"]
_DETAINED, _CHARGED, _RELEASED = EVENT["detained"], EVENT["charged"], EVENT["released"]
_NONE = REASON["none"]
_NGO_MEDIA, _NO_WORK = SECTOR["ngo_media"], SECTOR["none"]


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def detention_hazard(detentions: float, weight: float, sum_of_weights: float) -> float:
    """Probability of political detention in a month: `detentions` persons shared out by risk weights."""
    if sum_of_weights <= 0.0:
        return 0.0
    return min(1.0, detentions * weight / sum_of_weights)


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def charge_probability(charges: float, detentions: float) -> float:
    """Probability that a detained person is charged, from the month's charges and detentions."""
    if detentions <= 0.0:
        return 0.0
    return min(1.0, charges / detentions)


@njit(cache=True, nogil=True, error_model="numpy")
def repress(
    people: Columns,
    first: int,
    last: int,
    t: int,
    world: World,
    b: Behaviour,
    conditions: Conditions,
    room: Room,
    log: NDArray[np.void],
    n: int,
) -> int:
    """Detain, charge and release the people of rows `first` to `last` - 1; returns the next log position."""
    detentions = world.belarus[t].detentions
    per_weight = detention_hazard(detentions, 1.0, conditions.reference.risk_weights)
    highest = per_weight * max(b.risk_none, b.risk_protest, b.risk_media, b.risk_ngo)
    charged = charge_probability(world.belarus[t].charges, detentions)
    closed = min(1.0, world.belarus[t].closures / b.organisations)
    fill_words(people.key[first:last], last - first, t, _EVENTS, conditions.seed, room.luck)
    touched = 0
    for row in range(first, last):  # nothing can happen to most
        held, sector = people.held[row], people.sector[row]
        unlucky = uniform(room.luck[0, row - first]) < highest
        room.rows[touched] = row
        touched += unlucky | (held == t - 1) | ((sector == _NGO_MEDIA) & (closed > 0.0))
    for i in range(touched):
        row = room.rows[i]
        key, place, age = people.key[row], people.place[row], t - people.birth[row]
        held, detained = people.held[row], people.detained[row]
        exposure, sector = people.exposure[row], people.sector[row]
        detain, charge = room.luck[0, row - first], room.luck[1, row - first]
        if place != _BELARUS or age < DETAINABLE_MONTHS or held >= t:
            continue
        if held == t - 1 and detained < t - 1:
            n = note(log, n, t, row, key, _RELEASED, 0, 0, 0, _NONE)
        if uniform(detain) < per_weight * risk_weight(b, exposure):
            people.detained[row] = t
            people.held[row] = t
            n = note(log, n, t, row, key, _DETAINED, 0, 0, 0, _NONE)
            if uniform(charge) < charged:
                n = note(log, n, t, row, key, _CHARGED, 0, 0, 0, _NONE)
                more = words(key, t, _MORE, 0, conditions.seed)
                if uniform(more[0]) < world.belarus[t].ban_accused:
                    people.exit_ban[row] = t + int(b.accused_months)
                if uniform(more[1]) < b.custody_charged:
                    people.held[row] = t + int(b.custody_months)
        if sector == _NGO_MEDIA and closed > 0.0:
            if uniform(words(key, t, _MORE, 0, conditions.seed)[2]) < closed:
                people.sector[row] = _NO_WORK
    return n

"""Repression: detention, charge, trial, prison, pardon and exit ban by exposure; closed organisations cost jobs."""

import numpy as np
from numpy.typing import NDArray

from sim.behaviour import Behaviour
from sim.codes import EVENT, PLACE, REASON, SECTOR
from sim.columns import Columns
from sim.compiling import compiled
from sim.conditions import DETAINABLE_MONTHS, EMPLOYER_KEY, Conditions, sum_of_weights
from sim.eventlog import note
from sim.luck import PURPOSE, fill_words, uniform, words
from sim.months import LONG_AGO
from sim.room import Room
from sim.rows import at
from sim.world import World

READS = ("birth", "place", "exposure", "employer", "sector", "held")
WRITES = ("detained", "held", "exit_ban", "trial", "sector")

_EVENTS, _MORE = PURPOSE["events"], PURPOSE["more_events"]
_PRISON, _EMPLOYER = PURPOSE["prison"], PURPOSE["employer"]
_BELARUS = PLACE["belarus"]
_DETAINED, _CHARGED, _RELEASED = EVENT["detained"], EVENT["charged"], EVENT["released"]
_SENTENCED, _PARDONED = EVENT["sentenced"], EVENT["pardoned"]
_NONE = REASON["none"]
_NGO_MEDIA, _NO_WORK = SECTOR["ngo_media"], SECTOR["none"]


@compiled(forceinline=True)
def detention_hazard(detentions: float, weight: float, sum_of_weights: float) -> float:
    """Probability of political detention in a month: `detentions` persons shared out by risk weights."""
    if sum_of_weights <= 0.0:
        return 0.0
    return min(1.0, detentions * weight / sum_of_weights)


@compiled(forceinline=True)
def charge_probability(charges: float, detentions: float) -> float:
    """Probability that a detained person is charged, from the month's charges and detentions."""
    if detentions <= 0.0:
        return 0.0
    return min(1.0, charges / detentions)


@compiled
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
    """Detain, charge, try and release the people of rows `first` to `last` - 1; returns the next log position."""
    detentions, risk = world.belarus[t].detentions, world.risk[t]
    per_weight = detention_hazard(detentions, 1.0, sum_of_weights(risk, conditions.reference.exposed))
    highest = per_weight * risk.max()
    charged = charge_probability(world.belarus[t].charges, detentions)
    closed = min(1.0, world.belarus[t].closures / b.organisations)
    for row in range(first, last):
        person = at(people, row)
        room.keys[row - first] = person.key
    fill_words(room.keys, last - first, t, _EVENTS, conditions.seed, room.luck)
    touched = 0
    for row in range(first, last):  # nothing can happen to most
        person = at(people, row)
        held, sector = person.held, person.sector
        unlucky = uniform(room.luck[0, row - first]) < highest
        room.rows[touched] = row
        touched += unlucky | (held >= t - 1) | (person.trial == t) | ((sector == _NGO_MEDIA) & (closed > 0.0))
    for i in range(touched):
        row = room.rows[i]
        person = at(people, row)
        key, place, age = person.key, person.place, t - person.birth
        held, detained, trial = person.held, person.detained, person.trial
        exposure, sector, employer = person.exposure, person.sector, person.employer
        detain, charge = room.luck[0, row - first], room.luck[1, row - first]
        if place != _BELARUS or age < DETAINABLE_MONTHS:
            continue
        if held >= t and LONG_AGO < trial < t:
            if uniform(words(key, t, _PRISON, 0, conditions.seed)[0]) < world.belarus[t].pardon:
                person.held = t - 1
                n = note(log, n, t, row, key, _PARDONED, 0, 0, 0, _NONE)
                continue
        if trial == t:
            n = note(log, n, t, row, key, _SENTENCED, 0, 0, 0, _NONE)
            if held >= t:
                person.held = t + int(b.custody_months)
        if held >= t:
            continue
        if held == t - 1 and detained < t - 1:
            n = note(log, n, t, row, key, _RELEASED, 0, 0, 0, _NONE)
        if uniform(detain) < per_weight * risk[exposure]:
            person.detained = t
            person.held = t
            n = note(log, n, t, row, key, _DETAINED, 0, 0, 0, _NONE)
            if uniform(charge) < charged:
                n = note(log, n, t, row, key, _CHARGED, 0, 0, 0, _NONE)
                person.trial = t + int(b.trial_months)
                more = words(key, t, _MORE, 0, conditions.seed)
                if uniform(more[0]) < world.belarus[t].ban_accused:
                    person.exit_ban = t + int(b.accused_months)
                if uniform(more[1]) < b.custody_charged:
                    person.held = t + int(b.trial_months)
        if sector == _NGO_MEDIA and closed > 0.0:
            whose = EMPLOYER_KEY + np.uint64(employer)
            if uniform(words(whose, t, _EMPLOYER, 0, conditions.seed)[0]) < closed:
                person.sector = _NO_WORK
    return n

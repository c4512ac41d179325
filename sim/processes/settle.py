"""After arrival: decisions on asylum, residence permits, renewals and the loss of status."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sim.behaviour import Behaviour
from sim.codes import EVENT, INSTRUMENT, REASON, STATUS
from sim.columns import Columns
from sim.conditions import Conditions
from sim.eventlog import note
from sim.luck import PURPOSE, uniform, words
from sim.months import NEVER
from sim.units import class_groups, flags
from sim.world import World, open_share

READS = ("place", "channel", "since", "passport")
WRITES = ("status", "expiry", "passport")

_SETTLE = PURPOSE["settle"]
_VISA_FREE, _VISA, _PERMIT = STATUS["visa_free"], STATUS["visa"], STATUS["permit"]
_ASYLUM_SEEKER, _PROTECTED, _IRREGULAR = STATUS["asylum_seeker"], STATUS["protected"], STATUS["irregular"]
_EVENT_PERMIT, _RENEWED, _LOST = EVENT["permit"], EVENT["renewed"], EVENT["lost"]
_RENEWAL, _ENTRY_FREE, _FIRST_PERMIT = INSTRUMENT["renewal"], INSTRUMENT["visa_free"], INSTRUMENT["permit"]
_NONE, _EXPIRY, _REFUSAL = REASON["none"], REASON["expiry"], REASON["refusal"]


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def renewal_probability(granted: float, openness: float, passport_valid: bool, no_passport: float) -> float:
    """Probability that a status is prolonged when it ends."""
    return granted * openness * (1.0 if passport_valid else no_passport)


@njit(cache=True, nogil=True, error_model="numpy", forceinline=True)
def comes_due(status: int, since: int, expiry: int, t: int, asylum_months: float) -> bool:
    """True if something is decided on a status this month: an asylum application, or a status that has ended."""
    if status == _ASYLUM_SEEKER:
        return t - since >= asylum_months
    return expiry < t and status != _PROTECTED and status != _IRREGULAR


@njit(cache=True, nogil=True, error_model="numpy")
def settle(
    people: Columns,
    heads: NDArray[np.int64],
    units: int,
    t: int,
    world: World,
    b: Behaviour,
    conditions: Conditions,
    log: NDArray[np.void],
    n: int,
) -> int:
    """Decide on the status of the first `units` settled units in `heads`; returns the next log position."""
    for i in range(units):
        head = heads[i]
        status, since, expiry = people.status[head], people.since[head], people.expiry[head]
        if comes_due(status, since, expiry, t, b.asylum_months):
            n = decide_status(people, head, t, world, b, conditions, log, n)
    return n


@njit(cache=True, nogil=True, error_model="numpy")
def decide_status(
    people: Columns,
    head: int,
    t: int,
    world: World,
    b: Behaviour,
    conditions: Conditions,
    log: NDArray[np.void],
    n: int,
) -> int:
    """Prolong, change or end the status of the unit headed at row `head`; returns the next log position."""
    status, place, channel = people.status[head], people.place[head], people.channel[head]
    last = head + people.unit_size[head]
    if people.passport[head] < t and world.belarus[t].passport_abroad > 0.5:
        people.passport[head] = t + int(b.passport_months)
    if status == _ASYLUM_SEEKER:
        luck = uniform(words(people.key[head], t, _SETTLE, 0, conditions.seed)[0])
        recognised = luck < world.rules[t, place, channel].renewal
        for row in range(head, last):
            people.status[row] = _PROTECTED if recognised else _IRREGULAR
            people.expiry[row] = NEVER
            kind, reason = (_EVENT_PERMIT, _NONE) if recognised else (_LOST, _REFUSAL)
            n = note(log, n, t, row, people.key[row], kind, place, place, channel, reason)
        return n
    if status == _VISA_FREE:
        instrument = _ENTRY_FREE
    elif status == _PERMIT:
        instrument = _RENEWAL
    else:
        instrument = _FIRST_PERMIT
    groups = class_groups(people.sector[head], flags(people, head, t))
    openness = open_share(world.openness[t, place, instrument], channel, groups)
    chance = renewal_probability(
        world.rules[t, place, channel].renewal, openness, people.passport[head] >= t, b.no_passport
    )
    prolonged = uniform(words(people.key[head], t, _SETTLE, 0, conditions.seed)[0]) < chance
    for row in range(head, last):
        if not prolonged:
            people.status[row] = _IRREGULAR
            people.expiry[row] = NEVER
            n = note(log, n, t, row, people.key[row], _LOST, place, place, channel, _EXPIRY)
        elif status == _VISA_FREE:
            people.expiry[row] = t + int(min(world.rules[t, place, channel].stay, 1200.0))
            n = note(log, n, t, row, people.key[row], _RENEWED, place, place, channel, _EXPIRY)
        else:
            kind = _RENEWED if status == _PERMIT else _EVENT_PERMIT
            people.status[row] = _PERMIT
            people.expiry[row] = t + int(b.permit_months)
            n = note(log, n, t, row, people.key[row], kind, place, place, channel, _EXPIRY)
    return n

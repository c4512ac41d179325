"""After arrival: asylum decisions, permits, renewals, screening, revocation, citizenship and the loss of status."""

import numpy as np
from numpy.typing import NDArray

from sim.behaviour import Behaviour
from sim.codes import EVENT, INSTRUMENT, REASON, STATUS
from sim.columns import Columns
from sim.compiling import compiled
from sim.conditions import Conditions
from sim.eventlog import note
from sim.luck import PURPOSE, uniform, words
from sim.months import NEVER
from sim.processes.depart import brings_work
from sim.processes.live import live, works
from sim.processes.screening import OF_RENEWAL, fails_screening
from sim.rows import Person, at, beside
from sim.units import groups_of, in_party
from sim.world import World, open_share

READS = ("place", "channel", "since", "passport", "birth", "member", "sector", "mode")
WRITES = ("status", "expiry", "passport", "job", "savings")

_SETTLE, _LIVING = PURPOSE["settle"], PURPOSE["living"]
_VISA_FREE, _PERMIT, _CITIZEN = STATUS["visa_free"], STATUS["permit"], STATUS["citizen"]
_ASYLUM_SEEKER, _PROTECTED, _IRREGULAR = STATUS["asylum_seeker"], STATUS["protected"], STATUS["irregular"]
_EVENT_PERMIT, _RENEWED, _LOST = EVENT["permit"], EVENT["renewed"], EVENT["lost"]
_NATURALISED = EVENT["naturalised"]
_RENEWAL, _ENTRY_FREE, _FIRST_PERMIT = INSTRUMENT["renewal"], INSTRUMENT["visa_free"], INSTRUMENT["permit"]
_NONE, _EXPIRY, _REFUSAL, _SECURITY = REASON["none"], REASON["expiry"], REASON["refusal"], REASON["security"]


@compiled(forceinline=True)
def renewal_probability(
    granted: float, openness: float, passport_valid: bool, travel_document: float, ground: float
) -> float:
    """Probability that a status is prolonged when it ends; `ground` is below one where its ground is gone."""
    return granted * openness * (1.0 if passport_valid else travel_document) * ground


@compiled(forceinline=True)
def comes_due(status: int, since: int, expiry: int, t: int, asylum_months: float) -> bool:
    """True if something is decided on a status this month: an asylum application, or a status that has ended."""
    if status == _ASYLUM_SEEKER:
        return t - since >= asylum_months
    return expiry < t and status != _PROTECTED and status != _IRREGULAR and status != _CITIZEN


@compiled
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
    """Decide on the status of the first `units` settled units in `heads`, and let them live for a month.

    Returns the next log position.
    """
    for i in range(units):
        head = at(people, heads[i])
        status, since, expiry, place = (
            head.status,
            head.since,
            head.expiry,
            head.place,
        )
        if comes_due(status, since, expiry, t, b.asylum_months):
            n = decide_status(head, t, world, b, conditions, log, n)
        elif status == _PERMIT and world.places[t, place].revocation > 0.0:
            luck = uniform(words(head.key, t, _LIVING, 0, conditions.seed)[3])
            if luck < world.places[t, place].revocation:
                n = change_status(head, t, _IRREGULAR, NEVER, _LOST, _SECURITY, log, n)
    return live(people, heads, units, t, world, b, conditions, log, n)


@compiled
def change_status(
    head: Person,
    t: int,
    status: int,
    expiry: int,
    kind: int,
    reason: int,
    log: NDArray[np.void],
    n: int,
) -> int:
    """Give everyone of a unit abroad a status until `expiry`, noted as `kind`; returns the next log position."""
    for i in range(head.unit_size):
        one = beside(head, i)
        if in_party(one):
            place = one.place
            one.status, one.expiry = status, expiry
            n = note(log, n, t, one.row, one.key, kind, place, place, one.channel, reason)
    return n


@compiled
def decide_status(
    head: Person,
    t: int,
    world: World,
    b: Behaviour,
    conditions: Conditions,
    log: NDArray[np.void],
    n: int,
) -> int:
    """Prolong, change or end the status of the unit headed at row `head`; returns the next log position."""
    status, place, channel, key = (
        head.status,
        head.place,
        head.channel,
        head.key,
    )
    if head.passport < t and world.belarus[t].passport_abroad > 0.5:
        head.passport = t + int(b.passport_months)
    luck = uniform(words(key, t, _SETTLE, 0, conditions.seed)[0])
    if status == _ASYLUM_SEEKER:
        if luck < world.rules[t, place, channel].renewal:
            return change_status(head, t, _PROTECTED, NEVER, _EVENT_PERMIT, _NONE, log, n)
        return change_status(head, t, _IRREGULAR, NEVER, _LOST, _REFUSAL, log, n)
    if status == _VISA_FREE:
        instrument = _ENTRY_FREE
    elif status == _PERMIT:
        instrument = _RENEWAL
    else:
        instrument = _FIRST_PERMIT
    groups = groups_of(head, t)
    openness = open_share(world.openness[t, place, instrument], channel, groups)
    papers, granted = world.places[t, place].travel_document, world.rules[t, place, channel].renewal
    ground = b.renewal_jobless if brings_work(channel) and not works(head) else 1.0
    chance = renewal_probability(granted, openness, head.passport >= t, papers, ground)
    if luck >= chance:
        return change_status(head, t, _IRREGULAR, NEVER, _LOST, _EXPIRY, log, n)
    if status == _VISA_FREE:
        until = t + int(min(world.rules[t, place, channel].stay, 1200.0))
        return change_status(head, t, status, until, _RENEWED, _EXPIRY, log, n)
    if fails_screening(key, t, OF_RENEWAL, world, t, place, b, conditions):
        return change_status(head, t, _IRREGULAR, NEVER, _LOST, _SECURITY, log, n)
    if status == _PERMIT and t - head.since >= b.naturalisation_months:
        if uniform(words(key, t, _LIVING, 0, conditions.seed)[2]) < world.places[t, place].naturalisation:
            return change_status(head, t, _CITIZEN, NEVER, _NATURALISED, _EXPIRY, log, n)
    kind = _RENEWED if status == _PERMIT else _EVENT_PERMIT
    return change_status(head, t, _PERMIT, t + int(b.permit_months), kind, _EXPIRY, log, n)

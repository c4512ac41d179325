"""Rival rule: aspiration and capability apart (Carling 2002).

A unit that would leave, were every channel open and within its means, begins to aspire and does so until the
aspiration ends. Who aspires and is able to go follows the aspiration with a small chance each month (van Dalen &
Henkens 2008). A closed channel then keeps the wish alive but moves it elsewhere only in its own time.
"""

import numpy as np
from numpy.typing import NDArray

from sim import asking
from sim.arithmetic import exp
from sim.asking import fill_goers, gather, obstacle
from sim.behaviour import Behaviour
from sim.choice import CLOSED, MINUS_INFINITY, N_FLAGS, best_slot, slot_noise
from sim.codes import REASON, SLOTS
from sim.columns import Columns
from sim.commitment import FIXED_POINT, commit, motive, wish
from sim.compiling import compiled
from sim.conditions import Circles, Conditions, in_panel
from sim.decision.destination_nest import decide, stays
from sim.luck import PURPOSE, four, uniform, words
from sim.options import Options
from sim.room import Room
from sim.rows import Person, at
from sim.units import may_exit, threat_group
from sim.views import FREE_TO_EXIT, FROM_HOME, UNQUEUED, fill_further_tastes, fill_tastes, look
from sim.world import Nests, World

READS: tuple[str, ...] = (*asking.READS, "aspires")
WRITES = asking.WRITES
LAMBDA: float | None = None
"""The dissimilarity, by which a unit begins to aspire, is the run's."""
_ASPIRATION = PURPOSE["aspiration"]
_QUIET = REASON["quiet"]


def prepare(conditions: Conditions, b: Behaviour) -> Conditions:
    """One run's constants as they are."""
    return conditions


def level(b: Behaviour) -> float:
    """Rise of the log-odds of beginning to aspire if every destination gains one utility."""
    return float(b.lambda_)


@compiled(forceinline=True)
def aspired(head: Person, key: int, t: int, panel: int) -> bool:
    """True for a unit that aspired last month."""
    return head.aspires == t - 1


@compiled(forceinline=True)
def expect(
    values: NDArray[np.float64],
    channels: NDArray[np.uint8],
    conversion: float,
    goers: NDArray[np.float64],
    weights: NDArray[np.float64],
    expected: NDArray[np.int64],
) -> None:
    """Add an aspiring unit's probabilities of each destination, times who would go, `goers` float64[places] persons.

    At least one destination is open; `weights` float64[places] is a buffer.
    """
    total = 0.0
    for place in range(len(values)):
        weights[place] = exp(max(values[place], CLOSED))
        total += weights[place]
    scale = conversion * FIXED_POINT / total
    for place in range(len(values)):
        expected[place, channels[place]] += np.int64(weights[place] * scale * goers[place])


@compiled
def choose(
    people: Columns,
    first_circle: int,
    last_circle: int,
    t: int,
    circles: Circles,
    world: World,
    options: Options,
    b: Behaviour,
    conditions: Conditions,
    room: Room,
    log: NDArray[np.void],
    n: int,
    expected: NDArray[np.int64],
) -> int:
    """Let units of circles `first_circle` to `last_circle` - 1 begin, keep and end aspirations, and follow some.

    `expected` int64[places, channels] gathers the hazards of the panel's aspiring units in persons. Returns the next
    log position.
    """
    picked = gather(people, first_circle, last_circle, t, circles, world, options, b, conditions, room, stays, aspired)
    places = len(world.law)
    values, noise, tastes, goers = np.empty(places), np.empty(places), np.empty((2, SLOTS)), np.empty(places)
    channels, ahead = np.empty(places, np.uint8), np.empty(places, np.bool_)
    war_fear, rho, seed = world.belarus[t].war_fear, b.nest_region, conditions.seed
    nests = Nests(rho, world.places[t].region)
    for k in range(picked):
        i = room.picked[k]
        row, kind, eta, luck, key = room.rows[i], room.kinds[i], room.etas[i], four(room.luck, i), room.keys[k]
        head = at(people, row)
        before, barred = head.aspires == t - 1, not may_exit(head, t)
        group = threat_group(kind % N_FLAGS, war_fear)
        lam = conditions.lam[group]
        drawn = words(key, t, _ASPIRATION, 0, seed)
        fill_tastes(four(room.country_taste, k), b.spread_country, tastes[0])
        fill_tastes(four(room.channel_taste, k), b.spread_channel, tastes[1])
        fill_further_tastes(key, places, b, conditions.trait_seed, tastes)
        if before:
            if uniform(drawn[1]) < b.aspiration_exit:
                continue
        else:
            top = look(head, t, kind, UNQUEUED, options, world, b, tastes, values, channels, ahead)
            if stays(key, t, seed, luck, lam, rho, eta, top, conditions.bounds, group):
                continue
            if decide(key, t, seed, lam, nests, eta, room.luck[:, i], values, top, noise) < 0:
                continue
        head.aspires = t
        view = FREE_TO_EXIT
        if not barred:
            top = look(head, t, kind, FROM_HOME, options, world, b, tastes, values, channels, ahead)
            if top > MINUS_INFINITY:
                view = FROM_HOME
                if in_panel(key, conditions.panel):
                    fill_goers(ahead, head.unit_size, conditions.panel_weight, goers)
                    expect(values, channels, b.conversion, goers, noise, expected)
                if uniform(drawn[2]) < b.conversion:
                    slot_noise(key, t, seed, luck[0], noise)
                    place = best_slot(values, noise)
                    stream = motive(kind % N_FLAGS, group, channels[place])
                    n = commit(head, t, place, channels[place], ahead[place], stream, log, n)
                    continue
        reason = _QUIET
        if view == FREE_TO_EXIT:
            while view < UNQUEUED:
                top = look(head, t, kind, view, options, world, b, tastes, values, channels, ahead)
                if top > MINUS_INFINITY:
                    break
                view += 1
            reason = obstacle(view)
        if look(head, t, kind, UNQUEUED, options, world, b, tastes, values, channels, ahead) > MINUS_INFINITY:
            slot_noise(key, t, seed, luck[0], noise)
            place = best_slot(values, noise)
            stream = motive(kind % N_FLAGS, group, channels[place])
            n = wish(head, t, place, channels[place], reason, stream, log, n)
    return n

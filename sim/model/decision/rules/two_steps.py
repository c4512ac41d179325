"""Rival rule: aspiration and capability apart (Carling 2002).

A unit that would leave, were every channel open and within its means, begins to aspire and does so until the
aspiration ends. Who aspires and is able to go follows the aspiration with a small chance each month (van Dalen &
Henkens 2008). A closed channel then keeps the wish alive but moves it elsewhere only in its own time.
"""

import numpy as np
from numpy.typing import NDArray

from sim.history.coefficients import Behaviour
from sim.model.decision.choosing import fill_goers, fill_unit_tastes, gather, obstacle, weighing
from sim.model.decision.commitment import FIXED_POINT, commit, motive, wish
from sim.model.decision.evaluation import FREE_TO_EXIT, FROM_HOME, UNQUEUED, Prospects, evaluate, no_prospects
from sim.model.decision.rules.destination_nest import stays
from sim.model.decision.units import may_exit
from sim.model.decision.utility import CLOSED, MINUS_INFINITY, N_FLAGS, best_slot, decide, slot_noise
from sim.model.now import Now
from sim.model.run_constants import THREATENED, Conditions, in_panel
from sim.model.scratch import Block, Span
from sim.numerics.arithmetic import exp
from sim.numerics.codes import REASON
from sim.numerics.compiling import compiled
from sim.numerics.luck import PURPOSE, four, uniform, words
from sim.population.rows import Person, at
from sim.population.schema import Columns

LAMBDA: float | None = None
"""The dissimilarity, by which a unit begins to aspire, is the run's."""
_ASPIRATION = PURPOSE["aspiration"]
_QUIET = REASON["quiet"]


def prepare(conditions: Conditions, coefficients: Behaviour) -> Conditions:
    """One run's constants as they are."""
    return conditions


def level(coefficients: Behaviour) -> float:
    """Rise of the log-odds of beginning to aspire if every destination gains one utility."""
    return float(coefficients.lambda_)


@compiled(forceinline=True)
def aspired(head: Person, key: int, month: int, panel: int) -> bool:
    """True for a unit that aspired last month."""
    return head.aspires == month - 1


@compiled(forceinline=True)
def expect(
    prospects: Prospects,
    conversion: float,
    goers: NDArray[np.float64],
    weights: NDArray[np.float64],
    expected: NDArray[np.int64],
) -> None:
    """Add an aspiring unit's probabilities of each destination, times who would go, `goers` float64[places] persons.

    At least one destination is open; `weights` float64[places] is a buffer.
    """
    values, channels = prospects.values, prospects.channels
    total = 0.0
    for place in range(len(values)):
        weights[place] = exp(max(values[place], CLOSED))
        total += weights[place]
    scale = conversion * FIXED_POINT / total
    for place in range(len(values)):
        expected[place, channels[place]] += np.int64(weights[place] * scale * goers[place])


@compiled
def choose(people: Columns, circles: Span, now: Now, block: Block) -> None:
    """Let units of these circles begin, keep and end aspirations, and follow some."""
    room, log = block.room, block.log
    picked = gather(people, circles, now, room, stays, aspired)
    places = len(now.law)
    prospects, noise, goers = no_prospects(places), np.empty(places), np.empty(places)
    values, channels, ahead = prospects.values, prospects.channels, prospects.ahead
    for k in range(picked):
        i = room.picked[k]
        head, choice_class = at(people, room.rows[i]), room.kinds[i]
        unit = weighing(now, choice_class, room.keys[k], four(room.luck, i), room.etas[i])
        key, seed, best = unit.key, unit.seed, unit.luck[0]
        before, barred = head.aspires == now.month - 1, not may_exit(head, now.month)
        drawn = words(key, now.month, _ASPIRATION, 0, seed)
        fill_unit_tastes(room, k, now, prospects.tastes)
        if before:
            if uniform(drawn[1]) < now.coefficients.aspiration_exit:
                continue
        else:
            top = evaluate(head, now, choice_class, UNQUEUED, prospects)
            if stays(unit, top, now.run.bounds):
                continue
            if decide(unit, values, top, noise) < 0:
                continue
        head.aspires = now.month
        flees = unit.group == THREATENED
        view = FREE_TO_EXIT
        if not barred:
            top = evaluate(head, now, choice_class, FROM_HOME, prospects)
            if top > MINUS_INFINITY:
                view = FROM_HOME
                if in_panel(key, now.run.panel):
                    fill_goers(ahead, head.unit_size, now.run.panel_weight, goers)
                    expect(prospects, now.coefficients.conversion, goers, noise, block.expected)
                if uniform(drawn[2]) < now.coefficients.conversion:
                    slot_noise(key, now.month, seed, best, noise)
                    place = best_slot(values, noise)
                    stream = motive(choice_class % N_FLAGS, unit.group, channels[place], flees)
                    commit(head, now.month, place, channels[place], ahead[place], stream, log)
                    continue
        reason = _QUIET
        if view == FREE_TO_EXIT:
            while view < UNQUEUED:
                top = evaluate(head, now, choice_class, view, prospects)
                if top > MINUS_INFINITY:
                    break
                view += 1
            reason = obstacle(view)
        if evaluate(head, now, choice_class, UNQUEUED, prospects) > MINUS_INFINITY:
            slot_noise(key, now.month, seed, best, noise)
            place = best_slot(values, noise)
            stream = motive(choice_class % N_FLAGS, unit.group, channels[place], flees)
            wish(head, now.month, place, channels[place], reason, stream, log)

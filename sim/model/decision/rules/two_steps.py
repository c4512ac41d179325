"""Rival rule: aspiration and capability apart (Carling 2002).

A unit that would leave, were every channel open and within its means, begins to aspire and does so until the
aspiration ends. Who aspires and is able to go follows the aspiration with a small chance each month (van Dalen &
Henkens 2008). A closed channel then keeps the wish alive but moves it elsewhere only in its own time.
"""

import numpy as np
from numpy.typing import NDArray

from sim.history.coefficients import Behaviour
from sim.model.decision.channel_noise import best_offer
from sim.model.decision.choosing import fill_unit_tastes, gather, obstacle, weighing
from sim.model.decision.commitment import commit, count_expected, motive, wish_or_claim
from sim.model.decision.evaluation import (
    FREE_TO_EXIT,
    FROM_HOME,
    UNQUEUED,
    Prospects,
    evaluate,
    look_of,
    no_prospects,
    offers_to,
)
from sim.model.decision.rules.destination_nest import decide, stays
from sim.model.decision.staff import goes_along
from sim.model.decision.units import may_exit
from sim.model.decision.utility import CLOSED, MINUS_INFINITY, N_FLAGS, Weighing, slot_noise
from sim.model.now import Now
from sim.model.run_constants import THREATENED, Conditions, in_panel, pool
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
def aspired(head: Person, key: int, now: Now) -> bool:
    """True for a unit that aspired last month."""
    return head.aspires == now.month - 1


@compiled
def favourite(unit: Weighing, offers: NDArray[np.void], prospects: Prospects) -> int:
    """Offer that a unit likes best with this month's luck, whatever staying is worth; one at least is open."""
    slot_noise(unit.key, unit.month, unit.seed, unit.luck[0], prospects.noise)
    dice = unit.key, unit.month, unit.seed
    return best_offer(dice, offers, prospects, unit.nests.mu, MINUS_INFINITY)[0]


@compiled(forceinline=True)
def chances(values: NDArray[np.float64], conversion: float, found: NDArray[np.float64]) -> None:
    """Fill an aspiring unit's probabilities of each destination, float64[places]; at least one is open."""
    total = 0.0
    for place in range(len(values)):
        found[place] = exp(max(values[place], CLOSED))
        total += found[place]
    for place in range(len(values)):
        found[place] *= conversion / total


@compiled
def choose(people: Columns, circles: Span, now: Now, block: Block) -> None:
    """Let units of these circles begin, keep and end aspirations, and follow some."""
    room, log = block.room, block.log
    picked = gather(people, circles, now, room, stays, aspired)
    places = len(now.law)
    prospects, odds = no_prospects(places, now.options.offers.shape[1]), np.empty(places)
    for k in range(picked):
        i = room.picked[k]
        head, choice_class = at(people, room.rows[i]), room.choice_classes[i]
        unit = weighing(now, choice_class, room.keys[k], four(room.luck, i), room.etas[i])
        mask, offers = choice_class % N_FLAGS, offers_to(now, choice_class)
        before, barred = head.aspires == now.month - 1, not may_exit(head, now.month)
        drawn = words(unit.key, now.month, _ASPIRATION, 0, unit.seed)
        fill_unit_tastes(room, k, now, prospects.tastes)
        look = look_of(head, now)
        along = 0.0
        if not barred:
            gone, along = goes_along(head, now, mask, (unit.eta, room.pressed[i]), block)
            if gone:
                continue
        if before:
            if uniform(drawn[1]) < now.coefficients.aspiration_exit:
                continue
        else:
            top = evaluate(head, look, now, choice_class, UNQUEUED, prospects)
            if stays(unit, top, now.run.bounds):
                continue
            if decide(unit, offers, prospects, top)[0] < 0:
                continue
        head.aspires = now.month
        flees = unit.group == THREATENED
        view = FREE_TO_EXIT
        if not barred:
            top = evaluate(head, look, now, choice_class, FROM_HOME, prospects)
            if top > MINUS_INFINITY:
                view = FROM_HOME
                if in_panel(unit.key, now.month, now.run):
                    chances(prospects.values, now.coefficients.conversion, odds)
                    who = now.run.panel_weight * (1.0 - along), head.unit_size, pool(head.sector)
                    count_expected(odds, prospects, offers, who, block)
                if uniform(drawn[2]) < now.coefficients.conversion:
                    door = favourite(unit, offers, prospects)
                    place, channel = int(offers[door].place), int(offers[door].channel)
                    stream = motive(mask, unit.group, channel, flees)
                    commit(head, now.month, place, channel, prospects.ahead[door], stream, log)
                    continue
        reason = _QUIET
        if view == FREE_TO_EXIT:
            while view < UNQUEUED:
                top = evaluate(head, look, now, choice_class, view, prospects)
                if top > MINUS_INFINITY:
                    break
                view += 1
            reason = obstacle(view)
        if evaluate(head, look, now, choice_class, UNQUEUED, prospects) > MINUS_INFINITY:
            door = favourite(unit, offers, prospects)
            place, channel = int(offers[door].place), int(offers[door].channel)
            wish_or_claim(head, now, place, channel, reason, motive(mask, unit.group, channel, flees), block)

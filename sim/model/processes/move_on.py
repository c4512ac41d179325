"""Moves of those settled abroad: return, onward moves, families that follow."""

import numpy as np
from numpy.typing import NDArray

from sim.history.coefficients import Behaviour
from sim.model.decision.access import access_share, fare, onward_fare
from sim.model.decision.channel_noise import best_offer
from sim.model.decision.danger import own_danger
from sim.model.decision.evaluation import (
    FROM_ABROAD,
    draw_tastes,
    evaluate,
    look_from_abroad,
    no_prospects,
    offers_to,
)
from sim.model.decision.means import money, pay
from sim.model.decision.units import adults, choice_class, flags, groups_of, in_party, is_barred, of_unit, persecuted
from sim.model.decision.utility import MINUS_INFINITY, best_slot, gumbels
from sim.model.eventlog import Log, note
from sim.model.hazards import ARRESTED, in_units
from sim.model.now import Now
from sim.model.processes.depart import arrive, leave_home
from sim.model.processes.flight import fill_refuges
from sim.model.processes.live import destitute
from sim.model.processes.settled import settled_units
from sim.model.run_constants import share_of_circle
from sim.model.scratch import Block, Span
from sim.numerics.arithmetic import exp
from sim.numerics.codes import CHANNEL, CONSCRIPTION, EVENT, LEAD, MODE, PLACE, REASON, STATUS
from sim.numerics.compiling import compiled
from sim.numerics.luck import PURPOSE, fill_words, uniform, words
from sim.numerics.months import NEVER
from sim.population.rows import Person, at, beside
from sim.population.schema import Columns

_SETTLE, _EVENTS, _FOLLOW = PURPOSE["settle"], PURPOSE["events"], PURPOSE["follow"]
_ONWARD_0 = PURPOSE["onward_0"]
_BELARUS, _HOME = PLACE["belarus"], MODE["home"]
_AT_HOME, _VISA_FREE, _IRREGULAR = STATUS["home"], STATUS["visa_free"], STATUS["irregular"]
_ASYLUM_SEEKER, _CITIZEN = STATUS["asylum_seeker"], STATUS["citizen"]
_SHELTERED = STATUS["temporary_protection"]
_RETURNED, _ONWARD, _ARRESTED = EVENT["returned"], EVENT["onward"], EVENT["arrested_on_return"]
_DEPARTED = EVENT["departed"]
_CHOSEN, _NONE, _FOLLOWS, _REFUGE = REASON["choice"], REASON["none"], REASON["family"], REASON["refuge"]
_FAMILY, _ENTRY_FREE, _ASYLUM = CHANNEL["family"], CHANNEL["visa_free"], CHANNEL["asylum"]
_LIABLE = CONSCRIPTION["liable"]
_TOGETHER, _AHEAD = LEAD["together"], LEAD["ahead"]


@compiled(forceinline=True)
def rooted(rooting: float, months: int) -> float:
    """Factor by which moves become rarer with the months lived abroad, or in a country: 1 at first."""
    return exp(-rooting * months / 12.0)


@compiled(forceinline=True)
def return_hazard(
    coefficients: Behaviour, pull: float, months: int, danger: float, status: int, poor: bool, liable: bool
) -> float:
    """Monthly probability of return to Belarus so many months after leaving it, wherever these were lived.

    `pull` is that of Belarus (1 but for a change of regime), `danger` that of a return, 0 to 1.
    """
    hazard = coefficients.return_ * pull * rooted(coefficients.rooting, months)
    hazard *= 1.0 - danger * (1.0 - coefficients.return_persecuted)
    if status == _IRREGULAR:
        hazard *= coefficients.return_irregular
    if poor:
        hazard *= coefficients.return_destitute
    if liable:
        hazard *= coefficients.return_liable
    return min(1.0, hazard)


@compiled(forceinline=True)
def onward_hazard(coefficients: Behaviour, status: int, months: int, unsafe: float) -> float:
    """Monthly probability of leaving a destination for another after so many months there.

    `unsafe` is the share of the month at war, from which the settled of long ago leave more rarely, too.
    """
    settled = rooted(coefficients.rooting, months)
    hazard = coefficients.onward * settled
    if status == _VISA_FREE:
        hazard = coefficients.onward_visa_free
    elif status == _IRREGULAR:
        hazard = coefficients.onward_irregular
    elif status == _ASYLUM_SEEKER or status == _CITIZEN:
        hazard = 0.0
    return max(hazard, unsafe * coefficients.onward_unsafe * settled)


@compiled
def move_on(people: Columns, circles: Span, now: Now, block: Block) -> None:
    """Let the settled units of these circles return, move onward, be followed by their families, or stay."""
    room, log = block.room, block.log
    units, luck = settled_units(people, circles, now, room), room.luck
    fill_words(room.keys, units, now.month, _SETTLE, now.run.seed, luck)
    pull = now.belarus.return_pull
    for i in range(units):
        head = at(people, room.rows[i])
        origin, status, lead = head.place, head.status, head.lead
        danger = own_danger(head, now, True, 0.0)  # an arrest on return would change the circle's in mid-month
        poor, liable = destitute(head, now.month), has_liable(head)
        unsafe, months = now.places[origin].unsafe, now.month - head.since
        hazard = return_hazard(now.coefficients, pull, now.month - head.left, danger, status, poor, liable)
        if now.belarus.arrest_on_return > 0.0:
            block.harms[ARRESTED] += in_units(hazard * now.belarus.arrest_on_return) * persecuted_of(head)
        if uniform(luck[1, i]) < hazard:
            return_home(head, now, log)
        elif uniform(luck[2, i]) < onward_hazard(now.coefficients, status, months, unsafe):
            move_onward(head, now, log)
        elif lead == _AHEAD:
            follow(head, now, log, block.following)


@compiled(forceinline=True)
def persecuted_of(head: Person) -> int:
    """People of a unit abroad who risk arrest should it return."""
    found = 0
    for i in range(head.reach + 1):
        one = beside(head, i)
        found += of_unit(one, i) and in_party(one) and persecuted(one.exposure, one.detained)
    return found


@compiled(forceinline=True)
def has_liable(head: Person) -> bool:
    """True if an adult of a unit abroad may be drafted."""
    found = False
    for i in range(adults(head)):
        one = beside(head, i)
        found |= in_party(one) & (one.conscription == _LIABLE)
    return found


@compiled
def return_home(head: Person, now: Now, log: Log) -> None:
    """Bring a unit back to Belarus, where the persecuted risk arrest."""
    origin, circle = head.place, head.circle // now.circles.one_in
    head.lead = _TOGETHER
    for i in range(head.reach + 1):
        one = beside(head, i)
        if not (of_unit(one, i) and in_party(one)):
            continue
        key, channel = one.key, one.channel
        one.place, one.mode, one.status = _BELARUS, _HOME, _AT_HOME
        one.channel, one.since, one.expiry, one.job = 0, now.month, NEVER, 0
        one.saved_at = now.month
        now.circles.abroad[circle] -= 1
        note(log, now.month, one, _RETURNED, (origin, _BELARUS), channel, _CHOSEN)
        risk = words(key, now.month, _EVENTS, 0, now.run.seed)[3]
        if persecuted(one.exposure, one.detained) and uniform(risk) < now.belarus.arrest_on_return:
            one.detained, one.held = now.month, now.month
            now.circles.memory[circle] += share_of_circle(now.circles, circle, 1.0)
            note(log, now.month, one, _ARRESTED, (origin, _BELARUS), channel, _NONE)


@compiled
def move_onward(head: Person, now: Now, log: Log) -> None:
    """Move a unit to another destination drawn by value, if any is open to it, and take the price of the way.

    From a place at war to one that lets in whoever flees and protects them, if one can be reached; then the way is all
    there is to pay.
    """
    prospects = no_prospects(len(now.law), now.options.offers.shape[1])
    origin, month, seed = head.place, now.month, now.run.seed
    of_class = choice_class(head.sector, flags(head, month))
    draw_tastes(head.key, now.coefficients, now.run.trait_seed, prospects.tastes)
    fleeing = now.places[origin].unsafe > 0.0 and fill_refuges(head, now, of_class, prospects)
    look, place, channel, fee = look_from_abroad(head, now), -1, 0, 0.0
    gumbels(head.key, month, _ONWARD_0, seed, prospects.noise)
    if fleeing:
        place, channel = best_slot(prospects.values, prospects.noise), _ASYLUM
    else:
        evaluate(head, look, now, of_class, FROM_ABROAD, prospects)
        offers = offers_to(now, of_class)
        mu, dice = now.coefficients.nest_channel, (head.key, month, seed)
        door, _ = best_offer(dice, offers, prospects, mu, MINUS_INFINITY)
        if door >= 0:
            place, channel = int(offers[door].place), int(offers[door].channel)
            fee = now.rules[place, channel].fee
    if place >= 0:
        pay(head, now, onward_fare(now, origin, place) * look.size + fee * look.grown, True)
        for i in range(head.reach + 1):
            one = beside(head, i)
            if of_unit(one, i) and in_party(one):
                arrive(one, now, place, channel)
                if fleeing:
                    one.status, one.expiry = _SHELTERED, NEVER
                note(log, now.month, one, _ONWARD, (origin, place), channel, _REFUGE if fleeing else _CHOSEN)


@compiled(forceinline=True)
def may_be_joined(exists: int, status: int, months: int, needed: float) -> bool:
    """True if a family may join its head, who has been abroad for `months` and has a right to stay."""
    return bool((exists > 0) & (status != _IRREGULAR) & (status != _ASYLUM_SEEKER) & (months >= needed))


@compiled
def follow(head: Person, now: Now, log: Log, following: NDArray[np.int64]) -> None:
    """Let a family follow its head abroad, if it is free, can travel and can pay."""
    place, circle = head.place, head.circle // now.circles.one_in
    channel = _FAMILY if now.law[place, _FAMILY].exists else _ENTRY_FREE
    if not may_be_joined(
        now.law[place, channel].exists, head.status, now.month - head.since, now.coefficients.follow_months
    ):
        return
    left, grown, free = 0, 0, True
    for i in range(1, head.reach + 1):
        one = beside(head, i)
        if of_unit(one, i) and not in_party(one):
            barred = is_barred(one.held, one.exit_ban, one.conscription, now.month)
            free &= (one.mode == _HOME) & (not barred)
            left += 1
            grown += one.member == 1
    groups = groups_of(head, now.month)
    passable = access_share(now, place, channel, groups)
    price = fare(now, place, channel, groups) * left + now.rules[place, channel].fee * grown
    if not free or money(head, now) < price:
        return
    following[place, channel] += in_units(now.coefficients.follow * passable * left * now.circles.one_in)
    luck = words(head.key, now.month, _FOLLOW, 0, now.run.seed)
    if uniform(luck[0]) >= now.coefficients.follow or uniform(luck[1]) >= passable:
        return
    pay(head, now, price, False)
    head.lead = _TOGETHER
    for i in range(1, head.reach + 1):
        one = beside(head, i)
        if of_unit(one, i) and not in_party(one):
            leave_home(one, now, place, channel)
            now.circles.abroad[circle] += 1
            note(log, now.month, one, _DEPARTED, (_BELARUS, place), channel, _FOLLOWS)

"""The asking: who is asked this month and with what push, what they see, and what comes of it.

Who would have left and could not resigns: it is not asked again for `resign_months`, so that who has not gone for want
of a door is not a new draw next month.

The rules of decision share all of it. A rule plugs in what is its own: `stays` (a quick bound), `decide` (its noise)
and `chances` (its probabilities). They are compiled functions given as arguments, so each rule gets machine code of
its own, as if they were written out. Functions that take them are inlined: otherwise their addresses would be part of
the machine code, which could then not be kept for the next run.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.model.decision.commitment import commit, count_expected, motive, wish_or_claim
from sim.model.decision.evaluation import (
    ADMITTED,
    FREE_TO_EXIT,
    FROM_HOME,
    TASTE,
    UNQUEUED,
    WITHIN_MEANS,
    ceiling,
    evaluate,
    fill_further_tastes,
    fill_tastes,
    look_of,
    no_prospects,
    offers_to,
    own_ceiling,
)
from sim.model.decision.staff import goes_along, is_asked, partner_or_head
from sim.model.decision.units import (
    adult_flags,
    adults,
    at_leisure,
    choice_class,
    exposure_weight,
    may_exit,
    men_term,
    personal_term,
    service_term,
    threat_group,
    unit_push,
    with_adult,
)
from sim.model.decision.utility import N_FLAGS, Nests, Weighing, repression_term, war_term
from sim.model.now import Now
from sim.model.run_constants import in_panel, pool, share_of_circle
from sim.model.scratch import Block, Room, Span, rows_of
from sim.numerics.codes import REASON
from sim.numerics.compiling import compiled
from sim.numerics.luck import PURPOSE, Four, fill_words, four
from sim.population.rows import Person, at, beside
from sim.population.schema import Columns

_CHOICE = PURPOSE["choice"]
_CLOSED, _QUEUE, _FUNDS, _EXIT = REASON["closed"], REASON["quota"], REASON["funds"], REASON["exit"]


@compiled(forceinline=True)
def ask(people: Columns, circles: Span, now: Now, block: Block, stays: Any, decide: Any, chances: Any) -> None:
    """Let every free unit of these circles stay or commit to a destination.

    Units that stay are asked where they would go, were more open. `stays`, `decide` and `chances` are the rule's.
    """
    room, bounds = block.room, now.run.bounds
    picked = gather(people, circles, now, room, stays, of_the_panel)
    places = len(now.law)
    prospects, odds = no_prospects(places, now.options.offers.shape[1]), np.empty(places)
    for k in range(picked):
        i = room.picked[k]
        head, choice_class = at(people, room.rows[i]), room.choice_classes[i]
        unit = weighing(now, choice_class, room.keys[k], four(room.luck, i), room.etas[i])
        mask, offers, pressed = choice_class % N_FLAGS, offers_to(now, choice_class), room.pressed[i]
        fill_unit_tastes(room, k, now, prospects.tastes)
        surely = stays(unit, own_ceiling(now, choice_class, head.kin, prospects.tastes), bounds)
        watched = in_panel(unit.key, now.month, now.run)
        if surely and not watched and not is_asked(head.employer, partner_or_head(head).employer, now):
            continue
        look = look_of(head, now)
        if may_exit(head, now.month):
            gone, along = goes_along(head, now, mask, (unit.eta, pressed), block)
            if gone:
                continue
            if surely and not watched:
                continue
            top = evaluate(head, look, now, choice_class, FROM_HOME, prospects)
            if watched:
                chances(unit, prospects.values, odds)
                who = now.run.panel_weight * (1.0 - along), head.unit_size, pool(head.sector)
                count_expected(odds, prospects, offers, who, block)
            if not stays(unit, top, bounds):
                door, excess = decide(unit, offers, prospects, top)
                if door >= 0:
                    place, channel = int(offers[door].place), int(offers[door].channel)
                    stream = motive(mask, unit.group, channel, excess <= pressed)
                    commit(head, now.month, place, channel, prospects.ahead[door], stream, block.log)
                    continue
        if surely:
            continue
        top = evaluate(head, look, now, choice_class, UNQUEUED, prospects)
        if stays(unit, top, bounds):
            continue
        door, excess = decide(unit, offers, prospects, top)
        if door >= 0:
            place, channel, reason = int(offers[door].place), int(offers[door].channel), _QUEUE
            for view in range(FREE_TO_EXIT, UNQUEUED):
                top = evaluate(head, look, now, choice_class, view, prospects)
                if decide(unit, offers, prospects, top)[0] >= 0:
                    reason = obstacle(view)
                    break
            stream = motive(mask, unit.group, channel, excess <= pressed)
            if wish_or_claim(head, now, place, channel, reason, stream, block) and reason != _EXIT:
                head.due = now.month + int(now.coefficients.resign_months)


@compiled(forceinline=True)
def weighing(now: Now, choice_class: int, key: int, luck: Four, eta: float) -> Weighing:
    """How a unit of a choice class weighs leaving against staying this month."""
    group = threat_group(choice_class % N_FLAGS, now.belarus.war_fear)
    nests = Nests(now.coefficients.nest_channel, now.coefficients.nest_region, now.places["region"])
    return Weighing(key, now.month, now.run.seed, luck, group, now.run.lam[group], nests, eta)


@compiled(forceinline=True)
def fill_unit_tastes(room: Room, k: int, now: Now, tastes: NDArray[np.float64]) -> None:
    """Fill the fixed tastes of a picked unit, float64[slots]."""
    fill_tastes(four(room.country_taste, k), now.coefficients.spread_country, tastes)
    fill_further_tastes(room.keys[k], len(now.law), now.coefficients, now.run.trait_seed, tastes)


@compiled(forceinline=True)
def obstacle(view: int) -> int:
    """What kept a unit that would leave in this view, and in none before it."""
    if view == FREE_TO_EXIT:
        return _EXIT
    if view == WITHIN_MEANS:
        return _FUNDS
    return _CLOSED if view == ADMITTED else _QUEUE


@compiled(forceinline=True)
def of_the_panel(head: Person, key: int, now: Now) -> bool:
    """True for a unit to be looked at whatever its luck, because its probabilities are counted this month."""
    return in_panel(key, now.month, now.run)


@compiled(forceinline=True)
def gather(people: Columns, circles: Span, now: Now, room: Room, stays: Any, watched: Any) -> int:
    """Find the units at leisure that need a look at their options, and draw their luck and tastes.

    Returns how many units `room.picked` holds. `room.keys` and the tastes are those of the picked, in their order;
    `room.rows`, `choice_classes`, `etas`, `pressed` and `luck` those of all units at leisure.
    """
    first, last = rows_of(circles, now)
    units = heads_at_leisure(people, first, last, now.month, room)
    fill_words(room.keys, units, now.month, _CHOICE, now.run.seed, room.luck)
    picked = screen(people, circles, now, room, units, stays, watched)
    for k in range(picked):
        room.keys[k] = room.keys[room.picked[k]]
    fill_words(room.keys, picked, 0, TASTE, now.run.trait_seed, room.country_taste)
    return picked


@compiled(forceinline=True)
def screen(people: Columns, circles: Span, now: Now, room: Room, units: int, stays: Any, watched: Any) -> int:
    """Pick out the units that may leave or wish to this month, those watched and the staff of employers that move.

    No destination is looked at: most units are certain to stay. `watched` tells who is looked at whatever
    their luck. Returns how many units `room.picked` holds; `room.choice_classes`, `etas` and `pressed` are filled.
    """
    first, last = rows_of(circles, now)
    fill_adults(people, first, last, now, room)
    weights = np.empty(256)
    for code in range(256):
        weights[code] = exposure_weight(now.coefficients, code)
    # read once: after every write to a buffer they would have to be read anew
    rows, keys, luck, personal, fears, flags = room.rows, room.keys, room.luck, room.personal, room.fears, room.flags
    choice_classes, etas, pressures, picks = room.choice_classes, room.etas, room.pressed, room.picked
    coefficients, rush = now.coefficients, now.options.rush
    picked = i = 0
    for circle in range(circles[0], circles[1]):
        end = now.circles.start[circle + 1]
        abroad = share_of_circle(now.circles, circle, now.circles.abroad[circle])
        perceived = now.belarus.news + coefficients.circle_gain * now.circles.memory[circle]
        heard = coefficients.anticipation * now.circles.heard[circle]
        while i < units and rows[i] < end:
            head = at(people, rows[i])
            grown = adults(head)
            other = beside(head, grown - 1)  # the head where there is no partner
            one, two = head.row - first, other.row - first
            own = repression_term(perceived, weights[head.exposure], coefficients.repression)
            total = with_adult(0.0, own, fears[one], personal[one])
            pressed = own + fears[one]
            own = repression_term(perceived, weights[other.exposure], coefficients.repression)
            both = with_adult(total, own, fears[two], personal[two])
            pressed = (pressed + own + fears[two]) / 2.0 if grown == 2 else pressed
            eta = unit_push(coefficients, both if grown == 2 else total, grown, abroad, head.frailty)
            of_class = choice_class(head.sector, flags[one] | flags[two])
            eta += heard * rush[of_class]
            unit = weighing(now, of_class, keys[i], four(luck, i), eta)
            home = stays(unit, ceiling(now, of_class, head.kin), now.run.bounds)
            choice_classes[i], etas[i], pressures[i], picks[picked] = of_class, eta, pressed, i
            picked += (not home) | watched(head, unit.key, now) | is_asked(head.employer, other.employer, now)
            i += 1
    return picked


@compiled
def heads_at_leisure(people: Columns, first: int, last: int, month: int, room: Room) -> int:
    """Fill `room.rows` and `room.keys` with the heads at leisure of rows `first` to `last` - 1; return their number."""
    rows, keys, units = room.rows, room.keys, 0
    for row in range(first, last):
        one = at(people, row)
        rows[units], keys[units] = row, one.key
        units += at_leisure(one.member, one.place, one.mode, one.plan, one.due, month - one.birth, month)
    return units


@compiled
def fill_adults(people: Columns, first: int, last: int, now: Now, room: Room) -> None:
    """What each of rows `first` to `last` - 1 would bring as an adult: plain loops, which become vectors."""
    flags, personal, fears = room.flags, room.personal, room.fears
    t, coefficients, war_fear = now.month, now.coefficients, now.belarus.war_fear
    for i in range(last - first):
        one = at(people, first + i)
        age, conscription = t - one.birth, one.conscription
        flags[i] = adult_flags(one.exposure, one.detained, age, one.ancestry, one.visa, conscription, t)
        war = coefficients.war + men_term(coefficients, one.sex, age)
        fears[i] = war_term(war_fear, war, service_term(coefficients, conscription, age, one.war_view, one.officer))
    for i in range(last - first):
        one = at(people, first + i)
        personal[i] = personal_term(coefficients, (t - one.birth) / 12.0, one.education, one.ties)

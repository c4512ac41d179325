"""Protection: claims by who lives abroad, revoked permits, and what follows when a right to stay ends."""

from sim.history.compiled import open_share
from sim.model.decision.access import eligible, residence_share
from sim.model.decision.claims import ASYLUM, PROTECTION, claim_probability, may_claim, procedure_share
from sim.model.decision.danger import unit_danger
from sim.model.decision.units import adults, groups_of, in_party, of_unit
from sim.model.eventlog import Log, note
from sim.model.hazards import in_units
from sim.model.now import Now
from sim.model.processes.live import works
from sim.model.scratch import Block
from sim.numerics.codes import CHANNEL, EVENT, INSTRUMENT, REASON, STATUS
from sim.numerics.compiling import compiled
from sim.numerics.luck import PURPOSE, uniform, words
from sim.numerics.months import NEVER
from sim.population.rows import Person, beside

_LIVING = PURPOSE["living"]
_INSIDE, _AT_LOSS, _OTHER_GROUND = 0, 1, 2
"""Words of luck: a claim by who keeps the right to stay, by who loses it, and another ground."""
_REVOKED = 3
"""Word of luck of a revocation."""
_PERMIT, _PERMANENT = STATUS["permit"], STATUS["permanent"]
_ASYLUM_SEEKER, _IRREGULAR = STATUS["asylum_seeker"], STATUS["irregular"]
_SOUGHT, _ON_OTHER_GROUND, _LOST = EVENT["asylum_sought"], EVENT["other_ground"], EVENT["lost"]
_CHOSEN, _SECURITY, _GROUND = REASON["choice"], REASON["security"], REASON["ground"]
_HELD = INSTRUMENT["held"]
_ANCESTRY, _FAMILY, _WORK = CHANNEL["ancestry"], CHANNEL["family"], CHANNEL["work"]


@compiled
def change_status(head: Person, month: int, status: int, expiry: int, kind: int, reason: int, log: Log) -> None:
    """Give everyone of a unit abroad a status until `expiry`, noted as `kind`."""
    for i in range(head.reach + 1):
        one = beside(head, i)
        if of_unit(one, i) and in_party(one):
            place = one.place
            one.status, one.expiry = status, expiry
            note(log, month, one, kind, (place, place), one.channel, reason)


@compiled
def stay_by(head: Person, channel: int) -> None:
    """Put down by which channel everyone of a unit abroad stays from now on."""
    for i in range(head.reach + 1):
        one = beside(head, i)
        if of_unit(one, i) and in_party(one):
            one.channel = channel


@compiled
def expect_claims(head: Person, now: Now, probability: float, block: Block) -> None:
    """Add a unit's probability of a claim to the expected claims, for each of its people who are there."""
    for i in range(head.reach + 1):
        one = beside(head, i)
        if of_unit(one, i) and in_party(one):
            block.claims[head.place] += in_units(probability * now.circles.one_in)


# --- claims --------------------------------------------------------------------------------------------------------


@compiled
def ask_for_protection(head: Person, now: Now, reason: int, log: Log) -> None:
    """Let a unit abroad be asylum seekers from now on; the event tells by which channel they stayed before."""
    until = now.month + int(min(now.rules[head.place, ASYLUM].stay, 1200.0))
    change_status(head, now.month, _ASYLUM_SEEKER, until, _SOUGHT, reason, log)
    stay_by(head, ASYLUM)


@compiled
def claim_after_loss(head: Person, now: Now, danger: float, groups: int) -> float:
    """Probability that a unit whose right to stay ends asks for protection at once: who was refused it does not."""
    if head.channel == ASYLUM:
        return 0.0
    return claim_probability(1.0, danger, procedure_share(head, now, head.place, groups))


@compiled
def stand(head: Person, now: Now, block: Block) -> None:
    """Let a unit abroad on which nothing is decided this month lose a permit, or ask for protection, or neither."""
    status, place = head.status, head.place
    claims = may_claim(status, head.channel)
    permit = (status == _PERMIT) | (status == _PERMANENT)
    if not (claims or permit):
        return
    groups, danger = groups_of(head, now.month), unit_danger(head, now, True)
    by_security = by_ground = chance = 0.0
    if permit:
        by_security = now.places[place].revocation
        by_ground = ground_revocation(head, now, danger, groups) if status == _PERMIT else 0.0
    lost = by_security + (1.0 - by_security) * by_ground
    if lost > 0.0:
        expect_claims(head, now, lost * claim_after_loss(head, now, danger, groups), block)
    rate = now.places[place].asylum_inside
    if claims and rate > 0.0 and danger > 0.0:
        chance = claim_probability(rate, danger, procedure_share(head, now, place, groups))
        expect_claims(head, now, (1.0 - lost) * chance, block)
    if lost > 0.0:
        luck = uniform(words(head.key, now.month, _LIVING, 0, now.run.seed)[_REVOKED])
        if luck < lost:
            lose_right(head, now, _SECURITY if luck < by_security else _GROUND, block.log)
            return
    if chance > 0.0 and uniform(words(head.key, now.month, PROTECTION, 0, now.run.seed)[_INSIDE]) < chance:
        ask_for_protection(head, now, _CHOSEN, block.log)


# --- loss --------------------------------------------------------------------------------------------------------


@compiled(forceinline=True)
def revocation_probability(checks: float, jobless: float, trips: float, kept: float) -> float:
    """Probability a month that a permit is revoked, security apart: by checks, for want of work, for trips home.

    `kept` is the open share of permits held: whose permit is excepted from a closing keeps it.
    """
    return 1.0 - (1.0 - min(1.0, checks + jobless + trips)) * kept


@compiled
def ground_revocation(head: Person, now: Now, danger: float, groups: int) -> float:
    """Probability a month that a unit's permit is revoked, security apart; who is in danger makes no trips home."""
    rules = now.rules[head.place, head.channel]
    jobless = rules.revocation_jobless if rules.revocation_jobless > 0.0 and not works(head) else 0.0
    trips = now.places[head.place].revocation_trips * (1.0 - danger)
    kept = open_share(now.openness[head.place, _HELD], head.channel, groups)
    return revocation_probability(rules.revocation, jobless, trips, kept)


@compiled
def lose_right(head: Person, now: Now, reason: int, log: Log) -> None:
    """What follows when a right to stay ends: a claim of protection, a permit on another ground, or no papers."""
    groups, danger = groups_of(head, now.month), unit_danger(head, now, True)
    luck = words(head.key, now.month, PROTECTION, 0, now.run.seed)
    if uniform(luck[_AT_LOSS]) < claim_after_loss(head, now, danger, groups):
        ask_for_protection(head, now, reason, log)
        return
    channel = 0 if reason == _SECURITY else other_ground(head, now, groups)
    if channel and uniform(luck[_OTHER_GROUND]) < permit_probability(head, now, channel, groups):
        stay_by(head, channel)
        until = now.month + int(now.coefficients.permit_months)
        change_status(head, now.month, _PERMIT, until, _ON_OTHER_GROUND, reason, log)
        return
    change_status(head, now.month, _IRREGULAR, NEVER, _LOST, reason, log)


@compiled
def other_ground(head: Person, now: Now, groups: int) -> int:
    """First channel, of ancestry, family and work, on whose ground a unit abroad could stay instead; 0 if none."""
    age = (now.month - head.birth) // 12
    for channel in (_ANCESTRY, _FAMILY, _WORK):
        law, rules = now.law[head.place, channel], now.rules[head.place, channel]
        admitted = eligible(law, rules, head.sector, groups) and rules.youngest <= age <= rules.oldest
        if channel != head.channel and admitted and holds_ground(head, channel):
            return channel
    return 0


@compiled
def holds_ground(head: Person, channel: int) -> bool:
    """True if a unit abroad has the ground of a channel: a Polish card, close family there, or work."""
    if channel == _FAMILY:
        return bool(head.kin == head.place)
    if channel == _WORK:
        return works(head)
    found = False
    for i in range(adults(head)):
        one = beside(head, i)
        found |= in_party(one) & (one.ancestry > 0)
    return found


@compiled
def permit_probability(head: Person, now: Now, channel: int, groups: int) -> float:
    """Probability that a unit abroad gets a permit on another ground, without leaving the country for it."""
    place, rules = head.place, now.rules[head.place, channel]
    papers = 1.0 if head.passport >= now.month else now.places[place].travel_document
    return rules.offered * rules.approval * residence_share(now, place, channel, groups) * papers

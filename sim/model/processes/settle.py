"""After arrival: passports, decisions on asylum and permits, permanent residence, citizenship; then a month lived."""

from sim.history.compiled import open_share
from sim.model.decision.danger import unit_danger
from sim.model.decision.units import groups_of, in_party, of_unit
from sim.model.now import Now
from sim.model.processes.depart import brings_work
from sim.model.processes.live import live, works
from sim.model.processes.protection import change_status, claim_after_loss, expect_claims, lose_right, stand
from sim.model.processes.screening import OF_RENEWAL, fails_screening, screening_probability
from sim.model.processes.settled import settled_units
from sim.model.scratch import Block, Span
from sim.numerics.codes import CHANNEL, EVENT, GROUP, INSTRUMENT, REASON, STATUS
from sim.numerics.compiling import compiled
from sim.numerics.luck import PURPOSE, uniform, words
from sim.numerics.months import NEVER
from sim.population.rows import Person, at, beside
from sim.population.schema import Columns

_SETTLE, _LIVING, _AWAY = PURPOSE["settle"], PURPOSE["living"], PURPOSE["away"]
_VISA_FREE, _PERMIT = STATUS["visa_free"], STATUS["permit"]
_PERMANENT, _CITIZEN = STATUS["permanent"], STATUS["citizen"]
_ASYLUM_SEEKER, _IRREGULAR = STATUS["asylum_seeker"], STATUS["irregular"]
_PROTECTED, _SHELTERED = STATUS["protected"], STATUS["temporary_protection"]
_EVENT_PERMIT, _RENEWED = EVENT["permit"], EVENT["renewed"]
_NATURALISED, _MADE_PERMANENT = EVENT["naturalised"], EVENT["permanent"]
_ANCESTRY, _STUDY, _FAMILY = CHANNEL["ancestry"], CHANNEL["study"], CHANNEL["family"]
_PERSECUTED = GROUP["persecuted"]
_RENEWAL, _ENTRY_FREE, _FIRST_PERMIT = INSTRUMENT["renewal"], INSTRUMENT["visa_free"], INSTRUMENT["permit"]
_NONE, _EXPIRY, _REFUSAL, _SECURITY = REASON["none"], REASON["expiry"], REASON["refusal"], REASON["security"]
_CHOSEN = REASON["choice"]


@compiled(forceinline=True)
def renewal_probability(
    granted: float, openness: float, passport_valid: bool, travel_document: float, ground: float, certificate: float
) -> float:
    """Probability that a status is prolonged when it ends; `ground` is below one where its ground is gone.

    `certificate` is the chance to get what only agencies of Belarus give.
    """
    return granted * openness * (1.0 if passport_valid else travel_document) * ground * certificate


@compiled(forceinline=True)
def asks_for_certificates(channel: int) -> bool:
    """True for permits for work, study and family, which need certificates of Belarusian agencies.

    Dambrauskaite (2022).
    """
    return bool(brings_work(channel) | (channel == _STUDY) | (channel == _FAMILY))


@compiled(forceinline=True)
def comes_due(status: int, expiry: int, month: int) -> bool:
    """True if something is decided on a status this month, because it has ended: that of an asylum seeker, too."""
    ends = (status != _PROTECTED) & (status != _SHELTERED) & (status != _IRREGULAR) & (status != _CITIZEN)
    return bool(ends & (expiry < month))


@compiled(forceinline=True)
def earns_permanence(channel: int, months: int, needed: float) -> bool:
    """True if a status that ends becomes permanent: after the months `needed`, or at once for who came by ancestry.

    A Polish card gives permanent residence (nashaniva.com/ru/244674).
    """
    return bool((months >= needed) | (channel == _ANCESTRY))


@compiled
def settle(people: Columns, circles: Span, now: Now, block: Block) -> None:
    """Decide on the status of the settled units of these circles, and let them live for a month."""
    units = settled_units(people, circles, now, block.room)
    for i in range(units):
        head = at(people, block.room.rows[i])
        if now.belarus.passport_abroad > 0.5:
            renew_passports(head, now)
        if comes_due(head.status, head.expiry, now.month):
            decide_status(head, now, block)
        else:
            stand(head, now, block)
    live(people, units, now, block)


@compiled
def renew_passports(head: Person, now: Now) -> None:
    """Renew the passports of a unit abroad that have run out, as consulates do."""
    for i in range(head.reach + 1):
        one = beside(head, i)
        if of_unit(one, i) and in_party(one) and one.passport < now.month:
            one.passport = now.month + int(now.coefficients.passport_months)


@compiled
def decide_status(head: Person, now: Now, block: Block) -> None:
    """Prolong, change or end the status of the unit headed at row `head`."""
    status, place, channel, key, log = head.status, head.place, head.channel, head.key, block.log
    luck = uniform(words(key, now.month, _SETTLE, 0, now.run.seed)[0])
    if status == _ASYLUM_SEEKER:
        if luck < now.rules[place, channel].renewal:
            change_status(head, now.month, _PROTECTED, NEVER, _EVENT_PERMIT, _NONE, log)
            return
        lose_right(head, now, _REFUSAL, log)
        return
    lived = now.month - head.since
    if status == _PERMANENT:  # the card is renewed without conditions
        if naturalised(key, lived, now, place):
            change_status(head, now.month, _CITIZEN, NEVER, _NATURALISED, _EXPIRY, log)
            return
        until = now.month + int(now.coefficients.card_months)
        change_status(head, now.month, _PERMANENT, until, _RENEWED, _EXPIRY, log)
        return
    if status == _VISA_FREE:
        instrument = _ENTRY_FREE
    elif status == _PERMIT:
        instrument = _RENEWAL
    else:
        instrument = _FIRST_PERMIT
    groups = groups_of(head, now.month)
    openness = open_share(now.openness[place, instrument], channel, groups)
    papers, granted = now.places[place].travel_document, now.rules[place, channel].renewal
    ground = now.coefficients.renewal_jobless if brings_work(channel) and not works(head) else 1.0
    certified = 1.0
    if status != _VISA_FREE and (groups >> _PERSECUTED) & 1 and asks_for_certificates(channel):
        certified = now.belarus.certificates
    chance = renewal_probability(granted, openness, head.passport >= now.month, papers, ground, certified)
    refused = 0.0 if status == _VISA_FREE else screening_probability(key, now, place)
    claims = claim_after_loss(head, now, unit_danger(head, now, True), groups)
    expect_claims(head, now, (1.0 - min(1.0, chance) * (1.0 - refused)) * claims, block)
    if luck >= chance:
        lose_right(head, now, _EXPIRY, log)
        return
    if status == _VISA_FREE and settles_for_good(key, now, place, channel, groups):
        until = now.month + int(now.coefficients.permit_months)
        change_status(head, now.month, _PERMIT, until, _EVENT_PERMIT, _CHOSEN, log)
        return
    if status == _VISA_FREE:
        until = now.month + int(min(now.rules[place, channel].stay, 1200.0))
        change_status(head, now.month, status, until, _RENEWED, _EXPIRY, log)
        return
    if fails_screening(key, now.month, OF_RENEWAL, now, place):
        lose_right(head, now, _SECURITY, log)
        return
    if status == _PERMIT and naturalised(key, lived, now, place):
        change_status(head, now.month, _CITIZEN, NEVER, _NATURALISED, _EXPIRY, log)
    elif earns_permanence(channel, lived, now.places[place].permanence):
        until = now.month + int(now.coefficients.card_months)
        change_status(head, now.month, _PERMANENT, until, _MADE_PERMANENT, _EXPIRY, log)
    elif status == _PERMIT:
        until = now.month + int(now.coefficients.renewed_months)
        change_status(head, now.month, _PERMIT, until, _RENEWED, _EXPIRY, log)
    else:
        until = now.month + int(now.coefficients.permit_months)
        change_status(head, now.month, _PERMIT, until, _EVENT_PERMIT, _EXPIRY, log)


@compiled
def settles_for_good(key: int, now: Now, place: int, channel: int, groups: int) -> bool:
    """True if a visa-free stay becomes a residence permit, where permits are open to who came by a channel."""
    share = open_share(now.openness[place, _FIRST_PERMIT], channel, groups)
    luck = uniform(words(key, now.month, _AWAY, 0, now.run.seed)[1])
    return bool(luck < now.places[place].residence_visa_free * share)


@compiled
def naturalised(key: int, months: int, now: Now, place: int) -> bool:
    """True if a unit that has lived in a place for so many months becomes citizens at a renewal."""
    if months < now.places[place].naturalisation_months:
        return False
    return bool(uniform(words(key, now.month, _LIVING, 0, now.run.seed)[2]) < now.places[place].naturalisation)

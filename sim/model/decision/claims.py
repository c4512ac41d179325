"""Claims of protection: who may ask, how far the procedure is open to them, and how likely they are to ask."""

from sim.model.decision.access import admission_share, eligible, fare, travel_share
from sim.model.decision.danger import unit_danger
from sim.model.decision.means import money
from sim.model.decision.offers import move_price
from sim.model.decision.units import adults, groups_of, may_exit
from sim.model.now import Now
from sim.numerics.codes import CHANNEL, STATUS
from sim.numerics.compiling import compiled
from sim.numerics.luck import PURPOSE, uniform, words
from sim.population.rows import Person

ASYLUM = CHANNEL["asylum"]
PROTECTION = PURPOSE["protection"]
_VISA_FREE, _VISA = STATUS["visa_free"], STATUS["visa"]
_PERMIT, _IRREGULAR = STATUS["permit"], STATUS["irregular"]
_BORDER = 3
"""Word of luck of a claim at the border."""


@compiled(forceinline=True)
def may_claim(status: int, channel: int) -> bool:
    """True for who may ask for protection where they live: neither protected nor there for good, nor refused it."""
    temporary = (status == _VISA_FREE) | (status == _VISA) | (status == _PERMIT) | (status == _IRREGULAR)
    return bool(temporary & (channel != ASYLUM))


@compiled(forceinline=True)
def claim_probability(rate: float, danger: float, openness: float) -> float:
    """Probability of a claim: the rate in full danger, times the danger and the open share of the procedure."""
    return min(1.0, rate * danger * openness)


@compiled
def procedure_share(head: Person, now: Now, place: int, groups: int) -> float:
    """Share of the month in which a place takes a unit's claim; none if it has no procedure for such people."""
    law, rules = now.law[place, ASYLUM], now.rules[place, ASYLUM]
    age = (now.month - head.birth) // 12
    if not eligible(law, rules, head.sector, groups) or age < rules.youngest or age > rules.oldest:
        return 0.0
    return rules.offered * admission_share(now, place, ASYLUM, groups)


@compiled
def border_probability(head: Person, now: Now, place: int) -> float:
    """Probability that a unit at home which would leave for a place, and finds no way, asks at its land border.

    It has to be free to leave and to have the money for the journey and the first month.
    """
    rate = now.places[place].asylum_border
    if rate <= 0.0 or not may_exit(head, now.month):
        return 0.0
    groups, rules = groups_of(head, now.month), now.rules[place, ASYLUM]
    reserve, each = now.coefficients.reserve * now.places[place].rent, rules.fee + rules.funds
    price = move_price(fare(now, place, ASYLUM, groups), each, reserve, head.unit_size, adults(head))
    if money(head, now) < price:
        return 0.0
    openness = min(procedure_share(head, now, place, groups), travel_share(now, place, ASYLUM, groups))
    return claim_probability(rate, unit_danger(head, now, False), openness)


@compiled
def asks_at_border(head: Person, now: Now, probability: float) -> bool:
    """True if a unit goes to the border to ask for protection this month."""
    luck = words(head.key, now.month, PROTECTION, 0, now.run.seed)[_BORDER]
    return bool(probability > 0.0 and uniform(luck) < probability)

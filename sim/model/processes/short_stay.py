"""Short stays without a visa: a journey of one person, longer in fear of war, that ends at home or in residence."""

import numpy as np
from numpy.typing import NDArray

from sim.history.coefficients import Behaviour
from sim.model.decision.access import access_share
from sim.model.decision.units import head_of, is_barred, men_term, service_term
from sim.model.eventlog import Log, note
from sim.model.now import Now
from sim.model.processes.residence import expect_residence, residence_share, take_residence
from sim.model.run_constants import TRAVELLING_FROM, TRAVELLING_TO
from sim.model.scratch import Block
from sim.numerics.arithmetic import exp
from sim.numerics.codes import CHANNEL, EVENT, MODE, PLACE, PLAN, REASON, STATUS
from sim.numerics.compiling import compiled
from sim.numerics.luck import PURPOSE, uniform, words
from sim.numerics.months import NEVER
from sim.population.rows import Person

_AWAY_LUCK = PURPOSE["away"]
_BELARUS, _HOME, _AWAY = PLACE["belarus"], MODE["home"], MODE["pendular"]
_AT_HOME, _VISITOR, _NO_PLAN = STATUS["home"], STATUS["visitor"], PLAN["none"]
_OUT, _BACK, _CHOSEN, _EXPIRY = EVENT["stay_out"], EVENT["stay_back"], REASON["choice"], REASON["expiry"]
_VISA_FREE = CHANNEL["visa_free"]


@compiled(forceinline=True)
def stay_factor(coefficients: Behaviour, fear: float, service: float) -> float:
    """Factor by which fear of war (0 to 1) raises somebody's short stays; `service` is what it adds for a man."""
    return exp(fear * (coefficients.stay_war + service))


@compiled(forceinline=True)
def most_factor(coefficients: Behaviour, fear: float) -> float:
    """Largest such factor of anybody."""
    service = max(coefficients.conscription, coefficients.mobilisation, 0.0)
    return stay_factor(coefficients, fear, max(0.0, coefficients.war_men + service, service))


@compiled(forceinline=True)
def chance_of_way_home(coefficients: Behaviour, fear: float) -> float:
    """Probability that a short stay ends in a month with the way home: less while war is feared."""
    return coefficients.stay_ends * (1.0 - coefficients.stay_holds * fear)


@compiled(forceinline=True)
def travels(person: Person, month: int) -> bool:
    """True for who may go on a short stay: at home, of an age to travel, free to leave, in a unit without a plan."""
    age = month - person.birth
    if person.place != _BELARUS or person.mode != _HOME or age < TRAVELLING_FROM or age >= TRAVELLING_TO:
        return False
    plan = head_of(person).plan
    return plan == _NO_PLAN and not is_barred(person.held, person.exit_ban, person.conscription, month)


@compiled
def stay_rates(now: Now, rates: NDArray[np.float64]) -> float:
    """Fill the monthly probability of a short stay in each place while no war is feared; return their sum."""
    total = 0.0
    for place in range(len(rates)):
        rates[place] = 0.0
        come = now.places[place].short_stays
        if place != _BELARUS and come > 0.0 and now.run.reference.travellers > 0.0:
            rates[place] = come * access_share(now, place, _VISA_FREE, 0) / now.run.reference.travellers
        total += rates[place]
    return total


@compiled
def leave_for_a_stay(person: Person, u: float, rates: NDArray[np.float64], now: Now, log: Log) -> None:
    """Send a person on a short stay if luck `u` falls into one of the places' chances."""
    if not travels(person, now.month):
        return
    age = now.month - person.birth
    service = service_term(now.coefficients, person.conscription, age, person.war_view, person.officer)
    feared = men_term(now.coefficients, person.sex, age) + service
    factor = stay_factor(now.coefficients, now.belarus.war_fear, feared)
    for place in range(len(rates)):
        u -= rates[place] * factor
        if u < 0.0:
            months = int(min(now.rules[place, _VISA_FREE].stay, 1200.0))
            person.place, person.mode, person.status = place, _AWAY, _VISITOR
            person.since, person.expiry = now.month, now.month + months - 1
            note(log, now.month, person, _OUT, (_BELARUS, place), _VISA_FREE, _CHOSEN)
            break


@compiled
def weigh_stay(person: Person, now: Now, block: Block) -> None:
    """Let a visitor go home, settle where they are, or stay on for another month."""
    coefficients, place = now.coefficients, person.place
    home = 1.0 if person.expiry <= now.month else chance_of_way_home(coefficients, now.belarus.war_fear)
    luck = words(person.key, now.month, _AWAY_LUCK, 0, now.run.seed)
    chance = 0.0
    if person.since < now.month:
        chance = coefficients.stay_residence * residence_share(now, person, _VISA_FREE)
        expect_residence(block.following, now, place, _VISA_FREE, (1.0 - home) * chance)
    if uniform(luck[0]) < home:
        reason = _EXPIRY if person.expiry <= now.month else _CHOSEN
        person.place, person.mode, person.status = _BELARUS, _HOME, _AT_HOME
        person.since, person.expiry = now.month, NEVER
        note(block.log, now.month, person, _BACK, (place, _BELARUS), 0, reason)
    elif uniform(luck[1]) < chance:
        take_residence(person, now, _VISA_FREE, block.log)

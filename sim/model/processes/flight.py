"""Flight from a war abroad: neighbouring countries let in whoever comes from there by land, without a visa."""

from sim.model.decision.evaluation import Prospects
from sim.model.decision.utility import MINUS_INFINITY, openness_term, ratio_term
from sim.model.now import Now
from sim.numerics.codes import CHANNEL
from sim.numerics.compiling import compiled
from sim.population.rows import Person

_HUMANITARIAN, _ASYLUM = CHANNEL["humanitarian"], CHANNEL["asylum"]


@compiled(forceinline=True)
def refuge_channel(now: Now, place: int) -> int:
    """Channel by which a place lets in who flees: humanitarian if it has that, else asylum; 0 for none."""
    if now.law[place, _HUMANITARIAN].exists:
        return _HUMANITARIAN
    return _ASYLUM if now.law[place, _ASYLUM].exists else 0


@compiled(forceinline=True)
def gives_refuge(now: Now, origin: int, place: int) -> bool:
    """True if who flees from `origin` reaches a place by land that lets them in."""
    near = now.between[origin, place] <= now.coefficients.overland
    by_land = now.places[origin].by_land and now.places[place].by_land
    return bool(near and by_land and now.places[place].refuge > 0.0 and refuge_channel(now, place) > 0)


@compiled
def fill_refuges(head: Person, now: Now, choice_class: int, prospects: Prospects) -> bool:
    """Fill the value of every place that lets in a unit fleeing from where it is; false if none does.

    Values are those that places would have, were every channel open to its choice class, whatever it costs.
    """
    origin, values, found = head.place, prospects.values, False
    for place in range(len(values)):
        values[place] = MINUS_INFINITY
        if place != origin and gives_refuge(now, origin, place):
            value = now.options.free[choice_class, place] + openness_term(now.places[place].refuge)
            value += prospects.tastes[place] + (now.coefficients.kin if head.kin == place else 0.0)
            way = now.between[origin, place]
            values[place] = value + ratio_term(way, now.places[place].distance, now.coefficients.distance)
            found |= values[place] > MINUS_INFINITY
    return found

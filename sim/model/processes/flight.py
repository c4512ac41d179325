"""Flight from a war abroad: some countries let in whoever comes from there by land, without a visa."""

from sim.model.decision.evaluation import Prospects
from sim.model.decision.utility import MINUS_INFINITY, openness_term, ratio_term
from sim.model.now import Now
from sim.numerics.compiling import compiled
from sim.population.rows import Person


@compiled(forceinline=True)
def gives_refuge(now: Now, origin: int, place: int) -> bool:
    """True if who flees from `origin` reaches by land a place that lets them in."""
    by_land = now.places[origin].by_land and now.places[place].by_land
    return bool(by_land and place != origin and now.places[place].refuge > 0.0)


@compiled
def fill_refuges(head: Person, now: Now, choice_class: int, prospects: Prospects) -> bool:
    """Fill the value of every place that lets in a unit fleeing from where it is; false if none does.

    It is that of living there. Constants of destinations and channels do not count: they are what flows through
    visas and permits leave over, and here nobody needs one.
    """
    origin, values, found = head.place, prospects.values, False
    for place in range(len(values)):
        values[place] = MINUS_INFINITY
        if gives_refuge(now, origin, place):
            value = now.options.living[choice_class, place] + openness_term(now.places[place].refuge)
            value += prospects.tastes[place] + (now.coefficients.kin if head.kin == place else 0.0)
            way = now.between[origin, place]
            values[place] = value + ratio_term(way, now.places[place].distance, now.coefficients.distance)
            found |= values[place] > MINUS_INFINITY
    return found

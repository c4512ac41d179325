"""Employers that move out of Belarus: whether, where to, and for how long they take their staff along."""

import numpy as np
from numpy.typing import NDArray

from sim.behaviour import Behaviour
from sim.choice import MINUS_INFINITY, best_slot, gumbels, openness_term
from sim.codes import PLACE, SECTOR
from sim.compiling import compiled
from sim.conditions import EMPLOYER_KEY, Conditions, Employers
from sim.luck import PURPOSE, uniform, words
from sim.options import RELOCATION, channel_value, country_value, eligible, queue_months
from sim.units import class_groups
from sim.world import World, admission_share

READS: tuple[str, ...] = ()
WRITES: tuple[str, ...] = ()

_BELARUS, _IT, _NGO_MEDIA = PLACE["belarus"], SECTOR["it"], SECTOR["ngo_media"]
_EMPLOYER, _RELOCATION_0 = PURPOSE["employer"], PURPOSE["relocation_0"]


@compiled
def relocate(
    employers: Employers,
    world: World,
    t: int,
    b: Behaviour,
    conditions: Conditions,
    residents: NDArray[np.float64],
    waiting: NDArray[np.float64],
    moved: NDArray[np.uint8],
) -> None:
    """Let employers decide to move; `moved` uint8[employers] is filled with the place to which each takes its staff."""
    hazards = (world.belarus[t].relocation_it, world.belarus[t].relocation_media)
    places = len(world.law)
    values, noise = np.empty((2, places)), np.empty(places)
    for which, sector in enumerate((_IT, _NGO_MEDIA)):
        fill_relocation(world, t, b, conditions, residents, waiting, sector, values[which])
    for number in range(1, len(employers.sector)):
        which = 0 if employers.sector[number] == _IT else 1
        if employers.until[number] < t:
            employers.place[number] = 0
            key = EMPLOYER_KEY + np.uint64(number)
            if uniform(words(key, t, _EMPLOYER, 0, conditions.seed)[1]) < hazards[which]:
                gumbels(key, t, _RELOCATION_0, conditions.seed, noise)
                place = best_slot(values[which], noise)
                if place >= 0:
                    employers.place[number], employers.until[number] = place, t + int(b.relocation_months) - 1
        moved[number] = employers.place[number]


@compiled
def fill_relocation(
    world: World,
    t: int,
    b: Behaviour,
    conditions: Conditions,
    residents: NDArray[np.float64],
    waiting: NDArray[np.float64],
    sector: int,
    values: NDArray[np.float64],
) -> None:
    """Fill what each place is worth to an employer of a sector, float64[places]: as to staff without flags."""
    groups = class_groups(sector, 0)
    for place in range(len(values)):
        values[place] = MINUS_INFINITY
        if place == _BELARUS or world.places[t, place].distance <= 0.0:
            continue
        if not eligible(world, place, RELOCATION, sector, groups):
            continue
        country = country_value(world, t, b, conditions.constants[place], residents[place], place, sector, False)
        queue = queue_months(waiting[place, RELOCATION], world.rules[t, place, RELOCATION].capacity, b.patience)
        terms = channel_value(world, t, b, place, RELOCATION, 0.0, queue)
        admitted = openness_term(admission_share(world, t, place, RELOCATION, groups))
        values[place] = country + conditions.channel_constants[RELOCATION] + terms + admitted

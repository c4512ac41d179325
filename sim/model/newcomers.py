"""What so many newcomers do to a destination: its rents rise, its approvals fall. Only where a scenario asks for it.

Both change a run's own copy of the world in the month to come, and leave every other run's alone.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.history.compiled import World
from sim.numerics.codes import PLACE

_DESTINATIONS = tuple(code for name, code in PLACE.items() if name != "belarus")
LOWEST_RENT = 0.1
"""Share of its rent below which no exodus brings a city (assumption: keeps the logarithm of rents finite)."""


def asked(world: World) -> bool:
    """True if rents or approvals of any destination answer to newcomers."""
    return bool((world.places["rent_response"] > 0.0).any() or np.isfinite(world.places["inflow_limit"]).any())


def own(world: World) -> World:
    """The world as one run may change it: rules and places copied where newcomers matter, else the same world."""
    return world._replace(rules=world.rules.copy(), places=world.places.copy()) if asked(world) else world


def remember(lived: Sequence[NDArray[np.void]], world: World, month: int) -> None:
    """Give a run that goes on from `month` the rents and approvals of the months lived before (rules, places)."""
    if lived and asked(world):
        world.rules[:month], world.places[:month] = lived


def rent_factor(response: float, newcomers: float, city: float) -> float:
    """Rent over what it would be: `response` times the share that newcomers add to the people of the city."""
    return max(LOWEST_RENT, 1.0 + response * newcomers / city)


def respond(world: World, month: int, residents: NDArray[np.float64], inflow: NDArray[np.int64]) -> None:
    """Set rents and approvals of `month` + 1 by what it saw.

    `residents` float64[places] are settled Belarusians, `inflow` int64[places] arrivals of the last twelve months,
    both in persons.
    """
    if month + 1 >= len(world.places) or not asked(world):
        return
    for place in _DESTINATIONS:
        here, later = world.places[month, place], world.places[month + 1, place]
        if here["rent_response"] > 0.0:
            newcomers = residents[place] - world.places[0, place]["diaspora"]
            later["rent"] *= rent_factor(here["rent_response"], newcomers, here["city"])
        if inflow[place] > here["inflow_limit"]:
            world.rules["approval"][month + 1, place] *= here["tightening"]

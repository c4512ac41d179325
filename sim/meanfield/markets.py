"""Rents and approvals that answer to newcomers, by the engine's rule, in the run's own copy of the world."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sim import markets
from sim.codes import SLOTS
from sim.world import World

_rent_factor = njit(cache=True, nogil=True, error_model="numpy")(markets.rent_factor)


@njit(cache=True, nogil=True, error_model="numpy")
def respond(world: World, t: int, residents: NDArray[np.float64], inflow: NDArray[np.float64]) -> None:
    """Set rents and approvals of month `t` + 1 by what month `t` saw, as `sim.markets.respond` does.

    `residents` float64[places] are settled Belarusians, `inflow` float64[12, places] the arrivals of twelve months.
    """
    if t + 1 >= len(world.places):
        return
    for place in range(1, SLOTS):
        response = world.places[t, place].rent_response
        if response > 0.0:
            newcomers = residents[place] - world.places[0, place].diaspora
            world.places[t + 1, place].rent *= _rent_factor(response, newcomers, world.places[t, place].city)
        if inflow[:, place].sum() > world.places[t, place].inflow_limit:
            for channel in range(world.rules.shape[2]):
                world.rules[t + 1, place, channel].approval *= world.places[t, place].tightening

"""What people of some groups meet on the way to each destination by each channel this month."""

import numpy as np
from numpy.typing import NDArray

from sim.model.decision.access import access_share, admission_share, detour_share, fare, lot_of
from sim.model.decision.units import N_AGES, age_group, age_limits
from sim.model.decision.utility import openness_term
from sim.model.now import Now
from sim.numerics.codes import N_GROUPS, PLACE
from sim.numerics.compiling import compiled

_BELARUS = PLACE["belarus"]
VALUE, ADMISSION, FARE, LOT = range(4)
N_OF_WAY = 4
"""What is told of a way: its value from Belarus (`way_value`) and elsewhere, fare in EUR a person, lot (`lot_of`)."""


@compiled(forceinline=True)
def way_value(now: Now, place: int, channel: int, groups: int) -> float:
    """Value of the way from Belarus: the share of the month in which it is open, and a detour if it needs one."""
    value = openness_term(access_share(now, place, channel, groups))
    return value + now.coefficients.detour * detour_share(now, place, channel, groups)


@compiled
def groups_told_apart(now: Now) -> int:
    """Groups (bit mask) for which something is open this month that is closed to everyone, or open for longer.

    To whom else somebody belongs changes no share (`sim.history.compiled.open_share`).
    """
    told, (places, instruments, columns) = 0, now.openness.shape
    for place in range(places):
        for instrument in range(instruments):
            openness = now.openness[place, instrument]
            for group in range(N_GROUPS):
                told |= int(openness[columns - N_GROUPS + group] > openness[0]) << group
    return told


@compiled
def fill_ways(now: Now, groups: int, by_age: bool, ways: NDArray[np.float64]) -> None:
    """Fill the ways of people of these groups, float64[1 + ages, places, channels, N_OF_WAY].

    Of people of any age, and of those of each if they go `by_age`.
    """
    for i in range(1 + N_AGES if by_age else 1):
        who = groups | age_group(age_limits(i - 1)[0]) if i > 0 else groups
        for place in range(len(now.law)):
            for channel in range(now.law.shape[1]):
                if now.law[place, channel].exists and place != _BELARUS:
                    way = ways[i, place, channel]
                    way[VALUE] = way_value(now, place, channel, who)
                    way[ADMISSION] = openness_term(admission_share(now, place, channel, who))
                    way[FARE], way[LOT] = fare(now, place, channel, who), lot_of(now, place, channel, who)

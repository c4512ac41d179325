"""The doors of a destination: its channels are a nest of their own, and one of them is drawn.

With mu the dissimilarity of channels of one destination over that of destinations, a destination is worth
`mu log sum_c exp(v_c / mu)` over the channels that a unit may use, and who goes there goes by channel c with
probability `exp(v_c / mu) / sum`. Towards mu = 0 the best channel is taken; with mu = 1 channels are alternatives like
destinations. Source: McFadden 1978, a nest within a nest.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.model.decision.utility import MINUS_INFINITY
from sim.numerics.arithmetic import exp, log
from sim.numerics.compiling import compiled
from sim.numerics.luck import PURPOSE, uniform, words

_DOOR = PURPOSE["door"]
FARTHEST = 500.0
"""Largest gap, in units of mu, that counts between a channel and the most that its destination can be worth: a finite
weight for whoever has that channel alone, and nothing beside any other."""
FARTHEST_APART = 200.0
"""The same of a separation."""


@compiled(forceinline=True)
def door_weight(value: float, base: float, mu: float) -> float:
    """Weight `exp((v - base) / mu)` of a channel of utility `value`; 0 if it is closed. No `value` is above `base`."""
    return exp(max((value - base) / mu, -FARTHEST)) if value > MINUS_INFINITY else 0.0


@compiled(forceinline=True)
def separation_weight(separation: float, mu: float) -> float:
    """Factor on the weight of a channel by which the head would go ahead of the family."""
    return exp(max(separation / mu, -FARTHEST_APART))


@compiled(forceinline=True)
def door_value(total: float, base: float, mu: float) -> float:
    """Value of a destination, `base + mu log(sum of weights)`; minus infinity if every channel is closed."""
    return base + mu * log(total) if total > 0.0 else MINUS_INFINITY


@compiled
def draw_door(key: int, month: int, seed: int, place: int, offers: Any, weights: NDArray[np.float64]) -> int:
    """Index of the offer by which a unit goes to a place, drawn by the weights; -1 if none is open to it.

    `offers` OFFER[n] are those of its class, the first n of `weights` its own. Each channel has luck of its own, so
    that who would go by one that stays open, and still goes to this place, goes by no other.
    """
    best, found = 0.0, -1
    for i in range(len(offers)):
        if offers[i].place == place and weights[i] > 0.0:
            channel = offers[i].channel
            drawn = words(key, month, _DOOR, channel // 4, seed)
            worth = weights[i] / -log(uniform(drawn[channel % 4]))  # exp of v / mu + a Gumbel
            if worth > best:
                best, found = worth, i
    return found

"""The doors of a destination: its channels are a nest of their own.

With mu the dissimilarity of channels of one destination over that of destinations, a destination is worth
`mu log sum_c exp(v_c / mu)` over the channels that a unit may use, and who goes there goes by channel c with
probability `exp(v_c / mu) / sum` (their noise: `sim.model.decision.channel_noise`). Towards mu = 0 the best channel is
taken; with mu = 1 channels are alternatives like destinations. Source: McFadden 1978, a nest within a nest.
"""

from sim.model.decision.utility import MINUS_INFINITY
from sim.numerics.arithmetic import exp, log
from sim.numerics.compiling import compiled

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
    value = base + mu * log(total)
    return value if total > 0.0 else MINUS_INFINITY

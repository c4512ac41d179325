"""The closed form behind the headline: what lambda, the nest of leave against stay, makes of a closed country."""

import numpy as np

from sim.analysis.prior import PRIOR as PRIOR
from sim.analysis.prior import PRIOR_90 as PRIOR_90


def deflection(share: float, lambda_: float | np.ndarray) -> float | np.ndarray:
    """Share of the departures for a closed country that go to others, delta = [(1-s)^lambda - (1-s)] / s.

    `share` (s) is the closed country's share of departures, `lambda_` the nest parameter of leave against stay.
    Small hazards; a whole country closed. Exact at lambda = 0 (all deflected) and lambda = 1 (none).
    """
    if not 0 < share < 1:
        raise ValueError(f"the closed country's share of departures must lie between 0 and 1, got {share}")
    return ((1 - share) ** lambda_ - (1 - share)) / share

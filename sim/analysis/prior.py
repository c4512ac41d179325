"""The prior of lambda, the nest of leave against stay, and what part of it stands for each value of lambda."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc

PRIOR = (3.7, 2.3)
"""Beta prior of lambda (mean .62): assumption, a judgement over eight lines of evidence from other countries' visa and
border closures and from the literature, none of them Belarusian."""
PRIOR_90 = (0.29, 0.89)
"""90% of the prior lies between."""


def weights(lambdas: Sequence[float]) -> NDArray[np.float64]:
    """Share of the prior that lies nearest to each lambda, in the order given; adds up to one.

    Raises ValueError for no lambda or for one that is given twice.
    """
    values = np.asarray(lambdas, float)
    if not len(values) or len(np.unique(values)) < len(values):
        raise ValueError(f"values of lambda must be one or more, each once; got {list(lambdas)}")
    order = np.argsort(values)
    middles = (values[order][1:] + values[order][:-1]) / 2
    ends = np.concatenate([[0.0], betainc(*PRIOR, middles), [1.0]])
    found = np.empty(len(values))
    found[order] = np.diff(ends)
    return found

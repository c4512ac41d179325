"""What a fit has learned of each free parameter: the draws beside the prior.

A share of the prior stands for a value, so that parameters of every unit have one scale: a fit that learns nothing
leaves draws at all shares alike.
"""

import numpy as np
import pandas as pd
from scipy.special import ndtri

from sim.runs import priors
from sim.runs.draws import LAMBDA
from sim.runs.posterior import Posterior
from sim.runs.settings import Settings
from sim.runs.tables.fits import LEARNED

LITTLE = 0.1
"""Contraction below which the data say next to nothing of a parameter."""
_PRIOR, _DRAWS = (0.05, 0.5, 0.95), (0.05, 0.25, 0.5, 0.75, 0.95)
_EDGE = 1e-6
"""Shares nearer than this to 0 or 1 have no finite place on the normal scale."""


def learned(posterior: Posterior, held: frozenset[str] = frozenset()) -> pd.DataFrame:
    """The table `prior_posterior` of the free parameters, without those that are `held` by hand.

    Constants of destinations and channels are left out: they are nuisance, about values that move with lambda.
    """
    known = priors.free()
    quantiles = np.stack([posterior.quantile(share) for share in _DRAWS])
    rows = []
    for at, name in enumerate(posterior.names):
        if name in held or name not in known:
            continue
        own = known[name]
        scores = ndtri(np.clip(own.prior.cdf(posterior.values[:, at]), _EDGE, 1.0 - _EDGE))
        spread = np.sqrt(posterior.weights @ (scores - posterior.weights @ scores) ** 2)
        numbers = (*own.prior.ppf(_PRIOR), *quantiles[:, at], *own.prior.cdf(quantiles[:, at]), 1.0 - spread)
        rows.append((name, own.meaning, own.unit, *numbers))
    return pd.DataFrame(rows, columns=LEARNED.names)


def learned_of(settings: Settings) -> pd.DataFrame:
    """The table of what a run's parameters are drawn from; without rows where they are central values."""
    draws = settings.draws
    if draws is None:
        return pd.DataFrame(columns=LEARNED.names)
    held = {*settings.coefficients, *([LAMBDA] if settings.choice.lambda_ is not None else [])}
    return learned(Posterior(settings.decision, draws.names, draws.values, draws.weights, draws.about), frozenset(held))

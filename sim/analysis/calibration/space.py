"""The space of a fit: parameters as standard coordinates, in which every prior is a normal distribution about 0.

The coordinate of a free parameter is the normal quantile of its share of the prior; that of a nuisance constant is its
distance, in utility, from the constant on file.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm, qmc

Floats = NDArray[np.float64]


class Quantiles(Protocol):
    """A prior: shares to values, and back."""

    def ppf(self, share: ArrayLike) -> Floats:
        """Values below which these shares lie."""

    def cdf(self, value: ArrayLike) -> Floats:
        """Shares that lie below these values."""


@dataclass(frozen=True)
class Space:
    """Free parameters with their priors, and nuisance constants; P coordinates, the free ones first."""

    free: Sequence[str]
    priors: Sequence[Quantiles]
    nuisance: Sequence[str] = ()
    nuisance_sd: Sequence[float] = ()
    """Standard deviations of the priors of the constants."""
    explored_sd: Sequence[float] = ()
    """Standard deviations with which the first design explores them."""

    @property
    def names(self) -> tuple[str, ...]:
        """All names, in order of the coordinates."""
        return (*self.free, *self.nuisance)

    @cached_property
    def prior_sd(self) -> Floats:
        """Standard deviation of the prior of each coordinate, [P]."""
        return np.array([*np.ones(len(self.free)), *self.nuisance_sd], float)

    @cached_property
    def design_sd(self) -> Floats:
        """Standard deviation of the first design in each coordinate, [P]."""
        return np.array([*np.ones(len(self.free)), *self.explored_sd], float)

    def values(self, points: Floats) -> Floats:
        """Values of free parameters, in their units, and of nuisance about those on file; [n, P] as given."""
        found = np.array(points, float, ndmin=2)
        for at, prior in enumerate(self.priors):
            found[:, at] = prior.ppf(norm.cdf(found[:, at]))
        return found

    def points(self, values: Floats) -> Floats:
        """Coordinates of values, [n, P]; what lies at an end of a prior is at most 6 away."""
        found = np.array(values, float, ndmin=2)
        for at, prior in enumerate(self.priors):
            found[:, at] = norm.ppf(np.clip(prior.cdf(found[:, at]), norm.cdf(-6.0), norm.cdf(6.0)))
        return found

    def design(self, runs: int, seed: int) -> Floats:
        """Points that fill the prior evenly, scrambled Sobol points, [runs, P]; the same for a seed."""
        sampler = qmc.Sobol(len(self.names), scramble=True, rng=np.random.default_rng(seed))
        shares = sampler.random_base2(max(1, int(np.ceil(np.log2(max(runs, 2))))))[:runs]
        return np.asarray(norm.ppf(np.clip(shares, 1e-6, 1 - 1e-6)) * self.design_sd)

    def log_prior(self, points: Floats) -> Floats:
        """Log density of the prior but for a constant, [n]."""
        return np.asarray(-0.5 * ((points / self.prior_sd) ** 2).sum(axis=1))

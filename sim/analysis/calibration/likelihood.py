"""What was observed, with its model of error: how likely it is by what a simulator says, and how sure that is.

Outputs stand on the scale on which their errors are told: logs of flows and counts, changes of registers, percent.
"""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, gammaln

Floats = NDArray[np.float64]
STUDENT, COUNT, NORMAL, LEAST = range(4)
"""Kinds of error: Student's t, negative binomial counts of which the log is simulated, normal, and normal where the
observed is a lower bound."""


@dataclass(frozen=True)
class Observed:
    """Observations, J in all, each with its kind of error."""

    kind: NDArray[np.int64]  # [J]
    value: Floats  # [J] on the scale of the outputs; of counts the count itself
    sd: Floats  # [J] of observation and discrepancy together
    degrees: Floats  # [J] of Student's t
    family: NDArray[np.str_]  # [J] by which data are left out together

    def __len__(self) -> int:
        return len(self.value)

    @property
    def seen(self) -> Floats:
        """The observed on the scale of the outputs, [J]."""
        return np.where(self.kind == COUNT, np.log(np.maximum(self.value, 0.5)), self.value)

    @property
    def scale(self) -> Floats:
        """Standard deviation of each observation on the scale of the outputs, [J]."""
        of_count = np.where(self.kind == COUNT, 1.0 / np.maximum(self.value, 1.0), 0.0)
        return np.asarray(np.sqrt(self.sd**2 + of_count))

    def chosen(self, which: NDArray[np.bool_]) -> "Observed":
        """Some of the observations."""
        return Observed(**{one.name: getattr(self, one.name)[which] for one in fields(self)})

    def log_likelihood(self, mean: Floats, variance: Floats) -> Floats:
        """Log likelihood of each row of outputs, [n]; mean and variance of the outputs [n, J]."""
        return np.asarray(self.each(mean, variance).sum(axis=1))

    def each(self, mean: Floats, variance: Floats) -> Floats:
        """Log likelihood by observation, [n, J]."""
        spread, off = self.sd**2 + variance, self._off(mean)
        square = off**2 / spread
        found = -0.5 * (square + np.log(2.0 * np.pi * spread))
        t = self.kind == STUDENT
        df = self.degrees[t]
        found[:, t] = (
            gammaln((df + 1.0) / 2.0)
            - gammaln(df / 2.0)
            - 0.5 * np.log(df * np.pi * spread[:, t])
            - (df + 1.0) / 2.0 * np.log1p(square[:, t] / df)
        )
        count = self.kind == COUNT
        found[:, count] = _negative_binomial(self.value[count], np.exp(mean[:, count]), spread[:, count])
        return np.asarray(found)

    def slopes(self, mean: Floats, variance: Floats) -> Floats:
        """By how much the log likelihood rises with each mean, [n, J]."""
        spread, off = self.sd**2 + variance, self._off(mean)
        found = np.asarray(off / spread)
        t = self.kind == STUDENT
        found[:, t] = (self.degrees[t] + 1.0) * off[:, t] / (self.degrees[t] * spread[:, t] + off[:, t] ** 2)
        count = self.kind == COUNT
        value, shape = self.value[count], 1.0 / spread[:, count]
        found[:, count] = value - (value + shape) * expit(mean[:, count] - np.log(shape))
        return found

    def _off(self, mean: Floats) -> Floats:
        """How far the observed lies above each mean, [n, J]; above a lower bound nothing is off."""
        off = self.value - mean
        return np.where(self.kind == LEAST, np.maximum(off, 0.0), off)

    def implausibility(self, mean: Floats, variance: Floats) -> Floats:
        """Distance of the observed from the outputs in standard errors, [n, J]."""
        off = np.abs(self.seen - mean)
        off = np.where((self.kind == LEAST) & (mean > self.seen), 0.0, off)
        return np.asarray(off / np.sqrt(self.scale**2 + variance))

    def drawn(self, truth: Floats, rng: np.random.Generator) -> "Observed":
        """Observations as they would be made of true outputs [J], with errors and discrepancy drawn."""
        value = truth + self.sd * rng.standard_normal(len(self))
        t = self.kind == STUDENT
        value[t] = truth[t] + self.sd[t] * rng.standard_t(self.degrees[t])
        count = self.kind == COUNT
        shape = 1.0 / self.sd[count] ** 2
        value[count] = rng.poisson(np.exp(truth[count]) * rng.gamma(shape) / shape)
        return Observed(self.kind, value, self.sd, self.degrees, self.family)


def _negative_binomial(count: Floats, mean: Floats, relative: Floats) -> Floats:
    """Log probability of counts with a mean and a relative variance besides that of chance."""
    shape = 1.0 / relative
    return np.asarray(
        gammaln(count + shape)
        - gammaln(shape)
        - gammaln(count + 1.0)
        - shape * np.log1p(mean / shape)
        + count * (np.log(mean) - np.log(shape + mean))
    )

"""Sampling of a posterior on the emulator: its mode, ensemble chains by emcee, and their diagnostics by arviz."""

import logging
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis.calibration.emulator import Emulator
from sim.analysis.calibration.likelihood import COUNT, STUDENT, Observed
from sim.analysis.calibration.space import Space

Floats = NDArray[np.float64]
STEPS_TO_MODE = 40
_SLOPE = 1e-3
"""Step of finite differences, in coordinates."""
DISCARDED = 0.3
"""Share of the steps of a chain that is thrown away at its beginning."""
WALKERS = 2.2
"""Walkers of an ensemble for each coordinate."""
STEP, LONGEST = 0.35, 10
"""Length of a step of a trajectory, in standard deviations about the mode, and steps of the longest: about half of the
trajectories are then taken."""


@dataclass(frozen=True)
class Posterior:
    """The posterior of a space under an emulator: `heat` divides the log likelihood, `luck` is a variance [J] of the
    outputs besides the emulator's own.
    """

    space: Space
    emulator: Emulator
    observed: Observed
    heat: float = 1.0
    luck: Floats | float = 0.0
    prior_sd: Floats | None = None
    """Standard deviations of the prior in the place of the space's."""

    @property
    def spread(self) -> Floats:
        """Standard deviations of the prior, [P]."""
        return self.space.prior_sd if self.prior_sd is None else self.prior_sd

    def __call__(self, points: Floats) -> Floats:
        """Log density but for a constant, [n]; minus infinity where no run was near."""
        found = np.full(len(points), -np.inf)
        inside = self.emulator.inside(points)
        if inside.any():
            found[inside] = self.likelihood(points[inside]) / self.heat - 0.5 * (
                (points[inside] / self.spread) ** 2
            ).sum(axis=1)
        return found

    def likelihood(self, points: Floats) -> Floats:
        """Log likelihood, [n]."""
        mean, variance = self.emulator.predict(points)
        return self.observed.log_likelihood(mean, variance + self.luck)

    def slopes(self, points: Floats, variance: Floats) -> Floats:
        """By how much the log density rises with each coordinate if the outputs have that variance [J], [n, P]."""
        near = np.clip(points, self.emulator.low, self.emulator.high)
        mean, _ = self.emulator.predict(near, variance=False)
        of_outputs = self.observed.slopes(mean, np.broadcast_to(variance, mean.shape))
        return np.asarray(self.emulator.pulled_back(near, of_outputs) / self.heat - points / self.spread**2)


def mode(posterior: Posterior, start: Floats) -> tuple[Floats, Floats]:
    """Mode of a posterior near a point, and the covariance of the normal distribution there, by Gauss-Newton steps.

    Errors of Student's t are weighed anew at each step; counts count as normal in their log.
    """
    observed, emulator = posterior.observed, posterior.emulator
    precision = np.diag(1.0 / posterior.spread**2)
    at, best = start.copy(), -np.inf
    covariance = np.linalg.inv(precision)
    for _ in range(STEPS_TO_MODE):
        steps = np.concatenate([at[None], at + _SLOPE * np.eye(len(at))])
        mean, _ = emulator.predict(steps, variance=False)
        variance = emulator.predict(at[None])[1][0] + posterior.luck
        spread = np.where(observed.kind == COUNT, observed.scale, observed.sd) ** 2 + variance
        slopes = (mean[1:] - mean[0]).T / _SLOPE
        off = observed.seen - mean[0]
        off = np.where(observed.implausibility(mean[:1], variance[None])[0] == 0.0, 0.0, off)
        weight = 1.0 / spread
        t = observed.kind == STUDENT
        weight[t] = (observed.degrees[t] + 1.0) / (observed.degrees[t] * spread[t] + off[t] ** 2)
        weight /= posterior.heat
        information = slopes.T @ (slopes * weight[:, None]) + precision
        covariance = np.linalg.inv(information)
        move = covariance @ (slopes.T @ (weight * off) - precision @ at)
        tried = np.clip(at + move * 0.5 ** np.arange(6)[:, None], emulator.low, emulator.high)
        values = posterior(tried)
        if not values.max() > best + 1e-4:
            break
        best, at = float(values.max()), tried[int(values.argmax())]
    return at, np.asarray(covariance, np.float64)


def spread_out(at: Floats, covariance: Floats, posterior: Posterior, number: int, seed: int) -> Floats:
    """Points about a mode, each where the density is not zero."""
    rng = np.random.default_rng(seed)
    factor = np.linalg.cholesky(covariance + 1e-12 * np.eye(len(at)))
    low, high = posterior.emulator.low, posterior.emulator.high
    found: Floats = np.clip(at + rng.standard_normal((number, len(at))) @ factor.T, low, high)
    return found


@dataclass(frozen=True)
class Chains:
    """What an ensemble has sampled after its beginning was thrown away: steps, walkers, coordinates; and how well."""

    points: Floats  # [steps, walkers, P]
    r_hat: Floats  # [P]
    effective: Floats  # [P] effective sample size of the bulk

    def drawn(self, number: int, seed: int) -> Floats:
        """So many points of the chains, evenly over the steps and different in each, [number, P]."""
        flat = self.points.reshape(-1, self.points.shape[-1])
        number = min(number, len(flat))
        chosen = np.random.default_rng(seed).choice(len(flat), number, replace=False)
        return np.asarray(flat[np.sort(chosen)])


def hamiltonian(posterior: Posterior, at: Floats, covariance: Floats) -> Any:
    """Moves of emcee along trajectories that follow the slope of a posterior (Hamiltonian Monte Carlo, Neal 2011).

    Coordinates are those in which the normal approximation about the mode `at` is round. The slope takes the variance
    of the outputs at the mode for that everywhere: whichever slope is followed, the posterior itself decides whether a
    move is made, so that a poor slope costs refusals and no truth.
    """
    import emcee

    variance = posterior.emulator.predict(at[None])[1][0] + posterior.luck
    factor = np.linalg.cholesky(covariance)

    def moved(points: Floats, rng: Any) -> tuple[Floats, Floats]:
        step, number = STEP * rng.uniform(0.7, 1.3), rng.randint(1, LONGEST + 1)
        momentum = rng.standard_normal(points.shape)
        before = (momentum**2).sum(axis=1)
        momentum = momentum + 0.5 * step * posterior.slopes(points, variance) @ factor
        for left in reversed(range(number)):
            points = points + step * momentum @ factor.T
            momentum = momentum + (step if left else 0.5 * step) * posterior.slopes(points, variance) @ factor
        return points, 0.5 * (before - (momentum**2).sum(axis=1))

    return emcee.moves.MHMove(moved)


def sample(
    density: Callable[[Floats], Floats], start: Floats, steps: int, seed: int, judged: bool = True, along: Any = None
) -> Chains:
    """Sample a log density from a walker at each start, by moves of differential evolution and moves `along` (emcee).

    Not `judged`, R-hat and effective sizes are nan: they cost more than a short chain.
    """
    import emcee

    walkers, number = start.shape
    moves = [(emcee.moves.DEMove(), 0.25), (emcee.moves.DESnookerMove(), 0.05), *([(along, 0.7)] if along else [])]
    sampler = emcee.EnsembleSampler(walkers, number, density, moves=moves, vectorize=True)
    state = emcee.State(start, random_state=np.random.RandomState(seed % 2**32).get_state())  # noqa: NPY002
    sampler.run_mcmc(state, steps, skip_initial_state_check=True)
    kept = sampler.get_chain(discard=int(DISCARDED * steps))
    unknown = np.full(number, np.nan)
    return Chains(kept, *(judge(kept) if judged else (unknown, unknown)))


def judge(points: Floats) -> tuple[Floats, Floats]:
    """R-hat by rank and effective sample size of each coordinate, of chains [steps, walkers, P]."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a library that announces its next version
        logging.getLogger("arviz.preview").setLevel(logging.WARNING)  # which tells what of it is not there
        import arviz

        data = arviz.convert_to_dataset({"x": np.swapaxes(points, 0, 1)})
        r_hat: Floats = np.asarray(arviz.rhat(data)["x"], np.float64)
        effective: Floats = np.asarray(arviz.ess(data)["x"], np.float64)
        return r_hat, effective


def sampled(posterior: Posterior, steps: int, seed: int, start: Floats | None = None, judged: bool = True) -> Chains:
    """Chains of a posterior, begun about its mode."""
    at, covariance = mode(posterior, np.zeros(len(posterior.spread)) if start is None else start)
    walkers = 2 * int(np.ceil(WALKERS * len(at) / 2)) + 2
    begun = spread_out(at, covariance, posterior, walkers, seed)
    return sample(posterior, begun, steps, seed, judged, hamiltonian(posterior, at, covariance))

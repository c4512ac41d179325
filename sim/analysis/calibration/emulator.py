"""A statistical emulator of a simulator: a ridge mean of every output, Gaussian processes on what it leaves.

Constants of destinations and channels act nearly linearly on log flows: a ridge on all coordinates and their squares
takes them up. What it leaves is told by its principal components, each a Gaussian process on the free coordinates and
on the directions in which constants matter most. Noise is the luck of a run and no part of a prediction's variance.
"""

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve, solve_triangular
from scipy.spatial.distance import cdist

Floats = NDArray[np.float64]
MOST_COMPONENTS, EXPLAINED = 8, 0.9
"""At most so many components, as many as explain this share of what the mean leaves, in standard errors of the
observed; the rest of it is luck."""
DIRECTIONS = 3
"""Directions of nuisance coordinates that the Gaussian processes see."""
MOST_RUNS = 700
"""Runs that train a Gaussian process at most: cost grows with the cube."""
TRIED = 300
"""Runs on which lengths and variances are found."""
_PENALTIES = np.logspace(-2, 4, 25)


@dataclass(frozen=True)
class _Process:
    """A Gaussian process of one component, trained."""

    length: Floats  # of each input
    signal: float  # variance
    noise: float  # variance: luck
    cholesky: Floats
    weights: Floats  # [n]

    def predict(self, inputs: Floats, at: Floats, variance: bool) -> tuple[Floats, Floats]:
        near = self._near(inputs, at)
        mean = near @ self.weights
        if not variance:
            return mean, np.zeros(len(at))
        known = solve_triangular(self.cholesky, near.T, lower=True, check_finite=False)
        return mean, np.maximum(self.signal - (known**2).sum(axis=0), 0.0)

    def slope(self, inputs: Floats, at: Floats) -> Floats:
        """By how much the mean rises with each input, [n, inputs]."""
        near = self._near(inputs, at) * self.weights
        return np.asarray((near @ inputs - near.sum(axis=1, keepdims=True) * at) / self.length**2)

    def _near(self, inputs: Floats, at: Floats) -> Floats:
        return np.asarray(self.signal * np.exp(-0.5 * cdist(at / self.length, inputs / self.length, "sqeuclidean")))


class Emulator:
    """What a simulator would give at any point, with the variance of not having run it there.

    `points` [n, P], `outputs` [n, J] of runs, `scale` [J] in which outputs are weighed against each other; the first
    `free` coordinates are those of free parameters.
    """

    def __init__(self, points: Floats, outputs: Floats, scale: Floats, free: int, seed: int = 0) -> None:
        self.centre, self.scale = outputs.mean(axis=0), np.asarray(scale, float)
        self.low, self.high = points.min(axis=0), points.max(axis=0)
        self.free = free
        scaled = (outputs - self.centre) / self.scale
        self._fit_ridge(points, scaled)
        self._choose_directions(points.shape[1])
        rest = scaled - self._mean(points)
        _, sizes, rows = np.linalg.svd(rest, full_matrices=False)
        explained = np.cumsum(sizes**2) / max(float((sizes**2).sum()), 1e-300)
        number = min(int(np.searchsorted(explained, EXPLAINED)) + 1, MOST_COMPONENTS, len(sizes))
        self.rows = rows[:number] * np.sign(rows[np.arange(number), np.abs(rows[:number]).argmax(axis=1)])[:, None]
        scores = rest @ self.rows.T
        self.left_out = (rest - scores @ self.rows).var(axis=0)
        kept = np.arange(len(points))
        if len(kept) > MOST_RUNS:
            kept = np.sort(np.random.default_rng(seed).choice(len(kept), MOST_RUNS, replace=False))
        self.inputs = self._inputs(points[kept])
        self._processes = [_trained(self.inputs, scores[kept, one]) for one in range(number)]

    # the mean

    def _features(self, points: Floats) -> Floats:
        x = (points - self.middle) / self.spread
        return np.concatenate([np.ones((len(x), 1)), x, x**2 - 1.0], axis=1)

    def _fit_ridge(self, points: Floats, outputs: Floats) -> None:
        """Ridge of every output, its penalty by generalised cross-validation."""
        self.middle, self.spread = points.mean(axis=0), np.maximum(points.std(axis=0), 1e-9)
        left, sizes, self.right = np.linalg.svd(self._features(points), full_matrices=False)
        turned, total = left.T @ outputs, (outputs**2).sum(axis=0)
        shares = sizes[:, None] ** 2 / (sizes[:, None] ** 2 + _PENALTIES)  # [features, penalties]
        rest = total[:, None] - np.einsum("fj,fp->jp", turned**2, 1.0 - (1.0 - shares) ** 2)
        freedom = np.maximum(len(points) - shares.sum(axis=0), 1.0)
        chosen = _PENALTIES[np.argmin(rest / freedom**2, axis=1)]  # [outputs]
        damped = 1.0 / (sizes[:, None] ** 2 + chosen)
        self.coefficients = self.right.T @ (sizes[:, None] * damped * turned)
        at = np.searchsorted(_PENALTIES, chosen)
        self.shrunk = rest[np.arange(len(at)), at] / freedom[at] * damped  # [features, outputs]

    def _mean(self, points: Floats) -> Floats:
        return np.asarray(self._features(points) @ self.coefficients)

    def _choose_directions(self, number: int) -> None:
        """Directions of nuisance that move the outputs most, by the linear part of the mean."""
        linear = self.coefficients[1 + self.free : 1 + number]  # [nuisance, components]
        if not len(linear):
            self.directions = np.zeros((0, 0))
            return
        left, _, _ = np.linalg.svd(linear, full_matrices=False)
        self.directions = left[:, :DIRECTIONS]

    def _inputs(self, points: Floats) -> Floats:
        x = (points - self.middle) / self.spread
        return np.concatenate([x[:, : self.free], x[:, self.free :] @ self.directions], axis=1) if len(
            self.directions
        ) else x[:, : self.free]  # fmt: skip

    # predictions

    def predict(self, points: Floats, variance: bool = True) -> tuple[Floats, Floats]:
        """Mean and variance of the outputs at points, [n, J] each; zeros for a variance that is not asked for."""
        points = np.asarray(points, float)
        inputs = self._inputs(points)
        told = [process.predict(self.inputs, inputs, variance) for process in self._processes]
        scores = np.stack([mean for mean, _ in told], axis=1)
        found = self.centre + (self._mean(points) + scores @ self.rows) * self.scale
        if not variance:
            return found, np.zeros_like(found)
        unsure = np.stack([one for _, one in told], axis=1)
        turned = (self._features(points) @ self.right.T) ** 2
        return found, (unsure @ self.rows**2 + turned @ self.shrunk) * self.scale**2

    def pulled_back(self, points: Floats, slopes: Floats) -> Floats:
        """By how much what rises with each output, `slopes` [n, J], rises with each coordinate, [n, P]."""
        count, slopes = points.shape[1], slopes * self.scale
        of_features, of_scores = slopes @ self.coefficients.T, slopes @ self.rows.T
        found = of_features[:, 1 : 1 + count] + 2.0 * of_features[:, 1 + count :] * (points - self.middle) / self.spread
        inputs = self._inputs(points)
        of_inputs = sum(
            one[:, None] * process.slope(self.inputs, inputs)
            for one, process in zip(of_scores.T, self._processes, strict=True)
        )
        found[:, : self.free] += of_inputs[:, : self.free]
        if len(self.directions):
            found[:, self.free :] += of_inputs[:, self.free :] @ self.directions.T
        return np.asarray(found / self.spread)

    def luck(self) -> Floats:
        """Variance of the outputs of one run about what is expected, [J]."""
        noise = np.array([process.noise for process in self._processes])
        return np.asarray((noise @ self.rows**2 + self.left_out) * self.scale**2)

    def inside(self, points: Floats, margin: float = 0.1) -> NDArray[np.bool_]:
        """Whether points lie within the range of the runs, by a share of it more: beyond, nothing is known."""
        more = margin * (self.high - self.low)
        return np.asarray(((points >= self.low - more) & (points <= self.high + more)).all(axis=1))


def _trained(inputs: Floats, rest: Floats) -> _Process:
    """A Gaussian process of what the mean leaves, its lengths and variances by maximum likelihood."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.gaussian_process import GaussianProcessRegressor
    from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel

    total = max(float(rest.var()), 1e-12)
    kernel = ConstantKernel(0.5, (1e-3, 1e2)) * RBF(np.full(inputs.shape[1], 4.0), (0.5, 50.0)) + WhiteKernel(
        0.5, (1e-4, 2.0)
    )
    tried = np.arange(len(rest))[:: int(np.ceil(len(rest) / TRIED))]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        found = GaussianProcessRegressor(kernel, alpha=1e-8, optimizer=_optimised).fit(
            inputs[tried], rest[tried] / np.sqrt(total)
        )
    signal, noise = found.kernel_.k1.k1.constant_value * total, found.kernel_.k2.noise_level * total
    length = np.broadcast_to(found.kernel_.k1.k2.length_scale, inputs.shape[1:]).astype(float)
    near = signal * np.exp(-0.5 * cdist(inputs / length, inputs / length, "sqeuclidean"))
    near[np.diag_indices_from(near)] += noise + 1e-8 * total
    factor = cho_factor(near, lower=True)
    return _Process(length, float(signal), float(noise), np.tril(factor[0]), cho_solve(factor, rest))


def _optimised(objective: object, start: Floats, bounds: Floats) -> tuple[Floats, float]:
    """Maximum likelihood in few steps: lengths need no more than two digits."""
    from scipy.optimize import minimize

    found = minimize(objective, start, method="L-BFGS-B", jac=True, bounds=bounds, options={"maxiter": 40})
    return found.x, float(found.fun)

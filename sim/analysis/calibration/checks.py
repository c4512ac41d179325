"""Checks of a fit: does it find truths that are known, are its intervals as wide as they say, what informs what."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import kstest

from sim.analysis.calibration.emulator import Emulator
from sim.analysis.calibration.fitting import Fit
from sim.analysis.calibration.sampling import Posterior, mode, sampled

Floats = NDArray[np.float64]
LEVELS = (0.5, 0.8, 0.95)
"""Levels of the intervals whose coverage is told."""
SHORT = 50
"""Steps of a chain of a check: it begins about its mode, and only few draws of it are needed."""
RANKED = 99
"""Draws among which a truth is ranked."""


@dataclass(frozen=True)
class Trials:
    """Fits to data made of known truths: T trials of P coordinates."""

    truths: Floats  # [T, P]
    means: Floats  # [T, P]
    sds: Floats  # [T, P]
    ranks: Floats  # [T, P] share of draws below the truth

    def correlation(self) -> Floats:
        """Correlation of truth and posterior mean, [P]; nan for a truth that never varies."""
        found = np.full(self.truths.shape[1], np.nan)
        for at in range(len(found)):
            if self.truths[:, at].std() > 0 and self.means[:, at].std() > 0:
                found[at] = np.corrcoef(self.truths[:, at], self.means[:, at])[0, 1]
        return found

    def coverage(self) -> Floats:
        """Share of truths inside the central interval of each level, [levels, P]."""
        off = np.abs(self.ranks - 0.5)
        return np.stack([(off <= level / 2).mean(axis=0) for level in LEVELS])

    def uniform(self) -> Floats:
        """Probability, by Kolmogorov and Smirnov, that ranks are even, [P]."""
        return np.array([kstest(column, "uniform").pvalue for column in self.ranks.T])


def recovery(found: Fit, truths: int, seed: int, processes: int = 1) -> Trials:
    """Truths that were run in the first wave, found again by an emulator that has not seen those runs.

    Data are made of a truth's own run, which has luck, with the errors of the observed besides.
    """
    first = found.waves[0]
    held = np.sort(np.random.default_rng(seed).choice(len(first.points), min(truths, len(first.points) // 3), False))
    kept = np.setdiff1d(np.arange(len(first.points)), held)
    emulator = Emulator(first.points[kept], first.outputs[kept], found.observed.scale, len(found.space.free), seed)
    made = (first.points[held], first.outputs[held])
    return _trials(found, emulator, made, emulator.luck(), seed, processes)


def calibration(found: Fit, trials: int, seed: int, processes: int = 1) -> Trials:
    """Simulation-based calibration (Talts et al. 2018) on the emulator of the first wave.

    A truth is drawn from the prior that the first design explores, its outputs from what the emulator says of it.
    """
    first, rng = found.waves[0], np.random.default_rng(seed)
    emulator = Emulator(first.points, first.outputs, found.observed.scale, len(found.space.free), seed)
    truths = rng.standard_normal((trials, len(found.space.names))) * found.space.design_sd
    truths = np.clip(truths, emulator.low, emulator.high)
    mean, variance = emulator.predict(truths)
    outputs = mean + np.sqrt(variance) * rng.standard_normal(mean.shape)
    return _trials(found, emulator, (truths, outputs), np.zeros(len(found.observed)), seed, processes)


def _trials(
    found: Fit, emulator: Emulator, made: tuple[Floats, Floats], luck: Floats, seed: int, processes: int
) -> Trials:
    """Fits to data of truths and their outputs, `made`, which have luck of that variance: each by itself, so that it
    is the same in any number of processes.
    """
    from joblib import Parallel, delayed  # comes with scikit-learn

    rng = np.random.default_rng(seed + 1)
    data = [found.observed.drawn(output, rng) for output in made[1]]
    rows = Parallel(processes, max_nbytes=None)(  # no files between processes
        delayed(_trial)(Posterior(found.space, emulator, one, luck=luck, prior_sd=found.space.design_sd), truth, at)
        for at, (truth, one) in enumerate(zip(made[0], data, strict=True), seed)
    )
    return Trials(made[0], *(np.array(column) for column in zip(*rows, strict=True)))


def _trial(posterior: Posterior, truth: Floats, seed: int) -> tuple[Floats, Floats, Floats]:
    """Means and standard deviations of a short fit, and the share of its draws that lie below the truth, [P] each."""
    from threadpoolctl import threadpool_limits  # comes with scikit-learn

    with threadpool_limits(1):  # the same bits on any number of cores
        draws = sampled(posterior, SHORT, seed, judged=False).drawn(RANKED, seed)
    ties = np.random.default_rng((seed, RANKED)).random(len(truth))
    return draws.mean(axis=0), draws.std(axis=0), ((draws < truth).sum(axis=0) + ties) / (len(draws) + 1)


def contraction(prior_sd: Floats, draws: Floats, weights: Floats) -> Floats:
    """By how much of its width a prior has shrunk, one less the ratio of standard deviations, [P]."""
    means = weights @ draws
    return np.asarray(1.0 - np.sqrt(weights @ (draws - means) ** 2) / prior_sd)


def informed_by(found: Fit) -> dict[str, Floats]:
    """By family of data, how much wider each posterior is without it: ratio of standard deviations less one, [P].

    Of the normal approximation about the mode, so that small differences are told.
    """
    assert found.emulator is not None
    start = found.weights @ found.draws
    widths = {}
    for family in ("", *sorted(set(found.observed.family.tolist()))):
        kept = found.observed.family != family
        part = Posterior(found.space, _of(found.emulator, kept), found.observed.chosen(kept))
        _, covariance = mode(part, start)
        widths[family] = np.sqrt(np.diag(covariance))
    return {family: widths[family] / widths[""] - 1.0 for family in widths if family}


class _Part(Emulator):
    """Some outputs of an emulator."""

    def __init__(self, whole: Emulator, kept: NDArray[np.bool_]) -> None:
        self._whole, self._kept = whole, kept
        self.low, self.high = whole.low, whole.high

    def predict(self, points: Floats, variance: bool = True) -> tuple[Floats, Floats]:
        mean, spread = self._whole.predict(points, variance)
        return mean[:, self._kept], spread[:, self._kept]

    def pulled_back(self, points: Floats, slopes: Floats) -> Floats:
        whole = np.zeros((len(points), len(self._kept)))
        whole[:, self._kept] = slopes
        return self._whole.pulled_back(points, whole)


def _of(whole: Emulator, kept: NDArray[np.bool_]) -> Emulator:
    return _Part(whole, kept)


def strongest(informed: dict[str, Floats], at: int, most: int = 3) -> Sequence[tuple[str, float]]:
    """The families without which a posterior is widest, and by how much."""
    ranked = sorted(((family, float(wider[at])) for family, wider in informed.items()), key=lambda one: -one[1])
    return [one for one in ranked[:most] if one[1] > 0.02]

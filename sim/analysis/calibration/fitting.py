"""A fit from its first design to weighted draws: waves of runs, history matching, chains, fresh runs.

Deterministic in its seed: whoever is killed and begins again, with the runs that are on the disk, comes to the same
bytes.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from sim.analysis.calibration.emulator import Emulator
from sim.analysis.calibration.likelihood import Observed
from sim.analysis.calibration.matching import LIMIT, implausibility, next_wave
from sim.analysis.calibration.sampling import Chains, Posterior, sampled
from sim.analysis.calibration.space import Space

Floats = NDArray[np.float64]
Simulator = Callable[[Floats, int], Floats]
"""Outputs of runs at points [n, P], on the scale of the observed, [n, J]; the number is that of the first run, by which
its luck is drawn."""
ENOUGH = 0.5
"""Share of the draws that must count for weighing to do; with less, the mended emulator is sampled anew."""
MOST_TRAINED = 1500


@dataclass(frozen=True)
class Options:
    """How much is done."""

    waves: int = 3
    runs: int = 500  # of a wave
    fresh: int = 100  # runs at draws of the posterior, in a round
    rounds: int = 4  # of fresh runs at most
    draws: int = 200
    steps: int = 2000  # of the chains
    seed: int = 1


@dataclass(frozen=True)
class Wave:
    """Runs of a wave, and what was known before it."""

    points: Floats
    outputs: Floats
    open_share: float
    plausible_share: float
    closest: float
    """Smallest distance of a run from the observed, in standard errors, all but the share forgiven."""


@dataclass
class Fit:
    """What a fit has found."""

    space: Space
    observed: Observed
    options: Options
    waves: list[Wave] = field(default_factory=list)
    emulator: Emulator | None = None
    chains: Chains | None = None
    draws: Floats = field(default_factory=lambda: np.zeros((0, 0)))  # [draws, P]
    weights: Floats = field(default_factory=lambda: np.zeros(0))
    fresh_bias: Floats = field(default_factory=lambda: np.zeros(0))  # [J] in standard errors of the observed
    fresh_spread: Floats = field(default_factory=lambda: np.zeros(0))  # [J] the standard error of that bias
    effective_draws: float = 0.0
    """Draws that count after weighing; of draws sampled anew, all."""
    resampled: bool = False

    @property
    def points(self) -> Floats:
        """Points of all runs."""
        return np.concatenate([wave.points for wave in self.waves])

    @property
    def outputs(self) -> Floats:
        """Outputs of all runs."""
        return np.concatenate([wave.outputs for wave in self.waves])


Tell = Callable[[str], object]


def fit(space: Space, observed: Observed, simulate: Simulator, options: Options, tell: Tell) -> Fit:
    """Fit a simulator to what was observed."""
    found = Fit(space, observed, options)
    points, open_share, plausible = space.design(options.runs, options.seed), 1.0, np.nan
    for number in range(options.waves):
        tell(f"Wave {number + 1} of {options.waves}: {len(points)} runs")
        outputs = simulate(points, number * options.runs)
        worst = np.sort(observed.implausibility(outputs, np.zeros_like(outputs)), axis=1)
        closest = float(worst[:, len(observed) - 1 - len(observed) // 20].min())
        found.waves.append(Wave(points, outputs, open_share, plausible, closest))
        found.emulator = trained(found)
        if number + 1 < options.waves:
            following = next_wave(space, found.emulator, observed, options.runs, options.seed + number)
            points, open_share, plausible = following.points, following.open_share, following.plausible_share
            tell(f"  {open_share:.2%} of the prior is not ruled out; nearest run within {closest:.1f} standard errors")
    tell(f"Chains of {options.steps} steps on the emulator")
    assert found.emulator is not None
    found.chains = sampled(Posterior(space, found.emulator, observed), options.steps, options.seed)
    return freshened(found, simulate, tell)


def trained(found: Fit) -> Emulator:
    """An emulator of all runs so far; of very many the last wave and those nearest to the observed."""
    points, outputs = found.points, found.outputs
    if len(points) > MOST_TRAINED:
        off = (found.observed.implausibility(outputs, np.zeros_like(outputs)) ** 2).mean(axis=1)
        off[-len(found.waves[-1].points) :] = 0.0
        kept = np.sort(np.argsort(off, kind="stable")[:MOST_TRAINED])
        points, outputs = points[kept], outputs[kept]
    return Emulator(points, outputs, found.observed.scale, len(found.space.free), found.options.seed)


def freshened(found: Fit, simulate: Simulator, tell: Tell) -> Fit:
    """Run the simulator at draws of the posterior, tell the emulator's bias there, and mend it.

    The emulator learns the fresh runs; draws are weighed by how much likelier it then finds them. Where few of them
    would count they are sampled anew, and fresh runs at the new draws tell the bias there, so many rounds at most.
    """
    _draw(found)
    if not found.options.fresh:
        return found
    for number in range(found.options.rounds):
        weights = _learned(found, simulate, number, tell)
        counted = float(1.0 / (weights**2).sum())
        if counted >= ENOUGH * len(weights):
            found.weights, found.effective_draws = weights, counted
            return found
        tell(f"  only {counted:.0f} of {len(weights)} draws would count: chains anew, with the fresh runs")
        assert found.emulator is not None
        new, start = Posterior(found.space, found.emulator, found.observed), found.draws[int(weights.argmax())]
        found.chains = sampled(new, found.options.steps, found.options.seed + 1 + number, start)
        found.resampled = True
        _draw(found)
    return found


def _draw(found: Fit) -> None:
    """Take draws of the chains, all of the same weight."""
    assert found.chains is not None
    found.draws = found.chains.drawn(found.options.draws, found.options.seed)
    found.weights = np.full(len(found.draws), 1.0 / len(found.draws))
    found.effective_draws = float(len(found.draws))


def _learned(found: Fit, simulate: Simulator, number: int, tell: Tell) -> Floats:
    """Make a round of fresh runs and let the emulator learn them; how much likelier it then finds each draw."""
    options, observed, before = found.options, found.observed, found.emulator
    assert before is not None
    at = found.draws[:: max(1, len(found.draws) // options.fresh)][: options.fresh]
    tell(f"{len(at)} fresh runs at draws of the posterior")
    outputs = simulate(at, options.waves * options.runs + number * options.fresh)
    off = (outputs - before.predict(at, variance=False)[0]) / observed.scale
    found.fresh_bias, found.fresh_spread = off.mean(axis=0), off.std(axis=0) / np.sqrt(max(len(at) - 1, 1))
    tell(f"  the emulator is off by {np.abs(found.fresh_bias).max():.2f} standard errors at most")
    worst = implausibility(before, observed, at)
    found.waves.append(Wave(at, outputs, np.nan, float((worst <= LIMIT).mean()), float(worst.min())))
    found.emulator = trained(found)
    new, old = Posterior(found.space, found.emulator, observed), Posterior(found.space, before, observed)
    ratio = new.likelihood(found.draws) - old.likelihood(found.draws)
    weights: Floats = np.exp(ratio - logsumexp(ratio))
    return weights

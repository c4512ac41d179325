"""History matching: which points are not ruled out by what was observed, and where the next runs are made."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.analysis.calibration.emulator import Emulator
from sim.analysis.calibration.likelihood import Observed
from sim.analysis.calibration.sampling import Posterior, sampled
from sim.analysis.calibration.space import Space

Floats = NDArray[np.float64]
LIMIT, FORGIVEN = 3.0, 0.05
"""A point is ruled out if it is further than so many standard errors from more than this share of the observed: by
Pukelsheim's rule 95% of what is right lies within three, whatever the distribution."""
HEAT = 3.0
"""By which the likelihood is flattened for the next wave: standard errors 1.7 times as wide."""
TRIED, STEPS = 5_000, 60


def implausibility(emulator: Emulator, observed: Observed, points: Floats) -> Floats:
    """Standard errors within which all but the share that is forgiven of the observed lies, [n]."""
    worst = np.sort(observed.implausibility(*emulator.predict(points)), axis=1)
    return np.asarray(worst[:, len(observed) - 1 - int(FORGIVEN * len(observed))])


@dataclass(frozen=True)
class Next:
    """Points for the next wave of runs, and what was learnt on the way."""

    points: Floats  # [runs, P]
    open_share: float
    """Share of the prior that is not ruled out."""
    plausible_share: float
    """Share of the points that is not ruled out; the others are the nearest to it."""


def next_wave(space: Space, emulator: Emulator, observed: Observed, runs: int, seed: int) -> Next:
    """Points from a flattened posterior, those that are ruled out left away as far as there are others."""
    rng = np.random.default_rng(seed)
    prior = rng.standard_normal((TRIED, len(space.names))) * space.design_sd
    prior = np.clip(prior, emulator.low, emulator.high)
    open_share = float(np.mean(np.concatenate(
        [implausibility(emulator, observed, part) <= LIMIT for part in np.array_split(prior, 5)]
    )))  # fmt: skip
    flat = Posterior(space, emulator, observed, heat=HEAT)
    found = sampled(flat, STEPS, seed, judged=False).drawn(4 * runs, seed)
    worst = implausibility(emulator, observed, found)
    order = np.argsort(np.maximum(worst, LIMIT), kind="stable")[:runs]
    return Next(found[np.sort(order)], open_share, float((worst[order] <= LIMIT).mean()))

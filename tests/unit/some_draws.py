"""A small file of draws, as a fit would leave it, of parameters of every kind."""

from pathlib import Path

import numpy as np

from sim.model.decision import constants
from sim.numerics.codes import PLACE
from sim.runs.posterior import Posterior

NAMES = ("lambda", "war", "nest_channel", "asylum_poland", "constant_lithuania", "channel_study")


def posterior(n: int = 40, rule: str = "destination_nest", about: dict | None = None) -> Posterior:
    """Draws of which the lambda spreads from .2 to .9, with weights that are not alike."""
    rng = np.random.default_rng(7)
    lambdas = rng.permutation(np.linspace(0.2, 0.9, n))
    lithuania = [constants.load(one).places[PLACE["lithuania"]] for one in lambdas]
    columns = (
        lambdas,
        rng.uniform(0.8, 1.6, n),
        rng.uniform(0.2, 0.8, n),
        rng.uniform(0.5, 2.0, n),
        lithuania + rng.normal(0.0, 0.1, n),
        rng.normal(-4.0, 0.1, n),
    )
    weights = rng.uniform(0.5, 1.5, n)
    told = {"until": None, "recipe": {}, "diagnostics": {}, "version": "0", "time": "2026-11-30"} | (about or {})
    return Posterior(rule, NAMES, np.column_stack(columns), weights / weights.sum(), told)


def file(folder: Path, n: int = 40, rule: str = "destination_nest", about: dict | None = None) -> Path:
    """The file of such draws."""
    return posterior(n, rule, about).save(folder)

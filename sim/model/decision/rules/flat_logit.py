"""Rival rule: the flat logit, staying and every destination alternatives of one kind.

It is the nest with a dissimilarity of 1 for everybody (Z is then 0): who is barred from a destination goes elsewhere
or stays in proportion to the chances of either, so nearly all stay. The machine code is the default rule's.
"""

import numpy as np

from sim.history.coefficients import Behaviour
from sim.model.decision.rules.destination_nest import choose
from sim.model.decision.utility import bound_tables
from sim.model.run_constants import Conditions

__all__ = ["LAMBDA", "choose", "level", "prepare"]

LAMBDA: float | None = 1.0
"""Everybody's dissimilarity."""


def prepare(conditions: Conditions, coefficients: Behaviour) -> Conditions:
    """One run's constants with a dissimilarity of 1 for everybody."""
    table = bound_tables(1.0)
    return conditions._replace(lam=np.ones_like(conditions.lam), bounds=np.stack([table] * len(conditions.lam)))


def level(coefficients: Behaviour) -> float:
    """Rise of the log-odds of leaving if every destination gains one utility."""
    return 1.0

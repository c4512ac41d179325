"""What a run is given besides its people and its luck, and the constants that it makes of that."""

from typing import NamedTuple

import numpy as np

from sim.history.coefficients import Behaviour
from sim.history.compiled import World
from sim.history.history import History
from sim.model.decision.constants import Constants
from sim.model.decision.utility import bound_tables
from sim.model.run_constants import Conditions, Reference, reference, visa_propensity
from sim.population.lives import Lives
from sim.population.lives import lives as rates_on_file
from sim.population.saving import turns
from sim.population.schema import NOBODY, Columns

WATCHED = 25_000
"""Most people whose utilities are all computed in a month, for expected flows."""
ROTATIONS = (1, 2, 3, 4, 6, 12)
"""Months among which a panel may be shared out: so many that every unit is watched equally often in each year."""


class Inputs(NamedTuple):
    """What a run is given besides its people and its luck."""

    history: History
    world: World
    behaviour: Behaviour
    constants: Constants
    lives: Lives | None = None  # rates of births and deaths other than those on file
    reference: Reference | None = None  # counts of other people, to compare worlds of different people


def conditions(
    people: Columns,
    one_in: int,
    inputs: Inputs,
    seed: int,
    trait_seed: int,
) -> Conditions:
    """Constants of one run; `seed` makes the luck of the replicate, `trait_seed` made that of the people."""
    coefficients, constants = inputs.behaviour, inputs.constants
    lam = coefficients.lambda_
    alive = max(1, int(np.count_nonzero(people.member != NOBODY)))
    rotation = next((months for months in ROTATIONS if alive <= WATCHED * months), ROTATIONS[-1])
    panel = int(min(1.0, WATCHED * rotation / alive) * 2**32)
    pooled = np.array(
        [
            lam + coefficients.by_motive * (own - lam)
            for own in (coefficients.lambda_threatened, coefficients.lambda_other)
        ]
    )
    return Conditions(
        seed,
        trait_seed,
        one_in,
        pooled,
        np.stack([bound_tables(own) for own in pooled]),
        constants.places,
        constants.channels,
        inputs.reference or reference(people, one_in, coefficients.detained_women),
        visa_propensity(),
        turns(coefficients.savings_spell),
        panel,
        rotation,
        one_in * rotation / (panel / 2**32),
        inputs.lives or rates_on_file(),
    )

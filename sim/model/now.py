"""The month as it stands: all that a rule is told besides the person, as one thing handed over by its address."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.history.coefficients import Behaviour
from sim.history.compiled import World
from sim.model.decision.units import N_AGES, N_CLASSES
from sim.model.decision.utility import MINUS_INFINITY
from sim.model.run_constants import Circles, Conditions
from sim.numerics.codes import N_CHANNELS, N_PLACES

OFFER = np.dtype(
    [
        ("value", "f8"),  # weight from Belarus, 0 if one cannot get there
        ("onward", "f8"),  # weight from elsewhere: no exit from Belarus needed
        ("open", "f8"),  # the same, were the destination open
        ("free", "f8"),  # the same, and without a queue
        ("fare", "f8"),  # EUR a person
        ("each", "f8"),  # EUR an adult: fee and funds to show
        ("credit", "f8"),  # EUR an adult: what one could pay back from what is left of one's pay there
        ("place", "u1"),
        ("channel", "u1"),
        ("lot", "u1"),  # 1 if the way is wider for the class than for people of no group
        ("youngest", "u1"),  # years
        ("oldest", "u1"),  # years
    ],
    align=True,
)
"""A channel of a destination on offer to a choice class, packed so that a unit reads its offers in one sweep.

Weights are `exp((v - base) / mu)`, v the utility, base that of the place in `Options.free`
(`sim.model.decision.doors`)."""


class Options(NamedTuple):
    """What is on offer in a month, by choice class."""

    offers: NDArray[np.void]  # OFFER [classes, places * channels * ages]
    lengths: NDArray[np.int64]  # [classes] offers, the first of each row
    near: NDArray[np.float64]  # [classes, places] value of a place by all its channels, whatever they cost
    free: NDArray[np.float64]  # [classes, places] the same, were everything open
    unrelated: NDArray[np.float64]  # [classes, places] the same to who has no close people there: but by family
    top: NDArray[np.float64]  # [classes] largest of these
    living: NDArray[np.float64]  # [classes, places] value of living in a place, its constant and channels apart
    pending: NDArray[np.bool_]  # [1] whether closures are announced that are not yet in force
    rush: NDArray[np.float64]  # [classes] what they will take away
    moved: NDArray[np.uint8]  # [employers] place to which each takes its staff, 0 if nowhere
    apart: NDArray[np.float64]  # [1] factor on the weight of a channel by which the head would go ahead


def no_options(employers: int = 1, by_age: bool = False) -> Options:
    """Options of a month before they are filled: nothing on offer; `employers` counts number 0, none.

    With room for an offer to the people of each age, if rules of the month go `by_age`.
    """
    return Options(
        offers=np.zeros((N_CLASSES, N_PLACES * N_CHANNELS * (N_AGES if by_age else 1)), OFFER),
        lengths=np.zeros(N_CLASSES, np.int64),
        near=np.full((N_CLASSES, N_PLACES), MINUS_INFINITY),
        free=np.full((N_CLASSES, N_PLACES), MINUS_INFINITY),
        unrelated=np.full((N_CLASSES, N_PLACES), MINUS_INFINITY),
        top=np.full(N_CLASSES, MINUS_INFINITY),
        living=np.full((N_CLASSES, N_PLACES), MINUS_INFINITY),
        pending=np.zeros(1, np.bool_),
        rush=np.zeros(N_CLASSES),
        moved=np.zeros(employers, np.uint8),
        apart=np.ones(1),
    )


class Now(NamedTuple):
    """What holds in a month: rules and prices, what is on offer, what circles know, and the run's constants."""

    month: int
    law: NDArray[np.void]  # LAW [places, channels]
    rules: NDArray[np.void]  # RULES [places, channels]
    openness: NDArray[np.float64]  # [places, instruments, columns]
    places: NDArray[np.void]  # PLACES [places]
    demand: NDArray[np.float64]  # [places, sectors]
    belarus: Any  # BELARUS
    risk: NDArray[np.float64]  # [exposures]
    between: NDArray[np.float64]  # [places, places] km
    options: Options
    circles: Circles
    coefficients: Behaviour
    run: Conditions
    """One run's constants."""
    called: NDArray[np.float64]
    """Men who may be called this month, persons [N_CALLED]; see `sim.model.processes.muster`."""


def at_month(
    month: int,
    world: World,
    options: Options,
    circles: Circles,
    coefficients: Behaviour,
    run: Conditions,
    called: NDArray[np.float64],
) -> Now:
    """A month of a world as its rules find it."""
    return Now(
        month,
        world.law,
        world.rules[month],
        world.openness[month],
        world.places[month],
        world.demand[month],
        world.belarus[month],
        world.risk[month],
        world.between,
        options,
        circles,
        coefficients,
        run,
        called,
    )

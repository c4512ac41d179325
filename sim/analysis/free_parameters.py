"""What a fit of the model moves, under a rule of decision: the space of its parameters, and runs at points of it."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.analysis.calibration.space import Space
from sim.model.decision import constants
from sim.model.decision.rules import rule
from sim.numerics.codes import CHANNEL, PLACE
from sim.runs.given import OF_CHANNEL, OF_PLACE
from sim.runs.outputs import Asked
from sim.runs.priors import Free, free, of_constants

Floats = NDArray[np.float64]
EXPLORED = (0.5, 0.7)
"""Standard deviations with which a first design explores constants of destinations and of channels, in utility: later
waves go where the observed leads (assumption: what free parameters do to a level is of this size)."""
LAMBDA = "lambda"


@dataclass(frozen=True)
class FreeParameters:
    """Free parameters and constants under a rule."""

    decision: str

    @cached_property
    def free(self) -> list[Free]:
        """Free parameters that count under the rule; lambda only where the rule has one."""
        fixed = rule(self.decision).lam is not None
        return [one for one in free().values()
                if (not one.rules or self.decision in one.rules) and not (fixed and one.name == LAMBDA)]  # fmt: skip

    @cached_property
    def constants(self) -> list[tuple[str, str, int]]:
        """Constants that are fitted, those that are inverted: their name, their kind, and their code."""
        found = []
        for kind, codes, stated in zip((OF_PLACE, OF_CHANNEL), (PLACE, CHANNEL), constants.on_file(), strict=True):
            found += [(f"{kind}{name}", kind, codes[name]) for name, one in stated.items() if one.values is not None]
        return found

    @cached_property
    def space(self) -> Space:
        """The space of the fit."""
        places, channels = of_constants()
        of_place = [kind == OF_PLACE for _, kind, _ in self.constants]
        return Space(
            [one.name for one in self.free],
            [one.prior for one in self.free],
            [name for name, _, _ in self.constants],
            [places.second if is_place else channels.second for is_place in of_place],
            [EXPLORED[0] if is_place else EXPLORED[1] for is_place in of_place],
        )

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns of a posterior; lambda among them where the rule sets it, too."""
        names = self.space.names
        return names if LAMBDA in names else (LAMBDA, *names)

    def values(self, points: Floats) -> Floats:
        """What a user would set at points: values in the order of `names`, [n, names]; of constants the whole."""
        found = self.space.values(points)
        if LAMBDA not in self.space.names:
            found = np.column_stack([np.full(len(found), rule(self.decision).lam), found])
        lambdas = found[:, self.names.index(LAMBDA)]
        for number, lambda_ in enumerate(lambdas):
            tables = constants.load(float(lambda_), self.decision)
            for name, kind, code in self.constants:
                table = tables.places if kind == OF_PLACE else tables.channels
                found[number, self.names.index(name)] += table[code]
        return found

    def asked(self, points: Floats, first: int) -> list[Asked]:
        """Runs at points, the first with that number of luck."""
        rows = self.values(points)
        at = self.names.index(LAMBDA)
        return [
            Asked(float(row[at]), {name: float(value) for name, value in zip(self.names, row, strict=True)
                                   if name != LAMBDA}, first + number)
            for number, row in enumerate(rows)
        ]  # fmt: skip

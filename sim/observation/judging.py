"""By how much an observation is expected to be off the model: the errors of `conf/validation.yaml` in numbers.

`sim.observation.registered` reads the file; here its families of errors become one standard deviation, of the log or in
the unit, with the tails of Student's t where the file asks for them. Where the file has no error (inputs, what is left
out) the row's own tolerance stands for it: such rows are told and not scored.
"""

import math
from typing import NamedTuple

from sim.observation.observed import STOCKS, Pattern, patterns, with_tolerance
from sim.observation.registered import COUNT, INCREMENT, SHARE, Error, registered, targets
from sim.observation.yardstick import CHANGES

ADDED = "added"
NORMAL = math.inf
"""Degrees of freedom of a normal error."""


class Spread(NamedTuple):
    """Error of an observation with the discrepancy: of the log or in the unit, with so many degrees of freedom."""

    sd: float
    logged: bool
    degrees: float = NORMAL


def role(pattern: Pattern) -> str:
    """The role of a pattern; `ADDED` of what was read after the fit was seen, so that no threshold counts it."""
    return ADDED if pattern.added else targets()[pattern].role


def spread(pattern: Pattern) -> Spread:
    """The error of a pattern."""
    error, value = targets()[pattern].error, pattern.observed
    if error is None or (error.family == SHARE and pattern.unit not in ("%", "% at least")):
        return _tolerance(pattern)
    return _of(error, value, pattern.quantity, value - _before(pattern) if error.family == INCREMENT else 0.0)


def to_come(quantity: str, destination: str, value: float, change: float = 0.0, unit: str = "persons") -> Spread:
    """The error of an observation not yet made, of which the model says `value`.

    Errors are those of the last observed year; `change` is that of a register since it was last observed.
    """
    days = ("2022-12-31", "2022-12-31") if quantity in STOCKS else ("2022-01-01", "2022-12-31")
    asked = Pattern(quantity, quantity, destination, *days, value, unit, "", "", "")
    target = registered().target(asked)
    if target is None or target.error is None:
        return _tolerance(with_tolerance(asked))
    return _of(target.error, value, quantity, change)


def _tolerance(pattern: Pattern) -> Spread:
    relative, changes = pattern.kind == "relative", pattern.quantity in CHANGES
    sd = pattern.tolerance * (abs(pattern.observed) if relative and changes else 1.0)
    return Spread(sd, relative and not changes)


def _of(error: Error, value: float, quantity: str, change: float) -> Spread:
    discrepancy = error.discrepancy or 0.0
    if error.family == SHARE:
        share = min(max(value, 0.0), 100.0)
        return Spread(math.sqrt(share * (100.0 - share) / (error.sample or 1.0) + discrepancy**2), False)
    sd = math.hypot(error.sd or 0.0, discrepancy)
    if error.family == COUNT:
        sd = math.hypot(sd, 1.0 / math.sqrt(max(value, 1.0)))
    if error.family == INCREMENT:
        sd = math.hypot(sd * abs(change) / max(abs(value), 1.0), error.level or 0.0)
    degrees = error.degrees or NORMAL
    return Spread(sd * abs(value), False, degrees) if quantity in CHANGES else Spread(sd, True, degrees)


def _before(pattern: Pattern) -> float:
    """The observation of a register before a pattern's; the pattern's own where it is the first."""
    past = [one for one in patterns() if (one.quantity, one.destination) == (pattern.quantity, pattern.destination)
            and one.end < pattern.end]  # fmt: skip
    return max(past, key=lambda one: one.end).observed if past else pattern.observed

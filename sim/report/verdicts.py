"""Whether a number is told, which phrase stands in its place, and how sure it is: one rule for text, cells and charts.

Three phrases stand for a number that is not told, and the first of them that fits is said:

- *no difference*: the two worlds give the same number in every replicate, so that nobody in the sample is counted in
  one of them only. It is exact for the sample, and a larger one may show otherwise.
- *cannot tell at this sample*: the 90% interval of a difference holds zero.
- *few*: fewer simulated people than `MINIMUM`, in all replicates together, stand behind the number.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from sim.runs.disclosure import MINIMUM, agents, rounded

TOLD, FEW, UNSURE, SAME = "told", "few", "cannot tell at this sample", "no difference"
"""Verdicts; all but the first are what is written instead of a number."""
BRIEF = {FEW: FEW, UNSURE: "cannot tell", SAME: SAME}
"""The phrases as cells of a table, where there is no room for more."""
FIRM, ROUGH, OPEN = "firm", "rough", "open"
"""How sure a number is: see `how_sure`."""
ALIKE = 1.5
"""Largest ratio of sizes at two lambdas that still counts as one size (assumption: half as much again is another)."""


class Ends(NamedTuple):
    """An estimate and the ends of its 90% interval, as they are printed; ends that are not a number are not known."""

    estimate: float
    low: float
    high: float

    @property
    def touches_zero(self) -> bool:
        """Whether zero lies inside the interval or at an end of it."""
        return self.low <= 0.0 <= self.high


def verdict(ends: Ends, is_few: bool = False, is_part: bool = False) -> str:
    """Whether a number is told, or the phrase that stands in its place.

    A number of lives in a category (`is_part`) cannot be negative: it is told though its interval begins at zero, and
    `how_sure` then says that it is open.
    """
    if math.isnan(ends.estimate):
        return UNSURE
    if ends.estimate == ends.low == ends.high == 0.0:
        return SAME
    if ends.touches_zero and not is_part:
        return UNSURE
    return FEW if is_few else TOLD


def too_few(persons: float, one_in: float, replicates: int) -> bool:
    """Whether too few simulated people stand behind a mean number of persons, or it is rounded to nothing."""
    return bool(agents(persons, one_in, replicates) < MINIMUM) or not rounded(persons, one_in)


def how_sure(main: Ends, others: Sequence[Ends | None]) -> str:
    """What holds of a number that is told: at the main lambda, and at the others that were asked; None is not told.

    *open*: somewhere the interval touches zero, the sign is another, or no number is told. *firm*: nowhere so, and the
    sizes are at most `ALIKE` apart. *rough*: nowhere so, but the sizes differ. Nothing is said of a number that was
    asked at one lambda only and lies clear of zero.
    """
    asked = [main, *others]
    if any(one is None or one.touches_zero or one.estimate * main.estimate <= 0 for one in asked):
        return OPEN
    sizes = [abs(one.estimate) for one in asked if one is not None]
    if len(sizes) == 1:
        return ""
    return FIRM if max(sizes) <= ALIKE * min(sizes) else ROUGH

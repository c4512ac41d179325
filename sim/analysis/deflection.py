"""Effective deflection: of the arrivals that closed countries lose, the share that other countries gain.

Lambda acts on one month's decision. Who was kept from going may try again a year later, and then go elsewhere, so that
the share to the end is another than lambda says of one month, in most cases a larger one. Natural experiments measure
about a year: the deflection of twelve months is to be set beside the evidence.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.analysis.estimates import Estimate, ratio
from sim.runs.run import Run

HORIZONS: dict[str, int | None] = {"deflection_12": 12, "deflection_end": None}
"""Measures, and the months over which each sums, from the first month that differs; None is to the end of the run."""


def acts_from(paired: Sequence[tuple[Run, Run]], start: int) -> int:
    """First month from `start` on in which expected arrivals differ between the worlds, `start` if they never do."""
    differs = np.any([(one.expected != other.expected).any(axis=(1, 2)) for one, other in paired], axis=0)
    months = np.flatnonzero(differs[start:])
    return start + int(months[0]) if len(months) else start


def changes(
    paired: Sequence[tuple[Run, Run]], start: int, closed: Sequence[int], months: int | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Expected arrivals from Belarus that the `closed` places lose and all others gain, float64[replicates], persons.

    They are summed over `months` from the first month that differs, or to the end of the run.
    """
    first = acts_from(paired, start)
    span = slice(first, None if months is None else first + months)
    change = np.array([(other.expected[span] - one.expected[span]).sum(axis=(0, 2)) for one, other in paired])
    inside = np.isin(np.arange(change.shape[1]), closed)
    return -change[:, inside].sum(axis=1), change[:, ~inside].sum(axis=1)


def deflections(
    paired: Sequence[tuple[Run, Run]], start: int, closed: Sequence[int], drawn: bool = False
) -> dict[str, Estimate]:
    """Share of what the closed places lose that others gain, by measure of `HORIZONS`.

    Of a scenario that opens places loss and gain are both below 0, and the share is that of those who come by it whom
    others lose. The share itself is below 0 where others move the same way, as by a change at home; not a number where
    the loss cannot be told from 0. Of replicates that are `drawn` the intervals are predictive.
    """
    found = {}
    for measure, months in HORIZONS.items():
        lost, gained = changes(paired, start, closed, months)
        found[measure] = ratio(gained, lost, drawn)
    return found

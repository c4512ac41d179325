"""A run as expected, not as drawn: what a fit compares with observations, without most of the luck of a sample.

Departures from Belarus are hazards summed over everybody. What depends on who left, and stocks, are as they were drawn.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sim.numerics.codes import PLACE
from sim.observation.counts import Asked, places_of
from sim.observation.observed import STOCKS, Pattern
from sim.observation.quantities import QUANTITIES
from sim.observation.seen import Seen
from sim.runs.run import Run

Floats = NDArray[np.float64]
SHRUNK = 20
"""Agents that are added to both sums of a ratio of drawn and expected, so that few agents move it little."""
_BELARUS = PLACE["belarus"]


def as_expected(run: Run) -> Run:
    """The run with expected departures from Belarus in the place of those drawn."""
    flows = run.flows.astype(float)
    flows[:, _BELARUS] = run.expected
    return replace(run, flows=flows)


def drawn_over_expected(expected: Floats, drawn: Floats, one_in: int) -> Floats:
    """Ratio of what is drawn to what is expected, over all runs, float64[...] of two float64[runs, ...].

    Some of those expected wait for a way or for means before they leave; over many runs that share is well known.
    """
    few = SHRUNK * one_in
    with np.errstate(invalid="ignore"):
        ratio = (np.nansum(drawn, axis=0) + few) / (np.nansum(expected, axis=0) + few)
    found: Floats = np.where(np.isfinite(ratio) & (ratio > 0.0), ratio, 1.0)
    return found


def leavers(run: Run) -> Floats:
    """Expected departures from Belarus by calendar year and destination, [years, places]; of whole years."""
    years = len(run.expected) // 12
    return np.asarray(run.expected[: 12 * years].sum(axis=2).reshape(years, 12, -1).sum(axis=1), float)


def outputs(seen: Seen, patterns: Sequence[Pattern]) -> Floats:
    """What a run gives for each pattern, in the pattern's unit, as expected; nan where nobody was there to be asked."""
    smooth = seen._replace(run=as_expected(seen.run))
    return np.array([measure(smooth if pattern.quantity not in STOCKS else seen, pattern) for pattern in patterns])


def drawn(seen: Seen, patterns: Sequence[Pattern]) -> Floats:
    """The same as it was drawn."""
    return np.array([measure(seen, pattern) for pattern in patterns])


def measure(seen: Seen, pattern: Pattern) -> float:
    """What a run gives for a pattern, in the pattern's unit."""
    channels = (pattern.item,) if pattern.item else ()
    asked = Asked(places_of(pattern.destination, seen.world), pattern.start, pattern.end, channels)
    return float(QUANTITIES[pattern.quantity].measure(seen, asked))

"""What a fit compares with what was observed: the patterns registered for it, and outputs of runs on their scales."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.analysis.calibration.likelihood import COUNT, LEAST, NORMAL, STUDENT, Observed
from sim.observation.observed import Pattern
from sim.observation.registered import COUNT as OF_COUNTS
from sim.observation.registered import FIT, INCREMENT, LOG, SHARE, Error, of_role, targets

Floats = NDArray[np.float64]


def measured() -> list[Pattern]:
    """Every pattern whose role is the fit, to the end of 2022: what is kept of each run, whatever window is fitted.

    Of two observations of one quantity, place and period the first counts, so that nothing is fitted twice.
    """
    found: dict[tuple[str, ...], Pattern] = {}
    for one in of_role(FIT):
        found.setdefault((one.quantity, one.destination, one.start, one.end, one.item), one)
    return list(found.values())


@dataclass(frozen=True)
class Fitted:
    """Observations of a window, and how the outputs of runs are set beside them."""

    patterns: Sequence[Pattern]  # all that are measured
    until: str | None
    least: float
    """Persons that stand for nobody in a logarithm: half of what one agent stands for."""

    @cached_property
    def rows(self) -> list[tuple[int, int]]:
        """Of each observation the pattern, and the earlier one of the same register, -1 where it is no change."""
        found = []
        for at, pattern in enumerate(self.patterns):
            if self.until is not None and pattern.end[:7] > self.until:
                continue
            before = self._before(at) if _error(pattern).family == INCREMENT else -1
            if before >= 0 or _error(pattern).family != INCREMENT:
                found.append((at, before))
        return found

    def _before(self, at: int) -> int:
        """The latest observation of a register before this one, -1 if there is none."""
        ours = self.patterns[at]
        earlier = [(other.end, number) for number, other in enumerate(self.patterns)
                   if (other.quantity, other.destination) == (ours.quantity, ours.destination)
                   and other.end < ours.end]  # fmt: skip
        return max(earlier)[1] if earlier else -1

    @property
    def names(self) -> list[str]:
        """A name of each observation."""
        return [_name(self.patterns[at]) + (f" since {self.patterns[before].end}" if before >= 0 else "")
                for at, before in self.rows]  # fmt: skip

    @cached_property
    def observed(self) -> Observed:
        """The observations with their errors."""
        told = [_observation(self.patterns[at], self.patterns[before] if before >= 0 else None)
                for at, before in self.rows]  # fmt: skip
        kind, value, sd, degrees = zip(*told, strict=True)
        family = [targets()[self.patterns[at]].name for at, _ in self.rows]
        return Observed(np.array(kind), np.array(value), np.array(sd), np.array(degrees), np.array(family))

    def on_scale(self, outputs: Floats) -> Floats:
        """Outputs of runs [n, patterns], in units, on the scale of the observations, [n, J].

        A share that could not be told, for nobody was there, is the middle of those that could.
        """
        columns = []
        for (at, before), kind in zip(self.rows, self.observed.kind, strict=True):
            column = outputs[:, at]
            if before >= 0:
                column = column - outputs[:, before]
            elif kind in (STUDENT, COUNT):
                column = np.log(np.maximum(column, 1.0 if kind == COUNT else self.least))  # claims are hazards summed
            middle = np.nanmedian(column) if np.isfinite(column).any() else 0.0
            columns.append(np.where(np.isfinite(column), column, middle))
        return np.stack(columns, axis=1)


def _error(pattern: Pattern) -> Error:
    error = targets()[pattern].error
    assert error is not None  # what is fitted has one
    return error


def _name(pattern: Pattern) -> str:
    return " ".join(filter(None, (pattern.quantity, pattern.item, pattern.destination, pattern.start)))


def _observation(pattern: Pattern, before: Pattern | None) -> tuple[int, float, float, float]:
    """Kind of error, value, standard deviation with the discrepancy, and degrees of freedom of an observation."""
    error = _error(pattern)
    both = np.hypot(error.sd or 0.0, error.discrepancy or 0.0)
    if error.family == LOG:
        return STUDENT, float(np.log(pattern.observed)), float(both), error.degrees or 0.0
    if error.family == INCREMENT:
        assert before is not None
        change = pattern.observed - before.observed
        levels = (error.level or 0.0) * np.hypot(pattern.observed, before.observed)
        return STUDENT, change, float(np.hypot(both * change, levels)), error.degrees or 0.0
    if error.family == OF_COUNTS:
        return COUNT, pattern.observed, float(both), 0.0
    assert error.family == SHARE and error.sample is not None
    chance = 100.0 * np.sqrt(max(pattern.observed * (100.0 - pattern.observed), 100.0) / 1e4 / error.sample)
    kind = LEAST if pattern.unit.endswith("at least") else NORMAL
    return kind, pattern.observed, float(np.hypot(chance, error.discrepancy or 0.0)), 0.0

"""Calls to arms by kind: the regular draft, reserve officers called by decree, men who have served called again.

The model notes all three as one event with a reason, and sums their hazards. Here they are told apart: what was counted
by the reason, what was expected as the hazard of each kind times the men whom a month's muster finds for it. The latter
knows nothing of those who die or are detained later in the month, some in ten thousand.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from sim.model.processes.muster import LIABLE, OFFICERS, RESERVISTS, WITHIN_REACH
from sim.model.run_constants import monthly_hazard
from sim.numerics.codes import EVENT, REASON
from sim.runs.ensemble import Ensemble
from sim.runs.run import Run

KINDS = {"regular": REASON["none"], "officers": REASON["decree"], "reserve": REASON["reserve"]}
"""Kinds of call by name, each with the reason of its events."""
HARM = "drafted"
"""The harm of which they are kinds; a kind of a measure of it stands behind a colon."""
CALLS = tuple(f"{HARM}:{kind}" for kind in KINDS)
COUNTED_AND_EXPECTED = (*CALLS, *(f"{world}expected_{call}" for world in ("", "baseline_") for call in CALLS))
"""Measures of `effects`: differences of what was counted, of what was expected, and the level of the latter."""
Calls = Callable[[Run, int], NDArray[np.float64]]
"""Persons who are expected to be called in a run from a month on, by kind, float64[kinds]."""


def hazards(state: NDArray[np.void], called: NDArray[np.float64]) -> NDArray[np.float64]:
    """Hazard of each kind in a month for a man whom it may call, float64[kinds].

    `state` is the month of `belarus` in the compiled world, `called` the men whom its muster found, in persons.
    """
    summoned = monthly_hazard(state["summoned"], called[LIABLE])
    drafted = min(summoned, monthly_hazard(state["drafted"], called[WITHIN_REACH]))
    decreed = monthly_hazard(state["officers"], called[OFFICERS])
    return np.array([drafted, decreed, monthly_hazard(state["reservists"], called[RESERVISTS])])


def expected(belarus: NDArray[np.void], called: NDArray[np.float64], start: int) -> NDArray[np.float64]:
    """Persons expected to be called from month `start` on, by kind; `called` are the men mustered in each month."""
    found = np.zeros(len(KINDS))
    for month in range(start, len(called)):
        men = called[month, [WITHIN_REACH, OFFICERS, RESERVISTS]]
        found += hazards(belarus[month], called[month]) * men
    return found


def counted(run: Run, start: int, one_in: int) -> NDArray[np.float64]:
    """Persons who were called from month `start` on, by kind."""
    events = run.decisions[(run.decisions["kind"] == EVENT[HARM]) & (run.decisions["month"] >= start)]
    return np.array([float((events["reason"] == reason).sum()) * one_in for reason in KINDS.values()])


def by_kind(paired: Sequence[tuple[Run, Run]], calls: Calls, start: int, one_in: int) -> dict[str, list[float]]:
    """Calls to arms by measure of `COUNTED_AND_EXPECTED`, one value a replicate."""
    values: dict[str, list[float]] = {name: [] for name in COUNTED_AND_EXPECTED}
    for one, other in paired:
        before, after = calls(one, start), calls(other, start)
        events = counted(other, start, one_in) - counted(one, start, one_in)
        for kind, name in enumerate(CALLS):
            values[name].append(float(events[kind]))
            values[f"expected_{name}"].append(float(after[kind] - before[kind]))
            values[f"baseline_expected_{name}"].append(float(before[kind]))
    return values


def calls_of(ensemble: Ensemble) -> Calls:
    """The expected calls to arms in the runs of an ensemble."""

    def found(run: Run, start: int) -> NDArray[np.float64]:
        return expected(ensemble.arguments(run.job)["inputs"].world.belarus, run.called, start)

    return found

"""A run: which it is, and what it leaves: counts and short lists of events, not people."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.model.eventlog import EVENT_TYPE
from sim.model.recording import by_group
from sim.numerics.codes import EVENT
from sim.runs import checks
from sim.runs.sections import section


@section()
class Job:
    """One run to make: a scenario, or a composition by its name, a lambda, a replicate."""

    scenario: checks.Name
    lambda_: checks.ALambda
    replicate: checks.Numbered = 0


@section()
class Other:
    """Another world beside a baseline's, and the feedbacks that are held at the baseline's path in it."""

    scenario: checks.Name
    freeze: checks.Feedbacks = ()


@dataclass(frozen=True)
class Run:
    """What one run leaves; T months, P places, C channels, in persons."""

    job: Job
    flows: NDArray[np.int64]  # [T, from, to, C]
    stocks: NDArray[np.int64]  # [T, P, statuses]
    harms: NDArray[np.int64]  # [T, harms]
    expected_harms: NDArray[np.float64]  # [T, `hazards.EXPECTED`] hazards summed over all lives
    expected: NDArray[np.float64]  # [T, to, C] departures from Belarus
    claims: NDArray[np.float64]  # [T, P] expected claims of protection by who lives there already
    moves: NDArray[np.void]  # MOVE, in order of month: moves, rights to stay lost, claims of protection, births
    wishes: NDArray[np.void]  # WISH, in order of month: units that wished to leave and could not
    blocked: NDArray[np.int64]  # [T] units whose channel closed while they waited or before they left
    residents_by_class: NDArray[np.int64]  # [classes] people at home at the end
    groups: by_group.Counts  # [T, measures, P, groups] in agents, see `sim.model.recording.by_group`
    residents: NDArray[np.int64]  # [T, P, age bands] settled abroad at the end of the month
    employed: NDArray[np.int64]  # [T, P, sectors] those of them who work
    without_work: NDArray[np.int64]  # [T, P] those of 18 to 64 who do not
    prisoners: NDArray[np.int64]  # [T] held on a political charge or sentence at the end of the month
    called: NDArray[np.float64]  # [T, `muster.CALLED`] men who may be called, among whom a draft or a call is spread
    decisions: NDArray[np.void]  # DECISION, in order of month: what was asked for, decided, begun and suffered

    @property
    def departures(self) -> NDArray[np.void]:
        """Departures from Belarus, in order of month."""
        return self.moves[self.moves["kind"] == EVENT["departed"]]


MOVES = tuple(EVENT[name] for name in ("departed", "returned", "onward", "lost", "born", "asylum_sought"))


MOVE = np.dtype([(name, EVENT_TYPE[name]) for name in EVENT_TYPE.names or () if name not in ("row", "detail", "size")])
"""A move of a person, or the loss of the right to stay: the event as it was logged, without the row of storage; and
the birth of who moves later."""


WISH = np.dtype([("month", "i2"), ("reason", "u1"), ("place", "u1"), ("persons", "i4"), ("key", "u8")])
"""A month in which a unit wished to leave and could not: why, where to, its persons, its head."""


DECISIONS = tuple(
    EVENT[name]
    for name in (
        *(
            "applied",
            "granted",
            "refused",
            "blocked",
            "permit",
            "renewed",
            "permanent",
            "other_ground",
            "caught",
            "naturalised",
        ),
        *("pendular_out", "pendular_back", "stay_out", "stay_back", "died"),
        *("volunteered", "deserted"),
        *("detained", "charged", "sentenced", "pardoned", "summoned", "drafted", "arrested_on_return"),
    )
)


DECISION = np.dtype([(name, EVENT_TYPE[name]) for name in ("month", "kind", "place", "channel", "reason", "key")])
"""Something asked for or decided, short work abroad or a short stay begun or ended, a death; of an application, its
grant and its refusal only the head of the unit is noted."""


def wishes(events: NDArray[np.void], one_in: int) -> NDArray[np.void]:
    """The wishes in an event log, with the persons whom each stands for."""
    wished = events[events["kind"] == EVENT["wished"]]
    found = np.zeros(len(wished), WISH)
    for name in ("month", "reason", "place", "key"):
        found[name] = wished[name]
    found["persons"] = wished["size"].astype(np.int64) * one_in
    return found


def moves(events: NDArray[np.void]) -> NDArray[np.void]:
    """The moves, losses of status and claims of protection in an event log, and the births of those who have any."""
    found = _kept(events, MOVES, MOVE)
    born = found["kind"] == EVENT["born"]
    return found[~born | np.isin(found["key"], found["key"][~born])]


def decisions(events: NDArray[np.void]) -> NDArray[np.void]:
    """What was asked for and decided in an event log, moves and losses of status apart."""
    return _kept(events, DECISIONS, DECISION)


def _kept(events: NDArray[np.void], kinds: Sequence[int], record: np.dtype[np.void]) -> NDArray[np.void]:
    chosen = events[np.isin(events["kind"], kinds)]
    found = np.zeros(len(chosen), record)
    for name in record.names or ():
        found[name] = chosen[name]
    return found

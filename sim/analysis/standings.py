"""Standing towards service, mode and education of some people, lived again from what a run keeps of them.

A run keeps what happens to everybody and no state. Who is liable, deferred, serving or of the reserve in a month
follows from the start, the events, birthdays and the luck of the model, by its own rules.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.history.coefficients import Behaviour
from sim.model.processes.muster import DEFERMENT_ENDS_MONTHS, standing_at_18
from sim.model.run_constants import ADULT_MONTHS, LIABILITY_ENDS_MONTHS
from sim.numerics.codes import CONSCRIPTION, EDUCATION, EVENT, MODE, REASON, REGION, SEX
from sim.numerics.luck import PURPOSE, uniform, words
from sim.population.lives import MONTHS_OF_NEW_CLASS, Lives, next_education, zone_of
from sim.population.lives import lives as rates_on_file
from sim.population.schema import Columns
from sim.runs.run import Run

_HOME, _AWAY, _SETTLED, _NOWHERE = (MODE[name] for name in ("home", "pendular", "settled", "nowhere"))
_NEVER, _LIABLE, _DEFERRED = (CONSCRIPTION[name] for name in ("never", "liable", "deferred"))
_FAMILY, _OFFICER = CONSCRIPTION["family"], CONSCRIPTION["reserve_officer"]
_SERVING, _SERVED = CONSCRIPTION["serving"], CONSCRIPTION["served"]
_HIGHER, _DECREE = EDUCATION["higher"], REASON["decree"]
_MORE, _SUMMONS, _NEW_CLASS = PURPOSE["more_events"], PURPOSE["summons"], PURPOSE["new_class"]
_VISITS = {EVENT["stay_out"]: _AWAY}
_MOVES = {EVENT["departed"]: _SETTLED, EVENT["onward"]: _SETTLED, EVENT["returned"]: _HOME}
_SEASONS = {EVENT["pendular_out"]: _AWAY, EVENT["pendular_back"]: _HOME, EVENT["stay_back"]: _HOME}
"""What moves a person within a month, in the order in which it does, and where it leaves them."""


class Standings:
    """Some people month by month: `begin`, `grow_up`, `serve` and `move`, in this order, take them through one."""

    def __init__(
        self,
        people: Columns,
        run: Run,
        behaviour: Behaviour,
        luck: int,
        study_abroad: NDArray[np.float64],
        rates: Lives | None = None,
    ) -> None:
        """`people` at the start; `luck` the seed of the replicate; `study_abroad` float64[months], of the world."""
        self.people, self.behaviour, self.luck, self.study_abroad = people, behaviour, luck, study_abroad
        self.mode, self.standing = people.mode.astype(np.int64), people.conscription.astype(np.int64)
        self.serves_until, self.education = people.serves_until.astype(np.int64), people.education.astype(np.int64)
        self.man = (people.sex == SEX["male"]) & (people.region != REGION["abroad"])
        self.birth, self.rates = people.birth.astype(np.int64), rates or rates_on_file()
        self._order = np.argsort(people.key)
        self.moves, self.decisions = (_by_month(log, people.key, len(run.harms)) for log in (run.moves, run.decisions))

    def begin(self, t: int) -> None:
        """Who dies in month `t` is nowhere."""
        self.mode[self.rows(self.decisions[t], "died")] = _NOWHERE

    def grow_up(self, t: int) -> None:
        """Standing after desertions, birthdays and the end of studies, and education after birthdays."""
        people, own, birth, standing = self.people, self.behaviour, self.birth, self.standing
        standing[self.rows(self.decisions[t], "deserted")] = _NEVER
        age = t - birth
        registered = self.man & (self.mode != _NOWHERE)
        for row in np.flatnonzero(registered & (standing == _NEVER) & (age == ADULT_MONTHS)):
            u = uniform(words(people.key[row], t, _MORE, 0, self.luck)[3])
            standing[row] = standing_at_18(u, own.exempt_share, own.study_share)
        for k, months in enumerate(MONTHS_OF_NEW_CLASS):
            for row in np.flatnonzero(registered & (age == months)):
                shares = self.rates.education[zone_of(people.region[row], people.locality[row])]
                u = uniform(words(people.key[row], t, _NEW_CLASS, 0, self.luck)[0])
                self.education[row] = next_education(self.education[row], shares[k], shares[k + 1], u)
        past = registered & (age >= LIABILITY_ENDS_MONTHS)
        standing[past & np.isin(standing, [_LIABLE, _DEFERRED, _FAMILY])] = _NEVER
        studies = (self.mode != _SETTLED) | (self.study_abroad[t] >= 0.5)
        for row in np.flatnonzero(registered & (standing == _DEFERRED) & ((age >= DEFERMENT_ENDS_MONTHS) | ~studies)):
            officer = uniform(words(people.key[row], t, _SUMMONS, 0, self.luck)[2]) < own.officer_share
            standing[row] = _OFFICER if officer and age[row] >= DEFERMENT_ENDS_MONTHS else _LIABLE

    def serve(self, t: int) -> None:
        """Service ends, and begins for who is drafted; how long it lasts goes by education, of officers not."""
        over = self.man & (self.standing == _SERVING) & (self.serves_until < t) & (self.mode != _NOWHERE)
        self.standing[over] = _SERVED
        own, log = self.behaviour, self.decisions[t]
        for event in log[log["kind"] == EVENT["drafted"]]:
            row = self._row(event["key"])
            short = self.education[row] == _HIGHER or event["reason"] == _DECREE
            self.standing[row] = _SERVING
            self.serves_until[row] = t + int(own.service_months_higher if short else own.service_months)

    def move(self, t: int) -> None:
        """Who leaves, returns or is away for a time in month `t` is there."""
        moves, decisions = self.moves[t], self.decisions[t]
        for log, moved in ((decisions, _VISITS), (moves, _MOVES), (decisions, _SEASONS)):
            for event in log[np.isin(log["kind"], list(moved))]:
                self.mode[self._row(event["key"])] = moved[int(event["kind"])]

    def by_month(self) -> NDArray[np.int64]:
        """Standing at the end of every month, int64[months, people]; the people are lived through to the end."""
        found = np.empty((len(self.moves), len(self.standing)), np.int64)
        for t in range(len(found)):
            for step in (self.begin, self.grow_up, self.serve, self.move):
                step(t)
            found[t] = self.standing
        return found

    def _row(self, key: np.uint64) -> int:
        return int(self._order[np.searchsorted(self.people.key, key, sorter=self._order)])

    def rows(self, log: NDArray[np.void], kind: str) -> NDArray[np.int64]:
        """Rows of those to whom something happens in a month's log."""
        keys = log["key"][log["kind"] == EVENT[kind]]
        return np.asarray(self._order[np.searchsorted(self.people.key, keys, sorter=self._order)])


def _by_month(log: NDArray[np.void], keys: NDArray[np.uint64], months: int) -> Sequence[NDArray[np.void]]:
    """The events of these people, a part a month, in their order."""
    ours = log[np.isin(log["key"], keys)]
    ends = np.searchsorted(ours["month"], np.arange(months + 1))
    return [ours[start:end] for start, end in zip(ends[:-1], ends[1:], strict=True)]

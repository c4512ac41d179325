"""Harms of those whose life a scenario changes: the hazards of their own lives, in both worlds.

A draft takes its number from whoever is left, and detentions of all drown those of a few: what a policy does to the
people concerned shows only in the hazards of their lives. A run keeps what happens to everybody, and the hazards of
detention and of the draft follow from it month by month, to the unit in which the model sums them.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.analysis.calls import CALLS, hazards
from sim.analysis.pairs import CATEGORIES, OUTCOMES, Pair
from sim.history.coefficients import Behaviour
from sim.history.compiled import World
from sim.model.hazards import DETAINED, FIXED_POINT, in_units
from sim.model.processes.muster import DEFERMENT_ENDS_MONTHS, standing_at_18
from sim.model.processes.repress import detention_hazard, fill_units
from sim.model.run_constants import (
    ADULT_MONTHS,
    DETAINABLE_MONTHS,
    FIGHTING_ENDS_MONTHS,
    LIABILITY_ENDS_MONTHS,
    reference,
    sum_of_weights,
)
from sim.numerics.codes import CONSCRIPTION, EDUCATION, EVENT, MODE, REASON, REGION, SEX
from sim.numerics.errors import UserError
from sim.numerics.luck import PURPOSE, replicate_seed, uniform, words
from sim.population.lives import MONTHS_OF_NEW_CLASS, Lives, next_education, zone_of
from sim.population.lives import lives as rates_on_file
from sim.population.schema import Columns
from sim.runs.ensemble import Ensemble
from sim.runs.run import Run

Flags = NDArray[np.bool_]
Harms = Callable[[Run, NDArray[np.uint64], int], NDArray[np.float64]]
"""Expected harms of the people of some keys in a run from a month on, float64[SUFFERED, people], in agents."""

SUFFERED = ("detained", *CALLS)
"""Harms that are told of those whose life differs: detention, and calls to arms by kind."""
REGULAR, DECREED, RECALLED = range(1, len(SUFFERED))
CONCERNED = ("stayers", "leavers", "sent_back", "changed")
"""Whose: of those who stay though they would have left, who leave under the scenario only, who lose the right to stay
and go back, and of all whose life differs and who lived in Belarus at the start."""


def measure(harm: str, who: str) -> str:
    """The name of an expected harm of those concerned; the kind of a harm stands behind it."""
    harm, colon, kind = harm.partition(":")
    return f"expected_{harm}_of_{who}{colon}{kind}"


HARMS_OF_LIVES = tuple(
    f"{level}{measure(harm, who)}" for who in CONCERNED for harm in SUFFERED for level in ("", "baseline_")
)
"""Measures of `effects`: differences, and levels under the rules in force."""

MOST_NAMED = 5
"""Unknown keys that a refusal names."""
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


class Lived(NamedTuple):
    """What a run's hazards follow from, besides its events."""

    world: World
    behaviour: Behaviour
    people: Columns  # everybody at the start
    one_in: int
    luck: int  # seed of the replicate
    lives: Lives | None = None  # rates other than those on file


def harms_of(ensemble: Ensemble) -> Harms:
    """The expected harms of people in the runs of an ensemble."""

    def found(run: Run, keys: NDArray[np.uint64], first: int) -> NDArray[np.float64]:
        given = ensemble.arguments(run.job)
        inputs, population = given["inputs"], given["population"]
        luck = replicate_seed(given["seed"], given["replicate"])
        lived = Lived(inputs.world, inputs.behaviour, population.people, population.one_in, luck, inputs.lives)
        return suffered(run, lived, keys, first)

    return found


def concerned(life: Pair) -> dict[str, Flags]:
    """Who of a pair of worlds is told of, by the names of `CONCERNED`."""
    of = {name: life.category == number for number, name in enumerate(CATEGORIES)}
    back = of["forced"] & (life.forced == OUTCOMES.index("returned"))
    return dict(zip(CONCERNED, (of["stuck"], of["induced"], back, ~of["unchanged"]), strict=True))


def harms_of_lives(
    paired: Sequence[tuple[Run, Run]], found: Sequence[Pair], harms: Harms, start: int, one_in: int
) -> dict[str, list[float]]:
    """Expected persons harmed of those whose life differs, by measure of `HARMS_OF_LIVES`, one value a replicate."""
    values: dict[str, list[float]] = {name: [] for name in HARMS_OF_LIVES}
    for runs, life in zip(paired, found, strict=True):
        whose = concerned(life)
        changed = whose["changed"]  # the others are some of them, and most lives are none
        before, after = (harms(run, life.key[changed], start) * one_in for run in runs)
        for who, inside in whose.items():
            for harm, name in enumerate(SUFFERED):
                level = float(before[harm, inside[changed]].sum())
                values[f"baseline_{measure(name, who)}"].append(level)
                values[measure(name, who)].append(float(after[harm, inside[changed]].sum()) - level)
    return values


def suffered(run: Run, given: Lived, keys: NDArray[np.uint64], first: int = 0) -> NDArray[np.float64]:
    """Hazards of the people of these keys, summed from month `first` on, float64[SUFFERED, keys].

    Raises UserError for keys that are nobody's.
    """
    people = given.people
    order = np.argsort(people.key)
    places = np.searchsorted(people.key, keys, sorter=order)
    rows = order[np.minimum(places, len(order) - 1)]
    if (unknown := np.asarray(keys)[people.key[rows] != keys]).size:
        names = ", ".join(map(str, unknown[:MOST_NAMED])) + (" and others" if len(unknown) > MOST_NAMED else "")
        raise UserError(f"keys of nobody among the {len(order):,} people of the run: {names}")
    lives = _Lives(Columns(*(table[rows] for table in people)), given, run)
    total = np.zeros((len(SUFFERED), len(keys)), np.int64)
    for t in range(len(run.harms)):
        of_month = lives.month(t)
        if t >= first:
            total += of_month
    return total / FIXED_POINT


class _Lives:
    """The lives of some people, lived again month by month from what the run has kept of them."""

    def __init__(self, people: Columns, given: Lived, run: Run) -> None:
        self.people, self.given, self.run = people, given, run
        self.mode, self.held = people.mode.astype(np.int64), people.held.astype(np.int64)
        self.standing, self.serves_until = people.conscription.astype(np.int64), people.serves_until.astype(np.int64)
        self.education, self.lives = people.education.astype(np.int64), given.lives or rates_on_file()
        self.man = (people.sex == SEX["male"]) & (people.region != REGION["abroad"])
        self.exposed = reference(given.people, given.one_in, given.behaviour.detained_women).exposed
        self.order = np.argsort(people.key)
        self.logs = [_by_month(log, people.key, len(run.harms)) for log in (run.moves, run.decisions)]

    def month(self, t: int) -> NDArray[np.int64]:
        """Live month `t`, and give the hazards of it, int64[SUFFERED, people]."""
        moves, decisions = (log[t] for log in self.logs)
        harms = np.zeros((len(SUFFERED), len(self.mode)), np.int64)
        self.mode[self._who(decisions, "died")] = _NOWHERE
        harms[DETAINED] = self._repressed(t, decisions)
        self._called(t, decisions, harms)
        for log, moved in ((decisions, _VISITS), (moves, _MOVES), (decisions, _SEASONS)):
            for event in log[np.isin(log["kind"], list(moved))]:
                self.mode[self._row(event["key"])] = moved[int(event["kind"])]
        self.held[self._who(decisions, "arrested_on_return")] = t
        return harms

    def _repressed(self, t: int, log: NDArray[np.void]) -> NDArray[np.int64]:
        people, own, state = self.people, self.given.behaviour, self.given.world.belarus[t]
        risk, units = self.given.world.risk[t], np.zeros((2, self.given.world.risk.shape[1]), np.int64)
        each = detention_hazard(state["detentions"], 1.0, sum_of_weights(risk, self.exposed))
        fill_units(each, own.detained_women, risk, units)
        pardoned, sentenced = self._who(log, "pardoned"), self._who(log, "sentenced")
        kept = sentenced[self.held[sentenced] >= t]
        self.held[kept] = t + int(own.custody_months)
        free = (self.held < t) & (self.mode == _HOME) & (t - people.birth.astype(np.int64) >= DETAINABLE_MONTHS)
        self.held[pardoned] = t - 1
        self.held[self._who(log, "detained")] = t
        for row in self._who(log, "charged"):
            if uniform(words(people.key[row], t, _MORE, 0, self.given.luck)[1]) < own.custody_charged:
                self.held[row] = t + int(own.trial_months)
        return np.where(free, units[people.sex, people.exposure], 0)

    def _called(self, t: int, log: NDArray[np.void], harms: NDArray[np.int64]) -> None:
        """Fill the hazards of being called to arms, by kind, and let service begin and end."""
        people, state = self.people, self.given.world.belarus[t]
        drafted, decreed, recalled = hazards(state, self.run.called[t])
        self.standing[self._who(log, "deserted")] = _NEVER
        was_officer = (self.standing == _OFFICER) & (t - people.birth < LIABILITY_ENDS_MONTHS)
        self._grow_up(t)
        at_home = self.man & (self.mode == _HOME) & (self.held < t)
        liable = at_home & (self.standing == _LIABLE) & (state["summoned"] > 0.0)
        away = in_units(drafted * state["summons_reach"])
        harms[REGULAR] = np.where(liable, np.where(people.elsewhere != 0, away, in_units(drafted)), 0)
        harms[DECREED, at_home & was_officer] = in_units(decreed)
        trained = (self.standing == _SERVED) & (t - people.birth < FIGHTING_ENDS_MONTHS)
        harms[RECALLED, at_home & trained] = in_units(recalled)
        ends = self.man & (self.standing == _SERVING) & (self.serves_until < t) & (self.mode != _NOWHERE)
        self.standing[ends] = _SERVED
        self._enlist(t, log)

    def _enlist(self, t: int, log: NDArray[np.void]) -> None:
        """Service begins for who is drafted in the month; how long it lasts goes by education, of officers not."""
        own = self.given.behaviour
        for event in log[log["kind"] == EVENT["drafted"]]:
            row = self._row(event["key"])
            short = self.education[row] == _HIGHER or event["reason"] == _DECREE
            self.standing[row] = _SERVING
            self.serves_until[row] = t + int(own.service_months_higher if short else own.service_months)

    def _grow_up(self, t: int) -> None:
        """Education, and standing towards service, after the birthdays of the month and what becomes of studies."""
        people, own, luck = self.people, self.given.behaviour, self.given.luck
        age, standing = t - people.birth.astype(np.int64), self.standing
        registered = self.man & (self.mode != _NOWHERE)
        for row in np.flatnonzero(registered & (standing == _NEVER) & (age == ADULT_MONTHS)):
            u = uniform(words(people.key[row], t, _MORE, 0, luck)[3])
            standing[row] = standing_at_18(u, own.exempt_share, own.study_share)
        for k, months in enumerate(MONTHS_OF_NEW_CLASS):
            for row in np.flatnonzero(registered & (age == months)):
                shares = self.lives.education[zone_of(people.region[row], people.locality[row])]
                u = uniform(words(people.key[row], t, _NEW_CLASS, 0, luck)[0])
                self.education[row] = next_education(self.education[row], shares[k], shares[k + 1], u)
        past = registered & (age >= LIABILITY_ENDS_MONTHS)
        standing[past & np.isin(standing, [_LIABLE, _DEFERRED, _FAMILY])] = _NEVER
        studies = (self.mode != _SETTLED) | (self.given.world.belarus[t]["study_abroad"] >= 0.5)
        for row in np.flatnonzero(registered & (standing == _DEFERRED) & ((age >= DEFERMENT_ENDS_MONTHS) | ~studies)):
            officer = uniform(words(people.key[row], t, _SUMMONS, 0, luck)[2]) < own.officer_share
            standing[row] = _OFFICER if officer and age[row] >= DEFERMENT_ENDS_MONTHS else _LIABLE

    def _row(self, key: np.uint64) -> int:
        return int(self.order[np.searchsorted(self.people.key, key, sorter=self.order)])

    def _who(self, log: NDArray[np.void], kind: str) -> NDArray[np.int64]:
        """Rows of those to whom something happens in a month."""
        keys = log["key"][log["kind"] == EVENT[kind]]
        return np.asarray(self.order[np.searchsorted(self.people.key, keys, sorter=self.order)])


def _by_month(log: NDArray[np.void], keys: NDArray[np.uint64], months: int) -> list[NDArray[np.void]]:
    """The events of these people, a part a month, in their order."""
    ours = log[np.isin(log["key"], keys)]
    ends = np.searchsorted(ours["month"], np.arange(months + 1))
    return [ours[start:end] for start, end in zip(ends[:-1], ends[1:], strict=True)]

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
from sim.analysis.standings import Standings
from sim.history.coefficients import Behaviour
from sim.history.compiled import World
from sim.model.hazards import DETAINED, FIXED_POINT, in_units
from sim.model.processes.repress import detention_hazard, fill_units
from sim.model.run_constants import (
    DETAINABLE_MONTHS,
    FIGHTING_ENDS_MONTHS,
    LIABILITY_ENDS_MONTHS,
    reference,
    sum_of_weights,
)
from sim.numerics.codes import CONSCRIPTION, MODE
from sim.numerics.errors import UserError
from sim.numerics.luck import PURPOSE, replicate_seed, uniform, words
from sim.population.lives import Lives
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
_HOME, _LIABLE = MODE["home"], CONSCRIPTION["liable"]
_OFFICER, _SERVED = CONSCRIPTION["reserve_officer"], CONSCRIPTION["served"]
_MORE = PURPOSE["more_events"]


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
        self.held = people.held.astype(np.int64)
        study_abroad = given.world.belarus["study_abroad"]
        self.now = Standings(people, run, given.behaviour, given.luck, study_abroad, given.lives)
        self.exposed = reference(given.people, given.one_in, given.behaviour.detained_women).exposed

    def month(self, t: int) -> NDArray[np.int64]:
        """Live month `t`, and give the hazards of it, int64[SUFFERED, people]."""
        log, harms = self.now.decisions[t], np.zeros((len(SUFFERED), len(self.held)), np.int64)
        self.now.begin(t)
        harms[DETAINED] = self._repressed(t, log)
        self._called(t, harms)
        self.now.move(t)
        self.held[self.now.rows(log, "arrested_on_return")] = t
        return harms

    def _repressed(self, t: int, log: NDArray[np.void]) -> NDArray[np.int64]:
        people, own, state = self.people, self.given.behaviour, self.given.world.belarus[t]
        risk, units = self.given.world.risk[t], np.zeros((2, self.given.world.risk.shape[1]), np.int64)
        each = detention_hazard(state["detentions"], 1.0, sum_of_weights(risk, self.exposed))
        fill_units(each, own.detained_women, risk, units)
        pardoned, sentenced = self.now.rows(log, "pardoned"), self.now.rows(log, "sentenced")
        kept = sentenced[self.held[sentenced] >= t]
        self.held[kept] = t + int(own.custody_months)
        free = (self.held < t) & (self.now.mode == _HOME) & (t - self.now.birth >= DETAINABLE_MONTHS)
        self.held[pardoned] = t - 1
        self.held[self.now.rows(log, "detained")] = t
        for row in self.now.rows(log, "charged"):
            if uniform(words(people.key[row], t, _MORE, 0, self.given.luck)[1]) < own.custody_charged:
                self.held[row] = t + int(own.trial_months)
        return np.where(free, units[people.sex, people.exposure], 0)

    def _called(self, t: int, harms: NDArray[np.int64]) -> None:
        """Fill the hazards of being called to arms, by kind, and let service begin and end."""
        now, state = self.now, self.given.world.belarus[t]
        drafted, decreed, recalled = hazards(state, self.run.called[t])
        was_officer = (now.standing == _OFFICER) & (t - now.birth < LIABILITY_ENDS_MONTHS)
        now.grow_up(t)
        at_home = now.man & (now.mode == _HOME) & (self.held < t)
        away = in_units(drafted * state["summons_reach"])
        liable = at_home & (now.standing == _LIABLE) & (state["summoned"] > 0.0)
        harms[REGULAR] = np.where(liable, np.where(self.people.elsewhere != 0, away, in_units(drafted)), 0)
        harms[DECREED, at_home & was_officer] = in_units(decreed)
        trained = (now.standing == _SERVED) & (t - now.birth < FIGHTING_ENDS_MONTHS)
        harms[RECALLED, at_home & trained] = in_units(recalled)
        now.serve(t)

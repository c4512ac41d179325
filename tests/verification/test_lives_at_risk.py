"""The hazards of single lives, read back from what a run keeps, are those that the model sums over all."""

from dataclasses import replace

import numpy as np
import pytest

from sim.analysis.calls import KINDS, counted, expected
from sim.analysis.lives_at_risk import Lived, suffered
from sim.model.hazards import DETAINED, DRAFTED, FIXED_POINT
from sim.numerics.codes import EVENT, REASON
from sim.numerics.luck import replicate_seed
from sim.population.lives import lives as lives_on_file
from sim.runs.checked_model import CheckedModel
from sim.runs.ensemble import Ensemble
from sim.runs.run import Job
from tests.worlds import constants, hot, hot_people, hot_world, start

MONTHS = 36


@pytest.fixture(scope="module")
def lived(thousandth):
    """A run of the hot world with births, deaths, pardons, decrees and men called again: its recorder's sums, itself,
    and its givens. Graduates serve for another time than others.
    """
    people, world, behaviour = hot_people(), hot_world(MONTHS), hot(service_months_higher=3.0)
    model = start(people, world, behaviour, constants(), lives=lives_on_file(), of=CheckedModel).run()
    sums = np.array(model.recorder.hazards)
    own = Ensemble(replace(thousandth.settings, until="2021-12"), lambda seed: people)
    run = own.finished(model, Job("hot", 0.62))
    return sums, run, Lived(world, behaviour, people.people, people.one_in, replicate_seed(1, 0))


@pytest.mark.parametrize("first", [0, 17])
def test_the_hazards_of_all_lives_add_up_to_those_of_the_model(lived, first):
    sums, run, given = lived
    found = suffered(run, given, np.sort(given.people.key), first).sum(axis=1)
    for harm, total in ((DETAINED, found[0]), (DRAFTED, found[1:].sum())):
        assert int(round(total * FIXED_POINT)) == sums[first:, harm].sum() > 0


def test_calls_to_arms_are_told_apart_by_kind(lived):
    """By the reasons of events, and by hazards: those of all lives differ from those of the men mustered at the start
    of each month only by who dies or is detained in it, of whom the hot world has many.
    """
    _, run, given = lived
    drafted = run.decisions[run.decisions["kind"] == EVENT["drafted"]]
    events = counted(run, 0, 1)
    assert events.sum() == len(drafted) and events.min() >= 5
    assert events[list(KINDS).index("reserve")] == (drafted["reason"] == REASON["reserve"]).sum()
    found = expected(given.world.belarus, run.called, 0)
    lives = suffered(run, given, np.sort(given.people.key))[1:].sum(axis=1)
    assert found == pytest.approx(lives, rel=0.1) and (found >= lives).all()
    assert np.abs(events - lives).max() < 4 * np.sqrt(lives.max())


@pytest.mark.parametrize("kind", ["died", "pendular_back", "stay_back", "charged", "sentenced", "pardoned", "drafted"])
def test_everything_happens_that_may_end_a_hazard(lived, kind):
    _, run, _ = lived
    assert (run.decisions["kind"] == EVENT[kind]).sum() >= 5


def test_men_are_called_again_and_some_of_them_twice(lived):
    _, run, _ = lived
    called = run.decisions["key"][run.decisions["reason"] == REASON["reserve"]]
    drafted = run.decisions["key"][run.decisions["kind"] == EVENT["drafted"]]
    assert len(called) >= 20 and (np.unique(drafted, return_counts=True)[1] > 1).sum() >= 5

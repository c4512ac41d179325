"""Expected harms: hazards summed over lives have the mean of the counts, and less noise."""

import numpy as np
import pytest

from sim.model.hazards import EXPECTED
from sim.model.recording.recorder import HARMS
from sim.numerics.codes import EVENT, EXPOSURE, SEX
from tests.worlds import crowd, hot, hot_people, hot_world, plain_world, quiet, start, still

SEEDS = 40


@pytest.fixture(scope="module")
def runs():
    """Counted and expected harms of many seeds of a world full of harm, float64[2, seeds, harms]."""
    found = np.zeros((2, SEEDS, len(EXPECTED)))
    for seed in range(SEEDS):
        model = start(hot_people(), hot_world(24), hot(), seed=seed).run()
        counted = model.recorder.harm_persons().sum(axis=0)
        found[0, seed] = [counted[HARMS.index(name)] for name in EXPECTED]
        found[1, seed] = model.recorder.expected_harms(model.world).sum(axis=0)
    return found


@pytest.mark.parametrize("harm", [name for name in EXPECTED if name != "caught"])
def test_expected_harms_are_the_mean_of_the_counted(runs, harm):
    """|z| <= 3.9 over forty seeds, false alarm 1 in 10,000 a harm."""
    counted, expected = runs[:, :, EXPECTED.index(harm)]
    error = counted - expected
    assert expected.mean() > 3.0
    assert abs(error.mean()) <= 3.9 * error.std(ddof=1) / np.sqrt(SEEDS)
    assert expected.std() < counted.std() or harm == "drafted"  # so many are that few are left


def test_expected_catches_are_those_of_the_fluid_queue(runs):
    counted, expected = runs[:, :, EXPECTED.index("caught")].mean(axis=1)
    assert counted == pytest.approx(expected, rel=0.15) and expected > 5.0


def test_nobody_is_at_risk_who_is_held_abroad_or_a_child():
    world = plain_world(1, ("poland",))
    world.belarus["detentions"] = 30.0
    people = crowd(300)
    people.people.held[:100] = 5
    people.people.birth[100:200] = -15 * 12
    model = start(people, world, quiet(), lives=still()).run()
    reached = model.conditions.reference.exposed.sum()
    assert reached == 200.0
    expected = model.recorder.expected_harms(world)[0, EXPECTED.index("detained")]
    assert expected == pytest.approx(100 * 30.0 / reached, rel=1e-9)


def test_women_are_detained_as_much_less_as_their_weight():
    """300 detentions a month among 5,000 men and 5,000 women of weight .25: four fifths are men, |z| <= 3.9."""
    world = plain_world(3, ("poland",))
    world.belarus["detentions"] = 300.0
    people = crowd(10_000, exposure=EXPOSURE["protest"])
    people.people.sex[:5000] = SEX["male"]
    people.people.sex[5000:] = SEX["female"]
    model = start(people, world, quiet(level=-50.0, detained_women=0.25)).run()
    events = model.recorder.events
    rows = events["row"][events["kind"] == EVENT["detained"]]
    men = np.count_nonzero(rows < 5000)
    assert abs(len(rows) - 900) <= 3.9 * 30
    assert abs(men - 0.8 * len(rows)) <= 3.9 * np.sqrt(len(rows) * 0.8 * 0.2)

"""Residents, workers and prisoners read back from the events are those of the columns, month by month."""

import numpy as np
import pytest

from sim.model.recording.by_group import lasting_sectors
from sim.model.recording.residents import BANDS, stays
from sim.numerics.codes import EVENT, MODE, N_PLACES, N_SECTORS
from sim.numerics.months import LONG_AGO
from tests.stratified import busy_lives, stratified_people
from tests.worlds import hot, hot_world, start

MONTHS = 36


@pytest.fixture(scope="module")
def lived():
    """A run of the hot world, and its counts by the columns at the end of each month."""
    crowd = stratified_people()
    crowd.people.job[:] = 0
    crowd.people.held[:] = crowd.people.trial[:] = LONG_AGO
    world = hot_world(MONTHS)
    world.belarus["detentions"], world.belarus["charges"], world.belarus["pardon"] = 40.0, 20.0, 0.15
    model = start(crowd, world, hot(), lives=busy_lives())
    found, workers = [], []
    for t in range(MONTHS):
        model.step()
        people = model.columns
        age = t - people.birth.astype(int)
        settled = people.mode == MODE["settled"]
        residents = np.zeros((N_PLACES, len(BANDS)), int)
        band = np.digitize(age, [18 * 12, 45 * 12, 65 * 12])
        np.add.at(residents, (people.place[settled], band[settled]), 1)
        works = settled & (people.job > 0)
        employed = np.zeros((N_PLACES, N_SECTORS), int)  # filled below
        workers.append((works, people.place.copy()))
        idle = settled & (people.job == 0) & (age >= 18 * 12) & (age < 65 * 12)
        held = (people.held > t) | ((people.held == t) & (people.detained < t))
        held &= people.mode != MODE["nowhere"]
        found.append((residents, employed, np.bincount(people.place[idle], minlength=N_PLACES), held.sum()))
    sectors = lasting_sectors(crowd.people, model.columns)
    for (_, employed, _, _), (works, places) in zip(found, workers, strict=True):
        np.add.at(employed, (places[works], sectors[works]), 1)
    made = stays(model.recorder.events, crowd.people, model.columns, MONTHS)
    return made, [np.array(column) for column in zip(*found, strict=True)], model.recorder.events


def test_the_world_is_hot_enough(lived):
    _, _, events = lived
    needed = ("departed", "onward", "returned", "employed", "dismissed", "charged", "released", "pardoned")
    needed += ("born", "died", "came_of_age")
    counts = np.bincount(events["kind"], minlength=max(EVENT.values()) + 1)
    assert {name for name in needed if counts[EVENT[name]] < 3} == set()


@pytest.mark.parametrize("position", range(4), ids=["residents", "employed", "without_work", "prisoners"])
def test_counts_are_those_of_the_columns(lived, position):
    made, found, _ = lived
    assert found[position].sum() > 0
    np.testing.assert_array_equal(made[position], found[position])

"""Feedbacks can be held at the path of a baseline: then nobody is moved by what others do."""

import numpy as np
import pytest

from sim.model.feedback import FEEDBACKS, Held
from tests.worlds import close, constants, hot, hot_people, hot_world, lives, start

TABLE = constants(poland=0.5, lithuania=1.0)


def pair(names, closed="visa_free"):
    """A run of the hot world and one in which Lithuania closes an instrument, with some feedbacks held."""
    people, world = hot_people(1200), hot_world(30)
    world.places["diaspora"] = 0.0  # so that a few newcomers are many
    ours, theirs = start(people, world, hot(), TABLE), start(people, close(world, "lithuania", closed, 3), hot(), TABLE)
    ours.keeps_paths = True
    ours.run()
    theirs.held = Held(tuple(names), ours.paths)
    return ours, theirs.run()


def test_a_world_without_a_difference_lives_the_same_with_feedbacks_held():
    people, world = hot_people(100), hot_world(20)
    ours, theirs = (start(people, world, hot(), TABLE) for _ in range(2))
    ours.keeps_paths = True
    ours.run()
    theirs.held = Held(FEEDBACKS, ours.paths)
    assert np.array_equal(lives(ours.recorder.events), lives(theirs.run().recorder.events))


@pytest.mark.parametrize("name", FEEDBACKS)
def test_each_feedback_changes_lives_unless_it_is_held(name):
    others = [other for other in FEEDBACKS if other != name]
    _, one_on = pair(others)
    _, none_on = pair(FEEDBACKS)
    assert not np.array_equal(lives(one_on.recorder.events), lives(none_on.recorder.events)), f"{name} feeds back"


def test_held_paths_are_what_people_saw():
    ours, theirs = pair(FEEDBACKS)
    for t in range(1, 30):
        assert theirs.held.residents(t, theirs.residents) is ours.paths.residents[t]
    assert not np.array_equal(ours.residents, theirs.residents), "the run's own residents go their own way"

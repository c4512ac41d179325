"""Closures that are announced: who has heard, and the rush before them, which there is only if asked for.

Shares are compared by |z| <= 4, a false alarm of 6 in 100,000 each; luck is fixed.
"""

import math

import numpy as np
import pytest

from sim.numerics.codes import INSTRUMENT, MODE, PLACE, STATUS
from tests.counting import NEVER_LEAVE, events_of
from tests.worlds import admit, close, constants, crowd, lives, plain_world, quiet, start

ANNOUNCED, CLOSES, MONTHS = 4, 8, 14
VALUES = {"lithuania": 1.0, "poland": 0.4}


def announced(places=("lithuania",), closes=CLOSES, said=ANNOUNCED, months=MONTHS):
    """Two countries, some of which announce in one month that they close in another."""
    world = plain_world(months, tuple(VALUES))
    for place in places:
        world = close(world, place, "visa_free", closes)
    outlook = world.openness.copy()
    for place in places:
        outlook[said:, PLACE[place], INSTRUMENT["visa_free"]] = 0.0
    return world._replace(outlook=outlook)


def unannounced(world):
    """The same world, where closures come unforeseen."""
    return world._replace(outlook=world.openness)


def run(world, people=None, **changes):
    """A run of many people who seldom leave."""
    b = quiet(level=-5.0, news_reach=0.5, **changes)
    return start(people or crowd(20_000), world, b, constants(**VALUES)).run()


def test_without_anticipation_an_announcement_changes_nothing():
    """Not a life, not an expectation; circles hear of it all the same."""
    one, other = (run(world, anticipation=0.0) for world in (announced(), unannounced(announced())))
    assert np.array_equal(one.recorder.events, other.recorder.events)
    assert np.array_equal(one.recorder.committed, other.recorder.committed)


def test_with_anticipation_departures_come_forward_before_the_closure_and_not_after():
    """More leave between announcement and closure, as many before it, and nobody hurries once the door is shut."""
    counts = []
    for world in (unannounced(announced()), announced()):
        departed = events_of(run(world, anticipation=1.0), "departed")
        counts.append(np.bincount(departed["month"], minlength=MONTHS))
    calm, rush = counts
    assert np.array_equal(calm[:ANNOUNCED], rush[:ANNOUNCED])
    early = slice(ANNOUNCED, CLOSES)
    assert rush[early].sum() > calm[early].sum() + 4.0 * math.sqrt(calm[early].sum())
    assert (rush[CLOSES:] <= calm[CLOSES:]).all()


def test_the_rush_is_what_the_announcement_takes_away_as_far_as_it_is_heard():
    """Expected commitments of each month to 1e-6: the fall of the inclusive value, times the share who have heard (half
    of the rest each month) and the anticipation asked for.
    """
    n = 1000
    model = run(announced(), crowd(n), anticipation=0.7)
    now, later = sum(math.exp(value) for value in VALUES.values()), math.exp(VALUES["poland"])
    rush = math.log(now) - math.log(later)
    left = n
    for t in range(MONTHS):
        pending = ANNOUNCED <= t < CLOSES
        heard = 1.0 - 0.5 ** (t - ANNOUNCED + 1) if pending else 0.0
        weight = now if t < CLOSES else later
        eta = -5.0 + 0.7 * heard * rush
        p = 1.0 / (1.0 + math.exp(-(eta + 0.6 * math.log(weight))))
        assert model.recorder.committed[t].sum() / 2.0**40 == pytest.approx(left * p, rel=1e-6), t
        left = n - np.isin(events_of(model, "departed")["month"], range(t + 1)).sum()


def test_an_opening_brings_no_rush():
    """What is announced to open, or to stay as open, hurries nobody."""
    world = close(plain_world(MONTHS, tuple(VALUES)), "lithuania", "visa_free", 0, CLOSES)
    outlook = world.openness.copy()
    outlook[ANNOUNCED:, PLACE["lithuania"], INSTRUMENT["visa_free"]] = 1.0
    one, other = (run(now, anticipation=1.0) for now in (world, world._replace(outlook=outlook)))
    assert np.array_equal(one.recorder.committed, other.recorder.committed)
    assert np.array_equal(lives(one.recorder.events), lives(other.recorder.events))


def test_a_closure_of_what_one_may_not_use_brings_no_rush():
    """Lithuania's channel is for a group to which nobody belongs."""
    worlds = [
        admit(world, "lithuania", "visa_free", groups=1 << 4) for world in (announced(), unannounced(announced()))
    ]
    one, other = (run(world, anticipation=1.0) for world in worlds)
    assert np.array_equal(one.recorder.committed, other.recorder.committed)


def test_the_end_of_every_way_out_is_the_greatest_rush():
    """Everything closes: what is lost is finite, and all who have heard leave at last."""
    world = announced(tuple(VALUES))
    model = run(world, crowd(500), anticipation=0.1)
    departed = events_of(model, "departed")
    assert np.isfinite(np.array(model.recorder.committed, float)).all()
    assert len(departed) == 500 and departed["month"].max() < CLOSES


@pytest.mark.parametrize(("abroad", "share"), [(0, 0.2), (20, 0.2 + 0.5 * 0.2), (90, 0.2 + 0.5 * 0.9)])
def test_news_and_people_abroad_tell_of_it(abroad, share):
    """A fifth hear of it from the news in a month, more where more of the circle are abroad; then forgotten."""
    people = crowd(200, circle=100)
    gone = np.arange(200) % 100 < abroad
    people.people.place[gone], people.people.mode[gone] = PLACE["poland"], MODE["settled"]
    people.people.status[gone] = STATUS["protected"]
    model = start(people, announced(), quiet(**NEVER_LEAVE, news_reach=0.2, hearsay=0.5))
    for t in range(MONTHS):
        model.step()
        pending = ANNOUNCED <= t < CLOSES
        expected = 1.0 - (1.0 - share) ** (t - ANNOUNCED + 1) if pending else 0.0
        assert model.circles.heard == pytest.approx(np.full(2, expected), abs=1e-12), t


def test_all_have_heard_at_most():
    """News and hearsay beyond one are one."""
    model = start(crowd(100), announced(), quiet(**NEVER_LEAVE, news_reach=1.0, hearsay=1.0)).run(ANNOUNCED + 1)
    assert (model.circles.heard == 1.0).all()

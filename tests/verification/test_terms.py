"""What explains a decision is the decision: terms add up to the engine's values, decisions come out the same."""

from dataclasses import replace

import numpy as np
import pytest

from sim.analysis import life as lives
from sim.analysis.life import Follower, first_difference, life, that_mattered
from sim.numerics.codes import CHANNEL, EVENT, MOTIVE, PLACE
from tests import worlds

HEADS = [4 * i for i in range(0, 300, 4)]


@pytest.fixture(scope="module")
def followed():
    model = worlds.start(worlds.hot_people(), worlds.hot_world(24), worlds.hot())
    followers = [Follower(head) for head in HEADS]

    def observe(seen):
        for follower in followers:
            follower(seen)

    model.observer = observe
    return model.run(), followers


def test_every_decision_of_many_units_adds_up_and_comes_out_the_same(followed):
    """The follower itself raises where a term, a best channel, a departure or a wish is not the engine's."""
    model, followers = followed
    decisions = [one for follower in followers for one in follower.decisions]
    committed = [one for one in decisions if one.chosen >= 0 and one.event[2] != CHANNEL["relocation"]]
    wished = [one for one in decisions if one.event and one.event[0] == EVENT["wished"]]
    assert len(decisions) > 200 and len(committed) >= 5 and len(wished) >= 5
    events = model.recorder.events
    chosen = ~np.isin(events["channel"], [CHANNEL["relocation"], CHANNEL["asylum"]])  # those nobody weighs
    applied = events[(events["kind"] == EVENT["applied"]) & np.isin(events["row"], HEADS) & chosen]
    assert len(committed) == len(applied)
    for one in committed:
        assert one.best == one.chosen and one.best_margin > 0.0
        assert sum(one.part(one.chosen).values()) <= one.values[one.chosen] + 1e-9  # one door of several


def test_looking_on_changes_nothing(followed):
    model, _ = followed
    alone = worlds.start(worlds.hot_people(), worlds.hot_world(24), worlds.hot()).run()
    assert np.array_equal(model.recorder.events, alone.recorder.events)


@pytest.mark.parametrize("fault", ["push", "terms", "obstacle", "event"])
def test_an_account_that_is_not_the_engines_is_refused(followed, fault):
    model, followers = followed
    one = next(d for follower in followers for d in follower.decisions if d.chosen >= 0)
    again = lambda view: (-1, None, None, None)  # noqa: E731
    alone = np.zeros_like(one.obstacles, bool)
    alone[np.arange(16), one.channels] = one.ahead
    terms, obstacles = one.terms.copy(), one.obstacles.copy()
    terms[one.chosen, one.channels[one.chosen], 0] += 1e-6
    obstacles[one.chosen] |= 32
    wrong = {
        "push": replace(one, push=one.push | {"level": one.push["level"] + 1e-6}),
        "terms": replace(one, terms=terms),
        "obstacle": replace(one, obstacles=obstacles),
        "event": replace(one, event=None),
    }[fault]
    mu = float(model.behaviour.nest_channel)
    lives._need_sums(one, alone, mu)
    lives._need_same(one, again)
    with pytest.raises(AssertionError):
        lives._need_sums(wrong, alone, mu)
        lives._need_same(wrong, again)


def test_a_life_parts_from_its_twin_in_the_month_of_the_first_difference():
    """Everybody leaves for one country; in the other world it is closed from month 2 on."""
    b = worlds.quiet(level=40.0)
    open_world = worlds.plain_world(5, ("poland",))
    shut = worlds.close(open_world, "poland", "visa_free", 0)
    told = []
    for world in (open_world, shut):
        model = worlds.start(worlds.crowd(10), world, b)
        model.observer = Follower(3)
        told.append(life(model.run(), "plain", 3, model.observer))
    assert first_difference(told[0], told[0]) is None
    assert first_difference(*told) == 0
    kinds = [int(kind) for kind in told[0].events["kind"]]
    assert kinds[:3] == [EVENT["applied"], EVENT["granted"], EVENT["departed"]]
    assert told[0].events["detail"][0] == MOTIVE["labour"]
    assert [why for _, why in that_mattered(told[0])] == ["commits"]
    assert [why for _, why in that_mattered(told[1])] == ["wishes in vain"]
    wish = told[1].decisions[0]
    assert wish.why_closed(PLACE["poland"], 1) == ("admission",)
    assert wish.best == -1 and not np.isfinite(wish.best_margin)

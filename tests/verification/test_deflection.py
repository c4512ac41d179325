"""Closing a destination: who goes elsewhere and who stays, against the closed forms of the nested logit.

With feedback off and s the share of departures that went to what is closed, the odds of leaving fall by
(1-s)**lambda, and of those barred the share delta(s, lambda) = [(1-s)**lambda - (1-s)] / s goes elsewhere (small
hazards). Luck is fixed; the false-alarm rates are those of a change of luck alone.
"""

import math

import numpy as np
import pytest

from sim.model.hazards import FIXED_POINT
from sim.numerics.codes import CHANNEL, EVENT, INSTRUMENT, PLACE
from tests.worlds import close, constants, crowd, plain_world, quiet, start

LAMBDAS = (0.2, 0.5, 0.62, 0.8, 1.0)
COUNTRIES = ("lithuania", "poland", "georgia", "armenia")
VALUES = {"lithuania": 0.4, "poland": 1.2, "georgia": -0.3, "armenia": 0.0}
TABLE = constants(**VALUES)
TASTES = {"spread_leave": 0.5, "spread_country": 0.6}


def partly_closed(world, place, removed):
    """The same world with a country's visa-free entry open for a share 1 - `removed` of every month."""
    openness = world.openness.copy()
    openness[:, PLACE[place], INSTRUMENT["visa_free"]] = 1.0 - removed
    return world._replace(openness=openness)


def flows(world, lam, level=-5.0, n=2000):
    """Expected commitments of a month per stayer, float64[places], of `n` people who are all alike."""
    model = start(crowd(n), world, quiet(level=level, **{"lambda": lam}), TABLE).run(1)
    expected = model.recorder.committed[0].sum(axis=1) / FIXED_POINT
    return expected / (n - expected.sum())


@pytest.mark.parametrize("lam", LAMBDAS)
@pytest.mark.parametrize("closed", [("lithuania",), ("poland",), ("lithuania", "georgia", "armenia")])
def test_odds_of_leaving_fall_by_the_closed_share(lam, closed):
    """Odds times (1-s)**lambda, those of each open destination times (1-s)**(lambda-1), to 1e-9; no luck in it."""
    world = plain_world(1, COUNTRIES)
    before, after_world = flows(world, lam), world
    for place in closed:
        after_world = close(after_world, place, "visa_free", 0)
    after = flows(after_world, lam)
    shut = [PLACE[place] for place in closed]
    s = before[shut].sum() / before.sum()
    assert after.sum() / before.sum() == pytest.approx((1.0 - s) ** lam, rel=1e-9)
    open_ = [PLACE[place] for place in COUNTRIES if place not in closed]
    assert after[open_] / before[open_] == pytest.approx((1.0 - s) ** (lam - 1.0), rel=1e-9)
    assert (after[shut] == 0.0).all()


@pytest.mark.parametrize("lam", LAMBDAS)
@pytest.mark.parametrize("removed", [0.25, 0.9])
def test_partial_restriction(lam, removed):
    """A fraction d of one destination's weight removed: it (1-d)(1-sd)**(lambda-1), others (1-sd)**(lambda-1), total
    (1-sd)**lambda, to 1e-9; no luck in it.
    """
    world, place = plain_world(1, COUNTRIES), PLACE["poland"]
    before, after = flows(world, lam), flows(partly_closed(world, "poland", removed), lam)
    s = before[place] / before.sum()
    left = 1.0 - s * removed
    assert after[place] / before[place] == pytest.approx((1.0 - removed) * left ** (lam - 1.0), rel=1e-9)
    others = [PLACE[name] for name in COUNTRIES if name != "poland"]
    assert after[others] / before[others] == pytest.approx(left ** (lam - 1.0), rel=1e-9)
    assert after.sum() / before.sum() == pytest.approx(left**lam, rel=1e-9)


def delta(s, lam):
    """Share of the barred who go elsewhere, small hazards."""
    return ((1.0 - s) ** lam - (1.0 - s)) / s


def test_delta_of_the_expected_flows():
    """With 1 in 10,000 leaving in a month, the expected deflection is delta to 2e-3; no luck in it."""
    world = plain_world(1, COUNTRIES)
    for lam in LAMBDAS:
        before = flows(world, lam, level=-11.0, n=100)
        after = flows(close(world, "lithuania", "visa_free", 0), lam, level=-11.0, n=100)
        lost = before[PLACE["lithuania"]]
        s = lost / before.sum()
        deflected = 1.0 - (before.sum() - after.sum()) / lost
        assert deflected == pytest.approx(delta(s, lam), abs=2e-3)
        assert 0.1 < s < 0.3


def test_published_values_of_delta():
    """At s = .09 and lambda .2, .45, .7 the shares are .79, .54 and .29; as s falls delta goes to 1 - lambda."""
    assert [round(delta(0.09, lam), 2) for lam in (0.2, 0.45, 0.7)] == [0.79, 0.54, 0.29]
    assert delta(1e-6, 0.37) == pytest.approx(0.63, abs=1e-5)


@pytest.mark.parametrize("lam", (0.2, pytest.param(0.5, marks=pytest.mark.slow), 0.8))
def test_delta_of_realised_lives(lam):
    """People barred in one month over paired seeds: those who go elsewhere are delta within 2 s.e. (false alarm 5 in
    100 a lambda, the luck being fixed), everyone else lives the same life.
    """
    world = plain_world(1, COUNTRIES)
    shut = close(world, "lithuania", "visa_free", 0)
    n, level, place = 100_000, -5.0 - lam, PLACE["lithuania"]
    barred = deflected = 0
    for replicate in range(16):
        went = []
        for now in (world, shut):
            model = start(crowd(n), now, quiet(level=level, **{"lambda": lam}), TABLE, replicate=replicate)
            model.conditions = model.conditions._replace(panel=0)
            went.append(model.run().columns.place.copy())
        there = went[0] == place
        assert np.array_equal(went[0][~there], went[1][~there])
        barred += there.sum()
        deflected += (went[1][there] > 0).sum()
    before = flows(world, lam, level)
    after = flows(shut, lam, level)
    left, stay = before / (1.0 + before.sum()), after / (1.0 + after.sum())
    exact = 1.0 - (left.sum() - stay.sum()) / left[place]
    assert exact == pytest.approx(delta(before[place] / before.sum(), lam), abs=0.02)  # the hazard is not quite small
    assert barred > 2500
    assert abs(deflected - barred * exact) <= 2.0 * math.sqrt(barred * exact * (1.0 - exact))


# channels


def two_channels(*, closed=None):
    """Lithuania and Poland by two channels each; `closed` names a place and channel no longer offered."""
    world = plain_world(1, COUNTRIES, ("visa_free", "humanitarian"))
    rules = world.rules.copy()
    if closed:
        rules["offered"][:, PLACE[closed[0]], CHANNEL[closed[1]]] = 0.0
    return world._replace(rules=rules)


def applications(world, **changes):
    """Place and channel of everyone's application in one month, int64[n, 2], 0 for those who stay."""
    n = 60_000
    people = crowd(n)
    model = start(people, world, quiet(level=-3.5, **TASTES | changes), TABLE).run()
    events = model.recorder.events
    applied = events[events["kind"] == EVENT["applied"]]
    chosen = np.zeros((n, 2), np.int64)
    chosen[applied["row"], 0], chosen[applied["row"], 1] = applied["place"], applied["channel"]
    return chosen


def doors(world, lam, mu, level=-5.0):
    """Expected commitments of a month per stayer, float64[places, channels], of people who are all alike."""
    b = quiet(level=level, nest_channel=mu, **{"lambda": lam})
    expected = (
        start(crowd(2000), world, b, constants(**VALUES, humanitarian=0.5)).run(1).recorder.committed[0] / FIXED_POINT
    )
    return expected / (2000 - expected.sum())


@pytest.mark.parametrize(("lam", "mu"), [(0.3, 0.4), (0.8, 0.1), (0.62, 1.0)])
def test_a_closed_channel_gives_way_to_the_others_of_its_country_first(lam, mu):
    """With q the channel's share of its country and s the country's of departures: the country (1-q)**mu, what is left
    of all departures 1 - s + s (1-q)**mu to the power lambda; within a country shares stay. To 1e-9; no luck in it.
    """
    poland, shut = PLACE["poland"], CHANNEL["humanitarian"]
    before, after = doors(two_channels(), lam, mu), doors(two_channels(closed=("poland", "humanitarian")), lam, mu)
    q, s = before[poland, shut] / before[poland].sum(), before[poland].sum() / before.sum()
    assert q == pytest.approx(1.0 / (1.0 + math.exp(-0.5 / mu)), rel=1e-9)
    left = 1.0 - s + s * (1.0 - q) ** mu
    assert after[poland].sum() / before[poland].sum() == pytest.approx((1.0 - q) ** mu * left ** (lam - 1.0), rel=1e-9)
    assert after.sum() / before.sum() == pytest.approx(left**lam, rel=1e-9)
    assert after[poland, shut] == 0.0
    other = PLACE["georgia"]
    assert after[other] / after[other].sum() == pytest.approx(before[other] / before[other].sum(), rel=1e-6)


@pytest.mark.parametrize("mu", [0.2, 0.8])
def test_doors_are_drawn_by_their_chances(mu):
    """Of 60,000 in one month, by country and channel against the expected: |z| <= 4, false alarm 5 in 10,000."""
    n = 60_000
    b = quiet(level=-3.5, nest_channel=mu, **TASTES)
    model = start(crowd(n), two_channels(), b, constants(**VALUES, humanitarian=0.1)).run()
    events = model.recorder.events
    applied = events[events["kind"] == EVENT["applied"]]
    counts = np.zeros_like(model.recorder.committed[0])
    np.add.at(counts, (applied["place"], applied["channel"]), 1)
    expected = model.recorder.committed[0] / FIXED_POINT
    used = expected > 0.0
    assert used.sum() == 8 and (counts[~used] == 0).all()
    assert np.abs((counts - expected)[used] / np.sqrt(expected[used])).max() <= 4.0


def test_a_closed_channel_changes_no_choice_but_of_it():
    """Place and channel of everybody else's application are the same in both worlds; so is who stays."""
    before, after = applications(two_channels()), applications(two_channels(closed=("poland", "humanitarian")))
    by_it = (before[:, 0] == PLACE["poland"]) & (before[:, 1] == CHANNEL["humanitarian"])
    assert np.array_equal(before[~by_it], after[~by_it]) and (before[~by_it, 0] > 0).sum() > 300
    turned = (before[:, 0] == PLACE["poland"]) & (after[:, 0] == PLACE["poland"]) & (before[:, 1] != after[:, 1])
    assert turned.sum() > 300

"""Families: the head goes ahead where there is money for one only, and the others follow, or do not.

Shares are compared by |z| <= 4, a false alarm of 6 in 100,000 each (about 1 in 1,000 for the file); luck is fixed.
"""

import math

import numpy as np
import pytest

from sim.numerics.codes import CHANNEL, CONSCRIPTION, EVENT, INSTRUMENT, LEAD, MODE, PLACE, REASON, STATUS
from sim.numerics.months import NEVER
from tests.counting import NEVER_LEAVE, assert_share, events_of
from tests.worlds import admit, close, constants, families, plain_world, quiet, start, tighten

HEADS = slice(0, None, 4)
FARE = 100.0


def family_world(horizon, **rules):
    """Poland by work and, for families, by the channel family; a journey costs a hundred."""
    world = plain_world(horizon, ("poland",), ("work", "family"))
    world = tighten(world, "poland", "work", **rules)
    world.places["fare_land"][:] = world.places["fare_air"][:] = FARE
    return world


def couples(n, savings):
    """Families of four with the same savings, the head's."""
    return families(n, savings=np.tile([savings, 0.0, 0.0, 0.0], n))


def left_behind(n, savings=1e6, status="permit", **values):
    """Families whose heads have been in Poland for a year, the others at home."""
    people = couples(n, savings)
    now = people.people
    now.place[HEADS], now.mode[HEADS], now.status[HEADS] = PLACE["poland"], MODE["settled"], STATUS[status]
    now.channel[HEADS], now.since[HEADS], now.expiry[HEADS] = CHANNEL["work"], -12, NEVER
    now.lead[HEADS] = LEAD["ahead"]
    for name, value in values.items():
        getattr(now, name)[:] = value
    return people


@pytest.mark.parametrize(("savings", "gone"), [(99.0, 0), (100.0, 1), (399.0, 1), (400.0, 4)])
def test_who_has_money_for_one_sends_the_head(savings, gone):
    """Four fares, or one: with less than four but enough for one the head goes, and takes one place of a queue."""
    model = start(couples(50, savings), family_world(1), quiet(level=60.0)).run()
    abroad = (model.columns.place == PLACE["poland"]).reshape(50, 4)
    assert np.array_equal(abroad, np.tile(np.arange(4) < gone, (50, 1)))
    assert (model.columns.lead[HEADS] == LEAD["ahead" if gone == 1 else "together"]).all()
    assert (model.columns.savings[HEADS] == savings - FARE * gone).all()
    assert len(events_of(model, "departed")) == 50 * gone and model.recorder.flow_persons().sum() == 50 * gone
    assert model.circles.abroad.sum() == 50 * gone


def test_one_place_of_a_quota_is_enough_for_a_head():
    """Before a quota of two a month, two heads a month; families that go as one wait until there is room for four."""
    for savings, first in ((150.0, 2), (1e6, 0)):
        world = tighten(family_world(2), "poland", "work", capacity=2.0)
        model = start(couples(50, savings), world, quiet(level=60.0, patience=9.0)).run(1)
        assert len(events_of(model, "granted")) == first
        model.run()
        assert len(events_of(model, "departed")) == 4


def test_going_ahead_costs_a_separation():
    """Odds of who goes against who goes as one: exp(lambda * separation), in expected commitments to 1e-6, of which
    each counts one person and not four.
    """
    b = quiet(level=-3.0, separation=-1.3)
    each = []
    for savings, size in ((1e6, 4), (150.0, 1)):
        model = start(couples(100, savings), family_world(1), b, constants(poland=0.4)).run()
        each.append(model.recorder.committed[0].sum() / 2.0**40 / 100 / size)
    for p, value in zip(each, (0.4, 0.4 - 1.3), strict=True):
        assert p == pytest.approx(1.0 / (1.0 + math.exp(3.0 - 0.6 * value)), rel=1e-6)


def test_the_caught_head_is_one():
    """A head stopped on the way is one person stopped; the family stays where it is, together."""
    world = admit(plain_world(1, ("poland",), ("irregular",)), "poland", "irregular", entry=-1)
    world = tighten(world, "poland", "irregular", approval=1e-12)
    world.places["fare_land"][:] = world.places["fare_air"][:] = FARE
    model = start(couples(50, 150.0), world, quiet(level=99.0)).run()
    caught = events_of(model, "caught")
    assert (
        np.array_equal(np.sort(caught["row"]), np.arange(0, 200, 4)) and (model.columns.lead == LEAD["together"]).all()
    )


@pytest.mark.parametrize("lost", ["blocked", "refused", "lapsed"])
def test_a_plan_that_is_lost_is_of_nobody_ahead(lost):
    world = family_world(8, months=2.0)
    if lost == "blocked":
        world = close(admit(world, "poland", "work", entry=INSTRUMENT["national_visa"]), "poland", "national_visa", 1)
    elif lost == "refused":
        world = tighten(world, "poland", "work", approval=1e-12)
    else:
        world = close(close(world, "poland", "land", 1), "poland", "air", 1)
    model = start(couples(20, 150.0), world, quiet(level=99.0, grant_months=2.0, reapply_months=99.0)).run(1)
    assert (model.columns.lead[HEADS] == LEAD["planned"]).all()
    model.run()
    assert len(events_of(model, "departed")) == 0 and (model.columns.lead == LEAD["together"]).all()


def test_a_family_follows_at_its_rate_after_its_months():
    """A fifth a month, once the head has been abroad for fifteen months: in months 3 to 8, geometrically; and that is
    what is expected of those who are left each month.
    """
    n = 4000
    b = quiet(**NEVER_LEAVE, follow=0.2, follow_months=15.0)
    model = start(left_behind(n), family_world(9), b).run()
    followed = events_of(model, "departed")
    assert set(followed["reason"]) == {REASON["family"]} and set(followed["channel"]) == {CHANNEL["family"]}
    assert set(followed["month"]) == set(range(3, 9)) and set(followed["row"] % 4) == {1, 2, 3}
    gone, left = np.bincount(followed["month"], minlength=9) // 3, n
    expected = model.recorder.expected_arrivals(model.world)
    assert expected.sum() == expected[3:, PLACE["poland"], CHANNEL["family"]].sum()
    for t in range(3, 9):
        assert_share(gone[t], left, 0.2)
        assert expected[t].sum() == pytest.approx(0.2 * 3 * left, rel=1e-9)
        left -= gone[t]
    together = model.columns.lead[HEADS] == LEAD["together"]
    assert np.array_equal(together, model.columns.place[1::4] == PLACE["poland"])
    assert (model.columns.savings[HEADS][together] == 1e6 - 3 * FARE).all()
    assert model.circles.abroad.sum() == n + len(followed)


@pytest.mark.parametrize(
    "why", ["no channel", "closed", "no way", "no money", "no right", "asylum", "held", "banned", "serving"]
)
def test_a_family_does_not_follow(why):
    """For want of a channel, a way, money or a right of the head; or if one of them is not free to leave."""
    world = family_world(6)
    world = admit(world, "poland", "family", entry=INSTRUMENT["national_visa"])
    people = left_behind(
        50,
        299.0 if why == "no money" else 300.0,
        {"no right": "irregular", "asylum": "asylum_seeker"}.get(why, "permit"),
    )
    if why == "no channel":
        world = admit(world, "poland", "family", exists=0)
    elif why == "closed":
        world = close(world, "poland", "national_visa", 0)
    elif why == "no way":
        world = close(world, "belarus", "exit", 0)
    elif why == "held":
        people.people.held[1::4] = NEVER
    elif why == "banned":
        people.people.exit_ban[3::4] = NEVER
    elif why == "serving":
        people.people.conscription[1::4], people.people.serves_until[1::4] = CONSCRIPTION["serving"], NEVER
    model = start(people, world, quiet(**NEVER_LEAVE, follow=1.0)).run()
    assert len(model.recorder.events) == 0 and (model.columns.lead[HEADS] == LEAD["ahead"]).all()
    assert model.recorder.expected_arrivals(world).sum() == 0.0


@pytest.mark.parametrize("free", [0, 4])
def test_a_family_follows_once_nothing_hinders_it(free):
    """The counterpart of the above: with the money for three fares and nothing else everyone goes, at once or when the
    ban on one of them has run out.
    """
    people = left_behind(50, 300.0)
    people.people.exit_ban[1::4] = free - 1
    model = start(people, family_world(6), quiet(**NEVER_LEAVE, follow=1.0)).run()
    assert set(events_of(model, "departed")["month"]) == {free} and (model.columns.place == PLACE["poland"]).all()


def test_who_follows_pays_fees_as_adults():
    """Three fares, and one fee: that of the partner."""
    world = tighten(family_world(1), "poland", "family", fee=70.0, funds=900.0)  # nobody asks for money to show
    for savings, goes in ((369.0, False), (370.0, True)):
        model = start(left_behind(10, savings), world, quiet(**NEVER_LEAVE, follow=1.0)).run()
        assert (model.columns.place == PLACE["poland"])[1::4].all() == goes
        assert (model.columns.savings[HEADS] == (0.0 if goes else savings)).all()


def test_a_head_who_returns_is_home_with_the_family():
    """The family never moved: only the head returns, and they may go again, together."""
    model = start(left_behind(500), family_world(1), quiet(**NEVER_LEAVE, **{"return": 1.0})).run()
    returned = events_of(model, "returned")
    assert np.array_equal(returned["row"], np.arange(0, 2000, 4)) and (model.columns.place == 0).all()
    assert (model.columns.lead == LEAD["together"]).all() and (model.circles.abroad == 0).all()


def test_a_head_ahead_moves_onward_alone_and_is_followed_there():
    """What the family costs does not count for the head, who pays for one; later they come to where the head is."""
    world = plain_world(4, ("poland", "georgia"), ("work", "family"))
    world.places["fare_land"][:] = world.places["fare_air"][:] = FARE
    b = quiet(**NEVER_LEAVE, onward=1.0, follow=0.0)
    model = start(left_behind(50, 100.0), world, b).run(1)
    onward = events_of(model, "onward")
    assert np.array_equal(onward["row"], np.arange(0, 200, 4)) and (model.columns.lead[HEADS] == LEAD["ahead"]).all()
    assert (model.columns.savings[HEADS] == 100.0 - FARE).all()
    model.columns.savings[:] = 1e6
    model.behaviour = quiet(**NEVER_LEAVE, follow=1.0, follow_months=2.0)
    model.run()
    followed = events_of(model, "departed")
    assert set(followed["month"]) == {2} and set(followed["place"]) == {PLACE["georgia"]}


def test_a_fifth_of_passable_months_lets_a_fifth_follow():
    """Borders open for a fifth of the month let a fifth of the families through."""
    world = family_world(1)
    for way in ("land", "air"):
        world.openness[:, PLACE["poland"], INSTRUMENT[way]] = 0.2
    model = start(left_behind(5000), world, quiet(**NEVER_LEAVE, follow=1.0)).run()
    assert_share(len(events_of(model, "departed")) / 3, 5000, 0.2)
    assert model.recorder.expected_arrivals(world).sum() == pytest.approx(3000.0, rel=1e-9)
    assert set(model.recorder.events["kind"]) == {EVENT["departed"]}

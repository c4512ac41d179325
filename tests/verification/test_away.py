"""Away for a time: short stays without a visa, seasons of work that go on, residence taken where one already is.

Shares are compared by |z| <= 4, a false alarm of 6 in 100,000 each (about 2 in 1,000 for the file); luck is fixed.
"""

import math

import numpy as np
import pytest

from sim.numerics.codes import CHANNEL, CONSCRIPTION, LEAD, MODE, PLACE, REASON, SECTOR, SEX, STATUS
from sim.numerics.months import NEVER
from tests.counting import NEVER_LEAVE, assert_share, events_of, home_world, settled
from tests.worlds import admit, close, constants, crowd, quiet, start, tighten

GEORGIA, POLAND = PLACE["georgia"], PLACE["poland"]


def travelling(months, persons, **belarus):
    """Georgia, where so many come for a short stay a month while no war is feared."""
    world = home_world(months, ("georgia",), **belarus)
    world.places["short_stays"][:, GEORGIA] = persons
    return admit(world, "georgia", "visa_free", first_status=STATUS["visa_free"])


def working(months, n=6000, **values):
    """Workers in Poland whose season is over, `n` of them alone."""
    usual = {"mode": MODE["pendular"], "place": POLAND, "status": STATUS["pendular"], "expiry": -1, "since": -13}
    world = home_world(months, ("poland",))
    for channel in ("work", "visa_free"):
        world = admit(world, "poland", channel, exists=1, entry=-1, residence=-1, first_status=STATUS["visa"])
    world.places["pendular"][:, POLAND] = 1e-6  # nobody new goes
    return crowd(n, sector=SECTOR["transport"], **usual | values), world


# short stays


def test_short_stays_are_those_of_peace_times_the_fear_of_war_of_men_and_of_the_called():
    """Of 18 to 59 alone; at half of the fear everybody exp(.5 x 1.4) times as often, men below 50 by .5 more in the
    log, the liable by .2 on top.
    """
    n = 40_000
    kind = np.arange(n) % 5
    people = crowd(n, sex=np.where(kind > 0, SEX["male"], SEX["female"]))
    people.people.birth[kind == 2] = -50 * 12
    people.people.birth[kind == 3], people.people.conscription[kind == 3] = -20 * 12, CONSCRIPTION["liable"]
    people.people.birth[kind == 4] = -60 * 12
    b = quiet(**NEVER_LEAVE, stay_war=1.4, war_men=1.0, conscription=0.4)
    for fear in (0.0, 0.5):
        model = start(people, travelling(1, 640.0, war_fear=fear), b).run()
        out = events_of(model, "stay_out")
        for k, urge in ((0, 1.4), (1, 2.4), (2, 1.4), (3, 2.8)):
            assert_share((out["row"] % 5 == k).sum(), n // 5, 640.0 / 32_000 * math.exp(fear * urge))
        assert not (out["row"] % 5 == 4).any()
        assert (model.columns.status[out["row"]] == STATUS["visitor"]).all()


@pytest.mark.parametrize("shut", ["visa_free", "air"])
def test_no_short_stay_where_one_may_not_enter_or_cannot_get_to(shut):
    world = close(close(travelling(2, 1000.0), "georgia", shut, 1), "georgia", "land", 0)
    out = events_of(start(crowd(4000), world, quiet(**NEVER_LEAVE)).run(), "stay_out")
    assert set(out["month"]) == {0}


def test_a_short_stay_ends_at_home_more_slowly_in_fear_of_war():
    """Eight in ten a month in peace, at full fear half of them; all who are left when the visa-free months are over."""
    for fear, ends in ((0.0, 0.8), (1.0, 0.4)):
        world = tighten(travelling(3, 2000.0, war_fear=fear), "georgia", "visa_free", stay=2.0)
        world.places["short_stays"][1:] = 0.0
        model = start(crowd(20_000), world, quiet(**NEVER_LEAVE, stay_ends=0.8, stay_holds=0.5)).run()
        came, back = len(events_of(model, "stay_out")), events_of(model, "stay_back")
        assert_share((back["month"] == 0).sum(), came, ends)
        assert set(back["reason"][back["month"] == 0]) == {REASON["choice"]}
        assert (back["month"] == 0).sum() + (back["month"] == 1).sum() == came
        assert set(back["reason"][back["month"] == 1]) == {REASON["expiry"]}
        assert (model.columns.mode == MODE["home"]).all()


def test_visitors_settle_from_the_month_after_arrival_on():
    world = tighten(travelling(2, 4000.0), "georgia", "visa_free", stay=12.0)
    world.places["short_stays"][1:] = 0.0
    model = start(crowd(20_000), world, quiet(**NEVER_LEAVE, stay_residence=0.25)).run()
    took, now = events_of(model, "departed"), model.columns
    assert set(took["month"]) == {1} and set(took["reason"]) == {REASON["in_place"]}
    assert_share(len(took), len(events_of(model, "stay_out")), 0.25)
    assert (now.status[took["row"]] == STATUS["visa_free"]).all() and (now.expiry[took["row"]] == 13).all()
    expected = model.recorder.expected_arrivals(model.world)[1, GEORGIA, CHANNEL["visa_free"]]
    assert expected == pytest.approx(0.25 * len(events_of(model, "stay_out")))


# seasons of work


def test_a_season_is_followed_by_another_or_the_way_home():
    people, world = working(1)
    model = start(people, world, quiet(**NEVER_LEAVE, another_season=0.6, residence_months=99.0)).run()
    on, back = events_of(model, "pendular_on"), events_of(model, "pendular_back")
    assert_share(len(on), 6000, 0.6)
    assert len(on) + len(back) == 6000 and set(back["reason"]) == {REASON["none"]}
    lengths = model.columns.expiry[on["row"]] + 1
    assert set(lengths) == set(range(3, 10))


def test_with_as_many_starts_as_ends_the_stock_of_short_workers_keeps():
    """200 starts a month of six months each, of which six tenths are followed by another: 3,000 people."""
    n, people = 60_000, None
    people, world = working(24, n, since=-1)
    people.people.mode[3000:], people.people.place[3000:] = MODE["home"], PLACE["belarus"]
    people.people.status[3000:], people.people.expiry[3000:] = STATUS["home"], NEVER
    people.people.expiry[:3000] = np.arange(3000) % 6
    world.places["pendular"][:, POLAND] = 200.0
    model = start(people, world, quiet(**NEVER_LEAVE, another_season=0.6, residence_months=99.0))
    model.conditions = model.conditions._replace(reference=model.conditions.reference._replace(pendular=57_000.0))
    for t in range(24):
        model.step()
        away = int((model.columns.mode == MODE["pendular"]).sum())
        assert abs(away - 3000) < 250, t


def test_a_recall_brings_short_workers_home_before_their_season_ends():
    people, world = working(1, expiry=5)
    world.places["recall"][:, POLAND] = 0.3
    model = start(people, world, quiet(**NEVER_LEAVE)).run()
    back = events_of(model, "pendular_back")
    assert_share(len(back), 6000, 0.3)
    assert set(back["reason"]) == {REASON["closed"]}


@pytest.mark.parametrize(("since", "shut", "share"), [(-13, False, 0.4), (-5, False, 0.0), (-13, True, 0.0)])
def test_short_workers_take_residence_after_months_of_work_where_permits_are_open(since, shut, share):
    people, world = working(1, since=since)
    if shut:
        world = close(admit(world, "poland", "work", residence=4), "poland", "permit", 0)
    model = start(people, world, quiet(**NEVER_LEAVE, residence_work=0.4, residence_months=12.0)).run()
    took, now = events_of(model, "departed"), model.columns
    assert_share(len(took), 6000, share)
    rows = took["row"]
    assert (now.status[rows] == STATUS["permit"]).all() and (now.expiry[rows] == 24).all() and now.job[rows].all()
    assert set(took["channel"]) <= {CHANNEL["work"]} and set(took["reason"]) <= {REASON["in_place"]}
    assert int(model.circles.abroad.sum()) == len(took)
    assert model.recorder.expected_arrivals(model.world).sum() == pytest.approx(6000 * share)


def test_a_head_who_settles_is_ahead_of_the_family_and_a_partner_goes_home():
    """Couples of two workers, one of whom is away: heads settle and are followed; partners cannot settle alone."""
    n = 4000
    people, world = working(6, n)
    row = np.arange(n)
    people.people.member[:], people.people.behind[:] = row % 2, row % 2
    people.people.unit_size[:], people.people.reach[:] = np.where(row % 2, 0, 2), np.where(row % 2, 0, 1)
    home = np.where(row % 4 < 2, row % 2 == 1, row % 2 == 0)  # every other unit has the partner away
    for name, value in (("mode", MODE["home"]), ("place", PLACE["belarus"]), ("status", STATUS["home"])):
        getattr(people.people, name)[home] = value
    people.people.expiry[home] = NEVER
    world = admit(world, "poland", "family", exists=1, entry=-1, residence=-1, sectors=0xFFFF, oldest=200,
                  first_status=STATUS["permit"])  # fmt: skip
    b = quiet(**NEVER_LEAVE, residence_work=1.0, residence_months=12.0, follow=1.0, follow_months=3.0)
    model = start(people, world, b).run(1)
    took = events_of(model, "departed")["row"]
    assert (took % 4 == 0).all() and len(took) == n // 4
    assert (model.columns.lead[took] == LEAD["ahead"]).all()
    followed = events_of(model.run(), "departed")
    followed = followed[followed["reason"] == REASON["family"]]
    assert set(followed["row"]) == set(took + 1) and set(followed["month"]) == {3}


# those who are settled


def test_visa_free_stays_become_permits_where_permits_are_open():
    """Of stays that are prolonged three in ten, in the first month; where permits are closed none."""
    for shut, share in ((False, 0.3), (True, 0.0)):
        world = admit(home_world(1, ("georgia",)), "georgia", "visa_free", first_status=STATUS["visa_free"])
        world = close(world, "georgia", "permit", 0) if shut else world
        people = settled(6000, "georgia", "visa_free", expiry=-1)
        world.places["residence_visa_free"] = 0.3
        model = start(people, world, quiet(**NEVER_LEAVE)).run()
        permits = events_of(model, "permit")
        assert_share(len(permits), 6000, share)
        assert set(permits["reason"]) <= {REASON["choice"]} and (model.columns.expiry[permits["row"]] == 24).all()
        assert len(events_of(model, "renewed")) + len(permits) == 6000


def fleeing(**values):
    """Ukraine at war; Poland and Lithuania ask for more than anybody has but from whoever flees; Georgia is open."""
    world = home_world(1, ("ukraine", "poland", "lithuania", "georgia"))
    for place in ("poland", "lithuania"):
        world = tighten(world, place, "visa_free", fee=1e9)
    world.places["unsafe"][:, PLACE["ukraine"]] = 1.0
    for name, refuge in values.items():
        world.places["refuge"][:, PLACE[name]] = refuge
    table = constants(poland=4.0, humanitarian=2.0)  # these do not count for who flees
    return start(settled(8000, "ukraine", savings=100.0), world, quiet(**NEVER_LEAVE, onward_unsafe=0.5), table)


def test_who_flees_a_war_goes_where_one_is_let_in_whatever_one_has():
    """Half of them in a month: to both in proportion to their being open, whatever doors ask; and are protected."""
    model = fleeing(poland=1.0, lithuania=0.5).run()
    gone = events_of(model, "onward")
    assert_share(len(gone), 8000, 0.5)
    assert_share((gone["place"] == POLAND).sum(), len(gone), 2 / 3)
    assert set(gone["place"]) == {POLAND, PLACE["lithuania"]} and set(gone["channel"]) == {CHANNEL["asylum"]}
    assert set(gone["reason"]) == {REASON["refuge"]}
    fled, status = model.columns.place != PLACE["ukraine"], model.columns.status
    assert ((status == STATUS["temporary_protection"]) == fled).all() and (model.columns.expiry[fled] == NEVER).all()


@pytest.mark.parametrize("by_sea", [False, True])
def test_without_a_refuge_by_land_one_moves_on_as_anybody_does(by_sea):
    model = fleeing(poland=1.0 if by_sea else 0.0)
    if by_sea:
        model.world.places["by_land"][:, POLAND] = 0
    gone = events_of(model.run(), "onward")
    assert set(gone["place"]) == {GEORGIA} and set(gone["channel"]) == {CHANNEL["visa_free"]}
    assert set(gone["reason"]) == {REASON["choice"]}

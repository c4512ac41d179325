"""Away for a time, ways there, and war: short stays, seasons, residence where one is, detours, flight, the muster."""

import math

import numpy as np
import pytest

from sim.numerics.codes import CHANNEL, INSTRUMENT, LOCALITY, MODE, PLACE, REASON, REGION, SECTOR, SEX, STATUS
from tests.counting import NEVER_LEAVE, events_of, home_world, settled
from tests.mechanisms.test_deciding import NEAR, gain
from tests.worlds import admit, close, constants, crowd, plain_world, quiet, start, tighten, value_of, young_men

ALWAYS = 1e12


def away(n, status, **values):
    """People away for a time in Poland since a year and a half, whose season or stay is over."""
    usual = {"mode": MODE["pendular"], "place": PLACE["poland"], "status": STATUS[status], "expiry": -1, "since": -18}
    return crowd(n, sector=SECTOR["transport"], **usual | values)


def neighbour(months=1):
    """Poland, open to visitors and to work, where short workers are wanted but nobody new is taken on."""
    world = home_world(months, ("poland",))
    for channel in ("work", "visa_free"):
        world = admit(world, "poland", channel, exists=1, entry=-1, residence=INSTRUMENT["permit"])
    world.places["pendular"][:, PLACE["poland"]] = 1e-9
    return world


def kinds(model):
    """Names of events by row."""
    return {name: events_of(model, name)["row"].tolist() for name in ("departed", "pendular_on", "pendular_back")}


def test_fear_of_war_sends_people_on_short_stays():
    """One in 140 goes in peace; with the fear of war all do."""
    for fear, gone in ((0.0, 0), (1.0, 20)):
        world = neighbour()
        world.belarus["war_fear"], world.places["short_stays"][:, PLACE["poland"]] = fear, 20 / 140
        model = start(crowd(20), world, quiet(**NEVER_LEAVE, stay_war=math.log(140.0))).run()
        assert len(events_of(model, "stay_out")) == gone


def visas_of(n=40_000, b=None, **who):
    """Months of the visas that one person in ten of a crowd is issued, by row; 0 for who gets none."""
    people = crowd(n, **who)
    world = home_world(1, ("poland",))
    world.places["visas"][0, PLACE["poland"]] = n / 10
    model = start(people, world, b or quiet(**NEVER_LEAVE, visa_months=12.0)).run()
    return np.maximum(model.columns.visa.astype(int), 0)


@pytest.mark.parametrize(
    ("column", "values", "times"),
    [
        ("region", (REGION["gomel"], REGION["grodno"]), 5.0),
        ("locality", (LOCALITY["rural"], LOCALITY["urban"]), 2.0),
        ("birth", (-60 * 12, -30 * 12), 2.0),
    ],
)
def test_visas_go_to_those_who_travel(column, values, times):
    """Five times as often in Grodno as in Gomel, twice as often in towns as in villages, at 30 as at 60."""
    half = np.repeat([False, True], 20_000)
    got = visas_of(**{column: np.where(half, values[1], values[0])}) > 0
    assert got.sum() == pytest.approx(4_000, abs=240)
    assert got[half].sum() / got[~half].sum() == pytest.approx(times, rel=0.15)


def test_a_visa_is_for_a_journey_a_year_or_longer():
    b = quiet(**NEVER_LEAVE, visa_months=12.0, visa_long_months=30.0, visa_once=0.2, visa_long=0.3)
    months = visas_of(b=b)
    lengths, counts = np.unique(months[months > 0], return_counts=True)
    assert lengths.tolist() == [3, 12, 30]
    assert counts / counts.sum() == pytest.approx([0.2, 0.5, 0.3], abs=0.03)


def test_fear_of_war_holds_visitors():
    for fear, back in ((0.0, [0, 1]), (1.0, [])):
        world = neighbour()
        world.belarus["war_fear"] = fear
        b = quiet(**NEVER_LEAVE, stay_ends=1.0, stay_holds=1.0)
        model = start(away(2, "visitor", expiry=9), world, b).run()
        assert events_of(model, "stay_back")["row"].tolist() == back


@pytest.mark.parametrize(("since", "took"), [(-12, [0]), (-11, [])])
def test_a_short_worker_settles_after_a_year_of_work(since, took):
    b = quiet(**NEVER_LEAVE, residence_work=1.0, residence_months=12.0)
    model = start(away(1, "pendular", since=since), neighbour(), b).run()
    assert kinds(model)["departed"] == took
    assert (model.columns.status[0] == STATUS["permit"]) == bool(took)
    if took:  # the years abroad count from the first season, those in residence from now
        assert (model.columns.left[0], model.columns.since[0]) == (since, 0)


def test_a_season_is_followed_by_another():
    model = start(away(1, "pendular"), neighbour(), quiet(**NEVER_LEAVE, another_season=0.99)).run()
    assert kinds(model) == {"departed": [], "pendular_on": [0], "pendular_back": []}
    assert model.columns.expiry[0] in range(2, 9)


def test_short_workers_are_called_home_as_borders_close():
    world = neighbour()
    world.places["recall"] = 1.0
    model = start(away(1, "pendular", expiry=5), world, quiet(**NEVER_LEAVE)).run()
    assert events_of(model, "pendular_back")["reason"].tolist() == [REASON["closed"]]


def test_a_visa_free_stay_becomes_a_permit():
    world = admit(home_world(1, ("georgia",)), "georgia", "visa_free", first_status=STATUS["visa_free"])
    world.places["residence_visa_free"] = 1.0
    people = settled(1, "georgia", "visa_free", expiry=-1)
    model = start(people, world, quiet(**NEVER_LEAVE)).run()
    assert events_of(model, "permit")["reason"].tolist() == [REASON["choice"]]
    assert model.columns.status[0] == STATUS["permit"]


def test_who_flees_a_war_is_let_in_without_a_visa():
    world = home_world(1, ("ukraine", "poland"))
    world = close(world, "poland", "visa_free", 0)
    world.places["unsafe"][:, PLACE["ukraine"]], world.places["refuge"][:, PLACE["poland"]] = 1.0, 1.0
    people = settled(1, "ukraine", savings=0.0)
    model = start(people, world, quiet(**NEVER_LEAVE, onward_unsafe=1.0)).run()
    assert model.columns.place[0] == PLACE["poland"] and model.columns.status[0] == STATUS["temporary_protection"]
    assert events_of(model, "onward")["reason"].tolist() == [REASON["refuge"]]


@pytest.mark.parametrize(
    ("shut", "flights", "share"), [(False, 0.0, 0.0), (True, 1.0, 0.0), (True, 0.25, 0.75), (True, 0.0, 1.0)]
)
def test_a_way_through_third_countries_is_worth_less(shut, flights, share):
    """Where the land border is closed, for as much of the month as no direct flight goes."""
    world = plain_world(1, ("poland",))
    world.places["flights"] = flights
    world = close(world, "poland", "land", 0) if shut else world
    model = start(crowd(1), world, quiet(detour=-1.5), constants())
    model.processes["begin_month"](model)
    plain = start(crowd(1), plain_world(1, ("poland",)), quiet(), constants())
    plain.processes["begin_month"](plain)
    lost = value_of(plain, "poland", "visa_free") - value_of(model, "poland", "visa_free")
    assert lost == pytest.approx(1.5 * share)


@pytest.mark.parametrize(("channel", "gone"), [("asylum", 0), ("irregular", 1), ("visa_free", 1)])
def test_a_closed_land_border_stops_who_can_neither_fly_nor_evade_it(channel, gone):
    world = close(plain_world(1, ("poland",), (channel,)), "poland", "land", 0)
    model = start(crowd(1), world, quiet(level=60.0), constants()).run()
    assert len(events_of(model, "departed")) == gone


@pytest.mark.parametrize(("years", "fears"), [(49, 0.25), (50, 0.0)])
def test_men_below_fifty_fear_the_war_more(years, fears):
    feared = home_world(1, ("poland",), war_fear=0.5)
    women, men = (crowd(1, sex=SEX[sex], birth=-years * 12) for sex in ("female", "male"))
    assert gain((women, feared), (men, feared), war_men=0.5) == pytest.approx(fears, **NEAR)


def test_a_draft_takes_its_number_of_those_at_home():
    """Ten of ten men at home, though as many are abroad."""
    people = young_men(20)
    now = people.people
    now.place[10:], now.mode[10:], now.status[10:] = PLACE["poland"], MODE["settled"], STATUS["permit"]
    now.channel[10:], now.since[10:] = CHANNEL["visa_free"], -12
    world = home_world(1, ("poland",), summoned=ALWAYS, drafted=10.0)
    model = start(people, world, quiet(**NEVER_LEAVE)).run()
    assert events_of(model, "drafted")["row"].tolist() == list(range(10))
    assert len(events_of(model, "summoned")) == 20


def test_a_family_follows_without_a_visa_where_there_is_no_other_way():
    people = crowd(2, member=[0, 1], behind=[0, 1], unit_size=[2, 0], reach=[1, 0], lead=[2, 0])
    now = people.people
    now.place[0], now.mode[0], now.status[0] = PLACE["georgia"], MODE["settled"], STATUS["visa_free"]
    now.channel[0], now.since[0] = CHANNEL["visa_free"], -12
    world = tighten(home_world(1, ("georgia",)), "georgia", "visa_free", stay=12.0)
    model = start(people, world, quiet(**NEVER_LEAVE, follow=1.0)).run()
    gone = events_of(model, "departed")
    assert gone["row"].tolist() == [1] and gone["reason"].tolist() == [REASON["family"]]

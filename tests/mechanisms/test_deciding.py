"""What people weigh, one term a test: log-odds of leaving, to nine digits, of one unit before one open destination.

With one destination the log-odds of the nested logit are the push plus lambda times the destination's value, so a term
is seen as a difference between two worlds. Each test is named in `docs/mechanisms.md` beside a fault that it catches.
"""

import math

import numpy as np
import pytest

from sim.history.coefficients import load
from sim.model.hazards import FIXED_POINT
from sim.numerics.codes import CHANNEL, CONSCRIPTION, EXPOSURE, GROUP, INSTRUMENT, PLACE, REASON, SECTOR, SEX, STATUS
from tests.counting import NEVER_LEAVE, events_of, home_world
from tests.worlds import admit, close, constants, crowd, families, plain_world, quiet, start, tighten, value_of

LAMBDA, LEVEL = 0.6, -4.0
NEAR = {"rel": 0.0, "abs": 1e-9}


def one_place(months=1, channels=("visa_free",)):
    """A world with one destination, whose value is zero."""
    return plain_world(months, ("poland",), channels)


def log_odds(people, world, b, decision="destination_nest", heard=0.0, memory=0.0, abroad=0):
    """Log-odds with which the units of a crowd leave in the first month, from the expected commitments."""
    model = start(people, world, b, decision=decision)
    model.circles.heard[:], model.circles.memory[:], model.circles.abroad[:] = heard, memory, abroad
    model.run(1)
    share = model.recorder.committed[0].sum() / FIXED_POINT / (len(people.people.key) * people.one_in)
    return math.log(share / (1.0 - share))


def gain(one, other, **terms):
    """By how much the log-odds of leaving rise from one (people, world) to another, with these coefficients."""
    return log_odds(*other, quiet(**terms)) - log_odds(*one, quiet(**terms))


# the wish to leave


def test_the_fear_of_war_raises_the_wish_to_leave():
    calm, feared = home_world(1, ("poland",)), home_world(1, ("poland",), war_fear=0.5)
    assert gain((crowd(1), calm), (crowd(1), feared), war=1.2) == pytest.approx(0.6, **NEAR)


@pytest.mark.parametrize(("years", "fears"), [(40, 0.3), (49, 0.3), (50, 0.0)])
def test_a_man_of_forty_fears_mobilisation(years, fears):
    calm, feared = home_world(1, ("poland",)), home_world(1, ("poland",), war_fear=0.5)
    who = {"sex": SEX["male"], "birth": -years * 12, "conscription": CONSCRIPTION["served"]}
    assert gain((crowd(1, **who), calm), (crowd(1, **who), feared), mobilisation=0.6) == pytest.approx(fears, **NEAR)


def test_repression_counts_by_exposure():
    world = home_world(1, ("poland",), news=0.5)
    terms = {"repression": 0.8, "exposure_none": 0.5, "exposure_media": 4.0}
    media = crowd(1, exposure=EXPOSURE["media"])
    assert gain((crowd(1), world), (media, world), **terms) == pytest.approx(0.8 * 0.5 * 3.5, **NEAR)


def test_arrests_in_the_circle_raise_the_wish_to_leave():
    """A third of the circle was detained last month, of which nine tenths are remembered."""
    b = quiet(repression=0.8, exposure_none=1.0, circle_gain=2.0, circle_decay=0.9)
    with_memory, without = (log_odds(crowd(1), one_place(), b, memory=memory) for memory in (1.0 / 3.0, 0.0))
    assert with_memory - without == pytest.approx(0.8 * 2.0 * 0.3, **NEAR)


def test_people_abroad_in_the_circle_draw_others_after_them():
    b = quiet(peers=0.5)
    drawn, alone = (log_odds(crowd(4), one_place(), b, abroad=abroad) for abroad in (1, 0))
    assert drawn - alone == pytest.approx(0.5 / 4.0, **NEAR)


def test_ties_and_age_hold_back():
    """Ties at their strongest, and ten years beyond fifty."""
    old = crowd(1, ties=255, birth=-60 * 12)
    people = crowd(1, birth=-50 * 12)
    assert gain((people, one_place()), (old, one_place()), ties=-1.0, old_age=-0.8) == pytest.approx(-1.8, **NEAR)


def test_a_couple_decides_on_the_mean_of_two_wishes():
    pair = families(1, ties=np.array([255, 0, 0, 0]))
    assert gain((families(1), one_place()), (pair, one_place()), ties=-1.0) == pytest.approx(-0.5, **NEAR)


# the value of a destination


def valued(field, before, after, people=None, fear=0.0, **terms):
    """Gain of utility of the one destination when a field of it changes; `fear` is that of war."""
    worlds = one_place(), one_place()
    for world, value in zip(worlds, (before, after), strict=True):
        world.belarus["war_fear"] = fear
        world.places[field][:, PLACE["poland"]] = value
    who = people or crowd(1)
    return gain((who, worlds[0]), (who, worlds[1]), **terms) / LAMBDA


def test_a_diaspora_draws():
    assert valued("diaspora", 9500.0, 19500.0, diaspora=0.6) == pytest.approx(0.6 * math.log(2.0), **NEAR)


def test_wages_draw():
    assert valued("wage", 1.0, 3.0, income=0.7) == pytest.approx(0.7 * math.log(3.0), **NEAR)


def test_a_language_that_one_speaks_draws():
    assert valued("language", 0.2, 0.9, language=0.5) == pytest.approx(0.5 * 0.7, **NEAR)


def test_distance_holds_back():
    assert valued("distance", 500.0, 1000.0, distance=-0.8) == pytest.approx(-0.8 * math.log(2.0), **NEAR)


def test_safety_counts_for_the_persecuted_and_in_fear_of_war_for_all():
    media = crowd(1, exposure=EXPOSURE["media"])
    assert valued("safety", 0.2, 1.0, media, safety=1.5) == pytest.approx(1.5 * 0.8, **NEAR)
    assert valued("safety", 0.2, 1.0, safety=1.5) == pytest.approx(0.0, **NEAR)
    assert valued("safety", 0.2, 1.0, fear=0.5, safety=1.5) == pytest.approx(0.5 * 1.5 * 0.8, **NEAR)


def test_close_people_draw_to_where_they_live():
    kin = crowd(1, kin=PLACE["poland"])
    assert gain((crowd(1), one_place()), (kin, one_place()), kin=0.9) == pytest.approx(LAMBDA * 0.9, **NEAR)


def test_work_needs_an_offer():
    """Four workers of the sector: offers for all of them, then for one."""
    plenty, few = one_place(1, ("work",)), one_place(1, ("work",))
    few.demand[:] = 1.0
    assert gain((crowd(4), plenty), (crowd(4), few)) == pytest.approx(LAMBDA * math.log(0.25), **NEAR)


def test_offers_of_work_are_taken_and_the_others_wait():
    """Three drivers and three workers of IT, an offer a month for drivers and two for IT, a unit each; who waits for
    an offer holds up nobody of another sector.
    """
    world = one_place(3, ("work",))
    world.demand[:] = 0.0
    world.demand[:, PLACE["poland"], SECTOR["transport"]], world.demand[:, PLACE["poland"], SECTOR["it"]] = 1.0, 2.0
    people = crowd(6, sector=np.repeat([SECTOR["transport"], SECTOR["it"]], 3))
    model = start(people, world, quiet(level=90.0)).run()
    granted = events_of(model, "granted")
    drivers = granted["row"] < 3
    assert granted["month"][drivers].tolist() == [0, 1, 2]
    assert granted["month"][~drivers].tolist() == [0, 0, 1]


@pytest.mark.parametrize("mu", [0.5, 1.0])
def test_a_like_channel_adds_by_the_dissimilarity_of_doors(mu):
    one, two = one_place(1), one_place(1, ("visa_free", "humanitarian"))
    expected = LAMBDA * mu * math.log(2.0)
    assert gain((crowd(1), one), (crowd(1), two), nest_channel=mu) == pytest.approx(expected, **NEAR)


def test_approval_acts_once():
    """By default nobody weighs it beforehand: half the approvals, half the arrivals."""
    weighs = load().approval
    sure, doubtful = one_place(1), tighten(one_place(1), "poland", "visa_free", approval=0.5)
    arrivals = []
    for world in (sure, doubtful):
        model = start(crowd(1), world, quiet(approval=weighs)).run()
        arrivals.append(model.recorder.expected_arrivals(world).sum())
    assert arrivals[1] / arrivals[0] == pytest.approx(0.5, rel=1e-9)


def test_the_odds_are_those_of_the_nested_logit():
    """Two destinations of which one is closed: the odds fall by (1 - s)**lambda, with s its share."""
    world = plain_world(1, ("poland", "georgia"))
    table = constants(poland=1.2, georgia=-0.3)
    shares = []
    for now in (world, close(world, "poland", "visa_free", 0)):
        model = start(crowd(1), now, quiet(), table).run(1)
        shares.append(model.recorder.committed[0].sum(axis=1) / FIXED_POINT)
    odds = [share.sum() / (1.0 - share.sum()) for share in shares]
    assert odds[0] == pytest.approx(math.exp(LEVEL) * (math.exp(1.2) + math.exp(-0.3)) ** LAMBDA, rel=1e-9)
    s = shares[0][PLACE["poland"]] / shares[0].sum()
    assert odds[1] / odds[0] == pytest.approx((1.0 - s) ** LAMBDA, rel=1e-9)


def test_by_another_rule_who_is_barred_stays():
    """Two equal destinations, one of them closed: the flat logit halves the odds, the nest takes 2**-lambda."""
    world = plain_world(1, ("poland", "georgia"))
    shut = close(world, "poland", "visa_free", 0)
    for decision, lam in (("flat_logit", 1.0), ("destination_nest", LAMBDA)):
        odds = [log_odds(crowd(1), now, quiet(), decision) for now in (world, shut)]
        assert odds[1] - odds[0] == pytest.approx(-lam * math.log(2.0), **NEAR)


def test_an_announced_closure_brings_departures_forward():
    """Half have heard that one of two equal destinations will close: the rush is half of log 2."""
    world = plain_world(1, ("poland", "georgia"))
    later = world.openness.copy()
    later[:, PLACE["poland"], INSTRUMENT["visa_free"]] = 0.0
    announced = world._replace(outlook=later)
    b = quiet(anticipation=1.0, news_reach=0.5)
    rush = log_odds(crowd(1), announced, b) - log_odds(crowd(1), world, b)
    assert rush == pytest.approx(0.5 * math.log(2.0), **NEAR)


# what one may do


def test_a_channel_is_open_to_those_whom_the_law_admits():
    """The persecuted, by the humanitarian channel; and IT workers, by the scheme for them."""
    world = plain_world(1, ("poland",), ("humanitarian", "it_scheme"))
    world = admit(world, "poland", "humanitarian", groups=1 << GROUP["persecuted"])
    world = admit(world, "poland", "it_scheme", sectors=1 << SECTOR["it"])
    people = crowd(3, exposure=[EXPOSURE["media"], 0, 0], sector=[SECTOR["other"], SECTOR["it"], SECTOR["other"]])
    model = start(people, world, quiet(level=60.0)).run()
    went = CHANNEL["humanitarian"], CHANNEL["it_scheme"], CHANNEL["none"]
    assert tuple(model.columns.channel) == went


def test_a_move_needs_the_fare_and_a_reserve():
    world = one_place()
    world.places["fare_land"], world.places["rent"] = 100.0, 50.0
    people = crowd(2, savings=[149.0, 150.0])
    model = start(people, world, quiet(level=60.0, reserve=1.0)).run()
    assert model.columns.place.tolist() == [PLACE["belarus"], PLACE["poland"]]
    assert model.columns.savings.tolist() == [149.0, 50.0]


def test_a_family_pays_fares_for_all_and_fees_for_adults_from_both_purses():
    """100 EUR a person and 50 an adult are 500; the head has nothing."""
    world = tighten(one_place(), "poland", "visa_free", fee=50.0)
    world.places["fare_land"] = 100.0
    people = families(2, savings=np.array([0.0, 500.0, 0.0, 0.0, 0.0, 149.0, 0.0, 0.0]))
    model = start(people, world, quiet(level=60.0)).run()
    assert model.columns.place.tolist() == [PLACE["poland"]] * 4 + [PLACE["belarus"]] * 4
    assert model.columns.savings[:4].tolist() == [0.0] * 4


def test_who_cannot_pay_wishes_in_vain():
    world = one_place()
    world.places["fare_land"] = 100.0
    model = start(crowd(2, savings=[0.0, 100.0]), world, quiet(level=60.0)).run()
    wished = events_of(model, "wished")
    assert wished["row"].tolist() == [0] and wished["reason"].tolist() == [REASON["funds"]]
    assert events_of(model, "departed")["row"].tolist() == [1]


@pytest.mark.parametrize(
    ("shut", "fare", "gone"),
    [((), 20.0, 1), (("land",), 200.0, 1), (("land_exit",), 200.0, 1), (("land", "air"), 0.0, 0), (("exit",), 0.0, 0)],
)
def test_one_leaves_by_land_or_else_by_air(shut, fare, gone):
    world = one_place()
    world.places["fare_land"], world.places["fare_air"] = 20.0, 200.0
    for instrument in shut:
        world = close(world, "belarus" if "exit" in instrument else "poland", instrument, 0)
    model = start(crowd(1, savings=1000.0), world, quiet(level=60.0)).run()
    assert len(events_of(model, "departed")) == gone
    assert model.columns.savings[0] == 1000.0 - fare


# applications


def test_a_quota_admits_so_many_a_month_and_the_others_wait():
    world = tighten(one_place(2), "poland", "visa_free", capacity=2.0)
    model = start(crowd(5), world, quiet(level=60.0)).run()
    assert events_of(model, "applied")["month"].tolist() == [0] * 5
    assert events_of(model, "granted")["month"].tolist() == [0, 0, 1, 1]


def test_a_queue_is_so_many_months_of_waiting():
    """Of 30 persons, three agents, who wait before ten places a month: twenty are left, two months at .05 each."""
    world = tighten(one_place(2), "poland", "visa_free", capacity=10.0)
    people = crowd(4, birth=[-30 * 12] * 3 + [-18 * 12 + 1])
    people.one_in = 10
    model = start(people, world, quiet(level=60.0, wait=-0.05)).run(1)
    assert events_of(model, "granted")["row"].size == 1
    model.processes["begin_month"](model)
    assert model.queued[PLACE["poland"], CHANNEL["visa_free"]] == 20.0
    assert value_of(model, "poland", "visa_free") == pytest.approx(-0.1)


def test_an_application_takes_its_months_from_wish_to_arrival():
    world = tighten(one_place(3), "poland", "visa_free", months=2.0)
    model = start(crowd(1), world, quiet(level=60.0)).run()
    steps = {kind: events_of(model, kind)["month"].tolist() for kind in ("applied", "granted", "departed")}
    assert steps == {"applied": [0], "granted": [2], "departed": [2]}


def test_who_is_refused_applies_again_after_some_months():
    world = tighten(one_place(6), "poland", "visa_free", months=1.0)
    world.rules["approval"][1] = 0.0
    model = start(crowd(1), world, quiet(level=60.0, reapply_months=3.0)).run()
    steps = {kind: events_of(model, kind)["month"].tolist() for kind in ("applied", "refused", "granted")}
    assert steps == {"applied": [0, 4], "refused": [1], "granted": [5]}


def test_everyone_caught_on_foot_is_counted():
    """A family of four of whom nobody gets through; nobody who is caught was refused a paper."""
    world = tighten(
        admit(one_place(2, ("irregular",)), "poland", "irregular", entry=-1), "poland", "irregular", months=1.0
    )
    world.rules["approval"][1] = 0.0
    model = start(families(1), world, quiet(level=60.0)).run()
    assert len(events_of(model, "caught")) == 4 and len(events_of(model, "refused")) == 0


def test_an_irregular_crossing_that_succeeds_gives_no_status():
    world = admit(one_place(1, ("irregular",)), "poland", "irregular", entry=-1, first_status=STATUS["irregular"])
    model = start(crowd(1), world, quiet(level=60.0)).run()
    assert events_of(model, "departed")["channel"].tolist() == [CHANNEL["irregular"]]
    assert model.columns.status[0] == STATUS["irregular"]


@pytest.mark.parametrize(("threats", "refused"), [(1.0, 1), (0.0, 0)])
def test_a_screening_refuses_whom_it_is_meant_to_find(threats, refused):
    world = one_place(1, ("work",))
    world.places["screening_true"], world.places["screening_false"] = 1.0, 0.0
    model = start(crowd(1), world, quiet(level=60.0, threat_share=threats)).run()
    assert events_of(model, "refused")["reason"].tolist() == [REASON["security"]] * refused


def test_who_is_screened_out_comes_by_a_way_without_a_visa():
    world = plain_world(1, ("poland",))
    world.places["screening_true"] = 1.0
    model = start(crowd(1), world, quiet(level=60.0, threat_share=1.0)).run()
    assert events_of(model, "departed")["row"].tolist() == [0]


def test_one_agent_stands_for_so_many_people():
    """The same agents at one in ten: the same chance, ten times the persons."""
    people = crowd(4)
    expected = []
    for one_in in (1, 10):
        people.one_in = one_in
        expected.append(start(people, one_place(), quiet()).run().recorder.committed[0].sum() / FIXED_POINT)
    assert expected[1] == pytest.approx(10.0 * expected[0], rel=1e-9)
    assert expected[0] == pytest.approx(4.0 / (1.0 + math.exp(-LEVEL)), rel=1e-9)


def test_nobody_leaves_who_does_not_want_to():
    model = start(crowd(3), one_place(), quiet(**NEVER_LEAVE)).run()
    assert len(model.recorder.events) == 0 and (model.columns.place == PLACE["belarus"]).all()


def test_a_single_parent_decides_alone():
    """The child of a lone parent is no partner: its ties do not count."""
    people = families(1)
    people.people.member[:] = 0, 2, 3, 4
    tied = families(1, ties=np.array([0, 255, 255, 255]))
    tied.people.member[:] = 0, 2, 3, 4
    assert gain((people, one_place()), (tied, one_place()), ties=-1.0) == pytest.approx(0.0, **NEAR)

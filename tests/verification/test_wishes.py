"""Wishes that cannot be followed: who wishes is who would go were the obstacle gone, and the reason names the obstacle.

Sets of people are compared exactly; one share by |z| <= 4, a false alarm of 6 in 100,000.
"""

import math
from itertools import product

import numpy as np
import pytest

from sim.numerics.codes import CHANNEL, CONSCRIPTION, GROUP, INSTRUMENT, MODE, MOTIVE, PLACE, REASON, STATUS
from sim.numerics.months import NEVER
from tests.counting import assert_share, events_of
from tests.worlds import admit, close, constants, crowd, families, plain_world, quiet, start, tighten

VALUES = {"poland": 1.0, "georgia": 0.3}
EAGER = {"level": -2.0, "spread_country": 0.5, "spread_leave": 0.5, "kin": 0.9, "reserve": 1.0}


def two_countries(months=1):
    """Poland by a national visa and a permit, or visa-free; Georgia visa-free; prices are low."""
    world = plain_world(months, tuple(VALUES), ("visa_free", "work"))
    for place in VALUES:
        world = admit(world, place, "work", entry=INSTRUMENT["national_visa"], residence=INSTRUMENT["permit"])
    world.places["rent"][:], world.places["fare_land"][:], world.places["fare_air"][:] = 150.0, 20.0, 90.0
    return tighten(world, "poland", "work", fee=60.0, funds=200.0)


def shut(world, *instruments):
    """The same world with instruments of both countries, or of Belarus, closed."""
    for instrument in instruments:
        for place in ("belarus",) if "exit" in instrument else VALUES:
            world = close(world, place, instrument, 0)
    return world


def first_month(world, people, **changes):
    """Rows of who applied and of who wished in the first month, the wishes' events, the model."""
    model = start(people, world, quiet(**EAGER | changes), constants(**VALUES)).run(1)
    applied, wished = events_of(model, "applied"), events_of(model, "wished")
    return set(applied["row"]), set(wished["row"]), wished, model


def barred(people, how):
    """The same people, none of whom is free to leave."""
    now = people.people
    if how == "held":
        now.held[:] = NEVER
    elif how == "banned":
        now.exit_ban[:] = 3
    elif how == "serving":
        now.conscription[:], now.serves_until[:] = CONSCRIPTION["serving"], NEVER
    return people


@pytest.mark.parametrize("how", ["held", "banned", "serving", "exit", "land_exit and air", "land and air"])
def test_who_may_not_leave_wishes_for_what_they_would_do(how):
    """Prison, a ban, service, and borders: the same people wish for the same places as go where nothing hinders."""
    people = crowd(4000, kin=np.arange(4000) % 3)
    world = two_countries()
    free, none, _, model = first_month(world, people)
    assert len(free) > 800 and not none
    way = how.split(" and ") if how in ("exit",) or " and " in how else ()
    applied, wished, events, _ = first_month(shut(world, *way), barred(crowd(4000, kin=np.arange(4000) % 3), how))
    assert not applied and wished == free and set(events["reason"]) == {REASON["exit"]}
    plans = np.stack([model.columns.plan_place, model.columns.plan_channel])[:, events["row"]]
    assert np.array_equal(plans, [events["place"], events["channel"]])


def test_who_cannot_pay_wishes_for_what_the_rich_do():
    """Families with money for nobody wish for what rich ones do, all of them going; those with money for one do not."""
    world = two_countries()
    rich, _, _, _ = first_month(world, families(1000))
    poor = families(1000, savings=0.0)
    applied, wished, events, model = first_month(world, poor)
    assert not applied and wished == rich and len(rich) > 200
    assert set(events["reason"]) == {REASON["funds"]} and (model.columns.aspires[events["row"]] == 0).all()
    ahead = families(1000, savings=np.tile([200.0, 0.0, 0.0, 0.0], 1000))
    applied, wished, _, _ = first_month(world, ahead, separation=-2.0)
    assert len(applied) > 50 and len(wished) > 50 and not applied & wished and applied | wished <= rich


@pytest.mark.parametrize("how", ["closed", "offered"])
def test_who_is_kept_by_a_closure_wishes_and_who_has_no_channel_does_not(how):
    """Closed instruments leave the wish of everyone; a channel that is no longer offered leaves none."""
    world = two_countries()
    free, _, _, _ = first_month(world, crowd(4000))
    if how == "closed":
        world = shut(world, "visa_free", "national_visa")
    else:
        world.rules["offered"] = 0.0
    applied, wished, events, _ = first_month(world, crowd(4000))
    assert not applied and wished == (free if how == "closed" else set())
    assert set(events["reason"]) <= {REASON["closed"]}


def test_reasons_are_the_last_of_several_obstacles():
    """Conditions only get better: who is held, poor and shut out is kept by the closure, as nothing less would do."""
    world = two_countries()
    closed = shut(world, "visa_free", "national_visa")
    cases = (
        (world, "held", 1e6, "exit"), (world, "held", 0.0, "funds"), (world, "", 0.0, "funds"),
        (closed, "held", 1e6, "closed"), (closed, "", 0.0, "closed"), (closed, "held", 0.0, "closed"),
    )  # fmt: skip
    everybody = None
    for now, how, savings, reason in cases:
        applied, wished, events, _ = first_month(now, barred(crowd(2000, savings=savings), how))
        everybody = everybody or wished
        assert not applied and wished == everybody and set(events["reason"]) == {REASON[reason]}, (how, savings)


def test_a_queue_can_be_the_obstacle():
    """Hundreds wait for nothing; those who come of age next month would go, were it not for the wait of a year."""
    world = tighten(plain_world(2, ("poland",)), "poland", "visa_free", capacity=0.0)
    people = crowd(400, birth=np.repeat([-30 * 12, -18 * 12 + 1], 200))
    model = start(people, world, quiet(level=60.0, wait=-20.0, patience=12.0)).run()
    applied, wished = events_of(model, "applied"), events_of(model, "wished")
    assert set(applied["row"]) == set(range(200)) and set(applied["month"]) == {0}
    assert set(wished["row"]) == set(range(200, 400)) and set(wished["month"]) == {1}
    assert set(wished["reason"]) == {REASON["quota"]}


def test_who_goes_elsewhere_instead_does_not_wish():
    """Poland shut: who goes to Georgia leaves no wish, who stays for want of Poland does; together they are all who
    would have gone, and their shares are those of the nested logit.
    """
    n = 40_000
    world = plain_world(1, tuple(VALUES))
    free, _, _, _ = first_month(world, crowd(n), spread_country=0.0, spread_leave=0.0)
    now = close(world, "poland", "visa_free", 0)
    applied, wished, events, _ = first_month(now, crowd(n), spread_country=0.0, spread_leave=0.0)
    assert applied | wished == free and not applied & wished
    assert set(events["place"]) == {PLACE["poland"]} and set(events["reason"]) == {REASON["closed"]}
    both, one = math.exp(1.0) + math.exp(0.3), math.exp(0.3)
    share = [1.0 / (1.0 + math.exp(2.0 - 0.6 * math.log(weight))) for weight in (both, one)]
    assert_share(len(applied), n, share[1])
    assert_share(len(wished), n, share[0] - share[1])


@pytest.mark.parametrize("who", ["children", "waiting", "abroad", "planning", "ineligible", "no kin", "too old"])
def test_who_is_asked_nothing_wishes_nothing(who):
    """Children, who waits after a refusal, who is abroad or has a plan; and whom the law would not admit at all."""
    world = shut(plain_world(2, ("poland",), ("work",)), "visa_free")
    people = crowd(100)
    if who == "children":
        people.people.birth[:] = -17 * 12
    elif who == "waiting":
        people.people.due[:] = 5
    elif who == "abroad":
        people.people.place[:], people.people.mode[:] = PLACE["poland"], MODE["settled"]
        people.people.status[:], people.people.channel[:] = STATUS["protected"], CHANNEL["work"]
    elif who == "planning":
        world = tighten(plain_world(2, ("poland",), ("work",)), "poland", "work", months=9.0)
    elif who == "ineligible":
        world = admit(world, "poland", "work", groups=1 << GROUP["ancestry"])
    elif who == "too old":
        world = admit(world, "poland", "work", oldest=29)
    elif who == "no kin":
        world = shut(plain_world(2, ("poland",), ("family",)), "visa_free")
    model = start(people, world, quiet(level=60.0)).run()
    assert len(events_of(model, "wished")) == 0
    assert (model.columns.aspires < 0).all()


def test_the_last_wish_is_remembered():
    """`aspires` is the month of the last wish; when the way opens they go, and it stays."""
    world = close(plain_world(6, ("poland",)), "poland", "visa_free", 0, 3)
    model = start(crowd(100), world, quiet(level=60.0)).run()
    wished = events_of(model, "wished")
    assert np.array_equal(np.bincount(wished["month"]), [100, 100, 100])
    assert (model.columns.aspires == 2).all() and set(events_of(model, "departed")["month"]) == {3}


def test_the_draft_group_is_threatened_only_while_war_is_feared():
    """Motives of applications and wishes: of who flees persecuted, else draft while war is feared, else fear; of who
    would have left anyway family by its channel, else labour.
    """
    people = crowd(600, detained=np.repeat([-5, -32768, -32768], 200), kin=PLACE["poland"])
    people.people.conscription[:400], people.people.birth[:400] = CONSCRIPTION["liable"], -20 * 12
    calm, pressed = {"level": 60.0}, {"level": -60.0, "repression": 240.0, "exposure_none": 1.0}
    for fear, channel, push in product((0.5, 0.0), ("visa_free", "family"), (calm, pressed)):
        seen = ["persecuted", "draft" if fear else "fear", "fear"]
        if push is calm:
            seen = ["labour" if channel == "visa_free" else "family"] * 3
        for entry in (0, None):
            world = plain_world(1, ("poland",), (channel,))
            world.belarus["war_fear"], world.belarus["news"] = fear, 0.5
            world = world if entry is None else close(world, "poland", "visa_free", entry)
            events = events_of(start(people, world, quiet(**push)).run(), "applied" if entry is None else "wished")
            motive = np.zeros(600, int)
            motive[events["row"]] = events["detail"]
            assert np.array_equal(motive, np.repeat([MOTIVE[name] for name in seen], 200))


def test_each_group_has_its_own_lambda():
    """The threatened and the others, mixed with the run's lambda by half: expected commitments to 1e-6."""
    b = quiet(level=-3.0, by_motive=0.5, lambda_threatened=0.3, lambda_other=0.9)  # the run's is 0.6
    for detained, lam in ((-5, 0.45), (-32768, 0.75)):
        model = start(crowd(100, detained=detained), plain_world(1, ("poland",)), b, constants(poland=1.4)).run()
        expected = 100.0 / (1.0 + math.exp(3.0 - lam * 1.4))
        assert model.recorder.committed[0].sum() / 2.0**40 == pytest.approx(expected, rel=1e-6)

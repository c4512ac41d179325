"""Living abroad: work found and lost, savings, destitution, citizenship, and what hastens or holds back a return.

Shares are compared by |z| <= 4, a false alarm of 6 in 100,000 each (about 2 in 1,000 for the file); luck is fixed.
"""

import numpy as np
import pytest

from sim.numerics.codes import CHANNEL, CONSCRIPTION, EVENT, EXPOSURE, MODE, PLACE, REASON, SECTOR, SEX, STATUS
from sim.numerics.months import NEVER
from tests.counting import NEVER_LEAVE, assert_share, events_of, home_world, settled
from tests.worlds import constants, families, plain_world, quiet, start, tighten


def poland(months, language=1.0, works=1.0, wage=1000.0, rent=300.0):
    """Poland, where one lives on a permit that does not run out."""
    world = tighten(plain_world(months, ("poland",)), "poland", "visa_free", works=works)
    there = world.places[:, PLACE["poland"]]
    there["language"], there["wage"], there["rent"], there["premium_it"] = language, wage, rent, 2.0
    return world


@pytest.mark.parametrize(
    ("status", "works", "chance"),
    [("permit", 0.0, 1.0), ("protected", 0.0, 1.0), ("citizen", 0.0, 1.0), ("irregular", 1.0, 0.3),
     ("visa", 0.4, 0.4), ("visa_free", 0.0, 0.3), ("asylum_seeker", 0.5, 0.5), ("asylum_seeker", 0.0, 0.0),
     ("permanent", 0.0, 1.0)],
)  # fmt: skip
def test_work_is_found_by_the_right_to_it(status, works, chance):
    """A quarter a month with a full right: at once on a permit, as the channel says on the first status; informal work
    is found without one, but by no asylum seeker.
    """
    b = quiet(**NEVER_LEAVE, job_finding=0.25, informal_work=0.3)
    model = start(settled(10_000, status=status), poland(4, works=works), b).run()
    found = events_of(model, "employed")
    assert_share(len(found), 10_000, 1.0 - (1.0 - 0.25 * chance) ** 4)
    assert_share((found["month"] == 0).sum(), 10_000, 0.25 * chance)
    assert np.array_equal(np.flatnonzero(model.columns.job), np.sort(found["row"]))


def test_work_is_found_by_language_which_is_learnt():
    """Half usable on arrival, a hundredth more a month, at most in full; counted from one's own arrival."""
    people = settled(40_000)
    kind = np.arange(40_000) % 4
    people.people.since[:] = np.array([-1, -10, -40, -99])[kind]
    model = start(people, poland(1, language=0.5), quiet(**NEVER_LEAVE, job_finding=0.4, language_learning=0.01)).run()
    found = events_of(model, "employed")["row"] % 4
    for which, level in enumerate((0.51, 0.6, 0.9, 1.0)):
        assert_share((found == which).sum(), 10_000, 0.4 * level)


def test_work_is_lost_at_its_rate_and_not_found_again_in_the_month():
    b = quiet(**NEVER_LEAVE, job_loss=0.1, job_finding=1.0)
    model = start(settled(20_000, job=1), poland(2), b).run()
    lost, found = events_of(model, "dismissed"), events_of(model, "employed")
    first = set(lost["row"][lost["month"] == 0])
    assert_share(len(first), 20_000, 0.1)
    assert set(found["row"]) == first and set(found["month"]) == {1}
    assert_share((lost["month"] == 1).sum(), 20_000 - len(first), 0.1)


@pytest.mark.parametrize(("years", "finds"), [(17, False), (18, True), (64, True), (65, False)])
def test_minors_and_pensioners_look_for_no_work(years, finds):
    people = settled(50, birth=-years * 12)
    model = start(people, poland(1), quiet(**NEVER_LEAVE, job_finding=1.0)).run()
    assert len(events_of(model, "employed")) == 50 * finds


def test_savings_grow_with_work_and_shrink_without():
    """A fifth of the wage, twice as much in IT; one and a half rents go out, as far as there is money; pensioners keep
    what they have.
    """
    people = settled(5, savings=np.array([0.0, 0.0, 1000.0, 100.0, 700.0]))
    people.people.job[:2], people.people.sector[1] = 1, SECTOR["it"]
    people.people.birth[4] = -65 * 12
    model = start(people, poland(2), quiet(**NEVER_LEAVE, saving_share=0.2, subsistence=1.5)).run(1)
    assert list(model.columns.savings) == [200.0, 400.0, 550.0, 0.0, 700.0]
    assert list(model.step() or model.columns.savings) == [400.0, 800.0, 100.0, 0.0, 700.0]


def test_children_and_who_arrived_this_month_neither_earn_nor_spend():
    people = families(
        50, place=PLACE["poland"], mode=MODE["settled"], status=STATUS["permit"], expiry=NEVER, savings=500.0
    )
    people.people.channel[:], people.people.since[:] = CHANNEL["visa_free"], -1
    b = quiet(**NEVER_LEAVE, subsistence=1.0, job_finding=0.0)
    model = start(people, poland(1), b).run()
    assert np.array_equal(model.columns.savings, np.tile([200.0, 200.0, 500.0, 500.0], 50))
    people.people.since[:] = 0
    assert (start(people, poland(1), b).run().columns.savings == 500.0).all()


@pytest.mark.parametrize(
    ("channel", "hired"), [("work", True), ("it_scheme", True), ("relocation", True), ("visa_free", False)]
)
def test_who_comes_for_work_has_it(channel, hired):
    """The head, not the partner, by three channels; and not by others."""
    world = plain_world(1, ("poland",), (channel,))
    people = families(20)
    people.people.sector[::4] = SECTOR["it"]
    people.people.employer[::4], people.employers = 1, np.array([0, SECTOR["it"]], np.uint8)
    world.belarus["relocation_it"] = 1.0
    model = start(people, world, quiet(level=60.0, staff=60.0, relocation_months=1.0)).run()
    assert np.array_equal(model.columns.job, np.tile([int(hired), 0, 0, 0], 20))


def test_who_returns_or_moves_on_leaves_their_work():
    world = plain_world(1, ("poland", "georgia"))
    for hazard in ("return", "onward"):
        model = start(settled(100, job=1), world, quiet(**NEVER_LEAVE, **{hazard: 1.0})).run()
        assert (model.columns.place != PLACE["poland"]).all() and not model.columns.job.any()


@pytest.mark.parametrize(
    ("channel", "hangs"), [("work", True), ("it_scheme", True), ("relocation", True), ("study", False)]
)
@pytest.mark.parametrize(("job", "has"), [((0, 0), False), ((1, 0), True), ((0, 1), True)])
def test_a_permit_that_rests_on_work_hangs_on_having_some(channel, hangs, job, has):
    """Four in ten are renewed of those of whom nobody has a job, nine in ten of the others."""
    n = 3000
    people = families(n, place=PLACE["poland"], mode=MODE["settled"], status=STATUS["permit"], expiry=0)
    people.people.channel[:], people.people.since[:] = CHANNEL[channel], -12
    people.people.job[:] = np.tile([*job, 0, 0], n)
    world = tighten(plain_world(2, ("poland",), (channel,)), "poland", channel, renewal=0.9)
    model = start(people, world, quiet(**NEVER_LEAVE, renewal_jobless=0.4 / 0.9, permit_months=9.0)).run()
    share = 0.4 if hangs and not has else 0.9
    assert_share(len(events_of(model, "renewed")) / 4, n, share)
    assert len(events_of(model, "renewed")) + len(events_of(model, "lost")) == 4 * n


# return

RETURN = {
    "return": 0.04,
    "return_persecuted": 0.25,
    "danger_months": 60.0,
    "return_irregular": 2.5,
    "return_destitute": 3.0,
    "return_liable": 0.5,
}


@pytest.mark.parametrize(
    ("who", "pull", "factor"),
    [({}, 1.0, 1.0), ({}, 4.0, 4.0), ({}, 0.0, 0.0), ({"savings": 0.0}, 1.0, 3.0),
     ({"savings": 0.0, "job": 1}, 1.0, 1.0), ({"savings": 0.0, "birth": -66 * 12}, 1.0, 1.0),
     ({"conscription": CONSCRIPTION["liable"], "sex": SEX["male"]}, 1.0, 0.5),
     ({"conscription": CONSCRIPTION["reserve_officer"]}, 1.0, 1.0), ({"exposure": EXPOSURE["strike"]}, 1.0, 1.0),
     ({"detained": -50, "savings": 0.0}, 2.0, 1.5), ({"savings": 0.0, "status": "irregular"}, 1.0, 7.5)],
)  # fmt: skip
def test_return_is_a_product_of_factors(who, pull, factor):
    """The country's pull, persecution, want of status, destitution and the draft."""
    who = {"birth": -24 * 12} | who
    world = home_world(2, ("poland",), return_pull=pull)
    model = start(settled(10_000, **who), world, quiet(**NEVER_LEAVE, **RETURN)).run(1)
    assert_share(len(events_of(model, "returned")), 10_000, min(1.0, 0.04 * factor))


def test_a_couple_is_destitute_if_neither_has_anything():
    """Either one's job, pension or savings will do; those of the children do not count."""
    values = {
        "nothing": ({}, True),
        "his job": ({"job": [1, 0, 0, 0]}, False),
        "her job": ({"job": [0, 1, 0, 0]}, False),
        "her savings": ({"savings": [0.0, 1.0, 0.0, 0.0]}, False),
        "her pension": ({"birth": [-60 * 12, -65 * 12, 0, 0]}, False),
        "the child's savings": ({"savings": [0.0, 0.0, 9.0, 0.0]}, True),
    }
    for name, (columns, poor) in values.items():
        people = families(50, place=PLACE["poland"], mode=MODE["settled"], status=STATUS["permit"], expiry=NEVER)
        people.people.savings[:], people.people.since[:] = 0.0, -9
        for column, value in columns.items():
            getattr(people.people, column)[:] = np.tile(value, 50)
        b = quiet(**NEVER_LEAVE, **{"return": 0.001, "return_destitute": 1000.0})
        model = start(people, home_world(1, ("poland",)), b).run()
        returned = len(events_of(model, "returned"))
        assert returned == 200 if poor else returned < 20, name


# citizenship


@pytest.mark.parametrize(("years", "share"), [(9, 0.0), (10, 0.3), (30, 0.3)])
def test_a_permit_becomes_citizenship_at_a_renewal_after_the_years(years, share):
    """Three in ten of those whose permit ends after ten years; the others have it renewed."""
    people = settled(10_000, since=-years * 12)
    people.people.expiry[:] = 0
    world = plain_world(4, ("poland",))
    world.places["naturalisation"][:], world.places["naturalisation_months"] = 0.3, 120.0
    b = quiet(**NEVER_LEAVE, permit_months=24.0)
    model = start(people, world, b).run()
    new, renewed = events_of(model, "naturalised"), events_of(model, "renewed")
    assert set(new["month"]) <= {1} and len(new) + len(renewed) == 10_000
    assert_share(len(new), 10_000, share)
    citizens = model.columns.status == STATUS["citizen"]
    assert set(np.flatnonzero(citizens)) == set(new["row"]) and (model.columns.expiry[citizens] == NEVER).all()


@pytest.mark.parametrize("status", ["visa", "visa_free", "asylum_seeker", "irregular", "protected"])
def test_only_a_permit_becomes_citizenship(status):
    people = settled(200, status=status, since=-400)
    people.people.expiry[:] = 0
    world = plain_world(3, ("poland",))
    world.places["naturalisation"][:] = 1.0
    model = start(people, world, quiet(**NEVER_LEAVE, permit_months=99.0)).run()
    assert len(events_of(model, "naturalised")) == 0


def test_nothing_takes_citizenship_or_protection_away():
    """Renewal closed, permits revoked, screening perfect, passports expired: citizens and the protected stay, and may
    only return; citizens do not move on.
    """
    people = settled(2000, passport=-5)
    people.people.status[:] = np.array([STATUS["citizen"], STATUS["protected"]])[np.arange(2000) % 2]
    people.people.expiry[:] = -1
    world = tighten(plain_world(12, ("poland", "georgia")), "poland", "visa_free", renewal=0.0)
    for name in ("revocation", "screening_false", "screening_true"):
        world.places[name][:] = 1.0
    model = start(people, world, quiet(**NEVER_LEAVE, onward=0.1, **{"return": 0.05})).run()
    assert set(model.recorder.events["kind"]) == {EVENT["returned"], EVENT["onward"], EVENT["lost"]}
    onward = events_of(model, "onward")
    assert set(onward["row"] % 2) == {1} and (onward["reason"] == REASON["choice"]).all()
    assert set(events_of(model, "lost")["row"]) <= set(onward["row"])  # the permits of those who moved on
    stayed = model.columns.place == PLACE["poland"]
    stayed[onward["row"]] = False
    assert stayed.sum() > 500 and set(model.columns.status[stayed]) == {STATUS["citizen"], STATUS["protected"]}


def test_destitution_follows_from_the_month_before_the_return():
    """Who has just found work does not return as one of the destitute: work comes first in the month."""
    people = settled(5000, savings=0.0)
    b = quiet(**NEVER_LEAVE, job_finding=1.0, **{"return": 0.02, "return_destitute": 50.0})
    model = start(people, poland(1), b, constants()).run()
    assert_share(len(events_of(model, "returned")), 5000, 0.02)


def test_consulates_renew_the_passports_of_families():
    """Of everyone abroad whose passport has run out, in the month in which it does; not once consulates stop."""
    people = families(50, place=PLACE["poland"], mode=MODE["settled"], status=STATUS["permit"], expiry=NEVER, since=-9)
    people.people.passport[:] = np.tile([-7, 0, 1, 2], 50)
    world = plain_world(4, ("poland",))
    world.belarus["passport_abroad"][2:] = 0.0
    model = start(people, world, quiet(**NEVER_LEAVE, passport_months=50.0)).run()
    assert model.columns.passport.reshape(50, 4).tolist() == [[50, 51, 1, 2]] * 50

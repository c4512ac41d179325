"""Conscription beyond the barracks gate: who is unfit or has a family, absence, officers by decree, study abroad, and
men who have served and are called again or may not leave.

Shares are compared by |z| <= 4, a false alarm of 6 in 100,000 each (about 1 in 400 for the file); luck is fixed.
"""

import numpy as np
import pytest

from sim.model.hazards import EXPECTED
from sim.model.processes.muster import RESERVISTS
from sim.numerics.codes import CHANNEL, CONSCRIPTION, EDUCATION, MODE, PLACE, REASON, REGION, SEX, STATUS
from sim.numerics.months import NEVER
from tests.counting import NEVER_LEAVE, assert_share, events_of, home_world
from tests.worlds import crowd, quiet, start, young_men

STANDINGS = ("never", "liable", "deferred", "served", "reserve_officer", "exempt", "family")


def calm(**changes):
    """Nobody leaves; service takes 18 months, 12 with higher education."""
    return quiet(**NEVER_LEAVE, service_months=18.0, service_months_higher=12.0, **changes)


def abroad(people, mask, place="poland"):
    """The same people, some of them settled abroad."""
    now = people.people
    now.place[mask], now.mode[mask], now.status[mask] = PLACE[place], MODE["settled"], STATUS["permit"]
    now.channel[mask], now.since[mask], now.expiry[mask] = CHANNEL["visa_free"], -12, NEVER
    return people


def test_only_the_liable_are_summoned():
    """Of men of 20 with every standing, none but the liable, nobody in prison, and nobody who is registered abroad."""
    n = 700
    people = young_men(n * len(STANDINGS))
    kind = np.arange(n * len(STANDINGS)) % len(STANDINGS)
    people.people.conscription[:] = np.array([CONSCRIPTION[name] for name in STANDINGS])[kind]
    people.people.held[:700], people.people.region[700:1400] = NEVER, REGION["abroad"]
    model = start(people, home_world(1, summoned=1e9, drafted=1e9), calm()).run()
    asked = np.flatnonzero((kind == STANDINGS.index("liable")) & (np.arange(len(kind)) >= 1400))
    assert np.array_equal(events_of(model, "summoned")["row"], asked)
    assert np.array_equal(events_of(model, "drafted")["row"], asked)


def test_a_summons_reaches_who_lives_elsewhere_by_chance_and_nobody_abroad():
    """A third of the men live at their address, a third elsewhere, whom three summonses in ten reach, a third abroad.
    All are summoned alike; who is not reached is summoned in absence, is not drafted, and may be barred from leaving.
    Men are drafted, and summoned, in the numbers given, whoever is absent.
    """
    n, kinds = 30_000, 3
    kind = np.arange(n) % kinds
    people = abroad(young_men(n), kind == 2)
    people.people.elsewhere[:] = kind == 1
    world = home_world(1, ("poland",), summoned=6000.0, drafted=2600.0, summons_reach=0.3, ban_liable=0.5)
    model = start(people, world, calm()).run()
    summoned, drafted = events_of(model, "summoned"), events_of(model, "drafted")
    share = 6000.0 / n
    absent = summoned["reason"] == REASON["absent"]
    for which, missed in ((0, 0.0), (1, 0.7), (2, 1.0)):
        of_them = summoned["row"] % kinds == which
        assert_share(of_them.sum(), n / kinds, share)
        assert_share(absent[of_them].sum(), of_them.sum(), missed)
    assert np.array_equal(np.sort(summoned["row"][~absent]), np.sort(drafted["row"]))  # 2,600 of 13,000 is 6,000 of n
    barred = np.flatnonzero(model.columns.exit_ban == 6)
    assert set(barred) <= set(summoned["row"][absent])
    assert_share(len(barred), absent.sum(), 0.5)


@pytest.mark.parametrize("one_in", [1, 20])
def test_a_draft_takes_the_numbers_it_is_given_whoever_is_liable_by_then(one_in):
    """Of men of 20 half are deferred until the third month; 100 agents' worth are called in each month of five."""
    people = young_men(16_000)
    people.one_in = one_in
    people.people.circle[:] *= one_in
    late = np.arange(16_000) % 2 == 1
    people.people.conscription[late], people.people.birth[late] = CONSCRIPTION["deferred"], -22 * 12 + 2
    people.people.elsewhere[::4] = 1
    world = home_world(5, summoned=500.0 * one_in, drafted=200.0 * one_in, summons_reach=0.5)
    model = start(people, world, calm()).run()
    for kind, expected in (("summoned", 500), ("drafted", 200)):
        for count in np.bincount(events_of(model, kind)["month"], minlength=5):
            assert abs(count - expected) <= 4.0 * np.sqrt(expected), kind


def test_reserve_officers_are_called_by_decree():
    """Three hundred of 3,000 reserve officers below 27 a month, by decree; none in prison, older, or abroad; they serve
    for as long as graduates.
    """
    n = 12_000
    kind = np.arange(n) % 4
    people = crowd(n, sex=SEX["male"], birth=-24 * 12, conscription=CONSCRIPTION["reserve_officer"])
    people.people.education[:] = EDUCATION["lower"]
    people.people.birth[kind == 1] = -27 * 12 - 1
    people.people.held[kind == 2] = NEVER
    abroad(people, kind == 3)
    world = home_world(14, ("poland",))
    world.belarus["officers"][0] = 300.0
    model = start(people, world, calm()).run(1)
    called = events_of(model, "drafted")
    assert set(called["row"] % 4) == {0} and set(called["reason"]) == {REASON["decree"]}
    assert_share(len(called), 3000, 0.1)
    assert len(events_of(model, "summoned")) == 0
    discharged = events_of(model.run(), "discharged")
    assert set(discharged["month"]) == {13} and len(discharged) == len(called)
    assert len(events_of(model, "drafted")) == len(called)


@pytest.mark.parametrize("one_in", [1, 20])
def test_a_mobilisation_takes_the_numbers_it_is_given_of_the_men_who_have_served(one_in):
    """Two hundred agents' worth in each month of four, of 3,000 men at home; evenly by age, and as many are expected as
    are asked for; of those of 50, who never served, are in prison or abroad nobody.
    """
    n, kinds = 15_000, 5
    kind = np.arange(n) % kinds
    people = abroad(crowd(n, sex=SEX["male"], conscription=CONSCRIPTION["served"]), kind == 1)
    people.one_in = one_in
    people.people.circle[:] *= one_in
    people.people.birth[kind == 2] = -50 * 12
    people.people.conscription[kind == 3] = CONSCRIPTION["exempt"]
    people.people.held[kind == 4] = NEVER
    young = (kind == 0) & (np.arange(n) % 2 == 0)
    people.people.birth[young] = -22 * 12
    world = home_world(4, ("poland",), reservists=200.0 * one_in)
    model = start(people, world, calm()).run()
    called = events_of(model, "drafted")
    assert set(kind[called["row"]]) == {0} and set(called["reason"]) == {REASON["reserve"]}
    for t, count in enumerate(np.bincount(called["month"], minlength=4)):
        left = 3000 - int((called["month"] < t).sum())
        assert_share(count, left, 200.0 / left)
    assert_share(young[called["row"]].sum(), len(called), 0.5)
    expected = model.recorder.expected_harms(model.world)[:, EXPECTED.index("drafted")]
    assert expected == pytest.approx(200.0 * one_in) and not len(events_of(model, "summoned"))
    assert model.recorder.called_persons()[:, RESERVISTS].tolist() == [
        one_in * (3000 - int((called["month"] < t).sum())) for t in range(4)
    ]


def test_a_share_of_the_reserve_may_not_leave_the_same_men_each_month():
    """Three men in ten of those below 50, wherever they live, but for who is registered abroad."""
    n = 12_000
    kind = np.arange(n) % 4
    people = abroad(crowd(n, sex=SEX["male"], conscription=CONSCRIPTION["served"]), kind == 1)
    people.people.birth[kind == 2], people.people.region[kind == 3] = -50 * 12, REGION["abroad"]
    model = start(people, home_world(2, ("poland",), ban_reserve=0.3), calm()).run(1)
    first = model.columns.exit_ban == 0
    model.run()
    assert np.array_equal(model.columns.exit_ban == 1, first)
    for k, share in enumerate((0.3, 0.3, 0.0, 0.0)):
        assert_share(first[kind == k].sum(), n / 4, share)


@pytest.mark.parametrize("defers", [1.0, 0.0])
def test_study_abroad_defers_service_while_it_does(defers):
    """Students of 20 at home and abroad: when study abroad no longer defers, those abroad are liable at once."""
    people = abroad(young_men(2000), np.arange(2000) % 2 == 1)
    people.people.conscription[:] = CONSCRIPTION["deferred"]
    world = home_world(3, ("poland",))
    world.belarus["study_abroad"][1:] = defers
    model = start(people, world, calm(officer_share=1.0)).run(1)
    assert (model.columns.conscription == CONSCRIPTION["deferred"]).all()
    model.step()
    standing = model.columns.conscription
    assert (standing[::2] == CONSCRIPTION["deferred"]).all()
    assert (standing[1::2] == CONSCRIPTION["deferred" if defers else "liable"]).all()


def test_a_deferment_for_children_ends_with_liability():
    """A father is not called, and at 27 no longer asked."""
    people = crowd(100, sex=SEX["male"], birth=-27 * 12 + 2, conscription=CONSCRIPTION["family"])
    model = start(people, home_world(3, summoned=1e9, drafted=1e9), calm()).run(2)
    assert (model.columns.conscription == CONSCRIPTION["family"]).all()
    assert (model.run().columns.conscription == CONSCRIPTION["never"]).all() and not len(model.recorder.events)

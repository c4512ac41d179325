"""What happens to people in Belarus, one mechanism a test: exact, in worlds of a few people, with hazards of 0 or 1.

Each test is named in `docs/mechanisms.md` beside a fault that it catches (`tests/faults/faults.yaml`).
"""

import numpy as np
import pytest

from sim.history.coefficients import RECORDS
from sim.model import newcomers
from sim.model.processes.depart import renewed_at_home
from sim.numerics.codes import (
    CHANNEL,
    CONSCRIPTION,
    EDUCATION,
    EXPOSURE,
    GROUP,
    MODE,
    PLACE,
    PLAN,
    REASON,
    REGION,
    SECTOR,
    SEX,
    STATUS,
)
from sim.numerics.months import LONG_AGO, NEVER
from tests.counting import NEVER_LEAVE, employed, events_of, home_world
from tests.worlds import admit, crowd, plain_world, quiet, start, young_men

CERTAIN = 1e9
"""Persons a month in a world of a few: it happens to everyone whom it may happen to."""


def told(model, *kinds):
    """Month and row of each event of the kinds named, sorted."""
    return sorted((int(event["month"]), int(event["row"])) for event in events_of(model, *kinds))


def test_detentions_fall_on_the_exposed_in_the_months_that_have_them():
    people = crowd(6, exposure=[EXPOSURE["protest"]] * 3 + [EXPOSURE["none"]] * 3)
    world = home_world(2, detentions=CERTAIN)
    world.belarus["detentions"][0] = 0.0
    world.risk[:, EXPOSURE["none"]] = 0.0
    model = start(people, world, quiet(**NEVER_LEAVE)).run()
    assert told(model, "detained") == [(1, 0), (1, 1), (1, 2)]


def test_the_charged_are_held_tried_sentenced_and_pardoned():
    world = home_world(8, detentions=CERTAIN, charges=CERTAIN)
    world.belarus["detentions"][1:], world.belarus["pardon"][6:] = 0.0, 1.0
    b = quiet(**NEVER_LEAVE, custody_charged=1.0, trial_months=2.0, custody_months=5.0)
    model = start(crowd(1), world, b).run(1)
    assert model.columns.held[0] == model.columns.trial[0] == 2
    assert model.run(3).columns.held[0] == 7
    assert model.run().columns.held[0] == 5
    months = {kind: told(model, kind) for kind in ("detained", "charged", "sentenced", "pardoned")}
    assert months == {"detained": [(0, 0)], "charged": [(0, 0)], "sentenced": [(2, 0)], "pardoned": [(6, 0)]}


def test_the_accused_may_not_leave_even_with_a_humanitarian_visa():
    world = admit(plain_world(3, ("lithuania",), ("humanitarian",)), "lithuania", "humanitarian", entry=-1)
    world = admit(world, "lithuania", "humanitarian", groups=1 << GROUP["persecuted"])
    world.rules["months"] = 1.0
    model = start(crowd(2, exposure=EXPOSURE["media"]), world, quiet(level=60.0, grant_months=9.0)).run(1)
    model.columns.exit_ban[0] = 99
    model.run()
    assert told(model, "granted") == [(1, 0), (1, 1)] and told(model, "departed") == [(1, 1)]
    assert model.columns.plan[0] == PLAN["granted"]


def test_the_staff_of_a_closed_newsroom_are_without_work():
    people = employed(crowd(4), SECTOR["ngo_media"], 2)
    people.people.sector[2:] = SECTOR["it"]
    model = start(people, home_world(1, closures=300.0), quiet(**NEVER_LEAVE, organisations=300.0)).run()
    assert model.columns.sector.tolist() == [SECTOR["none"]] * 2 + [SECTOR["it"]] * 2


def test_a_firm_that_moves_takes_its_staff_and_nobody_else():
    people = employed(crowd(4, savings=0.0), SECTOR["it"], 2)
    people.people.employer[3] = 0
    world = plain_world(1, ("georgia",), ("relocation",))
    world.belarus["relocation_it"] = 1.0
    model = start(people, world, quiet(level=60.0, staff=60.0, relocation_months=2.0)).run()
    assert model.columns.place.tolist() == [PLACE["georgia"]] * 3 + [PLACE["belarus"]]
    assert (model.columns.channel[:3] == CHANNEL["relocation"]).all() and (model.columns.job[:3] == 1).all()


def test_an_arrest_in_the_circle_is_remembered_and_fades():
    people = crowd(4, exposure=[EXPOSURE["protest"]] + [EXPOSURE["none"]] * 3)
    world = home_world(3, detentions=CERTAIN)
    world.belarus["detentions"][1:] = 0.0
    world.risk[:, EXPOSURE["none"]] = 0.0
    model = start(people, world, quiet(**NEVER_LEAVE, circle_decay=0.9))
    remembered = [float(model.run(month).circles.memory[0]) for month in (1, 2, 3)]
    assert remembered == pytest.approx([0.25, 0.225, 0.2025])


def test_a_decree_calls_reserve_officers_below_27_and_nobody_else():
    people = crowd(3, sex=SEX["male"], birth=[-24 * 12, -28 * 12, -24 * 12])
    officer, liable = CONSCRIPTION["reserve_officer"], CONSCRIPTION["liable"]
    people.people.conscription[:] = officer, officer, liable
    model = start(people, home_world(1, officers=CERTAIN), quiet(**NEVER_LEAVE)).run()
    assert told(model, "drafted") == [(0, 0)]
    assert set(events_of(model, "drafted")["reason"]) == {REASON["decree"]}


def test_a_mobilisation_calls_men_below_50_at_home_who_have_served_and_nobody_else():
    """The first two; not who is 50, never served, is a reserve officer, may be drafted, is a woman, is held, lives
    abroad, or is registered there.
    """
    people = crowd(10, sex=SEX["male"], birth=-40 * 12, conscription=CONSCRIPTION["served"])
    people.people.birth[1:3] = -50 * 12 + 1, -50 * 12
    people.people.conscription[3:5] = CONSCRIPTION["never"], CONSCRIPTION["reserve_officer"]
    people.people.conscription[5], people.people.birth[4:6] = CONSCRIPTION["liable"], -24 * 12
    people.people.sex[6], people.people.held[7] = SEX["female"], NEVER
    people.people.mode[8:], people.people.place[8:] = MODE["settled"], PLACE["poland"]
    people.people.status[8:], people.people.region[9] = STATUS["permit"], REGION["abroad"]
    model = start(people, home_world(1, ("poland",), reservists=CERTAIN), quiet(**NEVER_LEAVE)).run()
    assert told(model, "drafted") == [(0, 0), (0, 1)] and not told(model, "summoned")
    assert set(events_of(model, "drafted")["reason"]) == {REASON["reserve"]}


def test_who_is_called_again_serves_as_the_drafted_do_and_may_be_called_once_more():
    """Two months, a graduate one; in the month of the discharge nobody is called. From the sixth month nobody is."""
    people = crowd(2, sex=SEX["male"], conscription=CONSCRIPTION["served"], education=[0, EDUCATION["higher"]])
    world = home_world(9, reservists=CERTAIN)
    world.belarus["reservists"][5:] = 0.0
    model = start(people, world, quiet(**NEVER_LEAVE, service_months=2.0, service_months_higher=1.0)).run()
    assert told(model, "drafted") == [(0, 0), (0, 1), (3, 1), (4, 0)]
    assert told(model, "discharged") == [(2, 1), (3, 0), (5, 1), (7, 0)]
    assert (model.columns.conscription == CONSCRIPTION["served"]).all()


def test_a_mobilisation_may_keep_the_reserve_in_the_country_while_it_does():
    """Men below 50 who have served or are reserve officers; not who is 50, never served, or is a woman."""
    people = crowd(6, sex=SEX["male"], birth=-40 * 12, conscription=CONSCRIPTION["served"])
    people.people.conscription[1], people.people.conscription[4] = (
        CONSCRIPTION["reserve_officer"],
        CONSCRIPTION["never"],
    )
    people.people.birth[2:4], people.people.sex[5] = (-50 * 12 + 2, -50 * 12), SEX["female"]
    world = home_world(3, ("poland",), ban_reserve=1.0)
    world.belarus["ban_reserve"][2] = 0.0
    model = start(people, world, quiet(level=60.0)).run()
    assert told(model, "departed") == [(0, 3), (0, 4), (0, 5), (2, 0), (2, 1), (2, 2)]
    assert not told(model, "drafted")


def test_a_summons_misses_who_lives_elsewhere():
    people = young_men(2)
    people.people.elsewhere[:] = 0, 1
    world = home_world(1, summoned=CERTAIN, drafted=CERTAIN, summons_reach=0.0)
    model = start(people, world, quiet(**NEVER_LEAVE)).run()
    assert told(model, "summoned") == [(0, 0), (0, 1)] and told(model, "drafted") == [(0, 0)]
    assert events_of(model, "summoned")["reason"].tolist() == [REASON["none"], REASON["absent"]]


def test_a_man_is_drafted_up_to_his_27th_birthday():
    people = crowd(2, sex=SEX["male"], birth=[-27 * 12 + 1, -27 * 12], conscription=CONSCRIPTION["liable"])
    model = start(people, home_world(1, summoned=CERTAIN, drafted=CERTAIN), quiet(**NEVER_LEAVE)).run()
    assert model.columns.conscription.tolist() == [CONSCRIPTION["serving"], CONSCRIPTION["never"]]


def test_a_visa_is_issued_to_adults_and_lets_its_holders_leave():
    """Issued in the first month for three; its channel is open to who holds one, and to nobody else."""
    world = admit(plain_world(3, ("poland",), ("short_visa",)), "poland", "short_visa", entry=-1)
    world = admit(world, "poland", "short_visa", groups=1 << GROUP["visa_holder"])
    world.places["visas"][0, PLACE["poland"]] = CERTAIN
    people = crowd(2, birth=[-30 * 12, -17 * 12])
    model = start(people, world, quiet(level=60.0, visa_months=3.0)).run(1)
    assert model.columns.visa[0] == 3 and model.columns.visa[1] < 0
    assert told(model.run(), "departed") == [(0, 0)]


def test_people_have_heard_of_a_closure_from_the_news_and_from_people_abroad():
    """Half have heard from the news; of the other half as many as have people abroad, one in four of the circle."""
    world = home_world(2, ("poland",))
    shut = world.openness.copy()
    shut[:] = 0.0
    model = start(crowd(4), world._replace(outlook=shut), quiet(**NEVER_LEAVE, news_reach=0.5, hearsay=1.0))
    model.circles.abroad[0] = 1
    assert model.run(1).circles.heard[0] == 0.75
    assert model.run(2).circles.heard[0] == 0.75 + 0.25 * 0.75


def test_newcomers_raise_rents():
    """A city of 1,000 whose people grow by a tenth, where rents rise nine tenths as much."""
    world, poland = plain_world(2, ("poland",)), PLACE["poland"]
    world.places["city"], world.places["rent_response"][:, poland] = 1000.0, 0.9
    residents = world.places["diaspora"][0] + 100.0
    newcomers.respond(world, 0, residents, np.zeros(len(residents), np.int64))
    assert world.places["rent"][:, poland].tolist() == pytest.approx([1.0, 1.09])


def test_approvals_tighten_while_a_years_arrivals_exceed_the_limit():
    world, poland = plain_world(2, ("poland", "georgia")), PLACE["poland"]
    world.places["inflow_limit"][:, poland], world.places["tightening"][:, poland] = 50.0, 0.5
    inflow = np.full(world.places.shape[1], 60)
    newcomers.respond(world, 0, world.places["diaspora"][0], inflow)
    channel = CHANNEL["visa_free"]
    assert world.rules["approval"][:, poland, channel].tolist() == [1.0, 0.5]
    assert world.rules["approval"][1, PLACE["georgia"], channel] == 1.0
    newcomers.respond(world, 0, world.places["diaspora"][0], inflow - 20)
    assert world.rules["approval"][1, poland, channel] == 0.5


def test_who_is_held_or_serving_does_not_leave():
    people = crowd(3)
    people.people.held[0], people.people.conscription[1] = NEVER, CONSCRIPTION["serving"]
    people.people.serves_until[1] = NEVER
    model = start(people, plain_world(1, ("poland",)), quiet(level=60.0)).run()
    assert told(model, "departed") == [(0, 2)]


def test_a_ban_on_leaving_holds_to_the_end_of_its_last_month():
    model = start(crowd(1, exit_ban=1), plain_world(3, ("poland",)), quiet(level=60.0)).run()
    assert told(model, "departed") == [(2, 0)]


def savers(n=10_000, **values):
    """People at home who save as usual, on 400 EUR a month."""
    return crowd(n, income=400.0, saved_at=LONG_AGO, **values)


SAVING = {name: RECORDS[name]["value"] for name in RECORDS if name.startswith("savings")}
"""How people save, as on file."""


def test_savings_at_home_are_spread_as_surveys_found_them_in_any_month_and_wander():
    """Shares of savings.csv that they are fitted to; who has nothing has something three years later as often as the
    lag of 36 months between independent draws says: less often than the others, more often than never.
    """
    world = home_world(80)
    world.belarus["income"][40:] = 1.5
    model = start(savers(), world, quiet(**NEVER_LEAVE, **SAVING))
    nothing = []
    for month in (0, 36, 79):
        model.month = month
        months = model.savings(slice(None)) / (400.0 * world.belarus["income"][month])
        for most, share in ((0.0, 0.311), (1.0, 0.523), (5.9999, 0.9)):
            assert abs((months <= most).mean() - share) < 0.02
        nothing.append(months == 0.0)
    stayed = nothing[1][nothing[0]].mean()
    assert 0.36 < stayed < 0.8 and abs(nothing[2][nothing[0]].mean() - 0.311) < 0.03


def test_who_paid_for_a_journey_saves_until_they_have_what_is_usual():
    people = savers(2000)
    people.people.saved_at[1000:] = 0
    people.people.savings[1000:] = 0.0
    people.people.key[1000:] = people.people.key[:1000]
    model = start(people, home_world(30), quiet(**NEVER_LEAVE, **SAVING))
    for month in (0, 5, 29):
        model.month = month
        usual, found = np.split(model.savings(slice(None)), 2)
        assert found == pytest.approx(usual * (1.0 - np.exp(-SAVING["savings_recovery"] * month)), abs=1e-6)


@pytest.mark.parametrize(("passport", "after"), [(30, 30), (-1, 119), (-130, 110), (LONG_AGO, 130)])
def test_passports_at_home_are_renewed_whenever_they_run_out(passport, after):
    assert renewed_at_home(passport, 10, 120) == after

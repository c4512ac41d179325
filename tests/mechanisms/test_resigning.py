"""Who would have left and could not resigns; who flees; what one wishes for."""

import numpy as np
import pytest

from sim.model.hazards import FIXED_POINT
from sim.numerics.codes import EVENT, EXPOSURE, MOTIVE, PLACE, REASON
from tests.worlds import close, constants, crowd, plain_world, quiet, start

YEAR = 12
COUNTRIES = ("lithuania", "poland", "georgia")
TABLE = constants(lithuania=1.5, poland=0.5)
NEVER = 1000


def wishes(months, people, world=None, **changes):
    """Events of wishes in vain, of people who would all leave if anything were open."""
    world = world or close(plain_world(months, ("poland",)), "poland", "visa_free", 0)
    events = start(people, world, quiet(level=50.0, **changes)).run().recorder.events
    return events[events["kind"] == EVENT["wished"]]


def test_who_wished_in_vain_does_not_wish_again_before_the_months_are_over():
    found = wishes(2 * YEAR + 1, crowd(50), resign_months=YEAR)
    assert sorted(set(found["month"])) == [0, YEAR, 2 * YEAR] and len(found) == 150
    assert len(wishes(5, crowd(50))) == 5 * 50  # without memory every month


def test_who_resigned_does_not_leave_by_a_door_that_opens_meanwhile():
    world = close(plain_world(YEAR + 2, ("poland",)), "poland", "visa_free", 0, 3)
    model = start(crowd(50), world, quiet(level=50.0, resign_months=YEAR)).run()
    left = model.recorder.events[model.recorder.events["kind"] == EVENT["departed"]]
    assert len(left) == 50 and set(left["month"]) == {YEAR}


def test_who_is_kept_by_a_ban_wishes_every_month():
    people = crowd(50)
    people.people.exit_ban[:] = NEVER
    assert len(wishes(5, people, plain_world(5, ("poland",)), resign_months=YEAR)) == 5 * 50


def expected_of(months, closed, **changes):
    """Expected commitments by place over some months, of people of very different readiness."""
    world = plain_world(months, COUNTRIES)
    world = close(world, "lithuania", "visa_free", 0) if closed else world
    b = quiet(spread_leave=1.5, spread_country=0.5, **{"lambda": 0.95, "level": -7.0} | changes)
    model = start(crowd(20_000), world, b, TABLE).run()
    return np.sum(model.recorder.committed, axis=(0, 2)) / FIXED_POINT


def deflected(before, after):
    lost = before[PLACE["lithuania"]]
    return 1.0 - (before.sum() - after.sum()) / lost


def test_within_a_year_of_a_closure_deflection_is_that_of_one_decision():
    """Lithuania closes at lambda .95. Of a month's lost some go elsewhere; who is kept resigns, so that it is the same
    share over a year, within .03. Where everybody draws anew each month it is twice as much: the barred, who are the
    most ready, draw eleven times more.
    """
    month = deflected(*[expected_of(1, closed) for closed in (False, True)])
    resigned = deflected(*[expected_of(YEAR, closed, resign_months=YEAR) for closed in (False, True)])
    anew = deflected(*[expected_of(YEAR, closed) for closed in (False, True)])
    assert month == pytest.approx(resigned, abs=0.03)
    assert anew > 2.0 * month


# why


@pytest.mark.parametrize(("exposure", "motive"), [("none", "fear"), ("media", "persecuted")])
def test_who_would_have_stayed_but_for_fear_flees(exposure, motive):
    world = plain_world(1, ("poland",))
    world.belarus["news"] = 1.0
    b = quiet(level=-50.0, repression=100.0, exposure_none=1.0, exposure_media=1.0)
    events = start(crowd(40, exposure=EXPOSURE[exposure]), world, b).run().recorder.events
    applied = events[events["kind"] == EVENT["applied"]]
    assert len(applied) == 40 and set(applied["detail"]) == {MOTIVE[motive]}


def test_who_would_have_left_anyway_goes_for_work():
    world = plain_world(1, ("poland",))
    world.belarus["news"] = 1.0
    b = quiet(level=50.0, repression=1.0, exposure_media=1.0)
    events = start(crowd(40, exposure=EXPOSURE["media"]), world, b).run().recorder.events
    assert set(events["detail"][events["kind"] == EVENT["applied"]]) == {MOTIVE["labour"]}


# wishes


@pytest.mark.parametrize(("wage", "wished"), [(1.5, 0), (10.0, 0), (12.0, 40)])
def test_who_has_nothing_wishes_for_what_one_could_pay_back(wage, wished):
    """Nobody can pay the fare of 100; a month's living there is 1.5, and ten months of what is left are lent."""
    world = plain_world(1, ("poland",))
    world.places["fare_land"], world.places["fare_air"] = 100.0, 100.0
    world.places["wage"][:, PLACE["poland"]] = wage
    b = quiet(level=50.0, subsistence=1.5, credit_months=10.0)
    events = start(crowd(40, savings=0.0, income=0.0), world, b).run().recorder.events
    found = events[events["kind"] == EVENT["wished"]]
    assert len(found) == wished and set(found["reason"]) <= {REASON["funds"]}


def test_without_a_right_to_work_informal_pay_is_what_one_would_earn():
    world = plain_world(1, ("poland",))
    world.places["fare_land"], world.places["fare_air"] = 100.0, 100.0
    world.places["wage"][:, PLACE["poland"]] = 15.0
    world.rules["works"] = 0.0
    for informal, wished in ((0.7, 0), (0.8, 40)):
        b = quiet(level=50.0, subsistence=1.5, credit_months=10.0, informal_pay=informal)
        events = start(crowd(40, savings=0.0, income=0.0), world, b).run().recorder.events
        assert (events["kind"] == EVENT["wished"]).sum() == wished

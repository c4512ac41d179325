"""Looking at leaving: once in so many months, out of custody at once, and nobody draws anew in between."""

import numpy as np
import pytest

from sim.model.decision.rules.destination_nest import FIXED_POINT
from sim.numerics.codes import EVENT, EXPOSURE, MOTIVE, PLACE, REASON
from tests.worlds import close, constants, crowd, plain_world, quiet, start

YEAR = 12
COUNTRIES = ("lithuania", "poland", "georgia")
TABLE = constants(lithuania=1.5, poland=0.5)


def wishes(months, people, **changes):
    """Events of wishes in vain, of people who would all leave if anything were open."""
    world = close(plain_world(months, ("poland",)), "poland", "visa_free", 0)
    model = start(people, world, quiet(level=50.0, **changes)).run()
    events = model.recorder.events
    return events[events["kind"] == EVENT["wished"]]


def test_a_unit_looks_once_in_so_many_months():
    found = wishes(2 * YEAR, crowd(600), look_months=YEAR)
    keys, times = np.unique(found["key"], return_counts=True)
    assert len(keys) == 600 and set(times) == {2}
    months = found["month"][np.lexsort((found["month"], found["key"]))].reshape(600, 2)
    assert set(np.diff(months, axis=1).ravel()) == {YEAR}
    each = np.bincount(months[:, 0], minlength=YEAR)
    assert ((each - 50) ** 2 / 50).sum() < 31.3  # chi-squared of 11, false alarm 1 in 1,000


def test_everybody_looks_every_month_where_a_look_stands_for_one():
    assert len(wishes(5, crowd(50))) == 5 * 50


@pytest.mark.parametrize("detained", [True, False])
def test_who_comes_out_of_custody_looks_at_once(detained):
    people = crowd(600)
    if detained:
        people.people.detained[:] = people.people.held[:] = 0  # out in the second month
    found = wishes(2, people, look_months=YEAR)
    assert (found["month"] == 1).sum() == (600 if detained else pytest.approx(50, abs=30))


def expected_of(months, closed, **changes):
    """Expected commitments by place over some months, of people of very different readiness."""
    world = plain_world(months, COUNTRIES)
    world = close(world, "lithuania", "visa_free", 0) if closed else world
    b = quiet(spread_leave=2.0, spread_country=0.5, **{"lambda": 0.95}, **changes)
    model = start(crowd(3000), world, b, TABLE).run()
    return np.sum(model.recorder.committed, axis=(0, 2)) / FIXED_POINT


def deflected(before, after):
    lost = before[PLACE["lithuania"]]
    return 1.0 - (before.sum() - after.sum()) / lost


def test_who_stays_for_want_of_a_door_draws_nothing_new_within_a_look():
    """Over twelve months everybody looks once: the flows are those of one month of looks, to 1e-9, and so is the
    deflection. Where everybody draws anew every month far more of the barred go elsewhere.
    """
    once = [expected_of(1, closed, level=-4.0 + np.log(YEAR)) for closed in (False, True)]
    looks = [expected_of(YEAR, closed, level=-4.0, look_months=YEAR) for closed in (False, True)]
    monthly = [expected_of(YEAR, closed, level=-4.0) for closed in (False, True)]
    for one, other in zip(once, looks, strict=True):
        assert other == pytest.approx(one, rel=1e-9)
    assert deflected(*looks) == pytest.approx(deflected(*once), rel=1e-9)
    assert deflected(*monthly) > deflected(*looks) + 0.1


def test_a_look_stands_for_the_months_to_the_next():
    """Small hazards: over a year as many commit as if everybody looked every month, to 1%."""
    rare = {"spread_leave": 0.0, "spread_country": 0.0, "lambda": 0.6, "level": -11.0}
    world = plain_world(YEAR, COUNTRIES)
    sums = [np.sum(start(crowd(2000), world, quiet(**rare, look_months=spell), TABLE).run().recorder.committed)
            for spell in (1.0, float(YEAR))]  # fmt: skip
    assert sums[1] / sums[0] == pytest.approx(1.0, abs=0.01)


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


@pytest.mark.parametrize(("wage", "wished"), [(1.4, 0), (1.6, 40)])
def test_who_has_nothing_wishes_for_what_one_could_live_on(wage, wished):
    """Nobody can pay the fare of a place; a month's living there is 1.5."""
    world = plain_world(1, ("poland",))
    world.places["fare_land"], world.places["fare_air"] = 100.0, 100.0
    world.places["wage"][:, PLACE["poland"]] = wage
    b = quiet(level=50.0, subsistence=1.5)
    events = start(crowd(40, savings=0.0, income=0.0), world, b).run().recorder.events
    found = events[events["kind"] == EVENT["wished"]]
    assert len(found) == wished and set(found["reason"]) <= {REASON["funds"]}


def test_without_a_right_to_work_one_lives_on_informal_pay():
    world = plain_world(1, ("poland",))
    world.places["fare_land"], world.places["fare_air"] = 100.0, 100.0
    world.places["wage"][:, PLACE["poland"]] = 2.0
    world.rules["works"] = 0.0
    people = {"savings": 0.0, "income": 0.0}
    for informal, wished in ((0.7, 0), (0.8, 40)):
        b = quiet(level=50.0, subsistence=1.5, informal_pay=informal)
        events = start(crowd(40, **people), world, b).run().recorder.events
        assert (events["kind"] == EVENT["wished"]).sum() == wished

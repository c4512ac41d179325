"""Rents and approvals that answer to newcomers do so only where a scenario asks for it, and by the stated formula."""

import numpy as np
import pytest

from sim.numerics.codes import CHANNEL, PLACE
from tests.counting import events_of, home_world, settled
from tests.worlds import constants, crowd, plain_world, quiet, start

POLAND, GEORGIA = PLACE["poland"], PLACE["georgia"]
MONTHS = 18


def busy(months=MONTHS):
    """Poland and Georgia, where some go each month."""
    return plain_world(months, ("poland", "georgia"), ("visa_free",))


def run(world, people=None, **changes):
    """A run in which about a fiftieth leaves each month."""
    return start(people or crowd(4000), world, quiet(level=-4.0, **changes), constants()).run()


def test_unless_asked_a_run_leaves_rents_and_approvals_as_they_are():
    """And lives in the very arrays that it was given."""
    world = busy()
    before = world.rules.tobytes(), world.places.tobytes()
    model = run(world)
    assert model.world.rules is world.rules and (world.rules.tobytes(), world.places.tobytes()) == before
    assert len(events_of(model, "departed")) > 500


def test_asked_a_run_changes_its_own_world_only():
    world = busy()
    world.places["rent_response"][:, POLAND] = 0.5
    before = world.rules.tobytes(), world.places.tobytes()
    model = run(world)
    assert (world.rules.tobytes(), world.places.tobytes()) == before
    assert model.world.places.tobytes() != before[1]


@pytest.mark.parametrize("one_in", [1, 20])
def test_rents_rise_with_the_city(one_in):
    """Rent of the next month: that of the history times 1 + response * newcomers / people of the city, in persons;
    other countries' stay, and so does that of a month that does not ask.
    """
    world = busy()
    world.places["rent"][:, POLAND] = np.linspace(200.0, 400.0, MONTHS)
    world.places["city"][:, POLAND], world.places["rent_response"][:12, POLAND] = 5000.0, 0.8
    people = crowd(4000)
    people.one_in, people.people.circle[:] = one_in, people.people.circle * one_in
    model = run(world, people)
    came = np.bincount(
        events_of(model, "departed")["month"][events_of(model, "departed")["place"] == POLAND], minlength=MONTHS
    )
    newcomers = came.cumsum() * one_in
    rents = model.world.places["rent"]
    for t in range(MONTHS - 1):
        factor = 1.0 + 0.8 * newcomers[t] / 5000.0 if t < 12 else 1.0
        assert rents[t + 1, POLAND] == pytest.approx(world.places["rent"][t + 1, POLAND] * factor, rel=1e-12)
    assert newcomers[-1] > 300 * one_in and rents[0, POLAND] == 200.0
    assert np.array_equal(rents[:, GEORGIA], world.places["rent"][:, GEORGIA])


def test_rents_fall_when_people_leave_but_not_below_a_tenth():
    world = home_world(12, ("poland",))
    world.places["city"][:, POLAND], world.places["rent_response"][:, POLAND] = 1000.0, 5.0
    people = settled(1000)
    b = quiet(level=-60.0, **{"return": 0.2})
    model = start(people, world, b, constants()).run()
    gone = np.bincount(events_of(model, "returned")["month"], minlength=12).cumsum()
    factors = np.maximum(0.1, 1.0 - 5.0 * gone / 1000.0)
    assert np.allclose(model.world.places["rent"][1:, POLAND], factors[:-1], rtol=1e-12) and factors.min() == 0.1


def test_approvals_tighten_while_arrivals_of_a_year_exceed_the_limit():
    """Once twelve months have brought more than the limit, approvals of the next month are six tenths of the history's;
    back to them when fewer have come; onward arrivals count, and so do families by head.
    """
    world = busy(30)
    world.rules["approval"][:, POLAND, CHANNEL["visa_free"]] = 0.9
    world.places["inflow_limit"][:, POLAND], world.places["tightening"][:, POLAND] = 120.0, 0.6
    world.rules["offered"][10:, POLAND] = 1e-9  # then nobody comes any more
    model = run(world)
    departed = events_of(model, "departed", "onward")
    came = np.bincount(departed["month"][departed["place"] == POLAND], minlength=30)
    approval = model.world.rules["approval"][:, POLAND, CHANNEL["visa_free"]]
    over = []
    for t in range(29):
        over.append(came[max(0, t - 11) : t + 1].sum() > 120)
        assert approval[t + 1] == pytest.approx(0.9 * (0.6 if over[t] else 1.0), rel=1e-12), t
    assert not over[0] and any(over) and not over[-1]
    assert (model.world.rules["approval"][:, GEORGIA] == world.rules["approval"][:, GEORGIA]).all()


def test_onward_arrivals_count_too():
    world = plain_world(2, ("poland", "georgia"))
    world.places["inflow_limit"][:, GEORGIA], world.places["tightening"][:, GEORGIA] = 999.0, 0.5
    model = start(settled(1000), world, quiet(level=-60.0, onward=1.0), constants()).run()
    assert model.world.rules["approval"][1, GEORGIA, CHANNEL["visa_free"]] == 0.5
    world.places["inflow_limit"][:, GEORGIA] = 1000.0
    model = start(settled(1000), world, quiet(level=-60.0, onward=1.0), constants()).run()
    assert model.world.rules["approval"][1, GEORGIA, CHANNEL["visa_free"]] == 1.0

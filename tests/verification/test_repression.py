"""Repression over time: risk by exposure and date, trial, prison and pardon; an organisation closes as a whole.

Shares are compared by |z| <= 4, a false alarm of 6 in 100,000 each (about 1 in 1,000 for the file); luck is fixed.
"""

import numpy as np
import pytest

from sim.numerics.codes import EXPOSURE, MODE, PLACE, SECTOR, STATUS
from sim.numerics.months import LONG_AGO, NEVER
from tests.counting import NEVER_LEAVE, assert_share, employed, events_of, home_world
from tests.worlds import crowd, quiet, start


def test_the_risk_of_an_exposure_is_that_of_its_month():
    """Words on the war weigh as nothing said before the war and 19 times as much after; the number stays the same."""
    n, wary = 20_000, 2000
    people = crowd(n)
    people.people.exposure[:wary] = EXPOSURE["war_comment"]
    world = home_world(24, detentions=100.0)
    world.risk[12:, EXPOSURE["war_comment"]] = 19.0
    detained = events_of(start(people, world, quiet(**NEVER_LEAVE)).run(), "detained")
    early, of_them = detained["month"] < 12, detained["row"] < wary
    assert_share((early & of_them).sum(), wary * 12, 100.0 / n)
    assert_share((~early & of_them).sum(), wary * 12, 100.0 * 19.0 / (18_000 + 19 * wary))
    assert_share((~early & ~of_them).sum(), 18_000 * 12, 100.0 / (18_000 + 19 * wary))


@pytest.mark.parametrize("exposure", list(EXPOSURE))
def test_a_weight_of_nothing_is_no_risk(exposure):
    """Each exposure by itself: who has no weight is never detained, and the others bear the whole number."""
    people = crowd(12_000)
    people.people.exposure[:] = np.arange(12_000) % len(EXPOSURE)
    world = home_world(6, detentions=200.0)
    world.risk[:, EXPOSURE[exposure]] = 0.0
    detained = events_of(start(people, world, quiet(**NEVER_LEAVE)).run(), "detained")
    assert EXPOSURE[exposure] not in set(detained["row"] % len(EXPOSURE))
    assert_share(len(detained), 10_000 * 6, 200.0 / 10_000)


def sentenced_people(n, **values):
    """People who were tried a month ago and are held for good."""
    return crowd(n, trial=-1, held=NEVER, **values)


def test_pardons_are_a_hazard_of_the_sentenced():
    """One in twenty a month of who was tried is pardoned and free at once; who waits for the trial or is held without
    one is not, nor is who was tried and is free.
    """
    kinds = 4
    people = sentenced_people(kinds * 10_000)
    kind = np.arange(kinds * 10_000) % kinds
    people.people.trial[kind == 1] = 99  # waits for it
    people.people.trial[kind == 2] = LONG_AGO  # held without
    people.people.held[kind == 3] = -3  # served
    model = start(people, home_world(10, pardon=0.05), quiet(**NEVER_LEAVE)).run(1)
    first = events_of(model, "pardoned")
    assert_share(len(first), 10_000, 0.05)
    assert (model.columns.held[first["row"]] == -1).all()
    pardoned = events_of(model.run(), "pardoned")
    assert set(pardoned["row"] % kinds) == {0} and len(set(pardoned["row"])) == len(pardoned)
    assert_share(len(pardoned), 10_000, 1.0 - 0.95**10)
    assert len(events_of(model, "released")) == 0  # a pardon is no release, too


def test_who_left_before_the_trial_is_not_tried():
    """Charged and at large, half of them settled abroad in the month of the trial."""
    people = crowd(2000, trial=2)
    abroad = people.people.key % np.uint64(512) == 0
    people.people.place[abroad], people.people.mode[abroad] = PLACE["poland"], MODE["settled"]
    people.people.status[abroad] = STATUS["permit"]
    model = start(people, home_world(4, ("poland",)), quiet(**NEVER_LEAVE, custody_months=9.0)).run()
    assert 500 < abroad.sum() < 1500
    assert set(events_of(model, "sentenced")["row"]) == set(np.flatnonzero(~abroad))
    assert (model.columns.held == LONG_AGO).all()  # nobody was held, so nobody stays in prison


def test_a_new_detention_may_move_the_trial():
    """Charged again while at large, one waits for the later trial."""
    world = home_world(8, detentions=1e9, charges=1e9)
    world.belarus["detentions"][2:], world.belarus["charges"][2:] = 0.0, 0.0
    model = start(crowd(50), world, quiet(**NEVER_LEAVE, trial_months=4.0)).run()
    assert len(events_of(model, "charged")) == 100
    assert set(events_of(model, "sentenced")["month"]) == {5} and len(events_of(model, "sentenced")) == 50


def test_an_organisation_closes_as_a_whole():
    """With all its staff in one month, be it in prison but for those; one by one they would not."""
    people = employed(crowd(4000), SECTOR["ngo_media"], 100)
    people.people.held[::40] = NEVER
    model = start(people, home_world(8, closures=30.0), quiet(**NEVER_LEAVE, organisations=300.0)).run()
    lost = (model.columns.sector == SECTOR["none"]).reshape(40, 100)
    free = people.people.held.reshape(40, 100) != NEVER
    for number in range(100):
        assert len(set(lost[free[:, number], number])) == 1
    assert_share(lost.any(axis=0).sum(), 100, 1.0 - 0.9**8)
    assert not lost[~free].any()

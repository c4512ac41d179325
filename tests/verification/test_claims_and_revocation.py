"""Claims, revocations and other grounds against closed forms: counts of thousands of independent people."""

import numpy as np
import pytest

from sim.model.hazards import FIXED_POINT
from sim.numerics.codes import CHANNEL, EXPOSURE, INSTRUMENT, PLACE, REASON, STATUS
from tests.counting import NEVER_LEAVE, assert_share, events_of, settled
from tests.mechanisms.test_protection import asylum_world
from tests.worlds import admit, close, crowd, quiet, start, tighten

N = 10_000
POLAND = PLACE["poland"]


def endangered(months, inside=0.0, open_share=1.0):
    """A world in which protest is punished, and the share of the month for which claims are taken."""
    world = asylum_world(months, ("poland",), ("visa_free", "asylum", "work"), inside)
    world.risk[:, EXPOSURE["protest"]] = 15.0
    world.openness[:, POLAND, INSTRUMENT["asylum"]] = open_share
    return world


@pytest.mark.parametrize(("danger", "open_share"), [(1.0, 1.0), (0.4, 1.0), (0.5, 0.5), (0.0, 1.0)])
def test_claims_inside_are_geometric(danger, open_share):
    """A tenth a month in full danger; what is expected is the sum of the hazards of those who have not asked yet."""
    people = settled(N, status="visa", exposure=EXPOSURE["protest"])
    b = quiet(**NEVER_LEAVE, danger_exposed=danger)
    model = start(people, tighten(endangered(6, 0.1, open_share), "poland", "asylum", stay=60.0), b).run()
    asked, hazard = events_of(model, "asylum_sought"), 0.1 * danger * open_share
    assert_share(len(asked), N, 1.0 - (1.0 - hazard) ** 6)
    assert_share((asked["month"] == 0).sum(), N, hazard)
    waiting = N - np.searchsorted(asked["month"], np.arange(6))
    assert model.recorder.expected_claims()[:, POLAND] == pytest.approx(hazard * waiting, rel=1e-9)


@pytest.mark.parametrize("end", ["expiry", "security", "ground"])
def test_who_loses_a_right_asks_by_danger_and_else_tries_another_ground(end):
    """Six in ten lose it; three in ten of them ask; of the others half get a permit for their work, but no threat."""
    people = settled(N, exposure=EXPOSURE["protest"], expiry=0 if end == "expiry" else 99, job=1)
    world = tighten(endangered(2), "poland", "visa_free", renewal=0.4)
    world = tighten(world, "poland", "work", approval=0.5)
    if end == "security":
        world.places["revocation"][1] = 0.6
    elif end == "ground":
        world.rules["revocation"][1, POLAND, CHANNEL["visa_free"]] = 0.6
    model = start(people, world, quiet(**NEVER_LEAVE, danger_exposed=0.3, permit_months=9.0, renewed_months=9.0)).run()
    asked, other, lost = (events_of(model, kind) for kind in ("asylum_sought", "other_ground", "lost"))
    ended = len(asked) + len(other) + len(lost)
    assert_share(ended, N, 0.6)
    assert_share(len(asked), ended, 0.3)
    assert_share(len(other), ended - len(asked), 0.0 if end == "security" else 0.5)
    for found in (asked, other, lost):
        assert set(found["reason"]) <= {REASON[end]}
    assert model.recorder.expected_claims()[1, POLAND] == pytest.approx(N * 0.6 * 0.3, rel=1e-9)


def test_security_and_ground_are_causes_of_one_draw():
    """A fifth for security; of the rest a half by checks and a closing that spares a quarter of the month."""
    people = settled(N)
    world = tighten(endangered(1), "poland", "visa_free", revocation=1.0 / 3.0)
    world.places["revocation"], world.openness[:, POLAND, INSTRUMENT["held"]] = 0.2, 0.75
    lost = events_of(start(people, world, quiet(**NEVER_LEAVE)).run(), "lost")
    assert_share((lost["reason"] == REASON["security"]).sum(), N, 0.2)
    assert_share((lost["reason"] == REASON["ground"]).sum(), N, 0.8 * 0.5)


@pytest.mark.parametrize("asylum_open", [1.0, 0.5])
def test_at_the_border_ask_those_in_vain_by_danger(asylum_open):
    """Half of the travel months, too: who has a door takes it, so that nobody does where one is open."""
    people = crowd(N, exposure=EXPOSURE["protest"], savings=1e5)
    world = endangered(1, 0.0, asylum_open)
    world = close(admit(world, "poland", "work", entry=INSTRUMENT["permit"]), "poland", "permit", 0)
    world = admit(world, "poland", "visa_free", exists=0)
    world.places["asylum_border"] = 0.4
    model = start(people, world, quiet(level=60.0, danger_exposed=0.5)).run()
    applied = events_of(model, "applied")
    assert_share(len(applied), N, 0.4 * 0.5 * asylum_open)
    assert set(applied["channel"]) == {CHANNEL["asylum"]}
    assert len(events_of(model, "asylum_sought")) == (model.columns.status == STATUS["asylum_seeker"]).sum()
    committed = model.recorder.committed[0][POLAND, CHANNEL["asylum"]] / FIXED_POINT
    assert committed == pytest.approx(N * 0.2 * asylum_open, rel=1e-9)
    opened = world._replace(openness=np.ones_like(world.openness))
    model = start(people, opened, quiet(level=60.0, danger_exposed=0.5)).run()
    assert set(events_of(model, "applied")["channel"]) == {CHANNEL["work"]}

"""What the documents tell of attitudes, officers, soldiers and volunteers, and of levers: one mechanism a test, exact.

Each test is named in `docs/mechanisms.md` beside a fault that it catches (`tests/faults/faults.yaml`).
"""

import numpy as np
import pytest

from sim.history.levers import believed, heard
from sim.numerics.codes import CHANNEL, CONSCRIPTION, EDUCATION, MODE, OFFICER, PLACE, POLITICS, REASON, SEX, WAR_VIEW
from sim.population.attributes import attributes, people_by_zone
from sim.population.census import CLASSES, figure
from sim.population.warlike import war_views
from tests.counting import NEVER_LEAVE, events_of, home_world, settled
from tests.mechanisms.test_at_home import CERTAIN, told
from tests.mechanisms.test_deciding import NEAR, gain
from tests.worlds import crowd, families, plain_world, quiet, start, young_men

ADULTS = CLASSES.index(18)


def test_views_of_the_war_add_up_to_the_polls():
    """11% of adults at home for joining, two thirds against the use of the territory; opponents of the protest most."""
    chances = war_views()[:, ADULTS:]
    higher = attributes().education[:3, ADULTS:]
    people = people_by_zone()[:, ADULTS:].sum(axis=2)[..., None, None] * attributes().politics[:3, ADULTS:, None, :]
    people = people * np.stack([1 - higher, higher], axis=-1)[..., None]
    joining, accepting = ((people * chance).sum() / people.sum() for chance in chances)
    assert joining == pytest.approx(figure("war_for_joining")) == 0.11
    assert accepting == pytest.approx(1.0 - figure("war_against_bases")) == pytest.approx(1 / 3, abs=1e-3)
    assert (chances[:, :, :, POLITICS["opponent"]] > 3.0 * chances[:, :, :, POLITICS["protest"]]).all()
    assert (chances[:, -1] > chances[:, 0]).all()
    assert (chances[:, :, EDUCATION["higher"]] < chances[:, :, EDUCATION["lower"]]).all()


@pytest.mark.parametrize(("view", "fears"), [("against", 0.3), ("accepts_bases", 0.3), ("for_joining", 0.0)])
def test_who_is_for_joining_the_war_does_not_fear_the_draft(view, fears):
    calm, feared = home_world(1, ("poland",)), home_world(1, ("poland",), war_fear=0.5)
    people = young_men(1)
    people.people.war_view[:] = WAR_VIEW[view]
    assert gain((people, calm), (people, feared), conscription=0.6) == pytest.approx(fears, **NEAR)


@pytest.mark.parametrize(("post", "fears"), [("none", 0.0), ("army", 0.3), ("interior", 0.3)])
def test_an_officer_fears_to_be_sent(post, fears):
    calm, feared = home_world(1, ("poland",)), home_world(1, ("poland",), war_fear=0.5)
    people = crowd(1, sex=SEX["male"], birth=-40 * 12, officer=OFFICER[post])
    assert gain((people, calm), (people, feared), conscription=0.6) == pytest.approx(fears, **NEAR)


def test_an_officer_leaves_with_the_family_and_may_be_barred():
    """Two families of four, the first headed by an officer; while officers are barred only the second leaves."""
    people = families(2)
    people.people.officer[0] = OFFICER["interior"]
    for barred, gone in ((1.0, [False] * 4 + [True] * 4), (0.0, [True] * 8)):
        world = home_world(1, ("poland",), officers_barred=barred)
        model = start(people, world, quiet(level=60.0)).run()
        assert (model.columns.place == PLACE["poland"]).tolist() == gone, barred


def test_soldiers_who_desert_serve_no_more():
    """All who serve, but for one in custody; nobody else."""
    people = crowd(3, sex=SEX["male"], birth=-20 * 12, conscription=CONSCRIPTION["serving"], serves_until=9)
    people.people.conscription[2] = CONSCRIPTION["exempt"]
    people.people.held[1] = 9
    model = start(people, home_world(1, deserters=CERTAIN), quiet(**NEVER_LEAVE)).run()
    assert told(model, "deserted") == [(0, 0)]
    standings = [CONSCRIPTION[name] for name in ("never", "serving", "exempt")]
    assert model.columns.conscription.tolist() == standings


@pytest.mark.parametrize("goes", [0.0, 1.0])
def test_volunteers_are_men_of_18_to_49_against_the_war_and_change_no_life(goes):
    """The first at home, the second abroad; not the woman, who is for the war, too old, too young, or serving."""
    people = crowd(7, sex=SEX["male"])
    people.people.sex[2], people.people.war_view[3] = SEX["female"], WAR_VIEW["for_joining"]
    people.people.birth[4], people.people.birth[5] = -50 * 12, -18 * 12 + 1
    people.people.conscription[6], people.people.serves_until[6] = CONSCRIPTION["serving"], 9
    people.people.mode[1], people.people.place[1] = MODE["settled"], PLACE["poland"]
    model = start(people, home_world(1, volunteers=CERTAIN), quiet(**NEVER_LEAVE, volunteers_go=goes)).run()
    assert told(model, "volunteered") == [(0, 0), (0, 1)]
    assert set(events_of(model, "volunteered")["reason"]) == {REASON["choice" if goes else "none"]}
    assert model.columns.place.tolist() == [0, PLACE["poland"], 0, 0, 0, 0, 0]


@pytest.mark.parametrize(
    ("channel", "after"), [("work", "irregular"), ("study", "irregular"), ("humanitarian", "permit")]
)
def test_permits_for_work_study_and_family_need_what_only_belarusian_agencies_give(channel, after):
    """The persecuted are refused it; the other two get it."""
    people = settled(2, channel=CHANNEL[channel], expiry=0, job=1)
    people.people.detained[0] = -3
    world = plain_world(2, ("poland",), (channel,))
    world.belarus["certificates"] = 0.0
    model = start(people, world, quiet(**NEVER_LEAVE)).run()
    lost = events_of(model, "lost")["row"].tolist()
    assert lost == ([0] if after == "irregular" else [])


# levers


def test_propaganda_delays_what_is_believed():
    """With a mean lag of a month half of what is missing is believed each month; without one, what is told."""
    told_, lag = np.array([0.0, 0.8, 0.8, 0.0]), np.ones(4)
    assert believed(told_, lag).tolist() == pytest.approx([0.0, 0.4, 0.6, 0.3])
    assert believed(told_, 0.0 * lag).tolist() == told_.tolist()
    steady = believed(np.ones(400), np.full(400, 6.0))
    late = believed(np.append(0.0, np.ones(400)), np.full(401, 6.0))
    assert steady.tolist() == [1.0] * 400
    assert (1.0 - late).sum() - 1.0 == pytest.approx(6.0)  # months of belief that are lost: the mean lag


def test_independent_news_reach_more_people():
    assert heard(np.array([0.2, 0.9]), np.array([1.5, 1.5])).tolist() == pytest.approx([0.3, 1.0])

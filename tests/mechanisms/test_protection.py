"""Danger, claims of protection, revocation and what follows a lost status: exact, with hazards of 0 or 1.

Each test is named in `docs/mechanisms.md` beside a fault that it catches (`tests/faults/faults.yaml`).
"""

import numpy as np
import pytest

from sim.model.hazards import FIXED_POINT
from sim.numerics.codes import CHANNEL, EXPOSURE, GROUP, INSTRUMENT, N_CHANNELS, PLACE, REASON, SECTOR, STATUS
from sim.numerics.months import LONG_AGO
from tests.counting import NEVER_LEAVE, events_of, settled
from tests.worlds import admit, close, crowd, families, plain_world, quiet, start, tighten, value_of

MEDIA, PROTEST = EXPOSURE["media"], EXPOSURE["protest"]
SURE = {"danger_months": 60.0, "danger_media": 1.0, "danger_exposed": 1.0}


def asylum_world(months=1, places=("poland",), channels=("visa_free", "asylum"), inside=1.0, border=0.0):
    """Destinations that take claims: inside surely, at the border not, unless said otherwise."""
    world = plain_world(months, places, channels)
    for place in places:
        world = admit(world, place, "asylum", entry=INSTRUMENT["asylum"], first_status=STATUS["asylum_seeker"])
    world.places["asylum_inside"], world.places["asylum_border"] = inside, border
    return tighten(world, "poland", "asylum", stay=4.0)


def quietly(**changes):
    """Nobody at home leaves; whoever is in danger is in full danger; what is not asked for does not happen."""
    return quiet(**NEVER_LEAVE, **SURE | changes)


def statuses(model):
    """Names of the people's statuses."""
    names = {code: name for name, code in STATUS.items()}
    return [names[int(code)] for code in model.columns.status]


# danger


@pytest.mark.parametrize(
    ("who", "asks"),
    [({}, False), ({"detained": -60}, True), ({"detained": -61}, False), ({"trial": -90}, True),
     ({"exit_ban": 0}, True), ({"exit_ban": -1}, False), ({"exposure": MEDIA}, False), ({"exposure": PROTEST}, False)],
)  # fmt: skip
def test_danger_is_what_happened_and_not_a_trade(who, asks):
    """While nobody is detained for an exposure more than others, as in 2019."""
    model = start(settled(1, status="visa", **who), asylum_world(), quietly()).run()
    assert statuses(model) == ["asylum_seeker" if asks else "visa"]


@pytest.mark.parametrize(("punished", "asks"), [(MEDIA, [True, False]), (PROTEST, [False, True])])
def test_exposure_is_danger_while_it_is_punished(punished, asks):
    world = asylum_world()
    world.risk[:, punished] = 2.0
    model = start(settled(2, status="visa", exposure=[MEDIA, PROTEST]), world, quietly()).run()
    assert [status == "asylum_seeker" for status in statuses(model)] == asks


def test_who_worked_for_a_closed_newsroom_is_in_full_danger():
    world = asylum_world()
    world.risk[:, MEDIA] = 2.0
    people = settled(2, status="visa", exposure=MEDIA, sector=[SECTOR["none"], SECTOR["ngo_media"]])
    assert statuses(start(people, world, quietly(danger_media=0.0)).run()) == ["asylum_seeker", "visa"]


def test_detentions_in_the_circle_are_danger():
    """Of a circle of four one was detained this month: a quarter is remembered."""
    people = settled(4, status="visa", detained=[0, LONG_AGO, LONG_AGO, LONG_AGO])
    for gain, asking in ((4.0, 4), (0.0, 1)):
        model = start(people, asylum_world(), quietly(danger_circle=gain)).run()
        assert statuses(model).count("asylum_seeker") == asking


# claims inside


def test_one_asks_inside_after_entry_by_another_door():
    """On any status that is neither for good nor a claim; the event tells the door, and the wait begins."""
    names = ("visa_free", "visa", "permit", "irregular", "protected", "permanent", "citizen", "asylum_seeker")
    people = settled(8, detained=-3)
    people.people.status[:] = [STATUS[name] for name in names]
    model = start(people, asylum_world(), quietly()).run()
    assert statuses(model) == ["asylum_seeker"] * 4 + ["protected", "permanent", "citizen", "asylum_seeker"]
    asked = events_of(model, "asylum_sought")
    assert asked["row"].tolist() == [0, 1, 2, 3] and set(asked["channel"]) == {CHANNEL["visa_free"]}
    assert (asked["place"] == PLACE["poland"]).all() and (asked["origin"] == PLACE["poland"]).all()
    assert (model.columns.channel[:4] == CHANNEL["asylum"]).all() and (model.columns.expiry[:4] == 4).all()
    assert (model.columns.since[:4] == -12).all()


def test_a_closed_procedure_takes_no_claims():
    """But of those whom a closing excepts."""
    people = settled(1, status="visa", detained=-3)
    shut = close(asylum_world(), "poland", "asylum", 0)
    assert statuses(start(people, shut, quietly()).run()) == ["visa"]
    shut.openness[:, PLACE["poland"], INSTRUMENT["asylum"], 1 + N_CHANNELS + GROUP["persecuted"]] = 1.0
    assert statuses(start(people, shut, quietly()).run()) == ["asylum_seeker"]


def test_who_was_refused_does_not_ask_again():
    people = settled(1, status="asylum_seeker", channel=CHANNEL["asylum"], expiry=0, detained=-3)
    world = tighten(asylum_world(4), "poland", "asylum", renewal=0.0)
    model = start(people, world, quietly()).run()
    assert statuses(model) == ["irregular"] and len(events_of(model, "asylum_sought")) == 0
    assert events_of(model, "lost")["reason"].tolist() == [REASON["refusal"]]


def test_claims_are_expected_in_persons():
    """A family of four, half in danger, half of the month open: one person."""
    people = families(1, place=PLACE["poland"], mode=2, status=STATUS["visa"], expiry=99, since=-9, exposure=MEDIA)
    world = asylum_world()
    world.risk[:, MEDIA] = 2.0
    world.openness[:, PLACE["poland"], INSTRUMENT["asylum"]] = 0.5
    model = start(people, world, quietly(danger_media=0.5)).run()
    assert model.recorder.claims[0][PLACE["poland"]] / FIXED_POINT == pytest.approx(1.0)
    assert model.recorder.expected_claims()[0, PLACE["poland"]] == pytest.approx(1.0)


# at the border


def at_home(channels=("work", "asylum"), **who):
    """A person who surely leaves, and a destination whose one door is closed but for claims at the border.

    Whoever is screened is refused; who asks for protection is not.
    """
    world = close(asylum_world(1, ("poland",), channels, border=1.0), "poland", "permit", 0)
    world = admit(world, "poland", "work", entry=INSTRUMENT["permit"])
    world.places["screening_false"], world.places["screening_true"] = 1.0, 1.0
    return crowd(1, **{"detained": -3, "savings": 1e5} | who), world


@pytest.mark.parametrize("shut", ["", "land", "asylum", "nobody in danger", "held"])
def test_at_the_border_asks_who_would_leave_and_finds_no_way(shut):
    people, world = at_home(**{"nobody in danger": {"detained": LONG_AGO}, "held": {"held": 9}}.get(shut, {}))
    world = close(world, "poland", shut, 0) if shut in ("land", "asylum") else world
    model = start(people, world, quiet(level=60.0, **SURE)).run()
    asked = events_of(model, "asylum_sought")
    assert len(asked) == (0 if shut else 1) and len(events_of(model, "wished")) == (1 if shut else 0)
    assert statuses(model) == ["home" if shut else "asylum_seeker"]
    if not shut:
        assert (asked["origin"], asked["place"], asked["channel"]) == (0, PLACE["poland"], CHANNEL["asylum"])
        assert model.recorder.expected_arrivals(world)[0, PLACE["poland"], CHANNEL["asylum"]] == pytest.approx(1.0)


def test_nobody_weighs_asylum_from_home():
    """Who has another door takes it, be asylum ever so open."""
    people, world = at_home()
    world = world._replace(openness=np.ones_like(world.openness))
    world.places["screening_false"], world.places["screening_true"] = 0.0, 0.0
    model = start(people, world, quiet(level=60.0, **SURE))
    model.run()
    assert value_of(model, "poland", "asylum") == -np.inf and events_of(model, "departed")["channel"] == CHANNEL["work"]


# when a right to stay ends


def losing(**who):
    """Someone whose permit ends and is not renewed, in a country of every door."""
    world = asylum_world(2, ("poland",), ("visa_free", "asylum", "work", "family", "ancestry"), inside=0.0)
    world = tighten(close(world, "poland", "renewal", 0), "poland", "visa_free", renewal=1.0)
    return settled(1, **{"expiry": 0} | who), world


def test_who_loses_a_permit_and_is_in_danger_asks_at_once():
    people, world = losing(detained=-3, job=1, kin=PLACE["poland"])
    model = start(people, world, quietly()).run()
    assert statuses(model) == ["asylum_seeker"] and len(events_of(model, "lost", "other_ground")) == 0
    assert events_of(model, "asylum_sought")["reason"].tolist() == [REASON["expiry"]]
    assert model.recorder.expected_claims()[1, PLACE["poland"]] == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("who", "ground"),
    [({}, ""), ({"job": 1}, "work"), ({"kin": PLACE["poland"]}, "family"), ({"ancestry": 1, "job": 1}, "ancestry"),
     ({"job": 1, "channel": CHANNEL["work"]}, "")],
)  # fmt: skip
def test_who_loses_a_permit_gets_one_on_another_ground(who, ground):
    people, world = losing(**who)
    model = start(people, world, quietly(permit_months=8.0)).run()
    assert statuses(model) == ["permit" if ground else "irregular"]
    gained = events_of(model, "other_ground")
    assert gained["channel"].tolist() == ([CHANNEL[ground]] if ground else [])
    if ground:
        assert model.columns.channel[0] == CHANNEL[ground] and model.columns.expiry[0] == 1 + 8


def test_a_refused_applicant_has_no_ground_in_a_country_that_gives_no_permits():
    people, world = losing(job=1)
    world = admit(close(world, "poland", "permit", 0), "poland", "work", residence=INSTRUMENT["permit"])
    assert statuses(start(people, world, quietly()).run()) == ["irregular"]


# revocation


def holding(**who):
    """Four people with permits, of whom the first two work, that nothing ends but a revocation."""
    people = settled(4, channel=CHANNEL["work"], job=[1, 1, 0, 0], savings=1e5, **who)
    return people, plain_world(1, ("poland",), ("work",))


def test_permits_of_one_ground_are_checked():
    people, world = holding()
    people.people.channel[0], people.people.status[1] = CHANNEL["study"], STATUS["permanent"]
    world = tighten(world, "poland", "work", revocation=1.0)
    model = start(people, world, quietly()).run()
    assert statuses(model) == ["permit", "permanent", "irregular", "irregular"]
    assert set(events_of(model, "lost")["reason"]) == {REASON["ground"]}


def test_a_permit_is_revoked_when_the_job_is_gone():
    people, world = holding()
    model = start(people, tighten(world, "poland", "work", revocation_jobless=1.0), quietly()).run()
    assert statuses(model) == ["permit", "permit", "irregular", "irregular"]


def test_trips_home_cost_the_permit_of_those_who_can_make_them():
    people, world = holding(detained=[-3, LONG_AGO, -3, LONG_AGO])
    world.places["revocation_trips"] = 1.0
    assert statuses(start(people, world, quietly()).run()) == ["permit", "irregular", "permit", "irregular"]


def test_permits_held_are_closed_but_for_exceptions():
    """The old keep theirs."""
    people, world = holding(birth=[-30 * 12, -61 * 12, -30 * 12, -62 * 12])
    world = close(world, "poland", "held", 0)
    world.openness[:, PLACE["poland"], INSTRUMENT["held"], 1 + N_CHANNELS + GROUP["age_60_over"]] = 1.0
    assert statuses(start(people, world, quietly()).run()) == ["irregular", "permit", "irregular", "permit"]


def test_a_threat_gets_no_permit_on_another_ground():
    people, world = losing(job=1, expiry=9)
    world.places["revocation"] = 1.0
    model = start(people, world, quietly()).run(1)
    assert statuses(model) == ["irregular"] and events_of(model, "lost")["reason"].tolist() == [REASON["security"]]

"""What happens to people abroad, one mechanism a test: exact, in worlds of a few people, with hazards of 0 or 1.

Each test is named in `docs/mechanisms.md` beside a fault that it catches (`tests/faults/faults.yaml`).
"""

import numpy as np
import pytest

from sim.numerics.codes import CHANNEL, INSTRUMENT, PLACE, REASON, SECTOR, STATUS
from sim.numerics.months import LONG_AGO, NEVER
from tests.counting import NEVER_LEAVE, assert_share, events_of, settled
from tests.worlds import close, plain_world, quiet, start, tighten


def quietly(**changes):
    """Nobody at home leaves; what is not asked for does not happen abroad."""
    return quiet(**NEVER_LEAVE, **changes)


def statuses(model):
    """Names of the people's statuses."""
    names = {code: name for name, code in STATUS.items()}
    return [names[int(code)] for code in model.columns.status]


def test_a_stay_without_a_visa_has_a_clock():
    """To the end of month 1: prolonged for six months where that is open, and lost where it is not."""
    world = tighten(plain_world(3, ("georgia", "armenia")), "georgia", "visa_free", stay=6.0)
    world = close(world, "armenia", "visa_free", 0)
    people = settled(2, "georgia", "visa_free", expiry=1)
    people.people.place[1] = PLACE["armenia"]
    model = start(people, world, quietly()).run(2)
    assert statuses(model) == ["visa_free", "visa_free"]
    assert statuses(model.run()) == ["visa_free", "irregular"]
    assert model.columns.expiry[0] == 2 + 6


def test_a_permit_is_renewed_for_its_months():
    model = start(settled(1, expiry=0), plain_world(2, ("poland",)), quietly(renewed_months=8.0)).run()
    assert events_of(model, "renewed")["month"].tolist() == [1] and model.columns.expiry[0] == 1 + 8


def test_asylum_seekers_wait_without_work_and_may_work_once_recognised():
    world = tighten(plain_world(5, ("poland",), ("asylum",)), "poland", "asylum", works=0.0)
    people = settled(1, status="asylum_seeker", channel=CHANNEL["asylum"], since=-1, expiry=1)
    model = start(people, world, quietly(job_finding=1.0)).run()
    assert events_of(model, "permit")["month"].tolist() == [2] and statuses(model) == ["protected"]
    assert events_of(model, "employed")["month"].tolist() == [2]


def test_work_is_found_by_the_language_one_has_learnt():
    """Of no use at first, and usable in full after four months."""
    world = plain_world(4, ("poland",))
    world.places["language"] = 0.0
    b = quietly(job_finding=1.0, language_learning=1.0)
    model = start(settled(1, since=-1), world, b).run()
    assert events_of(model, "employed")["month"].tolist() == [0]
    model = start(settled(1, since=-1), world, b._replace(language_learning=0.0)).run()
    assert len(events_of(model, "employed")) == 0


def test_who_works_saves_and_who_does_not_lives_on_savings():
    world = plain_world(1, ("poland",))
    world.places["wage"], world.places["rent"] = 1000.0, 100.0
    people = settled(3, savings=[50.0, 500.0, 100.0], job=[1, 0, 0])
    model = start(people, world, quietly(saving_share=0.2, subsistence=1.5)).run()
    assert model.columns.savings.tolist() == [250.0, 350.0, 0.0]


@pytest.mark.parametrize(("job", "after"), [(1, "permit"), (0, "irregular")])
def test_a_permit_for_work_is_lost_with_the_job(job, after):
    people = settled(1, channel=CHANNEL["work"], expiry=0, job=job)
    model = start(people, plain_world(2, ("poland",), ("work",)), quietly(renewal_jobless=0.0)).run()
    assert statuses(model) == [after]


@pytest.mark.parametrize(
    ("passport", "abroad", "after"), [(9, 0.0, "permit"), (-1, 0.0, "irregular"), (-1, 1.0, "permit")]
)
def test_nothing_is_renewed_on_an_expired_passport_that_consulates_do_not_replace(passport, abroad, after):
    world = plain_world(2, ("poland",))
    world.places["travel_document"], world.belarus["passport_abroad"] = 0.0, abroad
    model = start(settled(1, expiry=0, passport=passport), world, quietly(passport_months=99.0)).run()
    assert statuses(model) == [after]


def test_a_refused_renewal_is_the_end_of_the_status():
    world = tighten(plain_world(2, ("poland",)), "poland", "visa_free", renewal=0.0)
    model = start(settled(1, expiry=0), world, quietly()).run()
    lost = events_of(model, "lost")
    assert lost["month"].tolist() == [1] and lost["reason"].tolist() == [REASON["expiry"]]


def test_who_lives_where_a_war_begins_moves_on():
    world = plain_world(2, ("ukraine", "poland"))
    world.places["unsafe"][1, PLACE["ukraine"]] = 1.0
    model = start(settled(2, "ukraine"), world, quietly(onward_unsafe=1.0)).run()
    assert events_of(model, "onward")["month"].tolist() == [1, 1]
    assert (model.columns.place == PLACE["poland"]).all()


def test_who_settled_long_before_a_war_moves_on_more_rarely():
    world = plain_world(1, ("ukraine", "poland"))
    world.places["unsafe"] = 1.0
    people = settled(100, "ukraine")
    people.people.since[:50], people.people.since[50:] = -1, -240
    moved = events_of(start(people, world, quietly(onward_unsafe=1.0, rooting=1.0)).run(), "onward")["row"]
    assert (moved < 50).all() and len(moved) > 40  # exp(-1 / 12) of those who came a month ago, exp(-20) of the others


def test_onward_moves_go_by_status():
    people = settled(3, "georgia")
    people.people.status[:] = [STATUS[name] for name in ("visa_free", "permit", "irregular")]
    model = start(people, plain_world(1, ("georgia", "poland")), quietly(onward_visa_free=1.0)).run()
    assert events_of(model, "onward")["row"].tolist() == [0]


def test_the_persecuted_return_less():
    people = settled(2, detained=[-3, LONG_AGO])
    b = quietly(**{"return": 1.0, "return_persecuted": 0.0}, danger_months=60.0)
    model = start(people, plain_world(1, ("poland",)), b).run()
    assert events_of(model, "returned")["row"].tolist() == [1]
    assert model.columns.place.tolist() == [PLACE["poland"], PLACE["belarus"]]


def test_a_permit_becomes_citizenship_after_the_years():
    world = plain_world(2, ("poland",))
    world.places["naturalisation"], world.places["naturalisation_months"] = 1.0, 120.0
    people = settled(2, expiry=0, since=[-119, -118])
    model = start(people, world, quietly()).run()
    assert statuses(model) == ["citizen", "permit"] and model.columns.expiry[0] == NEVER


def test_workers_of_it_save_by_their_premium():
    world = plain_world(1, ("poland",))
    world.places["wage"], world.places["premium_it"] = 1000.0, 3.0
    people = settled(2, job=1, savings=0.0, sector=[SECTOR["it"], SECTOR["other"]])
    model = start(people, world, quietly(saving_share=0.2)).run()
    assert model.columns.savings.tolist() == [600.0, 200.0]


def test_a_closed_renewal_ends_permits():
    world = plain_world(2, ("lithuania",))
    world.openness[:, PLACE["lithuania"], INSTRUMENT["renewal"]] = 0.0
    assert statuses(start(settled(1, "lithuania", expiry=0), world, quietly()).run()) == ["irregular"]


def test_a_permit_becomes_permanent_after_five_years_and_then_asks_no_more():
    """Who came sixty months before has it, who came a month later a permit; a card is renewed with renewals closed."""
    world = plain_world(9, ("poland",))
    world.places["permanence"] = 60.0
    world.openness[4:, PLACE["poland"], INSTRUMENT["renewal"]] = 0.0
    people = settled(2, expiry=0, since=[-59, -58])
    model = start(people, world, quietly(renewed_months=8.0, card_months=4.0)).run(2)
    assert statuses(model) == ["permanent", "permit"] and model.columns.expiry.tolist() == [1 + 4, 1 + 8]
    assert events_of(model, "permanent")["row"].tolist() == [0]
    model.run()
    assert statuses(model)[0] == "permanent" and model.columns.expiry[0] == 6 + 4


def test_a_polish_card_gives_permanent_residence_at_the_end_of_the_visa():
    world = plain_world(2, ("poland",), ("ancestry", "study"))
    world.places["permanence"] = 60.0
    people = settled(2, status="visa", channel=[CHANNEL["ancestry"], CHANNEL["study"]], expiry=0)
    assert statuses(start(people, world, quietly()).run()) == ["permanent", "permit"]


def test_without_a_right_to_work_one_works_for_less_and_asylum_seekers_do_not():
    world = tighten(plain_world(1, ("ukraine",)), "ukraine", "visa_free", works=0.0)
    world.places["wage"] = 1000.0
    people = settled(3, "ukraine", savings=0.0)
    people.people.status[:] = [STATUS[name] for name in ("visa_free", "permit", "asylum_seeker")]
    b = quietly(job_finding=1.0, informal_work=1.0, informal_pay=0.7, saving_share=0.2)
    model = start(people, world, b).run()
    assert events_of(model, "employed")["row"].tolist() == [0, 1]
    assert model.columns.savings.tolist() == pytest.approx([140.0, 200.0, 0.0])


def test_return_falls_with_the_years_abroad():
    """By e for every five years at .2 a year: of those who came a month ago and ten years ago."""
    n = 4_000
    people = settled(n, since=np.where(np.arange(n) % 2, -120, -1))
    model = start(people, plain_world(1, ("poland",)), quietly(rooting=0.2, **{"return": 0.5})).run()
    old = events_of(model, "returned")["row"] % 2
    assert_share((old == 0).sum(), n // 2, 0.5 * np.exp(-0.2 / 12))
    assert_share((old == 1).sum(), n // 2, 0.5 * np.exp(-2.0))


def test_who_moves_on_keeps_the_years_since_leaving_belarus():
    """All move from Georgia to Poland in the first month; in the next, the years abroad still make return rare."""
    n = 1_000
    people = settled(n, "georgia", "visa_free", since=-1, left=np.where(np.arange(n) % 2, -120, -1))
    b = quietly(onward_visa_free=1.0, rooting=0.2, **{"return": 0.5})
    model = start(people, plain_world(2, ("georgia", "poland")), b).run()
    moved, back = events_of(model, "onward"), events_of(model, "returned")
    assert set(moved["month"]) == {0} and (model.columns.since[moved["row"]] >= 0).all()
    for old, months in ((0, 2), (1, 121)):
        tries = (moved["row"] % 2 == old).sum()
        assert tries > 200
        hits = ((back["month"] == 1) & (back["row"] % 2 == old)).sum()
        assert_share(hits, tries, 0.5 * np.exp(-0.2 * months / 12))


@pytest.mark.parametrize(("savings", "km", "place", "left"), [
    (100.0, 1000.0, "poland", 40.0), (59.0, 1000.0, "georgia", 59.0), (400.0, 2000.0, "poland", 100.0),
    (250.0, 2000.0, "georgia", 250.0),
])  # fmt: skip
def test_an_onward_move_costs_the_way_from_where_one_is(savings, km, place, left):
    """By land for .06 EUR a km, and beyond 1,500 km by air for the mean of both fares; fares by land from Minsk and the
    borders of Belarus do not matter.
    """
    world = plain_world(1, ("georgia", "poland"))
    world.between[:], world.places["fare_land"] = km, 1e6
    world.places["fare_air"][:, PLACE["georgia"]], world.places["fare_air"][:, PLACE["poland"]] = 500.0, 100.0
    world.openness[:, 0] = 0.0
    people = settled(1, "georgia", "visa_free", savings=savings)
    model = start(people, world, quietly(onward_visa_free=1.0, fare_by_km=0.06, overland=1500.0)).run()
    assert model.columns.place[0] == PLACE[place] and model.columns.savings[0] == pytest.approx(left)


def test_passports_are_renewed_abroad_as_soon_as_they_run_out_for_everyone():
    world = plain_world(3, ("poland",))
    world.belarus["passport_abroad"][2:] = 0.0
    model = start(settled(3, passport=[-7, 0, 1]), world, quietly(passport_months=50.0)).run()
    assert model.columns.passport.tolist() == [50, 51, 1]

"""Employers that move: how many, where to, for how long, and whom they take along.

Shares are compared by |z| <= 4, a false alarm of 6 in 100,000 each (about 1 in 1,000 for the file); luck is fixed.
"""

import math

import numpy as np
import pytest

from sim.model.hazards import FIXED_POINT
from sim.numerics.codes import CHANNEL, INSTRUMENT, PLACE, SECTOR
from tests.counting import NEVER_LEAVE, assert_share, employed, events_of
from tests.worlds import admit, close, crowd, families, plain_world, quiet, start, tighten

COUNTRIES = ("lithuania", "poland", "georgia")
VALUES = {"lithuania": 1.0, "poland": 0.5, "georgia": -0.5}
"""Values of the countries to an employer: `language` of `moving` over one."""
MANY = 6000


def moving(months, it=0.1, media=0.0, channels=("relocation",)):
    """A world into whose three countries employers may move."""
    world = plain_world(months, COUNTRIES, channels)
    world.belarus["relocation_it"], world.belarus["relocation_media"] = it, media
    for place, value in VALUES.items():
        world.places["language"][:, PLACE[place]] = 0.4 + 0.4 * value
    return world


def firm_like(**changes):
    """Behaviour in which an employer values the countries by `VALUES`, but for a constant that all share."""
    return quiet(language=2.5, **changes)


def firms(n=MANY, many=MANY, sector="it"):
    """People of IT or the media in turn for so many employers."""
    return employed(crowd(n), SECTOR[sector], many)


def history_of(model):
    """Where each employer took its staff, by month, uint8[months, employers]."""
    told = []
    while model.month < model.horizon:
        model.step()
        told.append(model.options.moved[1:].copy())
    return np.array(told)


@pytest.mark.parametrize(("sector", "hazard"), [("it", 0.1), ("ngo_media", 0.04)])
def test_employers_move_at_the_hazard_of_their_sector_to_places_by_their_value(sector, hazard):
    """Of those that stay, and again of those whose time is over; destinations by exp(value) to an employer, whatever
    constants people have.
    """
    world = moving(8, 0.1, 0.04)
    b = firm_like(**NEVER_LEAVE, relocation_months=3.0)
    where = history_of(start(firms(sector=sector), world, b))
    stays = np.ones(MANY, bool)
    total = 0
    begun = np.full(MANY, -9)
    for t in range(8):
        begins = (where[t] > 0) & stays
        assert_share(begins.sum(), stays.sum(), hazard)
        begun[begins] = t
        total += begins.sum()
        assert np.array_equal(where[t] > 0, t - begun < 3)  # three months with the first, then no more
        stays = t - begun >= 2
    first = where[0][where[0] > 0]
    weights = {place: math.exp(value) for place, value in VALUES.items()}
    for place, weight in weights.items():
        assert_share((first == PLACE[place]).sum(), len(first), weight / sum(weights.values()))


def test_firms_see_in_a_place_what_people_do_not():
    """`firms` adds to a place's value to an employer, in the month, in utility."""
    world = moving(2, 1.0)
    world.places["firms"][0, PLACE["georgia"]], world.places["firms"][1:, PLACE["poland"]] = 1.5, -20.0
    where = history_of(start(firms(), world, firm_like(**NEVER_LEAVE, relocation_months=1.0)))
    weights = {place: math.exp(value + (1.5 if place == "georgia" else 0.0)) for place, value in VALUES.items()}
    for place, weight in weights.items():
        assert_share((where[0] == PLACE[place]).sum(), MANY, weight / sum(weights.values()))
    assert not (where[1] == PLACE["poland"]).any()


def test_when_a_country_closes_only_those_bound_for_it_go_elsewhere():
    """The same employers move in the same month, and who would have gone elsewhere goes there still; the others divide
    as the values say.
    """
    b = firm_like(**NEVER_LEAVE, relocation_months=1.0)
    shut = close(moving(1, 1.0), "lithuania", "visa_free", 0)
    before, after = (history_of(start(firms(), now, b))[0] for now in (moving(1, 1.0), shut))
    bound = before == PLACE["lithuania"]
    assert np.array_equal(before[~bound], after[~bound]) and (after > 0).all()
    assert_share((after[bound] == PLACE["poland"]).sum(), bound.sum(), 1.0 / (1.0 + math.exp(-1.0)))


def test_nobody_moves_where_no_country_lets_in():
    world = moving(2, 1.0)
    for place in COUNTRIES:
        world = close(world, place, "visa_free", 0)
    where = history_of(start(firms(), world, quiet(**NEVER_LEAVE, relocation_months=2.0)))
    assert (where == 0).all()
    for place in COUNTRIES:  # nor where the law takes other sectors
        world = admit(world, place, "relocation", sectors=1 << SECTOR["other"], entry=-1)
    assert (history_of(start(firms(), world, quiet(**NEVER_LEAVE, relocation_months=2.0))) == 0).all()


def test_staff_follow_their_own_employer_and_nobody_else_goes_by_it():
    """By relocation alone, and with the wish of everyone: all staff of who moved go, to the same place, without a fare
    and with a job; who works for one that stays, or for none, stays.
    """
    people = employed(crowd(4000, savings=0.0), SECTOR["it"], 400)
    people.people.employer[::10] = 0
    world = moving(1, 0.3)
    world.places["fare_land"][:], world.places["fare_air"][:] = 500.0, 900.0
    model = start(people, world, quiet(level=90.0, staff=90.0, relocation_months=2.0)).run()
    took = model.options.moved[people.people.employer]
    assert 0.2 < (took > 0).mean() < 0.4
    assert np.array_equal(model.columns.place, took)
    gone = took > 0
    assert (model.columns.channel[gone] == CHANNEL["relocation"]).all() and (model.columns.job[gone] == 1).all()
    assert (model.columns.savings == 0.0).all()


def test_an_employer_brings_no_place_without_a_fee():
    """The employer pays the fare and the first rent; fee and money to show remain, and who lacks them stays."""
    people = employed(crowd(400, savings=np.repeat([349.0, 350.0], 200)), SECTOR["it"], 1)
    world = tighten(moving(1, 1.0), "poland", "relocation", fee=100.0, funds=250.0)
    world = close(close(world, "lithuania", "visa_free", 0), "georgia", "visa_free", 0)
    world.places["fare_land"][:], world.places["rent"][:] = 400.0, 350.0
    model = start(people, world, quiet(level=60.0, staff=60.0, reserve=1.0, relocation_months=2.0)).run()
    assert np.array_equal(model.columns.place == PLACE["poland"], np.repeat([False, True], 200))
    assert (model.columns.savings[200:] == 250.0).all()


def test_a_closed_relocation_does_not_close_the_country():
    """Moved firms are admitted by an instrument of their own; once it is shut all come by the other channel."""
    world = moving(2, 1.0, channels=("relocation", "visa_free"))
    for place in COUNTRIES:
        world = admit(world, place, "relocation", entry=INSTRUMENT["national_visa"])
        world = close(world, place, "national_visa", 0)
    model = start(firms(500, 5), world, quiet(level=60.0, staff=60.0, relocation_months=2.0)).run()
    assert set(events_of(model, "departed")["channel"]) == {CHANNEL["visa_free"]}


@pytest.mark.parametrize("staff", [-2.0, -4.0])
def test_staff_go_along_by_their_push_and_whatever_else_is_on_offer(staff):
    """Log-odds are `staff` and the push beyond the level, each month anew; the expected are the sum of the chances."""
    people = employed(crowd(20_000, education=np.arange(20_000) % 2), SECTOR["it"], 200)
    b = quiet(level=-60.0, staff=staff, skill=1.0, relocation_months=9.0)
    model = start(people, moving(3, 1.0), b).run()
    departed, left = events_of(model, "departed"), np.array([10_000, 10_000])
    for t in range(3):
        gone = np.bincount(departed["row"][departed["month"] == t] % 2, minlength=2)
        chances = 1.0 / (1.0 + np.exp(-(staff + np.array([0.0, 1.0]))))
        for hits, tries, chance in zip(gone, left, chances, strict=True):
            assert_share(hits, tries, chance)
        expected = model.recorder.committed[t][:, CHANNEL["relocation"]].sum() / FIXED_POINT
        assert expected == pytest.approx(float((left * chances).sum()), rel=1e-9)
        left = left - gone


def test_a_multiple_of_relocation_is_one_of_the_hazard():
    where = history_of(start(firms(), moving(1, 0.1), quiet(**NEVER_LEAVE, relocation=3.0, relocation_months=2.0)))
    assert_share((where[0] > 0).sum(), MANY, 0.3)


def test_a_partner_who_is_staff_takes_the_family_along():
    """Whichever adult the employer moves; a child's row or another's employer does not count."""
    people = families(300)
    people.people.sector[people.people.member == 1] = SECTOR["it"]
    people.people.employer[people.people.member == 1] = 1
    people.people.employer[people.people.member == 0] = np.arange(300) % 2 * 2  # another's, which stays
    people.employers = np.array([0, SECTOR["it"], SECTOR["public"]], np.uint8)
    model = start(people, moving(1, 1.0), quiet(level=-60.0, staff=90.0, relocation_months=2.0)).run()
    assert (model.columns.place == model.options.moved[1]).all() and model.options.moved[1] > 0

"""Rules that go by age: an exception, or a ban that spares an age, is for units whose head is of that age alone."""

from datetime import date

import numpy as np
import pytest

from sim.history.catalogue import load_history
from sim.history.compiled import build
from sim.history.inventory import load_destinations
from sim.history.parameters import Closing
from sim.history.policies import Event, Policy
from sim.model.decision.units import N_AGES, age_group, age_limits
from sim.numerics.codes import AGE_FROM, CHANNEL, EVENT, GROUP, INSTRUMENT, N_CHANNELS, PLACE
from tests.worlds import close, constants, crowd, plain_world, quiet, start

COUNTRIES = ("lithuania", "poland")
MANY = 2_000
DAY = date(2023, 5, 3)
AGES = (18, 27, 28, 59, 60, 80)
COLUMN = {name: 1 + N_CHANNELS + GROUP[name] for name in AGE_FROM}


def left(world, many=MANY):
    """Age at the start and place of everyone who left in the one month of a world, by key."""
    people = crowd(many * len(AGES), birth=np.repeat([-12 * age for age in AGES], many))
    model = start(people, world, quiet(level=2.0, **{"lambda": 0.6}), constants(poland=1.0))
    events = model.run().recorder.events
    applied = events[events["kind"] == EVENT["applied"]]
    ages = dict(zip(people.people.key.tolist(), np.repeat(AGES, many).tolist(), strict=True))
    return {int(row["key"]): (ages[int(row["key"])], int(row["place"])) for row in applied}


def test_groups_by_age_are_all_ages_once():
    found = [
        [int(age_group(age)).bit_length() - 1 for age in range(*age_limits_of(number))] for number in range(N_AGES)
    ]
    names = {code: name for name, code in GROUP.items()}
    assert [{names[code] for code in part} for part in found] == [{name} for name in AGE_FROM]
    assert [age_limits_of(number) for number in range(N_AGES)] == [(0, 28), (28, 60), (60, 256)]


def age_limits_of(number):
    low, high = age_limits(number)
    return int(low), int(high) + 1


@pytest.mark.parametrize("name", sorted(AGE_FROM))
def test_an_exception_by_age_admits_that_age_and_moves_nobody_else(name):
    """Poland is closed but to one age: people of the others live as if it were closed to all."""
    number = list(AGE_FROM).index(name)
    low, after = age_limits_of(number)
    shut = close(plain_world(1, COUNTRIES), "poland", "visa_free", 0)
    excepted = shut._replace(openness=shut.openness.copy())
    excepted.openness[:, PLACE["poland"], INSTRUMENT["visa_free"], COLUMN[name]] = 1.0
    all_open, closed, by_age = left(plain_world(1, COUNTRIES)), left(shut), left(excepted)
    inside = {key for key, (age, _) in all_open.items() if low <= age < after}
    assert len(inside) > 100
    assert {key: by_age[key] for key in by_age if low <= by_age[key][0] < after} == {
        key: all_open[key] for key in inside
    }
    assert {key: by_age[key] for key in by_age if not low <= by_age[key][0] < after} == {
        key: closed[key] for key in closed if not low <= closed[key][0] < after
    }
    went = {age for age, place in by_age.values() if place == PLACE["poland"]}
    assert went == {age for age in AGES if low <= age < after}


def test_all_ages_excepted_is_no_closure():
    shut = close(plain_world(1, COUNTRIES), "poland", "visa_free", 0)
    excepted = shut._replace(openness=shut.openness.copy())
    for column in COLUMN.values():
        excepted.openness[:, PLACE["poland"], INSTRUMENT["visa_free"], column] = 1.0
    assert left(excepted) == left(plain_world(1, COUNTRIES))


def test_a_policy_excepts_by_age_in_the_world():
    spared = Closing("lithuania.permit", 1.0, ("age_60_over",))
    event = Event("ban", DAY, DAY, None, (spared,), "test", "found")
    history = load_history().enact(Policy("ban", "a ban", "Lithuania", False, (event,)))
    world = build(history, load_destinations(), 84)
    share = world.openness[83, PLACE["lithuania"], INSTRUMENT["permit"]]
    assert share[0] == 0.0 and share[COLUMN["age_60_over"]] == 1.0 and share[COLUMN["age_18_27"]] == 0.0
    assert share[1 + CHANNEL["work"]] == 0.0

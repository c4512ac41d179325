"""How people live in Lithuania and what they need: pure rules, and what is read of people's states."""

import numpy as np
import pytest

from sim.numerics.codes import CHANNEL, EDUCATION, MODE, PLACE, SEX, STATUS
from sim.numerics.months import month
from sim.observation import living
from sim.observation.circumstances import Circumstances, circumstances, means_of, turned_away
from sim.observation.parameters import observation
from tests.worlds import crowd, families, plain_world, quiet, start

AT_EASE = Circumstances(
    working=1.0, partner_working=0.0, saved=1.0, right=1.0, language=1.0, months=60.0, children=0.0, pupils=0.0,
    together=1.0, close=1.0, insured=1.0, affordable=1.0, searches=0.0, seeking=0.0,
)  # fmt: skip


def lives(n=1, **changes):
    """`n` people at ease but for what is said."""
    return Circumstances(*(np.full(n, float(value)) for value in AT_EASE._replace(**changes)))


def abroad(people, months=0, **values):
    """A model of people settled in Lithuania, at the end of its first month, which is so many months after arrival."""
    people.people.mode[:], people.people.place[:] = MODE["settled"], PLACE["lithuania"]
    people.people.status[:], people.people.since[:] = STATUS["permit"], -months
    people.people.channel[:] = CHANNEL["visa_free"]
    for name, value in values.items():
        getattr(people.people, name)[:] = value
    return start(people, plain_world(1, ("lithuania",)), quiet(level=-60.0)).run()


def test_quality_of_life_is_ten_where_nothing_is_missing_and_falls_with_each_of_eight_things():
    assert living.quality_of_life(lives(), np.array([10.0])).tolist() == [10.0]
    worse = ({"right": 0.5}, {"affordable": 0.0}, {"language": 0.4}, {"insured": 0.0}, {"together": 0.0},
             {"working": 0.0}, {"searches": 1.0})  # fmt: skip
    for change in worse:
        assert living.quality_of_life(lives(**change), np.array([10.0]))[0] < 10.0, change
    assert living.quality_of_life(lives(insured=0.0), np.array([10.0]))[0] == pytest.approx(10.0 - 9.0 / 8)
    assert living.quality_of_life(lives(), np.array([1.0]))[0] == pytest.approx(10.0 - 9.0 / 8)


def test_means_are_work_or_a_pension_of_anyone_in_the_family_or_half_of_it_savings():
    for change, means in (({}, 1.0), ({"working": 0.0, "partner_working": 1.0}, 1.0), ({"working": 0.0}, 0.5),
                          ({"working": 0.0, "saved": 0.0}, 0.0)):  # fmt: skip
        assert means_of(lives(**change)).tolist() == [means], change


def test_health_insurance_comes_with_work_or_a_permit():
    """Of who has no work those on a visa, visitors and people without status have none; asylum seekers are treated."""
    names = ("permit", "permanent", "asylum_seeker", "protected", "visa", "visa_free", "irregular")
    status = [STATUS[name] for name in names]
    for job, covered in ((0, [1.0] * 4 + [0.0] * 3), (1, [1.0] * 7)):
        model = abroad(crowd(7), status=status, job=job)
        assert circumstances(model, np.arange(7)).insured.tolist() == covered, job


def test_a_family_is_read_as_one():
    """A couple with children of 5 and 1 years, of whom one works; then the partner is left behind at home."""
    people = families(1)
    people.people.birth[2:] = -5 * 12, -1 * 12
    model = abroad(people, job=[1, 0, 0, 0], savings=[0.0, 0.0, 0.0, 0.0])
    lived = circumstances(model, np.arange(2))
    assert lived.working.tolist() == [1.0, 0.0] and lived.partner_working.tolist() == [0.0, 1.0]
    assert lived.children.tolist() == [2.0, 2.0] and lived.pupils.tolist() == [1.0, 1.0]
    assert lived.together.tolist() == lived.close.tolist() == [1.0, 1.0]
    model.columns.mode[1], model.columns.job[1] = MODE["home"], 1  # as if: who is at home earns nothing for who is away
    lived = circumstances(model, np.array([0]))
    assert lived.together.tolist() == lived.close.tolist() == lived.partner_working.tolist() == [0.0]


def test_landlords_turn_away_families_and_who_has_no_income_of_their_own_more_often():
    """In proportion to searches since the invasion of February 2022: none of who came before and has not moved."""
    plain, weight = observation().at("refused_home"), observation().at("refused_home_weight")
    for change, risk in (({}, plain), ({"working": 0.0}, weight * plain), ({"children": 1.0}, weight * plain)):
        home, _ = turned_away(lives(searches=1.0, **change))
        assert home[0] == pytest.approx(risk) and turned_away(lives(**change))[0][0] == 0.0
    assert turned_away(lives(seeking=1.0))[1][0] == observation().at("refused_work")


def test_searches_are_counted_since_the_invasion():
    model = abroad(crowd(3), since=[month("2022-01"), month("2022-02"), month("2022-08")])
    model.month = month("2022-08") + 1
    model.world = plain_world(model.month, ("lithuania",))
    lived = circumstances(model, np.arange(3))
    assert lived.searches.tolist() == pytest.approx([6 / 24, 1 + 6 / 24, 1.0])


def answer(item, lived, staying=1.0, domain="needs", **values):
    """What one person answers to a row, or None if they are not asked."""
    people = crowd(1)
    for name, value in values.items():
        getattr(people.people, name)[:] = value
    model = start(people, plain_world(1, ("lithuania",)), quiet())
    found = living.answers(model, np.array([0]), lived, np.array([9.0]), np.array([staying]))
    at = living.ROWS.index((domain, item))
    return float(found.values[0, at]) if found.asked[0, at] else None


def test_needs_follow_from_what_one_lives_in():
    """Who is at ease needs nothing; each need is told by what is missing."""
    needs = [item for domain, item in living.ROWS if domain == "needs"]
    assert [answer(item, lives()) for item in needs] == [0.0] * len(needs)
    told = {
        "language courses": ({"language": 0.5}, 0.7),
        "medical help": ({"insured": 0.0}, 1.0),
        "legal advice": ({"right": 0.5}, 1.0),
        "help in finding a job": ({"working": 0.0}, 1.0),
        "psychological help": ({"months": 3.0}, 1.0),
        "help in finding a home": ({"months": 3.0}, 1.0),
        "money": ({"working": 0.0, "saved": 0.0}, 1.0),
        "places for children": ({"pupils": 1.0, "months": 9.0}, 1.0),
    }
    for item, (change, share) in told.items():
        assert answer(item, lives(**change), staying=0.7) == pytest.approx(share), item
    degree = {"education": EDUCATION["higher"]}
    assert answer("recognition of qualifications", lives(working=0.0), **degree) == 1.0
    assert answer("recognition of qualifications", lives(working=0.0)) == 0.0
    assert answer("psychological help", lives(), detained=-9) == 1.0


def test_income_is_asked_by_sex_and_of_who_has_none():
    woman, man = {"sex": SEX["female"]}, {"sex": SEX["male"]}
    poor = lives(working=0.0)
    assert answer(living.WOMEN, poor, domain="income", **woman) == 1.0
    assert answer(living.WOMEN, poor, domain="income", **man) is None
    assert answer(living.MEN, lives(), domain="income", **man) == 0.0
    item = "without one: the partner"
    assert answer(item, lives(), domain="income") is None
    assert answer(item, lives(working=0.0, partner_working=1.0), domain="income") == 1.0

"""A person is a view of a row; a set of people is asked by attribute name, mask and rows, and runs processes.

What a set of people shares with Mesa's own is in `test_mesa_interface.py`.
"""

import mesa
import numpy as np
import pytest
from few_people import FewPeople, N, rows_of

from sim.model.agents.people import People, Person
from sim.model.agents.person import ATTRIBUTES
from sim.numerics.codes import PLACE
from sim.population import schema


@pytest.fixture
def model():
    return FewPeople()


@pytest.fixture
def people(model):
    return model.people


# Person


def test_person_reads_and_writes_the_columns(model):
    person = Person(model, 7)
    assert isinstance(person, mesa.Agent)
    assert person.income == 507.0 and type(person.income) is float
    assert person.unique_id == person.key == 2**63 + 49 and type(person.key) is int
    person.savings = 12.5
    model.columns.place[7] = PLACE["poland"]
    assert model.columns.savings[7] == 12.5
    assert person.place_name == "poland" and person.abroad is True and person.sector_name == "other"


def test_person_has_every_column_of_the_schema(model):
    person = Person(model, 3)
    for column in schema.SCHEMA:
        assert getattr(person, column.name) == getattr(model.columns, column.name)[3]
        assert (f"{column.name}_name" in ATTRIBUTES) == (column.unit in ("code", "place"))


@pytest.mark.parametrize(
    ("birth", "month", "age"), [(40, 40, 0), (28, 39, 0), (28, 40, 1), (-1500, 83, 131), (-1, 0, 0)]
)
def test_age_is_in_completed_years_and_cannot_overflow(model, birth, month, age):
    model.columns.birth[5], model.month = birth, month
    assert Person(model, 5).age == age == model.people.array("age")[5]


def test_person_refuses_what_the_schema_does_not_allow(model):
    person = Person(model, 0)
    with pytest.raises(AttributeError, match="'birth' is a trait and never changes; states: "):
        person.birth = 3
    with pytest.raises(AttributeError, match="'age' is derived"):
        person.age = 3
    with pytest.raises(AttributeError, match="no attribute 'wealth' to set"):
        person.wealth = 3
    with pytest.raises(AttributeError, match="no attribute 'row' to set"):
        person.row = 3
    with pytest.raises(AttributeError, match="no attribute 'wealth'; known: key"):
        _ = person.wealth
    for value in (16, -1, 1.5, float("nan"), "poland", None):
        with pytest.raises(ValueError, match="'place' of a person is a whole number from 0 to 15"):
            person.place = value
    assert person.place == 0 and not vars(person)


def test_two_views_of_one_person_are_one_person(model):
    other = FewPeople()
    assert Person(model, 4) == Person(model, 4) != Person(model, 5)
    assert Person(model, 4) != Person(other, 4) and Person(model, 4) != 4
    assert len({Person(model, 4), Person(model, 4), Person(other, 4)}) == 2


def test_unit_is_the_household_on_adjacent_rows(model):
    for first in (0, 190):
        for head, size in ((0, 2), (2, 1), (3, 4), (7, 3)):
            expected = list(range(first + head, first + head + size))
            for row in expected:
                assert rows_of(Person(model, row).unit) == expected
                assert Person(model, row).head.row == first + head


# Sets of people, where they offer more than Mesa's


def test_everyone_and_some_say_how_many_they_are(people):
    assert repr(people) == "<People: everyone, 200>" and repr(people.select(at_most=3)) == "<People: 3 of 200>"


def test_select_by_function_mask_and_rows(people):
    young = people.select(lambda person: person.age < 18)
    assert isinstance(young, People)
    by_hand = [row for row in range(N) if row % 70 < 15]  # row 0 is three years old
    assert rows_of(young) == rows_of(people.select(mask=people.array("age") < 18)) == by_hand
    assert rows_of(young.select(rows=[199, 71, 3, 30])) == [3, 71]  # in the order of the set
    assert rows_of(young.select(mask=young.array("sex") == 1)) == [row for row in by_hand if row % 2]
    assert rows_of(young.select(mask=young.array("sex") == 1, at_most=0.1)) == by_hand[1::2][:4]  # a tenth of 45
    with pytest.raises(ValueError, match=r"mask must be bool\[45\]"):
        young.select(mask=people.array("age") < 18)
    with pytest.raises(ValueError, match="mask must be bool"):
        people.select(mask=people.array("sex"))


def test_rows_must_be_rows_of_the_model(model):
    for rows, complaint in (([1, 1], "twice"), ([200], "between 0 and 199"), ([-1], "between"), ([1.0], "list of row")):
        with pytest.raises(ValueError, match=complaint):
            People(model, rows)
    assert len(People(model, [])) == 0


def test_shuffle_is_a_permutation_by_the_given_luck(people):
    shuffled = people.shuffle(rng=np.random.default_rng(5))
    assert isinstance(shuffled, People) and shuffled == people and rows_of(shuffled) != rows_of(people)
    assert rows_of(shuffled) == rows_of(people.shuffle(rng=np.random.default_rng(5)))
    assert rows_of(FewPeople(rng=3).people.shuffle()) == rows_of(FewPeople(rng=3).people.shuffle())
    copied = people.select()
    assert copied.shuffle(inplace=True) is copied and copied == people


def test_get_gives_plain_lists(people):
    some = people.select(rows=[2, 4])
    assert some.get("income") == [502.0, 504.0] and some.get("place_name") == ["lithuania", "poland"]
    assert some.get(["row", "abroad"]) == [[2, True], [4, True]]
    assert all(type(value) is int for value in people.get("age"))
    assert some.get("wealth", handle_missing="default", default_value=-1) == [-1, -1]
    with pytest.raises(AttributeError, match="no attribute 'wealth'; known"):
        some.get("wealth")
    with pytest.raises(ValueError, match="unknown handle_missing"):
        some.get("income", handle_missing="drop")


def test_every_attribute_is_the_same_by_person_and_by_set(people):
    for name in ATTRIBUTES:
        assert people.get(name) == [getattr(person, name) for person in people]


def test_array_cannot_be_written(people):
    with pytest.raises(ValueError, match="read-only"):
        people.array("savings")[0] = 1
    assert np.shares_memory(people.array("savings"), people.model.columns.savings)


def test_set_writes_states_and_refuses_the_rest(people):
    some = people.select(rows=[2, 4])
    assert some.set("savings", 3) is some
    some.set("expiry", np.array([50, 60]))
    assert list(people.array("savings")[:6]) == [0, 10, 3, 30, 3, 50] and some.get("expiry") == [50, 60]
    for name, complaint in (("sex", "trait"), ("abroad", "derived"), ("row", "cannot be set"), ("wealth", "known")):
        with pytest.raises(AttributeError, match=complaint):
            some.set(name, 0)
    for value in ([1, 99], 2.5, -1):
        with pytest.raises(ValueError, match="'place' of a person"):
            some.set("place", value)


def test_do_runs_the_compiled_process_for_everyone_only(people):
    assert people.do("choose") is people
    assert people.model.chosen == 1 and people.agg("plan", min) == 1
    with pytest.raises(ValueError, match="acts on everyone; this set holds 3 of 200 people"):
        people.select(at_most=3).do("choose")
    for verb in ("shuffle_do", "map"):
        with pytest.raises(ValueError, match=f"everyone at once; use do\\('choose'\\), not {verb}"):
            getattr(people, verb)("choose")
    assert people.model.chosen == 1

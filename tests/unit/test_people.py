"""Person and People answer Mesa's interface from the columns; institutions are Mesa's own agents.

The same tests run on every supported Mesa: 3.3 (Python 3.11) and 3.5 (3.12 and later).
"""

import copy
import gc
import inspect
import pickle
import weakref
from types import SimpleNamespace

import mesa
import numpy as np
import pytest

from sim import columns
from sim.agents.groups import GroupBy
from sim.agents.institutions import BelarusianState, Destination, Employer, forget
from sim.agents.people import AbstractAgentSet, People, Person
from sim.agents.person import ATTRIBUTES
from sim.codes import CHANNEL, CONSCRIPTION, N_CHANNELS, N_PLACES, N_STATUSES, PLACE, SECTOR, STATUS

N = 200
SIZES = (2, 1, 4, 3)  # couple; single; couple with two children; lone parent with two children
MEMBERS = (0, 1, 0, 0, 1, 2, 3, 0, 2, 3)  # the lone parent's children are no partners


def choose(model):
    """A compiled process stands here as a whole-column assignment."""
    model.columns.plan[:] = 1
    model.chosen += 1


class Tiny(mesa.Model):
    """A model of 200 people, without any of the project's processes."""

    def __init__(self, n=N, rng=1):
        super().__init__(rng=rng)
        self.month = 40
        self.one_in = 100
        self.chosen = 0
        self.columns = columns.empty(n)
        rows = np.arange(n)
        self.columns.key[:] = 2**63 + 7 * rows.astype(np.uint64)  # keys are neither rows nor small
        self.columns.circle[:] = rows // 100
        self.columns.member[:] = np.resize(MEMBERS, n)
        self.columns.unit_size[:] = np.resize(np.repeat(SIZES, SIZES), n)
        self.columns.birth[:] = -12 * (rows % 70) - 1
        self.columns.sex[:] = rows % 2
        self.columns.place[:] = np.resize([0, 0, PLACE["lithuania"], 0, PLACE["poland"]], n)
        self.columns.sector[:] = rows % 11
        self.columns.income[:] = 500 + rows
        self.columns.savings[:] = 10 * rows
        self.processes = {"choose": choose}
        self.stocks = np.zeros((N_PLACES, N_STATUSES), np.int64)
        self.waiting = np.zeros((N_PLACES, N_CHANNELS), np.int64)
        self.arrivals = np.zeros(N_PLACES, np.int64)
        self.people = People(self)


@pytest.fixture
def model():
    return Tiny()


@pytest.fixture
def people(model):
    return model.people


def rows_of(agents):
    return [person.row for person in agents]


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
    for column in columns.SCHEMA:
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
    other = Tiny()
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


def test_people_are_never_destroyed(model):
    with pytest.raises(TypeError, match="never removed"):
        Person(model, 0).remove()
    with pytest.raises(TypeError, match="everyone"):
        model.people.discard(Person(model, 0))
    assert len(model.people) == N


# Membership and order


def test_it_is_a_mesa_agent_set(people):
    assert isinstance(people, AbstractAgentSet)
    assert all(isinstance(person, mesa.Agent) for person in people)
    assert len(people) == N and rows_of(people) == list(range(N))
    assert repr(people) == "<People: everyone, 200>"


def test_no_method_of_mesa_reaches_for_agents_that_are_not_there():
    """Mesa's own methods read `_agents`, which People does not have: each such method must be ours."""

    def names(code):
        return set(code.co_names).union(*(names(part) for part in code.co_consts if inspect.iscode(part)))

    mesa_methods = {
        name
        for mesa_set in (AbstractAgentSet, mesa.agent.AgentSet)
        for name, function in inspect.getmembers(mesa_set, inspect.isfunction)
        if "_agents" in names(function.__code__) and name != "__init__"
    }
    assert {"get", "do", "shuffle", "__len__"} <= mesa_methods
    assert [name for name in mesa_methods if name not in vars(People)] == []


def test_contains(people):
    odd = people.select(lambda person: person.row % 2 == 1)
    assert Person(people.model, 3) in people and Person(people.model, 3) in odd
    assert Person(people.model, 2) not in odd
    assert 3 not in odd and mesa.Agent(people.model) not in people


def test_select_by_function_mask_and_rows(people):
    young = people.select(lambda person: person.age < 18)
    assert isinstance(young, People)
    by_hand = [row for row in range(N) if row % 70 < 15]  # row 0 is three years old
    assert rows_of(young) == rows_of(people.select(mask=people.array("age") < 18)) == by_hand
    assert rows_of(young.select(rows=[199, 71, 3, 30])) == [3, 71]  # in the order of the set
    assert rows_of(young.select(mask=young.array("sex") == 1)) == [row for row in by_hand if row % 2]
    assert young.select(agent_type=Person) == young and len(young.select(agent_type=Destination)) == 0
    assert young.select() == young and young.select() is not young
    with pytest.raises(ValueError, match=r"mask must be bool\[45\]"):
        young.select(mask=people.array("age") < 18)
    with pytest.raises(ValueError, match="mask must be bool"):
        people.select(mask=people.array("sex"))


@pytest.mark.parametrize(
    ("at_most", "expected"), [(7, 7), (0, 0), (500, 100), (0.1, 20), (0.999, 100), (1.0, 100), (0.0, 0), (-3, 0)]
)
def test_at_most_counts_as_mesa_counts(people, at_most, expected):
    """A float is a share of the set that is asked, not of those who meet the condition."""
    chosen = people.select(lambda person: person.sex == 1, at_most=at_most)
    assert rows_of(chosen) == list(range(1, N, 2))[:expected]
    plain = mesa.agent.AgentSet([mesa.Agent(people.model) for _ in range(N)], random=people.random)
    assert len(plain.select(lambda agent: agent.unique_id % 2 == 1, at_most=at_most)) == len(chosen)
    assert people.select(mask=people.array("sex") == 1, at_most=at_most).to_list() == chosen.to_list()


def test_select_inplace_changes_a_subset_only(people):
    some = people.select(at_most=50)
    assert some.select(lambda person: person.sex == 0, inplace=True) is some and len(some) == 25
    with pytest.raises(TypeError, match="everyone"):
        people.select(at_most=5, inplace=True)


def test_add_discard_remove_change_membership_only(people):
    model = people.model
    some = people.select(at_most=3)
    some.add(Person(model, 9))
    some.add(Person(model, 0))
    assert rows_of(some) == [0, 1, 2, 9]
    some.discard(Person(model, 1))
    some.discard(Person(model, 1))
    some.remove(Person(model, 9))
    assert rows_of(some) == [0, 2] and len(people) == N
    with pytest.raises(KeyError):
        some.remove(Person(model, 9))
    with pytest.raises(ValueError, match="not a person of this model"):
        some.add(Person(Tiny(), 5))


def test_set_algebra_stays_columnar(people):
    few, odd = people.select(at_most=4), people.select(lambda person: person.row in (1, 3, 5))
    for result, expected in (
        (few & odd, [1, 3]),
        (few | odd, [0, 1, 2, 3, 5]),
        (few - odd, [0, 2]),
        (few ^ odd, [0, 2, 5]),
        ([Person(people.model, 1), Person(people.model, 8)] & few, [1]),
    ):
        assert isinstance(result, People) and rows_of(result) == expected
    assert few & odd <= odd and not few <= odd and people >= few and few | odd == odd | few and few != odd
    few |= odd
    assert rows_of(few) == [0, 1, 2, 3, 5]


def test_indexing_and_to_list(people):
    last = people.select(rows=[3, 8, 12])
    assert people[5].row == 5 and people[-1].row == N - 1 and last[1].row == 8
    assert rows_of(last[1:]) == [8, 12] and isinstance(last[1:], list)
    assert last.to_list() == list(last) and isinstance(last.to_list(), list)
    with pytest.raises(IndexError):
        last[3]


def test_rows_must_be_rows_of_the_model(model):
    for rows, complaint in (([1, 1], "twice"), ([200], "between 0 and 199"), ([-1], "between"), ([1.0], "list of row")):
        with pytest.raises(ValueError, match=complaint):
            People(model, rows)
    assert len(People(model, [])) == 0


def test_shuffle_is_a_permutation_by_the_given_luck(people):
    shuffled = people.shuffle(rng=np.random.default_rng(5))
    assert isinstance(shuffled, People) and shuffled == people and rows_of(shuffled) != rows_of(people)
    assert rows_of(shuffled) == rows_of(people.shuffle(rng=np.random.default_rng(5)))
    assert rows_of(Tiny(rng=3).people.shuffle()) == rows_of(Tiny(rng=3).people.shuffle())
    copied = people.select()
    assert copied.shuffle(inplace=True) is copied and copied == people


@pytest.mark.parametrize("ascending", [True, False])
@pytest.mark.parametrize("key", ["age", "place_name", "income", lambda person: -person.savings])
def test_sort_orders_and_keeps_ties_as_python_does(people, key, ascending):
    mixed = people.shuffle()
    value = key if callable(key) else lambda person: getattr(person, key)
    expected = sorted(mixed.to_list(), key=value, reverse=not ascending)
    assert mixed.sort(key, ascending=ascending).to_list() == expected
    assert mixed.sort(key, ascending=ascending, inplace=True) is mixed and mixed.to_list() == expected


# Reading and writing


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


def test_agg_equals_the_function_of_the_list(people):
    people.set("savings", 0.1 + 1e5 * np.arange(N) / N)  # no sum of these is exact in 32 bits
    for name in ("age", "savings", "sector", "abroad"):
        values = people.get(name)
        functions = [min, max, len, np.sum, np.mean, np.median, sorted, lambda listed: listed.count(3)]
        assert people.agg(name, functions) == [function(values) for function in functions]
        assert people.agg(name, sum) == pytest.approx(sum(values), rel=1e-14)  # numpy adds in another order
    assert people.agg("sector", sum) == sum(row % 11 for row in range(N)) > 255
    assert list(people.agg("sector", np.diff)) == list(np.diff(people.get("sector")))  # bytes know no -10
    assert people.agg("place_name", max) == "poland"
    assert people.agg("key", sum) == sum(people.get("key"))


# Acting


def test_do_and_map_call_methods_and_functions(people):
    some = People(people.model, [5, 2])
    seen = []
    assert some.do(lambda person, step: seen.append(person.row + step), 1) is some and seen == [6, 3]
    assert some.do("step") is some
    assert some.map(lambda person, by: person.row * by, by=2) == [10, 4]
    assert some.map("step") == [None, None]
    with pytest.raises(AttributeError, match="no method of a person and no process; processes: choose"):
        some.do("emigrate")


def test_do_runs_the_compiled_process_for_everyone_only(people):
    assert people.do("choose") is people
    assert people.model.chosen == 1 and people.agg("plan", min) == 1
    with pytest.raises(ValueError, match="acts on everyone; this set holds 3 of 200 people"):
        people.select(at_most=3).do("choose")
    for verb in ("shuffle_do", "map"):
        with pytest.raises(ValueError, match=f"everyone at once; use do\\('choose'\\), not {verb}"):
            getattr(people, verb)("choose")
    assert people.model.chosen == 1


def test_shuffle_do_reaches_everyone_once_in_the_luck_of_the_model(people):
    seen, again = [], []
    people.shuffle_do(lambda person: seen.append(person.row))
    Tiny().people.shuffle_do(lambda person: again.append(person.row))
    assert sorted(seen) == list(range(N)) and seen != sorted(seen) and seen == again


def test_groupby_parts_the_people_and_stays_columnar(people):
    mixed = people.shuffle(rng=np.random.default_rng(2))
    for by in ("place_name", "place", "age", lambda person: person.row % 3):
        value = by if callable(by) else lambda person, by=by: getattr(person, by)
        expected = {}
        for person in mixed:
            expected.setdefault(value(person), []).append(person)
        groups = mixed.groupby(by)
        assert isinstance(groups, GroupBy) and all(isinstance(group, People) for _, group in groups)
        assert [(key, group.to_list()) for key, group in groups] == list(expected.items())
        assert mixed.groupby(by, result_type="list").groups == expected
        assert groups.count() == {key: len(group) for key, group in expected.items()}
    assert len(people.select(at_most=0).groupby("place")) == 0
    with pytest.raises(ValueError, match="unknown result_type"):
        people.groupby("place", result_type="dict")


def test_groups_aggregate_map_and_do(people):
    groups = people.groupby("place_name")
    expected = {"belarus": 120, "lithuania": 40, "poland": 40}
    assert groups.count() == groups.map(len) == groups.agg("abroad", len) == expected
    assert groups.agg("age", max) == people.groupby("place_name", result_type="list").agg("age", max)
    assert groups.do("set", "savings", 1) is groups and people.agg("savings", sum) == N


# Whole models


def test_pickle_and_copy_keep_people_with_their_model(model):
    model.friend = Person(model, 7)
    model.some = People(model, [9, 7])
    for again in (pickle.loads(pickle.dumps(model)), copy.deepcopy(model)):
        assert again.people.model is again and len(again.people) == N
        assert again.friend.model is again and again.friend in again.some and rows_of(again.some) == [9, 7]
        again.friend.savings = 1.0
        assert model.friend.savings == 70.0
    shallow = copy.copy(model.some)
    shallow.discard(model.friend)
    assert rows_of(shallow) == [9] and model.friend in model.some


def test_two_models_in_one_process_do_not_mix():
    one, other = Tiny(), Tiny(n=100)
    one.people.set("savings", 1)
    other.people.set("savings", 2)
    assert one.people.agg("savings", max) == 1 and other.people.agg("savings", min) == 2
    assert other.people[3] not in one.people and len(one.people & other.people) == 0
    with pytest.raises(ValueError, match="not a person of this model"):
        _ = one.people | other.people


def test_views_are_never_registered(model):
    assert [person.age for person in model.people] and model.people.do("step")
    assert len(model.agents) == 0 and model.agent_types == []


def test_a_finished_model_is_freed():
    """Mesa 3.3 keeps a model for ever once an agent was registered in it; views do not register."""
    with_people, with_institutions = Tiny(), Tiny()
    with_people.people.shuffle_do("step")
    BelarusianState(with_institutions)
    forget(with_institutions)
    watched = weakref.ref(with_people), weakref.ref(with_institutions)
    del with_people, with_institutions
    gc.collect()
    assert [reference() for reference in watched] == [None, None]


def test_data_collector_reads_people(model):
    """Model reporters ask the columns; agent reporters need a stand-in whose agents are the people."""
    collector = mesa.DataCollector(
        model_reporters={"abroad": lambda model: model.people.agg("abroad", sum)},
        agent_reporters={"place": "place_name", "age": lambda person: person.age},
    )
    model.time = model.steps = 3
    some = model.people.select(at_most=5)
    collector.collect(SimpleNamespace(agents=some, people=model.people, steps=3, time=3))
    assert collector.model_vars == {"abroad": [80]}
    frame = collector.get_agent_vars_dataframe()
    assert list(frame["place"]) == some.get("place_name") and list(frame["age"]) == some.get("age")
    assert list(frame.index) == [(3, key) for key in some.get("key")]


# Institutions


def test_institutions_are_ordinary_agents_beside_the_people(model):
    lithuania = Destination(model, "lithuania", ["work", "study"])
    state, it = BelarusianState(model), Employer(model, "it")
    assert set(model.agents) == {lithuania, state, it} and len(model.people) == N
    assert model.agents.select(agent_type=Destination).get("name") == ["lithuania"]
    for wrong, known in (("litva", "known: belarus, lithuania"), ("work", "unknown place 'work'")):
        with pytest.raises(ValueError, match=known):
            Destination(model, wrong, [])
    with pytest.raises(ValueError, match="unknown channel 'tunnel'"):
        Destination(model, "poland", ["tunnel"])
    assert len(model.agents) == 3


def test_a_destination_counts_in_persons(model):
    lithuania = Destination(model, "lithuania", ["work", "study"])
    model.stocks[PLACE["lithuania"], STATUS["permit"]] = 5
    model.stocks[PLACE["lithuania"], STATUS["pendular"]] = 2
    model.stocks[PLACE["poland"], STATUS["permit"]] = 50
    model.waiting[PLACE["lithuania"], CHANNEL["work"]] = 3
    model.waiting[PLACE["lithuania"], CHANNEL["asylum"]] = 1
    model.arrivals[PLACE["lithuania"]] = 4
    assert (lithuania.residents, lithuania.pendular, lithuania.arrivals) == (500, 200, 400)
    assert lithuania.queues == {"work": 300, "study": 0} and lithuania.waiting == 400
    assert lithuania.people.agg("place_name", set) == {"lithuania"} and len(lithuania.people) == 40


def test_the_state_and_the_employers_read_the_columns(model):
    state, it = BelarusianState(model), Employer(model, "it")
    state_columns = model.columns
    for name, value in (("detained", -9), ("held", -9), ("exit_ban", -9)):
        getattr(state_columns, name)[:] = value
    state_columns.detained[:3] = model.month
    state_columns.held[:2] = [model.month, model.month - 1]
    state_columns.exit_ban[:4] = model.month + 5
    state_columns.conscription[:6] = CONSCRIPTION["serving"]
    state_columns.conscription[6:8] = CONSCRIPTION["liable"]
    assert (state.detained, state.in_custody, state.exit_banned) == (300, 100, 400)
    assert (state.serving, state.liable) == (600, 200)
    assert it.staff.agg("sector", set) == {SECTOR["it"]}
    assert it.staff_abroad == 100 * sum(person.abroad for person in it.staff) > 0

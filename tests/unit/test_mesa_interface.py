"""`model.people` does what Mesa's own AgentSet does: the list of checks.

Each check is run twice on the installed Mesa: on 200 ordinary agents, and on the same 200 people in columns. It
returns what it saw as plain values, which must be equal. Where People must differ, a test below says how.
The same file runs on every supported Mesa: 3.3 (Python 3.11) and 3.5 (3.12 and later).
"""

import copy
import gc
import inspect
import pickle
import random
import statistics
import weakref
from collections.abc import Sequence

import mesa
import numpy as np
import pytest
from few_people import FewPeople, N, Plain, PlainPeople, rows_of
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.model.agents.group_by import GroupBy
from sim.model.agents.institutions import BelarusianState, Destination
from sim.model.agents.members import AbstractAgentSet
from sim.model.agents.people import People, Person
from sim.numerics.errors import UserError

CHECKS = {}


def check(function):
    """Enter a check in the list, under its name."""
    CHECKS[function.__name__] = function
    return function


def raised(function, *args, **kwargs):
    """Name of the error that a call raises, None if none."""
    try:
        function(*args, **kwargs)
    except Exception as error:
        return type(error).__name__
    return None


def is_odd(person):
    return person.row % 2 == 1


def some_of(model, rows):
    """A subset in the order of `rows`, made in the way that both sets know."""
    chosen = model.people.select(lambda person: person.row in rows)
    return chosen.sort(lambda person: rows.index(person.row), ascending=True)


# Who is in the set


@check
def in_(model):
    odd, everyone = model.people.select(is_odd), list(model.people)
    stranger = mesa.Agent(type(model)())
    return [everyone[3] in model.people, everyone[3] in odd, everyone[2] in odd, stranger in odd, stranger not in odd]


@check
def length_and_truth(model):
    nobody = model.people.select(at_most=0)
    return len(model.people), len(nobody), bool(model.people), bool(nobody)


@check
def iteration(model):
    odd = model.people.select(is_odd)
    return rows_of(model.people), rows_of(odd), rows_of(odd), next(iter(odd)).row, all(p.model is model for p in odd)


@check
def indexing_and_to_list(model):
    odd = model.people.select(is_odd)
    listed = odd.to_list() if hasattr(odd, "to_list") else list(odd)  # Mesa has it since 3.4
    direct = [
        odd[5].row,
        odd[-1].row,
        rows_of(odd[2:9:3]),
        rows_of(reversed(odd)),
        odd.index(odd[4]),
        odd.count(odd[4]),
    ]
    return isinstance(listed, list), rows_of(listed), direct, raised(lambda: odd[N]), model.people[-3].row


@check
def add_discard_remove_pop_clear(model):
    everyone = list(model.people)
    some = some_of(model, [0, 1, 2])
    some.add(everyone[9])
    some.add(everyone[0])
    seen = [rows_of(some)]
    some.discard(everyone[1])
    some.discard(everyone[1])
    seen.append(rows_of(some))
    some.remove(everyone[9])
    seen += [rows_of(some), raised(some.remove, everyone[9]), some.pop().row, rows_of(some)]
    some.clear()
    return seen, len(some), raised(some.pop), len(model.people), everyone[1] in model.people


@check
def algebra(model):
    few, odd = some_of(model, [3, 2, 1, 0]), some_of(model, [1, 3, 5])
    listed = [p for p in model.people if p.row in (8, 3)]
    results = few & odd, few | odd, few - odd, few ^ odd, few & listed, few | listed, few - listed, few ^ listed
    results += listed & few, listed | few, listed - few, listed ^ few
    return [rows_of(result) for result in results]


@check
def algebra_in_place(model):
    seen = []
    for operation in ("__ior__", "__iand__", "__isub__", "__ixor__"):
        few, odd = some_of(model, [3, 2, 1, 0]), some_of(model, [1, 3, 5])
        seen.append((getattr(few, operation)(odd) is few, rows_of(few)))
    return seen


@check
def comparison(model):
    few, one, odd = some_of(model, [3, 1, 5]), some_of(model, [1]), some_of(model, [1, 3, 5])
    equal = few == odd, few != odd, few == one, few == [1], few == {*list(few)}
    order = one < few, few <= odd, few < odd, few > one, one >= few, model.people >= few, few >= model.people
    stranger = list(type(model)().people)[3]
    order += few >= {*few}, few >= {*few, stranger}, few <= {*few, stranger}, {*few, stranger} <= few
    apart = few.isdisjoint(one), one.isdisjoint(some_of(model, [2])), one.isdisjoint(list(few))
    return equal, order, apart, raised(lambda: few <= list(few)), raised(lambda: hash(few))


@check
def copy_is_a_set_of_its_own(model):
    seen = []
    for original in (model.people, some_of(model, [4, 1, 3])):
        again = copy.copy(original)
        again.discard(list(again)[0])
        seen.append((rows_of(again), len(original)))
    return seen


# Narrowing and ordering


@check
def select_by_function(model):
    chosen = model.people.select(lambda person: person.age < 18)
    return rows_of(chosen), rows_of(chosen.select(is_odd)), rows_of(chosen.select()), chosen.select() is chosen


@check
def select_at_most_int_and_float(model):
    limits = (7, 0, 500, 0.1, 0.999, 1.0, 0.0, -3, -0.5, 1, True, 7.5, float("inf"), np.float64(0.25), np.int64(4))
    return [rows_of(model.people.select(is_odd, at_most=limit)) for limit in limits] + [
        rows_of(model.people.select(at_most=limit)) for limit in limits
    ]


@check
def select_asks_no_more_than_it_needs(model):
    asked = []
    model.people.select(lambda person: asked.append(person.row) or person.row % 3 == 0, at_most=4)
    return asked


@check
def select_by_agent_type(model):
    own = type(list(model.people)[0])
    return [len(model.people.select(is_odd, agent_type=kind)) for kind in (own, mesa.Agent, Destination, int)]


@check
def select_in_place(model):
    some = model.people.select(at_most=50)
    return some.select(is_odd, inplace=True) is some, rows_of(some), some.select(inplace=True) is some, len(some)


@check
def shuffle(model):
    some = model.people.select(is_odd)
    shuffled = some.shuffle()
    kept = rows_of(shuffled) != rows_of(some) and rows_of(some) == list(range(1, N, 2))
    in_place = some.shuffle(inplace=True) is some
    return sorted(rows_of(shuffled)), kept, in_place, sorted(rows_of(some)), rows_of(some) != sorted(rows_of(some))


@check
def shuffle_is_repeated_with_the_seed(model):
    return rows_of(model.people.shuffle()) == rows_of(type(model)().people.shuffle())


@check
def sort_by_attribute(model):
    mixed = some_of(model, random.Random(4).sample(range(N), N))  # ties keep their order, both ways
    names = "age", "place_name", "income", "abroad", "unique_id", "row", "model.month"
    return [rows_of(mixed.sort(name, ascending=up)) for name in names for up in (True, False)], rows_of(mixed)


@check
def sort_by_callable(model):
    mixed = some_of(model, random.Random(5).sample(range(N), N))
    return [rows_of(mixed.sort(lambda person: person.row % 7, ascending=up)) for up in (True, False)]


@check
def sort_in_place(model):
    some = model.people.select(is_odd)
    return some.sort("sector", inplace=True) is some, rows_of(some), raised(some.sort, "wealth")


# Reading and writing


@check
def get_one_and_several(model):
    some = some_of(model, [4, 2])
    one = [some.get(name) for name in ("income", "place_name", "abroad", "age", "key", "row", "pos")]
    types = [type(some.get(name)[0]).__name__ for name in ("income", "place_name", "abroad", "age", "key")]
    nobody = some.select(at_most=0)
    return one, types, some.get(["row", "abroad"]), some.get(("age",)), some.get([]), nobody.get("age"), nobody.get([])


@check
def get_handles_what_is_missing(model):
    some = some_of(model, [4, 2])
    given = [some.get("wealth", handle_missing="default", default_value=value) for value in (None, -1)]
    several = some.get(["row", "wealth"], handle_missing="default", default_value=7)
    return given, several, raised(some.get, "wealth"), raised(some.get, "age", handle_missing="drop")


@check
def set_states(model):
    some = some_of(model, [4, 2])
    return some.set("savings", 3) is some, model.people.get("savings")


@check
def agg_one_and_several(model):
    functions = [min, max, sum, len, np.sum, np.mean, np.median, statistics.mean, sorted, lambda v: v.count(3)]
    single = [model.people.agg("sector", function) for function in functions]
    several = [model.people.agg(name, functions) for name in ("age", "savings", "abroad")]
    types = [type(value).__name__ for value in model.people.agg("sector", [min, max, sum, len, np.mean])]
    words = model.people.agg("place_name", (max, set, len))  # any iterable of functions
    return single, several, types, words, model.people.agg("row", sum), raised(model.people.agg, "wealth", sum)


@check
def agg_of_whole_numbers_is_exact(model):
    differences = list(model.people.agg("sector", np.diff))  # bytes know no -10
    return model.people.agg("sector", sum), model.people.agg("key", sum), differences


# Acting


@check
def do_method_and_callable_with_arguments(model):
    some, seen = some_of(model, [5, 2]), []

    def note(person, step, by=1):
        seen.append(person.row * by + step)

    chained = some.do(note, 1) is some and some.do(note, step=2, by=10) is some
    return chained, seen, some.do("step") is some, some.do("__setattr__", "savings", 4.0).get("savings")


@check
def do_stops_at_an_unknown_method(model):
    return raised(model.people.do, "emigrate"), raised(model.people.map, "emigrate")


@check
def shuffle_do(model):
    seen, some = [], model.people.select(is_odd)
    chained = some.shuffle_do(lambda person, by: seen.append(person.row * by), by=2) is some
    return chained, sorted(seen), seen != sorted(seen), rows_of(some), some.shuffle_do("step") is some


@check
def map_method_and_callable(model):
    some = some_of(model, [5, 2])
    by_hand = some.map(lambda person, by: person.row * by, by=2), some.map(lambda person, by: person.row + by, 1)
    return by_hand, some.map("step"), some.map("__getattribute__", "age")


@check
def a_rule_writes_through(model):
    def spend(person):
        person.savings = person.savings / 2

    model.people.select(is_odd).shuffle_do(spend)
    return model.people.get("savings")


@check
def a_set_may_change_while_it_acts(model):
    some, seen = model.people.select(at_most=4), []

    def leave(person):
        seen.append(person.row)
        some.discard(person)

    some.do(leave)
    return seen, len(some)


# Groups


@check
def groupby_attribute_and_callable(model):
    mixed = some_of(model, random.Random(6).sample(range(N), N))
    keys = "place_name", "place", "age", "abroad", "row", lambda person: person.row % 3
    return [[(key, rows_of(group)) for key, group in mixed.groupby(by)] for by in keys]


@check
def groupby_as_lists(model):
    groups = model.people.groupby("place_name", result_type="list")
    shapes = {key: (type(group).__name__, rows_of(group)) for key, group in groups}
    return shapes, len(groups), groups.count(), groups.agg("age", max), groups.map(len)


@check
def groups_count_agg_map_do(model):
    groups = model.people.groupby("place_name")
    agg = groups.agg("age", max), groups.agg("income", np.mean), groups.agg("abroad", sum), groups.agg("row", min)
    mapped = groups.map(len), groups.map("get", "sex"), groups.map(lambda group, n: len(group.select(at_most=n)), n=0.5)
    done = groups.do("set", "savings", 1) is groups, groups.do(lambda group: group.set("due", len(group))) is groups
    return groups.count(), len(groups), agg, mapped, done, model.people.get(["savings", "due"]), list(groups.groups)


@check
def groupby_of_nobody(model):
    groups = model.people.select(at_most=0).groupby("place")
    return len(groups), groups.count(), groups.agg("age", max), list(groups)


# Whole models


@check
def pickled_subset(model):
    some = some_of(model, [9, 7])
    again = pickle.loads(pickle.dumps(some))
    again.set("savings", 5)
    return rows_of(again), again.get("age"), again.get("savings"), some.get("savings"), list(again)[0] in again


@check
def pickled_model(model):
    model.few, model.friends = some_of(model, [9, 7]), set(list(model.people)[3:5])
    seen = []
    for again in (pickle.loads(pickle.dumps(model)), copy.deepcopy(model)):
        inside = all(friend in again.people and friend.model is again for friend in again.friends)
        again.people.set("savings", 5)
        again.step()
        few = rows_of(again.few), again.people.get("age") == model.people.get("age")
        seen += [inside, len(again.friends), few, set(again.people.get("savings")), again.month, again.steps]
    return seen, len(set(model.people.get("savings"))), model.month


@check
def two_models_do_not_mix(model):
    other = type(model)()
    model.people.set("savings", 1)
    other.people.set("savings", 2)
    stranger, shared = list(other.people)[3], len(model.people & other.people)
    return set(model.people.get("savings")), set(other.people.get("savings")), stranger in model.people, shared


@check
def step_counts(model):
    before = model.steps
    model.step()
    model.step()
    return before, model.steps, model.month, getattr(model, "time", None)


@check
def time_runs_in_months(model):
    if not hasattr(mesa.Model, "run_for"):
        return "this Mesa has steps only"
    model.run_for(3)
    model.run_until(5)
    return model.month, model.steps, model.time


@pytest.mark.parametrize("name", CHECKS)
@pytest.mark.filterwarnings("error::FutureWarning", "error::DeprecationWarning")
@pytest.mark.filterwarnings("ignore:No Agents specified")  # Mesa's word on an empty set without a generator
@pytest.mark.filterwarnings("ignore:AgentSet.__getitem__")  # Mesa 4 will have to_list only; ours keeps both
def test_people_answer_as_mesas_own_agents(name):
    ours, mesas = CHECKS[name](FewPeople()), CHECKS[name](PlainPeople())
    assert ours == mesas


OPERATIONS = {
    "&": lambda some, rest, luck: some & rest,
    "|": lambda some, rest, luck: some | rest,
    "-": lambda some, rest, luck: some - rest,
    "^": lambda some, rest, luck: some ^ rest,
    "sort": lambda some, rest, luck: some.sort("sector", ascending=luck % 2 == 0),
    "sort in place": lambda some, rest, luck: some.sort(lambda person: person.row * luck % 13, inplace=True),
    "at most": lambda some, rest, luck: some.select(at_most=luck / 20),
    "keep": lambda some, rest, luck: some.select(lambda person: person.row % 7 != luck % 7, inplace=True),
    "largest group": lambda some, rest, luck: max([*some.groupby("sex").groups.values(), rest], key=len),
    "add": lambda some, rest, luck: some.add(list(rest)[luck % len(rest)]) if len(rest) else None,
    "discard": lambda some, rest, luck: some.discard(list(rest)[luck % len(rest)]) if len(rest) else None,
}


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.sampled_from(sorted(OPERATIONS)), st.integers(0, 19)), max_size=8))
@pytest.mark.filterwarnings("ignore:No Agents specified")
def test_any_chain_of_operations_leaves_the_same_people_in_the_same_order(chain):
    orders = []
    for model in (WORLD, PLAIN):
        some, order = model.people.select(lambda person: person.row < 30), []
        for name, luck in chain:
            rest = some_of(model, [*range(luck * 2, luck * 2 + 9)][::-1])
            result = OPERATIONS[name](some, rest, luck)
            some = some if result is None else result
            order.append(rows_of(some))
        orders.append(order)
    assert orders[0] == orders[1]


WORLD, PLAIN = FewPeople(), PlainPeople()  # no operation above writes to a person


# Collecting data


def reporters():
    return {"place": "place_name", "age": lambda person: person.age, "older": [lambda person, by: person.age + by, [5]]}


def collected(model, people, kind):
    """Frames of two steps, of all people and of their type, as plain values."""
    collector = mesa.DataCollector(agent_reporters=reporters(), agenttype_reporters={kind: {"sex": "sex"}})
    for _ in range(2):
        collector.collect(people)
        model.step()
    frames = collector.get_agent_vars_dataframe(), collector.get_agenttype_vars_dataframe(kind)
    return [(list(frame.columns), list(frame.index), frame.to_numpy().tolist()) for frame in frames]


def test_data_collector_collects_people_as_mesa_collects_agents():
    """`collect(model.people)` gives the frame that `collect(model)` gives of registered agents."""
    ours, mesas = FewPeople(), PlainPeople()
    ours_seen = collected(ours, ours.people, Person)
    mesas_seen = collected(mesas, mesas, Plain)
    assert len(ours_seen[0][1]) == 2 * N and ours_seen[1] == mesas_seen[1]
    assert ours_seen[0][:2] == mesas_seen[0][:2]
    assert ours_seen[0][2][:N] == mesas_seen[0][2][:N]  # later people age, their copies do not


def test_data_collector_follows_a_panel_of_people():
    model = FewPeople()
    panel = model.people.select(lambda person: person.abroad, at_most=5)
    collector = mesa.DataCollector({"abroad": lambda people: people.agg("abroad", sum)}, reporters())
    for _ in range(3):
        model.step()
        collector.collect(panel)
    assert collector.model_vars == {"abroad": [5, 5, 5]}
    frame = collector.get_agent_vars_dataframe()
    assert list(frame.index) == [(step, key) for step in (1, 2, 3) for key in panel.get("key")]
    assert list(frame["age"])[-5:] == panel.get("age")


def test_data_collector_asks_the_model_and_its_institutions_as_ever():
    model = FewPeople()
    BelarusianState(model), Destination(model, "poland", ["work"])
    collector = mesa.DataCollector(
        model_reporters={"abroad": lambda model: model.people.agg("abroad", sum), "month": "month"},
        agent_reporters={"name": "name"},
        agenttype_reporters={Destination: {"residents": "residents"}},
    )
    model.step()
    collector.collect(model)
    assert collector.model_vars == {"abroad": [80], "month": [41]}
    assert list(collector.get_agent_vars_dataframe()["name"]) == ["belarus", "poland"]
    assert list(collector.get_agenttype_vars_dataframe(Destination)["residents"]) == [0]


def test_data_recorder_of_newer_mesa_reads_people():
    recorders = pytest.importorskip("mesa.experimental.data_collection", reason="this Mesa has no recorder")
    model = FewPeople()
    panel = model.people.select(at_most=2)
    recorder = recorders.DataRecorder(model)
    model.data_registry.track_agents(panel, "panel", ["age", "place_name"]).record(recorder)
    model.run_for(2)
    recorder.finalise()
    frame = recorder.get_table_dataframe("panel")
    assert list(frame["time"]) == [0.0, 0.0, 1.0, 1.0, 2.0, 2.0]
    assert list(frame["unique_id"])[:2] == panel.get("unique_id") and list(frame["age"])[-2:] == panel.get("age")


# What only people in columns must keep


def test_it_is_a_mesa_agent_set_of_mesa_agents():
    people = FewPeople().people
    assert isinstance(people, AbstractAgentSet) and isinstance(people.groupby("sex"), GroupBy)
    assert all(isinstance(person, mesa.Agent) for person in people)


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
    ours = {name for level in People.__mro__[: People.__mro__.index(AbstractAgentSet)] for name in vars(level)}
    assert {"get", "do", "shuffle", "__len__"} <= mesa_methods
    assert mesa_methods - ours == set()


def test_no_public_method_of_mesa_is_missing():
    plain = PlainPeople().agents
    for mesa_set in (plain, plain.select(at_most=5)):
        assert {name for name in dir(mesa_set) if not name.startswith("_")} - set(dir(People)) == set()
        assert isinstance(mesa_set, Sequence) <= issubclass(People, Sequence)
    assert {name for name in vars(plain[0]) if not name.startswith("_")} - {"model"} <= set(dir(Person))


def test_every_subset_stays_in_columns_and_keeps_no_person():
    model = FewPeople()
    people, friend = model.people, model.people[7]
    subsets = [
        people.select(is_odd),
        people.select(at_most=9),
        people.shuffle(),
        people.sort("age"),
        people.sort(lambda person: person.age),
        people.copy(),
        copy.copy(people),
        people & [friend],
        [friend] | people,
        people - [friend],
        people ^ [friend],
        *people.groupby("sex").groups.values(),
        *people.groupby(is_odd).groups.values(),
        people.select(is_odd).do("step").shuffle_do(is_odd).set("savings", 1),
    ]
    assert people.map(is_odd) and people.get("unit_size") and people.agg("age", max)
    assert all(type(some) is People and some.model is model for some in subsets)
    del friend
    gc.collect()
    # by type, since an `isinstance` of what others hold weakly asks an object that may be gone
    assert [thing for thing in gc.get_objects() if type(thing) is Person and thing.model is model] == []


def test_views_are_never_registered():
    model = FewPeople()
    assert [person.age for person in model.people] and model.people.do("step")
    assert len(model.agents) == 0 and model.agent_types == []


@pytest.mark.parametrize("work", ["people only", "institutions"])
def test_a_finished_model_is_freed(work):
    """Mesa 3.3 alone would keep a model for ever once an agent was registered in it."""
    model = FewPeople()
    some = model.people.select(is_odd).shuffle_do("step")
    model.step()
    if work == "institutions":
        BelarusianState(model), Destination(model, "poland", ["work"])
    watched = weakref.ref(model)
    del model, some
    gc.collect()
    assert watched() is None


# Where people differ from Mesa's agents, for a reason given in the docstring of sim/model/agents/people.py


def test_everyone_cannot_be_changed_in_place():
    people = FewPeople().people
    friend = people[0]
    changes = [
        lambda: people.select(is_odd, inplace=True),
        lambda: people.shuffle(inplace=True),
        lambda: people.sort("age", inplace=True),
        lambda: people.discard(friend),
        lambda: people.remove(friend),
        lambda: people.pop(),
        lambda: people.clear(),
    ]
    for change in changes:
        with pytest.raises(TypeError, match=r"everyone and cannot be changed in place; take a subset by select\(\)"):
            change()
    people.add(friend)
    people.discard(FewPeople().people[0])  # nothing to do
    assert rows_of(people) == list(range(N))


def test_nobody_is_destroyed():
    people = FewPeople().people
    with pytest.raises(TypeError, match="never removed"):
        people[0].remove()
    with pytest.raises(TypeError, match="never removed"):
        people.do("remove")
    assert len(people) == N


def test_a_set_holds_people_of_one_model():
    few = FewPeople().people.select(at_most=3)
    for stranger in (FewPeople().people[5], mesa.Agent(few.model), 5):
        with pytest.raises(ValueError, match="not a person of this model"):
            few.add(stranger)
        with pytest.raises(ValueError, match="not a person of this model"):
            _ = few | [stranger]
    assert len(few & FewPeople().people) == 0 and len(few - FewPeople().people) == 3


def test_no_attribute_is_added_and_no_trait_is_set():
    people = FewPeople().people
    for name, complaint in (("wealth", "known"), ("sex", "trait"), ("age", "derived"), ("row", "cannot be set")):
        with pytest.raises(AttributeError, match=complaint):
            people.set(name, 1)


def test_unknown_names_and_options_are_errors_for_nobody_too():
    nobody = FewPeople().people.select(at_most=0)
    with pytest.raises(AttributeError, match="no attribute 'wealth'"):
        nobody.get("wealth")
    with pytest.raises(AttributeError, match="no method of a person"):
        nobody.do("emigrate")
    with pytest.raises(ValueError, match="unknown result_type 'dict'; known: agentset, list"):
        nobody.groupby("place", result_type="dict")


def test_luck_is_that_of_the_models_generator():
    model, again = FewPeople(), FewPeople()
    again.random.seed(99)
    assert rows_of(model.people.shuffle()) == rows_of(again.people.shuffle())
    assert model.people.random is model.random


def test_a_sum_of_reals_may_differ_in_the_last_digits():
    people = FewPeople().people
    people.set("savings", 0.1 + 1e5 * np.arange(N) / N)  # no sum of these is exact in 32 bits
    assert people.agg("savings", sum) == pytest.approx(sum(people.get("savings")), rel=1e-14)


def test_a_condition_that_is_no_function_is_told_in_words():
    with pytest.raises(UserError, match="'abroad' is no function of a person; write select.lambda person: person.ab"):
        FewPeople().people.select("abroad")
    with pytest.raises(UserError, match="mask=people.array.'place'. == .*; attributes: .*region.*"):
        FewPeople().people.select("minsk")

"""The model itself is a Mesa model: it steps, is pickled, runs by time and is freed as others are."""

import copy
import gc
import pickle
import weakref

import mesa
import pytest
from numba import typeof

from sim.model.agents.person import Person
from sim.numerics.errors import UserError
from sim.runs.ensemble import Ensemble
from sim.runs.run import Job
from sim.runs.settings import People, Settings


@pytest.fixture(scope="module")
def ensemble():
    return Ensemble(Settings(people=People(one_in=10_000), until="2021-03", threads=1))


@pytest.fixture
def model(ensemble):
    return ensemble.model(Job("historical", 0.62, 0))


def told(model):
    """All that has happened in a model, as bytes."""
    return model.recorder.events.tobytes(), model.recorder.stock_persons().tobytes()


def test_step_counts_steps_and_months(model):
    assert isinstance(model, mesa.Model) and (model.steps, model.month) == (0, 0)
    model.step()
    assert (model.steps, model.month, getattr(model, "time", 1.0)) == (1, 1, 1.0)


@pytest.mark.parametrize("again", [lambda model: pickle.loads(pickle.dumps(model)), copy.deepcopy])
def test_a_copied_model_goes_on_as_the_first_one_does(model, again):
    model.run(20)
    twin = again(model)
    for name in ("now", "columns"):  # of another kind, each rule would be compiled once more
        assert typeof(getattr(twin, name)) == typeof(getattr(model, name)), name
    assert twin.people.model is twin and len(twin.agents) == len(model.agents)
    model.run()
    twin.run()
    assert told(model) == told(twin) and twin.steps == model.steps == 27
    assert len(model.recorder.events) > 100


def test_running_by_time_is_running_by_steps(ensemble, model):
    if not hasattr(model, "run_for"):
        pytest.skip("this Mesa has steps only")
    model.run_for(5)
    model.run_until(9)
    assert (model.month, model.steps, model.time) == (9, 9, 9.0)
    assert told(model) == told(ensemble.model(Job("historical", 0.62, 0)).run(9))


def test_asking_the_people_changes_nothing_that_happens(ensemble, model):
    plain = ensemble.model(Job("historical", 0.62, 0)).run(15)
    while model.month < 15:
        model.people.shuffle_do(lambda person: person.age).select(lambda person: person.abroad).groupby("place").count()
        model.step()
    assert told(model) == told(plain)


def test_mesa_may_ask_the_model_for_people_by_their_type(model):
    assert Person in model.agent_types and model.agents_by_type[Person] is model.people
    collector = mesa.DataCollector(agenttype_reporters={Person: {"place": "place_name"}})
    model.step()
    collector.collect(model)
    frame = collector.get_agenttype_vars_dataframe(Person)
    assert list(frame["place"]) == model.people.get("place_name")


def test_mesa_runs_the_model_to_its_end(model):
    model.run_model()
    assert model.month == model.horizon == 27 and not model.running


def test_a_closed_model_is_freed(ensemble):
    model = ensemble.model(Job("historical", 0.62, 0))
    model.run(2)
    some = model.people.select(at_most=3)
    model.close()
    watched = weakref.ref(model)
    del model, some
    gc.collect()
    assert watched() is None


def test_a_history_made_in_python_is_a_scenario(ensemble):
    without = ensemble.history("historical").without("crackdown_2020", "belarus_exit_ban_accused_2021")
    ensemble.add("calm", without)
    model = ensemble.model(Job("calm", 0.62, 0)).run()
    assert model.history is without
    assert told(model) == told(ensemble.model(Job("no_crackdown", 0.62, 0)).run())
    for taken in ("calm", "historical", "no_war"):
        with pytest.raises(UserError, match=f"'{taken}' is taken"):
            ensemble.add(taken, without)

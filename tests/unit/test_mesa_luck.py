"""Mesa's own luck, clock and registers: the same in a fork, a copy and a run taken up again; batches of Mesa's."""

import copy
import inspect
import os
import pickle
import subprocess
import sys
from pathlib import Path

import mesa
import numpy as np
import pandas as pd
import pytest

from sim.model.agents.institutions import Destination
from sim.model.model import EmigrationModel
from sim.numerics.errors import UserError
from sim.runs.batch import ScenarioModel
from sim.runs.ensemble import Ensemble
from sim.runs.run import Job
from sim.runs.settings import People, Settings

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def ensemble():
    return Ensemble(Settings(people=People(one_in=20_000), until="2019-08", threads=1))


def model_of(ensemble, replicate=3):
    return ensemble.model(Job("historical", 0.62, replicate))


def fork(model, ensemble):
    return model.fork(ensemble.history("no_war"), ensemble.world("no_war"))


def touched(model, months=2):
    """Whom a rule with luck touches, in order, and what it draws: by `shuffle_do`, `rng` and `random`."""
    seen = []
    for _ in range(months):
        model.people.select(at_most=40).shuffle_do(lambda person: seen.append((person.key, model.random.random())))
        model.agents.shuffle_do(lambda agent: seen.append((repr(agent), float(model.rng.random()))))
        model.step()
    return seen


def taken_up(model, ensemble):
    return model_of(ensemble).live_on(model.state())


def pickled(model, _):
    return pickle.loads(pickle.dumps(model))


def copied(model, _):
    return copy.deepcopy(model)


WAYS = (fork, taken_up, pickled, copied)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("lived", [0, 1, 3])
def test_the_same_rule_touches_the_same_people_in_both(ensemble, way, lived):
    model = model_of(ensemble)
    touched(model, lived)
    model.random.gauss(0.0, 1.0)  # of two numbers drawn one is kept for the next call
    model.rng.integers(7, dtype=np.int32)  # of 64 bits half are kept
    twin = way(model, ensemble)
    assert (twin.steps, twin.month) == (model.steps, model.month) == (lived, lived)
    assert getattr(twin, "time", lived) == lived
    assert twin.random.gauss(0.0, 1.0) == model.random.gauss(0.0, 1.0)
    ours, theirs = touched(model), touched(twin)
    assert ours == theirs and len({key for key, _ in ours}) > 40
    assert (twin.steps, twin.month) == (lived + 2, lived + 2) and getattr(twin, "time", lived + 2) == lived + 2


def test_a_run_taken_up_has_the_luck_of_a_run_from_the_start(ensemble):
    """A state kept by one process and taken up by another: as if the months had been lived there."""
    straight, again = model_of(ensemble), model_of(ensemble).live_on(model_of(ensemble).run(4).state())
    straight.run(4)
    assert touched(straight) == touched(again) and straight.steps == again.steps == 6


def test_replicates_have_luck_of_their_own_in_forks_too(ensemble):
    one, other = (fork(model_of(ensemble, replicate), ensemble) for replicate in (0, 1))
    assert touched(one) != touched(other)
    one.reset_rng(one.seed), other.reset_rng(other.seed)
    assert one.seed == other.seed and (one.replicate, other.replicate) == (0, 1)


def test_a_generator_of_another_kind_is_taken_up(ensemble):
    for kind in (np.random.Philox, np.random.MT19937, np.random.SFC64):
        model = model_of(ensemble)
        model.rng = np.random.Generator(kind(7))
        model.rng.random(5)
        twin = taken_up(model, ensemble)
        assert twin.rng.random() == model.rng.random() and type(twin.rng.bit_generator) is kind


class Club(mesa.Agent):
    """An agent of the user's own."""

    def __init__(self, model):
        super().__init__(model)
        self.met = 0

    def meet(self):
        self.met += int(self.model.rng.integers(1, 100))


class Own(EmigrationModel):
    """A model of the user's own, with an agent, a process, an observer and a collector."""

    def __init__(self, **arguments):
        super().__init__(**arguments)
        self.club, self.seen = Club(self), []
        self.observer = self.note
        self.processes["meet"] = lambda model: model.agents_by_type[Club].shuffle_do("meet")
        self.datacollector = mesa.DataCollector(model_reporters={"met": lambda model: model.club.met})

    def note(self, model):
        assert model is self
        self.seen.append(self.month)

    def step(self):
        super().step()
        self.people.do("meet")
        self.datacollector.collect(self)


@pytest.mark.parametrize("way", [fork, copied])
def test_what_a_user_added_is_in_both_and_each_has_its_own(ensemble, way):
    model = Own(**ensemble.arguments(Job("historical", 0.62, 1)))
    model.run(3)
    twin = way(model, ensemble)
    assert type(twin) is Own and twin.club is not model.club and twin.club.model is twin
    assert [agent.unique_id for agent in twin.agents] == [agent.unique_id for agent in model.agents]
    model.run(5), twin.run(5)
    for one in (model, twin):
        assert one.seen == [0, 1, 2, 3, 4]
        assert len(one.datacollector.get_model_vars_dataframe()) == 5
    assert model.club.met == twin.club.met > 0
    assert Club(model).unique_id == Club(twin).unique_id == 1 + max(agent.unique_id for agent in list(twin.agents)[:-1])
    model.run(6)
    assert len(twin.seen) == 5 and len(twin.datacollector.model_vars["met"]) == 5


def test_a_copy_of_a_model_with_threads_has_threads_of_its_own(ensemble):
    job = Job("historical", 0.62, 0)
    model = ensemble.model(job, threads=2)
    model.run(2)
    twin = fork(model, ensemble)
    model.close()
    again = pickle.loads(pickle.dumps(twin))
    assert twin.run(5).recorder.events.tobytes() == again.run(5).recorder.events.tobytes()
    twin.close(), again.close()


def test_what_was_scheduled_happens_in_both(ensemble):
    model = model_of(ensemble)
    if not hasattr(model, "schedule_event"):
        pytest.skip("this Mesa has steps only")
    model.club = Club(model)
    model.schedule_event(model.club.meet, at=3.5)
    model.run(2)
    twin = fork(model, ensemble)
    model.run_for(3), twin.run_for(3)
    assert model.club.met == twin.club.met > 0 and twin.time == model.time == 5.0


# other seeds


def test_a_model_takes_another_seed_than_the_settings(ensemble):
    job = Job("historical", 0.62, 0)
    same, other = ensemble.model(job, seed=1), ensemble.model(job, seed=2)
    assert same.rng.random() == ensemble.model(job).rng.random() != other.rng.random()
    assert np.array_equal(same.columns.key, other.columns.key)  # the people are the same
    assert np.array_equal(same.columns.frailty, other.columns.frailty)
    settings = Settings(people=People(one_in=20_000), until="2019-08", threads=1, seed=2)
    assert other.rng.bit_generator.state != Ensemble(settings).model(job).rng.bit_generator.state
    events = [model.run().recorder.events.tobytes() for model in (ensemble.model(job, seed=2), ensemble.model(job))]
    assert events[0] != events[1]
    for wrong in (-1, 1.5, "two"):
        with pytest.raises(UserError, match="seed="):
            ensemble.model(job, seed=wrong)


# batches


class Counted(ScenarioModel):
    """What a batch collects: the month, the seed, the people of Poland, an early and a late draw."""

    def __init__(self, **keywords):
        super().__init__(**keywords)
        self.first = float(self.rng.random())
        reporters = {"month_of_data": "month", "seed": "seed", "first": "first", "poland": self.poland}
        self.datacollector = mesa.DataCollector(model_reporters=reporters)

    def poland(self):
        return next(place for place in self.agents_by_type[Destination] if place.name == "poland").residents

    def step(self):
        super().step()
        self.datacollector.collect(self)


ASKED = {"one_in": 20_000, "until": "2019-05"}


def batch(parameters, **how):
    return pd.DataFrame(mesa.batch_run(Counted, ASKED | parameters, display_progress=False, **how))


@pytest.mark.filterwarnings("ignore:The `iterations`:DeprecationWarning")
def test_iterations_have_luck_of_their_own_and_end_with_the_last_month():
    found = batch({"scenario": "historical"}, iterations=2)
    assert list(found["iteration"]) == [0, 1] and found["seed"].nunique() == found["first"].nunique() == 2
    assert list(found["month_of_data"]) == [5, 5]  # January to May were simulated
    for row in found.itertuples():  # what was seen can be seen again
        again = ScenarioModel(rng=row.seed, **ASKED)
        again.run()
        assert Counted.poland(again) == row.poland


@pytest.mark.filterwarnings("ignore:The `iterations`:DeprecationWarning")
def test_every_month_of_a_batch_is_there():
    found = batch({}, iterations=2, data_collection_period=1)
    assert list(found["month_of_data"]) == [1, 2, 3, 4, 5] * 2


def test_replicates_in_a_batch_are_those_of_the_settings_seed_in_every_scenario():
    found = batch({"scenario": ["historical", "no_war"], "lambda_": [0.5, 0.62], "replicate": range(2)})
    assert len(found) == 8 and set(found["seed"]) == {1} and found["first"].nunique() == 2
    assert (found.groupby("replicate")["first"].nunique() == 1).all()
    ensemble = Ensemble(Settings(people=People(one_in=20_000), until="2019-05", threads=1))
    model = ensemble.model(Job("historical", 0.5, 1)).run()
    row = found[(found["scenario"] == "historical") & (found["lambda_"] == 0.5) & (found["replicate"] == 1)]
    assert row["poland"].item() == Counted.poland(model)


def test_seeds_in_a_batch_are_taken():
    if "rng" in inspect.signature(mesa.batch_run).parameters:
        found = batch({}, rng=[7, 8])
    else:
        found = batch({"rng": [7, 8]})
    assert list(found["seed"]) == [7, 8]
    state = Counted(rng=7, **ASKED).rng.bit_generator.state
    assert Counted(rng=np.int64(7), **ASKED).rng.bit_generator.state == state
    assert Counted(rng=np.random.SeedSequence(7), **ASKED).rng.bit_generator.state != state


@pytest.mark.parametrize(
    "wrong",
    [{"scenario": "lithuania_visa_bam"}, {"lambda_": 2.0}, {"one_in": 0}, {"until": "soon"}, {"rng": -1}],
)
def test_keywords_that_can_be_no_setting_are_refused(wrong):
    with pytest.raises(UserError):
        ScenarioModel(**ASKED | wrong)


def test_the_example_of_a_batch_runs(tmp_path):
    done = subprocess.run(
        [sys.executable, str(ROOT / "examples" / "mesa_batch.py")],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["scenario", "historical", "no_covid"]
    last = [line.split() for line in lines[-2:]]
    assert [row[1] for row in last] == ["0", "1"] and last[0][2] != last[1][2]
    assert [row[3] for row in last] == ["2019-06", "2019-06"]


def test_a_shallow_copy_is_a_model_of_its_own(ensemble):
    model = model_of(ensemble)
    model.step()
    other = copy.copy(model)
    other.step()
    assert (model.month, other.month) == (1, 2) and other.columns.place is not model.columns.place


def test_a_fork_asks_for_the_same_past(ensemble):
    model = model_of(ensemble).run(2)
    history = ensemble.history("historical")
    world = ensemble.world("historical")
    other = world._replace(demand=world.demand.copy())
    other.demand[1] += 1.0
    with pytest.raises(UserError, match="a fork in 2019-03 asks for a world that is the same until then; 2019-02 is"):
        model.fork(history, other)
    other.demand[1] -= 1.0
    other.demand[2] += 1.0
    assert model.fork(history, other).month == 2

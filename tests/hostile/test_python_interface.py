"""Python in hostile hands: what cannot be asked of a model is refused in words, and nothing has happened then."""

import copy
import math
import pickle

import numpy as np
import pytest

from sim.numerics.errors import UserError
from sim.runs.batch import ScenarioModel
from sim.runs.checked_model import CheckedModel
from sim.runs.ensemble import Ensemble
from sim.runs.run import Job, Other
from sim.runs.settings import People, Settings

NAN = math.nan
SMALL = {"one_in": 20_000, "until": "2019-03"}
JOB = Job("historical", 0.62, 0)


@pytest.fixture(scope="module")
def ensemble():
    return Ensemble(Settings(people=People(one_in=SMALL["one_in"]), until=SMALL["until"], threads=1))


@pytest.fixture
def model(ensemble):
    return ensemble.model(JOB)


@pytest.fixture(scope="module")
def finished(ensemble):
    """A model that has lived to the end; no test may close it."""
    return ensemble.model(JOB).run()


def refused(ask, *words):
    """Lines of the UserError that a call raises, with all the words in them."""
    with pytest.raises(UserError) as caught:
        ask()
    for fault in caught.value.faults:
        assert fault.strip() and fault.isprintable() and len(fault) < 2000
    for word in words:
        assert word in str(caught.value)
    return caught.value.faults


WRONG_KEYWORDS = [
    *((key, value, f"{key}=") for key in ("threads", "replicate") for value in (-1, NAN, "2", 1.5, True, 10**9, [1])),
    *(("threads", value, "threads=") for value in (0, None)),
    *(("rng", value, "rng=") for value in (-1, NAN, "x", 1.5, True, 2**40, object(), [-1], [NAN], np.array([0.5]))),
    *(("one_in", value, "people.one_in=") for value in (0, -5, NAN, "9", 10**9, [100])),
    *(("lambda_", value, "choice.lambda=") for value in (NAN, -1, 0, 2, math.inf, "0.6", True, [0.5])),
    *(("scenario", value, "scenario=") for value in (5, 0, NAN, "nowhere", ["historical"], [], False, "../x")),
    ("scenario", np.array(["historical", "no_war"]), "scenario="),
    *(("until", value, "until=") for value in ("soon", NAN, 5, "2040-01")),
    *(("seed", value, "seed=") for value in (-1, NAN, "1", None)),
    *(("coefficients", value, "coefficients") for value in (5, {"peer": 1.0}, {"peers": NAN}, {5: 1.0})),
    *(("decision", value, "decision=") for value in ("best", 5, None)),
    *(("policy", value, "policy") for value in (5, ["nowhere"], [NAN], [])),
    ("without", "nothing", "without"),
    ("course", "best", "course="),
    ("parameters", "no_file", "parameters="),
    *((key, value, f"'{key}' is no keyword of a model; known: scenario,") for key, value in (
        ("scenari", "no_war"), ("lambda", 0.5), ("people", People()), ("choice", {"lambda": 0.5}), ("replicates", 5),
        ("task", "lint"), ("results_dir", "x"), ("freeze", ["queues"]), ("baseline", "no_war"),
    )),
    ("a\nb", 1, r"'a\nb' is no keyword of a model"),
]  # fmt: skip


@pytest.mark.parametrize(("key", "value", "told"), WRONG_KEYWORDS, ids=lambda one: str(one).partition(" at 0x")[0][:30])
def test_a_wrong_keyword_is_refused_by_name(key, value, told):
    assert told in refused(lambda: ScenarioModel(**SMALL | {key: value}))[0]


def test_all_wrong_keywords_are_told_at_once():
    wrong = {"lambda_": NAN, "one_in": -1, "threads": 0, "replicate": -1, "rng": "x", "scenari": "x", "until": "soon"}
    faults = refused(lambda: ScenarioModel(**wrong))
    told = ("choice.lambda=", "people.one_in=", "threads=", "replicate=", "rng=", "'scenari'", "until=")
    assert len(faults) == len(told) and all(any(fault.startswith(word) for fault in faults) for word in told)


def test_an_ensemble_is_made_of_settings():
    for wrong in (None, {}, 5, "historical", People()):
        refused(lambda wrong=wrong: Ensemble(wrong), "settings", "is no Settings")


@pytest.mark.parametrize("wrong", [None, "historical", ("historical", 0.62, 0), People(), 5, NAN])
def test_what_is_no_job_is_refused(ensemble, model, wrong):
    for ask in (
        lambda: ensemble.model(wrong),
        lambda: ensemble.run(wrong),
        lambda: ensemble.run_all([wrong]),
        lambda: ensemble.finished(model, wrong),
        lambda: list(ensemble.live(wrong, [])),
    ):
        refused(ask, "job", "is no Job")
    refused(lambda: ensemble.run_all(JOB), "jobs, a Job, is no Sequence; give a list of jobs")
    refused(lambda: list(ensemble.live(JOB, [wrong])), "other", "is no Other")
    refused(lambda: list(ensemble.live(JOB, Other("historical"))), "others, a Other, is no Sequence")


def test_numbers_and_names_of_an_ensemble_are_checked(ensemble):
    for threads in (0, -1, NAN, "2", None, 1.5, True):
        refused(lambda threads=threads: ensemble.model(JOB, threads), "threads=")
        refused(lambda threads=threads: ensemble.run(JOB, threads), "threads=")
    for seed in (-1, NAN, "2", 2**40, True):
        refused(lambda seed=seed: ensemble.model(JOB, seed=seed), "seed=")
    for replicate in (-1, NAN, "2", 1.5, None, True):
        refused(lambda replicate=replicate: ensemble.people_of(replicate), "replicate=")
        refused(lambda replicate=replicate: Job("historical", 0.62, replicate), "replicate=")
    for lambda_ in (-1, 0, NAN, "2", 5.0, None, True):
        refused(lambda lambda_=lambda_: ensemble.constants_at(lambda_), "lambda_=")
    for name in (5, None, [], NAN, "", "a\nb"):
        refused(lambda name=name: ensemble.history(name), "scenario=")
        refused(lambda name=name: ensemble.world(name), "scenario=")
        refused(lambda name=name: ensemble.add(name, ensemble.history("historical")), "scenario=")
    refused(lambda: ensemble.world("no_wars"), "no scenario 'no_wars'", "no_war,")
    refused(lambda: ensemble.model(Job("no_wars", 0.62)), "no scenario 'no_wars'", "no_war,")
    refused(lambda: ensemble.model(JOB, given=5), "given=5 is no Constants")
    for history in (5, None, "no_war", ensemble.world("historical")):
        refused(lambda history=history: ensemble.add("mine", history), "history", "is no History")
        refused(lambda policy=history: ensemble.history("historical").enact(policy), "is no Policy; sim.history.rec")
    refused(lambda: ensemble.parting("historical", [Other("no_war"), Other("no_covid")]), "part at different times")


@pytest.mark.parametrize("wrong", [-1, 4, NAN, "2019-03", 1.5, True, [1], math.inf])
def test_a_month_to_run_to_is_one_of_the_history(model, wrong):
    refused(lambda: model.run(wrong), "until=", "from 0 to 3")
    refused(lambda: model.run(2, progress=5), "progress=5")
    assert model.month == 0 and model.run(2.0).month == model.run(np.int64(2)).month == model.run(1).month == 2


def test_a_step_past_the_end_is_refused_and_counts_for_nothing(finished):
    events = finished.recorder.events.tobytes()
    for _ in range(2):
        refused(finished.step, "no month after 2019-03", "until")
    assert (finished.month, finished.steps) == (3, 3) and finished.recorder.events.tobytes() == events
    assert finished.run().month == 3  # nothing is left to do


@pytest.mark.parametrize("threads", [1, 2])
def test_a_closed_model_makes_no_step_and_tells_of_its_people(ensemble, threads):
    model = ensemble.model(JOB, threads)
    model.step()
    model.close()
    for ask in (
        model.step,
        model.run,
        lambda: model.run(2),
        lambda: model.live_on(None),
        lambda: model.fork(None, None),
    ):
        refused(ask, "is closed")
    assert (model.month, model.steps) == (1, 1) and len(model.people) > 400
    for again in (copy.copy, copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))):
        assert again(model).run(2).month == 2
    with pytest.raises(AttributeError, match="no attribute 'poeple'"):
        model.poeple  # noqa: B018
    model.close()


def test_a_finished_model_is_freed_and_says_so(ensemble):
    model = ensemble.model(JOB)
    refused(lambda: ensemble.finished(model, JOB), "has lived to 2019-01 of 2019-03")
    refused(lambda: ensemble.finished(None, JOB), "model=null is no CheckedModel")
    model.run()
    refused(lambda: ensemble.finished(model, Job("historical", 0.62, 1)), "replicate 0 for a job of replicate 1")
    ensemble.finished(model, JOB)
    asked = (
        *(model.step, model.run, model.run_model, model.state, lambda: model.savings(0), lambda: model.live_on(None)),
        *(lambda: model.people, lambda: model.agents, lambda: model.date, lambda: ensemble.finished(model, JOB)),
        *(lambda: copy.copy(model), lambda: copy.deepcopy(model), lambda: pickle.dumps(model)),
    )
    for ask in asked:
        refused(ask, "closed and freed")
    model.close()
    model.free()


def test_another_world_is_a_history_and_its_world(ensemble, model):
    history, world = ensemble.history("no_war"), ensemble.world("no_war")
    for wrong in ((5, 6), ("no_war", "no_war"), (world, history), (history, None), (None, world), (history, history)):
        refused(lambda wrong=wrong: model.fork(*wrong), " is no ")
    fork = model.fork(history, world)
    model.close()
    assert isinstance(fork, CheckedModel) and fork.run().month == 3


@pytest.mark.parametrize("rows", [10**9, -1, [0, -5], [0, 10**9], [[0, 1]], None, True, 1.5, "age", np.ones(3, bool)])
def test_savings_are_those_of_people_of_the_model(finished, rows):
    refused(lambda: finished.savings(rows), "rows=", "are no rows of people, which go from 0 to ")


def test_a_state_is_one_of_the_same_people_taken_up_before_the_first_step(ensemble, model, finished):
    state = finished.state()
    for wrong in (5, None, finished):
        refused(lambda wrong=wrong: model.live_on(wrong), "state", "is no State")
    refused(lambda: ensemble.model(JOB).run(1).live_on(state), "before the first step")
    others = Ensemble(Settings(people=People(one_in=50_000), until="2019-03", threads=1)).model(JOB)
    refused(lambda: others.live_on(state), "both take the same people")
    shorter = Ensemble(Settings(people=People(one_in=20_000), until="2019-02", threads=1)).model(JOB)
    refused(lambda: shorter.live_on(state), "in a history as long")
    assert model.live_on(state).month == 3
    refused(lambda: ensemble.model(JOB).live_on(state), "another model has taken up this state")

"""A study as Hydra composes it is the study as it is written: the same jobs, the same settings."""

import itertools
import sys
from dataclasses import replace

import pytest
import yaml

from sim.analysis.experiment import experiment_names, load_experiment
from sim.cli.hydra.composing import compose_and_do, settings_from
from sim.cli.hydra.jobs import _in_this_process
from sim.cli.hydra.table import offer, study_words, word
from sim.cli.hydra.words import harmless
from sim.numerics.errors import UserError
from sim.runs.settings import Settings, record_of, settings_from_mapping


def ends(jobs):
    """The first job and the last, which have no value of a swept key in common that has two."""
    return jobs[:: max(1, len(jobs) - 1)]


def composed(tmp_path, monkeypatch, name, *words, chosen=list):
    """Settings of every job of a study, or of those chosen, in order, as Hydra composes them."""
    line, study, found = harmless([f"experiment={name}", *words]), load_experiment(name), []
    line = line.sweeping(study_words(study, line.given))
    offer(str(tmp_path), study)
    monkeypatch.setattr(sys, "argv", ["vyraj"])
    from hydra._internal.core_plugins.basic_sweeper import BasicSweeper  # loaded anew by Hydra as it finds its plugins

    # Else Hydra composes every job a first time, only to see that it can be composed.
    monkeypatch.setattr(BasicSweeper, "validate_batch_is_legal", lambda *batch: None)
    split, told = BasicSweeper.split_arguments, []

    def some(*asked):
        [jobs] = split(*asked)
        told.append(len(jobs))
        return [chosen(jobs)]

    monkeypatch.setattr(BasicSweeper, "split_arguments", staticmethod(some))
    compose_and_do(_in_this_process(line), lambda cfg: found.append(settings_from(cfg)))
    assert told == [line.jobs] and len(found) == len(chosen(range(line.jobs)))
    return found


def written(study, scenario, parameters):
    """Settings of one job, from what the study says."""
    record = record_of(Settings()) | {"parameters": None}
    record["people"]["draws"] = record["choice"]["lambda"] = None
    given = {**study.settings, **parameters, "scenario": scenario, "baseline": study.baseline, "report": False}
    given |= {"experiment": study.name, "replicates": study.replicates, "decompose": list(study.decompose)}
    for key, value in given.items():
        *parents, last = key.split(".")
        section = record
        for parent in parents:
            section = section[parent]
        section[last] = value
    return settings_from_mapping(record)


@pytest.mark.parametrize("chosen", [ends, pytest.param(list, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", experiment_names())
def test_every_study_composes_to_what_it_says(tmp_path, monkeypatch, name, chosen):
    study = load_experiment(name)
    wanted = [
        written(study, scenario, dict(zip(study.parameters, values, strict=True)))
        for scenario, *values in itertools.product(study.scenarios, *study.parameters.values())
    ]
    found = composed(tmp_path, monkeypatch, name, chosen=chosen)
    assert sorted(found, key=repr) == sorted(chosen(wanted), key=repr)
    assert {one.task for one in found} == {"compare"}
    assert list(dict.fromkeys(one.scenario for one in found)) == chosen(list(study.scenarios))


def test_some_study_sweeps_and_sets_something():
    """Else the test above would show little."""
    studies = [load_experiment(name) for name in experiment_names()]
    keys = {key for study in studies for key in (*study.parameters, *study.settings)}
    assert {"choice.lambda", "people.one_in"} <= keys and any(study.decompose for study in studies)


def test_a_key_on_the_command_line_replaces_the_swept_one(tmp_path, monkeypatch):
    study = load_experiment("lambda")
    assert len(study.parameters["choice.lambda"]) > 1
    found = composed(tmp_path, monkeypatch, "lambda", "choice.lambda=0.33")
    assert [(one.scenario, one.choice.lambda_) for one in found] == [(name, 0.33) for name in study.scenarios]
    found = composed(tmp_path, monkeypatch, "lambda", "choice.lambda=0.33,0.44", "scenario=no_war")
    assert [(one.scenario, one.choice.lambda_) for one in found] == [("no_war", 0.33), ("no_war", 0.44)]


def test_a_key_on_the_command_line_replaces_what_the_study_sets(tmp_path, monkeypatch):
    words = ["people.one_in=4321", "replicates=3", "report=true", "scenario=no_war", "until=2024-06", "decompose=[]"]
    words += ["coefficients.peers=0.1,0.2"]
    found = composed(tmp_path, monkeypatch, "borders", *words)
    one = found[0]
    assert (one.people.one_in, one.replicates, one.report, one.until, one.decompose) == (4321, 3, True, "2024-06", ())
    assert {dict(one.coefficients)["peers"] for one in found} == {0.1, 0.2}


def test_keys_that_are_given_are_left_out_of_what_is_swept():
    study = replace(load_experiment("lambda"), parameters={"choice.lambda": (0.2, 0.8), "freeze": ((), ("queues",))})
    assert study_words(study, ()) == [
        f"scenario={','.join(study.scenarios)}", "choice.lambda=0.2,0.8", "freeze=[],[queues]",
    ]  # fmt: skip
    assert study_words(study, {"scenario", "freeze", "seed"}) == ["choice.lambda=0.2,0.8"]


def test_coefficients_and_lists_of_a_study_reach_the_settings(tmp_path, monkeypatch):
    part = {"says": "More.", "scenario": "no_war", "measure": "departures", "above": 0}
    content = {
        "question": "What?", "expectation": "More.", "refuted_by": "Fewer.", "figures": ["harms"], "expects": [part],
        "scenarios": ["no_war"],
        "parameters": {"coefficients.peers": [0, 0.7], "freeze": [[], ["queues", "diaspora"]], "until": ["2024-06"]},
        "settings": {"coefficients.kin": 1, "choice.lambdas": [0.3], "seed": 4},
    }  # fmt: skip
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump(content))
    study = load_experiment("mine", tmp_path)
    monkeypatch.setattr("sim.runs.settings.EXPERIMENTS", tmp_path)
    offer(str(tmp_path / "sweep"), study)
    found, line = [], harmless(["experiment=mine"]).sweeping(study_words(study, ()))
    compose_and_do(line, lambda cfg: found.append(settings_from(cfg)))
    wanted = [
        written(study, "no_war", {"coefficients.peers": peers, "freeze": freeze, "until": "2024-06"})
        for peers in (0, 0.7) for freeze in ((), ("queues", "diaspora"))
    ]  # fmt: skip
    assert sorted(found, key=repr) == sorted(wanted, key=repr)


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "null"), (True, "true"), (0.2, "0.2"), (3, "3"), ("no_war", "no_war"), ((), "[]"), (["a", 1], "[a,1]")],
)
def test_a_value_is_written_as_hydra_reads_it(value, text):
    assert word(value) == text


def test_a_study_that_is_not_there_is_refused():
    with pytest.raises(UserError, match="no experiment 'lamda'"):
        load_experiment("lamda")

"""Studies are read strictly: what is wrong is refused in one line that names the file, the key and what is known."""

import pickle

import pytest
import yaml

from sim.analysis.effects import OBSTACLES
from sim.analysis.experiment import (
    BY_DESTINATION,
    EXPERIMENTS,
    FIGURES,
    TOTALS,
    Expected,
    experiment_names,
    load_experiment,
    setting_keys,
)
from sim.analysis.experiment import CATEGORIES as EXPECTED_CATEGORIES
from sim.analysis.pairs import CATEGORIES, OUTCOMES
from sim.history.coefficients import RECORDS
from sim.model.recording.recorder import HARMS
from sim.numerics.errors import UserError
from sim.runs.settings import WITHOUT_EFFECT
from tests.unit import fake_results

PART = {
    "says": "Fewer arrive.",
    "scenario": "lithuania_full_ban",
    "measure": "arrivals",
    "destination": "lithuania",
    "below": 0,
}
STUDY = {
    "question": "What does the ban do?",
    "expectation": "Fewer arrive in Lithuania.",
    "refuted_by": "As many arrive.",
    "scenarios": ["lithuania_full_ban", "lithuania_visa_ban"],
    "figures": ["arrivals", "harms"],
    "expects": [PART],
}


def written(folder, content, name="mine"):
    """A study of that content in the folder; a key set to `...` is left out."""
    kept = {key: value for key, value in content.items() if value is not ...}
    (folder / f"{name}.yaml").write_text(yaml.safe_dump(kept, allow_unicode=True), encoding="utf-8")
    return name


def refusal(folder, content):
    with pytest.raises(UserError) as caught:
        load_experiment(written(folder, content), folder)
    said = str(caught.value)
    assert "\n" not in said
    assert said.startswith(f"{folder.name}/mine.yaml: ")
    return said


ITSELF = {"below": "lithuania_full_ban", "at": {"choice.lambda": 1}}
"""A bound that would be the value itself."""


def test_a_study_is_read_with_its_defaults(tmp_path):
    found = load_experiment(written(tmp_path, STUDY), tmp_path)
    assert (found.name, found.baseline, found.replicates) == ("mine", "historical", "enough")
    assert found.scenarios == ("lithuania_full_ban", "lithuania_visa_ban")
    assert (found.parameters, found.settings, found.decompose) == ({}, {}, ())
    assert found.figures == ("arrivals", "harms")
    assert found.expects == (
        Expected("Fewer arrive.", "lithuania_full_ban", "arrivals", "lithuania", None, 0.0, {}, {}),
    )  # fmt: skip


def test_a_study_is_read_with_every_key(tmp_path):
    part = {**PART, "where": {"choice.lambda": 0.2, "freeze": ["queues"]}}
    against = {**PART, "measure": "departures", "destination": "", "below": "lithuania_visa_ban"}
    itself = {**PART, "below": "lithuania_full_ban", "where": {"choice.lambda": 0.2}, "at": {"choice.lambda": 0.8}}
    content = {
        **STUDY,
        "baseline": "no_war",
        "parameters": {"choice.lambda": [0.2, 0.8], "coefficients.diaspora": [0.3], "freeze": [[], ["queues"]]},
        "settings": {"people.one_in": 1000, "until": "2024-12", "coefficients.anticipation": 0.5},
        "replicates": 4,
        "decompose": ["lithuania_visa_ban"],
        "figures": ["feedbacks"],
        "expects": [part, against, itself],
    }
    found = load_experiment(written(tmp_path, content), tmp_path)
    assert found.baseline == "no_war" and found.replicates == 4
    assert found.parameters == {
        "choice.lambda": (0.2, 0.8), "coefficients.diaspora": (0.3,), "freeze": ((), ("queues",))
    }  # fmt: skip
    assert found.settings == {"people.one_in": 1000, "until": "2024-12", "coefficients.anticipation": 0.5}
    assert found.decompose == ("lithuania_visa_ban",)
    assert found.expects[0].where == {"choice.lambda": 0.2, "freeze": ("queues",)}
    assert (found.expects[1].above, found.expects[1].below) == (None, "lithuania_visa_ban")
    assert (found.expects[2].below, found.expects[2].at) == ("lithuania_full_ban", {"choice.lambda": 0.8})


def test_a_study_may_be_sent_to_another_process():
    found = load_experiment("decision_rules")
    assert pickle.loads(pickle.dumps(found)) == found


def test_texts_are_one_line_each(tmp_path):
    found = load_experiment(written(tmp_path, {**STUDY, "question": "One\n\n  line?\n"}), tmp_path)
    assert found.question == "One line?"


def test_an_unknown_study_is_told_with_those_that_are_known(tmp_path):
    written(tmp_path, STUDY, "other")
    (tmp_path / ".#other.yaml").write_text("what an editor leaves", encoding="utf-8")
    assert experiment_names(tmp_path) == ("other",)
    with pytest.raises(UserError, match=r"^no experiment 'othr' in .*; known: other$"):
        load_experiment("othr", tmp_path)
    with pytest.raises(UserError, match="known: none"):
        load_experiment("other", tmp_path / "nowhere")


@pytest.mark.parametrize("name", ["../conf/config", "", "a\nb", "lithuanian_bans.yaml"])
def test_a_name_is_no_path(name):
    with pytest.raises(UserError, match="no experiment") as caught:
        load_experiment(name)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("question", ..., "key 'question' is missing"),
        ("refuted_by", ..., "key 'refuted_by' is missing"),
        ("question", "  ", "'  ' is not a text, as 'question' must be"),
        ("expectation", 3, "'3' is not a text, as 'expectation' must be"),
        ("title", "x", "unknown key 'title'; known: "),
        ("scenarios", "lithuania_full_ban", "scenarios: 'lithuania_full_ban' is not a list"),
        ("scenarios", [], "scenarios: the list is empty; give at least one"),
        ("scenarios", ["lithuania_ful_ban"], "scenarios: unknown 'lithuania_ful_ban'; known: lithuania_full_ban, "),
        ("scenarios", ["no_war", "no_war"], "scenarios: 'no_war' is given twice"),
        ("scenarios", ["lithuania_full_ban", "historical"], "scenarios: 'historical' is the baseline too"),
        ("baseline", "history", "baseline: unknown 'history'; known: historical, "),
        ("baseline", "lithuania_visa_ban", "scenarios: 'lithuania_visa_ban' is the baseline too"),
        ("parameters", [], "parameters: '[]' is not a mapping"),
        ("parameters", {"choice.lamda": [0.2]}, "parameters: unknown 'choice.lamda'; known: choice.lambda, "),
        ("parameters", {"lambda": [0.2]}, "parameters: unknown 'lambda'; known: "),
        ("parameters", {"choice": [{"lambda": 0.2}]}, "parameters: unknown 'choice'; known: "),
        ("parameters", {"scenario": ["no_war"]}, "parameters: unknown 'scenario'; known: "),
        ("parameters", {"coefficients": [{}]}, "parameters: unknown 'coefficients'; known: "),
        ("parameters", {"choice.lambda": []}, "parameters: choice.lambda: the list is empty"),
        ("parameters", {"choice.lambda": 0.2}, "parameters: choice.lambda: '0.2' is not a list"),
        ("parameters", {"choice.lambda": [0.2, 0.2]}, "parameters: choice.lambda: '0.2' is given twice"),
        ("parameters", {"choice.lambda": [0.6, 0.6000000000000001]}, "parameters: choice.lambda: '0.6' is given twice"),
        ("parameters", {"choice.lambda": [0.2, 2]}, "choice.lambda=2 is not a number from 0.01 to 1"),
        ("parameters", {"decision": ["coin"]}, 'decision=coin is not known; known are: destination_nest, '),
        ("parameters", {"freeze": [["queue"]]}, "'queue' is no feedback; known are: queues"),
        ("parameters", {"coefficients.diasporra": [0.6]}, "unknown 'coefficients.diasporra'; known: coefficients.dias"),
        ("parameters", {"coefficients.lambda": [0.6]}, "unknown 'coefficients.lambda'; known: "),
        ("parameters", {"coefficients.diaspora": [9]}, "coefficient 'diaspora' is 9, outside [-3, 3] elasticity"),
        ("parameters", {"coefficients.diaspora": [True]}, "parameters: coefficients.diaspora: "),
        ("settings", {"people.one_in": 0}, "settings: people.one_in=0 is not a whole number from 1 to 95719"),
        ("settings", {"people.onein": 10}, "settings: unknown 'people.onein'; known: people.one_in, "),
        ("settings", {"until": "2031-01"}, "settings: until=2031-01 is not a month from 2019-01 to"),
        ("settings", {"replicates": 8}, "settings: unknown 'replicates'; known: "),
        ("settings", {"results_dir": "x"}, "settings: unknown 'results_dir'; known: "),
        ("replicates", 1, "replicates: '1' is not a whole number from 2 to 100000, or enough"),
        ("replicates", 8.0, "replicates: '8.0' is not a whole number"),
        ("replicates", True, "replicates: 'True' is not a whole number"),
        ("replicates", "plenty", "replicates: 'plenty' is not a whole number"),
        ("decompose", ["no_war"], "decompose: unknown 'no_war'; known: lithuania_"),
        ("decompose", ["lithuania_full_ban"] * 2, "decompose: 'lithuania_full_ban' is given twice"),
        ("figures", [], "figures: the list is empty"),
        ("figures", ["arivals"], "figures: unknown 'arivals'; known: arrivals, "),
        ("figures", ["arrivals", "arrivals"], "figures: 'arrivals' is given twice"),
        ("figures", ["feedbacks"], "figures: 'feedbacks' has nothing to show; name scenarios in decompose"),
        ("expects", [], "expects: the list is empty"),
        ("expects", [PART, dict(PART)], "is given twice"),
        ("expects", ["fewer"], "expects: number 1: 'fewer' is not a mapping"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_in_one_line(tmp_path, key, value, message):
    assert message in refusal(tmp_path, {**STUDY, key: value})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"says": ...}, "key 'says' is missing"),
        ({"says": ""}, "'' is not a text, as 'says' must be"),
        ({"what": 1}, "unknown key 'what'; known: "),
        ({"scenario": "no_war"}, "scenario: unknown 'no_war'; known: lithuania_"),
        ({"below": ...}, "give one of above and below, not none"),
        ({"below": None}, "give one of above and below, not none"),
        ({"above": 0}, "give one of above and below, not both"),
        ({"below": True}, "below: 'True' is neither a number nor another scenario of the study; known: lithuania_visa"),
        ({"below": float("inf")}, "below: 'inf' is not a finite number"),
        ({"below": float("nan")}, "below: 'nan' is not a finite number"),
        ({"below": "no_war"}, "below: 'no_war' is neither a number nor another scenario"),
        ({"below": "lithuania_full_ban"}, "below: 'lithuania_full_ban' is neither a number nor another scenario"),
        ({"measure": "arivals"}, "measure: unknown 'arivals'; known: arrivals, "),
        ({"measure": "arrivals_by_channel:none"}, "measure: unknown 'arrivals_by_channel:none'; known: arrivals_by"),
        ({"measure": "departures"}, "destination: 'departures' is a total and has none, not 'lithuania'"),
        ({"destination": ...}, "destination: 'arrivals' is told by destination; give one"),
        ({"destination": "vilnius"}, "destination: unknown 'vilnius'; known: "),
        ({"destination": "belarus"}, "destination: unknown 'belarus'; known: "),
        ({"where": [0.2]}, "where: '[0.2]' is not a mapping"),
        ({"where": {"seed": 1}}, "where: unknown 'seed'; known: choice.lambda"),
        ({"where": {"choice.lambda": 0.3}}, "where: choice.lambda: '0.3' is not swept; known: 0.2, 1"),
        ({"where": {"choice.lambda": True}}, "where: choice.lambda: 'True' is not swept; known: 0.2, 1"),
        ({"at": {"choice.lambda": 0.3}}, "at: choice.lambda: '0.3' is not swept; known: 0.2, 1"),
        ({"at": {"choice.lambda": 1}}, "at: a number is the same everywhere; name a scenario in below"),
        (ITSELF, "below: 'lithuania_full_ban' is neither a number nor another scenario"),
        ({**ITSELF, "where": {"choice.lambda": 1}}, "below: 'lithuania_full_ban' is neither a number nor another"),
    ],
)  # fmt: skip
def test_a_part_of_the_expectation_that_cannot_be_tested_is_refused(tmp_path, change, message):
    part = {key: value for key, value in {**PART, **change}.items() if value is not ...}
    said = refusal(tmp_path, {**STUDY, "parameters": {"choice.lambda": [0.2, 1]}, "expects": [part]})
    assert said.split(": ")[1:3] == ["expects", "number 1"]
    assert message in said


def test_a_setting_is_swept_or_held_not_both(tmp_path):
    said = refusal(tmp_path, {**STUDY, "parameters": {"seed": [1, 2]}, "settings": {"seed": 3}})
    assert said.endswith("settings: 'seed' is swept in parameters too; give it once")


def test_a_file_that_is_not_yaml_is_told_with_its_line(tmp_path):
    (tmp_path / "mine.yaml").write_text("question: a\nquestion: b\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"mine\.yaml: line 2: key 'question' is given twice"):
        load_experiment("mine", tmp_path)


def test_figures_are_those_that_can_be_drawn(tmp_path):
    name = written(tmp_path, {**STUDY, "figures": ["maps"]})
    assert load_experiment(name, tmp_path, figures=("maps",)).figures == ("maps",)
    with pytest.raises(UserError, match=f"figures: unknown 'maps'; known: .*{FIGURES[0]}"):
        load_experiment(name, tmp_path)


def test_a_deflection_may_be_told_by_destination_or_in_all(tmp_path):
    for destination in ("", "poland"):
        part = {**PART, "measure": "deflected", "destination": destination}
        found = load_experiment(written(tmp_path, {**STUDY, "expects": [part]}), tmp_path)
        assert found.expects[0].destination == destination


def test_measures_are_those_of_a_comparison(tmp_path):
    """What a study may expect is what a comparison writes."""
    assert EXPECTED_CATEGORIES == CATEGORIES and set(HARMS) <= set(TOTALS)
    assert {name.partition(":")[2] for name in TOTALS if "wish_months:" in name} == set(OBSTACLES)
    assert {name.partition(":")[2] for name in TOTALS if "forced:" in name} == set(OUTCOMES[1:])
    import pandas as pd

    effects = pd.read_csv(fake_results.write(tmp_path / "x", replicates=2) / "effects.csv", keep_default_na=False)
    told = {(name, bool(place)) for name, place in zip(effects["measure"], effects["destination"], strict=True)}
    known = {(name, False) for name in TOTALS} | {(name, True) for name in BY_DESTINATION}
    assert told and told <= known, told - known


def test_every_setting_that_changes_a_number_may_be_swept():
    assert {"decision", "freeze", "until", "seed", "people.one_in", "choice.lambda"} <= set(setting_keys())
    assert {f"coefficients.{name}" for name in RECORDS} - set(setting_keys()) == {"coefficients.lambda"}
    assert len(setting_keys()) == len(set(setting_keys()))
    assert not {"task", "scenario", "baseline", "replicates", *WITHOUT_EFFECT} & set(setting_keys())


def test_the_studies_lie_beside_the_configuration():
    assert EXPERIMENTS.is_dir() and "lithuanian_bans" in experiment_names()

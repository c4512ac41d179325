"""Settings: what a user may write, and what is said to one who writes something else."""

from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from omegaconf import OmegaConf

from sim.cli import hydra
from sim.history.catalogue import load_policies, load_shocks
from sim.numerics.errors import UserError
from sim.runs import settings
from sim.runs.sections import unknown_key
from sim.runs.settings import Asked, Choice, People, Settings, command, fingerprint, record_of, resolved_yaml
from tests.unit import some_draws


@pytest.fixture(autouse=True)
def known_names(tmp_path, monkeypatch):
    """A world of three scenarios and two rules, whatever conf/ holds today."""
    for name in ("historical", "lithuania_visa_ban", "open_door"):
        (tmp_path / "scenario").mkdir(exist_ok=True)
        (tmp_path / "scenario" / f"{name}.yaml").write_text("description: a test\n")
    for name in ("destination_nest", "flat", "__init__"):
        (tmp_path / "decision").mkdir(exist_ok=True)
        (tmp_path / "decision" / f"{name}.py").write_text('"""A test."""\n')
    monkeypatch.setattr(settings, "CONF", tmp_path)
    monkeypatch.setattr(settings, "DECISIONS", tmp_path / "decision")
    for name in ("lambda", "bans"):
        (tmp_path / "experiments").mkdir(exist_ok=True)
        (tmp_path / "experiments" / f"{name}.yaml").write_text("question: a test\n")
    monkeypatch.setattr(settings, "EXPERIMENTS", tmp_path / "experiments")


def main_file() -> dict:
    record = yaml.safe_load(hydra.MAIN_FILE.read_text(encoding="utf-8"))
    return {key: value for key, value in record.items() if key not in ("hydra", "defaults")}


def composed(*overrides: str):
    cfg = OmegaConf.create(main_file())
    cfg.merge_with_dotlist(list(overrides))
    return cfg


def test_the_main_file_and_the_defaults_of_the_schema_agree():
    """But for the parameters: out of Python they are central unless the usual ones are asked for."""
    assert hydra.settings_from(composed()) == Settings(parameters=None)
    assert hydra.settings_from(composed("parameters=central")) == Settings()


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, "posterior"),
        ({"task": "predict"}, "posterior"),
        ({"task": "report"}, "posterior"),
        ({"task": "figures"}, "posterior"),
        ({"task": "invert"}, "central"),
        ({"task": "calibrate"}, "central"),
        ({"decision": "flat"}, "central"),
    ],
)
def test_usual_parameters_are_fitted_where_there_is_a_fit_and_an_answer(asked, found):
    assert Settings(parameters=None, **asked).parameters == found


@pytest.mark.parametrize(("task", "draws"), [("compare", 4), ("calibrate", 4), ("invert", 1), ("lint", 1)])
def test_parameters_that_are_drawn_or_fitted_have_several_draws_of_people(task, draws):
    assert Settings(task=task, parameters=None).people.draws == draws


def test_a_value_reaches_its_setting():
    got = hydra.settings_from(composed("people.one_in=7", "choice.lambda=1", "threads=null", "until=2022-12"))
    assert got == Settings(people=People(7), choice=Choice(1), threads=None, until="2022-12", parameters=None)
    assert got.last_month == 47


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("seed", "abc", ("seed=abc", "whole number from 0 to 4294967295")),
        ("seed", -1, ("seed=-1", "from 0")),
        ("seed", 2**32, ("seed=4294967296", "to 4294967295")),
        ("seed", True, ("seed=true", "whole number")),
        ("seed", None, ("seed=null", "whole number")),
        ("replicates", 1.5, ("replicates=1.5", "whole number of at least 1")),
        ("replicates", 0, ("replicates=0", "at least 1")),
        ("replicates", [1, 2], ("replicates=[1, 2]", "whole number")),
        ("threads", 0, ("threads=0", "null for all cores")),
        ("threads", "all", ("threads=all", "null for all cores")),
        ("people.one_in", 0, ("people.one_in=0", "from 1 to 95719")),
        ("people.one_in", True, ("people.one_in=true", "whole number")),
        ("choice.lambda", 0, ("choice.lambda=0", "from 0.01 to 1")),
        ("choice.lambda", -1, ("choice.lambda=-1", "from 0.01 to 1")),
        ("choice.lambda", 5.6e-17, ("choice.lambda=5.6e-17", "from 0.01 to 1", "go elsewhere anyway")),
        ("choice.lambda", 0.0099, ("choice.lambda=0.0099", "from 0.01 to 1")),
        ("choice.lambda", "0.5", ('choice.lambda="0.5"', "a number")),
        ("choice.lambda", 1.01, ("choice.lambda=1.01", "from 0.01 to 1")),
        ("choice.lambda", float("nan"), ("choice.lambda=NaN", "from 0.01")),
        ("choice.lambda", True, ("choice.lambda=true", "a number")),
        ("choice.lambdas", [], ("choice.lambdas=[]", "a list of numbers")),
        ("choice.lambdas", [0.2, 0.6, 0.6000000000000001], ("choice.lambdas=", "all different")),
        ("choice.lambdas", [0.2, "x"], ("choice.lambdas=", "a list of numbers")),
        ("choice.lambdas", 0.2, ("choice.lambdas=0.2", "a list of numbers")),
        ("until", "2031-01", ("until=2031-01", "from 2019-01 to 2030-12", "YYYY-MM")),
        ("until", "2018-12", ("until=2018-12", "from 2019-01 to 2030-12")),
        ("until", "2020-13", ("until=2020-13", "YYYY-MM")),
        ("until", "2020-1", ("until=2020-1", "YYYY-MM")),
        ("until", "2020-01-15", ("until=2020-01-15", "YYYY-MM")),
        ("until", 2020, ("until=2020", "YYYY-MM")),
        ("results_dir", 5, ("results_dir=5", "a text")),
        ("results_dir", "", ("results_dir=", "a text")),
        ("results_dir", ["вынікі"], ('results_dir=["вынікі"]', "a text")),
        ("task", "fly", ("task=fly", "explain", "figures", "people", "history", "and 13 more")),
        ("scenario", "opened", ("scenario=opened", "historical", "lithuania_visa_ban", "did you mean open_door?")),
        ("scenario", ["a", "b"], ('scenario=["a", "b"]', "open_door")),
        ("baseline", "histrical", ("baseline=histrical", "did you mean historical?")),
        ("decision", "flt", ("decision=flt", "destination_nest", "did you mean flat?")),
        ("decision", "__init__", ("decision=__init__", "destination_nest")),
        ("experiment", "lamda", ("experiment=lamda", "bans, lambda", "or null", "did you mean lambda?")),
        ("replicates", "plenty", ("replicates=plenty", "enough", "null for the default")),
        ("replicates", 100_001, ("replicates=100001", "at most 100000")),
        ("most_replicates", 1, ("most_replicates=1", "from 2 to 100000")),
        ("most_replicates", "enough", ("most_replicates=enough", "whole number")),
        ("decompose", ["opened"], ("decompose=", "'opened' is no scenario", "did you mean open_door?")),
        ("decompose", "open_door", ("decompose=open_door", "list of scenarios")),
        ("decompose", ["open_door", "open_door"], ("decompose=", "'open_door' is given twice")),
        ("freeze", ["rents"], ("freeze=", "'rents' is no feedback", "queues", "diaspora")),
        ("coefficients", ["peers"], ("coefficients=", "coefficients.peers=0.5")),
        ("coefficients", {"peeers": 0.5}, ("coefficients.peeers=0.5", "peers", "did you mean peers?")),
        ("coefficients", {"lambda": 0.5}, ("coefficients.lambda=0.5", "choice.lambda")),
        ("coefficients", {"peers": "x"}, ("coefficients.peers=x", "is not a number")),
        ("coefficients", {"peers": True}, ("coefficients.peers=true", "is not a number")),
        ("coefficients", {"peers": float("nan")}, ("coefficients.peers=NaN", "is not a number")),
        ("coefficients", {"separation": 1}, ("coefficients.separation=1", "outside [-20, 0]")),
        ("coefficients", {"lambda_other": 0.001}, ("coefficients.lambda_other=0.001", "outside [0.01, 1]")),
        ("dry", "yes", ("dry=yes", "true or false")),
        ("dry", 1, ("dry=1", "true or false")),
        ("report", None, ("report=null", "true or false")),
        ("results.show", "", ("results.show=", "a text")),
        ("results.where", "", ("results.where=", "or null")),
        ("results.sql", 3, ("results.sql=3", "or null")),
        ("results.csv", " x", ("results.csv=", "names a file")),
        ("results.against", 12, ("results.against=12", "or null")),
        ("results.prune", "all", ("results.prune=all", "partial, damaged, stale, where", "or null")),
    ],
)
def test_a_wrong_value_is_named_with_what_is_allowed(key, value, words):
    record = main_file()
    *parents, last = key.split(".")
    (record[parents[0]] if parents else record)[last] = value
    with pytest.raises(UserError) as raised:
        hydra.settings_from(OmegaConf.create(record))
    message = str(raised.value)
    assert "\n" not in message
    for word in words:
        assert word in message


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        (("bar=2",), ("'bar'", "people", "results_dir")),
        (("sead=3",), ("'sead'", "did you mean seed?")),
        (("people.foo=1",), ("'people.foo'", "people.one_in")),
        (("choice.lambda_=0.5",), ("'choice.lambda_'", "choice.lambda", "did you mean lambda?")),
        (("people=3",), ("people=3", "people.one_in")),
        (("seed=${nowhere}",), ("nowhere",)),
    ],
)
def test_an_unknown_key_is_named_with_the_known_ones(overrides, words):
    with pytest.raises(UserError) as raised:
        hydra.settings_from(composed(*overrides))
    for word in words:
        assert word in str(raised.value)


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("sead", ("'sead'", "did you mean seed?")),
        ("a.b.c", ("'a'", "results_dir")),
        ("people.one_in.x", ("'people.one_in.x'", "people.one_in is a value")),
        ("choice.lamda", ("choice.lambda, choice.lambdas", "did you mean lambda?")),
    ],
)
def test_a_key_of_any_depth_is_explained(key, words):
    for word in words:
        assert word in str(unknown_key(key, Settings))


def test_a_missing_key_is_named():
    record = main_file()
    del record["seed"]
    with pytest.raises(UserError, match="seed has no value"):
        hydra.settings_from(record)


def test_settings_made_in_python_are_checked_too():
    with pytest.raises(UserError, match=r"people\.one_in=0"):
        People(one_in=0)
    with pytest.raises(UserError, match="replicates=0"):
        replace(Settings(), replicates=0)


@pytest.mark.parametrize("section", [Settings, People, Choice, Asked])
def test_every_setting_has_a_check(section):
    keys = settings.keys_of(section)
    with pytest.raises(UserError) as raised:
        section(**{spec.name: object() for spec in keys.values()})
    for key in keys:
        assert f"{section.prefix}{key}=" in str(raised.value)


def test_all_faults_are_told_at_once():
    record = main_file() | {"seed": -1, "until": "2031-01", "people": {"one_in": 0, "foo": 1}, "sead": 3}
    record["coefficients"] = {"peers": "x", "kin": 0.1, "peeers": 1}
    del record["dry"]
    with pytest.raises(UserError) as raised:
        hydra.settings_from(record)
    told = raised.value.faults
    for word in (
        "dry has no value",
        "until=2031-01 is not a month",
        "people.one_in=0 is not a whole number",
        "'people.foo' is not a known key",
        "seed=-1 is not a whole number",
        "coefficients.peers=x is not possible",
        "coefficients.peeers=1 is not known",
        "'sead' is not a known key",
    ):
        assert sum(one.startswith(word) for one in told) == 1, word
    assert "kin=" not in str(raised.value)


def test_a_real_that_differs_in_its_last_digits_is_the_same_setting():
    for lambda_ in (0.6000000000000001, 0.2 + 0.4, 0.5999999999999999):
        other = Settings(choice=Choice(lambda_, (0.2, 0.30000000000000004)), coefficients={"peers": 0.7 + 0.1})
        same = Settings(choice=Choice(0.6, (0.2, 0.3)), coefficients={"peers": 0.8})
        assert other == same and fingerprint(other) == fingerprint(same) and command(other) == command(same)
    assert Choice(0.6000001) != Choice(0.6)
    assert Choice(1.0000000000000002).lambda_ == 1.0 and Choice(0.00999999999999999).lambda_ == 0.01
    assert fingerprint(Settings(coefficients={"kin": -0.0})) == fingerprint(Settings(coefficients={"kin": 0.0}))


def test_the_fingerprint_of_the_usual_settings_stays(monkeypatch):
    monkeypatch.setattr(settings, "CONF", hydra.MAIN_FILE.parent)
    assert fingerprint(Settings()) == "b942634cce11e006"


def test_resolved_yaml_reads_back_to_the_same_settings():
    chosen = Settings(seed=5, choice=Choice(0.3, (0.1, 1)), until="2020-02")
    assert hydra.settings_from(record_of(Settings()) | yaml.safe_load(resolved_yaml(chosen))) == chosen
    assert "lambda: 0.3" in resolved_yaml(chosen)


def test_the_fingerprint_changes_with_every_setting_that_changes_a_number_and_no_other(tmp_path):
    usual = fingerprint(Settings())
    free = {
        "threads": 7,
        "results_dir": "elsewhere",
        "report": False,
        "dry": True,
        "experiment": "lambda",
        "match": "visa",
        "port": 8502,
    }
    for key, value in free.items():
        assert usual == fingerprint(Settings(**{key: value})), key
    assert usual == fingerprint(Settings(results=Asked(show="flows", where="true")))
    assert usual == fingerprint(Settings(policy=None, without=None)), "they are told by the scenario"
    assert {*free, "fit", "results", "policy", "without"} == set(settings.WITHOUT_EFFECT)
    assert fingerprint(Settings(choice=Choice(1))) == fingerprint(Settings(choice=Choice(1.0)))
    assert fingerprint(Settings(coefficients={"peers": 1})) == fingerprint(Settings(coefficients={"peers": 1.0}))
    assert usual == fingerprint(Settings(course="worse")), "nothing of it lies beyond what is known"
    assert usual == fingerprint(Settings(person=3)), "only task=explain follows a person"
    assert fingerprint(Settings(task="explain", person=3)) != fingerprint(Settings(task="explain"))
    assert usual == fingerprint(Settings(part="scale")), "only task=validate has parts"
    assert fingerprint(Settings(task="validate", part="scale")) != fingerprint(Settings(task="validate"))
    others = [
        Settings(task="history"),
        Settings(task="validate", part="scale"),
        Settings(scenario="open_door"),
        Settings(baseline="open_door"),
        Settings(decision="flat"),
        Settings(task="explain", person=3),
        Settings(decompose=("open_door",)),
        Settings(coefficients={"peers": 0.5}),
        Settings(most_replicates=99),
        Settings(freeze=("diaspora",)),
        Settings(until="2025-11"),
        Settings(until="2030-12", course="worse"),
        Settings(seed=2),
        Settings(replicates=9),
        Settings(parameters=str(some_draws.file(tmp_path))),
        Settings(people=People(101)),
        Settings(people=People(draws=2)),  # the second of one section
        Settings(choice=Choice(0.63)),
        Settings(choice=Choice(lambdas=(0.2, 0.5))),  # the second of one section
    ]
    prints = {fingerprint(other) for other in others}
    assert len(prints) == len(others) == len(record_of(Settings())) - len(settings.WITHOUT_EFFECT) + 2
    assert usual not in prints


def test_the_command_repeats_the_run():
    asked = {"seed": 5, "people": People(1000), "choice": Choice(lambdas=(0.2, 1)), "parameters": None}
    chosen = Settings(**asked, threads=1, results_dir="elsewhere")
    assert command(chosen) == "python -m sim people.one_in=1000 choice.lambdas=[0.2,1.0] seed=5"
    assert hydra.settings_from(composed(*command(chosen).split()[3:])) == replace(
        chosen, threads=Settings.threads, results_dir=Settings.results_dir
    )
    assert command(Settings(parameters=None)) == "python -m sim"
    assert command(Settings()) == "python -m sim parameters=central"


def test_scenarios_of_the_project_are_the_files_of_its_folder_and_the_proposals(monkeypatch):
    conf = Path(hydra.MAIN_FILE).parent
    monkeypatch.setattr(settings, "CONF", conf)
    proposed = {name for name, policy in {**load_policies(), **load_shocks()}.items() if not policy.historical}
    files = {path.stem for path in (conf / "scenario").iterdir()}
    assert settings.known_scenarios() == sorted(files | proposed)
    assert {settings.USUAL, Settings.baseline} <= set(settings.known_scenarios()) and len(files - proposed) > 10

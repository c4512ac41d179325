"""Files of the catalogue are found by name, in the shipped folders and in those where the program is run."""

import json
import os
import shutil

import pytest

from sim.analysis.experiment import experiment_names, load_experiment
from sim.history import catalogue
from sim.model.decision.constants import load
from sim.numerics import locations
from sim.numerics.codes import CHANNEL
from sim.numerics.errors import UserError
from sim.numerics.locations import CONF, EXPERIMENTS, PACKAGE, files
from sim.runs import files as store
from sim.runs.ensemble import Ensemble
from sim.runs.points import point
from sim.runs.settings import People, Settings, known_experiments, known_scenarios

POLICY = """\
description: A visa ban.
actor: Poland
historical: false
events:
  {name}:
    announced: 2020-02-01
    from: 2020-03-01
    until: null
    source: "counterfactual"
    confidence: assumption
    note: "for a test"
    changes:
      poland.national_visa: {{closed: {closed}, except: [], revoke: []}}
"""
SCENARIO = "description: Mine.\nenact: [{}]\nwithout: []\n"
FOLDERS = (*(CONF / name for name in locations.CATALOGUE), EXPERIMENTS)


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A working folder of a user's own, of which nothing has been said."""
    monkeypatch.setenv("VYRAJ_TOLD", "")
    monkeypatch.chdir(tmp_path)
    for name in ("policy", "scenario"):
        (tmp_path / "conf" / name).mkdir(parents=True)
    return tmp_path


def policy(path, closed=1):
    """Write a policy."""
    path.write_text(POLICY.format(name=path.name.partition(".")[0], closed=closed), encoding="utf-8")


@pytest.mark.parametrize("called", ["conf/policy", "conf/event", "conf/scenario", "conf/destination", "experiments"])
@pytest.mark.parametrize(
    "file", ["mine.yaml", "mine.yml", "mine.json", "mine.YAML", "mine.Yml", "mine.JSON", "a/mine.yaml", "a/b/mine.yml"]
)
def test_a_file_is_found_whatever_its_ending_and_in_a_subfolder(tmp_path, capfd, called, file):
    path = tmp_path / called / file
    path.parent.mkdir(parents=True)
    path.write_text("a: 1\n")
    found = files(tmp_path / called, called)
    assert found == {"mine": locations.File(path, f"{called}/{file}")}
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    "file",
    ["mine.yaml.txt", "mine.txt", "mine.yaml.bak", "mine", "mine.toml", "sub/mine.yamll", "мая.yaml"],
)
def test_a_file_that_is_not_read_is_named_once(here, capfd, file):
    path = here / "conf" / "policy" / file
    path.parent.mkdir(exist_ok=True)
    policy(path)
    catalogue.load_history("no_war")
    catalogue.load_history("historical")
    line = f"vyraj: conf/policy/{file}: not read: a name is of letters a to z, digits and _ . - and ends in .yaml, "
    assert capfd.readouterr().err == f"{line}.yml or .json\n"


@pytest.mark.parametrize(
    ("file", "make", "told"),
    [
        ("mine.yaml", lambda path: path.mkdir(), "a folder where a file would be read; the files in it are read"),
        ("mine.yaml", lambda path: path.symlink_to(path), "not read: a link that ends at no file"),
        ("mine.json", lambda path: path.symlink_to(path.parent / "nothing"), "not read: a link that ends at no file"),
        ("mine.yml", os.mkfifo, "not read: no ordinary file"),
        ("again", lambda path: path.symlink_to(path.parent), "not read again: a link to a folder that was read"),
    ],
    ids=["folder", "link to itself", "link to nothing", "pipe", "link back"],
)
def test_what_stands_in_the_place_of_a_file_is_told_by_what_it_is(here, capfd, file, make, told):
    make(here / "conf" / "policy" / file)
    catalogue.load_history("no_war")
    catalogue.load_history("historical")
    err = capfd.readouterr().err
    assert err.startswith(f"vyraj: conf/policy/{file}: {told}") and err.count("\n") == 1


@pytest.mark.parametrize("folder", locations.CATALOGUE)
@pytest.mark.parametrize("make", [lambda path: path.write_text("x"), lambda path: path.symlink_to("nothing")])
def test_a_file_in_the_place_of_a_folder_is_refused_and_both_are_named(here, folder, make):
    if (here / "conf" / folder).is_dir():
        (here / "conf" / folder).rmdir()
    make(here / "conf" / folder)
    with pytest.raises(UserError) as caught:
        files(CONF / folder, "")
    (told,) = caught.value.faults
    assert told.startswith(f"conf/{folder}: a file where a folder belongs") and str(CONF / folder) in told
    with pytest.raises(UserError, match=f"{folder}: a file where the folder conf/{folder} belongs; rename or remove"):
        files(here / "conf" / folder, f"conf/{folder}")


def test_a_file_that_is_called_as_a_folder_of_ours_may_be_somebody_else_s_and_is_told(tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("VYRAJ_TOLD", "")
    monkeypatch.chdir(tmp_path)
    for name in ("conf", "experiments"):
        (tmp_path / name).write_text("x")
    assert files(CONF / "policy", "") and files(EXPERIMENTS, "")
    told = capfd.readouterr().err.splitlines()
    assert [line.partition(": not read: a file where a folder belongs")[0] for line in told] == [
        "vyraj: conf",
        "vyraj: experiments",
    ]


@pytest.mark.parametrize("file", ["README.md", "TEMPLATE.yaml", "NOTES.txt", ".mine.yaml", "mine.yaml~", "#mine.yaml#"])
def test_notes_templates_and_leftovers_of_editors_are_passed_over(here, capfd, file):
    (here / "conf" / "policy" / file).write_text("- : [")
    catalogue.load_history("no_war")
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    ("one", "other"), [("mine.yaml", "mine.yml"), ("mine.json", "mine.yaml"), ("a/mine.yaml", "b/mine.yaml")]
)
def test_two_files_of_one_name_are_refused(here, one, other):
    for file in (one, other):
        (here / "conf" / "policy" / file).parent.mkdir(exist_ok=True)
        policy(here / "conf" / "policy" / file)
    with pytest.raises(UserError) as caught:
        catalogue.load_history("no_war")
    assert all(f"conf/policy/{file}" in str(caught.value) for file in (one, other))
    assert "have one name" in str(caught.value)


def test_a_link_back_to_the_folder_is_followed_once(here):
    policy(here / "conf" / "policy" / "mine.yaml")
    (here / "conf" / "policy" / "again").symlink_to(here / "conf" / "policy")
    (here / "elsewhere").mkdir()
    policy(here / "elsewhere" / "linked.yml")
    (here / "conf" / "policy" / "other").symlink_to(here / "elsewhere")
    assert {"mine", "linked"} <= set(files(CONF / "policy", ""))


def test_json_says_what_yaml_says(here):
    content = {"description": "Mine.", "enact": ["lithuania_visa_ban"], "without": ["war_2022"], "until": {}}
    (here / "conf" / "scenario" / "one.json").write_text(json.dumps(content, indent=2))
    (here / "conf" / "scenario" / "two.yaml").write_text(
        "description: Mine.\nenact: [lithuania_visa_ban]\nwithout: [war_2022]\nuntil: {}\n"
    )
    one, two = catalogue.load_scenario("one"), catalogue.load_scenario("two")
    assert (one.description, one.enact, one.without) == (two.description, two.enact, two.without)
    assert one.enact == ("lithuania_visa_ban",)


def test_a_user_adds_policies_scenarios_and_studies(here, capfd):
    policy(here / "conf" / "policy" / "mine.yml", closed=0.5)
    (here / "conf" / "scenario" / "try_mine.yaml").write_text(SCENARIO.format("mine"))
    (here / "experiments").mkdir()
    shutil.copy(EXPERIMENTS / "lambda.yaml", here / "experiments" / "again.yml")
    assert catalogue.load_history("try_mine").monthly("poland.national_visa", 84)[83] == 0.5
    assert catalogue.load_history("historical").monthly("poland.national_visa", 84)[83] != 0.5
    assert "try_mine" in known_scenarios() and "lithuania_visa_ban" in known_scenarios()
    assert {"again", "lambda"} <= set(known_experiments()) == set(experiment_names())
    assert load_experiment("again").question == load_experiment("lambda").question
    assert capfd.readouterr().err == ""


def test_a_file_of_a_shipped_name_takes_its_place_and_this_is_said(here, capfd):
    (here / "conf" / "scenario" / "no_war.yml").write_text("description: Mine.\nenact: []\nwithout: [covid_2020]\n")
    assert catalogue.load_scenario("no_war").without == ("covid_2020",)
    catalogue.load_scenario("no_war")
    line = "vyraj: conf/scenario/no_war.yml: read in place of the file of that name which comes with Vyraj\n"
    assert capfd.readouterr().err == line


def test_a_copy_of_what_is_shipped_is_no_news(here, capfd):
    shutil.rmtree(here / "conf")
    shutil.copytree(CONF, here / "conf")
    for name in ("behaviour", "clock", "codes", "config", "drivers", "people", "schema"):
        (here / "conf" / f"{name}.yaml").unlink()
    shutil.rmtree(here / "conf" / "hydra")
    before = catalogue.load_history("no_war").monthly("lithuania.short_visa", 84)
    assert (before == catalogue.load_history("no_war", CONF).monthly("lithuania.short_visa", 84)).all()
    assert capfd.readouterr().err == ""


def test_the_model_s_own_files_are_not_replaced_and_this_is_said(here, capfd):
    (here / "conf" / "behaviour.yaml").write_text("nothing")
    (here / "conf" / "hydra").mkdir()
    catalogue.load_scenario("no_war")
    err = capfd.readouterr().err
    assert err.startswith("vyraj: conf/behaviour.yaml, conf/hydra: not read: ") and err.count("\n") == 1


def test_messages_name_the_file_and_its_folder(here):
    (here / "conf" / "policy" / "sub").mkdir()
    (here / "conf" / "policy" / "sub" / "mine.YML").write_text("description: 1\nhistorical: true\n")
    with pytest.raises(UserError) as caught:
        catalogue.load_history("no_war")
    assert str(caught.value).startswith("conf/policy/sub/mine.YML: ")
    shown = files(CONF / "policy", "")["lithuania_visa_ban"].shown
    assert shown == "conf/policy/lithuania_visa_ban.yaml"


def test_in_the_repository_the_two_are_one(monkeypatch, capfd):
    monkeypatch.chdir(PACKAGE.parent)
    monkeypatch.setenv("VYRAJ_TOLD", "")
    for folder in FOLDERS:
        assert {file.path.parent for file in files(folder, "").values()} == {folder}
    assert capfd.readouterr().err == "" and os.environ["VYRAJ_TOLD"] == ""


def test_every_shipped_file_is_read(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for folder in FOLDERS:
        names = {path.stem for path in folder.iterdir() if path.suffix == ".yaml" and not path.stem.isupper()}
        assert set(files(folder, "")) == names and names
    there = {path.relative_to(CONF).as_posix() for path in CONF.rglob("*.yaml") if not path.stem.isupper()}
    assert set(locations.configuration()) == there


def test_a_working_folder_that_is_gone_adds_nothing(tmp_path, monkeypatch):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert "no_war" in files(CONF / "scenario", "")


def test_what_a_user_adds_is_in_the_digest_of_the_configuration(here):
    before = store.digests()
    policy(here / "conf" / "policy" / "mine.yml")
    added = store.digests()
    policy(here / "conf" / "policy" / "mine.yml", closed=0.25)
    edited = store.digests()
    assert len({before["conf"], added["conf"], edited["conf"]}) == 3
    assert before["data"] == edited["data"] and before["program"] == edited["program"]


def test_a_point_is_known_by_what_its_world_says_wherever_that_stands(here):
    """Unused files change no point; a policy under another name in another folder is the same world."""

    def known(*scenarios):
        ensemble = Ensemble(Settings(people=People(one_in=20000), until="2020-12", threads=1))
        return [point(ensemble, name, 0.62).fingerprint for name in scenarios]

    before = known("no_war")
    policy(here / "conf" / "policy" / "mine.yml")
    (here / "conf" / "scenario" / "try_mine.yaml").write_text(SCENARIO.format("mine"))
    added = known("no_war", "try_mine")
    policy(here / "conf" / "policy" / "mine.yml", closed=0.25)
    edited = known("no_war", "try_mine")
    assert before[0] == added[0] == edited[0] and added[1] != edited[1]


def test_a_channel_of_a_user_s_own_replaces_a_shipped_one_and_this_is_said(here, capfd):
    (here / "conf" / "channel").mkdir()
    text = (CONF / "channel" / "work.yaml").read_text(encoding="utf-8")
    (here / "conf" / "channel" / "work.yaml").write_text(text.replace("value: 0", "value: 1.5"))
    assert load(0.62).channels[CHANNEL["work"]] == 1.5
    assert capfd.readouterr().err.startswith("vyraj: conf/channel/work.yaml: read in place of")
    assert locations.written("channel", "work") == here / "conf" / "channel" / "work.yaml"


def test_an_installed_package_is_never_written_to(here, monkeypatch):
    assert locations.written("channel", "work") == CONF / "channel" / "work.yaml"
    monkeypatch.setattr(locations, "INSTALLED", True)
    assert locations.written("channel", "work") == here / "conf" / "channel" / "work.yaml"

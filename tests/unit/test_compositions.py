"""Worlds composed of a scenario, policies and removals: by any door, in any order, and every fault told by name."""

import sys
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.analysis.experiment import load_experiment
from sim.cli import hydra
from sim.cli.main import main
from sim.history import catalogue, inventory, naming
from sim.history.catalogue import history_of, load_history, load_scenario, world_name
from sim.history.compiled import build
from sim.history.naming import Composition, composition
from sim.numerics.errors import UserError
from sim.report.comparison import figures
from sim.runs.batch import ScenarioModel
from sim.runs.ensemble import Ensemble
from sim.runs.points import point, world_digest
from sim.runs.run import Job, Other
from sim.runs.settings import People, Settings, command, fingerprint, record_of
from tests.hostile.examples import examples

POLICIES, SHOCKS = catalogue.load_policies(), catalogue.load_shocks()
BUNDLES = {**SHOCKS, **POLICIES}
PROPOSED = sorted(name for name, bundle in BUNDLES.items() if not bundle.historical)
HAPPENED = sorted(name for name, bundle in BUNDLES.items() if bundle.historical)
SMALL = ("people.one_in=20000", "until=2020-04", "replicates=2", "report=false", "threads=1")


def digest(name, months=60):
    return world_digest(build(load_history(name), inventory.load_destinations(), months))


# one world, however it is asked for


@pytest.mark.parametrize("name", [name for name in catalogue.scenario_names() if not load_scenario(name).until])
def test_a_composition_of_a_scenarios_parts_is_that_scenario(name):
    plan = load_scenario(name)
    assert history_of(Composition("historical", plan.enact, plan.without)) == load_history(name)


@pytest.mark.parametrize("name", ["lithuania_screening_instead", "no_war", "lithuania_full_ban"])
def test_the_world_of_a_composition_is_that_of_the_scenario_to_the_last_bit(name):
    plan = load_scenario(name)
    parts = Composition("historical", plan.enact, plan.without)
    assert digest(parts.name) == digest(name) != digest("historical")
    less = Composition("historical", plan.enact[:-1], plan.without[:-1] if plan.without else ())
    assert digest(less.name) != digest(name)


def test_a_policy_is_the_scenario_that_enacts_it_unless_a_file_has_its_name():
    assert load_history("lithuania_full_ban") == load_history("historical").enact(POLICIES["lithuania_full_ban"])
    assert load_scenario("lithuania_full_ban").description == POLICIES["lithuania_full_ban"].description
    assert load_scenario("lithuania_screening_instead").without == ("lithuania_restrictive_law_2023",)
    alone = Settings(policy="lithuania_screening_instead").scenario
    assert alone == "historical+lithuania_screening_instead"
    assert load_history(alone) != load_history("lithuania_screening_instead")
    assert load_scenario("rents_respond").enact == ("rents_respond",), "a shock is a scenario, too"


SPELLINGS = [
    {"policy": ["exit_closed", "eu_package"], "without": ["war_2022"]},
    {"policy": ("eu_package", "exit_closed"), "without": "war_2022"},
    {"scenario": "exit_closed", "policy": "eu_package", "without": ["war_2022"]},
    {"scenario": "historical", "policy": ["eu_package", "exit_closed"], "without": ["war_2022"]},
    {"scenario": "historical~war_2022+exit_closed", "policy": ["eu_package"]},
    {"scenario": "historical+exit_closed+eu_package~war_2022"},
]


@pytest.mark.parametrize("asked", SPELLINGS)
def test_every_spelling_of_a_world_is_one_setting_and_one_point(asked):
    found = Settings(**asked)
    assert found.scenario == "historical+eu_package+exit_closed~war_2022"
    assert (found.policy, found.without) == (None, None)
    assert found == Settings(**SPELLINGS[0]) and fingerprint(found) == fingerprint(Settings(**SPELLINGS[0]))
    assert command(found) == "python -m sim policy=[eu_package,exit_closed] without=[war_2022] parameters=central"
    assert replace(found, seed=2).scenario == found.scenario
    assert fingerprint(found) != fingerprint(Settings(**{**asked, "seed": 2}))


def test_without_policies_the_usual_scenario_is_asked_for_and_with_them_what_happened():
    assert Settings().scenario == Settings(scenario=None).scenario == "lithuania_visa_ban"
    assert Settings(policy=["exit_closed"]).scenario == "exit_closed"
    assert Settings(without=["war_2022"]).scenario == "historical~war_2022"
    assert Settings(scenario="lithuania_visa_ban", policy=["exit_closed"]).scenario == (
        "historical+exit_closed+lithuania_visa_ban"
    )
    assert Settings(scenario="no_war", policy=["exit_closed"]).scenario == "no_war+exit_closed"
    assert command(Settings(scenario="no_war", policy=["exit_closed"])) == (
        "python -m sim scenario=no_war policy=[exit_closed] parameters=central"
    )


@given(st.lists(st.sampled_from(PROPOSED), max_size=6, unique=True), st.data())
@examples(20)
def test_the_order_of_names_never_matters(enacted, data):
    removed = data.draw(st.lists(st.sampled_from(HAPPENED), max_size=4, unique=True))
    other = data.draw(st.permutations(enacted)), data.draw(st.permutations(removed))
    one, two = Composition("historical", tuple(enacted), tuple(removed)), Composition("historical", *map(tuple, other))
    assert one.name == two.name and world_name(one) == world_name(two)
    back = composition(one.name)
    assert (back.scenario, back.policy, back.without) == ("historical", tuple(sorted(enacted)), tuple(sorted(removed)))
    assert composition(back.name) == back
    assert history_of(one) == history_of(two) == load_history(one.name)
    assert load_history(one.name).without(*enacted).enact(*(BUNDLES[name] for name in removed)) == (
        load_history("historical")
    )


@given(st.lists(st.sampled_from(PROPOSED), min_size=1, max_size=5, unique=True))
@examples(12)
def test_what_is_enacted_and_taken_away_again_never_was(enacted):
    assert load_history(Composition("historical", tuple(enacted)).name).without(*enacted) == load_history("historical")
    events = [event.name for name in enacted for event in BUNDLES[name].events]
    free = [name for name in events if name not in enacted]  # a name that stands for both cannot be in both
    if len(free) == len(events):
        with pytest.raises(UserError) as caught:
            history_of(Composition("historical", tuple(enacted), tuple(events)))
        told = [f"policy: '{name}' is enacted, and without takes all of it away" for name in sorted(enacted)]
        assert list(caught.value.faults) == told


# names


def test_a_world_is_told_in_words():
    assert naming.words("no_war") == "no war"
    assert naming.words("historical+latvia_opens") == "what happened with latvia opens"
    assert naming.words("historical~war_2022") == "what happened without war 2022"
    assert naming.words("no_war+a_b+c+d~e~f_1") == "no war with a b, c and d, without e and f 1"
    assert load_scenario("historical+exit_closed+eu_package").description == (
        f"{POLICIES['exit_closed'].description} {POLICIES['eu_package'].description}"
    )
    assert load_scenario("historical~war_2022").description == "What happened without war 2022."
    assert load_scenario("historical+exit_closed~war_2022").description == (
        f"{POLICIES['exit_closed'].description} Without war 2022."
    )


def test_a_long_name_has_a_folder_that_a_disk_takes_and_no_other_has():
    names = [Composition("historical", (), tuple(HAPPENED[:many])).name for many in (2, 20, 21)]
    folders = [naming.folder(name) for name in names]
    assert folders[0] == names[0] and len(set(folders)) == 3
    assert all(len(folder) <= naming.LONGEST for folder in folders)


# faults


FAULTS = [
    (
        {"policy": ["lithuania_fullban"]},
        ["policy: no policy or shock 'lithuania_fullban'; known: lithuania_full_ban, "],
    ),
    ({"policy": ["exit_closed", "exit_closed"]}, ["policy: 'exit_closed' is given twice"]),
    ({"without": ["war_2022", "war_2022"]}, ["without: 'war_2022' is given twice"]),
    (
        {"policy": ["exit_closed"], "without": ["exit_closed"]},
        ["policy: 'exit_closed' is taken away too, by without"],
    ),
    (
        {"policy": ["latvia_permits_2022"]},
        ["policy: 'latvia_permits_2022' is in force already, because it happened; leave it out"],
    ),
    (
        {"scenario": "eu_easing", "policy": ["eu_easing_2023"]},
        ["policy: 'eu_easing_2023' is in force already, because scenario=eu_easing enacts it; leave it out"],
    ),
    (
        {"scenario": "exit_closed", "policy": ["exit_closed"]},
        ["policy: 'exit_closed' is in force already, because scenario=exit_closed enacts it; leave it out"],
    ),
    ({"without": ["wra_2022"]}, ["without: no event or policy 'wra_2022' in force to remove; known: war_2022"]),
    ({"without": ["exit_closed"]}, ["without: 'exit_closed' is a proposal and not in force; nothing to take away"]),
    ({"scenario": "no_war", "without": ["war_2022"]}, ["without: 'war_2022': scenario no_war takes it away already"]),
    ({"policy": []}, ["policy=[] is not a list with at least one name"]),
    ({"without": []}, ["without=[] is not a list with at least one name"]),
    ({"policy": [3]}, ["policy=[3] is not a list with at least one name"]),
    (
        {"policy": ["exit_closed"], "until": "2023-11"},
        ["policy: 'exit_closed' is announced on ", ", after the last day, 2023-11-30; choose a later until"],
    ),
    (
        {"without": ["war_2022"], "until": "2021-12"},
        ["without: 'war_2022' is announced on 2022-02-24, after the last day, 2021-12-31"],
    ),
    ({"baseline": "historical+exit_close"}, ["baseline=historical+exit_close: policy: no policy or shock"]),
    ({"scenario": "historicl+exit_closed"}, ["scenario=historicl+exit_closed is not", "did you mean historical?"]),
    ({"decompose": ("historical+exit_closed+exit_closed",)}, ["decompose=", "'exit_closed' is given twice"]),
    (
        {"policy": ["exit_closed", "exit_closed", "nowhere"], "without": ["exit_closed", "nothing"], "seed": "x"},
        ["seed=x is not", "'exit_closed' is given twice", "'exit_closed' is taken away too"]
        + ["no policy or shock 'nowhere'", "no event or policy 'nothing' in force"],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "told"), FAULTS)
def test_every_fault_of_a_combination_is_told_by_name_in_one_line(asked, told):
    with pytest.raises(UserError) as caught:
        Settings(**asked)
    said = str(caught.value)
    assert all("\n" not in fault for fault in caught.value.faults)
    for words in told:
        assert words in said


def write(folder, name, changes, start="2022-01-01", announced="2021-06-01"):
    (folder / "conf" / "policy").mkdir(parents=True, exist_ok=True)
    (folder / "conf" / "policy" / f"{name}.yaml").write_text(
        f'description: "a test"\nactor: Latvia\nevents:\n  {name}_event:\n'
        f"    announced: {announced}\n    from: {start}\n"
        f'    source: "counterfactual"\n    changes: {{{changes}}}\n'
    )


def test_policies_that_conflict_are_told_by_name_with_everything_else(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(tmp_path, "one", "latvia.work.works: 0.5")
    write(tmp_path, "two", "latvia.work.works: 0.25")
    with pytest.raises(UserError) as caught:
        Settings(policy=["one", "two"], without=["nix"])
    said = str(caught.value)
    assert "events 'one_event' and 'two_event' both set latvia.work.works on 2022-01-01; remove one" in said
    assert "no event or policy 'nix' in force" in said and len(caught.value.faults) == 2
    with pytest.raises(UserError, match="^policy: 'two' is enacted, and without takes all of it away$"):
        Settings(policy=["one", "two"], without=["two_event"])


def test_events_of_one_name_in_two_policies_are_told(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write(tmp_path, "one", "latvia.work.works: 0.5")
    text = (tmp_path / "conf" / "policy" / "one.yaml").read_text()
    (tmp_path / "conf" / "policy" / "two.yaml").write_text(text)
    with pytest.raises(UserError, match="policy: 'two': event 'one_event' is in two policies"):
        Settings(policy=["one", "two"])


def test_a_policy_that_is_known_before_the_end_may_begin_after_it():
    assert Settings(policy=["lithuania_full_ban"], until="2023-04").scenario == "lithuania_full_ban"
    with pytest.raises(UserError, match="is announced on 2023-03-21, after the last day, 2023-02-28"):
        Settings(policy=["lithuania_full_ban"], until="2023-02")
    assert load_history("historical+lithuania_full_ban", until=date(2023, 3, 21))


# the command, sweeps, studies, Python


@pytest.fixture
def here(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["vyraj", *words])
        code = main()
        out, err = capsys.readouterr()
        return code, out, err

    run.folder = tmp_path
    return run


def test_a_history_is_told_of_a_composition_with_its_name_in_words(here):
    code, out, _ = here("task=history", "policy=lithuania_full_ban", "without=[war_2022]")
    assert code == 0
    assert out.splitlines()[0] == (
        "World: what happened with lithuania full ban, without war 2022, against what happened."
    )
    assert out.splitlines()[1] == "What each change adds to the rules in force in 'historical':"
    assert out.splitlines()[2].startswith("lithuania_full_ban: lithuania.national_visa: from 2023-")
    assert out.index("\nWithout war_fear_2022: ") < out.index("\nEpoch 0: ")
    assert "Only here: lithuania_full_ban (lithuania_full_ban), from" in out and " (war_2022), from 2022-02-24" in out
    assert (here.folder / "results" / "history" / "historical+lithuania_full_ban~war_2022" / "diff.txt").is_file()
    code, out, _ = here("task=history", "scenario=lithuania_full_ban", "baseline=historical~war_2022")
    assert code == 0
    assert out.startswith("World: lithuania full ban, against what happened without war 2022. Lithuania refuses")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["policy=[lithuania_fullban]"], ["no policy or shock 'lithuania_fullban'; known: lithuania_full_ban"]),
        (["policy=lithuania_full_ban,exit_closed"], ["add -m to run each of them, or write [a,b] for one list"]),
        (["policy=[]"], ["policy=[] is not a list"]),
        (["policy=3"], ["policy=3 is not a list"]),
        (
            ["experiment=lambda", "policy=[exit_closed]"],
            ["experiment=lambda names its worlds itself; leave out"],
        ),
        (["polcy=[exit_closed]"], ["did you mean policy?"]),
    ],
)
def test_a_mistake_of_the_command_line_is_one_line(here, words, told):
    code, out, err = here(*words)
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    for one in told:
        assert one in err


def test_help_lists_what_a_world_may_be_composed_of(here, capsys):
    with pytest.raises(SystemExit):
        here("--help")
    out = capsys.readouterr().out
    scenarios, proposals, happened = (
        out.partition(head)[2].partition("\n\n")[0].replace(",", " ").split()
        for head in ("for scenario, baseline and decompose:\n", "for policy:\n", "takes events of these, too:\n")
    )
    assert (scenarios, proposals, happened) == (list(catalogue.scenario_names()), PROPOSED, HAPPENED)


def test_a_dry_sweep_counts_a_world_once_however_it_is_spelt(here):
    plans = [
        here("-m", *SMALL, "task=simulate", "dry=true", f"without={swept}")[1]
        for swept in (
            "[covid_2020],[covid_2020,poland_small_crossings_2020]",
            "[covid_2020],[poland_small_crossings_2020,covid_2020],[covid_2020,poland_small_crossings_2020]",
        )
    ]
    assert plans[0] == plans[1] and plans[0].startswith("4 runs to make, 0 are there already")


def test_a_sweep_leaves_a_point_a_composition_and_a_row_that_says_which(here):
    sweep = "without=[covid_2020],[poland_small_crossings_2020,covid_2020]"
    code, out, _ = here("-m", *SMALL, "task=simulate", "hydra/launcher=basic", sweep)
    assert code == 0
    rows = out.splitlines()
    assert rows[0].split()[0] == "without"
    assert [row.split()[0] for row in rows[1:]] == ["[covid_2020]", "[poland_small_crossings_2020,covid_2020]"]
    points = sorted(path.name.rpartition("-")[0] for path in (here.folder / "results" / "points").glob("[!.]*"))
    assert points == ["historical~covid_2020", "historical~covid_2020~poland_small_crossings_2020"]
    again = here(*SMALL, "task=simulate", "scenario=historical~poland_small_crossings_2020~covid_2020", "dry=true")
    assert again[1].startswith("0 runs to make, 2 are there already")
    code, out, _ = here("task=results", "results.where=scenario = 'historical~covid_2020'")
    assert code == 0 and "historical~covid_2020" in out and "poland" not in out
    code, out, _ = here(*SMALL, "task=simulate", "without=covid_2020")
    assert out.splitlines()[0] == "World: what happened without covid 2020."


def test_a_comparison_of_a_composition_has_a_page_that_names_it_and_a_command_that_repeats_it(here, monkeypatch):
    monkeypatch.setattr(figures, "names", lambda: ("arrivals",))  # what the page says is asked here, not its pictures
    words = [*SMALL[:-2], "threads=1", "choice.lambdas=[0.8]", "without=[covid_2020]"]
    code, out, err = here(*words)
    assert code == 0, err
    folder = here.folder / out.splitlines()[-1].removeprefix("results: ")
    assert folder.name.startswith("historical~covid_2020-")
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "What happened without covid 2020" in page and "without=[covid_2020]" in page
    [asked] = [line for line in (folder / "manifest.json").read_text().splitlines() if '"command"' in line]
    assert "python -m sim without=[covid_2020] until=2020-04" in asked
    written = hydra.settings_from(record_of(Settings()) | {"scenario": "historical~covid_2020"})
    assert written == Settings(without=["covid_2020"])


def test_patterns_choose_among_policies(here):
    code, out, _ = here("-m", "task=simulate", "dry=true", "people.one_in=20000", "policy=glob([eu_package,exit*])")
    assert code == 0 and out.startswith("2 runs to make")


STUDY = """
question: a test
expectation: a test
refuted_by: a test
baseline: historical~covid_2020
scenarios: [lithuania_full_ban, historical~war_2022+exit_closed]
decompose: [historical+exit_closed~war_2022]
figures: [arrivals]
expects:
  - {says: a test, scenario: historical+exit_closed~war_2022, measure: departures, below: historical+lithuania_full_ban}
"""


def test_a_study_names_compositions_in_any_order(tmp_path):
    (tmp_path / "two.yaml").write_text(STUDY)
    study = load_experiment("two", tmp_path)
    world = "historical+exit_closed~war_2022"
    assert (study.scenarios, study.decompose) == (("lithuania_full_ban", world), (world,))
    assert study.baseline == "historical~covid_2020"
    assert (study.expects[0].scenario, study.expects[0].below) == (world, "lithuania_full_ban")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("+exit_closed]\ndecom", "+exit_close]\ndecom", "scenarios: historical~war_2022+exit_close: policy: no policy"),
        ("baseline: historical~covid_2020", "baseline: historical~cov", "baseline: historical~cov: without: no event"),
        ("[lithuania_full_ban, ", "[historical~war_2022+exit_closed, ", "is given twice"),
        ("[lithuania_full_ban, ", "[historical~covid_2020, ", "is the baseline too"),
        ("scenario: historical+exit", "scenario: histrical+exit", "unknown 'histrical'"),
    ],
)
def test_a_study_with_a_faulty_composition_is_refused_by_name(tmp_path, old, new, told):
    assert old in STUDY
    (tmp_path / "two.yaml").write_text(STUDY.replace(old, new, 1))
    with pytest.raises(UserError) as caught:
        load_experiment("two", tmp_path)
    assert told in str(caught.value) and "\n" not in str(caught.value)


def test_jobs_in_python_are_asked_for_by_the_same_names():
    ensemble = Ensemble(Settings(people=People(50_000), until="2020-04"))
    one = Job("historical~poland_small_crossings_2020~covid_2020", 0.5)
    assert one == Job("historical~covid_2020~poland_small_crossings_2020", 0.5)
    assert Other("no_war+b+a") == Other("no_war+a+b")
    assert ensemble.history(one.scenario) == load_history("historical").without(
        "covid_2020", "poland_small_crossings_2020"
    )
    model = ensemble.model(Job("historical~covid_2020", 0.5))
    assert world_digest(model.world) == world_digest(ensemble.world("historical~covid_2020"))
    assert point(ensemble, "historical~covid_2020", 0.5).name.startswith("historical~covid_2020-")
    model.close()
    with pytest.raises(UserError, match="'mine~x' reads as a composition"):
        ensemble.add("mine~x", load_history("historical"))
    with pytest.raises(UserError, match="after the last day, 2020-04-30"):
        ensemble.world("historical~war_2022")


def test_a_model_made_by_keywords_takes_policies():
    common = {"one_in": 50_000, "replicate": 0, "until": "2020-04"}
    made = ScenarioModel(without="covid_2020", **common)
    named = ScenarioModel("historical~covid_2020", **common)
    assert world_digest(made.world) == world_digest(named.world) != world_digest(ScenarioModel(**common).world)
    with pytest.raises(UserError, match="policy: no policy or shock 'nowhere'"):
        ScenarioModel(policy=["nowhere"], **common)

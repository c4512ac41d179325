"""The studies are sound: each loads, says what it expects and why, gives reasons for its numbers, shows the harms."""

import re
from collections import Counter

import pytest
import yaml

from sim.analysis.additions import additions
from sim.analysis.experiment import EXPERIMENTS, experiment_names, load_experiment
from sim.history import catalogue
from sim.runs.settings import known_scenarios

NAMES = experiment_names()
STUDIES = {name: load_experiment(name) for name in NAMES}
README = (EXPERIMENTS / "README.md").read_text(encoding="utf-8")
LEFT_OUT = dict(re.findall(r"^\| `(\w+)` \| ([^|]+) \|$", README.split("## Scenarios in no study")[1], re.MULTILINE))
"""Scenarios that no study plays, and why, as the page tells."""

NUMBER = re.compile(r"(?<![\w.\-])-?\d+(?:\.\d+)?(?![\w\-])")
YEAR = re.compile(r"\b(?:19|20)\d\d\b")
WORKPLACE = re.compile(
    r"\b(sessions?|helpers?|colleagues?|pull requests?|tickets?|brief|worktrees?|prompts?|assistants?|TODO|FIXME"
    r"|this machine|our (?:server|cluster|laptop)s?|(?:I|me|my|you asked))\b|/(?:home|tmp|work|root)/"
)
"""Words of a workplace, which say nothing about migration."""


def text_of(name):
    return (EXPERIMENTS / f"{name}.yaml").read_text(encoding="utf-8")


def prose_of(study):
    return [study.question, study.expectation, study.refuted_by, *(part.says for part in study.expects)]


def test_there_are_studies_and_the_page_tells_of_each():
    assert len(NAMES) >= 9
    told = re.findall(r"^\| `(\w+)` \|", README.split("## How a study is written")[0], re.MULTILINE)
    assert sorted(told) == list(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_study_asks_expects_and_says_what_would_refute_it(name):
    study = STUDIES[name]
    assert study.question.endswith("?") and len(study.question.split()) >= 10
    assert len(study.expectation.split()) >= 60 and study.expectation.endswith((".", "?"))
    assert len(study.refuted_by.split()) >= 15
    assert 2 <= len(study.expects) <= 6


@pytest.mark.parametrize("name", NAMES)
def test_the_expectation_names_a_source(name):
    """By author or publisher, with the year or the publisher in brackets."""
    assert re.search(
        r"\((?:[A-Z][a-z]+ )?(?:19|20)\d\d\)|\((?:The Human Rights|news\.house)\)", STUDIES[name].expectation
    )


@pytest.mark.parametrize("name", NAMES)
def test_harms_stand_beside_counts(name):
    assert "harms" in STUDIES[name].figures


@pytest.mark.parametrize("name", NAMES)
def test_every_number_has_a_reason(name):
    """On its line or above it in a comment; a bound of 0 asks for a direction, `where`, `at` repeat what is swept."""
    lines = text_of(name).splitlines()
    tables = [
        number for number, line in enumerate(lines) if re.match(r"(parameters|settings|replicates|expects):", line)
    ]
    checked = 0
    for number in range(min(tables), len(lines)):
        line, _, reason = lines[number].partition("#")
        if not NUMBER.search(line) or re.match(r"\s*(where|at|says):|\s*- says:", line):
            continue
        if re.fullmatch(r"\s*(above|below): 0\s*", line):
            continue
        above = lines[number - 1].strip()
        assert len(reason.split()) >= 3 or above.startswith("#"), f"{name}.yaml line {number + 1}: {line.strip()}"
        checked += 1
    assert checked >= 2


@pytest.mark.parametrize("name", NAMES)
def test_prose_foretells_no_size(name):
    """Nothing is calibrated: the prose has years of sources and events, and no other number but days and notions."""
    for text in prose_of(STUDIES[name]):
        bare = re.sub(r"Decree 278|NO means NO", "", YEAR.sub("", text))
        assert not re.search(r"\d", bare), text


@pytest.mark.parametrize("name", [*NAMES, "README"])
def test_prose_names_no_workplace(name):
    text = README if name == "README" else text_of(name)
    assert not WORKPLACE.search(text), WORKPLACE.search(text)


@pytest.mark.parametrize("said", ["as my helper found", "see the ticket", "/tmp/" + "x", "TODO: write"])
def test_the_search_for_a_workplace_finds_it(said):
    assert WORKPLACE.search(said)


def test_every_scenario_is_in_a_study_or_said_why_not():
    played = {name for study in STUDIES.values() for name in study.scenarios}
    played |= {policy for name in played for policy in catalogue.load_scenario(name).enact}  # as a part of a scenario
    assert set(known_scenarios()) - played == set(LEFT_OUT)
    assert all(len(reason.split()) >= 4 for reason in LEFT_OUT.values())


def test_every_proposal_is_played():
    """What no state adopted is what the studies are for; a branch, and nothing else, may be left out as a branch."""
    policies = catalogue.load_policies()
    proposed = {name for name, policy in policies.items() if not policy.historical}
    branches = {name for name, reason in LEFT_OUT.items() if reason.startswith("a branch")}
    assert branches <= {name for name in proposed if policies[name].branch is not None}
    played = {
        policy
        for study in STUDIES.values()
        for name in study.scenarios
        for policy in catalogue.load_scenario(name).enact
    }
    assert proposed - branches and proposed - branches - played == set()


@pytest.mark.parametrize("name", NAMES)
def test_arrivals_by_channel_are_asked_of_the_place_that_changes_most(name):
    """A comparison tells channels of its focus only, the place with most rules changed."""
    study = STUDIES[name]
    baseline = catalogue.load_history(study.baseline)
    for part in study.expects:
        if "_by_channel:" in part.measure:
            added = additions(catalogue.load_history(part.scenario), baseline)
            places = Counter(item.parameter.split(".")[0] for item in added if item.verdict == "effective")
            places.pop("belarus", None)
            assert places.most_common(1)[0][0] == part.destination


@pytest.mark.parametrize("name", NAMES)
def test_the_parts_of_an_expectation_do_not_contradict_each_other(name):
    """All of them may hold together."""
    study = STUDIES[name]
    asked = [(part.scenario, part.measure, part.destination, str(part.where)) for part in study.expects]
    for key, part in zip(asked, study.expects, strict=True):
        for other_key, other in zip(asked, study.expects, strict=True):
            if key == other_key and isinstance(part.above, float) and isinstance(other.below, float):
                assert part.above < other.below


@pytest.mark.parametrize("name", NAMES)
def test_a_study_reads_the_same_as_any_yaml(name):
    """Keys and names survive an ordinary reader, so that other programs may use the files."""
    plain = yaml.safe_load(text_of(name))
    assert tuple(plain["scenarios"]) == STUDIES[name].scenarios
    assert [part["says"] for part in plain["expects"]] == [part.says for part in STUDIES[name].expects]

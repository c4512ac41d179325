"""Edits of the program and of `conf/`: those that change answers give a point another fingerprint, others do not."""

import os
import re
import shutil
import subprocess
import sys

import pytest

from tests.sweeps.sweeping import ROOT, contents, run

FINGERPRINT = """
from sim.runs.ensemble import Ensemble
from sim.runs.points import point
from sim.runs.settings import People, Settings
ensemble = Ensemble(Settings(people=People(one_in=4000), until="2020-12", threads=1))
print(*(point(ensemble, name, 0.62).fingerprint for name in ("historical", "no_polish_schemes")))
"""


def copied(place):
    """A copy of the program."""
    for folder in ("sim", "conf", "experiments"):
        shutil.copytree(ROOT / folder, place / folder)
    return place


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A copy for all tests, and its fingerprints: those of the project itself."""
    project = copied(tmp_path_factory.mktemp("copied") / "project")
    return project, fingerprints(project)


@pytest.fixture
def project(whole):
    """The copy, whose edits are taken back after a test."""
    project, _ = whole
    before = {project / file: (project / file).read_bytes() for file, *_ in (*SILENT, *LOUD)}
    yield project
    for path, content in before.items():
        path.write_bytes(content)


@pytest.fixture
def before(whole):
    """The fingerprints before any edit."""
    return whole[1]


def fingerprints(project):
    """Those of two worlds."""
    done = subprocess.run(
        [sys.executable, "-c", FINGERPRINT],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(project)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def edit(path, old, new):
    """Put new text in the place of the first old one."""
    text = path.read_text(encoding="utf-8")
    assert re.search(old, text), path
    path.write_text(re.sub(old, new, text, count=1), encoding="utf-8")


POLICY = "conf/policy/poland_business_harbour.yaml"
SILENT = (
    (POLICY, r"\A", "# a remark\n"),
    (POLICY, r"gov\.pl;", "gov.pl, read again;"),
    ("sim/report/comparison/__init__.py", r"\Z", "# a remark\n"),
    ("sim/cli/commands/compare.py", r"\Z", "# a remark\n"),
    ("sim/runs/points.py", r"\Z", "# a remark\n"),
    ("experiments/borders.yaml", r"\A", "# a remark\n"),
)
"""Edits that change no answer: file, what is replaced, by what."""
LOUD = (
    ("sim/model/processes/depart.py", r"\Z", "# a remark\n"),
    ("sim/runs/parquet.py", r"\Z", "# a remark\n"),
    ("conf/people.yaml", r"\Z", "# a remark\n"),
)
"""Edits that may change answers, for all worlds."""


def test_edits_that_change_no_answer_keep_the_fingerprint(project, before):
    for file, old, new in SILENT:
        edit(project / file, old, new)
    assert fingerprints(project) == before and len(set(before)) == 2


def test_a_new_date_of_a_policy_gives_a_new_fingerprint_to_the_worlds_that_have_it(project, before):
    edit(project / POLICY, "from: 2020-09-14", "from: 2020-11-14")
    after = fingerprints(project)
    assert after[0] != before[0] and after[1] == before[1]  # the other world is without the policy


@pytest.mark.parametrize(
    "change",
    [pytest.param(one, id=one[0], marks=[pytest.mark.slow] if number else []) for number, one in enumerate(LOUD)],
)
def test_an_edit_of_what_decides_answers_gives_a_new_fingerprint(project, before, change):
    edit(project / change[0], *change[1:])
    assert not set(fingerprints(project)) & set(before)


@pytest.mark.slow  # a copy of the program compiles for a minute, and once more after the edit
def test_what_an_edit_changes_is_computed_again_and_the_rest_reused(project, tmp_path):
    results, line = tmp_path / "results", ("task=simulate", "people.one_in=4000", "until=2020-12", "replicates=2")

    def told(scenario):
        code, out, err = run(results, *line, f"scenario={scenario}", root=project, threads=1, seconds=900)
        assert (code, err) == (0, []), err
        return out[0].partition(": ")[2], contents(out[-1].removeprefix("results: "))

    first = told("historical")
    assert first[0] == "2 runs made" and told("no_polish_schemes")[0] == "2 runs made"
    for file, old, new in SILENT:
        edit(project / file, old, new)
    again = told("historical")
    assert again[0] == "2 runs reused" and again[1] == first[1]
    edit(project / POLICY, "from: 2020-09-14", "from: 2020-11-14")
    assert told("no_polish_schemes")[0] == "2 runs reused"
    changed = told("historical")
    assert changed[0] == "2 runs made" and changed[1]["flows.parquet"] != first[1]["flows.parquet"]
    edit(project / POLICY, "from: 2020-11-14", "from: 2020-09-14")
    edit(project / LOUD[0][0], *LOUD[0][1:])
    compiled = told("historical")
    assert compiled[0] == "2 runs made" and compiled[1]["flows.parquet"] == first[1]["flows.parquet"]

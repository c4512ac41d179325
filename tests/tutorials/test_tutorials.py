"""Each tutorial is gone through as it is written, command by command, at a small sample."""

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec

import pandas as pd
import pytest

from tests.faults.plant import NOT_COPIED
from tests.tutorials.pages import ROOT, File, steps

pytestmark = pytest.mark.slow


def go_through(page, folder, home=ROOT, before=None):
    """Do what a page says, as far as a heading if it is given `before`, in a folder; returns what each command printed.

    `home` is where the program lies.
    """
    text = (ROOT / page).read_text(encoding="utf-8")
    if before:
        text, found, _ = text.partition(before)
        assert found
    environment = {**os.environ, "PYTHONPATH": str(home), "VYRAJ_TOLD": ""}
    environment["PATH"] = os.pathsep.join((os.path.dirname(sys.executable), environment["PATH"]))
    said = {}
    for step in steps(text):
        if isinstance(step, File):
            (folder / step.path).parent.mkdir(parents=True, exist_ok=True)
            (folder / step.path).write_text(step.text, encoding="utf-8")
        elif not step.needs or find_spec(step.needs):
            done = subprocess.run(
                ["bash", "-euc", step.small], cwd=folder, env=environment, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, f"{step.small}\n{done.stdout[-2000:]}{done.stderr[-3000:]}"
            assert "Traceback" not in done.stderr, step.small
            said[step.line] = done.stdout
    assert said
    return said


def about(said, words):
    """What the one command printed whose line has these words."""
    (found,) = [text for line, text in said.items() if words in line]
    return found


def test_a_first_policy_takes_the_commands_that_are_told(tmp_path):
    said = go_through("conf/policy/README.md", tmp_path, before="## Policies together")
    assert "latvia.work.fee" in about(said, 'match="latvia work"')
    assert "latvia.work.approval" in about(said, "task=history policy=latvia_dear_permits")
    assert len(list((tmp_path / "results" / "compare").glob("*latvia_dear_permits*/report.html"))) == 1


def test_the_tutorial_for_analysts_leads_to_a_report(tmp_path):
    said = go_through("docs/tutorial_analyst.md", tmp_path)
    assert "poland.national_visa: from 2023-07-01 closed" in about(said, "task=history")
    (folder,) = [path.parent for path in (tmp_path / "results" / "compare").glob("*/report.html")]
    effects = pd.read_csv(folder / "effects.csv").query("measure == 'arrivals' and destination == 'poland'")
    assert (effects["estimate"] < 0).all()
    assert "0.48" in about(said, "coefficients.peers") and (folder / "figures" / "arrivals.png").is_file()


def test_the_tutorial_for_researchers_leads_to_a_figure_a_pattern_and_a_rule(tmp_path):
    home = tmp_path / "clone"
    shutil.copytree(ROOT, home, ignore=NOT_COPIED)
    said = go_through("docs/tutorial_researcher.md", home, home)
    assert "conditional scenario, not a forecast" in (home / "arrivals_by_year.svg").read_text(encoding="utf-8")
    assert "poland.rent: from 2021-07-01" in about(said, "task=history policy=polish_rents_up")
    assert about(said, "permits_doubled").startswith("observed ")
    assert "1 passed" in about(said, "test_hesitation")


def test_the_tutorial_for_another_country_leads_to_an_island(tmp_path):
    said = go_through("docs/tutorial_country.md", tmp_path)
    assert "island.harvest.approval" in about(said, "match=island.harvest")
    (folder,) = (path.parent for path in (tmp_path / "results" / "compare").glob("*/effects.csv"))
    arrivals = pd.read_csv(folder / "effects.csv").query("destination == 'island'").set_index("measure")["estimate"]
    assert (arrivals.loc["arrivals"] < 0).all()

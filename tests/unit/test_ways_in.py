"""Ways in: what is listed in words, help that explains every key, what one may do next, a life in sentences."""

import re
import shlex
from pathlib import Path

import numpy as np
import pytest

from sim.analysis.terms import PUSH, TERMS
from sim.cli.commands import scenarios
from sim.cli.commands.onward import onward
from sim.cli.hydra.table import main_table
from sim.cli.hydra.words import harmless
from sim.history import naming
from sim.history.catalogue import load_history, scenario_names
from sim.history.inventory import load_destinations
from sim.numerics.codes import CHANNEL, PLACE
from sim.numerics.errors import UserError
from sim.numerics.locations import CONF
from sim.numerics.months import month
from sim.report.life import sentences
from sim.runs.settings import Settings, keys_of
from sim.runs.tasks import MEANINGS


def test_every_scenario_is_listed_in_words(capsys):
    scenarios.run(Settings(task="scenarios"))
    out = capsys.readouterr().out
    for name in scenario_names():
        assert f"\n{name}  (" in out


def test_scenarios_are_found_by_words_and_the_nearest_named(capsys):
    scenarios.run(Settings(task="scenarios", match="poland harbour"))
    out = capsys.readouterr().out
    assert "business_harbour_ended" in out and "no_war" not in out
    with pytest.raises(UserError, match="no scenario has 'atlantis'"):
        scenarios.run(Settings(task="scenarios", match="atlantis"))


@pytest.mark.parametrize("key", keys_of(Settings))
def test_every_key_is_explained_where_help_takes_it_from(key):
    text = (CONF / "config.yaml").read_text(encoding="utf-8")
    own = re.search(rf"^{key}:(.*)\n((?:  .*\n)*)", text, re.MULTILINE)
    assert own and ("#" in own[1] or own[2] and all("#" in line for line in own[2].splitlines()))


def test_help_says_what_each_task_does():
    told = main_table()["hydra"]["help"]["template"]
    for name, said in MEANINGS.items():
        assert re.search(rf"^  {name} +{re.escape(said)}$", told, re.MULTILINE)
    for name in ("figures", "report", "calibrate", "validate", "predict"):
        assert f"task={name}" in told.split("Every key")[0]


def test_what_comes_next_are_commands_that_are_read(tmp_path):
    settings = Settings(policy=("exit_closed", "eu_package"), without=("war_2022",), results_dir=str(tmp_path / "a b"))
    told = onward(settings, Path("results/compare/x"))
    lines = [line.split("python -m sim ")[1] for line in told.splitlines() if "python" in line]
    assert len(lines) == 4
    for line in lines:
        read = harmless(shlex.split(line))
        assert read.value("results_dir", "") == str(tmp_path / "a b")
    assert harmless(shlex.split(lines[0])).value("policy", None) == ["eu_package", "exit_closed"]


# a life in sentences


def test_signs_tell_sizes_and_which_way():
    assert [sentences.sign(value) for value in (0.05, 0.1, -0.5, 1.5, -np.inf)] == ["", "+", "−−", "+++", "−−−"]


def test_terms_are_weighed_the_strongest_first():
    said = sentences.weighed({"wage": 0.6, "kin": 2.0, "distance": -0.2, "rent": 0.01}, sentences.OPTION)
    assert said == "for it close people there (+++) and wages there (++); against it the distance (−)"
    assert sentences.weighed({"rent": 0.01}, sentences.OPTION) == "nothing weighs much"


@pytest.mark.parametrize(("noise", "months"), [(-10.0, 1), (0.3665, 50), (2.2504, 90), (30.0, 99)])
def test_luck_is_told_as_a_share_of_months(noise, months):
    assert sentences.luck(noise).endswith(f"better than in {months} of 100 months")


def test_every_term_of_a_decision_has_words():
    assert set(sentences.OPTION) == set(TERMS) and set(sentences.LEAVING) == set(PUSH)


def test_a_closed_way_is_told_since_when():
    """Lithuania suspended its visas in March 2022 but for exceptions; in August 2026 they are issued again."""
    last = month("2026-08")
    since = sentences.closed_since(load_history(naming.HISTORICAL), load_destinations(), last)
    asked = PLACE["lithuania"], CHANNEL["study"]
    assert since(*asked, month("2022-02")) == ""
    assert since(*asked, month("2023-06")).startswith("no visa to be had since ")
    assert since(*asked, month("2023-06")).endswith("2022")
    assert since(PLACE["lithuania"], CHANNEL["humanitarian"], month("2023-06")) == ""

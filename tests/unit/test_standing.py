"""What is said of the numbers is what the state of things allows, no more."""

import csv

import pytest

from sim.analysis.standing import brief, facts, sentence, title
from sim.runs.settings import Choice, Settings
from tests.unit import some_draws

HEAD = ("threshold", "value", "must", "aim", "verdict", "about")


def scorecard(folder, *rows):
    """A table of thresholds beside the fitted file."""
    with (folder / "destination_nest_thresholds.csv").open("w", newline="") as file:
        csv.writer(file).writerows([HEAD, *[(name, value, "", "", verdict, "") for name, value, verdict in rows]])


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of fitted files in place of the program's."""
    monkeypatch.setattr("sim.runs.fitted.FITTED", tmp_path)
    return tmp_path


def test_central_values_are_not_calibrated(folder):
    known = facts(Settings(), folder)
    assert title(known) == title({}) == "Nothing is calibrated yet."
    assert sentence(known) == sentence({}) and "do not quote a number" in sentence(known)
    assert brief(known) == brief({}) == "Read directions, not numbers."


def test_central_values_beside_a_fit_say_that_there_is_one(folder):
    some_draws.file(folder)
    known = facts(Settings(), folder)
    assert title(known) == "Central values, not fitted ones." and "parameters=posterior" in sentence(known)


def test_a_fit_without_a_test_says_so(folder):
    some_draws.file(folder)
    window = some_draws.file(folder, about={"until": "2021-12"})
    assert "to the end of December 2021" in sentence(facts(Settings(parameters=str(window)), folder))
    known = facts(Settings(parameters="posterior"), folder)
    said = sentence(known)
    assert title(known) == "Fitted, not tested." and "in all years with observations" in said
    assert "40 draws" in said and "No test on years" in said and "another state of the model" in said
    assert "do not quote a number" in said


def test_misses_are_told_by_name(folder):
    some_draws.file(folder)
    scorecard(folder, ("rolling_skill", -0.12, "missed"), ("ard", 0.1, "must met"), ("stock_ape", 0.3, "missed"),
              ("sbc_coverage", "", "not known"))  # fmt: skip
    known = facts(Settings(parameters="posterior"), folder)
    said = sentence(known)
    assert title(known) == "Fitted and tested, with misses."
    assert "skill over the best naive rule is \u221212% (missed)" in said
    assert "Of 4 thresholds set before the fit 1 are met. Missed: skill in unseen years over" in said
    assert (
        "rule; median error of stocks, share of the observed. Not known: simulation-based calibration" in said
        and "do not quote a number" in said
    )
    assert brief(known) == "1 of 4 thresholds set before the fit are met. Read directions, not numbers."


def test_a_fit_that_meets_all_may_be_quoted(folder):
    some_draws.file(folder)
    scorecard(folder, ("rolling_skill", 0.31, "aim met"), ("ard", 0.1, "must met"))
    said = sentence(facts(Settings(parameters="posterior"), folder))
    assert "+31% (aim met)" in said and "2 are met" in said
    assert "Missed" not in said and "do not quote" not in said


def test_what_is_held_by_hand_is_told(folder):
    some_draws.file(folder)
    known = facts(Settings(parameters="posterior", choice=Choice(0.5), coefficients={"war": 1}), folder)
    assert "Held by hand instead: coefficients.war=1, choice.lambda=0.5." in sentence(known)


def test_a_file_of_ones_own_is_not_vouched_for(folder, tmp_path):
    path = some_draws.file(tmp_path / "mine")
    scorecard(folder, ("rolling_skill", 0.31, "aim met"))
    known = facts(Settings(parameters=str(path)), folder)
    assert title(known) == "Fitted, not tested." and "does not come with the program" in sentence(known)
    assert str(path.parent) not in str(known)


def test_what_has_no_threshold_is_not_counted_as_met():
    rows = [{"threshold": "ard_totals_given", "value": "0.2", "must": "", "verdict": "no threshold"}]
    judged = {"threshold": "ard", "value": "0.1", "must": "at most 0.15", "verdict": "must met"}
    known = {"parameters": "posterior", "rule": "destination_nest", "draws": 40, "thresholds": [judged, *rows]}
    assert "Of 1 thresholds set before the fit 1 are met." in sentence(known) and brief(known).startswith("1 of 1 ")

"""The block on fit and validation: what it says of a fit, of its thresholds, and of the largest misses."""

import pytest
from fake_others import DIAGNOSTICS, STANDING
from fake_results import MAIN, write

from sim.report.comparison import tested
from sim.report.comparison.page import SECTIONS, context, render
from sim.report.comparison.summary import fitted
from sim.report.results import Results


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    return Results(write(tmp_path_factory.mktemp("fit") / "ted", replicates=2, lambdas=(MAIN,), fitted=True))


def test_central_values_are_said_in_one_sentence():
    for known in ({}, {"parameters": "central", "rule": "destination_nest", "is_fitted": True}):
        said = tested.says(known)
        assert said.startswith("This answer takes the central values") and said.count(". ") == 0
        assert tested.thresholds(known) == [] and tested.diagnostics(known) == []


def test_a_fit_is_told_with_its_file_and_draws():
    own = "the fit that comes with the program, 200 draws of the rule destination nest."
    assert tested.says(STANDING) == f"This answer draws its parameters from {own}"
    assert "from mine.parquet, 200 draws" in tested.says(STANDING | {"parameters": "mine.parquet"})


def test_what_is_missed_stands_first():
    rows = tested.thresholds(STANDING)
    assert [row["verdict"] for row in rows] == ["missed", "not known", "must met"]
    assert rows[0]["value"] == "\u22120.12" and rows[1]["value"] == ""
    assert rows[0]["name"] == "Skill in unseen years over the best naive rule"


def test_diagnostics_are_told_in_words_whatever_a_file_holds():
    told = dict(tested.diagnostics(STANDING))
    assert told["free parameters found again in synthetic truths"] == "15 of 16"
    assert told["intervals of 300 synthetic truths, coverage off by at most"] == "0.021"
    assert told["largest R-hat of the chains (1: converged)"] == "1.02"
    short = {"diagnostics": {"recovery": 9.0, "fresh_run_bias": None, "sbc_coverage": "none"}}
    assert [value for _, value in tested.diagnostics(short)] == ["not known", "9", "none"]
    assert len(tested.diagnostics({"diagnostics": DIAGNOSTICS})) == 5


def test_misses_are_the_largest_errors(results):
    rows = tested.misses(results.table("patterns"))
    assert [(row["place"], row["error"]) for row in rows] == [
        ("Georgia", "\u22129.3"), ("Poland", "+7.2"), ("Lithuania", "+4.6")
    ]  # fmt: skip


def test_page_and_summary_have_the_block_behind_what_is_found(results):
    html = render(context(results) | {"figures": {section: [] for section in SECTIONS}})
    block = html[html.index('<section id="fitted">') : html.index('<section id="fit">')]
    assert html.index('<section id="money">') < html.index(block)
    for said in (">missed<", ">must met<", "15 of 16", "+7.2", "Made up &lt;here&gt;"):
        assert said in block
    texts = [cell for part in fitted(results) for row in part.rows for cell in row]
    assert {"missed", "15 of 16", "+7.2"} <= set(texts)

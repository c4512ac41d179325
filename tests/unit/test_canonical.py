"""The ten questions: they ask for worlds and quantities that are there, and the table of answers only grows."""

import json
from dataclasses import replace

import pytest

from sim.analysis.canonical import QUESTIONS, Answer, appended, as_text, moved, read
from sim.cli.commands import canonical
from sim.history.catalogue import load_history
from sim.numerics.errors import UserError
from sim.numerics.locations import HOME
from sim.report.answers import page
from sim.report.quantities import EACH, quantity
from tests.unit import fake_results

FIRST = Answer("0.1.0", "abc", "none", 1000, 8, "georgia", "stay", 100.0, 80.0, 120.0, "persons")
SECOND = replace(FIRST, version="0.2.0", estimate=150.0, low=130.0, high=170.0, why="Rents were read anew.")


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda one: one.key)
def test_a_question_asks_for_what_is_there(question):
    load_history(question.scenario, quiet=True)
    for asked in question.quantities:
        name, _, place = asked.partition(":")
        assert (quantity(name).where == EACH) == bool(place)


def test_there_are_ten_questions_of_different_worlds():
    assert len(QUESTIONS) == len({one.key for one in QUESTIONS}) == len({one.scenario for one in QUESTIONS}) == 10


def test_a_table_is_read_as_it_was_written(tmp_path):
    (tmp_path / "answers.csv").write_text(as_text([FIRST, SECOND]))
    assert read(tmp_path / "answers.csv") == [FIRST, SECOND] and read(tmp_path / "none.csv") == []


def test_a_damaged_line_is_named(tmp_path):
    (tmp_path / "answers.csv").write_text(as_text([FIRST]).replace("100", "many"))
    with pytest.raises(UserError, match="answers.csv: line 2"):
        read(tmp_path / "answers.csv")


def test_a_release_answers_once():
    assert appended([FIRST], [SECOND]) == [FIRST, SECOND]
    with pytest.raises(UserError, match="0.1.0 has answered georgia"):
        appended([FIRST], [replace(FIRST, estimate=1.0)])


def test_an_answer_names_its_parameters(tmp_path, monkeypatch):
    from sim.runs.settings import Settings

    draws = {"parameters": "posterior", "rule": "destination_nest", "draws": 40, "digest": "0123456789abcdef"}
    for name, standing, told in (("central", {}, "central"), ("fitted", draws, "posterior 0123456789abcdef")):
        folder = fake_results.write(tmp_path / name, replicates=2, lambdas=(fake_results.MAIN,))
        manifest = json.loads((folder / "manifest.json").read_text())
        (folder / "manifest.json").write_text(json.dumps(manifest | {"standing": standing}))
        fake_results.sealed(folder)
        monkeypatch.setattr(canonical.compare, "run", lambda asked, folder=folder: folder)
        found = canonical.answered(Settings(task="canonical"), QUESTIONS[0])
        assert {one.posterior for one in found} == {told} and len(found) == len(QUESTIONS[0].quantities)


def test_it_is_told_whether_and_why_an_answer_moved():
    (_, first), (_, second) = moved([FIRST, SECOND], "georgia", "stay")
    assert first == "The first answer."
    assert second == "Higher than in 0.1.0: the intervals do not overlap. Rents were read anew."
    near = replace(FIRST, version="0.2.0", estimate=101.0)
    assert moved([FIRST, near], "georgia", "stay")[1][1] == "As in 0.1.0, within the intervals."


def test_the_page_tells_every_answer_and_draws_it():
    html = page([FIRST, SECOND])
    assert "Georgia ends the visa-free year" in html and html.count("<circle") == 2
    assert "+150 persons (+130 to +170). Higher than in 0.1.0" in html and "Rents were read anew." in html


def test_the_table_of_the_repository_is_sound_and_has_each_answer_once():
    kept = read(HOME / "docs" / "answers.csv")
    assert appended([], kept) == kept


def test_questions_are_chosen_by_words(tmp_path):
    from sim.runs.settings import Settings

    with pytest.raises(UserError, match="no question has 'atlantis'"):
        canonical.run(Settings(task="canonical", match="atlantis", results_dir=str(tmp_path)))

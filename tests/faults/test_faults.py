"""The list of faults fits the project as it is; the test that each names catches it; the table tells of every ring."""

import json

import pytest

from tests.faults.plant import ROOT, Fault, copied, faults, sound, unseen
from tests.faults.rings import BEGIN, END, OUTCOMES, README, RINGS, table

SAMPLE = (
    "work needs no offer",
    "the law of 2023 stops humanitarian visas",
)
"""Faults planted whenever the tests are run; `-m slow` plants them all."""


@pytest.mark.parametrize("fault", faults(), ids=lambda fault: fault.name)
def test_a_fault_can_be_planted(fault):
    for file, old, new in fault.edits:
        assert (ROOT / file).read_text(encoding="utf-8").count(old) == 1, f"{file}: {old}"
        assert old != new


def test_there_are_enough_and_each_once():
    names = [fault.name for fault in faults()]
    assert len(names) >= 100
    assert len(names) == len(set(names))


def test_planting_changes_the_copy_and_refuses_a_text_that_is_not_there(tmp_path):
    (tmp_path / "a.py").write_text("x = 1\ny = 1\n")
    one = Fault("one", (("a.py", "x = 1", "x = 2"),), "tests/a.py")
    with one.planted(tmp_path):
        assert (tmp_path / "a.py").read_text() == "x = 2\ny = 1\n"
    assert (tmp_path / "a.py").read_text() == "x = 1\ny = 1\n"
    with pytest.raises(ValueError, match="stands 0 times"):
        Fault("gone", (("a.py", "z", "w"),), "tests/a.py").plant(tmp_path)
    with pytest.raises(ValueError, match="stands 2 times"):
        Fault("twice", (("a.py", "= ", "=  "),), "tests/a.py").plant(tmp_path)


def test_a_sample_of_faults_is_caught_and_the_sound_project_is_not():
    chosen = [fault for fault in faults() if fault.name in SAMPLE]
    assert len(chosen) == len(SAMPLE)
    with copied() as root:
        assert sound(root, chosen) == ""
        assert {fault.name: unseen(root, fault) for fault in chosen} == dict.fromkeys(SAMPLE, "")


def test_a_fault_that_its_test_does_not_catch_is_told(tmp_path):
    """A remark decides nothing; a test that is not there catches nothing."""
    (tmp_path / "a.py").write_text("x = 1\n")
    (tmp_path / "test_a.py").write_text("from a import x\n\n\ndef test_x():\n    assert x == 1\n")
    edits = (("a.py", "x = 1\n", "x = 1  # one\n"),)
    harmless, absent = (Fault(name, edits, f"test_a.py::{name}", "kept") for name in ("test_x", "test_y"))
    assert unseen(tmp_path, harmless) == "the test passes"
    assert unseen(tmp_path, absent).startswith("the test could not be run")


@pytest.fixture(scope="module")
def sound_copy():
    with copied() as root:
        assert sound(root, faults()) == ""
        yield root


@pytest.mark.slow
@pytest.mark.parametrize("fault", faults(), ids=lambda fault: fault.name)
def test_a_fault_is_caught_by_the_test_that_it_names(fault, sound_copy):
    assert unseen(sound_copy, fault) == ""


def test_the_table_is_that_of_the_outcomes_and_none_went_unseen():
    outcomes = json.loads(OUTCOMES.read_text(encoding="utf-8"))
    assert set(outcomes) <= {fault.name for fault in faults()}
    for name, found in outcomes.items():
        assert any(found[ring] for ring in RINGS), f"'{name}' went unseen"
    told = README.read_text(encoding="utf-8").split(BEGIN)[1].split(END)[0].strip()
    assert told == "\n".join(table(outcomes))

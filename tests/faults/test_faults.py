"""The list of faults fits the project as it is, and the table in the README tells of all of them."""

import json

import pytest

from tests.faults.plant import BEGIN, END, OUTCOMES, README, RINGS, ROOT, Fault, faults, table


@pytest.mark.parametrize("fault", faults(), ids=lambda fault: fault.name)
def test_a_fault_can_be_planted(fault):
    for file, old, new in fault.edits:
        assert (ROOT / file).read_text(encoding="utf-8").count(old) == 1, f"{file}: {old}"
        assert old != new


def test_there_are_enough_and_each_once():
    names = [fault.name for fault in faults()]
    assert len(names) >= 25
    assert len(names) == len(set(names))


def test_planting_changes_the_copy_and_refuses_a_text_that_is_not_there(tmp_path):
    (tmp_path / "a.py").write_text("x = 1\ny = 1\n")
    Fault("one", (("a.py", "x = 1", "x = 2"),)).plant(tmp_path)
    assert (tmp_path / "a.py").read_text() == "x = 2\ny = 1\n"
    with pytest.raises(ValueError, match="stands 0 times"):
        Fault("gone", (("a.py", "z", "w"),)).plant(tmp_path)
    with pytest.raises(ValueError, match="stands 2 times"):
        Fault("twice", (("a.py", "= ", "=  "),)).plant(tmp_path)


def test_the_table_is_that_of_the_outcomes_and_none_went_unseen():
    outcomes = json.loads(OUTCOMES.read_text(encoding="utf-8"))
    for fault in faults():
        assert any(outcomes[fault.name][ring] for ring in RINGS), f"'{fault.name}' went unseen or was not tried"
    told = README.read_text(encoding="utf-8").split(BEGIN)[1].split(END)[0].strip()
    assert told == "\n".join(table(outcomes))

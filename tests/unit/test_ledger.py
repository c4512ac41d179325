"""The ledger of a sweep: small files that tell what became of every job, whoever did it."""

import json
import sys
from dataclasses import replace

import pytest

from sim import ledger as module
from sim.ledger import DONE, FAILED, RUNNING, Entry, Ledger, at_work, progress, say, sweep, watched


@pytest.fixture
def ledger(tmp_path):
    return Ledger(tmp_path)


def test_entries_come_back_in_order_of_job(ledger):
    written = [Entry(12, ("seed=3", "scenario=no_war"), DONE, left="results/x"), Entry(2, (), FAILED, 3, "line", "")]
    for entry in written:
        ledger.note(entry)
    assert ledger.entries() == written[::-1]
    assert ledger.entry(12) == written[0] and ledger.entry(1) is None


def test_an_entry_takes_the_place_of_the_last(ledger):
    ledger.note(Entry(0, ("seed=3",), RUNNING))
    ledger.note(Entry(0, ("seed=3",), DONE, left="x"))
    assert [entry.state for entry in ledger.entries()] == [DONE]


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"\xff", b'{"job": 1}', json.dumps({"job": 1, "asked": [], "x": 2}).encode()]
)
def test_a_damaged_entry_is_no_entry(ledger, tmp_path, content):
    ledger.note(Entry(0, (), DONE))
    (tmp_path / "job-00001.json").write_bytes(content)
    assert [entry.job for entry in ledger.entries()] == [0] and ledger.entry(1) is None


def test_progress_adds_up_over_jobs(ledger):
    assert ledger.progress() == (0, 0, 0)
    ledger.note_progress(0, 10, 84)
    ledger.note_progress(7, 0, 36)
    ledger.note_progress(0, 20, 84)
    assert ledger.progress() == (20, 120, 2)


def test_what_is_done_meanwhile_is_the_sweeps_job(ledger, capsys):
    assert sweep() is None
    with pytest.raises(ZeroDivisionError), at_work(ledger, 4, ["seed=3"]):
        assert sweep() is ledger and replace(ledger.entry(4), worker="") == Entry(4, ("seed=3",), RUNNING)
        say("kept to itself")
        raise ZeroDivisionError
    assert sweep() is None
    say("told")
    assert capsys.readouterr().out == "told\n"


def test_months_of_a_job_add_up_over_its_parts(ledger, monkeypatch):
    monkeypatch.setattr(module, "OFTEN", 0.0)
    with at_work(ledger, 4, []):
        with progress(3) as tick:
            assert ledger.progress() == (0, 3, 1)
            tick()
            assert ledger.progress() == (1, 3, 1)
            tick(), tick()
        with progress(2) as tick:  # the stopping rule asks for more
            tick()
            assert ledger.progress() == (4, 5, 1)
    assert ledger.progress() == (4, 4, 1), "what this job did not live, others had"
    with at_work(ledger, 5, []), progress(7):
        assert ledger.progress() == (4, 11, 2)
    assert ledger.progress() == (4, 4, 2)


def test_outside_a_sweep_months_are_shown_and_noted_nowhere(ledger, tmp_path, capsys):
    with progress(3) as tick:
        tick()
    assert list(tmp_path.iterdir()) == [] and capsys.readouterr().out == ""


def test_all_jobs_are_shown_on_one_bar_on_a_terminal_only(ledger, capsys, monkeypatch):
    monkeypatch.setattr(module, "OFTEN", 0.01)
    ledger.note(Entry(0, (), FAILED, 3))
    ledger.note_progress(0, 10, 20)
    with watched(ledger, 4):
        module.time.sleep(0.1)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with watched(ledger, 4):
        module.time.sleep(0.3)
    shown = capsys.readouterr().err
    assert "1 of 4 jobs, 1 failed" in shown and "10 of 80 months simulated" in shown, "three jobs are yet unknown"

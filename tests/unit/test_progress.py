"""The ledger of a sweep: small files that tell what became of every job, whoever did it."""

import json
import sys
from dataclasses import replace

import pytest

from sim.runs import progress as module
from sim.runs.progress import DONE, FAILED, RUNNING, Entry, Ledger, at_work, duration, progress, say, sweep, watched


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


def test_progress_is_known_job_by_job(ledger):
    assert ledger.progress() == {}
    ledger.note_progress(0, 10, 84)
    ledger.note_progress(7, 0, 36)
    ledger.note_progress(0, 20, 84)
    assert ledger.progress() == {0: (20, 84), 7: (0, 36)}


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
            assert ledger.progress() == {4: (0, 3)}
            tick()
            assert ledger.progress() == {4: (1, 3)}
            tick(), tick()
        with progress(2) as tick:  # the stopping rule asks for more
            tick()
            assert ledger.progress() == {4: (4, 5)}
    assert ledger.progress() == {4: (4, 4)}, "what this job did not live, others had"
    with at_work(ledger, 5, []), progress(7):
        assert ledger.progress() == {4: (4, 4), 5: (0, 7)}
    assert ledger.progress() == {4: (4, 4), 5: (0, 0)}


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


def test_without_a_terminal_a_line_is_told_now_and_then(ledger, capsys, monkeypatch):
    """Jobs that have ended of how many, months of as many as are known of, and the time left at that pace."""
    monkeypatch.setattr(module, "SELDOM", 0.05)
    with watched(ledger, 4):
        module.time.sleep(0.08)
        ledger.note(Entry(0, (), DONE))
        ledger.note(Entry(1, (), RUNNING))
        ledger.note_progress(0, 20, 20)
        ledger.note_progress(1, 10, 20)
        module.time.sleep(0.3)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "0 of 4 jobs, starting (a first run compiles the model)"
    assert lines[-1] == "1 of 4 jobs, 30 of 80 months simulated, about 1 second left", "half are yet unknown"
    assert 3 <= len(lines) <= 8


def test_jobs_that_found_all_their_runs_there_have_no_months_to_come(ledger, capsys, monkeypatch):
    monkeypatch.setattr(module, "SELDOM", 0.05)
    for job, state in enumerate((DONE, DONE, RUNNING)):
        ledger.note(Entry(job, (), state))
    ledger.note_progress(2, 10, 20)
    with watched(ledger, 4):
        module.time.sleep(0.12)
    assert "2 of 4 jobs, 10 of 40 months simulated" in capsys.readouterr().err


def test_while_no_month_is_simulated_it_is_said_why(capsys, monkeypatch):
    monkeypatch.setattr(module, "SELDOM", 0.05)
    with progress(6000):
        module.time.sleep(0.08)
    told = capsys.readouterr().err.splitlines()
    assert told == ["0 of 6,000 months simulated, starting (a first run compiles the model)"]


def test_a_single_run_without_a_terminal_is_told_too(capsys, monkeypatch):
    monkeypatch.setattr(module, "SELDOM", 0.05)
    with progress(7) as tick:
        tick(), tick()
        module.time.sleep(0.08)
    assert capsys.readouterr().err.splitlines()[0] == "2 of 7 months simulated, about 1 second left"


def test_short_work_is_told_in_no_line(ledger, capsys):
    with watched(ledger, 4), progress(7) as tick:
        tick()
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "1 second"), (1.4, "1 second"), (1.6, "2 seconds"),
        (42.4, "42 seconds"), (89.0, "89 seconds"), (91.0, "1.5 minutes"), (5400.0, "1.5 hours"),
        (5300.0, "88.3 minutes"), (86400.0, "24.0 hours"), (3 * 86400.0, "3.0 days"),
    ],
)  # fmt: skip
def test_a_time_is_told_in_the_unit_of_its_size(seconds, text):
    assert duration(seconds) == text

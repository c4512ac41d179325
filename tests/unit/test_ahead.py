"""Machine code made by two processes: each its half, of the types of real runs, and both are waited for."""

import subprocess

import pytest

from sim.model.model import passes_of
from sim.model.processes import apply, begin_month, depart, relocate
from sim.model.schedule import PHASES
from sim.numerics import machine_code
from sim.runs import ahead
from sim.runs.run import Job
from tests.unit.small_runs import ensemble

DECISION = "destination_nest"


def test_the_halves_are_the_month_but_for_its_end():
    names = [[row.name for rows in half for row in rows] for half in (ahead.OURS, ahead.THEIRS)]
    assert sorted(sum(names, [])) == sorted(row.name for rows in PHASES[:-1] for row in rows)
    assert "choose" in names[1] and "settle" in names[0]


def test_what_nobody_has_compiled_is_what_real_people_run():
    model = ahead.model_of_nobody(DECISION)
    ahead.call(model, [*ahead.OURS, *ahead.THEIRS])
    rules = [run for run, _ in passes_of(model.rule)]
    rules += [apply.advance, apply.queue_luck, depart.set_out, begin_month.fill, relocate.relocate]
    before = [list(rule.overloads) for rule in rules]
    assert all(before)
    ensemble().model(Job("historical", 0.62)).run(2)
    assert [list(rule.overloads) for rule in rules] == before


def test_a_month_is_there_once_its_first_pass_is(tmp_path, monkeypatch):
    monkeypatch.setattr(machine_code, "folder", lambda: tmp_path)
    assert not ahead.is_there(DECISION)
    first, second = (run for run, _ in passes_of(ahead.rule(DECISION)))
    for run in (second, first):
        kept = run._cache._cache_file._index_name  # as the compiler names it
        (tmp_path / run.__module__).mkdir(exist_ok=True)
        (tmp_path / run.__module__ / kept).touch()
        assert ahead.is_there(DECISION) == (run is first)


@pytest.mark.parametrize("fails", [False, True])
def test_the_other_process_is_waited_for_or_ended(fails, monkeypatch):
    begun, begin = [], subprocess.Popen

    def noted(*words, **more):
        begun.append(begin(*words, **more))
        return begun[-1]

    monkeypatch.setattr(subprocess, "Popen", noted)
    monkeypatch.setattr(ahead, "is_there", lambda decision: False)
    if fails:
        monkeypatch.setattr(ahead, "call", lambda model, phases: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            ahead.make(ensemble(threads=2))
    else:
        ahead.make(ensemble(threads=2))
    [process] = begun
    assert process.stdin.closed and process.returncode is not None and (fails or process.returncode == 0)


def test_one_thread_compiles_by_itself(monkeypatch):
    monkeypatch.setattr(ahead, "is_there", lambda decision: False)
    monkeypatch.setattr(subprocess, "Popen", None)
    ahead.make(ensemble(threads=1))

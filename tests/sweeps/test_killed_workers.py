"""Workers of a sweep are killed in mid-job."""

import os
import signal

import pytest

from tests.sweeps.sweeping import JOBS, SMALL, Sweep, contents, hidden, made, makers, run, wait

SLOWLY = {"call": "replace", "path": r"\.(no_covid|rents_respond).*\.runs/\d+\.run$", "when": "after"}
SLOWLY |= {"do": "sleep", "seconds": 0.5}
"""After each run a pause, in which a process can be found at work."""


def test_a_killed_worker_costs_no_finished_run_and_changes_nothing(undisturbed, tmp_path):
    sweep = Sweep(tmp_path / "results", "-m", *SMALL, *JOBS, faults=[SLOWLY])
    sweep.until_spooled("rents_respond", 1)
    victim = makers(sweep.results, "rents_respond")[-1]
    assert victim in sweep.workers()
    os.kill(victim, signal.SIGKILL)
    wait(lambda: victim not in sweep.workers(), sweep)
    assert not (sweep.results / "points" / undisturbed.names["rents_respond"]).exists()  # it was in mid-job
    code, out, err = sweep.end()
    assert (code, err, len(out)) == (0, [], 4)
    assert contents(sweep.results / "points") == undisturbed.points and hidden(sweep.results) == []
    assert set(made(sweep.results).values()) == {1} and len(makers(sweep.results, "")) == 9
    assert len(set(makers(sweep.results, "rents_respond"))) == 2  # another process went on


@pytest.mark.slow
def test_a_job_that_kills_whoever_takes_it_fails_alone(undisturbed, tmp_path):
    name = undisturbed.names["no_covid"]
    deadly = {"call": "replace", "path": r"\.no_covid.*\.runs/000001\.run$", "when": "before", "do": "kill"}
    code, out, err = run(tmp_path / "results", "-m", *SMALL, *JOBS, faults=[deadly])
    assert (code, len(out), len(err)) == (3, 4, 1), (out, err)
    assert "scenario=no_covid" in err[0] and "killed" in err[0]
    points = contents(tmp_path / "results" / "points")
    others = {path: content for path, content in undisturbed.points.items() if not path.startswith(name)}
    assert {path: content for path, content in points.items() if not path.startswith(".")} == others
    code, out, err = run(tmp_path / "results", "-m", *SMALL, *JOBS, threads=1)
    assert (code, err, len(out)) == (0, [], 4)
    assert contents(tmp_path / "results" / "points") == undisturbed.points and hidden(tmp_path / "results") == []
    assert set(made(tmp_path / "results").values()) == {1}  # the run finished before each death was kept

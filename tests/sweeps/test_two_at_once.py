"""Two commands work on one folder at once: every run is computed once, and both end well."""

import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

from tests.sweeps.sweeping import ROOT, SMALL, Sweep, contents, hidden, made, run, wait
from tests.sweeps.test_killed_workers import SLOWLY


@pytest.mark.parametrize("threads", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_two_sweeps_with_points_in_common_compute_each_run_once(undisturbed, tmp_path, threads):
    results = tmp_path / "results"
    jobs = "scenario=no_covid,historical,rents_respond", "scenario=rents_respond,no_covid"
    both = [Sweep(results, "-m", *SMALL, one, faults=[SLOWLY], threads=threads) for one in jobs]
    for sweep, number in zip(both, (3, 2), strict=True):
        code, out, err = sweep.end()
        assert (code, err, len(out)) == (0, [], number + 1), (out, err)
    assert contents(results / "points") == undisturbed.points and hidden(results) == []
    assert len(made(results)) == 9 and set(made(results).values()) == {1}


@pytest.mark.slow
@pytest.mark.parametrize("end", ["goes on", "is killed"])
def test_who_comes_between_the_two_renames_of_a_replacement_waits(undisturbed, tmp_path, end):
    results, name = tmp_path / "results", undisturbed.names["rents_respond"]
    shutil.copytree(undisturbed.results / "points" / name, results / "points" / name)
    line = *SMALL[:-1], "scenario=rents_respond"
    stops = {"call": "rename", "path": r"\.older-", "when": "after", "do": "stop"}
    extends = Sweep(results, *line, "replicates=4", faults=[stops])
    wait(lambda: list(results.glob("points/.*.older-*")), extends)
    assert not (results / "points" / name).exists()
    other = Sweep(results, *line, "replicates=3")
    time.sleep(3.0 if end == "goes on" else 0.0)
    os.kill(extends.process.pid, signal.SIGCONT if end == "goes on" else signal.SIGKILL)
    code, out, err = other.end()
    assert (code, err) == (0, []) and "3 runs reused" in out[0]
    assert extends.process.wait() == (0 if end == "goes on" else -signal.SIGKILL)
    extends.process.communicate()
    code, out, err = run(results, *line, "replicates=4")
    assert (code, err) == (0, []) and "4 runs reused" in out[0] and hidden(results) == []
    assert made(results) == {(name, 3): 1}


REPLACE = """
import sys
from pathlib import Path
from sim.runs.files import write_folder
for number in range(150):
    with write_folder(Path(sys.argv[1]) / "run") as folder:
        (folder / "who.txt").write_text(sys.argv[2])
        (folder / "again.txt").write_text(sys.argv[2])
"""


def test_two_writers_of_one_folder_leave_that_of_one_of_them(tmp_path):
    writers = [
        subprocess.Popen([sys.executable, "-c", REPLACE, str(tmp_path), who], cwd=ROOT, stderr=subprocess.PIPE)
        for who in ("first", "second", "third", "fourth")
    ]
    faults = [writer.communicate()[1].decode() for writer in writers]
    assert faults == [""] * 4
    assert os.listdir(tmp_path) == ["run"]
    assert len({path.read_text() for path in (tmp_path / "run").iterdir()}) == 1

"""The worst command lines in processes of their own: a code, a plain line, and nothing else happens."""

import os
import pickle
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.sweeps.sweeping import PROGRESS

ROOT = Path(__file__).parents[2]
SMALL = ("task=simulate", "people.one_in=10000", "until=2019-02", "threads=1")


class Canary:
    """Makes a folder when it is unpickled."""

    def __reduce__(self):
        return os.mkdir, ("dead",)


def begin(arguments, folder, **environment):
    """A process of the command in a folder, in a group of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "sim", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def finish(process):
    """Code, and lines of stdout and stderr but those of progress, of which a slow machine has some."""
    out, err = (text.decode("utf-8") for text in process.communicate(timeout=300))
    assert "Traceback" not in out + err
    return process.returncode, out.splitlines(), [line for line in err.splitlines() if not PROGRESS.match(line)]


def command(*arguments, folder, **environment):
    """Code, and lines of stdout and stderr, of a command that has ended."""
    return finish(begin(arguments, folder, **environment))


QUICK = [
    ["+hydra.callbacks.x._target_=os.mkdir", "+hydra.callbacks.x.path=dead"],
    ["hydra.run.dir=dead", *SMALL],
    ["--experimental-rerun=canary.pickle"],
    [b"results_dir=\xff\xfe"],
]
MORE = [
    ["scenario=../../etc/passwd"],
    ["-m", "hydra.sweep.dir=dead", "seed=1,2"],
    ["-m", "seed=range(0,1e12)"],
    ["hydra.searchpath=[pkg://os]"],
    ["hydra.job_logging.handlers.console.class=os.mkdir"],
    ["--config-dir=.", "--config-name=evil"],
    ["+x=${oc.env:HOME}"],
    ["seed=" + "[" * 100_000],
    ["results_dir=a\nb"],
    ["results_dir=" + "a/" * 3000],
    ["replicates=100000000000000000000"],
    ["people.one_in=100000000000000000000", "task=people"],
    ["scenario=[a,b]"],
    ["until=9999-99"],
    ["~task"],
    ["-m", "seed=3", "results_dir=canary.pickle"],
]


@pytest.mark.parametrize("arguments", QUICK + [pytest.param(line, marks=pytest.mark.slow) for line in MORE])
def test_a_mistake_is_one_line_and_code_2_and_makes_nothing(arguments, tmp_path):
    (tmp_path / "canary.pickle").write_bytes(pickle.dumps(Canary()))
    (tmp_path / "evil.yaml").write_text("hydra: {callbacks: {x: {_target_: os.mkdir, path: dead}}}\n")
    code, out, err = command(*arguments, folder=tmp_path)
    assert (code, out, len(err)) == (2, [], 1)
    assert err[0].startswith("vyraj: ") and len(err[0]) < 2500 and err[0].isprintable()
    assert sorted(os.listdir(tmp_path)) == ["canary.pickle", "evil.yaml"]


@pytest.mark.parametrize(
    "number", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.slow)], ids=lambda number: number.name
)
def test_a_run_that_is_stopped_says_so_and_keeps_only_what_was_finished(number, tmp_path):
    """No point stands there; the runs that were finished lie hidden, and whoever asks again need not make them."""
    line = ["task=simulate", "scenario=historical", "people.one_in=1000", "until=2019-12", "results_dir=a/b"]
    line.append("parameters=central")
    process = begin([*line, "replicates=500"], tmp_path)
    deadline = time.monotonic() + 200
    while not list(tmp_path.rglob("*.run")) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert list(tmp_path.rglob("*.run")) and process.poll() is None
    process.send_signal(number)
    code, out, err = finish(process)
    assert (code, len(out), err) == (
        130,
        1,
        ["vyraj: interrupted; what was finished is kept, the same command goes on"],
    )  # the one line says which world
    assert os.listdir(tmp_path / "a" / "b") == ["points"]
    left = sorted(os.listdir(tmp_path / "a" / "b" / "points"))
    assert len(left) == 2 and all(name.startswith(".historical-") for name in left)
    assert left[0].endswith(".lock") and left[1].endswith(".runs")
    code, out, err = command(*line, "replicates=1", folder=tmp_path)
    assert (code, err, out[1]) == (0, [], "historical at lambda 0.62: 1 run reused")


@pytest.mark.slow
def test_a_terminal_of_plain_letters_is_told_in_plain_letters(tmp_path):
    line = [*SMALL, "results_dir='вырай'"]
    code, out, err = command(*line, folder=tmp_path, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert (code, err) == (0, []) and out[-1].startswith("results: \\u0432\\u044b")
    assert os.listdir(tmp_path) == ["вырай"] and len(list((tmp_path / "вырай" / "points").glob("[a-z]*"))) == 1


@pytest.mark.slow
def test_a_reader_who_leaves_is_no_failure(tmp_path):
    process = begin(["task=history", "scenario=no_war"], tmp_path)
    process.stdout.close()
    assert process.wait(timeout=120) == 0 and b"Traceback" not in process.stderr.read()
    process.stderr.close()


@pytest.mark.slow
def test_results_take_no_place_of_something_else(tmp_path):
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "points").write_text("mine")
    code, out, err = command(*SMALL, folder=tmp_path)
    assert (code, out, len(err)) == (2, [], 1) and "results_dir=results cannot be written" in err[0]
    assert [path.name for path in tmp_path.rglob("*")] == ["results", "points"]

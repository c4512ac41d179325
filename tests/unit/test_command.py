"""The command: one line and an exit code for every fault, the place of the results as the last line."""

import logging
import os
import signal
import subprocess
import sys
import time
import types
from pathlib import Path

import pytest

from sim import __main__ as entry
from sim import settings
from sim.__main__ import main
from sim.errors import UserError
from sim.tasks import TASKS, task

ROOT = Path(__file__).parents[2]


def in_a_process(*arguments: str, folder: Path, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "sim", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["sead=3"], ["'sead'", "did you mean seed?", "replicates"]),
        (["nonsense"], ["'nonsense'", "key=value"]),
        (["task=fly"], ["task=fly", "compare"]),
    ],
)
def test_a_mistake_is_one_line_and_code_2(arguments, words, tmp_path):
    done = in_a_process(*arguments, folder=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    for word in words:
        assert word in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_help_lists_the_keys(tmp_path):
    done = in_a_process("--help", folder=tmp_path)
    assert done.returncode == 0
    for key in settings.keys_of(settings.Settings):
        assert f"\n{key}:" in done.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Run the command here with a task `probe`; gives exit code, stdout and stderr lines, and the settings it got."""
    conf, folder = tmp_path / "conf", tmp_path / "here"
    (conf / "scenario").mkdir(parents=True)
    folder.mkdir()
    for name in ("historical", "lithuania_visa_ban"):
        (conf / "scenario" / f"{name}.yaml").touch()
    (conf / "decision").mkdir()
    (conf / "decision" / "destination_nest.py").touch()
    monkeypatch.setattr(settings, "CONF", conf)
    monkeypatch.setattr(settings, "DECISIONS", conf / "decision")
    monkeypatch.chdir(folder)
    seen: list[settings.Settings] = []
    probe = types.ModuleType("probe")

    def do(chosen, fault=None):
        seen.append(chosen)
        logging.getLogger("MESA").info("a month has passed")
        logging.getLogger("sim").warning("a warning")
        if fault and chosen.seed != 4:
            raise fault
        left = Path(chosen.results_dir) / f"seed-{chosen.seed}"
        left.mkdir(parents=True)
        return left

    monkeypatch.setitem(sys.modules, "probe", probe)
    monkeypatch.setitem(TASKS, "probe", "probe:run")
    loggers = [logging.getLogger(name) for name in (None, "MESA", "hydra")]
    before = [(logger, logger.level, logger.handlers[:]) for logger in loggers]

    def command(*arguments, fault=None):
        probe.run = lambda chosen: do(chosen, fault)
        monkeypatch.setattr(sys, "argv", ["vyraj", *arguments])
        code = main()
        out, err = capsys.readouterr()
        return code, out.splitlines(), err.splitlines(), seen

    yield command
    for logger, level, handlers in before:
        logger.setLevel(level)
        logger.handlers[:] = handlers


def test_the_last_line_says_where_the_results_are(run):
    code, out, err, seen = run("task=probe", "seed=3", "choice.lambda=0.5")
    assert code == 0
    assert out == [f"results: {Path('results/seed-3')}"]
    assert err == ["a warning"]
    assert (seen[0].seed, seen[0].choice.lam) == (3, 0.5)
    assert sorted(path.name for path in Path().rglob("*")) == ["results", "seed-3"]


def test_a_task_that_leaves_nothing_says_nothing(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "quiet", types.SimpleNamespace(run=lambda chosen: None))
    monkeypatch.setitem(TASKS, "quiet", "quiet:run")
    assert run("task=quiet")[:3] == (0, [], [])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["seed=abc"], ["seed=abc"]),
        (["replicates=1.5"], ["replicates=1.5"]),
        (["scenario=opened"], ["scenario=opened", "historical"]),
        (["decision=foo"], ["decision=foo", "destination_nest"]),
        (["+bar=2"], ["'bar'"]),
        (["+people.foo=1"], ["'people.foo'", "people.one_in"]),
        (["people.foo=1"], ["'people.foo'", "people.one_in"]),
        (["people.one_in=0"], ["people.one_in=0"]),
        (["people=3"], ["people=3", "people.one_in"]),
        (["until=2030-01"], ["until=2030-01", "2025-12"]),
        (["until=2020-13"], ["until=2020-13"]),
        (["choice.lambda=-1"], ["choice.lambda=-1"]),
        (["seed=3,4"], ["seed=3,4", "-m"]),
        (["~seed"], ["seed has no value"]),
        (["results_dir=/proc/x"], ["results_dir=/proc/x", "cannot be written"]),
        (["hydra/launcher=rocket"], ["hydra/launcher/rocket", "basic"]),
        (["-m", "sead=3,4"], ["'sead'"]),
        (["-m", "seed=3,4", "results_dir=/proc/x"], ["results_dir", "/proc/x"]),
    ],
)
def test_every_mistake_is_told_before_anything_runs(run, arguments, words):
    code, out, err, seen = run("task=probe", *arguments)
    assert (code, out, len(err), seen) == (2, [], 1, [])
    assert err[0].startswith("vyraj: ")
    for word in words:
        assert word in err[0]
    assert list(Path().rglob("seed-*")) == []


def test_results_in_the_place_of_a_file_are_refused(run):
    Path("taken").write_text("a file")
    code, _, err, seen = run("task=probe", "results_dir=taken")
    assert (code, seen) == (2, [])
    assert "results_dir=taken cannot be written" in err[0]


def test_a_mistake_found_by_the_task_is_the_users(run):
    code, out, err, _ = run("task=probe", fault=UserError("conf/policy/x.yaml: 'a'\nis not a date"))
    assert (code, out, err[-1]) == (2, [], "vyraj: conf/policy/x.yaml: 'a' is not a date")


def test_a_failed_run_is_one_line_and_code_3(run):
    code, out, err, _ = run("task=probe", fault=ZeroDivisionError("division by zero"))
    assert (code, out) == (3, [])
    assert err == [
        "a warning",
        "vyraj: the run failed: ZeroDivisionError: division by zero (VYRAJ_DEBUG=1 shows where)",
    ]


def test_debugging_shows_the_traceback(run, monkeypatch):
    monkeypatch.setenv("VYRAJ_DEBUG", "1")
    code, _, err, _ = run("task=probe", fault=ZeroDivisionError("division by zero"))
    assert code == 3
    assert "Traceback (most recent call last):" in err


def test_an_interrupted_run_is_code_130(run):
    code, out, err, _ = run("task=probe", fault=KeyboardInterrupt())
    assert (code, out, err[-1]) == (130, [], "vyraj: interrupted")


def test_a_sweep_runs_every_combination(run):
    code, out, _, seen = run("-m", "task=probe", "seed=3,4", "scenario=lithuania_visa_ban,historical", "results_dir=r")
    assert code == 3, "two jobs share a folder, which the probe refuses"
    code, out, _, seen = run("task=probe", "-m", "seed=5,6", "results_dir=s")
    assert code == 0
    assert [chosen.seed for chosen in seen] == [3, 3, 4, 4, 5, 6]
    assert {chosen.scenario for chosen in seen} == {"lithuania_visa_ban", "historical"}
    assert out[-1] == f"results: {Path('s/seed-6')}"


def test_a_failed_job_does_not_stop_the_sweep_but_counts(run):
    code, out, err, seen = run("-m", "task=probe", "seed=3,x,4", fault=ValueError("no"))
    assert code == 3
    assert [chosen.seed for chosen in seen] == [3, 4]
    assert out == [f"results: {Path('results/seed-4')}"]
    told = [line for line in err if line.startswith("vyraj: ")]
    assert len(told) == 2
    assert "ValueError: no" in told[0]
    assert "seed=x" in told[1]


def test_the_environment_is_left_as_it_was(run):
    before = dict(os.environ)
    run("task=probe")
    assert dict(os.environ) == before


def test_a_task_is_found_by_its_name():
    assert set(TASKS) >= {"compare", "simulate", "people", "history", "invert"}
    with pytest.raises(KeyError):
        task("fly")


@pytest.mark.parametrize("name", sorted(TASKS))
def test_every_task_of_the_table_exists(name):
    assert callable(task(name))


def test_an_interruption_that_is_lost_in_a_callback_is_asked_for_again(monkeypatch):
    """As when a signal meets the end of an object: the exception cannot leave the callback."""
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)
    before = signal.getsignal(signal.SIGTERM)
    try:
        entry._ready_to_tell()

        class Ends:
            def __del__(self):
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            Ends()
            time.sleep(10)
    finally:
        signal.signal(signal.SIGTERM, before)

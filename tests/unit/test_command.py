"""The command: one line and an exit code for every fault, the place of the results as the last line."""

import logging
import os
import signal
import subprocess
import sys
import time
import types
from functools import partial
from pathlib import Path

import pytest
import yaml

from sim.analysis.experiment import load_experiment
from sim.cli import main as entry
from sim.cli.main import STOPPED, main
from sim.cli.outcome import Outcome
from sim.numerics.errors import UserError
from sim.numerics.locations import PACKAGE
from sim.runs import estimate, settings
from sim.runs.estimate import Plan
from sim.runs.progress import DONE, FAILED, Ledger
from sim.runs.tasks import TASKS, task

ROOT = Path(__file__).parents[2]
SWEEP = ("-m", "task=probe", "hydra/launcher=basic")
"""A sweep whose jobs are done here, where the probe is known."""


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
        (["task=fly"], ["task=fly", "people"]),
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
        if chosen.dry:  # every job wants the same run of a baseline, and one of its own
            return Plan(frozenset(), {("historical", 0): 10, (f"seed {chosen.seed}", 0): 5}, 1_000_000, 84)
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
    assert (seen[0].seed, seen[0].choice.lambda_) == (3, 0.5)
    assert sorted(path.name for path in Path().rglob("*")) == ["results", "seed-3"]


def test_several_files_are_told_by_their_names_in_the_project(run, monkeypatch):
    left = [Path.cwd() / "conf" / "a.yaml", PACKAGE.parent / "conf" / "b.yaml", Path("/elsewhere/c.yaml")]
    monkeypatch.setitem(sys.modules, "several", types.SimpleNamespace(run=lambda chosen: left))
    monkeypatch.setitem(TASKS, "several", "several:run")
    assert run("task=several")[1] == ["results: conf/a.yaml, conf/b.yaml, /elsewhere/c.yaml"]


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
        (["until=2031-01"], ["until=2031-01", "2030-12"]),
        (["until=2020-13"], ["until=2020-13"]),
        (["choice.lambda=-1"], ["choice.lambda=-1"]),
        (["seed=3,4"], ["seed=3,4", "-m"]),
        (["~seed"], ["seed has no value"]),
        (["results_dir=/proc/x"], ["results_dir=/proc/x", "cannot be written"]),
        (["hydra/launcher=rocket"], ["hydra/launcher=rocket", "basic, local"]),
        (["-m", "sead=3,4"], ["'sead'"]),
        (["-m", "seed=3,4", "results_dir=/proc/x"], ["results_dir", "/proc/x"]),
        (["-m", "seed=3,4", "results_dir=' x'"], ["results_dir= x", "a text"]),
        (["-m", "seed=3,4", "results_dir=null"], ["results_dir=null", "a text"]),
        (["-m", "seed=3,4", "results_dir=x/${seed}"], ["results_dir=x/${seed}", "a sweep has one results_dir"]),
        (["-m", "seed=3", "results_dir=a,b"], ["results_dir=a,b", "a sweep has one results_dir"]),
        (["-m", "seed=3,4", "threads=1,2"], ["threads=1,2", "a sweep has one threads"]),
        (["experiment=lamda"], ["experiment", "lamda", "lambda"]),
        (["experiment=lambda,borders"], ["a sweep has one experiment"]),
        (["coefficients.peeers=0.5"], ["peeers", "did you mean peers?"]),
        (["coefficients.lambda=0.5"], ["choice.lambda"]),
        (["coefficients.peers=x"], ["coefficient", "peers"]),
        (["coefficients.peers.x=1"], ["peers"]),
        (["coefficients=[1]"], ["coefficients=[1]"]),
        (["coefficients={peeers:0.5}"], ["peeers", "did you mean peers?"]),
        (["replicates=plenty"], ["replicates=plenty", "enough"]),
        (["decompose=[opened]"], ["decompose=", "historical"]),
        (["dry=maybe"], ["dry=maybe", "true or false"]),
        (["-m", "dry=maybe", "seed=3,4"], ["dry=maybe", "true or false"]),
        (["results.prune=all"], ["results.prune=all", "stale"]),
        (["results.shw=flows"], ["'results.shw'", "results.show", "did you mean show?"]),
    ],
)
def test_every_mistake_is_told_before_anything_runs(run, arguments, words):
    code, out, err, seen = run("task=probe", *arguments)
    assert (code, out, len(err), seen) == (2, [], 1, [])
    assert err[0].startswith("vyraj: ")
    for word in words:
        assert word in err[0]
    assert list(Path().rglob("*")) == []


def test_what_is_given_reaches_the_task(run):
    line = ["replicates=enough", "decompose=[lithuania_visa_ban]", "report=false", "results.show=flows"]
    line += ["coefficients.peers=0.5", "+coefficients.wait=-0.1", "++coefficients.kin=1", "results.where='a > 0.5'"]
    code, _, _, [got] = run("task=probe", *line)
    assert code == 0
    assert dict(got.coefficients) == {"peers": 0.5, "wait": -0.1, "kin": 1}
    assert (got.replicates, got.decompose, got.report, got.dry) == ("enough", ("lithuania_visa_ban",), False, False)
    assert (got.results.show, got.results.where, got.results.prune) == ("flows", "a > 0.5", None)


def test_coefficients_may_be_given_together(run):
    code, _, _, [got] = run("task=probe", "coefficients={peers:0.5,wait:-0.1}", "coefficients.kin=1")
    assert (code, dict(got.coefficients)) == (0, {"peers": 0.5, "wait": -0.1, "kin": 1})


def test_a_coefficient_is_swept_like_any_key(run):
    code, _, _, seen = run(*SWEEP, "coefficients.peers=0,0.5", "seed=5,6", "coefficients.wait=-0.1")
    assert code == 3, "jobs of the same seed share a folder, which the probe refuses"
    got = [(chosen.seed, dict(chosen.coefficients)) for chosen in seen]
    assert sorted(got, key=str) == [
        (seed, {"peers": peers, "wait": -0.1}) for seed in (5, 6) for peers in (0, 0.5)
    ]  # fmt: skip


def test_a_wrong_name_in_a_sweep_is_told_by_each_job(run):
    code, out, err, seen = run(*SWEEP, "coefficients.peeers=0,0.5")
    assert (code, out, seen) == (3, [], [])
    told = [line for line in err if line.startswith("vyraj: ")]
    assert len(told) == 2 and all("did you mean peers?" in line for line in told)
    assert "coefficients.peeers=0:" in told[0] and "coefficients.peeers=0.5:" in told[1]


def test_results_in_the_place_of_a_file_are_refused(run):
    Path("taken").write_text("a file")
    code, _, err, seen = run("task=probe", "results_dir=taken")
    assert (code, seen) == (2, [])
    assert "results_dir=taken cannot be written" in err[0]


def test_a_mistake_found_by_the_task_is_the_users(run):
    code, out, err, _ = run("task=probe", fault=UserError("conf/policy/x.yaml: 'a'\nis not a date"))
    assert (code, out, err[-1]) == (2, [], "vyraj: conf/policy/x.yaml: 'a' is not a date")
    code, out, err, _ = run("task=probe", fault=UserError("conf/x.yaml: line 3: a", "conf/x.yaml: line 4: b"))
    assert (code, out) == (2, [])
    assert err[-3:] == ["vyraj: 2 mistakes", "  conf/x.yaml: line 3: a", "  conf/x.yaml: line 4: b"]


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
    assert (code, out, err[-1]) == (130, [], f"vyraj: {STOPPED}")


def test_a_sweep_runs_every_combination(run):
    code, out, _, seen = run(*SWEEP, "seed=3,4", "scenario=lithuania_visa_ban,historical", "results_dir=r")
    assert code == 3, "two jobs share a folder, which the probe refuses"
    code, out, _, seen = run("task=probe", "-m", "hydra/launcher=basic", "seed=5,6", "results_dir=s")
    assert code == 0
    assert [chosen.seed for chosen in seen] == [3, 3, 4, 4, 5, 6]
    assert {chosen.scenario for chosen in seen} == {"lithuania_visa_ban", "historical"}
    assert out == ["seed  folder", f"5     {Path('s/seed-5')}", f"6     {Path('s/seed-6')}"]
    assert sorted(os.listdir("s")) == ["seed-5", "seed-6", "sweeps"] and sorted(os.listdir()) == ["r", "s"]


def test_a_failed_job_does_not_stop_the_sweep_but_counts(run):
    code, out, err, seen = run(*SWEEP, "seed=3,x,4", fault=ValueError("no"))
    assert code == 3
    assert [chosen.seed for chosen in seen] == [3, 4]
    assert out == ["seed  folder", "3     failed", "x     failed", f"4     {Path('results/seed-4')}"]
    told = [line for line in err if line.startswith("vyraj: ")]
    assert len(told) == 2
    assert "seed=3: the run failed: ValueError: no" in told[0]
    assert "seed=x is not a whole number" in told[1]
    [folder] = Path("results/sweeps").iterdir()
    entries = Ledger(folder).entries()
    assert [(one.job, one.state, one.code, one.left) for one in entries] == [
        (0, FAILED, 3, ""), (1, FAILED, 2, ""), (2, DONE, 0, str(Path("results/seed-4"))),
    ]  # fmt: skip
    assert [one.asked for one in entries] == [("task=probe", f"seed={seed}") for seed in ("3", "x", "4")]
    assert not (folder / "shared").exists(), "what workers shared goes with the sweep"


@pytest.mark.parametrize(
    ("line", "fault", "code"),
    [
        (["seed=4,5"], None, 0),
        (["seed=x"], None, 2),  # a sweep of one job has the code of that job
        (["seed=3"], ValueError("no"), 3),
        (["seed=x,4"], None, 3),
        (["seed=3,4"], ValueError("no"), 3),
        (["seed=3,4"], KeyboardInterrupt(), 130),
    ],
)
def test_the_exit_code_of_a_sweep(run, line, fault, code):
    got, out, err, _ = run(*SWEEP, *line, fault=fault)
    assert got == code
    assert (err[-1] == f"vyraj: {STOPPED}") == (code == 130)
    assert not list(Path("results/sweeps").glob("*/shared"))


def test_one_thread_is_one_process(run):
    """Without a launcher named, a sweep on one thread does its jobs here, where the probe is known."""
    code, _, _, seen = run("-m", "task=probe", "seed=5,6", "threads=1")
    assert code == 0 and [chosen.threads for chosen in seen] == [1, 1]
    code, _, _, seen = run("-m", "task=probe", "seed=7")
    assert code == 0 and seen[-1].threads == 2, "one job has all threads"


def at_a_speed(monkeypatch, seconds):
    """Let a person and month take so many seconds, and a month besides none."""
    monkeypatch.setattr(estimate, "SECONDS_A_PERSON_MONTH", seconds)
    monkeypatch.setattr(estimate, "SECONDS_A_MONTH", 0.0)
    monkeypatch.setattr(estimate, "SECONDS_A_PANEL_MONTH", 0.0)


def test_a_dry_run_says_what_would_be_done_and_does_nothing(run, monkeypatch):
    at_a_speed(monkeypatch, 3e-5)
    code, out, err, seen = run("task=probe", "dry=true", "seed=3", "threads=1")
    assert (code, err, len(seen)) == (0, ["a warning"], 1)
    assert out == [
        "2 runs to make, 0 are there already; 15 months of about 1,000,000 simulated people",
        "about 7.5 minutes on 1 core of 2026, 0.6 GB of memory, 5 MB of disk; nothing was computed",
    ]
    assert list(Path().rglob("*")) == []


@pytest.mark.parametrize("launcher", [[], ["hydra/launcher=local", "hydra.launcher.n_jobs=2"]])
def test_a_dry_sweep_counts_what_its_jobs_share_once(run, monkeypatch, launcher):
    at_a_speed(monkeypatch, 1e-5)
    code, out, _, seen = run("-m", "task=probe", "dry=true", "seed=3,4,5", *launcher)
    assert (code, len(seen)) == (0, 3)
    assert out == [
        "4 runs to make, 0 are there already; 25 months of about 1,000,000 simulated people",
        "about 2.1 minutes on 2 cores of 2026, 1.2 GB of memory, 10 MB of disk; nothing was computed",
    ]
    assert list(Path().rglob("*")) == []


def test_a_dry_sweep_with_a_mistake_tells_the_mistake(run):
    code, out, err, _ = run("-m", "task=probe", "dry=true", "seed=3,x")
    assert (code, out) == (2, []) and "seed=x" in err[-1]
    assert list(Path().rglob("*")) == []


@pytest.fixture
def study(monkeypatch):
    """A study of two scenarios at two values of lambda, done by the probe; gives what its page was made from."""
    part = {"says": "More.", "scenario": "lithuania_visa_ban", "measure": "departures", "above": 0}
    content = {
        "question": "What?", "expectation": "More.", "refuted_by": "Fewer.", "figures": ["harms"], "expects": [part],
        "scenarios": ["lithuania_visa_ban", "open_door"], "parameters": {"choice.lambda": [0.2, 0.8]},
        "settings": {"people.one_in": 700, "seed": 4},
    }  # fmt: skip
    Path("mine").mkdir()
    Path("mine/two.yaml").write_text(yaml.safe_dump(content))
    (settings.CONF / "scenario" / "open_door.yaml").touch()
    load = partial(load_experiment, folder=Path("mine").absolute())
    monkeypatch.setattr("sim.analysis.experiment.load_experiment", load)
    monkeypatch.setattr(settings, "EXPERIMENTS", Path("mine").absolute())
    monkeypatch.setitem(TASKS, "compare", "probe:run")
    closed = []

    def close(experiment, results_dir, entries):
        closed.append((experiment.name, results_dir, [one.state for one in entries]))
        return Outcome(left="page")

    monkeypatch.setattr("sim.cli.commands.study.close", close)
    return closed


def test_a_study_is_a_sweep_that_ends_in_a_page(run, study):
    code, out, err, seen = run("experiment=two", "hydra/launcher=basic", "results_dir=s/${x}", fault=None)
    assert code == 2 and seen == [] and "one results_dir" in err[-1]
    code, out, _, seen = run("experiment=two", "hydra/launcher=basic", "scenario=open_door", "choice.lambda=0.5")
    assert (code, [(one.scenario, one.choice.lambda_) for one in seen]) == (0, [("open_door", 0.5)])
    assert (seen[0].people.one_in, seen[0].seed, seen[0].report, seen[0].experiment) == (700, 4, False, "two")
    assert seen[0].replicates == "enough" and out[-1] == "results: page"
    assert study == [("two", "results", [DONE])]
    code, out, _, seen = run("experiment=two", "hydra/launcher=basic", "results_dir=t")
    assert [(one.scenario, one.choice.lambda_) for one in seen[1:]] == [
        (name, lambda_) for name in ("lithuania_visa_ban", "open_door") for lambda_ in (0.2, 0.8)
    ]
    assert code == 3 and study[-1] == ("two", "t", [DONE, FAILED, FAILED, FAILED]), "the probe's jobs share a folder"
    assert out[-1] == "results: page", "the page is made of what is there"


def test_a_study_is_of_comparisons(run, study):
    code, out, err, seen = run("experiment=two", "task=simulate")
    assert (code, out, seen) == (2, [], []) and "experiment=two is of comparisons; leave out task=simulate" in err[0]


def test_a_study_may_be_looked_at_and_planned(run, study, monkeypatch):
    at_a_speed(monkeypatch, 1e-5)
    code, out, _, seen = run("experiment=two", "dry=true")
    assert (code, len(seen), study) == (0, 4, []) and out[0].startswith("2 runs to make")
    code, out, _, seen = run("experiment=two", "--cfg", "job")
    assert (code, len(seen), study) == (0, 4, []) and "  one_in: 700" in out and "report: false" in out
    assert sorted(os.listdir()) == ["mine"]


def test_a_page_that_fails_takes_nothing_with_it(run, study, monkeypatch):
    monkeypatch.setattr("sim.cli.commands.study.close", lambda *arguments: 1 / 0)
    code, out, err, _ = run("experiment=two", "hydra/launcher=basic", "scenario=open_door", "choice.lambda=0.5")
    assert (code, out) == (3, ["folder", str(Path("results/seed-4"))])
    assert "the run failed: ZeroDivisionError" in err[-1]


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

        before_long = time.monotonic() + 10
        with pytest.raises(KeyboardInterrupt):
            Ends()
            time.sleep(20)
        assert time.monotonic() < before_long, "the main thread is woken"
    finally:
        signal.signal(signal.SIGTERM, before)

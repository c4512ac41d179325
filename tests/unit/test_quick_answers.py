"""What can be said without the model is said at once: nothing is compiled, and little is imported."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

import sim
from sim.numerics.locations import CONF

ROOT = Path(__file__).parents[2]
HEAVY = ("hydra", "omegaconf", "numba", "llvmlite", "mesa", "pandas", "numpy", "scipy", "matplotlib", "pyarrow")
PROGRAM = """import atexit, sys
atexit.register(lambda: print(*sorted(sys.modules), file=sys.stderr))
from sim.cli.main import main
sys.exit(main())"""
"""The command, and at its end a line with all that it has imported."""


@pytest.fixture
def asked(tmp_path):
    """Ask the command in a process of its own, with an empty folder of machine code.

    Gives code, stdout, stderr, the packages imported, the CPU seconds, and what machine code was made.
    """
    cache, folder = tmp_path / "cache", tmp_path / "here"
    cache.mkdir(mode=0o700)
    folder.mkdir()

    def ask(*words, program=PROGRAM):
        environment = {**os.environ, "VYRAJ_CACHE_DIR": str(cache), "PYTHONPATH": str(ROOT)}
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(
            [sys.executable, "-c", program, *words], capture_output=True, text=True, cwd=folder, env=environment
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        *err, modules = done.stderr.splitlines()
        packages = {name.partition(".")[0] for name in modules.split()}
        made = [path for path in cache.rglob("*") if path.is_file()]
        return done.returncode, done.stdout, err, packages, after.ru_utime - before.ru_utime, made

    return ask


@pytest.mark.parametrize("words", [["--version"], ["--version", "scenario=no_war"], ["-m", "--version"]], ids=" ".join)
def test_the_version_is_the_programs_and_comes_at_once(asked, words):
    code, out, err, packages, seconds, made = asked(*words)
    assert (code, out, err, made) == (0, f"vyraj {sim.__version__}\n", [], [])
    assert packages & set(HEAVY) == set()
    assert seconds < 1.0


MISTAKES = {
    "scenario=nowar": "did you mean no_war?",
    "peeple.one_in=100": "not a known key",
    "choice.lambda=62": "choice.lambda=62",
    "dry=maybe": "dry=maybe",
    "task=simulate until=2019-13": "until=2019-13",
    "task=fly": "task=fly",
    "task=history dry=true": "dry=true plans nothing for task=history",
    "-m scenario=glob(x*)": "fits no scenario",
    "-m seed=range(3,1)": "a sweep of no jobs",
    "seed=1,2": "add -m",
    "scenario=glob(no*)": "add -m",
    "--bogus": "not a known option",
}
EVERY_LINE = """import atexit, sys
atexit.register(lambda: print(*sorted(sys.modules), file=sys.stderr))
from sim.cli.main import main
lines, codes = sys.argv[1:], []
for line in lines:
    sys.argv[1:] = line.split()
    codes.append(main())
    print(file=sys.stderr)
sys.exit(codes != [2] * len(lines))"""
"""One process that gives line after line, an empty line on stderr after each, and ends with 0 if each is refused."""


def test_a_wrong_configuration_is_told_without_the_model(asked):
    """By one process, which nothing brings to import what it could compute with."""
    code, out, err, packages, seconds, made = asked(*MISTAKES, program=EVERY_LINE)
    assert (code, out, made) == (0, "", []), err
    said = "\n".join(err).split("\n\n")
    for line, told, words in zip(MISTAKES, said, MISTAKES.values(), strict=False):
        assert words in told.splitlines()[-1], line
    assert len(said) == len(MISTAKES)
    assert packages & {"numba", "mesa", "pandas", "scipy", "matplotlib", "pyarrow"} == set()
    assert seconds < 10.0


@pytest.mark.parametrize("words", [["--help"], ["--cfg", "job"], ["task=history", "scenario=no_covid"]], ids=" ".join)
def test_what_is_only_shown_needs_no_model(asked, words):
    code, out, _, packages, _, made = asked(*words)
    assert code == 0 and out and made == []
    assert packages & {"numba", "mesa", "pandas", "scipy", "matplotlib", "pyarrow"} == set()


@pytest.mark.parametrize(
    "words",
    [
        ["dry=true", "people.one_in=20000"],
        pytest.param(
            ["dry=true", "task=simulate", "people.one_in=20000", "scenario=no_war", "freeze=[queues]"],
            marks=pytest.mark.slow,
        ),
        pytest.param(
            ["dry=true", "-m", "choice.lambda=0.3,0.6", "people.one_in=20000", "scenario=no_covid,no_war"],
            marks=pytest.mark.slow,
        ),
    ],
    ids=" ".join,
)
def test_a_dry_run_compiles_nothing(asked, words):
    code, out, err, _, seconds, made = asked(*words)
    assert (code, err, made) == (0, [], []) and "nothing was computed" in out
    assert seconds < 15.0  # mostly imports; to compile would take minutes


TASKS = ("compare", "simulate", "explain", "reasons", "patterns", "survey", "history")
EVERY_TASK = """import atexit, sys
atexit.register(lambda: print(*sorted(sys.modules), file=sys.stderr))
from sim.cli.main import main
tasks, words = sys.argv[1].split(","), sys.argv[2:]
codes = []
for task in tasks:
    sys.argv[1:] = [f"task={task}", *words]
    codes.append(main())
sys.exit(codes != [2] * len(tasks))"""
"""One process that asks for task after task, and ends with 0 if each is refused."""


def test_a_spoilt_policy_is_told_before_anything_is_compiled(asked, tmp_path):
    own = tmp_path / "here" / "conf" / "policy"
    own.mkdir(parents=True)
    text = (CONF / "policy" / "lithuania_visa_ban.yaml").read_text(encoding="utf-8")
    (own / "lithuania_visa_ban.yaml").write_text(text.replace("announced:", "anounced:", 1), encoding="utf-8")
    words = ("scenario=lithuania_visa_ban", "people.one_in=20000")
    code, out, err, _, _, made = asked(",".join(TASKS), *words, program=EVERY_TASK)
    told = [line for line in err if "anounced" in line and "lithuania_visa_ban" in line]
    assert (code, out, made, len(told)) == (0, "", [], len(TASKS)), err

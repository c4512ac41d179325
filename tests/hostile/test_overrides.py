"""Command lines of every kind: a run or one line of complaint, nothing imported and nothing written elsewhere."""

import logging
import os
import sys
import types
from contextlib import suppress
from pathlib import Path

import joblib
import pytest
from hydra_plugins.hydra_joblib_launcher import _core as local
from hypothesis import event, example, given
from hypothesis import strategies as st

from sim.cli import hydra
from sim.cli.hydra import FLAGS, harmless, table
from sim.cli.main import main
from sim.history.clock import clock
from sim.numerics.errors import UserError
from sim.runs.settings import Settings, keys_of, settings_from_mapping
from sim.runs.tasks import TASKS
from tests.hostile.examples import examples

RUN_IT = "canary_in_the_mine.sing"
KEYS = (
    *("task", "scenario", "baseline", "decision", "until", "people", "people.one_in", "choice", "choice.lambda"),
    *("choice.lambdas", "seed", "replicates", "threads", "results_dir", "freeze", "person", "decompose", "experiment"),
    *(
        "most_replicates",
        "coefficients",
        "coefficients.peers",
        "coefficients.lambda",
        "coefficients.x",
        "report",
        "dry",
    ),
    *("results", "results.show", "results.where", "results.sql", "results.csv", "results.against", "results.prune"),
)
NO_KEYS = (
    *("", " ", "sead", "people.foo", "people.one_in.x", "x@y", "seed@hydra", "defaults", "_target_", "choice._target_"),
    *(
        "people.",
        ".seed",
        "a.b.c.d",
        "seed[0]",
        "choice.lambdas[0]",
        "вырай",
        "sеed",
        "x" * 3000,
        "a b",
        "'seed'",
        "$seed",
    ),
)
OF_HYDRA = (
    *("hydra", "hydra.run.dir", "hydra.sweep.dir", "hydra.sweep.subdir", "hydra.output_subdir", "hydra.job.chdir"),
    *(
        "hydra.searchpath",
        "hydra.mode",
        "hydra.verbose",
        "hydra.job.name",
        "hydra.job.env_set.HOME",
        "hydra.runtime.cwd",
    ),
    *("hydra.callbacks.x._target_", "hydra.launcher._target_", "hydra.sweeper._target_", "hydra.launcher.n_jobs"),
    *(
        "hydra/launcher",
        "hydra/sweeper",
        "hydra/job_logging",
        "hydra/callbacks",
        "hydra.callbacks",
        "hydra.help.header",
    ),
    *("hydra.job_logging.handlers.console.class", "hydra.job_logging.handlers.x.()", "hydra.hydra_logging", "hydra.x"),
    *("hydra.launcher", "hydra.launcher.a._target_", "hydra/launcher@foo", " hydra.run.dir", "HYDRA.run.dir"),
)
VALUES = (
    *("", "0", "-1", "1", "7", "1.5", "1e400", "-1e400", "nan", "inf", "true", "null", "2020-02", "9999-99", "2020-13"),
    *(
        "lithuania_full_ban",
        "historical",
        "../../etc/passwd",
        "no_war.yaml",
        "a/b",
        "[a,b]",
        "{a:1}",
        "[]",
        "{}",
        "???",
    ),
    *(
        "[0.2,0.2]",
        "[0.1,0.5]",
        "0.5",
        "1",
        "99999999999999999999",
        "9" * 4000,
        "9" * 4999,
        "２０２０-０１",
        "a\nb",
        "'a\nb'",
    ),
    *(
        "${seed}",
        "${oc.env:HOME}",
        "${oc.env:NO_SUCH}",
        "${hydra:runtime.cwd}",
        "${oc.create:{a:1}}",
        "${",
        "$",
        "${a.b}",
    ),
    *(
        f"{{_target_:{RUN_IT}}}",
        RUN_IT,
        "os.system",
        "[" * 200 + "]" * 200,
        "'",
        '"',
        "\\",
        "=",
        "a=b",
        ",",
        "1,2",
        "a,b",
    ),
    *(
        "range(1,3)",
        "range(0,1e12)",
        "range(0,1,0)",
        "range(0,1000000)",
        "choice(1,2)",
        "shuffle(range(0,1e15))",
        "glob(*)",
    ),
    *(
        "sort(3,1)",
        "interval(0,1)",
        "tag(x,1)",
        "int(3)",
        "str(3)",
        "json_str({a:1})",
        "compare",
        "simulate",
        "out",
        "../out",
    ),
    *(
        "taken",
        "taken/x",
        "no_entry/x",
        "é",
        "\x00",
        "\x1b[31m",
        "\ud800",
        "a" * 300,
        "a" * 6000,
        "~",
        ".",
        "..",
        " x ",
    ),
    *("basic", "rocket", "joblib", "../x", "none", "pkg://os", "file:///etc"),
    *("вынікі", "run#1", "a&b", "123456", "12e3", "scenario = 'x'", "'a, b'", "it's", "a\\", "'a' = 'b'"),
    *("local", "slurm", "ray", "lambda", "enough", "{peers:0.5}", "[queues]", "first:departed", "range(3,1)"),
)
OPTIONS = (
    *(
        *FLAGS,
        "--cfg",
        "--cfg=job",
        "--cfg=x",
        "-c",
        "-cjob",
        "--info",
        "--info=plugins",
        "--config-dir=.",
        "-cd",
        "-cp",
    ),
    *("--config-name=x", "--config-n=x", "--experimental-rerun=x.pickle", "--exp=x", "-sc", "--shell-completion", "--"),
    *("-", "--hydra-help", "-5", "--bogus", "-mh", "--package=x", "--multi"),
)

keys = st.sampled_from(KEYS) | st.sampled_from(NO_KEYS) | st.sampled_from(OF_HYDRA) | st.text(max_size=8)
values = st.sampled_from(VALUES) | st.text(max_size=20) | st.integers().map(str) | st.floats().map(str)
whole_words = st.tuples(st.sampled_from(("", "", "", "+", "++", "~")), keys, values).map(
    lambda w: f"{w[0]}{w[1]}={w[2]}"
)
words = whole_words | whole_words | keys | st.sampled_from(OPTIONS) | st.text(max_size=30)
SOUND = (
    *(
        "task=simulate",
        "scenario=no_war",
        "until=2020-02",
        "people.one_in=1000",
        "people={one_in:7}",
        "choice.lambda=1",
    ),
    *(
        "choice.lambdas=[0.1,0.5]",
        "seed=7",
        "++seed=8",
        "replicates=null",
        "threads=null",
        "results_dir=out",
        "seed=int(3)",
    ),
    *("results_dir='a b'", "results_dir=out/${seed}", "results_dir=out/é", "seed='7'", "baseline=no_covid", "~threads"),
)
changed = st.tuples(st.sampled_from(("", "", "++")), st.sampled_from(KEYS), values).map(
    lambda w: f"{w[0]}{w[1]}={w[2]}"
)
known_keys = st.sampled_from(SOUND) | st.sampled_from(SOUND) | changed
spoilt = st.one_of(
    known_keys, known_keys, known_keys, known_keys, words, st.sampled_from(("-m", "hydra/launcher=basic"))
)
lines = st.lists(spoilt, min_size=1, max_size=3).filter(lambda line: not any("=/" in word for word in line))


def one_line(message):
    assert message.strip() and message.isprintable() and len(message) < 9000  # several lists of known names, message
    assert "Traceback" not in message and "the run failed" not in message, message


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    """A folder to run in, with a file and a locked folder in the way, and a module that must not be imported."""
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "here" / "no_entry").mkdir(parents=True)
    (folder / "here" / "taken").write_text("a file")
    (folder / "lib").mkdir()
    (folder / "lib" / "canary_in_the_mine.py").write_text(
        f"open({str(folder / 'dead')!r}, 'w')\ndef sing(*a, **k):\n    open({str(folder / 'dead')!r}, 'w')\n"
    )
    (folder / "here" / "no_entry").chmod(0o500)
    with pytest.MonkeyPatch.context() as patch:  # taken back though something fails on the way
        patch.chdir(folder / "here")
        patch.setenv("HOME", str(folder / "here" / "home"))
        patch.syspath_prepend(str(folder / "lib"))
        probe = types.ModuleType("probe")
        patch.setitem(sys.modules, "probe", probe)
        for name in TASKS:
            patch.setitem(TASKS, name, "probe:run")
        # Jobs of the local launcher are done here, where the probe is known.
        patch.setattr(local, "Parallel", lambda **options: joblib.Parallel(backend="sequential"))
        table.offer(None, None)  # imports the plugins of Hydra that are installed
        loggers = [logging.getLogger(name) for name in (None, "MESA", "hydra")]
        before = [(logger, logger.level, logger.handlers[:]) for logger in loggers]
        yield folder
    for logger, level, handlers in before:
        logger.setLevel(level)
        logger.handlers[:] = handlers


def tree(folder):
    """Every path under a folder, with the content of files."""
    return {path.relative_to(folder): path.read_bytes() if path.is_file() else None for path in folder.rglob("*")}


def command(line, capsys, monkeypatch, probe):
    """Exit code, and lines of stdout and stderr, of the command run in this process."""
    sys.modules["probe"].run = probe
    monkeypatch.setattr(sys, "argv", ["vyraj", *line])
    try:
        code = main()
    except SystemExit as done:  # --help and --version
        code = done.code
    logging.shutdown()
    out, err = capsys.readouterr()
    return code or 0, out.splitlines(), err.splitlines()


@pytest.mark.filterwarnings("ignore::UserWarning")
@examples(15)
@given(line=lines)
@example(line=["hydra.run.dir=../out"])
@example(line=["-m", "hydra.sweep.dir=../out", "seed=1,2"])
@example(line=["hydra.output_subdir=x"])
@example(line=["+hydra.callbacks.x._target_=" + RUN_IT])
@example(line=["hydra.launcher._target_=" + RUN_IT, "-m"])
@example(line=["hydra.job_logging.handlers.console.class=" + RUN_IT])
@example(line=["+hydra.job_logging.handlers.x={(): " + RUN_IT + "}"])
@example(line=[f"+seed={{_target_:{RUN_IT}}}"])
@example(line=["--config-dir=..", "--config-name=x"])
@example(line=["-m", "seed=range(0,1e12)"])
@example(line=["=3"])
@example(line=["results_dir=" + "a" * 300])
@example(line=["results_dir=no_entry/x/y", "-m"])
@example(line=["seed=" + "[" * 2000])
@example(line=["--resolve"])
@example(line=["-m", "--cfg=job"])
@example(line=["results_dir=${oc.env:NO_SUCH}", "-m"])
@example(line=["-m", "seed=range(3,1)"])
@example(line=["-m", "seed=range(3,1)", "dry=true"])
@example(line=["-m", "hydra/launcher=local", "hydra.launcher.n_jobs=x", "seed=1,2"])
@example(line=["-m", "hydra/launcher=slurm", "seed=1,2"])
@example(line=["-m", "seed=1,2", "results_dir=x,y"])
@example(line=["experiment=lambda", "--cfg=job"])
@example(line=["experiment=lambda", "dry=true", "scenario=no_war"])
@example(line=["experiment=../lambda"])
@example(line=["coefficients={_target_:" + RUN_IT + "}"])
@example(line=["coefficients._target_=" + RUN_IT])
@example(line=["results_dir=вынікі, run#1 & 'it'"])
@example(line=["results_dir='"])
@example(line=["-m", "seed=1,2", "results_dir=12e3"])
@example(line=["sсenario=no_war"])
@example(line=["-m", "coefficients.peers=0.1,x", "results.sql=DROP"])
def test_a_command_line_runs_or_is_refused_in_one_line(here, capsys, monkeypatch, line):
    before, modules, environment, ran = tree(here), set(sys.modules), dict(os.environ), []

    def probe(settings):
        ran.append(Path(settings.results_dir).resolve())

    code, out, err = command(line, capsys, monkeypatch, probe)
    event(f"code {code}")
    assert code in (0, 2, 3) and dict(os.environ) == environment
    sweep = "-m" in line or "--multirun" in line or any("experiment=" in word for word in line)
    faults = [message for message in err if not sweep or message.startswith("vyraj: ")]  # Hydra announces its jobs
    for message in faults:
        one_line(message)
        assert message.startswith("vyraj: ")
    assert len(faults) == (0 if code == 0 else 1) or code == 3
    assert "Traceback" not in " ".join(err)
    assert code != 3 or sweep  # a sweep with a mistaken job
    new = {path: content for path, content in tree(here).items() if before.get(path, 0) != content}
    known = rooms(line)
    assert [path for path in new if "sweeps" not in path.parts and known and path not in known] == []
    assert not (here / "dead").exists() and "canary_in_the_mine" not in sys.modules
    known = ("hydra", "omegaconf", "antlr4", "sim", "encodings", "pyarrow")  # the last where nobody has needed it yet
    assert {name for name in set(sys.modules) - modules if name.split(".")[0] not in known} == set()
    for path in sorted(new, reverse=True):
        (here / path).rmdir() if (here / path).is_dir() else (here / path).unlink()


def rooms(line):
    """Folders that a command line may make on its way to `results_dir/sweeps`; none if it can be any."""
    named = []
    for word in line:
        with suppress(UserError):
            named.append(str(harmless([word]).value("results_dir", "results")))
    if any("$" in name for name in named):
        return set()
    found = [Path(os.path.normpath(Path("here", name))) for name in ["results", *named]]
    return {part for room in found for part in (room, *room.parents)}


@examples(300)
@given(st.lists(words, max_size=3))
def test_no_word_reaches_hydra_that_makes_it_import_or_write(line):
    try:
        passed = harmless(line).words
    except UserError as error:
        one_line(str(error))
        return
    for word in passed:
        assert word in FLAGS or word in ("--cfg", *hydra.SHOWN) or not word.startswith("-")
        if "hydra" in word.partition("=")[0].lower() and "HYDRA" not in word:
            assert word.lstrip("+").startswith(("hydra/launcher=", "hydra.launcher.")) and "_target_" not in word


MAIN = {key: value for key, value in hydra.main_table().items() if key in keys_of(Settings)}
jsons = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(VALUES),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
USUAL = {
    "people": st.fixed_dictionaries({"one_in": st.integers(1, 10**6) | jsons}),
    "choice": st.fixed_dictionaries(
        {"lambda": st.floats(0.1, 1) | jsons, "lambdas": st.lists(st.floats(0.1, 1)) | jsons}
    ),
}


@examples(150)
@given(st.data())
def test_settings_of_any_record_are_valid_or_refused_in_one_line(data):
    record = settings_record()
    for key in data.draw(st.sets(st.sampled_from(sorted(record)), max_size=3)):
        record[key] = data.draw(USUAL.get(key, jsons) | jsons)
    if data.draw(st.integers(0, 9)) == 0:
        record[data.draw(st.text(max_size=9))] = data.draw(jsons)
    try:
        settings = settings_from_mapping(record)
    except UserError as error:
        for fault in error.faults:
            one_line(fault)
        return
    assert isinstance(settings, Settings) and 0.01 <= settings.lambda_ <= 1 and settings.people.one_in >= 1
    assert settings.results_dir.isprintable() and settings.replicate_count >= 1
    assert 0 <= settings.last_month <= clock().last


def settings_record():
    """The main file's table."""
    return {key: dict(value) if isinstance(value, dict) else value for key, value in MAIN.items()}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("seed: 1\nseed: 2\n", ["line 2", "'seed' is given twice"]),
        ("hydra: {callbacks: {x: {_target_: os.system}}}\n", ["unknown key 'hydra'"]),
        ("defaults: [other]\n", ["unknown key 'defaults'"]),
        ("seed: !!python/object/apply:os.system [ls]\n", ["line 1", "tag"]),
        ("- a\n", ["not a mapping"]),
        ("", ["not a mapping"]),
        ("seed: &x [*x]\n", ["anchors"]),
    ],
)
def test_a_spoilt_main_file_is_refused_by_name(text, words, here, capsys, monkeypatch, tmp_path):
    (tmp_path / "config.yaml").write_text(text)
    monkeypatch.setattr(table, "MAIN_FILE", tmp_path / "config.yaml")
    code, out, err = command(["seed=3"], capsys, monkeypatch, lambda settings: None)
    assert (code, out, len(err)) == (2, [], 1)
    for word in ("conf/config.yaml", *words):
        assert word in err[0]

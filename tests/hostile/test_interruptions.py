"""What an interrupted or refused run leaves: the older results whole, or nothing at all."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sim.numerics.errors import UserError
from sim.runs.files import room_for_results, write_file, write_folder

STEPS = [(name, number, when) for name in ("mkdir", "rename") for number in (0, 1) for when in ("before", "after")]


def interrupted(monkeypatch, name, number, when):
    """From now on Ctrl-C is pressed just before or after the `number`th call of a method of Path."""
    usual, calls = getattr(Path, name), []

    def call(self, *arguments, **options):
        calls.append(self)
        if len(calls) == number + 1 and when == "before":
            raise KeyboardInterrupt
        done = usual(self, *arguments, **options)
        if len(calls) == number + 1:
            raise KeyboardInterrupt
        return done

    monkeypatch.setattr(Path, name, call)


@pytest.mark.parametrize(("name", "number", "when"), STEPS)
def test_a_folder_is_the_older_or_the_newer_one_whenever_the_run_is_interrupted(
    tmp_path, monkeypatch, name, number, when
):
    with write_folder(tmp_path / "run") as folder:
        (folder / "old.txt").write_text("old")
    with monkeypatch.context() as patch:
        interrupted(patch, name, number, when)
        try:
            with write_folder(tmp_path / "run") as folder:
                (folder / "new.txt").write_text("new")
        except KeyboardInterrupt:
            pass
    left = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*"))
    assert left in (["run", "run/old.txt"], ["run", "run/new.txt"])


@pytest.mark.parametrize("what", ["file", "link", "broken link"])
def test_what_is_no_folder_of_results_is_not_replaced(tmp_path, what):
    (tmp_path / "elsewhere").mkdir()
    if what == "file":
        (tmp_path / "run").write_text("mine")
    else:
        (tmp_path / "run").symlink_to(tmp_path / ("elsewhere" if what == "link" else "nowhere"))
    with pytest.raises(UserError, match="run is not a folder of results"), write_folder(tmp_path / "run") as folder:
        (folder / "new.txt").write_text("new")
    assert sorted(os.listdir(tmp_path)) == ["elsewhere", "run"] and os.listdir(tmp_path / "elsewhere") == []


@pytest.mark.parametrize("step", ["write_bytes", "replace"])
def test_a_file_is_the_older_or_the_newer_one_whenever_the_run_is_interrupted(tmp_path, monkeypatch, step):
    write_file(tmp_path / "a.yaml", "old")
    with monkeypatch.context() as patch:
        interrupted(patch, step, 0, "before")
        with pytest.raises(KeyboardInterrupt):
            write_file(tmp_path / "a.yaml", "new")
    assert os.listdir(tmp_path) == ["a.yaml"] and (tmp_path / "a.yaml").read_text() == "old"
    write_file(tmp_path / "a.yaml", "new")
    assert os.listdir(tmp_path) == ["a.yaml"] and (tmp_path / "a.yaml").read_text() == "new"


@pytest.mark.parametrize("fault", [None, UserError("no"), KeyboardInterrupt()])
def test_no_empty_folder_is_left_and_no_full_one_is_taken(tmp_path, fault):
    (tmp_path / "mine").mkdir()
    for name, inside in (("new/deep/results", False), ("mine", False), ("other/results", True)):
        try:
            with room_for_results(tmp_path / name):
                if inside:
                    (tmp_path / name / "run").mkdir()
                if fault:
                    raise fault
        except (UserError, KeyboardInterrupt):
            pass
    left = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*"))
    assert left == ["mine", "other", "other/results", "other/results/run"]


@pytest.mark.parametrize("name", ["taken", "taken/x", "x" * 300, "loop/x"])
def test_a_place_that_cannot_be_written_is_refused_by_name(tmp_path, name):
    (tmp_path / "taken").write_text("a file")
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(UserError, match="results_dir=.* cannot be written"), room_for_results(tmp_path / name):
        pytest.fail("let in")
    assert sorted(os.listdir(tmp_path)) == ["loop", "taken"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_a_query_that_has_no_end(tmp_path, number):
    endless = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t"
    command = [sys.executable, "-c", f"""
import threading, os, signal, duckdb
from sim.runs.query import queries
threading.Timer(1.0, os.kill, [os.getpid(), {int(number)}]).start()
signal.signal({int(number)}, signal.default_int_handler)
try:
    queries.select(duckdb.connect(), {endless!r})
except KeyboardInterrupt:
    print("ended")
"""]  # fmt: skip
    done = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, timeout=120)
    assert done.stdout == "ended\n", done.stderr

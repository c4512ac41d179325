"""What killed processes left anywhere among the results is found, and what a living process writes stays."""

import os
import signal
import subprocess
import sys

import pytest

from sim.cli.commands import results as command
from sim.numerics.errors import UserError
from sim.runs.files import write_file, write_folder
from sim.runs.locks import Lock
from sim.runs.settings import Asked, Settings
from tests.unit.fake_points import write_comparison, write_point

PLACES = ("points", "compare", "studies", "survey", "history")


def prune(results, capsys, dry=False):
    command.run(Settings(results_dir=str(results), dry=dry, results=Asked(prune="partial")))
    return capsys.readouterr().out.splitlines()


def killed_while_writing(folder):
    """A process that was killed in the middle of writing a folder."""
    text = f"""
import os, signal
from sim.runs.files import write_folder
with write_folder({str(folder)!r}) as partial:
    (partial / "half").write_text("x")
    os.kill(os.getpid(), signal.SIGKILL)
"""
    done = subprocess.run([sys.executable, "-c", text], cwd=os.getcwd(), timeout=300, check=False)
    assert done.returncode == -signal.SIGKILL


def test_what_a_killed_comparison_left_is_found(tmp_path, capsys):
    killed_while_writing(tmp_path / "compare" / "no_war-0123abcd")
    [half] = (tmp_path / "compare").glob(".*.partial-*[0-9a-f]")
    assert prune(tmp_path, capsys)[0].startswith(f"compare/{half.name}  0.0 MB  half-written")
    assert os.listdir(tmp_path / "compare") == []


@pytest.mark.parametrize("place", PLACES)
def test_leftovers_are_found_everywhere_and_what_is_being_written_stays(tmp_path, capsys, place):
    folder = tmp_path / place / "name with-hyphens.1-0123456789ab"
    folder.mkdir(parents=True)
    for what in ("partial-0123abcd", "older-0123abcd", "pruned-89abcdef"):
        folder.with_name(f".{folder.name}.{what}").mkdir()
    last = folder.with_name(".gone-0123456789ab.older-0123abcd")
    last.mkdir()
    with write_folder(folder) as ours:
        folder.with_name(f".{folder.name}.partial-00000000").mkdir()
        told = prune(tmp_path, capsys)
        assert ours.is_dir() and last.is_dir() and folder.is_dir()
        assert [line for line in told if ours.name in line][0].endswith("somebody is at work on it, and it stays")
    assert sorted(os.listdir(tmp_path / place)) == sorted([last.name, folder.name, *locks(tmp_path / place)])


def locks(folder):
    """Locks of points, which stay: another process may wait for one."""
    return [name for name in os.listdir(folder) if folder.name == "points" and name.endswith(".lock")]


def test_half_written_files_go_with_the_lock_of_who_wrote_them(tmp_path, capsys):
    runs, sweep = tmp_path / "points" / ".a-b-0123456789ab.runs", tmp_path / "sweeps" / "20261129-1"
    for folder in (runs, sweep / "shared" / "people", sweep / "slurm" / "1"):
        folder.mkdir(parents=True)
    write_file(runs / "000000.run", b"whole")
    half, entry = runs / ".000001.run.partial-0123abcd", sweep / ".job-00001.json.partial-0123abcd"
    objects = sweep / "slurm" / "1" / "1_submitted.pkl"
    for path in (half, entry, objects):
        path.touch()
    with Lock(runs.with_suffix(".lock")), Lock(sweep / ".lock"):
        assert all(line.endswith("it stays") for line in prune(tmp_path, capsys)[:-1])
        assert half.exists() and entry.exists() and objects.exists() and (sweep / "shared").exists()
    assert len(prune(tmp_path, capsys)) == 5
    assert not (half.exists() or entry.exists() or objects.exists() or (sweep / "shared").exists())
    assert (runs / "000000.run").exists() and sweep.exists()


def test_what_is_no_leftover_stays(tmp_path, capsys):
    point, comparison = write_point(tmp_path), write_comparison(tmp_path)
    for name in (".notes", ".x.partial-xyz", ".x.partial-0123abcd0"):
        (tmp_path / "compare" / name).mkdir()
    (tmp_path / "compare" / ".x.partial-0123abcd").symlink_to(point)
    (tmp_path / "compare" / ".y.partial-0123abcd").write_text("mine")
    before = sorted(tmp_path.rglob("*"))
    assert prune(tmp_path, capsys) == ["removing 0 folders, 0.0 MB"]
    assert sorted(tmp_path.rglob("*")) == before and comparison.exists()


@pytest.mark.parametrize("what", ["a folder", "a link"])
def test_a_lock_that_is_no_file_is_told_in_one_line(tmp_path, capsys, what):
    folder = write_point(tmp_path)
    lock = folder.with_name(f".{folder.name}.lock")
    lock.mkdir() if what == "a folder" else lock.symlink_to("/etc/passwd")
    (folder / "flows.parquet").unlink()
    with pytest.raises(UserError, match=rf"\.lock cannot be locked: it is {what}; move it away"):
        command.run(Settings(results_dir=str(tmp_path), results=Asked(prune="damaged")))
    assert folder.exists()

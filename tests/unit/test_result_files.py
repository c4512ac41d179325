"""What a run leaves: whole or not at all, with the same bytes, and saying how it came about."""

import json
import os
import re
import time

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sim.numerics.errors import UserError
from sim.runs import files as store
from sim.runs.locks import is_free
from sim.runs.settings import Settings
from sim.runs.tables import Column, Table
from sim.runs.tables.declaration import PARQUET, REAL, TEXT, WHOLE
from sim.runs.tables.files import write_parquet


def test_a_folder_appears_whole(tmp_path):
    with store.write_folder(tmp_path / "deep" / "run") as folder:
        (folder / "a.txt").write_text("a")
        assert not (tmp_path / "deep" / "run").exists()
    assert os.listdir(tmp_path / "deep") == ["run"]
    assert (tmp_path / "deep" / "run" / "a.txt").read_text() == "a"


@pytest.mark.parametrize("fault", [ValueError("no"), KeyboardInterrupt()])
def test_a_failure_leaves_nothing_and_the_older_folder_as_it_was(tmp_path, fault):
    with store.write_folder(tmp_path / "run") as folder:
        (folder / "old.txt").write_text("old")
    with pytest.raises(type(fault)), store.write_folder(tmp_path / "run") as folder:
        (folder / "new.txt").write_text("new")
        raise fault
    assert os.listdir(tmp_path) == ["run"]
    assert os.listdir(tmp_path / "run") == ["old.txt"]


def test_a_new_folder_replaces_the_older_one_entirely(tmp_path):
    for name in ("old.txt", "new.txt"):
        with store.write_folder(tmp_path / "run") as folder:
            (folder / name).touch()
    assert os.listdir(tmp_path) == ["run"]
    assert os.listdir(tmp_path / "run") == ["new.txt"]


def test_the_older_folder_comes_back_if_the_new_one_cannot_take_its_place(tmp_path):
    with store.write_folder(tmp_path / "run") as folder:
        (folder / "old.txt").touch()
    with pytest.raises(OSError), store.write_folder(tmp_path / "run") as folder:
        folder.rmdir()  # what should take the place is gone
    assert os.listdir(tmp_path) == ["run"]
    assert os.listdir(tmp_path / "run") == ["old.txt"]


def test_others_may_read_what_a_run_leaves(tmp_path):
    (tmp_path / "usual").mkdir()
    with store.write_folder(tmp_path / "run"):
        pass
    assert (tmp_path / "run").stat().st_mode == (tmp_path / "usual").stat().st_mode


def test_what_killed_processes_left_is_undone_by_who_writes_next_and_what_lives_stays(tmp_path):
    def leave(name):
        with store.write_folder(tmp_path / "run") as folder:
            (folder / name).touch()

    leave("old")
    (tmp_path / "run").rename(tmp_path / ".run.older-0123abcd")  # died between the two renames
    (tmp_path / ".run.partial-0123abcd").mkdir()
    (tmp_path / ".run.partial-0123abcd.lock").touch()
    (tmp_path / ".run.partial-89abcdef.lock").touch()  # died before it had made the folder
    (tmp_path / ".run.notes").mkdir()
    with store.write_folder(tmp_path / "run"):
        assert os.listdir(tmp_path / "run") == ["old"]
        [ours] = tmp_path.glob(".run.partial-*[0-9a-f]")
        store.restore(tmp_path / "run")  # as another process would
        assert ours.is_dir()
        leave("other")
        assert os.listdir(tmp_path / "run") == ["other"] and ours.is_dir()
    assert sorted(os.listdir(tmp_path)) == [".run.notes", "run"]
    assert os.listdir(tmp_path / "run") == []


def in_its_place(path, kind):
    if kind == "a folder":
        path.mkdir()
    else:
        path.symlink_to({"a link": "/etc/hostname", "a dead link": "nowhere", "a loop": path}[kind])


@pytest.mark.parametrize("kind", ["a folder", "a link", "a dead link", "a loop"])
def test_a_lock_that_is_no_file_is_told_in_one_line(tmp_path, kind):
    path = tmp_path / ".a.lock"
    in_its_place(path, kind)
    what = "a folder" if kind == "a folder" else "a link"
    for ask in (lambda: store.Lock(path).acquire(), lambda: is_free(path)):
        with pytest.raises(UserError, match=rf"\.a\.lock cannot be locked: it is {what}; move it away"):
            ask()


DECLARED = Table(
    "t",
    "a row of a test",
    (Column("month", WHOLE, ""), Column("destination", TEXT, "")),
    (Column("persons", REAL, ""),),
    PARQUET,
)


def columns() -> dict:
    rng = np.random.default_rng(1)
    return {
        "month": np.arange(5000, dtype=np.int16) % 84,
        "destination": np.array(["lithuania", "poland"])[rng.integers(0, 2, 5000)].tolist(),
        "persons": rng.random(5000),
    }


def test_a_table_reads_back_as_it_was_written(tmp_path):
    write_parquet(tmp_path, DECLARED, pa.table(columns()))
    table = pq.read_table(tmp_path / "t.parquet")
    assert table.to_pydict() == {name: list(values) for name, values in columns().items()}
    assert table.schema.field("month").type == pa.int16()
    chunks = pq.ParquetFile(tmp_path / "t.parquet").metadata.row_group(0)
    kinds = {chunks.column(i).path_in_schema: chunks.column(i) for i in range(3)}
    assert {column.compression for column in kinds.values()} == {"ZSTD"}
    assert "RLE_DICTIONARY" in kinds["destination"].encodings
    assert "RLE_DICTIONARY" not in kinds["persons"].encodings


def test_equal_tables_give_equal_bytes(tmp_path):
    noted = pa.table(columns()).replace_schema_metadata({"pandas": "notes of another library"})
    written = set()
    for table in (pa.table(columns()), pa.table(columns()), noted):
        write_parquet(tmp_path, DECLARED, table)
        written.add((tmp_path / "t.parquet").read_bytes())
    assert len(written) == 1
    frame = pd.DataFrame(columns())
    write_parquet(tmp_path, DECLARED, frame)
    assert pq.read_table(tmp_path / "t.parquet").to_pandas().equals(frame)


def test_a_digest_changes_with_names_and_bytes_only(tmp_path):
    def make(folder, **files):
        (folder / "sub" / "__pycache__").mkdir(parents=True)
        for name, text in files.items():
            (folder / "sub" / f"{name}.yaml").write_text(text)
        return store.digest(folder, "*.yaml")

    same = make(tmp_path / "a", x="1", y="2")
    again = make(tmp_path / "b", y="2", x="1")
    (tmp_path / "b" / "other.txt").write_text("not asked for")
    (tmp_path / "b" / "sub" / "__pycache__" / "z.yaml").write_text("a cache")
    assert same == again == store.digest(tmp_path / "b", "*.yaml")
    assert len({same, make(tmp_path / "c", x="1", y="3"), make(tmp_path / "d", x="1", z="2")}) == 3


@pytest.fixture
def settings(tmp_path, monkeypatch):
    from sim.runs import settings as module

    for name in ("historical", "lithuania_visa_ban"):
        (tmp_path / "scenario").mkdir(exist_ok=True)
        (tmp_path / "scenario" / f"{name}.yaml").touch()
    (tmp_path / "destination_nest.py").touch()
    monkeypatch.setattr(module, "CONF", tmp_path)
    monkeypatch.setattr(module, "DECISIONS", tmp_path)
    return Settings(seed=7, replicates=3, results_dir=str(tmp_path))


def test_the_manifest_says_how_a_result_came_about(settings):
    made = store.manifest(settings, time.process_time(), {"focus": "lithuania"})
    assert made["focus"] == "lithuania"
    assert made["settings"]["one_in"] == 200
    assert made["settings"]["lambda"] == 0.62
    assert (made["settings"]["start"], made["settings"]["end"]) == ("2019-01", Settings().until)
    assert len(set(made["seeds"])) == 3
    assert made["command"] == "python -m sim parameters=central seed=7 replicates=3"
    assert made["versions"]["numpy"] == np.__version__
    assert set(made["sha256"]) == {"conf", "data", "program"}
    assert 10 < made["peak_memory_mb"] < 1e5
    assert 0 <= made["cpu_seconds"] < time.process_time() / 2, "its own, not those of the process"
    assert json.loads(json.dumps(made)) == made


def test_the_manifest_names_no_machine_and_no_path(settings, tmp_path):
    text = json.dumps(store.manifest(settings, 0.0))
    for private in (str(tmp_path), str(store.ROOT), os.uname().nodename, os.path.expanduser("~")):
        assert not re.search(rf"(?<!\w){re.escape(private)}(?!\w)", text)


def test_a_repository_around_the_project_is_not_taken_for_its_own(tmp_path, monkeypatch):
    monkeypatch.setattr(store, "ROOT", store.ROOT / "sim")
    assert store._git("rev-parse", "HEAD") is None
    monkeypatch.setattr(store, "ROOT", tmp_path)
    assert store._uncommitted() is None


def test_what_is_removed_is_held_meanwhile(tmp_path, monkeypatch):
    """A process that has made its lock and not yet held it must wait, or its new folder would go with the old mark."""
    lock = tmp_path / ".run.partial-0123abcd.lock"
    lock.touch()
    free, remove = [], store.shutil.rmtree
    monkeypatch.setattr(store.shutil, "rmtree", lambda *path, **how: (free.append(is_free(lock)), remove(*path, **how)))
    store.restore(tmp_path / "run")
    assert free == [False] * 3 and not lock.exists()

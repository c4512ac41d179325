"""Queries that want more than to read results, and folders of results that hold anything at all.

A query is refused in one line. A folder is read, or named in one line and left out; never a traceback, and the other
folders are read as before.
"""

import hashlib
import json
import os
import warnings

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.cli.commands import results as command
from sim.numerics.errors import UserError
from sim.runs.query import open_library, select, verify
from sim.runs.settings import Asked, Settings
from sim.runs.tables import OF_POINTS
from tests.hostile.examples import examples
from tests.unit.fake_points import change_manifest, write_comparison, write_point


@pytest.fixture
def results(tmp_path):
    write_point(tmp_path / "results")
    write_comparison(tmp_path / "results")
    (tmp_path / "secret.csv").write_text("a\nhidden\n")
    return tmp_path / "results"


def everything(folder):
    """Names and contents below a folder."""
    return {path: path.read_bytes() if path.is_file() else b"" for path in folder.rglob("*")}


READS = [
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_blob('/etc/passwd')",
    "SELECT * FROM read_csv('{top}/secret.csv')",
    "SELECT * FROM '{top}/secret.csv'",
    "SELECT * FROM read_csv('{results}/../secret.csv')",
    "SELECT * FROM sniff_csv('{top}/secret.csv')",
    "SELECT * FROM parquet_metadata('{top}/secret.csv')",
    "SELECT * FROM glob('/*')",
    "SELECT * FROM read_json('/etc/passwd')",
    "SELECT * FROM read_parquet('{results}/points/*/flows.parquet')",
    "SELECT getenv('HOME')",
    "SELECT * FROM read_csv('http://127.0.0.1:9/x.csv')",
    "SELECT * FROM read_csv('{results}/points/link.csv')",
    "SELECT (SELECT content FROM read_text('/etc/passwd'))",
    "SELECT * FROM query('SELECT * FROM read_text(''/etc/passwd'')')",
]
WRITES = [
    "COPY points TO '{results}/points/x.csv'",
    "COPY points TO '{top}/x.parquet' (USE_TMP_FILE false)",
    "WITH x AS (COPY points TO '{top}/x.csv' (USE_TMP_FILE false)) SELECT * FROM x",
    "EXPORT DATABASE '{top}/x'",
    "ATTACH '{top}/x.db'",
    "ATTACH ':memory:' AS x",
    "CREATE TABLE x AS SELECT 1",
    "DROP VIEW points",
    "INSERT INTO points VALUES (1)",
    "CREATE TABLE x (a INTEGER); SELECT * FROM x",
    "WITH x AS (INSERT INTO damaged_files VALUES ('a', 'b') RETURNING *) SELECT * FROM x",
    "SET enable_external_access = true",
    "SET threads = 1",
    "RESET lock_configuration",
    "INSTALL httpfs",
    "LOAD httpfs",
    "LOAD '{top}/x.duckdb_extension'",
    "PRAGMA enable_profiling",
    "CALL pragma_version()",
    "EXPLAIN ANALYZE SELECT 1",
    "PREPARE x AS SELECT 1",
    "CREATE SECRET x (TYPE s3)",
    "CHECKPOINT",
    "BEGIN TRANSACTION",
    "",
    "-- nothing",
    ";",
    "SELECT 1) ; COPY points TO '{top}/x.csv' ; SELECT (1",
]


@pytest.mark.parametrize("sql", READS + WRITES)
def test_a_query_reads_and_writes_no_file_and_changes_nothing(results, sql):
    (results / "points" / "link.csv").symlink_to(results.parent / "secret.csv")
    before = everything(results.parent)
    sql = sql.format(top=results.parent, results=results)
    with pytest.raises(UserError) as told:
        list(select(open_library(results), sql).rows)
    assert "\n" not in str(told.value)
    assert everything(results.parent) == before


@pytest.mark.parametrize("sql", READS)
def test_the_connection_itself_is_closed_to_files(results, sql):
    """Even if a statement came past the check for a SELECT."""
    import duckdb

    (results / "points" / "link.csv").symlink_to(results.parent / "secret.csv")
    with pytest.raises(duckdb.Error):
        open_library(results).execute(sql.format(top=results.parent, results=results)).fetchall()


@pytest.mark.parametrize("sql", WRITES[:4] + WRITES[11:17])
def test_the_connection_itself_writes_no_file(results, sql):
    import duckdb

    before = everything(results.parent)
    with pytest.raises(duckdb.Error):
        open_library(results).execute(sql.format(top=results.parent, results=results)).fetchall()
    assert everything(results.parent) == before


def test_a_name_in_sql_is_no_variable_of_ours(results):
    import pandas as pd

    frame = pd.DataFrame({"a": [1]})
    with pytest.raises(UserError, match="frame"):
        select(open_library(results), "SELECT * FROM frame")
    assert len(frame) == 1


@pytest.mark.parametrize(
    "where",
    [
        "true; COPY points TO 'x.csv'",
        "true) UNION ALL (FROM read_text('/etc/passwd')",
        "1 = 1, 2",
        "true ORDER BY 1",
        " ",
    ],
)
def test_a_condition_is_one_expression(results, where, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    before = everything(tmp_path)
    with pytest.raises(UserError):
        command.run(Settings(results_dir=str(results), results=Asked(where=where, prune="where")))
    assert everything(tmp_path) == before


def cut_short(folder):
    path = folder / "flows.parquet"
    path.write_bytes(path.read_bytes()[:-50])


def other_columns(folder):
    pq.write_table(pa.table({"a": [1]}), folder / "flows.parquet")


def other_types(folder):
    columns = {"replicate": ["x"], "month": [1], "from": [1], "to": [1], "channel": [1]}
    pq.write_table(pa.table({**columns, "persons": [0.5], "expected_persons": ["y"]}), folder / "flows.parquet")


def a_pipe(folder):
    (folder / "flows.parquet").unlink()
    os.mkfifo(folder / "flows.parquet")


def a_folder(folder):
    (folder / "flows.parquet").unlink()
    (folder / "flows.parquet").mkdir()


def a_link_out(folder):
    (folder / "flows.parquet").rename(folder.parent.parent / "flows.parquet")
    (folder / "flows.parquet").symlink_to(folder.parent.parent / "flows.parquet")


def manifest(content):
    def write(folder):
        (folder / "manifest.json").write_bytes(content)

    return write


def keys(**changes):
    return lambda folder: change_manifest(folder, **changes)


DAMAGES = {
    "cut short": cut_short,
    "empty": lambda folder: (folder / "flows.parquet").write_bytes(b""),
    "no Parquet": lambda folder: (folder / "flows.parquet").write_bytes(b"PAR1" * 100),
    "missing": lambda folder: (folder / "flows.parquet").unlink(),
    "other columns": other_columns,
    "other types": other_types,
    "a pipe": a_pipe,
    "a folder": a_folder,
    "a link out of the folder": a_link_out,
    "no manifest": lambda folder: (folder / "manifest.json").unlink(),
    "a manifest that is no JSON": manifest(b'{"kind": "point", '),
    "a manifest of bytes": manifest(bytes(range(256))),
    "a manifest that is a list": manifest(b"[]"),
    "a deep manifest": manifest(b"[" * 100_000),
    "a large manifest": manifest(b" " * 17_000_000),
    "no point": keys(point=None),
    "a point of nothing": keys(point={}),
    "replicates in words": keys(replicates="three"),
    "replicates too many": keys(replicates=2**70),
    "another fingerprint": keys(fingerprint="0" * 12),
    "a path as fingerprint": keys(fingerprint="../../../../x"),
    "a sign that is none": keys(commit="\ud800"),
    "a colour of the terminal": keys(commit="\x1b[31m"),
    "paths as files": keys(files={"../../secret.csv": "0" * 64}),
    "files that are none": keys(files=["flows.parquet"]),
    "seconds without end": keys(cpu_seconds=float("inf")),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_point_is_named_in_one_line_and_left_out(results, damage, capsys):
    folder = write_point(results, "hurt")
    damage(folder)
    command.run(Settings(results_dir=str(results), results=Asked(show="flows")))
    out, err = capsys.readouterr()
    [line] = [line for line in err.splitlines() if "left out" in line]
    assert line.startswith(f"{folder.name} is left out: ") and line.isprintable()
    assert "hurt" not in out and len(out.splitlines()) == 37
    faults = verify(folder)
    assert faults and all("\n" not in fault for fault in faults)
    library = open_library(results)
    assert list(select(library, "SELECT folder FROM damaged").rows) == [(folder.name,)]


def test_a_renamed_or_copied_point_counts_once(results):
    folder = next((results / "points").iterdir())
    copy = folder.with_name(f"{folder.name}_copy")
    copy.mkdir()
    for path in folder.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    told = []
    library = open_library(results, told.append)
    assert list(select(library, "SELECT count(*) FROM points").rows) == [(1,)]
    assert [str(fault) for fault in told] == [f"{copy.name} is left out: its manifest is that of {folder.name}"]


def test_what_lies_about_is_named_or_passed_over(results):
    points = results / "points"
    (points / "notes.txt").write_text("mine")
    (points / "odd \n\x1b[31m name").mkdir()
    (points / "loop").symlink_to(points / "loop")
    (points / "out").symlink_to("/")
    (points / ".hidden-0123456789ab").mkdir()
    told = []
    library = open_library(results, told.append)
    assert list(select(library, "SELECT count(*) FROM points").rows) == [(1,)]
    assert len(told) == 2 and all(str(fault).isprintable() for fault in told)


@pytest.mark.parametrize(
    "text", ["", "a,b\n1,2\n", "\x00\x01", "lambda,category,persons,low,high\nx,stuck,1,2,3\n", '"']
)
def test_a_damaged_table_of_a_comparison_is_named_and_left_out(results, text):
    folder = write_comparison(results, "hurt")
    (folder / "taxonomy.csv").write_text(text)
    told = []
    library = open_library(results, told.append)
    assert [fault.folder for fault in told] == [folder]
    assert list(select(library, "SELECT count(*) FROM taxonomy").rows) == [(2,)]
    assert list(select(library, "SELECT count(*) FROM comparisons").rows) == [(1,)]


def write_text(folder, name, text):
    """Put a text in the place of a table, and seal the folder as anybody can."""
    (folder / name).write_text(text)
    digest = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    files = json.loads((folder / "manifest.json").read_text())["files"]
    change_manifest(folder, files=files | {name: digest})


HEAD = "lambda,category,persons,low,high,months,months_low,months_high\n"


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "\x00\x01", HEAD.replace("low", "lower"), HEAD[:-1] + ",more\n"])
def test_other_columns_under_a_seal_are_named_and_left_out(results, text):
    folder = write_comparison(results, "hurt")
    write_text(folder, "taxonomy.csv", text)
    told = []
    library = open_library(results, told.append)
    assert [fault.folder for fault in told] == [folder] and "taxonomy.csv is damaged, or has" in str(told[0])
    assert list(select(library, "SELECT count(*) FROM taxonomy").rows) == [(2,)]
    assert verify(folder) == ["taxonomy.csv is damaged, or has other columns"]


@pytest.mark.parametrize("row", ["x,stuck,1,2,3,,,\n", "0.5,stuck,many,2,3,,,\n", "0.5,stuck\n"])
def test_another_value_under_a_seal_is_told_in_one_line(results, row):
    write_text(write_comparison(results, "hurt"), "taxonomy.csv", HEAD + row)
    library = open_library(results)
    with pytest.raises(UserError, match="CSV") as told:
        list(select(library, "FROM taxonomy").rows)
    assert "\n" not in str(told.value)
    assert list(select(library, "SELECT count(*) FROM comparisons").rows) == [(2,)]


def test_an_edited_text_of_a_point_is_found(results):
    folder = write_point(results, "hurt")
    head = ",".join(OF_POINTS["repression"].names)
    write_text(folder, "repression.csv", f"{head}\nprisoners,2021-01-01,2021-01-01,200,100,150.5,Viasna,high\n")
    sql = "SELECT scenario, series, observed, expected FROM repression"
    assert list(select(open_library(results), sql).rows) == [("hurt", "prisoners", 200.0, 150.5)]
    (folder / "repression.csv").write_text(f"{head}\nprisoners,2021-01-01,2021-01-01,300,100,150.5,Viasna,high\n")
    told = []
    assert list(select(open_library(results, told.append), sql).rows) == []
    assert [fault.says for fault in told] == ["repression.csv has changed"]


def test_a_page_of_a_file_that_is_damaged_is_told_in_one_line(results):
    """Only reading all of a file shows it; the query says so instead of giving a number."""
    folder = write_point(results, "hurt")
    path = folder / "moves.parquet"
    content = bytearray(path.read_bytes())
    footer = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    content[4:footer] = bytes(footer - 4)
    path.write_bytes(content)
    library = open_library(results)
    with pytest.raises(UserError, match="results.prune=damaged") as told:
        list(select(library, "SELECT sum(key), max(kind) FROM moves").rows)
    assert "\n" not in str(told.value)
    assert verify(folder) != []


def test_a_file_that_is_put_in_place_of_another_is_found(results):
    folder = next((results / "points").iterdir())
    other = write_point(results, "other", scale=3)
    (folder / "flows.parquet").write_bytes((other / "flows.parquet").read_bytes())
    assert verify(folder) == ["flows.parquet has changed"]
    assert verify(other) == []


def test_a_table_the_manifest_does_not_name_is_not_read(results):
    folder = next((results / "points").iterdir())
    files = json.loads((folder / "manifest.json").read_text())["files"]
    del files["harms.parquet"]
    change_manifest(folder, files=files)
    assert list(select(open_library(results), "SELECT count(*) FROM harms").rows) == [(0,)]
    assert verify(folder) == ["harms.parquet is not in the manifest"]


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
KEYS = ("kind", "fingerprint", "point", "replicates", "seeds", "files", "time", "commit", "cpu_seconds")
INNER = ("scenario", "baseline", "decision", "lambda", "freeze", "coefficients", "one_in", "seed", "until")


@examples(25)
@given(key=st.sampled_from(KEYS + INNER), value=anything)
def test_a_manifest_may_hold_anything(results, key, value):
    folder = next((results / "points").iterdir())
    path = folder / "manifest.json"
    before = path.read_text()
    try:
        written = json.loads(before)
        (written["point"] if key in INNER else written)[key] = value
        path.write_text(json.dumps(written))
        told = []
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            library = open_library(results, told.append)
            [(points,)] = select(library, "SELECT count(*) FROM points").rows
            list(select(library, "FROM points").rows)
            list(select(library, "FROM flows").rows)
        assert points + len(told) == 1
        verify(folder)
    finally:
        path.write_text(before)
    assert hashlib.sha256(path.read_bytes()).hexdigest()

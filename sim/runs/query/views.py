"""The views: DuckDB over the tables of the points and the comparisons, as they are declared.

Arrow reads the files: DuckDB's own reader of Parquet passes over a page whose checksum is wrong.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.dataset as ds
from pyarrow.fs import LocalFileSystem

from sim.runs.disclosure import MINIMUM
from sim.runs.query import folders
from sim.runs.query.folders import Fault, Folder
from sim.runs.tables import OF_COMPARISONS, Table
from sim.runs.tables.declaration import PARQUET
from sim.runs.tables.views import COLUMNS, COMPARISONS, DAMAGED, POINTS, VIEWS, columns_of, described

CLOSED: dict[str, str | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "python_enable_replacements": False,  # a name in SQL is never a variable of Python's
    "temp_directory": "",
}
"""Settings of DuckDB under which a query loads nothing; files and network are closed when the views are made."""

SMALL_CELLS = f"""
SELECT * EXCLUDE (agents), agents,
    CASE WHEN agents = 0 OR sum(agents) OVER cell >= {MINIMUM} THEN agents * one_in END AS persons
FROM groups_files
WINDOW cell AS (PARTITION BY fingerprint, month, measure, destination, dimension, "group")
"""
"""Persons behind a cell, null where fewer simulated people than `MINIMUM` stand behind it over all replicates.

`agents` stays, so that cells can be added up before they are judged.
"""


def open_library(
    results_dir: Path | str, told: Callable[[Fault], None] | None = None, threads: int = 2
) -> duckdb.DuckDBPyConnection:
    """A connection with the views of a folder of results, empty ones where there are none.

    `told` hears of every folder or file that is left out; the view `damaged` holds the same. Of a file only the
    description of its columns is read here: `verify` reads all. Files, network, extensions and settings are closed
    to the connection; it still takes any statement on its own memory (`queries.select` does not).
    """
    connection = duckdb.connect(":memory:", config={**CLOSED, "threads": threads})
    points, faults = folders.points(results_dir)
    compared, others = folders.comparisons(results_dir)
    faults += others + folders.studies(results_dir)
    names = [fault.folder.name.encode(errors="backslashreplace").decode() for fault in faults]
    tables = {
        "points": _rows(POINTS, [point.row for point in points]),
        "comparisons": _rows(COMPARISONS, [one.row for one in compared]),
        "damaged": _rows(DAMAGED, [{"folder": n, "fault": f.says} for n, f in zip(names, faults, strict=True)]),
        "columns": _rows(COLUMNS, described()),
    }
    for name, (table, _) in VIEWS.items():
        if name not in tables:
            tables[name] = _files(name, compared if table in OF_COMPARISONS.values() else points)
    for name, table in tables.items():
        connection.register(f"{name}_files", table)
        connection.execute(f"CREATE VIEW {name} AS {SMALL_CELLS if name == 'groups' else f'FROM {name}_files'}")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    for fault in faults:
        if told is not None:
            told(fault)
    return connection


def _files(view: str, every: Sequence[Folder]) -> Any:
    """One table of all folders that have it, as a dataset that reads only the files and columns a query needs."""
    table, front = VIEWS[view]
    declared = columns_of(view)
    having = [folder for folder in every if view in folder.tables]
    columns = {name: column.kind for name, column in declared.items()}
    for folder in having if table.form == PARQUET else ():
        for field in folder.tables[view]:
            kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
            if columns.setdefault(field.name, kind) != kind and field.name not in declared:
                columns[field.name] = pa.string()
    schema = pa.schema(list(columns.items()))
    if not having:
        return schema.empty_table()
    return ds.FileSystemDataset.from_paths(
        [str((folder.path / table.file).absolute()) for folder in having],
        schema=schema,
        format=_format(table, {column.name for column in front}),
        filesystem=LocalFileSystem(),
        partitions=[_constants(folder.row, {column.name: column.kind for column in front}) for folder in having],
    )


def _format(table: Table, front: set[str]) -> ds.FileFormat:
    """How the files of a table are read: a page of Parquet that has changed on the disk is a fault, not a number."""
    if table.form == PARQUET:
        return ds.ParquetFileFormat(
            default_fragment_scan_options=ds.ParquetFragmentScanOptions(page_checksum_verification=True)
        )
    names = [f"{column.name} of the file" if column.view in front else column.view for column in table.columns]
    return ds.CsvFileFormat(
        default_fragment_scan_options=ds.CsvFragmentScanOptions(
            read_options=pyarrow.csv.ReadOptions(column_names=names, skip_rows=1),
            convert_options=pyarrow.csv.ConvertOptions(null_values=["", "nan"]),
        )
    )


def _constants(row: Mapping[str, Any], front: Mapping[str, pa.DataType]) -> pc.Expression:
    """What is true of every row of a folder: gives the columns in front, and lets a query skip other folders' files."""
    known = pc.field("fingerprint") == row["fingerprint"]
    for name, kind in front.items():
        if row[name] is not None:
            known = known & (pc.field(name) == pa.scalar(row[name], kind))
    return known


def _rows(table: Table, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    schema = pa.schema([(column.name, column.kind) for column in table.columns])
    return pa.Table.from_pylist([dict(row) for row in rows], schema=schema)

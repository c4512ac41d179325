"""The views: DuckDB over the Parquet of the points and the tables of the comparisons."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.dataset as ds
from pyarrow.fs import LocalFileSystem

from sim.figures.cells import MINIMUM
from sim.library import folders
from sim.library.columns import (
    COMPARED,
    COMPARISONS,
    DAMAGED,
    OF_A_COMPARISON,
    OF_A_POINT,
    POINTS,
    RENAMED,
    TABLES,
    schema,
)
from sim.library.folders import Fault, Folder

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


_CHECKED = ds.ParquetFragmentScanOptions(page_checksum_verification=True)
"""A page that has changed on the disk is a fault, not a number."""


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
    tables = {name: _of_points(name, points) for name in TABLES}
    tables["points"] = _rows(POINTS, [point.row for point in points])
    tables["comparisons"] = _rows(COMPARISONS, [one.row for one in compared])
    tables |= {name: _of_comparisons(name, compared, faults) for name in COMPARED}
    tables["damaged"] = _rows(DAMAGED, [{"folder": fault.folder.name, "fault": fault.says} for fault in faults])
    for name, table in tables.items():
        connection.register(f"{name}_files", table)
        connection.execute(f"CREATE VIEW {name} AS {SMALL_CELLS if name == 'groups' else f'FROM {name}_files'}")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    for fault in faults:
        if told is not None:
            told(fault)
    return connection


def _of_points(name: str, points: Sequence[Folder]) -> Any:
    """One table of all points, as a dataset that reads only the files and columns a query needs."""
    having = [point for point in points if name in point.tables]
    columns = dict(OF_A_POINT) | TABLES[name]
    for point in having:
        for field in point.tables[name]:
            kind = _plain(field.type)
            if columns.setdefault(field.name, kind) != kind and field.name not in {*OF_A_POINT, *TABLES[name]}:
                columns[field.name] = pa.string()
    if not having:
        return schema(columns).empty_table()
    return ds.FileSystemDataset.from_paths(
        [str((point.path / f"{name}.parquet").absolute()) for point in having],
        schema=schema(columns),
        format=ds.ParquetFileFormat(default_fragment_scan_options=_CHECKED),
        filesystem=LocalFileSystem(),
        partitions=[_constants(point.row) for point in having],
    )


def _plain(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _constants(row: Mapping[str, Any]) -> pc.Expression:
    """What is true of every row of a point: gives the columns in front, and lets a query skip other points' files."""
    known = pc.field("fingerprint") == row["fingerprint"]
    for name, kind in OF_A_POINT.items():
        if row[name] is not None:
            known = known & (pc.field(name) == pa.scalar(row[name], kind))
    return known


def _of_comparisons(name: str, compared: Sequence[Folder], faults: list[Fault]) -> pa.Table:
    """One table of all comparisons; files that cannot be read are added to the faults."""
    columns = schema(dict(OF_A_COMPARISON) | COMPARED[name])
    parts = [columns.empty_table()]
    for one in compared:
        path = one.path / f"{name}.csv"
        if not path.is_file():  # an older comparison, or a smaller one
            continue
        try:
            found = _csv(path, name)
        except (OSError, KeyError, pa.ArrowException):
            faults.append(Fault(one.path, f"{path.name} is damaged, or lacks a column"))
            continue
        front = {key: pa.repeat(pa.scalar(one.row[key], kind), len(found)) for key, kind in OF_A_COMPARISON.items()}
        parts.append(pa.table({**front, **{key: found[key] for key in COMPARED[name]}}, schema=columns))
    return pa.concat_tables(parts)


def _csv(path: Path, name: str) -> pa.Table:
    """The known columns of a CSV file; raises KeyError for a missing one and ArrowInvalid for a wrong value."""
    kinds = COMPARED[name]
    back = {new: old for old, new in RENAMED.get(name, {}).items()}
    written = {back.get(key, key): kind for key, kind in kinds.items()}
    options = pyarrow.csv.ConvertOptions(column_types=written, include_columns=list(written), null_values=["", "nan"])
    table = pyarrow.csv.read_csv(path, convert_options=options)
    return table.rename_columns(list(kinds))


def _rows(columns: dict[str, pa.DataType], rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist([dict(row) for row in rows], schema=schema(columns))

"""Declared tables as files with the same bytes for the same rows; a table that is not as declared is an error."""

import os
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sim.runs.tables.declaration import TEXT, Table, fits

ROWS_IN_GROUP = 1 << 20
"""Rows of a Parquet row group; fixed, because it shapes the bytes of the file."""


def write_parquet(folder: Path, declared: Table, table: pa.Table | pd.DataFrame) -> None:
    """Write a declared table so that equal tables give equal bytes (under one version of pyarrow)."""
    table = table if isinstance(table, pa.Table) else pa.Table.from_pandas(table, preserve_index=False)
    with TableWriter(folder, declared, table.schema) as writer:
        writer.add(table)


def write_csv(folder: Path, declared: Table, table: pd.DataFrame) -> None:
    """Write a declared table as text."""
    (folder / declared.file).write_text(as_csv(declared, table), encoding="utf-8")


def as_csv(declared: Table, table: pd.DataFrame) -> str:
    """A declared table as text, numbers to so many digits as is declared."""
    declared.checked(pa.Schema.from_pandas(table, preserve_index=False))
    text: str = table.to_csv(index=False, float_format=f"%.{declared.digits}g", lineterminator="\n")
    return text


class TableWriter:
    """A declared table written part by part, so that equal parts give equal bytes (under one version of pyarrow).

    Strings are stored as codes of a dictionary, everything is compressed by zstd. Notes that other libraries
    hang on a table, such as the index of pandas, are left out. A part begins a row group. Raises ValueError for a
    schema that is not the declared one.
    """

    def __init__(self, folder: Path, declared: Table, schema: pa.Schema) -> None:
        declared.checked(schema)
        texts = [field.name for field in schema if not pa.types.is_null(field.type) and fits(field.type, TEXT)]
        self._writer = pq.ParquetWriter(
            os.path.abspath(folder / declared.file),  # Arrow takes a name with a colon for an address
            schema.remove_metadata(),
            compression="zstd",
            use_dictionary=texts,
            write_page_checksum=True,
        )

    def __enter__(self) -> "TableWriter":
        """Begin."""
        return self

    def add(self, part: pa.Table) -> None:
        """Write a part."""
        self._writer.write_table(part.replace_schema_metadata(None), row_group_size=ROWS_IN_GROUP)

    def __exit__(self, *fault: object) -> None:
        """End the file."""
        self._writer.close()

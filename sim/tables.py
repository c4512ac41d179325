"""Runs as tidy tables: flows, stocks, harms and wishes, one row a non-zero cell, in persons."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sim import groups as who
from sim.codes import CHANNEL_NAMES, PLACE, PLACE_NAMES, REASON_NAMES, STATUS_NAMES
from sim.ensemble import Run
from sim.months import FIRST_YEAR, label
from sim.recorder import HARMS

BELARUS = PLACE["belarus"]
ROWS_IN_GROUP = 1 << 20
"""Rows of a Parquet row group; fixed, because it shapes the bytes of the file."""

Part = Mapping[str, tuple[NDArray[Any], Sequence[str] | None]]
"""Columns of one run's rows: numbers, or codes with the labels they stand for."""


def months_of(run: Run) -> list[str]:
    """Labels of a run's months."""
    return [label(t) for t in range(len(run.harms))]


def stock_cells(run: Run) -> Part:
    """Persons by month, destination (place of stay) and status, at the end of the month: cells that are not zero."""
    where = np.nonzero(run.stocks)
    return {
        "month": (where[0], months_of(run)),
        "destination": (where[1], PLACE_NAMES),
        "status": (where[2], STATUS_NAMES),
        "persons": (run.stocks[where], None),
    }


def harm_cells(run: Run) -> Part:
    """Persons by month and harm; months without any harm of a kind have a row of zero."""
    t, kind = np.indices(run.harms.shape)
    return {
        "month": (t.ravel(), months_of(run)),
        "harm": (kind.ravel(), HARMS),
        "persons": (run.harms.ravel(), None),
    }


def flow_cells(run: Run) -> Part:
    """Persons who moved, by month, from, to and channel, with the expected number beside: cells that are not zero.

    Expected persons are hazard sums of departures from Belarus; returns and onward moves have none (NaN).
    """
    expected = np.full(run.flows.shape, np.nan)
    expected[:, BELARUS] = run.expected
    where = np.nonzero((run.flows != 0) | (np.nan_to_num(expected) > 0))
    return {
        "month": (where[0], months_of(run)),
        "from": (where[1], PLACE_NAMES),
        "to": (where[2], PLACE_NAMES),
        "channel": (where[3], CHANNEL_NAMES),
        "persons": (run.flows[where], None),
        "expected_persons": (expected[where], None),
    }


def wish_cells(run: Run) -> Part:
    """Persons who wished to leave and could not, by month, reason and the destination wished for.

    A person counts in every month in which the wish came up.
    """
    counts = np.zeros((len(run.harms), len(REASON_NAMES), len(PLACE_NAMES)), np.int64)
    np.add.at(counts, (run.wishes["month"], run.wishes["reason"], run.wishes["place"]), run.wishes["persons"])
    where = np.nonzero(counts)
    return {
        "month": (where[0], months_of(run)),
        "reason": (where[1], REASON_NAMES),
        "destination": (where[2], PLACE_NAMES),
        "persons": (counts[where], None),
    }


def of_runs(runs: Sequence[Run], cells: Callable[[Run], Part]) -> pd.DataFrame:
    """The cells of every run, with its lambda and replicate in front."""
    parts = []
    for run in runs:
        columns: dict[str, object] = {"lambda": run.job.lam, "replicate": run.job.replicate}
        for name, (values, labels) in cells(run).items():
            columns[name] = values if labels is None else pd.Categorical.from_codes(values, categories=list(labels))
        parts.append(pd.DataFrame(columns))
    return pd.concat(parts, ignore_index=True)


def groups(runs: Sequence[Run], one_in: int) -> pd.DataFrame:
    """Persons (means over replicates) by lambda, year, measure, destination, dimension and group; non-zero cells.

    `replicates` is the number of runs behind a mean, which says how many simulated people stand behind it.
    """
    parts = []
    measures, names = np.array(who.MEASURES), np.array(who.labels())
    for lam in sorted({run.job.lam for run in runs}):
        ours = [run.groups for run in runs if run.job.lam == lam]
        years = np.add.reduceat(sum(one.astype(np.int64) for one in ours), np.arange(0, len(ours[0]), 12), axis=0)
        year, measure, place, group = np.nonzero(years)
        columns: dict[str, object] = {"lambda": lam, "replicates": len(ours), "year": FIRST_YEAR + year}
        columns["measure"], columns["destination"] = measures[measure], np.array(PLACE_NAMES)[place]
        columns["dimension"], columns["group"] = names[group, 0], names[group, 1]
        columns["persons"] = years[year, measure, place, group] * one_in / len(ours)
        parts.append(pd.DataFrame(columns))
    return pd.concat(parts, ignore_index=True)


def arrow(frame: pd.DataFrame) -> pa.Table:
    """A table of pandas as one of Arrow, labels as dictionaries."""
    return pa.Table.from_pandas(frame, preserve_index=False)


def write_parquet(path: Path | str, table: pa.Table | Mapping[str, Any]) -> None:
    """Write a tidy table so that equal tables give equal bytes (under one version of pyarrow)."""
    table = table if isinstance(table, pa.Table) else pa.table(dict(table))
    with TableWriter(path, table.schema) as writer:
        writer.add(table)


class TableWriter:
    """A tidy table written part by part, so that equal parts give equal bytes (under one version of pyarrow).

    Strings are stored as codes of a dictionary, everything is compressed by zstd. Notes that other libraries
    hang on a table, such as the index of pandas, are left out. A part begins a row group.
    """

    def __init__(self, path: Path | str, schema: pa.Schema) -> None:
        texts = [field.name for field in schema if _is_text(field.type)]
        self._writer = pq.ParquetWriter(
            path, schema.remove_metadata(), compression="zstd", use_dictionary=texts, write_page_checksum=True
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


def _is_text(kind: pa.DataType) -> bool:
    return pa.types.is_dictionary(kind) or pa.types.is_string(kind) or pa.types.is_large_string(kind)

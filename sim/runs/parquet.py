"""Runs as tidy tables, and back: nothing that a run leaves is lost on the way.

One row a cell that is not zero, or an event of a synthetic person; labels are dictionaries, counts are persons (agents
in `groups`, where few stand behind a cell). `read` gives back what `write` was given, to the last bit.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sim.model.recording import by_group as who
from sim.numerics.codes import EVENT, PLACE_NAMES, REASON_NAMES
from sim.numerics.months import FIRST_YEAR, label
from sim.runs.arrays import Form
from sim.runs.packing import run_forms
from sim.runs.run import Job, Run
from sim.runs.tables import OF_POINTS, OF_WORLDS, Column, Table, labels
from sim.runs.tables.declaration import PARQUET, TEXT
from sim.runs.tables.files import TableWriter

NAMES = tuple(name for name, table in OF_POINTS.items() if table.form == PARQUET)
"""Tables of a point that hold its runs."""

LAST = -1
"""Stands for the last month."""

Part = dict[str, NDArray[Any]]
"""Columns of one run's rows: numbers, and for texts the codes of their labels."""


@dataclass(frozen=True)
class Laid:
    """How an array of a run lies in a table: the columns of its axes and of its values, and what stands beside."""

    array: str
    axes: tuple[str, ...]
    values: str = "persons"
    beside: Mapping[str, str | int] = field(default_factory=dict)
    """Columns that are the same in all its rows."""
    first: Mapping[str, str] = field(default_factory=dict)
    """Label with which an axis begins, where that is not the first of the column."""
    zeros: bool = False
    """Whether cells of zero have a row."""


_ABROAD, _FLAT = ("month", "destination", "group"), {"group": 0}
LAID: Mapping[str, tuple[Laid, ...]] = {
    "flows": (
        Laid("flows", ("month", "from", "to", "channel")),
        Laid("expected", ("month", "to", "channel"), "expected_persons", {"from": "belarus"}),
    ),
    "stocks": (Laid("stocks", ("month", "destination", "status")),),
    "claims": (Laid("claims", ("month", "destination"), "expected_persons"),),
    "harms": (Laid("harms", ("month", "harm"), zeros=True),),
    "expected_harms": (Laid("expected_harms", ("month", "harm"), "expected_persons", zeros=True),),
    "called": (Laid("called", ("month", "who"), zeros=True),),
    "groups": (Laid("groups", ("month", "measure", "destination", "group"), "agents"),),
    "settled": (
        Laid("residents", _ABROAD, beside={"measure": "residents"}),
        Laid("employed", _ABROAD, beside={"measure": "employed"}, first={"group": labels("employed")[0]}),
        Laid("without_work", _ABROAD[:2], beside={"measure": "without_work", "group": ""}),
    ),
    "totals": (
        Laid("prisoners", ("month",), beside={"measure": "prisoners", **_FLAT}, zeros=True),
        Laid("blocked", ("month",), beside={"measure": "blocked", **_FLAT}, zeros=True),
        Laid("residents_by_class", ("group",), beside={"measure": "residents_of_class", "month": LAST}, zeros=True),
    ),
}
"""Tables of counts."""
LOGS: Mapping[str, Mapping[str, str]] = {
    "wishes": {"destination": "place"},
    "moves": {"from": "origin", "to": "place"},
    "decisions": {"destination": "place"},
}
"""Tables of events: the run's array of that name, and its fields that are called otherwise than their columns."""

_DIMENSION_OF, _NAME_OF = (
    np.array([labels(of).index(one) for one in names])
    for of, names in zip(("dimensions", "groups"), zip(*who.labels(), strict=True), strict=True)
)
_GROUP = np.full((len(labels("dimensions")), len(labels("groups"))), -1)
_GROUP[_DIMENSION_OF, _NAME_OF] = np.arange(who.N_GROUPS)
"""Dimension and name of each group of people, and the group of each dimension and name."""


def layout() -> str:
    """Names and types of all columns of a point's tables, as text."""
    return "\n".join(f"{table.file} {one.name} {one.kind}" for table in OF_POINTS.values() for one in table.columns)


def tables(run: Run) -> dict[str, pa.Table]:
    """The tables of one run; every table has a column `replicate`, and those of several runs have one schema."""
    return {name: _table(OF_POINTS[name], cells(run, name), run) for name in NAMES}


def write(folder: Path, runs: Iterable[Run]) -> None:
    """Write the tables of runs, one after the other in order of replicate: never more than one is held."""
    with ExitStack() as open_files:
        writers: dict[str, TableWriter] = {}
        for run in runs:
            for name, table in tables(run).items():
                if name not in writers:
                    writers[name] = open_files.enter_context(TableWriter(folder, OF_POINTS[name], table.schema))
                writers[name].add(table)


def read(folder: Path, scenario: str, lambda_: float, replicates: Iterable[int], months: int) -> Iterator[Run]:
    """The runs behind a folder's tables, one by one; `months` is the length of a run."""
    files = {name: pq.ParquetFile((folder / OF_POINTS[name].file).absolute()) for name in NAMES}
    forms = run_forms(months)
    for replicate in replicates:
        arrays: dict[str, NDArray[Any]] = {}
        for name, file in files.items():
            part = _part(OF_POINTS[name], _rows_of(file, replicate), months)
            if name in LOGS:
                arrays[name] = _log(part, LOGS[name], OF_POINTS[name], forms[name])
            else:
                arrays |= {laid.array: _array(part, laid, OF_POINTS[name], forms[laid.array]) for laid in LAID[name]}
        yield Run(Job(scenario, lambda_, replicate), **arrays)


def cells(run: Run, name: str) -> Part:
    """The rows of one run in a table of a point, without the replicate."""
    table = OF_POINTS[name]
    if name in LOGS:
        log = getattr(run, name)
        part = {column: log[LOGS[name].get(column, column)] for column in table.names[1:]}
        return part if "kind" not in part else part | {"kind": np.searchsorted(_kinds(table), part["kind"])}
    if name == "flows":  # expected persons stand beside those who moved, also where nobody did
        expected = np.full(run.flows.shape, np.nan)
        expected[:, PLACE_NAMES.index("belarus")] = run.expected
        where = np.nonzero((run.flows != 0) | (np.nan_to_num(expected) > 0))
        axes = dict(zip(LAID[name][0].axes, where, strict=True))
        return axes | {"persons": run.flows[where], "expected_persons": expected[where]}
    parts = [_cells(run, table, laid) for laid in LAID[name]]
    return {column: np.concatenate([part[column] for part in parts]) for column in table.names[1:]}


def of_runs(runs: Sequence[Run], name: str) -> pd.DataFrame:
    """A monthly table of a world: the cells of every run, with its lambda and replicate in front."""
    parts = []
    for run in runs:
        columns: dict[str, object] = {"lambda": run.job.lambda_, "replicate": run.job.replicate}
        found = _wishes(run) if name == "wishes" else cells(run, name)
        for column in OF_WORLDS[name].columns[2:]:
            values = found[column.name]
            texts = column.kind == TEXT
            columns[column.name] = _named(values, _labels(column, len(run.harms))) if texts else values
        parts.append(pd.DataFrame(columns))
    return pd.concat(parts, ignore_index=True)


def groups(runs: Sequence[Run], one_in: int) -> pd.DataFrame:
    """Persons (means over replicates) of a world by lambda, year and group; non-zero cells.

    `replicates` is the number of runs behind a mean, which says how many simulated people stand behind it.
    """
    parts = []
    measures, names = np.array(who.MEASURES), np.array(who.labels())
    for lambda_ in sorted({run.job.lambda_ for run in runs}):
        ours = [run.groups for run in runs if run.job.lambda_ == lambda_]
        years = np.add.reduceat(sum(one.astype(np.int64) for one in ours), np.arange(0, len(ours[0]), 12), axis=0)
        year, measure, place, group = np.nonzero(years)
        texts = measures[measure], np.array(PLACE_NAMES)[place], names[group, 0], names[group, 1]
        persons = years[year, measure, place, group] * one_in / len(ours)
        values = (lambda_, len(ours), FIRST_YEAR + year, *texts, persons)
        parts.append(pd.DataFrame(dict(zip(OF_WORLDS["groups"].names, values, strict=True))))
    return pd.concat(parts, ignore_index=True)


def _labels(column: Column, months: int) -> Sequence[str]:
    return [label(t) for t in range(months)] if column.name == "month" else labels(column.labels)


def _named(codes: NDArray[np.integer[Any]], names: Sequence[str]) -> pd.Categorical:
    """Texts by their codes; codes between others that no file declares share the name of none."""
    known = list(dict.fromkeys(names))
    return pd.Categorical.from_codes(np.array([known.index(name) for name in names])[codes], categories=known)


def _kinds(table: Table) -> list[int]:
    """Numbers of the events of a log, in order of their labels, which is ascending."""
    return [EVENT[name] for column in table.columns if column.name == "kind" for name in labels(column.labels)]


def _code(table: Table, name: str, value: str | int) -> int:
    """A value as it stands in a part: the position of a text among the labels of its column."""
    column = next(column for column in table.columns if column.name == name)
    return labels(column.labels).index(value) if isinstance(value, str) else value


def _cells(run: Run, table: Table, laid: Laid) -> Part:
    array = getattr(run, laid.array)
    where = [axis.ravel() for axis in np.indices(array.shape)] if laid.zeros else np.nonzero(array)
    part = {name: at + _code(table, name, laid.first.get(name, 0)) for name, at in zip(laid.axes, where, strict=True)}
    if "dimension" in table.names:
        part |= {"dimension": _DIMENSION_OF[part["group"]], "group": _NAME_OF[part["group"]]}
    for name, value in laid.beside.items():
        at = len(run.harms) - 1 if value == LAST else _code(table, name, value)
        part[name] = np.full(len(where[0]), at)
    return part | {laid.values: array[tuple(where)]}


def _array(part: Part, laid: Laid, table: Table, form: Form) -> NDArray[Any]:
    """An array of a run from the rows of a table."""
    dtype, shape = form
    ours = np.ones(len(part[laid.values]), bool)
    for name, value in laid.beside.items():
        ours &= value == LAST or part[name] == _code(table, name, value)
    if "dimension" in table.names:
        part = part | {"group": _GROUP[part["dimension"], part["group"]]}
    where = tuple(part[name][ours] - _code(table, name, laid.first.get(name, 0)) for name in laid.axes)
    array = np.zeros([length or 0 for length in shape], dtype)
    array[where] = part[laid.values][ours]
    return array


def _log(part: Part, renamed: Mapping[str, str], table: Table, form: Form) -> NDArray[np.void]:
    found: NDArray[np.void] = np.zeros(len(part["key"]), form[0])
    for name, values in part.items():
        found[renamed.get(name, name)] = np.array(_kinds(table))[values] if name == "kind" else values
    return found


def _wishes(run: Run) -> Part:
    """Persons who wished to leave and could not; a person counts in every month in which the wish came up."""
    counts = np.zeros((len(run.harms), len(REASON_NAMES), len(PLACE_NAMES)), np.int64)
    np.add.at(counts, (run.wishes["month"], run.wishes["reason"], run.wishes["place"]), run.wishes["persons"])
    where = np.nonzero(counts)
    return dict(zip(("month", "reason", "destination", "persons"), (*where, counts[where]), strict=True))


def _table(declared: Table, part: Part, run: Run) -> pa.Table:
    columns = {}
    for column in declared.columns:
        if column.name == "replicate":
            values = np.full(len(next(iter(part.values()))), run.job.replicate)
        else:
            values = part[column.name]
        if column.kind == TEXT:
            names = list(_labels(column, len(run.harms)))
            columns[column.name] = pa.DictionaryArray.from_arrays(values.astype(np.int32), names)
        else:
            columns[column.name] = pa.array(values, column.kind, from_pandas=column.null)
    return pa.table(columns)


def _part(declared: Table, table: pa.Table, months: int) -> Part:
    """The rows of a table as they were given to be written; ValueError for a label that is not known."""
    part = {}
    for column in declared.columns[1:]:
        values = table[column.name].combine_chunks()
        if column.kind != TEXT:
            part[column.name] = values.to_numpy(zero_copy_only=False)
            continue
        values = values if isinstance(values, pa.DictionaryArray) else values.dictionary_encode()
        known = {name: code for code, name in enumerate(_labels(column, months))}
        codes = np.array([known.get(name, -1) for name in values.dictionary.to_pylist()], np.int64)
        part[column.name] = codes[values.indices.to_numpy(zero_copy_only=False)] if len(codes) else np.zeros(0, int)
        if (part[column.name] < 0).any():
            raise ValueError(f"{declared.file}: the column '{column.name}' holds a text that is not known")
    return part


def _rows_of(file: pq.ParquetFile, replicate: int) -> pa.Table:
    """Rows of a replicate: each has row groups of its own."""
    ours = []
    for group in range(file.num_row_groups):
        known = file.metadata.row_group(group).column(0).statistics
        if known is not None and known.min <= replicate <= known.max:
            ours.append(group)
    return file.read_row_groups(ours)

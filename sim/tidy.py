"""A point's runs as tidy tables, and back: nothing that a run leaves is lost on the way.

One row a cell that is not zero, or an event of a synthetic person; labels are dictionaries, counts are persons (agents
in `groups`, where few stand behind a cell). `read` gives back what `write` was given, to the last bit.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sim import groups as who
from sim.codes import CHANNEL_NAMES, EVENT, N_PLACES, PLACE_NAMES, REASON_NAMES, SECTOR_NAMES, STATUS_NAMES
from sim.ensemble import DECISION, DECISIONS, MOVE, MOVES, WISH, Job, Run
from sim.months import label
from sim.recorder import HARMS
from sim.stays import BANDS
from sim.tables import BELARUS, Part, TableWriter, flow_cells, harm_cells, months_of, stock_cells

NAMES = ("flows", "stocks", "harms", "wishes", "moves", "decisions", "groups", "settled", "totals")
"""Tables of a point."""
_KINDS, _DECIDED = ({code: name for name, code in EVENT.items() if code in kinds} for kinds in (MOVES, DECISIONS))
_SETTLED = {"residents": BANDS, "employed": SECTOR_NAMES, "without_work": ("",)}
_TOTALS = ("prisoners", "blocked", "residents_of_class")

_DIMENSIONS, _GROUP_NAMES = (tuple(dict.fromkeys(column)) for column in zip(*who.labels(), strict=True))
_DIMENSION_OF = np.array([_DIMENSIONS.index(one) for one, _ in who.labels()])
_NAME_OF = np.array([_GROUP_NAMES.index(one) for _, one in who.labels()])
_GROUP = np.full((len(_DIMENSIONS), len(_GROUP_NAMES)), -1)
_GROUP[_DIMENSION_OF, _NAME_OF] = np.arange(who.N_GROUPS)
"""Dimension and name of each group, and the group of each dimension and name."""
UNKNOWN = -1

Cells = tuple[NDArray[Any], ...]


def tables(run: Run) -> dict[str, pa.Table]:
    """The tables of one run; every table has a column `replicate`, and those of several runs have one schema."""
    makers: dict[str, Callable[[Run], Part]] = {
        "flows": flow_cells,
        "stocks": stock_cells,
        "harms": harm_cells,
        "wishes": _wishes,
        "moves": _moves,
        "decisions": _decisions,
        "groups": _groups,
        "settled": _settled,
        "totals": _totals,
    }
    return {name: _table(run.job.replicate, make(run)) for name, make in makers.items()}


def write(folder: Path, runs: Iterable[Run]) -> None:
    """Write the tables of runs, one after the other in order of replicate: never more than one is held."""
    with ExitStack() as open_files:
        writers: dict[str, TableWriter] = {}
        for run in runs:
            for name, table in tables(run).items():
                if name not in writers:
                    path = folder / f"{name}.parquet"
                    writers[name] = open_files.enter_context(TableWriter(path, table.schema))
                writers[name].add(table)


def read(folder: Path, scenario: str, lam: float, replicates: Iterable[int], months: int) -> Iterator[Run]:
    """The runs behind a folder's tables, one by one; `months` is the length of a run."""
    files = {name: pq.ParquetFile((folder / f"{name}.parquet").absolute()) for name in NAMES}
    for replicate in replicates:
        parts = {name: _rows_of(file, replicate) for name, file in files.items()}
        yield _run(parts, Job(scenario, lam, replicate), months)


def _wishes(run: Run) -> Part:
    return {
        "month": (run.wishes["month"], months_of(run)),
        "reason": (run.wishes["reason"], REASON_NAMES),
        "destination": (run.wishes["place"], PLACE_NAMES),
        "key": (run.wishes["key"], None),
        "persons": (run.wishes["persons"].astype(np.int64), None),
    }


def _moves(run: Run) -> Part:
    return {
        "month": (run.moves["month"], months_of(run)),
        "kind": _kind_labels(run.moves, _KINDS),
        "from": (run.moves["origin"], PLACE_NAMES),
        "to": (run.moves["place"], PLACE_NAMES),
        "channel": (run.moves["channel"], CHANNEL_NAMES),
        "reason": (run.moves["reason"], REASON_NAMES),
        "key": (run.moves["key"], None),
    }


def _decisions(run: Run) -> Part:
    return {
        "month": (run.decisions["month"], months_of(run)),
        "kind": _kind_labels(run.decisions, _DECIDED),
        "destination": (run.decisions["place"], PLACE_NAMES),
        "channel": (run.decisions["channel"], CHANNEL_NAMES),
        "reason": (run.decisions["reason"], REASON_NAMES),
        "key": (run.decisions["key"], None),
    }


def _kind_labels(log: NDArray[np.void], names: Mapping[int, str]) -> tuple[NDArray[Any], list[str]]:
    return np.searchsorted(sorted(names), log["kind"]), [names[code] for code in sorted(names)]


def _groups(run: Run) -> Part:
    where = np.nonzero(run.groups)
    return {
        "month": (where[0], months_of(run)),
        "measure": (where[1], who.MEASURES),
        "destination": (where[2], PLACE_NAMES),
        "dimension": (_DIMENSION_OF[where[3]], _DIMENSIONS),
        "group": (_NAME_OF[where[3]], _GROUP_NAMES),
        "agents": (run.groups[where], None),
    }


def _settled(run: Run) -> Part:
    groups = [name for names in _SETTLED.values() for name in names]
    columns: list[Cells] = []
    first = 0
    for number, (measure, names) in enumerate(_SETTLED.items()):
        counts = getattr(run, measure).reshape(len(run.harms), -1, len(names))
        where = np.nonzero(counts)
        columns.append((where[0], where[1], np.full(len(where[0]), number), where[2] + first, counts[where]))
        first += len(names)
    month, place, measured, group, persons = (np.concatenate(column) for column in zip(*columns, strict=True))
    return {
        "month": (month, months_of(run)),
        "destination": (place, PLACE_NAMES),
        "measure": (measured, tuple(_SETTLED)),
        "group": (group, groups),
        "persons": (persons, None),
    }


def _totals(run: Run) -> Part:
    """Prisoners and blocked units month by month; people at home by choice class at the end."""
    months, classes = len(run.harms), len(run.residents_by_class)
    last = np.full(classes, months - 1)
    return {
        "month": (np.concatenate([np.arange(months), np.arange(months), last]), months_of(run)),
        "measure": (np.repeat(np.arange(3), [months, months, classes]), _TOTALS),
        "group": (np.concatenate([np.zeros(2 * months, np.int64), np.arange(classes)]), None),
        "persons": (np.concatenate([run.prisoners, run.blocked, run.residents_by_class]), None),
    }


def _table(replicate: int, part: Part) -> pa.Table:
    length = len(next(iter(part.values()))[0])
    columns: dict[str, Any] = {"replicate": np.full(length, replicate, np.int32)}
    for name, (values, labels) in part.items():
        if labels is None:
            columns[name] = pa.array(values, from_pandas=name == "expected_persons")
        else:
            columns[name] = pa.DictionaryArray.from_arrays(values.astype(np.int32), list(labels))
    return pa.table(columns)


def _rows_of(file: pq.ParquetFile, replicate: int) -> pa.Table:
    """Rows of a replicate: each has row groups of its own."""
    ours = []
    for group in range(file.num_row_groups):
        known = file.metadata.row_group(group).column(0).statistics
        if known is not None and known.min <= replicate <= known.max:
            ours.append(group)
    return file.read_row_groups(ours)


def _codes(table: pa.Table, column: str, names: Sequence[str]) -> NDArray[np.int64]:
    """Positions of a column's labels in `names`; `UNKNOWN` for a label that is not among them."""
    joined = table[column].combine_chunks()
    if not isinstance(joined, pa.DictionaryArray):
        joined = joined.dictionary_encode()
    known = {name: code for code, name in enumerate(names)}
    codes = np.array([known.get(name, UNKNOWN) for name in joined.dictionary.to_pylist()], np.int64)
    positions: NDArray[np.int64] = codes[joined.indices.to_numpy(zero_copy_only=False)] if len(codes) else (
        np.zeros(0, np.int64))  # fmt: skip
    return positions


def _numbers(table: pa.Table, column: str) -> NDArray[Any]:
    values: NDArray[Any] = table[column].to_numpy()
    return values


def _filled(shape: tuple[int, ...], where: Cells, values: NDArray[Any], dtype: Any = np.int64) -> NDArray[Any]:
    array = np.zeros(shape, dtype)
    array[where] = values
    return array


def _run(parts: Mapping[str, pa.Table], job: Job, months: int) -> Run:
    names = [label(t) for t in range(months)]
    at = {name: _codes(table, "month", names) for name, table in parts.items()}
    flows, groups = parts["flows"], parts["groups"]
    cells = (
        at["flows"],
        *(
            _codes(flows, name, known)
            for name, known in (("from", PLACE_NAMES), ("to", PLACE_NAMES), ("channel", CHANNEL_NAMES))
        ),
    )
    moved = _filled((months, N_PLACES, N_PLACES, len(CHANNEL_NAMES)), cells, _numbers(flows, "persons"))
    home = cells[1] == BELARUS
    expected = _filled(
        (months, N_PLACES, len(CHANNEL_NAMES)),
        (cells[0][home], cells[2][home], cells[3][home]),
        _numbers(flows, "expected_persons")[home],
        np.float64,
    )
    stock = at["stocks"], _codes(parts["stocks"], "destination", PLACE_NAMES), (
        _codes(parts["stocks"], "status", STATUS_NAMES))  # fmt: skip
    counted = (
        at["groups"],
        _codes(groups, "measure", who.MEASURES),
        _codes(groups, "destination", PLACE_NAMES),
        _GROUP[_codes(groups, "dimension", _DIMENSIONS), _codes(groups, "group", _GROUP_NAMES)],
    )
    settled = {name: _settled_counts(parts["settled"], at["settled"], name, months) for name in _SETTLED}
    totals = {name: _numbers(parts["totals"].filter(pa.compute.equal(parts["totals"]["measure"], name)), "persons")
              for name in _TOTALS}  # fmt: skip
    return Run(
        job=job,
        flows=moved,
        stocks=_filled((months, N_PLACES, len(STATUS_NAMES)), stock, _numbers(parts["stocks"], "persons")),
        harms=_numbers(parts["harms"], "persons").reshape(months, len(HARMS)),
        expected=expected,
        moves=_moves_of(parts["moves"], at["moves"]),
        wishes=_wishes_of(parts["wishes"], at["wishes"]),
        blocked=totals["blocked"],
        residents_by_class=totals["residents_of_class"],
        groups=_filled(
            (months, len(who.MEASURES), N_PLACES, who.N_GROUPS), counted, _numbers(groups, "agents"), np.int32
        ),
        residents=settled["residents"],
        employed=settled["employed"],
        without_work=settled["without_work"][..., 0],
        prisoners=totals["prisoners"],
        decisions=_decisions_of(parts["decisions"], at["decisions"]),
    )


def _settled_counts(table: pa.Table, at: NDArray[np.int64], measure: str, months: int) -> NDArray[np.int64]:
    chosen = _codes(table, "measure", tuple(_SETTLED)) == list(_SETTLED).index(measure)
    part = table.filter(pa.array(chosen))
    names = _SETTLED[measure]
    where = at[chosen], _codes(part, "destination", PLACE_NAMES), _codes(part, "group", names)
    return _filled((months, N_PLACES, len(names)), where, _numbers(part, "persons"))


def _moves_of(table: pa.Table, at: NDArray[np.int64]) -> NDArray[np.void]:
    found = np.zeros(len(table), MOVE)
    found["month"], found["key"] = at, _numbers(table, "key")
    found["kind"] = _kinds_of(table, _KINDS)
    found["origin"], found["place"] = _codes(table, "from", PLACE_NAMES), _codes(table, "to", PLACE_NAMES)
    found["channel"], found["reason"] = _codes(table, "channel", CHANNEL_NAMES), _codes(table, "reason", REASON_NAMES)
    return found


def _decisions_of(table: pa.Table, at: NDArray[np.int64]) -> NDArray[np.void]:
    found = np.zeros(len(table), DECISION)
    found["month"], found["key"], found["kind"] = at, _numbers(table, "key"), _kinds_of(table, _DECIDED)
    found["place"] = _codes(table, "destination", PLACE_NAMES)
    found["channel"], found["reason"] = _codes(table, "channel", CHANNEL_NAMES), _codes(table, "reason", REASON_NAMES)
    return found


def _kinds_of(table: pa.Table, names: Mapping[int, str]) -> NDArray[np.int64]:
    kinds: NDArray[np.int64] = np.array(sorted(names))[_codes(table, "kind", [names[code] for code in sorted(names)])]
    return kinds


def _wishes_of(table: pa.Table, at: NDArray[np.int64]) -> NDArray[np.void]:
    found = np.zeros(len(table), WISH)
    found["month"], found["key"], found["persons"] = at, _numbers(table, "key"), _numbers(table, "persons")
    found["reason"] = _codes(table, "reason", REASON_NAMES)
    found["place"] = _codes(table, "destination", PLACE_NAMES)
    return found

"""The folders of results: which are whole, what their manifests say, and what is wrong with the others.

A folder whose name begins with a dot is half-written, or on its way out, and is never read. Whatever else lies among
the points is read or named in one line as a fault; nothing here raises for what a folder holds.
"""

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import pyarrow as pa
import pyarrow.parquet as pq
from annotated_types import Ge, Le, Lt
from pydantic import AfterValidator, BaseModel, Strict, ValidationError, create_model

from sim.history import naming
from sim.numerics.messages import shown
from sim.runs import seals
from sim.runs.seals import Damaged
from sim.runs.tables import OF_COMPARISONS, OF_POINTS, Table
from sim.runs.tables.declaration import CSV, REAL, TEXT, TIME, TRUTH, WHOLE
from sim.runs.tables.views import COMPARISONS as COMPARED
from sim.runs.tables.views import POINTS as COMPUTED

POINTS, COMPARISONS, STUDIES = "points", "compare", "studies"
OTHERS = ("patterns", "validate", "predict", "survey", "reasons", "explain")
"""Folders of the results that have a manifest."""
READ = {"point": OF_POINTS, "comparison": OF_COMPARISONS}
"""Tables that become views, by kind of folder."""

_FINGERPRINT = re.compile(r"[0-9a-f]{12,64}", re.ASCII)


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("not printable")
    return text


def _in_utc(when: datetime) -> datetime:
    try:
        return (when.astimezone(UTC) if when.tzinfo else when).replace(tzinfo=None, microsecond=0)
    except OverflowError as error:
        raise ValueError("out of range") from error


_Text = Annotated[str, Strict(), AfterValidator(_printable)]
_TYPES: dict[pa.DataType, Any] = {
    TEXT: _Text,
    WHOLE: Annotated[int, Strict(), Ge(0), Lt(2**63)],
    REAL: Annotated[float, Strict(), Ge(-1e300), Le(1e300)],
    TRUTH: Annotated[bool, Strict()],
    TIME: Annotated[datetime, AfterValidator(_in_utc)],
}
_WRITTEN: dict[str, Any] = {"freeze": list[_Text], "coefficients": dict[str, Any]}
"""Columns that a manifest does not hold as texts."""


def _manifest(table: Table) -> type[BaseModel]:
    """What a manifest must hold for the line of its folder."""
    columns: dict[str, Any] = {}
    for column in table.columns:
        kind = _WRITTEN.get(column.name, _TYPES[column.kind])
        columns[column.name] = (kind | None, None) if column.null or column.name in _WRITTEN else (kind, ...)
    return create_model(table.name, **columns)


_MANIFESTS = {table.name: _manifest(table) for table in (COMPUTED, COMPARED)}


@dataclass(frozen=True)
class Fault:
    """What is wrong with a folder, in one line."""

    folder: Path
    says: str

    def __str__(self) -> str:
        return f"{shown(self.folder.name)} is left out: {self.says}"


@dataclass(frozen=True)
class Folder:
    """A folder of results that can be read: a point or a comparison."""

    path: Path
    manifest: Mapping[str, Any]
    row: Mapping[str, Any]
    """Its line of `points` or `comparisons`."""
    tables: Mapping[str, pa.Schema]
    """Columns of the files that become views, by name of the view."""


def points(results_dir: Path | str) -> tuple[list[Folder], list[Fault]]:
    """Points in order of name, and the faults of the folders that are none."""
    return _folders(Path(results_dir), POINTS, _point)


def comparisons(results_dir: Path | str) -> tuple[list[Folder], list[Fault]]:
    """Comparisons in order of name, and the faults of the folders that are none."""
    return _folders(Path(results_dir), COMPARISONS, _comparison)


def studies(results_dir: Path | str) -> list[Fault]:
    """Faults of the pages of studies, as far as their manifests tell."""
    results = Path(results_dir)
    return _folders(results, STUDIES, lambda path, written: Folder(path, written, {}, {}))[1]


def verify(folder: Path | str) -> list[str]:
    """What is wrong with a folder of results, one line each; every file is compared with its digest in the manifest.

    An empty list says that the folder is whole. A folder that cannot be read is told in the same way.
    """
    folder = Path(folder)
    try:
        written = seals.read(folder)
        if written.get("kind") == "point":
            _point(folder, written)
        elif written.get("kind") == "comparison":
            _comparison(folder, written)
    except Damaged as damage:
        return [str(damage)]
    tables = READ.get(str(written.get("kind")), {}).values()
    unlisted = [table.file for table in tables if table.view and table.file not in written["files"]]
    return [*seals.faults(folder), *(f"{name} is not in the manifest" for name in unlisted if (folder / name).exists())]


def manifest_or_none(folder: Path) -> Mapping[str, Any] | None:
    """The manifest of a folder, None if there is none that can be trusted."""
    try:
        return seals.read(folder)
    except Damaged:
        return None


def megabytes(folder: Path) -> float:
    """Size of all files of a folder; links count as nothing."""
    try:
        sizes = [path.lstat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    except OSError:  # it went away meanwhile
        return math.nan
    return sum(sizes) / 1e6


def _folders(
    results: Path, kind: str, read: Callable[[Path, Mapping[str, Any]], Folder]
) -> tuple[list[Folder], list[Fault]]:
    found, faults = [], []
    try:
        entries = _entries(results / kind)
    except OSError as error:
        return [], [Fault(results / kind, f"it cannot be read: {error.strerror}")]
    for path in entries:
        try:
            if not path.resolve().is_relative_to(results.resolve()):
                raise Damaged("it is a link that leads out of the results")
            found.append(read(path, seals.read(path)))
        except Damaged as wrong:
            faults.append(Fault(path, str(wrong)))
        except OSError as error:
            faults.append(Fault(path, f"it cannot be read: {error.strerror}"))
    return found, faults


def _entries(folder: Path) -> list[Path]:
    """Folders in a folder that are not hidden, in order of name; none if it is not there.

    Raises OSError if it is no folder or cannot be read.
    """
    if not folder.exists():
        return []
    return [path for path in sorted(folder.iterdir()) if not path.name.startswith(".") and path.is_dir()]


def _point(path: Path, written: Mapping[str, Any]) -> Folder:
    point = written.get("point")
    if written.get("kind") != "point" or not isinstance(point, dict):
        raise Damaged("its manifest is not that of a point")
    row = _row(COMPUTED, path, {**written, **point})
    if not _FINGERPRINT.fullmatch(row["fingerprint"]):
        raise Damaged("the fingerprint in manifest.json is none")
    ours = f"{naming.folder(row['scenario'])}-{row['fingerprint'][:12]}"
    if path.name != ours:
        raise Damaged(f"its manifest is that of {shown(ours)}")
    return Folder(path, written, row, _tables(path, written, OF_POINTS))


def _comparison(path: Path, written: Mapping[str, Any]) -> Folder:
    chosen = written.get("settings")
    if written.get("kind") != "comparison" or not isinstance(chosen, dict):
        raise Damaged("its manifest is not that of a comparison")
    row = _row(COMPARED, path, {**chosen, "until": chosen.get("end"), **written})
    tables = _tables(path, written, OF_COMPARISONS)
    if "effects" not in tables:
        raise Damaged("effects.csv is missing")
    return Folder(path, written, row, tables)


def _row(table: Table, path: Path, written: Mapping[str, Any]) -> dict[str, Any]:
    """The line of a folder in `points` or `comparisons`; Damaged names what its manifest lacks or has wrong."""
    told = {**written, "megabytes": megabytes(path), "folder": path.name}
    try:
        row = _MANIFESTS[table.name].model_validate(told).model_dump()
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        key, value = str(fault["loc"][0]), told.get(str(fault["loc"][0]))
        wrong = "missing" if value is None else shown(str(value)[:60])
        raise Damaged(f"manifest.json: {key} is {wrong}") from error
    texts = {
        "freeze": ",".join(row["freeze"] or ()),
        "coefficients": json.dumps(row["coefficients"] or {}, sort_keys=True),
    }
    return row | texts


def _tables(path: Path, written: Mapping[str, Any], declared: Mapping[str, Table]) -> dict[str, pa.Schema]:
    """Columns of the files that become views: text is compared with its digest, Parquet has checksums of its own."""
    found = {}
    for table in declared.values():
        is_text, listed = table.form == CSV, table.file in written["files"]
        if table.view and (listed or (is_text and (path / table.file).exists())):
            if is_text and (fault := seals.fault_of(path, table.file, written["files"])):
                raise Damaged(fault)
            found[table.view] = (_header if is_text else _schema)(path, table)
    return found


def _header(folder: Path, table: Table) -> pa.Schema:
    """Columns of a table that is text, by its first line."""
    with (folder / table.file).open("rb") as file:
        if file.readline(10_000).rstrip(b"\r\n") != ",".join(table.names).encode():
            raise Damaged(f"{table.file} is damaged, or has other columns")
    return pa.schema([(column.name, column.kind) for column in table.columns])


def _schema(folder: Path, table: Table) -> pa.Schema:
    """Columns of a table as its file says; a file cut short has lost them."""
    path = seals.inside(folder, table.file)
    try:
        found = pq.read_schema(path.absolute())  # Arrow takes a name with a colon for an address
        table.checked(pa.schema([field for field in found if field.name in table.names]))
    except PermissionError as error:
        raise Damaged(f"{path.name} cannot be read: {error.strerror}") from error
    except (OSError, pa.ArrowException) as error:
        raise Damaged(f"{path.name} is damaged") from error
    except ValueError as error:
        raise Damaged(str(error)) from error
    return found

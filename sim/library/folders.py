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
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sim import seals
from sim.history import naming
from sim.library.columns import COMPARED, TABLES, fits
from sim.messages import shown
from sim.seals import Damaged

POINTS, COMPARISONS, STUDIES = "points", "compare", "studies"
OTHERS = ("survey", "reasons", "explain")
"""Folders of the results that have a manifest."""
READ = {"point": [f"{name}.parquet" for name in TABLES], "comparison": [f"{name}.csv" for name in COMPARED]}
"""Files that become views, by kind of folder."""

_FINGERPRINT = re.compile(r"[0-9a-f]{12,64}", re.ASCII)


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
    """Columns of the Parquet files, by name of the table (points only)."""


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
    read = [name for name in READ.get(str(written.get("kind")), ()) if name not in written["files"]]
    return [*seals.faults(folder), *(f"{name} is not in the manifest" for name in read if (folder / name).exists())]


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
    if written.get("kind") != "point":
        raise Damaged("its manifest is not that of a point")
    point, name = written.get("point"), _need(written, "fingerprint", _is_text)
    if not isinstance(point, dict):
        raise Damaged("manifest.json lacks 'point'")
    row: dict[str, Any] = {
        "fingerprint": name,
        "scenario": _need(point, "scenario", _is_text),
        "baseline": _need(point, "baseline", _is_text, null=True),
        "decision": _need(point, "decision", _is_text),
        "lambda": _need(point, "lambda", _is_number, null=True),
        "freeze": _texts(point.get("freeze")),
        "coefficients": _json(point.get("coefficients")),
        "one_in": _need(point, "one_in", _is_whole),
        "seed": _need(point, "seed", _is_whole),
        "until": _need(point, "until", _is_text),
        "replicates": _need(written, "replicates", _is_whole),
        **_about(path, written),
    }
    if not _FINGERPRINT.fullmatch(name):
        raise Damaged("the fingerprint in manifest.json is none")
    ours = f"{naming.folder(row['scenario'])}-{name[:12]}"
    if path.name != ours:
        raise Damaged(f"its manifest is that of {shown(ours)}")
    tables = {table: _table(path, table) for table in TABLES if f"{table}.parquet" in written["files"]}
    return Folder(path, written, row, tables)


def _comparison(path: Path, written: Mapping[str, Any]) -> Folder:
    chosen = written.get("settings")
    if written.get("kind") != "comparison" or not isinstance(chosen, dict):
        raise Damaged("its manifest is not that of a comparison")
    row = {
        "fingerprint": _need(written, "fingerprint", _is_text),
        "scenario": _need(written, "scenario", _is_text),
        "baseline": _need(written, "baseline", _is_text),
        "decision": _need(chosen, "decision", _is_text, null=True),
        "freeze": _texts(chosen.get("freeze")),
        "one_in": _need(chosen, "one_in", _is_whole, null=True),
        "seed": _need(chosen, "seed", _is_whole, null=True),
        "until": _need(chosen, "end", _is_text, null=True),
        "lambda": _need(chosen, "lambda", _is_number, null=True),
        "coefficients": _json(chosen.get("coefficients")),
        "focus": _need(written, "focus", _is_text, null=True),
        "replicates": _need(chosen, "replicates", _is_whole, null=True),
        **_about(path, written),
    }
    for name in READ["comparison"]:
        there = name in written["files"] or (path / name).exists()
        if there and (fault := seals.fault_of(path, name, written["files"])):
            raise Damaged(fault)
    if "effects.csv" not in written["files"]:
        raise Damaged("effects.csv is missing")
    return Folder(path, written, row, {})


def _about(path: Path, written: Mapping[str, Any]) -> dict[str, Any]:
    when = written.get("time")
    try:
        at = datetime.fromisoformat(when) if isinstance(when, str) else None
    except ValueError:
        at = None
    if at is not None and at.tzinfo is not None:
        at = at.astimezone(UTC).replace(tzinfo=None)
    changes = written.get("uncommitted_changes")
    return {
        "commit": _need(written, "commit", _is_text, null=True),
        "uncommitted_changes": changes if isinstance(changes, bool) else None,
        "time": at.replace(microsecond=0) if at else None,
        "cpu_seconds": _need(written, "cpu_seconds", _is_number, null=True),
        "megabytes": megabytes(path),
        "folder": path.name,
    }


def _table(folder: Path, name: str) -> pa.Schema:
    """Columns of a table as its file says, texts as texts; a file cut short has lost them."""
    path = seals.inside(folder, f"{name}.parquet")
    try:
        found = pq.read_schema(path.absolute())  # Arrow takes a name with a colon for an address
    except PermissionError as error:
        raise Damaged(f"{path.name} cannot be read: {error.strerror}") from error
    except (OSError, pa.ArrowException) as error:
        raise Damaged(f"{path.name} is damaged") from error
    for column, kind in TABLES[name].items():
        if found.get_field_index(column) < 0:
            raise Damaged(f"{path.name} lacks the column '{column}', or has it twice")
        if not fits(found.field(column).type, kind):
            raise Damaged(f"{path.name}: the column '{column}' holds {found.field(column).type}, not {kind}")
    return found


def _need(record: Mapping[str, Any], key: str, is_right: Any, null: bool = False) -> Any:
    value = record.get(key)
    if not (null and value is None) and not is_right(value):
        raise Damaged(f"manifest.json: {key} is {'missing' if value is None else _said(value)}")
    return value


def _said(value: Any) -> str:
    return shown(str(value)[:60])


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value.isprintable()


def _is_whole(value: Any) -> bool:
    return type(value) is int and 0 <= value < 2**63


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and abs(value) < 1e300


def _texts(value: Any) -> str:
    if value is not None and not (isinstance(value, list) and all(map(_is_text, value))):
        raise Damaged(f"manifest.json: freeze is {_said(value)}")
    return ",".join(value or [])


def _json(value: Any) -> str:
    if value is not None and not isinstance(value, dict):
        raise Damaged(f"manifest.json: coefficients is {_said(value)}")
    return json.dumps(value or {}, sort_keys=True)

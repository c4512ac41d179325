"""The folders of results: which are whole, what their manifests say, and what is wrong with the others.

A folder whose name begins with a dot is half-written, or on its way out, and is never read. Whatever else lies among
the points is read or named in one line as a fault; nothing here raises for what a folder holds.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from sim.history.parameters import shown
from sim.library.columns import TABLES, fits
from sim.points import seal
from sim.store import file_digest

POINTS, COMPARISONS = "points", "compare"
"""Folders of the results."""
LARGEST_MANIFEST = 16_000_000
"""Bytes; a manifest is a few thousand, a larger file is something else."""

_NAME = re.compile(r"[A-Za-z0-9_]+-[0-9a-f]{12}", re.ASCII)
_FINGERPRINT = re.compile(r"[0-9a-f]{12,64}", re.ASCII)
_FILE = re.compile(r"[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)+", re.ASCII)


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


class _Wrong(Exception):
    """A folder that cannot be read; the message is the fault."""


def points(results_dir: Path | str) -> tuple[list[Folder], list[Fault]]:
    """Points in order of name, and the faults of the folders that are none."""
    return _folders(Path(results_dir), POINTS, _point)


def comparisons(results_dir: Path | str) -> tuple[list[Folder], list[Fault]]:
    """Comparisons in order of name, and the faults of the folders that are none."""
    return _folders(Path(results_dir), COMPARISONS, _comparison)


def verify(folder: Path | str) -> list[str]:
    """What is wrong with a folder of results, one line each; every file is compared with its digest in the manifest.

    An empty list says that the folder is whole. A folder that cannot be read is told in the same way.
    """
    folder = Path(folder)
    try:
        written = read_manifest(folder)
        listed = _listed(written)
        if written.get("kind") == "point":
            _point(folder, written)
    except _Wrong as wrong:
        return [str(wrong)]
    faults = []
    if "seal" in written and written["seal"] != seal(written):
        faults.append("manifest.json is not what was written: its seal differs")
    for name, expected in sorted(listed.items()):
        try:
            if _digest(_inside(folder, name)) != expected:
                faults.append(f"{name} is not what was written: its SHA-256 differs from the manifest's")
        except _Wrong as wrong:
            faults.append(str(wrong))
    if written.get("kind") == "point":
        stray = [f"{name}.parquet" for name in TABLES if f"{name}.parquet" not in listed]
        faults += [f"{name} is not in the manifest" for name in stray if (folder / name).exists()]
    return faults


def read_manifest(folder: Path) -> Mapping[str, Any]:
    """The manifest of a folder; raises a fault for anything but an object of JSON. See `manifest_or_none`."""
    path = _inside(folder, "manifest.json")
    try:
        if path.stat().st_size > LARGEST_MANIFEST:
            raise _Wrong("manifest.json is too large to be one")
        written = json.loads(path.read_bytes())
    except OSError as error:
        raise _Wrong(f"manifest.json cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise _Wrong("manifest.json is no JSON") from error
    if not isinstance(written, dict):
        raise _Wrong("manifest.json is no object of JSON")
    return written


def manifest_or_none(folder: Path) -> Mapping[str, Any] | None:
    """The manifest of a folder, None if there is none that can be read."""
    try:
        return read_manifest(folder)
    except _Wrong:
        return None


def megabytes(folder: Path) -> float:
    """Size of all files of a folder; links count as nothing."""
    try:
        sizes = [path.lstat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    except OSError:  # it went away meanwhile
        return math.nan
    return sum(sizes) / 1e6


def _folders(results: Path, kind: str, read: Any) -> tuple[list[Folder], list[Fault]]:
    found, faults = [], []
    for path in _entries(results / kind):
        try:
            if not path.resolve().is_relative_to(results.resolve()):
                raise _Wrong("it is a link that leads out of the results")
            found.append(read(path, read_manifest(path)))
        except _Wrong as wrong:
            faults.append(Fault(path, str(wrong)))
        except OSError as error:
            faults.append(Fault(path, f"it cannot be read: {error.strerror}"))
    return found, faults


def _entries(folder: Path) -> Iterator[Path]:
    """Folders in a folder that are not hidden, in order of name; none if it is not there."""
    try:
        entries = sorted(folder.iterdir())
    except OSError:
        return
    yield from (path for path in entries if not path.name.startswith(".") and path.is_dir())


def _point(path: Path, written: Mapping[str, Any]) -> Folder:
    if written.get("kind") != "point":
        raise _Wrong("its manifest is not that of a point")
    point, name = written.get("point"), _need(written, "fingerprint", _is_text)
    if not isinstance(point, dict):
        raise _Wrong("manifest.json lacks 'point'")
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
        raise _Wrong("the fingerprint in manifest.json is none")
    ours = f"{row['scenario']}-{name[:12]}"
    if path.name != ours or not _NAME.fullmatch(path.name):
        raise _Wrong(f"its manifest is that of {shown(ours)}")
    listed = _listed(written)
    tables = {table: _table(path, table) for table in TABLES if f"{table}.parquet" in listed}
    return Folder(path, written, row, tables)


def _comparison(path: Path, written: Mapping[str, Any]) -> Folder:
    chosen = written.get("settings")
    if not isinstance(chosen, dict) or not (path / "effects.csv").is_file():
        raise _Wrong("it is no comparison")
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
    path = _inside(folder, f"{name}.parquet")
    try:
        found = pq.read_schema(path)
    except (OSError, pa.ArrowException) as error:
        raise _Wrong(f"{path.name} is damaged") from error
    for column, kind in TABLES[name].items():
        if found.get_field_index(column) < 0:
            raise _Wrong(f"{path.name} lacks the column '{column}', or has it twice")
        if not fits(found.field(column).type, kind):
            raise _Wrong(f"{path.name}: the column '{column}' holds {found.field(column).type}, not {kind}")
    return found


def _inside(folder: Path, name: str) -> Path:
    """Path of a file of a folder, which is a file and lies in the folder."""
    path = folder / name
    try:
        if not path.is_file():
            raise _Wrong(f"{name} is missing" if not path.exists() else f"{name} is no file")
        if not path.resolve().is_relative_to(folder.resolve()):
            raise _Wrong(f"{name} is a link that leads out of the folder")
    except (OSError, RuntimeError) as error:
        raise _Wrong(f"{name} cannot be read") from error
    return path


def _listed(written: Mapping[str, Any]) -> dict[str, str]:
    """Files and digests of a manifest."""
    listed = written.get("files", {})
    if not isinstance(listed, dict) or not all(_FILE.fullmatch(name) and _is_text(hex) for name, hex in listed.items()):
        raise _Wrong("'files' in manifest.json is no list of files and digests")
    return listed


def _digest(path: Path) -> str:
    try:
        return file_digest(path)
    except OSError as error:
        raise _Wrong(f"{path.name} cannot be read: {error.strerror}") from error


def _need(record: Mapping[str, Any], key: str, is_right: Any, null: bool = False) -> Any:
    value = record.get(key)
    if not (null and value is None) and not is_right(value):
        raise _Wrong(f"manifest.json: {key} is missing" if value is None else f"manifest.json: {key} is {_said(value)}")
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
        raise _Wrong(f"manifest.json: freeze is {_said(value)}")
    return ",".join(value or [])


def _json(value: Any) -> str:
    if value is not None and not isinstance(value, dict):
        raise _Wrong(f"manifest.json: coefficients is {_said(value)}")
    return json.dumps(value or {}, sort_keys=True)

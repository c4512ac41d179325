"""Removing what runs left: half-written, damaged or stale results, or points that a condition picks.

Nothing is removed but folders that say in their manifest, or if that is spoilt by their names, that this program made
them, and what killed processes left half-written. What a living process has locked stays, as does what changed since it
was looked at.
"""

import re
import secrets
import shutil
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.numerics.errors import UserError
from sim.numerics.messages import shown
from sim.runs import seals
from sim.runs.locks import HALF, held, is_free, lock_of_half, place_of
from sim.runs.query import folders

SWEEPS = "sweeps"
OURS = {
    folders.POINTS: re.compile(r".+-[0-9a-f]{12}"),
    **dict.fromkeys((folders.COMPARISONS, folders.STUDIES, *folders.OTHERS), re.compile(r".+-[0-9a-f]{8}")),
}
"""Folders of results that have a manifest, and what those in them are called."""
KINDS = ("point", "comparison", "experiment", "patterns", "validation", "predictions", "survey", "reasons", "life")
"""What the manifests of such folders say that they are."""


@dataclass(frozen=True)
class Leftover:
    """A folder or a file that may go, and why."""

    path: Path
    why: str
    megabytes: float
    stamp: tuple[int, bytes]
    """By which it is known again: its number on the disk and its manifest."""
    locks: tuple[Path, ...] = ()
    """Files of which one is locked while somebody works on it."""

    @property
    def name(self) -> str:
        """Its name, with that of the folder it lies in."""
        return shown(f"{self.path.parent.name}/{self.path.name}", 200)


def partial(results_dir: Path | str) -> list[Leftover]:
    """What killed processes left half-written; the last copy of a folder that is no more is not among it."""
    found = []
    for kind in _folders(Path(results_dir)):
        for path in _folders(kind):
            half = HALF.fullmatch(path.name)
            if half and (half["what"] != "older" or path.with_name(half["name"]).exists()):
                why = "half-written" if half["what"] == "partial" else "left behind"
                found.append(_leftover(path, why, lock_of_half(path), *_locks(path)))
            if kind.name == SWEEPS and (path / "shared").is_dir():
                found.append(_leftover(path / "shared", "left by a sweep that was killed", path / ".lock"))
            if kind.name == SWEEPS:
                found += _files(path, path / ".lock")
            if kind.name == folders.POINTS and path.name.endswith(".runs"):
                found += _files(path, path.with_suffix(".lock"))
    return found


def damaged(results_dir: Path | str) -> list[Leftover]:
    """Results with a fault (every file is read); a folder that is none of ours by manifest and name is passed over."""
    found = []
    for kind, name in OURS.items():
        for path in _visible(Path(results_dir, kind)):
            if _is_ours(path, name) and (faults := folders.verify(path)):
                found.append(_leftover(path, "; ".join(faults), *_locks(path)))
    return found


def stale(results_dir: Path | str, is_stale: Callable[[Mapping[str, Any]], bool]) -> list[Leftover]:
    """Points of another program or other data than the present, as `is_stale` tells from the manifest."""
    points = ((path, folders.manifest_or_none(path)) for path in _visible(Path(results_dir, folders.POINTS)))
    return [
        _leftover(path, "of another program or other data", *_locks(path))
        for path, manifest in points
        if manifest is not None and manifest.get("kind") == "point" and is_stale(manifest)
    ]


def named(results_dir: Path | str, names: Collection[str], why: str) -> list[Leftover]:
    """Points by the names of their folders."""
    points = _visible(Path(results_dir, folders.POINTS))
    return [_leftover(path, why, *_locks(path)) for path in points if path.name in names]


def remove(leftover: Leftover) -> str | None:
    """Remove a folder or a file; returns why it stays, if it does.

    A folder is renamed first, so that a reader finds all of it or nothing. Raises UserError if it cannot be removed.
    """
    path = leftover.path
    with held(leftover.locks) as free:
        if not free:
            return "somebody is at work on it"
        try:
            if _stamp(path) != leftover.stamp:
                return "it has changed meanwhile"
            if path.is_dir():
                hidden = path
                if not HALF.fullmatch(path.name):
                    hidden = path.with_name(f".{path.name}.pruned-{secrets.token_hex(4)}")
                    path.rename(hidden)
                shutil.rmtree(hidden)
            else:
                path.unlink()
            if HALF.fullmatch(path.name):
                lock_of_half(path).unlink(missing_ok=True)
        except FileNotFoundError:
            return "it is gone"
        except OSError as error:
            raise UserError(f"{path} cannot be removed: {error.strerror or error}") from error
    return None


def is_held(leftover: Leftover) -> bool:
    """Tell whether somebody is at work on a folder; makes no file."""
    return not all(map(is_free, leftover.locks))


def _locks(path: Path) -> list[Path]:
    """The file that whoever computes a point holds locked, by any name of the point's folder; none for the rest."""
    return [path.with_name(f".{place_of(path)}.lock")] if path.parent.name == folders.POINTS else []


def _is_ours(path: Path, name: re.Pattern[str]) -> bool:
    """Whether this program made a folder: so its manifest says, or if that is spoilt the folder's name."""
    try:
        kind = seals.read_unsealed(path).get("kind")
    except seals.Damaged:
        kind = None
    return kind in KINDS or (kind is None and name.fullmatch(path.name) is not None)


def _folders(folder: Path) -> list[Path]:
    """Every folder in a folder, hidden ones too, but no link; none if it is not there."""
    try:
        return [path for path in sorted(folder.iterdir()) if not path.is_symlink() and path.is_dir()]
    except OSError:
        return []


def _visible(folder: Path) -> list[Path]:
    return [path for path in _folders(folder) if not path.name.startswith(".")]


def _files(folder: Path, lock: Path) -> list[Leftover]:
    """Half-written files in a folder, and objects of launchers, which are no results."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink()]
    kinds = {path: "half-written" for path in files if HALF.fullmatch(path.name)}
    kinds |= {path: "object of a launcher" for path in files if path.suffix == ".pkl"}
    return [_leftover(path, why, lock) for path, why in kinds.items()]


def _leftover(path: Path, why: str, *locks: Path) -> Leftover:
    size = folders.megabytes(path) if path.is_dir() else path.lstat().st_size / 1e6
    return Leftover(path, why, size, _stamp(path), locks)


def _stamp(path: Path) -> tuple[int, bytes]:
    manifest = path / seals.MANIFEST
    return path.stat().st_ino, manifest.read_bytes() if manifest.is_file() else b""

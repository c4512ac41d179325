"""Removing what runs left: half-written, damaged or stale points, or those that a condition picks.

Nothing is removed but points, which say in their manifest that they are, and what a killed run left half-written
beside them. A folder whose lock another process holds stays, as does one that changed since it was looked at.
"""

import re
import secrets
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from sim.errors import UserError
from sim.library import folders

_HALF = re.compile(r"\.(?P<name>[A-Za-z0-9_]+-[0-9a-f]{12})\.(?P<what>partial|older|pruned)-[0-9a-f]{8}", re.ASCII)
"""What `sim.store.write_folder` and `remove` call a folder on its way in or out."""


@dataclass(frozen=True)
class Leftover:
    """A folder that may go, and why."""

    path: Path
    why: str
    megabytes: float
    stamp: tuple[int, bytes]
    """By which a folder is known again: its number on the disk and its manifest."""

    @property
    def lock(self) -> Path:
        """The file that whoever works on the point holds locked."""
        half = _HALF.fullmatch(self.path.name)
        return self.path.with_name(f".{half['name'] if half else self.path.name}.lock")


def partial(results_dir: Path | str) -> list[Leftover]:
    """Half-written folders beside the points; the last copy of a point that is no more is not among them."""
    found = []
    for path in _all(results_dir):
        half = _HALF.fullmatch(path.name)
        if half and (half["what"] != "older" or path.with_name(half["name"]).exists()):
            found.append(_leftover(path, "half-written" if half["what"] == "partial" else "left behind"))
    return found


def damaged(results_dir: Path | str) -> list[Leftover]:
    """Points with a fault (every file is read); a folder whose manifest does not say that it is a point is none."""
    found = []
    for path in _points(results_dir):
        if faults := folders.verify(path):
            found.append(_leftover(path, "; ".join(faults)))
    return found


def stale(results_dir: Path | str, is_stale: Callable[[Mapping[str, Any]], bool]) -> list[Leftover]:
    """Points of another program or other data than the present, as `is_stale` tells from the manifest."""
    return [
        _leftover(path, "of another program or other data")
        for path in _points(results_dir)
        if is_stale(folders.manifest_or_none(path) or {})
    ]


def named(results_dir: Path | str, names: Collection[str], why: str) -> list[Leftover]:
    """Points by the names of their folders."""
    return [_leftover(path, why) for path in _points(results_dir) if path.name in names]


def remove(leftover: Leftover) -> str | None:
    """Remove a folder; returns why it stays, if it does.

    It is renamed first, so that a reader finds all of it or nothing. Raises UserError if it cannot be removed.
    """
    with _held(leftover.lock) as free:
        if not free:
            return "somebody is at work on it"
        try:
            if _stamp(leftover.path) != leftover.stamp:
                return "it has changed meanwhile"
            hidden = leftover.path
            if not _HALF.fullmatch(leftover.path.name):
                hidden = leftover.path.with_name(f".{leftover.path.name}.pruned-{secrets.token_hex(4)}")
                leftover.path.rename(hidden)
            shutil.rmtree(hidden)
        except OSError as error:
            raise UserError(f"{leftover.path} cannot be removed: {error.strerror or error}") from error
    return None


def is_held(leftover: Leftover) -> bool:
    """Tell whether somebody is at work on a folder; makes no file."""
    if not leftover.lock.exists():
        return False
    with _held(leftover.lock) as free:
        return not free


@contextmanager
def _held(lock: Path) -> Iterator[bool]:
    """Hold a lock if it is free, and tell whether it was."""
    try:
        with FileLock(lock, timeout=0):
            yield True
    except Timeout:
        yield False
    except OSError as error:
        raise UserError(f"{lock} cannot be locked: {error.strerror or error}") from error


def _all(results_dir: Path | str) -> list[Path]:
    """Everything beside the points that is a folder and no link."""
    try:
        entries = sorted(Path(results_dir, folders.POINTS).iterdir())
    except OSError:
        return []
    return [path for path in entries if not path.is_symlink() and path.is_dir()]


def _points(results_dir: Path | str) -> list[Path]:
    """Folders that say in their manifest that they are points."""
    visible = [path for path in _all(results_dir) if not path.name.startswith(".")]
    return [path for path in visible if (folders.manifest_or_none(path) or {}).get("kind") == "point"]


def _leftover(path: Path, why: str) -> Leftover:
    return Leftover(path, why, folders.megabytes(path), _stamp(path))


def _stamp(path: Path) -> tuple[int, bytes]:
    manifest = path / "manifest.json"
    return path.stat().st_ino, manifest.read_bytes() if manifest.is_file() else b""

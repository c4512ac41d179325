"""Manifests with the digest of every file of their folder, and a seal of their own.

They tell of accidents: a byte that changed, a file that is cut or missing, a number edited by hand. They do not tell
of malice, because anybody can compute them anew. A folder without them is of an older program and is not trusted.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from sim.numerics.errors import UserError
from sim.numerics.messages import shown
from sim.runs.files import file_digest
from sim.runs.locks import place_of

MANIFEST = "manifest.json"
LARGEST_MANIFEST = 16_000_000
"""Bytes; a manifest is a few thousand, a larger file is something else."""
OLDER = "it is of an older program: its manifest has no digests"


class Damaged(Exception):
    """A folder that is not as it was written; the message is what is wrong, in a few words."""


def write(folder: Path, about: Mapping[str, Any], name: str) -> None:
    """Write the manifest of a folder that is otherwise complete: what is told of it, digests of all files, the seal.

    `name` is that of the folder once it is in its place.
    """
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path != folder / MANIFEST)
    files = {path.relative_to(folder).as_posix(): file_digest(path) for path in paths}
    told = json.loads(json.dumps({**about, "name": name, "files": files}, default=str))
    text = json.dumps({**told, "seal": seal(told)}, indent=1)
    (folder / MANIFEST).write_text(text, encoding="utf-8")


def renew(folder: Path) -> None:
    """Write the manifest of a folder again, to which files were added or in which some were drawn again."""
    about = read(folder)
    write(folder, {key: value for key, value in about.items() if key not in ("files", "seal")}, about["name"])


def seal(manifest: Mapping[str, Any]) -> str:
    """SHA-256 of what a manifest says, without its seal."""
    told = {key: value for key, value in manifest.items() if key != "seal"}
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def read(folder: Path) -> dict[str, Any]:
    """The manifest of a folder, as it was written; Damaged for anything else."""
    manifest = read_unsealed(folder)
    if "seal" not in manifest:
        raise Damaged(OLDER)
    if manifest["seal"] != seal(manifest):
        raise Damaged(f"{MANIFEST} has changed")
    listed(manifest)
    if manifest.get("name") != place_of(folder):
        raise Damaged(f"its manifest is that of {shown(manifest.get('name'))}")
    return manifest


def read_unsealed(folder: Path) -> dict[str, Any]:
    """Whatever object of JSON lies in the place of a manifest; Damaged for anything but one."""
    path = inside(folder, MANIFEST)
    try:
        if path.stat().st_size > LARGEST_MANIFEST:
            raise Damaged(f"{MANIFEST} is too large to be one")
        written = json.loads(path.read_bytes())
    except OSError as error:
        raise Damaged(f"{MANIFEST} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise Damaged(f"{MANIFEST} is no JSON") from error
    if not isinstance(written, dict):
        raise Damaged(f"{MANIFEST} is no object of JSON")
    return written


def faults(folder: Path) -> Iterator[str]:
    """What is wrong with a folder, a few words each; nothing if every file is what its manifest says."""
    try:
        files = listed(read(folder))
    except Damaged as damage:
        yield str(damage)
        return
    for name in files:
        if fault := fault_of(folder, name, files):
            yield fault


def fault_of(folder: Path, name: str, files: Mapping[str, str]) -> str | None:
    """What is wrong with a file of a folder, by the digests of its manifest."""
    try:
        if name not in files:
            return f"{name} is not in the manifest"
        return None if file_digest(inside(folder, name)) == files[name] else f"{name} has changed"
    except Damaged as damage:
        return str(damage)
    except OSError as error:
        return f"{name} cannot be read: {error.strerror}"


def checked(folder: Path) -> dict[str, Any] | str:
    """The manifest of a folder that is whole; else the first thing that is wrong, in a few words."""
    return next(faults(folder), None) or read(folder)


def opened(folder: Path) -> dict[str, Any]:
    """The manifest of a folder that is whole, for whoever reads its files; UserError in one line for any damage."""
    found = checked(folder)
    if isinstance(found, str):
        raise UserError(f"{folder} is damaged: {found}; make it again")
    return found


def inside(folder: Path, name: str) -> Path:
    """Path of a file of a folder, which is a file of its own and no link; else Damaged."""
    path = folder / name
    try:
        if path.is_symlink():
            raise Damaged(f"{name} is a link")
        if not path.is_file():
            raise Damaged(f"{name} is missing" if not path.exists() else f"{name} is no file")
        if not path.resolve().is_relative_to(folder.resolve()):
            raise Damaged(f"{name} is a link that leads out of the folder")
    except (OSError, RuntimeError, ValueError) as error:
        raise Damaged(f"{shown(name)} cannot be read") from error
    return path


def listed(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Files and digests of a manifest; Damaged for anything but names of files inside a folder."""
    found = manifest.get("files")
    if not isinstance(found, dict) or not all(isinstance(hex, str) and _is_inside(name) for name, hex in found.items()):
        raise Damaged(f"'files' in {MANIFEST} is no list of files and digests")
    return found


def _is_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return name.isprintable() and not path.is_absolute() and ".." not in path.parts and str(path) == name != "."

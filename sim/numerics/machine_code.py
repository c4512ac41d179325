"""The folder of machine code: named by all that it is made from, and used only if nobody else can write to it.

numba does not see an edit in a rule that is called by another: the old answer would come back, confidently. So the
folder is named by a fingerprint of everything that goes into it, and an edit of a rule, or of anything that a rule may
import, finds an empty folder. The layout is the import order: what lies below the last row of rules and compiles
nothing itself (reports, commands) cannot change a rule and does not count. Neither does the place of the sources: a
second clone finds what the first has compiled.
"""

import atexit
import hashlib
import os
import platform
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Collection, Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path

import sim
from sim.numerics.declared import shipped
from sim.numerics.errors import UserError
from sim.numerics.locations import CODES, PACKAGE

KEEP_DAYS = 30
"""Days after which the machine code of an unused fingerprint is removed. Assumption: long enough for a branch
left over a holiday; a removed folder costs minutes of compiling, nothing else."""

LAST_OF_THE_RULES = "model"
"""Last row of the layout that compiles rules which others call; what lies below and compiles imports no other such."""

_FOLDER = re.compile(r"machine-code-[0-9a-f]{16}")
_COMPILES = re.compile(rb"^from sim\.numerics\.compiling import", re.MULTILINE)
_ROW = re.compile(r"^([a-z_]+)/?  ", re.MULTILINE)


def versions() -> tuple[str, ...]:
    """Return what besides the sources decides the machine code: Python, numba, llvmlite, numpy and the processor."""
    from llvmlite.binding import get_host_cpu_name  # type: ignore[import-untyped]

    packages = [f"{name} {version(name)}" for name in ("numba", "llvmlite", "numpy")]
    target = [os.environ.get(name, "") for name in ("NUMBA_CPU_NAME", "NUMBA_CPU_FEATURES", "NUMBA_OPT")]
    return platform.python_implementation(), sys.version, *packages, get_host_cpu_name(), *target


def shipped_codes() -> list[str]:
    """Return the codes of destinations and channels that compiled rules may hold; a user's own are not among them."""
    return [
        f"{folder} {name} {code}" for folder in ("destination", "channel") for name, code in shipped(folder).items()
    ]


def rows(layout: str) -> list[str]:
    """Return the rows of the layout, the table in the docstring of `sim/__init__.py`, in order."""
    return _ROW.findall(layout)


def fingerprint(
    package: Path, others: Sequence[Path] = (), marks: Sequence[str] = (), below: Collection[str] = ()
) -> str:
    """Return 16 hexadecimal digits of the SHA-256 of the Python sources of a package, other files and marks.

    Of the rows `below` (modules and folders of the package) only files that compile something count. A file counts by
    its path inside the package and its bytes, not by its date. Raises FileNotFoundError if one of the other files is
    missing.
    """
    digest = hashlib.sha256()
    files = [(path.relative_to(package).as_posix(), path) for path in package.rglob("*.py")]
    for name, path in [*sorted(files), *((path.name, path) for path in others)]:
        content = path.read_bytes()
        if name.split("/")[0].removesuffix(".py") in below and not _COMPILES.search(content):
            continue
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    for mark in marks:
        digest.update(f"{mark}\0".encode())
    return digest.hexdigest()[:16]


def user() -> int:
    """This user's number; 0 where the system has none."""
    return os.getuid() if hasattr(os, "getuid") else 0


def cache_root() -> Path:
    """Return the folder that holds the machine code of all fingerprints, made if absent: this user's, and nobody else's
    to write, because what lies in it is run.

    It is `$VYRAJ_CACHE_DIR`; or else `vyraj` in `$XDG_CACHE_HOME` or `~/.cache`; or else, where there is no home or it
    is read-only, a folder among the temporary files. Raises UserError if `$VYRAJ_CACHE_DIR` is set and is none such.
    """
    chosen = os.environ.get("VYRAJ_CACHE_DIR")
    if chosen:
        root = Path(os.path.expanduser(chosen)).absolute()
        fault = _fault(root) if chosen.isprintable() else "is no name on one line"
        if fault:
            raise UserError(f"VYRAJ_CACHE_DIR is {chosen!r}, which {fault}; name another folder or unset it")
        return root
    for root in (*_homes(), Path(tempfile.gettempdir(), f"vyraj-{user()}")):
        if not _fault(root):
            return root
    return _for_this_process()


def _homes() -> list[Path]:
    """The user's folder of cached files, if there is one: a user of a container may have no home."""
    chosen = os.environ.get("XDG_CACHE_HOME", "")
    if os.path.isabs(chosen):  # a relative one is invalid by the standard
        return [Path(chosen, "vyraj")]
    try:
        return [Path.home() / ".cache" / "vyraj"]
    except RuntimeError:
        return []


def _fault(folder: Path) -> str:
    """What is wrong with a folder of machine code, made if absent; empty if nothing is."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        about = folder.stat()
        if about.st_uid != user() and hasattr(os, "getuid"):
            return "belongs to another user"
        if about.st_mode & 0o022 and hasattr(os, "getuid"):
            return "can be written by others (chmod go-w)"
        with tempfile.TemporaryFile(dir=folder):
            return ""
    except OSError as error:
        return f"cannot be written ({error.strerror or error})"


def _for_this_process() -> Path:
    """A folder that goes with this process."""
    try:
        root = Path(tempfile.mkdtemp(prefix="vyraj-"))
    except OSError as error:
        raise UserError(f"no folder for machine code: {error.strerror or error}; set VYRAJ_CACHE_DIR") from None
    atexit.register(remove, root)
    return root


def remove(path: Path) -> None:
    """Remove a file or folder, if it can be removed."""
    try:
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink(missing_ok=True)
    except OSError:
        return


def remove_unused(root: Path, keep: Path) -> None:
    """Remove the machine-code folders under `root`, other than `keep`, that were last used over `KEEP_DAYS` ago."""
    oldest = time.time() - KEEP_DAYS * 86400
    for folder in root.iterdir():
        try:
            if folder != keep and _FOLDER.fullmatch(folder.name) and folder.stat().st_mtime < oldest:
                remove(folder)
        except FileNotFoundError:  # another process was quicker
            continue


@cache
def folder() -> Path:
    """The folder of exactly these sources, codes and versions, made if absent."""
    root, order = cache_root(), rows(sim.__doc__ or "")
    below = order[order.index(LAST_OF_THE_RULES) + 1 :] if LAST_OF_THE_RULES in order else []
    found = root / f"machine-code-{fingerprint(PACKAGE, [CODES], [*versions(), *shipped_codes()], below)}"
    if found.is_symlink() or (found.exists() and not found.is_dir()):
        remove(found)
    try:
        found.mkdir(mode=0o700, exist_ok=True)
        os.utime(found)  # used today
    except OSError as error:
        raise UserError(f"no folder for machine code: {error.strerror or error}; set VYRAJ_CACHE_DIR") from None
    remove_unused(root, keep=found)
    return found

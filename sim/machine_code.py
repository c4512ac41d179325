"""The guard against stale machine code.

Compiled rules are kept on disk between runs. numba keeps a rule's machine code as long as the rule's own file is
unchanged, and so does not see an edit in a rule that it calls: the old answer would come back, confidently. Here the
folder of the machine code is named by a fingerprint of everything that goes into it, so an edit of a rule, or of
anything that a rule may import, finds an empty folder and compiles anew. The layout is the import order: what lies
below the last row of rules and compiles nothing itself (reports, commands) cannot change a rule and does not count.
`sim/__init__.py` calls `guard` before anything is compiled.
"""

import hashlib
import os
import platform
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Collection, Sequence
from importlib.metadata import version
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
CODES = PACKAGE.parent / "conf" / "codes.yaml"
"""Codes that compiled rules hold as constants."""

KEEP_DAYS = 30
"""Days after which the machine code of an unused fingerprint is removed. Assumption: long enough for a branch
left over a holiday; a removed folder costs a minute of compiling, nothing else."""

LAST_OF_THE_RULES = "meanfield"
"""Last row of the layout that compiles rules which others call; what lies below and compiles imports no other such."""

_FOLDER = re.compile(r"machine-code-[0-9a-f]{16}")
_COMPILES = re.compile(rb"^(?:from|import) numba\b", re.MULTILINE)
_ROW = re.compile(r"^([a-z_]+)/?  ", re.MULTILINE)


def versions() -> tuple[str, ...]:
    """Return what besides the sources decides the machine code: Python, numba, llvmlite, numpy and the processor."""
    from llvmlite.binding import get_host_cpu_name  # type: ignore[import-untyped]

    packages = [f"{name} {version(name)}" for name in ("numba", "llvmlite", "numpy")]
    target = [os.environ.get(name, "") for name in ("NUMBA_CPU_NAME", "NUMBA_CPU_FEATURES")]
    return platform.python_implementation(), sys.version, *packages, get_host_cpu_name(), *target


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


def cache_root() -> Path:
    """Return the writable folder that holds the machine code of all fingerprints, made if absent.

    It is `$VYRAJ_CACHE_DIR`; or else `vyraj` in `$XDG_CACHE_HOME` or `~/.cache`; or else, where the home is read-only,
    a folder of this user among the temporary files. Raises OSError if `$VYRAJ_CACHE_DIR` is set and cannot be written.
    """
    chosen = os.environ.get("VYRAJ_CACHE_DIR")
    if chosen:
        root = Path(chosen).absolute()
        if not _writable(root):
            raise OSError(f"VYRAJ_CACHE_DIR is '{chosen}', which cannot be written; name another folder or unset it")
        return root
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    user = os.getuid() if hasattr(os, "getuid") else os.environ.get("USERNAME", "")
    for root in (Path(home, "vyraj").absolute(), Path(tempfile.gettempdir(), f"vyraj-{user}")):
        if _writable(root):
            return root
    raise OSError(
        f"no folder for machine code: neither '{home}' nor the temporary files can be written; set VYRAJ_CACHE_DIR"
    )


def _writable(folder: Path) -> bool:
    """Tell whether a folder can be made, belongs to this user and takes files (machine code of others is not run)."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if hasattr(os, "getuid") and folder.stat().st_uid != os.getuid():
            return False
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def remove_unused(root: Path, keep: Path) -> None:
    """Remove the machine-code folders under `root`, other than `keep`, that were last used over `KEEP_DAYS` ago."""
    oldest = time.time() - KEEP_DAYS * 86400
    for folder in root.iterdir():
        try:
            if folder != keep and _FOLDER.fullmatch(folder.name) and folder.stat().st_mtime < oldest:
                shutil.rmtree(folder, ignore_errors=True)
        except FileNotFoundError:  # another process was quicker
            continue


def guard(layout: str = "") -> Path:
    """Point numba to the folder of exactly these sources, codes and versions, and return it.

    `layout` is the table of the modules; without one every source counts. Overrides a `NUMBA_CACHE_DIR` of the caller,
    which would not know the sources: move the cache by `VYRAJ_CACHE_DIR`. Functions that numba compiled before this
    call are not touched.
    """
    root, order = cache_root(), rows(layout)
    below = order[order.index(LAST_OF_THE_RULES) + 1 :] if LAST_OF_THE_RULES in order else []
    folder = root / f"machine-code-{fingerprint(PACKAGE, [CODES], versions(), below)}"
    folder.mkdir(exist_ok=True)
    os.utime(folder)  # used today
    remove_unused(root, keep=folder)
    os.environ["NUMBA_CACHE_DIR"] = str(folder)
    if "numba" in sys.modules:  # it has read its environment already
        sys.modules["numba"].config.CACHE_DIR = str(folder)
    return folder

"""What a run leaves behind: folders that appear whole or not at all, tables with the same bytes, a manifest.

The store knows nothing of the model. It names no machine and no path, so that results can be passed on.
"""

import errno
import hashlib
import os
import platform
import re
import resource
import secrets
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from sim.numerics import months
from sim.numerics.errors import UserError
from sim.numerics.locations import DATA, PACKAGE, configuration
from sim.runs.locks import Lock, held, lock_of_half
from sim.runs.settings import WITHOUT_EFFECT, Settings, command, fingerprint, record_of

ROOT = PACKAGE.parent
PACKAGES = (
    "vyraj",
    "mesa",
    "numpy",
    "numba",
    "llvmlite",
    "pyarrow",
    "pandas",
    "hydra-core",
    "matplotlib",
    "jinja2",
    "pyyaml",
)
"""Distributions whose version may matter to a result."""


@contextmanager
def write_folder(path: Path | str) -> Iterator[Path]:
    """Give a new folder to write into, which takes the place of `path` when all is written.

    An older folder at `path` stays untouched until then and is replaced by two renames. If the block raises, or is
    interrupted at any point, nothing changes and nothing is left. A killed process leaves at most a hidden
    `.NAME.partial-*` beside it, or between the two renames the older folder hidden as `.NAME.older-*`: whoever writes
    the same folder next undoes that (`restore`). Raises UserError if something that is no folder lies in the place.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    if _taken(path):
        raise UserError(f"{path} is not a folder of results; move it away")
    restore(path)
    token = secrets.token_hex(4)
    partial = path.with_name(f".{path.name}.partial-{token}")
    older = path.with_name(f".{path.name}.older-{token}")
    lock = Lock(lock_of_half(partial))
    try:
        _take(lock)
        partial.mkdir()
        yield partial
        for part in (*(inside for inside in partial.rglob("*") if inside.is_file()), partial):
            _to_disk(part)
        while not _in_place(partial, path, older):
            shutil.rmtree(older, ignore_errors=True)  # of another process that put its folder there at the same time
        _to_disk(path.parent)
    finally:
        # An error or an interruption between the two renames. Once the new folder was in its place, the place is
        # empty only while another process puts its own there.
        if older.exists() and partial.exists() and not path.exists():
            try:
                older.rename(path)
            except OSError:
                if not path.exists():
                    raise
        for leftover in (partial, older):
            shutil.rmtree(leftover, ignore_errors=True)
        Path(lock.lock_file).unlink(missing_ok=True)
        lock.release()


def _take(lock: Lock) -> None:
    """Hold a lock that nobody else wants; whoever takes it for a dead process's and removes it finds it made anew."""
    while not Path(lock.lock_file).exists():
        lock.release()
        lock.acquire()


def _taken(path: Path) -> bool:
    """Whether something that is no folder lies in the place; in one look, for another process may be replacing it."""
    try:
        return not stat.S_ISDIR(path.lstat().st_mode)
    except FileNotFoundError:
        return False


def _in_place(partial: Path, path: Path, older: Path) -> bool:
    """Put a folder in its place and the one that was there aside; false if another process was quicker."""
    try:
        if path.exists():
            path.rename(older)
        partial.rename(path)
    except OSError as error:
        if error.errno not in (errno.ENOENT, errno.ENOTEMPTY, errno.EEXIST) or not partial.exists():
            raise
        return False
    return True


def write_file(path: Path, content: str | bytes) -> None:
    """Write a file that takes its place when all of it is on the disk; an interruption leaves the older one."""
    partial = path.with_name(f".{path.name}.partial-{secrets.token_hex(4)}")
    try:
        partial.write_bytes(content.encode() if isinstance(content, str) else content)
        _to_disk(partial)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def restore(path: Path) -> None:
    """Undo what killed processes left that were replacing a folder: half of a new one, or no old one.

    Files that a running process is writing are left alone.
    """
    hidden = re.compile(rf"\.{re.escape(path.name)}\.(?:partial|older|pruned)-([0-9a-f]{{8}})(?:\.lock)?")
    marks = {mark[1] for one in path.parent.glob(".*") if (mark := hidden.fullmatch(one.name))}
    for token in sorted(marks):
        halves = [path.with_name(f".{path.name}.{what}-{token}") for what in ("partial", "older", "pruned")]
        lock = lock_of_half(halves[0])
        with held([lock]) as free:
            if not free:
                continue
            if halves[1].is_dir() and not path.exists():
                with suppress(OSError):  # another process was quicker
                    halves[1].rename(path)
            for half in halves:
                shutil.rmtree(half, ignore_errors=True)
            lock.unlink(missing_ok=True)


def _to_disk(path: Path) -> None:
    """Wait until a file or folder is on the disk: a name must not outlive its content when the power fails."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


@contextmanager
def room_for_results(results_dir: Path | str, task: str = "") -> Iterator[None]:
    """Make sure that a task's results can be written before anything is computed, and leave no empty folder behind.

    Folders on the way that did not exist are made, and removed in the end if nothing came to lie in them. Raises
    UserError if the folder cannot be made or written.
    """
    folder, made = Path(results_dir, task), []
    try:
        try:
            made = [path for path in (folder, *folder.parents) if not path.exists()]
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError as error:
            raise UserError(f"results_dir={results_dir} cannot be written: {error.strerror or error}") from error
        yield
    finally:
        for path in made:
            try:
                path.rmdir()
            except OSError:  # results lie in it, or it was never made
                break


def digests() -> dict[str, str]:
    """SHA-256 of what a result depends on besides the settings: `conf/`, the data and the program's own text.

    To `conf/` belongs what the working folder adds to it.
    """
    return {"conf": _digest_of(configuration()), **_shipped_digests()}


@cache
def _shipped_digests() -> dict[str, str]:
    return {"data": digest(DATA, "*"), "program": digest(PACKAGE, "*.py")}


def file_digest(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digest(folder: Path, pattern: str, rows: Collection[str] | None = None) -> str:
    """SHA-256 of the names and bytes of the files of a folder that match a pattern, in order of their names.

    Where `rows` are given, of those modules and folders of the package only.
    """
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob(pattern) if path.is_file()}
    kept = {
        name: path for name, path in files.items() if "__pycache__" not in name and (rows is None or _is_of(name, rows))
    }
    return _digest_of(kept)


def _is_of(name: str, rows: Collection[str]) -> bool:
    """Whether a file is one of these modules, or lies in one of these folders."""
    return any(name.removesuffix(".py") == row or name.startswith(f"{row}/") for row in rows)


def _digest_of(files: Mapping[str, Path]) -> str:
    total = hashlib.sha256()
    for name in sorted(files):
        total.update(f"{file_digest(files[name])}  {name}\n".encode())
    return total.hexdigest()


def manifest(
    settings: Settings, began: float, extra: Mapping[str, Any] | None = None, replicates: int | None = None
) -> dict[str, Any]:
    """All that is needed to make a result again and to judge what it cost, as plain values.

    Settings (sections laid flat), the command, the seed of each replicate, versions, commit, digests of inputs, the
    time of writing, CPU seconds since the work `began` (`time.process_time`), peak memory (MB) of this process so far,
    and what `extra` adds. `replicates` are those asked for, if not given. Holds no name of a machine and no path.
    """
    chosen: dict[str, Any] = {"start": months.label(0), "end": settings.until}
    for key, value in record_of(settings).items():
        if key not in WITHOUT_EFFECT:
            flat = isinstance(value, dict) and key != "coefficients"
            chosen.update(value if flat else {key: value})
    del chosen["until"]
    chosen |= {"lambda": settings.lambda_, "parameters": Path(settings.parameters).name}
    chosen["people_draws"] = chosen.pop("draws")
    if not settings.is_beyond:
        del chosen["course"]
    replicates = replicates or settings.replicate_count
    chosen["replicates"] = replicates
    return {
        "scenario": settings.scenario,
        "baseline": settings.baseline,
        "settings": chosen,
        "fingerprint": fingerprint(settings),
        "command": command(settings),
        "seeds": seeds(settings.seed, replicates),
        "threads": settings.threads,
        **provenance(time.process_time() - began),
        **(extra or {}),
    }


def seeds(seed: int, replicates: int) -> list[int]:
    """The luck of each replicate."""
    from sim.numerics.luck import replicate_seed  # loads numba, which few need who write a file

    return [int(replicate_seed(seed, replicate)) for replicate in range(replicates)]


def provenance(seconds: float) -> dict[str, Any]:
    """By what a result was made and what it cost: versions, system, commit, digests, time (UTC), CPU s, memory (MB).

    `seconds` of CPU are those of the result itself; peak memory is that of the process so far.
    """
    return {
        "versions": {"python": platform.python_version(), **{name: _version(name) for name in PACKAGES}},
        "environment": {"system": platform.system(), "machine": platform.machine(), "cores": os.cpu_count()},
        "commit": _git("rev-parse", "HEAD"),
        "uncommitted_changes": _uncommitted(),
        "sha256": digests(),
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "cpu_seconds": round(seconds, 2),
        "peak_memory_mb": round(peak_memory() / 1e6, 1),
    }


def peak_memory() -> int:
    """Largest memory this process has held so far, in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024  # Linux counts in KiB


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _uncommitted() -> bool | None:
    changes = _git("status", "--porcelain")
    return None if changes is None else changes != ""


def _git(*arguments: str) -> str | None:
    """What git says about this project, None without git or outside a repository of its own."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}

    def ask(*words: str) -> str:
        answer = subprocess.run(
            ["git", "-C", str(ROOT), *words], capture_output=True, text=True, check=True, timeout=20, env=environment
        )
        return answer.stdout.strip()

    try:
        if Path(ask("rev-parse", "--show-toplevel")).resolve() != ROOT:  # installed inside someone else's repository
            return None
        return ask(*arguments)
    except (OSError, subprocess.SubprocessError):
        return None

"""A full disk in words: in which folder nothing more can be written, how much is free, and how much is still needed."""

import errno
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from sim.numerics.errors import UserError
from sim.runs.estimate import Plan, disk
from sim.runs.settings import Settings

FULL = (errno.ENOSPC, errno.EDQUOT)
BYTES_OF_AN_ANSWER = 6_200_000
"""Tables, figures and report of one comparison (measured November 2026)."""


def is_full(error: BaseException | None) -> OSError | None:
    """The error by which a disk said that it is full: this one, or one that it came of."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in FULL:
            return error
        error = error.__cause__ or error.__context__
    return None


def told(error: OSError, settings: Settings, run: Callable[[Settings], object] | None) -> UserError:
    """What a user reads; `run` is the task, asked for its plan if it can tell one."""
    results = Path(settings.results_dir)
    folders = [results, Path(tempfile.gettempdir())]
    folder = Path(error.filename).parent if isinstance(error.filename, str) else min(folders, key=_free)
    is_results = results.absolute() in (folder.absolute(), *folder.absolute().parents)
    where = f"results_dir={results}" if is_results else str(folder)
    need = _needed(settings, run)
    needed = f", and about {need / 1e6:,.1f} MB are still needed (what is finished is kept)" if need else ""
    hint = "make room or choose another results_dir" if is_results else "make room there"
    return UserError(f"{where}: No space left on its disk: {_free(folder) / 1e6:,.1f} MB are free{needed}; {hint}")


def _needed(settings: Settings, run: Callable[[Settings], object] | None) -> float:
    """Bytes of what is not there yet, for what is finished is kept; 0 for a task that cannot tell."""
    if run is None:
        return 0.0
    try:
        plan = run(replace(settings, dry=True))
    except Exception:  # the fault that is told is the full disk
        return 0.0
    return disk(plan) + BYTES_OF_AN_ANSWER * (settings.task == "compare") if isinstance(plan, Plan) else 0.0


def _free(folder: Path) -> int:
    """Bytes that are free on the disk of a folder, or of the nearest folder above it that is there."""
    there = next(one for one in (folder.absolute(), *folder.absolute().parents) if one.exists())
    return shutil.disk_usage(there).free

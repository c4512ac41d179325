"""The command, `python -m sim` or `vyraj`: chooses the task, and turns faults into one line and an exit code.

Exit codes: 0 done, 2 a mistake of the user's, 3 a failed run (or any failed job of a sweep), 130 interrupted.
"""

from __future__ import annotations

import io
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim import __version__
from sim.cli.outcome import FAILURE, INTERRUPTED, MISTAKE, Outcome
from sim.numerics.errors import UserError
from sim.runs.tasks import task

if TYPE_CHECKING:
    from sim.analysis.experiment import Experiment
    from sim.runs.progress import Entry
    from sim.runs.settings import Settings

FOLDERS = {"simulate": "points", "figures": "compare", "report": "compare"}
"""Folder of a task's results, where it has another name than the task."""
UNPLANNED = (
    *("explain", "reasons", "patterns", "validate", "predict", "survey", "people", "history"),
    *(
        "calibrate",
        "invert",
        "parameters",
        "policies",
        "scenarios",
        "lint",
        "dashboard",
        "canonical",
        "figures",
        "report",
    ),
)
"""Tasks that cannot tell beforehand what they would do."""
STOPPED = "interrupted; what was finished is kept, the same command goes on"
"""What is told of an interruption."""
READ_ONLY = ("results", "parameters", "policies", "scenarios", "lint")
"""Tasks that make no folder of their own."""


def main() -> int:
    """Run the task of the command line, once or as a sweep; returns the exit code.

    What a command line asks for is imported on the way: whoever asks for the version waits for nothing else.
    """
    _ready_to_tell()
    if "--version" in sys.argv[1:]:
        print(f"vyraj {__version__}")
        return 0
    try:
        from sim.cli import hydra

        outcomes = hydra.run(_job, _close)
    except KeyboardInterrupt:
        print(f"vyraj: {STOPPED}", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        return _nobody_reads()
    except Exception as error:
        outcomes = [_fault(error)]
    try:
        return _tell(outcomes)
    except BrokenPipeError:
        return _nobody_reads()


def _job(read_settings: Callable[[], Settings]) -> Outcome:
    from sim.runs.estimate import Plan
    from sim.runs.files import room_for_results

    settings = None
    try:
        settings = read_settings()
        if settings.dry and settings.task in UNPLANNED:
            raise UserError(f"dry=true plans nothing for task={settings.task}, but for compare, simulate and results")
        room = nullcontext() if settings.dry or settings.task in READ_ONLY else room_for_results(
            settings.results_dir, FOLDERS.get(settings.task, settings.task))  # fmt: skip
        with room:
            left = task(settings.task)(settings)
        if isinstance(left, Plan):
            return Outcome(plan=left, settings=settings)
        return Outcome(left=_names(left))
    except BrokenPipeError:  # whoever read the output has had enough (a pager, `head`)
        return Outcome(_nobody_reads())
    except Exception as error:
        from sim.cli import full_disk

        full = full_disk.is_full(error)
        if full is None or settings is None:
            return _fault(error)
        run = None if settings.task in UNPLANNED else task(settings.task)
        return _fault(full_disk.told(full, settings, run))


def _names(left: Path | Sequence[Path] | None) -> str:
    """What a task has left; of several files their names in the project, or in the folder where it was run."""
    if left is None:
        return ""
    if not isinstance(left, (list, tuple)):
        return str(left)
    from sim.numerics.locations import PACKAGE

    found = []
    for path in left:
        above = next((top for top in (Path.cwd(), PACKAGE.parent) if path.is_relative_to(top)), None)
        found.append(path.relative_to(above).as_posix() if above else str(path))
    return ", ".join(found)


def _close(study: Experiment, results_dir: str, entries: list[Entry]) -> Outcome:
    """Close a study; where its page fails, what its jobs have left is told all the same."""
    from sim.cli.commands.study import close

    try:
        return close(study, results_dir, entries)
    except Exception as error:
        return _fault(error)


def _tell(outcomes: Sequence[Outcome]) -> int:
    """Print the outcome of every job: faults on stderr, what they left on stdout; returns the exit code."""
    sys.stdout.flush()
    for one in outcomes:
        if one.code:
            print(f"vyraj: {one.said}", file=sys.stderr, flush=True)
    sys.stderr.flush()
    swept = [one for one in outcomes if one.asked]
    if any(one.left for one in swept):
        from sim.cli.commands.swept import table

        print(table(swept), flush=True)
    for one in outcomes:
        if one.asked or one.code:
            continue
        if one.plan is not None and one.settings is not None:
            from sim.runs.estimate import words

            print(words(one.plan, one.settings.thread_count), flush=True)
        elif one.left:
            print(f"{one.said}results: {one.left}", flush=True)
    codes = [one.code for one in outcomes]
    return codes[0] if len(codes) == 1 else FAILURE if any(codes) else 0


def _nobody_reads() -> int:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _stopped(number: int, frame: object) -> None:
    """A polite request to end (SIGTERM) ends a run as Ctrl-C does: nothing half-written is left."""
    raise KeyboardInterrupt


def _lost(fault: Any) -> None:
    """An interruption that met a callback of the interpreter's, where exceptions are lost, is asked for again."""
    if fault.exc_type is KeyboardInterrupt:
        # A signal of its own wakes the main thread also where it waits.
        threading.Timer(0.05, signal.pthread_kill, [threading.main_thread().ident, signal.SIGTERM]).start()
    else:
        sys.__unraisablehook__(fault)


def _ready_to_tell() -> None:
    """Signs that the terminal cannot write are told by their number, instead of losing what was computed."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _stopped)
        sys.unraisablehook = _lost


def _fault(error: Exception) -> Outcome:
    """One line about each fault, and a traceback on stderr if VYRAJ_DEBUG=1."""
    if os.environ.get("VYRAJ_DEBUG") == "1":
        traceback.print_exception(error)
    lines = [
        "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in " ".join(fault.split()))
        for fault in (error.faults if isinstance(error, UserError) else (str(error),))
    ]
    line = lines[0] if len(lines) == 1 else "\n  ".join([f"{len(lines)} mistakes", *lines])
    if isinstance(error, UserError):
        return Outcome(MISTAKE, line)
    hint = "" if os.environ.get("VYRAJ_DEBUG") == "1" else " (VYRAJ_DEBUG=1 shows where)"
    return Outcome(FAILURE, f"the run failed: {type(error).__name__}: {line}{hint}")


if __name__ == "__main__":
    sys.exit(main())

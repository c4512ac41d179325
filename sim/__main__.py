"""The command, `python -m sim` or `vyraj`: chooses the task, and turns faults into one line and an exit code.

Exit codes: 0 done, 2 a mistake of the user's, 3 a failed run (or any failed job of a sweep), 130 interrupted.
"""

import _thread
import io
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from typing import Any

from sim import config
from sim.errors import UserError
from sim.settings import Settings
from sim.store import room_for_results
from sim.tasks import task

MISTAKE, FAILURE, INTERRUPTED = 2, 3, 130


def main() -> int:
    """Run the task of the command line, once or as a sweep; returns the exit code."""
    _ready_to_tell()
    try:
        codes = config.run(_job)
    except KeyboardInterrupt:
        print("vyraj: interrupted", file=sys.stderr)
        return INTERRUPTED
    except Exception as error:
        return _tell(error)
    return codes[0] if len(codes) == 1 else FAILURE if any(codes) else 0


def _job(read_settings: Callable[[], Settings]) -> int:
    try:
        settings = read_settings()
        with room_for_results(settings.results_dir, settings.task):
            left = task(settings.task)(settings)
        if left is not None:
            sys.stderr.flush()
            print(f"results: {left}", flush=True)
    except BrokenPipeError:  # whoever read the output has had enough (a pager, `head`)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        return _tell(error)
    return 0


def _stopped(number: int, frame: object) -> None:
    """A polite request to end (SIGTERM) ends a run as Ctrl-C does: nothing half-written is left."""
    raise KeyboardInterrupt


def _lost(fault: Any) -> None:
    """An interruption that met a callback of the interpreter's, where exceptions are lost, is asked for again."""
    if fault.exc_type is KeyboardInterrupt:
        threading.Timer(0.05, _thread.interrupt_main, [signal.SIGTERM]).start()
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


def _tell(error: Exception) -> int:
    """One line about a fault on stderr, a traceback before it if VYRAJ_DEBUG=1; returns the exit code."""
    if os.environ.get("VYRAJ_DEBUG") == "1":
        traceback.print_exception(error)
    line = "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in " ".join(str(error).split()))
    if isinstance(error, UserError):
        print(f"vyraj: {line}", file=sys.stderr, flush=True)
        return MISTAKE
    hint = "" if os.environ.get("VYRAJ_DEBUG") == "1" else " (VYRAJ_DEBUG=1 shows where)"
    print(f"vyraj: the run failed: {type(error).__name__}: {line}{hint}", file=sys.stderr, flush=True)
    return FAILURE


if __name__ == "__main__":
    sys.exit(main())

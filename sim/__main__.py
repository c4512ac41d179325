"""The command, `python -m sim` or `vyraj`: chooses the task, and turns faults into one line and an exit code.

Exit codes: 0 done, 2 a mistake of the user's, 3 a failed run (or any failed job of a sweep), 130 interrupted.
"""

import os
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path

from sim import config
from sim.errors import UserError
from sim.settings import Settings
from sim.tasks import task

MISTAKE, FAILURE, INTERRUPTED = 2, 3, 130


def main() -> int:
    """Run the task of the command line, once or as a sweep; returns the exit code."""
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
        check_writable(settings.results_dir)
        left = task(settings.task)(settings)
    except BrokenPipeError:  # whoever read the output has had enough (a pager, `head`)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        return _tell(error)
    if left is not None:
        sys.stderr.flush()
        print(f"results: {left}", flush=True)
    return 0


def check_writable(folder: str) -> None:
    """Make sure that results can be written before anything is computed; raises UserError."""
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise UserError(f"results_dir={folder} cannot be written: {error.strerror or error}") from error


def _tell(error: Exception) -> int:
    """One line about a fault on stderr, a traceback before it if VYRAJ_DEBUG=1; returns the exit code."""
    if os.environ.get("VYRAJ_DEBUG") == "1":
        traceback.print_exception(error)
    line = " ".join(str(error).split())
    if isinstance(error, UserError):
        print(f"vyraj: {line}", file=sys.stderr, flush=True)
        return MISTAKE
    hint = "" if os.environ.get("VYRAJ_DEBUG") == "1" else " (VYRAJ_DEBUG=1 shows where)"
    print(f"vyraj: the run failed: {type(error).__name__}: {line}{hint}", file=sys.stderr, flush=True)
    return FAILURE


if __name__ == "__main__":
    sys.exit(main())

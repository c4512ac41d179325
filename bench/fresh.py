"""A measurement alone in a fresh process, with what the operating system says that process took."""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
"""The project: the folder of `sim/` and `bench/`."""
_PATH = re.compile(r"(?<![\w.])/(?:[\w.+\-]+/)+")


class NotMeasured(Exception):
    """Something to be measured is not there; the argument says what, in one line without a path."""


class Failed(NotMeasured):
    """A measurement went wrong."""


def alone(
    name: str, root: Path = ROOT, environment: Mapping[str, str] | None = None, **arguments: Any
) -> dict[str, Any]:
    """Run `bench.alone.<name>.measure(**arguments)` in a fresh process and return what it found.

    Adds `process`: `wall` and `cpu` seconds from start to end, `peak` memory in bytes, and how often other work
    took the processor from it (`pushed_aside`). `root` is the copy of the project to run, `environment` what to
    change in the environment. Raises Failed if the process fails and NotMeasured if it says that something
    is missing.
    """
    command = [sys.executable, "-m", "bench.alone", name, json.dumps(arguments)]
    path = os.pathsep.join(filter(None, [str(root), os.environ.get("PYTHONPATH")]))
    surroundings = {**os.environ, "PYTHONPATH": path, **(environment or {})}
    with tempfile.TemporaryFile() as told, tempfile.TemporaryFile() as faults:
        began = time.perf_counter()
        process = subprocess.Popen(command, cwd=root, env=surroundings, stdout=told, stderr=faults)
        try:
            _, status, usage = os.wait4(process.pid, 0)  # the kernel's account of this child and no other
        except BaseException:
            process.kill()
            process.wait()
            raise
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        lines, complaints = _lines(told), _lines(faults)
    if process.returncode:
        raise Failed(without_paths(complaints[-1] if complaints else f"exit code {process.returncode}"))
    found: dict[str, Any] = json.loads(lines[-1])
    if "missing" in found:
        raise NotMeasured(without_paths(str(found["missing"])))
    found["process"] = {
        "wall": wall,
        "cpu": usage.ru_utime + usage.ru_stime,
        "peak": usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024),
        "pushed_aside": usage.ru_nivcsw,
    }
    return found


@cache
def warm_up() -> None:
    """Run a first process that is not counted, once a bench: it compiles, and fills the page cache."""
    alone("first_month")


def without_paths(text: str) -> str:
    """A message with the folders of this machine taken out."""
    return _PATH.sub("", text)


def _lines(file: Any) -> list[str]:
    file.seek(0)
    return [line for line in file.read().decode("utf-8", "replace").splitlines() if line.strip()]

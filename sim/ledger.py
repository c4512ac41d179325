"""What the jobs of a sweep report while they run: their state, their progress, what they left; one small file each.

Files are all that workers and the controller share, so the same ledger serves threads, processes and machines.
"""

import json
import secrets
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tqdm import tqdm

from sim.store import write_file

OFTEN = 0.5
"""Seconds between two notes of a job's progress (assumption: what an eye follows)."""
RUNNING, DONE, FAILED = "running", "done", "failed"


@dataclass(frozen=True)
class Entry:
    """What a job says of itself: number, what was asked, state, exit code, one line, what it left, who did it."""

    job: int
    asked: tuple[str, ...]
    state: str
    code: int = 0
    said: str = ""
    left: str = ""
    worker: str = ""


class Ledger:
    """The folder of a sweep: an entry and the progress of each job, and a folder `shared` of what workers share."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def shared(self) -> Path:
        """Folder of what workers share while the sweep runs."""
        return self.folder / "shared"

    def note(self, entry: Entry) -> None:
        """Put a job's entry in the place of its last one."""
        write_file(self.folder / f"job-{entry.job:05}.json", json.dumps(asdict(entry), indent=1))

    def entries(self) -> list[Entry]:
        """Every entry, in order of job."""
        return [entry for path in sorted(self.folder.glob("job-*.json")) if (entry := _entry(path))]

    def entry(self, job: int) -> Entry | None:
        """The entry of a job, if it has begun."""
        path = self.folder / f"job-{job:05}.json"
        return _entry(path) if path.exists() else None

    def note_progress(self, job: int, lived: int, months: int) -> None:
        """Note how many of its months a job has lived."""
        path = self.folder / f"job-{job:05}.months"
        path.with_suffix(".new").write_text(f"{lived} {months}", encoding="utf-8")
        path.with_suffix(".new").replace(path)  # nobody minds losing it

    def progress(self) -> tuple[int, int, int]:
        """Months lived and months known of by all jobs, and how many jobs know of theirs."""
        found = [path.read_text(encoding="utf-8").split() for path in self.folder.glob("job-*.months")]
        return sum(int(one[0]) for one in found), sum(int(one[1]) for one in found), len(found)


def _entry(path: Path) -> Entry | None:
    try:
        record: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return Entry(**record | {"asked": tuple(record["asked"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None


@dataclass
class _Here:
    """The job of a sweep that this process is doing, if any."""

    ledger: Ledger | None = None
    job: int = 0
    lived: int = 0
    months: int = 0


_HERE = _Here()
_PROCESS = secrets.token_hex(8)


def this_process() -> str:
    """A word that no other process has, on whatever machine; numbers of processes repeat."""
    return _PROCESS


@contextmanager
def at_work(ledger: Ledger, job: int, asked: Sequence[str]) -> Iterator[None]:
    """What this process does meanwhile is a job of the sweep."""
    ledger.note(Entry(job, tuple(asked), RUNNING, worker=this_process()))
    _HERE.ledger, _HERE.job, _HERE.lived, _HERE.months = ledger, job, 0, 0
    try:
        yield
    finally:
        _HERE.ledger = None


def sweep() -> Ledger | None:
    """The ledger of the sweep whose job this process is doing; None outside a sweep."""
    return _HERE.ledger


def say(text: str) -> None:
    """Print what a single run tells its user; a job of a sweep keeps it to itself."""
    if _HERE.ledger is None:
        print(text, flush=True)


@contextmanager
def progress(months: int) -> Iterator[Callable[[], object]]:
    """Show months passing: in the ledger of a sweep, or on a bar, which is seen on a terminal only."""
    ledger = _HERE.ledger
    if ledger is None:
        with tqdm(total=months, desc="months simulated", unit="", disable=None, leave=False) as bar:
            yield bar.update
        return
    _HERE.months += months
    ledger.note_progress(_HERE.job, _HERE.lived, _HERE.months)
    lock, last = threading.Lock(), [time.monotonic()]

    def tick() -> None:
        with lock:
            _HERE.lived += 1
            if time.monotonic() - last[0] > OFTEN:
                last[0] = time.monotonic()
                ledger.note_progress(_HERE.job, _HERE.lived, _HERE.months)

    yield tick
    _HERE.months = _HERE.lived  # others had lived the rest
    ledger.note_progress(_HERE.job, _HERE.lived, _HERE.months)


@contextmanager
def watched(ledger: Ledger, jobs: int) -> Iterator[None]:
    """Show all jobs of a sweep on one bar, with the time left; only on a terminal."""
    if not sys.stderr.isatty():
        yield
        return
    over = threading.Event()

    def watch() -> None:
        with tqdm(total=1, unit="", bar_format=_BAR, leave=False) as bar:
            while not over.wait(OFTEN):
                lived, known, begun = ledger.progress()
                entries = ledger.entries()
                ended = sum(entry.state != RUNNING for entry in entries)
                failed = sum(entry.state == FAILED for entry in entries)
                # of jobs that have not begun it is only known that there are such
                bar.total = max(1, round(known * (1 + (jobs - len(entries)) / max(1, begun))))
                bar.n = min(lived, bar.total)
                told = f"{ended} of {jobs} jobs" + (f", {failed} failed" if failed else "")
                bar.set_description_str(told if known else f"{told}, starting")

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


_BAR = "{desc} {percentage:3.0f}%|{bar}| {n_fmt} of {total_fmt} months simulated, {remaining} left"

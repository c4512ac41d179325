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
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tqdm import tqdm

from sim.runs.files import write_file

OFTEN = 0.5
"""Seconds between two notes of a job's progress (assumption: what an eye follows)."""
SELDOM = 30.0
"""Seconds between two lines of progress where there is no terminal (assumption: what a log can bear)."""
STARTING = "starting (a first run compiles the model)"
"""What is said until a month has been simulated."""
RUNNING, DONE, FAILED = "running", "done", "failed"
SWEEP = "sweep: "
"""What stands before the ledger's folder where a sweep tells it."""


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

    def progress(self) -> dict[int, tuple[int, int]]:
        """Months lived and months known of, by job, of those jobs that know of theirs."""
        found = {}
        for path in self.folder.glob("job-*.months"):
            lived, months = path.read_text(encoding="utf-8").split()
            found[int(path.stem.removeprefix("job-"))] = int(lived), int(months)
        return found


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
        with _bar_or_lines(months) as shown:
            yield shown
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
def _bar_or_lines(months: int) -> Iterator[Callable[[], object]]:
    """Show the months of a single run."""
    if sys.stderr.isatty():
        with tqdm(total=months, desc="months simulated", unit="", leave=False) as bar:
            yield bar.update
        return
    lock, lived = threading.Lock(), [0]

    def tick() -> None:
        with lock:
            lived[0] += 1

    with _every(SELDOM, _Lines(lambda: "", lambda: (lived[0], months))):
        yield tick


@contextmanager
def watched(ledger: Ledger, jobs: int) -> Iterator[None]:
    """Show all jobs of a sweep, with the time left: on one bar on a terminal, else in a line every half minute."""

    def told() -> str:
        ended = [entry for entry in ledger.entries() if entry.state != RUNNING]
        failed = sum(entry.state == FAILED for entry in ended)
        return f"{len(ended)} of {jobs} jobs" + (f", {failed} failed" if failed else "")

    def months() -> tuple[int, int]:
        found = ledger.progress()
        idle = {entry.job for entry in ledger.entries() if entry.state != RUNNING} - found.keys()
        lived, known = (sum(one[i] for one in found.values()) for i in (0, 1))
        # of jobs that have not begun it is only known that there are such
        total = round(known * (jobs - len(idle)) / max(1, len(found)))
        return min(lived, total), total

    if not sys.stderr.isatty():
        with _every(SELDOM, _Lines(told, months)):
            yield
        return
    with tqdm(total=1, unit="", bar_format=_BAR, leave=False) as bar:

        def show() -> None:
            lived, total = months()
            bar.total, bar.n = max(1, total), lived
            bar.set_description_str(told() if lived else f"{told()}, {STARTING}")

        with _every(OFTEN, show):
            yield


@dataclass
class _Lines:
    """Progress told in lines on stderr: what comes first in a line, and months lived and known of."""

    first: Callable[[], str]
    months: Callable[[], tuple[int, int]]
    begun: float = field(default_factory=time.monotonic)

    def __call__(self) -> None:
        """Print a line, with the time left if the months lived say something of it."""
        lived, total = self.months()
        parts = [self.first(), f"{lived:,} of {total:,} months simulated" if total else "", "" if lived else STARTING]
        if 0 < lived < total:
            parts.append(f"about {duration((time.monotonic() - self.begun) / lived * (total - lived))} left")
        print(", ".join(part for part in parts if part), file=sys.stderr, flush=True)


@contextmanager
def _every(seconds: float, show: Callable[[], None]) -> Iterator[None]:
    """Show something again and again, by a thread of its own."""
    over = threading.Event()

    def watch() -> None:
        while not over.wait(seconds):
            show()

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def duration(seconds: float) -> str:
    """A time in the unit that a person would use."""
    for unit, size in (("days", 86400.0), ("hours", 3600.0), ("minutes", 60.0)):
        if seconds >= 1.5 * size:
            return f"{seconds / size:.1f} {unit}"
    whole = max(1, round(seconds))
    return f"{whole} second{'s' if whole > 1 else ''}"


_BAR = "{desc} {percentage:3.0f}%|{bar}| {n_fmt} of {total_fmt} months simulated, {remaining} left"

"""Runs that the page asks for: subprocesses of the program itself, one after another, each job in a folder of its own.

A job's folder, `results/dashboard/TOKEN`, holds the policy that was composed (`conf/policy`), what was asked (`form`),
and what each step printed. Steps are run there, so that two users with policies of one name never meet; what they
compute goes to the results that all share, where equal runs are made once.
"""

import atexit
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from sim.numerics.errors import UserError
from sim.numerics.locations import CONF, PACKAGE, configuration
from sim.report.dashboard import lines
from sim.report.dashboard.composing import as_yaml
from sim.report.dashboard.form import Form, as_plain, from_plain
from sim.runs.files import write_file
from sim.runs.progress import DONE, FAILED, RUNNING, SWEEP, Ledger

FOLDER = "dashboard"
WAITING, CANCELLED, LOST = "waiting", "cancelled", "lost"
"""States of a step besides those of the jobs of a sweep; lost: the page was ended while it ran."""
MOST_AT_ONCE = 2
"""Jobs that run at the same time; others wait (assumption: what two cores bear)."""
GRACE = 5.0
"""Seconds that a step has to end after it was told to."""
_TOKEN = re.compile(r"[0-9a-f]{16}")


@dataclass
class Step:
    """One subprocess of a job."""

    title: str
    words: list[str]
    state: str = WAITING
    code: int = 0
    begun: float = 0.0
    ended: float = 0.0


@dataclass
class Job:
    """A job: its folder, its form, its steps."""

    token: str
    folder: Path
    form: Form
    steps: list[Step]
    process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)
    stopping: bool = False

    @property
    def state(self) -> str:
        """That of the first step that is not done; done if all are."""
        return next((step.state for step in self.steps if step.state != DONE), DONE)

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state not in (WAITING, RUNNING)

    def note(self) -> None:
        """Write the states of the steps down, for who asks after the page was started anew."""
        told = {"form": as_plain(self.form), "steps": [asdict(step) for step in self.steps]}
        write_file(self.folder / "job.json", json.dumps(told, indent=1))

    def printed(self, number: int, stream: str) -> str:
        """What a step printed on `stdout` or `stderr` so far."""
        try:
            return (self.folder / f"{stream}-{number}.txt").read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return ""

    @property
    def fault(self) -> str:
        """What a failed step said of it; empty if none failed."""
        for number, step in enumerate(self.steps):
            if step.state == FAILED:
                told = [line for line in self.printed(number, "stderr").splitlines() if line.startswith("vyraj: ")]
                return told[-1].removeprefix("vyraj: ") if told else f"the program ended with code {step.code}"
        return ""


class Jobs:
    """All jobs of a results folder that this process began, and those that others have left."""

    def __init__(self, results_dir: str | Path) -> None:
        self.results_dir = Path(results_dir).absolute()
        self._jobs: dict[str, Job] = {}
        self._room = threading.BoundedSemaphore(MOST_AT_ONCE)
        atexit.register(self.stop_all)

    def begin(self, form: Form, kind: str = "compare") -> Job:
        """Begin the runs that a form asks for (`compare`), or the story of a life in its worlds (`life`)."""
        token = secrets.token_hex(8)
        folder = self.results_dir / FOLDER / token
        _lay(folder, form)
        results = str(self.results_dir)
        if kind == "life":
            steps = [Step("A life", lines.life(form, results))]
        else:
            steps = [Step("Numbers", lines.numbers(form, results)), Step("Report", lines.report(form, results))]
        job = Job(token, folder, form, steps)
        job.note()
        self._jobs[token] = job
        threading.Thread(target=self._run, args=(job,), daemon=True).start()
        return job

    def find(self, token: str) -> Job | None:
        """The job of a token; of one that an earlier process began what it noted; None if there is none."""
        if not _TOKEN.fullmatch(token):
            return None
        return self._jobs.get(token) or _noted(self.results_dir / FOLDER / token)

    def cancel(self, job: Job) -> None:
        """End a job's step as Ctrl-C does, and begin no other; what is finished is kept."""
        job.stopping = True
        process = job.process
        if process is not None and process.poll() is None:
            _signal(process, signal.SIGTERM)
            threading.Timer(GRACE, _kill, [process]).start()

    def stop_all(self) -> None:
        """End everything that runs; called when the page's process ends."""
        for job in self._jobs.values():
            job.stopping = True
            if job.process is not None and job.process.poll() is None:
                _signal(job.process, signal.SIGTERM)

    def _run(self, job: Job) -> None:
        with self._room:
            for number, step in enumerate(job.steps):
                ended = CANCELLED
                if not job.stopping:
                    step.state, step.begun = RUNNING, time.time()
                    job.note()
                    step.code = self._step(job, number, step.words)
                    step.ended = time.time()
                    ended = CANCELLED if job.stopping else FAILED if step.code else DONE
                if ended != DONE:
                    for later in job.steps[number + 1 :]:
                        later.state = CANCELLED
                step.state = ended
                job.note()
                if ended != DONE:
                    return

    @staticmethod
    def _step(job: Job, number: int, words: Sequence[str]) -> int:
        paths = [str(PACKAGE.parent), os.environ.get("PYTHONPATH", "")]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths)), "PYTHONSAFEPATH": "1"}
        with (
            (job.folder / f"stdout-{number}.txt").open("wb") as out,
            (job.folder / f"stderr-{number}.txt").open("wb") as err,
        ):
            job.process = subprocess.Popen(
                [sys.executable, "-m", "sim", *words],
                cwd=job.folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )
            if job.stopping:  # asked for between two looks
                _signal(job.process, signal.SIGTERM)
            return job.process.wait()


def progress(job: Job) -> tuple[int, int]:
    """Months lived and months known of, of the step that gives numbers; (0, 0) until it knows."""
    ledger = _ledger(job)
    if ledger is None:
        return 0, 0
    found = ledger.progress()
    return sum(lived for lived, _ in found.values()), sum(months for _, months in found.values())


def finished(job: Job) -> list[Path]:
    """Folders of the comparisons that are there so far, the sharpest last."""
    ledger = _ledger(job)
    done = [Path(entry.left) for entry in ledger.entries() if entry.state == DONE] if ledger else []
    if len(job.steps) > 1 and job.steps[1].state == DONE:
        done += _told(job, 1, "stdout", "results: ")[-1:]
    return [folder for folder in done if folder.is_dir()]


def told_life(job: Job) -> str:
    """The story of a life that the job has told, in Markdown; empty until it is there."""
    told = _told(job, 0, "stdout", "results: ")
    path = told[-1] / "life.md" if told else None
    return path.read_text(encoding="utf-8") if path is not None and path.is_file() else ""


def _ledger(job: Job) -> Ledger | None:
    told = _told(job, 0, "stderr", SWEEP)
    return Ledger(told[0]) if told else None


def _told(job: Job, number: int, stream: str, head: str) -> list[Path]:
    """Folders that a step has told on lines with this beginning, in order."""
    return [Path(told) for told in re.findall(rf"^{head}(.+)$", job.printed(number, stream), re.MULTILINE)]


def _lay(folder: Path, form: Form) -> None:
    """The folder in which a job's steps run: the policy composed, beside what the page's own folder adds to `conf/`."""
    try:
        folder.mkdir(parents=True)
        for name, path in _added():
            (folder / "conf" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, folder / "conf" / name)
        if form.rules:
            place = folder / "conf" / "policy"
            place.mkdir(parents=True, exist_ok=True)
            (place / f"{form.policy}.yaml").write_text(as_yaml(form), encoding="utf-8")
    except OSError as error:
        raise UserError(f"results_dir={folder.parents[1]} cannot be written: {error.strerror or error}") from error


def _added() -> Iterator[tuple[str, Path]]:
    """Files of `conf/` that the folder of the page adds to those that come with the program."""
    return ((name, path) for name, path in configuration().items() if not path.is_relative_to(CONF))


def _noted(folder: Path) -> Job | None:
    try:
        told: dict[str, Any] = json.loads((folder / "job.json").read_text(encoding="utf-8"))
        steps = [Step(**step) for step in told["steps"]]
        job = Job(folder.name, folder, from_plain(told["form"]), steps)
    except (OSError, ValueError, TypeError, KeyError):
        return None
    for step in job.steps:
        step.state = LOST if step.state in (WAITING, RUNNING) else step.state
    return job


def _signal(process: "subprocess.Popen[bytes]", number: int) -> None:
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        pass


def _kill(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        _signal(process, signal.SIGKILL)

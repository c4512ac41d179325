"""Runs that the page asks for: subprocesses of the program itself, one after another, each job in a folder of its own.

A job's folder, `results/dashboard/TOKEN`, holds the policy that was composed (`conf/policy`), what was asked (`form`),
and what each step printed. Steps are run there, so that two users with policies of one name never meet; what they
compute goes to the results that all share, where equal runs are made once.
"""

import atexit
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
from dataclasses import dataclass, field
from pathlib import Path

from sim.numerics.errors import UserError
from sim.numerics.locations import CONF, PACKAGE, configuration
from sim.report.dashboard import lines, noted
from sim.report.dashboard.composing import as_yaml
from sim.report.dashboard.form import Form
from sim.report.dashboard.steps import CANCELLED, LIFE, LOST, NUMBERS, REPORT, WAITING, Step
from sim.runs.files import write_file
from sim.runs.progress import DONE, FAILED, RUNNING, SWEEP

FOLDER = "dashboard"
MOST_AT_ONCE = 2
"""Jobs that run at the same time; others wait (assumption: what two cores bear)."""
GRACE = 5.0
"""Seconds that a step has to end after it was told to."""
NOTED = "job.json"
"""What was asked and how far it is, in the folder of a job."""
_TOKEN = re.compile(r"[0-9a-f]{16}")


@dataclass
class Job:
    """A job: its folder in the results, its form, its steps."""

    token: str
    results_dir: Path
    form: Form
    steps: list[Step]
    process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)
    stopping: bool = False

    @property
    def folder(self) -> Path:
        """Where its steps run."""
        return self.results_dir / FOLDER / self.token

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
        write_file(self.folder / NOTED, noted.job_text(self.form, self.steps))

    def printed(self, number: int, stream: str) -> str:
        """What a step printed on `stdout` or `stderr` so far."""
        return noted.text(self.results_dir, self.folder / f"{stream}-{number}.txt")

    @property
    def fault(self) -> str:
        """What a failed step said last, with all its lines; empty if none failed."""
        for number, step in enumerate(self.steps):
            if step.state == FAILED:
                told = re.findall(r"^vyraj: (.+(?:\n  .+)*)", self.printed(number, "stderr"), re.MULTILINE)
                return str(told[-1]) if told else f"the program ended with code {step.code}"
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
        results = str(self.results_dir)
        if kind == "life":
            steps = [Step(LIFE, lines.life(form, results))]
        else:
            steps = [Step(NUMBERS, lines.numbers(form, results)), Step(REPORT, lines.report(form, results))]
        job = Job(secrets.token_hex(8), self.results_dir, form, steps)
        _lay(job.folder, form)
        job.note()
        self._jobs[job.token] = job
        threading.Thread(target=self._run, args=(job,), daemon=True).start()
        return job

    def find(self, token: str) -> Job | None:
        """The job of a token; of one that an earlier process began what it noted; None if there is none.

        Raises UserError if what it noted has been changed into something else.
        """
        if not _TOKEN.fullmatch(token):
            return None
        return self._jobs.get(token) or _noted(self.results_dir, token)

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


@dataclass(frozen=True)
class Progress:
    """How far the numbers of a job are: months lived and to be lived, replicates told and asked for."""

    lived: int = 0
    known: int = 0
    told: int = 0
    asked: int = 0

    @property
    def share(self) -> float:
        """The part that is done, from 0 to 1."""
        return min(1.0, max(self.lived / self.known if self.known else 0.0, self.told / max(1, self.asked)))


def progress(job: Job) -> Progress:
    """How far the step is that gives numbers. Until all months are known as many are taken for every replicate as for
    the first ones.
    """
    ledger = _ledger(job)
    counts = lines.counts(job.form)
    if ledger is None:
        return Progress(asked=counts[-1])
    found = noted.months(job.results_dir, ledger)
    done = sum(entry.state == DONE for entry in noted.entries(job.results_dir, ledger))
    lived, known = (sum(one[i] for one in found.values()) for i in (0, 1))
    began = len(found)
    expected = known * counts[-1] // counts[began - 1] if 0 < began < len(counts) else known
    return Progress(lived, max(known, expected), counts[min(done, len(counts)) - 1] if done else 0, counts[-1])


def finished(job: Job) -> list[Path]:
    """Folders of the comparisons that are there so far, the sharpest last; raises UserError for one elsewhere."""
    ledger = _ledger(job)
    entries = noted.entries(job.results_dir, ledger) if ledger else []
    done = [noted.within(job.results_dir, Path(entry.left)) for entry in entries if entry.state == DONE]
    if len(job.steps) > 1 and job.steps[1].state == DONE:
        done += _told(job, 1, "stdout", "results: ")[-1:]
    return [folder for folder in done if folder.is_dir()]


def told_life(job: Job) -> str:
    """The story of a life that the job has told, in Markdown; empty until it is there."""
    told = _told(job, 0, "stdout", "results: ")
    return noted.text(job.results_dir, told[-1] / "life.md") if told else ""


def _ledger(job: Job) -> Path | None:
    """Folder of the sweep that gives a job's numbers, once it has told it."""
    told = _told(job, 0, "stderr", SWEEP)
    return told[0] if told else None


def _told(job: Job, number: int, stream: str, head: str) -> list[Path]:
    """Folders in the results that a step has told on lines with this beginning, in order."""
    told = re.findall(rf"^{head}(.+)$", job.printed(number, stream), re.MULTILINE)
    return [noted.within(job.results_dir, Path(path)) for path in told]


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


def _noted(results_dir: Path, token: str) -> Job | None:
    path = results_dir / FOLDER / token / NOTED
    if not path.exists() and not path.is_symlink():
        return None
    job = Job(token, results_dir, *noted.read_job(results_dir, path))
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

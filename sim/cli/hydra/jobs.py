"""The jobs of a command line: one, or those of a sweep, which goes on whatever becomes of one of them.

A sweep keeps a ledger. Jobs that a lost worker left unfinished are done again by themselves, one at a time, so that
one job that kills its worker takes no other with it; what they had finished is on the disk and is not done again.
"""

import gc
import os
import secrets
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import Timeout
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

from sim.cli.hydra.composing import WorkerLost, compose_and_do, settings_from
from sim.cli.hydra.table import main_table, offer, study_words
from sim.cli.hydra.words import Line
from sim.cli.outcome import FAILURE, Outcome
from sim.numerics.errors import UserError
from sim.numerics.messages import shown
from sim.runs.files import room_for_results
from sim.runs.locks import Lock
from sim.runs.progress import DONE, FAILED, RUNNING, SWEEP, Entry, Ledger, at_work, this_process, watched
from sim.runs.settings import Settings

if TYPE_CHECKING:
    from sim.analysis.experiment import Experiment

A_WHILE = 1.0
"""Seconds between two looks of a worker at who began it (assumption: a user who ended a sweep may wait so long)."""


Action = Callable[[Callable[[], Settings]], Outcome]
Close = Callable[["Experiment", str, list[Entry]], Outcome]
"""What makes one result of a study's jobs, once they have ended, in a results folder."""


def single(action: Action, line: Line, study: "Experiment | None" = None) -> list[Outcome]:
    """Do the one job of a command line, or only show what it says; a study is named only to be shown.

    The job is done when Hydra has returned: Mesa, when it is imported, asks every frame of the stack for its source,
    which takes a second below Hydra's.
    """
    settings: Future[Settings] = Future()

    def do(cfg: DictConfig) -> None:
        try:
            settings.set_result(settings_from(cfg))
        except Exception as error:
            settings.set_exception(error)

    offer(None, study)
    compose_and_do(line, do)
    return [action(settings.result)] if settings.done() else []


def sweep(action: Action, line: Line, study: "Experiment | None", close: Close) -> list[Outcome]:
    """Do every job of a sweep, by workers that each live one life at a time, and close the study if it is one."""
    line = line.sweeping(study_words(study, line.given)).settled if study else line.settled
    usual = main_table()
    results_dir = _one_folder(line.value("results_dir", usual["results_dir"]))
    count = line.jobs
    if line.value("dry", usual["dry"]):
        with tempfile.TemporaryDirectory() as elsewhere:  # Hydra writes what it was asked, wherever a sweep is
            offer(elsewhere, study)
            return [_dry(action, line)]
    line, aside = _with_launcher(line, line.value("threads", usual["threads"]), count)
    with _ledger(results_dir) as ledger:
        offer(str(ledger.folder), study)
        with watched(ledger, count):
            _all_jobs(action, line, ledger, count, aside)
        entries = ledger.entries()
        outcomes = [
            Outcome(entry.code, f"{' '.join(entry.asked)}: {entry.said}", entry.left, asked=entry.asked)
            for entry in entries
        ]
        if study is not None:
            outcomes.append(close(study, results_dir, entries))
    return outcomes


def _one_folder(results_dir: Any) -> str:
    """The results folder of all jobs; UserError if it is none, or may be another for each."""
    folder = Settings(results_dir=results_dir).results_dir
    if "${" in folder:
        raise UserError(f"results_dir={shown(folder)}: a sweep has one results_dir, without references")
    return folder


def _with_launcher(line: Line, threads: Any, count: int) -> tuple[Line, bool]:
    """The line with a launcher, and whether jobs are done by processes of their own, one thread each."""
    launcher = line.value("hydra/launcher", None)
    workers = threads if isinstance(threads, int) and threads > 0 else os.cpu_count() or 1
    if launcher is None:
        launcher = "local" if min(workers, count) > 1 else "basic"
        line = line.with_words(f"hydra/launcher={launcher}")
    if launcher == "local" and "hydra.launcher.n_jobs" not in line.given:
        line = line.with_words(f"hydra.launcher.n_jobs={min(workers, count)}")
    return line, launcher != "basic"


@contextmanager
def _ledger(results_dir: str) -> Iterator[Ledger]:
    """A new ledger; what workers shared goes with the end of the sweep, also what a killed one has left.

    Of a mistaken sweep, which begins no job, nothing is left.
    """
    with room_for_results(results_dir, "sweeps"):
        folder = Path(results_dir) / "sweeps"
        ledger = Ledger(folder / f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}")
        ledger.folder.mkdir(mode=0o700)  # what lies in it is taken up by compiled rules, or unpickled by a launcher
        with Lock(ledger.folder / ".lock"):
            ledger.shared.mkdir()  # under the lock, else another sweep might take it for left behind
            for other in folder.glob("*/shared"):
                if other.parent != ledger.folder:
                    with _at_hand(other.parent) as free:
                        if free:
                            shutil.rmtree(other, ignore_errors=True)
            try:
                yield ledger
            except UserError:
                if not ledger.entries():
                    shutil.rmtree(ledger.folder, ignore_errors=True)
                raise
            finally:
                shutil.rmtree(ledger.shared, ignore_errors=True)
                for path in (*ledger.folder.rglob("*.pkl"), ledger.folder / "multirun.yaml"):
                    path.unlink(missing_ok=True)  # objects of launchers, and Hydra's note of folders and user


@contextmanager
def _at_hand(folder: Path) -> Iterator[bool]:
    """Whether no sweep is at work in a folder."""
    lock = Lock(folder / ".lock")
    try:
        lock.acquire(timeout=0)
    except (Timeout, UserError):
        yield False
        return
    try:
        yield True
    finally:
        lock.release()


def _all_jobs(action: Action, line: Line, ledger: Ledger, count: int, aside: bool) -> None:
    """Every job to its end; those whose worker was lost once more, each by itself."""
    _launch(action, line, ledger, aside, None)
    while left := sorted(set(range(count)) - {entry.job for entry in ledger.entries()}):
        _launch(action, line, ledger, aside, left)
        if left == sorted(set(range(count)) - {entry.job for entry in ledger.entries()}):
            raise WorkerLost("the launcher does no job; see what it printed")
    for entry in ledger.entries():
        if entry.state == RUNNING:
            _launch(action, line, ledger, aside, [entry.job])
    for entry in ledger.entries():
        if entry.state == RUNNING:
            told = "its process was killed twice (out of memory?); what it had finished is kept"
            ledger.note(replace(entry, state=FAILED, code=FAILURE, said=told))


SPARING = {
    "MALLOC_MMAP_THRESHOLD_": "262144",
    "MALLOC_TRIM_THRESHOLD_": "262144",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
}
"""What tells the libraries of a worker to give back memory that they no longer use (bytes: a quarter of a megabyte)."""


def _launch(action: Action, line: Line, ledger: Ledger, aside: bool, only: Sequence[int] | None) -> None:
    """Have the launcher do the jobs, or only some of them; a lost worker is seen in the ledger."""
    home, folder = this_process(), os.getcwd()

    def do(cfg: DictConfig) -> None:
        if this_process() != home:  # a launcher's worker, which may have begun in a folder of its own
            os.chdir(folder)
            _settle_in()
        number, asked = int(HydraConfig.get().job.num), tuple(HydraConfig.get().overrides.task)
        if only is not None and number not in only:
            return
        if number == 0 and only is None:  # the line composes
            print(f"{SWEEP}{ledger.folder}", file=sys.stderr, flush=True)  # where progress can be followed
        with at_work(ledger, number, asked):
            found = action(lambda: _for_a_worker(settings_from(cfg)) if aside else settings_from(cfg))
        state = FAILED if found.code else DONE
        ledger.note(Entry(number, asked, state, found.code, found.said, found.left, this_process()))

    try:
        with _environment(SPARING if aside else {}):
            compose_and_do(line, do)
    except WorkerLost:
        if not ledger.entries():
            raise


@contextmanager
def _environment(more: Mapping[str, str]) -> Iterator[None]:
    """More variables for the processes that are begun meanwhile; those that the user has set stay."""
    added = {name: value for name, value in more.items() if name not in os.environ}
    os.environ.update(added)
    try:
        yield
    finally:
        for name in added:
            del os.environ[name]


@cache
def _settle_in() -> None:
    """Make this process a worker, which ends soon after the one that began it: nobody would hear of what it did."""
    gc.freeze()  # what is loaded stays; collections between runs need not look at it
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(A_WHILE)
        os._exit(FAILURE)

    threading.Thread(target=watch, daemon=True).start()


def _for_a_worker(settings: Settings) -> Settings:
    """The settings of a job that has a process of its own: one thread, because the other cores have other jobs."""
    return replace(settings, threads=1)


def _dry(action: Action, line: Line) -> Outcome:
    """What all jobs of a sweep would compute, what they share counted once."""
    from sim.runs.estimate import together  # loads the model

    found: list[Outcome] = []

    def do(cfg: DictConfig) -> None:
        found.append(action(lambda: settings_from(cfg)))

    compose_and_do(_in_this_process(line), do)
    wrong = next((one for one in found if one.code), None)
    if wrong is not None:
        return wrong
    plans = [one.plan for one in found if one.plan is not None]
    return replace(found[0], plan=together(plans) if plans else None)


def _in_this_process(line: Line) -> Line:
    kept = [one for one in line.overrides if not one.key_or_group.replace("/", ".").startswith("hydra.launcher")]
    return replace(line, overrides=tuple(kept)).with_words("hydra/launcher=basic")

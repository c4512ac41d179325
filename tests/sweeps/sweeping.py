"""Sweeps in processes of their own, what they left, and the processes that they started."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
PLANTED = Path(__file__).parent / "planted"
VARIES = ("time", "cpu_seconds", "peak_memory_mb", "run_seconds", "commit", "uncommitted_changes", "seal")
"""Keys of a manifest that two runs of the same may have different (the seal is a checksum of the others too)."""
SMALL = ("task=simulate", "people.one_in=4000", "until=2020-06", "replicates=3")
JOBS = ("scenario=historical,no_covid,rents_respond",)
"""Worlds that part from the history never, late (March 2020) and at once; three jobs."""
WAIT = 120.0
"""Seconds after which a process is taken for stuck (a machine that others use too is slow)."""

PROGRESS = re.compile(r"sweep: |\d+ of \d+ jobs|[\d,]+ of [\d,]+ months simulated")
"""What a sweep prints on stderr: its folder, and every half minute how far it is."""


class Sweep:
    """A command in a group of processes of its own, which keeps a log of every run that any of them finishes."""

    def __init__(self, results, *words, faults=(), root=ROOT, threads=2, **environment):
        self.results, self.log = Path(results), Path(f"{results}.log")
        log = {"call": "replace", "path": r"\.runs/\d+\.run$", "when": "after", "do": "log", "log": str(self.log)}
        variables = {
            "PYTHONPATH": f"{PLANTED}{os.pathsep}{root}",
            "VYRAJ_FAULTS": json.dumps([log, *faults]),
            **environment,
        }
        words = [f"threads={threads}", f"results_dir={results}", *words]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "sim", *words],
            cwd=self.results.parent,
            env={**os.environ, **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            text=True,
        )

    def end(self, seconds=WAIT):
        """Code, and lines of stdout and stderr but those of progress; who is stuck is killed."""
        try:
            out, err = self.process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            self.kill_group()
            raise
        assert "Traceback" not in out + err, out + err
        told = [line for line in err.splitlines() if not PROGRESS.match(line)]
        return self.process.returncode, out.splitlines(), told

    def kill_group(self):
        """The power fails for all processes of the sweep."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.communicate(timeout=WAIT)

    def spooled(self, name=""):
        """Runs that are finished and not yet bound, of points whose name begins so."""
        return sorted(self.results.glob(f"points/.{name}*.runs/[0-9]*.run"))

    def until_spooled(self, name, number):
        """Wait until so many runs of a point are finished, and no more than they are bound."""
        wait(lambda: len(self.spooled(name)) >= number, self)

    def workers(self):
        """Numbers of the processes that do jobs: children of the controller that have opened a ledger or a run."""
        return [one for one in children(self.process.pid) if b"loky.backend.popen_loky" in command_line(one)]


def run(results, *words, seconds=WAIT, **options):
    """Code, and lines of stdout and stderr, of a command that was left to end."""
    return Sweep(results, *words, **options).end(seconds)


def made(results):
    """How often each run was computed, by point and replicate, over all commands into a folder so far."""
    log = Path(f"{results}.log")
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    return Counter((folder.strip(".").removesuffix(".runs"), int(run)) for _, folder, run in map(str.split, lines))


def makers(results, name):
    """Processes that finished runs of points whose name begins so."""
    lines = map(str.split, Path(f"{results}.log").read_text(encoding="utf-8").splitlines())
    return [int(process) for process, folder, _ in lines if folder.startswith(f".{name}")]


def wait(holds, sweep=None, seconds=WAIT):
    """Wait until something holds; fails if it never does, or if the sweep ends before."""
    deadline = time.monotonic() + seconds
    while not holds():
        if sweep is not None and sweep.process.poll() is not None and not holds():
            raise AssertionError(f"the sweep ended first: {sweep.end()}")
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def contents(folder):
    """Every file of a folder of points or of one point: bytes, and of a manifest what may not vary."""
    found = {}
    for path in sorted(Path(folder).rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and not path.name.endswith(".lock"):
            found[name] = path.read_bytes()
            if path.name == "manifest.json":
                told = json.loads(found[name])
                assert len(told["run_seconds"]) == told["replicates"] == len(told["seeds"])
                found[name] = {key: value for key, value in told.items() if key not in VARIES}
    return found


def hidden(results):
    """Names of what lies hidden among points and sweeps, locks left out: leftovers of killed processes."""
    places = [path for kind in ("points", "compare", "studies", "sweeps") for path in Path(results, kind).rglob("*")]
    named = [path.relative_to(results).as_posix() for path in places]
    named = [name for name in named if not name.endswith(".lock")]
    return [name for name in named if "/." in name or (name.startswith("sweeps/") and "/shared" in name)]


def children(parent):
    """Numbers of the living children of a process, theirs among them."""
    by_parent = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, above = path.read_text().rpartition(")")[2].split()[:2]
        except OSError:
            continue
        if state != "Z":
            by_parent.setdefault(int(above), []).append(int(path.parent.name))
    found = []
    for one in by_parent.get(parent, []):
        found += [one, *children(one)]
    return found


def group(leader):
    """Numbers of the living processes of a group."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, of = path.read_text().rpartition(")")[2].split()[:3]
        except OSError:
            continue
        if int(of) == leader and state != "Z":
            found.append(int(path.parent.name))
    return found


def command_line(number):
    """The command line of a process; empty if it is gone."""
    try:
        return Path(f"/proc/{number}/cmdline").read_bytes()
    except OSError:
        return b""

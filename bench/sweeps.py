"""Sweep throughput: many scenarios and replicates by the command itself, beside plain sequential runs of the same."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.figures import short
from bench.fresh import ROOT, Failed, NotMeasured, alone, warm_up, without_paths
from bench.plan import Plan
from bench.tables import Table

Found = dict[str, Any]
LOOK = 0.25
"""Seconds between two looks at the memory of the workers."""
LOADED = "sim.cli.hydra, sim.cli.main, sim.cli.commands.simulate, sim.cli.commands.compare"
IMPORTS = f"import {LOADED}; print(flush=True); input()"
"""What a worker has loaded before it does anything."""


def measure(plan: Plan) -> Found:
    """Wall seconds of a sweep, what its runs took of them, and what a worker holds in memory."""
    if plan.sweep is None:
        raise NotMeasured("too long for a quick run")
    one_in, many, replicates, until = plan.sweep
    warm_up()
    known = sorted(path.stem for path in (ROOT / "conf" / "scenario").glob("*.yaml"))
    scenarios = [name for name in known if name != "historical"][:many]
    floor = _floor(plan.threads)
    plain = alone("sequential", scenarios=scenarios, one_in=one_in, until=until)
    with tempfile.TemporaryDirectory() as folder:
        swept = _sweep(
            Path(folder), plan.threads, f"scenario={','.join(scenarios)}", f"replicates={replicates}",
            f"people.one_in={one_in}", f"until={until}",
        )  # fmt: skip
    runs = len(scenarios) * replicates
    return {
        "one_in": one_in,
        "scenarios": len(scenarios),
        "replicates": replicates,
        "until": until,
        "threads": plan.threads,
        "people": plain["people"],
        "states": plain["states"],
        "floor": floor,
        "plain": {"wall": sum(plain["wall"]) / len(plain["wall"]) * runs, "measured": len(plain["wall"])},
        **swept,
    }


def _floor(workers: int) -> dict[str, float]:
    """Proportional set size of a process that has imported everything, beside others of its kind, in bytes."""
    begun = [
        subprocess.Popen([sys.executable, "-c", IMPORTS], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for _ in range(workers)
    ]
    try:
        for process in begun:
            assert process.stdout is not None
            process.stdout.readline()
        return held(begun[0].pid)
    finally:
        for process in begun:
            process.kill()
            process.wait()


def held(pid: int) -> dict[str, float]:
    """Memory of a process in bytes: `pss`, where what several share counts in parts, and `rss`."""
    path = Path(f"/proc/{pid}/smaps_rollup")
    if not path.exists():
        raise NotMeasured("this system does not tell what processes share")
    lines = [line.split() for line in path.read_text(encoding="ascii").splitlines()]
    sizes = {line[0]: float(line[1]) * 1024 for line in lines if len(line) == 3}
    return {"pss": sizes["Pss:"], "rss": sizes["Rss:"]}


def _sweep(folder: Path, threads: int, *words: str) -> Found:
    command = [sys.executable, "-m", "sim", "-m", "task=simulate", *words, f"threads={threads}",
               f"results_dir={folder / 'results'}"]  # fmt: skip
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    began = time.perf_counter()
    with tempfile.TemporaryFile() as faults:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, "PYTHONPATH": path}, stdout=subprocess.DEVNULL, stderr=faults
        )
        most: dict[str, float] = {"pss": 0.0, "rss": 0.0}
        cpu: dict[int, float] = {}
        try:
            while process.poll() is None:
                for pid in descendants(process.pid):
                    _look(pid, most, cpu, pid == process.pid)
                time.sleep(LOOK)
        except BaseException:
            process.kill()
            process.wait()
            raise
        wall = time.perf_counter() - began
        faults.seek(0)
        told = faults.read().decode("utf-8", "replace").strip()
    if process.returncode:
        raise Failed(without_paths(told.splitlines()[-1] if told else f"exit code {process.returncode}"))
    manifests = [json.loads(path.read_text()) for path in folder.glob("results/points/*/manifest.json")]
    size = sum(path.stat().st_size for path in folder.glob("results/points/*/*"))
    living = sum(sum(one["run_seconds"]) for one in manifests)
    return {"wall": wall, "living": living, "cpu": sum(cpu.values()), "worker": most, "disk": size,
            "points": len(manifests)}  # fmt: skip


def _look(pid: int, most: dict[str, float], cpu: dict[int, float], controller: bool) -> None:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        cpu[pid] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        now = held(pid)
    except (OSError, KeyError, NotMeasured):
        return  # it has just ended
    if not controller:
        for name in most:
            most[name] = max(most[name], now[name])


def descendants(pid: int) -> list[int]:
    """A process and all that descend from it."""
    parents: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents.setdefault(int(path.read_text().rpartition(")")[2].split()[1]), []).append(int(path.parent.name))
        except OSError:
            continue
    found = [pid]
    for one in found:
        found += parents.get(one, [])
    return found


def figures(found: Found) -> dict[str, float]:
    """Speed-up over plain sequential runs, efficiency, overhead (shares of one), and memory of a worker in bytes.

    Efficiency is the share of the cores' time in which lives are lived; overhead, of all CPU seconds, what is not.
    """
    return {
        "speed_up": found["plain"]["wall"] / found["wall"],
        "efficiency": found["living"] / (found["wall"] * found["threads"]),
        "overhead": 1.0 - found["living"] / found["cpu"],
        "above_floor": found["worker"]["pss"] - found["floor"]["pss"],
    }


def tables(found: Found) -> list[Table]:
    """The sweep beside the same by plain sequential runs."""
    of, runs = figures(found), found["scenarios"] * found["replicates"]
    megabytes = 1e-6
    rows = [
        ["plain sequential runs, one core: wall, s", short(found["plain"]["wall"])],
        [f"the sweep, {found['threads']} workers: wall, s", short(found["wall"])],
        ["plain / sweep", short(of["speed_up"])],
        ["CPU of all its processes, s", short(found["cpu"])],
        ["of which lives are lived, s", short(found["living"])],
        ["share of the cores' time in which lives are lived", f"{of['efficiency']:.0%}"],
        ["Hydra, storage, starting: share of all CPU", f"{of['overhead']:.1%}"],
        ["import floor of a process, proportional set size, MB", short(found["floor"]["pss"] * megabytes)],
        ["a worker at its largest, above that floor, MB", short(of["above_floor"] * megabytes)],
        ["its state columns, MB", short(found["states"] * megabytes)],
        ["results on disk, MB", short(found["disk"] * megabytes)],
    ]
    return [
        Table(
            f"Sweep: {found['scenarios']} scenarios of {found['replicates']} replicates, {found['people']:,} people",
            ("", "figure"),
            rows,
            (
                f"{runs:,} runs to {found['until']}. Plain runs share nothing: {found['plain']['measured']} were "
                "measured and stand for all; a sweep lives the months that scenarios share with the baseline once.",
            ),
        )
    ]

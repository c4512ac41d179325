"""The report of a bench: text to read, and a folder with the same text and all figures."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import aims, sections
from bench.machine import Described, busy
from bench.plan import Plan
from bench.tables import Table

Found = dict[str, Any]


def text(machine: Described, after: list[float], plan: Plan, found: dict[str, Found]) -> str:
    """The whole report as aligned Markdown; `after` are the load averages when all was measured."""
    tables = [_machine(machine, after), *sections.tables(found), aims.table(aims.judge(found))]
    return "\n".join(["# Bench" + (", quick" if plan.quick else "") + "\n", *(table.text() for table in tables)])


def _machine(machine: Described, after: list[float]) -> Table:
    load, versions = machine["load"], machine["versions"]
    assert isinstance(load, list) and isinstance(versions, dict)
    packages = ", ".join(f"{name} {version}" for name, version in versions.items() if version)
    loads = " ".join(f"{x:.2f}" for x in load)
    notes = [
        f"{machine['processor']}, {machine['architecture']}, {machine['cores']} cores, last-level cache "
        f"{machine['last_level_cache_mb'] or '?'} MB, memory {machine['memory_gb'] or '?'} GB, {machine['system']}",
        f"{machine['python']}; {packages}",
        f"load averages {loads} before, {' '.join(f'{x:.2f}' for x in after)} after (the bench itself counts there)",
    ]
    if busy(machine):
        notes.append("THE MACHINE WAS BUSY when the bench began: wall times are too long, CPU times somewhat.")
    return Table("Machine", (), (), notes)


def write(
    results: Path, machine: Described, after: list[float], plan: Plan, found: dict[str, Found], name: str
) -> Path:
    """Write `bench.md` and `bench.json` into a new folder `bench/<time>-<name>` of `results`, whole or not at all."""
    # Only now, when all is measured: this process stays small until then.
    from sim.runs.files import manifest, write_folder
    from sim.runs.settings import Settings

    program = manifest(Settings(task="simulate", replicates=1), 0.0)
    record = {
        "time": program["time"],
        "program": {key: program[key] for key in ("versions", "commit", "uncommitted_changes", "sha256")},
        "machine": {**machine, "load_after": after},
        "plan": asdict(plan),
        "aims": [{**asdict(aim), "verdict": aim.verdict} for aim in aims.judge(found)],
        "sections": found,
    }
    folder = results / "bench" / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{name}"
    with write_folder(folder) as partial:
        (partial / "bench.md").write_text(text(machine, after, plan, found) + "\n", encoding="utf-8")
        (partial / "bench.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    return folder

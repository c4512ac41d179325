"""Compile time: a process that finds no machine code, and one that finds it."""

import tempfile
from pathlib import Path
from typing import Any

from bench.figures import short, spread, told
from bench.fresh import alone, warm_up
from bench.plan import Plan
from bench.tables import Table

Found = dict[str, Any]


def measure(plan: Plan) -> Found:
    """One month of a few people with an empty folder for machine code, then with a full one."""
    cold, warm = plan.compiling
    found: Found = {}
    with tempfile.TemporaryDirectory() as folder:
        if cold:
            runs = []
            for number in range(cold):
                cache = {"VYRAJ_CACHE_DIR": str(Path(folder, str(number)))}
                runs.append(alone("first_month", environment=cache))
            found["cold"] = summary(runs)
            found["megabytes"] = sum(file.stat().st_size for file in Path(folder, "0").rglob("*.nb*")) / 1e6
        else:
            cache = {}
            warm_up()
        found["warm"] = summary([alone("first_month", environment=cache) for _ in range(warm)])
    return found


def summary(runs: list[Found]) -> Found:
    """Spreads over fresh processes, seconds."""
    return {
        "wall": spread([run["process"]["wall"] for run in runs]),
        "cpu": spread([run["process"]["cpu"] for run in runs]),
        "imports": spread([run["stages"]["imports"]["cpu"] for run in runs]),
        "machine_code": spread([run["stages"]["machine_code"]["cpu"] for run in runs]),
    }


def tables(found: Found) -> list[Table]:
    """Cold and warm, one row each."""
    rows = [
        [name, *(told(found[name][key]) for key in ("wall", "cpu", "imports", "machine_code"))]
        for name in ("cold", "warm")
        if name in found
    ]
    notes = ["A process that imports the model, gets its machine code, and lives one month with a few people."]
    if "cold" in found:
        notes.append(f"Cold: the folder of machine code is empty; it then holds {short(found['megabytes'])} MB.")
    else:
        notes.append("Cold: left out of a quick run.")
    return [Table("Compiling", ("machine code", "wall s", "CPU s", "imports, CPU s", "code, CPU s"), rows, notes)]

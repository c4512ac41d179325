"""Plant faults, one at a time, in a copy of the project, run every ring of tests on it, and say which ring noticed.

    python -m tests.faults.rings [--only TEXT] [--jobs N] [--again]

Tried are the faults that have outcomes in `outcomes.json` and those that `--only` chooses by name; `--again` forgets
earlier outcomes of the chosen. The table in `tests/README.md` is rewritten. Each fault compiles the model and runs the
suite, some three minutes; without any fault every ring must pass first. The exit code is 1 if a fault goes unseen.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock

from tests.faults.plant import HERE, ROOT, Fault, copied, faults

OUTCOMES = HERE / "outcomes.json"
README = ROOT / "tests" / "README.md"
BEGIN, END = "<!-- faults -->", "<!-- end of faults -->"
SECOND = "tests/verification/test_second_reading.py"
RINGS = {
    "verification": ["tests/verification", "--ignore", SECOND],
    "second reading": [SECOND],
    "unit": ["tests/unit", "--ignore", "tests/unit/test_bench.py", "--ignore", "tests/unit/test_examples.py"],
    "hostile": ["tests/hostile/test_policies.py", "tests/hostile/test_coefficients.py"],
    "health": ["tests/health", "--deselect", "tests/health/test_mechanisms.py"],
    "golden": ["tests/golden", "--deselect", "tests/golden/test_one_hash.py::test_the_hash_on_the_plainest_processor"],
}
"""Rings of tests and what pytest is given for each; the first compiles the model for the rest. Left out for time: the
bench, the example, files and command lines, the plainest processor, and what plants faults itself."""
MINUTES = 15
"""A ring that runs longer hangs, and has noticed."""


def run_ring(root: Path, ring: str) -> str:
    """Run one ring in a copy: empty if it passes, else the first test that failed."""
    environment = os.environ | {"PYTHONPATH": str(root), "VYRAJ_CACHE_DIR": str(root / "machine-code")}
    environment["NUMBA_OPT"] = "1"  # compiles faster, to the same bits
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "--tb=no", "-rfE", *RINGS[ring]]
    try:
        run = subprocess.run(
            command, cwd=root, env=environment, capture_output=True, text=True, timeout=60 * MINUTES, check=False
        )
    except subprocess.TimeoutExpired:
        return "hangs"
    if run.returncode == 0:
        return ""
    lines = [line for line in run.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return lines[0].split(" - ")[0].split(" ", 1)[1] if lines else f"exit code {run.returncode}"


def outcome(fault: Fault | None) -> dict[str, str]:
    """What each ring says of the project with a fault, or without one."""
    with copied() as root:
        if fault is not None:
            fault.plant(root)
        return {ring: run_ring(root, ring) for ring in RINGS}


def table(outcomes: dict[str, dict[str, str]]) -> Iterator[str]:
    """The outcomes as lines of a Markdown table."""
    yield f"| fault | {' | '.join(RINGS)} |"
    yield f"| --- | {' | '.join(':-:' for _ in RINGS)} |"
    known = [fault.name for fault in faults() if fault.name in outcomes]
    for name in known:
        yield f"| {name} | {' | '.join('x' if outcomes[name].get(ring) else '' for ring in RINGS)} |"
    caught = [sum(1 for name in known if outcomes[name].get(ring)) for ring in RINGS]
    yield f"| **noticed, of {len(known)}** | {' | '.join(str(number) for number in caught)} |"


def write_table(outcomes: dict[str, dict[str, str]]) -> None:
    """Rewrite the table in `tests/README.md`."""
    text = README.read_text(encoding="utf-8")
    head, rest = text.split(BEGIN)
    tail = rest.split(END)[1]
    README.write_text(f"{head}{BEGIN}\n" + "\n".join(table(outcomes)) + f"\n{END}{tail}", encoding="utf-8")


def main() -> int:
    """Plant what is asked for and report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="only faults whose name contains this")
    parser.add_argument("--jobs", type=int, default=1, help="faults tried side by side")
    parser.add_argument("--again", action="store_true", help="forget earlier outcomes of these faults")
    asked = parser.parse_args()
    outcomes = json.loads(OUTCOMES.read_text(encoding="utf-8")) if OUTCOMES.exists() else {}
    chosen = [f for f in faults() if (asked.only in f.name if asked.only else f.name in outcomes)]
    todo = [fault for fault in chosen if asked.again or fault.name not in outcomes]
    sound = outcome(None)
    if any(sound.values()):
        print(f"without any fault: {sound}", file=sys.stderr)
        return 1
    lock = Lock()

    def attempt(fault: Fault) -> None:
        found = outcome(fault)
        with lock:
            outcomes[fault.name] = found
            OUTCOMES.write_text(json.dumps(outcomes, indent=1) + "\n", encoding="utf-8")
            print(f"{fault.name}: {', '.join(ring for ring in RINGS if found[ring]) or 'UNSEEN'}", flush=True)

    with ThreadPoolExecutor(asked.jobs) as pool:
        list(pool.map(attempt, todo))
    write_table(outcomes)
    unseen = [fault.name for fault in chosen if not any(outcomes[fault.name].values())]
    print(f"{len(chosen)} faults, {len(unseen)} unseen" + "".join(f"\n  {name}" for name in unseen))
    return 1 if unseen else 0


if __name__ == "__main__":
    sys.exit(main())

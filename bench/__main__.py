"""The command `python -m bench`: measure, print, store.

Exit codes: 0 measured (or said why not), 2 a mistake of the user's, 3 a measurement went wrong, 130 interrupted.
"""

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from bench import report, sections
from bench.machine import describe, load
from bench.plan import QUICK, Plan

FAILURE, INTERRUPTED = 3, 130


def main(words: Sequence[str] | None = None) -> int:
    """Run the bench as the command line says; returns the exit code."""
    asked = parser().parse_args(words)
    plan = QUICK if asked.quick else Plan()
    names = asked.only or list(sections.SECTIONS)
    machine = describe()  # before anything else, so that the load is that of others
    found: dict[str, sections.Found] = {}
    try:
        sections.measure(plan, names, lambda line: print(line, file=sys.stderr, flush=True), found)
    except KeyboardInterrupt:
        print("\n" + report.text(machine, load(), plan, found))
        print("bench: interrupted; this is what was measured, nothing is stored", file=sys.stderr)
        return INTERRUPTED
    after = load()
    print("\n" + report.text(machine, after, plan, found))
    name = ("quick" if asked.quick else "full") + "".join(f"-{only}" for only in asked.only or [])
    folder = report.write(Path(asked.results), machine, after, plan, found, name)
    print(f"results: {folder}")
    return FAILURE if any("failed" in section for section in found.values()) else 0


def parser() -> argparse.ArgumentParser:
    """Options of the command."""
    options = argparse.ArgumentParser(prog="python -m bench", description="Measure what the model costs.")
    options.add_argument("--quick", action="store_true", help="small sizes only, under a minute")
    options.add_argument(
        "--only", action="append", choices=list(sections.SECTIONS), metavar="NAME",
        help=f"one section, may be repeated: {', '.join(sections.SECTIONS)}",
    )  # fmt: skip
    options.add_argument("--results", default="results", help="folder of the results (default: results)")
    return options


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends the process measured and removes what it left
    sys.exit(main())

"""The counts of `docs/trace.md`, each between two marks: `python -m sim.report.trace` writes them anew."""

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from sim.history.catalogue import load_history
from sim.history.coefficients import RECORDS
from sim.history.naming import HISTORICAL
from sim.numerics.locations import DATA
from sim.observation.observed import patterns
from sim.observation.registered import registered, targets

DOCS = Path(__file__).parents[2] / "docs"
PAGE = DOCS / "trace.md"
CONFIDENCES = ("found", "memory-high", "memory-low", "assumption")


def data() -> str:
    """Numbers by how far they can be trusted."""
    tables = [path for path in sorted(DATA.rglob("*.csv")) if path.parent.name != "posterior"]
    dated = [value.confidence for one in load_history(HISTORICAL).parameters.values() for value in one.values]
    counts = {
        "coefficients of behaviour": Counter(str(one["confidence"]) for one in RECORDS.values()),
        "dated values of rules and prices": Counter(dated),
        "rows of data": Counter(one for path in tables for one in pd.read_csv(path)["confidence"]),
    }
    lines = [f"| | {' | '.join(CONFIDENCES)} |", "| --- |" + " ---: |" * len(CONFIDENCES)]
    lines += [f"| {name} | {' | '.join(str(of[one]) for one in CONFIDENCES)} |" for name, of in counts.items()]
    return "\n".join(lines)


def mechanisms() -> str:
    """Rows of the table of mechanisms, and those left out."""
    rows = [line for line in (DOCS / "mechanisms.md").read_text(encoding="utf-8").splitlines()
            if line.startswith("| ") and not line.startswith(("| ---", "| mechanism"))]  # fmt: skip
    left_out = sum("left out" in row for row in rows)
    return f"{len(rows)} rows of mechanisms, {left_out} of which say why something is left out."


def observed() -> str:
    """Patterns by role."""
    counts = Counter(targets()[one].role.replace("_", " ") for one in patterns())
    drawn = sum(one.fitted for one in patterns())
    roles = ", ".join(f"{count} {role}" for role, count in sorted(counts.items()))
    return f"{len(patterns())} patterns: {roles}. From {drawn} of them conf/ draws a number."


def bounds() -> str:
    """Thresholds set before the fit."""
    lines = ["| threshold | must | aim | of what |", "| --- | --- | --- | --- |"]
    for name, one in registered().thresholds.items():
        must, aim = (
            " to ".join(map(str, of)) if isinstance(of, list | tuple) else str(of) for of in (one.must, one.aim)
        )
        lines.append(f"| {name.replace('_', ' ')} | {must} | {aim} | {one.meaning} ({one.better}) |")
    return "\n".join(lines)


BLOCKS: dict[str, Callable[[], str]] = {
    "data": data, "mechanisms": mechanisms, "patterns": observed, "thresholds": bounds
}  # fmt: skip
"""What writes each block, by the name in its marks."""


def page(text: str) -> str:
    """The page with every block written anew; raises ValueError for a block that it has not."""
    for name, made in BLOCKS.items():
        found = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end of {name} -->)", re.DOTALL)
        if not found.search(text):
            raise ValueError(f"{PAGE.name} has no block '{name}'")
        block = made()
        text = found.sub(lambda marks, block=block: f"{marks[1]}{block}\n{marks[2]}", text)  # type: ignore[misc]
    return text


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")

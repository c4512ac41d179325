"""Folders of results side by side: the same files with the same bytes, whatever ran them.

    python tests/clusters/compare.py local=FOLDER slurm=FOLDER ray=FOLDER

Prints a table and ends with 1 if anything differs or nothing was found. Every Parquet and CSV file, and every other
file of a result folder, is compared by SHA-256; of a JSON file what has to differ is left out first: when it was
written, what it cost, and which commit wrote it.
"""

import hashlib
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

MAY_DIFFER = (
    "time",
    "cpu_seconds",
    "run_seconds",
    "seal",
    "environment",
    "peak_memory_mb",
    "commit",
    "uncommitted_changes",
)
"""Keys of a manifest that tell of the run and not of the result."""
NOT_RESULTS = ("sweeps",)
"""Folders beside the results that tell how they came about."""


def content(path: Path) -> str:
    """SHA-256 of what has to be equal in a file."""
    if path.suffix == ".json":
        return hashlib.sha256(json.dumps(_lasting(json.loads(path.read_text())), sort_keys=True).encode()).hexdigest()
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _lasting(record: Any) -> Any:
    if isinstance(record, dict):
        return {key: _lasting(value) for key, value in record.items() if key not in MAY_DIFFER}
    return [_lasting(value) for value in record] if isinstance(record, list) else record


def contents(folder: Path) -> dict[str, str]:
    """Path inside the folder of every result file, to its `content`; half-written and launchers' files left out."""
    found = {}
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if path.is_file() and parts[0] not in NOT_RESULTS and not any(part.startswith(".") for part in parts):
            found["/".join(parts)] = content(path)
    return found


def differences(sides: Mapping[str, Mapping[str, str]]) -> list[str]:
    """One line for every file that is missing somewhere or differs from the first side's."""
    first, *others = sides
    wrong = []
    for name in sorted({name for files in sides.values() for name in files}):
        for other in others:
            one, two = sides[first].get(name), sides[other].get(name)
            if one is None or two is None:
                wrong.append(
                    f"{name}: only on {other if one is None else first}, not on {first if one is None else other}"
                )
            elif one != two:
                wrong.append(f"{name}: {first} {one[:12]}, {other} {two[:12]}")
    return wrong


def main(words: list[str]) -> int:
    """Compare, print, and return the exit code."""
    folders = {name: Path(folder) for name, _, folder in (word.partition("=") for word in words)}
    sides = {name: contents(folder) for name, folder in folders.items()}
    print(f"{'':10}{'result folders':>15}{'files':>8}{'MB':>8}  all of it")
    for name, files in sides.items():
        whole = hashlib.sha256("".join(f"{file} {sign}\n" for file, sign in files.items()).encode()).hexdigest()
        size = sum((folders[name] / file).stat().st_size for file in files) / 1e6
        results = {file.rpartition("/")[0] for file in files}
        print(f"{name:10}{len(results):>15,}{len(files):>8,}{size:>8.1f}  {whole[:16]}")
    wrong = differences(sides)
    print("\n".join(wrong) or "no file differs" if any(sides.values()) else "there are no results")
    return 1 if wrong or len(sides) < 2 or not all(sides.values()) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

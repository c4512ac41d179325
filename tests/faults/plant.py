"""Plant faults, one at a time, in a copy of the project, and see the test that each names fail.

    python -m tests.faults.plant [--only TEXT]

The faults stand in `faults.yaml`; rows of `docs/mechanisms.md` name them. The tests must pass in the sound copy first.
The exit code is 1 if a fault goes unseen. What every ring of tests says of a fault is tried by `tests.faults.rings`.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import yaml

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
How = Literal["plain", "kept", "compiled"]
"""How a fault's test is run: the rules as plain Python, with the machine code of the sound project, or compiled."""
NOT_COPIED = shutil.ignore_patterns(".*", "*.nb[ic]", "results", "build", "dist", "*.egg-info")
"""Bytecode goes with the copy, since Python and pytest look at the date and size of its source; the machine code that
numba keeps beside tests does not, since it is not made anew when a rule that they call changes."""
PASSED, FAILED = 0, 1
"""Exit codes of pytest; any other says that the test could not be run."""


@dataclass(frozen=True)
class Fault:
    """A fault: its name, for each file the texts to replace, the test that must then fail, and how that is run."""

    name: str
    edits: tuple[tuple[str, str, str], ...]  # file, text that stands there once, what replaces it
    test: str
    how: How = "plain"

    def plant(self, root: Path) -> None:
        """Plant the fault in a copy. Raises ValueError if a text does not stand in its file exactly once."""
        for file, old, new in self.edits:
            text = (root / file).read_text(encoding="utf-8")
            if text.count(old) != 1:
                raise ValueError(f"fault '{self.name}': in {file} the text {old!r} stands {text.count(old)} times")
            (root / file).write_text(text.replace(old, new), encoding="utf-8")

    @contextmanager
    def planted(self, root: Path) -> Iterator[None]:
        """Plant the fault in a copy, and put the sound files back at the end."""
        sound = {file: (root / file).read_bytes() for file, _, _ in self.edits}
        try:
            self.plant(root)
            yield
        finally:
            for file, content in sound.items():
                (root / file).write_bytes(content)


def faults() -> list[Fault]:
    """All faults on file, in order. Raises ValueError for a way to run a test that is not known."""
    found = []
    for record in yaml.safe_load((HERE / "faults.yaml").read_text(encoding="utf-8")):
        parts, how = [record, *record.get("also", ())], record.get("how", "plain")
        if how not in get_args(How):
            raise ValueError(f"fault '{record['name']}': how is '{how}'; known: {', '.join(get_args(How))}")
        edits = [(part["file"], old, new) for part in parts for old, new in part["edits"].items()]
        found.append(Fault(record["name"], tuple(edits), record["test"], how))
    return found


@contextmanager
def copied() -> Iterator[Path]:
    """A copy of the project, removed at the end."""
    with tempfile.TemporaryDirectory(prefix="vyraj-fault-") as folder:
        root = Path(folder, "project")
        shutil.copytree(ROOT, root, ignore=NOT_COPIED)
        yield root


def run_tests(root: Path, tests: Sequence[str], how: How) -> tuple[int, str]:
    """Run tests in a copy: pytest's exit code, and what it printed."""
    environment = os.environ | {"PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1", "NUMBA_DISABLE_JIT": "0"}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=line", "-m", "", *tests]
    if how == "plain":
        environment["NUMBA_DISABLE_JIT"] = "1"
        command[3:3] = ["-p", "tests.faults.uncompiled"]
    if how == "compiled":  # in a folder of its own, which goes with the copy
        environment |= {"VYRAJ_CACHE_DIR": str(root / "machine-code"), "NUMBA_OPT": "1"}  # faster, to the same bits
    run = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    return run.returncode, run.stdout + run.stderr


def sound(root: Path, chosen: Sequence[Fault]) -> str:
    """What is wrong with the tests that faults name in a copy without any fault; empty if they all pass."""
    for how in ("plain", "kept"):
        tests = sorted({fault.test for fault in chosen if (fault.how == "plain") == (how == "plain")})
        code, said = run_tests(root, tests, how) if tests else (PASSED, "")
        if code != PASSED:
            return said
    return ""


def unseen(root: Path, fault: Fault) -> str:
    """Why a fault planted in a copy is not caught by the test that it names; empty if it is."""
    with fault.planted(root):
        code, said = run_tests(root, [fault.test], fault.how)
    if code == FAILED:
        return ""
    return "the test passes" if code == PASSED else f"the test could not be run: {said.strip()}"


def main() -> int:
    """Plant what is asked for and report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="only faults whose name contains this")
    asked = parser.parse_args()
    chosen = [fault for fault in faults() if asked.only in fault.name]
    with copied() as root:
        wrong = sound(root, chosen)
        if wrong:
            print(f"without any fault:\n{wrong}", file=sys.stderr)
            return 1
        missed = 0
        for fault in chosen:
            why = unseen(root, fault)
            missed += bool(why)
            print(f"{fault.name}: {f'UNSEEN, {why}' if why else 'caught'}", flush=True)
    print(f"{len(chosen)} faults, {missed} unseen")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())

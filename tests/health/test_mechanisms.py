"""The table of mechanisms is true: files, tests and faults that it names exist, and each fault is one its test catches.

That a test fails with its fault is seen by `tests/faults/test_faults.py`.
"""

import re
import subprocess
import sys
from functools import cache

import pytest

from tests.faults.plant import ROOT, faults

LINES = (ROOT / "docs" / "mechanisms.md").read_text(encoding="utf-8").splitlines()
ROWS = [line for line in LINES if line.startswith("|") and not re.match(r"\| (---|mechanism|#) ", line)]
FAULTS = {fault.name: fault for fault in faults()}
COLUMNS = 5


def cells(row):
    return [cell.strip() for cell in row.strip("|").split(" | ")]


@cache
def collected():
    """Every test of the files that the table names, as pytest collects them."""
    files = sorted({cells(row)[3].strip("`").split("::")[0] for row in ROWS} - {"-"})
    command = [sys.executable, "-m", "pytest", "--collect-only", "-m", "", "-p", "no:cacheprovider", *files]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    return set(run.stdout.splitlines())


@pytest.mark.parametrize("row", ROWS, ids=lambda row: cells(row)[0][:40])
def test_a_row_is_whole_and_points_at_what_exists(row):
    assert len(cells(row)) == COLUMNS and all(cells(row))
    *_, where, test, fault = cells(row)
    for path in re.findall(r"`((?:sim|conf|tests|docs)/[^`]*)`", where):
        assert (ROOT / path).exists(), path
    assert ("left out" in where) == where.startswith("*left out, because* "), "a row left out says why"
    assert ("*input*" in where) == where.startswith("*input*"), "a row begins with what it is, unless it works"
    if where.startswith("*left out"):
        assert (test, fault) == ("-", "-")
        return
    assert test.strip("`") in collected()
    assert FAULTS[fault].test == test.strip("`"), "the fault of a row is one that the row's test catches"


def test_no_two_rows_name_one_fault():
    named = [cells(row)[-1] for row in ROWS if cells(row)[-1] != "-"]
    assert len(named) == len(set(named)) > 80


def test_the_features_of_models_of_migration_are_numbered_1_to_43():
    numbers = [int(cells(row)[0]) for row in ROWS if cells(row)[0].isdigit()]
    assert numbers == list(range(1, 44))

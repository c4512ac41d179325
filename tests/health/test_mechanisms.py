"""The table of mechanisms points at files that exist."""

import re

import pytest

from sim.locations import CONF

ROOT = CONF.parent
LINES = (ROOT / "docs" / "mechanisms.md").read_text(encoding="utf-8").splitlines()
ROWS = [line for line in LINES if line.startswith("|") and not re.match(r"\| (---|mechanism|#) ", line)]


def cells(row):
    return [cell.strip() for cell in row.strip("|").split(" | ")]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: cells(row)[0][:40])
def test_a_row_points_at_what_exists(row):
    *_, where, test = cells(row)
    left_out = "left out" in where or test == "-"
    assert left_out or test.strip("`").startswith("tests/"), "a row names a test, or says why it is left out"
    for path in re.findall(r"`((?:sim|conf|tests|docs)/[^`]*)`", f"{where} {test}"):
        assert (ROOT / path).exists(), path


def test_the_features_of_models_of_migration_are_numbered_1_to_43():
    numbers = [int(cells(row)[0]) for row in ROWS if cells(row)[0].isdigit()]
    assert numbers == list(range(1, 44))

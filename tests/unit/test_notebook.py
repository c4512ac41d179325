"""The notebook runs from top to bottom without a browser, and draws every figure of a stored comparison."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sim.report.comparison import figures
from sim.report.results import Results
from tests.unit import fake_results

pytest.importorskip("marimo", reason="the notebook needs vyraj[notebook]")

ROOT = Path(__file__).parents[2]


def run(folder, cwd):
    """The notebook as a program, on the comparisons of a folder."""
    command = [sys.executable, str(ROOT / "examples" / "notebook.py"), "--", "--results", str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


def test_every_figure_is_drawn(tmp_path):
    folder = fake_results.write(tmp_path / "compare" / "ban-1", replicates=3)
    done = run(tmp_path / "compare", tmp_path)
    assert done.returncode == 0, done.stderr
    drawn = [line.removeprefix("drawn: ") for line in done.stdout.splitlines() if line.startswith("drawn: ")]
    assert drawn == list(figures.drawable(Results(folder))) and len(drawn) > 5
    assert [path.name for path in tmp_path.iterdir()] == ["compare"]


def test_where_nothing_is_stored_it_says_what_makes_it(tmp_path):
    done = run(tmp_path, tmp_path)
    assert done.returncode != 0 and f"no comparison in {tmp_path}" in done.stderr

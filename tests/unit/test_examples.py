"""The examples run as their first lines say, and draw what is stamped."""

import os
import re
import subprocess
import sys
from pathlib import Path

from sim.report.style import STAMP

ROOT = Path(__file__).parents[2]


def test_the_example_for_mesa_users_runs_and_draws(tmp_path):
    """Far from the repository's root, without a warning of what Mesa will take away; the seed fixes what it prints."""
    command = [sys.executable, "-W", "error::FutureWarning", str(ROOT / "examples" / "mesa_user.py"), "figure.svg"]
    done = subprocess.run(
        command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["figure.svg"]
    drawing = (tmp_path / "figure.svg").read_text(encoding="utf-8")
    assert STAMP in drawing and "Poland without national visas" in drawing
    assert "poland.national_visa: from 2021-07-01 closed (was open)" in done.stdout
    moved, stayed = re.search(r"(\d+) moved to Poland; .*'poland': (\d+)", done.stdout).groups()
    assert int(moved) > int(stayed) > 0

"""A destination and a channel of a user's own, in a folder of its own, are run on as those that are shipped."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parents[2]
OWN = Path(__file__).parent / "own"
SMALL = ("people.one_in=5000", "replicates=2", "threads=1")


@pytest.fixture
def folder(tmp_path):
    """A working folder with a destination and a channel of its own."""
    for name, file in (("destination", "turkey"), ("channel", "nomad")):
        (tmp_path / "conf" / name).mkdir(parents=True)
        shutil.copy(OWN / f"{file}.yaml", tmp_path / "conf" / name)
    return tmp_path


def vyraj(folder, *words):
    """What the command says and how it ends, run in a folder."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "VYRAJ_TOLD": ""}
    command = [sys.executable, "-m", "sim", *words]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def spoil(folder, file, **changes):
    """Change lines of a file that begin with a key."""
    path = folder / "conf" / file
    text = path.read_text(encoding="utf-8")
    for key, line in changes.items():
        text, found = re.subn(rf"(?m)^( *){key}: .*$", rf"\g<1>{line}", text, count=1)
        assert found, key
    path.write_text(text, encoding="utf-8")


@pytest.mark.slow
def test_history_simulate_compare_and_report_run_on_it(folder):
    spoil(folder, "destination/turkey.yaml", code="code: 20")  # codes that nobody has lie before both
    spoil(folder, "channel/nomad.yaml", code="code: 15")
    said = vyraj(folder, "task=history", "scenario=historical")
    assert said.returncode == 0, said.stderr
    listed = vyraj(folder, "task=parameters", "match=turkey.nomad")
    assert "turkey.nomad.approval" in listed.stdout and "a complete application is granted" in listed.stdout
    run = vyraj(folder, "task=simulate", "scenario=historical", "until=2019-12", *SMALL)
    assert run.returncode == 0, run.stderr
    (flows,) = (folder / "results" / "points").glob("*/flows.parquet")
    went = pd.read_parquet(flows).query("to == 'turkey'")
    assert set(went["channel"]) == {"nomad"} and went["persons"].sum() > 0
    compared = vyraj(folder, "task=compare", "scenario=lithuania_visa_ban", "until=2023-06", *SMALL)
    assert compared.returncode == 0, compared.stderr
    (left,) = (folder / "results" / "compare").iterdir()
    effects = pd.read_csv(left / "effects.csv")
    assert {"arrivals", "deflected"} <= set(effects.loc[effects["destination"] == "turkey", "measure"])
    assert ">Turkey<" in (left / "report.html").read_text(encoding="utf-8")


PROGRAM = """
from sim.runs.ensemble import Ensemble
from sim.runs.settings import People, Settings
from tests.golden.test_one_hash import JOB, digest
print(digest(Ensemble(Settings(people=People(one_in=5000), until="2020-12", threads=1)).model(JOB).run()))
"""


def events_in(folder):
    """Hash of all events of a small run in a folder."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "VYRAJ_TOLD": ""}
    run = subprocess.run([sys.executable, "-c", PROGRAM], cwd=folder, env=environment, capture_output=True, check=True)
    return run.stdout


def test_a_destination_that_nobody_can_enter_changes_no_life(folder, tmp_path_factory):
    without = events_in(tmp_path_factory.mktemp("nothing"))
    assert events_in(folder) != without
    nobody = '{value: 0, source: "a test", confidence: assumption}'
    spoil(
        folder,
        "destination/turkey.yaml",
        diaspora=f"diaspora: {nobody}",
        months=f"months: {nobody}\n      offered: {nobody}",
    )
    assert events_in(folder) == without


def test_every_fault_of_both_is_told_with_its_file_and_line(folder):
    wage = 'wages: {value: 450, source: "a test", confidence: assumption}'
    rent = 'rent: {unit: USD, value: 250, source: "a test", confidence: assumption}'
    safety = 'safety: {value: 9, source: "a test", confidence: assumption}'
    spoil(folder, "destination/turkey.yaml", code="code: 5", region="region: east", wage=wage, rent=rent, safety=safety)
    spoil(folder, "destination/turkey.yaml", entry="entry: visafree", funds="# none")
    spoil(folder, "channel/nomad.yaml", meaning="meaning: ''")
    run = vyraj(folder, "task=simulate", "scenario=historical", "until=2019-12", *SMALL)
    assert run.returncode == 2 and "Traceback" not in run.stderr and not (folder / "results").exists()
    for fault in (
        "conf/channel/nomad.yaml: line 2: meaning: ",
        "conf/destination/turkey.yaml: line 1: code: 5 is the code of germany; free: 16, 17, 18, 19, 20 and more",
        "conf/destination/turkey.yaml: line 4: region: unknown 'east'; known: ",
        "conf/destination/turkey.yaml: line 7: parameters: key 'wage' is missing (mean net wage, full",
        "conf/destination/turkey.yaml: line 8: parameters: wages: unknown parameter 'wages'; known: wage, ",
        "line 10: parameters: rent: unit: 'USD' cannot stand here: conf/schema.yaml says EUR/month; delete the key",
        "line 15: parameters: safety: parameter 'turkey.safety': 2019-01-01: 9 is outside [0, 1]",
        "line 32: channels: nomad: entry: unknown 'visafree'; known: ",
        "channels: nomad: parameters: key 'funds' is missing (money to show, EUR)",
    ):
        assert fault in run.stderr, fault


@pytest.mark.parametrize(
    ("file", "changes", "fault"),
    [
        ("channel/nomad.yaml", {"code": "code: 2"}, "line 1: code: 2 is the code of work; free: 13, 14, 15"),
        ("channel/nomad.yaml", {"code": "code: 16"}, "code: '16' is not a whole number from 1 to 15; free: 13, 14, 15"),
        ("destination/turkey.yaml", {"code": "# none"}, "line 2: key 'code' is missing"),
        (
            "channel/nomad.yaml",
            {"constants": "constants: {source: x, confidence: found}"},
            "give one of value, like and",
        ),
        (
            "channel/nomad.yaml",
            {"constants": "constants: {like: [labour], source: x, confidence: found}"},
            "unknown 'labour'; known",
        ),
        (
            "destination/turkey.yaml",
            {"constants": "constants: {value: 51, source: x, confidence: found}"},
            "51 is outside",
        ),
    ],
)
def test_a_fault_of_its_code_or_constant_is_told(folder, file, changes, fault):
    spoil(folder, file, **changes)
    run = vyraj(folder, "task=history", "scenario=historical")
    assert run.returncode == 2 and f"conf/{file}: " in run.stderr and fault in run.stderr, run.stderr


def test_a_shipped_destination_keeps_its_code(folder):
    shutil.copy(ROOT / "conf" / "destination" / "uae.yaml", folder / "conf" / "destination")
    spoil(folder, "destination/uae.yaml", code="code: 20")
    run = vyraj(folder, "task=history", "scenario=historical")
    assert run.returncode == 2
    assert "conf/destination/uae.yaml: line 3: code: 20 should be 12, which results hold" in run.stderr

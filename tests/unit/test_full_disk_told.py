"""A full disk is told by its folder, what is free there, and what is still needed."""

import errno
import shutil
from pathlib import Path

import pytest

from sim.cli import full_disk
from sim.numerics.errors import UserError
from sim.runs.estimate import Plan
from sim.runs.settings import Settings

FULL = OSError(errno.ENOSPC, "No space left on device")


@pytest.fixture
def settings(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10, 10, 1_500_000))
    return Settings(results_dir=str(tmp_path / "results"))


def test_it_names_the_folder_and_how_much_is_needed(settings):
    plan = Plan(made={("a", 0): 84, ("a", 1): 84}, people=95_700, months=84)
    asked = []
    error = OSError(FULL.errno, FULL.strerror, str(Path(settings.results_dir) / "points" / "x" / "flows.parquet"))
    said = str(full_disk.told(error, settings, lambda one: asked.append(one.dry) or plan))
    assert asked == [True]
    assert said == (
        f"results_dir={settings.results_dir}: No space left on its disk: 1.5 MB are free, and about 6.8 MB are still "
        "needed (what is finished is kept); make room or choose another results_dir"
    )


def test_a_folder_that_is_not_of_results_is_named_itself(settings):
    said = str(full_disk.told(OSError(FULL.errno, "full", "/elsewhere/file"), settings, lambda one: None))
    assert said == "/elsewhere: No space left on its disk: 1.5 MB are free; make room there"


def test_a_plan_that_fails_hides_nothing(settings):
    def fails(one):
        raise ValueError("another fault")

    assert "No space left" in str(full_disk.told(FULL, settings, fails))


def test_only_a_full_disk_is_one():
    wrapped = UserError("results_dir=x cannot be written")
    wrapped.__cause__ = FULL
    assert full_disk.is_full(FULL) is FULL and full_disk.is_full(wrapped) is FULL
    assert full_disk.is_full(OSError(errno.EACCES, "no")) is None and full_disk.is_full(ValueError()) is None

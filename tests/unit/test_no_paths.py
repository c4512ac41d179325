"""Results hold no path, no host and no user, and are the same bytes in whatever folder they are made."""

import json
import os
import re
from dataclasses import replace
from pathlib import Path

import pytest

from sim.cli.commands import compare
from sim.report.comparison import PAGE
from sim.runs.query import verify
from sim.runs.settings import Settings, resolved_yaml
from tests.unit.small_runs import SMALL

OF_THE_MAKING = {"time", "cpu_seconds", "peak_memory_mb", "run_seconds", "seal", "threads"}
"""Keys of a manifest that tell of the making, not of what was made; the seal covers them too."""


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A comparison with its report in two folders: one asked for by its whole path, one from where the user stands."""
    before = Path.cwd()
    one, other = tmp_path_factory.mktemp("one") / "secret", tmp_path_factory.mktemp("another") / "place"
    other.mkdir()
    asked = replace(SMALL, task="compare", scenario="no_covid", replicates=2)
    try:
        compare.run(replace(asked, results_dir=str(one)))
        os.chdir(other)
        compare.run(replace(asked, results_dir="here", threads=2))
    finally:
        os.chdir(before)
    return one, other / "here"


def content(results):
    """Bytes of every file but locks, by its path in the results; of manifests what does not tell of the making."""
    found = {}
    for path in sorted(results.rglob("*")):
        if path.is_file() and path.suffix != ".lock":
            name = path.relative_to(results).as_posix()
            found[name] = path.read_bytes()
            if path.name == "manifest.json":
                told = json.loads(found[name])
                found[name] = {key: value for key, value in told.items() if key not in OF_THE_MAKING}
    return found


@pytest.mark.slow
def test_two_folders_hold_the_same_bytes(made):
    one, other = map(content, made)
    assert {"report.html", "config.yaml", "effects.csv", "manifest.json"} <= {name.rpartition("/")[2] for name in one}
    assert list(one) == list(other)
    assert [name for name in one if one[name] != other[name]] == []


@pytest.mark.slow
def test_no_file_names_a_folder_a_host_or_a_user(made):
    words = [os.uname().nodename, str(Path.home()), str(Path.cwd()), str(Path(__file__).parents[2])]
    for results in made:
        words += [str(results), str(results.parent), results.parent.parent.name]
    long, every = (
        re.compile(rb"(?<!\w)(?:" + b"|".join(re.escape(word.encode()) for word in chosen) + rb")(?!\w)")
        for chosen in ([word for word in words if len(word) > 4], [word for word in words if len(word) > 1])
    )  # two letters may stand in compressed numbers by chance
    for results in made:
        for path in results.rglob("*"):
            if path.is_file():
                search = long if path.suffix in (".parquet", ".png") else every
                assert search.search(path.read_bytes()) is None, path


@pytest.mark.slow
def test_both_are_whole(made):
    for results in made:
        folders = [*(results / "points").glob("[!.]*"), *(results / "compare").glob("[!.]*")]
        assert len(folders) > 2 and [verify(folder) for folder in folders] == [[]] * len(folders)


@pytest.mark.slow
def test_a_comparison_says_what_it_cost_itself(made):
    for results in made:
        [path] = (results / "compare").glob("*/manifest.json")
        told = json.loads(path.read_text())
        assert 0 < told["cpu_seconds"]
        runs = [json.loads(point.read_text())["run_seconds"] for point in (results / "points").glob("*/manifest.json")]
        assert told["cpu_seconds"] >= 0.9 * sum(map(sum, runs)), "it made all its runs"


def test_settings_that_change_no_number_are_left_out_of_the_file():
    usual = resolved_yaml(Settings())
    for change in ({"results_dir": "/a/b"}, {"threads": 3}, {"report": False}, {"dry": True}):
        assert resolved_yaml(Settings(**change)) == usual
    for key in ("results_dir", "threads", "report", "dry", "results"):
        assert not re.search(rf"^{key}:", usual, re.MULTILINE)
    assert resolved_yaml(Settings(seed=2)) != usual


def test_who_asks_for_no_report_takes_none_away(made):
    """The same comparison again, as `task=canonical` asks for it: the folder is written anew, its report too."""
    one, _ = made
    asked = replace(SMALL, task="compare", scenario="no_covid", replicates=2, results_dir=str(one))
    folder = compare.run(replace(asked, report=False))
    assert (folder / PAGE).is_file() and list((folder / "figures").glob("*.png"))

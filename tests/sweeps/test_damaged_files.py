"""Files of a point are damaged: said in one line, computed again to the same bytes; the list of results stands."""

import json
import shutil
from pathlib import Path

import pytest

from sim.runs.seals import seal
from tests.sweeps.sweeping import contents, hidden, run


def cut(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flip(path):
    """One bit, in the middle, of a sign that is no white space."""
    content = bytearray(path.read_bytes())
    at = next((i for i in range(len(content) // 2, len(content)) if not chr(content[i]).isspace()), 0)
    content[at] ^= 1
    path.write_bytes(content)


def empty(path):
    path.write_bytes(b"")


DAMAGES = (cut, flip, empty, Path.unlink)
FILES = (
    *(
        f"{name}.parquet"
        for name in (
            *(
                "called",
                "claims",
                "decisions",
                "expected_harms",
                "flows",
                "groups",
                "harms",
                "moves",
                "settled",
                "stocks",
            ),
            *("totals", "wishes"),
        )
    ),
    *("config.yaml", "history.txt", "sources.txt", "schedule.txt", "manifest.json"),
    *("registers.csv", "repression.csv", "public_money.csv", "losses.csv", "arrival_groups.csv", "ties.csv"),
)
EMPTY = ("assumed.txt",)
"""Files that hold nothing where nothing is assumed: they can only be gone."""
EACH = [*((name, damage) for name in FILES for damage in DAMAGES), *((name, Path.unlink) for name in EMPTY)]
ALWAYS = (("manifest.json", flip), *((name, Path.unlink) for name in EMPTY))
SOME = [pair for number, pair in enumerate(EACH) if number % 4 == number // 4 % 4 or pair in ALWAYS]
"""Every file once, every damage in turn."""


@pytest.fixture(scope="module")
def whole(forks, tmp_path_factory):
    results = tmp_path_factory.mktemp("whole") / "results"
    assert forks.complete(results, 2)[:3] == (0, [], 2)
    return results


def test_a_point_has_the_files_that_are_damaged_here(whole):
    (point,) = whole.glob("points/[!.]*")
    assert sorted(path.name for path in point.iterdir()) == sorted((*FILES, *EMPTY))


def computed_anew(forks, whole, results, name, damage):
    shutil.copytree(whole, results)
    (point,) = results.glob("points/[!.]*")
    damage(point / name)
    code, said, made, _ = forks.complete(results, 2)
    assert (code, len(said), made) == (0, 1, 2), (name, damage, said)
    assert said[0].startswith(f"{point.name} is damaged ({name}")
    assert contents(results / "points") == contents(whole / "points") and hidden(results) == []
    shutil.rmtree(results)


def test_a_damaged_file_is_named_and_its_point_computed_anew(forks, whole, tmp_path):
    for name, damage in SOME:
        computed_anew(forks, whole, tmp_path / "results", name, damage)


@pytest.mark.slow
def test_every_file_damaged_in_every_way_is_named_and_its_point_computed_anew(forks, whole, tmp_path):
    for name, damage in EACH:
        computed_anew(forks, whole, tmp_path / "results", name, damage)


def test_a_manifest_of_more_replicates_than_there_are_is_not_believed(forks, whole, tmp_path):
    def boast(path):
        path.write_text(json.dumps({**json.loads(path.read_text()), "replicates": 7}, indent=1))

    computed_anew(forks, whole, tmp_path / "results", "manifest.json", boast)


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_loose_run_is_named_and_computed_anew(forks, whole, tmp_path, damage):
    results = tmp_path / "results"
    steps = forks.complete(tmp_path / "other", 2)[3]
    bound = next(number for number, step in enumerate(steps, 1) if "partial" in step and step.startswith("write_table"))
    assert forks.complete(results, 2, bound)[0] == -9
    (point,) = whole.glob("points/[!.]*")
    damage(results / "points" / f".{point.name}.runs" / "000001.run")
    code, said, made, _ = forks.complete(results, 2)
    assert (code, made) == (0, 1)
    assert said == ([] if damage is Path.unlink else [f"run 1 of {point.name} is damaged: computed anew"])
    assert contents(results / "points") == contents(whole / "points") and hidden(results) == []


@pytest.mark.slow
def test_the_list_of_results_stands_over_damaged_points(whole, tmp_path):
    results = tmp_path / "results"
    (point,) = whole.glob("points/[!.]*")
    shutil.copytree(point, results / "points" / point.name)
    for number, (name, damage) in enumerate(EACH):
        other = results / "points" / f"{point.name[:-12]}{number:012x}"
        shutil.copytree(point, other)
        if name != "manifest.json":  # all are whole points by their names
            text = (other / "manifest.json").read_text().replace(point.name[-12:], other.name[-12:])
            told = json.loads(text)
            (other / "manifest.json").write_text(json.dumps(told | {"seal": seal(told)}))
        damage(other / name)
    unsealed = f"{point.name[:-12]}{len(EACH):012x}"
    shutil.copytree(point, results / "points" / unsealed)
    text = (point / "manifest.json").read_text().replace(point.name[-12:], unsealed[-12:])
    (results / "points" / unsealed / "manifest.json").write_text(text)
    code, out, err = run(results, "task=results")
    assert code == 0 and point.name in "\n".join(out), err
    assert f"{unsealed} is left out: manifest.json has changed" in err and unsealed not in "\n".join(out)
    code, out, err = run(results, "task=results", "results.show=flows")  # one of them is damaged behind its first bytes
    assert code == 2 and out == [] and "results.prune=damaged dry=true names it" in err[-1], err
    code, out, err = run(results, "task=results", "results.prune=damaged", "dry=true")
    named = {line.split()[0] for line in out}
    readable = [number for number, (name, _) in enumerate(EACH) if name != "manifest.json"]
    assert code == 0 and {f"points/{point.name[:-12]}{number:012x}" for number in readable} <= named, err
    assert f"points/{unsealed}" in named and f"points/{point.name}" not in named

"""A process dies at every step that changes the disk: nothing half-written is read, nothing finished is lost."""

import re
import shutil
from pathlib import Path

import pytest

from sim.runs.arrays import is_whole
from sim.runs.query import folders
from tests.sweeps.sweeping import contents, hidden

FRESH, EXTENDED = (0, 2), (2, 4)


@pytest.fixture(scope="module")
def whole(forks, tmp_path_factory):
    """Results folders of the undisturbed point by number of replicates, and their contents."""
    found = {}
    for replicates in (2, 4):
        results = tmp_path_factory.mktemp("whole") / f"{replicates}"
        assert forks.complete(results, replicates)[:3] == (0, [], replicates)
        found[replicates] = results, contents(results / "points")
    return found


def on_disk(results, before):
    """Replicates that are finished: bound, hidden between two renames, or loose."""
    points, faults = folders.points(results)
    assert faults == [] and len(points) <= 1
    for point in points:
        assert folders.verify(point.path) == []
    bound = max([point.row["replicates"] for point in points], default=0)
    if not points and before:
        assert len(list(results.glob("points/.*.older-*"))) == 1
        bound = before
    loose = [path for path in results.glob("points/.*.runs/[0-9]*.run") if path.exists()]
    assert all(is_whole(path) for path in loose)
    return {*range(bound), *(int(path.stem) for path in loose)}


def kind(step):
    """A step without what distinguishes one file from another of its sort; folders are told apart."""
    name, _, place = step.partition(" ")
    return name, re.sub(r"[0-9a-f]{8,}", "*", Path(place).name) if name in ("rename", "mkdir", "rmtree") else ""


def begin(whole, results, replicates):
    """A results folder in which so many replicates are there."""
    shutil.rmtree(results, ignore_errors=True)
    if replicates:
        shutil.copytree(whole[replicates][0], results)


def die_and_complete(forks, whole, results, before, after, step):
    """Die at a step, and complete the point again."""
    begin(whole, results, before)
    code, said, _, steps = forks.complete(results, after, step)
    where = f"{step}: {steps[-1]}"
    assert (code, said, len(steps)) == (-9, [], step), where
    there = on_disk(results, before)
    assert there >= {*range(before)}, where
    code, said, made, _ = forks.complete(results, after)
    assert (code, said) == (0, []), where
    assert made == after - len(there & {*range(after)}), where
    assert contents(results / "points") == whole[after][1], where
    assert hidden(results) == [], where


def steps_of(forks, whole, results, before, after):
    """Every step that changes the disk."""
    begin(whole, results, before)
    code, said, made, steps = forks.complete(results, after)
    assert (code, said, made) == (0, [], after - before)
    return steps


@pytest.mark.parametrize(("before", "after"), [pytest.param(*FRESH, marks=pytest.mark.slow), EXTENDED])
def test_a_death_at_any_kind_of_step_costs_no_finished_run_and_no_byte(forks, whole, tmp_path, before, after):
    steps = steps_of(forks, whole, tmp_path / "results", before, after)
    kinds = {}
    for number, step in enumerate(steps, 1):
        kinds[kind(step)] = number  # the last of its kind
    renames = [number for number, step in enumerate(steps, 1) if step.startswith("rename")]
    assert len(renames) == (2 if before else 1)  # a replacement has two, and something may happen between them
    for step in sorted({*kinds.values(), *renames}):
        die_and_complete(forks, whole, tmp_path / "results", before, after, step)


@pytest.mark.slow
@pytest.mark.parametrize(("before", "after"), [FRESH, EXTENDED])
def test_a_death_at_any_step_at_all_costs_no_finished_run_and_no_byte(forks, whole, tmp_path, before, after):
    steps = steps_of(forks, whole, tmp_path / "results", before, after)
    assert len(steps) > 40
    for step in range(1, len(steps) + 1):
        die_and_complete(forks, whole, tmp_path / "results", before, after, step)


def test_runs_that_were_begun_for_more_replicates_are_not_lost_to_a_command_that_wants_fewer(forks, whole, tmp_path):
    results = tmp_path / "results"
    steps = steps_of(forks, whole, results, 0, 4)
    kept = [number for number, step in enumerate(steps, 1) if step.startswith("replace")]
    begin(whole, results, 0)
    assert forks.complete(results, 4, kept[3])[0] == -9
    assert on_disk(results, 0) == {0, 1, 2}
    assert forks.complete(results, 2)[:3] == (0, [], 0)
    assert forks.complete(results, 4)[:3] == (0, [], 1)
    assert contents(results / "points") == whole[4][1] and hidden(results) == []

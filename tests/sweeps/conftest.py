"""What several tests of sweeps set their outcomes against."""

from types import SimpleNamespace

import pytest

from tests.sweeps.forking import Forks
from tests.sweeps.sweeping import JOBS, SMALL, contents, hidden, made, run


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory):
    """A sweep that nothing happened to: its results folder, its points, the names of the points by scenario."""
    results = tmp_path_factory.mktemp("undisturbed") / "results"
    code, out, err = run(results, "-m", *SMALL, *JOBS)
    assert (code, err, len(out)) == (0, [], 4) and hidden(results) == []  # a head, and a row a job
    names = {line.rpartition("/")[2].rpartition("-")[0]: line.rpartition("/")[2] for line in out[1:]}
    assert made(results) == {(name, number): 1 for name in names.values() for number in range(3)}
    return SimpleNamespace(results=results, points=contents(results / "points"), names=names)


@pytest.fixture(scope="session")
def forks():
    """A process that has everything loaded, and whose forks compute a point and die on the way."""
    with Forks() as ready:
        yield ready

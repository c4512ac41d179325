"""What several tests of sweeps set their outcomes against."""

import os
from types import SimpleNamespace

import pytest
from filelock import FileLock

from tests.sweeps.forking import Forks
from tests.sweeps.sweeping import JOBS, SMALL, contents, hidden, made, run


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory):
    """A sweep that nothing happened to: its results folder, its points, the names of the points by scenario.

    Processes that share the tests share it too: the first to ask makes it, the others read what it said.
    """
    shared = tmp_path_factory.getbasetemp()
    folder = (shared.parent if "PYTEST_XDIST_WORKER" in os.environ else shared) / "undisturbed"
    folder.mkdir(exist_ok=True)
    results, said = folder / "results", folder / "said.txt"
    with FileLock(folder / "lock"):
        if not said.exists():
            code, out, err = run(results, "-m", *SMALL, *JOBS)
            assert (code, err, len(out)) == (0, [], 4) and hidden(results) == []  # a head, and a row a job
            said.write_text("\n".join(out), encoding="utf-8")
    lines = said.read_text(encoding="utf-8").splitlines()
    names = {line.rpartition("/")[2].rpartition("-")[0]: line.rpartition("/")[2] for line in lines[1:]}
    assert made(results) == {(name, number): 1 for name in names.values() for number in range(3)}
    return SimpleNamespace(results=results, points=contents(results / "points"), names=names)


@pytest.fixture(scope="session")
def forks():
    """A process that has everything loaded, and whose forks compute a point and die on the way."""
    with Forks() as ready:
        yield ready

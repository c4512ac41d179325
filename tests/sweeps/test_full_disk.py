"""The disk is full: one line, nothing half-written is read, what was finished is kept."""

import subprocess

import pytest

from sim.runs.arrays import is_whole
from sim.runs.query import folders
from tests.sweeps.sweeping import SMALL, contents, hidden, made, run


@pytest.fixture
def disk(tmp_path):
    """A small disk: gives a function that sets its size."""
    place = tmp_path / "disk"
    place.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)], capture_output=True)
    if done.returncode:
        pytest.skip(f"no disk may be mounted here: {done.stderr.decode().strip()}")

    def resize(kilobytes):
        subprocess.run(["mount", "-o", f"remount,size={kilobytes}k", str(place)], check=True)
        return place

    yield resize
    subprocess.run(["umount", "-l", str(place)], check=True)


def size(undisturbed, name):
    """Kilobytes of a point."""
    paths = (undisturbed.results / "points" / name).iterdir()
    return sum(-(-path.stat().st_size // 4096) * 4 for path in paths)


ROOM = {"spool": 0.4, "bind": 1.0}
"""How much of a point's size there is room for: not for all of its loose runs; for these but not for its tables."""


@pytest.mark.parametrize(
    ("sweep", "full"),
    [
        ((), "bind"),
        pytest.param((), "spool", marks=pytest.mark.slow),
        pytest.param(("-m",), "bind", marks=pytest.mark.slow),  # whose workers share files too: filled before any run
    ],
    ids=["tables", "runs", "shared"],
)
def test_a_full_disk_is_one_line_and_more_room_ends_the_work(undisturbed, disk, sweep, full):
    name = undisturbed.names["rents_respond"]
    results = disk(int(ROOM[full] * size(undisturbed, name))) / "results"
    results.with_name("results.log").symlink_to(results.parent.with_name("log"))  # what the test writes takes no room
    line = *sweep, *SMALL, "scenario=rents_respond"
    code, out, err = run(results, *line, threads=1)
    assert code in (2, 3) and len(out) <= 1 and len(err) == 1 and "No space left" in err[0], (code, out, err)
    assert folders.points(results) == ([], [])
    loose = [path for path in results.glob("points/.*.runs/[0-9]*.run") if is_whole(path)]
    assert len(loose) == len(made(results)) and (sweep or full != "bind" or len(loose) == 3)
    disk(20_000)
    code, out, err = run(results, *line, threads=1)
    assert (code, err) == (0, [])
    assert contents(results / "points") == {
        path: content for path, content in undisturbed.points.items() if path.startswith(name)
    }
    assert hidden(results) == [] and set(made(results).values()) == {1}

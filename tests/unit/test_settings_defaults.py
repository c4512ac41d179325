"""Defaults of the settings that depend on the task."""

from sim.runs.settings import People, Settings, command
from sim.runs.usual import of_slices


def test_replicates_follow_the_task_unless_given() -> None:
    """A comparison runs twenty pairs, one scenario runs once, and what is asked for is kept."""
    assert Settings(task="compare").replicate_count == 20
    assert Settings(task="simulate").replicate_count == 1
    assert Settings(task="simulate", replicates=3).replicate_count == 3


def test_the_sample_follows_the_task_unless_given() -> None:
    """What is told of a comparison has its sample, whose figures and lives are found again; a fit has a larger one."""
    assert {Settings(task=task).one_in for task in ("compare", "figures", "report", "explain")} == {200}
    assert Settings(task="calibrate").one_in == Settings(task="simulate").people.one_in == 100
    assert Settings(task="compare", people=People(one_in=1000)).one_in == 1000
    for task in ("simulate", "explain"):
        assert "one_in" not in command(Settings(task=task))


def test_slices_have_a_third_of_the_replicates() -> None:
    """Two at least, but never more than there are."""
    assert [of_slices(n) for n in (1, 2, 4, 8, 12, 20, 60)] == [1, 2, 2, 2, 4, 6, 20]


def test_threads_are_as_asked_or_all() -> None:
    """A number of threads is kept; null means every processor."""
    assert Settings(threads=2).thread_count == 2
    assert Settings(threads=None).thread_count >= 1

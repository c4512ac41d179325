"""Defaults of the settings that depend on the task."""

from sim.runs.settings import Settings


def test_replicates_follow_the_task_unless_given() -> None:
    """A comparison runs eight pairs, one scenario runs once, and what is asked for is kept."""
    assert Settings(task="compare").replicate_count == 8
    assert Settings(task="simulate").replicate_count == 1
    assert Settings(task="simulate", replicates=3).replicate_count == 3


def test_threads_are_as_asked_or_all() -> None:
    """A number of threads is kept; null means every processor."""
    assert Settings(threads=2).thread_count == 2
    assert Settings(threads=None).thread_count >= 1

"""What a task takes where nothing is asked: replicates, and a sample of the people."""

_REPLICATES = {"compare": 20, "patterns": 4, "validate": 8, "predict": 8}
_SAMPLES = dict.fromkeys(("compare", "canonical", "figures", "report", "explain", "reasons", "survey"), 200)


def replicates_of(task: str) -> int:
    """Replicates of a task that asks for no number: what half a minute to a minute allows, one of most tasks.

    Of a comparison twenty draws of the parameters tell more than a larger sample of fewer, and their interval assumes
    no law (`sim.analysis.estimates.FREE`).
    """
    return _REPLICATES.get(task, 1)


def sample_of(task: str) -> int:
    """One circle in so many: of a comparison and of what is told of one 200, of all else 100, the sample of the fit."""
    return _SAMPLES.get(task, 100)


def of_slices(replicates: int) -> int:
    """Replicates at each lambda beside the main one: a third, two at least, which an interval needs, if there are."""
    return min(replicates, max(2, replicates // 3))

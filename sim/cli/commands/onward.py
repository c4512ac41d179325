"""What one may do next with what a command left: a few commands under its answer."""

import shlex
from pathlib import Path

from sim.report.comparison import PAGE
from sim.runs.settings import Settings, command


def onward(settings: Settings, folder: Path) -> str:
    """The next commands after a comparison, each with what it is good for."""
    words = shlex.split(command(settings))[3:]
    kept = [word for word in words if word.partition("=")[0] not in ("replicates", "most_replicates", "choice.lambdas")]
    asked = " ".join(shlex.quote(word) for word in kept)
    world = " ".join(shlex.quote(word) for word in kept if word.partition("=")[0] in ("scenario", "policy", "without"))
    lines = [
        ("read it", f"open {folder / PAGE}" if (folder / PAGE).is_file() else "the same with report=true"),
        ("what changes", f"python -m sim task=history {world}"),
        ("one life", f"python -m sim task=explain person=first:parted {asked}"),
        ("more certain", f"python -m sim replicates=enough {asked}"),
        ("all runs", "python -m sim task=results results.show=comparisons"),
    ]
    if settings.results_dir != Settings().results_dir:
        lines = [(what, _there(how, settings.results_dir)) for what, how in lines]
    return "Next:\n" + "\n".join(f"  {what:13} {' '.join(how.split())}" for what, how in lines)


def _there(how: str, results_dir: str) -> str:
    return f"{how} {shlex.quote(f'results_dir={results_dir}')}" if how.startswith("python") else how

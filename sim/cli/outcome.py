"""The outcome of a job of the command line: done, failed or planned, and what it left."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.runs.estimate import Plan
    from sim.runs.settings import Settings

MISTAKE, FAILURE, INTERRUPTED = 2, 3, 130
"""Exit codes: a mistake of the user's, a failed run (a lost worker's too), an interruption."""


@dataclass(frozen=True)
class Outcome:
    """The outcome of a job: exit code, its fault in words, the folder that it left, or the plan of a dry run."""

    code: int = 0
    said: str = ""
    left: str = ""
    plan: "Plan | None" = None
    settings: "Settings | None" = None
    """Those of a dry run, which says how long it would take with them."""
    asked: tuple[str, ...] = ()
    """Words of a job of a sweep; its outcome is a row of a table."""

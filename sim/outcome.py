"""What came of a job of the command line."""

from dataclasses import dataclass

from sim.plan import Plan
from sim.settings import Settings

MISTAKE, FAILURE, INTERRUPTED = 2, 3, 130
"""Exit codes: a mistake of the user's, a failed run (a lost worker's too), an interruption."""


@dataclass(frozen=True)
class Outcome:
    """What came of a job: exit code, what is to be said of it, the folder that it left, or the plan of a dry run."""

    code: int = 0
    said: str = ""
    left: str = ""
    plan: Plan | None = None
    settings: Settings | None = None
    """Those of a dry run, which says how long it would take with them."""

"""A step of a job: one subprocess, and how far it is."""

from dataclasses import dataclass

from sim.runs.progress import DONE, FAILED, RUNNING

WAITING, CANCELLED, LOST = "waiting", "cancelled", "lost"
"""States of a step besides those of the jobs of a sweep; lost: the page was ended while it ran."""
STATES = (WAITING, RUNNING, DONE, FAILED, CANCELLED, LOST)
NUMBERS, REPORT, LIFE = TITLES = ("Numbers", "Report", "A life")
"""What steps are there for."""


@dataclass
class Step:
    """One subprocess of a job."""

    title: str
    words: list[str]
    state: str = WAITING
    code: int = 0
    begun: float = 0.0
    ended: float = 0.0

"""What keeps the months that runs have in common."""

from typing import Protocol

from sim.model.checkpoint import State


class Prefixes(Protocol):
    """States of one baseline run, kept so that no month is lived twice."""

    def latest(self, month: int) -> State | None:
        """The latest state kept whose next month is no later than `month`."""

    def keep(self, state: State) -> None:
        """Keep a state."""

    def reached(self) -> None:
        """Be told that no more is asked or kept."""

"""Feedbacks, and the paths they took in a baseline run: so each can be held at its path and its part measured.

Three things that people do come back to others: queues before channels, residents at destinations, and what circles
know (detentions among their own, members abroad, announcements heard). A scenario's run may follow the baseline's path
of any of them instead of its own.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from sim.model.run_constants import Circles

FEEDBACKS = ("queues", "diaspora", "information")
"""What can be held: persons who wait by channel and for work, residents by destination, what circles know."""

Queues = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Persons in queues, [places, channels], and workers who wait for an offer of work, [places, sectors]."""


@dataclass
class Paths:
    """What fed back in each month of a run, by month, as the choices of the month saw it."""

    waiting: dict[int, Queues] = field(default_factory=dict)
    residents: dict[int, NDArray[np.float64]] = field(default_factory=dict)  # [places] persons
    circles: dict[int, "Circles"] = field(default_factory=dict)

    def keep(self, t: int, waiting: Queues, residents: NDArray[np.float64], circles: "Circles") -> None:
        """Keep one month."""
        from sim.model.run_constants import (
            copy,  # loads the compiled rules, which whoever reads settings can do without
        )

        self.waiting[t] = waiting
        self.residents[t] = residents.copy()
        self.circles[t] = copy(circles)


@dataclass(frozen=True)
class Held:
    """Feedbacks held at the path of another run of the same people."""

    names: tuple[str, ...]
    paths: Paths

    def waiting(self, t: int, own: Queues) -> Queues:
        """Who waits, as people see it in month `t`; `own` are the run's."""
        return self.paths.waiting[t] if "queues" in self.names else own

    def residents(self, t: int, own: NDArray[np.float64]) -> NDArray[np.float64]:
        """Residents by destination, as people see it."""
        return self.paths.residents[t] if "diaspora" in self.names else own

    def circles(self, t: int, own: "Circles") -> "Circles":
        """What circles know when they choose."""
        return self.paths.circles[t] if "information" in self.names else own


NOTHING = Held((), Paths())
"""Every feedback is the run's own."""

"""The institutions as Mesa sees them: destinations, the Belarusian state, employers.

Ordinary registered agents of `model.agents`. They keep no numbers of their own: what they tell is read from the columns
and tallies of their model when someone asks, in persons.
"""

from collections.abc import Sequence
from typing import Any, Protocol

import mesa
import numpy as np
from numpy.typing import NDArray

from sim.model.agents.people import People
from sim.model.agents.person import Peopled
from sim.model.run_constants import Employers
from sim.numerics.codes import AWAY, CHANNEL, CONSCRIPTION, PLACE, PLACE_NAMES, SECTOR_NAMES, STATUS


class Tallied(Peopled, Protocol):
    """What the institutions read of a model, all in agents, each standing for `one_in` persons.

    `stocks` int64[places, statuses] at the end of last month, `waiting` int64[places, channels] in the queues,
    `arrivals` int64[places] of the month.
    """

    one_in: int
    stocks: NDArray[np.int64]
    waiting: NDArray[np.int64]
    arrivals: NDArray[np.int64]
    employers: Employers


def _code(table: Any, name: str, kind: str) -> int:
    if name not in table:
        raise ValueError(f"unknown {kind} '{name}'; known: {', '.join(table)}")
    return int(table[name])


class Destination(mesa.Agent):
    """A country where Belarusians may live, with its channels and the queues before them.

    Raises ValueError for a place or channel that is not in the codes.
    """

    def __init__(self, model: Tallied, name: str, channels: Sequence[str]) -> None:
        self.name = name
        self.place = _code(PLACE, name, "place")
        self.channels = {channel: _code(CHANNEL, channel, "channel") for channel in channels}
        super().__init__(model)

    @property
    def residents(self) -> int:
        """Persons who lived here at the end of last month, without those who are here for a time."""
        stock = self.model.stocks[self.place]
        return int(stock.sum() - stock[AWAY].sum()) * self.model.one_in

    @property
    def pendular(self) -> int:
        """Persons in short work here at the end of last month, residents of Belarus."""
        return int(self.model.stocks[self.place, STATUS["pendular"]]) * self.model.one_in

    @property
    def arrivals(self) -> int:
        """Persons who arrived this month."""
        return int(self.model.arrivals[self.place]) * self.model.one_in

    @property
    def queues(self) -> dict[str, int]:
        """Persons who wait for each channel."""
        waiting = self.model.waiting[self.place]
        return {name: int(waiting[code]) * self.model.one_in for name, code in self.channels.items()}

    @property
    def waiting(self) -> int:
        """Persons who wait for any channel."""
        return int(self.model.waiting[self.place].sum()) * self.model.one_in

    @property
    def people(self) -> People:
        """The agents who are here now, pendular workers among them."""
        return People(self.model, np.flatnonzero(self.model.columns.place == self.place))

    def __repr__(self) -> str:
        return f"<Destination {self.name}: {', '.join(self.channels)}>"


class BelarusianState(mesa.Agent):
    """The Belarusian state: whom it detains, forbids to leave and drafts, in persons at the model's month.

    A person keeps only the month of the last detention, so the numbers are those of the current month.
    """

    name = "belarus"

    def _persons(self, mask: NDArray[np.bool_]) -> int:
        return int(np.count_nonzero(mask)) * self.model.one_in

    @property
    def detained(self) -> int:
        """Persons detained this month for political reasons, for the last time so far."""
        return self._persons(self.model.columns.detained == self.model.month)

    @property
    def in_custody(self) -> int:
        """Persons in custody this month."""
        return self._persons(self.model.columns.held >= self.model.month)

    @property
    def exit_banned(self) -> int:
        """Persons forbidden to leave Belarus this month."""
        return self._persons(self.model.columns.exit_ban >= self.model.month)

    @property
    def serving(self) -> int:
        """Persons in military service."""
        return self._persons(self.model.columns.conscription == CONSCRIPTION["serving"])

    @property
    def liable(self) -> int:
        """Persons who may be drafted: liable and not deferred."""
        return self._persons(self.model.columns.conscription == CONSCRIPTION["liable"])

    def __repr__(self) -> str:
        return "<BelarusianState>"


class Employer(mesa.Agent):
    """An IT firm, a newsroom or an NGO, which may be closed or move abroad and take staff along."""

    def __init__(self, model: Tallied, number: int) -> None:
        self.number = number
        super().__init__(model)

    @property
    def sector(self) -> str:
        """Name of its sector."""
        return SECTOR_NAMES[int(self.model.employers.sector[self.number])]

    @property
    def staff(self) -> People:
        """The agents who work for it, or did before it was closed, in Belarus or abroad."""
        return People(self.model, np.flatnonzero(self.model.columns.employer == self.number))

    @property
    def staff_abroad(self) -> int:
        """Persons of its staff whose country of residence is not Belarus."""
        return int(np.count_nonzero(self.staff.array("abroad"))) * self.model.one_in

    @property
    def destination(self) -> str | None:
        """Name of the place to which it takes its staff at present, if it does."""
        place = int(self.model.employers.place[self.number])
        return PLACE_NAMES[place] if place else None

    def __repr__(self) -> str:
        return f"<Employer {self.number}: {self.sector}>"

"""What is counted in a run: stocks, flows, expected flows, harms and the event log, in arrays.

Counts are kept in agents (int64) until they leave the recorder, where they become persons; expected flows
are integers in units of 2**-40 persons, so that every order of summation gives the same number.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.history.compiled import World
from sim.model.eventlog import EVENT_TYPE
from sim.model.hazards import EXPECTED, FIXED_POINT, N_HAZARDS, OF_PEOPLE
from sim.model.processes.muster import N_CALLED
from sim.model.processes.repress import charge_probability
from sim.model.recording.queues import departing_share, through_queues, through_ways
from sim.numerics.codes import CHANNEL, EVENT, N_CHANNELS, N_PLACES, N_STATUSES

Counts = NDArray[np.int64]

HARMS = ("detained", "charged", "drafted", "caught", "arrested_on_return", "lost")
"""Events counted as harms, beside every count of movement."""
MOVES = ("departed", "returned", "onward")
"""Events that change the place of residence; short work and short stays do not."""

EXPECTATIONS = ("committed", "excepted", "sought", "following", "claims", "hazards", "called")
"""What is kept of a month's expectations: commitments, of them those by an exception, offers of work sought, followers,
claims, hazards of harms, men who may be called."""


@dataclass
class Recorder:
    """Everything one run leaves, month by month."""

    one_in: int
    grant_months: float = 0.0
    """How long a grant waits for its holder to leave, as the model that keeps the months has it."""
    stocks: list[Counts] = field(default_factory=list)
    committed: list[Counts] = field(default_factory=list)
    excepted: list[Counts] = field(default_factory=list)
    sought: list[Counts] = field(default_factory=list)
    following: list[Counts] = field(default_factory=list)
    claims: list[Counts] = field(default_factory=list)
    hazards: list[Counts] = field(default_factory=list)
    called: list[NDArray[np.float64]] = field(default_factory=list)
    log: list[NDArray[np.void]] = field(default_factory=list)

    def keep(self, stocks: Counts, expected: Sequence[NDArray[Any]], log: list[NDArray[np.void]]) -> None:
        """Keep one month: agents by place and status, what is expected (in the order of `EXPECTATIONS`), events."""
        self.stocks.append(stocks)
        for name, counts in zip(EXPECTATIONS, expected, strict=True):
            getattr(self, name).append(counts)
        self.log.append(np.concatenate(log) if log else np.zeros(0, EVENT_TYPE))

    def copy(self) -> "Recorder":
        """The same months in lists of their own; what was kept is never changed."""
        lists = (list(getattr(self, name)) for name in ("stocks", *EXPECTATIONS, "log"))
        return Recorder(self.one_in, self.grant_months, *lists)

    def __deepcopy__(self, memo: dict[int, object]) -> "Recorder":
        return self.copy()

    @property
    def events(self) -> NDArray[np.void]:
        """All events, in order of month and block."""
        return np.concatenate(self.log) if self.log else np.zeros(0, EVENT_TYPE)

    def stock_persons(self) -> Counts:
        """Persons by month, place and status, int64[months, places, statuses]."""
        return np.array(self.stocks).reshape(-1, N_PLACES, N_STATUSES) * self.one_in

    def harm_persons(self) -> Counts:
        """Persons by month and harm (order of `HARMS`), int64[months, harms]."""
        counts = np.zeros((len(self.log), len(HARMS)), np.int64)
        for t, log in enumerate(self.log):
            kinds = np.bincount(log["kind"], minlength=max(EVENT.values()) + 1)
            counts[t] = [kinds[EVENT[harm]] for harm in HARMS]
        return counts * self.one_in

    def expected_harms(self, world: World) -> NDArray[np.float64]:
        """Expected harms in persons, float64[months, harms] in order of `EXPECTED`.

        Hazards of detention, draft and arrest on return, summed over the lives of those at risk; of the detained those
        who are charged; of those who are expected to apply for an irregular crossing those who are caught.
        """
        by_name = dict(
            zip(OF_PEOPLE, np.array(self.hazards).reshape(-1, N_HAZARDS).T / FIXED_POINT * self.one_in, strict=True)
        )
        belarus = world.belarus[: len(self.hazards)]
        charged = [charge_probability(one["charges"], one["detentions"]) for one in belarus]
        by_name["charged"] = by_name["detained"] * charged
        decided = self._decided(world).sum(axis=3)
        refused = decided * (1.0 - world.rules["approval"][: len(decided)])
        by_name["caught"] = refused[:, :, CHANNEL["irregular"]].sum(axis=1)
        return np.stack([by_name[name] for name in EXPECTED], axis=1)

    def _decided(self, world: World) -> NDArray[np.float64]:
        """Persons whose application is decided, float64[months, places, channels, lots]."""
        return through_queues(np.array(self.committed), np.array(self.excepted), np.array(self.sought), world)

    def called_persons(self) -> NDArray[np.float64]:
        """Men who may be called by month (order of `muster.CALLED`), in persons, float64[months, N_CALLED]."""
        return np.array(self.called).reshape(-1, N_CALLED)

    def flow_persons(self) -> Counts:
        """Persons who changed residence, int64[months, from, to, channels]."""
        flows = np.zeros((len(self.log), N_PLACES, N_PLACES, N_CHANNELS), np.int64)
        moves = [EVENT[name] for name in MOVES]
        for t, log in enumerate(self.log):
            moved = log[np.isin(log["kind"], moves)]
            np.add.at(flows[t], (moved["origin"], moved["place"], moved["channel"]), self.one_in)
        return flows

    def expected_arrivals(self, world: World) -> NDArray[np.float64]:
        """Expected departures from Belarus in persons, float64[months, places, channels].

        Of those who decide to leave, of families that follow a head who went ahead, and of those who take residence
        where they are.
        """
        decided = self._decided(world)
        leaving = departing_share(self.log)[:, np.newaxis] * world.rules["approval"][: len(decided)]
        departed = through_ways(decided * leaving[..., np.newaxis], world, self.grant_months)
        return departed + np.array(self.following) / FIXED_POINT

    def expected_claims(self) -> NDArray[np.float64]:
        """Expected claims of protection by people who live there already, in persons, float64[months, places].

        Those at the border are the expected departures by the channel asylum.
        """
        return np.array(self.claims).reshape(-1, N_PLACES) / FIXED_POINT

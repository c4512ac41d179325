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
from sim.numerics.codes import CHANNEL, EVENT, N_CHANNELS, N_PLACES, N_STATUSES

Counts = NDArray[np.int64]

HARMS = ("detained", "charged", "drafted", "caught", "arrested_on_return", "lost")
"""Events counted as harms, beside every count of movement."""
MOVES = ("departed", "returned", "onward")
"""Events that change the place of residence; short work and short stays do not."""

EXPECTATIONS = ("committed", "sought", "following", "claims", "hazards", "called")
"""What is kept of a month's expectations: commitments, offers of work sought, followers, claims, hazards of harms, men
who may be called."""

FEW = 20.0
"""Units that draw the share of a year towards that of the whole run (assumption: as many as one destination admits in
a year at 1:100).
"""


@dataclass
class Recorder:
    """Everything one run leaves, month by month."""

    one_in: int
    stocks: list[Counts] = field(default_factory=list)
    committed: list[Counts] = field(default_factory=list)
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
        return Recorder(self.one_in, *lists)

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
        refused = through_queues(np.array(self.committed), np.array(self.sought), world, refused=True)
        by_name["caught"] = refused[:, :, CHANNEL["irregular"]].sum(axis=1)
        return np.stack([by_name[name] for name in EXPECTED], axis=1)

    def called_persons(self) -> NDArray[np.float64]:
        """Men who may be called by month (order of `muster.CALLED`), in persons, float64[months, 3]."""
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
        queued = through_queues(np.array(self.committed), np.array(self.sought), world)
        leaving = departing_share(self.log)[:, np.newaxis]
        return queued * leaving + np.array(self.following) / FIXED_POINT

    def expected_claims(self) -> NDArray[np.float64]:
        """Expected claims of protection by people who live there already, in persons, float64[months, places].

        Those at the border are the expected departures by the channel asylum.
        """
        return np.array(self.claims).reshape(-1, N_PLACES) / FIXED_POINT


def through_queues(committed: Counts, sought: Counts, world: World, refused: bool = False) -> NDArray[np.float64]:
    """Expected departures from expected commitments: a fluid queue with capacity, wait and approval.

    `committed` int64[months, places, channels] in units of 2**-40 persons; of them those for work are `sought`
    int64[months, 2, places, sectors], the offers of work that they need and the persons. What waits when a channel
    closes is lost; what keeps back who was admitted is left to `departing_share`. With `refused` it is what is refused,
    in the month of the decision.
    """
    months = committed.shape[0]
    arrivals = np.zeros(committed.shape)
    for place, channel in np.argwhere(world.law["exists"] > 0):
        entering = (committed[:, place, channel] / FIXED_POINT).tolist()
        closed = closed_months(world, place, channel)[:months].tolist()
        if channel == CHANNEL["work"]:
            entering = through_offers(sought[:, :, place] / FIXED_POINT, world.demand[:months, place], closed)
        rules = world.rules[:months, place, channel]
        chance = (1.0 - rules["approval"] if refused else rules["approval"]).tolist()
        capacity, waits = rules["capacity"].tolist(), rules["months"].tolist()
        queue = 0.0
        for t in range(months):
            queue = 0.0 if closed[t] else queue + entering[t]
            admitted = min(queue, capacity[t])
            queue -= admitted
            early = t + int(waits[t])
            for due, part in ((early, 1.0 - waits[t] % 1.0), (early + 1, waits[t] % 1.0)):
                if admitted > 0.0 and part > 0.0 and due < months and not any(closed[t : due + 1]):
                    arrivals[due, place, channel] += admitted * part * chance[due]
    return arrivals


def departing_share(log: list[NDArray[np.void]]) -> NDArray[np.float64]:
    """Share of granted plans that end in a departure, float64[months, channels]; the months of a year have one share.

    Who was admitted may be barred from leaving, find no way or lack the means until the grant runs out. These are
    counted as drawn: few are kept back, so that a count of them is surer than one of departures. `FEW` units with the
    share of the whole run stand beside those of each year; where nobody was admitted it is 1.
    """
    years = -(-len(log) // 12)
    ended = np.zeros((2, years, N_CHANNELS))  # blocked and departed, units
    waiting = np.zeros(max((int(month["row"].max()) + 1 for month in log if len(month)), default=0), np.bool_)
    for t, month in enumerate(log):
        rows, kind = month["row"], month["kind"]
        granted = rows[kind == EVENT["granted"]]
        waiting[granted] = True
        for departed, name in enumerate(("blocked", "departed")):
            of = month[(kind == EVENT[name]) & waiting[rows]]
            np.add.at(ended[departed, t // 12], of["channel"], 1.0)
            waiting[of["row"]] = False
        waiting[np.setdiff1d(rows[kind == EVENT["applied"]], granted)] = False
    whole = ended.sum(axis=1, keepdims=True)
    whole = np.divide(whole[1], whole.sum(axis=0), out=np.ones_like(whole[1]), where=whole.sum(axis=0) > 0.0)
    return np.repeat((ended[1] + FEW * whole) / (ended.sum(axis=0) + FEW), 12, axis=0)[: len(log)]


def through_offers(sought: NDArray[np.float64], offers: NDArray[np.float64], closed: list[bool]) -> list[float]:
    """Persons who get an offer of work by month: a fluid queue for the offers of each sector.

    `sought` float64[months, 2, sectors]: offers needed and persons; `offers` float64[months, sectors].
    """
    waiting, entering = np.zeros(sought.shape[1:]), []
    for t in range(len(sought)):
        waiting = np.zeros_like(waiting) if closed[t] else waiting + sought[t]
        share = np.divide(offers[t], waiting[0], out=np.ones_like(offers[t]), where=waiting[0] > offers[t])
        entering.append(float((share * waiting[1]).sum()))
        waiting = waiting * (1.0 - share)
    return entering


def closed_months(world: World, place: int, channel: int) -> NDArray[np.bool_]:
    """Months in which a channel is closed to all its applicants, bool[months]."""
    closed = world.rules["offered"][:, place, channel] <= 0.0
    for instrument in (world.law["entry"][place, channel], world.law["residence"][place, channel]):
        if instrument >= 0:
            closed = closed | (world.openness[:, place, instrument].max(axis=1) <= 0.0)
    return closed

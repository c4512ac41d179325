"""3.13 and 3.14: residents, rents and approvals; stocks and expected departures."""

import math
from collections import Counter
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sim.numerics.codes import CHANNEL, EVENT, N_CHANNELS, N_PLACES, N_STATUSES

from .basics import DESTINATIONS
from .borders import NO_INSTRUMENT
from .moves import Moves

YEAR = 12


class Markets(Moves):
    """What the moves of a month leave behind (3.13, 3.14)."""

    # --- 3.13 markets -------------------------------------------------------------------------------------------------

    def count_residents(self) -> None:
        """Count the settled residents by destination, in persons; none in Belarus (3.13)."""
        settled = self.count_settled()
        for p in DESTINATIONS:
            gained = self.one_in * (settled[p] - self.settled_at_start[p])
            self.residents[p] = max(0.0, float(self.world.places["diaspora"][0, p]) + gained)

    def markets(self) -> None:
        """Count residents; rents and approvals of the next month where a scenario asks for them (3.13)."""
        self.count_residents()
        self.arrivals.append(dict(self.arrived))
        self.arrived.clear()
        self.approvals.append(self.rules.approval)
        for p in DESTINATIONS:
            self.rent_multiple[p] = 1.0
            if self.places.rent_response[p] > 0:
                gained = self.residents[p] - float(self.world.places["diaspora"][0, p])
                self.rent_multiple[p] = max(0.1, 1 + self.places.rent_response[p] * gained / self.places.city[p])
            came = self.one_in * sum(month.get(p, 0) for month in self.arrivals[-YEAR:])
            tight = came > self.places.inflow_limit[p]
            self.approval_multiple[p] = self.places.tightening[p] if tight else 1.0

    # --- 3.14 record --------------------------------------------------------------------------------------------------

    def record(self) -> None:
        """Count agents by place and status at the end of the month (3.14)."""
        stock = np.zeros((N_PLACES, N_STATUSES), np.int64)
        for person in self.people:
            if not person.lives():
                continue
            stock[person.place, person.status] += 1
        self.stocks.append(stock)

    def closed_to_all(self, t: int, p: int, c: int) -> bool:
        """Nothing is offered in month t, or an instrument that is needed is open to nobody (3.14)."""
        needed = [i for i in (self.law.entry[p][c], self.law.residence[p][c]) if i != NO_INSTRUMENT]
        shut = any(max(self.world.openness[t, p, instrument]) == 0 for instrument in needed)
        return shut or self.world.rules["offered"][t, p, c] == 0

    def expected_departures(self) -> NDArray[np.float64]:
        """Return the persons expected to depart, float64[months run so far, places, channels] (3.14).

        Families that follow, and a fluid queue fed by the expected commitments; what is decided after the months run so
        far is beyond the run.
        """
        departures = np.zeros((self.month, N_PLACES, N_CHANNELS))
        rules, leaving = self.world.rules, self.leaving()
        for p, existing in self.lawful.items():
            for c in existing:
                closed = [self.closed_to_all(t, p, c) for t in range(self.month)]
                entering = [self.expected[t][p, c] for t in range(self.month)]
                if c == CHANNEL["work"]:
                    entering = self.with_an_offer(p, closed)
                waiting = 0.0
                for t in range(self.month):
                    waiting = 0.0 if closed[t] else waiting + entering[t]
                    admitted = min(waiting, rules["capacity"][t, p, c])
                    waiting -= admitted
                    part, whole = math.modf(rules["months"][t, p, c])
                    for decided, share in ((t + int(whole), 1 - part), (t + int(whole) + 1, part)):
                        if decided < self.month and not any(closed[t : decided + 1]):
                            granted = admitted * share * self.approvals[decided][p][c]
                            departures[decided, p, c] += granted * leaving(decided // YEAR, c)
        return departures + np.array(self.followers)

    def leaving(self) -> Callable[[int, int], float]:
        """Return the share of what is granted that departs, by year and channel (3.14 step 4)."""
        ended: Counter[tuple[str, int, int]] = Counter()
        granted: set[int] = set()
        for t in range(self.month):
            happened = [(event[1], event[2], event[5]) for event in self.events if event[0] == t]
            new = {key for key, kind, _ in happened if kind == EVENT["granted"]}
            granted |= new
            for name in ("blocked", "departed"):
                for key, kind, c in happened:
                    if kind == EVENT[name] and key in granted:
                        ended[name, t // YEAR, c] += 1
                        granted.remove(key)
            granted -= {key for key, kind, _ in happened if kind == EVENT["applied"]} - new

        def share(year: int, c: int) -> float:
            n, b = ended["departed", year, c], ended["blocked", year, c]
            left, kept = (
                sum(ended[name, y, c] for y in range(1 + self.month // YEAR)) for name in ("departed", "blocked")
            )
            return (n + 20 * (left / (left + kept) if left + kept else 1.0)) / (n + b + 20)

        return share

    def with_an_offer(self, p: int, closed: list[bool]) -> list[float]:
        """Return the persons of each month so far whose commitments to work in p meet an offer (3.14)."""
        entering = [0.0 for _ in range(self.month)]
        for sector in {pool for month in self.sought for place, pool in month if place == p}:
            needed = people = 0.0
            for t in range(self.month):
                more, persons = self.sought[t].get((p, sector), (0.0, 0.0))
                needed, people = (0.0, 0.0) if closed[t] else (needed + more, people + persons)
                if needed > 0:
                    share = min(1.0, float(self.world.demand[t, p, sector]) / needed)
                    entering[t] += share * people
                    needed, people = needed * (1 - share), people * (1 - share)
        return entering

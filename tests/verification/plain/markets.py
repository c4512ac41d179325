"""3.13 and 3.14: residents, rents and approvals; stocks and expected departures."""

import math
from collections import Counter
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sim.numerics.codes import CHANNEL, EVENT, N_CHANNELS, N_PLACES, N_STATUSES, REASON

from .basics import DESTINATIONS, LOTS
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
        leaving = self.leaving()
        for p, existing in self.lawful.items():
            for c in existing:
                for groups, granted in self.granted(p, c).items():
                    ways = [self.way(t, p, c, groups) for t in range(self.month)]
                    for d in range(self.month):
                        left = granted[d] * leaving(d // YEAR, c)
                        for t in range(d, min(self.month, d + int(self.code.grant_months) + 1)):
                            departures[t, p, c] += left * ways[t]
                            left *= 1 - ways[t]
        return departures + np.array(self.followers)

    def granted(self, p: int, c: int) -> dict[int, list[float]]:
        """Return the persons granted by month of each lot (3.14 steps 1-3)."""
        rules = self.world.rules
        closed = [self.closed_to_all(t, p, c) for t in range(self.month)]
        entering = {lot: [self.expected[t][lot][p, c] for t in range(self.month)] for lot in LOTS}
        if c == CHANNEL["work"]:
            entering = self.with_an_offer(p, closed)
        waiting = dict.fromkeys(LOTS, 0.0)
        granted = {lot: [0.0] * self.month for lot in LOTS}
        for t in range(self.month):
            waiting = {lot: 0.0 if closed[t] else q + entering[lot][t] for lot, q in waiting.items()}
            everyone = sum(waiting.values())
            goes_on = min(1.0, rules["capacity"][t, p, c] / everyone) if everyone > 0 else 1.0
            part, whole = math.modf(rules["months"][t, p, c])
            for decided, share in ((t + int(whole), 1 - part), (t + int(whole) + 1, part)):
                if decided < self.month and not any(closed[t : decided + 1]):
                    for lot, q in waiting.items():
                        granted[lot][decided] += q * goes_on * share * self.approvals[decided][p][c]
            waiting = {lot: q * (1 - goes_on) for lot, q in waiting.items()}
        return granted

    def leaving(self) -> Callable[[int, int], float]:
        """Return the share of what is granted that may and can leave, by year and channel (3.14 step 4)."""
        ended: Counter[tuple[str, int, int]] = Counter()
        granted: set[int] = set()
        for t in range(self.month):
            happened = [(event[1], event[2], event[5]) for event in self.events if event[0] == t]
            no_way = {
                key
                for month, key, kind, *_, reason, _ in self.events
                if month == t and kind == EVENT["blocked"] and reason == REASON["closed"]
            }
            new = {key for key, kind, _ in happened if kind == EVENT["granted"]}
            granted |= new
            for name in ("blocked", "departed"):
                for key, kind, c in happened:
                    if kind == EVENT[name] and key in granted:
                        if name == "departed" or key not in no_way:
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

    def with_an_offer(self, p: int, closed: list[bool]) -> dict[int, list[float]]:
        """Return the persons of each lot and month so far whose commitments to work in p meet an offer (3.14)."""
        entering = {lot: [0.0] * self.month for lot in LOTS}
        for sector in {pool for month in self.sought for place, pool, _ in month if place == p}:
            needed, people = 0.0, dict.fromkeys(LOTS, 0.0)
            for t in range(self.month):
                for lot in LOTS:
                    more, persons = self.sought[t].get((p, sector, lot), (0.0, 0.0))
                    needed += more
                    people[lot] += persons
                if closed[t]:
                    needed, people = 0.0, dict.fromkeys(LOTS, 0.0)
                if needed > 0:
                    share = min(1.0, float(self.world.demand[t, p, sector]) / needed)
                    for lot in LOTS:
                        entering[lot][t] += share * people[lot]
                        people[lot] *= 1 - share
                    needed *= 1 - share
        return entering

"""3.2: what the open shares of a month let through."""

from types import SimpleNamespace

from sim.numerics.codes import CHANNEL, GROUP, INSTRUMENT, N_CHANNELS

from .basics import HOME

NO_INSTRUMENT = -1
NO_AIRLINE_TAKES = (CHANNEL["asylum"], CHANNEL["irregular"])


class Borders:
    """The open shares of one month, of `openness` or of `outlook`, with the law and the places beside them (3.2)."""

    def __init__(self, shares: list[list[list[float]]], law: SimpleNamespace, places: SimpleNamespace) -> None:
        """Take the open shares by place, instrument and applicant."""
        self.shares = shares
        self.law = law
        self.places = places
        self.found: dict[tuple[int, int, int, int], float] = {}  # open shares of this month that were asked for

    def open_share(self, p: int, instrument: int, c: int, groups: int) -> float:
        """Open share of an instrument for a channel and a set of groups; 1 if none is needed (3.2)."""
        if instrument == NO_INSTRUMENT:
            return 1.0
        asked = (p, instrument, c, groups)
        if asked not in self.found:
            own = [1 + N_CHANNELS + g for g in GROUP.values() if groups >> g & 1]
            self.found[asked] = max(self.shares[p][instrument][x] for x in (0, 1 + c, *own))
        return self.found[asked]

    def admission(self, p: int, c: int, groups: int) -> float:
        """Smaller of the open shares of the entry and the residence instrument (3.2)."""
        entry, residence = self.law.entry[p][c], self.law.residence[p][c]
        return min(self.open_share(p, entry, c, groups), self.open_share(p, residence, c, groups))

    def by_land(self, p: int, c: int, groups: int) -> float:
        """Share of the month for which one can leave by land to p, 0 if p is not reached by land (3.2)."""
        if not self.places.by_land[p]:
            return 0.0
        if c == CHANNEL["irregular"]:
            return 1.0
        leaving = self.open_share(HOME, INSTRUMENT["land_exit"], c, groups)
        return min(leaving, self.open_share(p, INSTRUMENT["land"], c, groups))

    def travel(self, p: int, c: int, groups: int) -> float:
        """Share of the month for which one can travel from Belarus to p (3.2)."""
        flies = c not in NO_AIRLINE_TAKES or not self.places.by_land[p]
        by_air = self.by_air(p, c, groups) if flies else 0.0
        return min(max(self.by_land(p, c, groups), by_air), self.open_share(HOME, INSTRUMENT["exit"], c, groups))

    def by_air(self, p: int, c: int, groups: int) -> float:
        """Open share of the entry by air, 0 if p is not reached by air (3.2)."""
        return self.open_share(p, INSTRUMENT["air"], c, groups) if self.places.by_air[p] else 0.0

    def detour(self, p: int, c: int, groups: int) -> float:
        """Share of the month in which p is reached through third countries alone (3.2)."""
        direct_flight = min(self.places.flights[p], self.by_air(p, c, groups))
        return 1.0 - max(self.by_land(p, c, groups), direct_flight)

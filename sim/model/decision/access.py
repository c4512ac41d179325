"""Whether one may come, and get there: whom a channel admits, shares of a month in which ways are open, fares."""

from typing import Any

from sim.history.compiled import open_share
from sim.model.now import Now
from sim.numerics.codes import CHANNEL, INSTRUMENT
from sim.numerics.compiling import compiled

_LAND, _AIR = INSTRUMENT["land"], INSTRUMENT["air"]
_RELOCATION, _ASYLUM, _IRREGULAR = CHANNEL["relocation"], CHANNEL["asylum"], CHANNEL["irregular"]
_LAND_EXIT, _EXIT = INSTRUMENT["land_exit"], INSTRUMENT["exit"]
_VISA_FREE, _ON_VISA = INSTRUMENT["visa_free"], INSTRUMENT["short_visa_entry"]
_NO_GROUP = 0


@compiled(forceinline=True)
def eligible(law: Any, rules: Any, sector: int, groups: int) -> bool:
    """True if a channel, by its records of `LAW` and `RULES`, admits people of this sector and these groups.

    Ages are apart.
    """
    if not law.exists or not (rules.sectors >> sector) & 1:
        return False
    return rules.groups == 0 or (rules.groups & groups) != 0


@compiled(forceinline=True)
def land_share(now: Now, place: int, channel: int, groups: int) -> float:
    """Share of the month in which one may leave Belarus by land and enter a destination by land.

    Who crosses without documents asks no border post: 32 were detected in Lithuania from January to May 2021, when
    leaving by land was closed.
    """
    if channel == _IRREGULAR:
        return 1.0
    return min(
        open_share(now.openness[0, _LAND_EXIT], channel, groups),
        open_share(now.openness[place, _LAND], channel, groups),
    )


@compiled(forceinline=True)
def comes_by_land(channel: int) -> bool:
    """True for those whom no airline takes aboard: they have no visa, and need one."""
    return bool((channel == _ASYLUM) | (channel == _IRREGULAR))


@compiled(forceinline=True)
def travel_share(now: Now, place: int, channel: int, groups: int) -> float:
    """Share of the month in which one may leave Belarus and reach a destination, by land or by air.

    Without a visa where one is needed there is no flight, but to places that no land way reaches: who asks for asylum
    there has come on a visa for a visit.
    """
    leave = open_share(now.openness[0, _EXIT], channel, groups)
    land = air = 0.0
    if now.places[place].by_land:
        land = land_share(now, place, channel, groups)
    if now.places[place].by_air and not (now.places[place].by_land and comes_by_land(channel)):
        air = open_share(now.openness[place, _AIR], channel, groups)
    return min(leave, max(land, air))


@compiled(forceinline=True)
def turned_back(now: Now, place: int, channel: int, groups: int) -> bool:
    """True if entry is refused at the border all month.

    A granted permit or visa still admits its holder; visa-free entry and entry on a visa already in hand do not.
    """
    entry = now.law[place, channel].entry
    if entry != _VISA_FREE and entry != _ON_VISA:
        return False
    return open_share(now.openness[place, entry], channel, groups) <= 0.0


@compiled(forceinline=True)
def passage_share(now: Now, place: int, channel: int, groups: int) -> float:
    """Share of the month in which who holds a grant may leave Belarus, reach a destination and is let in there."""
    return 0.0 if turned_back(now, place, channel, groups) else travel_share(now, place, channel, groups)


@compiled(forceinline=True)
def lot_of(now: Now, place: int, channel: int, groups: int) -> int:
    """1 for people of groups for whom the way is wider than for people of no group, else 0."""
    return int(passage_share(now, place, channel, groups) > passage_share(now, place, channel, _NO_GROUP))


@compiled(forceinline=True)
def detour_share(now: Now, place: int, channel: int, groups: int) -> float:
    """Share of the month in which a destination is reached through third countries alone: no land way, no flight."""
    direct = 0.0
    if now.places[place].by_land:
        direct = land_share(now, place, channel, groups)
    if now.places[place].by_air:
        direct = max(direct, min(now.places[place].flights, open_share(now.openness[place, _AIR], channel, groups)))
    return 1.0 - direct


@compiled(forceinline=True)
def admission_share(now: Now, place: int, channel: int, groups: int) -> float:
    """Share of the month in which both instruments of a channel, for entry and for residence, are open."""
    share = 1.0
    if now.law[place, channel].entry >= 0:
        share = open_share(now.openness[place, now.law[place, channel].entry], channel, groups)
    return min(share, residence_share(now, place, channel, groups))


@compiled(forceinline=True)
def residence_share(now: Now, place: int, channel: int, groups: int) -> float:
    """Share of the month in which the residence instrument of a channel is open; 1 where none is needed."""
    if now.law[place, channel].residence < 0:
        return 1.0
    return open_share(now.openness[place, now.law[place, channel].residence], channel, groups)


@compiled(forceinline=True)
def fare(now: Now, place: int, channel: int, groups: int) -> float:
    """Fare in EUR a person: by land where land is open, else by air; none where the employer moves its staff."""
    if channel == _RELOCATION:
        return 0.0
    if now.places[place].by_land:
        land = land_share(now, place, channel, groups)
        if land > 0.0:
            return now.places[place].fare_land
    return now.places[place].fare_air


@compiled(forceinline=True)
def onward_fare(now: Now, origin: int, place: int) -> float:
    """Fare in EUR a person from one destination to another: by land up to a length, else by air.

    By land so much a km; by air the mean of both fares from Minsk, which no list of pairs replaces. The borders of
    Belarus do not matter on the way, nor does a journey by air need to begin in Minsk.
    """
    km, one, other = now.between[origin, place], now.places[origin], now.places[place]
    by_land = one.by_land and other.by_land and km <= now.coefficients.overland
    if by_land or not (one.by_air and other.by_air):
        return now.coefficients.fare_by_km * km
    return 0.5 * (one.fare_air + other.fare_air)


@compiled(forceinline=True)
def access_share(now: Now, place: int, channel: int, groups: int) -> float:
    """Share of the month in which people of these groups may leave Belarus and are admitted by a channel."""
    return min(admission_share(now, place, channel, groups), travel_share(now, place, channel, groups))

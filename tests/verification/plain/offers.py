"""3.4: what is on offer to a unit, employers that move and the rush before a closure."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from sim.numerics.arithmetic import log
from sim.numerics.codes import CHANNEL, PLAN, SECTOR

from .basics import BIT, DESTINATIONS, EMPLOYER_KEYS, HOME, elastic, gumbel, log_sum, share_of
from .borders import Borders
from .entities import PlainPerson, Unit
from .means import Means

CLOSED_LATER = -600.0


class Look(NamedTuple):
    """What counts when a unit looks at its destinations: the conditions of a wish make it better and better."""

    travel: bool = True
    lent: bool = False
    admission: bool = True
    queue: bool = True


FROM_BELARUS = Look()
FROM_ELSEWHERE = Look(travel=False)


class Door(NamedTuple):
    """A channel of a destination that is open to a unit: its value, and whether the head would go ahead."""

    channel: int
    value: float
    ahead: bool


class Offer(NamedTuple):
    """A destination that is open to a unit: its value, its channels in order of number, what comes on top of theirs."""

    value: float
    doors: list[Door]
    on_top: float


class Offers(Means):
    """The month's menus of channels (3.4)."""

    def begin_month(self) -> None:
        """Count the queues and move employers; menus follow when a class of units first asks (3.4)."""
        self.read_month()
        self.menus: dict[tuple[int, int, bool, bool, bool], dict[int, list[tuple[int, float, float]]]] = {}
        self.rushes: dict[tuple[int, int], float] = {}
        self.queued: dict[tuple[int, int], int] = defaultdict(int)
        self.seeking: dict[tuple[int, int], int] = defaultdict(int)  # workers who wait, by place and pool
        for unit in self.units:
            head = unit.head
            if head.plan == PLAN["queued"]:
                self.queued[head.plan_place, head.plan_channel] += self.one_in * len(unit.who_goes())
                if head.plan_channel == CHANNEL["work"]:
                    self.seeking[head.plan_place, self.pool(head.sector)] += self.one_in
        self.move_employers()

    # --- values -------------------------------------------------------------------------------------------------------

    def country_value(self, p: int, sector: int, groups: int) -> float:
        """Value of p, its channels apart, for the head's sector and the persecuted flag among the groups (3.4)."""
        return float(self.place_constants[p]) + self.value_of_living(p, sector, groups)

    def value_of_living(self, p: int, sector: int, groups: int) -> float:
        """The same without the constant of p (3.4)."""
        code, places = self.code, self.places
        threat = 1.0 if groups & BIT["persecuted"] else self.belarus.war_fear
        wage_there, wage_home = places.wage[p], places.wage[HOME]
        if sector == SECTOR["it"]:
            wage_there *= places.premium_it[p]
            wage_home *= places.premium_it[HOME]
        return (
            code.diaspora * log((self.residents[p] + 500) / 10000)
            + code.language * places.language[p]
            + code.distance * log(places.distance[p] / 500)
            + code.income * log(wage_there / wage_home)
            + code.rent * log(places.rent[p] / places.rent[HOME])
            + threat * (code.safety * (places.safety[p] - 1))
        )

    def queue_of_channel(self, p: int, c: int, sector: int) -> float:
        """Months that the queue of a channel seems to take, of work the longer of two queues (3.4)."""
        months = self.queue_months(self.rules.capacity[p][c], self.queued[p, c])
        if c == CHANNEL["work"]:
            pool = self.pool(sector)
            months = max(months, self.queue_months(self.demand[p][pool], self.seeking[p, pool]))
        return months

    def queue_months(self, capacity: float, queued: int) -> float:
        """Months that so many take to pass at so many a month (3.4)."""
        patience = int(self.code.patience)
        if math.isinf(capacity) or queued == 0:
            return 0.0
        return min(patience, queued / capacity) if capacity > 0 else patience

    def channel_value(self, p: int, c: int, sector: int, queue: bool = True) -> float:
        """Value of a channel to p for the head's sector; in some wishes the queue does not count (3.4, 3.8)."""
        code, rules = self.code, self.rules
        waiting = rules.months[p][c] + (self.queue_of_channel(p, c, sector) if queue else 0.0)
        return (
            log(rules.offered[p][c])
            + elastic(code.approval, rules.approval[p][c])
            + code.wait * waiting
            + code.work_right * rules.works[p][c]
            + code.fee * rules.fee[p][c] / self.places.wage[HOME]
            + (elastic(code.offers, self.offers_of_work(p, sector)) if c == CHANNEL["work"] else 0.0)
        )

    def offers_of_work(self, p: int, sector: int) -> float:
        """Return the offers of work a worker of the sector's pool (3.4)."""
        pool = self.pool(sector)
        return share_of(self.demand[p][pool], self.workers[pool])

    def eligible(self, p: int, c: int, sector: int, groups: int) -> bool:
        """The law lets the channel exist and admits the sector and the groups (3.3)."""
        wanted = self.rules.groups[p][c]
        admits = self.rules.sectors[p][c] >> sector & 1 and (wanted == 0 or wanted & groups)
        return bool(self.law.exists[p][c] and admits)

    def fare(self, p: int, c: int, groups: int) -> float:
        """Fare to p, EUR a person; the employer pays for a relocation (3.2, 3.4)."""
        if c == CHANNEL["relocation"]:
            return 0.0
        return self.places.fare_land[p] if self.now.by_land(p, c, groups) > 0 else self.places.fare_air[p]

    def onward_fare(self, origin: int, p: int) -> float:
        """Fare from one destination to another, EUR a person (3.4)."""
        ends, km = (origin, p), float(self.world.between[origin][p])
        near = all(self.places.by_land[end] for end in ends) and km <= self.code.overland
        if near or not all(self.places.by_air[end] for end in ends):
            return float(self.code.fare_by_km * km)
        return 0.5 * (self.places.fare_air[origin] + self.places.fare_air[p])

    def on_offer(self, p: int) -> bool:
        """A destination with a distance (3.4)."""
        return p != HOME and self.places.distance[p] != 0

    def menu(
        self, sector: int, groups: int, travel: bool, admission: bool, queue: bool
    ) -> dict[int, list[tuple[int, float, float]]]:
        """Return channel, value and fare of what is open to a class of units this month, by place (3.4)."""
        menu: dict[int, list[tuple[int, float, float]]] = defaultdict(list)
        for p in filter(self.on_offer, DESTINATIONS):
            country = self.country_value(p, sector, groups)
            for c in self.doors_of(p):
                if self.eligible(p, c, sector, groups):
                    access = self.now.admission(p, c, groups) if admission else 1.0
                    if travel:
                        access = min(access, self.now.travel(p, c, groups))
                    value = country + self.channel_constants[c] + self.channel_value(p, c, sector, queue) + log(access)
                    if travel:
                        value += self.code.detour * self.now.detour(p, c, groups)
                    if value > -math.inf:
                        menu[p].append((c, value, self.fare(p, c, groups)))
        return menu

    def doors_of(self, p: int) -> list[int]:
        """Return the channels of p among which people choose: not those of employers, nor asylum (3.4)."""
        return [c for c in self.lawful[p] if c not in (CHANNEL["relocation"], CHANNEL["asylum"])]

    def nest_of_doors(self, values: Iterable[float]) -> float:
        """Value of a destination by those of its channels (3.4)."""
        mu = self.code.nest_channel
        return float(mu * log_sum(value / mu for value in values))

    # --- what a unit sees ---------------------------------------------------------------------------------------------

    def price(self, p: int, c: int, fare: float, size: int, adults: int) -> float:
        """Money that people must have to go to p by channel c, EUR (3.4)."""
        per_adult = self.rules.fee[p][c] + self.rules.funds[p][c]
        reserve = 0.0 if c == CHANNEL["relocation"] else self.code.reserve * self.places.rent[p]
        return float(fare * size + per_adult * adults + reserve)

    def credit(self, p: int, c: int, sector: int) -> float:
        """What an adult could pay back from what pay in p leaves, on arrival by channel c (3.8)."""
        wage = self.places.wage[p] * (self.places.premium_it[p] if sector == SECTOR["it"] else 1.0)
        right = self.rules.works[p][c]
        left = wage * (right + (1 - right) * self.code.informal_pay) - self.code.subsistence * self.places.rent[p]
        return float(self.code.credit_months * max(0.0, left))

    def destinations(
        self, unit: Unit, look: Look = FROM_BELARUS, party: Sequence[PlainPerson] | None = None
    ) -> dict[int, Offer]:
        """Return the open destinations of a unit in order of number (3.4).

        A party is given for an onward move: it pays for itself and nobody goes ahead.
        """
        head, people = unit.head, unit.people if party is None else party
        adults = unit.adults_among(people)
        money, size = self.money_of(adults), len(people)
        age = (self.month - head.birth) // 12
        kind = head.sector, unit.groups(self.month), look.travel, look.admission, look.queue
        if kind not in self.menus:
            self.menus[kind] = self.menu(*kind)
        offers: dict[int, Offer] = {}
        for p, channels in self.menus[kind].items():
            if p == head.place:
                continue
            doors: list[Door] = []
            for c, plain_value, fare_from_home in channels:
                fare = fare_from_home if party is None else self.onward_fare(head.place, p)
                if not self.rules.youngest[p][c] <= age <= self.rules.oldest[p][c] or not self.known(head, p, c):
                    continue
                value, ahead = plain_value, False
                means = money + (self.credit(p, c, head.sector) * len(adults) if look.lent else 0.0)
                if means < self.price(p, c, fare, size, len(adults)):
                    alone = party is None and size > 1 and not look.lent
                    if not alone or money < self.price(p, c, fare, 1, 1):
                        continue
                    ahead = True
                    value += self.code.separation
                doors.append(Door(c, value, ahead))
            if doors:
                on_top = unit.country_taste[p] + (self.code.kin if p == head.kin else 0.0)
                if party is not None:
                    on_top += self.code.distance * log(self.world.between[head.place][p] / self.places.distance[p])
                offers[p] = Offer(self.nest_of_doors(door.value for door in doors) + on_top, doors, on_top)
        return offers

    def known(self, head: PlainPerson, p: int, c: int) -> bool:
        """Close people live where one goes as family (3.4)."""
        return bool(c != CHANNEL["family"] or p == head.kin)

    # --- employers that move ------------------------------------------------------------------------------------------

    def takes_staff_to(self, employer: int) -> int | None:
        """Return the place to which an employer takes its staff this month, if any (3.4)."""
        place, moved = self.employer_moves.get(employer, (HOME, 0))
        lasts = self.month < moved + int(self.code.relocation_months)
        return place if place != HOME and lasts else None

    def move_employers(self) -> None:
        """Employers that take staff nowhere may move (3.4)."""
        multiple = self.code.relocation
        chances = {
            SECTOR["it"]: multiple * self.belarus.relocation_it,
            SECTOR["ngo_media"]: multiple * self.belarus.relocation_media,
        }
        for employer, sector in enumerate(self.employers):
            if employer == 0 or self.takes_staff_to(employer) is not None:
                continue
            key = np.uint64(EMPLOYER_KEYS + employer)
            if self.luck("employer.relocate", key) < chances.get(sector, 0.0):
                place = self.best_for_staff(sector, key)
                if place is not None:
                    self.employer_moves[employer] = place, self.month

    def best_for_staff(self, sector: int, key: np.uint64) -> int | None:
        """Return the place that an employer likes best for a unit of its sector without flags, if any (3.4)."""
        groups, c = BIT["it"] if sector == SECTOR["it"] else 0, CHANNEL["relocation"]
        best, top = None, -math.inf
        for p in filter(self.on_offer, DESTINATIONS):
            if self.eligible(p, c, sector, groups):
                admission = log(self.now.admission(p, c, groups))
                value = self.value_to_employer(p) + self.channel_value(p, c, sector) + admission
                value += self.code.relocation_spread * gumbel(self.luck_of_place("relocation", p, key))
                if value > top:
                    best, top = p, value
        return best

    def value_to_employer(self, p: int) -> float:
        """Value of a destination to an employer, without its channel (3.4)."""
        code, places = self.code, self.places
        return float(
            code.diaspora * log((self.residents[p] + 500) / 10000)
            + code.language * places.language[p]
            + code.rent * log(places.rent[p] / places.rent[HOME])
            + places.firms[p]
        )

    # --- rush ---------------------------------------------------------------------------------------------------------

    def rush(self, sector: int, groups: int) -> float:
        """Value that announced closures will take from a class of units (3.4)."""
        if self.code.anticipation == 0 or not self.announced:
            return 0.0
        if (sector, groups) not in self.rushes:
            self.rushes[sector, groups] = self.value_lost(sector, groups)
        return self.rushes[sector, groups]

    def value_lost(self, sector: int, groups: int) -> float:
        """Return how much better the destinations are now than half a year later, at least 0 (3.4)."""
        near = [self.best_of_class(p, sector, groups, self.now) for p in DESTINATIONS]
        if max(near) == -math.inf:
            return 0.0
        later = [self.best_of_class(p, sector, groups, self.later) for p in DESTINATIONS]
        later = [CLOSED_LATER if value == -math.inf else value for value in later]
        return max(0.0, log_sum(near) - log_sum(later))

    def best_of_class(self, p: int, sector: int, groups: int, borders: Borders) -> float:
        """Return the value from Belarus of all channels of p for a class of units (3.4)."""
        values: list[float] = []
        if self.on_offer(p):
            country = self.country_value(p, sector, groups)
            for c in self.doors_of(p):
                if self.eligible(p, c, sector, groups):
                    access = min(borders.admission(p, c, groups), borders.travel(p, c, groups))
                    constant = self.channel_constants[c]
                    way = log(access) + self.code.detour * borders.detour(p, c, groups)
                    values.append(country + constant + self.channel_value(p, c, sector) + way)
        values = [value for value in values if value > -math.inf]
        return self.nest_of_doors(values) if values else -math.inf

"""The month of `docs/model.md` once more, as ordinary Mesa agents: one Python object a person, in readable loops.

A second reading, written from the page alone. It shares the luck, the arithmetic, the codes and the schema with the
model and nothing else. The sections stand in the order of the page. Remarks that begin with `page:` name a place at
which the page leaves a choice, and the choice that was made.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from types import SimpleNamespace
from typing import Any, NamedTuple

import mesa
import numpy as np
from numpy.typing import NDArray

from sim.arithmetic import exp, log, sin
from sim.codes import (
    CHANNEL,
    CONSCRIPTION,
    EDUCATION,
    EVENT,
    EXPOSURE,
    GROUP,
    INSTRUMENT,
    MODE,
    N_CHANNELS,
    N_STATUSES,
    PLACE,
    PLAN,
    REASON,
    SECTOR,
    SEX,
    SLOTS,
    STATUS,
)
from sim.columns import SCHEMA
from sim.luck import NORMAL_GRID, PURPOSE, WORDS, uniform, words
from sim.months import LONG_AGO, NEVER

HOME = PLACE["belarus"]
NO_INSTRUMENT = -1
LONGEST_STAY = 1200
PENDULAR_SECTORS = (SECTOR["transport"], SECTOR["construction"], SECTOR["industry"])
VISA_FREE_ENTRY = (INSTRUMENT["visa_free"], INSTRUMENT["short_visa_entry"])
PI = math.pi
NORMAL: list[float] = NORMAL_GRID.tolist()
PLACES = range(SLOTS)
CHANNELS = range(N_CHANNELS)

WORD = {f"{purpose}.{word}": (PURPOSE[purpose], i) for purpose in WORDS for i, word in enumerate(WORDS[purpose])}
"""Code of the purpose and position of each word, by its name on the page, `purpose.word`."""


def bit(*groups: str) -> int:
    """Return the bit mask of named groups (3.2)."""
    return sum(1 << GROUP[name] for name in groups)


def gumbel(u: float) -> float:
    """Return Gumbel noise from a uniform number (3.1)."""
    return -log(-log(u))


@cache
def applicants(c: int, groups: int) -> list[int]:
    """Return the positions on the axis of applicants: everyone, channel c and each of the groups (3.2)."""
    return [0, 1 + c] + [1 + N_CHANNELS + g for g in GROUP.values() if groups >> g & 1]


def share_of(part: float, whole: float) -> float:
    """Return `min(1, part / whole)`, and 0 if there is nothing to share."""
    # page: 3.5 divides by W and by detentions without a word on 0; the share is then 0.
    return min(1.0, part / whole) if whole > 0 else 0.0


def fields(array: NDArray[Any]) -> SimpleNamespace:
    """Return the fields of a structured array as nested lists of plain numbers (3.2)."""
    return SimpleNamespace(**{name: array[name].tolist() for name in array.dtype.names})


# --- 1.2 Entities -----------------------------------------------------------------------------------------------------


class PlainPerson(mesa.Agent):
    """A person (1.2): the columns of the schema are ordinary attributes."""

    def __init__(self, model: mesa.Model, columns: Mapping[str, Any]) -> None:
        """Register the person with Mesa and take over the columns of a row (1.4)."""
        super().__init__(model)
        for name, value in columns.items():
            setattr(self, name, value)

    def persecuted(self) -> bool:
        """Ever detained, or exposed by media or NGO work (3.3)."""
        return self.detained > LONG_AGO or self.exposure in (EXPOSURE["media"], EXPOSURE["ngo"])

    def may_exit(self, t: int) -> bool:
        """At home, not held, not under exit ban and not serving (3.3)."""
        return (
            self.mode == MODE["home"]
            and self.held < t
            and self.exit_ban < t
            and self.conscription != CONSCRIPTION["serving"]
        )


class Circle:
    """A circle (1.2): its members, its memory of detentions and its number of members abroad."""

    def __init__(self, people: Sequence[PlainPerson]) -> None:
        """Begin without memory; members abroad are counted once and then kept up to date (3.7, 3.8)."""
        self.people = people
        self.memory = 0.0
        self.abroad = sum(person.mode == MODE["settled"] and person.place != HOME for person in people)


class Unit:
    """A unit (1.2): an adult or a couple with minor children, head first."""

    def __init__(self, people: Sequence[PlainPerson], circle: Circle) -> None:
        """Take adjacent rows; the second row is an adult if it is the partner (1.2)."""
        self.people = people
        self.circle = circle
        self.head = people[0]
        self.size = len(people)
        self.adults = people[:2] if self.size > 1 and people[1].member == 1 else people[:1]
        self.country_taste: list[float] = []
        self.channel_taste: list[float] = []

    def groups(self, t: int) -> int:
        """Bit mask of the unit's groups (3.3)."""
        mask = 0
        if self.head.sector == SECTOR["it"]:
            mask |= bit("it")
        if self.head.sector == SECTOR["transport"]:
            mask |= bit("driver")
        for adult in self.adults:
            if adult.persecuted():
                mask |= bit("persecuted")
            if 204 <= t - adult.birth <= 335:
                mask |= bit("student")
            if adult.ancestry:
                mask |= bit("ancestry")
            if adult.visa >= t:
                mask |= bit("visa_holder")
        return mask

    def money(self) -> float:
        """Savings of the adults, EUR (3.3)."""
        # page: 3.3 does not name the precision of sums of money; savings are 32 bit, everything else 64 bit.
        money = 0.0
        for adult in self.adults:
            money += float(adult.savings)
        return money

    def free_to_exit(self, t: int) -> bool:
        """Every person of the unit may exit, children included (3.3)."""
        return all(person.may_exit(t) for person in self.people)

    def may_decide(self, t: int) -> bool:
        """The head decides this month (3.3)."""
        head = self.head
        return (
            head.place == HOME
            and head.mode == MODE["home"]
            and t - head.birth >= 216
            and head.plan == PLAN["none"]
            and self.free_to_exit(t)
        )


class Offer(NamedTuple):
    """What one channel to one place offers to a class of units this month (3.4)."""

    channel: int
    from_home: float  # value from Belarus
    from_elsewhere: float  # value from elsewhere
    fare: float  # EUR a person
    an_adult: float  # fee and funds, EUR an adult
    reserve: float  # EUR a unit
    youngest: int
    oldest: int

    def price(self, unit: Unit) -> float:
        """Money that the unit must have, EUR (3.4)."""
        return self.fare * unit.size + self.an_adult * len(unit.adults) + self.reserve


class Best(NamedTuple):
    """A unit's value of an open destination and the channel that gives it (3.4)."""

    value: float
    channel: int


class PlainModel(mesa.Model):
    """The model of the page as plain Mesa agents; `step` is one month."""

    def __init__(
        self,
        table: Mapping[str, NDArray[Any]],
        circle_start: NDArray[Any],
        one_in: int,
        world: Any,
        coefficients: Any,
        place_constants: NDArray[np.float64],
        channel_constants: NDArray[np.float64],
        luck_seed: int,
        trait_seed: int,
        lam: float,
    ) -> None:
        """Build the people of the table (1.2) and take the reference counts (3.2).

        `table` maps each column to its array and is not changed. `circle_start`, int[circles + 1], is the first row of
        each circle. One agent stands for `one_in` persons. `world` has the arrays of 3.2 as attributes,
        `coefficients` the values of `conf/behaviour.yaml`. `lam` is the dissimilarity, `lambda` of the page.
        """
        super().__init__(rng=luck_seed)
        self.month = 0
        self.one_in = int(one_in)
        self.world = world
        self.code = coefficients
        self.place_constants = [float(value) for value in place_constants]
        self.channel_constants = [float(value) for value in channel_constants]
        self.luck_seed = int(luck_seed)
        self.trait_seed = int(trait_seed)
        self.lam = float(lam)
        self.law = fields(world.law)
        self.lawful = {p: [c for c in CHANNELS if self.law.exists[p][c]] for p in PLACES}

        self.events: list[tuple[int, ...]] = []
        self.expected: list[NDArray[np.float64]] = []
        self.stocks: list[NDArray[np.int64]] = []

        self.create_people(table, circle_start)
        self.count_reference()
        self.settled_at_start = self.count_settled()
        self.diaspora_at_start = world.places["diaspora"][0].tolist()
        self.markets()

        # running sum of capacities, places kept from last month, and fixed luck of each channel (3.9)
        self.capacity_before = [[0.0 for _ in CHANNELS] for _ in PLACES]
        self.banked: dict[tuple[int, int], int] = {}
        self.rounding = [[self.luck_of_quota(p, c) for c in CHANNELS] for p in PLACES]

    def create_people(self, table: Mapping[str, NDArray[Any]], circle_start: NDArray[Any]) -> None:
        """Make the persons, circles and units of the table (1.2, 1.4)."""
        columns = {name: np.asarray(array).tolist() for name, array in table.items()}
        columns["key"] = [np.uint64(key) for key in columns["key"]]
        columns["savings"] = [np.float32(value) for value in columns["savings"]]
        rows = zip(*columns.values(), strict=True)
        self.people = [PlainPerson(self, dict(zip(columns, row, strict=True))) for row in rows]

        self.circles: list[Circle] = []
        self.units: list[Unit] = []
        bounds = [int(row) for row in circle_start]
        for first, end in zip(bounds[:-1], bounds[1:], strict=True):
            circle = Circle(self.people[first:end])
            self.circles.append(circle)
            heads = [row for row in range(first, end) if self.people[row].member == 0]
            for head, following in zip(heads, [*heads[1:], end], strict=True):
                self.units.append(Unit(self.people[head:following], circle))

        for unit in self.units:
            unit.country_taste = self.tastes(unit.head.key, "taste", self.code.spread_country)
            unit.channel_taste = self.tastes(unit.head.key, "channel_taste", self.code.spread_channel)

    def step(self) -> None:
        """Live one month: the processes in the order of the schedule (1.3)."""
        # page: 1.3 leaves the order of events within a process open; here it is the order of rows.
        self.begin_month()
        self.repress()
        self.conscript()
        self.perceive()
        self.choose()
        self.apply()
        self.depart()
        self.settle()
        self.move_on()
        self.markets()
        self.record()
        self.month += 1

    def table(self) -> dict[str, NDArray[Any]]:
        """Return all columns as they are now, in row order, with the dtypes of the schema (1.4)."""
        return {
            column.name: np.array([getattr(person, column.name) for person in self.people], column.dtype)
            for column in SCHEMA
        }

    # --- 3.1 Luck -----------------------------------------------------------------------------------------------------

    def word(self, name: str, key: np.uint64, month: int | None = None) -> int:
        """Return the word `purpose.word` of a key, this month unless another is given (3.1)."""
        purpose, position = WORD[name]
        return words(key, self.month if month is None else month, purpose, 0, self.luck_seed)[position]

    def luck(self, name: str, key: np.uint64, month: int | None = None) -> float:
        """Return `U[purpose.word](key)` of the page, strictly between 0 and 1 (3.1)."""
        return uniform(self.word(name, key, month))

    def luck_of_quota(self, p: int, c: int) -> float:
        """Return the fixed luck that rounds the places of a channel (3.9)."""
        purpose, position = WORD["quota.rounding"]
        return uniform(words(np.uint64(2**62 + 64 * p + c), 0, purpose, 0, self.trait_seed)[position])

    def tastes(self, key: np.uint64, purpose: str, spread: float) -> list[float]:
        """Return the sixteen fixed tastes of a head, lowest byte of the first word first (3.4)."""
        four = words(key, 0, PURPOSE[purpose], 0, self.trait_seed)
        return [spread * NORMAL[byte] for word in four for byte in int(word).to_bytes(4, "little")]

    def tell(self, person: PlainPerson, kind: str, origin: int, place: int, channel: int, reason: str) -> None:
        """Log an event of a person this month (2, Observation)."""
        self.events.append((self.month, int(person.key), EVENT[kind], origin, place, channel, REASON[reason]))

    def tell_at_home(self, person: PlainPerson, kind: str) -> None:
        """Log an event at home: origin, place and channel 0, reason none (3.5)."""
        self.tell(person, kind, HOME, HOME, CHANNEL["none"], "none")

    # --- 3.2 Dated parameters -----------------------------------------------------------------------------------------

    def count_reference(self) -> None:
        """Count the residents of Belarus once, in persons (3.2)."""
        self.workers: dict[int, int] = defaultdict(int)
        self.detention_weights = 0.0
        self.liable_men = 0
        self.pendular_workers = 0
        for person in self.people:
            if person.mode == MODE["settled"]:
                continue
            self.workers[person.sector] += self.one_in
            if person.birth <= -192:
                self.detention_weights += self.risk(person) * self.one_in
            if person.sex == SEX["male"] and person.conscription == CONSCRIPTION["liable"]:
                self.liable_men += self.one_in
            if person.sector in PENDULAR_SECTORS:
                self.pendular_workers += self.one_in

    def open_share(self, p: int, instrument: int, c: int, groups: int) -> float:
        """Open share of an instrument for a channel and a set of groups; 1 if none is needed (3.2)."""
        if instrument == NO_INSTRUMENT:
            return 1.0
        shares = self.openness[p][instrument]
        return max(shares[x] for x in applicants(c, groups))

    def admission(self, p: int, c: int, groups: int) -> float:
        """Smaller of the open shares of the entry and the residence instrument (3.2)."""
        entry = self.open_share(p, self.law.entry[p][c], c, groups)
        residence = self.open_share(p, self.law.residence[p][c], c, groups)
        return min(entry, residence)

    def open_by_land(self, p: int, c: int, groups: int) -> float:
        """Share of the month for which one can leave by land to p, 0 if p is not reached by land (3.2)."""
        if not self.places.by_land[p]:
            return 0.0
        leaving = self.open_share(HOME, INSTRUMENT["land_exit"], c, groups)
        return min(leaving, self.open_share(p, INSTRUMENT["land"], c, groups))

    def travel(self, p: int, c: int, groups: int) -> float:
        """Share of the month for which one can travel from Belarus to p (3.2)."""
        by_land = self.open_by_land(p, c, groups)
        by_air = self.open_share(p, INSTRUMENT["air"], c, groups) if self.places.by_air[p] else 0.0
        return min(max(by_land, by_air), self.open_share(HOME, INSTRUMENT["exit"], c, groups))

    def fare(self, p: int, c: int, groups: int) -> float:
        """Fare to p, EUR a person (3.2)."""
        # page: 3.2 speaks of the fare to p, but the open shares for land are those of the channel and the groups.
        return self.places.fare_land[p] if self.open_by_land(p, c, groups) > 0 else self.places.fare_air[p]

    # --- 3.3 Units ----------------------------------------------------------------------------------------------------

    def eligible(self, p: int, c: int, sector: int, groups: int) -> bool:
        """The law admits the sector and the groups to the channel (3.3)."""
        law = self.law
        wanted = law.groups[p][c]
        return bool(law.exists[p][c] and law.sectors[p][c] >> sector & 1 and (wanted == 0 or wanted & groups))

    # --- 3.4 begin_month ----------------------------------------------------------------------------------------------

    def begin_month(self) -> None:
        """Read the month's parameters and count the queues; offers follow when a class first asks (3.4)."""
        t = self.month
        self.rules = fields(self.world.rules[t])
        self.places = fields(self.world.places[t])
        self.belarus = fields(self.world.belarus[t])
        self.openness = self.world.openness[t].tolist()
        self.demand = self.world.demand[t].tolist()
        self.residents_at_begin = self.residents.tolist()
        self.queued = [[0 for _ in CHANNELS] for _ in PLACES]
        for unit in self.units:
            if unit.head.plan == PLAN["queued"]:
                self.queued[unit.head.plan_place][unit.head.plan_channel] += self.one_in * unit.size
        self.menus: dict[tuple[int, int], dict[int, list[Offer]]] = {}
        self.accesses: dict[tuple[int, int, int], tuple[float, float, float]] = {}

    def country_value(self, p: int, sector: int, persecuted: bool) -> float:
        """Value of living in p for the head's sector and the persecuted flag (3.4)."""
        code, places = self.code, self.places
        wage_there, wage_home = places.wage[p], places.wage[HOME]
        if sector == SECTOR["it"]:
            wage_there *= places.premium_it[p]
            wage_home *= places.premium_it[HOME]
        value = (
            self.place_constants[p]
            + code.diaspora * log((self.residents_at_begin[p] + 500) / 10000)
            + code.language * places.language[p]
            + code.distance * log(places.distance[p] / 500)
            + code.income * log(wage_there / wage_home)
            + code.rent * log(places.rent[p] / places.rent[HOME])
        )
        if persecuted:
            value += code.safety * (places.safety[p] - 1)
        return value

    def queue_months(self, p: int, c: int) -> float:
        """Months that the queue of a channel seems to take (3.4)."""
        capacity, queued = self.rules.capacity[p][c], self.queued[p][c]
        if math.isinf(capacity) or queued == 0:
            return 0.0
        return min(self.code.patience, queued / capacity) if capacity > 0 else self.code.patience

    def channel_value(self, p: int, c: int, sector: int) -> float:
        """Value of a channel to p for the head's sector (3.4)."""
        code, rules = self.code, self.rules
        value = (
            self.channel_constants[c]
            + log(rules.offered[p][c])
            + log(rules.approval[p][c])
            + code.wait * (rules.months[p][c] + self.queue_months(p, c))
            + code.work_right * rules.works[p][c]
            # page: 3.4 says "both wages" for the premium of IT; taken for the income term only, not for the fee.
            + code.fee * rules.fee[p][c] / self.places.wage[HOME]
        )
        if c == CHANNEL["work"]:
            value += log(share_of(self.demand[p][sector], self.workers[sector]))
        return value

    def menu(self, sector: int, groups: int) -> dict[int, list[Offer]]:
        """Return this month's offers to units of one sector and set of groups, by place (3.4)."""
        if (sector, groups) in self.menus:
            return self.menus[sector, groups]
        menu: dict[int, list[Offer]] = {}
        for p, existing in self.lawful.items():
            if p == HOME or self.places.distance[p] == 0:
                continue
            channels = [c for c in existing if self.eligible(p, c, sector, groups)]
            if channels:
                country = self.country_value(p, sector, bool(groups & bit("persecuted")))
                menu[p] = [self.offer(p, c, country, sector, groups) for c in channels]
        self.menus[sector, groups] = menu
        return menu

    def offer(self, p: int, c: int, country: float, sector: int, groups: int) -> Offer:
        """Return what a channel to p offers to a class of units (3.4)."""
        rules, law = self.rules, self.law
        living = country + self.channel_value(p, c, sector)
        if (p, c, groups) not in self.accesses:
            access = self.admission(p, c, groups), self.travel(p, c, groups), self.fare(p, c, groups)
            self.accesses[p, c, groups] = access
        admission, travel, fare = self.accesses[p, c, groups]
        return Offer(
            channel=c,
            from_home=living + log(min(admission, travel)),
            from_elsewhere=living + log(admission),
            fare=fare,
            an_adult=rules.fee[p][c] + rules.funds[p][c],
            reserve=self.code.reserve * self.places.rent[p],
            youngest=law.youngest[p][c],
            oldest=law.oldest[p][c],
        )

    def destinations(self, unit: Unit, elsewhere: bool) -> dict[int, Best]:
        """Return the open destinations of a unit, each with its value and best channel, in order of number (3.4)."""
        t, head = self.month, unit.head
        age = (t - head.birth) // 12
        money = unit.money()
        found: dict[int, Best] = {}
        for p, offers in self.menu(head.sector, unit.groups(t)).items():
            if p == head.place:
                continue
            best: Best | None = None
            for offer in offers:
                value = offer.from_elsewhere if elsewhere else offer.from_home
                if (
                    value == -math.inf
                    or not offer.youngest <= age <= offer.oldest
                    or (offer.channel == CHANNEL["family"] and p != head.kin)
                    or money < offer.price(unit)
                ):
                    continue
                value += unit.channel_taste[offer.channel]
                if best is None or value > best.value:
                    best = Best(value, offer.channel)
            if best is not None:
                value = best.value + unit.country_taste[p] + (self.code.kin if p == head.kin else 0.0)
                found[p] = Best(value, best.channel)
        return found

    # --- 3.5 repress --------------------------------------------------------------------------------------------------

    def risk(self, person: PlainPerson) -> float:
        """Detention weight of a person by exposure (3.5)."""
        code = self.code
        return (code.risk_none, code.risk_protest, code.risk_media, code.risk_ngo)[person.exposure]

    def repress(self) -> None:
        """Release, detain, charge, ban and close organisations (3.5)."""
        t, code, now = self.month, self.code, self.belarus
        detention = share_of(now.detentions, self.detention_weights)
        charge = share_of(now.charges, now.detentions)
        closure = share_of(now.closures, code.organisations)
        for person in self.people:
            # page: 3.5 asks "not held" once, before step 1; who is detained in step 2 can lose the work in step 3.
            if person.place != HOME or t - person.birth < 192 or person.held >= t:
                continue
            if person.held == t - 1 and person.detained < t - 1:
                self.tell_at_home(person, "released")
            if detention > 0 and self.luck("events.detain", person.key) < detention * self.risk(person):
                person.detained = person.held = t
                self.tell_at_home(person, "detained")
                if self.luck("events.charge", person.key) < charge:
                    self.charge(person)
            if person.sector == SECTOR["ngo_media"] and self.luck("more_events.lost_work", person.key) < closure:
                person.sector = SECTOR["none"]

    def charge(self, person: PlainPerson) -> None:
        """Charge a detained person, who may be barred from leaving and held in custody (3.5)."""
        # page: lengths in months are coefficients with a fraction in principle; the fraction is dropped.
        # page: 3.5 sets a new exit ban without "the later of" of 3.6; an older, longer ban would be cut short.
        self.tell_at_home(person, "charged")
        if self.luck("more_events.accused_ban", person.key) < self.belarus.ban_accused:
            person.exit_ban = self.month + int(self.code.accused_months)
        if self.luck("more_events.custody", person.key) < self.code.custody_charged:
            person.held = self.month + int(self.code.custody_months)

    # --- 3.6 conscript ------------------------------------------------------------------------------------------------

    def conscript(self) -> None:
        """Discharge, make liable, summon and draft (3.6)."""
        t = self.month
        summons = share_of(self.belarus.summoned, self.liable_men)
        draft = min(summons, share_of(self.belarus.drafted, self.liable_men))
        for man in self.people:
            if man.sex != SEX["male"] or man.place != HOME or t - man.birth < 216:
                continue
            if man.conscription == CONSCRIPTION["serving"]:
                if man.serves_until < t:
                    man.conscription = CONSCRIPTION["served"]
                    self.tell_at_home(man, "discharged")
            elif t - man.birth >= 324:
                if man.conscription in (CONSCRIPTION["liable"], CONSCRIPTION["deferred"]):
                    man.conscription = CONSCRIPTION["never"]
            else:
                self.grow_liable(man)
                if man.conscription == CONSCRIPTION["liable"] and man.held < t:
                    self.summon(man, summons, draft)

    def grow_liable(self, man: PlainPerson) -> None:
        """Liability at 18 and the end of deferment at 22 (3.6)."""
        age = self.month - man.birth
        if man.conscription == CONSCRIPTION["never"] and age == 216:
            deferred = self.luck("more_events.deferral", man.key) < self.code.deferred_share
            man.conscription = CONSCRIPTION["deferred"] if deferred else CONSCRIPTION["liable"]
        # page: 3.6 "at 22 years" is read as from 22 years on, for men who were abroad in that month.
        elif man.conscription == CONSCRIPTION["deferred"] and age >= 264:
            man.conscription = CONSCRIPTION["liable"]

    def summon(self, man: PlainPerson, summons: float, draft: float) -> None:
        """Summon a liable man, then draft him or perhaps bar him from leaving (3.6)."""
        t, code = self.month, self.code
        u = self.luck("events.draft", man.key)
        if u >= summons:
            return
        self.tell_at_home(man, "summoned")
        if u < draft:
            higher = man.education == EDUCATION["higher"]
            man.conscription = CONSCRIPTION["serving"]
            man.serves_until = t + int(code.service_months_higher if higher else code.service_months)
            self.tell_at_home(man, "drafted")
        # page: 3.6 "if not drafted" is read as summoned but not drafted.
        elif self.luck("summons.exit_ban", man.key) < self.belarus.ban_liable:
            man.exit_ban = max(man.exit_ban, t + 6)

    # --- 3.7 perceive -------------------------------------------------------------------------------------------------

    def perceive(self) -> None:
        """Circles remember this month's detentions (3.7)."""
        for circle in self.circles:
            detained = sum(person.detained == self.month for person in circle.people)
            circle.memory = self.code.circle_decay * circle.memory + detained / len(circle.people)

    # --- 3.8 choose ---------------------------------------------------------------------------------------------------

    def choose(self) -> None:
        """Units that may decide stay, or commit to a destination by a channel (3.8)."""
        t = self.month
        expected = np.zeros((SLOTS, N_CHANNELS))
        for unit in self.units:
            if not unit.may_decide(t):
                continue
            found = self.destinations(unit, elsewhere=False)
            if not found:
                continue
            push = self.push(unit)
            self.expect(unit, push, found, expected)
            place = self.choice(unit.head.key, push, found)
            if place is None:
                continue
            head = unit.head
            head.plan = PLAN["queued"]
            head.plan_place = place
            head.plan_channel = found[place].channel
            head.applied = t
            self.tell(head, "applied", HOME, head.plan_place, head.plan_channel, "choice")
        self.expected.append(expected)

    def push(self, unit: Unit) -> float:
        """Push of a unit, `eta` of the page (3.8)."""
        code, now, circle = self.code, self.belarus, unit.circle
        weights = (code.exposure_none, code.exposure_protest, code.exposure_media, code.exposure_ngo)
        perceived = now.news + code.circle_gain * circle.memory
        adults = 0.0
        for adult in unit.adults:
            liable = adult.conscription == CONSCRIPTION["liable"]
            adults += (
                code.repression * perceived * weights[adult.exposure]
                + now.war_fear * (code.war + (code.conscription if liable else 0.0))
                + self.age_term((self.month - adult.birth) / 12)
                + code.skill * adult.education
                + code.ties * adult.ties / 255
            )
        return (
            code.level
            + code.peers * (circle.abroad / len(circle.people))
            + code.spread_leave * NORMAL[unit.head.frailty]
            + adults / len(unit.adults)
        )

    def age_term(self, age: float) -> float:
        """Push of age, in years with fractions (3.8)."""
        if age <= 35:
            return self.code.youth
        if age < 45:
            return self.code.youth * (45 - age) / 10
        if age <= 50:
            return 0.0
        return self.code.old_age * (age - 50) / 10

    def choice(self, key: np.uint64, push: float, found: dict[int, Best]) -> int | None:
        """Return the destination a unit commits to, or None if it stays (3.8)."""
        noisy = {p: found[p].value + noise for p, noise in self.noise_of_places(key, found)}
        place = max(noisy, key=lambda p: noisy[p])
        leaving = self.lam * noisy[place] + self.noise_of_nest(key) + push
        return place if leaving > gumbel(self.luck("choice.stay_noise", key)) else None

    def noise_of_places(self, key: np.uint64, places: Iterable[int]) -> Iterator[tuple[int, float]]:
        """Give each of some places its noise `E_j` (3.8)."""
        smallest = -log(self.luck("choice.best_noise", key)) / SLOTS
        winner = self.word("winner.slot", key) >> 28
        for j in places:
            if j == winner:
                yield j, -log(smallest)
            else:
                yield j, -log(smallest - log(self.luck(f"slots_{j // 4}.slot_{j}", key)))

    def noise_of_nest(self, key: np.uint64) -> float:
        """Return `Z`, the noise that all destinations share (3.8)."""
        lam = self.lam
        if lam == 1:
            return 0.0
        u = self.luck("choice.stable_angle", key)
        angle = (
            (1 - lam) * log(sin((1 - lam) * PI * u))
            + lam * log(sin(lam * PI * u))
            - log(sin(PI * u if u < 0.5 else PI * (1 - u)))
        )
        return angle + (1 - lam) * gumbel(self.luck("choice.stable_exponential", key))

    def expect(self, unit: Unit, push: float, found: dict[int, Best], expected: NDArray[np.float64]) -> None:
        """Add a unit's expected commitments, in persons, by place and best channel (3.8)."""
        top = max(best.value for best in found.values())
        weights = {p: exp(best.value - top) for p, best in found.items()}
        total = 0.0  # not `sum`, which rounds floats differently from Python 3.12 on
        for weight in weights.values():
            total += weight
        leave = 1 / (1 + exp(-(push + self.lam * (top + log(total)))))
        for p, best in found.items():
            expected[p, best.channel] += leave * (weights[p] / total) * unit.size * self.one_in

    # --- 3.9 apply ----------------------------------------------------------------------------------------------------

    def in_order(self, units: Iterable[Unit]) -> list[Unit]:
        """Sort plans by month of application, then by luck of the queue, then by key (3.9)."""

        def position(unit: Unit) -> tuple[int, int, np.uint64]:
            head = unit.head
            return head.applied, self.word("application.queue_order", head.key, head.applied), head.key

        return sorted(units, key=position)

    def places_of_month(self) -> dict[tuple[int, int], float]:
        """Return the places left in each queue at the start of the month, in agents; infinite without a limit (3.9)."""
        left: dict[tuple[int, int], float] = {}
        for p in PLACES:
            for c in CHANNELS:
                capacity = self.rules.capacity[p][c]
                if math.isinf(capacity):
                    left[p, c] = math.inf
                    continue
                before, u = self.capacity_before[p][c], self.rounding[p][c]
                after = before + capacity
                new = math.floor(after / self.one_in + u) - math.floor(before / self.one_in + u)
                left[p, c] = new + self.banked.get((p, c), 0)
                self.capacity_before[p][c] = after
        return left

    def apply(self) -> None:
        """Queue, capacity, processing, refusal and grant (3.9)."""
        t = self.month
        left = self.places_of_month()
        stopped: set[tuple[int, int]] = set()  # queues in which somebody did not fit
        for unit in self.in_order(unit for unit in self.units if unit.head.plan != PLAN["none"]):
            head = unit.head
            if head.plan == PLAN["granted"]:
                continue
            # page: 3.9 does not ask again whether the unit is eligible, of age or has the money; nor is it asked here.
            p, c = queue = head.plan_place, head.plan_channel
            if self.rules.offered[p][c] == 0 or self.admission(p, c, unit.groups(t)) == 0:
                self.end_plan(unit, "blocked", "closed")
                continue
            if head.plan == PLAN["queued"]:
                if queue in stopped or left[queue] < unit.size:
                    stopped.add(queue)
                    if t - head.applied >= self.code.patience:
                        self.end_plan(unit, "refused", "quota")
                    continue
                left[queue] -= unit.size
                head.plan = PLAN["processing"]
                u = self.luck("application.rounding", head.key, head.applied)
                head.due = t + math.floor(self.rules.months[p][c] + u)
            if head.due <= t:
                self.decide(unit)
        # page: 3.9 banks what is left wherever somebody did not fit, also if the one who did not fit then gave up.
        self.banked = {queue: int(left[queue]) for queue in stopped}

    def decide(self, unit: Unit) -> None:
        """Decide on an application that is due (3.9)."""
        head = unit.head
        p, c = head.plan_place, head.plan_channel
        if self.luck("application.approval", head.key, head.applied) >= self.rules.approval[p][c]:
            self.end_plan(unit, "caught" if c == CHANNEL["irregular"] else "refused", "refusal")
        else:
            head.plan = PLAN["granted"]
            head.due = self.month
            self.tell(head, "granted", HOME, p, c, "none")

    def end_plan(self, unit: Unit, kind: str, reason: str) -> None:
        """End a plan with an event of the head (3.9, 3.10)."""
        head = unit.head
        head.plan = PLAN["none"]
        self.tell(head, kind, HOME, head.plan_place, head.plan_channel, reason)

    # --- 3.10 depart --------------------------------------------------------------------------------------------------

    def depart(self) -> None:
        """Units leave on a grant, or wait, or lose it (3.10)."""
        for unit in self.in_order(unit for unit in self.units if unit.head.plan == PLAN["granted"]):
            reason = self.obstacle(unit)
            if reason is None:
                self.leave(unit)
            elif self.month - unit.head.due >= self.code.grant_months:
                self.end_plan(unit, "blocked", reason)

    def obstacle(self, unit: Unit) -> str | None:
        """Return the reason for which a unit with a grant does not leave this month, or None (3.10)."""
        head, groups = unit.head, unit.groups(self.month)
        p, c = head.plan_place, head.plan_channel
        if not unit.free_to_exit(self.month):
            return "exit"
        passable = self.travel(p, c, groups)
        entry = self.law.entry[p][c]
        if entry in VISA_FREE_ENTRY and self.open_share(p, entry, c, groups) == 0:
            passable = 0.0
        if self.luck("departure.travel", head.key) >= passable:
            return "closed"
        rules = self.rules
        price = (
            self.fare(p, c, groups) * unit.size
            + (rules.fee[p][c] + rules.funds[p][c]) * len(unit.adults)
            + self.code.reserve * self.places.rent[p]
        )
        return "funds" if unit.money() < price else None

    def leave(self, unit: Unit) -> None:
        """The whole unit pays and leaves (3.10)."""
        head = unit.head
        p, c = head.plan_place, head.plan_channel
        fare = self.fare(p, c, unit.groups(self.month))
        bill = fare * unit.size + self.rules.fee[p][c] * len(unit.adults)
        for adult in unit.adults:
            # page: 3.10 does not name the precision; the difference is taken in 64 bit and stored in 32 bit.
            paid = min(bill, float(adult.savings))
            adult.savings = np.float32(float(adult.savings) - paid)
            bill -= paid
        self.arrive(unit, p, c)
        for person in unit.people:
            self.tell(person, "departed", HOME, p, c, "choice")
        head.plan = PLAN["none"]
        unit.circle.abroad += unit.size

    def arrive(self, unit: Unit, p: int, c: int) -> None:
        """Settle everyone of a unit in p by channel c (3.10, 3.12)."""
        for person in unit.people:
            person.place = p
            person.channel = c
            person.mode = MODE["settled"]
            person.status = self.law.first_status[p][c]
            person.since = self.month
            person.expiry = self.month + self.stay(p, c)

    def stay(self, p: int, c: int) -> int:
        """Return the whole months of a first or visa-free stay (3.10, 3.11)."""
        return math.floor(min(self.rules.stay[p][c], LONGEST_STAY))

    # --- 3.11 settle --------------------------------------------------------------------------------------------------

    def settled_before(self) -> Iterator[Unit]:
        """Give the units settled since before this month (3.11)."""
        for unit in self.units:
            if unit.head.mode == MODE["settled"] and unit.head.since < self.month:
                yield unit

    def settle(self) -> None:
        """Asylum decisions, permits, renewals and loss of status (3.11)."""
        t = self.month
        lasting = (STATUS["protected"], STATUS["irregular"])
        for unit in self.settled_before():
            head = unit.head
            asylum = head.status == STATUS["asylum_seeker"]
            if asylum:
                decided = t - head.since >= self.code.asylum_months
            else:
                decided = head.status not in lasting and head.expiry < t
            if not decided:
                continue
            if head.passport < t and self.belarus.passport_abroad > 0.5:
                head.passport = t + int(self.code.passport_months)
            if asylum:
                self.decide_asylum(unit)
            else:
                self.renew(unit)

    def decide_asylum(self, unit: Unit) -> None:
        """Protect or reject an asylum seeker's unit (3.11)."""
        head = unit.head
        # page: 3.11 gives the reason refusal to the permit of the recognised as well; taken to the letter.
        if self.luck("settle.renewal", head.key) < self.rules.renewal[head.place][head.channel]:
            self.change_status(unit, "protected", NEVER, "permit", "refusal")
        else:
            self.change_status(unit, "irregular", NEVER, "lost", "refusal")

    def renew(self, unit: Unit) -> None:
        """Renew a status that has ended, or lose it (3.11)."""
        t, head = self.month, unit.head
        p, c = head.place, head.channel
        # page: 3.11 does not say what renews the settled of the start, who came by channel none; read like any other.
        names = {STATUS["visa_free"]: "visa_free", STATUS["permit"]: "renewal"}
        instrument = INSTRUMENT[names.get(head.status, "permit")]
        chance = self.rules.renewal[p][c] * self.open_share(p, instrument, c, unit.groups(t))
        if head.passport < t:
            chance *= self.code.no_passport
        if self.luck("settle.renewal", head.key) >= chance:
            self.change_status(unit, "irregular", NEVER, "lost", "expiry")
        elif head.status == STATUS["visa_free"]:
            self.change_status(unit, "visa_free", t + self.stay(p, c), "renewed", "expiry")
        else:
            kind = "renewed" if head.status == STATUS["permit"] else "permit"
            self.change_status(unit, "permit", t + int(self.code.permit_months), kind, "expiry")

    def change_status(self, unit: Unit, status: str, expiry: int, kind: str, reason: str) -> None:
        """Give everyone of a unit a status and its last month, with an event each (3.11)."""
        for person in unit.people:
            person.status = STATUS[status]
            person.expiry = expiry
            self.tell(person, kind, person.place, person.place, person.channel, reason)

    # --- 3.12 move_on -------------------------------------------------------------------------------------------------

    def move_on(self) -> None:
        """Returns and onward moves, then pendular work (3.12)."""
        for unit in self.settled_before():
            if self.luck("settle.return_home", unit.head.key) < self.chance_of_return(unit.head):
                self.return_home(unit)
            elif self.luck("settle.onward", unit.head.key) < self.chance_of_onward(unit.head):
                self.go_onward(unit)
        self.pendular()

    def chance_of_return(self, head: PlainPerson) -> float:
        """Chance that a settled unit returns this month (3.12)."""
        chance = self.code.return_
        if head.persecuted():
            chance *= self.code.return_persecuted
        if head.status == STATUS["irregular"]:
            chance *= self.code.return_irregular
        return min(1.0, chance)

    def return_home(self, unit: Unit) -> None:
        """The whole unit returns; the persecuted may be arrested (3.12)."""
        t = self.month
        for person in unit.people:
            origin, channel = person.place, person.channel
            person.place = HOME
            person.mode = MODE["home"]
            person.status = STATUS["home"]
            person.channel = CHANNEL["none"]
            person.since = t
            person.expiry = NEVER
            self.tell(person, "returned", origin, HOME, channel, "choice")
            if person.persecuted() and self.luck("events.return_risk", person.key) < self.belarus.arrest_on_return:
                person.detained = person.held = t
                self.tell(person, "arrested_on_return", origin, HOME, channel, "none")
        unit.circle.abroad -= unit.size

    def chance_of_onward(self, head: PlainPerson) -> float:
        """Chance that a settled unit looks for another destination this month (3.12)."""
        code = self.code
        by_status = {
            STATUS["asylum_seeker"]: 0.0,
            STATUS["visa_free"]: code.onward_visa_free,
            STATUS["irregular"]: code.onward_irregular,
        }
        return max(by_status.get(head.status, code.onward), self.places.unsafe[head.place] * code.onward_unsafe)

    def go_onward(self, unit: Unit) -> None:
        """The unit moves to the best other destination, if one is open (3.12)."""
        # page: 3.12 keeps the money of 3.4, so the fare of an onward move is the one from Belarus.
        head = unit.head
        found = self.destinations(unit, elsewhere=True)
        if not found:
            return
        noisy = {p: best.value + gumbel(self.luck(f"onward_{p // 4}.slot_{p}", head.key)) for p, best in found.items()}
        place = max(noisy, key=lambda p: noisy[p])
        origin, channel = head.place, found[place].channel
        self.arrive(unit, place, channel)
        for person in unit.people:
            self.tell(person, "onward", origin, place, channel, "choice")

    def pendular(self) -> None:
        """Pendular departures and returns (3.12)."""
        t = self.month
        drivers = self.pendular_line(bit("driver"))
        others = self.pendular_line(0)
        for unit in self.units:
            for person in unit.people:
                if person.mode == MODE["pendular"]:
                    if person.expiry < t:
                        self.come_back(person)
                elif self.may_go(person, unit):
                    self.go_pendular(person, drivers if person.sector == SECTOR["transport"] else others)

    def may_go(self, person: PlainPerson, unit: Unit) -> bool:
        """The person may leave for pendular work (3.12)."""
        return (
            person.sector in PENDULAR_SECTORS
            and person.place == HOME
            and unit.head.plan == PLAN["none"]
            and self.month - person.birth >= 216
            and person.may_exit(self.month)
        )

    def pendular_line(self, groups: int) -> list[tuple[float, int]]:
        """Return the places of pendular work, stacked on the line from 0: upper end and place (3.12)."""
        if self.pendular_workers == 0:
            return []
        # page: 3.12 writes sin(pi * (t % 12 - 1) / 6), whose argument passes the limit of `sin` from October on; a full
        # turn is taken off in these months.
        phase = self.month % 12 - 1
        phase = phase - 12 if phase > 7 else phase
        season = 1 + self.code.pendular_season * sin(PI * phase / 6)
        line: list[tuple[float, int]] = []
        end = 0.0
        for p in PLACES:
            persons = self.places.pendular[p]
            if p != HOME and persons > 0:
                end += persons * self.travel(p, CHANNEL["work"], groups) * season / self.pendular_workers
                line.append((end, p))
        return line

    def go_pendular(self, person: PlainPerson, line: list[tuple[float, int]]) -> None:
        """Leave for the place into which the person's luck falls, if any (3.12)."""
        t = self.month
        u = self.luck("pendular.leave", person.key)
        for end, p in line:
            if u < end:
                luck = self.luck("pendular.months", person.key)
                months = 3 + math.floor(luck * (2 * self.code.pendular_months - 5))
                person.place = p
                person.mode = MODE["pendular"]
                person.status = STATUS["pendular"]
                person.since = t
                person.expiry = t + months - 1
                self.tell(person, "pendular_out", HOME, p, CHANNEL["work"], "choice")
                return

    def come_back(self, person: PlainPerson) -> None:
        """Come back from pendular work (3.12)."""
        origin = person.place
        person.place = HOME
        person.mode = MODE["home"]
        person.status = STATUS["home"]
        person.since = self.month
        person.expiry = NEVER
        self.tell(person, "pendular_back", origin, HOME, CHANNEL["none"], "none")

    # --- 3.13 markets -------------------------------------------------------------------------------------------------

    def count_settled(self) -> list[int]:
        """Return the agents of mode settled by place (3.13)."""
        # page: 3.13 "agents in p" are taken as those of mode settled, which leaves S of Belarus as it began.
        settled = [0 for _ in PLACES]
        for person in self.people:
            if person.mode == MODE["settled"]:
                settled[person.place] += 1
        return settled

    def markets(self) -> None:
        """Count the settled residents by place, in persons (3.13)."""
        started = zip(self.diaspora_at_start, self.count_settled(), self.settled_at_start, strict=True)
        self.residents = np.array([max(0.0, begun + self.one_in * (now - then)) for begun, now, then in started])

    # --- 3.14 record --------------------------------------------------------------------------------------------------

    def record(self) -> None:
        """Count agents by place and status at the end of the month (3.14)."""
        # page: 3.14 also names expected departures of a fluid queue; they decide nothing and are left out here.
        stock = np.zeros((SLOTS, N_STATUSES), np.int64)
        for person in self.people:
            stock[person.place, person.status] += 1
        self.stocks.append(stock)

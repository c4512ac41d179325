"""The month of `docs/model.md` once more, as ordinary Mesa agents: one Python object a person, in readable loops.

A second reading, written from the page alone. It shares the luck, the arithmetic, the codes and the schema with the
model and nothing else. The sections stand in the order of the page. It is meant for small runs: everyone is counted in
the expected commitments, never a panel.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

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
AT_HOME = (HOME, HOME, CHANNEL["none"])  # origin, place and channel of an event at home (3.5)
NO_INSTRUMENT = -1
LONGEST_STAY = 1200
PENDULAR_SECTORS = (SECTOR["transport"], SECTOR["construction"], SECTOR["industry"])
VISA_FREE_ENTRY = (INSTRUMENT["visa_free"], INSTRUMENT["short_visa_entry"])
BIT = {name: 1 << number for name, number in GROUP.items()}
NORMAL: list[float] = NORMAL_GRID.tolist()
PLACES = range(SLOTS)
CHANNELS = range(N_CHANNELS)


def gumbel(u: float) -> float:
    """Return Gumbel noise from a uniform number (3.1)."""
    return -log(-log(u))


def share_of(part: float, whole: float) -> float:
    """Return `min(1, part / whole)`; a share of nothing is 0 (3.2)."""
    return min(1.0, part / whole) if whole > 0 else 0.0


def fields(array: NDArray[Any]) -> SimpleNamespace:
    """Return the fields of a structured array as nested lists of plain numbers (3.2)."""
    return SimpleNamespace(**{name: array[name].tolist() for name in array.dtype.names})


# --- 1.2 Entities and 3.3 Units ---------------------------------------------------------------------------------------


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
        serving = self.conscription == CONSCRIPTION["serving"]
        return self.mode == MODE["home"] and self.held < t and self.exit_ban < t and not serving


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
        flags = {
            "it": self.head.sector == SECTOR["it"],
            "driver": self.head.sector == SECTOR["transport"],
            "persecuted": any(adult.persecuted() for adult in self.adults),
            "student": any(204 <= t - adult.birth <= 335 for adult in self.adults),
            "ancestry": any(adult.ancestry for adult in self.adults),
            "visa_holder": any(adult.visa >= t for adult in self.adults),
        }
        return sum(BIT[name] for name, is_set in flags.items() if is_set)

    def money(self) -> float:
        """Savings of the adults, EUR (3.3)."""
        return math.fsum(float(adult.savings) for adult in self.adults)

    def free_to_exit(self, t: int) -> bool:
        """Every person of the unit may exit, children included (3.3)."""
        return all(person.may_exit(t) for person in self.people)

    def may_decide(self, t: int) -> bool:
        """The head is an adult in Belarus without a plan, and the unit is free to exit (3.3)."""
        head = self.head
        of_age = t - head.birth >= 216
        return head.place == HOME and of_age and head.plan == PLAN["none"] and self.free_to_exit(t)


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
        self.capacity_before: dict[tuple[int, int], float] = defaultdict(float)  # C(t) of 3.9, by place and channel
        self.banked: dict[tuple[int, int], int] = {}  # places kept from last month (3.9)

        self.create_people(table, circle_start)
        self.count_reference()
        self.settled_at_start = self.count_settled()
        self.markets()

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
                unit = Unit(self.people[head:following], circle)
                unit.country_taste = self.tastes(unit.head.key, "taste", self.code.spread_country)
                unit.channel_taste = self.tastes(unit.head.key, "channel_taste", self.code.spread_channel)
                self.units.append(unit)

    def step(self) -> None:
        """Live one month: the processes in the order of the schedule (1.3)."""
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

    def tell(self, person: PlainPerson, kind: str, reason: str = "none", journey: tuple[int, ...] = AT_HOME) -> None:
        """Log an event of a person this month (2, Observation); a journey is origin, place and channel."""
        self.events.append((self.month, int(person.key), EVENT[kind], *journey, REASON[reason]))

    # --- 3.1 Luck -----------------------------------------------------------------------------------------------------

    def word(self, name: str, key: np.uint64, month: int | None = None, seed: int | None = None) -> int:
        """Return the word `purpose.word` of a key, of this month and replicate unless others are given (3.1)."""
        purpose, word = name.split(".")
        month = self.month if month is None else month
        seed = self.luck_seed if seed is None else seed
        return words(key, month, PURPOSE[purpose], 0, seed)[WORDS[purpose].index(word)]

    def luck(self, name: str, key: np.uint64, month: int | None = None, seed: int | None = None) -> float:
        """Return `U[purpose.word](key)` of the page, strictly between 0 and 1 (3.1)."""
        return uniform(self.word(name, key, month, seed))

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
        return max([shares[0], shares[1 + c]] + [shares[1 + N_CHANNELS + g] for g in GROUP.values() if groups >> g & 1])

    def admission(self, p: int, c: int, groups: int) -> float:
        """Smaller of the open shares of the entry and the residence instrument (3.2)."""
        entry, residence = self.law.entry[p][c], self.law.residence[p][c]
        return min(self.open_share(p, entry, c, groups), self.open_share(p, residence, c, groups))

    def by_land(self, p: int, c: int, groups: int) -> float:
        """Share of the month for which one can leave by land to p, 0 if p is not reached by land (3.2)."""
        if not self.places.by_land[p]:
            return 0.0
        leaving = self.open_share(HOME, INSTRUMENT["land_exit"], c, groups)
        return min(leaving, self.open_share(p, INSTRUMENT["land"], c, groups))

    def travel(self, p: int, c: int, groups: int) -> float:
        """Share of the month for which one can travel from Belarus to p (3.2)."""
        by_air = self.open_share(p, INSTRUMENT["air"], c, groups) if self.places.by_air[p] else 0.0
        return min(max(self.by_land(p, c, groups), by_air), self.open_share(HOME, INSTRUMENT["exit"], c, groups))

    def fare(self, p: int, c: int, groups: int) -> float:
        """Fare to p, EUR a person (3.2)."""
        return self.places.fare_land[p] if self.by_land(p, c, groups) > 0 else self.places.fare_air[p]

    # --- 3.3 Units, classes and money ---------------------------------------------------------------------------------

    def eligible(self, p: int, c: int, sector: int, groups: int) -> bool:
        """The law admits the sector and the groups to the channel, which exists (3.3)."""
        wanted = self.law.groups[p][c]
        return bool(self.law.sectors[p][c] >> sector & 1 and (wanted == 0 or wanted & groups))

    # --- 3.4 begin_month ----------------------------------------------------------------------------------------------

    def begin_month(self) -> None:
        """Read the month's parameters and count the queues; menus follow when a class of units first asks (3.4)."""
        self.rules = fields(self.world.rules[self.month])
        self.places = fields(self.world.places[self.month])
        self.belarus = fields(self.world.belarus[self.month])
        self.openness = self.world.openness[self.month].tolist()
        self.demand = self.world.demand[self.month].tolist()
        self.menus: dict[tuple[int, int, bool], dict[int, list[tuple[int, float, float]]]] = {}
        self.queued: dict[tuple[int, int], int] = defaultdict(int)
        for unit in self.units:
            head = unit.head
            if head.plan == PLAN["queued"]:
                self.queued[head.plan_place, head.plan_channel] += self.one_in * unit.size

    def country_value(self, p: int, sector: int, groups: int) -> float:
        """Value of living in p for the head's sector and the persecuted flag among the groups (3.4)."""
        code, places = self.code, self.places
        wage_there, wage_home = places.wage[p], places.wage[HOME]
        if sector == SECTOR["it"]:
            wage_there *= places.premium_it[p]
            wage_home *= places.premium_it[HOME]
        return (
            self.place_constants[p]
            + code.diaspora * log((self.residents[p] + 500) / 10000)
            + code.language * places.language[p]
            + code.distance * log(places.distance[p] / 500)
            + code.income * log(wage_there / wage_home)
            + code.rent * log(places.rent[p] / places.rent[HOME])
            + (code.safety * (places.safety[p] - 1) if groups & BIT["persecuted"] else 0.0)
        )

    def queue_months(self, p: int, c: int) -> float:
        """Months that the queue of a channel seems to take (3.4)."""
        capacity, queued, patience = self.rules.capacity[p][c], self.queued[p, c], int(self.code.patience)
        if math.isinf(capacity) or queued == 0:
            return 0.0
        return min(patience, queued / capacity) if capacity > 0 else patience

    def channel_value(self, p: int, c: int, sector: int) -> float:
        """Value of a channel to p for the head's sector (3.4)."""
        code, rules = self.code, self.rules
        return (
            self.channel_constants[c]
            + log(rules.offered[p][c])
            + log(rules.approval[p][c])
            + code.wait * (rules.months[p][c] + self.queue_months(p, c))
            + code.work_right * rules.works[p][c]
            + code.fee * rules.fee[p][c] / self.places.wage[HOME]
            + (log(share_of(self.demand[p][sector], self.workers[sector])) if c == CHANNEL["work"] else 0.0)
        )

    def menu(self, sector: int, groups: int, elsewhere: bool) -> dict[int, list[tuple[int, float, float]]]:
        """Return channel, value and fare of what is open to a class of units this month, by place (3.4)."""
        menu: dict[int, list[tuple[int, float, float]]] = defaultdict(list)
        for p in PLACES:
            if p == HOME or self.places.distance[p] == 0:
                continue
            country = self.country_value(p, sector, groups)
            for c in self.lawful[p]:
                if self.eligible(p, c, sector, groups):
                    admission = self.admission(p, c, groups)
                    access = admission if elsewhere else min(admission, self.travel(p, c, groups))
                    value = country + self.channel_value(p, c, sector) + log(access)
                    if value > -math.inf:
                        menu[p].append((c, value, self.fare(p, c, groups)))
        return menu

    def price(self, unit: Unit, p: int, c: int, fare: float) -> float:
        """Money that a unit must have to go to p by channel c, EUR (3.4)."""
        per_adult = self.rules.fee[p][c] + self.rules.funds[p][c]
        return fare * unit.size + per_adult * len(unit.adults) + self.code.reserve * self.places.rent[p]

    def destinations(self, unit: Unit, elsewhere: bool) -> tuple[dict[int, float], dict[int, int]]:
        """Return the value and the best channel of each open destination of a unit, in order of number (3.4)."""
        head, money = unit.head, unit.money()
        age = (self.month - head.birth) // 12
        unit_class = head.sector, unit.groups(self.month), elsewhere
        if unit_class not in self.menus:
            self.menus[unit_class] = self.menu(*unit_class)
        values: dict[int, float] = {}
        channels: dict[int, int] = {}
        for p, offers in self.menus[unit_class].items():
            for c, value, fare in offers:
                value += unit.channel_taste[c]
                suits = self.law.youngest[p][c] <= age <= self.law.oldest[p][c] and p != head.place
                known = c != CHANNEL["family"] or p == head.kin
                if suits and known and money >= self.price(unit, p, c, fare) and value > values.get(p, -math.inf):
                    values[p], channels[p] = value, c
            if p in values:
                values[p] = values[p] + unit.country_taste[p] + (self.code.kin if p == head.kin else 0.0)
        return values, channels

    def tastes(self, key: np.uint64, purpose: str, spread: float) -> list[float]:
        """Return the sixteen fixed tastes of a head, lowest byte of the first word first (3.4)."""
        four = words(key, 0, PURPOSE[purpose], 0, self.trait_seed)
        return [spread * NORMAL[byte] for word in four for byte in int(word).to_bytes(4, "little")]

    # --- 3.5 repress --------------------------------------------------------------------------------------------------

    def risk(self, person: PlainPerson) -> float:
        """Detention weight of a person by exposure (3.5)."""
        code = self.code
        return (code.risk_none, code.risk_protest, code.risk_media, code.risk_ngo)[person.exposure]

    def repress(self) -> None:
        """Release, detain, charge, ban and close organisations (3.5)."""
        t = self.month
        detention = share_of(self.belarus.detentions, self.detention_weights)
        closure = share_of(self.belarus.closures, self.code.organisations)
        for person in self.people:
            if person.place != HOME or t - person.birth < 192 or person.held >= t:
                continue
            if person.held == t - 1 and person.detained < t - 1:
                self.tell(person, "released")
            if self.luck("events.detain", person.key) < detention * self.risk(person):
                self.detain(person)
            if person.sector == SECTOR["ngo_media"] and self.luck("more_events.lost_work", person.key) < closure:
                person.sector = SECTOR["none"]

    def detain(self, person: PlainPerson) -> None:
        """Detain a person, who may be charged, barred from leaving and held in custody (3.5)."""
        t, key = self.month, person.key
        person.detained = person.held = t
        self.tell(person, "detained")
        if self.luck("events.charge", key) < share_of(self.belarus.charges, self.belarus.detentions):
            self.tell(person, "charged")
            if self.luck("more_events.accused_ban", key) < self.belarus.ban_accused:
                person.exit_ban = t + int(self.code.accused_months)
            if self.luck("more_events.custody", key) < self.code.custody_charged:
                person.held = t + int(self.code.custody_months)

    # --- 3.6 conscript ------------------------------------------------------------------------------------------------

    def conscript(self) -> None:
        """Discharge, make liable, summon and draft (3.6)."""
        t = self.month
        summons = share_of(self.belarus.summoned, self.liable_men)
        draft = min(summons, share_of(self.belarus.drafted, self.liable_men))
        for man in self.people:
            age = t - man.birth
            if man.sex != SEX["male"] or man.place != HOME or age < 216:
                continue
            if man.conscription == CONSCRIPTION["serving"]:
                if man.serves_until < t:
                    man.conscription = CONSCRIPTION["served"]
                    self.tell(man, "discharged")
                continue
            if age >= 324:
                if man.conscription in (CONSCRIPTION["liable"], CONSCRIPTION["deferred"]):
                    man.conscription = CONSCRIPTION["never"]
                continue
            if man.conscription == CONSCRIPTION["never"] and age == 216:
                deferred = self.luck("more_events.deferral", man.key) < self.code.deferred_share
                man.conscription = CONSCRIPTION["deferred"] if deferred else CONSCRIPTION["liable"]
            if man.conscription == CONSCRIPTION["deferred"] and age >= 264:
                man.conscription = CONSCRIPTION["liable"]
            if man.conscription == CONSCRIPTION["liable"] and man.held < t:
                self.summon(man, summons, draft)

    def summon(self, man: PlainPerson, summons: float, draft: float) -> None:
        """Perhaps summon a liable man, then draft him or perhaps bar him from leaving (3.6)."""
        t, code = self.month, self.code
        u = self.luck("events.draft", man.key)
        if u >= summons:
            return
        self.tell(man, "summoned")
        if u < draft:
            higher = man.education == EDUCATION["higher"]
            man.conscription = CONSCRIPTION["serving"]
            man.serves_until = t + int(code.service_months_higher if higher else code.service_months)
            self.tell(man, "drafted")
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
        expected = np.zeros((SLOTS, N_CHANNELS))
        self.expected.append(expected)
        for unit in self.units:
            if not unit.may_decide(self.month):
                continue
            values, channels = self.destinations(unit, elsewhere=False)
            if not values:
                continue
            head, push = unit.head, self.push(unit)
            for p, share in self.chances(push, values).items():
                expected[p, channels[p]] += share * unit.size * self.one_in
            place = self.choice(head.key, push, values)
            if place is not None:
                head.plan = PLAN["queued"]
                head.plan_place = place
                head.plan_channel = channels[place]
                head.applied = self.month
                self.tell(head, "applied", "choice", (HOME, place, channels[place]))

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

    def choice(self, key: np.uint64, push: float, values: Mapping[int, float]) -> int | None:
        """Return the destination a unit commits to, or None if it stays (3.8)."""
        noise = self.noise_of_places(key)
        place = max(values, key=lambda p: values[p] + noise[p])
        leaving = self.lam * (values[place] + noise[place]) + self.noise_of_nest(key) + push
        return place if leaving > gumbel(self.luck("choice.stay_noise", key)) else None

    def noise_of_places(self, key: np.uint64) -> list[float]:
        """Return the noise `E_j` of the sixteen places (3.8)."""
        smallest = -log(self.luck("choice.best_noise", key)) / SLOTS
        noise = [-log(smallest - log(self.luck(f"slots_{j // 4}.slot_{j}", key))) for j in PLACES]
        noise[self.word("winner.slot", key) >> 28] = -log(smallest)
        return noise

    def noise_of_nest(self, key: np.uint64) -> float:
        """Return `Z`, the noise that all destinations share (3.8)."""
        lam = self.lam
        if lam == 1:
            return 0.0
        u = self.luck("choice.stable_angle", key)
        angle = (1 - lam) * log(sin((1 - lam) * math.pi * u)) + lam * log(sin(lam * math.pi * u))
        angle -= log(sin(math.pi * u if u < 0.5 else math.pi * (1 - u)))
        return angle + (1 - lam) * gumbel(self.luck("choice.stable_exponential", key))

    def chances(self, push: float, values: Mapping[int, float]) -> dict[int, float]:
        """Return `P(leave) * P(j | leave)` of each open destination j (3.8)."""
        top = max(values.values())  # taken off before `exp`, so that nothing overflows
        weights = {p: exp(value - top) for p, value in values.items()}
        total = 0.0  # not `sum`, which rounds floats differently from Python 3.12 on
        for weight in weights.values():
            total += weight
        leave = 1 / (1 + exp(-(push + self.lam * (top + log(total)))))
        return {p: leave * (weight / total) for p, weight in weights.items()}

    # --- 3.9 apply ----------------------------------------------------------------------------------------------------

    def plans(self, *standing: str) -> list[Unit]:
        """Return plans of some standing in order of month of application, luck of the queue and key (3.9)."""

        def position(unit: Unit) -> tuple[int, int, np.uint64]:
            head = unit.head
            return head.applied, self.word("application.queue_order", head.key, head.applied), head.key

        codes = [PLAN[name] for name in standing]
        return sorted((unit for unit in self.units if unit.head.plan in codes), key=position)

    def places_of_month(self) -> dict[tuple[int, int], float]:
        """Return the places left in each queue at the start of the month, in agents; infinite without a limit (3.9)."""
        left: dict[tuple[int, int], float] = {}
        for p in PLACES:
            for c in CHANNELS:
                left[p, c] = math.inf
                if not math.isinf(self.rules.capacity[p][c]):
                    u = self.luck("quota.rounding", np.uint64(2**62 + 64 * p + c), 0, self.trait_seed)
                    before = self.capacity_before[p, c]
                    after = self.capacity_before[p, c] = before + self.rules.capacity[p][c]
                    left[p, c] = math.floor(after / self.one_in + u) - math.floor(before / self.one_in + u)
                    left[p, c] += self.banked.get((p, c), 0)
        return left

    def apply(self) -> None:
        """Queue, capacity, processing, refusal and grant (3.9)."""
        t = self.month
        left = self.places_of_month()
        stopped: set[tuple[int, int]] = set()  # queues in which somebody did not fit
        for unit in self.plans("queued", "processing"):
            head = unit.head
            p, c = queue = head.plan_place, head.plan_channel
            if self.rules.offered[p][c] == 0 or self.admission(p, c, unit.groups(t)) == 0:
                self.end_plan(head, "blocked", "closed")
                continue
            if head.plan == PLAN["queued"]:
                if queue in stopped or left[queue] < unit.size:
                    stopped.add(queue)
                    if t - head.applied >= int(self.code.patience):
                        self.end_plan(head, "refused", "quota")
                    continue
                left[queue] -= unit.size
                head.plan = PLAN["processing"]
                u = self.luck("application.rounding", head.key, head.applied)
                head.due = t + math.floor(self.rules.months[p][c] + u)
            if head.due <= t:
                if self.luck("application.approval", head.key, head.applied) >= self.rules.approval[p][c]:
                    self.turn_down(unit)
                else:
                    head.plan = PLAN["granted"]
                    head.due = t
                    self.tell(head, "granted", "none", (HOME, p, c))
        self.banked = {queue: int(left[queue]) for queue in stopped}

    def turn_down(self, unit: Unit) -> None:
        """Refuse the head, or catch everyone of the unit on an irregular crossing (3.9)."""
        head = unit.head
        if head.plan_channel == CHANNEL["irregular"]:
            head.plan = PLAN["none"]
            for person in unit.people:
                self.tell(person, "caught", "refusal", (HOME, head.plan_place, head.plan_channel))
        else:
            self.end_plan(head, "refused", "refusal")

    def end_plan(self, head: PlainPerson, kind: str, reason: str) -> None:
        """End a plan with an event of the head (3.9, 3.10)."""
        head.plan = PLAN["none"]
        self.tell(head, kind, reason, (HOME, head.plan_place, head.plan_channel))

    # --- 3.10 depart --------------------------------------------------------------------------------------------------

    def depart(self) -> None:
        """Units leave on a grant, or wait, or lose it (3.10)."""
        for unit in self.plans("granted"):
            reason = self.obstacle(unit)
            if reason is None:
                self.leave(unit)
            elif self.month - unit.head.due >= int(self.code.grant_months):
                self.end_plan(unit.head, "blocked", reason)

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
        return "funds" if unit.money() < self.price(unit, p, c, self.fare(p, c, groups)) else None

    def leave(self, unit: Unit) -> None:
        """The whole unit pays and leaves (3.10)."""
        head = unit.head
        p, c = head.plan_place, head.plan_channel
        bill = self.fare(p, c, unit.groups(self.month)) * unit.size + self.rules.fee[p][c] * len(unit.adults)
        for adult in unit.adults:
            savings = float(adult.savings)
            paid = min(bill, savings)
            adult.savings = np.float32(savings - paid)
            bill -= paid
        head.plan = PLAN["none"]
        unit.circle.abroad += unit.size
        self.arrive(unit, p, c, "departed")

    def arrive(self, unit: Unit, p: int, c: int, kind: str) -> None:
        """Settle everyone of a unit in p by channel c, with an event each (3.10, 3.12)."""
        for person in unit.people:
            self.tell(person, kind, "choice", (person.place, p, c))
            self.live(person, p, "settled", self.law.first_status[p][c], self.month + self.stay(p, c))
            person.channel = c

    def live(self, person: PlainPerson, place: int, mode: str, status: int, expiry: int) -> None:
        """Write where, how and by what right a person lives from this month on (3.10, 3.12)."""
        person.place = place
        person.mode = MODE[mode]
        person.status = status
        person.since = self.month
        person.expiry = expiry

    def stay(self, p: int, c: int) -> int:
        """Return the whole months of a first or visa-free stay (3.10, 3.11)."""
        return math.floor(min(self.rules.stay[p][c], LONGEST_STAY))

    # --- 3.11 settle --------------------------------------------------------------------------------------------------

    def settled_before(self) -> list[Unit]:
        """Return the units settled since before this month (3.11)."""
        return [unit for unit in self.units if unit.head.mode == MODE["settled"] and unit.head.since < self.month]

    def settle(self) -> None:
        """Asylum decisions, permits, renewals and loss of status (3.11)."""
        t = self.month
        for unit in self.settled_before():
            head = unit.head
            asylum = head.status == STATUS["asylum_seeker"]
            if asylum:
                decided = t - head.since >= int(self.code.asylum_months)
            else:
                decided = head.status not in (STATUS["protected"], STATUS["irregular"]) and head.expiry < t
            if not decided:
                continue
            if head.passport < t and self.belarus.passport_abroad > 0.5:
                head.passport = t + int(self.code.passport_months)
            if not asylum:
                self.renew(unit)
            elif self.luck("settle.renewal", head.key) < self.rules.renewal[head.place][head.channel]:
                self.change_status(unit, "protected", NEVER, "permit", "none")
            else:
                self.change_status(unit, "irregular", NEVER, "lost", "refusal")

    def renew(self, unit: Unit) -> None:
        """Renew a status that has ended, or lose it (3.11)."""
        t, head = self.month, unit.head
        p, c = head.place, head.channel
        instrument = {STATUS["visa_free"]: "visa_free", STATUS["permit"]: "renewal"}.get(head.status, "permit")
        chance = self.rules.renewal[p][c] * self.open_share(p, INSTRUMENT[instrument], c, unit.groups(t))
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
            self.tell(person, kind, reason, (person.place, person.place, person.channel))

    # --- 3.12 move_on -------------------------------------------------------------------------------------------------

    def move_on(self) -> None:
        """Returns and onward moves, then pendular work (3.12)."""
        code = self.code
        by_status = {
            STATUS["asylum_seeker"]: 0.0,
            STATUS["visa_free"]: code.onward_visa_free,
            STATUS["irregular"]: code.onward_irregular,
        }
        for unit in self.settled_before():
            head = unit.head
            back = code.return_ * (code.return_persecuted if head.persecuted() else 1)
            back *= code.return_irregular if head.status == STATUS["irregular"] else 1
            onward = max(by_status.get(head.status, code.onward), self.places.unsafe[head.place] * code.onward_unsafe)
            if self.luck("settle.return_home", head.key) < min(1, back):
                self.return_home(unit)
            elif self.luck("settle.onward", head.key) < onward:
                self.go_onward(unit)
        self.pendular()

    def return_home(self, unit: Unit) -> None:
        """The whole unit returns; the persecuted may be arrested (3.12)."""
        for person in unit.people:
            journey = person.place, HOME, person.channel
            self.tell(person, "returned", "choice", journey)
            self.live(person, HOME, "home", STATUS["home"], NEVER)
            person.channel = CHANNEL["none"]
            if person.persecuted() and self.luck("events.return_risk", person.key) < self.belarus.arrest_on_return:
                person.detained = person.held = self.month
                self.tell(person, "arrested_on_return", "none", journey)
        unit.circle.abroad -= unit.size

    def go_onward(self, unit: Unit) -> None:
        """The unit moves to the best other destination, if one is open (3.12)."""
        key = unit.head.key
        values, channels = self.destinations(unit, elsewhere=True)
        if values:
            noisy = {p: value + gumbel(self.luck(f"onward_{p // 4}.slot_{p}", key)) for p, value in values.items()}
            place = max(noisy, key=lambda p: noisy[p])
            self.arrive(unit, place, channels[place], "onward")

    def pendular(self) -> None:
        """Pendular departures and returns (3.12)."""
        t = self.month
        drivers = self.pendular_line(BIT["driver"])
        others = self.pendular_line(0)
        for unit in self.units:
            for person in unit.people:
                free = person.place == HOME and person.may_exit(t) and unit.head.plan == PLAN["none"]
                if person.mode == MODE["pendular"]:
                    if person.expiry < t:
                        self.tell(person, "pendular_back", "none", (person.place, HOME, CHANNEL["none"]))
                        self.live(person, HOME, "home", STATUS["home"], NEVER)
                elif free and person.sector in PENDULAR_SECTORS and t - person.birth >= 216:
                    self.go_pendular(person, drivers if person.sector == SECTOR["transport"] else others)

    def pendular_line(self, groups: int) -> list[tuple[float, int]]:
        """Return the places of pendular work, stacked on the line from 0: upper end and place (3.12)."""
        angle = math.pi * (self.month % 12 - 1) / 6
        if angle > math.pi:
            angle -= 2 * math.pi
        season = 1 + self.code.pendular_season * sin(angle)
        line: list[tuple[float, int]] = []
        end = 0.0
        for p in PLACES:
            if p != HOME and self.pendular_workers > 0:
                travel = self.travel(p, CHANNEL["work"], groups)
                end += self.places.pendular[p] * travel * season / self.pendular_workers
                line.append((end, p))
        return line

    def go_pendular(self, person: PlainPerson, line: list[tuple[float, int]]) -> None:
        """Leave for the place into which the person's luck falls, if any (3.12)."""
        u = self.luck("pendular.leave", person.key)
        for end, p in line:
            if u < end:
                luck = self.luck("pendular.months", person.key)
                months = 3 + math.floor(luck * (2 * int(self.code.pendular_months) - 5))
                self.live(person, p, "pendular", STATUS["pendular"], self.month + months - 1)
                self.tell(person, "pendular_out", "choice", (HOME, p, CHANNEL["work"]))
                return

    # --- 3.13 markets -------------------------------------------------------------------------------------------------

    def count_settled(self) -> Counter[int]:
        """Return the agents of mode settled by place (3.13)."""
        return Counter(person.place for person in self.people if person.mode == MODE["settled"])

    def markets(self) -> None:
        """Count the settled residents by destination, in persons; none in Belarus (3.13)."""
        settled = self.count_settled()
        self.residents = np.zeros(SLOTS)
        for p in PLACES:
            if p != HOME:
                gained = self.one_in * (settled[p] - self.settled_at_start[p])
                self.residents[p] = max(0.0, self.world.places["diaspora"][0, p] + gained)

    # --- 3.14 record --------------------------------------------------------------------------------------------------

    def record(self) -> None:
        """Count agents by place and status at the end of the month (3.14)."""
        stock = np.zeros((SLOTS, N_STATUSES), np.int64)
        for person in self.people:
            stock[person.place, person.status] += 1
        self.stocks.append(stock)

    def closed_to_all(self, t: int, p: int, c: int) -> bool:
        """Nothing is offered in month t, or an instrument that is needed is open to nobody (3.14)."""
        needed = [i for i in (self.law.entry[p][c], self.law.residence[p][c]) if i != NO_INSTRUMENT]
        shut = any(max(self.world.openness[t, p, instrument]) == 0 for instrument in needed)
        return shut or self.world.rules["offered"][t, p, c] == 0

    def expected_departures(self) -> NDArray[np.float64]:
        """Return the persons expected to depart, float64[months run so far, places, channels] (3.14).

        A fluid queue fed by the expected commitments; what is decided after the months run so far is beyond the run.
        """
        departures = np.zeros((self.month, SLOTS, N_CHANNELS))
        rules = self.world.rules
        for p, existing in self.lawful.items():
            for c in existing:
                closed = [self.closed_to_all(t, p, c) for t in range(self.month)]
                waiting = 0.0
                for t in range(self.month):
                    waiting = 0.0 if closed[t] else waiting + self.expected[t][p, c]
                    admitted = min(waiting, rules["capacity"][t, p, c])
                    waiting -= admitted
                    part, whole = math.modf(rules["months"][t, p, c])
                    for decided, share in ((t + int(whole), 1 - part), (t + int(whole) + 1, part)):
                        if decided < self.month and not any(closed[t : decided + 1]):
                            departures[decided, p, c] += admitted * share * rules["approval"][decided, p, c]
        return departures

"""1.2, 3.1 and 3.2: the people, their luck and the world they live in."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import mesa
import numpy as np
from numpy.typing import NDArray

from sim.numerics.codes import CONSCRIPTION, EVENT, MOTIVE, REASON, SECTOR, SEX
from sim.numerics.luck import PURPOSE, WORDS, words
from sim.population.schema import SCHEMA

from .basics import AT_HOME, CHANNELS, HOME, NORMAL, PENDULAR_SECTORS, PLACES, fields, travelling, values
from .borders import Borders
from .entities import Circle, PlainPerson, Unit

WORD = {
    f"{purpose}.{word}": (PURPOSE[purpose], number)
    for purpose, named in WORDS.items()
    for number, word in enumerate(named)
}
"""Number of the purpose, and place among its four words, of `purpose.word` (3.1)."""
drawn = lru_cache(maxsize=1000)(words)
"""The four words of a draw, of which one is mostly asked for after the other."""


class Base(mesa.Model):
    """People, luck and dated parameters; the processes follow section by section."""

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
        rates: Any,
        employers: Sequence[int] = (0,),
        decision: str = "destination_nest",
    ) -> None:
        """Build the people of the table (1.2) and take the reference counts (3.2).

        `table` maps each column to its array and is not changed. `circle_start`, int[circles + 1], is the first row of
        each circle. One agent stands for `one_in` persons. `world` has the arrays of 3.2 as attributes, `coefficients`
        the values of `conf/behaviour.yaml`. `lam` is the run's dissimilarity, `lambda` of the page. `rates` are
        the arrays of 3.4a as attributes. `employers` gives the sector of each employer number; 0 is none. `decision`
        names the rule of 3.8a.
        """
        super().__init__(rng=luck_seed)
        self.month = 0
        self.one_in = int(one_in)
        self.world = world
        self.code = values(coefficients)
        self.place_constants = [float(value) for value in place_constants]
        self.channel_constants = [float(value) for value in channel_constants]
        self.luck_seed = int(luck_seed)
        self.trait_seed = int(trait_seed)
        self.lam = float(lam)
        self.rates = rates
        self.employers = [int(sector) for sector in employers]
        self.decision = decision
        self.law = fields(world.law)
        self.lawful = {p: [c for c in CHANNELS if self.law.exists[p][c]] for p in PLACES}

        self.events: list[tuple[int, ...]] = []  # month, key, kind, origin, place, channel, reason, detail
        self.expected: list[dict[int, NDArray[np.float64]]] = []  # by lot (3.14)
        self.ways: dict[tuple[int, int, int, int], float] = {}
        self.sought: list[dict[tuple[int, int, int], list[float]]] = []  # offers needed, persons: place, pool, lot
        self.followers: list[NDArray[np.float64]] = []
        self.claims: list[NDArray[np.float64]] = []
        self.harms: list[dict[str, float]] = []
        self.stocks: list[NDArray[np.int64]] = []
        self.employer_moves: dict[int, tuple[int, int]] = {}  # place and month of an employer's last move (3.4)
        self.capacity_before: dict[tuple[int, int], float] = defaultdict(float)  # C(t) of 3.9, by place and channel
        self.offers_before: dict[tuple[int, int], float] = defaultdict(float)  # the same of offers, by place and sector
        self.banked: dict[tuple[int, int], int] = {}  # places kept from last month (3.9)
        self.arrived: dict[int, int] = defaultdict(int)  # people who arrive this month, by place (3.13)
        self.arrivals: list[dict[int, int]] = []  # the same of each month that is over
        self.approvals: list[list[list[float]]] = []  # of each month that is over, as the markets left them
        self.rent_multiple = [1.0 for _ in PLACES]  # what the markets make of a month's rent and approvals (3.13)
        self.approval_multiple = [1.0 for _ in PLACES]

        self.create_people(table, circle_start)
        self.count_reference()
        self.settled_at_start = self.count_settled()
        at_start = world.places["diaspora"][0].tolist()
        self.residents = [0.0 if p == HOME else max(0.0, float(at_start[p])) for p in PLACES]  # S of 3.4

    def create_people(self, table: Mapping[str, NDArray[Any]], circle_start: NDArray[Any]) -> None:
        """Make the persons, circles and units of the table (1.2, 1.4)."""
        columns = {name: np.asarray(array).tolist() for name, array in table.items()}
        columns["key"] = [np.uint64(key) for key in columns["key"]]
        columns["savings"] = [np.float32(value) for value in columns["savings"]]
        rows = zip(*columns.values(), strict=True)
        self.people = [PlainPerson(self, dict(zip(columns, row, strict=True))) for row in rows]
        for row, person in enumerate(self.people):
            person.row = row

        self.circles: list[Circle] = []
        self.units: list[Unit] = []
        bounds = [int(row) for row in circle_start]
        for first, end in zip(bounds[:-1], bounds[1:], strict=True):
            circle = Circle(self.people[first:end])
            self.circles.append(circle)
            for head in [person for person in self.people[first:end] if person.member == 0]:
                within = self.people[head.row : head.row + head.reach + 1]
                unit = Unit([person for person in within if person.row - person.behind == head.row], circle)
                self.give_tastes(unit)
                self.units.append(unit)

    def give_tastes(self, unit: Unit) -> None:
        """Give a unit the fixed tastes of its head (3.4)."""
        unit.country_taste = self.tastes(unit.head.key, "taste", self.code.spread_country)

    def tastes(self, key: np.uint64, purpose: str, spread: float) -> list[float]:
        """Return the fixed tastes of a head, lowest byte of the first word first, sixteen a draw (3.4)."""
        eight = [word for draw in (0, 1) for word in words(key, 0, PURPOSE[purpose], draw, self.trait_seed)]
        return [spread * NORMAL[byte] for word in eight for byte in int(word).to_bytes(4, "little")]

    def table(self) -> dict[str, NDArray[Any]]:
        """Return all columns as they are now, in row order, with the dtypes of the schema (1.4)."""
        return {
            column.name: np.array([getattr(person, column.name) for person in self.people], column.dtype)
            for column in SCHEMA
        }

    def tell(
        self,
        person: PlainPerson,
        kind: str,
        reason: str = "none",
        journey: tuple[int, ...] = AT_HOME,
        motive: str = "none",
    ) -> None:
        """Log an event of a person this month (2, Observation); a journey is origin, place and channel."""
        self.events.append((self.month, int(person.key), EVENT[kind], *journey, REASON[reason], MOTIVE[motive]))

    # --- 3.1 Luck -----------------------------------------------------------------------------------------------------

    def word(self, name: str, key: np.uint64, month: int | None = None, seed: int | None = None, draw: int = 0) -> int:
        """Return the word `purpose.word` of a key, of this month and replicate unless others are given (3.1)."""
        purpose, number = WORD[name]
        month = self.month if month is None else month
        return drawn(key, month, purpose, draw, self.luck_seed if seed is None else seed)[number]

    def luck(
        self, name: str, key: np.uint64, month: int | None = None, seed: int | None = None, draw: int = 0
    ) -> float:
        """Return `U[purpose.word](key)` of the page, strictly between 0 and 1 (3.1)."""
        return (self.word(name, key, month, seed, draw) + 0.5) / 2**32

    def luck_of_place(self, purposes: str, p: int, key: np.uint64) -> float:
        """Return the number of place p among the words of four purposes (3.8)."""
        return self.luck(f"{purposes}_{p % 16 // 4}.slot_{p % 16}", key, draw=p // 16)

    # --- 3.2 Dated parameters -----------------------------------------------------------------------------------------

    def count_reference(self) -> None:
        """Count the residents of Belarus once, in persons (3.2)."""
        self.workers: dict[int, int] = defaultdict(int)
        self.exposed: dict[int, float] = defaultdict(float)
        self.applicants = 0.0  # A
        self.travellers = 0  # J
        self.pendular_workers = 0  # P
        self.soldiers = 0  # D
        self.fighters = 0  # F
        for person in self.people:
            if person.settled() or not person.lives():
                continue
            man = person.sex == SEX["male"]
            self.workers[self.pool(person.sector)] += self.one_in if person.sector != SECTOR["child"] else 0
            if person.birth <= -192:
                self.exposed[person.exposure] += self.one_in * (1 if man else self.code.detained_women)
            if person.birth <= -216:
                self.applicants += self.one_in * travelling(person, 0)
                if person.birth > -720:
                    self.travellers += self.one_in
            if person.sector in PENDULAR_SECTORS:
                self.pendular_workers += self.one_in
            if man and person.conscription == CONSCRIPTION["serving"]:
                self.soldiers += self.one_in
            elif person.may_volunteer(0):
                self.fighters += self.one_in

    def pool(self, sector: int) -> int:
        """Return the sector on whose offers of work the workers of a sector draw (3.2)."""
        own = [SECTOR[name] for name in ("transport", "construction", "industry", "it")]
        return sector if sector in own else SECTOR["other"]

    def count_settled(self) -> Counter[int]:
        """Return the agents of mode settled by place (3.13)."""
        return Counter(person.place for person in self.people if person.settled())

    def read_month(self) -> None:
        """Read the dated parameters of the month, with what the markets made of rents and approvals (3.2, 3.13)."""
        t = self.month
        self.rules = fields(self.world.rules[t])
        self.places = fields(self.world.places[t])
        self.belarus = fields(self.world.belarus[t])
        self.demand = self.world.demand[t].tolist()
        self.risk = self.world.risk[t].tolist()
        for p in PLACES:
            self.places.rent[p] *= self.rent_multiple[p]
            self.rules.approval[p] = [approval * self.approval_multiple[p] for approval in self.rules.approval[p]]
        self.now = Borders(self.world.openness[t].tolist(), self.law, self.places)
        self.later = Borders(self.world.outlook[t].tolist(), self.law, self.places)
        self.announced = self.now.shares != self.later.shares  # a closure or an opening lies ahead

    def threat(self, head: PlainPerson) -> bool:
        """One of those whom a screening is meant to find (3.9)."""
        return self.luck("security.threat", head.key, 0, self.trait_seed) < self.code.threat_share

    def screened_out(self, head: PlainPerson, luck: str, month: int, p: int) -> bool:
        """Screening by place p finds the head, rightly or not (3.9, 3.11)."""
        chance = self.places.screening_true[p] if self.threat(head) else self.places.screening_false[p]
        return self.luck(luck, head.key, month) < chance

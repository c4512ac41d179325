"""3.4a: who is born, who dies, who comes of age; work and education of the young."""

from typing import NamedTuple

import numpy as np

from sim.numerics.codes import CHANNEL, LEAD, LOCALITY, MODE, PLAN, REGION, STATUS
from sim.numerics.luck import PURPOSE, words
from sim.numerics.months import LONG_AGO, NEVER

from .basics import HOME
from .entities import NOWHERE, PlainPerson, Unit
from .offers import Offers

MONTHS_OF_CLASSES = (216, 240, 264, 300)
OLDEST = 110
MINSK, TOWN, VILLAGE, ABROAD = range(4)
INHERITED = ("plan", "plan_place", "plan_channel", "applied", "due", "aspires", "lead")


class Circumstances(NamedTuple):
    """What rates go by: calendar year, at home (0) or abroad (1), completed age."""

    year: int
    abroad: int
    age: int


class Lives(Offers):
    """Births, deaths and coming of age (3.4a)."""

    def ageing(self) -> None:
        """Children are born; then everyone who lives may die, come of age and enter another class (3.4a)."""
        for person in self.people:
            if person.birth == self.month and not person.lives():
                self.perhaps_born(person)
        for person in [person for person in self.people if person.lives()]:
            age, at = self.month - person.birth, self.circumstances(person)
            if self.luck("ageing.death", person.key) < self.rates.deaths[at.year][at.abroad][person.sex][at.age]:
                self.die(person)
                continue
            if age == 216 or (216 <= age <= 300 and person.member >= 2):
                self.come_of_age(person)
            if age in MONTHS_OF_CLASSES:
                self.enter_class(person, MONTHS_OF_CLASSES.index(age))

    def circumstances(self, person: PlainPerson) -> Circumstances:
        """What a person's rates go by this month (3.4a)."""
        year = min(self.month // 12, len(self.rates.deaths) - 1)
        return Circumstances(year, int(person.settled()), min((self.month - person.birth) // 12, OLDEST))

    def perhaps_born(self, child: PlainPerson) -> None:
        """A child is born to a mother who lives, by chance (3.4a, Birth)."""
        mother = self.people[child.row - child.mother]
        if child.mother == 0 or not mother.lives():
            return
        at = self.circumstances(mother)
        most = self.rates.most[at.age]
        if most == 0 or self.luck("ageing.birth", child.key) >= self.rates.births[at.year][at.abroad][at.age] / most:
            return
        child.member = 2
        child.since = self.month
        child.mode = MODE["home"]
        if mother.settled():
            for name in ("place", "mode", "status", "channel", "expiry"):
                setattr(child, name, getattr(mother, name))
            child.passport = self.month + int(self.code.passport_months)
            child.left = self.month
            mother.unit.circle.abroad += 1
        unit = mother.unit
        unit.people = sorted([*unit.people, child], key=lambda person: person.row)
        unit.number()
        self.tell_here(child, "born")

    def die(self, person: PlainPerson) -> None:
        """A person dies; the next of the unit heads it, if it was the head (3.4a, Death)."""
        self.tell_here(person, "died")
        unit = person.unit
        unit.circle.abroad -= int(person.settled())
        unit.people = [other for other in unit.people if other is not person]
        if not unit.people:
            self.units.remove(unit)
        elif person.member == 0:
            for name in INHERITED:
                setattr(unit.head, name, getattr(person, name))
            if unit.head.lead == LEAD["ahead"]:
                unit.head.lead = LEAD["together"]
            unit.head.member = 0
            self.give_tastes(unit)
            self.tell_here(unit.head, "succeeded")
        unit.number()
        person.unit = None
        person.member = person.behind = NOWHERE
        person.unit_size = 0
        person.mode = MODE["nowhere"]
        person.place = HOME
        person.status = STATUS["home"]
        person.channel = CHANNEL["none"]
        person.since = self.month
        person.expiry = NEVER
        person.job = 0
        person.plan = PLAN["none"]
        person.lead = LEAD["together"]

    def come_of_age(self, person: PlainPerson) -> None:
        """Who turns 18 becomes the head of a unit, with children of their own (3.4a, Coming of age)."""
        old = person.unit
        if person is not old.head:
            own = [one for one in old.people if one is person or (one.mother and one.row - one.mother == person.row)]
            old.people = [one for one in old.people if one not in own]
            old.number()
            person.member = 0
            person.plan = PLAN["none"]
            person.lead = LEAD["together"]
            person.due = person.aspires = LONG_AGO
            unit = Unit(own, old.circle)
            unit.number()
            self.give_tastes(unit)
            self.units.append(unit)
        self.tell_here(person, "came_of_age")

    def enter_class(self, person: PlainPerson, k: int) -> None:
        """Education, work and means of another class (3.4a, Another class)."""
        zone, rates = self.zone(person), self.rates
        before, now = rates.education[zone][k], rates.education[zone][k + 1]
        was = person.education
        if not was and self.luck("new_class.education", person.key) * (1 - before) < now - before:
            person.education = 1
        shares = rates.work[zone][k][person.sex][was]
        later = rates.work[zone][k + 1][person.sex][person.education]
        keep = self.luck("new_class.keep_work", person.key) * shares[person.sector] < later[person.sector]
        if not (shares[person.sector] > 0 and keep):
            gains = [max(0.0, b - a) for a, b in zip(shares, later, strict=True)]
            total = 0.0
            for gain in gains:
                total += gain
            left = self.luck("new_class.new_work", person.key) * total
            for sector, gain in enumerate(gains):
                if gain > 0:
                    person.sector = sector
                    left -= gain
                    if left < 0:
                        break
        four = words(person.key, 0, PURPOSE["trait_c"], 0, self.trait_seed)
        luck = b"".join(int(word).to_bytes(4, "little") for word in four)
        mean = rates.income[person.region][person.sector][person.sex][person.education]
        person.income = float(np.float32(mean * rates.wage_spread[luck[6]]))
        if k == 0 and person.settled():
            person.savings = np.float32(self.usual_savings(person))

    def zone(self, person: PlainPerson) -> int:
        """Zone of the registered home (3.4a)."""
        if person.region == REGION["abroad"]:
            return ABROAD
        if person.region == REGION["minsk_city"]:
            return MINSK
        return VILLAGE if person.locality == LOCALITY["rural"] else TOWN

    def tell_here(self, person: PlainPerson, kind: str) -> None:
        """Log an event of a person where they live (3.4a)."""
        place = person.place if person.settled() else HOME
        self.tell(person, kind, "none", (place, place, person.channel))

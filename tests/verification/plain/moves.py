"""3.12 and 3.12a: returns, onward moves, families that follow, and pendular work."""

import math
from collections.abc import Sequence

import numpy as np

from sim.numerics.arithmetic import exp, sin
from sim.numerics.codes import CHANNEL, LEAD, MODE, N_PLACES, PLAN, SECTOR, STATUS
from sim.numerics.months import NEVER

from .abroad import Abroad
from .basics import BIT, DESTINATIONS, HOME, PENDULAR_SECTORS, gumbel
from .entities import PlainPerson, Unit
from .offers import FROM_ELSEWHERE


class Moves(Abroad):
    """Moves of those who are abroad, and short work abroad (3.12)."""

    def move_on(self) -> None:
        """A party returns, or moves onward, or is followed by the family; then pendular work (3.12, 3.12a)."""
        self.followers.append(np.zeros(N_PLACES))
        for unit in self.settled_before():
            head, party = unit.head, unit.party()
            back = self.chance_of_return(unit, party)
            self.harm(
                "arrested_on_return", back * self.belarus.arrest_on_return * sum(one.persecuted() for one in party)
            )
            if self.luck("settle.return_home", head.key) < back:
                self.return_home(unit, party)
            elif self.luck("settle.onward", head.key) < self.chance_of_onward(head):
                self.go_onward(unit, party)
            else:
                self.follow(unit)
        self.pendular()

    def chance_of_return(self, unit: Unit, party: Sequence[PlainPerson]) -> float:
        """Return the chance that a party returns this month (3.12)."""
        code, head = self.code, unit.head
        chance = code.return_ * self.belarus.return_pull * self.rooted(head)
        hunted = max((self.danger_of(adult) for adult in unit.adults_among(party)), default=0.0)
        chance *= 1 - hunted * (1 - code.return_persecuted)
        if head.status == STATUS["irregular"]:
            chance *= code.return_irregular
        if self.destitute(unit, party):
            chance *= code.return_destitute
        if any(adult.liable() for adult in unit.adults_among(party)):
            chance *= code.return_liable
        return min(1.0, chance)

    def rooted(self, head: PlainPerson) -> float:
        """How much rarer moves are after the months in a country (3.12)."""
        return float(exp(-self.code.rooting * (self.month - head.since) / 12))

    def return_home(self, unit: Unit, party: Sequence[PlainPerson]) -> None:
        """The whole party returns; the persecuted may be arrested (3.12)."""
        for person in party:
            journey = person.place, HOME, person.channel
            self.tell(person, "returned", "choice", journey)
            self.live(person, HOME, "home", STATUS["home"], NEVER)
            person.channel = CHANNEL["none"]
            person.job = 0
            person.saved_at = self.month
            if person.persecuted() and self.luck("events.return_risk", person.key) < self.belarus.arrest_on_return:
                person.detained = person.held = self.month
                self.tell(person, "arrested_on_return", "none", journey)
                unit.circle.memory += unit.circle.share(1)
        unit.head.lead = LEAD["together"]
        unit.circle.abroad -= len(party)

    def chance_of_onward(self, head: PlainPerson) -> float:
        """Return the chance that a party looks for another destination this month (3.12)."""
        code = self.code
        by_status = {
            STATUS["asylum_seeker"]: 0.0,
            STATUS["citizen"]: 0.0,
            STATUS["visa_free"]: code.onward_visa_free,
            STATUS["irregular"]: code.onward_irregular,
        }
        by_war = self.places.unsafe[head.place] * code.onward_unsafe
        return max(by_status.get(head.status, code.onward * self.rooted(head)), by_war)

    def go_onward(self, unit: Unit, party: Sequence[PlainPerson]) -> None:
        """The party moves to the best other destination, if one is open (3.12)."""
        key = unit.head.key
        offers = self.destinations(unit, FROM_ELSEWHERE, party)
        if offers:
            worth = {p: offer.value + gumbel(self.luck_of_place("onward", p, key)) for p, offer in offers.items()}
            place = max(worth, key=lambda p: worth[p])
            adults, c = unit.adults_among(party), self.draw_door(key, offers[place]).channel
            fares = self.onward_fare(unit.head.place, place) * len(party)
            self.pay(adults, fares + self.rules.fee[place][c] * len(adults))
            for person in party:
                self.arrive(unit, person, place, c, "onward", "choice")

    # --- the family follows -------------------------------------------------------------------------------------------

    def follow(self, unit: Unit) -> None:
        """The family of a head who went ahead may follow (3.12)."""
        head = unit.head
        p, c = head.place, CHANNEL["family"]
        ready = (
            head.lead == LEAD["ahead"]
            and self.month - head.since >= int(self.code.follow_months)
            and head.status not in (STATUS["irregular"], STATUS["asylum_seeker"])
            and self.law.exists[p][c]
        )
        if not ready:
            return
        family = [person for person in unit.people if not person.settled()]
        if self.can_follow(unit, family, p, c):
            groups = unit.groups(self.month)
            passable = min(self.now.admission(p, c, groups), self.now.travel(p, c, groups))
            self.followers[-1][p] += self.code.follow * passable * len(family) * self.one_in
            willing = self.luck("follow.go", head.key) < self.code.follow
            if willing and self.luck("follow.travel", head.key) < passable:
                self.travel_and_settle(unit, family, p, c, "family")
                head.lead = LEAD["together"]

    def can_follow(self, unit: Unit, family: Sequence[PlainPerson], p: int, c: int) -> bool:
        """The family is free to leave and has the money (3.12)."""
        if not all(person.may_exit(self.month) for person in family):
            return False
        return self.money_of(unit.adults) >= self.departure_cost(unit, family, p, c)

    # --- pendular work ------------------------------------------------------------------------------------------------

    def pendular(self) -> None:
        """Pendular departures and returns (3.12a)."""
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
        """Return the places of pendular work, stacked on the line from 0: upper end and place (3.12a)."""
        angle = math.pi * (self.month % 12 - 1) / 6
        if angle > math.pi:
            angle -= 2 * math.pi
        season = 1 + self.code.pendular_season * sin(angle)
        line: list[tuple[float, int]] = []
        end = 0.0
        for p in DESTINATIONS:
            if self.pendular_workers > 0:
                travel = self.now.travel(p, CHANNEL["work"], groups)
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

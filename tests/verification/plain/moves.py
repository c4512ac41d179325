"""3.12 and 3.12a: returns, onward moves, families that follow, and pendular work."""

import math
from collections.abc import Sequence

import numpy as np

from sim.numerics.arithmetic import exp, log, sin
from sim.numerics.codes import CHANNEL, LEAD, N_CHANNELS, N_PLACES, PLAN, SECTOR, SLOTS, STATUS
from sim.numerics.months import NEVER

from .abroad import Abroad
from .basics import BIT, DESTINATIONS, HOME, PENDULAR_SECTORS, gumbel
from .entities import PlainPerson, Unit
from .offers import FROM_ELSEWHERE, Door, Offer


class Moves(Abroad):
    """Moves of those who are abroad, and short work abroad (3.12)."""

    def move_on(self) -> None:
        """A party returns, or moves onward, or is followed by the family; then pendular work (3.12, 3.12a)."""
        self.followers.append(np.zeros((N_PLACES, N_CHANNELS)))
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
        chance = code.return_ * self.belarus.return_pull * self.rooted(head.left)
        hunted = max((self.danger_of(adult) for adult in unit.adults_among(party)), default=0.0)
        chance *= 1 - hunted * (1 - code.return_persecuted)
        if head.status == STATUS["irregular"]:
            chance *= code.return_irregular
        if self.destitute(unit, party):
            chance *= code.return_destitute
        if any(adult.liable() for adult in unit.adults_among(party)):
            chance *= code.return_liable
        return min(1.0, chance)

    def rooted(self, begun: int) -> float:
        """How much rarer moves are after the months since some month (3.12)."""
        return float(exp(-self.code.rooting * (self.month - begun) / 12))

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
        settled = self.rooted(head.since)
        by_war = self.places.unsafe[head.place] * code.onward_unsafe * settled
        return max(by_status.get(head.status, code.onward * settled), by_war)

    def go_onward(self, unit: Unit, party: Sequence[PlainPerson]) -> None:
        """The party moves to the best other destination, if one is open; from a war to a refuge, if one is (3.12)."""
        key = unit.head.key
        at_war = self.places.unsafe[unit.head.place] > 0
        refuges = self.refuges(unit) if at_war else {}
        offers = refuges or self.destinations(unit, FROM_ELSEWHERE, party)
        if offers:
            noise = [gumbel(self.luck_of_place("onward", p, key)) for p in range(SLOTS)]
            if refuges:
                place = max(offers, key=lambda p: offers[p].value + noise[p])
                c = offers[place].doors[0].channel
            else:
                place, door, _ = self.favourite(key, noise, offers)
                c = door.channel
            adults = unit.adults_among(party)
            fares = self.onward_fare(unit.head.place, place) * len(party)
            self.pay(adults, fares if refuges else fares + self.rules.fee[place][c] * len(adults))
            for person in party:
                self.arrive(unit, person, place, c, "onward", "refuge" if refuges else "choice")
                if refuges:
                    person.status, person.expiry = STATUS["temporary_protection"], NEVER

    def refuges(self, unit: Unit) -> dict[int, Offer]:
        """Return the places that let in who flees from the war where the unit is (3.12)."""
        head, offers = unit.head, {}
        here, groups = head.place, unit.groups(self.month)
        for p in DESTINATIONS:
            by_land = self.places.by_land[here] and self.places.by_land[p]
            way = self.world.between[here][p]
            if p != here and by_land and self.places.refuge[p] > 0:
                value = self.value_of_living(p, head.sector, groups) + log(self.places.refuge[p])
                value += unit.country_taste[p] + (self.code.kin if p == head.kin else 0.0)
                value += self.code.distance * log(way / self.places.distance[p])
                offers[p] = Offer(value, [Door(CHANNEL["asylum"], value, False)], 0.0)
        return offers

    # --- the family follows -------------------------------------------------------------------------------------------

    def follow(self, unit: Unit) -> None:
        """The family of a head who went ahead may follow (3.12)."""
        head = unit.head
        p = head.place
        c = CHANNEL["family"] if self.law.exists[p][CHANNEL["family"]] else CHANNEL["visa_free"]
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
            self.followers[-1][p, c] += self.code.follow * passable * len(family) * self.one_in
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
                if person.status == STATUS["pendular"]:
                    self.work_on_or_back(unit, person)
                elif person.status == STATUS["visitor"]:
                    self.weigh_stay(unit, person)
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
                self.live(person, p, "pendular", STATUS["pendular"], self.end_of_season(person))
                self.tell(person, "pendular_out", "choice", (HOME, p, CHANNEL["work"]))
                return

    def end_of_season(self, person: PlainPerson) -> int:
        """Last month of a season that begins now (3.12a)."""
        luck = self.luck("pendular.months", person.key)
        return self.month + 3 + math.floor(luck * (2 * int(self.code.pendular_months) - 5)) - 1

    def work_on_or_back(self, unit: Unit, person: PlainPerson) -> None:
        """A short worker settles, begins another season or comes home, some before a season ends (3.12a)."""
        t, key, p = self.month, person.key, person.place
        over, recall = person.expiry < t, self.places.recall[p]
        if over:
            c = CHANNEL["work"] if self.law.exists[p][CHANNEL["work"]] else CHANNEL["visa_free"]
            long_enough = t - person.since >= int(self.code.residence_months)
            chance = self.code.residence_work * self.residence_share(unit, person, c) if long_enough else 0.0
            self.followers[-1][p, c] += chance * self.one_in
            if self.luck("away.residence", key) < chance:
                self.take_residence(unit, person, c)
                return
            again = self.code.another_season * (1 - recall)
            if self.places.pendular[p] > 0 and self.luck("away.another_season", key) < again:
                person.expiry = self.end_of_season(person)
                self.tell(person, "pendular_on", "choice", (p, p, CHANNEL["work"]))
                return
        elif self.luck("away.recall", key) >= recall:
            return
        self.come_home(person, "pendular_back", "none" if over else "closed")

    def weigh_stay(self, unit: Unit, person: PlainPerson) -> None:
        """A visitor goes home, settles, or stays on (3.12a)."""
        t, key, p, c = self.month, person.key, person.place, CHANNEL["visa_free"]
        over = person.expiry <= t
        home = 1.0 if over else self.code.stay_ends * (1 - self.code.stay_holds * self.belarus.war_fear)
        before = person.since < t
        chance = self.code.stay_residence * self.residence_share(unit, person, c) if before else 0.0
        self.followers[-1][p, c] += (1 - home) * chance * self.one_in
        if self.luck("away.stay_ends", key) < home:
            self.come_home(person, "stay_back", "expiry" if over else "choice")
        elif self.luck("away.residence", key) < chance:
            self.take_residence(unit, person, c)

    def come_home(self, person: PlainPerson, kind: str, reason: str) -> None:
        """A short worker or a visitor is at home again (3.12a)."""
        self.tell(person, kind, reason, (person.place, HOME, CHANNEL["none"]))
        self.live(person, HOME, "home", STATUS["home"], NEVER)

    def residence_share(self, unit: Unit, person: PlainPerson, c: int) -> float:
        """Open share of the right to stay that a channel needs, 0 for who cannot settle alone (3.12a)."""
        p = person.place
        if person is not unit.head or person.plan != PLAN["none"] or not self.law.exists[p][c]:
            return 0.0
        return self.now.open_share(p, self.law.residence[p][c], c, unit.groups(self.month))

    def take_residence(self, unit: Unit, person: PlainPerson, c: int) -> None:
        """A head settles where they are (3.12a)."""
        p = person.place
        if person.saved_at != self.month:
            person.savings, person.saved_at = np.float32(self.savings_of(person)), self.month
        person.passport = self.passport_on_leaving(person)
        person.left = person.since
        self.tell(person, "departed", "in_place", (HOME, p, c))
        status, last = self.law.first_status[p][c], self.month + self.stay(p, c)
        if c == CHANNEL["work"]:
            status, last = STATUS["permit"], self.month + int(self.code.permit_months)
        self.live(person, p, "settled", status, last)
        person.channel = c
        person.job = 1 if c == CHANNEL["work"] else 0
        person.lead = LEAD["ahead" if unit.size > 1 else "together"]
        unit.circle.abroad += 1
        self.arrived[p] += 1

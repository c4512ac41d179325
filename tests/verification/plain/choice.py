"""3.8: the push to leave, plans, wishes that cannot be followed, and the rule of two steps (3.8a)."""

from collections import defaultdict
from collections.abc import Mapping
from types import SimpleNamespace

import numpy as np

from sim.numerics.arithmetic import exp
from sim.numerics.codes import CHANNEL, EXPOSURE, LEAD, N_CHANNELS, N_PLACES, PLAN

from .basics import AGES, ALL_GROUPS, AT_THE_BORDER, BIT, HOME, LOTS, NO_GROUP, NORMAL
from .borders import Borders
from .entities import Unit
from .offers import FROM_ELSEWHERE, Door, Look, Offer
from .protection import ASYLUM, Protection
from .rules import Mind, shares

WISHES = {  # each condition of a wish adds to those before it (3.8)
    "exit": FROM_ELSEWHERE,
    "funds": FROM_ELSEWHERE._replace(lent=True),
    "closed": FROM_ELSEWHERE._replace(lent=True, admission=False),
    "quota": Look(travel=False, lent=True, admission=False, queue=False),
}
BEST = WISHES["quota"]


class Choice(Protection):
    """Units stay, commit to a destination by a channel, or wish in vain (3.8)."""

    def choose(self) -> None:
        """Every unit at leisure decides, if it may, and else or then is asked for its wishes (3.8)."""
        self.expected.append({lot: np.zeros((N_PLACES, N_CHANNELS)) for lot in LOTS})
        self.sought.append(defaultdict(lambda: [0.0, 0.0]))
        for unit in self.units:
            if unit.at_leisure(self.month):
                mind = self.mind(unit.head.key, self.push(unit), self.dissimilarity(unit))
                free = unit.free_to_exit(self.month)
                along = self.go_along(unit, mind.push) if free else 0.0
                if unit.head.plan != PLAN["none"]:
                    continue
                offers = self.destinations(unit) if free else {}
                self.not_along = 1 - along
                if self.decision == "two_steps":
                    self.choose_in_two_steps(unit, mind, offers)
                else:
                    self.choose_at_once(unit, mind, offers)

    def choose_at_once(self, unit: Unit, mind: Mind, offers: Mapping[int, Offer]) -> None:
        """The unit commits to one of its offers, or is asked what it would do under better conditions (3.8)."""
        if offers:
            self.expect(unit, offers, self.chances(mind, offers))
        chosen = self.decide(mind, offers)
        if chosen is not None:
            place, door = chosen
            self.make_plan(unit, place, door, self.motive(unit, door.channel, self.flees(unit, mind, offers)))
            return
        best = self.destinations(unit, BEST)
        wished = self.decide(mind, best)
        if wished is not None:
            place, door = wished
            leaves = {
                name: self.decide(mind, self.destinations(unit, look)) is not None for name, look in WISHES.items()
            }
            reason = next(name for name in leaves if leaves[name])
            flees = self.flees(unit, mind, best)
            if self.wish_or_ask(unit, place, door.channel, reason, flees):
                if reason != "exit":
                    unit.head.due = self.month + int(self.code.resign_months)

    def choose_in_two_steps(self, unit: Unit, mind: Mind, offers: Mapping[int, Offer]) -> None:
        """The unit aspires, and perhaps follows its aspiration (3.8a, `two_steps`)."""
        head, best, flees = unit.head, self.destinations(unit, BEST), self.threatened(unit)
        if head.aspires == self.month - 1:
            aspires = self.luck("aspiration.exit", head.key) >= self.code.aspiration_exit
        else:
            aspires = self.decide(mind, best) is not None
        if not aspires:
            return
        head.aspires = self.month
        if offers:
            self.expect(unit, offers, {p: self.code.conversion * share for p, share in shares(offers).items()})
            if self.luck("aspiration.conversion", head.key) < self.code.conversion:
                place, door, _ = self.favourite(head.key, mind.places, offers)
                self.make_plan(unit, place, door, self.motive(unit, door.channel, flees))
                return
        if best:
            place, door, _ = self.favourite(head.key, mind.places, best)
            under = (name for name, look in WISHES.items() if self.destinations(unit, look))
            reason = "quiet" if offers else next(under)
            self.wish_or_ask(unit, place, door.channel, reason, flees)

    def wish_or_ask(self, unit: Unit, place: int, channel: int, reason: str, flees: bool) -> bool:
        """The unit wishes in vain (True), or asks for protection at the border of the place (3.8)."""
        chance = self.border_chance(unit, place, reason)
        self.expect_one(unit.groups(self.month), place, ASYLUM, chance * unit.size * self.one_in)
        if self.luck("protection.border", unit.head.key) < chance:
            self.make_plan(unit, place, Door(ASYLUM, 0.0, False), "persecuted")
            return False
        unit.head.aspires = self.month
        self.tell(unit.head, "wished", reason, (HOME, place, channel), self.motive(unit, channel, flees))
        return True

    def expect(self, unit: Unit, offers: Mapping[int, Offer], chances: Mapping[int, float]) -> None:
        """Add a unit's chances to the expected commitments of the month, in persons (3.8)."""
        mu, pool = self.code.nest_channel, self.pool(unit.head.sector)
        for p, chance in chances.items():
            doors = offers[p].doors
            top = max(door.value for door in doors)
            weights = [exp((door.value - top) / mu) for door in doors]
            for door, weight in zip(doors, weights, strict=True):
                units = chance * self.not_along * weight / sum(weights) * self.one_in
                persons = units if door.ahead else units * unit.size
                lot = self.expect_one(unit.groups(self.month), p, door.channel, persons)
                if door.channel == CHANNEL["work"]:
                    self.sought[-1][p, pool, lot][0] += units
                    self.sought[-1][p, pool, lot][1] += persons

    def way(self, t: int, p: int, c: int, groups: int) -> float:
        """Return the share of month t in which units of these groups get from Belarus to p (3.10)."""
        key = t, p, c, groups
        if key not in self.ways:
            self.ways[key] = self._way(*key)
        return self.ways[key]

    def _way(self, t: int, p: int, c: int, groups: int) -> float:
        flags = SimpleNamespace(**{name: self.world.places[name][t] for name in ("by_land", "by_air")})
        borders = Borders(self.world.openness[t], self.law, flags)
        entry = self.law.entry[p][c]
        shut = entry in AT_THE_BORDER and borders.open_share(p, entry, c, groups) == 0
        return 0.0 if shut else borders.travel(p, c, groups)

    def expect_one(self, groups: int, p: int, c: int, persons: float) -> int:
        """Add persons to the expected commitments of the month and of their lot (3.14): return the lot."""
        lot = ALL_GROUPS if self.way(self.month, p, c, groups) > self.way(self.month, p, c, NO_GROUP) else NO_GROUP
        self.expected[-1][lot][p, c] += persons
        return lot

    # --- staff of employers that move ---------------------------------------------------------------------------------

    def go_along(self, unit: Unit, push: float) -> float:
        """The unit may go along with the employer of one of its adults: return the chance that it does (3.8)."""
        head, c, rules = unit.head, CHANNEL["relocation"], self.rules
        staff = [adult for adult in unit.adults if self.takes_staff_to(adult.employer) is not None]
        if not staff:
            return 0.0
        p = self.takes_staff_to(staff[0].employer)
        assert p is not None
        age = (self.month - staff[0].birth) // 12
        groups = unit.groups(self.month, staff[0])
        admits = self.eligible(p, c, staff[0].sector, groups) and rules.youngest[p][c] <= age <= rules.oldest[p][c]
        money = self.money_of(unit.adults)
        ahead = money < self.price(p, c, 0.0, unit.size, len(unit.adults))
        poor = ahead and (unit.size == 1 or money < self.price(p, c, 0.0, 1, 1))
        if not admits or poor or rules.offered[p][c] == 0 or rules.approval[p][c] == 0:
            return 0.0
        access = min(self.now.admission(p, c, groups), self.now.travel(p, c, groups))
        chance, calm = (
            float(access / (1 + exp(-(self.code.staff + wish - self.code.level))))
            for wish in (push, push - self.pressure(unit))
        )
        self.expect_one(groups, p, c, chance * (1 if ahead else unit.size) * self.one_in)
        luck = self.luck("staff.goes_along", head.key)
        if luck < chance:
            self.make_plan(unit, p, Door(c, 0.0, ahead), self.motive(unit, c, luck >= calm))
        return chance

    # --- push ---------------------------------------------------------------------------------------------------------

    def push(self, unit: Unit) -> float:
        """Push of a unit, `eta` of the page (3.8)."""
        code, circle = self.code, unit.circle
        own = 0.0
        for adult in unit.adults:
            own += self.age_term((self.month - adult.birth) / 12) + code.skill * adult.education
            own += code.ties * adult.ties / 255
        return (
            code.level
            + code.peers * circle.share_abroad()
            + code.spread_leave * NORMAL[unit.head.frailty]
            + own / len(unit.adults)
            + self.pressure(unit)
            + code.anticipation * circle.heard * self.rush(unit.head.sector, unit.groups(self.month) & ~AGES)
        )

    def pressure(self, unit: Unit) -> float:
        """What repression and war add to the push of a unit (3.8)."""
        code, now = self.code, self.belarus
        weights = {
            EXPOSURE["none"]: code.exposure_none,
            EXPOSURE["protest"]: code.exposure_protest,
            EXPOSURE["media"]: code.exposure_media,
            EXPOSURE["ngo"]: code.exposure_ngo,
            EXPOSURE["strike"]: code.exposure_strike,
            EXPOSURE["war_comment"]: code.exposure_war_comment,
        }
        perceived = now.news + code.circle_gain * unit.circle.memory
        total = 0.0
        for adult in unit.adults:
            total += code.repression * perceived * weights[adult.exposure]
            total += now.war_fear * (code.war + self.man(adult) + self.service(adult))
        return total / len(unit.adults)

    def flees(self, unit: Unit, mind: Mind, offers: Mapping[int, Offer]) -> bool:
        """The unit would have stayed without what repression and war add, with the same noise and values (3.8)."""
        return self.decide(mind._replace(push=mind.push - self.pressure(unit)), offers) is None

    def age_term(self, age: float) -> float:
        """Push of age, in years with fractions (3.8)."""
        if age <= 35:
            return float(self.code.youth)
        if age < 45:
            return float(self.code.youth * (45 - age) / 10)
        if age <= 50:
            return 0.0
        return float(self.code.old_age * (age - 50) / 10)

    def threatened(self, unit: Unit) -> bool:
        """Persecuted, or liable to the draft while war is feared (3.8)."""
        groups = unit.groups(self.month)
        return bool(groups & BIT["persecuted"] or (groups & BIT["draft_liable"] and self.belarus.war_fear > 0))

    def dissimilarity(self, unit: Unit) -> float:
        """`lambda` of a unit (3.8, 3.8a)."""
        if self.decision == "flat_logit":
            return 1.0
        own = self.code.lambda_threatened if self.threatened(unit) else self.code.lambda_other
        return float(self.lam + self.code.by_motive * (own - self.lam))

    # --- plans --------------------------------------------------------------------------------------------------------

    def make_plan(self, unit: Unit, place: int, offer: Door, motive: str) -> None:
        """Commit the unit, or its head ahead of the family, to a destination by a channel (3.8)."""
        head = unit.head
        head.plan = PLAN["queued"]
        head.plan_place = place
        head.plan_channel = offer.channel
        head.applied = self.month
        head.lead = LEAD["planned" if offer.ahead else "together"]
        self.tell(head, "applied", "choice", (HOME, place, offer.channel), motive)

    def motive(self, unit: Unit, channel: int, flees: bool) -> str:
        """Return why the unit leaves, as far as its plan tells (3.8)."""
        if flees:
            if unit.groups(self.month) & BIT["persecuted"]:
                return "persecuted"
            return "draft" if self.threatened(unit) else "fear"
        return "family" if channel == CHANNEL["family"] else "labour"

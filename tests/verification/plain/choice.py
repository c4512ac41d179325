"""3.8: the push to leave, plans, wishes that cannot be followed, and the rule of two steps (3.8a)."""

from collections.abc import Mapping

import numpy as np

from sim.numerics.codes import CHANNEL, EXPOSURE, LEAD, N_CHANNELS, N_PLACES, PLAN

from .basics import AGES, BIT, HOME, NORMAL
from .entities import Unit
from .offers import FROM_ELSEWHERE, Look, Offer
from .rules import Mind, Rules, shares

WISHES = {  # each condition of a wish adds to those before it (3.8)
    "exit": FROM_ELSEWHERE,
    "funds": FROM_ELSEWHERE._replace(price=False),
    "closed": FROM_ELSEWHERE._replace(price=False, admission=False),
    "quota": Look(travel=False, price=False, admission=False, queue=False),
}
BEST = WISHES["quota"]


class Choice(Rules):
    """Units stay, commit to a destination by a channel, or wish in vain (3.8)."""

    def choose(self) -> None:
        """Every unit at leisure decides, if it may, and else or then is asked for its wishes (3.8)."""
        self.expected.append(np.zeros((N_PLACES, N_CHANNELS)))
        for unit in self.units:
            if unit.at_leisure(self.month):
                mind = self.mind(unit.head.key, self.push(unit), self.dissimilarity(unit))
                offers = self.destinations(unit) if unit.free_to_exit(self.month) else {}
                if self.decision == "two_steps":
                    self.choose_in_two_steps(unit, mind, offers)
                else:
                    self.choose_at_once(unit, mind, offers)

    def choose_at_once(self, unit: Unit, mind: Mind, offers: Mapping[int, Offer]) -> None:
        """The unit commits to one of its offers, or is asked what it would do under better conditions (3.8)."""
        if offers:
            self.expect(unit, offers, self.chances(mind, offers))
        place = self.decide(mind, offers)
        if place is not None:
            self.make_plan(unit, place, offers[place])
            return
        best = self.destinations(unit, BEST)
        place = self.decide(mind, best)
        if place is not None:
            leaves = {
                name: self.decide(mind, self.destinations(unit, look)) is not None for name, look in WISHES.items()
            }
            reason = next(name for name in leaves if leaves[name])
            unit.head.aspires = self.month
            channel = best[place].channel
            self.tell(unit.head, "wished", reason, (HOME, place, channel), self.motive(unit, channel))

    def choose_in_two_steps(self, unit: Unit, mind: Mind, offers: Mapping[int, Offer]) -> None:
        """The unit aspires, and perhaps follows its aspiration (3.8a, `two_steps`)."""
        head, best = unit.head, self.destinations(unit, BEST)
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
                place = self.favourite(mind, offers)
                self.make_plan(unit, place, offers[place])
                return
        if best:
            place = self.favourite(mind, best)
            under = (name for name, look in WISHES.items() if self.destinations(unit, look))
            reason = "quiet" if offers else next(under)
            channel = best[place].channel
            self.tell(head, "wished", reason, (HOME, place, channel), self.motive(unit, channel))

    def expect(self, unit: Unit, offers: Mapping[int, Offer], chances: Mapping[int, float]) -> None:
        """Add a unit's chances to the expected commitments of the month, in persons (3.8)."""
        for p, chance in chances.items():
            going = 1 if offers[p].ahead else unit.size
            self.expected[-1][p, offers[p].channel] += chance * going * self.one_in

    # --- push ---------------------------------------------------------------------------------------------------------

    def push(self, unit: Unit) -> float:
        """Push of a unit, `eta` of the page (3.8)."""
        code, now, circle = self.code, self.belarus, unit.circle
        weights = {
            EXPOSURE["none"]: code.exposure_none,
            EXPOSURE["protest"]: code.exposure_protest,
            EXPOSURE["media"]: code.exposure_media,
            EXPOSURE["ngo"]: code.exposure_ngo,
            EXPOSURE["strike"]: code.exposure_strike,
            EXPOSURE["war_comment"]: code.exposure_war_comment,
        }
        perceived = now.news + code.circle_gain * circle.memory
        adults = 0.0
        for adult in unit.adults:
            adults += (
                code.repression * perceived * weights[adult.exposure]
                + now.war_fear * (code.war + self.man(adult) + self.service(adult))
                + self.age_term((self.month - adult.birth) / 12)
                + code.skill * adult.education
                + code.ties * adult.ties / 255
            )
        return (
            code.level
            + code.peers * circle.share_abroad()
            + code.spread_leave * NORMAL[unit.head.frailty]
            + adults / len(unit.adults)
            + code.anticipation * circle.heard * self.rush(unit.head.sector, unit.groups(self.month) & ~AGES)
        )

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

    def make_plan(self, unit: Unit, place: int, offer: Offer) -> None:
        """Commit the unit, or its head ahead of the family, to a destination by a channel (3.8)."""
        head = unit.head
        head.plan = PLAN["queued"]
        head.plan_place = place
        head.plan_channel = offer.channel
        head.applied = self.month
        head.lead = LEAD["planned" if offer.ahead else "together"]
        self.tell(head, "applied", "choice", (HOME, place, offer.channel), self.motive(unit, offer.channel))

    def motive(self, unit: Unit, channel: int) -> str:
        """Return why the unit leaves, as far as its plan tells (3.8)."""
        if unit.groups(self.month) & BIT["persecuted"]:
            return "persecuted"
        if self.threatened(unit):
            return "draft"
        return "family" if channel == CHANNEL["family"] else "labour"

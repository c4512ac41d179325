"""3.3, 3.8 and 3.11: danger, claims of protection, revocation, and what follows when a right to stay ends."""

from collections.abc import Sequence

from sim.numerics.codes import CHANNEL, EXPOSURE, INSTRUMENT, SECTOR, STATUS
from sim.numerics.months import LONG_AGO, NEVER

from .entities import PlainPerson, Unit
from .rules import Rules

MAY_CLAIM = (STATUS["visa_free"], STATUS["visa"], STATUS["permit"], STATUS["irregular"])
ASYLUM = CHANNEL["asylum"]
OTHER_GROUNDS = (CHANNEL["ancestry"], CHANNEL["family"], CHANNEL["work"])


class Protection(Rules):
    """Who is in danger, asks for protection or loses the right to stay."""

    # --- danger and the procedure (3.3) -------------------------------------------------------------------------------

    def danger_of(self, adult: PlainPerson) -> float:
        """Danger of one adult by what has happened to it and by its exposure, without the circle (3.3)."""
        t, code = self.month, self.code
        lately = adult.detained > LONG_AGO and t - adult.detained <= code.danger_months
        if lately or adult.trial > LONG_AGO or adult.exit_ban >= t:
            return 1.0
        if self.risk[adult.exposure] <= self.risk[EXPOSURE["none"]]:
            return 0.0
        if adult.exposure in (EXPOSURE["media"], EXPOSURE["ngo"]):
            return 1.0 if adult.sector == SECTOR["none"] else float(code.danger_media)
        return float(code.danger_exposed)

    def danger(self, unit: Unit, adults: Sequence[PlainPerson]) -> float:
        """Return the danger of some adults of a unit, with what their circle remembers (3.3)."""
        remembered = self.code.danger_circle * unit.circle.memory
        return max((min(1.0, self.danger_of(adult) + remembered) for adult in adults), default=0.0)

    def procedure(self, unit: Unit, p: int) -> float:
        """How far the procedure of p is open to a unit (3.3)."""
        groups = unit.groups(self.month)
        return (
            self.rules.offered[p][ASYLUM] * self.now.admission(p, ASYLUM, groups) if self.fits(unit, p, ASYLUM) else 0.0
        )

    def fits(self, unit: Unit, p: int, c: int) -> bool:
        """The unit is eligible for a channel, and its head's age is admitted (3.3)."""
        age = (self.month - unit.head.birth) // 12
        admitted = self.rules.youngest[p][c] <= age <= self.rules.oldest[p][c]
        return admitted and self.eligible(p, c, unit.head.sector, unit.groups(self.month))

    # --- at the border (3.8) ------------------------------------------------------------------------------------------

    def border_chance(self, unit: Unit, p: int, reason: str) -> float:
        """Chance that a unit that would wish for p in vain asks for protection at its border instead (3.8)."""
        if reason in ("exit", "quiet") or not unit.free_to_exit(self.month):
            return 0.0
        fare = self.fare(p, ASYLUM, unit.groups(self.month))
        if self.money_of(unit.adults) < self.price(p, ASYLUM, fare, unit.size, len(unit.adults)):
            return 0.0
        way = min(self.procedure(unit, p), self.now.travel(p, ASYLUM, unit.groups(self.month)))
        return float(min(1.0, self.places.asylum_border[p] * self.danger(unit, unit.adults) * way))

    # --- abroad (3.11) ------------------------------------------------------------------------------------------------

    def claim_chance(self, unit: Unit, rate: float) -> float:
        """Chance of a claim in the place where a unit lives (3.3, 3.11)."""
        adults = unit.adults_among(unit.party())
        return min(1.0, rate * self.danger(unit, adults) * self.procedure(unit, unit.head.place))

    def chance_at_once(self, unit: Unit) -> float:
        """Chance of a claim when the right to stay ends; none for who stays by a claim (3.11)."""
        return 0.0 if unit.head.channel == ASYLUM else self.claim_chance(unit, 1.0)

    def expect_claim(self, unit: Unit, chance: float) -> None:
        """Add a party's chance to the expected claims of the month, in persons (3.11)."""
        self.claims[-1][unit.head.place] += chance * len(unit.party()) * self.one_in

    def stand(self, unit: Unit) -> None:
        """Nothing is decided on a unit: its permit may be revoked, or it may ask for protection (3.11)."""
        head, revoked, security, chance = unit.head, 0.0, 0.0, 0.0
        if head.status in (STATUS["permit"], STATUS["permanent"]):
            security = self.places.revocation[head.place]
            revoked = security + (1 - security) * self.ground_gone(unit)
            self.expect_claim(unit, revoked * self.chance_at_once(unit))
        if head.status in MAY_CLAIM and head.channel != ASYLUM:
            chance = self.claim_chance(unit, self.places.asylum_inside[head.place])
            self.expect_claim(unit, (1 - revoked) * chance)
        luck = self.luck("living.revocation", head.key)
        if luck < revoked:
            self.end_of_right(unit, "security" if luck < security else "ground")
        elif self.luck("protection.inside", head.key) < chance:
            self.claim(unit, "choice")

    def ground_gone(self, unit: Unit) -> float:
        """Chance that the ground of a permit is checked or gone this month, `g` of the page (3.11)."""
        head = unit.head
        if head.status == STATUS["permanent"]:
            return 0.0
        p, c = head.place, head.channel
        adults = unit.adults_among(unit.party())
        jobless = 0.0 if any(adult.job for adult in adults) else self.rules.revocation_jobless[p][c]
        trips = self.places.revocation_trips[p] * (1 - self.danger(unit, adults))
        kept = self.now.open_share(p, INSTRUMENT["held"], c, unit.groups(self.month))
        return float(1 - (1 - min(1.0, self.rules.revocation[p][c] + jobless + trips)) * kept)

    def claim(self, unit: Unit, reason: str) -> None:
        """Everyone of the party becomes an asylum seeker (3.11)."""
        until = self.month + self.stay(unit.head.place, ASYLUM)
        self.change_status(unit.party(), "asylum_seeker", until, "asylum_sought", reason)
        for person in unit.party():
            person.channel = ASYLUM

    def end_of_right(self, unit: Unit, reason: str) -> None:
        """A claim, another ground, or no papers (3.11)."""
        head, party = unit.head, unit.party()
        if self.luck("protection.at_loss", head.key) < self.chance_at_once(unit):
            self.claim(unit, reason)
            return
        other = None if reason == "security" else self.other_ground(unit)
        if other is not None and self.luck("protection.ground", head.key) < self.chance_of_permit(unit, other):
            for person in party:
                person.channel = other
            self.change_status(party, "permit", self.month + int(self.code.permit_months), "other_ground", reason)
            return
        self.change_status(party, "irregular", NEVER, "lost", reason)

    def other_ground(self, unit: Unit) -> int | None:
        """Return the first channel on whose ground the party could stay instead, if any (3.11)."""
        head, adults = unit.head, unit.adults_among(unit.party())
        held = {
            CHANNEL["ancestry"]: any(adult.ancestry for adult in adults),
            CHANNEL["family"]: head.kin == head.place,
            CHANNEL["work"]: any(adult.job for adult in adults),
        }
        grounds = [c for c in OTHER_GROUNDS if c != head.channel and held[c] and self.fits(unit, head.place, c)]
        return grounds[0] if grounds else None

    def chance_of_permit(self, unit: Unit, c: int) -> float:
        """Chance of a permit on another ground (3.11)."""
        p = unit.head.place
        is_open = self.now.open_share(p, self.law.residence[p][c], c, unit.groups(self.month))
        papers = 1.0 if unit.head.passport >= self.month else self.places.travel_document[p]
        return float(self.rules.offered[p][c] * self.rules.approval[p][c] * is_open * papers)

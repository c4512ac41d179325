"""3.11: what becomes of the right to stay, then of work and savings."""

from collections.abc import Sequence

import numpy as np

from sim.numerics.codes import CHANNEL, INSTRUMENT, MODE, N_PLACES, SECTOR, STATUS
from sim.numerics.months import NEVER

from .applications import Applications
from .entities import PlainPerson, Unit

PROTECTED = (STATUS["protected"], STATUS["temporary_protection"])
UNDECIDED = (*PROTECTED, STATUS["irregular"], STATUS["citizen"])
PENSION = 65 * 12
RESTS_ON_WORK = (CHANNEL["work"], CHANNEL["it_scheme"], CHANNEL["relocation"])
ASKS_FOR_CERTIFICATES = (*RESTS_ON_WORK, CHANNEL["study"], CHANNEL["family"])
FULL_RIGHT_TO_WORK = (*(STATUS[name] for name in ("permit", "permanent", "citizen")), *PROTECTED)


class Abroad(Applications):
    """Life abroad: status, work and savings (3.11)."""

    def settled_before(self) -> list[Unit]:
        """Return the units whose head has been settled abroad since before this month (3.11)."""
        return [unit for unit in self.units if unit.head.mode == MODE["settled"] and unit.head.since < self.month]

    def settle(self) -> None:
        """Asylum decisions, permits, renewals, revocation, claims and citizenship; then work and savings (3.11)."""
        self.claims.append(np.zeros(N_PLACES))
        for unit in self.settled_before():
            party = unit.party()
            for person in party:
                if person.passport < self.month and self.belarus.passport_abroad > 0.5:
                    person.passport = self.month + int(self.code.passport_months)
            if self.due_for_decision(unit.head):
                self.decide_status(unit, party)
            else:
                self.stand(unit)
            for adult in unit.adults_among(party):
                self.work(adult)

    def due_for_decision(self, head: PlainPerson) -> bool:
        """Something is decided on the head's status this month (3.11)."""
        return head.status not in UNDECIDED and head.expiry < self.month

    def decide_status(self, unit: Unit, party: Sequence[PlainPerson]) -> None:
        """Decide on the status of the party (3.11)."""
        head = unit.head
        if head.status == STATUS["permanent"]:
            self.keep_permanent(head, party)
        elif head.status != STATUS["asylum_seeker"]:
            self.renew(unit, party)
        elif self.luck("settle.renewal", head.key) < self.rules.renewal[head.place][head.channel]:
            self.change_status(party, "protected", NEVER, "permit", "none")
        else:
            self.end_of_right(unit, "refusal")

    def keep_permanent(self, head: PlainPerson, party: Sequence[PlainPerson]) -> None:
        """A permanent resident becomes a citizen or renews the card (3.11)."""
        if self.naturalised(head):
            self.change_status(party, "citizen", NEVER, "naturalised", "expiry")
        else:
            self.change_status(party, "permanent", self.month + int(self.code.card_months), "renewed", "expiry")

    def renew(self, unit: Unit, party: Sequence[PlainPerson]) -> None:
        """Renew a status that has ended, turn it into a permit or citizenship, or lose it (3.11)."""
        t, head = self.month, unit.head
        p, c = head.place, head.channel
        chance = self.chance_of_renewal(unit)
        screening = self.places.screening_true[p] if self.threat(head) else self.places.screening_false[p]
        kept = min(1.0, chance) * (1 - (0.0 if head.status == STATUS["visa_free"] else screening))
        self.expect_claim(unit, (1 - kept) * self.chance_at_once(unit))
        if self.luck("settle.renewal", head.key) >= chance:
            self.end_of_right(unit, "expiry")
        elif head.status == STATUS["visa_free"] and self.settles_for_good(unit):
            self.change_status(party, "permit", t + int(self.code.permit_months), "permit", "choice")
        elif head.status == STATUS["visa_free"]:
            self.change_status(party, "visa_free", t + self.stay(p, c), "renewed", "expiry")
        elif self.screened_out(head, "security.renewal", t, p):
            self.end_of_right(unit, "security")
        elif head.status == STATUS["permit"] and self.naturalised(head):
            self.change_status(party, "citizen", NEVER, "naturalised", "expiry")
        elif c == CHANNEL["ancestry"] or t - head.since >= self.places.permanence[p]:
            self.change_status(party, "permanent", t + int(self.code.card_months), "permanent", "expiry")
        elif head.status == STATUS["permit"]:
            self.change_status(party, "permit", t + int(self.code.renewed_months), "renewed", "expiry")
        else:
            self.change_status(party, "permit", t + int(self.code.permit_months), "permit", "expiry")

    def settles_for_good(self, unit: Unit) -> bool:
        """A visa-free stay becomes a residence permit (3.11)."""
        head = unit.head
        is_open = self.now.open_share(head.place, INSTRUMENT["permit"], head.channel, unit.groups(self.month))
        return self.luck("away.residence", head.key) < self.places.residence_visa_free[head.place] * is_open

    def chance_of_renewal(self, unit: Unit) -> float:
        """Return the chance that a status is renewed or turned into a permit (3.11)."""
        head = unit.head
        p, c = head.place, head.channel
        instrument = {STATUS["visa_free"]: "visa_free", STATUS["permit"]: "renewal"}.get(head.status, "permit")
        is_open = self.now.open_share(p, INSTRUMENT[instrument], c, unit.groups(self.month))
        documents = 1.0 if head.passport >= self.month else self.places.travel_document[p]
        jobless = not any(adult.job for adult in unit.adults_among(unit.party()))
        ground = self.code.renewal_jobless if c in RESTS_ON_WORK and jobless else 1.0
        certificate = 1.0
        persecuted = any(adult.persecuted() for adult in unit.adults)
        if head.status != STATUS["visa_free"] and persecuted and c in ASKS_FOR_CERTIFICATES:
            certificate = self.belarus.certificates
        return float(self.rules.renewal[p][c] * is_open * documents * ground * certificate)

    def naturalised(self, head: PlainPerson) -> bool:
        """The head has lived there for long enough and becomes a citizen (3.11)."""
        long_enough = self.month - head.since >= self.places.naturalisation_months[head.place]
        return long_enough and self.luck("living.citizenship", head.key) < self.places.naturalisation[head.place]

    def change_status(self, party: Sequence[PlainPerson], status: str, expiry: int, kind: str, reason: str) -> None:
        """Give everyone of a party a status and its last month, with an event each (3.11)."""
        for person in party:
            person.status = STATUS[status]
            person.expiry = expiry
            self.tell_there(person, kind, reason)

    def tell_there(self, person: PlainPerson, kind: str, reason: str) -> None:
        """Log an event of a person's life abroad (3.11)."""
        self.tell(person, kind, reason, (person.place, person.place, person.channel))

    # --- work and savings ---------------------------------------------------------------------------------------------

    def work(self, adult: PlainPerson) -> None:
        """An adult abroad loses or finds work, then saves or lives on savings (3.11)."""
        p, age = adult.place, self.month - adult.birth
        if adult.job:
            if self.luck("living.dismissal", adult.key) < self.code.job_loss:
                adult.job = 0
                self.tell_there(adult, "dismissed", "none")
        elif 18 * 12 <= age < PENSION:
            right = self.right_to_work(adult)
            if adult.status != STATUS["asylum_seeker"]:
                right = max(right, self.code.informal_work)
            chance = self.code.job_finding * right * self.language_of(adult)
            if self.luck("living.job", adult.key) < chance:
                adult.job = 1
                self.tell_there(adult, "employed", "none")
        savings = float(adult.savings)
        if adult.job:
            premium = self.places.premium_it[p] if adult.sector == SECTOR["it"] else 1.0
            right = self.right_to_work(adult)
            pay = self.places.wage[p] * premium * (right + (1 - right) * self.code.informal_pay)
            savings += self.code.saving_share * pay
        elif self.month - adult.birth < PENSION:
            savings -= min(savings, self.code.subsistence * self.places.rent[p])
        adult.savings = np.float32(savings)

    def right_to_work(self, adult: PlainPerson) -> float:
        """Share of a full right to work of a person abroad (3.3, works there)."""
        if adult.status in FULL_RIGHT_TO_WORK:
            return 1.0
        if adult.status == STATUS["irregular"]:
            return 0.0
        return float(self.rules.works[adult.place][adult.channel])

    def language_of(self, adult: PlainPerson) -> float:
        """How far a person abroad gets with the language there (3.3, language there)."""
        learned = self.code.language_learning * (self.month - adult.since)
        return min(1.0, self.places.language[adult.place] + learned)

    def destitute(self, unit: Unit, party: Sequence[PlainPerson]) -> bool:
        """No adult of a party has work or is 65, and there are no savings (3.11)."""
        adults = unit.adults_among(party)
        provided = any(adult.job or self.month - adult.birth >= PENSION for adult in adults)
        return not provided and self.money_of(adults) == 0

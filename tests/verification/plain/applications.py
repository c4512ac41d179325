"""3.9 and 3.10: plans are queued, processed, decided and followed."""

import math
from collections.abc import Sequence

import numpy as np

from sim.numerics.codes import CHANNEL, INSTRUMENT, LEAD, MODE, PLAN, SECTOR
from sim.numerics.months import LONG_AGO

from .basics import CHANNELS, HOME, PLACES
from .choice import Choice
from .entities import PlainPerson, Unit

LONGEST_STAY = 1200
VISA_FREE_ENTRY = (INSTRUMENT["visa_free"], INSTRUMENT["short_visa_entry"])
NOT_SCREENED = (CHANNEL["visa_free"], CHANNEL["asylum"], CHANNEL["irregular"])
WITH_WORK = (CHANNEL["work"], CHANNEL["it_scheme"], CHANNEL["relocation"])


class Applications(Choice):
    """From the application to the departure."""

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

    def offers_of_month(self) -> dict[tuple[int, int], int]:
        """Return the offers of work of the month, in agents, by place and sector (3.9)."""
        left: dict[tuple[int, int], int] = {}
        for p in PLACES:
            for sector in {self.pool(sector) for sector in SECTOR.values()}:
                u = self.luck("quota.offers", np.uint64(2**62 + 64 * p + sector), 0, self.trait_seed)
                before = self.offers_before[p, sector]
                after = self.offers_before[p, sector] = before + self.demand[p][sector]
                left[p, sector] = math.floor(after / self.one_in + u) - math.floor(before / self.one_in + u)
        return left

    def apply(self) -> None:
        """Queue, capacity, processing, screening, refusal and grant (3.9)."""
        t = self.month
        left, offers = self.places_of_month(), self.offers_of_month()
        stopped: set[tuple[int, int]] = set()  # queues in which somebody did not fit
        for unit in self.plans("queued", "processing"):
            head, size = unit.head, len(unit.who_goes())
            p, c = queue = head.plan_place, head.plan_channel
            if self.rules.offered[p][c] == 0 or self.now.admission(p, c, unit.groups(t)) == 0:
                self.end_plan(head, "blocked", "closed")
                continue
            if head.plan == PLAN["queued"]:
                offer = p, self.pool(head.sector)
                jobless = c == CHANNEL["work"] and offers[offer] == 0
                if jobless or queue in stopped or left[queue] < size:
                    if not jobless:
                        stopped.add(queue)
                    if t - head.applied >= int(self.code.patience):
                        self.end_plan(head, "refused", "quota")
                    continue
                left[queue] -= size
                offers[offer] -= 1 if c == CHANNEL["work"] else 0
                head.plan = PLAN["processing"]
                u = self.luck("application.rounding", head.key, head.applied)
                head.due = t + math.floor(self.rules.months[p][c] + u)
            if head.due <= t:
                self.settle_application(unit)
        self.banked = {queue: int(left[queue]) for queue in stopped}

    def settle_application(self, unit: Unit) -> None:
        """Refuse, catch, screen out or grant (3.9, step 3)."""
        t, head = self.month, unit.head
        p, c = head.plan_place, head.plan_channel
        if self.luck("application.approval", head.key, head.applied) >= self.rules.approval[p][c]:
            if c == CHANNEL["irregular"]:
                self.end_plan(head, "caught", "refusal", unit.who_goes())
            else:
                self.end_plan(head, "refused", "refusal")
                head.due = t + int(self.code.reapply_months)
        elif c not in NOT_SCREENED and self.screened_out(head, "security.application", head.applied, p):
            self.end_plan(head, "refused", "security")
            head.due = t + int(self.code.reapply_months)
        else:
            head.plan = PLAN["granted"]
            head.due = t
            self.tell(head, "granted", "none", (HOME, p, c))

    def end_plan(self, head: PlainPerson, kind: str, reason: str, named: Sequence[PlainPerson] | None = None) -> None:
        """End a plan with an event of the head, or of everyone named; nobody goes ahead any more (3.9, 3.10)."""
        for person in named or [head]:
            self.tell(person, kind, reason, (HOME, head.plan_place, head.plan_channel))
        head.plan = PLAN["none"]
        head.lead = LEAD["together"]

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
        head, groups, going = unit.head, unit.groups(self.month), unit.who_goes()
        p, c = head.plan_place, head.plan_channel
        if not unit.free_to_exit(self.month):
            return "exit"
        passable = self.now.travel(p, c, groups)
        entry = self.law.entry[p][c]
        if entry in VISA_FREE_ENTRY and self.now.open_share(p, entry, c, groups) == 0:
            passable = 0.0
        if self.luck("departure.travel", head.key) >= passable:
            return "closed"
        price = self.price(p, c, self.fare(p, c, groups), len(going), len(unit.adults_among(going)))
        return "funds" if self.money_of(unit.adults) < price else None

    def leave(self, unit: Unit) -> None:
        """The unit, or its head ahead of the family, pays and leaves (3.10)."""
        head, going = unit.head, unit.who_goes()
        p, c = head.plan_place, head.plan_channel
        self.travel_and_settle(unit, going, p, c, "choice")
        head.plan = PLAN["none"]
        if head.lead == LEAD["planned"]:
            head.lead = LEAD["ahead"]

    def travel_and_settle(self, unit: Unit, going: Sequence[PlainPerson], p: int, c: int, reason: str) -> None:
        """People of a unit pay fare and fee out of its savings and leave Belarus for p (3.10, 3.12)."""
        self.pay(unit.adults, self.departure_cost(unit, going, p, c))
        for person in going:
            if person.saved_at != self.month:
                person.savings, person.saved_at = np.float32(self.savings_of(person)), self.month
            person.passport = self.passport_on_leaving(person)
            person.left = self.month
            self.arrive(unit, person, p, c, "departed", reason)
            if c == CHANNEL["asylum"]:
                self.tell(person, "asylum_sought", reason, (HOME, p, c))
        unit.circle.abroad += len(going)

    def departure_cost(self, unit: Unit, going: Sequence[PlainPerson], p: int, c: int) -> float:
        """Return fare and fee of people of a unit who leave for p by channel c, EUR (3.10, 3.12)."""
        fare = self.fare(p, c, unit.groups(self.month))
        return float(fare * len(going) + self.rules.fee[p][c] * len(unit.adults_among(going)))

    def passport_on_leaving(self, person: PlainPerson) -> int:
        """Last month of the passport, renewed at home whenever it ran out (3.10)."""
        last, validity = person.passport, int(self.code.passport_months)
        if last == LONG_AGO or validity == 0:
            return max(last, self.month + validity)
        while last < self.month:
            last += validity
        return last

    def arrive(self, unit: Unit, person: PlainPerson, p: int, c: int, kind: str, reason: str) -> None:
        """Settle a person in p by channel c, with an event (3.10, 3.12)."""
        self.tell(person, kind, reason, (person.place, p, c))
        self.live(person, p, "settled", self.law.first_status[p][c], self.month + self.stay(p, c))
        person.channel = c
        person.job = 1 if person is unit.head and c in WITH_WORK else 0
        self.arrived[p] += 1

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

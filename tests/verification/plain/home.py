"""3.5 to 3.7a: repression, conscription, what people perceive, and C visas."""

import math

import numpy as np

from sim.numerics.arithmetic import exp
from sim.numerics.codes import (
    CHANNEL,
    CONSCRIPTION,
    EDUCATION,
    INSTRUMENT,
    MODE,
    OFFICER,
    PLAN,
    REGION,
    SECTOR,
    SEX,
    STATUS,
    WAR_VIEW,
)
from sim.numerics.months import LONG_AGO

from .basics import DESTINATIONS, EMPLOYER_KEYS, EXPOSURES, HOME, PLACES, share_of, travelling
from .entities import PlainPerson
from .lives import Lives


class Home(Lives):
    """What happens to people in Belarus, or because they are registered there."""

    # --- 3.5 repress --------------------------------------------------------------------------------------------------

    def repress(self) -> None:
        """Release, pardon, try, detain, charge, bar and close organisations (3.5)."""
        t = self.month
        self.harms.append({})
        weights = 0.0  # W
        for exposure in EXPOSURES:
            weights += self.risk[exposure] * self.exposed[exposure]
        detention = share_of(self.belarus.detentions, weights)
        closure = share_of(self.belarus.closures, self.code.organisations)
        for person in self.people:
            if not person.lives() or person.place != HOME or t - person.birth < 192:
                continue
            if self.pardon(person):
                continue
            self.sentence(person)
            if person.held >= t:
                continue
            if person.held == t - 1 and person.detained < t - 1:
                self.tell(person, "released")
            weight = self.risk[person.exposure] * (1 if person.sex == SEX["male"] else self.code.detained_women)
            self.harm("detained", detention * weight)
            if self.luck("events.detain", person.key) < detention * weight:
                self.detain(person)
            if person.sector == SECTOR["ngo_media"]:
                employer = np.uint64(EMPLOYER_KEYS + person.employer)
                if self.luck("employer.closed", employer) < closure:
                    person.sector = SECTOR["none"]

    def harm(self, name: str, chance: float) -> None:
        """Count a chance of a harm among the expected harms of the month, in persons (3.14)."""
        self.harms[-1][name] = self.harms[-1].get(name, 0.0) + chance * self.one_in

    def pardon(self, person: PlainPerson) -> bool:
        """Perhaps pardon a sentenced prisoner, who leaves prison this month (3.5, step 1)."""
        t = self.month
        sentenced = LONG_AGO < person.trial < t
        if person.held < t or not sentenced or self.luck("prison.pardon", person.key) >= self.belarus.pardon:
            return False
        person.held = t - 1
        self.tell(person, "pardoned")
        return True

    def sentence(self, person: PlainPerson) -> None:
        """Sentence whoever is on trial this month; who was in custody until then stays in prison (3.5, step 1)."""
        t = self.month
        if person.trial == t:
            self.tell(person, "sentenced")
            if person.held >= t:
                person.held = t + int(self.code.custody_months)

    def detain(self, person: PlainPerson) -> None:
        """Detain a person, who may be charged, barred from leaving and held until the trial (3.5, step 3)."""
        t, key = self.month, person.key
        person.detained = person.held = t
        self.tell(person, "detained")
        if self.luck("events.charge", key) < share_of(self.belarus.charges, self.belarus.detentions):
            person.trial = t + int(self.code.trial_months)
            self.tell(person, "charged")
            if self.luck("more_events.accused_ban", key) < self.belarus.ban_accused:
                person.exit_ban = t + int(self.code.accused_months)
            if self.luck("more_events.custody", key) < self.code.custody_charged:
                person.held = person.trial

    # --- 3.4b muster --------------------------------------------------------------------------------------------------

    def muster(self) -> None:
        """Count who may be called this month (3.4b)."""
        self.liable_men = self.officers = self.reservists = 0
        self.within_reach = 0.0
        at_address = elsewhere = 0
        for man in self.registered_men():
            at_home = man.mode == MODE["home"]
            if man.held >= self.month:
                continue
            if man.conscription == CONSCRIPTION["reserve_officer"] and self.month - man.birth < 324 and at_home:
                self.officers += self.one_in
            if man.conscription == CONSCRIPTION["served"] and self.month - man.birth < 600 and at_home:
                self.reservists += self.one_in
            if self.standing_now(man) == CONSCRIPTION["liable"]:
                self.liable_men += self.one_in
                at_address += at_home and not man.elsewhere
                elsewhere += at_home and bool(man.elsewhere)
        self.within_reach = (at_address + elsewhere * self.belarus.summons_reach) * self.one_in

    def registered_men(self) -> list[PlainPerson]:
        """Men of at least 18 years who are registered in Belarus, wherever they live (3.4b, 3.6)."""
        return [
            person
            for person in self.people
            if person.lives()
            and person.sex == SEX["male"]
            and person.region != REGION["abroad"]
            and self.month - person.birth >= 216
        ]

    def standing_now(self, man: PlainPerson) -> int:
        """Standing of a man this month, after his birthdays and what becomes of his studies (3.6, steps 2 and 3)."""
        age, standing = self.month - man.birth, man.conscription
        if age >= 324 and standing in (CONSCRIPTION["liable"], CONSCRIPTION["deferred"], CONSCRIPTION["family"]):
            return CONSCRIPTION["never"]
        if standing == CONSCRIPTION["never"] and age == 216:
            luck, unfit = self.luck("more_events.deferral", man.key), self.code.exempt_share
            if luck < unfit:
                standing = CONSCRIPTION["exempt"]
            elif luck < unfit + (1 - unfit) * self.code.study_share:
                standing = CONSCRIPTION["deferred"]
            else:
                standing = CONSCRIPTION["liable"]
        studies_abroad_end = man.settled() and self.belarus.study_abroad < 0.5
        if standing == CONSCRIPTION["deferred"] and (age >= 264 or studies_abroad_end):
            officer = age >= 264 and self.luck("summons.officer", man.key) < self.code.officer_share
            standing = CONSCRIPTION["reserve_officer" if officer else "liable"]
        return standing

    # --- 3.6 conscript ------------------------------------------------------------------------------------------------

    def conscript(self) -> None:
        """What the war brings, then every man registered in Belarus of at least 18 years, wherever he lives (3.6)."""
        self.go_to_war()
        for man in self.registered_men():
            self.call_up(man)
            self.bar_reserve(man)

    def go_to_war(self) -> None:
        """Bar officers from leaving, let soldiers desert and men volunteer (3.6)."""
        t = self.month
        desert = share_of(self.belarus.deserters, self.soldiers)
        volunteer = share_of(self.belarus.volunteers, self.fighters)
        for person in self.people:
            if not person.lives():
                continue
            fixed = self.luck("standing.barred", person.key, 0, self.trait_seed)
            if person.officer != OFFICER["none"] and fixed < self.belarus.officers_barred:
                person.exit_ban = max(person.exit_ban, t)
            if person.held >= t:
                continue
            if person.conscription == CONSCRIPTION["serving"]:
                if self.luck("wartime.deserts", person.key) < desert:
                    person.conscription = CONSCRIPTION["never"]
                    self.tell(person, "deserted")
            elif person.may_volunteer(t) and self.luck("wartime.volunteers", person.key) < volunteer:
                goes = self.luck("wartime.goes", person.key) < self.code.volunteers_go
                self.tell(person, "volunteered", "choice" if goes else "none")

    def call_up(self, man: PlainPerson) -> None:
        """Discharge a man, make him liable, summon him or call him as a reserve officer (3.6)."""
        t, standing = self.month, man.conscription
        age = t - man.birth
        if standing == CONSCRIPTION["serving"]:
            if man.serves_until < t:
                man.conscription = CONSCRIPTION["served"]
                self.tell(man, "discharged")
        else:
            man.conscription = self.standing_now(man)
            if standing == CONSCRIPTION["served"] and age < 600:
                self.call_again(man)
            if age >= 324:
                return
            if man.liable() and man.held < t:
                self.summon(man)
            if standing == CONSCRIPTION["reserve_officer"]:
                self.call_officer(man)

    def summon(self, man: PlainPerson) -> None:
        """Perhaps summon a liable man to his registered address, then draft him or perhaps bar him (3.6, step 4)."""
        t, code = self.month, self.code
        summons = share_of(self.belarus.summoned, self.liable_men)
        draft = min(summons, share_of(self.belarus.drafted, self.within_reach))
        u = self.luck("events.draft", man.key)
        if man.mode == MODE["home"]:
            self.harm("drafted", draft * (self.belarus.summons_reach if man.elsewhere else 1))
        if u >= summons:
            return
        reached = not man.elsewhere or self.luck("summons.reached", man.key) < self.belarus.summons_reach
        absent = man.mode != MODE["home"] or not reached
        self.tell(man, "summoned", "absent" if absent else "none")
        if not absent and u < draft:
            higher = man.education == EDUCATION["higher"]
            self.enlist(man, code.service_months_higher if higher else code.service_months, "none")
        elif self.luck("summons.exit_ban", man.key) < self.belarus.ban_liable:
            man.exit_ban = max(man.exit_ban, t + 6)

    def call_officer(self, man: PlainPerson) -> None:
        """Perhaps call a reserve officer by decree (3.6, step 5)."""
        call = share_of(self.belarus.officers, self.officers)
        at_home = man.mode == MODE["home"] and man.held < self.month
        if at_home:
            self.harm("drafted", call)
        if at_home and self.luck("events.draft", man.key) < call:
            self.enlist(man, self.code.service_months_higher, "decree")

    def call_again(self, man: PlainPerson) -> None:
        """Perhaps call a man who has served (3.6, step 6)."""
        call = share_of(self.belarus.reservists, self.reservists)
        if man.mode != MODE["home"] or man.held >= self.month:
            return
        self.harm("drafted", call)
        if self.luck("events.draft", man.key) < call:
            higher = man.education == EDUCATION["higher"]
            self.enlist(man, self.code.service_months_higher if higher else self.code.service_months, "reserve")

    def bar_reserve(self, man: PlainPerson) -> None:
        """Perhaps bar a man of the reserve from leaving (3.6, step 7)."""
        t = self.month
        trained = man.conscription in (CONSCRIPTION["served"], CONSCRIPTION["reserve_officer"])
        fixed = self.luck("standing.barred", man.key, 0, self.trait_seed)
        if trained and t - man.birth < 600 and fixed < self.belarus.ban_reserve:
            man.exit_ban = max(man.exit_ban, t)

    def enlist(self, man: PlainPerson, months: float, reason: str) -> None:
        """Begin a man's service (3.6)."""
        man.conscription = CONSCRIPTION["serving"]
        man.serves_until = self.month + int(months)
        self.tell(man, "drafted", reason)

    # --- 3.7 perceive -------------------------------------------------------------------------------------------------

    def perceive(self) -> None:
        """Circles remember this month's detentions and hear of announced closures (3.7)."""
        for circle in self.circles:
            detained = sum(person.detained == self.month for person in circle.living())
            circle.memory = self.code.circle_decay * circle.memory + circle.share(detained)
            if self.announced:
                hearing = min(1.0, self.code.news_reach + self.code.hearsay * circle.share_abroad())
                circle.heard = circle.heard + (1 - circle.heard) * hearing
            else:
                circle.heard = 0.0

    # --- 3.7a visit ---------------------------------------------------------------------------------------------------

    def visit(self) -> None:
        """Schengen C visas are issued to people at home (3.7a)."""
        t = self.month
        issued = 0.0  # V
        for p in PLACES:
            issued += self.places.visas[p] * self.now.shares[p][INSTRUMENT["short_visa"]][0]
        rate = issued / self.applicants if self.applicants > 0 else 0.0
        for person in self.people:
            adult_at_home = person.place == HOME and person.mode == MODE["home"] and t - person.birth >= 216
            if adult_at_home and self.luck("visit.visa", person.key) < rate * travelling(person, t):
                person.visa = max(person.visa, t + self.validity(self.luck("visit.validity", person.key)))
        for unit in self.units:
            for person in unit.people:
                if unit.head.plan == PLAN["none"] and person.may_exit(t) and 216 <= t - person.birth < 720:
                    self.leave_for_a_stay(person)

    def validity(self, u: float) -> int:
        """Months of a visa: for one journey, longer, or as usual (3.7a)."""
        if u < self.code.visa_once:
            return 3
        return int(self.code.visa_long_months if u >= 1 - self.code.visa_long else self.code.visa_months)

    def leave_for_a_stay(self, person: PlainPerson) -> None:
        """Perhaps leave for a short stay without a visa (3.7a)."""
        c = CHANNEL["visa_free"]
        factor = exp(self.belarus.war_fear * (self.code.stay_war + self.man(person) + self.service(person)))
        u, end = self.luck("visit.stay", person.key), 0.0
        for p in DESTINATIONS:
            if self.travellers > 0:
                access = min(self.now.admission(p, c, 0), self.now.travel(p, c, 0))
                end += self.places.short_stays[p] * access / self.travellers * factor
                if u < end:
                    last = self.month + math.floor(min(self.rules.stay[p][c], 1200)) - 1
                    person.place, person.mode, person.status = p, MODE["pendular"], STATUS["visitor"]
                    person.since, person.expiry = self.month, last
                    self.tell(person, "stay_out", "choice", (HOME, p, c))
                    return

    def man(self, adult: PlainPerson) -> float:
        """What the fear of war adds for a man below 50 (3.8)."""
        return float(self.code.war_men) if adult.sex == SEX["male"] and self.month - adult.birth < 600 else 0.0

    def service(self, adult: PlainPerson) -> float:
        """What the draft, a mobilisation or an officer's post adds to the fear of war (3.8)."""
        if adult.war_view == WAR_VIEW["for_joining"]:
            return 0.0
        if adult.officer != OFFICER["none"]:
            return float(self.code.conscription)
        if adult.sex != SEX["male"]:
            return 0.0
        if adult.liable():
            return float(self.code.conscription)
        trained = adult.conscription in (CONSCRIPTION["served"], CONSCRIPTION["reserve_officer"])
        return float(self.code.mobilisation) if trained and self.month - adult.birth < 600 else 0.0

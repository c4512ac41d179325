"""3.5 to 3.7a: repression, conscription, what people perceive, and C visas."""

import numpy as np

from sim.numerics.codes import CONSCRIPTION, EDUCATION, INSTRUMENT, MODE, OFFICER, REGION, SECTOR, SEX
from sim.numerics.months import LONG_AGO

from .basics import EMPLOYER_KEYS, EXPOSURES, HOME, PLACES, share_of
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

    # --- 3.6 conscript ------------------------------------------------------------------------------------------------

    def conscript(self) -> None:
        """What the war brings, then every man registered in Belarus of at least 18 years, wherever he lives (3.6)."""
        self.go_to_war()
        for man in self.people:
            if (
                man.lives()
                and man.sex == SEX["male"]
                and man.region != REGION["abroad"]
                and self.month - man.birth >= 216
            ):
                self.call_up(man)

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
        elif age >= 324:
            if standing in (CONSCRIPTION["liable"], CONSCRIPTION["deferred"], CONSCRIPTION["family"]):
                man.conscription = CONSCRIPTION["never"]
        else:
            self.examine(man, age)
            if man.liable() and man.held < t:
                self.summon(man)
            if standing == CONSCRIPTION["reserve_officer"]:
                self.call_officer(man)

    def examine(self, man: PlainPerson, age: int) -> None:
        """Examine a man in the month of his 18th birthday, and end a deferment for studies (3.6, step 3)."""
        if man.conscription == CONSCRIPTION["never"] and age == 216:
            luck, unfit = self.luck("more_events.deferral", man.key), self.code.exempt_share
            if luck < unfit:
                man.conscription = CONSCRIPTION["exempt"]
            elif luck < unfit + (1 - unfit) * self.code.study_share:
                man.conscription = CONSCRIPTION["deferred"]
            else:
                man.conscription = CONSCRIPTION["liable"]
        studies_abroad_end = man.settled() and self.belarus.study_abroad < 0.5
        if man.conscription == CONSCRIPTION["deferred"] and (age >= 264 or studies_abroad_end):
            officer = age >= 264 and self.luck("summons.officer", man.key) < self.code.officer_share
            man.conscription = CONSCRIPTION["reserve_officer" if officer else "liable"]

    def summon(self, man: PlainPerson) -> None:
        """Perhaps summon a liable man to his registered address, then draft him or perhaps bar him (3.6, step 4)."""
        t, code = self.month, self.code
        summons = share_of(self.belarus.summoned, self.liable_men)
        draft = min(summons, share_of(self.belarus.drafted, self.liable_men))
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
        chance = share_of(issued, self.grown_up)
        for person in self.people:
            adult_at_home = person.place == HOME and person.mode == MODE["home"] and t - person.birth >= 216
            if adult_at_home and self.luck("visit.visa", person.key) < chance:
                person.visa = max(person.visa, t + int(self.code.visa_months))

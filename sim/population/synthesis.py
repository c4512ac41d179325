"""Synthesis of the people of 1 January 2019: residents de jure, those away included, and the settled diaspora.

Behind each unit stand rows for the children whom its women may bear later (`sim.population.lives`), so that a run adds
no rows: who of them is born is for the run.

Every person follows from its key, its household's place in the fixed order, and the seed; nothing depends on how many
are made or by how many threads. Of the circles of that order, a sample keeps every k-th: samples are nested, and
households, circles and likeness within them are the same at every k.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sim.history.clock import BEFORE_GROWN
from sim.numerics.codes import CONSCRIPTION, EXPOSURE, MODE, PLACE, REGION, SECTOR, SEX, STATUS
from sim.numerics.compiling import compiled
from sim.numerics.errors import UserError
from sim.numerics.handles import handle
from sim.numerics.luck import PURPOSE, byte, uniform, words
from sim.numerics.months import LONG_AGO, NEVER
from sim.population import traits, warlike
from sim.population.census import MINORS
from sim.population.employers import employer as employer_of
from sim.population.employers import sector_of_employer
from sim.population.households import OPEN
from sim.population.layout import Layout, layout
from sim.population.lives import Lives, lives
from sim.population.measuring import measure
from sim.population.order import household, households_of, is_boy
from sim.population.rows import at
from sim.population.saving import usual_months
from sim.population.schema import Columns, empty
from sim.population.standing import WORKING_AGES, worked_before
from sim.population.unborn import MOST_CHILDREN, key_of, last_birth, may_be_born, reserve

_A, _B, _C, _D = (PURPOSE[f"trait_{letter}"] for letter in "abcd")
_STANDING, _WAR_COMMENT = PURPOSE["standing"], EXPOSURE["war_comment"]
_BELARUS, _ABROAD = PLACE["belarus"], REGION["abroad"]
_HOME, _PENDULAR, _SETTLED = MODE["home"], MODE["pendular"], MODE["settled"]
_AT_HOME, _SHORT_WORK = STATUS["home"], STATUS["pendular"]
_NONE, _STUDENT, _CHILD, _RETIRED = (SECTOR[name] for name in ("none", "student", "child", "retired"))
_SERVING = CONSCRIPTION["serving"]
_FEMALE, _MALE = SEX["female"], SEX["male"]


@dataclass(frozen=True)
class Population:
    """The people of a sample; `circle_start` [circles + 1] are the rows at which circles begin, `seed` their luck's.

    `last` is the last month in which anybody has a row to be born.
    """

    people: Columns
    circle_start: NDArray[np.int64]
    one_in: int
    seed: int
    employers: NDArray[np.uint8] = field(default_factory=lambda: np.zeros(1, np.uint8))
    """Sector of each employer by number; the first, number 0, is none."""
    last: int = field(default_factory=lambda: last_birth(0))


def synthesise(one_in: int, seed: int, threads: int = 2, until: int = 0) -> Population:
    """Make every `one_in`-th circle of the people of 1 January 2019, in the fixed order, with the luck of a seed.

    One row a person, about 9.57 million / one_in, and one for everyone who may be born to them to the end of the
    clock, or to the month `until` if it is later. Rows of a circle, a household and a unit are adjacent, head first,
    the unborn last. The same bytes for any number of threads and every month within the clock. Raises UserError for a
    sample, a seed, threads or a month out of range.
    """
    plan = layout()
    for name, number, low, high in (
        ("one_in", one_in, 1, plan.circles),
        ("seed", seed, 0, 2**32 - 1),
        ("threads", threads, 1, 1024),
        ("until", until, 0, BEFORE_GROWN),
    ):
        if not low <= number <= high:
            raise UserError(f"{name} is {number}; it must be a whole number from {low} to {high}")
    circles = np.arange(0, plan.circles, one_in)
    rotation = int(words(np.uint64(0), 0, _D, 1, seed)[0])
    sizes = np.zeros(len(circles), np.int64)
    chances, rates = traits.tables(), lives()._replace(last=last_birth(until))
    with ThreadPoolExecutor(threads) as pool:
        list(
            pool.map(
                lambda part: measure(plan, chances, rates, circles[part], rotation, seed, sizes[part]),
                _parts(len(circles), threads),
            )
        )
        start = np.concatenate([[0], np.cumsum(sizes)])
        people = empty(int(start[-1]))
        list(
            pool.map(
                lambda part: _fill((plan, chances, rates), circles[part], start[part], rotation, seed, people),
                _parts(len(circles), threads),
            )
        )
    return Population(people, start, one_in, seed, sector_of_employer(), rates.last)


def _parts(n: int, threads: int) -> Iterator[slice]:
    """Cut n circles into runs for a pool of threads."""
    for first, end in pairwise(np.linspace(0, n, 8 * threads + 1).astype(int)):
        if end > first:
            yield slice(int(first), int(end))


@compiled
def _fill(
    tables: tuple[Layout, traits.Tables, Lives],
    circles: NDArray[np.int64],
    start: NDArray[np.int64],
    rotation: int,
    seed: int,
    people: Columns,
) -> None:
    """Write the people of each circle from its first row on, residents before guests."""
    plan, chances, rates = handle(tables[0]), handle(tables[1]), handle(tables[2])  # so many arrays are slow to copy
    months = np.empty(MOST_CHILDREN, np.int64)
    for n in range(len(circles)):
        circle = circles[n]
        held = households_of(plan, circle)
        row = start[n]
        for h in range(held.residents + held.guests):
            stratum, cell, number, kind = household(plan, held, h, rotation)
            zone, region, place = plan.zone[stratum], plan.region[stratum], plan.place[stratum]
            abroad = region == _ABROAD
            fate_education = fate_politics = fate_card = fate_kin = 0.0
            visa_of_unit, lived, right, until = LONG_AGO, 0, _AT_HOME, NEVER
            head = row
            for i in range(plan.size[kind]):
                key = key_of(number, i)
                a, b = words(key, 0, _A, 0, seed), words(key, 0, _B, 0, seed)
                c, d = words(key, 0, _C, 0, seed), words(key, 0, _D, 0, seed)
                age_class, sex, member = plan.age_class[kind, i], plan.sex[kind, i], plan.member[kind, i]
                minor = age_class < MINORS
                if sex == OPEN:
                    sex = _MALE if is_boy(plan, stratum, age_class, number, i, rotation) else _FEMALE

                # education and politics: of the cell for the head; others may share the head's luck, minors always do
                graduates, segments = chances.education[zone, age_class], chances.politics[zone, age_class]
                if i == 0:
                    education, politics = plan.cell_education[cell], plan.cell_politics[cell]
                    below = segments[politics - 1] if politics > 0 else 0.0
                    fate_politics = traits.luck_behind(below, segments[politics] - below, uniform(b[0]))
                    below = 0.0 if education == 1 else graduates
                    fate_education = traits.luck_behind(
                        below, graduates if education == 1 else 1.0 - graduates, uniform(a[3])
                    )
                    fate_card, fate_kin = uniform(b[2]), uniform(c[0])
                else:
                    u = fate_education if byte(b, 4) < chances.shared_fate[0] else uniform(a[3])
                    education = 1 if u < graduates else 0
                    u = fate_politics if minor or byte(b, 5) < chances.shared_fate[1] else uniform(b[0])
                    politics = min(np.searchsorted(segments, u, side="right"), len(segments) - 1)
                fate_2 = fate_card if i == 0 or minor or byte(b, 6) < chances.shared_fate[2] else uniform(b[2])
                fate_3 = fate_kin if i == 0 or minor or byte(b, 7) < chances.shared_fate[3] else uniform(c[0])

                # age and work
                shares = chances.work[zone, age_class, sex, education]
                place_in_class, sector = uniform(a[0]), _STUDENT
                if i == 0:
                    sector = plan.cell_sector[cell]
                    place_in_class = traits.place_in_class(place_in_class, sector, shares[_RETIRED])
                elif not minor:
                    sector = traits.sector(place_in_class, uniform(a[2]), shares)
                age = traits.age(place_in_class, age_class, chances.single_years[age_class, sex])
                if minor and age < traits.SCHOOL_AGE:
                    sector = _CHILD
                minors = plan.minors[kind, i]
                service = traits.conscription(sex, age, sector, education, minors, uniform(d[1]), chances)
                if abroad:
                    service = traits.unknown_to_office(service, age)
                serves_until = LONG_AGO
                if service == _SERVING:
                    sector = _NONE
                    serves_until = traits.end_of_service(chances.service_months[education], byte(d, 12))

                # documents
                visa = traits.visa(
                    uniform(c[2]),
                    chances.visa[region, zone, age_class],
                    uniform(c[3]),
                    chances.visa_share,
                    chances.visa_months,
                )
                has_passport = 1.0 if abroad else chances.passport
                passport = traits.passport(uniform(d[0]), has_passport, chances.passport_months[1 if minor else 0])
                if member == 0:
                    visa_of_unit = visa if passport > LONG_AGO else LONG_AGO
                if minor:
                    visa = visa_of_unit
                if passport == LONG_AGO:
                    visa = LONG_AGO

                # where
                mode, status, since, left, expiry = _HOME, _AT_HOME, LONG_AGO, LONG_AGO, NEVER
                here, birth = place, traits.birth(age, uniform(a[1]))
                if abroad:
                    if member == 0:  # a unit has lived there together
                        lived = chances.diaspora_lived[place, byte(d, 13)]
                        right, until = traits.permit(
                            lived,
                            chances.diaspora_permanence[place],
                            uniform(d[2]),
                            chances.diaspora_permanent,
                            byte(d, 14),
                            chances.diaspora_permit,
                            chances.card_months,
                        )
                    mode, status, since, expiry = _SETTLED, right, -1 - lived, until
                    left = max(since, birth)
                elif WORKING_AGES[0] <= age <= WORKING_AGES[1] and service != _SERVING:
                    away = chances.pendular[:, region, sector, sex]
                    here = traits.absence(uniform(d[2]), away[0], away[1])
                    if here != _BELARUS:
                        mode, status = _PENDULAR, _SHORT_WORK
                        since, expiry = traits.stay(
                            chances.pendular_months[0], chances.pendular_months[1], byte(d, 13), byte(d, 14)
                        )
                        passport = max(passport, expiry)

                # exposure, employer and address at home; work abroad
                exposure = employer = elsewhere = job = 0
                more = words(key, 0, _A, 1, seed)
                if mode == _PENDULAR:
                    shortest, longest = chances.pendular_months[0], chances.pendular_months[1]
                    since -= worked_before(uniform(more[3]), chances.another_season, shortest, longest)
                if abroad:
                    job = 1 if uniform(more[2]) < chances.job_abroad[sector] else 0
                else:
                    exposure = traits.exposed(
                        politics,
                        age,
                        sector,
                        chances.protest[zone, sex],
                        chances.strike[sector],
                        chances,
                        uniform(b[3]),
                    )
                    employer = employer_of(
                        sector,
                        exposure,
                        uniform(more[0]),
                        chances.employer_first,
                        chances.employer_staff,
                        chances.employer_share,
                    )
                    elsewhere = 1 if uniform(more[1]) < chances.elsewhere[zone, age] else 0

                fixed = words(key, 0, _STANDING, 0, seed)
                war_view = warlike.view_of(
                    uniform(fixed[0]),
                    chances.war_views[0, age_class, education, politics],
                    chances.war_views[1, age_class, education, politics],
                )
                officer = 0
                if not abroad:
                    officer = warlike.post_of(
                        uniform(fixed[1]), sex, sector, chances.officers[age_class, 0], chances.officers[age_class, 1]
                    )

                if member == 0:
                    head = row
                person = at(people, row)
                person.key, person.circle = key, circle
                person.member, person.behind = member, row - head
                person.unit_size = plan.unit_size[kind, i] if member == 0 else 0
                person.birth, person.sex = birth, sex
                person.region, person.locality = region, plan.locality[stratum]
                person.education, person.politics = education, politics
                person.exposure, person.employer, person.elsewhere = exposure, employer, elsewhere
                person.war_view, person.officer = 0 if exposure == _WAR_COMMENT else war_view, officer
                person.ancestry = 1 if fate_2 < chances.card[region] else 0
                person.kin = traits.kin(fate_3, chances.kin)
                person.ties, person.frailty = byte(c, 4), byte(c, 5)
                person.sector = sector
                income = chances.income[region, sector, sex, education] * chances.wage_spread[byte(c, 6)]
                put_aside = usual_months(
                    key, 0, seed, chances.turns, chances.savings[0], chances.savings[1], chances.savings[2]
                )
                person.income, person.savings, person.saved_at = income, income * put_aside, LONG_AGO
                person.place, person.mode, person.status = here, mode, status
                person.since, person.left, person.expiry = since, left, expiry
                person.channel = chances.diaspora_channel[place] if abroad else 0
                person.visa, person.passport = visa, max(passport, visa)
                person.job = job
                person.detained = person.exit_ban = person.held = person.trial = LONG_AGO
                person.conscription, person.serves_until = service, serves_until
                person.applied = person.due = person.aspires = LONG_AGO
                row += 1

                # who may be born to the unit, behind its last member
                if i + 1 == plan.size[kind] or plan.member[kind, i + 1] == 0:
                    end_of_unit = row
                    for own in range(head, end_of_unit):
                        mother = at(people, own)
                        if mother.sex == _FEMALE:
                            for j in range(may_be_born(mother.key, mother.birth, seed, rates, months)):
                                child = at(people, row)
                                reserve(child, mother, j + 1, months[j], seed, rates.boys)
                                child.mother = row - own
                                row += 1
                    for own in range(head, row):
                        at(people, own).reach = row - 1 - own

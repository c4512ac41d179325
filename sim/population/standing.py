"""What people hold and owe on 1 January 2019: cards, kin abroad, visas, service, and who is away for short work.

Probabilities, not people: each table is scaled so that its expected total is the observed or assumed one.
"""

from functools import cache
from math import fsum

import numpy as np
from numpy.typing import NDArray

from sim.codes import CONSCRIPTION, EDUCATION, N_SECTORS, PLACE, POLITICS, REGION, SECTOR, SEX
from sim.population import households
from sim.population.assumptions import by_age, shares, value
from sim.population.attributes import TOWN, VILLAGE, ZONE_OF_STRATUM, attributes, people_by_zone
from sim.population.census import CLASSES, ENDS, MINORS, REGIONS, STRATA, diaspora, figure, residents, single_years
from sim.population.income import workers

DRAFT_AGES = range(18, 27)
"""Ages at which a man may be drafted; liability ends at the 27th birthday."""
PROTEST_AGES = (16, 65)
"""Ages surveyed in December 2020, the last excluded."""
WORKING_AGES = (18, 64)
"""Ages of those who go for short work (assumption)."""
YEARS_TO_SURVEY = 2
"""A person's age in December 2020 less that on 1 January 2019."""
_MEN = SEX["male"]


def _by_region(name: str) -> NDArray[np.float64]:
    table = np.zeros(len(REGION))
    for region, part in zip(REGIONS, shares(name, REGIONS), strict=True):
        table[REGION[region]] = part
    return table


@cache
def card() -> NDArray[np.float64]:
    """Share with a Polish card by region, [8]; nobody abroad, where settled people have given it back."""
    people = np.zeros(len(REGION))
    for k, (region, _) in enumerate(STRATA):
        people[REGION[region]] += fsum(residents()[k].ravel().tolist())
    cards = figure("polish_cards_issued") * _by_region("card_region")
    return np.divide(cards, people, out=np.zeros(len(REGION)), where=people > 0)


@cache
def kin() -> NDArray[np.float64]:
    """Cumulative chance that close people live in each place, [places]; what is left has nobody abroad."""
    weights = diaspora().copy()
    weights[PLACE["russia"]] = value("kin_russia")
    return np.cumsum(weights) * (value("kin_share") / fsum(weights.tolist()))


@cache
def visa() -> NDArray[np.float64]:
    """Share of adults with a passport who hold a Schengen visa, [8 regions, 4 zones, classes].

    Scaled to the share of all adults; nobody abroad.
    """
    table = np.zeros((len(REGION), 4, len(CLASSES)))
    table[:, :, MINORS:] = by_age("visa_age", CLASSES[MINORS:]) * _by_region("visa_region")[:, None, None]
    table[:, VILLAGE] *= value("visa_rural")
    holders = adults = 0.0
    for k, (region, _) in enumerate(STRATA):
        people = residents()[k, MINORS:, 0] + residents()[k, MINORS:, 1]
        holders += fsum((people * table[REGION[region], ZONE_OF_STRATUM[k], MINORS:]).tolist())
        adults += fsum(people.tolist())
    table *= figure("schengen_visa_in_hand") * adults / holders / figure("passport_valid")
    if table.max() > 1:
        raise ValueError(f"people.yaml: visa propensities make a share of {table.max():.2f} hold a visa")
    return table


@cache
def visa_months() -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Visas in hand by months of validity: cumulative shares and months; a visa of twice the validity is seen twice."""
    issued = {int(months): share for months, share in value("visa_validity").items()}
    stock = np.array([months * share for months, share in issued.items()])
    return np.cumsum(stock / fsum(stock.tolist())), np.array(list(issued), np.int64)


@cache
def protest() -> NDArray[np.float64]:
    """Chance that a person of the protest segment, of survey age, took part, [4 zones, 2 sexes].

    Scaled to the share of the urban population of 16 to 64 in December 2020; nobody abroad.
    """
    segment = attributes().politics[:, :, POLITICS["protest"]]
    relative = np.ones((4, len(SEX)))
    relative[:, _MEN] = value("protest_men")
    relative[VILLAGE] *= value("protest_rural")
    surveyed = taking_part = 0.0
    for zone in range(TOWN + 1):
        for c, low in enumerate(CLASSES):
            for s in SEX.values():
                years = single_years()[c, s, : ENDS[c] - low].tolist()
                within = fsum(
                    share
                    for year, share in enumerate(years)
                    if PROTEST_AGES[0] <= low + year + YEARS_TO_SURVEY < PROTEST_AGES[1]
                )
                people = people_by_zone()[zone, c, s] * within
                surveyed += people
                taking_part += people * segment[zone, c] * relative[zone, s]
    relative *= figure("protest_took_part") * surveyed / taking_part
    relative[3:] = 0.0
    if relative.max() > 1:
        raise ValueError(f"people.yaml: {relative.max():.2f} of the protest segment would have to have taken part")
    return relative


@cache
def men_of_draft_age() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Men by single year from 18 to 26, all and those who do not study, [9] persons each."""
    people = people_by_zone()[:, :, _MEN]
    education, work = attributes().education, attributes().work[:, :, _MEN, :, SECTOR["student"]]
    everyone, free = np.zeros(len(DRAFT_AGES)), np.zeros(len(DRAFT_AGES))
    for k, age in enumerate(DRAFT_AGES):
        c = max(i for i, low in enumerate(CLASSES) if low <= age)
        share = single_years()[c, _MEN, age - CLASSES[c]]
        for zone in range(3):
            studying = (1 - education[zone, c]) * work[zone, c, 0] + education[zone, c] * work[zone, c, 1]
            everyone[k] += people[zone, c] * share
            free[k] += people[zone, c] * share * (1 - studying)
    return everyone, free


@cache
def drafted() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Men of 18 to 26 in service and past service on 1 January 2019, [9] persons each.

    A steady draft of two calls a year by age. Those drafted at age a stand, on a given day at age a, half a year after
    their draft on average, so that half of a year's draft has passed; of those drafted a year of age earlier 7/8, and
    two years earlier 1/8, are within the last 18 months.
    """
    a_year = 2 * figure("drafted_each_call")
    by_draft_age = np.array([value("draft_age")[age] for age in DRAFT_AGES]) * a_year
    one = np.concatenate([[0.0], by_draft_age[:-1]])
    two = np.concatenate([[0.0, 0.0], by_draft_age[:-2]])
    serving = 0.5 * by_draft_age + 0.875 * one + 0.125 * two
    return serving, 0.5 * by_draft_age + np.cumsum(one) - serving


@cache
def childless() -> NDArray[np.float64]:
    """Share of men who live in a unit without minors, by age class, [classes]."""
    kinds = households.fit(residents())
    everyone, without = [0.0] * len(CLASSES), [0.0] * len(CLASSES)
    for kind, numbers in zip(kinds.kinds, kinds.weights.T.tolist(), strict=True):
        for unit in kind.units:
            for c, sex in unit:
                if sex == _MEN:
                    everyone[c] += fsum(numbers)
                    without[c] += 0.0 if any(sex == households.OPEN for _, sex in unit) else fsum(numbers)
    return np.array([part / whole if whole else 1.0 for part, whole in zip(without, everyone, strict=True)])


@cache
def service() -> NDArray[np.float64]:
    """Cumulative chances of the standings of a man of 18 to 26 who does not study, [2 educations, 9 ages, 6 standings].

    Standings by code. Students are deferred and stand outside this table; fathers of minors who come out as serving
    count as served, so that others serve in their place.
    """
    serving, served = (counts / men_of_draft_age()[1] for counts in drafted())
    classes = [max(c for c, low in enumerate(CLASSES) if low <= age) for age in DRAFT_AGES]
    fathers = serving * (1 / childless()[classes] - 1)
    serving, served = serving + fathers, np.maximum(0.0, served - fathers)
    table = np.zeros((len(EDUCATION), len(DRAFT_AGES), len(CONSCRIPTION)))
    for e in EDUCATION.values():
        for k, age in enumerate(DRAFT_AGES):
            officers = value("officers") if e == EDUCATION["higher"] and age >= 22 else 0.0
            rest = 1 - serving[k] - served[k] - officers
            if rest < 0:
                raise ValueError(f"people.yaml: more men of {age} drafted than do not study")
            row = table[e, k]
            row[CONSCRIPTION["serving"]], row[CONSCRIPTION["served"]] = serving[k], served[k]
            row[CONSCRIPTION["reserve_officer"]] = officers
            row[CONSCRIPTION["never"]] = rest * value("unfit")
            row[CONSCRIPTION["deferred"]] = rest * value("deferred")
            row[CONSCRIPTION["liable"]] = rest * (1 - value("unfit") - value("deferred"))
    return np.cumsum(table, axis=2)


@cache
def reserve() -> float:
    """Share of men of the reserve ages who have served: the trained reserve less those under 27."""
    low, high = value("reserve_ages")
    men = people_by_zone()[0] + people_by_zone()[1] + people_by_zone()[2]
    pool = 0.0
    for c, (first, end) in enumerate(zip(CLASSES, ENDS, strict=True)):
        ages = single_years()[c, _MEN, : end - first].tolist()
        pool += men[c, _MEN] * fsum(share for year, share in enumerate(ages) if low <= first + year <= high)
    return (figure("trained_reserve") - fsum(drafted()[1].tolist())) / pool


@cache
def pendular_totals() -> dict[str, float]:
    """People away for short work on 1 January 2019, by country: Poland by arithmetic on found counts, Russia assumed.

    Poland: all present at end-2019, carried back a year by valid permits, less holders of residence documents.
    """
    present = figure("poland_present") * figure("poland_permits_2018") / figure("poland_permits_2019")
    return {"poland": present - float(diaspora()[PLACE["poland"]]), "russia": float(value("pendular_russia"))}


@cache
def pendular() -> NDArray[np.float64]:
    """Chance of workers of 18 to 64 to be away for short work, [2: Poland, Russia; 8 regions, sectors, 2 sexes]."""
    transport, construction = figure("poland_work_transport"), figure("poland_work_construction")
    names = ("transport", "construction", "industry")
    mixes = {
        "poland": (transport, construction, 1 - transport - construction),
        "russia": tuple(shares("pendular_russia_sectors", names)),
    }
    men = {"poland": figure("poland_work_men"), "russia": value("pendular_russia_men")}
    people = workers(WORKING_AGES[1] + 1)
    people = people[..., 0] + people[..., 1]
    table = np.zeros((2, len(REGION), N_SECTORS, len(SEX)))
    for k, (place, total) in enumerate(pendular_totals().items()):
        regions = _by_region(f"pendular_{place}_region")
        for name, share in zip(names, mixes[place], strict=True):
            for s, part in ((_MEN, men[place]), (SEX["female"], 1 - men[place])):
                here = people[:, SECTOR[name], s] * regions
                table[k, :, SECTOR[name], s] = regions * (total * share * part / fsum(here.tolist()))
    if table.sum(axis=0).max() > 0.9:
        raise ValueError(f"people.yaml: {table.sum(axis=0).max():.2f} of some workers would be away for short work")
    return table

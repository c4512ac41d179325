"""What people hold on 1 January 2019: cards, kin abroad, visas, work and years abroad; who is away for short work.

Probabilities, not people: each table is scaled so that its expected total is the observed or assumed one.
"""

from functools import cache
from math import fsum

import numpy as np
from numpy.typing import NDArray

from sim.history.inventory import load_destinations, load_parameters
from sim.numerics.arithmetic import exp, log, log_array
from sim.numerics.codes import LOCALITY, N_PLACES, N_SECTORS, PLACE, REGION, SECTOR, SEX
from sim.numerics.compiling import compiled
from sim.population.assumptions import by_age, shares, value
from sim.population.attributes import ABROAD, JOBS, VILLAGE, ZONE_OF_STRATUM, ZONES
from sim.population.census import CLASSES, ENDS, MINORS, REGIONS, STRATA, diaspora, figure, residents
from sim.population.income import workers

WORKING_AGES = (18, 64)
"""Ages of those who go for short work (assumption)."""
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
def visa_propensity() -> NDArray[np.float64]:
    """Propensity to travel on a Schengen visa, [8 regions, 2 localities, classes]; 0 abroad and of minors."""
    table = np.zeros((len(REGION), len(LOCALITY), len(CLASSES)))
    table[:, :, MINORS:] = by_age("visa_age", CLASSES[MINORS:]) * _by_region("visa_region")[:, None, None]
    table[:, LOCALITY["rural"]] *= value("visa_rural")
    return table


@cache
def visa() -> NDArray[np.float64]:
    """Share of adults with a passport who hold a Schengen visa, [8 regions, 4 zones, classes].

    Scaled to the share of all adults; nobody abroad.
    """
    own = visa_propensity()
    table = np.repeat(own[:, [LOCALITY["urban"]]], len(ZONES), axis=1)
    table[:, VILLAGE] = own[:, LOCALITY["rural"]]
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


@compiled
def worked_before(u: float, again: float, shortest: int, longest: int) -> int:
    """Months of the seasons that went before the present one without a break, each of the mean length.

    Each season is followed by another with the probability `again`; `u` uniform. At most ten years.
    """
    if again <= 0.0:
        return 0
    return min(int(log(u) / log(again)) * ((shortest + longest) // 2), 120)


@cache
def elsewhere() -> NDArray[np.float64]:
    """Share who live away from their registered address, [4 zones, ages 0 to 99]; the settled diaspora is left out.

    Raises ValueError for a share above 1.
    """
    table = np.outer(
        [value("elsewhere_zone").get(zone, 0.0) for zone in ZONES], by_age("elsewhere", tuple(range(ENDS[-1])))
    )
    if table[ABROAD].any() or table.max() > 1:
        raise ValueError("people.yaml: elsewhere_zone names the zones at home, and shares of at most 1 come out")
    return table


@cache
def job_abroad() -> NDArray[np.float64]:
    """Share of the settled diaspora of each sector who have work, [sectors].

    Those with a sector of work, so that of all of 18 to 59 the observed share has an income. Raises ValueError if they
    are too few.
    """
    working = shares("sectors_abroad", (*JOBS, "student", "none"))[: len(JOBS)]
    table = np.zeros(N_SECTORS)
    table[[SECTOR[name] for name in JOBS]] = figure("income_abroad") / fsum(working.tolist())
    if table.max() > 1:
        raise ValueError("people.yaml: fewer of the diaspora have a sector of work than have an income")
    return table


@cache
def diaspora_lived() -> NDArray[np.int64]:
    """Whole months lived in a place by the settled of 2018, by byte of luck, [places, 256].

    A stock that grows and is replaced at constant rates has arrivals spread exponentially over the years before.
    """
    growth, slices = value("diaspora_growth"), (np.arange(256) + 0.5) / 256
    table = np.zeros((N_PLACES, 256), np.int64)
    longest = value("diaspora_longest")
    for name, code in PLACE.items():
        rate = (growth.get(name, growth["other"]) + value("diaspora_turnover")) / 12
        youngest = 1 - exp(-rate * longest)  # share of those who came within the longest stay
        months = -log_array(1 - slices * youngest) / rate
        table[code] = np.minimum(months.astype(np.int64), longest - 1)
    return table


@cache
def diaspora_permanence() -> NDArray[np.float64]:
    """Months of residence after which a permit became permanent before 2019, [places]."""
    table = np.full(N_PLACES, np.inf)
    known = {parameter.name: parameter for parameter in load_parameters()}
    for name in load_destinations():
        table[PLACE[name]] = known[f"{name}.permanence"].values[0].value
    return table

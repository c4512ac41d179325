"""What compiled rules are given besides the people and the world: luck, noise, circles, reference counts."""

from math import fsum
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.history.compiled import DEMAND_SECTORS
from sim.numerics.codes import CONSCRIPTION, EXPOSURE, MODE, N_SECTORS, PLACE, SECTOR, SEX, WAR_VIEW
from sim.numerics.compiling import compiled
from sim.population import standing
from sim.population.census import CLASSES
from sim.population.lives import Lives
from sim.population.rows import at
from sim.population.schema import NOBODY, Columns

ADULT_MONTHS = 18 * 12
LAST_YEAR = 110
"""Completed years up to which propensities by age are told; of who is older they are those of this age."""
TRAVELLING_FROM, TRAVELLING_TO = 18 * 12, 60 * 12
"""Ages in months from and to which one goes on a short stay (assumption: working age)."""
DETAINABLE_MONTHS = 16 * 12
"""Age of administrative responsibility, 16 years, in months."""
LIABILITY_ENDS_MONTHS = 27 * 12
"""Liability to the draft ends at the 27th birthday (news.house/53521)."""
FIGHTING_ENDS_MONTHS = 50 * 12
"""Age up to which a man may be mobilised or volunteers (assumption: soldiers of the first reserve, recalled)."""


class Circles(NamedTuple):
    """Circles of about 100 people: rows, and what their members share; n circles."""

    start: NDArray[np.int64]  # [n + 1] first row of each
    memory: NDArray[np.float64]  # [n] remembered share of members detained
    living: NDArray[np.int64]  # [n] members now
    abroad: NDArray[np.int64]  # [n] members settled abroad
    heard: NDArray[np.float64]  # [n] share of members who have heard of closures that are announced
    one_in: int  # circle numbers in the sample are multiples of it


class Reference(NamedTuple):
    """Counts of the de-jure residents at the start, in persons: denominators that no later life changes."""

    workers: NDArray[np.float64]  # [sectors] who draw on the offers of work that the sector draws on
    exposed: NDArray[np.float64]  # [exposures] those aged 16 and over, women by their weight in detentions
    applicants: float  # adults, each by their propensity to travel on a Schengen visa
    travellers: float  # those of the ages that go on short stays
    pendular: float  # workers of the sectors that go on pendular work
    serving: float  # men in service
    fighters: float  # men of 18 to 49 not in service who are against the war


class Conditions(NamedTuple):
    """One run's constants."""

    seed: int  # luck of the replicate
    trait_seed: int  # luck of fixed tastes, that of the people
    one_in: int
    lam: NDArray[np.float64]  # [2] dissimilarity of the threatened and of the others
    bounds: NDArray[np.float64]  # [2, 4, 1024]
    constants: NDArray[np.float64]  # [places] utility
    channel_constants: NDArray[np.float64]  # [channels] utility
    reference: Reference
    visa_propensity: NDArray[np.float64]  # [regions, localities, years of age] to travel on a Schengen visa
    turns: NDArray[np.void]  # TURN [months] of the path of savings at home
    panel: int  # a unit is in the panel if a hash of its key lies below; 2**32 means everyone
    rotation: int  # months in which each unit of the panel is watched once
    panel_weight: float  # persons that one watched person stands for
    lives: Lives  # rates of births and deaths, and of what becomes of who grows up


class Employers(NamedTuple):
    """Employers that may move or be closed, by number; the first, number 0, is none."""

    sector: NDArray[np.uint8]  # [n]
    place: NDArray[np.uint8]  # [n] where it takes its staff, 0 if nowhere
    until: NDArray[np.int16]  # [n] last month in which it does


EMPLOYER_KEY = np.uint64(1 << 63)
"""Keys of employers lie above those of people and of channels."""
THREATENED, OTHERS = 0, 1
"""The two groups that may differ in dissimilarity."""
PENDULAR_SECTORS = (SECTOR["transport"], SECTOR["construction"], SECTOR["industry"])


_HOME, _PENDULAR = MODE["home"], MODE["pendular"]
_MALE, _FEMALE = SEX["male"], SEX["female"]
_SERVING, _AGAINST = CONSCRIPTION["serving"], WAR_VIEW["against"]
_POOLS, _OTHER = tuple(SECTOR[name] for name in DEMAND_SECTORS), SECTOR["other"]


@compiled(forceinline=True)
def pool(sector: int) -> int:
    """Sector whose offers of work a worker of a sector draws on: `other` where destinations state none of its own."""
    for own in _POOLS:
        if sector == own:
            return sector
    return _OTHER


@compiled(forceinline=True)
def monthly_hazard(persons: float, among: float) -> float:
    """Probability of being among so many `persons` in a month for each of those `among` whom they are."""
    if among <= 0.0:
        return 0.0
    return min(1.0, persons / among)


@compiled(forceinline=True)
def sum_of_weights(risk: NDArray[np.float64], exposed: NDArray[np.float64]) -> float:
    """Sum of the residents' weights in political detentions: `risk` by exposure, float64[exposures], times people."""
    total = 0.0
    for exposure in range(len(exposed)):
        total += risk[exposure] * exposed[exposure]
    return total


def reference(people: Columns, one_in: int, women: float = 1.0) -> Reference:
    """Count the residents of Belarus at the start, pendular workers included; `women` weigh so much in detentions."""
    table = visa_propensity()
    counts = Residents(np.zeros(len(EXPOSURE)), np.zeros(N_SECTORS), np.zeros(table.shape, np.int64), np.zeros(3))
    count_residents(people, women, counts)
    sectors = counts.sectors * one_in
    pools = np.array([pool(sector) if sector != SECTOR["child"] else sector for sector in range(N_SECTORS)])
    travellers, serving, fighters = (counts.others * one_in).tolist()
    return Reference(
        workers=np.bincount(pools, sectors)[pools],
        exposed=counts.exposed * one_in,
        applicants=fsum((counts.cells * table).ravel().tolist()) * one_in,
        travellers=travellers,
        pendular=sum(float(sectors[sector]) for sector in PENDULAR_SECTORS),
        serving=serving,
        fighters=fighters,
    )


class Residents(NamedTuple):
    """Counts of the residents of Belarus, in agents."""

    exposed: NDArray[np.float64]  # [exposures] those aged 16 and over, women by their weight in detentions
    sectors: NDArray[np.float64]  # [sectors]
    cells: NDArray[np.int64]  # [regions, localities, years of age]
    others: NDArray[np.float64]  # [3] of the ages that go on short stays; men who serve; men who might fight


@compiled
def count_residents(people: Columns, women: float, counts: Residents) -> None:
    """Count the residents of January 2019 into `counts`; `women` weigh so much in detentions."""
    for row in range(len(people.traits)):
        person = at(people, row)
        age = -int(person.birth)
        if person.mode != _HOME and person.mode != _PENDULAR:
            continue
        counts.sectors[person.sector] += 1.0
        counts.cells[person.region, person.locality, min(max(0, age // 12), LAST_YEAR)] += 1
        if age >= DETAINABLE_MONTHS:
            counts.exposed[person.exposure] += women if person.sex == _FEMALE else 1.0
        counts.others[0] += TRAVELLING_FROM <= age < TRAVELLING_TO
        serves = person.conscription == _SERVING
        counts.others[1] += (person.sex == _MALE) & serves
        of_age = ADULT_MONTHS <= age < FIGHTING_ENDS_MONTHS
        counts.others[2] += (person.sex == _MALE) & (not serves) & (person.war_view == _AGAINST) & of_age


def visa_propensity() -> NDArray[np.float64]:
    """Propensity to travel on a Schengen visa, float64[regions, localities, years of age]; 0 of minors and abroad."""
    years = np.searchsorted(CLASSES, np.arange(LAST_YEAR + 1), side="right") - 1
    return np.ascontiguousarray(standing.visa_propensity()[:, :, years])


def circles(people: Columns, start: NDArray[np.int64], one_in: int) -> Circles:
    """Circles as they stand at the start: no memory of detentions, the living and those settled abroad counted."""

    def counted(who: NDArray[np.bool_]) -> NDArray[np.int64]:
        return np.add.reduceat(who.astype(np.int64), start[:-1]) if len(start) > 1 else np.zeros(0, np.int64)

    abroad = (people.place != PLACE["belarus"]) & (people.mode == MODE["settled"])
    nothing = np.zeros(len(start) - 1)
    return Circles(start, nothing, counted(people.member != NOBODY), counted(abroad), nothing.copy(), one_in)


@compiled(forceinline=True)
def share_of_circle(circles: Circles, circle: int, members: float) -> float:
    """So many members of a circle as a share of all who live; 0 if nobody does."""
    return members / circles.living[circle] if circles.living[circle] > 0 else 0.0


def copy(parts: Any) -> Any:
    """A named tuple with every array copied."""
    return parts._replace(**{k: v.copy() for k, v in parts._asdict().items() if isinstance(v, np.ndarray)})


@compiled(forceinline=True)
def in_panel(key: int, month: int, run: Conditions) -> bool:
    """True if the unit headed by `key` is watched this month: if it is in the panel, and it is its turn.

    Both by a multiplicative hash of the key, the same in every world. Each unit has its turn equally often a year.
    """
    hashed = (np.uint64(key) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(32)
    if hashed >= np.uint64(run.panel):  # first, so that most are spared the division
        return False
    return bool((hashed + np.uint64(month)) % np.uint64(run.rotation) == np.uint64(0))

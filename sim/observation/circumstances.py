"""What people abroad live in: work in the family, savings, the right to stay, language, children, cover, a home.

Read from the state of a model at the end of the month just lived; nothing here is stored, and nothing feeds back.
Shares of one unless said otherwise, float64[rows].
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.model.processes.live import PENSION_MONTHS
from sim.model.run_constants import ADULT_MONTHS
from sim.numerics.codes import MODE, SECTOR, STATUS
from sim.numerics.months import month
from sim.observation.parameters import observation
from sim.population.schema import NOBODY, Columns

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

SETTLED, IT = MODE["settled"], SECTOR["it"]
INSECURE = tuple(STATUS[name] for name in ("visa_free", "visa", "asylum_seeker", "temporary_protection"))
"""Statuses that give a right to stay for the time being."""
UNINSURED = tuple(STATUS[name] for name in ("visa_free", "visa", "irregular"))
"""Statuses without a claim to health insurance for who has no work: holders of humanitarian and Schengen visas who are
not yet employed (Dambrauskaite 2022); asylum seekers are treated by the state (assumption)."""
INVASION = month("2022-02-24")
SETTLING = 6
"""Months of settling in: "up to several" (Dambrauskaite 2022)."""


class Circumstances(NamedTuple):
    """What n people live in."""

    working: Floats  # own work or a pension
    partner_working: Floats  # the other adult of the unit who lives there
    saved: Floats  # whether the unit's adults there have savings
    right: Floats  # to stay: 1 for good or renewable, one half for the time being, 0 none
    language: Floats  # usability of one's languages
    months: Floats  # months in the place
    children: Floats  # minors of the unit there, persons
    pupils: Floats  # those of them of 3 to 17 years, persons
    together: Floats  # nobody of the unit was left behind
    close: Floats  # a partner is there, or close people live there
    insured: Floats
    affordable: Floats  # share of the family's wages that a rent leaves, 0 without wages
    searches: Floats  # for a home since the invasion of February 2022, number
    seeking: Floats  # whether they have looked for work since then


def heads_of(people: Columns) -> Rows:
    """Row of the head of everybody's unit."""
    rows: Rows = np.arange(len(people.key)) - np.where(people.behind == NOBODY, 0, people.behind)
    return rows


def by_unit(people: Columns, heads: Rows, who: NDArray[Any]) -> Floats:
    """Sum over everybody's unit of a number of each, float64[people], on the head's row."""
    found: Floats = np.bincount(heads, np.asarray(who, float), minlength=len(people.key)).astype(np.float64)
    return found


def circumstances(model: Any, rows: Any) -> Circumstances:
    """What the people in `rows` of an `EmigrationModel` live in; of who lives at home it says nothing of use."""
    people, t, b = model.columns, max(0, model.month - 1), model.behaviour
    rows = np.arange(len(people.key))[rows]
    heads, settled = heads_of(people), people.mode == SETTLED
    age = t - people.birth.astype(np.int64)
    adult = settled & (people.member <= 1)
    minor = settled & (people.member > 1) & (people.member != NOBODY) & (age < ADULT_MONTHS)
    working = (people.job > 0) | (age >= PENSION_MONTHS)
    left = ~settled & (people.mode != MODE["nowhere"])
    here, head = model.world.places[t][people.place[rows]], heads[rows]

    workers = by_unit(people, heads, adult & working)[head]
    adults = by_unit(people, heads, adult)[head]
    grown_up = adult[rows]
    others = workers - (working[rows] & grown_up)
    status, months = people.status[rows], np.maximum(t - people.since[rows].astype(np.int64), 0)
    right = np.where(np.isin(status, INSECURE), 0.5, np.where(status == STATUS["irregular"], 0.0, 1.0))
    premium = np.where(people.sector[rows] == IT, here["premium_it"], 1.0)
    wages = here["wage"] * (workers + (premium - 1.0) * (people.job[rows] > 0))
    left_over = np.where(wages > 0.0, 1.0 - here["rent"] / np.where(wages > 0.0, wages, 1.0), 0.0)
    since_war = np.clip(t - np.maximum(people.since[rows].astype(np.int64), INVASION), 0, None)
    arrived_since = people.since[rows] >= INVASION
    return Circumstances(
        working=working[rows].astype(float),
        partner_working=(others > 0).astype(float),
        saved=(by_unit(people, heads, np.where(adult, people.savings, 0.0))[head] > 0.0).astype(float),
        right=right,
        language=np.minimum(1.0, here["language"] + b.language_learning * months),
        months=months.astype(float),
        children=by_unit(people, heads, minor)[head],
        pupils=by_unit(people, heads, minor & (age >= 36))[head],
        together=(by_unit(people, heads, left)[head] == 0).astype(float),
        close=((adults > 1) | ((people.kin[rows] > 0) & (people.kin[rows] == people.place[rows]))).astype(float),
        insured=1.0 - (np.isin(status, UNINSURED) & (people.job[rows] == 0)),
        affordable=np.clip(left_over, 0.0, 1.0),
        searches=arrived_since + since_war / observation().at("months_in_a_home"),
        seeking=(arrived_since | (people.job[rows] == 0)).astype(float),
    )


def means_of(lived: Circumstances) -> Floats:
    """How far a family has means: 1 with work or a pension, one half with savings alone, else 0."""
    provided = (lived.working + lived.partner_working) > 0.0
    return np.where(provided, 1.0, 0.5 * lived.saved)


def turned_away(lived: Circumstances) -> tuple[Floats, Floats]:
    """Probabilities of having met discrimination since February 2022 when looking for a home, and for work.

    Landlords refuse those without an income of their own, and with children, more often.
    """
    rate, weight = observation().at("refused_home"), observation().at("refused_home_weight")
    risk = rate * np.where((lived.working == 0.0) | (lived.children > 0.0), weight, 1.0)
    return np.minimum(1.0, risk * lived.searches), observation().at("refused_work") * lived.seeking

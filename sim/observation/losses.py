"""What Belarus loses by year: people with their degrees and work, the schooling paid for, taxes of the absent.

Counted are residents of the start who leave and come back; who grows up or is born later keeps the education and work
of the start. Taxes are those on what they would earn at home, in EUR; taxes on consumption are left out.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.analysis.estimates import Estimated, estimate
from sim.numerics.codes import EDUCATION, EVENT, REGION, SECTOR
from sim.numerics.months import FIRST_YEAR
from sim.observation.parameters import observation
from sim.observation.public_money import by_year
from sim.observation.seen import Seen, rows_of
from sim.runs.tables import OF_COMPARISONS, OF_POINTS

Floats = NDArray[np.float64]

ITEMS = tuple(column.name for column in OF_POINTS["losses"].values)
"""What is lost, net of those who come back."""
_HOME = "belarus"
_IT, _HIGHER = SECTOR["it"], EDUCATION["higher"]
_IDLE = [SECTOR[name] for name in ("none", "student", "retired", "child")]


def schooling(education: NDArray[np.uint8], years_old: Floats) -> Floats:
    """Years of schooling that a person of an age has had, float64[n]: school up to its length, a degree besides."""
    value = observation()
    at_school = np.clip(years_old - value.at("school_from", _HOME), 0.0, value.at("school_years", _HOME))
    return np.where(education == _HIGHER, at_school + value.at("degree_years", _HOME), at_school)


def taxes(net: Floats) -> tuple[Floats, Floats]:
    """Income tax, and contributions of both sides, on what is earned net at home."""
    tax, employee, employer = (observation().at(name, _HOME) for name in
                               ("income_tax", "employee_contributions", "employer_contributions"))  # fmt: skip
    gross = net / (1.0 - tax - employee)
    return gross * tax, gross * (employee + employer)


def by_month(seen: Seen) -> Floats:
    """The items by month, float64[T, items]: people in the month of the move, taxes of all who are away in it."""
    months, people = len(seen.run.harms), seen.people
    log = seen.run.moves[np.isin(seen.run.moves["kind"], [EVENT["departed"], EVENT["returned"]])]
    rows = rows_of(seen, log["key"])
    ours = (people.key[rows] == log["key"]) & (people.region[rows] != REGION["abroad"])
    rows, log = rows[ours], log[ours]
    when = log["month"].astype(np.int64)
    sign = np.where(log["kind"] == EVENT["departed"], 1.0, -1.0) * seen.one_in
    age = (when - people.birth[rows].astype(np.int64)) // 12
    sector = people.sector[rows]

    def counted(what: Floats | NDArray[np.bool_]) -> Floats:
        found: Floats = np.bincount(when, sign * what, minlength=months).astype(np.float64)
        return found

    works = ~np.isin(sector, _IDLE)
    earned = np.zeros(months)
    for in_it, index in ((False, "income"), (True, "income_it")):
        whose = works & ((sector == _IT) == in_it)
        earned += np.cumsum(counted(np.where(whose, people.income[rows], 0.0))) * seen.world.belarus[index][:months]
    return np.column_stack([
        counted(np.ones(len(rows))), counted(people.education[rows] == _HIGHER), counted(sector == _IT),
        counted(sector == SECTOR["ngo_media"]), counted(schooling(people.education[rows], age.astype(float))),
        *taxes(earned),
    ])  # fmt: skip


def rows_of_run(one: Seen) -> list[tuple[object, ...]]:
    """Rows of the table `losses`: what Belarus loses in a run by year."""
    who = one.run.job.lambda_, one.run.job.replicate
    return [(*who, FIRST_YEAR + year, *values.tolist()) for year, values in enumerate(by_year(by_month(one)))]


def losses_difference(pairs: Sequence[tuple[Seen, Seen]], estimated: Estimated = estimate) -> pd.DataFrame:
    """Losses of the baseline and the scenario by year and item; `pairs` have the same luck.

    `estimated` gives mean and 90% interval of one value a replicate.
    """
    base, other = (np.array([by_year(by_month(one)) for one in side]) for side in zip(*pairs, strict=True))
    rows = []
    for year in range(base.shape[1]):
        for i, column in enumerate(OF_POINTS["losses"].values):
            one, two = base[:, year, i], other[:, year, i]
            found = estimated((two - one).tolist())
            means = float(one.mean()), float(two.mean())
            rows.append((FIRST_YEAR + year, column.name, *means, found.mean, found.low, found.high, column.unit))
    return pd.DataFrame(rows, columns=OF_COMPARISONS["losses"].names)

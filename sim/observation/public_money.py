"""Taxes and contributions of who works abroad, and support for who does not, by destination and year, in EUR.

Wages of the model are net: the gross wage follows from the shares that are taken off. Support goes to a share of the
adults, at most to all of 18 to 64 without work. Taxes on consumption, services used and pensions are left out.
"""

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.analysis.estimates import Estimated, estimate
from sim.history.compiled import World
from sim.numerics.codes import N_SECTORS, PLACE, PLACE_NAMES, SECTOR
from sim.numerics.months import FIRST_YEAR
from sim.runs.run import Run
from sim.runs.tables import OF_COMPARISONS, OF_POINTS

Floats = NDArray[np.float64]
Persons = NDArray[np.float64] | NDArray[np.int64]

ITEMS = tuple(column.name for column in OF_POINTS["public_money"].values if column.unit == "EUR")
"""What is reckoned: income tax, the part of it that workers of IT pay, contributions, support and the balance."""
SHARES = ("income_tax", "employee_contributions", "employer_contributions")
"""Shares of the gross wage, parameters of each destination."""
_IT = SECTOR["it"]
DESTINATIONS = [place for place in PLACE.values() if place != PLACE["belarus"]]


def monthly(
    employed: Persons, adults: Persons, without_work: Persons, wages: Floats, taken: Sequence[Floats], support: Floats,
    drawn: Floats,
) -> Floats:  # fmt: skip
    """The items of each month in one place, EUR, float64[T, items].

    `employed` persons and `wages` (net, EUR a month), [T, sectors]; the rest [T]: `adults` and `without_work` persons,
    `taken` income tax, employees' and employers' contributions as shares of the gross wage, `support` EUR a month for
    each who draws it, `drawn` their share of the adults.
    """
    tax, employee, employer = taken
    gross = employed * wages / (1.0 - tax - employee)[:, None]
    paid = support * np.minimum(drawn * adults, without_work)
    total = gross.sum(axis=1)
    raised = total * (employee + employer)
    return np.stack([total * tax, gross[:, _IT] * tax, raised, paid, total * tax + raised - paid], axis=1)


def by_month(run: Run, world: World) -> Floats:
    """The items by month and place, EUR, float64[T, places, items]."""
    months = len(run.stocks)
    found = np.zeros((months, len(PLACE_NAMES), len(ITEMS)))
    it = np.arange(N_SECTORS) == _IT
    for place in DESTINATIONS:
        here = world.places[:months, place]
        wage, premium = here["wage"][:, None], here["premium_it"][:, None]
        found[:, place] = monthly(
            run.employed[:, place], run.residents[:, place, 1:].sum(axis=1), run.without_work[:, place],
            wage * np.where(it, premium, 1.0), [here[share] for share in SHARES],
            here["support_month"] * here["wage"], here["support_drawn"],
        )  # fmt: skip
    return found


def by_year(monthly_values: Floats) -> Floats:
    """Sums over calendar years, [years, ...] from [T, ...]; the last year may be a part of one."""
    first = np.arange(0, len(monthly_values), 12)
    return np.add.reduceat(monthly_values, first, axis=0)


def money_table(runs: Iterable[Run], world: World) -> pd.DataFrame:
    """Public money by lambda, replicate, destination and year, EUR, with the mean number who work."""
    rows = []
    for run in runs:
        money = by_year(by_month(run, world))
        months = by_year(np.ones(len(run.employed)))
        workers = by_year(run.employed.sum(axis=2)) / months[:, None]
        for year in range(len(money)):
            for place in DESTINATIONS:
                who = run.job.lambda_, run.job.replicate, PLACE_NAMES[place], FIRST_YEAR + year
                rows.append((*who, float(workers[year, place]), *money[year, place].tolist()))
    return pd.DataFrame(rows, columns=OF_POINTS["public_money"].names)


def money_difference(
    pairs: Sequence[tuple[Run, Run]], before: World, after: World, estimated: Estimated = estimate
) -> pd.DataFrame:
    """Public money of the baseline and the scenario, by destination, year and item, EUR; `pairs` have the same luck.

    `estimated` gives mean and 90% interval of one value a replicate.
    """
    base = np.array([by_year(by_month(one, before)) for one, _ in pairs])
    other = np.array([by_year(by_month(two, after)) for _, two in pairs])
    rows = []
    for place in DESTINATIONS:
        for year in range(base.shape[1]):
            for i, item in enumerate(ITEMS):
                one, two = base[:, year, place, i], other[:, year, place, i]
                found = estimated((two - one).tolist())
                means = float(one.mean()), float(two.mean())
                rows.append((PLACE_NAMES[place], FIRST_YEAR + year, item, *means, found.mean, found.low, found.high))
    return pd.DataFrame(rows, columns=OF_COMPARISONS["public_money"].names)

"""Income on 1 January 2019: wages by region and sector, scaled to the observed means, and their spread."""

from functools import cache
from math import fsum

import numpy as np
from numpy.typing import NDArray

from sim.numerics.arithmetic import exp_array
from sim.numerics.codes import EDUCATION, N_SECTORS, REGION, SECTOR, SEX
from sim.numerics.luck import NORMAL_GRID
from sim.population.assumptions import shares, value
from sim.population.attributes import JOBS, ZONE_OF_STRATUM, attributes
from sim.population.census import CLASSES, MINORS, REGIONS, STRATA, figure, residents
from sim.population.tables import read

_IT = SECTOR["it"]


@cache
def workers(until: int = 200) -> NDArray[np.float64]:
    """Expected residents from 18 to below an age, by region, sector, sex and education, [8, sectors, 2, 2] persons."""
    table = np.zeros((len(REGION), N_SECTORS, len(SEX), len(EDUCATION)))
    shares_of = attributes()
    for k, (region, _) in enumerate(STRATA):
        zone = ZONE_OF_STRATUM[k]
        for c in range(MINORS, len([low for low in CLASSES if low < until])):
            for s in SEX.values():
                for e, level in enumerate((1 - shares_of.education[zone, c], shares_of.education[zone, c])):
                    table[REGION[region], :, s, e] += residents()[k, c, s] * level * shares_of.work[zone, c, s, e]
    return table


def sector_ratios() -> NDArray[np.float64]:
    """Mean wage of each sector over the mean of all: observed for IT and three others, assumed for the rest."""
    ratios = np.zeros(N_SECTORS)
    ratios[_IT] = figure("wage_it") / figure("wage_mean_january")
    for name in ("transport", "construction", "industry"):
        ratios[SECTOR[name]] = figure(f"wage_{name}") / figure("wage_mean_june")
    rest = ("ngo_media", "public", "other")
    for name, ratio in zip(rest, shares("wage_other_sectors", rest), strict=True):
        ratios[SECTOR[name]] = ratio
    return ratios


@cache
def mean_income() -> NDArray[np.float64]:
    """Mean net income by region, sector, sex and education, [8, sectors, 2, 2] EUR a month.

    Each region keeps its observed mean wage: IT pays the same everywhere, the other sectors share what is left.
    Women and graduates earn an assumed ratio of others of their sector. The diaspora has the national means.
    """
    net = value("net_of_gross") / figure("byn_per_eur")
    gross = {row["territory"]: float(row["value"]) for row in read("wages")}
    jobs = [SECTOR[name] for name in JOBS]
    people = workers()
    within = np.ones((len(SEX), len(EDUCATION)))
    within[SEX["female"]] *= value("wage_women")
    within[:, EDUCATION["higher"]] *= value("wage_higher")
    table = np.zeros(people.shape)
    for job in jobs:
        mean = fsum((people[:, job] * within).ravel().tolist()) / fsum(people[:, job].ravel().tolist())
        table[:, job] = within * (sector_ratios()[job] * gross["belarus"] * net / mean)
    others = [job for job in jobs if job != _IT]
    for region in REGIONS:
        r = REGION[region]
        bill = gross[region] * net * fsum(people[r, jobs].ravel().tolist())
        bill -= fsum((people[r, _IT] * table[r, _IT]).ravel().tolist())
        table[r, others] *= bill / fsum((people[r, others] * table[r, others]).ravel().tolist())
    idle = ("student", "retired", "none", "child")
    for name, income in zip(idle, shares("income_without_work", idle), strict=True):
        table[:, SECTOR[name]] = income
    return table


@cache
def wage_spread() -> NDArray[np.float64]:
    """Income over the mean of its cell, by byte of luck: log-normal, mean 1, [256]."""
    levels = exp_array(float(value("wage_spread")) * NORMAL_GRID)
    return levels / (fsum(levels.tolist()) / len(levels))

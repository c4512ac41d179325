"""How well the synthetic people fit every margin: target against sample, in persons and per cent."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.numerics.codes import (
    CONSCRIPTION,
    EDUCATION,
    EXPOSURE,
    LOCALITY,
    MODE,
    OFFICER,
    PLACE,
    POLITICS,
    REGION,
    SECTOR,
    SEX,
    WAR_VIEW,
)
from sim.numerics.months import LONG_AGO, month
from sim.population import employers, exposure, service, standing, traits
from sim.population.assumptions import value
from sim.population.attributes import (
    JOBS,
    MINSK,
    TOWN,
    VILLAGE,
    ZONES,
    attributes,
    people_by_zone,
    sector_totals,
)
from sim.population.census import (
    BAND_OF_CLASS,
    BANDS,
    CLASSES,
    ENDS,
    REGIONS,
    STRATA,
    age_sex,
    diaspora,
    figure,
    residents,
    single_years,
)
from sim.population.saving import usual_months_of
from sim.population.schema import NOBODY, Columns
from sim.population.synthesis import Population
from sim.population.tables import read

Mask = NDArray[np.bool_]
COUNTED = (
    "took part in strikes",
    "will speak against war",
    "officers",
    "service, men of 18-26",
    "trained reserve",
    "staff of employers",
    "lives elsewhere",
    "savings",
)
"""Margins that rest on assumptions, whose numbers are printed in full."""


@dataclass(frozen=True)
class Fit:
    """One cell of a margin: the number wanted and the number made, scaled up from the sample."""

    margin: str
    cell: str
    target: float
    synthetic: float
    unit: str = "persons"

    @property
    def error(self) -> float:
        """Synthetic less target."""
        return self.synthetic - self.target

    @property
    def percent(self) -> float:
        """Error in per cent of the target."""
        return 100 * self.error / self.target


def completed_age(birth: NDArray[np.int16], month: int = 0) -> NDArray[np.int64]:
    """Completed years on the first day of a month."""
    return (month - 1 - birth.astype(np.int64)) // 12


def fit_table(population: Population) -> list[Fit]:
    """Target and synthetic number of every cell of every margin."""
    return list(_margins(population))


def _margins(population: Population) -> Iterator[Fit]:
    k, living = population.one_in, population.people.member != NOBODY
    p = Columns(*(table[living] for table in population.people))
    age = completed_age(p.birth)
    resident = p.region != REGION["abroad"]
    band = np.searchsorted(np.array(BANDS), age, side="right") - 1
    region_of = np.array([REGION[name] for name, _ in STRATA])

    def count(mask: Mask) -> float:
        return float(k * np.count_nonzero(mask))

    yield Fit("residents", "all", figure("residents"), count(resident))
    number = np.zeros((len(REGION), len(BANDS), len(SEX)))
    np.add.at(number, (p.region, band, p.sex), k)
    national = age_sex("2019-01-01", "belarus")
    for b, first in enumerate(BANDS):
        for sex, s in SEX.items():
            made = number[: REGION["abroad"], b, s].sum()
            yield Fit("age, sex", f"{sex} from {first}", national[b, s], made)
    by_band = np.zeros((len(STRATA), len(BANDS), len(SEX)))
    for c, b in enumerate(BAND_OF_CLASS):
        by_band[:, b] += residents()[:, c]
    for name in REGIONS:
        target = by_band[region_of == REGION[name]].sum(axis=0)
        for b, first in enumerate(BANDS):
            for sex, s in SEX.items():
                yield Fit("age, sex, region", f"{name}, {sex} from {first}", target[b, s], number[REGION[name], b, s])
    for stratum, (name, locality) in enumerate(STRATA):
        here = (p.region == REGION[name]) & (p.locality == LOCALITY[locality])
        yield Fit("region, locality", f"{name}, {locality}", residents()[stratum].sum(), count(here))
    urban = resident & (p.locality == LOCALITY["urban"])
    urban_target = sum(residents()[i].sum() for i, (_, locality) in enumerate(STRATA) if locality == "urban")
    yield Fit(
        "urban share",
        "all",
        100 * urban_target / residents().sum(),
        100 * count(urban) / count(resident),
        "% of residents",
    )
    yield from _education_and_work(p, age, resident, count)
    yield from _attitudes(p, age, urban, count)
    yield from _savings(p, age, resident, population.seed)
    yield from _documents(p, age, resident, count)
    yield from _service(p, age, resident, count)
    yield from _employers(p, age, count)
    yield from _absence(p, age, resident, count)


def _education_and_work(p: Any, age: NDArray[np.int64], resident: Mask, count: Any) -> Iterator[Fit]:
    graduate = resident & (p.education == EDUCATION["higher"])
    people, shares = people_by_zone().sum(axis=2), attributes().education[:3]
    bounds = [20, *(int(r["age_from"]) for r in read("education") if r["unit"] != "persons" and r["age_from"] != "15")]
    for low, high in zip(bounds, [*bounds[1:], 200], strict=True):
        within = [c for c, first in enumerate(CLASSES) if low <= first < high]
        yield Fit(
            "higher education",
            f"from {low}",
            (people * shares)[:, within].sum(),
            count(graduate & (age >= low) & (age < high)),
        )
    yield Fit(
        "higher education",
        "all",
        next(float(r["value"]) for r in read("education") if r["unit"] == "persons"),
        count(graduate),
    )
    in_minsk = next(float(r["value"]) for r in read("education") if r["territory"] == "minsk_city")
    minsk = p.region == REGION["minsk_city"]
    yield Fit(
        "higher education",
        "Minsk, share of 15 and over",
        100 * in_minsk,
        100 * count(graduate & minsk) / max(1, count(minsk & (age >= 15))),
        "%",
    )
    adult = resident & (age >= 18)
    conscripts = float(service.drafted()[0].sum())
    for name in (*JOBS, "student", "retired", "none"):
        # men in service have no sector and come out of every other in proportion; none takes them
        yield Fit(
            "work, 18 and over",
            name,
            sector_totals()[SECTOR[name]] + (conscripts if name == "none" else 0.0),
            count(adult & (p.sector == SECTOR[name])),
        )
    gross = {r["territory"]: float(r["value"]) for r in read("wages")}
    employed = np.isin(p.sector, [SECTOR[name] for name in JOBS]) & adult
    for name in REGIONS:
        here = employed & (p.region == REGION[name])
        yield Fit(
            "mean net wage",
            name,
            gross[name] * value("net_of_gross") / figure("byn_per_eur"),
            float(p.income[here].mean(dtype=np.float64)) if here.any() else 0.0,
            "EUR/month",
        )


def _attitudes(p: Any, age: NDArray[np.int64], urban: Mask, count: Any) -> Iterator[Fit]:
    voters = urban & (age >= 18) & (age < 65)
    classes = [c for c, low in enumerate(CLASSES) if 18 <= low < 65]
    towns = people_by_zone()[: TOWN + 1].sum(axis=2)[:, classes]
    for name, code in POLITICS.items():
        target = (towns * attributes().politics[: TOWN + 1, classes, code]).sum()
        yield Fit("politics, urban 18-64", name, target, count(voters & (p.politics == code)))
    then = age + exposure.YEARS_TO_SURVEY
    surveyed = urban & (then >= exposure.PROTEST_AGES[0]) & (then < exposure.PROTEST_AGES[1])
    struck = p.exposure == EXPOSURE["strike"]
    yield Fit(
        "took part in protests",
        "urban, 16-64 in December 2020",
        100 * figure("protest_took_part"),
        100 * count(surveyed & (struck | (p.exposure == EXPOSURE["protest"]))) / max(1, count(surveyed)),
        "%",
    )
    workers = sector_totals()[SECTOR["ngo_media"]]
    for name, share in (("media", value("media_share")), ("ngo", 1 - value("media_share"))):
        yield Fit("exposed by work", name, workers * share, count(p.exposure == EXPOSURE[name]))
    yield Fit("took part in strikes", "all", exposure.strikers(), count(struck))
    grown = (age >= 18) & (p.region != REGION["abroad"])
    for view, target in (("for_joining", figure("war_for_joining")), ("against", figure("war_against_bases"))):
        found = 100 * count(grown & (p.war_view == WAR_VIEW[view])) / count(grown)
        yield Fit("view of the war, adults", view, 100 * target, found, "%")
    for name, persons in value("officers").items():
        yield Fit("officers", name, persons, count(p.officer == OFFICER[name]))
    speak = count(p.exposure == EXPOSURE["war_comment"])
    yield Fit("will speak against war", "all", value("war_comment"), speak)


def _documents(p: Any, age: NDArray[np.int64], resident: Mask, count: Any) -> Iterator[Fit]:
    adult = resident & (age >= 18)
    yield Fit("Polish cards", "all", figure("polish_cards_issued"), count(p.ancestry == 1))
    for name, share in value("card_region").items():
        yield Fit(
            "Polish cards by region",
            name,
            figure("polish_cards_issued") * share,
            count((p.ancestry == 1) & (p.region == REGION[name])),
        )
    yield Fit("kin abroad", "all", 100 * value("kin_share"), 100 * count(resident & (p.kin > 0)) / count(resident), "%")
    yield Fit(
        "Schengen visa",
        "adults",
        100 * figure("schengen_visa_in_hand"),
        100 * count(adult & (p.visa > LONG_AGO)) / count(adult),
        "%",
    )
    yield Fit(
        "passport",
        "adults",
        100 * figure("passport_valid"),
        100 * count(adult & (p.passport > LONG_AGO)) / count(adult),
        "%",
    )


def _savings(p: Any, age: NDArray[np.int64], resident: Mask, seed: int) -> Iterator[Fit]:
    keys, chances = p.key[resident & (age >= 18) & (p.income > 0)], traits.tables()
    for row in read("savings"):
        months = usual_months_of(keys, month(row["date"][:7]), seed, chances.turns, chances.savings)
        most = float(row["at_most"])
        made = 100 * float(np.count_nonzero(months <= most)) / max(1, len(keys))
        cell = f"at most {most:.0f} months, {row['date'][:7]}"
        yield Fit("savings", cell, 100 * float(row["value"]), made, "% of adults")


def _service(p: Any, age: NDArray[np.int64], resident: Mask, count: Any) -> Iterator[Fit]:
    men = resident & (p.sex == SEX["male"])
    young = men & (age >= service.DRAFT_AGES[0]) & (age <= service.DRAFT_AGES[-1])
    everyone = float(service.men_of_draft_age().sum())
    yield Fit("conscript pool", "men of 18-26, 1 January 2019", everyone, count(young))
    by_standing = service.standings().sum(axis=0)
    serving, served = (float(table.sum()) for table in service.drafted())
    for name, code in CONSCRIPTION.items():
        # by the draft's own arithmetic where there is one; nobody of 18 to 26 is out of its reach
        target = {"serving": serving, "served": served}.get(name, by_standing[code])
        if name != "never":
            yield Fit("service, men of 18-26", name, target, count(young & (p.conscription == code)))
    reserve = np.isin(p.conscription, [CONSCRIPTION["served"], CONSCRIPTION["reserve_officer"]])
    yield Fit("trained reserve", "served and officers", figure("trained_reserve"), count(men & reserve))


def _employers(p: Any, age: NDArray[np.int64], count: Any) -> Iterator[Fit]:
    sector_of, staff = employers.sector_of_employer()[p.employer], employers.employers().staff
    for name, share in (("it", staff[0]), ("ngo_media", 1.0)):
        target = sector_totals()[SECTOR[name]] * share
        yield Fit("staff of employers", name, target, count((p.employer > 0) & (sector_of == SECTOR[name])))
    settled = (p.region == REGION["abroad"]) & (age >= 18) & (age < 60)
    made = 100 * count(settled & (p.job == 1)) / max(1, count(settled))
    yield Fit("work abroad", "settled, 18-59", 100 * figure("income_abroad"), made, "%")


def _absence(p: Any, age: NDArray[np.int64], resident: Mask, count: Any) -> Iterator[Fit]:
    years = single_years()
    for zone, name in enumerate(ZONES[:3]):
        shares = standing.elsewhere()[zone]
        here = resident & (_zone(p) == zone)
        target = sum(
            people_by_zone()[zone, c, s] * years[c, s, k] * shares[low + k]
            for c, low in enumerate(CLASSES)
            for s in SEX.values()
            for k in range(ENDS[c] - low)
        )
        yield Fit("lives elsewhere", name, target, count(here & (p.elsewhere == 1)))
    for place, total in standing.pendular_totals().items():
        away = (p.mode == MODE["pendular"]) & (p.place == PLACE[place])
        yield Fit("short work abroad", place, total, count(away))
    for place, code in PLACE.items():
        if diaspora()[code] > 0:
            settled = (p.mode == MODE["settled"]) & (p.place == code)
            yield Fit("settled abroad", place, diaspora()[code], count(settled))


def _zone(p: Any) -> NDArray[np.int64]:
    """Zone of each resident."""
    town = np.where(p.locality == LOCALITY["urban"], TOWN, VILLAGE)
    return np.where(p.region == REGION["minsk_city"], MINSK, town)


def summary(table: Iterable[Fit]) -> str:
    """Worst and mean error of each margin, one line each; then the numbers made, where few data hold them."""
    margins: dict[str, list[Fit]] = {}
    for row in table:
        margins.setdefault(row.margin, []).append(row)
    lines = [f"{'margin':<24}{'cells':>6}{'mean |error|':>16}{'mean %':>9}{'worst %':>9}  worst cell"]
    for name, rows in margins.items():
        worst = max(rows, key=lambda row: abs(row.percent))
        mean = sum(abs(row.error) for row in rows) / len(rows)
        percent = sum(abs(row.percent) for row in rows) / len(rows)
        lines.append(f"{name:<24}{len(rows):>6}{mean:>16,.1f}{percent:>9.2f}{worst.percent:>9.2f}  {worst.cell}")
    lines.append("")
    for name in COUNTED:
        made = ", ".join(f"{row.cell} {row.synthetic:,.0f}" for row in margins.get(name, ()))
        lines.append(f"{name + ':':<25}{made}")
    return "\n".join(lines)


def listing(table: Iterable[Fit]) -> str:
    """Every cell, one line each."""
    lines = [f"{'margin':<24}{'cell':<36}{'target':>14}{'synthetic':>14}{'error':>10}{'%':>8}  unit"]
    for row in table:
        lines.append(
            f"{row.margin:<24}{row.cell:<36}{row.target:>14,.1f}{row.synthetic:>14,.1f}"
            f"{row.error:>10,.1f}{row.percent:>8.2f}  {row.unit}"
        )
    return "\n".join(lines)

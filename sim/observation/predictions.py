"""Quantities of 2023 to 2025 as the model predicts them, under the names that observers use, to be scored by others.

Every number is one of the observation model (`sim.observation.definitions`, `counts`, `shares`, `questions`); here
are the rows that are asked for and how they are called. A prediction begins at the last count, to the end of 2022
(`sim.observation.jump_off`). A member state of the EU that is no place of the model has its share of *other EU* of
2022.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
import pandas as pd

from sim.analysis.scoring import scores
from sim.history.compiled import World
from sim.numerics.codes import PLACE
from sim.numerics.locations import DATA
from sim.numerics.months import label, month
from sim.observation import counts, jump_off, movers
from sim.observation import definitions as by
from sim.observation import seen as of
from sim.observation.counts import Asked, Count
from sim.observation.expected import as_expected, drawn_over_expected
from sim.observation.judging import Spread, to_come
from sim.observation.movers import Living, Share, percent
from sim.observation.observed import STOCKS
from sim.observation.seen import Floats, Seen
from sim.observation.shares import it_abroad
from sim.runs.tables import OF_VALIDATION

FIRST_YEAR, LAST_YEAR = 2023, 2025
EVERYWHERE, EU, USA = "All countries", "EU27", "USA"
NAMES = {
    **{name: name.capitalize() for name in PLACE if name not in ("belarus", "other_eu", "uae")},
    "uae": "UAE",
    "other_visa_free": "Other visa-free states",
    "rest_of_world": "Rest of world",
}
"""Places of the model as observers write them; *other EU* stands for its countries."""
OF_REGISTER = {"lithuania": "residents", "ukraine": "residents", "russia": "residence_documents"}
"""Definitions of registers outside the EU, and of Lithuania, whose department counts long visas too; that of the other
states of the EU is Eurostat's valid permits. Elsewhere no register was found: everybody who lives there is meant."""
DRIFT = {"valid_permits": 0.30, "first_permits": 0.53}
"""Root mean square of the log by which shares of *other EU* moved from 2019 to 2022 (derived from Eurostat's counts):
by as much those of 2022 may be off after three years."""
USA_SHARE = 1808.0 / 2381.0
"""Share of the United States in asylum applications of *rest of the world* in 2022 (UNHCR)."""
AGES = ((0, 17), (18, 24), (25, 34), (35, 44), (45, 64), (65, 200), (18, 45))
"""Ages of movers, completed years, both included; all but the last add up to everybody."""
INTENTIONS = ("return_intention", "return_intention_no", "return_intention_cannot_say")
FEWEST = 30
"""Simulated people on which a share must rest: runs are taken together until there are as many."""


class Row(NamedTuple):
    """A number that is asked for: its names, what it is of the model, and how an observation of it errs."""

    quantity: str
    destination: str
    period: str
    values: list[float]
    unit: str
    note: str
    spread: Spread
    percent: bool = False


@cache
def other_eu() -> Mapping[str, Mapping[str, float]]:
    """Shares in *other EU* of 2022 by country, of valid and of first permits; each adds up to one."""
    table = pd.read_csv(DATA / "other_eu.csv").set_index("country")[list(DRIFT)]
    found: Mapping[str, Mapping[str, float]] = (table / table.sum()).to_dict(orient="index")
    return found


def predictions(seen: Sequence[Seen], asked: Sequence[Living], last_year: int = LAST_YEAR) -> pd.DataFrame:
    """The table `predictions` from runs of what happened, and what their people answered when asked.

    Raises ValueError if the runs end before the last year does.
    """
    if len(seen[0].run.harms) <= month(f"{last_year}-12"):
        raise ValueError(f"the runs end before December {last_year}")
    years = range(FIRST_YEAR, last_year + 1)
    parts = (_registers, _permits, _asylum, _net_migration, _movers, _it)
    rows = [row for part in parts for row in part(seen, years)]
    rows += _answers(asked, years)
    return pd.DataFrame([_told(row) for row in rows], columns=OF_VALIDATION["predictions"].names)


def _told(row: Row) -> tuple[object, ...]:
    known = [value for value in row.values if not np.isnan(value)]
    if not known:
        said = scores.Summary(*(float("nan"),) * 7)
        return row.quantity, row.destination, row.period, *said, row.unit, _joined(row.note, "nobody in any run")
    members = scores.predictive(known, row.spread.sd, row.spread.logged, row.spread.degrees)
    if row.percent:
        members = np.clip(members, 0.0, 100.0)
    return row.quantity, row.destination, row.period, *scores.summary(members), row.unit, row.note


# places


class Destination(NamedTuple):
    """A destination as observers write it: its place in the model, its share of it, and what is assumed."""

    name: str
    place: str
    share: float = 1.0
    drift: float = 0.0
    note: str = ""


def destinations(of_what: str) -> list[Destination]:
    """Every destination, in order of codes; *other EU* is split by valid_permits or first_permits of 2022."""
    found = []
    for place in counts.DESTINATIONS:
        if place != "other_eu":
            found.append(Destination(NAMES[place], place))
            continue
        for country, shares in other_eu().items():
            note = f"its share of other EU in 2022, {shares[of_what]:.1%}, held (Eurostat)"
            found.append(Destination(str(country), place, shares[of_what], DRIFT[of_what], note))
    return found


def _in_eu(world: World) -> tuple[str, ...]:
    return counts.places_of("eu", world)


def _wider(spread: Spread, drift: float) -> Spread:
    return spread._replace(sd=float(np.hypot(spread.sd, drift)))


# what is asked for


def _registers(seen: Sequence[Seen], years: range) -> Iterator[Row]:
    """Residents of every destination by its register, and residence documents of Poland, at the end of each month."""
    months = [t for year in years for t in range(month(f"{year}-01"), month(f"{year}-12") + 1)]
    eu = _in_eu(seen[0].world)
    for destination in destinations("valid_permits"):
        definition = OF_REGISTER.get(destination.place, "valid_permits" if destination.place in eu else "")
        count = counts.register_of(definition) if definition else counts.of_run(by.residents)
        said = f"register: {definition.replace('_', ' ')}" if definition else "all who live there: no register is known"
        begun = _begun(seen, count, definition or "residents_estimate", destination.place)
        yield from _months("residents", begun, months, destination._replace(note=_joined(said, destination.note)))
    begun = _begun(seen, counts.register_of("valid_permits"), "valid_permits", "eu")
    yield from _months("residents", begun, months, Destination(EU, "eu", note="register: valid permits"))
    begun = _begun(seen, counts.register_of("residence_documents"), "residence_documents", "poland")
    note = "holders of residence documents, long visas not among them"
    yield from _months("residence_documents", begun, months, Destination("Poland", "poland", note=note))


def _months(quantity: str, begun: "Begun", months: Sequence[int], destination: Destination) -> Iterator[Row]:
    paths, since = begun.paths * destination.share, month("2022-12")
    note = _joined(destination.note, begun.note)
    for t in months:
        value, change = float(np.median(paths[:, t])), float(np.median(paths[:, t] - paths[:, since]))
        spread = _wider(to_come(begun.quantity, destination.place, value, change), destination.drift)
        yield Row(quantity, destination.name, label(t), paths[:, t].tolist(), "persons", note, spread)


def _permits(seen: Sequence[Seen], years: range) -> Iterator[Row]:
    """First permits of every destination and the EU by year; permits issued by Lithuania, first and renewed."""
    for destination in [*destinations("first_permits"), Destination(EU, "eu")]:
        begun = _begun(seen, counts.all_permits, "first_permits", destination.place)
        yield from _years(("first_permits", "permits"), begun, years, destination)
    issued = _begun(seen, counts.issued, "permits_issued", "lithuania")
    for name, count, note in (
        ("permits_issued", counts.issued, "first and renewed"),
        ("permits_issued_first", of.settled_permits, "first ones alone"),
        ("permits_issued_renewed", of.renewed, "renewed ones alone"),
    ):
        begun = issued._replace(paths=_expected(seen, count, ("lithuania",)) * issued.ratios)  # parts go with the whole
        yield from _years((name, "permits"), begun, years, Destination("Lithuania", "lithuania", note=note))


def _asylum(seen: Sequence[Seen], years: range) -> Iterator[Row]:
    """New applications for asylum by year."""
    usa = f"share of rest of world in 2022, {USA_SHARE:.1%}, held (UNHCR)"
    for destination in (
        *(Destination(NAMES[place], place) for place in ("lithuania", "poland", "germany")),
        Destination(USA, "rest_of_world", USA_SHARE, note=usa),
        Destination(EVERYWHERE, "world"),
    ):
        begun = _begun(seen, of.claims, "asylum_applications", destination.place)
        yield from _years(("asylum_applications", "applications"), begun, years, destination)


def _net_migration(seen: Sequence[Seen], years: range) -> Iterator[Row]:
    """A difference of two flows has no ratio: it begins nowhere."""
    begun = Begun("net_migration", _paths(seen, counts.net, ("georgia",)), np.ones((len(seen), 1)), "")
    yield from _years(("net_migration", "persons"), begun, years, Destination("Georgia", "georgia"))


class Begun(NamedTuple):
    """A count by run and month that begins at the last count of its quantity."""

    quantity: str
    paths: Floats  # [runs, T]
    ratios: Floats  # by which it was moved, [runs, 1]
    note: str


def _begun(seen: Sequence[Seen], count: Count, quantity: str, place: str) -> Begun:
    places = counts.places_of(place, seen[0].world)
    paths = _paths(seen, count, places) if quantity in STOCKS else _expected(seen, count, places)
    ratios, since = jump_off.ratios_of(paths, quantity, place, seen[0].one_in / 2.0)
    return Begun(quantity, paths * ratios, ratios, f"begins at the count of {since}" if since else "")


def _paths(seen: Sequence[Seen], count: Count, places: Sequence[str]) -> Floats:
    """A count in some places together by run and month, float64[runs, T]."""
    return np.array([np.sum([count(one, PLACE[place]) for place in places], axis=0) for one in seen], float)


def _expected(seen: Sequence[Seen], count: Count, places: Sequence[str]) -> Floats:
    """The same as expected, at the level of what is drawn: a country has not the luck of a sample."""
    smooth = [one._replace(run=as_expected(one.run)) for one in seen]
    expected, drawn = _paths(smooth, count, places), _paths(seen, count, places)
    return expected * drawn_over_expected(expected.sum(axis=1), drawn.sum(axis=1), seen[0].one_in)


def _years(names: tuple[str, str], begun: Begun, years: range, destination: Destination) -> Iterator[Row]:
    quantity, unit = names
    note = _joined(destination.note, begun.note)
    for year in years:
        first = month(f"{year}-01")
        values = begun.paths[:, first : first + 12].sum(axis=1) * destination.share
        error = to_come(begun.quantity, destination.place, float(np.median(values)))
        spread = _wider(error, destination.drift)
        yield Row(quantity, destination.name, str(year), values.tolist(), unit, note, spread)


def _joined(*parts: str) -> str:
    return "; ".join(filter(None, parts))


def _movers(seen: Sequence[Seen], years: range) -> Iterator[Row]:
    """Who moves, by year: men among adults, and ages; to each destination from anywhere, and from Belarus to all."""
    everywhere = Destination(EVERYWHERE, "", note="of all who leave Belarus to live abroad")
    for destination in [*destinations("first_permits"), everywhere]:
        note = "that of all other EU states together" if destination.place == "other_eu" else destination.note
        for year in years:
            who = [movers.of_year(one, destination.place, year) for one in seen]
            men = [movers.men(one) for one in who]
            yield _pooled(("share_men", destination.name, year), men, _joined(note, "adults"), "entrants_men")
            for low, high in AGES:
                name = f"age_share_{low}_{'over' if high > 100 else high}"
                values = [movers.aged(one, low, high) for one in who]
                yield _pooled((name, destination.name, year), values, note, "documents_aged_18_40")


def _it(seen: Sequence[Seen], years: range) -> Iterator[Row]:
    """IT specialists who live abroad at the end of a year, and where."""
    staff = "of the staff of the Hi-Tech Park's firms in January 2019"
    for year in years:
        end = f"{year}-12-31"

        def share(place: str, gone: bool, end: str = end) -> list[float]:
            return [it_abroad(one, Asked((place,), end, end), gone) for one in seen]

        yield _share("it_left", EVERYWHERE, str(year), share("", True), f"{staff} who live abroad", "it_left")
        for place in (*NAMES, "other_eu"):
            name = NAMES.get(place, "Other EU")
            note = f"{staff} who live abroad, those who live there"
            yield _share("it_left_to", name, str(year), share(place, False), note, "it_to_place")


def _answers(asked: Sequence[Living], years: range) -> Iterator[Row]:
    """What adults who came in 2020 or later answer in September: whether they would return, and have an income."""
    whom = "of adults who came in 2020 or later, asked in September"
    for place, name in NAMES.items():
        how = "as the survey of 2022 reached people" if place == "lithuania" else "everybody alike"
        for year in years:
            for at, answer in enumerate(INTENTIONS):
                values = [one.share(year, place, at) for one in asked]
                note = f"{whom}, {how}; if the regime changes"
                yield _pooled((answer, name, year), values, note, "survey")
            for sex in ("", "men", "women"):
                values = [one.income(year, place, sex) for one in asked]
                quantity = f"regular_income_{sex}" if sex else "regular_income"
                yield _pooled((quantity, name, year), values, f"{whom}, {how}; work or a pension", "survey")


def _pooled(names: tuple[str, str, int], shares: Sequence[Share], note: str, error: str) -> Row:
    people = sum(one.people for one in shares)
    few = f"rests on {people} simulated people" if 0 < people < FEWEST else ""
    return _share(*names[:2], str(names[2]), percent(shares, FEWEST), _joined(note, few), error)


def _share(quantity: str, destination: str, period: str, values: list[float], note: str, error: str) -> Row:
    known = [value for value in values if not np.isnan(value)]
    middle = float(np.median(known)) if known else 50.0
    place = "lithuania" if error == "survey" else "poland"
    spread = to_come(error, place, middle, unit="%")
    return Row(quantity, destination, period, values, "%", note, spread, percent=True)

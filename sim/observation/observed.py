"""What was observed of emigration to the end of 2022: every row of `sim/data/observed` as a pattern to be measured.

A pattern has its own quantity, unit, tolerance and role. Rows that no run can tell are patterns too, with the reason;
so are those from before the model's clock, which serve as past values of the naive rules.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import pandas as pd

from sim.numerics.locations import DATA
from sim.numerics.months import month
from sim.observation import living
from sim.observation.definitions import REGISTERS, at
from sim.observation.quantities import QUANTITIES
from sim.observation.questions import BEFORE, STATUS_ROWS

OBSERVED = DATA / "observed"
"""Folder of what was seen of emigration; `sim/data/README.md` says what is what."""
LAST = "2022-12"
"""Month in which observations end."""
SURVEY = "survey"
"""Quantity of the rows of the survey of Lithuania, which is asked of the people and not read from a run."""
RANK = "rank_of_whys"
"""Quantity of the order of the reasons for Lithuania, read from the same survey."""
STOCKS = (
    *REGISTERS,
    "refugees",
    "asylum_seekers",
    "residents_estimate",
    "register_of_foreigners",
    "present",
    "socially_insured",
)
"""Quantities of a date."""


@dataclass(frozen=True)
class Pattern:
    """Something observed, and by how much a run may be off."""

    name: str  # the definition or the pattern of its file
    quantity: str  # of `QUANTITIES`, or SURVEY, or RANK; empty if no run can tell it
    destination: str
    start: str
    end: str
    observed: float
    unit: str
    source: str
    confidence: str
    note: str
    target: str = ""  # number in the list of patterns by which a fit is judged
    tolerance: float = 0.0
    kind: str = ""  # relative, absolute, points, order, least
    role: str = "check"
    fitted: bool = False  # whether conf/ draws a number from it, whatever the parameters of a run
    item: str = ""  # domain and item of a survey's row; channels of a reading by channel
    without: str = ""  # why no run can tell it
    added: bool = False  # read after the fit was seen: told everywhere, in no threshold

    @property
    def past(self) -> bool:
        """Whether it lies before the first month of the model."""
        return (at(self.end) if self.quantity in STOCKS else month(self.start)) < 0

    @property
    def last(self) -> int:
        """The last month that a run must have lived to be measured."""
        return at(self.end) if self.quantity in STOCKS else month(self.end)

    @property
    def group(self) -> str:
        """The group in which it is told."""
        if self.quantity in (SURVEY, RANK):
            return "survey"
        return QUANTITIES[self.quantity].group if self.quantity else "not in the model"


@cache
def read(name: str) -> pd.DataFrame:
    """A table of the observed by name of file, empty fields as empty texts."""
    return pd.read_csv(OBSERVED / f"{name}.csv", keep_default_na=False)


@cache
def patterns() -> tuple[Pattern, ...]:
    """Every pattern once, in the order of the groups; a number that two files hold is one pattern with both marks."""
    found: dict[tuple[object, ...], Pattern] = {}
    for part in (_targets, _departures, _stocks, _lithuania, _series, _survey, _repression, _channels, _asylum):
        for pattern in part():
            key = (pattern.quantity or pattern.name, pattern.destination, pattern.start, pattern.end, pattern.observed,
                   pattern.item)  # fmt: skip
            if key in found:
                first = found[key]
                found[key] = replace(first, fitted=first.fitted or pattern.fitted, note=first.note or pattern.note)
            else:
                pattern = replace(pattern, fitted=pattern.fitted or _claims_drawn_upon(pattern))
                found[key] = pattern if pattern.kind or pattern.without else with_tolerance(pattern)
    marked = [replace(one, fitted=True) if (one.quantity, one.destination) in FITTED_QUANTITIES else one
              for one in found.values()]  # fmt: skip
    order = list(dict.fromkeys(quantity.group for quantity in QUANTITIES.values()))
    order.insert(order.index("repression"), order.pop(order.index("survey")))
    return tuple(sorted(marked, key=lambda one: order.index(one.group) if one.quantity else len(order)))


def _claims_drawn_upon(pattern: Pattern) -> bool:
    """Whether it counts claims, at the border or all, from which the access to asylum of a destination was set."""
    last = FITTED_CLAIMS.get(pattern.destination, "")
    return pattern.quantity in ("asylum_applications", "entries_protection") and "2020-01-01" <= pattern.end <= last


def within(months: int) -> list[Pattern]:
    """The patterns that lie within the first `months` months."""
    return [pattern for pattern in patterns() if not pattern.past and pattern.last < months]


def with_tolerance(pattern: Pattern) -> Pattern:
    """The pattern with the tolerance of its kind and place."""
    if pattern.quantity == SURVEY:
        kind = "survey" if pattern.unit == "%" else "score"
    elif pattern.quantity == RANK:
        kind = "shape"
    else:
        kind = QUANTITIES[pattern.quantity].kind
    table = _tolerances()
    rule = table.get((kind, pattern.destination), table.get((kind, "any")))
    if rule is None:
        raise KeyError(f"tolerances.csv has no '{kind}' for {pattern.destination}")
    tolerance, how = rule
    if kind in ("asylum", "entries") and pattern.observed > 0:  # the luck of a small count
        tolerance = (tolerance**2 + 1.0 / pattern.observed) ** 0.5
    if pattern.unit.endswith("at least"):
        how = "least"
    return replace(pattern, tolerance=tolerance, kind=how)


@cache
def _tolerances() -> dict[tuple[str, str], tuple[float, str]]:
    table = pd.read_csv(DATA / "tolerances.csv")
    return {(row.kind, row.destination): (float(row.tolerance), row.tolerance_kind) for row in table.itertuples()}


def _pattern(
    row: Any, name: str, quantity: str | None, destination: str, observed: float, why: str = "", **more: Any
) -> Pattern:
    """A row of a file as a pattern; `why` is the key of `WITHOUT` where that is not its name."""
    start, end = getattr(row, "start", None) or row.date, getattr(row, "end", None) or row.date
    known = {"unit": getattr(row, "unit", "persons"), "source": row.source, "confidence": row.confidence}
    if quantity is None:
        more["without"] = WITHOUT[why or name]
    return Pattern(name, quantity or "", destination, start, end, observed, **known, note=row.note, **more)


# files


def _departures() -> Iterator[Pattern]:
    for row in read("departures").itertuples():
        fit = row.reading == 1
        quantity = OF_DEPARTURES.get(row.definition, row.definition)
        known = quantity if quantity in QUANTITIES else None
        role = "fit" if fit else "check"
        yield _pattern(row, row.definition, known, row.destination, float(row.persons), role=role, fitted=fit)


def _stocks() -> Iterator[Pattern]:
    for row in read("stocks").itertuples():
        quantity = OF_STOCKS.get(row.definition, row.definition)
        known = quantity if quantity in QUANTITIES else None
        fitted = (row.destination, row.definition) == FITTED_STOCK
        yield _pattern(row, row.definition, known, row.destination, float(row.persons), fitted=fitted)


def _lithuania() -> Iterator[Pattern]:
    for row in read("lithuania").itertuples():
        quantity = OF_LITHUANIA.get(row.indicator)
        value = float(row.value) * (100.0 if row.unit == "fraction" else 1.0)
        found = _pattern(row, row.indicator, quantity, "lithuania", value)
        yield replace(found, unit="%") if row.unit == "fraction" else found


def _asylum() -> Iterator[Pattern]:
    yield from (replace(found, added=True) for found in _series("asylum"))


def _series(name: str = "series") -> Iterator[Pattern]:
    for row in read(name).itertuples():
        quantity = row.series if row.series in QUANTITIES or row.series == RANK else None
        found = _pattern(
            row, row.series, quantity, row.destination, float(row.value),
            fitted=row.series in FITTED_SERIES or (row.series, row.destination) == FITTED_ENTRIES,
        )  # fmt: skip
        yield found


def _repression() -> Iterator[Pattern]:
    for row in read("repression").itertuples():
        yield _pattern(row, row.series, row.series, "belarus", float(row.value), fitted=True)


def _channels() -> Iterator[Pattern]:
    for row in read("channels").itertuples():
        places = row.destinations.replace(" ", "+") or "world"
        yield _pattern(
            row, row.channel, "by_channel", places, float(row.persons), fitted=True, role="fit", item=row.channel
        )


def _survey() -> Iterator[Pattern]:
    for row in read("survey").itertuples():
        name, why = f"{row.domain}: {row.item}", f"{row.survey}: {row.domain}"
        if row.survey == "eesc_2022":
            quantity: str | None = SURVEY if row.domain not in NOT_ASKED and name != BUSINESS else None
            fitted, item, destination = name in FITTED_ROWS, name, "lithuania"
        else:
            quantity, destination = OF_SURVEYS.get((row.survey, row.domain, row.item), (None, "world"))
            fitted, item = quantity == "moved_since_invasion", ""
        more = {"fitted": fitted, "item": item if quantity else row.item}
        yield _of_whole_years(_pattern(row, name, quantity, destination, float(row.value), why, **more))


def _of_whole_years(pattern: Pattern) -> Pattern:
    """A share of all who left since 2020 has their months, not those of the survey."""
    if pattern.quantity == "left_legally":
        if "2021" in pattern.name:
            return replace(pattern, start="2021-01-01", end="2021-12-31")
        return replace(pattern, start="2020-01-01")
    return pattern


def _targets() -> Iterator[Pattern]:
    items = {(str(row.target), float(row.value)): f"{row.domain}: {row.item}" for row in read("survey").itertuples()}
    for row in read("targets").itertuples():
        quantity = OF_TARGETS.get(row.quantity, row.quantity)
        item = ""
        if row.quantity.startswith("survey_") and quantity not in QUANTITIES:
            quantity, item = SURVEY, items[str(row.target), float(row.value)]
        found = _pattern(row, item or row.pattern, quantity, row.destination, float(row.value), item=item)
        fitted = item in FITTED_ROWS or row.quantity in FITTED_TARGETS
        yield replace(found, target=str(row.target), tolerance=float(row.tolerance), kind=row.tolerance_kind,
                      role=row.role, fitted=fitted)  # fmt: skip


# what the files' words mean

OF_DEPARTURES = {
    "registered_immigrants": "first_permits_long",
    "residence_permit_applications": "permit_applications",
    "belstat_departures": "departures",
    "residence_permits": "first_permits_long",
    "reading": "departures",
    "reported_by_belarus_mvd": "departures",
    "rosstat_arrivals": "arrivals",
    "interior_ministry_arrivals": "entries",
    "total_estimate": "departures",
}
"""Definitions of `departures.csv` that are not the name of a quantity."""
OF_STOCKS = {"entrants_march_june_still_there": "entrants_still_there"}
OF_LITHUANIA = {
    "asylum_applications": "asylum_applications",
    "asylum_applications_cumulative": "asylum_applications",
    "asylum_applications_first_or_repeat": "asylum_applications",
    "asylum_applications_new": "asylum_applications",
    "asylum_recognised": "asylum_recognised",
    "asylum_rejected": "asylum_rejected",
    "first_residence_permits_12_months_or_more": "first_permits_long",
    "humanitarian_permit_arrivals_cumulative": "entries_humanitarian",
    "illegal_crossings_detected": "irregular_crossings",
    "it_share_of_employed": "it_share_of_employed",
    "minister_humanitarian_entry_permits_cumulative": "humanitarian_visas",
    "national_visas": "national_visas",
    "national_visas_humanitarian": "humanitarian_visas",
    "residence_permit_applications": "permit_applications",
    "residence_permits_issued": "permits_issued",
    "share_employment_ground_of_temporary_residence_permits_applications": "work_permits_share",
    "share_political_migration": "political_share",
    "temporary_residence_permits_issued": "permits_issued",
}
OF_TARGETS = {
    "humanitarian_permits_issued": "humanitarian_visas",
    "humanitarian_permits_used": "entries_humanitarian",
    "it_to_poland": "it_to_place",
    "it_to_ukraine": "it_to_place",
    **{f"survey_left_{year}": f"left_{year}" for year in (2020, 2021, 2022)},
}
OF_SURVEYS: dict[tuple[str, str, str], tuple[str | None, str]] = {
    **{("cni_2022", "arrival", f"left {year}"): (f"left_{year}", "world") for year in (2020, 2021, 2022)},
    ("cni_2022", "exit", "left legally"): ("left_legally", "world"),
    ("cni_2022", "exit", "left legally, 2021 leavers"): ("left_legally", "world"),
    ("cni_2022", "mobility", "changed residence since 2022-02-24"): ("moved_since_invasion", "world"),
    ("devby_2021", "exit", "left Belarus"): ("it_left", "world"),
    ("devby_2021", "exit", "of leavers: after Aug 2020"): ("it_left_late", "world"),
    ("devby_2021", "residence", "destination Poland"): ("it_to_place", "poland"),
    ("devby_2021", "residence", "destination Ukraine"): ("it_to_place", "ukraine"),
    ("idfi_2022", "demography", "men among adults"): ("entrants_men", "georgia"),
    ("lt_migration_department_2020", "legal_status", "employment ground"): ("work_permits_share", "lithuania"),
}
BUSINESS = "needs: help in registering a business"
NOT_ASKED = ("public_money",)
FITTED_ROWS = (
    *(f"legal_status: {item}" for item in STATUS_ROWS),
    f"wellbeing: {BEFORE}",
    *(f"discrimination: {item}" for item in (living.HOME, living.WORK)),
)
"""Rows of the survey of Lithuania on which its odds weight, the slope of security and the rates of discrimination are
fitted."""
FITTED_SERIES = (
    *("short_visas", "short_work_documents", "recognition_share", "entrants_still_there", "present_change"),
    *("volunteers", "war_for_joining", "war_against_bases"),
)
FITTED_ENTRIES, FITTED_STOCK = ("entries", "georgia"), ("russia", "residence_documents")
FITTED_TARGETS = ("share_remaining", "entries")
FITTED_QUANTITIES = (
    *(("humanitarian_visas", place) for place in ("lithuania", "poland")),
    ("entries_humanitarian", "lithuania"),
    *((name, "poland") for name in ("first_permits", "ratio_first_permits")),
    *((name, "world") for name in ("it_left", "it_left_late")),
    *(("it_to_place", place) for place in ("poland", "ukraine")),
)
"""What `conf/` draws a number from: visas issued, demand for short work, recognition, what consulates gave on
humanitarian ground, how many first permits Poland gave for each start of short work, IT staff who had left by April
2021, entries to Georgia in fear of war and how long they stay, short workers called home in spring 2020, how fast
permits become citizenship in Russia. By series, target or quantity."""
FITTED_CLAIMS = {"lithuania": "2021-06-30", "poland": "2020-12-31"}
"""Last day of the claims from which `asylum_border` and `asylum_inside` were set; later ones test them."""
_UNITED_STATES = "of the United States alone, which are no place of the model"
WITHOUT = {
    "agency_labour_departures": "departures arranged by agencies are not told apart",
    "asylum_usa": _UNITED_STATES,
    "green_cards_usa": _UNITED_STATES,
    "registrations": "every stay is registered, visits too; the model has no visits",
    "permanent_residents": "permits are not told apart by length",
    "temporary_residents": "permits are not told apart by length",
    "border_crossings_both_ways": "the model has no visits",
    "national_visas_to_humanitarian_arrivals": "visas given after arrival on a minister's permit are not told apart",
    "work_permits": "a permit to work is no step of its own; demand for work is drawn from this number",
    "eesc_2022: public_money": "an input of the support paid",
    "eesc_2022: needs": "self-employment is no work of its own in the model",
    "cni_2022: arrival": "before the model's clock; the weight of those who left since 2020 is fitted on it",
    "cni_2022: reason_leave": "reasons are asked of those in Lithuania only",
    "cni_2022: exit": "help of organisations is no part of the model",
    "cni_2022: mobility": "plans abroad are no part of the model",
    "devby_2021: intention": "intentions are not asked of IT workers",
}
"""Why no run can tell a definition."""

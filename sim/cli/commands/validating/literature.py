"""`part=literature`: elasticities of the literature beside those that paired runs of the model give.

One thing is changed at a time on 1 January 2021, and what happened is lived again with it by the same people with the
same luck; what is measured are sums of hazards where there are such. A published elasticity is of other people and
another time: outside its band is a question to the model, not a proof against it.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sim.analysis.estimates import estimate
from sim.history.history import History
from sim.history.records import policy_from
from sim.model.feedback import Held, Paths
from sim.numerics.codes import AWAY, CHANNEL, PLACE, STATUS
from sim.numerics.errors import UserError
from sim.numerics.months import first_day, month
from sim.observation import counts
from sim.observation import definitions as by
from sim.observation import seen as of
from sim.observation.observed import LAST
from sim.observation.seen import Seen, seen_by
from sim.runs.ensemble import Ensemble
from sim.runs.run import Job, Run
from sim.runs.settings import Settings
from sim.runs.tables import OF_VALIDATION

FROM = "2021-01"
"""Month from which one thing is changed: after the first wave, a year before the war."""
YEAR, TWO_YEARS = 12, 24
"""Months over which published effects run."""
VISA_FREE, RAISED, WAGE, STOCK = "ukraine", 0.9, 1.2, 1.5
"""Where a visa is asked for: the largest country without; by what approvals, a wage and a stock are multiplied."""
TOWARDS = "lithuania"
"""The destination whose wage, rents and residents are changed."""
_BELARUS, _IRREGULAR = PLACE["belarus"], CHANNEL["irregular"]


class Pair(NamedTuple):
    """What happened, the same with one thing changed, and the rents of both, float64[T, places]."""

    base: Seen
    other: Seen
    rents: tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Elasticity:
    """A published elasticity, what is changed, and how it is read off a pair of runs."""

    name: str
    band: tuple[float, float]
    unit: str
    world: str  # of `WORLDS`, or empty: read off what happened
    read: Callable[[Pair], float]
    how: str
    source: str
    confidence: str


def log_ratio(after: float, before: float) -> float:
    """Logarithm of a ratio; not a number where there is nobody on either side."""
    return math.log(after / before) if after > 0.0 and before > 0.0 else math.nan


def _expected(run: Run, places: Sequence[int], months: int, channel: int | None = None) -> float:
    """Expected departures to some places in the months after the change."""
    first = month(FROM)
    part = run.expected[first : first + months][:, list(places)]
    return float(part.sum() if channel is None else part[:, :, channel].sum())


def _others(place: int) -> list[int]:
    return [PLACE[name] for name in counts.DESTINATIONS if PLACE[name] != place]


def to_place(pair: Pair, places: Sequence[int], months: int = YEAR, channel: int | None = None) -> float:
    """Log change of expected departures to some places."""
    return log_ratio(*(_expected(one.run, places, months, channel) for one in (pair.other, pair.base)))


def flow_percent(pair: Pair, places: Sequence[int]) -> float:
    """Change of expected departures to some places, percent."""
    return 100.0 * math.expm1(to_place(pair, places))


def of_refusals(pair: Pair) -> float:
    """Log change of expected irregular entries to the EU over that of the rate at which applications are refused."""
    eu = [PLACE[name] for name in counts.places_of("eu", pair.base.world)]
    return _ratio(to_place(pair, eu, TWO_YEARS, _IRREGULAR), _refused(pair, eu))


def _refused(pair: Pair, places: Sequence[int]) -> float:
    """Log change of the mean rate of refusals of the channels by which one may come."""
    first = month(FROM)
    rates = []
    for one in (pair.other, pair.base):
        approval = one.world.rules["approval"][first : first + TWO_YEARS][:, list(places)]
        kept = approval[:, :, [CHANNEL[name] for name in REFUSED]]
        rates.append(1.0 - float(kept.mean()))
    return log_ratio(*rates)


def of_asylum(pair: Pair) -> float:
    """Log change of people without status in the EU over that of the rate at which asylum is refused."""
    eu = [PLACE[name] for name in counts.places_of("eu", pair.base.world)]
    rates, without = [], []
    for one in (pair.other, pair.base):
        first = month(FROM)
        yes, no = (sum(float(what(one, p)[first:].sum()) for p in eu) for what in (of.recognised, of.rejected))
        rates.append(no / (yes + no) if yes + no else math.nan)
        without.append(float(one.run.stocks[first:, eu, STATUS["irregular"]].sum()))
    return _ratio(log_ratio(*without), log_ratio(*rates))


def _ratio(effect: float, cause: float) -> float:
    return effect / cause if cause else math.nan


def of_wage(pair: Pair) -> float:
    """Log change of expected departures over that of the wage there."""
    return to_place(pair, [PLACE[TOWARDS]]) / math.log(WAGE)


def of_stock(pair: Pair) -> float:
    """Log change of expected departures over that of residents there, as those who decide see them."""
    return to_place(pair, [PLACE[TOWARDS]]) / math.log(STOCK)


def of_rents(pair: Pair) -> float:
    """Percent by which rents rise for each percent of the city's people who arrive since the start, at the end."""
    place, (base, other) = PLACE[TOWARDS], pair.rents
    start, city = (pair.other.world.places[name][0, place] for name in ("diaspora", "city"))
    newcomers = by.residents(pair.other.run, place)[-2] - start
    return _ratio(100.0 * (other[-1, place] / base[-1, place] - 1.0), 100.0 * newcomers / city)


def left_after_wish(pair: Pair) -> float:
    """Percent of units that wished to leave in 2020 and could not, whose head leaves within two years of it."""
    run = pair.base.run
    first = month("2020-01")
    wished = run.wishes[(run.wishes["month"] >= first) & (run.wishes["month"] < first + YEAR)]
    keys, at = np.unique(wished["key"], return_index=True)
    return 100.0 * _left_within(run, keys, wished["month"][at].astype(np.int64)) if len(keys) else math.nan


def _left_within(run: Run, keys: np.ndarray, since: np.ndarray) -> float:
    gone = run.departures
    order = np.argsort(keys)
    at = np.searchsorted(keys, gone["key"], sorter=order).clip(0, len(keys) - 1)
    rows = order[at]
    ours = keys[rows] == gone["key"]
    late = gone["month"][ours].astype(np.int64) - since[rows[ours]]
    return float(len(np.unique(rows[ours][(late > 0) & (late <= TWO_YEARS)])) / len(keys))


def wish_ratio(pair: Pair) -> float:
    """How many times as often who wished in vain leaves within two years as another adult at home does."""
    run, people = pair.base.run, pair.base.people
    first = month("2020-01")
    wished = np.unique(run.wishes["key"][(run.wishes["month"] >= first) & (run.wishes["month"] < first + YEAR)])
    grown = (first - people.birth.astype(np.int64) >= 18 * 12) & (people.place == _BELARUS) & (people.behind > 0)
    others = np.setdiff1d(people.key[grown], wished)
    shares = [_left_within(run, keys, np.full(len(keys), first + YEAR // 2)) for keys in (wished, others) if len(keys)]
    return _ratio(*shares) if len(shares) == 2 else math.nan


def returned(pair: Pair) -> float:
    """Percent of people settled abroad who return to Belarus in a year, 2021 and 2022."""
    run, first = pair.base.run, month("2021-01")
    home = run.flows[first:, 1:, _BELARUS].sum()
    settled = run.stocks[first:, 1:].sum() - run.stocks[first:, 1:, AWAY].sum()
    return 100.0 * YEAR * float(home) / float(settled)


REFUSED = ("work", "family", "study", "humanitarian")
"""Channels of visas and permits whose approvals are lowered."""
VISA, REFUSALS, ASYLUM, EARN, RENT, DIASPORA = (
    "visa_asked", "more_refused", "asylum_refused", "wage_raised", "rents_answer", "more_residents"
)  # fmt: skip
_NORMAL_90 = 1.645


def _band(mean: float, sd: float) -> tuple[float, float]:
    """90% of a normal prior."""
    return mean - _NORMAL_90 * sd, mean + _NORMAL_90 * sd


ELASTICITIES = (
    Elasticity("arrivals, a visa being asked for", (100 * math.expm1(-0.98), 100 * math.expm1(-0.16)), "%", VISA,
               lambda pair: flow_percent(pair, [PLACE[VISA_FREE]]),
               "Ukraine ends entry without a visa and offers none: more than a requirement, so a bound",
               "Bertoli & Fernández-Huertas Moraga 2015: log change N(-.57, .25)", "memory-high"),
    Elasticity("arrivals elsewhere, the same", (3.0, 17.0), "%", VISA,
               lambda pair: flow_percent(pair, _others(PLACE[VISA_FREE])), "the same runs, all other destinations",
               "Bertoli & Fernández-Huertas Moraga 2015, recalled", "memory-low"),
    Elasticity("all departures, the same", (-100.0, 0.0), "%", VISA,
               lambda pair: flow_percent(pair, [PLACE[name] for name in counts.DESTINATIONS]),
               "the same runs, all destinations", "Brekke, Røed & Schøne 2016: the total falls too", "found"),
    Elasticity("irregular entries to refused visas", _band(0.5, 0.2), "elasticity", REFUSALS, of_refusals,
               f"approval of work, family, study and humanitarian papers of the EU times {RAISED:g}, two years",
               "Czaika & Hobolth 2014: 10% more refusals, 5% more irregular entries", "found"),
    Elasticity("stays without papers to refused asylum", _band(0.3, 0.15), "elasticity", ASYLUM, of_asylum,
               f"recognition in the EU times {RAISED:g}; person-months without status",
               "Czaika & Hobolth 2014: 10% more refusals, 3% more", "found"),
    Elasticity("arrivals to residents there", _band(0.6, 0.2), "elasticity", DIASPORA, of_stock,
               f"residents of Lithuania seen as {STOCK:g} times as many, one year",
               "Beine, Docquier & Özden (CESifo 3333)", "found"),
    Elasticity("arrivals to wages there", _band(0.7, 0.3), "elasticity", EARN, of_wage,
               f"wages of Lithuania times {WAGE:g}, one year", "Ortega & Peri 2013, magnitude recalled", "memory-low"),
    Elasticity("rents to newcomers", _band(0.85, 0.2), "% a %", RENT, of_rents,
               "rents of Vilnius answer to newcomers, end of the run", "Saiz 2007; Głuszak & Trojanek 2025", "found"),
    Elasticity("left within two years of a wish", (12.0, 24.0), "%", "", left_after_wish,
               "units that wished in vain in 2020, what happened",
               "van Dalen & Henkens 2008 (24% in 24 months); Gödri & Feleky (17% in 36)", "found"),
    Elasticity("the same, over who did not wish", (2.0, 6.0), "ratio", "", wish_ratio,
               "heads of units at home, 24 months from mid-2020",
               "Gödri & Feleky: 3.5 times as often; the band is an assumption", "found"),
    Elasticity("return in a year", (0.0, 8.0), "%", "", returned, "settled abroad, 2021 and 2022",
               "OutRush, Russians abroad 2023-24: at most 8%", "found"),
)  # fmt: skip
"""Every elasticity, in the order in which it is told."""


# worlds


def _policy(history: History, name: str, changes: Mapping[str, Any]) -> History:
    day = first_day(month(FROM)).isoformat()
    event = {"announced": day, "from": day, "until": None, "source": "an elasticity that is to be read off",
             "confidence": "assumption", "changes": dict(changes)}  # fmt: skip
    about = {
        "description": f"{name} from {FROM}",
        "actor": "nobody",
        "historical": False,
        "events": {f"{name}_event": event},
    }
    return history.enact(policy_from(name, about))


def _eu(ensemble: Ensemble) -> tuple[str, ...]:
    return counts.places_of("eu", ensemble.world(ensemble.settings.scenario))


def _changes(ensemble: Ensemble, name: str) -> dict[str, Any]:
    """What a world changes, by parameter."""
    history, months = ensemble.history(ensemble.settings.scenario), ensemble.months
    if name == VISA:
        return {f"{VISA_FREE}.visa_free": {"closed": 1, "except": [], "revoke": []}}
    if name == REFUSALS:
        return {f"{place}.{channel}.approval": RAISED for place in _eu(ensemble) for channel in REFUSED
                if f"{place}.{channel}.approval" in history.parameters}  # fmt: skip
    if name == ASYLUM:
        return {f"{place}.asylum.renewal": RAISED for place in _eu(ensemble)}
    if name == EARN:
        wages = history.monthly(f"{TOWARDS}.wage", months)
        return {f"{TOWARDS}.wage": {first_day(t): float(WAGE * wages[t]) for t in range(month(FROM), months)}}
    return {f"{TOWARDS}.rent_response": 0.85}


def made(settings: Settings) -> tuple[dict[str, pd.DataFrame], str]:
    """The table of elasticities by name, and the page as text."""
    if settings.until < LAST:
        raise UserError(f"part=literature needs runs to {LAST}; until={settings.until} is before")
    if settings.replicate_count < 2:
        raise UserError("part=literature needs two replicates at least, for an interval")
    ensemble = Ensemble(replace(settings))
    for name in (VISA, REFUSALS, ASYLUM, EARN, RENT):
        base = ensemble.history(settings.scenario)
        ensemble.add(name, _policy(base, name, _changes(ensemble, name)))
    found = ensemble.in_turn(
        lambda replicate, threads: _read(ensemble, replicate, threads), range(settings.replicate_count)
    )
    rows = []
    for at, one in enumerate(ELASTICITIES):
        values = [each[at] for each in found if not math.isnan(each[at])]
        told = estimate(values) if len(values) > 1 else None
        mean, low, high = (told.mean, told.low, told.high) if told else (math.nan,) * 3
        rows.append((one.name, *one.band, mean, low, high, one.unit, verdict(one.band, mean), one.how, one.source,
                     one.confidence))  # fmt: skip
    table = pd.DataFrame(rows, columns=OF_VALIDATION["literature"].names)
    return {"literature": table}, "\n".join(printed(table))


def verdict(band: tuple[float, float], value: float) -> str:
    """What is said of a simulated elasticity beside the published band."""
    if math.isnan(value):
        return "nothing to tell"
    return "below" if value < band[0] else "above" if value > band[1] else "inside"


def _read(ensemble: Ensemble, replicate: int, threads: int) -> list[float]:
    """Every elasticity of one replicate."""
    settings = ensemble.settings
    model = ensemble.model(Job(settings.scenario, settings.lambda_, replicate), threads)
    model.keeps_paths = True
    model.run()
    paths, rents = model.paths, model.world.places["rent"].copy()
    base = _seen(ensemble, model, settings.scenario, replicate)
    pairs = {"": Pair(base, base, (rents, rents))}
    for name in (VISA, REFUSALS, ASYLUM, EARN, RENT, DIASPORA):
        world = name if name != DIASPORA else settings.scenario
        other = ensemble.model(Job(world, settings.lambda_, replicate), threads)
        if name == DIASPORA:
            other.held = Held(("diaspora",), _more_residents(paths))
        other.run()
        theirs = other.world.places["rent"].copy()
        pairs[name] = Pair(base, _seen(ensemble, other, world, replicate), (rents, theirs))
    return [one.read(pairs[one.world]) for one in ELASTICITIES]


def _seen(ensemble: Ensemble, model: Any, world: str, replicate: int) -> Seen:
    run = ensemble.finished(model, Job(world, ensemble.settings.lambda_, replicate))
    return seen_by(run, ensemble.world(world), ensemble.start(run), ensemble.settings.one_in)


def _more_residents(paths: Paths) -> Paths:
    """The paths with so many times the residents of one destination from the change on."""
    residents = {}
    for t, of_month in paths.residents.items():
        residents[t] = of_month.copy()
        if t >= month(FROM):
            residents[t][PLACE[TOWARDS]] *= STOCK
    return replace(paths, residents=residents)


def printed(table: pd.DataFrame) -> Iterator[str]:
    """The table as text."""
    yield f"ELASTICITIES of the literature, and those of paired runs from {FROM} on"
    yield ""
    yield f"{'':<42}{'published':>18}{'simulated':>11}{'90%':>20}  {'unit':<12}verdict"
    for row in table.itertuples():
        band, ends = f"{row.low:.2f} to {row.high:.2f}", f"{row.sim_low:.2f} to {row.sim_high:.2f}"
        line = f"{row.elasticity:<42}{band:>18}{row.simulated:>11.2f}{ends:>20}  {row.unit:<12}{row.verdict}"
        yield line.replace("-", "\u2212")
        yield f"    {row.how}. {row.source}"

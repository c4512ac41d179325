"""The yardstick: every pattern that was observed beside what runs give, with its error in its own tolerance.

An error is the log of simulated over observed, or their difference in points or in the unit, over the tolerance; a hit
is an error of at most one. Nothing here is fitted: `fitted` marks rows from which `conf/` draws a number, and of runs
whose parameters are drawn those that the draws were fitted to; a hit there proves nothing. Intervals are of the mean of
replicates, which is luck alone; where parameters are drawn they are predictive, of parameters, people and luck.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from sim.analysis.estimates import Estimated, estimate, predictive
from sim.numerics.codes import PLACE
from sim.numerics.months import label
from sim.observation import counts
from sim.observation import definitions as by
from sim.observation.counts import Asked
from sim.observation.definitions import lag
from sim.observation.naive import forecasts, in_short, is_reading
from sim.observation.observed import RANK, SURVEY, Pattern, patterns, within
from sim.observation.quantities import QUANTITIES
from sim.observation.registered import drawn_from
from sim.observation.seen import Seen
from sim.runs.tables import OF_OTHERS

if TYPE_CHECKING:
    from sim.runs.draws import Draws

HIT, MISS, UNTOLD, UNASKED, NOTHING = "hit", "miss", "no counterpart", "not asked", "no value"
"""What is said of a pattern; the last three are neither: no run can tell it, it was not asked, or nobody was there, too
few people are, or the run ends too early."""
SURE = 2
"""Runs from which an interval can be told."""

CHANGES = ("growth_residents", "net_entries", "net_migration")
"""Quantities that may be below zero."""

EXPECTED = (
    *("asylum_applications", "entries_special_visas", "entries_humanitarian", "entries_business_harbour"),
    "entries_protection",
)
"""Quantities that are hazards summed and no agents, so that less than one agent can be told."""

Answers = Mapping[str, Sequence[float]]
"""Answers to the survey of Lithuania, by domain and item: that of all runs together, then that of each."""


class Yardstick(NamedTuple):
    """Tables `patterns`, `naive_rules` and `naive_summary` (`sim.runs.tables`)."""

    patterns: pd.DataFrame
    naive_rules: pd.DataFrame
    naive_summary: pd.DataFrame


def yardstick(seen: Sequence[Seen], answers: Answers | None = None, draws: "Draws | None" = None) -> Yardstick:
    """Patterns within the simulated months beside the runs, and the naive rules beside both.

    Without `answers` the survey of Lithuania counts as not asked. `draws` are those that the runs have their parameters
    of, if not the central values.
    """
    told = within(len(seen[0].run.harms))
    least = seen[0].one_in / (2.0 * len(seen))
    values = [measured(pattern, seen, answers) for pattern in told]
    fit, estimated = drawn_from(draws), estimate if draws is None else predictive
    marked = [replace(pattern, fitted=pattern.fitted or pattern in fit) for pattern in told]
    table = pd.DataFrame(
        [
            _row(pattern, found, least, estimated, len(seen[0].run.harms))
            for pattern, found in zip(marked, values, strict=True)
        ],
        columns=OF_OTHERS["patterns"].names,
    )
    simulated = {pattern: found[0] for pattern, found in zip(told, values, strict=True) if found}
    detail = forecasts(patterns(), simulated, _in_the_month_of_leaving(told, seen), least)
    return Yardstick(table, detail, in_short(detail))


def measured(pattern: Pattern, seen: Sequence[Seen], answers: Answers | None) -> list[float]:
    """What the runs give together, then what each gives; nothing where it cannot be told."""
    if not pattern.quantity or (pattern.quantity in (SURVEY, RANK) and answers is None):
        return []
    if pattern.quantity == SURVEY and answers is not None:
        return list(answers[pattern.item]) if pattern.item in answers else []
    if pattern.quantity == RANK and answers is not None:
        return _rank(answers)
    asked = Asked(counts.places_of(pattern.destination, seen[0].world), pattern.start, pattern.end,
                  (pattern.item,) if pattern.item else ())  # fmt: skip
    each = [QUANTITIES[pattern.quantity].measure(one, asked) for one in seen]
    return [float(np.median(each) if pattern.kind == "order" else np.mean(each)), *each]


WHYS = ("possibility of visa/TRP", "relatives/support network there", "better political climate",
        "better employment opportunities")  # fmt: skip
"""Reasons for Lithuania in the order of the survey, other reasons apart."""


def _rank(answers: Answers) -> list[float]:
    """1 where the reasons for Lithuania stand in the order of the survey, else 0."""
    items = [f"reason_destination: {why}" for why in WHYS]
    if not all(item in answers for item in items):
        return []
    return [
        float(list(row) == sorted(row, reverse=True)) for row in zip(*(answers[item] for item in items), strict=True)
    ]


def _row(
    pattern: Pattern, values: Sequence[float], least: float, estimated: Estimated, months: int
) -> tuple[object, ...]:
    simulated, low, high, error = (math.nan,) * 4
    if pattern.without:
        verdict = UNTOLD
    elif not values:
        verdict = UNASKED
    else:
        simulated = values[0]
        error, verdict = judged(pattern, simulated, least)
        if len(values) > SURE and pattern.kind != "order" and not any(map(math.isnan, values)):
            found = estimated(values[1:])
            low, high = found.low, found.high
    note = _why_nothing(pattern, simulated, months) if verdict == NOTHING else pattern.without or pattern.note
    return (pattern.group, pattern.target, pattern.name, pattern.destination, pattern.start, pattern.end,
            pattern.observed, simulated, low, high, error, pattern.tolerance if not pattern.without else math.nan,
            pattern.kind, pattern.fitted, verdict, pattern.unit, pattern.role, pattern.quantity, pattern.source,
            pattern.confidence, note)  # fmt: skip


def judged(pattern: Pattern, simulated: float, least: float) -> tuple[float, str]:
    """Error of a simulated value in the pattern's tolerance, and the verdict.

    Of a relative tolerance it is the log of simulated over observed, the first at least `least`: half an agent in all
    runs together, for what was not seen once, or a hundredth of a share or ratio, or one person of what is expected. A
    change, which may have either sign, is off by its difference over the observed. An order has no error.
    """
    if math.isnan(simulated) or _too_few(pattern, simulated, least):
        return math.nan, NOTHING
    if pattern.kind == "order":
        return math.nan, HIT if simulated == pattern.observed else MISS
    if pattern.quantity in CHANGES and pattern.kind == "relative":
        off = simulated / pattern.observed - 1.0
    elif pattern.kind == "relative":
        smallest = 0.01 if pattern.unit in ("%", "ratio") else 1.0 if pattern.quantity in EXPECTED else least
        off = math.log(max(simulated, smallest) / pattern.observed)
    else:
        off = simulated - pattern.observed
        if pattern.kind == "least":
            off = min(off, 0.0)
            return off / pattern.tolerance, HIT if off == 0.0 else MISS
    error = off / pattern.tolerance
    return error, HIT if abs(error) <= 1.0 else MISS


def _too_few(pattern: Pattern, simulated: float, least: float) -> bool:
    """Whether nobody was simulated and the fewest people whom the runs can show would not be fewer than allowed."""
    counted = pattern.kind == "relative" and pattern.unit not in ("%", "ratio")
    counted = counted and pattern.quantity not in (*CHANGES, *EXPECTED)
    return counted and simulated < least and math.log(least / pattern.observed) >= -pattern.tolerance


def _why_nothing(pattern: Pattern, simulated: float, months: int) -> str:
    """Why a pattern has no value."""
    if not math.isnan(simulated):
        return "fewer people than half an agent in all runs: take a larger sample"
    if pattern.quantity == "permit_applications":
        waits = max(lag(PLACE[place]) for place in pattern.destination.split("+"))
        if pattern.last + waits >= months:
            return (
                f"its permit comes {waits} months later, after the runs: "
                f"a comparison until {label(pattern.last + waits)} or later tells it"
            )
    return "nobody was there of whom to tell a share"


def _in_the_month_of_leaving(told: Sequence[Pattern], seen: Sequence[Seen]) -> dict[Pattern, float]:
    """Departures in the months of each reading, whatever its definition: as if papers came on the day of leaving."""
    leaving = partial(counts.flow, counts.of_run(by.departures))
    readings = [one for one in told if is_reading(one) and one.destination in PLACE]
    return {one: float(np.mean([leaving(each, Asked((one.destination,), one.start, one.end)) for each in seen]))
            for one in readings}  # fmt: skip

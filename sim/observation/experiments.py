"""Natural experiments: measures that were taken once, what was observed before and after, and the model's effect.

A reading is the monthly rate of something counted after a measure over that before it: observed, in runs of what
happened, and in runs with the same luck in which the measure is not taken. None of it enters a fit. Other things
happened too (the war, the season), so the ratio is no effect; the model's effect is that of the measure alone.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

import numpy as np
import pandas as pd

from sim.analysis.scoring import scores
from sim.history.naming import HISTORICAL, Composition
from sim.observation import counts
from sim.observation.counts import Asked
from sim.observation.judging import spread
from sim.observation.observed import Pattern, patterns
from sim.observation.quantities import QUANTITIES
from sim.observation.seen import Seen
from sim.runs.tables import OF_VALIDATION

Days = tuple[str, str]
Y2020, Y2021, Y2022 = ((f"{year}-01-01", f"{year}-12-31") for year in (2020, 2021, 2022))


class Reading(NamedTuple):
    """Something counted before and after; with `since` both are differences of numbers counted from that day on."""

    quantity: str
    destination: str
    before: Days
    after: Days
    since: str = ""


class Experiment(NamedTuple):
    """A measure, the policies that it was, and what was read of it."""

    name: str
    without: tuple[str, ...]
    about: str
    readings: tuple[Reading, ...]

    @property
    def until(self) -> str:
        """The month to whose end a run must go."""
        return max(one.after[1][:7] for one in self.readings)

    @property
    def world(self) -> str:
        """Name of the world in which it was not taken."""
        return Composition(HISTORICAL, without=self.without).name


def _years(quantity: str, *places: str, before: Days = Y2021, after: Days = Y2022) -> tuple[Reading, ...]:
    return tuple(Reading(quantity, place, before, after) for place in places)


_BAN = ("2020-12-29", "2021-06-03")
EXPERIMENTS = (
    Experiment(
        "ukraine closed",
        ("ukraine_border_closed_2022",),
        "Ukraine admits no Belarusian from 28 February 2022. The invasion of the same week pushes people out as well, "
        "so that only where they go tests anything, not how many.",
        (*_years("asylum_applications", "ukraine", "poland", "lithuania"),
         *_years("first_permits", "poland", "lithuania", "germany", "other_eu")),
    ),
    Experiment(
        "leaving by land banned",
        ("belarus_land_exit_ban_2020",),
        "Belarus lets few leave by land from 21 December 2020 to 2 April 2022.",
        (Reading("entries_humanitarian", "lithuania", ("2020-08-12", "2020-12-28"), _BAN, "2020-08-12"),
         Reading("asylum_applications", "lithuania", ("2020-08-01", "2020-12-28"), _BAN, "2020-08-01"),
         *_years("first_permits", "lithuania", "poland", "latvia", "estonia", "germany", before=Y2020, after=Y2021)),
    ),
    Experiment(
        "visas stopped in 2022",
        ("lithuania_visa_suspension_2022", "latvia_permits_2022", "latvia_renewal_2022", "czechia_ban_2022"),
        "Lithuania suspends visas in March 2022, Latvia permits in April and renewals in September, Czechia both in "
        "March: within weeks of the invasion, so a check of consistency. Estonia, Germany and the other EU states are "
        "for comparison.",
        _years("first_permits", "lithuania", "latvia", "czechia", "estonia", "germany", "other_eu", "poland"),
    ),
)  # fmt: skip


def observed_of(reading: Reading) -> tuple[float, float]:
    """What was observed before and after; raises KeyError for a reading of which nothing was."""
    return _observed(reading, reading.before), _observed(reading, reading.after)


def _observed(reading: Reading, days: Days) -> float:
    if reading.since and days[0] > reading.since:
        before = date.fromordinal(date.fromisoformat(days[0]).toordinal() - 1).isoformat()
        return _value(reading, (reading.since, days[1])) - _value(reading, (reading.since, before))
    return _value(reading, days)


def _value(reading: Reading, days: Days) -> float:
    return _pattern(reading, days).observed


def _pattern(reading: Reading, days: Days) -> Pattern:
    for one in patterns():
        if (one.quantity, one.destination, (one.start, one.end)) == (reading.quantity, reading.destination, days):
            return one
    raise KeyError(f"nothing was observed of {reading.quantity} of {reading.destination} from {days[0]} to {days[1]}")


def _length(days: Days) -> float:
    return float((date.fromisoformat(days[1]) - date.fromisoformat(days[0])).days + 1)


def counted(seen: Seen, reading: Reading, days: Days) -> float:
    """What a run counts in some days."""
    asked = Asked(counts.places_of(reading.destination, seen.world), *days)
    return float(QUANTITIES[reading.quantity].measure(seen, asked))


def table(happened: Sequence[Seen], otherwise: Mapping[str, Sequence[Seen]]) -> pd.DataFrame:
    """The table `natural_experiments`; `otherwise` are runs of each experiment's world, with the luck of `happened`."""
    least = happened[0].one_in / (2.0 * len(happened))
    rows = [
        _row(experiment, reading, (happened, otherwise[experiment.world]), least)
        for experiment in EXPERIMENTS
        if experiment.world in otherwise
        for reading in experiment.readings
    ]
    return pd.DataFrame(rows, columns=OF_VALIDATION["natural_experiments"].names)


def _row(
    experiment: Experiment, reading: Reading, runs: tuple[Sequence[Seen], Sequence[Seen]],
    least: float,
) -> tuple[object, ...]:  # fmt: skip
    before, after = observed_of(reading)
    days = _length(reading.after) / _length(reading.before)
    numbers = [
        [[max(counted(one, reading, when), least) for one in world] for when in (reading.before, reading.after)]
        for world in runs
    ]
    ratios = [np.array(late) / np.array(early) / days for early, late in numbers]
    late_days = (reading.since, reading.after[1]) if reading.since else reading.after
    error = spread(_pattern(reading, late_days))
    said = scores.summary(scores.predictive(ratios[0].tolist(), error.sd, True, error.degrees))
    effect = np.percentile(100.0 * (np.array(numbers[0][1]) / np.array(numbers[1][1]) - 1.0), [50.0, 10.0, 90.0])
    seen = after / before / days
    return (experiment.name, reading.quantity, reading.destination, _words(reading.before), _words(reading.after), seen,
            said.median, said.low_80, said.high_80, float(np.median(ratios[1])), *map(float, effect),
            "yes" if said.low_80 <= seen <= said.high_80 else "no")  # fmt: skip


def _words(days: Days) -> str:
    return days[0][:4] if (days[0][5:], days[1][5:]) == ("01-01", "12-31") else f"{days[0]} to {days[1]}"

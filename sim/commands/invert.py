"""Inversion of constants on observed departures to the end of 2022 (Berry 1994), by rule of decision and lambda.

Each constant is moved by the log of observed over simulated departures until they agree. The fit is exact by
construction and proves nothing; places without observed departures take the mean constant of the visa-free
places that have some, channels without any take none (assumptions).
"""

from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import yaml
from numpy.typing import NDArray

from sim.analysis.fit_observed import OBSERVED
from sim.arithmetic import log
from sim.codes import CHANNEL, CHANNEL_NAMES, N_CHANNELS, PLACE, PLACE_NAMES, SLOTS
from sim.constants import Constants, file_of
from sim.decision import rule
from sim.ensemble import Ensemble, Job
from sim.locations import inverted
from sim.months import label, month
from sim.settings import Settings
from sim.store import write_file

LAST = "2022-12"
"""Observations end here."""
SWEEPS = 20
STEP = 0.6
"""Share of a gap closed in one sweep: constants of places and channels move together and would overshoot."""
LARGEST_MOVE = 1.5
"""Utility; far from the solution a larger move would send everybody or nobody."""
LARGEST_CHANNEL = 12.0
"""Utility either way; a channel whose whole group takes it already gains nothing by more, and would climb for ever."""
ANCHOR = "work"
"""Channel whose constant is zero: a common shift of all channels is one of all places."""
VISA_FREE_OBSERVED = ("georgia", "ukraine", "russia")
LAMBDAS = (0.95, 0.8, 0.62, 0.5, 0.35, 0.2)
"""From high to low: each starts from the last, and a low lambda moves the total least."""


class Target(NamedTuple):
    """Departures to match: cells of [months, places, channels] by the bounds of a window, and persons."""

    name: str
    first: int
    last: int
    places: list[int]
    channels: list[int]
    persons: float

    def simulated(self, expected: NDArray[np.float64]) -> float:
        """Expected departures in the target's cells, persons."""
        window = expected[self.first : self.last + 1]
        return float(window[:, self.places][:, :, self.channels].sum())


def targets() -> tuple[list[Target], list[Target]]:
    """Readings of departures by destination and by channel, from the observed data."""
    every_place, every_channel = list(range(1, len(PLACE_NAMES))), list(range(N_CHANNELS))
    departures = pd.read_csv(OBSERVED / "departures.csv")
    by_place = [
        Target(row.destination, month(row.start), month(row.end), [PLACE[row.destination]], every_channel, row.persons)
        for row in departures[departures["reading"] == 1].itertuples()
    ]
    by_channel = []
    for row in pd.read_csv(OBSERVED / "channels.csv").itertuples():
        places = [PLACE[name] for name in row.destinations.split()] or every_place
        window = month(row.start), month(row.end)
        by_channel.append(Target(row.channel, *window, places, [CHANNEL[row.channel]], float(row.persons)))
    return by_place, by_channel


def gaps(wanted: list[Target], expected: NDArray[np.float64]) -> tuple[dict[str, float], float]:
    """Log of observed over simulated departures by name, summed over the rows of a name, and of the total."""
    observed: dict[str, float] = {}
    simulated: dict[str, float] = {}
    for target in wanted:
        observed[target.name] = observed.get(target.name, 0.0) + target.persons
        simulated[target.name] = simulated.get(target.name, 0.0) + target.simulated(expected)
    by_name = {name: log(observed[name]) - log(max(simulated[name], 1.0)) for name in observed}
    return by_name, log(sum(observed.values())) - log(max(sum(simulated.values()), 1.0))


def sweep(
    constants: Constants, level: float, expected: NDArray[np.float64], by_place: list[Target], by_channel: list[Target]
) -> tuple[Constants, float]:
    """One sweep: moved constants, and the largest gap (in logs) before it.

    A shift of all constants by c moves the log of the total only by `level * c` (lambda, under the default rule), so
    the gap of the total counts `1 / level - 1` times on top of each place's own.
    """
    places, channels = constants.places.copy(), constants.channels.copy()
    own, total = gaps(by_place, expected)
    for name, gap in own.items():
        places[PLACE[name]] += limited(STEP * (gap + (1.0 / level - 1.0) * total))
    mean = sum(float(places[PLACE[name]]) for name in VISA_FREE_OBSERVED) / len(VISA_FREE_OBSERVED)
    for name, code in PLACE.items():
        if name != "belarus" and name not in own:
            places[code] = mean
    kinds = gaps(by_channel, expected)[0] if by_channel else {}
    for name, gap in kinds.items():
        moved = channels[CHANNEL[name]] + limited(STEP * (gap - kinds[ANCHOR]))
        channels[CHANNEL[name]] = min(max(moved, -LARGEST_CHANNEL), LARGEST_CHANNEL)
    largest = max(abs(gap) for gap in [*own.values(), *kinds.values()])
    return Constants(places, channels), largest


def limited(move: float) -> float:
    """A move of a constant, at most `LARGEST_MOVE` either way."""
    return min(max(move, -LARGEST_MOVE), LARGEST_MOVE)


def run(settings: Settings) -> Path:
    """Invert under the settings' rule for every lambda it can take and write the rule's file; returns its path."""
    ensemble = Ensemble(replace(settings, until=LAST, scenario="historical"))
    decision = rule(settings.decision)
    by_place, by_channel = targets()
    found: dict[float, Constants] = {}
    constants = Constants(np.zeros(SLOTS), np.zeros(N_CHANNELS))

    def level_of(lambda_: float) -> float:
        return decision.level(ensemble.behaviour._replace(lambda_=lambda_))

    for lambda_ in LAMBDAS if decision.lam is None else (decision.lam,):
        largest = 0.0
        for _ in range(SWEEPS):
            expected = _expected(ensemble, lambda_, constants)
            constants, largest = sweep(constants, level_of(lambda_), expected, by_place, by_channel)
        print(f"lambda {lambda_:g}: largest gap of a destination or channel {np.expm1(largest):.1%}")
        found[lambda_] = constants
    if settings.choice.lambda_ in found:
        print(
            _by_year(
                ensemble, settings.choice.lambda_, level_of(settings.choice.lambda_), found[settings.choice.lambda_]
            )
        )
    file = inverted(file_of(decision.name).name)
    file.parent.mkdir(exist_ok=True)
    write_file(file, _page(found, decision.name))
    return file


def earliest(by_place: list[Target]) -> list[Target]:
    """The first reading of each destination: the level before any shock, where a destination has one."""
    first: dict[str, Target] = {}
    for target in by_place:
        if target.name not in first or target.first < first[target.name].first:
            first[target.name] = target
    return list(first.values())


def _by_year(ensemble: Ensemble, lambda_: float, level: float, constants: Constants) -> str:
    """Each reading beside the model's, with destinations at their level of the first reading alone, and with all.

    Channels keep their constants. With the level alone, every later year is told by the mechanisms, not by a fit.
    """
    by_place, _ = targets()
    fitted, levelled = _expected(ensemble, lambda_, constants), constants
    for _ in range(SWEEPS):
        levelled, _ = sweep(levelled, level, _expected(ensemble, lambda_, levelled), earliest(by_place), [])
    alone = _expected(ensemble, lambda_, levelled)
    lines = [f"{'destination':<14} {'months':<16} {'observed':>9} {'level alone':>12} {'all readings':>13}"]
    for target in by_place:
        period = f"{label(target.first)}/{label(target.last)}"
        both = f"{target.simulated(alone):12,.0f} {target.simulated(fitted):13,.0f}"
        lines.append(f"{target.name:<14} {period:<16} {target.persons:9,.0f} {both}")
    return "\n".join(lines)


def _expected(ensemble: Ensemble, lambda_: float, constants: Constants) -> NDArray[np.float64]:
    """Expected departures of those who decide, by month, place and channel, mean of the replicates."""
    replicates = ensemble.settings.replicate_count
    total = np.zeros((ensemble.months, SLOTS, N_CHANNELS))
    for replicate in range(replicates):
        model = ensemble.model(Job("historical", lambda_, replicate), ensemble.threads, constants)
        total += model.run().recorder.expected_of_deciders(model.world)
        model.close()
    return total / replicates


def _page(found: dict[float, Constants], decision: str) -> str:
    head = (
        f"# Constants of destinations and channels by lambda, in utility, for the rule {decision}. PROVISIONAL:\n"
        "# inverted on departures to the end of 2022 (sim/data/observed, departures.csv and channels.csv) by\n"
        f"# task=invert decision={decision}; not calibrated. They reproduce those totals by construction, which\n"
        "# proves nothing. Armenia, Uzbekistan, UAE and other visa-free places have no observed departures: the mean\n"
        "# of Georgia, Ukraine and Russia. The channels work and visa_free are the reference, zero (assumptions).\n"
    )
    sets = {
        str(lambda_): {
            "destinations": {n: round(float(c.places[PLACE[n]]), 4) for n in PLACE_NAMES if n != "belarus"},
            "channels": {n: round(float(c.channels[CHANNEL[n]]), 4) for n in CHANNEL_NAMES if n != "none"},
        }
        for lambda_, c in sorted(found.items())
    }
    body = {"unit": "utility", "source": "inverted on observed departures 2019-2022", "confidence": "assumption"}
    return head + yaml.safe_dump({**body, "constants": sets}, sort_keys=False)

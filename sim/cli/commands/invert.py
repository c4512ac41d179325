"""Inversion of constants on observed departures to the end of 2022 (Berry 1994), by rule of decision and lambda.

Each constant is moved by the log of observed over simulated departures until they agree; where first permits are the
reading, by that of the permits that departures lead to (`sim.observation.definitions`). The fit is exact by
construction and proves nothing. Inverted are the destinations and channels whose files give `values` by rule and
lambda; the others have the constant that their files state, or the mean of those they are like.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.history.compiled import World
from sim.history.constants import ConstantRecord, Sets
from sim.model.decision.constants import Constants, load, on_file
from sim.model.decision.rules import rule
from sim.numerics import strict_yaml
from sim.numerics.arithmetic import log
from sim.numerics.codes import CHANNEL, N_CHANNELS, N_PLACES, PLACE
from sim.numerics.errors import CatalogueError, UserError
from sim.numerics.locations import written
from sim.numerics.months import label, month
from sim.observation.definitions import permits
from sim.observation.observed import LAST, read
from sim.runs.checks import CENTRAL
from sim.runs.ensemble import Ensemble
from sim.runs.files import write_file
from sim.runs.run import Job
from sim.runs.settings import Settings

SWEEPS = 30
"""At most; they end when no constant moves by more than `STILL`."""
STILL = 0.003
"""Utility; the luck of some replicates moves a constant by more. A channel at its limit never closes its gap."""
STEP = 0.6
"""Share of a gap closed in one sweep: constants of places and channels move together and would overshoot."""
LARGEST_MOVE = 1.5
"""Utility; far from the solution a larger move would send everybody or nobody."""
LARGEST_CHANNEL = 12.0
"""Utility either way; a channel whose whole group takes it already gains nothing by more, and would climb for ever."""
ANCHOR = "work"
"""Channel whose constant is zero: a common shift of all channels is one of all places."""
LAMBDAS = (0.95, 0.8, 0.62, 0.5, 0.35, 0.2)
"""From high to low: each starts from those on file, or from the last; a low lambda moves the total least."""


PERMITS = ("first_permits", "first_permits_long")
"""Definitions of a reading that count permits and not departures."""


class Expected(NamedTuple):
    """What is expected of all who leave: departures [months, places, channels], and the first permits they get
    [months, places]; persons.
    """

    departures: NDArray[np.float64]
    permits: NDArray[np.float64]


def expected(departures: NDArray[np.float64], world: World) -> Expected:
    """Expected departures with the first permits that they lead to."""
    issued = [permits(departures[:, place], world, place) for place in range(departures.shape[1])]
    return Expected(departures, np.stack(issued, axis=1))


class Target(NamedTuple):
    """Departures or permits to match: cells by the bounds of a window, and persons."""

    name: str
    first: int
    last: int
    places: list[int]
    channels: list[int]
    persons: float
    of_permits: bool = False

    def simulated(self, found: Expected) -> float:
        """Expected departures, or first permits, in the target's cells, persons."""
        window = slice(self.first, self.last + 1)
        if self.of_permits:
            return float(found.permits[window][:, self.places].sum())
        return float(found.departures[window][:, self.places][:, :, self.channels].sum())


def targets() -> tuple[list[Target], list[Target]]:
    """Readings of departures by destination and by channel, from the observed data."""
    every_place = [place for place in PLACE.values() if place != PLACE["belarus"]]
    every_channel = list(range(N_CHANNELS))
    departures = read("departures")
    by_place = [
        Target(row.destination, month(row.start), month(row.end), [PLACE[row.destination]], every_channel, row.persons,
               row.definition in PERMITS)
        for row in departures[departures["reading"] == 1].itertuples()
    ]  # fmt: skip
    by_channel = []
    for row in read("channels").itertuples():
        places = [PLACE[name] for name in row.destinations.split()] or every_place
        window = month(row.start), month(row.end)
        by_channel.append(Target(row.channel, *window, places, [CHANNEL[row.channel]], float(row.persons)))
    return by_place, by_channel


def gaps(wanted: list[Target], found: Expected) -> tuple[dict[str, float], float]:
    """Log of observed over simulated departures by name, summed over the rows of a name, and of the total."""
    observed: dict[str, float] = {}
    simulated: dict[str, float] = {}
    for target in wanted:
        observed[target.name] = observed.get(target.name, 0.0) + target.persons
        simulated[target.name] = simulated.get(target.name, 0.0) + target.simulated(found)
    by_name = {name: log(observed[name]) - log(max(simulated[name], 1.0)) for name in observed}
    return by_name, log(sum(observed.values())) - log(max(sum(simulated.values()), 1.0))


def sweep(
    constants: Constants, level: float, found: Expected, by_place: list[Target], by_channel: list[Target]
) -> tuple[Constants, tuple[float, str]]:
    """One sweep: moved constants, and the largest gap before it, in logs, with its name.

    A shift of all constants by c moves the log of the total only by `level * c` (lambda, under the default rule), so
    the gap of the total counts `1 / level - 1` times on top of each place's own. Constants without an observation stay,
    but for those that are the mean of others.
    """
    places, channels = constants.places.copy(), constants.channels.copy()
    own, total = gaps(by_place, found)
    for name, gap in own.items():
        places[PLACE[name]] += limited(STEP * (gap + (1.0 / level - 1.0) * total))
    kinds = gaps(by_channel, found)[0] if by_channel else {}
    for name, gap in kinds.items():
        if name != ANCHOR:
            moved = channels[CHANNEL[name]] + limited(STEP * (gap - kinds[ANCHOR]))
            channels[CHANNEL[name]] = min(max(moved, -LARGEST_CHANNEL), LARGEST_CHANNEL)
    for table, codes, stated in zip((places, channels), (PLACE, CHANNEL), on_file(), strict=True):
        for name, one in stated.items():
            if one.like:
                table[codes[name]] = sum(table[codes[other]] for other in one.like) / len(one.like)
    largest = max((*own.items(), *kinds.items()), key=lambda one: abs(one[1]))
    return Constants(places, channels), (largest[1], largest[0])


def limited(move: float) -> float:
    """A move of a constant, at most `LARGEST_MOVE` either way."""
    return min(max(move, -LARGEST_MOVE), LARGEST_MOVE)


def run(settings: Settings) -> list[Path]:
    """Invert under the settings' rule for every lambda it can take; returns the files that were written.

    Raises UserError, before anything is computed, for a file that asks for what was not observed or cannot be written.
    """
    if settings.parameters != CENTRAL:
        raise UserError(f"parameters={settings.parameters}: constants are inverted at the central values alone")
    ensemble = Ensemble(replace(settings, until=LAST, scenario="historical"))
    decision = rule(settings.decision)
    by_place, by_channel = targets()
    sought = (names_of(by_place), names_of(by_channel) - {ANCHOR})
    pages = _pages(decision.name, sought)
    found: dict[float, Constants] = {}
    constants = beginning()

    def level_of(lambda_: float) -> float:
        return decision.level(ensemble.behaviour._replace(lambda_=lambda_))

    for lambda_ in LAMBDAS if decision.lam is None else (decision.lam,):
        known = kept(decision.name, lambda_) or constants
        constants, gap = inverted(ensemble, lambda_, level_of(lambda_), known, (by_place, by_channel))
        print(f"lambda {lambda_:g}: largest gap {np.expm1(gap[0]):.1%}, of {gap[1]}", flush=True)
        found[lambda_] = constants
    if settings.lambda_ in found:
        print(_by_year(ensemble, settings.lambda_, level_of(settings.lambda_), found[settings.lambda_]))
    for page in pages:
        page.file.parent.mkdir(parents=True, exist_ok=True)
        values = {lambda_: float(getattr(one, page.table)[page.code]) for lambda_, one in sorted(found.items())}
        write_file(page.file, page.text.replace(_MARK, _line(decision.name, values)))
    return [page.file for page in pages]


def inverted(
    ensemble: Ensemble, lambda_: float, level: float, constants: Constants, wanted: tuple[list[Target], list[Target]]
) -> tuple[Constants, tuple[float, str]]:
    """Constants that meet the readings by destination and by channel, and the largest gap that is left, in logs."""
    for _ in range(SWEEPS):
        before = constants
        constants, gap = sweep(before, level, _expected(ensemble, lambda_, before), *wanted)
        if max(float(np.abs(now - then).max()) for now, then in zip(constants, before, strict=True)) < STILL:
            break
    return constants, gap


def names_of(wanted: list[Target]) -> set[str]:
    """Names of what was observed."""
    return {target.name for target in wanted}


def beginning() -> Constants:
    """The constants from which a first inversion begins: zero where it moves them, those on file elsewhere."""
    places, channels = np.zeros(N_PLACES), np.zeros(N_CHANNELS)
    for table, codes, stated in zip((places, channels), (PLACE, CHANNEL), on_file(), strict=True):
        for name, one in stated.items():
            table[codes[name]] = one.value or 0.0
    return Constants(places, channels)


def kept(decision: str, lambda_: float) -> Constants | None:
    """The constants on file for a rule and lambda, near those that are sought; None if there are none."""
    try:
        return load(lambda_, decision)
    except CatalogueError:
        return None


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
    fitted = _expected(ensemble, lambda_, constants)
    levelled, _ = inverted(ensemble, lambda_, level, constants, (earliest(by_place), []))
    alone = _expected(ensemble, lambda_, levelled)
    lines = [f"{'destination':<14} {'months':<16} {'observed':>9} {'level alone':>12} {'all readings':>13}"]
    for target in by_place:
        period = f"{label(target.first)}/{label(target.last)}"
        both = f"{target.simulated(alone):12,.0f} {target.simulated(fitted):13,.0f}"
        lines.append(f"{target.name:<14} {period:<16} {target.persons:9,.0f} {both}")
    return "\n".join(lines)


def _expected(ensemble: Ensemble, lambda_: float, constants: Constants) -> Expected:
    """What is expected of all who come to live abroad, mean of the replicates."""
    replicates = ensemble.settings.replicate_count
    total = np.zeros((ensemble.months, N_PLACES, N_CHANNELS))
    for replicate in range(replicates):
        model = ensemble.model(Job("historical", lambda_, replicate), ensemble.threads, constants)
        total += model.run().recorder.expected_arrivals(model.world)
        model.close()
    return expected(total / replicates, ensemble.world("historical"))


class _Page(NamedTuple):
    """A file to be written: its text with a mark where the line of the rule will stand."""

    file: Path
    text: str
    table: str  # field of Constants
    code: int


_MARK = "\0"


def _pages(decision: str, sought: tuple[set[str], set[str]]) -> list[_Page]:
    """The files of all destinations and channels that are inverted; raises UserError with all that cannot be."""
    pages, faults = [], []
    for folder, table, codes, stated, observed in zip(
        ("destination", "channel"), ("places", "channels"), (PLACE, CHANNEL), on_file(), sought, strict=True
    ):
        for name, one in stated.items():
            where = f"conf/{folder}/{name}.yaml: constants"
            if one.values is not None and name not in observed:
                faults.append(f"{where}: no departures were observed by which to invert; give value or like")
            elif one.values is None and name in observed:
                faults.append(f"{where}: departures were observed; give values, or {{}} to have them written")
            elif one.values is not None:
                file = written(folder, name)
                text = marked(strict_yaml.source(file).decode("utf-8-sig"), decision)
                if _written(text, decision) != {**one.values, decision: {1.0: 0.0}}:
                    faults.append(f"{where}: values: give each rule a line of its own below `values:`")
                pages.append(_Page(file, text, table, codes[name]))
    if faults:
        raise UserError(*faults)
    return pages


def marked(text: str, decision: str) -> str:
    """The text of a destination or channel with a mark in place of the line of a rule; all else stays as it is."""
    lines = text.split("\n")
    place = strict_yaml.composed(text).place.inside["constants"].inside["values"]
    known = {name: inside.line - 1 for name, inside in place.inside.items()}
    first = known.get(decision, place.line)
    after = first
    if decision in known:
        after += 1
        while after < len(lines) and lines[after].strip() and _indent(lines[after]) > _indent(lines[first]):
            after += 1
    elif lines[first - 1].rstrip().endswith("{}"):
        lines[first - 1] = lines[first - 1].rstrip()[:-2]
    return "\n".join([*lines[:first], _MARK, *lines[after:]])


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _written(text: str, decision: str) -> Sets | None:
    """What the constants of a marked text would be with zero in place of the mark, None if it could not be read."""
    try:
        content = strict_yaml.composed(text.replace(_MARK, _line(decision, {1.0: 0.0}))).content
        return ConstantRecord.model_validate(content["constants"]).values  # type: ignore[no-any-return]
    except (UserError, ValueError):
        return None


def _line(decision: str, values: Mapping[float, float]) -> str:
    by_lambda = ", ".join(f'"{lambda_}": {round(value, 4)}' for lambda_, value in values.items())
    return f"    {decision}: {{{by_lambda}}}"

"""Effects of a scenario: paired differences over replicates with 90% intervals, from runs of both worlds.

Arrivals and departures are compared by expected flows (hazard sums), which have far less noise than counts;
what became of whom by paired first departures; harms by counts over all people.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import t as student

from sim.analysis.pairs import CATEGORIES, STAY, Pair, align, frechet, stuck_person_months, substitution
from sim.codes import CHANNEL, CHANNEL_NAMES, PLACE, PLACE_NAMES, REASON, SLOTS
from sim.ensemble import Run
from sim.recorder import HARMS

Paired = tuple[Run, Run]
"""A run of the baseline and one of the scenario with the same lambda and luck."""

LEVEL = 0.90
"""Coverage of every interval printed."""
OBSTACLES = ("exit", "funds", "closed", "quota")
"""Why a wish to leave could not be followed, in the order in which it is told."""
DESTINATIONS = [place for place in range(SLOTS) if place < len(PLACE_NAMES) and place != PLACE["belarus"]]


@dataclass(frozen=True)
class Estimate:
    """A mean over replicates with its 90% interval (Student's t); the interval is luck only, not parameters."""

    mean: float
    low: float
    high: float


def estimate(values: Sequence[float]) -> Estimate:
    """Mean and 90% interval of one value a replicate; at least two replicates."""
    numbers = np.asarray(values, float)
    mean = float(numbers.mean())
    half = float(student.ppf(0.5 + LEVEL / 2, len(numbers) - 1) * numbers.std(ddof=1) / np.sqrt(len(numbers)))
    return Estimate(mean, mean - half, mean + half)


@dataclass(frozen=True)
class Window:
    """The span over which effects are summed, months `start` to the horizon, and whom they are about."""

    start: int
    focus: int  # place whose rules the scenario changes
    one_in: int
    residents: int  # persons in Belarus at the start, for bounds


def arrivals(run: Run, window: Window) -> NDArray[np.float64]:
    """Expected arrivals from Belarus in the window, float64[places, channels], in persons."""
    total: NDArray[np.float64] = run.expected[window.start :].sum(axis=0)
    return total


def pair_up(baseline: Sequence[Run], scenario: Sequence[Run]) -> dict[float, list[Paired]]:
    """Pairs of runs by lambda, in order of replicate."""
    partner = {(run.job.lam, run.job.replicate): run for run in scenario}
    pairs: dict[float, list[Paired]] = {}
    for run in baseline:
        pairs.setdefault(run.job.lam, []).append((run, partner[run.job.lam, run.job.replicate]))
    return dict(sorted(pairs.items()))


def effects_table(pairs: dict[float, list[Paired]], window: Window, scenario: str) -> pd.DataFrame:
    """Every measure, by destination where it has one, at every lambda.

    Columns: scenario, measure, destination ("" for a total), lambda, estimate, low, high, unit. A measure is the
    scenario less the baseline over the months of the window, but for `baseline_` and `scenario_` levels and the
    categories of paired lives, which count persons.
    """
    rows: list[tuple[str, str, str, float, float, float, float, str]] = []
    for lam, paired in pairs.items():

        def add(measure: str, place: str, values: Sequence[float], unit: str = "persons", lam: float = lam) -> None:
            found = estimate(values)
            rows.append((scenario, measure, place, lam, found.mean, found.low, found.high, unit))

        before = [arrivals(one, window) for one, _ in paired]
        after = [arrivals(other, window) for _, other in paired]
        _add_arrivals(add, before, after, window)
        _add_lives(add, paired, window)
        _add_counts(add, paired, window)
        _add_wishes(add, paired, window)
    columns = ["scenario", "measure", "destination", "lambda", "estimate", "low", "high", "unit"]
    return pd.DataFrame(rows, columns=columns)


def _add_arrivals(
    add: Callable[..., None], before: list[NDArray[np.float64]], after: list[NDArray[np.float64]], window: Window
) -> None:
    for place in DESTINATIONS:
        name = PLACE_NAMES[place]
        add("baseline_arrivals", name, [one[place].sum() for one in before])
        add("scenario_arrivals", name, [one[place].sum() for one in after])
        add("arrivals", name, [b[place].sum() - a[place].sum() for a, b in zip(before, after, strict=True)])
    focus = PLACE_NAMES[window.focus]
    for channel in range(1, len(CHANNEL_NAMES)):
        used = [(a[window.focus, channel], b[window.focus, channel]) for a, b in zip(before, after, strict=True)]
        if any(a or b for a, b in used):
            add(f"arrivals_by_channel:{CHANNEL_NAMES[channel]}", focus, [b - a for a, b in used])
            add(f"baseline_by_channel:{CHANNEL_NAMES[channel]}", focus, [a for a, _ in used])
    add("departures", "", [b.sum() - a.sum() for a, b in zip(before, after, strict=True)])
    irregular = CHANNEL["irregular"]
    crossed = [b[:, irregular].sum() - a[:, irregular].sum() for a, b in zip(before, after, strict=True)]
    add("irregular_expected", "", crossed)


def _add_lives(add: Callable[..., None], paired: list[Paired], window: Window) -> None:
    lives = [align(one.departures, other.departures, window.start) for one, other in paired]
    for category in ("other_channel", "delayed", "brought_forward", "irregular", "stuck", "induced"):
        add(category, "", [_in_category(life, category).sum() * window.one_in for life in lives])
    for place in DESTINATIONS:
        counts = [(_in_category(life, "deflected") & (life.scenario_place == place)).sum() for life in lives]
        add("deflected", PLACE_NAMES[place], [float(count) * window.one_in for count in counts])
    horizon = len(paired[0][0].harms)
    months = [float(stuck_person_months(life, horizon, window.one_in)) for life in lives]
    add("stuck_person_months", "", months, "person-months")


def _add_counts(add: Callable[..., None], paired: list[Paired], window: Window) -> None:
    late = slice(window.start, None)
    for position, harm in enumerate(HARMS):
        add(harm, "", [float(b.harms[late, position].sum() - a.harms[late, position].sum()) for a, b in paired])
    home = PLACE["belarus"]
    add("returned", "", [float(b.flows[late, :, home].sum() - a.flows[late, :, home].sum()) for a, b in paired])
    add("blocked", "", [float(b.blocked[late].sum() - a.blocked[late].sum()) for a, b in paired], "units")


def _add_wishes(add: Callable[..., None], paired: list[Paired], window: Window) -> None:
    """Who would have left, had every channel been open and within means: persons and person-months."""
    sides = [[run.wishes[run.wishes["month"] >= window.start] for run in pair] for pair in paired]
    for name in ("", *OBSTACLES):
        months = [[_person_months(wishes, name) for wishes in pair] for pair in sides]
        label = f":{name}" if name else ""
        add(f"wish_months{label}", "", [after - before for before, after in months], "person-months")
        add(f"baseline_wish_months{label}", "", [before for before, _ in months], "person-months")
    persons = [[_persons(wishes) for wishes in pair] for pair in sides]
    add("wish_persons", "", [after - before for before, after in persons])
    add("baseline_wish_persons", "", [before for before, _ in persons])


def _person_months(wishes: NDArray[np.void], reason: str) -> float:
    chosen = wishes if not reason else wishes[wishes["reason"] == REASON[reason]]
    return float(chosen["persons"].sum())


def _persons(wishes: NDArray[np.void]) -> float:
    """Persons who wished in vain at least once."""
    _, first = np.unique(wishes["key"], return_index=True)
    return float(wishes["persons"][first].sum())


def _in_category(life: Pair, category: str) -> NDArray[np.bool_]:
    inside: NDArray[np.bool_] = life.category == CATEGORIES.index(category)
    return inside


def taxonomy_table(pairs: dict[float, list[Paired]], window: Window) -> pd.DataFrame:
    """Persons by category of paired lives at every lambda; the categories add up to all residents.

    Columns: lambda, category, persons, low, high.
    """
    rows = []
    for lam, paired in pairs.items():
        lives = [align(one.departures, other.departures, window.start) for one, other in paired]
        for category in CATEGORIES:
            counts = [float(_in_category(life, category).sum()) * window.one_in for life in lives]
            if category == "unchanged":
                stayed = [window.residents - len(life.baseline_place) * window.one_in for life in lives]
                counts = [moved + still for moved, still in zip(counts, stayed, strict=True)]
            found = estimate(counts)
            rows.append((lam, category, found.mean, found.low, found.high))
    return pd.DataFrame(rows, columns=["lambda", "category", "persons", "low", "high"])


def substitution_table(pairs: dict[float, list[Paired]], window: Window) -> pd.DataFrame:
    """Where those who left in the baseline go in the scenario, with bounds that need no assumption on luck.

    Columns: lambda, baseline and scenario (destinations, or "stay"), persons, low, high, frechet_low, frechet_high.
    """
    rows = []
    names = {place: PLACE_NAMES[place] for place in DESTINATIONS} | {STAY: "stay"}
    for lam, paired in pairs.items():
        lives = [align(one.departures, other.departures, window.start) for one, other in paired]
        matrices = np.array([substitution(life, window.one_in) for life in lives], float)
        mean = matrices.mean(axis=0)
        leavers, goers = mean.sum(axis=1), mean.sum(axis=0)
        leavers[STAY] = window.residents - leavers[1:].sum()
        goers[STAY] = window.residents - goers[1:].sum()
        for row in names:
            for column in names:
                if mean[row, column] == 0.0 or (row == STAY and column == STAY):
                    continue
                cell = estimate(matrices[:, row, column].tolist())
                low, high = frechet(leavers[row], goers[column], window.residents)
                rows.append((lam, names[row], names[column], cell.mean, cell.low, cell.high, low, high))
    columns = ["lambda", "baseline", "scenario", "persons", "low", "high", "frechet_low", "frechet_high"]
    return pd.DataFrame(rows, columns=columns)

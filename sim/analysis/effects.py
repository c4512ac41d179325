"""Effects of a scenario: paired differences over replicates with 90% intervals, from runs of both worlds.

Arrivals and departures are compared by expected flows (hazard sums), which have far less noise than counts;
what became of whom by paired lives; harms by hazards summed over all lives, with counts beside them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.analysis.calls import Calls, by_kind
from sim.analysis.deflection import deflections
from sim.analysis.dimensions import OBSTACLES
from sim.analysis.estimates import Estimate, estimate, predictive
from sim.analysis.lives_at_risk import Harms, harms_of_lives
from sim.analysis.pairs import (
    CATEGORIES,
    OUTCOMES,
    STAY,
    Pair,
    align,
    final_places,
    frechet,
    lapses,
    matrix,
    settled_before,
    stuck_person_months,
)
from sim.model.hazards import EXPECTED
from sim.model.recording.recorder import HARMS
from sim.numerics.codes import CHANNEL, CHANNEL_NAMES, N_CHANNELS, N_PLACES, PLACE, PLACE_NAMES, REASON
from sim.runs.draws import turn
from sim.runs.run import Run
from sim.runs.tables import OF_COMPARISONS

Paired = tuple[Run, Run]
"""A run of the baseline and one of the scenario with the same lambda and luck."""

Places = tuple[NDArray[np.int64], NDArray[np.int64]]
"""Where people are in both worlds."""

NOBODY, HARDLY_ANY = 1e-3, 1e-6
"""Persons, and share of a level, below which sums of hazards are equal: each is rounded to 2**-40, some ten million of
them are added up, and a draft that fills its number from whoever is left fills it to a few hundredths of a person.
"""

DESTINATIONS = [place for place in PLACE.values() if place != PLACE["belarus"]]


@dataclass(frozen=True)
class Window:
    """The span over which effects are summed, months `start` to the horizon, and whom they are about."""

    start: int
    focus: int  # place in which the scenario changes most parameters
    one_in: int
    residents: int  # persons in Belarus at the start, for bounds
    changed: tuple[int, ...] = ()  # destinations whose rules the scenario changes
    opened: tuple[int, ...] = ()  # places that it may give a reason of one's own to leave for
    drawn: bool = False  # whether replicates have draws of the parameters, so that intervals are predictive
    everyone: tuple[int, ...] = ()  # as `residents`, of each draw of people, where there are several

    @property
    def closed(self) -> tuple[int, ...]:
        """Destinations whose arrivals count as lost where they fall: those whose rules change, else the focus."""
        return self.changed or (self.focus,)

    def estimated(self, values: Sequence[float]) -> Estimate:
        """Mean and 90% interval of one value a replicate."""
        return predictive(values) if self.drawn else estimate(values)

    def residents_of(self, replicate: int) -> int:
        """Persons in Belarus at the start of a replicate."""
        return self.everyone[turn(replicate, len(self.everyone))[1]] if self.everyone else self.residents


def arrivals(run: Run, window: Window) -> NDArray[np.float64]:
    """Expected arrivals from Belarus in the window, float64[places, channels], in persons."""
    total: NDArray[np.float64] = run.expected[window.start :].sum(axis=0)
    return total


def lives(paired: Sequence[Paired], window: Window) -> list[Pair]:
    """Paired lives of each pair of runs."""
    return [align(one.moves, other.moves, window.start) for one, other in paired]


def pair_up(baseline: Sequence[Run], scenario: Sequence[Run]) -> dict[float, list[Paired]]:
    """Pairs of runs by lambda, in order of replicate."""
    partner = {(run.job.lambda_, run.job.replicate): run for run in scenario}
    pairs: dict[float, list[Paired]] = {}
    for run in baseline:
        pairs.setdefault(run.job.lambda_, []).append((run, partner[run.job.lambda_, run.job.replicate]))
    return dict(sorted(pairs.items()))


def effects_table(
    pairs: dict[float, list[Paired]], window: Window, scenario: str, harms: Harms, calls: Calls
) -> pd.DataFrame:
    """Every measure, by destination where it has one, at every lambda; the rows are those of `sim.analysis.dimensions`.

    A measure is the scenario less the baseline over the months of the window, but for `baseline_` and `scenario_`
    levels and the categories of paired lives, which count persons. `harms` gives the hazards of single lives, `calls`
    the expected calls to arms of a run.
    """
    rows: list[tuple[str, str, str, float, float, float, float, str]] = []
    for lambda_, paired in pairs.items():

        def add(
            measure: str, place: str, values: Sequence[float], unit: str = "persons", lambda_: float = lambda_
        ) -> None:
            found = window.estimated(values)
            rows.append((scenario, measure, place, lambda_, found.mean, found.low, found.high, unit))

        before = [arrivals(one, window) for one, _ in paired]
        after = [arrivals(other, window) for _, other in paired]
        _add_arrivals(add, before, after, window)
        _add_claims(add, paired, window)
        both = lives(paired, window)
        _add_lives(add, paired, both, window)
        _add_counts(add, paired, window)
        suffered = harms_of_lives(paired, both, harms, window.start, window.one_in)
        for measure, values in (suffered | by_kind(paired, calls, window.start, window.one_in)).items():
            add(measure, "", [_whole(value) for value in values])
        _add_wishes(add, paired, window)
        for measure, found in deflections(paired, window.start, window.closed, window.drawn).items():
            rows.append((scenario, measure, "", lambda_, found.mean, found.low, found.high, "share"))
    return pd.DataFrame(rows, columns=OF_COMPARISONS["effects"].names)


def _add_arrivals(
    add: Callable[..., None], before: list[NDArray[np.float64]], after: list[NDArray[np.float64]], window: Window
) -> None:
    for place in DESTINATIONS:
        name = PLACE_NAMES[place]
        add("baseline_arrivals", name, [one[place].sum() for one in before])
        add("scenario_arrivals", name, [one[place].sum() for one in after])
        add("arrivals", name, [b[place].sum() - a[place].sum() for a, b in zip(before, after, strict=True)])
    focus = PLACE_NAMES[window.focus]
    for channel in range(1, N_CHANNELS):
        if not CHANNEL_NAMES[channel]:
            continue
        used = [(a[window.focus, channel], b[window.focus, channel]) for a, b in zip(before, after, strict=True)]
        add(f"arrivals_by_channel:{CHANNEL_NAMES[channel]}", focus, [b - a for a, b in used])
        add(f"baseline_by_channel:{CHANNEL_NAMES[channel]}", focus, [a for a, _ in used])
    inside = np.isin(np.arange(N_PLACES), window.closed)
    for name, ours in (("arrivals_changed", inside), ("arrivals_others", ~inside), ("departures", inside | ~inside)):
        levels = [(one[ours].sum(), other[ours].sum()) for one, other in zip(before, after, strict=True)]
        add(name, "", [other - one for one, other in levels])
        add(f"baseline_{name}", "", [one for one, _ in levels])
    irregular = CHANNEL["irregular"]
    crossed = [b[:, irregular].sum() - a[:, irregular].sum() for a, b in zip(before, after, strict=True)]
    add("irregular_expected", "", crossed)


def claims(run: Run, window: Window) -> NDArray[np.float64]:
    """Expected claims of protection in the window, inside and at the border, float64[places], in persons."""
    asked = run.claims + run.expected[:, :, CHANNEL["asylum"]]
    total: NDArray[np.float64] = asked[window.start :].sum(axis=0)
    return total


def _add_claims(add: Callable[..., None], paired: list[Paired], window: Window) -> None:
    before, after = ([claims(pair[side], window) for pair in paired] for side in (0, 1))
    for place in DESTINATIONS:
        add("baseline_asylum_claims", PLACE_NAMES[place], [one[place] for one in before])
        add("asylum_claims", PLACE_NAMES[place], [b[place] - a[place] for a, b in zip(before, after, strict=True)])


def _add_lives(add: Callable[..., None], paired: list[Paired], found: list[Pair], window: Window) -> None:
    for category in CATEGORIES:
        if category not in ("unchanged", "deflected"):
            add(category, "", [_in_category(life, category).sum() * window.one_in for life in found])
    for place in DESTINATIONS:
        counts = [(_in_category(life, "deflected") & (life.scenario_place == place)).sum() for life in found]
        add("deflected", PLACE_NAMES[place], [float(count) * window.one_in for count in counts])
    # told with their channel, wherever they go: those of them who go elsewhere are deflected in a wider sense
    elsewhere = [
        (_in_category(life, "irregular") | _in_category(life, "asylum")) & (life.baseline_place != life.scenario_place)
        for life in found
    ]
    add("rerouted_elsewhere", "", [float(inside.sum()) * window.one_in for inside in elsewhere])
    own = [_in_category(life, "induced") & np.isin(life.scenario_place, window.opened) for life in found]
    add("opened", "", [float(inside.sum()) * window.one_in for inside in own])
    others = [_in_category(life, "induced") & ~mine for life, mine in zip(found, own, strict=True)]
    add("induced_by_others", "", [float(inside.sum()) * window.one_in for inside in others])
    for outcome in OUTCOMES[1:]:
        led = [_in_category(life, "forced") & (life.forced == OUTCOMES.index(outcome)) for life in found]
        add(f"forced:{outcome}", "", [float(inside.sum()) * window.one_in for inside in led])
    settled = [_forced_settled_before(pair, window) for pair in paired]
    add("forced_settled_before", "", settled)
    for name, inside in (("papers", "forced"), ("changed", "unchanged")):
        ours = [_in_category(life, inside) ^ (name == "changed") for life in found]
        add(name, "", [own.sum() * window.one_in + before for own, before in zip(ours, settled, strict=True)])
    horizon = len(paired[0][0].harms)
    months = [float(stuck_person_months(life, horizon, window.one_in)) for life in found]
    add("stuck_person_months", "", months, "person-months")


def _forced_settled_before(pair: Paired, window: Window) -> float:
    """Persons who lived abroad before the first month and lose the right to stay in the scenario only."""
    ours, theirs = (run.moves for run in pair)
    keys, _ = lapses(ours, theirs, window.start)
    return float(np.isin(keys, settled_before(ours, theirs)).sum()) * window.one_in


def _add_counts(add: Callable[..., None], paired: list[Paired], window: Window) -> None:
    late = slice(window.start, None)
    for position, harm in enumerate(HARMS):
        add(harm, "", [float(b.harms[late, position].sum() - a.harms[late, position].sum()) for a, b in paired])
    for position, harm in enumerate(EXPECTED):
        sums = [[run.expected_harms[late, position].sum() for run in pair] for pair in paired]
        add(f"expected_{harm}", "", [_whole(after - before, before) for before, after in sums])
        add(f"baseline_expected_{harm}", "", [float(before) for before, _ in sums])
    home = PLACE["belarus"]
    add("returned", "", [float(b.flows[late, :, home].sum() - a.flows[late, :, home].sum()) for a, b in paired])
    add("blocked", "", [float(b.blocked[late].sum() - a.blocked[late].sum()) for a, b in paired], "units")


def _whole(expected: float, level: float = 0.0) -> float:
    """A difference of hazard sums, nothing where it is only what their rounding leaves; `level` is what it is of."""
    return 0.0 if abs(expected) < max(NOBODY, HARDLY_ANY * level) else float(expected)


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

    Months are the mean of the replicates that have any delayed or brought forward (NaN with fewer than two).
    """
    rows = []
    for lambda_, paired in pairs.items():
        found = lives(paired, window)
        for category in CATEGORIES:
            counts = [float(_in_category(life, category).sum()) * window.one_in for life in found]
            if category == "unchanged":
                everyone = [window.residents_of(one.job.replicate) for one, _ in paired]
                others = [all_ - len(life.key) * window.one_in for all_, life in zip(everyone, found, strict=True)]
                counts = [moved + still for moved, still in zip(counts, others, strict=True)]
            persons = window.estimated(counts)
            shift = _shift(found, category, window)
            rows.append((lambda_, category, *_numbers(persons), *_numbers(shift)))
    return pd.DataFrame(rows, columns=OF_COMPARISONS["taxonomy"].names)


def _shift(found: Sequence[Pair], category: str, window: Window) -> Estimate:
    """Months between the two departures of the delayed or of those brought forward, never negative."""
    inside = [_in_category(life, category) for life in found]
    moved = category in ("delayed", "brought_forward")
    means = [float(np.abs(life.delay[own]).mean()) for life, own in zip(found, inside, strict=True) if own.any()]
    return window.estimated(means) if moved and len(means) > 1 else Estimate(np.nan, np.nan, np.nan)


def _numbers(found: Estimate) -> tuple[float, float, float]:
    return found.mean, found.low, found.high


def substitution_table(pairs: dict[float, list[Paired]], window: Window) -> pd.DataFrame:
    """Where those who left in the baseline go in the scenario, with bounds that need no assumption on luck.

    Places are the first destination in the window, or "stay". The cells of a lambda add up to all residents.
    """

    def places(life: Pair) -> Places:
        return life.baseline_place, life.scenario_place

    both = {lambda_: [places(life) for life in lives(paired, window)] for lambda_, paired in pairs.items()}
    return _matrix_table(both, _residents(pairs, window), window, "stay")


def final_table(pairs: dict[float, list[Paired]], window: Window) -> pd.DataFrame:
    """Where everyone who lived in Belarus at the start lives at the horizon, in the baseline and in the scenario.

    Who returned lives in Belarus, who went on
    in the last country; `settled` people only, pendular workers live in Belarus.
    """
    both = {
        lambda_: [final_places(one.moves, other.moves) for one, other in paired] for lambda_, paired in pairs.items()
    }
    return _matrix_table(both, _residents(pairs, window), window, PLACE_NAMES[PLACE["belarus"]])


def _residents(pairs: dict[float, list[Paired]], window: Window) -> dict[float, list[int]]:
    return {lambda_: [window.residents_of(one.job.replicate) for one, _ in paired] for lambda_, paired in pairs.items()}


def _matrix_table(
    both: dict[float, list[Places]], residents: dict[float, list[int]], window: Window, stay: str
) -> pd.DataFrame:
    rows = []
    names = {place: PLACE_NAMES[place] for place in DESTINATIONS} | {STAY: stay}
    for lambda_, places in both.items():
        everyone = residents[lambda_]
        cells = np.array(
            [matrix(*both_, window.one_in, all_) for both_, all_ in zip(places, everyone, strict=True)], float
        )
        mean = cells.mean(axis=0)
        before, after = mean.sum(axis=1), mean.sum(axis=0)
        for i, j in product(names, names):
            found = window.estimated(cells[:, i, j].tolist())
            rows.append(
                (lambda_, names[i], names[j], *_numbers(found), *frechet(before[i], after[j], float(np.mean(everyone))))
            )
    return pd.DataFrame(rows, columns=OF_COMPARISONS["substitution"].names)

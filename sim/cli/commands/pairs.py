"""Paired runs of a comparison: as many as were asked for, or as many as are enough."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.analysis.decomposition import corners, shapley
from sim.analysis.effects import Paired, Window
from sim.analysis.enough import BATCH, FIRST, Spread, Verdict, curve, headline, is_enough, needed, seed_share, verdict
from sim.analysis.variance import answers_of, prior_lambdas, variance_table
from sim.cli.commands.runs import family, get, lambdas
from sim.history.wording import Addition
from sim.numerics.codes import MODE, PLACE, PLACE_NAMES
from sim.report.results import wording
from sim.runs import progress
from sim.runs.checks import ENOUGH
from sim.runs.complete import Family
from sim.runs.draws import LAMBDA, turn
from sim.runs.ensemble import Ensemble
from sim.runs.points import Shelf, point
from sim.runs.run import Job
from sim.runs.settings import Settings

BESIDE = 5
"""Pairs at each other lambda where the stopping rule decides the rest (assumption: they show a direction)."""


@dataclass(frozen=True)
class Pairs:
    """Paired runs by lambda, the window of their effects, and whether they are enough."""

    by_lambda: dict[float, list[Paired]]
    window: Window
    verdict: Verdict
    seeds: float
    """Share of the variance of the change in arrivals that is luck of the seeds, lambda being the only parameter."""
    curve: pd.DataFrame
    variance: pd.DataFrame

    def about(self) -> dict[str, object]:
        """The verdict as plain values, for the manifest."""
        share = None if np.isnan(self.seeds) else round(self.seeds, 4)
        told = {"n": self.verdict.n, "enough": self.verdict.enough, "needed": self.verdict.needed}
        return {**told, "sentence": self.verdict.sentence, "seed_share": share}


def first_count(settings: Settings) -> int:
    """Pairs to begin with."""
    return min(FIRST, settings.most_replicates) if settings.replicates == ENOUGH else settings.replicate_count


def families(ensemble: Ensemble, replicates: int) -> list[Family]:
    """The points of a comparison: both worlds at every lambda, at the main one also those with feedbacks held."""
    settings = ensemble.settings
    counts = lambdas(settings, replicates)
    if settings.replicates == ENOUGH:
        counts = {lambda_: replicates if lambda_ == settings.lambda_ else BESIDE for lambda_ in counts}
    split = settings.scenario in settings.decompose
    found = []
    for lambda_, count in counts.items():
        asked = (settings.freeze, *(corners() if split and lambda_ == settings.lambda_ else ()))
        held = {tuple(sorted(freeze)) for freeze in asked}
        others = [point(ensemble, settings.scenario, lambda_, freeze) for freeze in sorted(held)]
        found.append(family(ensemble, lambda_, others, count))
    return found


def paired_runs(ensemble: Ensemble, start: int, additions: Sequence[Addition]) -> Pairs:
    """Both worlds of a comparison, replicate by replicate, at every lambda.

    With `replicates=enough` the number at the main lambda is the first, of 10, 15, 20 and so on, at which the rule of
    `sim.analysis.enough` stops, or the most that the settings allow. It hangs on no run that happens to be there.
    """
    settings, main = ensemble.settings, ensemble.settings.lambda_
    count = first_count(settings)
    by_rule = settings.replicates == ENOUGH
    while True:
        wanted = families(ensemble, count)
        found = read(get(ensemble, wanted), wanted, settings.freeze)
        window = window_of(ensemble, start, additions, found[main])
        spread = headline(found[main], window)
        stops = [n for n in range(FIRST, count + 1, BATCH)
                 if all(is_enough(changes[:n], levels[:n]) for changes, levels in spread.values())]  # fmt: skip
        if not by_rule or stops or count >= settings.most_replicates:
            break
        more = max(needed(changes, float(np.mean(levels))) for changes, levels in spread.values())
        count = min(max(count + BATCH, min(more, 2 * count)), settings.most_replicates)
    if by_rule and stops:
        found[main] = found[main][: stops[0]]
        spread = {name: (changes[: stops[0]], levels[: stops[0]]) for name, (changes, levels) in spread.items()}
    told = verdict(spread, wording(PLACE_NAMES[window.focus]))
    changes = {lambda_: headline(pairs, window) for lambda_, pairs in found.items()}
    share = seed_share({lambda_: own["arrivals"][0] for lambda_, own in changes.items()}, main)
    tables = [curve(changes, levels, measure) for measure, (changes, levels) in spread.items()]
    progress.say(told.sentence)
    return Pairs(found, window, told, share, pd.concat(tables, ignore_index=True), _variance(ensemble, changes, window))


def _variance(ensemble: Ensemble, changes: Mapping[float, Mapping[str, Spread]], window: Window) -> pd.DataFrame:
    """Where the variance of the change in arrivals at the focus and in departures comes from."""
    settings, draws, main = ensemble.settings, ensemble.draws, ensemble.settings.lambda_
    replicates = range(max(len(own["arrivals"][0]) for own in changes.values()))
    at = [ensemble.parameters(Job(settings.baseline, main, replicate)).lambda_ for replicate in replicates]
    turns = [turn(replicate, settings.people_draws) for replicate in replicates]
    if draws is None:
        lambdas = prior_lambdas() if len(changes) > 1 else None
        turns = [(0, people) for _, people in turns]
    else:
        lambdas = (draws.of(LAMBDA), draws.weights) if ensemble.is_drawn(main) else None
    measures = {("arrivals", PLACE_NAMES[window.focus]): "arrivals", ("departures", ""): "departures"}
    answers = {
        of: answers_of({lambda_: own[name][0] for lambda_, own in changes.items()}, main, at, turns)
        for of, name in measures.items()
    }
    return variance_table(answers, lambdas)


def read(shelf: Shelf, wanted: Sequence[Family], freeze: Sequence[str]) -> dict[float, list[Paired]]:
    """Paired runs by lambda, from the files of the baseline's point and of that with these feedbacks held."""
    found = {}
    for one in sorted(wanted, key=lambda one: one.baseline.lambda_):
        other = next(point for point in one.others if set(point.freeze) == set(freeze))
        worlds = [shelf.read(side, one.replicates) for side in (one.baseline, other)]
        found[one.baseline.lambda_] = list(zip(*worlds, strict=True))
    return found


def _first_of(ensemble: Ensemble) -> list[int]:
    """The first replicate of each draw of people, in order of the draws; none where there is one draw."""
    draws = ensemble.settings.people_draws
    firsts: dict[int, int] = {}
    for replicate in range(2 * draws):  # three of four replicates have new draws
        firsts.setdefault(turn(replicate, draws)[1], replicate)
    return [firsts[draw] for draw in range(draws)] if draws > 1 else []


def _residents(ensemble: Ensemble, replicate: int) -> int:
    """Persons who live in Belarus at the start of a replicate, those away for short work among them."""
    people = ensemble.people_of(replicate).people
    return int(np.isin(people.mode, (MODE["home"], MODE["pendular"])).sum()) * ensemble.settings.one_in


def decomposed(ensemble: Ensemble, pairs: Pairs) -> pd.DataFrame:
    """The change in arrivals at the focus and in departures, split over feedbacks: see `sim.analysis.decomposition`.

    Columns: measure, destination, part, estimate, low, high.
    """
    settings, main = ensemble.settings, ensemble.settings.lambda_
    ours = [one for one, _ in pairs.by_lambda[main]]
    shelf = Shelf(settings.results_dir)
    effects: dict[str, dict[tuple[str, ...], list[float]]] = {"arrivals": {}, "departures": {}}
    for held in corners():
        theirs = shelf.read(point(ensemble, settings.scenario, main, held), len(ours))
        for measure, (changes, _) in headline(list(zip(ours, theirs, strict=True)), pairs.window).items():
            effects[measure][held] = list(changes)
    tables = []
    for measure, destination in (("arrivals", PLACE_NAMES[pairs.window.focus]), ("departures", "")):
        table = shapley(effects[measure], pairs.window.estimated)
        table.insert(0, "measure", measure)
        table.insert(1, "destination", destination)
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def window_of(ensemble: Ensemble, start: int, additions: Sequence[Addition], pairs: Sequence[Paired]) -> Window:
    """The span of the effects, and as focus the destination in which most changes of parameters have an effect.

    Of several with as many, the first in the history; of a change at the origin alone, the destination whose expected
    arrivals change most.
    """
    places = Counter(a.parameter.split(".")[0] for a in additions if a.verdict == "effective")
    places.pop("belarus", None)
    if places:
        focus = PLACE[places.most_common(1)[0][0]]
    else:  # a change at the origin: the destination whose expected arrivals change most
        change = sum(np.abs(b.expected.sum(axis=(0, 2)) - a.expected.sum(axis=(0, 2))) for a, b in pairs)
        focus = int(np.argmax(change)) or PLACE["lithuania"]
    acting = [(a.parameter.split(".")[0], a.direction) for a in additions if a.verdict == "effective"]
    opened = {name for name, direction in acting if direction >= 0 or name == "belarus"}
    anywhere = tuple(place for place in PLACE.values() if place != PLACE["belarus"])
    return Window(
        start,
        focus,
        ensemble.settings.one_in,
        _residents(ensemble, 0),
        changed=tuple(sorted({PLACE[name] for name, _ in acting} - {PLACE["belarus"]})),
        drawn=ensemble.draws is not None,
        everyone=tuple(_residents(ensemble, replicate) for replicate in _first_of(ensemble)),
        opened=anywhere if "belarus" in opened else tuple(sorted(PLACE[name] for name in opened)),
    )

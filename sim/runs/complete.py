"""Runs that are missing: whoever asks for points gets their runs, and computes only what nobody has.

A family is a baseline's point and the points of one other world that live on from it. A finished run is on the disk at
once; a killed process loses the runs that it was making and nothing else.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

from filelock import Timeout

from sim.runs import ahead
from sim.runs.ensemble import Ensemble
from sim.runs.packing import state_forms
from sim.runs.points import Extras, Point, Shelf
from sim.runs.progress import say
from sim.runs.run import Job, Run
from sim.runs.workers import BaselineStates, give_back

Tick = Callable[[], object]
Progress = Callable[[int], AbstractContextManager[Tick]]
"""Given the months to live, what shows them passing: a context that gives what to call after each month."""
PATIENCE = 0.2
"""Seconds between two looks at what another worker is making (assumption: short beside a run)."""


@dataclass(frozen=True)
class Family:
    """A baseline's point, the points of one other world beside it, and how many replicates of all are wanted."""

    baseline: Point
    others: tuple[Point, ...] = ()
    replicates: int = 1
    own: bool = True
    """Whether the baseline's runs are wanted themselves."""

    @property
    def wanted(self) -> tuple[Point, ...]:
        """Points whose runs are wanted."""
        return (*((self.baseline,) if self.own else ()), *self.others)


@dataclass(frozen=True)
class Gap:
    """One replicate of a family, and which of its points lack it."""

    family: Family
    replicate: int
    points: tuple[Point, ...]

    @property
    def others(self) -> list[Point]:
        """Those of its points that live on from the baseline."""
        return [point for point in self.points if point != self.family.baseline]

    def months(self, ensemble: Ensemble) -> int:
        """Months to live, if none of them has been lived before."""
        others = [point.other for point in self.others]
        parting = ensemble.parting(self.family.baseline.scenario, others)
        whole = self.family.baseline in self.points or any(other.freeze for other in others)
        return (ensemble.months if whole else parting) + len(others) * (ensemble.months - parting)


@dataclass
class Work:
    """What was found and what was done for those who asked, by title of point: replicates."""

    reused: dict[str, int] = field(default_factory=dict)
    made: dict[str, int] = field(default_factory=dict)

    def __str__(self) -> str:
        """One line for each point."""
        lines = []
        for title, there in self.reused.items():
            counts = ((self.made.get(title, 0), "made"), (there, "reused"))
            told = " and ".join(f"{number} run{'' if number == 1 else 's'} {what}" for number, what in counts if number)
            lines.append(f"{title}: {told}")
        return "\n".join(lines)


def gaps(shelf: Shelf, families: Sequence[Family], busy: Sequence[Point] = ()) -> list[Gap]:
    """What is left to do, replicate by replicate; points that are `busy` in other hands are left to them."""
    found = []
    for family in families:
        lacks = {point.name: set(shelf.missing(point, family.replicates)) for point in family.wanted}
        for replicate in range(family.replicates):
            points = tuple(p for p in family.wanted if replicate in lacks[p.name] and p not in busy)
            if points:
                found.append(Gap(family, replicate, points))
    return found


def complete(
    shelf: Shelf,
    ensemble: Ensemble,
    families: Sequence[Family],
    extras: Extras,
    progress: Progress,
    prefixes: Path | None = None,
) -> Work:
    """Compute and bind every run of the families that nobody has.

    A point is computed under its lock. Among points that other workers hold, baselines are waited for last, so several
    workers begin with several scenarios. `extras` gives texts to lay beside a point's tables; `progress` is given the
    months to live and gives what to call after each. `prefixes` is a folder in which workers leave states of
    baselines to each other.
    """
    work = Work()
    wanted = {point.name: (point, family.replicates) for family in families for point in family.wanted}
    first = [point for point, _ in wanted.values() if not any(point == family.baseline for family in families)]
    rounds = [first, [point for point, _ in wanted.values() if point not in first]]
    with ExitStack() as held:
        busy = []
        for wait, points in zip((True, not first), rounds, strict=True):
            for point in sorted(points, key=lambda one: one.name):
                if shelf.stored(point) < wanted[point.name][1]:
                    if not _taken(held, shelf, point, wait):
                        busy.append(point)
                elif shelf.is_untidy(point):
                    with ExitStack() as shortly:
                        _taken(shortly, shelf, point, False)

        def bind(point: Point) -> None:
            shelf.bind(point, wanted[point.name][1], extras)
            if prefixes:  # a worker, whose memory others need
                give_back()

        _do(shelf, ensemble, gaps(shelf, families, busy), work, bind, progress, prefixes)
        for point, _ in wanted.values():
            if point not in busy:  # bound already, or found finished and not yet bound
                bind(point)
    if busy:  # now nothing is held that anybody could wait for
        rest = [Family(family.baseline, (), family.replicates) for family in families if family.baseline in busy]
        say(f"waiting for {', '.join(point.title for point in busy)}, which another process computes")
        for title, made in complete(shelf, ensemble, rest, extras, progress, prefixes).made.items():
            work.made[title] = work.made.get(title, 0) + made
    for point, replicates in wanted.values():
        work.reused[point.title] = replicates - work.made.get(point.title, 0)
    return work


def _taken(held: ExitStack, shelf: Shelf, point: Point, wait: bool) -> bool:
    try:
        held.enter_context(shelf.lock(point).acquire(timeout=-1 if wait else 0))
    except Timeout:
        return False
    shelf.restore(point)
    return True


def _do(
    shelf: Shelf,
    ensemble: Ensemble,
    todo: Sequence[Gap],
    work: Work,
    bind: Callable[[Point], None],
    progress: Progress,
    prefixes: Path | None,
) -> None:
    """Fill the gaps; a point whose last run is finished is bound beside those of others."""
    if not todo:
        return
    if not prefixes:  # else other workers compile it too
        ahead.make(ensemble)
    months = sum(gap.months(ensemble) for gap in todo)
    left, counting = Counter(point.name for gap in todo for point in gap.points), Lock()
    with progress(months) as tick:

        def one(gap: Gap, threads: int, states: BaselineStates | None = None) -> None:
            for point, run, seconds in _lived(ensemble, gap, threads, tick, states):
                shelf.keep(point, run, seconds)
            with counting:
                for point in gap.points:
                    work.made[point.title] = work.made.get(point.title, 0) + 1
                left.subtract(point.name for point in gap.points)
                whole = [point for point in gap.points if not left[point.name]]
            for point in whole:
                bind(point)

        if prefixes:
            _by_turns(ensemble, todo, prefixes, one)
        else:
            ensemble.in_turn(one, todo)


def _lived(
    ensemble: Ensemble, gap: Gap, threads: int, tick: Tick, states: BaselineStates | None
) -> Iterator[tuple[Point, Run, float]]:
    family, others = gap.family, gap.others
    alone = family.baseline not in gap.points
    runs = ensemble.live(
        Job(family.baseline.scenario, family.baseline.lambda_, gap.replicate),
        [point.other for point in others], threads, tick, alone, states,
    )  # fmt: skip
    before = time.process_time() if threads > 1 else time.thread_time()
    for point, run in zip([*(() if alone else (family.baseline,)), *others], runs, strict=True):
        now = time.process_time() if threads > 1 else time.thread_time()
        yield point, run, now - before
        before = now


def _by_turns(
    ensemble: Ensemble, todo: Sequence[Gap], prefixes: Path, one: Callable[[Gap, int, BaselineStates], None]
) -> None:
    """Fill the gaps, starting with those whose baseline no other worker is running."""
    waiting = list(todo)
    while waiting:
        later = []
        for gap in waiting:
            baseline = gap.family.baseline
            forms = state_forms(ensemble.people_of(gap.replicate), ensemble.world(baseline.scenario))
            states = BaselineStates(prefixes, f"{baseline.name}-{gap.replicate:06}", forms)
            with states.turn() as ours:
                if ours:
                    one(gap, 1, states)
                    give_back()
                else:
                    later.append(gap)
        if len(later) == len(waiting):
            time.sleep(PATIENCE)
        waiting = later

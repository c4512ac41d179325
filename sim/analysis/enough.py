"""How many replicates are enough: start with 10 pairs, add batches of 5, stop when the headline is known well enough.

Well enough is t s / sqrt(n) <= max(5% of the change, 0.5% of the level), with t of the 90% interval of Student that
the program prints everywhere, for expected arrivals at the focus and for departures from Belarus. Both worlds of a
pair share their luck, so s is the spread of paired differences. The rule looks at the data to decide when to stop, so
the interval at which it stops covers in about 88% of the cases, not in 90% (normal values; measured).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
import pandas as pd
from scipy.special import ndtri, stdtrit

from sim.analysis.effects import Paired, Window, arrivals
from sim.analysis.estimates import LEVEL, estimate
from sim.analysis.prior import weights
from sim.runs.tables import OF_COMPARISONS

FIRST = 10
"""Pairs to start with."""
BATCH = 5
"""Pairs to add at a time."""
OF_CHANGE = 0.05
"""Half width wanted, share of the change."""
OF_LEVEL = 0.005
"""Half width wanted, share of the level in the baseline: a change near zero need not be known to a share of itself."""
MOST = 1_000_000
"""Pairs beyond which `needed` does not count."""

Spread = tuple[Sequence[float], Sequence[float]]
"""Changes (scenario less baseline) and levels (baseline) of one measure, one of each a replicate, in order."""


def headline(paired: Sequence[Paired], window: Window) -> dict[str, Spread]:
    """Changes and levels of the measures the rule looks at: `arrivals` at the focus and `departures` from Belarus.

    Both are expected flows (hazard sums) over the months of the window, in persons.
    """
    before = [arrivals(one, window) for one, _ in paired]
    after = [arrivals(other, window) for _, other in paired]
    sides = {
        "arrivals": [[float(flows[window.focus].sum()) for flows in side] for side in (before, after)],
        "departures": [[float(flows.sum()) for flows in side] for side in (before, after)],
    }
    return {name: ([b - a for a, b in zip(ours, theirs, strict=True)], ours) for name, (ours, theirs) in sides.items()}


def half_width(values: Sequence[float]) -> float:
    """Half the width of the 90% interval of the mean; ValueError for fewer than two values or one not finite."""
    if len(values) < 2 or not np.isfinite(values).all():
        raise ValueError(f"an interval needs two finite values at least, got {list(values)}")
    found = estimate(values)
    return (found.high - found.low) / 2


def wanted(mean: float, level: float) -> float:
    """Half width that is small enough for a change of this mean, where the baseline has this level."""
    return max(OF_CHANGE * abs(mean), OF_LEVEL * abs(level))


def is_enough(changes: Sequence[float], levels: Sequence[float]) -> bool:
    """Whether the rule stops here; never before `FIRST` replicates."""
    return len(changes) >= FIRST and half_width(changes) <= wanted(float(np.mean(changes)), float(np.mean(levels)))


def needed(values: Sequence[float], level: float) -> int:
    """Replicates at which the rule would stop, were mean and spread of `values` to stay as they are.

    `FIRST` and batches of `BATCH`; `MOST` for all that is more. From ten values it is a rough guess: their variance,
    and so the answer, is off by a third or more about half of the time.
    """
    half_width(values)  # refuses values that have none
    goal, spread = wanted(float(np.mean(values)), level), float(np.std(values, ddof=1))
    if spread == 0.0:
        return FIRST
    least = (ndtri(0.5 + LEVEL / 2) * spread / goal) ** 2 if goal > 0 else MOST
    if least >= MOST:
        return MOST
    n = FIRST + BATCH * max(0, ceil((least - FIRST) / BATCH))
    while _half_width_at(n, spread) > goal:
        n += BATCH
    return n


def _half_width_at(n: int, spread: float) -> float:
    """Half width of the interval of the mean of `n` values with this standard deviation."""
    return float(stdtrit(n - 1, 0.5 + LEVEL / 2) * spread / np.sqrt(n))


def curve(changes: Sequence[float], levels: Sequence[float], measure: str) -> pd.DataFrame:
    """What the rule would have seen after 2, 3 and all further replicates, in the order in which they were made.

    Beside it the coefficient of variation of the first n changes (Lee et al. 2015, JASSS 18(4)4: where it no longer
    moves, more replicates tell nothing new of the spread).
    """
    rows = []
    for n in range(2, len(changes) + 1):
        first, mean = changes[:n], float(np.mean(changes[:n]))
        goal = wanted(mean, float(np.mean(levels[:n])))
        variation = float(np.std(first, ddof=1)) / abs(mean) if mean else np.nan
        rows.append((n, measure, mean, half_width(first), goal, is_enough(first, levels[:n]), variation))
    return pd.DataFrame(rows, columns=OF_COMPARISONS["enough"].names)


@dataclass(frozen=True)
class Verdict:
    """Whether `n` pairs are enough, how many would be, and both in a sentence."""

    n: int
    enough: bool
    needed: int
    sentence: str


def verdict(measures: Mapping[str, Spread], where: str) -> Verdict:
    """Judge the measures of `headline`; `where` is the focus in a reader's words."""
    titles = {"arrivals": f"arrivals in {where}", "departures": "departures from Belarus"}
    n = min(len(changes) for changes, _ in measures.values())
    enough: dict[str, str] = {}
    short: dict[str, str] = {}
    more = FIRST
    for name, (changes, levels) in measures.items():
        mean, level = float(np.mean(changes)), float(np.mean(levels))
        half, goal = half_width(changes), wanted(mean, level)
        says, than = (enough, "within the") if half <= goal else (short, "wider than the")
        says[name] = f"of {titles[name]} is ±{half:,.0f} persons, {than} {goal:,.0f} wanted"
        more = max(more, needed(changes, level))
    told = ", and ".join((short or enough).values())
    found = f"the {LEVEL:.0%} interval {told} ({OF_CHANGE:.0%} of the change or {OF_LEVEL:.1%} of the level)"
    if short:
        sentence = f"not enough: with {n} pairs {found}; about {more:,} pairs would be"
    elif n < FIRST:
        sentence = f"not enough: with {n} pairs {found}, but so few say little of the spread; begin with {FIRST}"
    else:
        sentence = f"{n} pairs: {found}"
    return Verdict(n, not short and n >= FIRST, more, sentence)


def seed_share(by_lambda: Mapping[float, Sequence[float]], main: float) -> float:
    """Share of the variance of an answer that is luck: E(Var_seed) / (Var_lambda(E) + E(Var_seed)); aim below .05.

    `by_lambda` are the values of one measure by replicate at each lambda, weighted by the part of the prior nearest
    to it. The seeds' part is s^2 / n averaged over the lambdas, n being the replicates behind the headline, those at
    `main` (others have fewer). NaN with fewer than two lambdas, or where nothing varies at all. Only lambda varies:
    with the other parameters, which are not varied here, the true share is smaller. The means of the lambdas hold some
    luck themselves, so a large share is told too small; at the aim that is no matter. Raises ValueError if `main` is
    not among the lambdas or one has fewer than two values.
    """
    if len(by_lambda) < 2:
        return float("nan")
    if main not in by_lambda or min(map(len, by_lambda.values())) < 2:
        raise ValueError(f"lambda {main:g} and two values each are needed, got {sorted(by_lambda)}")
    prior = weights(list(by_lambda))
    means = np.array([np.mean(values) for values in by_lambda.values()])
    luck = float(prior @ [np.var(values, ddof=1) for values in by_lambda.values()]) / len(by_lambda[main])
    between = float(prior @ (means - prior @ means) ** 2)
    return luck / (between + luck) if between + luck > 0 else float("nan")

"""Skill of the model over naive rules: by how much its score is smaller, with an interval over destinations.

Years of one destination go together, so destinations are drawn, not years: a block bootstrap. Where few destinations
are compared the interval says little, and is told all the same.
"""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

Cell = tuple[str, str, int]
"""Series, place and year."""
DRAWS = 2000
LEVEL = 90


class Skill(NamedTuple):
    """Scores of model and rule over the cells that both forecast, and the skill with its interval."""

    cells: int
    destinations: int
    model: float  # mean score
    rule: float
    skill: float  # 1 less the ratio of both: 0 as good, 1 perfect, below 0 worse
    low: float
    high: float


def skill(model: Mapping[Cell, float], rule: Mapping[Cell, float], seed: int = 1) -> Skill | None:
    """Skill over the cells that model and rule both score; None if there is none, or the rule never errs."""
    cells = [cell for cell in rule if cell in model and not math.isnan(model[cell] + rule[cell])]
    places = sorted({place for _, place, _ in cells})
    sums = np.array(
        [[sum(scores[cell] for cell in cells if cell[1] == place) for scores in (model, rule)] for place in places]
    ).reshape(-1, 2)
    ours, theirs = sums.sum(axis=0)
    if not theirs > 0.0:
        return None
    drawn = sums[np.random.default_rng(seed).integers(len(places), size=(DRAWS, len(places)))].sum(axis=1)
    drawn = drawn[drawn[:, 1] > 0.0]
    low, high = np.percentile(1.0 - drawn[:, 0] / drawn[:, 1], [50.0 - LEVEL / 2, 50.0 + LEVEL / 2])
    count = len(cells)
    return Skill(count, len(places), ours / count, theirs / count, 1.0 - ours / theirs, float(low), float(high))


def best(model: Mapping[Cell, float], rules: Mapping[str, Mapping[Cell, float]]) -> tuple[str, dict[Cell, float]]:
    """The rule with the smallest mean score over the cells that the model and every one of the rules forecast.

    Rules that forecast less than half of the model's cells are left out, so that a rule which is asked little does not
    decide where all are compared. Its name, and its scores of all its cells; raises ValueError if no rule is left.
    """
    enough = {name: of for name, of in rules.items() if 2 * len(set(of) & set(model)) >= len(model) > 0}
    shared = set(model).intersection(*enough.values()) if enough else set()
    if not shared:
        raise ValueError("no naive rule forecasts half of the cells")
    first = min(enough, key=lambda name: sum(enough[name][cell] for cell in sorted(shared)))
    return first, dict(enough[first])


def coverage(inside: Sequence[bool]) -> tuple[float, float, float]:
    """Share of observations inside an interval, percent, and the 90% interval of it (Wilson)."""
    n, z = len(inside), 1.6448536269514722
    if not n:
        return (math.nan,) * 3
    p = sum(inside) / n
    middle, half = p + z * z / (2 * n), z * math.sqrt(p * (1.0 - p) / n + z * z / (4 * n * n))
    return tuple(100.0 * x for x in (p, (middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)))  # type: ignore[return-value]

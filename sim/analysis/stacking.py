"""Rival rules of decision weighted by how well they predicted what they had not seen, and what all of them say.

Weights are those of stacked predictive densities (Yao, Vehtari, Simpson & Gelman 2018): the mixture of the rules'
forecasts with the highest mean log score over observations that no rule was fitted to. `task=validate` gives scores.
"""

import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import logsumexp, ndtr, ndtri

from sim.numerics.errors import UserError
from sim.runs.fitted import FITTED
from sim.runs.tables import OF_OTHERS

Floats = NDArray[np.float64]

FILE = FITTED / "log_scores.csv"
"""Scores of the rules that come with the program, once they were fitted and tested: columns `target`, `decision`,
`log_score` (natural logarithm of the predictive density at what was observed)."""
SURE = 0.95
"""Probability of a sign, all rules together by their weights, from which it may be called robust."""
LEAST = 10
"""Targets below which weights say little (assumption)."""
RESAMPLED = 200
"""Weights of resampled targets, for the intervals of the weights."""


@dataclass(frozen=True)
class Scores:
    """Log scores of rules at targets that none was fitted to; T targets, R rules."""

    targets: tuple[str, ...]
    rules: tuple[str, ...]
    values: Floats  # [T, R]


@dataclass(frozen=True)
class Weights:
    """Weights of rules, their sum 1, with 90% intervals over resampled targets."""

    rules: tuple[str, ...]
    values: Floats  # [R]
    low: Floats
    high: Floats
    targets: int


@dataclass(frozen=True)
class Answer:
    """The answer under one rule: mean and 90% interval, in persons."""

    mean: float
    low: float
    high: float


def read(rules: Sequence[str], path: Path = FILE) -> Scores | None:
    """The scores of these rules from a file, None if there is none; only targets that every rule has count.

    Raises UserError with all faults of a file that cannot be read so.
    """
    if not path.is_file():
        return None
    found: dict[str, dict[str, float]] = {}
    faults = []
    with path.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines)
        if missing := [name for name in OF_OTHERS["log_scores"].names if name not in (rows.fieldnames or ())]:
            raise UserError(f"{path.name} has no column {', '.join(missing)}")
        for number, row in enumerate(rows, 2):
            try:
                score = float(row["log_score"])
            except (TypeError, ValueError):
                score = math.nan
            where = f"{path.name}: line {number}"
            if not math.isfinite(score):
                faults.append(f"{where}: '{row['log_score']}' is no log score")
            elif row["decision"] in found.get(row["target"], {}):
                faults.append(f"{where}: {row['decision']} has a score of {row['target']} already")
            else:
                found.setdefault(row["target"], {})[row["decision"]] = score
    if faults:
        raise UserError(*faults)
    targets = [target for target, own in found.items() if all(rule in own for rule in rules)]
    if not targets or len(rules) < 2:
        return None
    return Scores(tuple(targets), tuple(rules), np.array([[found[one][rule] for rule in rules] for one in targets]))


def log_score(observed: float, median: float, low: float, high: float, level: float = 0.8) -> float:
    """Log of the density, per unit of the log, that a forecast gave to what was observed: lognormal, by its median and
    the ends of an interval. Raises ValueError for a forecast that is no interval above 0.
    """
    if not (0 < low < high and median > 0 and observed > 0):
        raise ValueError(f"observed {observed:g} and forecast {low:g} to {high:g} about {median:g} have no logs")
    sd = math.log(high / low) / (2 * float(ndtri(0.5 + level / 2)))
    return -0.5 * (math.log(observed / median) / sd) ** 2 - math.log(sd * math.sqrt(2 * math.pi))


def stacked(scores: Scores) -> Weights:
    """The weights with the highest mean log score of the mixture, and their intervals; the same for the same scores."""
    rng = np.random.default_rng(0)
    count = len(scores.targets)
    samples = np.array([_best(scores.values, rng.dirichlet(np.ones(count))) for _ in range(RESAMPLED)])
    low, high = np.quantile(samples, [0.05, 0.95], axis=0)
    return Weights(scores.rules, _best(scores.values, np.full(count, 1.0 / count)), low, high, count)


def _best(values: Floats, of_targets: Floats) -> Floats:
    """Weights on the simplex that make the weighted sum of log mixtures largest: a concave problem."""
    count = values.shape[1]
    density = np.exp(values - values.max(axis=1, keepdims=True))

    def loss(weights: Floats) -> tuple[float, Floats]:
        mixed = np.maximum(density @ weights, 1e-300)
        return -float(of_targets @ np.log(mixed)), -(density.T @ (of_targets / mixed))

    found = minimize(
        loss, np.full(count, 1.0 / count), jac=True, method="SLSQP", bounds=[(0.0, 1.0)] * count,
        constraints={"type": "eq", "fun": lambda weights: weights.sum() - 1.0, "jac": np.ones_like},
        options={"ftol": 1e-10, "maxiter": 200},
    )  # fmt: skip
    weights = np.maximum(found.x, 0.0)
    total: Floats = weights / weights.sum()
    return total


def mixture_score(scores: Scores, weights: Floats) -> float:
    """Mean log score of the mixture."""
    with np.errstate(divide="ignore"):
        return float(logsumexp(scores.values + np.log(weights), axis=1).mean())


def sign_probability(answers: Mapping[str, Answer], weights: Weights) -> float:
    """Probability that the answer is above 0, the rules mixed by their weights; each is normal by its interval."""
    total = 0.0
    for rule, weight in zip(weights.rules, weights.values, strict=True):
        one = answers[rule]
        sd = (one.high - one.low) / (2 * float(ndtri(0.95)))
        total += float(weight) * (float(ndtr(one.mean / sd)) if sd > 0 else float(one.mean > 0))
    return total


def verdict(answers: Mapping[str, Answer], weights: Weights | None) -> str:
    """Whether an answer is robust to the rule of decision, in a sentence.

    It is where every rule gives the same sign, its interval included, and the rules mixed by weights that rest on
    enough targets give that sign a probability of `SURE`.
    """
    above = {rule for rule, one in answers.items() if one.mean > 0}
    if above and above != set(answers):
        return f"Not robust: {', '.join(sorted(above))} say more, the other rules less."
    sure = [rule for rule, one in answers.items() if one.low > 0 or one.high < 0]
    told = "All rules agree in sign" if len(answers) > 1 else "Only one rule was run"
    if len(answers) < 2:
        return f"{told}: nothing can be said of the others."
    if len(sure) < len(answers):
        unsure = ", ".join(rule for rule in answers if rule not in sure)
        return f"{told}, but the interval of {unsure} holds 0: not called robust."
    if weights is None:
        return f"{told}. It is not called robust: the rules were not scored on what they had not seen."
    if weights.targets < LEAST:
        return f"{told}, but {weights.targets} scored targets are too few to weigh rules: not called robust."
    chance = sign_probability(answers, weights)
    chance = max(chance, 1.0 - chance)
    if chance < SURE:
        return f"{told}; by their weights it has that sign with a probability of {chance:.0%}: not called robust."
    return f"Robust: all rules agree in sign, and by their weights it has that sign with a probability of {chance:.0%}."


def between(answers: Mapping[str, Answer], weights: Weights) -> tuple[float, float]:
    """Variance of the answer between rules, and within them, by their weights."""
    means = np.array([answers[rule].mean for rule in weights.rules])
    sds = np.array([(answers[rule].high - answers[rule].low) / (2 * float(ndtri(0.95))) for rule in weights.rules])
    centre = float(weights.values @ means)
    return float(weights.values @ (means - centre) ** 2), float(weights.values @ sds**2)


def structure_table(
    answers: Mapping[tuple[str, str, str], Mapping[str, Answer]], weights: Weights | None
) -> pd.DataFrame:
    """A row a rule of each scenario, measure and destination, with its weight; then one of all rules by their weights.

    The share of the last row is that of the variance that lies between the rules.
    """
    rows: list[tuple[object, ...]] = []
    for of, own in answers.items():
        ours = weights if weights and set(weights.rules) == set(own) else None
        told = dict(zip(ours.rules, zip(ours.values, ours.low, ours.high, strict=True), strict=True)) if ours else {}
        for rule, one in own.items():
            rows.append((*of, rule, *told.get(rule, (math.nan,) * 3), one.mean, one.low, one.high, math.nan, ""))
        mixed: tuple[float, ...] = (math.nan,) * 4
        if ours:
            apart, within = between(own, ours)
            centre, half = float(sum(w * own[r].mean for r, w in zip(ours.rules, ours.values, strict=True))), 0.0
            half = float(ndtri(0.95)) * math.sqrt(apart + within)
            mixed = centre, centre - half, centre + half, apart / (apart + within) if apart + within > 0 else math.nan
        rows.append((*of, "all", *(math.nan,) * 3, *mixed, verdict(own, ours)))
    return pd.DataFrame(rows, columns=OF_OTHERS["structure"].names)

"""Where the variance of an answer comes from: lambda, the other parameters, the draw of people, luck.

An answer of one replicate is taken as a curve in lambda plus what belongs to its draw of parameters, to its draw of
people, to its luck, and to it alone; replicates share draws and people in part (`sim.runs.draws.turn`), and those at
other lambdas share all three. The variances of the last four are not estimated by one number each: all ways to split
the rest among them count alike beforehand, the data weigh them (restricted likelihood: Searle, Casella & McCulloch
1992), and the shares are told with the interval that is left. So a few replicates give wide intervals, not wrong ones.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import betaincinv

from sim.analysis.prior import PRIOR
from sim.runs.tables import OF_COMPARISONS

Floats = NDArray[np.float64]

PARTS = ("lambda", "parameters", "people", "luck", "structure")
"""Parts of the variance, the rule of decision (`structure`) last, which one comparison cannot tell."""
STEPS = 20
"""Steps of a share from 0 to 1 among the ways to split the variance."""
SAMPLES = 4000
"""Splits drawn for means and intervals; the error of a share is below a hundredth of its spread."""
MOST_MAIN, MOST_BESIDE = 48, 12
"""Replicates that are used at the main lambda and at each other: more cost time and tell little new."""


@dataclass(frozen=True)
class Answers:
    """Answers of one measure, one a run, n of them, and what each run has."""

    values: Floats  # [n]
    lambdas: Floats  # [n]
    draws: NDArray[np.int64]  # [n] which draw of the parameters
    people: NDArray[np.int64]  # [n] which draw of people
    replicates: NDArray[np.int64]  # [n] which luck

    @property
    def is_drawn(self) -> bool:
        """Whether the parameters are drawn."""
        return len(np.unique(self.draws)) > 1


@dataclass(frozen=True)
class Share:
    """Share of the variance with its 90% interval, and the standard deviation that it comes to."""

    mean: float
    low: float
    high: float
    sd: float


def prior_lambdas(n: int = 200) -> tuple[Floats, Floats]:
    """Values of lambda that stand for its prior, and their weights."""
    found: Floats = betaincinv(*PRIOR, (np.arange(n) + 0.5) / n)
    return found, np.full(n, 1.0 / n)


def split(answers: Answers, lambdas: tuple[Floats, Floats] | None) -> dict[str, Share]:
    """Shares of the variance by part; `lambdas` are values of lambda and weights, None where it is held.

    Empty for fewer than four answers, or for answers all alike. What belongs to one run alone is told with the
    parameters if they are drawn, else with lambda.
    """
    y = answers.values
    if len(y) < 4 or np.ptp(y) == 0.0:
        return {}
    curve = curves(answers.lambdas, lambdas)
    kernels = _kernels(answers)
    names = list(kernels)
    rng = np.random.default_rng(0)
    grid = np.array(list(simplex(len(kernels))))
    fits = [_fitted(y, curve, sum(w * k for w, k in zip(weights, kernels.values(), strict=True))) for weights in grid]
    logs = np.array([fit.log for fit in fits])
    chances = np.exp(logs - logs.max())
    chosen = rng.choice(len(grid), SAMPLES, p=chances / chances.sum())
    freedom = len(y) - curve.shape[1]
    scale = np.array([fits[at].rest for at in chosen]) / rng.chisquare(freedom, SAMPLES)
    noise = rng.standard_normal((SAMPLES, curve.shape[1]))
    slopes = np.array([
        fits[at].slopes + np.sqrt(size) * fits[at].spread @ one
        for at, size, one in zip(chosen, scale, noise, strict=True)
    ])  # fmt: skip
    parts = {"lambda": (slopes[:, 1:] ** 2).sum(axis=1)} if curve.shape[1] > 1 else {}
    for name, own in zip(names, (grid[chosen] * scale[:, None]).T, strict=True):
        of = ("parameters" if answers.is_drawn else "lambda") if name == "alone" else name
        parts[of] = parts.get(of, 0.0) + own
    total = sum(parts.values())
    return {name: _share(own, total) for name, own in parts.items()}


def _share(own: Floats, total: Floats) -> Share:
    low, high = np.quantile(own / total, [0.05, 0.95])
    return Share(float((own / total).mean()), float(low), float(high), float(np.sqrt(own.mean())))


def curves(at: Floats, lambdas: tuple[Floats, Floats] | None) -> Floats:
    """A constant and polynomials of lambda at each answer, orthonormal over the lambdas that are likely, float64[n, k].

    So the squares of their slopes add up to the variance that lambda makes. Two where the answers have four lambdas or
    more, one where they have two, none where lambda is held.
    """
    ones = np.ones((len(at), 1))
    if lambdas is None:
        return ones
    values, weights = lambdas
    different = len(np.unique(at))
    degree = min(2 if different >= 4 and len(at) >= 8 else 1, different - 1)
    powers = np.vander(values, degree + 1, increasing=True)
    _, upper = np.linalg.qr(powers * np.sqrt(weights)[:, None])
    found: Floats = np.vander(at, degree + 1, increasing=True) @ np.linalg.inv(upper)
    return np.column_stack([ones, found[:, 1:]])


def simplex(parts: int) -> Iterator[Floats]:
    """Shares of so many parts that add up to one, none of them nothing, evenly laid out."""
    for steps in product(range(STEPS + 1), repeat=parts - 1):
        if sum(steps) <= STEPS:
            yield (np.array([*steps, STEPS - sum(steps)]) + 0.5) / (STEPS + parts / 2)


def _kernels(answers: Answers) -> dict[str, Floats]:
    """Which answers share each part, bool[n, n] as numbers; parts that all or none share are left out."""
    shared = {"parameters": answers.draws, "people": answers.people, "luck": answers.replicates}
    found = {name: (own[:, None] == own[None]).astype(float) for name, own in shared.items() if len(np.unique(own)) > 1}
    if len(np.unique(answers.replicates)) < len(answers.values):
        found["alone"] = np.eye(len(answers.values))
    return found


@dataclass(frozen=True)
class _Fit:
    log: float
    rest: float
    slopes: Floats
    spread: Floats


def _fitted(y: Floats, curve: Floats, covariance: Floats) -> _Fit:
    """Restricted log likelihood with the scale integrated out, the sum of squares left, slopes and their spread."""
    root = np.linalg.cholesky(covariance + 1e-9 * np.eye(len(y)))
    white_y, white = np.linalg.solve(root, y), np.linalg.solve(root, curve)
    q, r = np.linalg.qr(white)
    slopes = np.linalg.solve(r, q.T @ white_y)
    rest = float(((white_y - white @ slopes) ** 2).sum())
    sizes = np.log(np.abs(np.diag(root))).sum() + np.log(np.abs(np.diag(r))).sum()
    log = -float(sizes) - 0.5 * (len(y) - curve.shape[1]) * float(np.log(rest))
    return _Fit(log, rest, slopes, np.linalg.inv(r))


def variance_table(measures: Mapping[tuple[str, str], Answers], lambdas: tuple[Floats, Floats] | None) -> pd.DataFrame:
    """The split of each measure and destination: a row a part, those that were not varied without numbers and with the
    reason.
    """
    rows: list[tuple[object, ...]] = []
    for of, answers in measures.items():
        found = split(answers, lambdas)
        for part in PARTS:
            one = found.get(part)
            if one is None:
                rows.append((*of, part, *[np.nan] * 4, _why(part, answers, found)))
            else:
                rows.append((*of, part, *(round(x, 4) for x in (one.mean, one.low, one.high)), one.sd, ""))
    return pd.DataFrame(rows, columns=OF_COMPARISONS["variance"].names)


def _why(part: str, answers: Answers, found: Mapping[str, Share]) -> str:
    """Why a part has no share."""
    if part == "structure":
        return "one rule of decision; the study decision_rules compares all"
    if not found:
        return "too few replicates, or answers all alike"
    return {
        "lambda": "held, or one value of it",
        "parameters": "not drawn: central values" if not answers.is_drawn else "held",
        "people": "one draw of people",
        "luck": "not told",
    }[part]


def answers_of(
    changes: Mapping[float, Sequence[float]], main: float, drawn: Sequence[float], turns: Sequence[tuple[int, int]]
) -> Answers:
    """Answers by lambda and replicate as one list.

    `drawn` is the lambda of each replicate at the `main` lambda, `turns` are their draws of parameters and of people.
    """
    rows = []
    for lambda_, values in changes.items():
        most = MOST_MAIN if lambda_ == main else MOST_BESIDE
        for replicate, value in enumerate(values[:most]):
            rows.append((value, drawn[replicate] if lambda_ == main else lambda_, *turns[replicate], replicate))
    values, at, draws, people, replicates = np.array(rows).T
    return Answers(values, at, *(own.astype(np.int64) for own in (draws, people, replicates)))

"""The survey of Lithuania of 2022 asked of the synthetic people, through a model of who was reached.

The survey was online and by no probability: it reached protected and politically active people more easily. One
odds weight says how much more, fitted on the row of legal status alone, so that the other rows test the model. What
is printed is a comparison, not a calibrated fit.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.analysis.citing import cited
from sim.observation.observed import OBSERVED
from sim.observation.questions import (
    CHOICES,
    DESTINATION,
    LEAVE,
    ROWS,
    STATUS_ROWS,
    Answers,
    destination_losses,
    leave_losses,
)

Floats = NDArray[np.float64]

SURVEY = "eesc_2022"
PROTECTED = (STATUS_ROWS[1], STATUS_ROWS[3])
"""Rows of the status question on whose share the odds weight is fitted: humanitarian visa and asylum."""
DESIGN_EFFECTS = (2.0, 4.0)
"""Variance over that of a simple random sample: between these for an online survey (assumption)."""
LARGEST_ODDS = 100.0


class Sampling(NamedTuple):
    """Who is reached."""

    odds: float  # weight of the favoured against others
    weights: Floats  # [n]
    reached: bool  # whether the status row could be met


def observed_rows() -> pd.DataFrame:
    """Observed margins of the survey: domain, item, value, unit, n, base, target, source."""
    table = pd.read_csv(OBSERVED / "survey.csv")
    found: pd.DataFrame = table[table["survey"] == SURVEY].reset_index(drop=True)
    return found


def pooled(parts: list[Answers]) -> Answers:
    """Answers of several months and replicates as one; each month counts by its people."""
    return Answers(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def fitted_odds(asked: Answers) -> Sampling:
    """The odds weight with which the share of the protected is the observed one."""
    table = observed_rows().set_index("item")["value"]
    target = float(sum(table[name] for name in PROTECTED) / sum(table[name] for name in STATUS_ROWS))
    columns = [ROWS.index(("legal_status", name)) for name in PROTECTED]
    protected = asked.values[:, columns].sum(axis=1) > 0.0
    answering = asked.asked[:, columns[0]]

    def share(odds: float) -> float:
        weights = np.where(asked.favoured, odds, 1.0)
        return float(weights[protected & answering].sum() / max(weights[answering].sum(), 1e-12))

    low, high = 1.0 / LARGEST_ODDS, LARGEST_ODDS
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if share(middle) < target else (low, middle)
    reached = abs(share(low) - target) < 1e-3
    return Sampling(low, np.where(asked.favoured, low, 1.0), reached)


def means(asked: Answers, weights: Floats) -> Floats:
    """Weighted mean of each row over who answers it, float64[rows]; not a number if nobody does."""
    counted = weights[:, None] * asked.asked
    total = counted.sum(axis=0)
    values = np.where(asked.asked, asked.values, 0.0)
    return np.where(total > 0.0, (counted * values).sum(axis=0) / np.where(total > 0.0, total, 1.0), np.nan)


def drawn(asked: Answers, weights: Floats, n: int, rng: np.random.Generator) -> Floats:
    """Means of one sample of `n` respondents drawn by weight, float64[rows]; an agent stands for many, and may be
    drawn again. A score is given as it is, any other answer drawn from its probability.
    """
    up_to = np.cumsum(weights)
    who = np.searchsorted(up_to, rng.random(n) * up_to[-1], side="right").clip(0, len(weights) - 1)
    chances, luck = asked.values[who], rng.random((n, asked.values.shape[1]))
    given = np.where(chances > 1.0, chances, luck < chances).astype(np.float64)
    for domain in CHOICES:
        columns = [i for i, row in enumerate(ROWS) if row[0] == domain]
        ends = np.cumsum(chances[:, columns], axis=1)
        picked = (luck[:, columns[:1]] >= ends).sum(axis=1)
        given[:, columns] = picked[:, None] == np.arange(len(columns))
    return means(Answers(given, asked.asked[who], *(part[who] for part in asked[2:])), np.ones(n))


def with_reasons(asked: Answers, records: NDArray[np.void]) -> tuple[Answers, list[tuple[str, str]]]:
    """The answers with a column for each reason, and the rows' names, from the losses of commitments."""
    values, given, names = [asked.values], [asked.asked], list(ROWS)
    for rows, found in ((LEAVE, leave_losses), (DESTINATION, destination_losses)):
        losses = found(asked.heads, records)
        known = ~np.isnan(losses[:, 0])
        chances = np.zeros(losses.shape)
        chances[known] = cited(losses[known])
        values.append(chances)
        given.append(~np.isnan(losses))
        names += list(rows)
    return asked._replace(values=np.hstack(values), asked=np.hstack(given)), names


def _spread(scores: Floats) -> float:
    """Standard deviation of scores; none for nobody's, exactly zero for scores all alike."""
    if not len(scores):
        return float("nan")
    return float(np.std(scores)) if scores.min() < scores.max() else 0.0


def survey_table(
    asked: Answers, rng: np.random.Generator, records: NDArray[np.void] | None = None
) -> tuple[pd.DataFrame, Sampling]:
    """Observed margins beside the model's, and the odds weight.

    Columns: domain, item, unit, observed, everyone (mean of all eligible), expected (through the observation
    model), drawn (one sample), se_2 and se_4 (standard errors by design effect), off_2 and off_4 (expected less
    observed, in standard errors), source. The mean of nobody is not a number, nor is a distance over a spread of
    zero. Shares in percent. Reasons are rows only if `records` (`sim.analysis.reasons.RECORD`) are given.
    """
    sampling, names = fitted_odds(asked), list(ROWS)
    if records is not None:
        asked, names = with_reasons(asked, records)
    everyone, expected = means(asked, np.ones(len(asked.keys))), means(asked, sampling.weights)
    table = observed_rows()
    size = int(table["n"].iloc[0])
    sample = drawn(asked, sampling.weights, size, rng)
    rows: list[tuple[object, ...]] = []
    for row in table.itertuples():
        if (row.domain, row.item) not in names:
            continue
        at = names.index((row.domain, row.item))
        by = 100.0 if row.unit == "%" else 1.0
        base = row.base if row.base > 0 else size
        if row.unit == "%":
            spread = np.sqrt(row.value * (100.0 - row.value))
        else:
            spread = _spread(asked.values[asked.asked[:, at], at])
        errors = [float(spread * np.sqrt(effect / base)) for effect in DESIGN_EFFECTS]
        off = [(by * expected[at] - row.value) / error if error > 0.0 else np.nan for error in errors]
        made = by * everyone[at], by * expected[at], by * sample[at]
        rows.append((row.domain, row.item, row.unit, row.value, *made, *errors, *off, row.source))
    columns = ["domain", "item", "unit", "observed", "everyone", "expected", "drawn", "se_2", "se_4", "off_2", "off_4"]
    return pd.DataFrame(rows, columns=[*columns, "source"]), sampling

"""From losses to what people would say: the share who would cite each reason, by destination, year and stream.

A survey lets one name several reasons. A reason is cited with the probability that the departure is owed to it: of
departures like this one the share `1 - exp(-loss)` would not have been made, or not to this destination, without what
the reason has added (the attributable fraction of epidemiology). That people cite just what made the difference is an
assumption; it has no coefficient.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.analysis.causes import CAUSE_WORDS, FLEES, cause
from sim.analysis.reasons import PULLS, REASONS
from sim.numerics import codes, months

QUESTIONS = {"leave": REASONS, "destination": tuple(PULLS)}
"""What is asked: why one left (all reasons), and why one chose this destination (the pull reasons)."""
ALL = "all"
DIMENSIONS = ("destination", "year", "motive")


def cited(loss: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probability of citing a reason of a given loss: 0 for one that made no difference or held back."""
    chance: NDArray[np.float64] = 1.0 - np.exp(-np.maximum(loss, 0.0))
    return chance


def reasons_table(replicates: Sequence[NDArray[np.void]], minimum: int = 0) -> pd.DataFrame:
    """Mean loss and share who would cite each reason, a row a question, reason and cell.

    `replicates` are the commitments (`RECORD`) of each run. Cells are everybody, each destination, year and motive, and
    each destination and motive together. Columns: question, destination, year, motive (`all` where not split), reason,
    commitments (simulated units, all replicates), loss, cited, rank (1 is cited most). Loss, cited and rank are empty
    where fewer than `minimum` commitments stand behind them.
    """
    records = np.concatenate(replicates)
    keys = {
        "destination": np.array(codes.PLACE_NAMES)[records["place"]],
        "year": (records["month"] // 12 + months.FIRST_YEAR).astype(str),
        "motive": np.array(codes.names(codes.MOTIVE))[records["motive"]],
    }
    parts = []
    for question, names in QUESTIONS.items():
        losses = records["leave" if question == "leave" else "choice"].astype(np.float64)
        frame = pd.DataFrame(np.hstack([losses, cited(losses)]))
        for split in ((), ("destination",), ("year",), ("motive",), ("destination", "motive")):
            parts.append(_cells(frame, {name: keys[name] for name in split}, question, names))
    table = pd.concat(parts, ignore_index=True)
    few = table["commitments"] < minimum
    table.loc[few, ["loss", "cited"]] = np.nan
    by = ["question", *DIMENSIONS]
    table["rank"] = table.groupby(by)["cited"].rank(ascending=False, method="min")
    return table


def _cells(
    frame: pd.DataFrame, split: dict[str, NDArray[np.str_]], question: str, names: Sequence[str]
) -> pd.DataFrame:
    """Means of one split, long: a row a cell and reason."""
    grouped = frame.groupby(list(split.values()) if split else np.zeros(len(frame), int))
    means, sizes = grouped.mean(), grouped.size()
    rows = []
    for cell, values in means.iterrows():
        named = dict(zip(split, cell if isinstance(cell, tuple) else (cell,), strict=False))
        where = [str(named.get(name, ALL)) for name in DIMENSIONS]
        numbers = values.to_numpy()
        for i, reason in enumerate(names):
            rows.append((question, *where, reason, int(sizes[cell]), numbers[i], numbers[len(names) + i]))
    return pd.DataFrame(rows, columns=["question", *DIMENSIONS, "reason", "commitments", "loss", "cited"])


def causes_of(records: NDArray[np.void]) -> list[str]:
    """What moved the unit of each commitment (`sim.analysis.causes`), by what it owes to each reason."""
    streams, found = codes.names(codes.MOTIVE), []
    for one in records:
        losses = dict(zip(REASONS, one["leave"].tolist(), strict=True))
        channel, stream = codes.CHANNEL_NAMES[one["channel"]], streams[one["motive"]]
        found.append(cause(channel, stream in FLEES, losses, is_liable=stream == "draft"))
    return found


def causes_text(replicates: Sequence[NDArray[np.void]], minimum: int = 0) -> str:
    """What moved those who commit to leaving, as shares in one line, the largest first; few are not told apart."""
    counts = Counter(causes_of(np.concatenate(replicates)))
    told = {name: number for name, number in counts.most_common() if number >= minimum}
    total, few = sum(counts.values()), sum(counts.values()) - sum(told.values())
    said = [f"{CAUSE_WORDS[name]} {number / total:.0%}" for name, number in told.items()]
    return ", ".join(said + [f"few each {few / total:.0%}"] * bool(few))


def ranking_text(table: pd.DataFrame, question: str, across: str) -> str:
    """The share who would cite each reason as text: a row a reason, a column everybody and each cell of `across`."""
    others = [name for name in DIMENSIONS if name != across]
    rows = table[(table["question"] == question) & (table[others] == ALL).all(axis=1)]
    wide = rows.pivot(index="reason", columns=across, values="cited")
    sizes = rows.drop_duplicates(across).set_index(across)["commitments"]
    named = sizes.drop(ALL)
    columns = [ALL, *(named.sort_index() if across == "year" else named.sort_values(ascending=False)).index[:7]]
    order = wide[ALL].sort_values(ascending=False).index
    width = max(10, *(len(name) + 2 for name in columns))
    lines = [f"{'':<12}" + "".join(f"{name:>{width}}" for name in columns)]
    for reason in order:
        cells = "".join(f"{'few' if np.isnan(x) else f'{x:.0%}':>{width}}" for x in wide.loc[reason, columns])
        lines.append(f"{reason:<12}{cells}")
    lines.append(f"{'commitments':<12}" + "".join(f"{sizes[name]:>{width},}" for name in columns))
    return "\n".join(lines)

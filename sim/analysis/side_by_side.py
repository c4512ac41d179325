"""Two points side by side: who leaves for where and who lives where, in both worlds and the difference.

Replicates of two points are pairs if they have the same seeds and the same people; then a difference has an interval,
as in a comparison. Else it is the difference of two means, and has none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from sim.analysis.estimates import estimate
from sim.numerics import codes
from sim.numerics.errors import UserError
from sim.numerics.messages import shown
from sim.runs import disclosure
from sim.runs.query import folders, queries

CHANNEL_GROUPS: dict[str, tuple[str, ...]] = {
    "work": ("work", "it_scheme", "relocation"),
    "study": ("study",),
    "family": ("family", "ancestry"),
    "humanitarian": ("humanitarian", "mediated"),
    "asylum": ("asylum",),
    "visa_free": ("visa_free", "short_visa"),
    "irregular": ("irregular",),
}
"""Channels put together for a table that fits on a page; any other channel stands by itself."""
GROUP_OF = {channel: group for group, channels in CHANNEL_GROUPS.items() for channel in channels}
EVERY = "all"
NOTHING_CALIBRATED = "conditional scenario, not a forecast"

DEPARTURES = """
SELECT replicate, "to" AS destination, channel, sum(coalesce(expected_persons, 0)) AS persons
FROM flows WHERE fingerprint = $name AND "from" = $origin AND month <= $until GROUP BY ALL
"""
RESIDENTS = """
SELECT replicate, destination, 'all' AS channel, sum(persons) AS persons
FROM stocks
WHERE fingerprint = $name AND destination <> $origin AND status NOT IN ('pendular', 'visitor') AND month = $until
GROUP BY ALL
"""
"""People away for short work or a short stay are no residents."""


@dataclass(frozen=True)
class Apart:
    """Two points and their difference."""

    scenario: folders.Folder
    baseline: folders.Folder
    until: str
    pairs: int
    """Replicates that are paired; 0 if there is no interval."""
    table: pd.DataFrame
    """Columns measure (departures: expected, all months; residents: at the end), destination, channels, baseline and
    scenario (persons), difference, low, high; NaN where fewer than thirty simulated people stand behind a number."""

    @property
    def heading(self) -> str:
        """One line on what stands against what, and how sure it is."""
        worlds = f"{self.scenario.path.name} against {self.baseline.path.name}, to {self.until}"
        paired = f"90% intervals over {self.pairs} pairs" if self.pairs else "not paired: no interval"
        return f"{worlds}: {NOTHING_CALIBRATED}; {paired}"


def find(points: Sequence[folders.Folder], beginning: str) -> folders.Folder:
    """The one point whose fingerprint begins so; UserError if none or several do."""
    found = [point for point in points if point.row["fingerprint"].startswith(beginning)]
    if len(found) != 1 or not beginning:
        names = ", ".join(point.path.name for point in (found or points)[:8]) or "there are no points"
        what = "several points" if found else "no point"
        raise UserError(f"results.against={shown(beginning)} is the fingerprint of {what}: {names}")
    return found[0]


def paired(scenario: folders.Folder, baseline: folders.Folder) -> list[int]:
    """Replicates of two points with the same luck and the same people; none if these are fewer than two."""
    if scenario.row["one_in"] != baseline.row["one_in"]:
        return []
    ours, theirs = scenario.manifest.get("seeds"), baseline.manifest.get("seeds")
    if not (isinstance(ours, list) and isinstance(theirs, list)):
        return []
    both = min(scenario.row["replicates"], baseline.row["replicates"])
    same = [i for i, (one, other) in enumerate(zip(ours[:both], theirs[:both], strict=False)) if one == other]
    return same if len(same) > 1 else []


def apart(connection: duckdb.DuckDBPyConnection, scenario: folders.Folder, baseline: folders.Folder) -> Apart:
    """Set two points side by side, over the months that both have; most changed destinations first."""
    until = min(scenario.row["until"], baseline.row["until"])
    pairs = paired(scenario, baseline)
    parts = []
    for measure, sql in (("departures", DEPARTURES), ("residents", RESIDENTS)):
        before, after = (
            _world(connection, sql, point, until, pairs or range(point.row["replicates"]))
            for point in (baseline, scenario)
        )
        cases = sorted({*before.index, *after.index})
        for destination, channels in cases:
            one, other = (
                world.reindex(cases, fill_value=0.0).loc[(destination, channels)] for world in (before, after)
            )
            levels = _level(one, baseline), _level(other, scenario)
            parts.append((measure, destination, channels, *levels, *_difference(one, other, levels, bool(pairs))))
    columns = ["measure", "destination", "channels", "baseline", "scenario", "difference", "low", "high"]
    return Apart(scenario, baseline, until, len(pairs), _ordered(pd.DataFrame(parts, columns=columns)))


def _world(
    connection: duckdb.DuckDBPyConnection, sql: str, point: folders.Folder, until: str, replicates: Sequence[int]
) -> pd.DataFrame:
    """Persons in the replicates (columns) by destination and group of channels (rows), totals of both included."""
    values = {"name": point.row["fingerprint"], "origin": codes.PLACE_NAMES[codes.PLACE["belarus"]], "until": until}
    values = {name: value for name, value in values.items() if f"${name}" in sql}
    answer = queries.select(connection, sql, values)
    rows = pd.DataFrame(list(answer.rows), columns=["replicate", "destination", "channels", "persons"])
    rows["channels"] = rows["channels"].map(lambda channel: GROUP_OF.get(channel, channel))
    totals = [rows, rows.assign(channels=EVERY), rows.assign(channels=EVERY, destination=EVERY)]
    whole = pd.concat(totals if (rows["channels"] != EVERY).any() else [rows, totals[2]])
    wide = whole.astype({"persons": float}).pivot_table(
        index=["destination", "channels"], columns="replicate", values="persons", aggfunc="sum", fill_value=0.0
    )
    return wide.reindex(columns=list(replicates), fill_value=0.0)


def _level(values: "pd.Series[float]", point: folders.Folder) -> float:
    """Mean over replicates, NaN if it rests on too few simulated people."""
    mean = float(values.mean())
    return float(disclosure.suppress(mean, point.row["one_in"], replicates=len(values)))


def _difference(
    one: "pd.Series[float]", other: "pd.Series[float]", levels: tuple[float, float], pairs: bool
) -> tuple[float, float, float]:
    """Scenario less baseline with its interval; NaN where a level is hidden, or where nothing is paired."""
    if any(map(np.isnan, levels)):
        return np.nan, np.nan, np.nan
    if not pairs:
        return float(other.mean() - one.mean()), np.nan, np.nan
    found = estimate((other - one).to_list())
    return found.mean, found.low, found.high


def _ordered(table: pd.DataFrame) -> pd.DataFrame:
    """Everyone first, then destinations by how much their departures change; of a destination the whole first."""
    whole = table[(table["channels"] == EVERY) & (table["measure"] == "departures")]
    change = dict(zip(whole["destination"], whole["difference"].abs().fillna(0.0), strict=True)) | {EVERY: np.inf}
    measures = ["departures", "residents"]

    def place(row: Any) -> tuple[Any, ...]:
        return -change.get(row.destination, 0.0), row.destination, measures.index(row.measure), row.channels != EVERY

    order = sorted(range(len(table)), key=lambda at: (*place(table.iloc[at]), str(table["channels"].iloc[at])))
    return table.iloc[order].reset_index(drop=True)

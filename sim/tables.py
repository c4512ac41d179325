"""Runs as tidy tables: flows, stocks, harms and wishes, one row a non-zero cell, in persons."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa

from sim import groups as who
from sim.codes import CHANNEL_NAMES, PLACE, PLACE_NAMES, REASON_NAMES, STATUS_NAMES
from sim.ensemble import Run
from sim.months import FIRST_YEAR, label
from sim.recorder import HARMS

BELARUS = PLACE["belarus"]


def _table(runs: Sequence[Run], name: str, axes: dict[str, Sequence[str]]) -> pd.DataFrame:
    """Non-zero cells of one array of every run, with a column for lambda, replicate and each axis."""
    parts = []
    for run in runs:
        array = getattr(run, name)
        where = np.nonzero(array)
        columns: dict[str, object] = {"lambda": run.job.lam, "replicate": run.job.replicate}
        for (axis, names), codes in zip(axes.items(), where, strict=True):
            columns[axis] = pd.Categorical.from_codes(codes, categories=list(names))
        columns["persons"] = array[where]
        parts.append(pd.DataFrame(columns))
    return pd.concat(parts, ignore_index=True)


def _months(runs: Sequence[Run]) -> list[str]:
    return [label(t) for t in range(len(runs[0].harms))]


def stocks(runs: Sequence[Run]) -> pd.DataFrame:
    """Persons by lambda, replicate, month, destination (place of stay) and status, at the end of the month."""
    return _table(runs, "stocks", {"month": _months(runs), "destination": PLACE_NAMES, "status": STATUS_NAMES})


def harms(runs: Sequence[Run]) -> pd.DataFrame:
    """Persons by lambda, replicate, month and harm; months without any harm of a kind have a row of zero."""
    parts = []
    months = _months(runs)
    for run in runs:
        t, kind = np.indices(run.harms.shape)
        columns = {
            "lambda": run.job.lam,
            "replicate": run.job.replicate,
            "month": pd.Categorical.from_codes(t.ravel(), categories=months),
            "harm": pd.Categorical.from_codes(kind.ravel(), categories=list(HARMS)),
            "persons": run.harms.ravel(),
        }
        parts.append(pd.DataFrame(columns))
    return pd.concat(parts, ignore_index=True)


def flows(runs: Sequence[Run]) -> pd.DataFrame:
    """Persons who moved, by lambda, replicate, month, from, to and channel, with the expected number beside.

    Expected persons are hazard sums of departures from Belarus; returns and onward moves have none (null).
    """
    parts = []
    months = _months(runs)
    for run in runs:
        expected = np.full(run.flows.shape, np.nan)
        expected[:, BELARUS] = run.expected
        where = np.nonzero((run.flows != 0) | (np.nan_to_num(expected) > 0))
        names = {"month": months, "from": PLACE_NAMES, "to": PLACE_NAMES, "channel": CHANNEL_NAMES}
        columns: dict[str, object] = {"lambda": run.job.lam, "replicate": run.job.replicate}
        for (axis, labels), codes in zip(names.items(), where, strict=True):
            columns[axis] = pd.Categorical.from_codes(codes, categories=list(labels))
        columns["persons"] = run.flows[where]
        columns["expected_persons"] = expected[where]
        parts.append(pd.DataFrame(columns))
    return pd.concat(parts, ignore_index=True)


def wishes(runs: Sequence[Run]) -> pd.DataFrame:
    """Persons who wished to leave and could not, by lambda, replicate, month, reason and the destination wished for.

    A person counts in every month in which the wish came up.
    """
    parts = []
    for run in runs:
        counts = np.zeros((len(run.harms), len(REASON_NAMES), len(PLACE_NAMES)), np.int64)
        np.add.at(counts, (run.wishes["month"], run.wishes["reason"], run.wishes["place"]), run.wishes["persons"])
        where = np.nonzero(counts)
        columns: dict[str, object] = {"lambda": run.job.lam, "replicate": run.job.replicate}
        axes = {"month": _months(runs), "reason": REASON_NAMES, "destination": PLACE_NAMES}
        for (axis, names), codes in zip(axes.items(), where, strict=True):
            columns[axis] = pd.Categorical.from_codes(codes, categories=list(names))
        columns["persons"] = counts[where]
        parts.append(pd.DataFrame(columns))
    return pd.concat(parts, ignore_index=True)


def groups(runs: Sequence[Run], one_in: int) -> pd.DataFrame:
    """Persons (means over replicates) by lambda, year, measure, destination, dimension and group; non-zero cells.

    `replicates` is the number of runs behind a mean, which says how many simulated people stand behind it.
    """
    parts = []
    measures, names = np.array(who.MEASURES), np.array(who.labels())
    for lam in sorted({run.job.lam for run in runs}):
        ours = [run.groups for run in runs if run.job.lam == lam]
        years = np.add.reduceat(sum(one.astype(np.int64) for one in ours), np.arange(0, len(ours[0]), 12), axis=0)
        year, measure, place, group = np.nonzero(years)
        columns: dict[str, object] = {"lambda": lam, "replicates": len(ours), "year": FIRST_YEAR + year}
        columns["measure"], columns["destination"] = measures[measure], np.array(PLACE_NAMES)[place]
        columns["dimension"], columns["group"] = names[group, 0], names[group, 1]
        columns["persons"] = years[year, measure, place, group] * one_in / len(ours)
        parts.append(pd.DataFrame(columns))
    return pd.concat(parts, ignore_index=True)


def arrow(frame: pd.DataFrame) -> pa.Table:
    """A table of pandas as one of Arrow, labels as dictionaries."""
    return pa.Table.from_pandas(frame, preserve_index=False)

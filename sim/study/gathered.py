"""Tables of all comparisons in one: the files' own digits, with scenario and parameters in front."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from sim.figures.results import COLUMNS
from sim.study.comparisons import Study, plain
from sim.study.expected import Verdict, wanted

FILES = {
    "effects.csv": (),
    "taxonomy.csv": (),
    "groups.csv": (),
    "decomposition.csv": ("measure", "destination", "part", "estimate", "low", "high"),
    "enough.csv": ("n", "measure", "estimate", "half_width", "wanted", "enough", "cv"),
}
"""Tables that are put together, with the columns of those that not every comparison has."""
RENAMED = {"groups.csv": {"baseline": "persons_baseline", "scenario": "persons_scenario"}}
"""Levels of both worlds, named so that `scenario` is the scenario's name."""


def write(study: Study, verdicts: Sequence[Verdict], folder: Path) -> list[Path]:
    """Write the tables of a study into its folder; returns the files. Optional tables that nobody has are left out."""
    written = []
    for name, optional in FILES.items():
        table = together(study, name, optional)
        if table is not None:
            written.append(_write(folder / name, table))
    return [*written, _write(folder / "expectations.csv", expectations(study, verdicts))]


def together(study: Study, name: str, optional: Sequence[str] = ()) -> pd.DataFrame | None:
    """One table of all comparisons, cells as they stand in the files; None for an optional one that nobody has."""
    new = RENAMED.get(name, {})
    keys = list(study.experiment.parameters)
    parts = []
    for one in study.comparisons:
        path = one.results.folder / name
        if optional and not path.is_file():
            continue
        if not optional:
            one.results.table(name)  # says what is missing or wrong
        frame = pd.read_csv(one.results.path(name), dtype=str, keep_default_na=False).rename(columns=new)
        frame = frame.drop(columns="scenario", errors="ignore")
        for place, (column, value) in enumerate([("scenario", one.scenario), *cells(one.parameters).items()]):
            frame.insert(place, column, value)
        parts.append(frame)
    if parts:
        return pd.concat(parts, ignore_index=True)
    if optional:
        return None
    columns = [new.get(column, column) for column in COLUMNS[name]]
    return pd.DataFrame(columns=["scenario", *keys, *[column for column in columns if column != "scenario"]])


def cells(parameters: Any) -> dict[str, str]:
    """Parameters as cells of a table: texts as they are, everything else as JSON."""
    return {
        key: value if isinstance(value, str) else json.dumps(plain(value), ensure_ascii=False)
        for key, value in parameters.items()
    }


def expectations(study: Study, verdicts: Sequence[Verdict]) -> pd.DataFrame:
    """A row an expected part and comparison: what it says, what was wanted, the numbers and the verdict."""
    keys = list(study.experiment.parameters)
    rows = []
    for one in verdicts:
        expected = one.expected
        point = cells(one.comparison.parameters if one.comparison else expected.where)
        numbers = [one.effect.estimate, one.effect.low, one.effect.high] if one.effect else [None] * 3
        rows.append(
            [expected.says, expected.scenario, *[point.get(key, "") for key in keys], expected.measure,
             expected.destination, wanted(expected).replace("\u2212", "-"), *numbers, one.verdict]
        )  # fmt: skip
    columns = ["says", "scenario", *keys, "measure", "destination", "wanted", "estimate", "low", "high", "verdict"]
    return pd.DataFrame(rows, columns=columns)


def _write(path: Path, table: pd.DataFrame) -> Path:
    part = path.with_suffix(".csv.part")
    table.to_csv(part, index=False, float_format="%.6g", lineterminator="\n")
    os.replace(part, path)
    return path

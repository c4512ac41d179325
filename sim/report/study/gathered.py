"""Tables of all comparisons in one: the files' own digits, with scenario and parameters in front."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from sim.report.study import structure
from sim.report.study.comparisons import Study, plain
from sim.report.study.expected import Verdict, wanted
from sim.runs.tables import OF_COMPARISONS, OF_OTHERS, Table

FILES = {"effects": False, "taxonomy": False, "groups": False, "decomposition": True, "variance": True, "enough": True}
"""Tables that are put together, and whether a comparison may be without."""


def write(study: Study, verdicts: Sequence[Verdict], folder: Path) -> list[Path]:
    """Write the tables of a study into its folder; returns the files. Optional tables that nobody has are left out."""
    found = {OF_COMPARISONS[name].file: together(study, OF_COMPARISONS[name], may) for name, may in FILES.items()}
    expected, by_rule = expectations(study, verdicts), structure.table(study)
    return [
        *(_write(folder / file, table) for file, table in found.items() if table is not None),
        _write(folder / OF_OTHERS["expectations"].file, expected),
        *([] if by_rule is None else [_write(folder / OF_OTHERS["structure"].file, by_rule)]),
    ]


def together(study: Study, declared: Table, optional: bool = False) -> pd.DataFrame | None:
    """One table of all comparisons, cells as they stand in the files; None for an optional one that nobody has."""
    names = {column.name: column.view for column in declared.columns}
    keys = list(study.experiment.parameters)
    parts = []
    for one in study.comparisons:
        if optional and not (one.results.folder / declared.file).is_file():
            continue
        one.results.table(declared.name)  # says what is missing or wrong
        frame = pd.read_csv(one.results.path(declared.file), dtype=str, keep_default_na=False).rename(columns=names)
        frame = frame.drop(columns="scenario", errors="ignore")
        for place, (column, value) in enumerate([("scenario", one.scenario), *cells(one.parameters).items()]):
            frame.insert(place, column, value)
        parts.append(frame)
    if parts:
        return pd.concat(parts, ignore_index=True)
    if optional:
        return None
    return pd.DataFrame(columns=["scenario", *keys, *(name for name in names.values() if name != "scenario")])


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

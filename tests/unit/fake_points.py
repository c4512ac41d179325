"""Folders of points and comparisons of made-up numbers, for the tests of what reads them.

Nothing in them says anything about Belarus.
"""

import hashlib
import json
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sim.runs import seals

MONTHS = ("2019-01", "2019-02", "2019-03")
DIGESTS = {"conf": "c" * 64, "data": "d" * 64, "program": "e" * 64}


def point_of(scenario: str, **changes: Any) -> dict[str, Any]:
    """What makes a point what it is, as a manifest tells it."""
    usual = {"baseline": None, "decision": "destination_nest", "lambda": 0.62, "freeze": [], "coefficients": {}}
    return {"scenario": scenario, **usual, "one_in": 1000, "seed": 1, "until": MONTHS[-1], **changes}


def fingerprint_of(point: dict[str, Any]) -> str:
    """Twelve hexadecimal digits of a point."""
    return hashlib.sha256(json.dumps(point, sort_keys=True).encode()).hexdigest()[:12]


def tables_of(point: dict[str, Any], replicates: int = 3, scale: int = 1) -> dict[str, pd.DataFrame]:
    """The tables of runs; `scale` multiplies the departures to Lithuania, the luck is the same for every scenario."""
    rng = np.random.default_rng(point["seed"])
    each = pd.DataFrame(
        [(i, month) for i in range(replicates) for month in MONTHS if month <= point["until"]],
        columns=["replicate", "month"],
    )
    luck = rng.integers(1, 6, len(each))
    one = point["one_in"]

    def rows(**columns: Any) -> pd.DataFrame:
        return each.assign(**columns)

    flows = [
        rows(**{"from": "belarus", "to": "lithuania", "channel": "work"}, persons=luck * one * scale,
             expected_persons=(luck + 0.5) * one * scale),
        rows(**{"from": "belarus", "to": "lithuania", "channel": "asylum"}, persons=one, expected_persons=100.0 * one),
        rows(**{"from": "belarus", "to": "poland", "channel": "study"}, persons=one, expected_persons=50.0 * one),
        rows(**{"from": "poland", "to": "belarus", "channel": "none"}, persons=one, expected_persons=np.nan),
    ]  # fmt: skip
    stocks = [
        rows(destination="lithuania", status="permit", persons=40 * one * scale + luck * one),
        rows(destination="lithuania", status="pendular", persons=one),
        rows(destination="belarus", status="home", persons=9000 * one),
    ]
    groups = [
        rows(measure="departed", destination="lithuania", dimension="sex", group="female", agents=9),
        rows(measure="departed", destination="lithuania", dimension="sex", group="male", agents=11),
    ]
    return {
        "flows": pd.concat(flows),
        "stocks": pd.concat(stocks),
        "harms": rows(harm="detained", persons=luck * one),
        "expected_harms": rows(harm="detained", expected_persons=luck * 1.5 * one),
        "called": rows(who="liable", persons=9.0 * one),
        "wishes": rows(
            reason="closed",
            destination="lithuania",
            key=np.arange(len(each), dtype=np.uint64) + np.uint64(2**63),
            persons=one,
        ),
        "moves": rows(
            kind="departed", **{"from": "belarus", "to": "lithuania"}, channel="work", reason="choice",
            key=np.arange(len(each), dtype=np.uint64),
        ),
        "decisions": rows(
            kind="applied", destination="lithuania", channel="work", reason="none",
            key=np.arange(len(each), dtype=np.uint64),
        ),
        "groups": pd.concat(groups),
        "settled": rows(destination="lithuania", measure="residents", group="18-44", persons=one),
        "totals": rows(measure="prisoners", group=0, persons=one),
    }  # fmt: skip


def write_point(
    results: Path,
    scenario: str = "historical",
    replicates: int = 3,
    scale: int = 1,
    extra: dict[str, dict[str, Any]] | None = None,
    seeds: list[int] | None = None,
    **changes: Any,
) -> Path:
    """Write a whole point and return its folder; `extra` gives tables further columns, `changes` its parameters."""
    folder = results / "points" / f"{scenario}-{fingerprint_of(point_of(scenario, **changes))}"
    asked = json.dumps([scenario, replicates, scale, seeds, changes], sort_keys=True, default=str)
    if extra is not None:
        return _write_point(folder, scenario, replicates, scale, extra, seeds, **changes)
    if asked not in _POINTS:  # made once in a process, and copied
        whole = Path(mkdtemp(dir=_KEPT.name)) / folder.name
        _POINTS[asked] = _write_point(whole, scenario, replicates, scale, {}, seeds, **changes)
    return Path(shutil.copytree(_POINTS[asked], folder))


_KEPT = TemporaryDirectory()
_POINTS: dict[str, Path] = {}


def _write_point(
    folder: Path,
    scenario: str,
    replicates: int,
    scale: int,
    extra: dict[str, dict[str, Any]],
    seeds: list[int] | None,
    **changes: Any,
) -> Path:
    point = point_of(scenario, **changes)
    name = fingerprint_of(point)
    folder.mkdir(parents=True)
    for table, frame in tables_of(point, replicates, scale).items():
        frame = frame.assign(replicate=frame["replicate"].astype("int32"), **extra.get(table, {}))
        for column in frame.select_dtypes(["object", "string"]).columns:
            frame[column] = frame[column].astype("category")
        path = folder / f"{table}.parquet"
        pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), path, compression="zstd")
    manifest = {
        "kind": "point",
        "scenario": scenario,
        "fingerprint": name,
        "point": point,
        "replicates": replicates,
        "seeds": seeds or [1000 * point["seed"] + i for i in range(replicates)],
        "versions": {"python": "3.11.7"},
        "commit": "0" * 40,
        "uncommitted_changes": False,
        "sha256": DIGESTS,
        "time": "2026-11-22T17:45:23+00:00",
        "cpu_seconds": 12.5,
        "peak_memory_mb": 500.0,
        "command": f"python -m sim task=simulate scenario={scenario}",
    }
    (folder / "config.yaml").write_text(f"scenario: {scenario}\n", encoding="utf-8")
    seals.write(folder, manifest, folder.name)
    return folder


def change_manifest(folder: Path, **changes: Any) -> None:
    """Write some keys of a manifest anew, and seal it as anybody can."""
    path = folder / "manifest.json"
    told = json.loads(path.read_text(encoding="utf-8")) | changes
    path.write_text(json.dumps(told | {"seal": seals.seal(told)}), encoding="utf-8")


def write_comparison(results: Path, scenario: str = "lithuania_visa_ban", **changes: Any) -> Path:
    """Write the tables of a comparison that the library reads, and return its folder."""
    settings = {"scenario": scenario, "decision": "destination_nest", "freeze": [], "one_in": 1000, "lambda": 0.62}
    settings |= {"start": "2019-01", "end": "2020-12", "seed": 1, "replicates": 2, "lambdas": [0.2], **changes}
    name = fingerprint_of(settings) + "0000"
    folder = results / "compare" / f"{scenario}-{name[:8]}"
    folder.mkdir(parents=True)
    (folder / "effects.csv").write_text(
        "scenario,measure,destination,lambda,estimate,low,high,unit\n"
        f"{scenario},arrivals,lithuania,0.62,-2600,-3200,-2000,persons\n"
        f"{scenario},departures,,0.62,-1900,-2200,-1600,persons\n"
    )
    (folder / "taxonomy.csv").write_text(
        "lambda,category,persons,low,high,months,months_low,months_high\n"
        "0.62,stuck,1900,1600,2200,,,\n0.2,stuck,,,,,,\n"
    )
    (folder / "substitution.csv").write_text(
        "lambda,baseline,scenario,persons,low,high,frechet_low,frechet_high\n0.62,lithuania,poland,1300,800,1700,0,9\n"
    )
    manifest = {
        "kind": "comparison",
        "scenario": scenario,
        "baseline": "historical",
        "settings": settings,
        "fingerprint": name,
    }
    manifest |= {"focus": "lithuania", "time": "2026-11-22T17:45:23+00:00", "cpu_seconds": 94, "commit": None}
    seals.write(folder, manifest, folder.name)
    return folder

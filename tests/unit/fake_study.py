"""Folders of comparisons of made-up numbers, many scenarios and parameter points, for the tests of study pages."""

import json
import shutil
from functools import cache
from itertools import product
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import pandas as pd
import yaml
from fake_results import sealed, whole, write

from sim.analysis.experiment import Expected, Experiment

LAMBDAS = (0.2, 0.62, 0.8)
KEPT = ("effects.csv", "taxonomy.csv", "groups.csv", "manifest.json", "sources.txt", "adds.txt")
GROUPS = [
    *(("motive", name, size) for name, size in (("persecuted", 9e3), ("labour", 2.1e4), ("draft", 7e3), ("none", 0))),
    *(("sex", name, size) for name, size in (("female", 1.4e4), ("male", 1.9e4))),
    *(("age", name, size) for name, size in (("0-17", 4e3), ("18-26", 9e3), ("27-34", 1.1e4), ("65+", 2e2))),
]


@cache
def source() -> Path:
    """One whole fake comparison, made once."""
    return write(Path(mkdtemp()) / "one", replicates=3, lambdas=LAMBDAS)


def comparison(folder: Path, scenario: str, settings: dict, factor: float = 1.0, strings: dict | None = None) -> Path:
    """The fake comparison under another scenario's name and settings, all differences times `factor`."""
    folder.mkdir(parents=True)
    for name in KEPT:
        shutil.copy(source() / name, folder / name)
    effects = pd.read_csv(folder / "effects.csv", keep_default_na=False)
    differences = ~effects["measure"].str.startswith(("baseline_", "scenario_"))
    ends = ["estimate", "low", "high"]
    effects.loc[differences, ends] = np.sort(effects.loc[differences, ends] * factor)[:, [1, 0, 2]]
    extra = effects[effects["measure"] == "irregular"].assign(measure="irregular_expected")
    effects = pd.concat([effects, extra]).assign(scenario=scenario)
    effects.to_csv(folder / "effects.csv", index=False)
    rows = []
    for dimension, group, size in GROUPS:
        lost = size * 0.15 * factor
        rows.append(("departed", "", dimension, group, size, size - lost, -lost, -lost - 300, -lost + 300))
    columns = ["measure", "destination", "dimension", "group", "baseline", "scenario", "estimate", "low", "high"]
    whole("groups", pd.DataFrame(rows, columns=columns)).to_csv(folder / "groups.csv", index=False)
    config = {"task": "compare", "scenario": scenario, "people": {"one_in": 100}, "choice": {"lambda": 0.62}}
    for key, value in settings.items():
        *parents, last = key.split(".")
        inner = config
        for parent in parents:
            inner = inner.setdefault(parent, {})
        inner[last] = value
    (folder / "config.yaml").write_text(yaml.safe_dump(config))
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest |= {"scenario": scenario, "fingerprint": folder.name, **(strings or {})}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return sealed(folder)


def enough(folder: Path) -> Path:
    """Add what the stopping rule leaves."""
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["enough"] = {
        "n": 3, "enough": True, "sentence": "3 replicates: every interval is as narrow as wanted.", "seed_share": 0.07,
    }  # fmt: skip
    (folder / "manifest.json").write_text(json.dumps(manifest))
    rows = [(2, "arrivals", -9e3, 900, 500, False, 0.1), (3, "arrivals", -9.1e3, 450, 500, True, 0.05)]
    columns = ["n", "measure", "estimate", "half_width", "wanted", "enough", "cv"]
    pd.DataFrame(rows, columns=columns).to_csv(folder / "enough.csv", index=False)
    return sealed(folder)


def decomposed(folder: Path) -> Path:
    """Add an effect split over feedbacks."""
    parts = {"access": -50_000, "queues": -1_200, "diaspora": -7_000, "information": 900}
    rows = [("arrivals", "lithuania", part, v, v - 800, v + 800) for part, v in parts.items()]
    columns = ["measure", "destination", "part", "estimate", "low", "high"]
    pd.DataFrame(rows, columns=columns).to_csv(folder / "decomposition.csv", index=False)
    return sealed(folder)


def expected(scenario: str, **others) -> Expected:
    """A part of an expectation, about arrivals in Lithuania unless said otherwise."""
    usual = {
        "says": "arrivals fall", "measure": "arrivals", "destination": "lithuania", "above": None, "below": None,
        "where": {}, "at": {},
    }  # fmt: skip
    return Expected(scenario=scenario, **(usual | others))


def experiment(scenarios, parameters=None, expects=(), **others) -> Experiment:
    """An experiment over some scenarios."""
    usual = {
        "name": "closures", "question": "What do closures change?", "expectation": "Arrivals fall, most go elsewhere.",
        "refuted_by": "Arrivals do not fall.", "baseline": "historical", "settings": {"people.one_in": 100},
        "replicates": "enough", "decompose": (), "figures": (),
    }  # fmt: skip
    return Experiment(
        scenarios=tuple(scenarios), parameters=parameters or {}, expects=tuple(expects), **(usual | others)
    )


def folders(place: Path, scenarios, parameters=None) -> list[Path]:
    """A comparison for every scenario and point, of different sizes."""
    parameters = parameters or {}
    found = []
    for i, scenario in enumerate(scenarios):
        for j, values in enumerate(product(*parameters.values())):
            factor = (1.0, -0.3, 0.05, 0.6)[i % 4] * (1 + 0.4 * j)
            point = dict(zip(parameters, values, strict=True))
            found.append(comparison(place / f"{i}-{j}", scenario, point, factor))
    return found

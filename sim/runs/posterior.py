"""Posterior draws of a fit: one Parquet file for each rule of decision and window of the fit.

A row is a draw: its number, its weight, and a value of every parameter under the name by which a user sets it
(`sim.runs.given`; `lambda` is `choice.lambda`). The metadata key `vyraj` holds JSON on how it was made: `rule`, `until`
(last month fitted to, null for all), `recipe` (digests of targets, validation.yaml, priors and program; waves, runs,
sample, months, seeds), `diagnostics` (R-hat, effective sample size, fresh-run bias), `version` and `time`.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from sim.numerics.errors import UserError
from sim.numerics.locations import CONF, configuration
from sim.numerics.messages import shown
from sim.runs.draws import METADATA, NEEDED, faults_of, parsed
from sim.runs.files import file_digest, write_file
from sim.runs.fitted import posterior_path
from sim.runs.points import inputs_digest

_NOT_ENGINE = ("config.yaml", "priors.yaml", "validation.yaml", "hydra/", "scenario/")
"""Files of `conf/` that change no run of given parameters, but for the scenario of what happened."""
_HAPPENED = "scenario/historical.yaml"
_PROPOSED = re.compile(rb"^historical: false\s*$", re.MULTILINE)
"""Line of a policy that nobody has enacted: it changes no run of what happened."""


@dataclass(frozen=True)
class Draw:
    """One draw: what a run is given in place of central values."""

    number: int
    weight: float
    lambda_: float
    coefficients: Mapping[str, float]
    """Under the names of `coefficients.NAME=value`, lambda apart."""


@dataclass(frozen=True)
class Posterior:
    """Draws with weights, and how they were made; D draws, P parameters."""

    rule: str
    names: tuple[str, ...]
    values: NDArray[np.float64]  # [D, P]
    weights: NDArray[np.float64]  # [D], sum 1
    about: Mapping[str, Any]

    def __post_init__(self) -> None:
        faults = faults_of(self.names, self.values, self.weights)
        if faults:
            raise ValueError("; ".join(faults))

    @staticmethod
    def load(rule: str, until: str | None = None, folder: Path | None = None) -> "Posterior":
        """The posterior of a rule, fitted to what was observed to the month `until` (YYYY-12), or to all of it.

        Raises UserError for a file that is missing, damaged, of another rule or window, or whose parameters are not
        known.
        """
        path = posterior_path(rule, until, folder)
        found = read(path)
        if found.rule != rule:
            raise UserError(f"{path} is the posterior of the rule '{shown(found.rule)}', not of '{shown(rule)}'")
        if found.about.get("until") != until:
            raise UserError(f"{path} was fitted to {found.about.get('until') or 'all'}, not to {until or 'all'}")
        return found

    def save(self, folder: Path | None = None) -> Path:
        """Write the file in its place, whole or not at all; the same draws give the same bytes."""
        about = {**self.about, "rule": self.rule}
        missing = [key for key in NEEDED if key not in about]
        if missing:
            raise ValueError(f"a posterior says nothing of {', '.join(missing)}")
        columns = {
            "draw": pa.array(np.arange(len(self.values)), pa.int32()),
            "weight": pa.array(self.weights, pa.float64()),
            **{name: pa.array(self.values[:, at], pa.float64()) for at, name in enumerate(self.names)},
        }
        table = pa.table(columns).replace_schema_metadata({METADATA: json.dumps(about, sort_keys=True)})
        sink = pa.BufferOutputStream()
        pq.write_table(table, sink, compression="zstd", use_dictionary=False, write_page_checksum=True)
        path = posterior_path(self.rule, about.get("until"), folder)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_file(path, sink.getvalue().to_pybytes())
        return path

    @property
    def draws(self) -> tuple[Draw, ...]:
        """Every draw, in order of its number."""
        at = self.names.index("lambda")
        return tuple(
            Draw(number, float(weight), float(row[at]), {
                name: float(value) for name, value in zip(self.names, row, strict=True) if name != "lambda"
            })
            for number, (row, weight) in enumerate(zip(self.values, self.weights, strict=True))
        )  # fmt: skip

    def summary(self) -> pd.DataFrame:
        """Mean, standard deviation and quantiles of every parameter, weighted: a row a parameter."""
        means = self.weights @ self.values
        rows = {
            "parameter": self.names,
            "mean": means,
            "sd": np.sqrt(self.weights @ (self.values - means) ** 2),
            **{f"q{share:02d}": self.quantile(share / 100) for share in (5, 50, 95)},
        }
        return pd.DataFrame(rows)

    def quantile(self, share: float) -> NDArray[np.float64]:
        """Weighted quantile of every parameter: the smallest draw below which at least the share lies."""
        order = np.argsort(self.values, axis=0, kind="stable")
        below = np.cumsum(self.weights[order], axis=0)
        at = np.minimum((below < share - 1e-12).sum(axis=0), len(self.values) - 1)
        found: NDArray[np.float64] = self.values[order[at, np.arange(len(self.names))], np.arange(len(self.names))]
        return found

    @property
    def doubts(self) -> tuple[str, ...]:
        """Sentences on why the draws may not suit the program as it is; whoever uses them tells these."""
        if self.about["recipe"].get("engine") == engine_digest():
            return ()
        return (
            f"the posterior of {self.rule} was fitted on {str(self.about['time'])[:10]} to another state of the model "
            "or its data: its draws are used all the same; whether the model still does what was fitted is told by "
            "`python -m sim task=calibrate fit.stage=confirm`",
        )


def read(path: Path) -> Posterior:
    """A posterior from a file, whichever its rule; raises UserError for what is none, or has unknown parameters."""
    if not path.is_file():
        raise UserError(f"there is no posterior {path}; `python -m sim task=calibrate` makes one, "
                        "and parameters=central asks for none")  # fmt: skip
    about, names, values, weights = parsed(path)
    return Posterior(about["rule"], names, values, weights, about)


@cache
def engine_digest() -> str:
    """SHA-256 of all that decides a run of what happened: the program that lives lives, its world and its people."""
    files = {
        name: file_digest(path)
        for name, path in configuration().items()
        if (name == _HAPPENED or not name.startswith(_NOT_ENGINE))
        and not (name.startswith("policy/") and _PROPOSED.search(path.read_bytes()))
    }
    parts = {**inputs_digest(), "conf": files}
    del parts["tables"]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def priors_digest() -> str:
    """SHA-256 of the priors."""
    return file_digest(CONF / "priors.yaml")

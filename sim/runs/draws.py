"""Draws from a posterior: which parameters and which people a replicate has beside its luck.

A file of draws is a Parquet table: `draw`, `weight`, and a column a parameter under the name by which a user sets it
(`sim.runs.given`, and `lambda`); what is known of the fit stands as JSON in its metadata. A replicate is one draw and
its luck, the same draw in every world and scenario.

Replicates come in blocks of eight: six new draws, then the first two of them again, the one with the same people and
other luck, the other with other people, too. So luck, people and parameters can be told apart.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.model.decision import constants
from sim.numerics.codes import CHANNEL, PLACE
from sim.numerics.errors import UserError
from sim.numerics.luck import replicate_seed
from sim.numerics.messages import shown
from sim.runs.checks import POSTERIOR
from sim.runs.fitted import posterior_path
from sim.runs.given import OF_CHANNEL, OF_PLACE, Given, checked, given, strange

BLOCK, NEW = 8, 6
"""Replicates in a block, and those of them that have new draws."""
OF_PEOPLE = 2**31
"""Added to the number of a draw of people, so that no replicate's luck has its seed."""
LAMBDA = "lambda"
"""Name of the column of lambda."""
METADATA = b"vyraj"
"""Key of the file's metadata that holds JSON on the fit."""
NEEDED = ("rule", "recipe", "diagnostics", "version", "time")
"""Keys that the metadata must hold."""
_SUM = 1e-6
"""By how much weights may miss one: rounding."""


@dataclass(frozen=True)
class Draws:
    """Weighted draws of parameters; n draws, p parameters."""

    name: str
    """Name of the file, without its folder."""
    names: tuple[str, ...]
    values: NDArray[np.float64]  # [n, p]
    weights: NDArray[np.float64]  # [n], their sum is 1
    about: Mapping[str, Any]
    """What the file says of its fit."""

    @property
    def digest(self) -> str:
        """Sixteen hexadecimal digits of the draws themselves, whatever is said about them."""
        total = hashlib.sha256(json.dumps(self.names).encode())
        for array in (self.values, self.weights):
            total.update(np.ascontiguousarray(array).tobytes())
        return total.hexdigest()[:16]

    @property
    def lambda_(self) -> float:
        """Mean of lambda over the draws, to four digits."""
        return round(float(self.weights @ self.of(LAMBDA)), 4)

    def of(self, name: str) -> NDArray[np.float64]:
        """Values of a parameter, one a draw."""
        found: NDArray[np.float64] = self.values[:, self.names.index(name)]
        return found

    def row(self, ordinal: int, seed: int) -> int:
        """Row of the `ordinal`-th draw that is taken under a seed.

        Rows are put in order of lambda and taken at the points of van der Corput's sequence, turned by the seed, on the
        sum of their weights: few draws spread already, and many are as frequent as their weights.
        """
        order = np.argsort(self.of(LAMBDA), kind="stable")
        at = (_van_der_corput(ordinal) + replicate_seed(seed, 2**32 - 1) / 2**32) % 1.0
        ends = np.cumsum(self.weights[order])
        return int(order[min(int(np.searchsorted(ends, at * ends[-1], side="right")), len(order) - 1)])

    def at(self, row: int) -> dict[str, float]:
        """Parameters of a row by name."""
        return dict(zip(self.names, self.values[row].tolist(), strict=True))


def turn(replicate: int, people: int = 1) -> tuple[int, int]:
    """Which draw of parameters and which of people a replicate has: both as numbers in the order in which they come."""
    block, place = divmod(replicate, BLOCK)
    ordinal = NEW * block + place % NEW
    return ordinal, (ordinal + (place == BLOCK - 1)) % people


def people_seed(seed: int, draw: int) -> int:
    """Seed of a draw of people; the first is made by the seed itself."""
    return replicate_seed(seed, OF_PEOPLE + draw) if draw else seed


def file_of(parameters: str, decision: str) -> Path:
    """The file that `parameters` means under a rule of decision."""
    return posterior_path(decision) if parameters == POSTERIOR else Path(parameters)


def read(parameters: str, decision: str) -> Draws:
    """The draws that `parameters` means. Raises UserError for a file that is missing, damaged or of another rule, and
    for parameters that the model does not know or that are out of their limits, all at once.
    """
    path = file_of(parameters, decision)
    try:
        stamp = path.stat().st_mtime_ns
    except OSError:
        if parameters == POSTERIOR:
            told = f"nothing is fitted for decision={decision}; parameters=central takes the values of conf/"
        else:
            told = "there is no such file; known are: central, posterior, or a file of draws"
        raise UserError(f"parameters={shown(parameters)}: {told}") from None
    return _read(path, stamp, parameters, decision)


@lru_cache(8)
def _read(path: Path, stamp: int, parameters: str, decision: str) -> Draws:
    about, names, values, weights = parsed(path)
    if about.get("truth") is not None:
        told = "its observations are made up (fit.truth), so that it says nothing of what happened"
        raise UserError(f"parameters={shown(parameters)}: {told}")
    if about["rule"] != decision:
        told = f"its draws are of decision={shown(str(about['rule']))}, not of {decision}"
        raise UserError(f"parameters={shown(parameters)}: {told}")
    return Draws(path.name, names, values, weights, about)


def parsed(path: Path) -> tuple[dict[str, Any], tuple[str, ...], NDArray[np.float64], NDArray[np.float64]]:
    """What a file of draws says of its fit, names of parameters, values [n, p] and weights [n].

    Raises UserError for what is no such file, or has parameters or values that the model does not take.
    """
    import pyarrow as pa  # slow to load, and needed for no central run's settings
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path.absolute(), memory_map=False, page_checksum_verification=True)
        about = json.loads((table.schema.metadata or {})[METADATA])
    except (OSError, pa.ArrowException, KeyError, ValueError, RecursionError) as error:
        raise UserError(
            f"{path} is no posterior, or is damaged; fetch it again, or make it by task=calibrate"
        ) from error
    faults = _told(about) + _columns(table)
    if faults:
        raise UserError(*(f"{path}: {fault}" for fault in faults))
    names = tuple(table.column_names[2:])
    values = np.column_stack([table[name].to_numpy() for name in names])
    weights = table["weight"].to_numpy()
    faults = faults_of(names, values, weights)
    if faults:
        raise UserError(*(f"{path}: {fault}" for fault in faults))
    return about, names, values, weights


def _told(about: Any) -> list[str]:
    if not isinstance(about, dict):
        return ["its metadata are no mapping"]
    wrong = [f"its metadata say nothing of {key}" for key in NEEDED if key not in about]
    for kind, word, keys in ((dict, "mapping", ("recipe", "diagnostics")), (str, "text", ("rule", "version", "time"))):
        wrong += [f"its {key} is no {word}" for key in keys if key in about and not isinstance(about[key], kind)]
    until = about.get("until")
    if not (until is None or isinstance(until, str) and re.fullmatch(r"20[0-9]{2}-(0[1-9]|1[0-2])", until)):
        wrong.append(f"its until, {shown(until)}, is no month")
    return wrong


def _columns(table: Any) -> list[str]:
    if table.column_names[:2] != ["draw", "weight"] or not table.num_rows or len(table.column_names) < 3:
        return ["it has not the columns draw, weight and parameters, or no draw"]
    kinds = {name: str(table[name].type) for name in table.column_names}
    if kinds["draw"] != "int32" or table["draw"].to_pylist() != list(range(table.num_rows)):
        return ["its draws are not numbered from 0"]
    wrong = [name for name in table.column_names[1:] if kinds[name] != "double" or table[name].null_count]
    return [f"the column '{shown(name)}' does not hold numbers" for name in wrong]


def faults_of(names: tuple[str, ...], values: NDArray[np.float64], weights: NDArray[np.float64]) -> list[str]:
    """What is wrong with draws: parameters that the model does not know, impossible values, weights of another sum."""
    faults = [f"the model knows no parameter '{shown(name)}'" for name in strange(names)]
    if "lambda" not in names:
        faults.append("it says nothing of lambda")
    if len(set(names)) < len(names):
        faults.append("a parameter stands in it twice")
    if values.shape != (len(weights), len(names)) or not np.isfinite(values).all():
        return [*faults, "its values are not one finite number for each draw and parameter"]
    if not ((weights >= 0).all() and abs(weights.sum() - 1.0) < _SUM):
        faults.append(f"its weights are not shares of one (their sum is {weights.sum():g})")
    if faults:
        return faults
    for name, column in zip(names, values.T, strict=True):
        for value in (column.min(), column.max()):
            try:
                checked(name, float(value))
            except UserError as error:
                faults.append(str(error))
                break
    return faults


def chosen(
    draw: Mapping[str, float], fixed: Mapping[str, float], held: float | None, decision: str
) -> tuple[float, Given]:
    """Lambda of a run, and what it is given in place of central values: `fixed` values and a `held` lambda win over a
    draw.

    Where lambda is held, drawn constants move with it as those on file do from the draw's lambda to the held one, so
    that the past is met about as well as by the draw.
    """
    own = draw[LAMBDA]
    lambda_ = own if held is None else held
    here, there = (constants.load(one, decision) for one in (lambda_, own))
    values = {name: value for name, value in draw.items() if name != LAMBDA}
    for begin, codes, now, then in (
        (OF_PLACE, PLACE, here.places, there.places),
        (OF_CHANNEL, CHANNEL, here.channels, there.channels),
    ):
        for name, code in codes.items():
            if begin + name in values:
                values[begin + name] += float(now[code] - then[code])
    return lambda_, given({**values, **fixed})


def _van_der_corput(number: int) -> float:
    """Digits of a number to base two, mirrored behind the point."""
    found, share = 0.0, 0.5
    while number:
        found += share * (number & 1)
        number, share = number >> 1, share / 2
    return found

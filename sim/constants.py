"""Destination constants: what the terms of the model do not explain about where people go.

They are inverted on observed departures to the end of 2022 (`task=invert`), one set for each lambda, and are
provisional: constants fitted to the flows reproduce those flows by construction and prove nothing.
"""

from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from sim.codes import CONF, PLACE, SLOTS
from sim.errors import UserError

FILE = CONF / "constants.yaml"


def load(lam: float, file: Path = FILE) -> NDArray[np.float64]:
    """Constants for a lambda, float64[places], in utility; straight lines between the lambdas on file.

    Raises UserError if the file is missing, and takes the nearest set outside the range on file.
    """
    if not file.exists():
        raise UserError(f"conf/{file.name} is missing; `python -m sim task=invert` writes it")
    sets = {float(key): values for key, values in yaml.safe_load(file.read_text(encoding="utf-8"))["constants"].items()}
    known = sorted(sets)
    constants = np.zeros(SLOTS)
    for name, place in PLACE.items():
        if name != "belarus":
            constants[place] = _between(lam, known, [float(sets[key][name]) for key in known])
    return constants


def _between(x: float, known: list[float], values: list[float]) -> float:
    if x <= known[0]:
        return values[0]
    for i in range(1, len(known)):
        if x <= known[i]:
            share = (x - known[i - 1]) / (known[i] - known[i - 1])
            return values[i - 1] + share * (values[i] - values[i - 1])
    return values[-1]

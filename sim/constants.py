"""Constants of destinations and channels: what the terms of the model do not explain about where and how.

They are inverted on observed departures to the end of 2022 (`task=invert`), one set for each lambda, and are
provisional: constants fitted to flows reproduce those flows by construction and prove nothing.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import yaml
from numpy.typing import NDArray

from sim.codes import CHANNEL, CONF, N_CHANNELS, PLACE, SLOTS
from sim.errors import UserError

FILE = CONF / "constants.yaml"


class Constants(NamedTuple):
    """Constants in utility."""

    places: NDArray[np.float64]  # [places]
    channels: NDArray[np.float64]  # [channels]


def load(lam: float, file: Path = FILE) -> Constants:
    """Constants for a lambda, straight lines between the lambdas on file, the nearest set outside their range.

    Raises UserError if the file is missing.
    """
    if not file.exists():
        raise UserError(f"conf/{file.name} is missing; `python -m sim task=invert` writes it")
    sets = {float(key): values for key, values in yaml.safe_load(file.read_text(encoding="utf-8"))["constants"].items()}
    known = sorted(sets)

    def at(section: str, name: str) -> float:
        return _between(lam, known, [float(sets[key][section][name]) for key in known])

    places, channels = np.zeros(SLOTS), np.zeros(N_CHANNELS)
    for name, code in PLACE.items():
        places[code] = 0.0 if name == "belarus" else at("destinations", name)
    for name, code in CHANNEL.items():
        channels[code] = 0.0 if name == "none" else at("channels", name)
    return Constants(places, channels)


def _between(x: float, known: list[float], values: list[float]) -> float:
    if x <= known[0]:
        return values[0]
    for i in range(1, len(known)):
        if x <= known[i]:
            share = (x - known[i - 1]) / (known[i] - known[i - 1])
            return values[i - 1] + share * (values[i] - values[i - 1])
    return values[-1]

"""Constants of destinations and channels: what the terms of the model do not explain about where and how.

They are inverted on observed departures to the end of 2022 (`task=invert`), one set for each lambda and a file for
each rule of decision, and are provisional: constants fitted to flows reproduce those flows by construction and prove
nothing.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.behaviour import LARGEST_CONSTANT
from sim.codes import CHANNEL, N_CHANNELS, PLACE, SLOTS
from sim.decision import DEFAULT
from sim.errors import UserError
from sim.history.parameters import need_number
from sim.history.strict_yaml import CatalogueError, need_keys, need_named, read, within
from sim.locations import CONF, constants
from sim.messages import shown

FILE = CONF / "constants.yaml"
"""Those of the default rule of decision; any other rule has a file of its own beside it."""


class Constants(NamedTuple):
    """Constants in utility."""

    places: NDArray[np.float64]  # [places]
    channels: NDArray[np.float64]  # [channels]


def file_of(decision: str) -> Path:
    """File of the constants of a rule of decision."""
    return constants("constants.yaml" if decision == DEFAULT else f"constants_{decision}.yaml")


def load(lambda_: float, file: Path = FILE) -> Constants:
    """Constants for a lambda, straight lines between the lambdas on file, the nearest set outside their range.

    Raises UserError if the file is missing, or by name and lambda for a constant that is missing, unknown or too large.
    """
    if not file.exists():
        rule = file.stem.removeprefix(f"{FILE.stem}_")
        also = "" if rule == FILE.stem else f" decision={rule}"
        raise UserError(f"conf/{file.name} is missing; `python -m sim task=invert{also}` writes it")
    with within(f"conf/{file.name}"):
        sets = _sets(need_keys(read(file), ("unit", "source", "confidence", "constants"))["constants"])
    known = sorted(sets)

    def at(section: str, name: str) -> float:
        return _between(lambda_, known, [sets[key][section][name] for key in known])

    places, channels = np.zeros(SLOTS), np.zeros(N_CHANNELS)
    for name, code in PLACE.items():
        places[code] = 0.0 if name == "belarus" else at("destinations", name)
    for name, code in CHANNEL.items():
        channels[code] = 0.0 if name == "none" else at("channels", name)
    return Constants(places, channels)


def _sets(content: Any) -> dict[float, dict[str, dict[str, float]]]:
    """The constants by lambda, section and name, every one checked."""
    names = {"destinations": [name for name in PLACE if name != "belarus"]}
    names["channels"] = [name for name in CHANNEL if name != "none"]
    sets = {}
    for key, sections in need_named(content).items():
        with within(f"constants: '{shown(key)}'"):
            try:
                lambda_ = float(key)
            except ValueError:
                raise CatalogueError("is not a lambda") from None
            need_keys(sections, list(names))
            if lambda_ in sets:
                raise CatalogueError("is given twice")
            sets[lambda_] = {name: _numbers(name, sections[name], names[name]) for name in names}
    if not sets or not all(0.0 < lambda_ <= 1.0 for lambda_ in sets):
        raise CatalogueError("constants: give sets by lambda, a number above 0 and at most 1")
    return sets


def _numbers(section: str, content: Any, names: Sequence[str]) -> dict[str, float]:
    with within(section):
        numbers = {name: need_number(value, name) for name, value in need_keys(content, names).items()}
        for name, value in numbers.items():
            if abs(value) > LARGEST_CONSTANT:
                raise CatalogueError(f"{name} is {value:g}, outside [{-LARGEST_CONSTANT:g}, {LARGEST_CONSTANT:g}]")
        return numbers


def _between(x: float, known: list[float], values: list[float]) -> float:
    if x <= known[0]:
        return values[0]
    for i in range(1, len(known)):
        if x <= known[i]:
            share = (x - known[i - 1]) / (known[i] - known[i - 1])
            return values[i - 1] + share * (values[i] - values[i - 1])
    return values[-1]

"""Constants of destinations and channels: what the terms of the model do not explain about where and how.

Each stands in the file of its destination or channel. Most are inverted on observed departures to the end of 2022
(`task=invert`), one for each lambda and rule of decision, and are provisional: constants fitted to flows reproduce
those flows by construction and prove nothing.
"""

import csv
from collections.abc import Mapping
from math import fsum
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.history.constants import Constant
from sim.history.inventory import load_channels, load_destinations
from sim.model.decision.rules import DEFAULT
from sim.numerics import strict_yaml
from sim.numerics.codes import CHANNEL, N_CHANNELS, N_PLACES, PLACE
from sim.numerics.errors import CatalogueError
from sim.numerics.locations import CONF, DATA, files


class Constants(NamedTuple):
    """Constants in utility."""

    places: NDArray[np.float64]  # [places]
    channels: NDArray[np.float64]  # [channels]


def on_file(conf: Path = CONF) -> tuple[dict[str, Constant], dict[str, Constant]]:
    """The constants of destinations and of channels as their files state them, by name."""
    destinations = {name: one.constant for name, one in load_destinations(conf).items()}
    return destinations, {name: one.constant for name, one in load_channels(conf).items()}


def load(lambda_: float, decision: str = DEFAULT, conf: Path = CONF) -> Constants:
    """Constants for a lambda under a rule of decision.

    Straight lines between the lambdas on file, the nearest one outside their range. Raises CatalogueError with all
    constants that are missing.
    """
    faults: list[str] = []
    places, channels = np.zeros(N_PLACES), np.zeros(N_CHANNELS)
    for folder, table, codes, stated in zip(
        ("destination", "channel"), (places, channels), (PLACE, CHANNEL), on_file(conf), strict=True
    ):
        for name in stated:
            try:
                table[codes[name]] = _value(name, stated, lambda_, decision)
            except KeyError:  # of another, which it is like, is told there
                if not stated[name].like:
                    faults.append(_missing(conf, folder, name, decision))
    if faults:
        raise CatalogueError(*faults)
    return Constants(places, channels)


def _value(name: str, stated: Mapping[str, Constant], lambda_: float, decision: str) -> float:
    """The constant of one destination or channel; raises KeyError if there is none for the rule of decision."""
    own = stated[name]
    if own.like:
        values = [_value(other, stated, lambda_, decision) for other in own.like]
        return fsum(values) / len(values)
    if own.value is not None:
        return own.value
    assert own.values is not None
    return _between(lambda_, sorted(own.values[decision].items()))


_OBSERVED = {"destination": "departures.csv", "channel": "channels.csv"}
"""Files of observed departures, by folder of `conf/`; each has a column of that name."""


def _missing(conf: Path, folder: str, name: str, decision: str) -> str:
    """What is said of a constant that has no value for a rule of decision: one line for all rules, or how to get it."""
    file = files(conf / folder, f"conf/{folder}")[name]
    stated = strict_yaml.document(strict_yaml.source(file.path)).place.inside["constants"].inside["values"]
    with (DATA / "observed" / _OBSERVED[folder]).open(encoding="utf-8", newline="") as rows:
        is_observed = any(row[folder] == name for row in csv.DictReader(rows))
    where = f"{file.shown}: line {stated.line}: constants: values:"
    if not is_observed:
        return f"{where} no departures were observed by which to invert; give value or like"
    also = "" if decision == DEFAULT else f" decision={decision}"
    return f"{where} '{decision}' is missing; `python -m sim task=invert{also}` writes it"


def _between(x: float, known: list[tuple[float, float]]) -> float:
    if x <= known[0][0]:
        return known[0][1]
    for (low, before), (high, after) in zip(known, known[1:], strict=False):
        if x == high:
            return after
        if x < high:
            return before + (x - low) / (high - low) * (after - before)
    return known[-1][1]

"""What a run is given in place of central values, by the names of `coefficients.NAME=value`.

A name is that of a coefficient of `conf/behaviour.yaml`; `constant_<destination>` or `channel_<channel>`, a constant
in utility in place of the one on file; or a multiple of dated values that `conf/priors.yaml` names. Lambda has a key of
its own, `choice.lambda`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from math import fsum
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.history import coefficients
from sim.history.admission import SETS
from sim.history.coefficients import LARGEST_CONSTANT, RECORDS
from sim.history.history import History
from sim.history.inventory import load_channels, load_destinations
from sim.history.parameters import Parameter, need_number, unknown
from sim.numerics.codes import CHANNEL, PLACE
from sim.numerics.errors import HistoryError
from sim.numerics.messages import nearest, shown
from sim.runs import priors

if TYPE_CHECKING:  # it loads numba, which nobody needs to check a name
    from sim.model.decision.constants import Constants

OF_PLACE, OF_CHANNEL = "constant_", "channel_"
"""Beginnings of the names of constants."""
MOST = 100.0
"""Largest multiple of dated values (assumption: more is a slip)."""
_NO_AMOUNT = ("flag", "years", *SETS)
"""Units of what is no amount and cannot be multiplied."""


@cache
def known() -> tuple[str, ...]:
    """All names that may be given, in order: coefficients, constants of destinations and of channels, multiples."""
    places = (f"{OF_PLACE}{name}" for name in PLACE if name != "belarus")
    channels = (f"{OF_CHANNEL}{name}" for name in CHANNEL if name != "none")
    return (*(name for name in RECORDS if name != "lambda"), *places, *channels, *priors.scales())


def checked(name: str, value: object) -> float:
    """A value that a name may have; raises HistoryError for another, or a name that is not known."""
    if name in RECORDS:
        coefficients.load({name: value})  # type: ignore[dict-item]
        return float(value)  # type: ignore[arg-type]
    if name not in known():
        raise HistoryError(f"unknown '{shown(name)}'; known: {nearest(name, known())}")
    number, is_scale = need_number(value, name), name in priors.scales()
    low, high, unit = (0.0, MOST, "multiple") if is_scale else (-LARGEST_CONSTANT, LARGEST_CONSTANT, "utility")
    if not low <= number <= high:
        raise HistoryError(f"{name} is {number:g}, outside [{low:g}, {high:g}] {unit}")
    return number


@dataclass(frozen=True)
class Given:
    """Values by what they are put in place of."""

    coefficients: Mapping[str, float]
    places: Mapping[str, float]
    channels: Mapping[str, float]
    scales: Mapping[str, float]

    def constants(self, stated: "Constants") -> "Constants":
        """The constants on file, with those given in their place; one that is like others follows them."""
        places, channels = stated.places.copy(), stated.channels.copy()
        like = {name: one.constant.like for name, one in load_destinations().items()}
        _put(places, PLACE, self.places, like)
        _put(channels, CHANNEL, self.channels, {name: one.constant.like for name, one in load_channels().items()})
        return stated._replace(places=places, channels=channels)

    def history(self, stated: History) -> History:
        """A history whose parameters' own dated values are multiplied, and kept within their ranges.

        What events make of them is composed on top. Raises HistoryError for what is scaled and is no amount.
        """
        changed = {
            name: _multiplied(_amount(stated, name), multiple)
            for scale, multiple in self.scales.items()
            for name in priors.scales()[scale]
            if multiple != 1.0
        }
        return replace(stated, parameters={**stated.parameters, **changed}) if changed else stated


def _put(
    table: NDArray[np.float64], codes: Mapping[str, int], own: Mapping[str, float], like: Mapping[str, tuple[str, ...]]
) -> None:
    """Put constants in the place of those on file, and what is like them where these now are, in the mean."""
    for name, value in own.items():
        table[codes[name]] = value
    for name, others in like.items():
        if name not in own and any(other in own for other in others):
            table[codes[name]] = fsum(table[codes[other]] for other in others) / len(others)


def given(values: Mapping[str, float]) -> Given:
    """Values sorted by what they stand for; the names are known (see `checked`)."""

    def named(begin: str) -> dict[str, float]:
        return {name.removeprefix(begin): value for name, value in values.items() if _is(name, begin)}

    return Given(
        {name: value for name, value in values.items() if name in RECORDS},
        named(OF_PLACE),
        named(OF_CHANNEL),
        {name: value for name, value in values.items() if name in priors.scales()},
    )


def _is(name: str, begin: str) -> bool:
    return name not in RECORDS and name.startswith(begin)


def _amount(history: History, name: str) -> Parameter:
    if name not in history.parameters:
        raise HistoryError(f"conf/priors.yaml scales {unknown(name, history.parameters)}")
    parameter = history.parameters[name]
    if parameter.rule == "restriction" or parameter.unit in _NO_AMOUNT:
        raise HistoryError(f"conf/priors.yaml scales {name}, which is no amount but a {parameter.unit}")
    return parameter


def _multiplied(parameter: Parameter, multiple: float) -> Parameter:
    def moved(value: float) -> float:
        return min(max(value * multiple, parameter.low), parameter.high)

    return replace(parameter, values=tuple(replace(item, value=moved(item.value)) for item in parameter.values))


def strange(names: Iterable[str]) -> list[str]:
    """Names that are not known, in the order given."""
    return [name for name in names if name not in known() and name != "lambda"]

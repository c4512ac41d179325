"""How people weigh leaving and where to go: the coefficients of the decision, with their sources.

Values stand in `conf/behaviour.yaml`, each with unit, meaning, prior and source. Compiled rules receive
them as one record, in the order of the file. A value outside the limits of its unit is refused:
they are far wider than any that is meant, and keep every number of the model finite.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from sim.history.parameters import need_number
from sim.history.strict_yaml import need_keys, need_named, read, within
from sim.numerics.errors import HistoryError
from sim.numerics.locations import CONF
from sim.numerics.messages import nearest, shown

FILE = CONF / "behaviour.yaml"
_NEEDED, _ALSO = ("value", "unit", "meaning", "source", "confidence"), ("prior", "note")
with within(f"conf/{FILE.name}"):
    RECORDS: dict[str, dict[str, Any]] = {}
    """Every coefficient with unit, meaning, prior, source and confidence."""
    for _name, _record in need_named(read(FILE)).items():
        with within(_name):
            RECORDS[_name] = need_keys(_record, _NEEDED, _ALSO)

SMALLEST_LAMBDA = 0.01
"""Smallest dissimilarity: of those barred from a country nearly all go elsewhere at it (97 in 100, were nine tenths of
the nest barred), and a smaller one is what a range that should end at 0 leaves (5.6e-17)."""
LIMITS: dict[str, tuple[float, float]] = {
    "1": (SMALLEST_LAMBDA, 1.0),  # lambda
    "log-odds/month": (-1e4, 1e4),
    "log-odds": (-1e4, 1e4),
    "log-odds/decade": (-1e4, 1e4),
    "log-odds per share": (-1e4, 1e4),
    "utility": (-20.0, 20.0),
    "utility/month": (-20.0, 0.0),
    "utility per monthly wage": (-20.0, 0.0),
    "elasticity": (-3.0, 3.0),
    "multiple": (0.0, 1e3),
    "per share": (0.0, 1e3),
    "1/month": (0.0, 1.0),
    "weight": (0.0, 1e6),
    "probability": (0.0, 1.0),
    "share": (0.0, 1.0),
    "months": (0.0, 1200.0),
    "months of income": (0.0, 1200.0),
    "log": (0.0, 5.0),
    "1/year": (0.0, 12.0),
    "km": (0.0, 20100.0),
    "EUR/km": (0.0, 100.0),
    "months of rent": (0.0, 1200.0),
    "organisations": (1.0, 1e9),
}
"""Smallest and largest value by unit. Utilities of a destination add up to less than 600, whose exponential is finite;
months are added to a 16-bit month."""
_OWN_LIMITS = {
    **dict.fromkeys(("spread_leave", "spread_country"), (0.0, 20.0)),
    **dict.fromkeys(("lambda_threatened", "lambda_other"), (SMALLEST_LAMBDA, 1.0)),
    **dict.fromkeys(("separation", "detour"), (-20.0, 0.0)),  # else better conditions might be worse
    "another_season": (0.0, 0.99),  # a season ends some day
    "nest_region": (0.05, 1.0),  # a nest of no dissimilarity has no noise of its own
    "nest_channel": (0.05, 1.0),
    **dict.fromkeys(("approval", "offers"), (0.0, 3.0)),
    "relocation_spread": (0.05, 20.0),  # what values are divided by
    "pendular_months": (3.0, 600.0),  # a mean of stays of at least three months
}
LARGEST_CONSTANT = 50.0
"""Largest constant of a destination or a channel either way, in utility."""

_FIELDS = tuple("lambda_" if name == "lambda" else "return_" if name == "return" else name for name in RECORDS)


class Behaviour(np.record):  # type: ignore[misc]
    """The coefficients as one record of reals; `lambda` and `return` carry an underscore, being words of Python."""

    def _replace(self, **changes: float) -> "Behaviour":
        """The same coefficients but for `changes`."""
        return _behaviour(dict(zip(_FIELDS, self.item(), strict=True)) | changes)


RECORD = np.dtype((Behaviour, [(name, "f8") for name in _FIELDS]))


def _behaviour(values: Mapping[str, float]) -> Behaviour:
    found: Behaviour = np.array([tuple(values[name] for name in _FIELDS)], RECORD)[0]
    return found


def load(changes: Mapping[str, float] | None = None) -> Behaviour:
    """Central values of all coefficients, with `changes` put in by name.

    Raises HistoryError with the known names for a coefficient that does not exist, and with the limits for a value
    outside those of its unit.
    """
    values = {name: record["value"] for name, record in RECORDS.items()}
    for name, value in (changes or {}).items():
        if name not in values:
            raise HistoryError(f"unknown coefficient '{shown(name)}'; known: {nearest(name, values)}")
        values[name] = value
    return _behaviour({field: _checked(*given) for field, given in zip(_FIELDS, values.items(), strict=True)})


def _checked(name: str, value: object) -> float:
    where, unit = f"coefficient '{name}'", RECORDS[name]["unit"]
    if unit not in LIMITS:
        raise HistoryError(f"{where}: unknown unit '{shown(unit)}'; known: {', '.join(LIMITS)}")
    number, (low, high) = need_number(value, where), _OWN_LIMITS.get(name, LIMITS[unit])
    if not low <= number <= high:
        raise HistoryError(f"{where} is {number:g}, outside [{low:g}, {high:g}] {unit}")
    return number

"""How people weigh leaving and where to go: the coefficients of the decision, with their sources.

Values stand in `conf/behaviour.yaml`, each with unit, meaning, prior and source. Compiled rules receive
them as one named tuple of floats, in the order of the file.
"""

from collections import namedtuple
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import yaml

from sim.codes import CONF

FILE = CONF / "behaviour.yaml"
RECORDS: dict[str, dict[str, Any]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
"""Every coefficient with unit, meaning, prior, source and confidence."""

_FIELDS = tuple("lambda_" if name == "lambda" else "return_" if name == "return" else name for name in RECORDS)
if TYPE_CHECKING:
    Behaviour = Any
else:
    Behaviour = namedtuple("Behaviour", _FIELDS)  # the fields are those of the file
"""The coefficients as floats; `lambda` and `return` carry an underscore, being words of the language."""


def load(changes: Mapping[str, float] | None = None) -> Behaviour:
    """Central values of all coefficients, with `changes` put in by name.

    Raises KeyError with the known names for a coefficient that does not exist.
    """
    values = {name: float(record["value"]) for name, record in RECORDS.items()}
    for name, value in (changes or {}).items():
        if name not in values:
            raise KeyError(f"unknown coefficient '{name}'; known: {', '.join(values)}")
        values[name] = float(value)
    return Behaviour(*values.values())

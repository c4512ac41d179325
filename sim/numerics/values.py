"""Values that come out of Python as plain ones: numbers and dates of numpy and pandas, paths, arrays."""

import os
from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np


def plain(value: Any) -> Any:
    """The value as Python's own, sequences and arrays as tuples; None for what pandas calls missing (NaT, NA)."""
    if isinstance(value, np.datetime64):
        return value.astype("datetime64[us]").item()
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if type(value).__name__ == "NAType" or (isinstance(value, date) and value != value):
        return None
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray | memoryview):
        return tuple(map(plain, value))
    return value


def canonical(number: float) -> float:
    """The number to twelve significant digits; 0 has no sign.

    Sums and ranges of decimal fractions go wrong in the sixteenth digit (0.2 + 0.4 is not 0.6), no input of the model
    is known to more than four, and what differs in between would be another point that looks the same.
    """
    return float(f"{number:.12g}") + 0.0

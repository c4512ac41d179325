"""Words of the command line whose value is a text: taken as they are written, whatever Hydra's grammar makes of it.

To Hydra `12e3` is a number, `run#1` is an error and `a, b` is two values. The value of a key that is a text is put
between Hydra's quotes before Hydra sees it, unless it has them already.
"""

import re
from collections.abc import Iterator
from types import NoneType
from typing import get_args, get_type_hints

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Quote, QuotedString
from hydra.errors import HydraException

from sim.runs.sections import inner_of, keys_of
from sim.runs.settings import Settings

WITH_COMMAS = ("results_dir", "results.where", "results.sql", "results.csv", "results.against")
"""Texts that may have a comma in them; outside a sweep it is one. The others are names, and a comma is between two."""
_WORD = re.compile(r"(\+{0,2}[\w.]+)=(.*)", re.DOTALL | re.ASCII)
_QUOTED = re.compile(r"""'(\\.|[^'\\])*'|"(\\.|[^"\\])*\"""", re.DOTALL)
_OF_SWEEPS = re.compile(r"(choice|range|interval|glob|sort|shuffle|tag)\(.*\)", re.DOTALL)
_OPENING, _CLOSING = "([{", ")]}"


def for_hydra(word: str, sweep: bool) -> str:
    """The word, with the value of a text in quotes; in a sweep each of its values, between which there are commas."""
    found = _WORD.fullmatch(word)
    key, value = (found[1], found[2].strip()) if found else ("", "")
    if key.lstrip("+") not in TEXTS or not value:
        return word
    values = [value] if key.lstrip("+") in WITH_COMMAS and not sweep else _values(value)
    return f"{key}={','.join(map(_quoted, values))}"


def _quoted(value: str) -> str:
    if value.lower() == "null" or _QUOTED.fullmatch(value) or _OF_SWEEPS.fullmatch(value) or _is_read_so(value):
        return value
    return QuotedString(value, Quote.single).with_quotes()


def _is_read_so(value: str) -> bool:
    """Whether Hydra takes a value for the text that it is, and writes it in the same way for the jobs of a sweep."""
    if re.search(r"[\s\\]", value):
        return False
    try:
        read = OverridesParser.create().parse_override(f"key={value}").value()
    except (HydraException, RecursionError, ValueError):
        return False
    return isinstance(read, str) and read == value


def _values(text: str) -> list[str]:
    """The parts between commas, but for commas in quotes or brackets; those count only if they are closed."""
    parts, inside, quote = [""], 0, ""
    for sign in text:
        if sign == "," and not inside and not quote:
            parts.append("")
            continue
        if quote or sign in "'\"":
            quote = "" if sign == quote else quote or sign
        else:
            inside += (sign in _OPENING) - (sign in _CLOSING)
        parts[-1] += sign
    return [part.strip() for part in (text.split(",") if inside or quote else parts)]


def _texts(of: type, before: str = "") -> Iterator[str]:
    hints, inner = get_type_hints(of), inner_of(of)
    for key, spec in keys_of(of).items():
        if key in inner:
            yield from _texts(inner[key], f"{before}{key}.")
        elif set(get_args(hints[spec.name]) or (hints[spec.name],)) <= {str, NoneType}:
            yield f"{before}{key}"


TEXTS = frozenset(_texts(Settings))
"""Keys whose value is a text, or null."""

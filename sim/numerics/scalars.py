"""Scalars of YAML without quotes: nothing, a flag, a number or a date where one reads it so, else the text itself."""

import math
import re
from datetime import date
from typing import Any

_NULLS = ("", "~", "null", "Null", "NULL")
FLAGS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
_PLAIN = re.compile(r"[-+]?(0|[1-9][0-9_]{0,29})(\.[0-9_]*)?(e[-+]?[0-9]{1,3})?|[-+]?\.[0-9]+(e[-+]?[0-9]{1,3})?", re.I)
"""A number as one reads it: YAML reads `010` and `1:30` as 8 and 90, and `1e-1` as a text."""
_SPECIAL = {".inf": math.inf, "+.inf": math.inf, "-.inf": -math.inf, ".nan": math.nan}
DATE = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})([ Tt]+00:00(:00(\.0+)?)?Z?)?")
"""A day, year first; a time of day is let pass where it is midnight, as spreadsheets write it."""
_CURLY = {"\u201c": "\u201d", "\u201e": "\u201c\u201d", "\u2018": "\u2019", "\u201a": "\u2018\u2019"}
"""Opening to closing quotes as word processors set them."""


def value_of(written: str) -> Any:
    """What a scalar without quotes is: nothing, a flag, a number, a date, or else the text itself."""
    if written in _NULLS:
        return None
    if written.lower() in FLAGS and written in (written.lower(), written.title(), written.upper()):
        return FLAGS[written.lower()]
    if written[0] in _CURLY and len(written) > 1 and written[-1] in _CURLY[written[0]]:
        return written[1:-1]
    if written[0] not in "+-.0123456789":
        return written
    found: Any = number_of(written)
    if found is None and len(written) == 10 and DATE.fullmatch(written):
        found = day_of(written)
    return written if found is None else found


def number_of(written: str) -> float | int | None:
    """The number that is written plainly and is none too large, or None."""
    if written.lower() in _SPECIAL:
        return _SPECIAL[written.lower()]
    if not _PLAIN.fullmatch(written):
        return None
    plain = written.replace("_", "")
    found = float(plain) if re.search("[.e]", plain, re.I) else int(plain)
    return None if math.isinf(found) else found


def day_of(written: str) -> date | None:
    """The day that is written with the year first, or None."""
    form = DATE.fullmatch(written)
    try:
        return date(int(form[1]), int(form[3]), int(form[4])) if form else None
    except ValueError:  # no day of the calendar
        return None

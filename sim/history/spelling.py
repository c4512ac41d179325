"""Values as people write them in a text editor or a spreadsheet: read where there is one meaning, else refused.

A refusal says what to write instead. It raises ValueError, whose message is one line.
"""

import math
import re
from collections.abc import Mapping
from datetime import date, datetime
from numbers import Integral, Real
from typing import Any

from sim.numerics.messages import nearest, shown
from sim.numerics.scalars import DATE, FLAGS, day_of, number_of
from sim.numerics.values import plain

_MINUS = str.maketrans("\u2010\u2011\u2012\u2013\u2014\u2212", "------")


def number(value: Any) -> float:
    """A number, also in quotes or after a dash for a minus."""
    found: Any = None
    value = plain(value)
    if isinstance(value, str):
        found = number_of(value.strip().translate(_MINUS))
    else:
        found = value if isinstance(value, Real) and not isinstance(value, bool) else None
    try:
        if found is not None and not math.isnan(found):
            return float(found)
    except OverflowError:  # a whole number beyond all floats
        pass
    raise ValueError(f"'{shown(value)}' is not a number{_instead_of_number(value)}")


def _instead_of_number(value: Any) -> str:
    if isinstance(value, bool):
        return f"; write {int(value)}"
    text = value.strip().translate(_MINUS) if isinstance(value, str) else ""
    form = re.fullmatch(r"([-+]?[0-9][0-9., _']*)([^0-9]*)", text)
    if not form:
        octal = re.fullmatch(r"[-+]?0+([0-9.]+)", text)
        return f"; write {octal[1]}" if octal else ""
    digits, unit = form[1].strip().replace(" ", "").replace("'", "").replace("_", ""), form[2].strip()
    grouped = re.fullmatch(r"[-+]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?", digits)
    if re.fullmatch(r"[-+]?[0-9]{1,3}(\.[0-9]{3})+(,[0-9]+)?", digits) and ("," in digits or digits.count(".") > 1):
        plain = digits.replace(".", "").replace(",", ".")
    elif grouped and (digits.count(",") > 1 or "." in digits):
        plain = digits.replace(",", "")
    elif grouped and not digits.lstrip("+-").startswith("0"):
        return f"; write {digits.replace(',', '')}, or {digits.replace(',', '.')} if the comma is a decimal one"
    else:
        plain = digits.replace(",", ".")
    plain = re.sub(r"^([-+]?)0+(?=[0-9])", r"\1", plain)
    if number_of(plain) is None:
        return ""
    return f"; write {float(plain) / 100:g}" if unit == "%" else f"; write {plain}"


def day(value: Any) -> date:
    """A day: a date, also in quotes, with one digit for a month or day, or with midnight after it."""
    value = plain(value)
    if isinstance(value, datetime) and (value.hour, value.minute, value.second) == (0, 0, 0):
        return value.date()
    found = day_of(value.strip()) if isinstance(value, str) else None
    if isinstance(value, date) and not isinstance(value, datetime):
        found = value
    if found is None:
        raise ValueError(f"'{shown(value)}' is not a date; write {_instead_of_day(value)}")
    return found


def _instead_of_day(value: Any) -> str:
    """How the date that was meant is written, or the form of a date."""
    if isinstance(value, datetime) and value == value:
        return f"{value:%Y-%m-%d}"
    text = str(value).strip()
    for form, order in (
        (r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})[ Tt].*", (1, 2, 3)),
        (r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})", (3, 2, 1)),
        (r"([0-9]{4})([0-9]{2})([0-9]{2})", (1, 2, 3)),
    ):
        found = re.fullmatch(form, text)
        meant = day_of("-".join(found[part] for part in order)) if found else None
        if meant:
            return str(meant)
    month = re.fullmatch(r"([0-9]{4})[-/.]([0-9]{1,2})", text)
    if month and 1 <= int(month[2]) <= 12:
        return f"a day of that month, as {month[1]}-{int(month[2]):02}-01"
    if DATE.fullmatch(text):
        return "a date of the calendar, YYYY-MM-DD"
    return "YYYY-MM-DD"


def last_day(value: Any) -> date | None:
    """A day, or None for no end: null, nothing at all, or a table's empty date."""
    value = plain(value)
    if value is None or (isinstance(value, float) and value != value):
        return None
    try:
        return day(value)
    except ValueError as error:
        raise ValueError(f"{error}, or null for no end") from None


def flag(value: Any) -> bool:
    """True or false, also in quotes."""
    if isinstance(value, str) and value.strip().lower() in FLAGS:
        return FLAGS[value.strip().lower()]
    if isinstance(value, bool) or (type(value).__name__ in ("bool", "bool_") and not isinstance(value, Integral)):
        return bool(value)
    raise ValueError(f"'{shown(value)}' is not true or false")


def words(value: Any) -> str:
    """A text that is not empty, as it is written; what a template asks for in < > is none."""
    if isinstance(value, str) and re.fullmatch(r"<[^<>]*>", value.strip()):
        raise ValueError(f"'{shown(value)}' still stands as in the template; write your own")
    if isinstance(value, str) and value.strip():
        return value
    what = "is empty; write a text" if value is None or value == "" else "is not a text; put it in quotes"
    raise ValueError(f"'{shown('' if value is None else value)}' {what}")


def text(value: Any) -> str:
    """A text that is not empty, on one line."""
    return " ".join(words(value).split())


def note(value: Any) -> str:
    """A text, or nothing."""
    return "" if value is None else words(value) if value != "" else ""


def names(value: Any) -> tuple[str, ...]:
    """A list of names; a single name is a list of one, nothing a list of none."""
    if value is None:
        return ()
    if isinstance(value, str) and value.strip() and "," not in value and len(value.split()) == 1:
        return (value.strip(),)
    if isinstance(value, str):
        parts = value.replace(",", " ").split()
        raise ValueError(f"'{shown(value)}' is not a list; write [{shown(', '.join(parts))}]")
    if not isinstance(value, list | tuple):
        raise ValueError(f"'{shown(value)}' is not a list; write names in [ ], or []")
    for name in value:
        if not isinstance(name, str) or not name.strip():
            raise ValueError(f"'{shown(name)}' is not a name; put it in quotes")
    return tuple(name.strip() for name in value)


def one_of(value: Any, known: Mapping[str, Any] | tuple[str, ...], what: str = "") -> str:
    """A known name; others are refused with the known ones, the nearest first."""
    name = value.strip() if isinstance(value, str) else value
    if not isinstance(name, str) or name not in known:
        raise ValueError(f"unknown {what}'{shown(value)}'; known: {nearest(str(value), known, 20)}")
    return name

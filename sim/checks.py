"""What a value of a setting ought to be: each check says in words what is allowed, or None if all is well."""

import json
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any

from sim import months
from sim.behaviour import RECORDS, load
from sim.errors import UserError
from sim.feedback import FEEDBACKS
from sim.history.parameters import shown

MOST_REPLICATES, MOST_THREADS, MOST_SLICES = 100_000, 1024, 50
"""More than anybody means: a larger number is a slip that would run for ever."""
CIRCLES = 95_719
"""Circles of the whole population: a sample that keeps every so many-th has one left at this number, about 100 people.

The layout of the people has as many (`sim.population.layout`), which a test sees to; here it costs nothing to ask.
"""
ENOUGH = "enough"
"""As many replicates as the stopping rule asks for."""

Check = Callable[[Any], str | None]


def whole(low: int, high: int | None = None) -> Check:
    """A whole number within bounds."""
    wanted = f"a whole number of at least {low}" if high is None else f"a whole number from {low} to {high}"

    def check(value: Any) -> str | None:
        ok = type(value) is int and value >= low and (high is None or value <= high)
        return None if ok else wanted

    return check


def whole_or_null(low: int, high: int, null: str, *words: str) -> Check:
    """A whole number within bounds, one of some words, or nothing, which means what `null` says."""
    number = whole(low, high)
    also = "".join(f", {word}" for word in words)
    wanted = f"a whole number of at least {low} and at most {high}{also}, or null for {null}"
    return lambda value: None if value is None or value in words or number(value) is None else wanted


def flag(value: Any) -> str | None:
    """True or false."""
    return None if isinstance(value, bool) else "true or false"


def text_or_null(value: Any) -> str | None:
    """A text, or nothing."""
    return None if value is None or (isinstance(value, str) and value.strip() != "") else "a text, or null"


def _is_share(value: Any) -> bool:
    return type(value) in (int, float) and 0 < value <= 1


def share(value: Any) -> str | None:
    """A share of one."""
    return None if _is_share(value) else "a number above 0 and at most 1"


def shares(value: Any) -> str | None:
    """A list of shares of one."""
    ok = isinstance(value, (list, tuple)) and 0 < len(value) <= MOST_SLICES and all(map(_is_share, value))
    ok = ok and len({f"{share:g}" for share in value}) == len(value)  # the figures name them so
    return None if ok else f"a list of numbers above 0 and at most 1, at most {MOST_SLICES}, all different"


def folder(value: Any) -> str | None:
    """The name of a folder."""
    ok = isinstance(value, str) and value.strip() == value != "" and value.isprintable()
    return None if ok else "a text on one line that names a folder"


def folder_or_null(value: Any) -> str | None:
    """The name of a file or folder, or nothing."""
    return None if value is None or folder(value) is None else "a text on one line that names a file, or null"


def list_of(known: Callable[[], list[str]], what: str) -> Check:
    """A list of known names, each at most once."""

    def check(value: Any) -> str | None:
        names = known()
        ok = isinstance(value, (list, tuple)) and all(isinstance(one, str) and one in names for one in value)
        ok = ok and len(set(value)) == len(value)
        return None if ok else f"a list of {what}, each at most once; known are: {', '.join(names)}"

    return check


feedbacks = list_of(lambda: list(FEEDBACKS), "feedbacks")


def coefficients(value: Any) -> str | None:
    """Coefficients of `conf/behaviour.yaml` by name, each within its limits."""
    if not isinstance(value, Mapping):
        return "a section of coefficients, as coefficients.peers=0.5"
    if "lambda" in value:
        return "possible: lambda has a key of its own, choice.lambda"
    for name in value:
        if name not in RECORDS:
            return f"known; known are: {', '.join(sorted(RECORDS))}{closest(name, list(RECORDS))}"
    try:
        load(value)
    except UserError as error:
        return f"possible: {error}"
    return None


def person(value: Any) -> str | None:
    """A person's key, or the first to whom something happened."""
    ok = (type(value) is int and 0 <= value < 2**64) or (isinstance(value, str) and value.startswith("first:"))
    return None if ok else "a person's key, or first:EVENT (first:departed, first:wished:lithuania, first:parted ...)"


def month(value: Any) -> str | None:
    """A month of the clock."""
    wanted = f"a month from {months.label(0)} to {months.label(months.LAST_MONTH)}, written YYYY-MM"
    try:
        ok = isinstance(value, str) and len(value) == 7 and value.isascii()
        ok = ok and 0 <= months.month(value) <= months.LAST_MONTH
    except ValueError:
        ok = False
    return None if ok else wanted


def one_of(known: Callable[[], list[str]], null: bool = False) -> Check:
    """A known name, or nothing where that is allowed."""

    def check(value: Any) -> str | None:
        names = known()
        if (isinstance(value, str) and value in names) or (null and value is None):
            return None
        also = ", or null" if null else ""
        return f"known; known are: {', '.join(names) or 'none'}{also}{closest(value, names)}"

    return check


def closest(value: Any, known: list[str]) -> str:
    """A guess at what was meant, for the end of a message; empty if nothing is near."""
    close = get_close_matches(str(value)[:100], known, n=1)
    return f" (did you mean {close[0]}?)" if close else ""


def written(value: Any) -> str:
    """A value as a user would write it, on one line and not too long."""
    if isinstance(value, str) and value:
        return shown(value)
    try:
        return shown(json.dumps(value, default=shown, skipkeys=True))
    except ValueError:  # a number too long to write out
        return shown(value)

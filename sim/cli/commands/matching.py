"""The words of `match=`, by which listings are shortened."""

from collections.abc import Iterable
from difflib import get_close_matches

from sim.numerics.errors import UserError
from sim.numerics.messages import shown

NEAR = 5
"""Most guesses at what was meant."""


def asked(match: str | None) -> list[str]:
    """The words asked for, in small letters."""
    return (match or "").replace(",", " ").lower().split()


def has_all(text: str, words: Iterable[str]) -> bool:
    """Whether a text holds every word, in any case."""
    return all(word in text.lower() for word in words)


def nothing(match: str | None, what: str, task: str, names: Iterable[str]) -> UserError:
    """The mistake of words that nothing has: what is near, if anything is."""
    near = get_close_matches((match or "")[:100].lower(), list(names), NEAR)
    hint = f"the nearest are {', '.join(near)}" if near else f"task={task} without match lists all"
    return UserError(f"match={shown(match)}: no {what} has all these words; {hint}")

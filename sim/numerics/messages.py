"""Values and names as messages show them: on one line, not too long, with nothing that may deceive the eye."""

import difflib
import re
import unicodedata
from collections.abc import Iterable


def shown(value: object, most: int = 60) -> str:
    """A value as a message shows it: on one line, not too long, every sign that may deceive the eye by its number."""
    try:
        text = str(value)
    except ValueError:  # more digits than Python writes out
        text = "a number of thousands of digits"
    short = text if len(text) <= most else f"{text[:most]}..."
    return _WORD.sub(_readable, short)


_WORD = re.compile(r"\w+|[^ -~]")


def _readable(word: re.Match[str]) -> str:
    """A word, or a sign, with letters of any one script as they are; what may deceive the eye by its number."""
    scripts = {unicodedata.name(sign, "").partition(" ")[0] for sign in word[0] if sign.isalpha()}

    def plain_to_see(sign: str) -> bool:
        like = unicodedata.normalize("NFKC", sign)
        return sign.isprintable() and not (sign > "~" and (len(scripts) > 1 or (like != sign and like.isascii())))

    return "".join(sign if plain_to_see(sign) else ascii(sign)[1:-1] for sign in word[0])


def closest(value: object, known: Iterable[str]) -> str:
    """A guess at what was meant, for the end of a message; empty if nothing is near."""
    close = difflib.get_close_matches(str(value)[:100], list(known), n=1)
    return f" (did you mean {close[0]}?)" if close else ""


def nearest(name: str, known: Iterable[str], show: int = 8) -> str:
    """The known names, likest to `name` first; the tail of a long list is counted.

    Likest are names that hold every word of it, then those that share most letters in order.
    """
    short = str(name)[:100].lower()  # comparing takes time with the square of the length
    parts = [part for part in re.split(r"[\W_]+", short) if part]

    def distance(candidate: str) -> tuple[bool, float, str]:
        small = candidate.lower()
        holds = bool(parts) and all(part in small for part in parts)
        return not holds, -difflib.SequenceMatcher(None, small, short).ratio(), candidate

    ranked = sorted(set(known), key=distance)
    tail = f" and {len(ranked) - show} more" if len(ranked) > show else ""
    return ", ".join(map(shown, ranked[:show])) + tail if ranked else "none"

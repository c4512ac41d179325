"""Values and names as messages show them: on one line, not too long, with nothing that may deceive the eye."""

import bisect
import difflib
import re
import unicodedata
from collections.abc import Iterable, Sequence


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


def listed(parts: Sequence[str], last: str = "and") -> str:
    """`a, b and c`; `nobody` if there is none."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {last} {parts[-1]}" if parts else "nobody"


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

    matcher = difflib.SequenceMatcher(None, "", short)
    names, best = set(known), list[tuple[bool, float, str]]()
    for candidate in names:
        small = candidate.lower()
        holds = bool(parts) and all(part in small for part in parts)
        matcher.set_seq1(small)
        for likeness in (matcher.real_quick_ratio, matcher.quick_ratio, matcher.ratio):  # each at most the one before
            place = not holds, -likeness(), candidate
            if len(best) == show and place > best[-1]:
                break
        else:
            bisect.insort(best, place)
            del best[show:]
    tail = f" and {len(names) - show} more" if len(names) > show else ""
    return ", ".join(shown(candidate) for _, _, candidate in best) + tail if names else "none"

"""The words of `match=`, by which listings are shortened: each is sought as it is, and by its stem.

Two words have one stem if they begin alike and go on by endings of English alone: visas and visa, mobilise and
mobilisation, Lithuanian and Lithuania.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from sim.numerics.errors import UserError
from sim.numerics.messages import listed, shown

NEAR = 5
"""Most guesses at what was meant."""
_LIKE = 0.75
"""Least likeness of a guess, 0 to 1 (assumption: one slip in a word of five letters)."""
_MOST = 100
"""Letters of a word that are compared, and words that are."""
_ENDINGS = (
    *("", "s", "es", "e", "ed", "d", "ing", "er", "ers", "or", "ors", "y", "ies", "ied"),
    *("ion", "ions", "ation", "ations", "ition", "itions", "ment", "ments", "al", "als", "ive", "ure", "ures"),
    *("ent", "ents", "ant", "ants", "ity", "ness", "able", "n", "ns", "an", "ans", "ia", "ian", "ians", "ic"),
)
_OF_SHORT = ("", "s", "es", "e", "ed", "ing", "y", "ies", "ied")
"""Endings of words whose common beginning is of three letters."""
_SHORT = 3
_PEOPLE = {
    "polish": "poland",
    "pole": "poland",
    "poles": "poland",
    "uzbek": "uzbekistan",
    "emirati": "uae",
    "emirates": "uae",
}
"""Words for a country's people and things that do not begin as its name does."""


def asked(match: str | None) -> list[str]:
    """The words asked for, in small letters."""
    return [word for word in re.split(r"[\s,]+", _plain(match or "")) if word]


def has_all(text: str, words: Iterable[str]) -> bool:
    """Whether a text holds every word in any case: as it is, one of two letters as a word, or another of its stem."""
    plain = _plain(text)
    parts = frozenset(_parts(plain))
    return all(_has(plain, parts, word) for word in words)


def nothing(match: str | None, what: str, task: str, texts: Iterable[str]) -> UserError:
    """The mistake of words that nothing has: which of them, what words are near, or that they do not come together."""
    wanted, plain = list(dict.fromkeys(asked(match)))[:_MOST], [_plain(text) for text in texts]
    known = [(text, frozenset(_parts(text))) for text in plain]
    missing = [word for word in wanted if not any(_has(text, parts, word) for text, parts in known)]
    of_each = [f"'{shown(word)}'" for word in missing[:NEAR]]
    said = f"no {what} has {listed(of_each, 'or')}"
    if not missing:
        said = f"no {what} has all these words, though each is in some"
    vocabulary = sorted({part for _, parts in known for part in parts})
    near = dict.fromkeys(word for one in missing[:NEAR] for word in _near(one, vocabulary))
    hint = f"near words: {', '.join(list(near)[:NEAR])}; " if near else ""
    return UserError(f"match={shown(match)}: {said}; {hint}task={task} without match lists all")


def same_stem(one: str, other: str) -> bool:
    """Whether two words in small letters begin alike and go on by endings alone, a last consonant doubled or not."""
    one, other = (_PEOPLE.get(word, word).replace("iz", "is") for word in (one, other))
    common = 0
    while common < min(len(one), len(other)) and one[common] == other[common]:
        common += 1
    for length in range(common, _SHORT - 1, -1):
        endings = _OF_SHORT if length == _SHORT else _ENDINGS
        if all(_ending(word, length) in endings for word in (one, other)):
            return True
    return False


def _ending(word: str, length: int) -> str:
    """What follows so many letters; a doubled consonant before more is no part of it."""
    rest = word[length:]
    return rest[1:] if len(rest) > 1 and rest[0] == word[length - 1] and rest[0] not in "aeiouy" else rest


def _has(text: str, parts: frozenset[str], word: str) -> bool:
    if len(word) < _SHORT:
        return word in parts
    return word in text or any(same_stem(word, part) for part in parts if part[:2] == _PEOPLE.get(word, word)[:2])


def _near(word: str, vocabulary: Sequence[str]) -> list[str]:
    return get_close_matches(word[:_MOST], vocabulary, NEAR, _LIKE)


def _plain(text: str) -> str:
    """A text in small letters without accents, a hyphen for an underscore."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in apart if not unicodedata.combining(sign)).replace("_", "-")


def _parts(plain: str) -> list[str]:
    """The words of a text and of the names in it."""
    return re.findall(r"[^\W_]+", plain)

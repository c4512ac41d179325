"""YAML read strictly: no key twice, no anchors, aliases, merge keys or tags; errors are one line that says where.

A text becomes a `Document`: its content as plain values, the place of every key, and all faults that do not keep it
from being read further.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from sim.numerics.errors import CatalogueError
from sim.numerics.messages import shown
from sim.numerics.scalars import value_of

_SAFE = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
LARGEST = 1_000_000
"""Most characters of a file; the longest in `conf/` has 30 thousand."""
DEEPEST = 20
"""Most levels of a file; those in `conf/` have at most nine."""
MOST = 20
"""Most faults of a file that are told."""

_UNWRITABLE = re.compile(
    r"[^\t\n -\ud7ff\ue000-\U0010ffff]|[\x7f-\x9f]"
    r"|[\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
"""Control signs, invisible signs and halves of pairs: none is seen, some cannot be printed, all may deceive."""
_SPACES = re.compile("[\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]")
"""Spaces that are none to YAML: a word processor or a web page sets them."""
_NO_SPACE = re.compile(r"(?m)^\s*(?:- )?([A-Za-z_][\w.]*):(?=[^\s/])")
"""A key whose colon has no space after it."""

_PLAINLY = {
    "mapping values are not allowed": "a second ': ' on a line (put a text that holds ': ' in quotes), or an "
    "indentation that does not fit",
    "could not find expected ':'": "a key without ': ' after it",
    "did not find expected key": "an indentation that does not fit, or signs after a closing quote",
    "did not find expected '-' indicator": "an indentation that does not fit, or a list whose entry has no '- '",
    "found unexpected end of stream": "a quote is opened and not closed",
    "did not find expected ',' or ']'": "a '[' without its ']', or a comma left out",
    "did not find expected ',' or '}'": "a '{' without its '}', or a comma left out",
    "found character that cannot start any token": "a text that begins with such a sign stands in quotes",
    "block sequence entries are not allowed": "a list entry '- ' where none can stand",
}
"""What libyaml says, in the words of somebody who writes a file."""


class Place(NamedTuple):
    """Where a value stands: its line, how it is written (empty for a list or mapping), and the places inside it."""

    line: int
    written: str
    inside: dict[Any, "Place"]


class Document(NamedTuple):
    """The content of a YAML text, where everything stands, and what is wrong with it: line and message."""

    content: Any
    place: Place
    faults: tuple[tuple[int, str], ...]


def refuse(faults: Sequence[tuple[int, str]]) -> None:
    """Raise CatalogueError with the faults in order of their lines, if there are any."""
    ordered = [f"line {line}: {said}" if line else said for line, said in sorted(dict.fromkeys(faults))]
    if len(ordered) > MOST:
        ordered[MOST:] = [f"and {len(ordered) - MOST} more faults"]
    if ordered:
        raise CatalogueError(*ordered)


def source(path: Path) -> bytes:
    """The bytes of a file, no more of them than a file may have."""
    try:
        with path.open("rb") as file:
            return file.read(4 * LARGEST + 1)
    except OSError as error:
        raise CatalogueError(f"cannot be read: {error.strerror or error}") from None


@lru_cache(maxsize=1024)  # more files than `conf/` has: the worlds of a sweep are built from the same files
def document(content: bytes) -> Document:
    """The YAML of a file's bytes; nothing in it may be changed. Raises CatalogueError where it ends in the middle."""
    try:
        return composed(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise CatalogueError(f"line {line}: not UTF-8: {error.reason}; save the file as UTF-8") from None


def composed(text: str) -> Document:
    """The YAML of a text. Raises CatalogueError for what keeps the text from being read to its end."""
    if len(text) > LARGEST:
        raise CatalogueError(f"more than {LARGEST:,} characters")
    if not text.isascii():
        text = _SPACES.sub(" ", text)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if found := _UNWRITABLE.search(text):
        line = text.count("\n", 0, found.start()) + 1
        name = unicodedata.name(found[0], "").lower()
        said = f"'{shown(found[0])}'{f' ({name})' if name else ''} is a sign that cannot be printed; delete it"
        raise CatalogueError(f"line {line}: {said}")
    text = _without_tabs(text) if "\t" in text else text
    composer = _Composer()
    try:
        for event in yaml.parse(text, Loader=_SAFE):
            composer.take(event)
    except yaml.YAMLError as error:
        refuse([*composer.faults, _not_yaml(text, error)])
    except _Ended:
        pass
    return Document(composer.content, composer.place, tuple(composer.faults))


def _without_tabs(text: str) -> str:
    """The text with spaces for tabs between words; raises CatalogueError for the lines that are indented by tabs."""
    if not text.lstrip().startswith(("{", "[")):  # JSON is not read by its indentation
        lines = text.split("\n")
        refuse(
            [
                (number, "not YAML: a tab; YAML is indented by spaces")
                for number, line in enumerate(lines, 1)
                if "\t" in line[: len(line) - len(line.lstrip())] and line.strip() and line.strip()[0] != "#"
            ]
        )
    return text.replace("\t", " ")


def _not_yaml(text: str, error: yaml.YAMLError) -> tuple[int, str]:
    """Line and plain words of what keeps a text from being YAML."""
    problem = str(getattr(error, "problem", None) or error)
    mark, began = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    if began is not None and ("expected ':'" in problem or "end of stream" in problem or "',' or" in problem):
        mark = began
    line = mark.line + 1 if mark else 0
    said = next((plain for theirs, plain in _PLAINLY.items() if theirs in problem), shown(problem, 200))
    close = text.split("\n")[max(line - 2, 0) : line + 1]
    if missing := _NO_SPACE.search("\n".join(close)):
        said += f"; write a space after '{shown(missing[1])}:'"
    if re.search("[\u2018\u2019\u201c-\u201f]", "".join(close)):
        said += '; write straight quotes (") for curly ones'
    return line, f"not YAML: {said}"


class _Ended(Exception):
    """No more of a text is read."""


@dataclass
class _Open:
    """A list or mapping that is being read."""

    content: Any
    place: Place
    flow: bool
    key: Any = None
    keyed: bool = False  # a key has been read whose value comes next
    line: int = 0  # of that key


@dataclass
class _Composer:
    """Values and places from the events of a YAML text, without calling itself at every level."""

    content: Any = None
    place: Place = field(default_factory=lambda: Place(1, "", {}))
    faults: list[tuple[int, str]] = field(default_factory=list)
    open: list[_Open] = field(default_factory=list)
    documents: int = 0

    def take(self, event: yaml.Event) -> None:
        """Take the next event."""
        if isinstance(event, yaml.ScalarEvent):
            self._refuse_marks(event)
            self._add(self._scalar(event), Place(event.start_mark.line + 1, event.value, {}), event)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            line = event.start_mark.line + 1
            self._refuse_marks(event)
            if len(self.open) == DEEPEST:
                refuse([*self.faults, (line, f"more than {DEEPEST} levels")])
            content: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
            self.open.append(_Open(content, Place(line, "", {}), bool(event.flow_style)))
        elif isinstance(event, yaml.CollectionEndEvent):
            done = self.open.pop()
            self._add(done.content, done.place, None)
        elif isinstance(event, yaml.AliasEvent):
            self._refuse_marks(event)
            self._add(None, Place(event.start_mark.line + 1, "", {}), None)
        elif isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                self.faults.append((event.start_mark.line + 1, "not YAML: a second text after '---'; keep one a file"))
                raise _Ended

    def _refuse_marks(self, event: Any) -> None:
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent) or event.anchor:
            self.faults.append((line, "anchors and aliases are not allowed; write the value out"))
        if getattr(event, "tag", None):
            self.faults.append((line, f"tag '{shown(event.tag)}' is not allowed"))

    def _scalar(self, event: yaml.ScalarEvent) -> Any:
        if event.implicit[0]:
            return value_of(event.value)
        if _UNWRITABLE.search(event.value):
            said = f"'{shown(event.value)}' has a sign that cannot be printed"
            self.faults.append((event.start_mark.line + 1, said))
        return event.value

    def _add(self, value: Any, place: Place, scalar: yaml.ScalarEvent | None) -> None:
        if not self.open:
            self.content, self.place = value, place
            return
        inner = self.open[-1]
        if isinstance(inner.content, list):
            inner.place.inside[len(inner.content)] = place
            inner.content.append(value)
        elif not inner.keyed:
            inner.key, inner.keyed, inner.line = self._key(value, place, scalar), True, place.line
        else:
            inner.keyed = False
            self._put(inner, value, place)

    def _key(self, value: Any, place: Place, scalar: yaml.ScalarEvent | None) -> Any:
        """A key, if it can be one; None if not, which is told."""
        if scalar is None:
            self.faults.append((place.line, "a key that is a list or a mapping is not allowed"))
        elif scalar.implicit[0] and scalar.value == "<<":
            self.faults.append((place.line, "merge keys are not allowed; write the keys out"))
        elif isinstance(value, str | date):
            return value
        elif not (self.open[-1].flow and scalar.value.isdigit()):  # which may be the tail of a number
            said = f"key '{shown(scalar.value)}' is neither a name nor a date; quote it"
            self.faults.append((place.line, said))
        else:
            return value
        return None

    def _put(self, inner: _Open, value: Any, place: Place) -> None:
        if inner.key is None:
            return
        if not isinstance(inner.key, str | date):
            last = list(inner.place.inside.values())[-1:]
            whole = last[0].written if last and value is None else ""
            split = f"; write {whole}.{inner.key} for {whole},{inner.key}" if re.fullmatch("-?[0-9]+", whole) else ""
            said = f"key '{shown(inner.key)}' is neither a name nor a date{split or '; quote it'}"
            self.faults.append((inner.line, said))
        elif inner.key in inner.content:
            self.faults.append((inner.line, f"key '{shown(inner.key)}' is given twice"))
        else:
            inner.content[inner.key] = value
            inner.place.inside[inner.key] = Place(inner.line, place.written, place.inside)

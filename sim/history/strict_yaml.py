"""YAML read strictly: no key twice, no anchors, aliases, merge keys or tags; errors are one line that says where."""

import math
import pickle
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from sim.history.parameters import HistoryError, nearest, shown

_SAFE = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
LARGEST = 1_000_000
"""Most characters of a file; the longest in `conf/` has 30 thousand."""
DEEPEST = 20
"""Most levels of a file; those in `conf/` have at most nine. The reader calls itself at every level."""
_PLAIN = re.compile(r"[-+]?(0|[1-9][0-9_]{0,29})(\.[0-9_]*)?(e[-+]?[0-9]{1,3})?|[-+]?\.[0-9]+|[-+]?\.inf|\.nan", re.I)
"""A number as one reads it: `010` and `1:30` would be read as 8 and 90."""

_UNWRITABLE = re.compile(
    r"[^\t\n -\ud7ff\ue000-\U0010ffff]|[\x7f-\x9f]"
    r"|[\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
"""Control signs, halves of pairs, and signs that are not seen but change how the rest is read: direction, width."""


class CatalogueError(HistoryError):
    """A file of `conf/` that cannot be read: one line with the file, the key and the known choices."""


@contextmanager
def within(where: str) -> Iterator[None]:
    """An error inside is told with the place where it happened."""
    try:
        yield
    except HistoryError as error:
        raise CatalogueError(f"{where}: {error}") from None


class _StrictLoader(_SAFE):  # type: ignore[misc,valid-type]
    """Safe loader that refuses a key given twice, merge keys, keys that are neither names nor dates, odd numbers."""


def _mapping(loader: Any, node: yaml.MappingNode) -> dict[Any, Any]:
    mapping: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if key_node.tag == "tag:yaml.org,2002:merge":
            raise CatalogueError(f"line {line}: merge keys are not allowed; write the keys out")
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str | date):
            raise CatalogueError(f"line {line}: key '{shown(key)}' is neither a name nor a date; quote it")
        if key in mapping:
            raise CatalogueError(f"line {line}: key '{shown(key)}' is given twice")
        mapping[key] = loader.construct_object(value_node, deep=True)
    return mapping


def _scalar(kind: str, form: re.Pattern[str]) -> Callable[[Any, yaml.ScalarNode], Any]:
    """Constructor of a kind of scalar that refuses, with its line, what is not written plainly."""
    usual = getattr(_SAFE, f"construct_yaml_{kind}")

    def construct(loader: Any, node: yaml.ScalarNode) -> Any:
        try:
            value = usual(loader, node) if form.fullmatch(node.value) else None
        except ValueError:  # a date that the calendar does not have
            value = None
        if value is None or (value in (math.inf, -math.inf) and "inf" not in node.value.lower()):
            what = "a date of the calendar" if kind == "timestamp" else "a number written plainly"
            raise CatalogueError(f"line {node.start_mark.line + 1}: not YAML: '{shown(node.value)}' is not {what}")
        return value

    return construct


def _text(loader: Any, node: yaml.ScalarNode) -> str:
    text: str = node.value
    if _UNWRITABLE.search(text):
        raise CatalogueError(f"line {node.start_mark.line + 1}: '{shown(text)}' has a sign that cannot be printed")
    return text


_StrictLoader.add_constructor("tag:yaml.org,2002:map", _mapping)
_StrictLoader.add_constructor("tag:yaml.org,2002:str", _text)
for _kind, _form in (("int", _PLAIN), ("float", _PLAIN), ("timestamp", re.compile(".*"))):
    _StrictLoader.add_constructor(f"tag:yaml.org,2002:{_kind}", _scalar(_kind, _form))


def read(path: Path) -> Any:
    """The content of a YAML file in UTF-8; raises CatalogueError with the line, but not with the file."""
    try:
        with path.open("rb") as file:
            content = file.read(4 * LARGEST + 1)
        return parse(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise CatalogueError(f"line {line}: not UTF-8: {error.reason}") from None
    except OSError as error:
        raise CatalogueError(f"cannot be read: {error.strerror or error}") from None


def parse(text: str) -> Any:
    """The content of a YAML text; raises CatalogueError with the line."""
    return pickle.loads(_parsed(text))


@lru_cache(maxsize=1024)  # more texts than `conf/` has: the worlds of a sweep are built from the same files
def _parsed(text: str) -> bytes:
    """The content of a YAML text as bytes, so that nobody can change what others are given."""
    if len(text) > LARGEST:
        raise CatalogueError(f"more than {LARGEST:,} characters")
    if found := _UNWRITABLE.search(text.replace("\r\n", "\n")):
        line = text.count("\n", 0, found.start()) + 1
        raise CatalogueError(f"line {line}: '{shown(found[0])}' is a sign that cannot be printed")
    try:
        depth = 0
        for event in yaml.parse(text, Loader=_SAFE):
            line = event.start_mark.line + 1
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                raise CatalogueError(f"line {line}: anchors and aliases are not allowed; write the value out")
            if getattr(event, "tag", None):
                raise CatalogueError(f"line {line}: tag '{shown(event.tag)}' is not allowed")
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > DEEPEST:
                raise CatalogueError(f"line {line}: more than {DEEPEST} levels")
        return pickle.dumps(yaml.load(text, Loader=_StrictLoader))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}: " if mark else ""
        raise CatalogueError(f"{where}not YAML: {shown(getattr(error, 'problem', None) or error, 200)}") from None


def need_mapping(content: Any, key: str = "") -> dict[Any, Any]:
    """The content (of a key), if it is a mapping."""
    if not isinstance(content, dict):
        raise CatalogueError(f"'{shown(content)}' is not a mapping of names to values{_as(key)}")
    return content


def _as(key: str) -> str:
    return f", as '{key}' must be" if key else ""


def need_named(content: Any, key: str = "") -> dict[str, Any]:
    """The content (of a key), if it is a mapping in which every key is a name."""
    mapping = need_mapping(content, key)
    for name in mapping:
        if not isinstance(name, str) or not name.strip():
            raise CatalogueError(f"{key}{': ' if key else ''}key '{shown(name)}' is not a name; quote it")
    return mapping


def need_keys(content: Any, needed: Sequence[str], optional: Sequence[str] = (), of: str = "") -> dict[str, Any]:
    """The content (of a key), if it is a mapping with every needed key and no unknown one."""
    mapping = need_mapping(content, of)
    for key in mapping:
        if key not in needed and key not in optional:
            raise CatalogueError(f"unknown key '{shown(key)}'; known: {nearest(str(key), [*needed, *optional], 20)}")
    for key in needed:
        if key not in mapping:
            raise CatalogueError(f"key '{key}' is missing")
    return mapping


def need_name(content: Any, known: Mapping[str, int] | Sequence[str]) -> str:
    """The content, if it is one of the known names."""
    if not isinstance(content, str) or content not in known:
        raise CatalogueError(f"unknown '{shown(content)}'; known: {nearest(str(content), known, 20)}")
    return content


def need_names(content: Any, known: Mapping[str, int] | Sequence[str]) -> tuple[str, ...]:
    """The content, if it is a list of known names, none twice."""
    if not isinstance(content, list):
        raise CatalogueError(f"'{shown(content)}' is not a list")
    for name in content:
        need_name(name, known)
        if content.count(name) > 1:
            raise CatalogueError(f"'{name}' is given twice")
    return tuple(content)


def need_text(record: Mapping[str, Any], key: str) -> str:
    """The content of a key, if it is a text that is not empty, on one line."""
    content = record[key]
    if not isinstance(content, str) or not content.strip():
        raise CatalogueError(f"'{shown(content)}' is not a text{_as(key)}")
    return " ".join(content.split())


def need_flag(record: Mapping[str, Any], key: str) -> bool:
    """The content of a key, if it is true or false."""
    if not isinstance(record[key], bool):
        raise CatalogueError(f"'{shown(record[key])}' is not true or false{_as(key)}")
    return bool(record[key])

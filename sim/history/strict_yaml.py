"""Files of `conf/` as their readers ask for them: in a place that is told, of a kind, with the keys that are needed.

How a YAML text is read stands in `sim.numerics.strict_yaml`, which reads the codes too.
"""

import copy
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sim.numerics.errors import CatalogueError, HistoryError
from sim.numerics.messages import nearest, shown
from sim.numerics.strict_yaml import Document, composed, document, refuse, source


@contextmanager
def within(where: str) -> Iterator[None]:
    """Every fault inside is told with the place where it happened."""
    try:
        yield
    except HistoryError as error:
        raise CatalogueError(*(f"{where}: {one}" for one in error.faults)) from None


def read(path: Path) -> Any:
    """The content of a YAML file in UTF-8; raises CatalogueError with the lines, but not with the file."""
    return _plain(document(source(path)))


def parse(text: str) -> Any:
    """The content of a YAML text; raises CatalogueError with the lines."""
    return _plain(composed(text))


def _plain(found: Document) -> Any:
    refuse(found.faults)
    return copy.deepcopy(found.content)  # nobody can change what others are given


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

"""YAML read strictly: no key twice, no anchors, aliases, merge keys or tags; errors are one line that says where."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

import yaml

from sim.history.parameters import HistoryError, nearest

_SAFE = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


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
    """Safe loader that refuses a key given twice, merge keys, and keys that are neither names nor dates."""


def _mapping(loader: Any, node: yaml.MappingNode) -> dict[Any, Any]:
    mapping: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if key_node.tag == "tag:yaml.org,2002:merge":
            raise CatalogueError(f"line {line}: merge keys are not allowed; write the keys out")
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str | date):
            raise CatalogueError(f"line {line}: key '{key}' is neither a name nor a date; quote it")
        if key in mapping:
            raise CatalogueError(f"line {line}: key '{key}' is given twice")
        mapping[key] = loader.construct_object(value_node, deep=True)
    return mapping


_StrictLoader.add_constructor("tag:yaml.org,2002:map", _mapping)


def parse(text: str) -> Any:
    """The content of a YAML text; raises CatalogueError with the line."""
    try:
        for event in yaml.parse(text, Loader=_SAFE):
            line = event.start_mark.line + 1
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                raise CatalogueError(f"line {line}: anchors and aliases are not allowed; write the value out")
            if getattr(event, "tag", None):
                raise CatalogueError(f"line {line}: tag '{event.tag}' is not allowed")
        return yaml.load(text, Loader=_StrictLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}: " if mark else ""
        raise CatalogueError(f"{where}not YAML: {getattr(error, 'problem', error)}") from None
    except ValueError as error:  # a date that the calendar does not have
        raise CatalogueError(f"not YAML: {error}") from None


def need_mapping(content: Any) -> dict[Any, Any]:
    """The content, if it is a mapping."""
    if not isinstance(content, dict):
        raise CatalogueError(f"'{content}' is not a mapping of names to values")
    return content


def need_keys(content: Any, needed: Sequence[str], optional: Sequence[str] = ()) -> dict[str, Any]:
    """The content, if it is a mapping with every needed key and no unknown one."""
    mapping = need_mapping(content)
    for key in mapping:
        if key not in needed and key not in optional:
            raise CatalogueError(f"unknown key '{key}'; known: {nearest(str(key), [*needed, *optional], 20)}")
    for key in needed:
        if key not in mapping:
            raise CatalogueError(f"key '{key}' is missing")
    return mapping


def need_name(content: Any, known: Mapping[str, int] | Sequence[str]) -> str:
    """The content, if it is one of the known names."""
    if not isinstance(content, str) or content not in known:
        raise CatalogueError(f"unknown '{content}'; known: {nearest(str(content), known, 20)}")
    return content


def need_names(content: Any, known: Mapping[str, int] | Sequence[str]) -> tuple[str, ...]:
    """The content, if it is a list of known names, none twice."""
    if not isinstance(content, list):
        raise CatalogueError(f"'{content}' is not a list")
    for name in content:
        need_name(name, known)
        if content.count(name) > 1:
            raise CatalogueError(f"'{name}' is given twice")
    return tuple(content)


def need_text(content: Any) -> str:
    """The content, if it is a text that is not empty, on one line."""
    if not isinstance(content, str) or not content.strip():
        raise CatalogueError(f"'{content}' is not a text")
    return " ".join(content.split())


def need_flag(content: Any) -> bool:
    """The content, if it is true or false."""
    if not isinstance(content, bool):
        raise CatalogueError(f"'{content}' is not true or false")
    return content

"""The file of codes as it is written, judged: compiled rules would take a wrong number for another."""

from collections.abc import Iterator
from typing import Any

import yaml

from sim.numerics.errors import UserError
from sim.numerics.locations import CODES

SLOTS = ("slots", "channel_slots")
TABLES = (
    *("places", "world_regions", "channels", "instruments", "groups", "ages", "statuses", "modes", "sexes", "regions"),
    *("localities", "educations", "politics", "war_views", "officers", "exposures", "sectors", "conscriptions"),
    *("plans", "leads", "motives"),
    *("events", "reasons"),
)
LARGEST = 254
"""Largest code: a column of codes is a byte."""
RESERVED = {"places": {"belarus": 0}, "channels": {"none": 0}}
"""Tables of which the file holds one code; the others stand in files of their own."""


_NAME = "tag:yaml.org,2002:str"


def written_codes() -> dict[str, Any]:
    """Numbers of slots, and codes by table and name. Raises UserError with every fault of the file, by line."""
    try:
        text = CODES.read_text(encoding="utf-8")
        root = yaml.compose(text, yaml.SafeLoader)
        tables = yaml.safe_load(text)
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise UserError(f"{CODES.name}: {' '.join(str(error).split())}") from error
    if not isinstance(root, yaml.MappingNode):
        raise UserError(f"{CODES.name} holds no tables; known: {', '.join((*SLOTS, *TABLES))}")
    faults = [f"{CODES.name}: table '{name}' is missing" for name in (*SLOTS, *TABLES) if name not in tables]
    faults += [f"{CODES.name}: line {line}: {fault}" for line, fault in [*_twice(root), *_faults(root, tables)]]
    if faults:
        raise UserError(*faults)
    return dict(tables)


def _twice(node: yaml.MappingNode) -> Iterator[tuple[int, str]]:
    seen = set()
    for key, value in node.value:
        if key.value in seen:
            yield _line(key), f"'{key.value}' is given twice"
        seen.add(key.value)
        if isinstance(value, yaml.MappingNode):
            yield from _twice(value)


def _faults(root: yaml.MappingNode, tables: dict[str, Any]) -> Iterator[tuple[int, str]]:
    for key, node in root.value:
        table = tables.get(key.value)
        if key.value in SLOTS:
            if type(table) is not int or not 1 <= table <= LARGEST:
                yield _line(key), f"{key.value}: {table!r} is not a whole number from 1 to {LARGEST}"
        elif key.value not in TABLES:
            yield _line(key), f"unknown table '{key.value}'; known: {', '.join((*SLOTS, *TABLES))}"
        elif not isinstance(table, dict) or not table:
            yield _line(key), f"{key.value} is not a table of names and codes"
        else:
            if key.value in RESERVED and table != RESERVED[key.value]:
                yield _line(key), f"{key.value} holds {RESERVED[key.value]} alone; the others stand in their own files"
            named: dict[int, str] = {}
            for name, _ in node.value:
                if name.tag != _NAME:
                    yield _line(name), f"{key.value}: {name.value} is not a name"
                    continue
                code = table[name.value]
                if type(code) is not int or not 0 <= code <= LARGEST:
                    yield _line(name), f"{key.value}: {name.value}: {code!r} is not a whole number from 0 to {LARGEST}"
                elif named.setdefault(code, name.value) != name.value:
                    yield _line(name), f"{key.value}: {name.value}: {code} is the code of {named[code]}"


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1

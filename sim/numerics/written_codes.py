"""The file of codes as it is written, judged: compiled rules would take a wrong number for another."""

from collections.abc import Iterator
from typing import Any

from sim.numerics.errors import CatalogueError, UserError
from sim.numerics.locations import CODES
from sim.numerics.strict_yaml import Document, document, refuse, source

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


def written_codes() -> dict[str, Any]:
    """Numbers of slots, and codes by table and name. Raises UserError with every fault of the file, by line."""
    try:
        found = document(source(CODES))
        refuse([*found.faults, *_faults(found)])
    except CatalogueError as error:
        raise UserError(*(f"{CODES.name}: {fault}" for fault in error.faults)) from None
    return dict(found.content)


def _faults(found: Document) -> Iterator[tuple[int, str]]:
    tables = found.content
    if not isinstance(tables, dict):
        yield 0, f"holds no tables; known: {', '.join((*SLOTS, *TABLES))}"
        return
    yield from ((0, f"table '{name}' is missing") for name in (*SLOTS, *TABLES) if name not in tables)
    for key, table in tables.items():
        place = found.place.inside[key]
        if key in SLOTS:
            if type(table) is not int or not 1 <= table <= LARGEST:
                yield place.line, f"{key}: {table!r} is not a whole number from 1 to {LARGEST}"
        elif key not in TABLES:
            yield place.line, f"unknown table '{key}'; known: {', '.join((*SLOTS, *TABLES))}"
        elif not isinstance(table, dict) or not table:
            yield place.line, f"{key} is not a table of names and codes"
        else:
            if key in RESERVED and table != RESERVED[key]:
                yield place.line, f"{key} holds {RESERVED[key]} alone; the others stand in their own files"
            named: dict[int, str] = {}
            for name, code in table.items():
                line = place.inside[name].line
                if not isinstance(name, str):
                    yield line, f"{key}: {name} is not a name"
                elif type(code) is not int or not 0 <= code <= LARGEST:
                    yield line, f"{key}: {name}: {code!r} is not a whole number from 0 to {LARGEST}"
                elif named.setdefault(code, name) != name:
                    yield line, f"{key}: {name}: {code} is the code of {named[code]}"

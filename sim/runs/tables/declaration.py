"""What a declared table is: its columns with type, unit and meaning, and what is checked against them."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property

import pyarrow as pa

TEXT, WHOLE, REAL = pa.string(), pa.int64(), pa.float64()
SHORT, KEY, TRUTH, TIME = pa.int32(), pa.uint64(), pa.bool_(), pa.timestamp("s")
KINDS = {
    **dict.fromkeys((WHOLE, SHORT), "whole"), TEXT: "text", REAL: "real", KEY: "key", TRUTH: "truth", TIME: "time",
}  # fmt: skip
"""Types in words."""
CSV, PARQUET = "csv", "parquet"


@dataclass(frozen=True)
class Column:
    """A column; `labels` names the list that its texts are of (see `labels`), `viewed` its name in views."""

    name: str
    kind: pa.DataType
    meaning: str
    unit: str = ""
    labels: str = ""
    null: bool = False
    viewed: str = ""

    @property
    def view(self) -> str:
        """Its name where tables of many worlds stand together."""
        return self.viewed or self.name


@dataclass(frozen=True)
class Table:
    """A table: what a row tells, the columns that name a row, and those of its values."""

    name: str
    row: str
    keys: tuple[Column, ...]
    values: tuple[Column, ...]
    form: str = CSV
    viewed: str | None = None
    """Its name in SQL where that is another; empty for a table that is no view."""
    digits: int = 6
    """Digits to which numbers are written as text."""
    maybe_empty: bool = False
    more: str = ""
    """Columns that it may have besides, in words; empty for none."""

    @property
    def view(self) -> str:
        """Its name in SQL; empty for a table that is no view."""
        return self.name if self.viewed is None else self.viewed

    @property
    def file(self) -> str:
        """Name of its file."""
        return f"{self.name}.{self.form}"

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """Its columns, in order."""
        return (*self.keys, *self.values)

    @cached_property
    def names(self) -> list[str]:
        """Names of its columns, in order."""
        return [column.name for column in self.columns]

    def checked(self, found: pa.Schema) -> None:
        """Raise ValueError, which names table and columns, if what is to be written differs from the declaration."""
        known = [name for name in found.names if name in self.names]
        if known != self.names or (len(found.names) > len(known) and not self.more):
            raise ValueError(f"{self.file} has the columns {', '.join(found.names)}, not {', '.join(self.names)}")
        wrong = [
            f"'{column.name}' holds {found.field(column.name).type}, not {column.kind}"
            for column in self.columns
            if not fits(found.field(column.name).type, column.kind)
        ]
        if wrong:
            raise ValueError(f"{self.file}: {'; '.join(wrong)}")


def fits(found: pa.DataType, wanted: pa.DataType) -> bool:
    """Whether what a file holds can be read as what is declared: text as text, whole numbers as whole."""
    kind = found.value_type if pa.types.is_dictionary(found) else found
    if pa.types.is_null(kind):
        return True
    if wanted == TEXT:
        return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))
    if pa.types.is_integer(wanted):
        return bool(pa.types.is_integer(kind))
    if pa.types.is_floating(wanted):
        return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))
    return bool(kind == wanted)


@cache
def labels(of: str) -> tuple[str, ...]:
    """The texts of a list, in order of their codes."""
    from sim.model import hazards
    from sim.model.processes import muster
    from sim.model.recording import by_group, recorder, residents  # load numba, which nobody needs to read tables
    from sim.numerics import codes
    from sim.numerics.codes import EVENT
    from sim.runs.run import DECISIONS, MOVES

    bands = {"residents": residents.BANDS, "employed": codes.SECTOR_NAMES, "without_work": ("",)}
    names = {code: name for name, code in EVENT.items()}
    lists: dict[str, Iterable[str]] = {
        "places": codes.PLACE_NAMES,
        "channels": codes.CHANNEL_NAMES,
        "statuses": codes.STATUS_NAMES,
        "reasons": codes.REASON_NAMES,
        "harms": recorder.HARMS,
        "expected_harms": hazards.EXPECTED,
        "called": muster.CALLED,
        "moves": (names[code] for code in sorted(MOVES)),
        "decisions": (names[code] for code in sorted(DECISIONS)),
        "measures": by_group.MEASURES,
        "dimensions": dict.fromkeys(dimension for dimension, _ in by_group.labels()),
        "groups": dict.fromkeys(name for _, name in by_group.labels()),
        "settled": bands,
        **bands,
        "settled_groups": (name for part in bands.values() for name in part),
        "totals": ("prisoners", "blocked", "residents_of_class"),
    }
    return tuple(lists[of])


def named(*tables: Table) -> dict[str, Table]:
    """Tables by name."""
    return {table.name: table for table in tables}

"""The schema of a person: every column, its type, unit, meaning and range.

A row is a person. Traits never change after synthesis and may be shared between runs; a state is written
only by the processes it names. Months are 16-bit numbers counted from January 2019, shares of one are
bytes, sets are bit masks. Besides the 8-byte key a person takes at most 128 bytes.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.numerics.codes import N_CHANNELS, N_PLACES, N_STATUSES
from sim.numerics.months import LIMIT_MONTH

MAX_BYTES = 128
"""Most bytes a person may take besides the key (design contract: 9.4 million people under 3 GB)."""


@dataclass(frozen=True)
class Column:
    """One attribute of a person: `written_by` is empty for a trait, else the processes that write it."""

    name: str
    dtype: str
    unit: str
    meaning: str
    low: float
    high: float
    written_by: tuple[str, ...] = ()

    @property
    def is_trait(self) -> bool:
        """True if the column never changes after synthesis."""
        return not self.written_by


NOBODY = 255
"""`member` and `behind` of who is not yet born, never will be, or is dead."""
_LIVES = ("ageing",)
_MOVES = ("ageing", "visit", "depart", "move_on", "pendular")
_M = (-32768, 32767)
_PLACE, _CHANNEL = (0, N_PLACES - 1), (0, N_CHANNELS - 1)

SCHEMA: tuple[Column, ...] = (
    # identity and unit
    Column("key", "u8", "identity", "identity of the person; storage order has no meaning", 0, 2**64 - 1),
    Column("circle", "i4", "circle", "circle of about 100 people of whole households", 0, 2**31 - 1),
    Column("reach", "u1", "rows", "rows after this one in which people of its unit may stand", 0, 254),
    Column("mother", "u1", "rows", "rows back to the mother, of who may be born after 2018, else 0", 0, 254),
    Column(
        "member",
        "u1",
        "position",
        "in the unit: 0 head, 1 partner, 2 and on minors, 255 for who is in none",
        0,
        255,
        _LIVES,
    ),
    Column("behind", "u1", "rows", "rows behind the head of the unit, 255 for who is in none", 0, 255, _LIVES),
    Column("unit_size", "u1", "persons", "head's row: people in the decision unit", 0, 255, _LIVES),
    # who
    Column("birth", "i2", "month", "month of birth", -1500, LIMIT_MONTH),
    Column("sex", "u1", "code", "sex", 0, 1),
    Column("region", "u1", "code", "oblast or Minsk city of registration; 'abroad' for the settled diaspora", 0, 7),
    Column("locality", "u1", "code", "urban or rural", 0, 1),
    Column("education", "u1", "code", "higher education or less", 0, 1, _LIVES),
    Column("politics", "u1", "code", "segment of September 2020: opponent of the protest, observer, protest", 0, 2),
    Column("exposure", "u1", "code", "what exposes to repression: protest, strike, media, NGO, word on the war", 0, 5),
    Column("war_view", "u1", "code", "of Belarus in the war: against, for the use of its territory, for joining", 0, 2),
    Column("officer", "u1", "code", "officer of the army or of the interior ministry", 0, 2),
    Column("ancestry", "u1", "flag", "holds a Polish card", 0, 1),
    Column("kin", "u1", "place", "destination where close family or friends live, 0 if nowhere", *_PLACE),
    Column("ties", "u1", "1/255", "ties that hold: caring, health, property", 0, 255),
    Column("frailty", "u1", "grid", "fixed readiness to leave: index of a standard normal's 256 equal slices", 0, 255),
    Column(
        "employer", "u2", "number", "IT firm, newsroom or NGO that may move or be closed, 0 for any other", 0, 65535
    ),
    Column("elsewhere", "u1", "flag", "lives away from the registered address", 0, 1),
    # means
    Column("sector", "u1", "code", "sector of work, or student, retired, child, none", 0, 10, ("ageing", "repress")),
    Column("income", "f4", "EUR/month", "net personal income in Belarus, 2019 prices", 0, 1e6, _LIVES),
    Column(
        "savings",
        "f4",
        "EUR",
        "liquid savings, at home those of `saved_at`",
        0,
        1e12,
        ("ageing", "depart", "settle", "move_on", "pendular"),
    ),
    Column(
        "saved_at",
        "i2",
        "month",
        "month of `savings`; -32768: as is usual at home",
        *_M,
        ("depart", "move_on", "pendular"),
    ),
    # where and by what right
    Column("place", "u1", "code", "country of residence", *_PLACE, _MOVES),
    Column(
        "mode",
        "u1",
        "code",
        "home, pendular (away for a time), settled, or nowhere: not yet born or dead",
        0,
        3,
        _MOVES,
    ),
    Column("status", "u1", "code", "right by which the person stays", 0, N_STATUSES - 1, (*_MOVES, "settle")),
    Column(
        "channel",
        "u1",
        "code",
        "channel of entry into the present place, or by which one stays since",
        *_CHANNEL,
        ("ageing", "depart", "move_on", "settle", "pendular"),
    ),
    Column("since", "i2", "month", "month of arrival in the present place", *_M, _MOVES),
    Column(
        "left",
        "i2",
        "month",
        "month of the last leaving of Belarus to live abroad, or of birth abroad; -32768: none",
        *_M,
        ("ageing", "depart", "move_on", "pendular"),
    ),
    Column("expiry", "i2", "month", "last month of the present status", *_M, (*_MOVES, "settle")),
    Column("visa", "i2", "month", "last month of a Schengen C visa in hand", *_M, ("visit",)),
    Column(
        "passport",
        "i2",
        "month",
        "last month of the passport",
        *_M,
        ("ageing", "depart", "settle", "move_on", "pendular"),
    ),
    Column("job", "u1", "flag", "has work abroad", 0, 1, ("ageing", "depart", "settle", "move_on", "pendular")),
    Column(
        "lead",
        "u1",
        "code",
        "head's row: whether the head goes ahead of the family",
        0,
        2,
        ("ageing", "choose", "apply", "depart", "move_on", "pendular"),
    ),
    # repression and conscription
    Column("detained", "i2", "month", "month of the last political detention", *_M, ("repress", "move_on")),
    Column("exit_ban", "i2", "month", "last month of a ban on leaving Belarus", *_M, ("repress", "conscript")),
    Column("held", "i2", "month", "last month in custody", *_M, ("repress", "move_on")),
    Column("trial", "i2", "month", "month of the trial for a political offence", *_M, ("repress",)),
    Column("conscription", "u1", "code", "standing towards military service", 0, 7, ("conscript",)),
    Column("serves_until", "i2", "month", "last month of service", *_M, ("conscript",)),
    # the plan of a unit, kept on its head's row
    Column("plan", "u1", "code", "none, queued, processing or granted", 0, 3, ("ageing", "choose", "apply", "depart")),
    Column("plan_place", "u1", "code", "destination of the plan", *_PLACE, ("ageing", "choose")),
    Column("plan_channel", "u1", "code", "channel of the plan", *_CHANNEL, ("ageing", "choose")),
    Column("applied", "i2", "month", "month of application", *_M, ("ageing", "choose")),
    Column(
        "due",
        "i2",
        "month",
        "decision on the application; without a plan, first month of a new one",
        *_M,
        ("ageing", "choose", "apply"),
    ),
    Column(
        "aspires",
        "i2",
        "month",
        "last month in which the unit wished to leave and could not",
        *_M,
        ("ageing", "choose"),
    ),
)
"""Every column of a person, in storage order."""

BY_NAME = {column.name: column for column in SCHEMA}
TRAITS = tuple(column.name for column in SCHEMA if column.is_trait)
STATES = tuple(column.name for column in SCHEMA if not column.is_trait)


def _record(names: tuple[str, ...]) -> np.dtype[np.void]:
    """A record of these attributes, the widest first, so that each lies at a multiple of its size without gaps.

    What is missing to a multiple of the widest is a field of its own, always zero: numpy does not copy gaps, and the
    same people must be the same bytes.
    """
    ordered = sorted(names, key=lambda name: -np.dtype(BY_NAME[name].dtype).itemsize)
    fields: list[Any] = [(name, BY_NAME[name].dtype) for name in ordered]
    spare = np.dtype(fields, align=True).itemsize - np.dtype(fields).itemsize
    return np.dtype([*fields, ("spare", "u1", (spare,))] if spare else fields, align=True)


TRAITS_RECORD, STATES_RECORD = _record(TRAITS), _record(STATES)


class Columns(NamedTuple):
    """The people: two tables of one length, a record a person. Every attribute is an array: `people.birth`."""

    traits: NDArray[np.void]  # TRAITS_RECORD [n], shared by all runs
    states: NDArray[np.void]  # STATES_RECORD [n], a run's own

    def __getattr__(self, name: str) -> NDArray[Any]:
        """An attribute of everybody, an array that shares its memory with the table."""
        column = BY_NAME.get(name)
        if column is None:
            raise AttributeError(f"people have no attribute '{name}'")
        return (self.traits if column.is_trait else self.states)[name]


def bytes_per_person() -> int:
    """Bytes of one person besides the key."""
    return TRAITS_RECORD.itemsize + STATES_RECORD.itemsize - np.dtype(BY_NAME["key"].dtype).itemsize


def empty(n: int) -> Columns:
    """Columns of `n` people, all zero."""
    return Columns(np.zeros(n, TRAITS_RECORD), np.zeros(n, STATES_RECORD))


def copy_states(people: Columns) -> Columns:
    """The same people ready for another run: traits shared, states copied."""
    return Columns(people.traits, copied(people.states))


def copied(records: NDArray[np.void]) -> NDArray[np.void]:
    """A copy of a table of records, byte by byte; numpy's own goes field by field and takes thirty times as long."""
    return records.view(np.uint8).copy().view(records.dtype)


def out_of_range(people: Columns) -> list[str]:
    """Names of columns that hold a value outside the declared range."""
    bad = []
    for column in SCHEMA:
        values: NDArray[Any] = getattr(people, column.name)
        if len(values) and (values.min() < column.low or values.max() > column.high):
            bad.append(column.name)
    return bad


def schema_table() -> str:
    """The schema as a Markdown table, for the documentation."""
    lines = ["| column | type | unit | meaning | written by |", "| --- | --- | --- | --- | --- |"]
    for column in SCHEMA:
        writer = ", ".join(column.written_by) or "trait"
        lines.append(f"| {column.name} | {column.dtype} | {column.unit} | {column.meaning} | {writer} |")
    return "\n".join(lines)

"""What can be asked in SQL: every point, every comparison, and their tables."""

from dataclasses import replace

from sim.runs.tables.columns import LAMBDA, text
from sim.runs.tables.comparisons import OF_COMPARISONS
from sim.runs.tables.declaration import KINDS, REAL, TIME, TRUTH, WHOLE, Column, Table
from sim.runs.tables.points import OF_POINTS

_NAME = text("fingerprint", "digits of all that decides its numbers")
_SCENARIO, _BASELINE = text("scenario", "name of the scenario"), text("baseline", "scenario that it is compared with")
_RUN = (
    text("decision", "rule of decision", null=True),
    replace(LAMBDA, null=True),
    text("freeze", "feedbacks held at the baseline's path, by commas"),
    text("coefficients", "coefficients that are not the usual, as JSON: coefficients ->> 'peers'"),
    Column("one_in", WHOLE, "one circle of people in so many is simulated", null=True),
    Column("seed", WHOLE, "seed of the luck", null=True),
    text("until", "last month", null=True),
    text("course", "course of the drivers after the last known month, if it goes beyond", null=True),
)
_MADE = (
    text("commit", "commit of the program", null=True),
    Column("uncommitted_changes", TRUTH, "whether the program differed from it", null=True),
    Column("time", TIME, "when it was written, UTC", null=True),
    Column("cpu_seconds", REAL, "what it cost", "s", null=True),
    Column("megabytes", REAL, "size of its files", "MB"),
    text("folder", "name of its folder"),
)
_NEEDED = tuple(replace(column, null=column.name in ("lambda", "course")) for column in _RUN)
_REPLICATES = Column("replicates", WHOLE, "number of replicates")
OF_A_POINT = (
    *(_NAME, _SCENARIO),
    replace(_BASELINE, meaning="scenario at whose path feedbacks are held", null=True),
    *_NEEDED,
)
"""What makes a point what it is; stands in front of each of its tables in the library."""
OF_A_COMPARISON = (_NAME, _SCENARIO, _BASELINE, *(one for one in _RUN if one.name not in ("lambda", "coefficients")))
"""What stands in front of each table of a comparison; lambda is a column of the tables."""

POINTS = Table("points", "a scenario at one setting, with all its replicates", OF_A_POINT, (_REPLICATES, *_MADE))
COMPARISONS = Table(
    "comparisons",
    "a comparison of two scenarios",
    OF_A_COMPARISON,
    (
        *(one for one in _RUN if one.name in ("lambda", "coefficients")),
        text("focus", "destination whose rules the scenario changes", null=True),
        replace(_REPLICATES, null=True),
        *_MADE,
    ),
)
DAMAGED = Table(
    "damaged",
    "a folder that is left out",
    (text("folder", "name of the folder"),),
    (text("fault", "what is wrong with it"),),
)
COLUMNS = Table(
    "columns",
    "a column of a view",
    (text("view", "name of the view"), text("name", "name of the column")),
    (text("type", "its type"), text("unit", "its unit"), text("meaning", "what it holds")),
)


VIEWS: dict[str, tuple[Table, tuple[Column, ...]]] = {
    "points": (POINTS, ()),
    **{table.view: (table, OF_A_POINT) for table in OF_POINTS.values() if table.view},
    "comparisons": (COMPARISONS, ()),
    **{table.view: (table, OF_A_COMPARISON) for table in OF_COMPARISONS.values() if table.view},
    "damaged": (DAMAGED, ()),
    "columns": (COLUMNS, ()),
}
"""Every view by its name in SQL, in the order in which they are told: its table, and the columns in front of it."""


def columns_of(view: str) -> dict[str, Column]:
    """The declared columns of a view by name, those in front first."""
    table, front = VIEWS[view]
    own = [one for one in table.columns if one.view not in {column.name for column in front}]
    return {column.name: column for column in front} | {column.view: column for column in own}


def described() -> list[dict[str, str]]:
    """A row a column of a view: this declaration as a table."""
    return [
        {"view": view, "name": name, "type": KINDS[one.kind], "unit": one.unit, "meaning": one.meaning}
        for view in VIEWS
        for name, one in columns_of(view).items()
    ]

"""The declaration as a page: `docs/tables.md`, written by `python -m sim.runs.tables.page`."""

from collections.abc import Iterable
from pathlib import Path

from sim.runs.tables.comparisons import OF_COMPARISONS, OF_OTHERS
from sim.runs.tables.declaration import KINDS, Column, Table, labels
from sim.runs.tables.fits import OF_FITS
from sim.runs.tables.lives import OF_LIVES
from sim.runs.tables.points import OF_POINTS, OF_WORLDS
from sim.runs.tables.validation import OF_VALIDATION
from sim.runs.tables.views import COLUMNS, COMPARISONS, DAMAGED, OF_A_COMPARISON, OF_A_POINT, POINTS, VIEWS

PAGE = Path(__file__).parents[3] / "docs" / "tables.md"
PARTS = (
    ("A point", "`points/<scenario>-<fingerprint>/`: all that its runs leave (`docs/sweeps.md`).", OF_POINTS),
    ("A world in a comparison", "`compare/<...>/<world>/`: its points at every lambda, without the people.", OF_WORLDS),
    ("A comparison", "`compare/<scenario>-<fingerprint>/` (`docs/comparison.md`).", OF_COMPARISONS),
    ("Studies, surveys, reasons", "A study has the tables of its comparisons in one besides.", OF_OTHERS),
    ("A life", "`explain/<key>-<fingerprint>/`.", OF_LIVES),
    ("Validation and predictions", "`validate/<...>/` and `predict/<...>/` (`docs/scorecard.md`).", OF_VALIDATION),
    ("A fit", "`calibrate/<...>/tables/` (`docs/calibration.md`).", OF_FITS),
)
VIEWED = [table for table, _ in VIEWS.values()]
HEAD = """# Tables of results

Made from the declaration in `sim/runs/tables`, which writers, readers and views of SQL are made from too;
`python -m sim.runs.tables.page` writes it anew. `task=results results.show=columns` tells the columns of the views.
Columns that name a row stand first, in bold. A text in italics names the list of its labels (the end of the page).
Numbers of persons are those of the whole country, not of the sample.
"""


def page() -> str:
    """The page as Markdown."""
    parts = [HEAD]
    for title, where, tables in PARTS:
        parts.append(f"## {title}\n\n{where}\n")
        parts += [_table(table) for table in tables.values()]
    parts.append("## The library\n\nViews of SQL that are no files.\n")
    for table in (POINTS, COMPARISONS, DAMAGED, COLUMNS):
        parts.append(_table(table))
    fronts = (("a point", OF_A_POINT), ("a comparison", OF_A_COMPARISON))
    parts += [f"In front of a view of {what} stand {_names(front)}.\n" for what, front in fronts]
    parts.append("## Labels\n")
    every = [*OF_POINTS.values(), *OF_WORLDS.values(), *OF_COMPARISONS.values(), *OF_OTHERS.values(),
             *OF_LIVES.values(), *OF_VALIDATION.values()]  # fmt: skip
    lists = dict.fromkeys(column.labels for table in every for column in table.columns if column.labels)
    parts += [f"- *{name}*: {', '.join(label or '(empty)' for label in labels(name))}" for name in lists]
    return "\n".join(parts) + "\n"


def _names(columns: Iterable[Column]) -> str:
    return ", ".join(f"`{column.name}`" for column in columns)


def _table(table: Table) -> str:
    is_file = table not in (POINTS, COMPARISONS, DAMAGED, COLUMNS)
    title = f"`{table.file}`" if is_file else f"`{table.name}`"
    view = "" if not is_file else f" View `{table.view}`." if table in VIEWED else " No view."
    empty = " It may have no rows." if table.maybe_empty else ""
    more = f" Besides: {table.more}." if table.more else ""
    lines = [f"### {title}\n\nA row: {table.row}.{view}{empty}{more}\n"]
    lines += ["| column | type | unit | meaning |", "| --- | --- | --- | --- |"]
    for column in table.columns:
        name = f"**{column.name}**" if column in table.keys else column.name
        viewed = f"; in the view `{column.view}`" if column.viewed and table.view else ""
        kind = f"*{column.labels}*" if column.labels else KINDS[column.kind]
        lines.append(f"| {name} | {kind} | {column.unit} | {column.meaning}{viewed} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")

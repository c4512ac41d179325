"""Rows as plain text: numbers to the right, no wider than the terminal, no longer than a screen or two."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sim.runs.tables.views import VIEWS

UNITS = ("persons", "agents", "EUR")
MOST_ROWS = 40
"""Rows printed; the rest is counted."""
WIDEST = 36
"""Letters of a text that a terminal shows."""
SHORT = {"commit": 12}
"""Columns of which a terminal shows fewer."""
COUNTED = {column.view for table, _ in VIEWS.values() for column in table.columns if column.unit in UNITS} | {
    *("baseline", "scenario", "difference", "estimate", "low", "high")  # of two points, and of effects
}
"""Columns of people and of money, whose thousands are set apart."""
BETWEEN = "  "


def listing(
    columns: Sequence[str], rows: Sequence[Sequence[Any]], width: int | None = None, known: Collection[str] = ()
) -> tuple[list[str], list[str]]:
    """Lines of a table, and notes on what it leaves out.

    Columns that do not fit into `width` signs (None: all fit) are left out from the right and named in the notes.
    Those of `known` that hold the same in all rows are told once, in a note, if there are two rows or more.
    """
    notes = []
    same = [
        i for i, name in enumerate(columns) if name in known and len(rows) > 1 and _is_same([row[i] for row in rows])
    ]
    if said := [f"{columns[i]}={cell(rows[0][i], columns[i])}" for i in same if rows[0][i] not in (None, "", "{}")]:
        notes.append(f"in all rows shown: {', '.join(said)}")
    shown = [i for i in range(len(columns)) if i not in same]
    written = {i: [cell(row[i], columns[i], WIDEST if width else None) for row in rows] for i in shown}
    widths = {i: max(len(columns[i]), *map(len, written[i]), 0) for i in shown}
    if width is not None:
        kept = [i for n, i in enumerate(shown) if n == 0 or sum(widths[j] + 2 for j in shown[: n + 1]) - 2 <= width]
        if left := [columns[i] for i in shown if i not in kept]:
            notes.append(f"too wide for the terminal: {', '.join(left)}")
        shown = kept
    right = {i for i in shown if any(type(row[i]) in (int, float) for row in rows)}

    def line(texts: dict[int, str]) -> str:
        found = [texts[i].rjust(widths[i]) if i in right else texts[i].ljust(widths[i]) for i in shown]
        return BETWEEN.join(found).rstrip()[:width]

    lines = [line(dict(enumerate(columns)))]
    lines += [line({i: written[i][number] for i in shown}) for number in range(len(rows))]
    return lines, notes


def cell(value: Any, column: str = "", most: int | None = None) -> str:
    """A value as a reader wants it: on one line, numbers not more exact than anybody needs, nothing for null."""
    if value is None or value != value:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}" if column in COUNTED else str(value)
    if isinstance(value, float):
        if column in COUNTED:
            return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.4g}"
        return f"{value:.1f}" if abs(value) >= 100 else f"{value:.4g}"
    text = f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else str(value)
    most = SHORT.get(column, most) if most is not None else None
    text = "".join(sign if sign.isprintable() else "?" for sign in text)
    return text if most is None or len(text) <= most else f"{text[: most - 3]}..."


def _is_same(values: Sequence[Any]) -> bool:
    return all(value == values[0] for value in values)

"""Figures as tables: readable on a screen, and Markdown at once."""

from collections.abc import Sequence
from dataclasses import dataclass

Cell = str | int | float


@dataclass(frozen=True)
class Table:
    """A title, column heads, rows as wide as the heads, and notes below; the first column is text."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = ()

    def text(self) -> str:
        """The table as aligned Markdown. Raises ValueError if a row is not as wide as the heads."""
        lines = [f"## {self.title}", ""]
        if self.rows:
            lines += [*self._grid(), ""]
        lines += [f"- {note}" for note in self.notes]
        return "\n".join(lines).rstrip() + "\n"

    def _grid(self) -> list[str]:
        if any(len(row) != len(self.heads) for row in self.rows):
            raise ValueError(f"a row of '{self.title}' is not as wide as its heads")
        cells = [[cell.replace("|", "/") for cell in row] for row in (self.heads, *self.rows)]
        widths = [max(3, *(len(row[i]) for row in cells)) for i in range(len(self.heads))]
        rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
        shown = [
            [cell.ljust(width) if i == 0 else cell.rjust(width) for i, (cell, width) in enumerate(zip(row, widths))]  # noqa: B905
            for row in cells
        ]
        return [f"| {' | '.join(row)} |" for row in (shown[0], rule, *shown[1:])]

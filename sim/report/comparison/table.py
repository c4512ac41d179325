"""The answer as plain text for the console."""

import textwrap
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from sim.report import words
from sim.report.comparison import all_numbers, answer, doubts, variance
from sim.report.results import Results, heading, wording
from sim.report.told import Told

WIDTH = 96
"""Columns of the console that the text keeps to."""
TITLES = ("", "in force", "scenario", "persons", "90% interval")


def aligned(rows: Iterable[Sequence[str]], left: Collection[int] = (0,)) -> list[str]:
    """Lines of a table, the first column or those of these numbers to the left, the rest to the right."""
    rows = list(rows)
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(
            cell.ljust(width) if column in left else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def summary_text(folder: str | Path) -> str:
    """The comparison in plain text: sentence, table, other lambdas, and what the numbers are not.

    Raises FileNotFoundError or ValueError naming the file of the folder that is missing or wrong.
    """
    results = Results(folder)
    told = Told(results)
    parts = all_numbers.blocks(told)
    other = all_numbers.beside(results)
    rows: list[Sequence[str]] = [(*TITLES, *(f"λ={lambda_:g}" for lambda_ in other))]
    for block in parts:
        rows.append((block.heading, *[""] * (len(rows[0]) - 1)))
        rows += [
            (
                f"{'    ' if row.deep else '  '}{row.label}",
                row.before,
                row.after,
                row.persons,
                row.interval,
                *row.beside,
            )
            for row in block.rows
        ]
    table = aligned(rows)
    rule = "\u2500" * max(map(len, table))
    worlds = f"{heading(results.scenario)} against {wording(results.baseline)}"
    said = [*answer.sentences(told), doubts.doubt(told), doubts.deflected(told)]
    text = [
        f"{worlds}, {told.span}: conditional scenario, not a forecast",
        "",
        *(line for one in said for line in textwrap.wrap(one, WIDTH)),
        "",
        table[0],
        rule,
        *table[1:],
        rule,
        "",
        *textwrap.wrap(words.rule(results), WIDTH),
        *textwrap.wrap(variance.sentence(results), WIDTH),
        *textwrap.wrap(" ".join(results.standing.values()), WIDTH),
    ]
    return "\n".join(text) + "\n"

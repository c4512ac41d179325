"""The summary of a comparison: the first page and its tables as a few blocks, written as Markdown."""

from sim.report import style, words
from sim.report.blocks import Block, items, table
from sim.report.comparison import all_numbers, doubts, tested
from sim.report.comparison.first_page import HEADINGS, first_page
from sim.report.results import Results
from sim.report.told import Told

BULLET = "\u2013 "
"""Before a part of the line above."""


def first(told: Told) -> list[Block]:
    """The first page: question, rules, the answer, what would change it."""
    page = first_page(told)
    return [
        Block("h1", page.title),
        Block("p", f"{words.capital(style.STAMP)}."),
        Block("p", page.question),
        Block("h2", HEADINGS[0]),
        items(page.changes),
        Block("h2", HEADINGS[1]),
        items(page.sentences),
        *([Block("p", page.sure)] if page.sure else []),
        Block("h2", HEADINGS[2]),
        Block("p", page.doubt),
        Block("p", doubts.deflected(told)),
        Block("note", " ".join(told.results.standing.values())),
    ]


def tables(told: Told) -> list[Block]:
    """The table of the answer, a block a heading, and the command that repeats it."""
    results = told.results
    said = [*fitted(results), Block("h2", "All numbers")]
    for block in all_numbers.blocks(told):
        head = (block.heading, "in force", "scenario", "change or persons", "90% interval", "how sure")
        rows = [
            (f"{BULLET if row.deep else ''}{row.label}", row.before, row.after, row.persons, row.interval, row.sure)
            for row in block.rows
        ]
        said.append(table([head, *rows]))
    said += [
        Block("p", words.rule(results)),
        *(Block("p", line) for line in results.fact("assumed")),
        Block("h2", "Reproduce it"),
        Block("p", str(results.fact("command"))),
    ]
    return said


def fitted(results: Results) -> list[Block]:
    """How the parameters were fitted and tested, misses first."""
    shown = tested.section(results)
    bounds: list[tuple[str, ...]] = [
        (one["name"], one["value"] or "not known", one["must"], one["aim"], one["verdict"])
        for one in shown["thresholds"]
    ]
    misses: list[tuple[str, ...]] = [
        (f"{one['what']}, {one['place']}, {one['period']}", one["observed"], one["simulated"], one["error"])
        for one in shown["misses"]
    ]
    parts: list[tuple[tuple[str, ...], list[tuple[str, ...]]]] = [
        (("set before the fit", "came out", "must", "aim", "verdict"), bounds),
        (("largest misses", "observed", "simulated", "error, tolerances"), misses),
        (("diagnostics of the fit", "came out"), shown["diagnostics"]),
    ]
    said = [Block("h2", "Fit and validation"), Block("p", shown["says"])]
    return said + [table([head, *rows]) for head, rows in parts if rows]


def blocks(told: Told) -> list[Block]:
    """The whole summary."""
    return [*first(told), *tables(told)]

"""Pages made of a few kinds of blocks, as Markdown and as HTML: headings, paragraphs, lists and tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import jinja2

from sim.report import style

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Block:
    """A heading (`h1` to `h3`), paragraph (`p`, or `note` for a warning), list (`ul`), `table` or `figure`.

    The text of a figure is its caption.
    """

    kind: str
    text: str = ""
    rows: tuple[tuple[str, ...], ...] = ()
    """Of a table the first is its head; of a list each has one item; of a figure one: name, SVG, link to data."""


def table(rows: Sequence[Sequence[str]]) -> Block:
    """A table; the first row is its head."""
    return Block("table", rows=tuple(tuple(row) for row in rows))


def items(lines: Sequence[str]) -> Block:
    """A list of lines."""
    return Block("ul", rows=tuple((line,) for line in lines))


def markdown(blocks: Sequence[Block]) -> str:
    """The page as Markdown that reads well as plain text: columns of tables are aligned."""
    parts = []
    for block in blocks:
        if block.kind in ("h1", "h2", "h3"):
            parts.append(f"{'#' * int(block.kind[1])} {block.text}")
        elif block.kind == "note":
            parts.append(f"> {block.text}")
        elif block.kind == "figure":
            parts.append(f"![{block.text}](figures/{block.rows[0][0]}.svg)")
        elif block.kind == "ul":
            parts.append("\n".join(f"- {line}" for (line,) in block.rows))
        elif block.kind == "table":
            parts.append(_grid(block.rows))
        else:
            parts.append(block.text)
    return "\n\n".join(parts) + "\n"


def _grid(rows: Sequence[Sequence[str]]) -> str:
    rows = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    widths = [max(3, *(len(row[i]) for row in rows)) for i in range(len(rows[0]))]

    def line(row: Sequence[str]) -> str:
        cells = [
            cell.ljust(w) if i == 0 else cell.rjust(w) for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        ]
        return f"| {' | '.join(cells)} |"

    ruler = [("-" * w if i == 0 else "-" * (w - 1) + ":") for i, w in enumerate(widths)]
    return "\n".join([line(rows[0]), line(ruler), *map(line, rows[1:])])


def html(title: str, blocks: Sequence[Block]) -> str:
    """The page as one HTML file in the style of the reports; every text is escaped."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE), autoescape=True, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["inline"] = style.inline
    css = (HERE / "report.css").read_text(encoding="utf-8")
    return environment.get_template("blocks.html.j2").render(title=title, blocks=blocks, css=css, stamp=style.STAMP)

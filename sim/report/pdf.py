"""Blocks and pictures as a PDF of A4 sheets, by fpdf2 (the extra `pdf`): no browser, no library of the system."""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sim.report.blocks import Block
from sim.runs.extras import need

SIZES = {"h1": 18, "h2": 12, "h3": 10, "p": 9.5, "note": 9.5}
"""Points by kind of block."""
DATE = datetime(2019, 1, 1, tzinfo=UTC)
"""Written as the day of making: that of the clock's first month, so that bytes repeat."""
WIDTH, MARGIN = 120, 16
"""Width of a picture and of the margin, millimetres."""


def document(pages: Sequence[Sequence[Block]], pictures: Sequence[tuple[Path, str]]) -> bytes:
    """A PDF: each sequence of blocks begins a sheet; a picture, with its caption, ends the first and the rest follow.

    Raises UserError if fpdf2 is not installed.
    """
    need("a PDF", "pdf", {"fpdf": "fpdf2"})
    import matplotlib
    from fpdf import FPDF

    logging.getLogger("fontTools").setLevel(logging.WARNING)  # it tells of every table of a font
    sheet = FPDF(format="A4")
    fonts = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    for style, name in (("", "DejaVuSans"), ("B", "DejaVuSans-Bold")):
        sheet.add_font("DejaVu", style, fonts / f"{name}.ttf")
    sheet.set_creation_date(DATE)
    sheet.set_margin(MARGIN)
    sheet.set_auto_page_break(True, MARGIN)
    for number, blocks in enumerate(pages):
        sheet.add_page()
        for block in blocks:
            _block(sheet, block)
        if number == 0:
            for picture in pictures[:1]:
                _picture(sheet, *picture)
    for picture in pictures[1:]:
        _picture(sheet, *picture)
    return bytes(sheet.output())


def _block(sheet: Any, block: Block) -> None:
    """One block: text, list or table."""
    if block.kind == "table":
        sheet.set_font("DejaVu", "", 7)
        widths = (40, *([60 // (len(block.rows[0]) - 1)] * (len(block.rows[0]) - 1)))
        align = ("LEFT", *(["RIGHT"] * (len(block.rows[0]) - 1)))
        with sheet.table(rows=block.rows, col_widths=widths, text_align=align, line_height=4, borders_layout="MINIMAL"):
            pass
        sheet.ln(3)
        return
    lines = [f"\u2022 {line}" for (line,) in block.rows] if block.kind == "ul" else [block.text]
    size = SIZES.get(block.kind, SIZES["p"])
    sheet.set_font("DejaVu", "B" if block.kind in ("h1", "h2", "h3", "note") else "", size)
    for line in lines:
        sheet.multi_cell(0, size * 0.5, line, new_x="LMARGIN", new_y="NEXT")
    sheet.ln(1.5)


def _picture(sheet: Any, path: Path, caption: str) -> None:
    """A picture with its caption, kept together on one sheet."""
    from PIL import Image

    with Image.open(path) as image:
        height = WIDTH * image.height / image.width
    if sheet.get_y() + height + 14 > sheet.h - MARGIN:
        sheet.add_page()
    sheet.image(str(path), w=WIDTH, alt_text=caption)
    sheet.set_font("DejaVu", "", 7)
    sheet.multi_cell(0, 3.6, caption, new_x="LMARGIN", new_y="NEXT")
    sheet.ln(3)

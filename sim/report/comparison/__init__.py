"""The report of a comparison: one HTML file that stands alone, and a table for the console."""

from pathlib import Path


def build(folder: str | Path) -> Path:
    """Draw the figures of a result folder and write its `report.html`, which needs no other file and no network.

    Raises FileNotFoundError or ValueError naming the file of the folder that is missing or wrong.
    """
    from sim.report.comparison.page import build as write  # jinja2 and matplotlib are loaded only when a report is made

    return write(folder)

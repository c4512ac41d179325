"""Every table of results, declared once: what a row is, and the name, type, unit and meaning of its columns.

Writers and readers check against it (`sim.runs.parquet`, `sim.report.results`), the views of SQL are made from it
(`sim.runs.query`), and so is `docs/tables.md`.
"""

from sim.runs.tables.comparisons import DENSE, OF_COMPARISONS, OF_OTHERS, YARDSTICK
from sim.runs.tables.declaration import Column, Table, labels
from sim.runs.tables.fits import OF_FITS
from sim.runs.tables.lives import OF_LIVES
from sim.runs.tables.points import OF_POINTS, OF_WORLDS
from sim.runs.tables.validation import OF_VALIDATION

__all__ = [
    "DENSE",
    "OF_COMPARISONS",
    "OF_FITS",
    "OF_LIVES",
    "OF_OTHERS",
    "OF_POINTS",
    "OF_VALIDATION",
    "OF_WORLDS",
    "YARDSTICK",
    "Column",
    "Table",
    "labels",
]

"""The report of a comparison: one HTML file that stands alone, a summary, a PDF, and a table for the console."""

from pathlib import Path

PAGE = "report.html"
"""Name of the report in the folder of a comparison."""


def build(folder: str | Path) -> Path:
    """Draw the figures of a result folder and write its `report.html`, which needs no other file and no network.

    Raises FileNotFoundError or ValueError naming the file of the folder that is missing or wrong.
    """
    from sim.report.comparison.page import build as write  # jinja2 and matplotlib are loaded only when a report is made

    return write(folder)


def build_pdf(folder: str | Path) -> Path:
    """Write the summary and the figures of a report that is built as `report.pdf`.

    Raises UserError if fpdf2 is not installed, FileNotFoundError naming a figure that is missing.
    """
    from sim.report import pdf
    from sim.report.comparison import figures, summary
    from sim.report.results import Results
    from sim.report.told import Told
    from sim.runs import seals

    results = Results(folder)
    modules = figures.drawable(results)
    order = ["substitution", *(name for name in modules if name != "substitution")]
    pictures = [(results.path(f"figures/{name}.png"), modules[name].caption(results)) for name in order]
    told = Told(results)
    content = pdf.document([summary.first(told), summary.tables(told)], pictures)
    path = figures.replaced(results.folder / "report.pdf", content)
    seals.renew(results.folder)
    return path

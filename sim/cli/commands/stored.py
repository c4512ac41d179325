"""`task=figures` and `task=report`: a comparison that is stored, drawn anew; nothing is simulated."""

from dataclasses import replace
from pathlib import Path

from sim.history import naming
from sim.numerics.errors import UserError
from sim.report import comparison
from sim.report.comparison import figures as drawn
from sim.runs.settings import Settings, fingerprint


def compared(settings: Settings) -> Path:
    """The folder of the comparison that the settings mean; UserError if it is not there, with what makes it."""
    asked = replace(settings, task="compare")
    name = f"{naming.folder(settings.scenario)}-{fingerprint(asked)[:8]}"
    folder = Path(settings.results_dir) / "compare" / name
    if not folder.is_dir():
        raise UserError(f"no comparison {folder}: the same command line without task={settings.task} makes it")
    return folder


def figures(settings: Settings) -> Path:
    """Draw every figure of a stored comparison: SVG, PNG and the data behind; returns their folder."""
    for path in drawn.draw_all(compared(settings)):
        print(path)
    return compared(settings) / "figures"


def report(settings: Settings) -> Path:
    """Write the report of a stored comparison as HTML, Markdown and PDF; returns its folder."""
    folder = compared(settings)
    comparison.build(folder)
    print(comparison.build_pdf(folder))
    return folder

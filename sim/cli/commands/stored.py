"""`task=figures` and `task=report`: what is stored, drawn anew; nothing is simulated."""

import hashlib
from dataclasses import replace
from pathlib import Path

from sim.history import naming
from sim.history.history import History
from sim.numerics.errors import UserError
from sim.report import comparison
from sim.report.comparison import figures as drawn
from sim.runs.ensemble import Ensemble
from sim.runs.settings import Settings, fingerprint


def compared(settings: Settings) -> Path:
    """The folder of the comparison that the settings mean; UserError if it is not there, with what makes it."""
    folder = _folder(settings)
    if not folder.is_dir():
        raise UserError(f"no comparison {folder}: the same command line without task={settings.task} makes it")
    return folder


def place(settings: Settings, baseline: History, scenario: History) -> Path:
    """Where a comparison of two histories lies: by its settings and by the rules of both.

    So a policy that was edited and has its old name takes no earlier comparison away.
    """
    asked = f"{fingerprint(replace(settings, task='compare'))} {worlds(baseline, scenario)}"
    mark = hashlib.sha256(asked.encode()).hexdigest()[:8]
    return Path(settings.results_dir) / "compare" / f"{naming.folder(settings.scenario)}-{mark}"


def worlds(baseline: History, scenario: History) -> str:
    """Sixteen hexadecimal digits that are the same for two histories with the same parameters, policies and course."""
    return hashlib.sha256("\n".join(map(repr, (baseline, scenario))).encode()).hexdigest()[:16]


def _folder(settings: Settings) -> Path:
    ensemble = Ensemble(settings)
    return place(settings, ensemble.history(settings.baseline), ensemble.history(settings.scenario))


def beside(settings: Settings) -> list[Path]:
    """Folders of the survey and of the lives that the same command line has left, in order of name."""
    found: list[Path] = []
    for task in ("survey", "explain"):
        ours = fingerprint(replace(settings, task=task))[:8]
        found += sorted((Path(settings.results_dir) / task).glob(f"*-{ours}"))
    return [folder for folder in found if folder.is_dir()]


def figures(settings: Settings) -> Path:
    """Draw every figure of the stored comparison, survey and lives: SVG, PNG and the data behind; returns a folder.

    Raises UserError if the same command line has left none of these.
    """
    others = beside(settings)
    folders = [] if others and not _folder(settings).is_dir() else [compared(settings)]
    for folder in [*folders, *others]:
        for path in drawn.draw_all(folder):
            print(path)
    return [*folders, *others][0] / "figures"


def report(settings: Settings) -> Path:
    """Write the report of a stored comparison as HTML, Markdown and PDF; returns its folder."""
    folder = compared(settings)
    comparison.build(folder)
    print(comparison.build_pdf(folder))
    return folder

"""The page of a study: many scenarios and parameters against one baseline, drawn from the files of its comparisons."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sim.analysis.experiment import Experiment


def build(
    experiment: Experiment, comparisons: Sequence[Path], folder: Path, failed: Sequence[str] = ()
) -> dict[str, Any]:
    """Write tables, figures and `report.html` of a study into an existing folder; returns its part of the manifest.

    `comparisons` are result folders of `task=compare`, one a scenario and parameter point, in any order; `failed` are
    lines about points that have none, which stand at the top of the page. Reads nothing but those folders.

    Raises FileNotFoundError or ValueError naming the file that is missing or wrong, the comparison that does not
    belong to the study or is there twice, or the figure that nobody knows.
    """
    from sim.report.study.page import build as write  # jinja2 and matplotlib are loaded only when a page is made

    return write(experiment, comparisons, folder, failed)

"""The end of a study: one page and one set of tables from the comparisons that its jobs left."""

import hashlib
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from sim.analysis.experiment import Experiment
from sim.cli.outcome import FAILURE, Outcome
from sim.report import study
from sim.runs import seals
from sim.runs.files import provenance, write_folder
from sim.runs.progress import FAILED, Entry


def close(experiment: Experiment, results_dir: str, entries: Sequence[Entry]) -> Outcome:
    """Make the page of a study from what its jobs left; jobs that failed stand at its top.

    The folder `studies/NAME-FINGERPRINT` of the results; its fingerprint is that of the comparisons in it.
    """
    began = time.process_time()
    comparisons = [Path(entry.left) for entry in entries if entry.left]
    failed = [f"{' '.join(entry.asked)}: {entry.said}" for entry in entries if entry.state == FAILED]
    if not comparisons:
        return Outcome(FAILURE, f"no comparison of the study {experiment.name} is there")
    mark = hashlib.sha256("\n".join(sorted(path.name for path in comparisons)).encode()).hexdigest()[:8]
    folder = Path(results_dir) / "studies" / f"{experiment.name}-{mark}"
    with write_folder(folder) as partial:
        about = study.build(experiment, comparisons, partial, failed)
        seals.write(partial, {**about, **provenance(time.process_time() - began)}, folder.name)
    return Outcome(said=verdicts(about["verdicts"]), left=str(folder))


WORDS = {"refuted": "refuted", "undecided": "cannot tell", "not tested": "not tested", "holds": "held"}
"""Verdicts on an expected part as they are printed; of those at several points the first is that of the whole."""


def verdicts(found: Sequence[Mapping[str, str]]) -> str:
    """A line an expected part: held, refuted or undecided, and how many of its points say so."""
    parts: dict[str, list[str]] = {}
    for one in found:
        parts.setdefault(one["says"], []).append(one["verdict"])
    lines = []
    for says, judged in parts.items():
        whole = next(verdict for verdict in WORDS if verdict in judged)
        count = f" ({judged.count(whole)} of {len(judged)} points)" if len(judged) > 1 else ""
        lines.append(f"  {WORDS[whole]:<{max(map(len, WORDS.values()))}}  {says}{count}\n")
    return "".join(["\nWhat was expected, judged on 90% intervals:\n", *lines, "\n"]) if lines else ""

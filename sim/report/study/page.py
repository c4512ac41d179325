"""The page of a study: tables, figures and template put into one file, and the study's part of the manifest."""

import shlex
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from sim.analysis import standing
from sim.analysis.closed_form import PRIOR_90
from sim.analysis.experiment import Experiment
from sim.report import style, yardstick
from sim.report.comparison import page as report
from sim.report.comparison.figures import write_each
from sim.report.results import heading
from sim.report.study import certainty, departures_by_group, figures, gathered, said, structure
from sim.report.study.comparisons import Study, plain, point_words, value_words
from sim.report.study.expected import Verdict, verdicts, wanted
from sim.report.verdicts import FEW
from sim.runs import disclosure
from sim.runs.files import file_digest

HERE = Path(__file__).parent
SECTIONS = ("answer", "lambda", "harms", "who", "feedbacks")
"""Places of the page where figures stand."""
OPEN = 6
"""Comparisons up to which long tables stand open."""


def build(
    experiment: Experiment, comparisons: Sequence[Path], folder: Path, failed: Sequence[str] = ()
) -> dict[str, Any]:
    """Write tables, figures and the page into a folder; returns the study's part of the manifest."""
    study = Study(experiment, comparisons, failed)
    modules = {name: figures.figure(name) for name in experiment.figures or figures.names()}
    found = verdicts(study)
    why = {
        name: module.absent(study) if study.comparisons else "no comparison is there"
        for name, module in modules.items()
    }
    drawn = {name: module for name, module in modules.items() if not why[name]}
    written = gathered.write(study, found, folder)
    context = said_of(study, found)
    written += write_each(drawn, study, folder / "figures")
    context["figures"] = pictures(study, drawn, folder)
    context["absent"] = [(modules[name].TITLE, reason) for name, reason in why.items() if reason]
    written.append(report.write(folder, report.render(context, "study.html.j2", HERE)))
    return manifest(study, found, folder, written)


def pictures(study: Study, drawn: dict[str, ModuleType], folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Figures by section, each as inline SVG with title and caption."""
    sections: dict[str, list[dict[str, str]]] = {section: [] for section in SECTIONS}
    for name, module in drawn.items():
        svg = (folder / "figures" / f"{name}.svg").read_text(encoding="utf-8")
        sections[module.SECTION].append(report.picture(name, module, study, svg))
    return sections


def said_of(study: Study, found: Sequence[Verdict]) -> dict[str, Any]:
    """Everything the template names besides the figures."""
    experiment = study.experiment
    first = study.comparisons[0].results if study.comparisons else None
    css = (report.SHARED / "report.css").read_text(encoding="utf-8")
    return {
        "css": css + (HERE / "study.css").read_text(encoding="utf-8"),
        "stamp": style.STAMP,
        "title": heading(experiment.name),
        "assumed": list(dict.fromkeys(line for one in study.comparisons for line in one.results.fact("assumed"))),
        "standings": standings(study),
        "drawn": any(one.results.is_drawn for one in study.comparisons),
        "structure": structure.rows(study, structure.table(study)),
        "experiment": experiment,
        "baseline": heading(experiment.baseline),
        "failed": study.failed,
        "missing": study.missing,
        "there": len(study.comparisons),
        "planned": len(study.comparisons) + len(study.missing),
        "open": len(study.comparisons) <= OPEN,
        "expectations": said.expectations(found),
        "columns": [words for _, words, _ in said.columns(study)],
        "table": said.table(study),
        "by_lambda": said.by_lambda(study),
        "rules": said.rules(study),
        "few": FEW,
        "minimum": disclosure.MINIMUM,
        "prior_90": PRIOR_90,
        "scenarios": scenarios(study),
        "groups": departures_by_group.tables(study),
        "replicates": certainty.replicates(study),
        "stops": certainty.stops(study),
        "observed": certainty.observed(study),
        "patterns": yardstick.TASK,
        "command": command(experiment),
        "settings": [(key, value_words(value)) for key, value in experiment.settings.items()],
        "swept": [(key, "; ".join(map(value_words, values))) for key, values in experiment.parameters.items()],
        "facts": facts(study),
        "versions": report.flat(first.fact("versions")) if first else [],
        "sources": sources(study),
        "undivided": undivided(study),
    }


def standings(study: Study) -> list[dict[str, str]]:
    """How far the numbers of the comparisons may be trusted, each sentence once."""
    found = [one.results.standing for one in study.comparisons]
    found = found or [{"title": standing.title({}), "sentence": standing.sentence({})}]
    return list({one["sentence"]: one for one in found}.values())


def command(experiment: Experiment) -> str:
    """The command that repeats the study."""
    return f"python -m sim {shlex.quote(f'experiment={experiment.name}')}"


def scenarios(study: Study) -> list[dict[str, Any]]:
    """What each scenario changes, as its first comparison recorded it."""
    found: dict[str, dict[str, Any]] = {}
    for one in study.comparisons:
        if one.scenario not in found:
            adds = [line for line in one.optional_text("adds.txt").splitlines() if line.strip()]
            description = str(one.results.manifest.get("description", ""))
            found[one.scenario] = {"title": one.title, "description": description, "adds": adds}
    return list(found.values())


def facts(study: Study) -> list[tuple[str, str]]:
    """Commits, fingerprints and seeds, and whether all comparisons come from one program and one set of inputs."""
    manifests = [one.results.manifest for one in study.comparisons]
    lines = []
    for name in ("commit", "seeds"):
        values = list(dict.fromkeys(str(manifest[name]).strip("[]") for manifest in manifests if name in manifest))
        lines.append((name, values[0] if len(values) == 1 else f"several: {'; '.join(values)}" if values else ""))
    for name, words in (("versions", "versions"), ("sha256", "inputs (sha256)")):
        if len({repr(plain(manifest.get(name))) for manifest in manifests}) > 1:
            lines.append((words, "differ between comparisons, which can then hardly be compared"))
    return [line for line in lines if line[1]]


def sources(study: Study) -> list[tuple[str, str]]:
    """Sources that all comparisons share, then those of each scenario besides; a source is a line."""
    lines = {one.title: one.optional_text("sources.txt").splitlines() for one in study.comparisons}
    shared = [line for line in next(iter(lines.values()), []) if all(line in other for other in lines.values())]
    kept = set(shared)
    parts = {"Sources of every comparison": shared}
    parts |= {f"{title}, besides": [line for line in own if line not in kept] for title, own in lines.items()}
    return [(title, "\n".join(part)) for title, part in parts.items() if part]


def undivided(study: Study) -> list[str]:
    """Scenarios whose effect was to be split over feedbacks, and is in no comparison."""
    split = {one.scenario for one in study.comparisons if one.optional("decomposition") is not None}
    return [heading(name) for name in study.experiment.decompose if name not in split]


def manifest(study: Study, found: Sequence[Verdict], folder: Path, written: Sequence[Path]) -> dict[str, Any]:
    """The study's part of a manifest, as plain values: question, comparisons, verdicts, files and digests."""
    experiment = study.experiment
    return {
        "kind": "experiment",
        "experiment": experiment.name,
        "question": experiment.question,
        "expectation": experiment.expectation,
        "refuted_by": experiment.refuted_by,
        "baseline": experiment.baseline,
        "scenarios": list(experiment.scenarios),
        "parameters": {key: [plain(value) for value in values] for key, values in experiment.parameters.items()},
        "settings": {key: plain(value) for key, value in experiment.settings.items()},
        "replicates": experiment.replicates,
        "comparisons": [
            {
                "scenario": one.scenario,
                "parameters": {key: plain(value) for key, value in one.parameters.items()},
                "folder": one.results.folder.name,
                "fingerprint": one.results.manifest.get("fingerprint"),
                "replicates": one.results.replicates,
                "enough": one.results.manifest.get("enough"),
            }
            for one in study.comparisons
        ],
        "failed": list(study.failed),
        "missing": [text.replace("\u00a0", " ") for text in study.missing],
        "verdicts": [
            {
                "says": one.expected.says,
                "scenario": one.expected.scenario,
                "point": point_words(one.comparison.parameters if one.comparison else one.expected.where).replace(
                    "\u00a0", " "
                ),
                "wanted": wanted(one.expected).replace("\u2212", "-"),
                "verdict": one.verdict,
            }
            for one in found
        ],
        "files": {path.relative_to(folder).as_posix(): file_digest(path) for path in sorted(written)},
    }

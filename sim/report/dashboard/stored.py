"""Comparisons that runs have left in the results folder: found by name, never by a path that somebody gives."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.history import naming

COMPARISONS = "compare"


@dataclass(frozen=True)
class Stored:
    """A comparison in the results folder; `name` is that of its folder, which a link may carry."""

    name: str
    scenario: str
    baseline: str
    until: str
    one_in: int
    replicates: int
    seed: int
    time: str
    command: str
    has_report: bool

    @property
    def title(self) -> str:
        """The comparison in one line."""
        against = "" if self.baseline == naming.HISTORICAL else f" against {naming.words(self.baseline)}"
        return (
            f"{naming.words(self.scenario)}{against}, to {self.until}, one in {self.one_in:,}, "
            f"{self.replicates} replicates ({self.time[:16].replace('T', ' ')})"
        )


def stored(results_dir: str | Path) -> list[Stored]:
    """Every whole comparison of a results folder, the newest first; of equal questions only that of most replicates."""
    best: dict[tuple[Any, ...], Stored] = {}
    for path in sorted(Path(results_dir, COMPARISONS).glob("[!.]*/manifest.json")):
        one = _read(path)
        if one is None:
            continue
        asked = one.scenario, one.baseline, one.until, one.one_in, one.seed
        if asked not in best or _weight(one) > _weight(best[asked]):
            best[asked] = one
    return sorted(best.values(), key=lambda one: one.time, reverse=True)


def find(results_dir: str | Path, name: str) -> Stored | None:
    """The comparison of that name, if there is one; a name that leads elsewhere is none."""
    return next((_read(path / "manifest.json") for path in Path(results_dir, COMPARISONS).glob("[!.]*")
                 if path.name == name), None)  # fmt: skip


def _weight(one: Stored) -> tuple[int, bool, str]:
    return one.replicates, one.has_report, one.time


def _read(path: Path) -> Stored | None:
    """What a manifest says; None for one of something else, or damaged (the reader of the tables says so)."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        chosen = told["settings"]
        return Stored(
            path.parent.name, told["scenario"], told["baseline"], chosen["end"], int(chosen["one_in"]),
            int(chosen["replicates"]), int(chosen.get("seed", 0)), told["time"], told["command"],
            (path.parent / "report.html").is_file(),
        )  # fmt: skip
    except (OSError, ValueError, TypeError, KeyError):
        return None


def place(results_dir: str | Path, one: Stored) -> Path:
    """Folder of a comparison."""
    return Path(results_dir, COMPARISONS, one.name)

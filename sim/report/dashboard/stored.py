"""Comparisons that runs have left in the results folder: found by name, never by a path that somebody gives."""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from annotated_types import Ge
from pydantic import BaseModel, ConfigDict, StringConstraints

from sim.history import naming
from sim.numerics.errors import UserError
from sim.report.comparison import PAGE
from sim.report.dashboard import noted
from sim.report.dashboard.jobs import FOLDER
from sim.report.results import wording
from sim.runs import seals
from sim.runs.seals import Damaged

COMPARISONS = "compare"
_NAME = re.compile(r"[a-z][a-z0-9_]*")


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
    worlds: str = ""
    """Digest of both histories: policies of one name may have had other rules."""

    @property
    def title(self) -> str:
        """The comparison in one line."""
        against = "" if self.baseline == naming.HISTORICAL else f" against {wording(self.baseline)}"
        return (
            f"{wording(self.scenario)}{against}, to {self.until}, one in {self.one_in:,}, "
            f"{self.replicates} replicates ({self.time[:16].replace('T', ' ')})"
        )


_Line = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f]*$")]
_Month = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}$")]
_Whole = Annotated[int, Ge(0)]


class _Settings(BaseModel):
    model_config = ConfigDict(strict=True)
    end: _Month
    one_in: Annotated[int, Ge(1)]
    replicates: _Whole
    seed: _Whole = 0


class _Manifest(BaseModel):
    """What is read of the manifest of a comparison; the rest is for whoever reads its tables."""

    model_config = ConfigDict(strict=True)
    kind: Literal["comparison"]
    scenario: _Line
    baseline: _Line
    time: datetime
    command: _Line
    settings: _Settings
    worlds: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]*$")] = ""


def stored(results_dir: str | Path) -> tuple[list[Stored], list[str]]:
    """Every whole comparison of a results folder, the newest first, and what is wrong with the others.

    Of equal questions only that of most replicates is given.
    """
    best: dict[tuple[Any, ...], Stored] = {}
    faults: list[str] = []
    for path in sorted(Path(results_dir, COMPARISONS).glob("[!.]*")):
        try:
            one = _read(Path(results_dir), path)
        except UserError as error:
            faults += error.faults
            continue
        asked = one.scenario, one.baseline, one.until, one.one_in, one.seed, one.worlds
        if asked not in best or _weight(one) > _weight(best[asked]):
            best[asked] = one
    return sorted(best.values(), key=lambda one: one.time, reverse=True), faults


def find(results_dir: str | Path, name: str) -> Stored | None:
    """The comparison of that name, if there is one; a name that leads elsewhere is none.

    Raises UserError if what lies there is no comparison, or damaged.
    """
    paths = (path for path in Path(results_dir, COMPARISONS).glob("[!.]*") if path.name == name)
    return next((_read(Path(results_dir), path) for path in paths), None)


def _weight(one: Stored) -> tuple[int, bool, str]:
    return one.replicates, one.has_report, one.time


def _read(results_dir: Path, path: Path) -> Stored:
    """What the manifest of a folder says; UserError for one of something else, damaged, or outside the results."""
    folder = noted.within(results_dir, path)
    try:
        stamp = (folder / seals.MANIFEST).stat().st_mtime_ns
    except OSError as error:
        raise UserError(f"{path / seals.MANIFEST} cannot be read: {error.strerror}") from error
    told = _judged(folder, path, stamp)
    chosen = told.settings
    return Stored(
        path.name, told.scenario, told.baseline, chosen.end, chosen.one_in, chosen.replicates, chosen.seed,
        told.time.isoformat(), told.command, (folder / PAGE).is_file(), told.worlds,
    )  # fmt: skip


@lru_cache(maxsize=1000)
def _judged(folder: Path, path: Path, stamp: int) -> _Manifest:
    """The manifest of a folder, read once for every state (`stamp`) of its file."""
    try:
        seals.read(folder)
    except Damaged as damage:
        raise UserError(f"{path}: {damage}") from damage
    return noted.judged(noted.text(folder, folder / seals.MANIFEST, seals.LARGEST_MANIFEST), _Manifest, path)


def place(results_dir: str | Path, one: Stored) -> Path:
    """Folder of a comparison."""
    return Path(results_dir, COMPARISONS, one.name)


def file(folder: Path, name: str) -> bytes | None:
    """A file of a comparison as its manifest has it; None if it has none. Raises UserError for a link or a change."""
    try:
        files = seals.listed(seals.read(folder))
        if name not in files:
            return None
        if fault := seals.fault_of(folder, name, files):
            raise Damaged(fault)
        return seals.inside(folder, name).read_bytes()
    except Damaged as damage:
        raise UserError(f"{folder}: {damage}; make it again") from damage


def policies(results_dir: str | Path, scenario: str) -> dict[str, str]:
    """Files of the policies of a world that were composed on the page, by name; a name holds a digest of its rules."""
    asked = naming.composition(scenario)
    found = {}
    for name in filter(_NAME.fullmatch, (asked.scenario, *asked.policy)):
        paths = sorted(Path(results_dir, FOLDER).glob(f"*/conf/policy/{name}.yaml"))
        if paths and (told := noted.text(Path(results_dir), paths[0])):
            found[name] = told
    return found

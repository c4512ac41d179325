"""Points: a scenario at one setting of the parameters, with all its replicates, computed once and kept.

A point is known by a fingerprint of all that decides its numbers: the compiled world, coefficients, constants, the
data that people are made from, and the program as far as it lives their lives. Same fingerprint: same numbers.
"""

import hashlib
import json
import re
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml

import sim
from sim.history import naming
from sim.history.compiled import World
from sim.model.decision.constants import on_file
from sim.numerics.codes import CHANNEL, PLACE
from sim.numerics.errors import UserError
from sim.numerics.locations import CONF, DATA, PACKAGE
from sim.numerics.machine_code import rows
from sim.population.census import diaspora
from sim.runs import packing, parquet, seals
from sim.runs.arrays import NotArrays, is_whole
from sim.runs.ensemble import Ensemble
from sim.runs.files import digest, provenance, restore, seeds, write_file, write_folder
from sim.runs.fitted import FITTED
from sim.runs.locks import Lock
from sim.runs.priors import scales
from sim.runs.run import Job, Other, Run

Extras = Callable[["Point", Iterable[Run]], dict[str, str]]
"""Texts to lay beside a point's tables, by name of file; the runs may be gone through several times."""
LAST_THAT_DECIDES = "model"
"""Last row of the layout that lives lives; `ALSO` are modules below it that say what is kept of them."""
ALSO = ("runs/run", "runs/ensemble", "runs/given", "runs/draws", "runs/parquet")
_RUN = re.compile(r"[0-9]{6,}\.run")
"""Name of a file that holds a finished run."""
A_MOMENT = 2.0
"""Seconds for which a folder may be away that is being replaced (assumption: two renames, and a busy machine)."""


@dataclass(frozen=True)
class Point:
    """A scenario at one setting of the parameters; `record` is what decides it, in words a user knows."""

    scenario: str
    lambda_: float
    freeze: tuple[str, ...]
    record: dict[str, Any]
    fingerprint: str
    months: int

    @property
    def name(self) -> str:
        """Name of its folder."""
        return f"{naming.folder(self.scenario)}-{self.fingerprint[:12]}"

    @property
    def title(self) -> str:
        """The point in a few words."""
        held = f", {', '.join(self.freeze)} held" if self.freeze else ""
        of = " of each draw" if self.record.get("lambda_drawn") else f" {self.lambda_:.12g}"
        return f"{self.scenario} at lambda{of}{held}"

    @property
    def other(self) -> Other:
        """The point's world beside a baseline's."""
        return Other(self.scenario, self.freeze)


def point(ensemble: Ensemble, scenario: str, lambda_: float, freeze: Sequence[str] = ()) -> Point:
    """The point of a scenario at a lambda; with feedbacks held at the path of the settings' baseline."""
    settings, followed = ensemble.settings, ensemble.history(scenario).course
    record = {
        "scenario": scenario,
        "baseline": settings.baseline if freeze else None,
        "decision": settings.decision,
        "lambda": float(lambda_),
        "freeze": sorted(freeze),
        "coefficients": {name: float(value) for name, value in sorted(settings.coefficients.items())},
        "one_in": settings.one_in,
        "seed": settings.seed,
        "until": settings.until,
        "course": followed.name if followed and settings.is_beyond else None,
    }
    record |= ensemble.told(lambda_)
    parts = {
        "point": {key: value for key, value in record.items() if key not in ("baseline", "coefficients", "parameters")},
        "world": world_digest(ensemble.world(scenario)),
        "baseline": world_digest(ensemble.world(settings.baseline)) if freeze else None,
        "settled": diaspora().tolist(),
        "behaviour": list(ensemble.behaviour.item()),
        "constants": [array.tolist() for array in ensemble.constants_at(lambda_)],
        "inputs": inputs_digest(),
    }
    if ensemble.draws:
        parts |= {"on_file": repr(on_file()), "scales": sorted(scales().items())}
    text = json.dumps(parts, sort_keys=True)
    return Point(scenario, lambda_, tuple(sorted(freeze)), record, hashlib.sha256(text.encode()).hexdigest()[:16],
                 ensemble.months)  # fmt: skip


def world_digest(world: World) -> str:
    """SHA-256 of everything a compiled world says."""
    total = hashlib.sha256()
    for name, array in zip(world._fields, world, strict=True):
        total.update(f"{name} {np.shape(array)}".encode() + np.ascontiguousarray(array).tobytes())
    return total.hexdigest()


@cache
def inputs_digest() -> dict[str, str]:
    """SHA-256 of what decides numbers: the program so far, the layout of tables, the data, people and codes."""
    order = rows(sim.__doc__ or "")
    decides = {*order[: order.index(LAST_THAT_DECIDES) + 1], *ALSO}
    return {
        "program": digest(PACKAGE, "*.py", decides),
        "tables": hashlib.sha256(parquet.layout().encode()).hexdigest(),
        "data": digest(DATA, "*", {path.name for path in DATA.iterdir()} - {FITTED.name}),
        **{name: digest(CONF, f"{name}.yaml") for name in ("people", "codes")},
        "names": hashlib.sha256(json.dumps([dict(PLACE), dict(CHANNEL)]).encode()).hexdigest(),
    }


class Runs:
    """The runs of a point that is being bound, those bound before and those that lie loose: read one by one."""

    def __init__(self, shelf: "Shelf", point: Point, there: int, loose: Sequence[Path]) -> None:
        self._shelf, self._point, self._there, self._loose = shelf, point, there, loose
        self.seconds: dict[int, float] = {}
        """What the loose runs have cost, by replicate; known once they have been gone through."""

    def __iter__(self) -> Iterator[Run]:
        """Go through the runs, in order of replicate."""
        point = self._point
        if self._there:
            path = self._shelf.path(point)
            yield from parquet.read(path, point.scenario, point.lambda_, range(self._there), point.months)
        for path in self._loose:
            job = Job(point.scenario, point.lambda_, int(path.stem))
            try:
                run, self.seconds[job.replicate] = packing.unpacked_run(path, job, point.months)
            except NotArrays as error:
                raise UserError(f"{path} is no finished run: {error}; remove it") from error
            yield run


class Shelf:
    """The points of a results folder: what is there, what was begun, and what is put there."""

    def __init__(self, results_dir: str | Path) -> None:
        self.folder = Path(results_dir) / "points"
        self.folder.mkdir(parents=True, exist_ok=True)
        self._said: set[str] = set()

    def path(self, point: Point) -> Path:
        """Folder of a point, whether or not it is there."""
        return self.folder / point.name

    def lock(self, point: Point) -> Lock:
        """The lock of whoever computes a point; the system lets go of it when a process dies."""
        return Lock(self.folder / f".{point.name}.lock")

    def manifest(self, point: Point) -> dict[str, Any] | None:
        """The manifest of a point that is there and whole; None if it is not. Says so if its files are damaged."""
        path = self.path(point)
        while (number := _number(path)) is not None:
            found = seals.checked(path)
            if not isinstance(found, str):
                return found
            if _number(path) == number:  # else it was replaced meanwhile
                self._say(f"{path.name} is damaged ({found}): computed anew")
                return None
        return None

    def stored(self, point: Point) -> int:
        """Replicates of a point that are bound in its folder."""
        manifest = self.manifest(point)
        return int(manifest["replicates"]) if manifest else 0

    def begun(self, point: Point) -> dict[int, Path]:
        """Replicates that are finished and not yet bound, with their files; one that is not whole does not count."""
        return {
            int(path.stem): path
            for path in self._loose(point).glob("*")
            if _RUN.fullmatch(path.name) and self._is_run(path, point)
        }

    def is_untidy(self, point: Point) -> bool:
        """Whether a process was killed, or is at work, between binding the point and clearing up after it."""
        halves = any(self.folder.glob(f".{point.name}.{what}-*") for what in ("partial", "older"))
        inside = self._inside(point)
        return halves or inside == [] or bool(inside and self._done_with(point, self.stored(point)))

    def restore(self, point: Point) -> None:
        """Undo what a process left that was killed while it bound the point. For whoever holds the lock.

        Of loose runs those go that are bound, half-written or damaged.
        """
        restore(self.path(point))
        self._clear(point, self.stored(point))

    def missing(self, point: Point, replicates: int) -> list[int]:
        """Replicates that nobody has computed yet."""
        there = self.stored(point)
        begun = self.begun(point)
        return [number for number in range(there, replicates) if number not in begun]

    def keep(self, point: Point, run: Run, seconds: float) -> None:
        """Keep a finished run until all are; `seconds` of CPU is what it cost."""
        folder = self._loose(point)
        self._inside(point)
        folder.mkdir(exist_ok=True)
        write_file(folder / f"{run.job.replicate:06}.run", packing.packed_run(run, seconds))

    def bind(self, point: Point, replicates: int, extras: Extras) -> None:
        """Put all finished runs into the point's folder, whole or not at all.

        For whoever holds the lock, unless the folder holds as many already.
        """
        manifest = self.manifest(point)
        there = int(manifest["replicates"]) if manifest else 0
        if there >= replicates:
            return
        loose = self.begun(point)
        runs = Runs(self, point, there, [loose[number] for number in range(there, replicates)])
        began = time.thread_time()
        with write_folder(self.path(point)) as partial:
            parquet.write(partial, runs)
            for name, text in extras(point, runs).items():
                (partial / name).write_text(text, encoding="utf-8")
            (partial / "config.yaml").write_text(yaml.safe_dump(point.record, sort_keys=False), encoding="utf-8")
            spent = [
                *(manifest["run_seconds"] if manifest else ()),
                *(round(runs.seconds[number], 3) for number in range(there, replicates)),
            ]
            about = {
                "kind": "point",
                "scenario": point.scenario,
                "fingerprint": point.fingerprint,
                "point": point.record,
                "replicates": replicates,
                "seeds": seeds(point.record["seed"], replicates),
                "command": command(point.record, replicates),
                "inputs": inputs_digest(),
                **provenance(sum(spent) + time.thread_time() - began),
                "run_seconds": spent,
            }
            seals.write(partial, about, point.name)
        self._clear(point, replicates)

    def read(self, point: Point, replicates: int) -> list[Run]:
        """The first runs of a point that is there.

        They are the same in the folder that another process may be putting in its place, which is waited for.
        """
        last = time.monotonic() + A_MOMENT
        while True:
            try:
                return list(
                    parquet.read(self.path(point), point.scenario, point.lambda_, range(replicates), point.months)
                )
            except FileNotFoundError:
                if time.monotonic() > last:
                    raise
                time.sleep(A_MOMENT / 100)

    def _loose(self, point: Point) -> Path:
        return self.folder / f".{point.name}.runs"

    def _inside(self, point: Point) -> list[Path] | None:
        """What lies in the folder of loose runs, in order of name; None if there is none."""
        try:
            return sorted(self._loose(point).iterdir())
        except FileNotFoundError:
            return None
        except NotADirectoryError as error:
            raise UserError(f"{self._loose(point)} is not a folder of finished runs; move it away") from error

    def _is_run(self, path: Path, point: Point) -> bool:
        """Whether a file is whole and says that it holds the run of its number, as plain arrays."""
        try:
            packing.run_seconds(path, Job(point.scenario, point.lambda_, int(path.stem)), point.months)
        except NotArrays:
            return False
        return is_whole(path)

    def _done_with(self, point: Point, there: int) -> list[Path]:
        """Files among the loose runs that are no finished run, or one that is bound."""
        inside = self._inside(point) or []
        return [path for path in inside if not _RUN.fullmatch(path.name) or int(path.stem) < there]

    def _clear(self, point: Point, there: int) -> None:
        if self._inside(point) is None:
            return
        for path in self._done_with(point, there):
            _remove(path)
        for path in self._inside(point) or []:
            if not self._is_run(path, point):
                self._say(f"run {int(path.stem)} of {point.name} is damaged: computed anew")
                _remove(path)
        if not self._inside(point):
            self._loose(point).rmdir()

    def _say(self, text: str) -> None:
        if text not in self._said:
            print(text, flush=True)
        self._said.add(text)


def command(record: Mapping[str, Any], replicates: int) -> str:
    """The command that makes a point again."""
    words = naming.composition(record["scenario"]).asked
    words += [] if record.get("lambda_drawn") else [f"choice.lambda={record['lambda']:.12g}"]
    words += [f"parameters={record['parameters']}"] if "parameters" in record else []
    words += [f"people.draws={record['people_draws']}"] if "people_draws" in record else []
    words += [f"{key}={record[key]}" for key in ("decision", "seed", "until")]
    words += [f"people.one_in={record['one_in']}", f"replicates={replicates}"]
    words += [f"coefficients.{name}={value!r}" for name, value in record["coefficients"].items()]
    words += [f"course={record['course']}"] if record.get("course") else []
    if record["freeze"]:
        words += [f"baseline={record['baseline']}", f"freeze=[{','.join(record['freeze'])}]"]
    return " ".join(["python -m sim task=simulate", *words])


def _remove(path: Path) -> None:
    """Remove a file, or whatever else lies in the place of one."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def _number(folder: Path) -> int | None:
    """The number of a folder on the disk, by which its replacement is told from it; None if it is not there."""
    try:
        return folder.stat().st_ino if folder.is_dir() else None
    except OSError:
        return None

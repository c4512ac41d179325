"""What lies in the results, read back: a path must lie there, and a job's file must say what the page writes.

Whoever can write into the results can write anything there, so nothing read back is trusted: every key, type and choice
is judged, and what is wrong is told in words with the name of the file.
"""

import json
import os
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated, Any, TypeVar

from annotated_types import Ge, Le, MaxLen, MinLen
from pydantic import AfterValidator, AllowInfNan, BaseModel, ConfigDict, StringConstraints, ValidationError

from sim.history.catalogue import scenario_names
from sim.history.parameters import EXCEPTABLE
from sim.numerics.codes import PLACE_NAMES
from sim.numerics.errors import UserError
from sim.numerics.messages import nearest, shown
from sim.report.dashboard.form import KINDS, MOST_RULES, SLUG, Form, Rule, happened, proposals
from sim.report.dashboard.lines import REPLICATES, SAMPLES, last_months
from sim.report.dashboard.steps import STATES, TITLES, Step
from sim.runs.progress import Entry
from sim.runs.settings import known_courses

LARGEST = 1_000_000
"""Bytes of a file that is read whole; what the page writes has a few thousand."""
Model = TypeVar("Model", bound=BaseModel)


def within(results_dir: Path, path: Path) -> Path:
    """A path, resolved; raises UserError for one that does not lie in the results, by whatever links it leads out."""
    try:
        found = path.resolve()
    except (OSError, RuntimeError, ValueError) as error:
        raise UserError(f"{shown(path, 200)} is no path that can be followed") from error
    if not found.is_relative_to(results_dir.resolve()):
        raise UserError(f"{shown(path, 200)} leads out of the results, {results_dir}; it is not opened")
    return found


def text(results_dir: Path, path: Path, most: int = LARGEST) -> str:
    """The last bytes of a text file in the results; empty if there is none.

    Raises UserError for a path that leads out of them, and for what is no file.
    """
    found = within(results_dir, path)
    if not found.exists():
        return ""
    if not found.is_file():
        raise UserError(f"{path} is no file")
    try:
        with found.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - most))
            return file.read().decode("utf-8", errors="replace")
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}") from error


def judged(content: str | bytes, of: type[Model], path: Path) -> Model:
    """What a file of JSON says, as a model; raises UserError with all that is wrong, each with the file and the key."""
    try:
        return of.model_validate_json(content)
    except ValidationError as error:
        raise UserError(*(f"{path}: {_fault(dict(one))}" for one in error.errors(include_url=False))) from error


def _fault(fault: dict[str, Any]) -> str:
    key = ".".join(map(str, fault["loc"]))
    match fault["type"]:
        case "json_invalid":
            return "it is no JSON"
        case "missing":
            return f"the key {key} is missing"
        case "extra_forbidden":
            return f"the key {shown(key)} is unknown"
        case "string_pattern_mismatch":
            said = "it should be a name of small letters, digits and _"
        case "value_error":
            said = fault["msg"].removeprefix("Value error, ")
        case _:
            said = fault["msg"].replace("Input", "it").replace("valid array", "list")
    return f"{key or 'it'} is {shown(json.dumps(fault['input'], default=str))}; {said}"


def _known(names: Callable[[], Collection[Any]]) -> AfterValidator:
    def check(value: Any) -> Any:
        if value not in names():
            raise ValueError(f"known are {nearest(str(value), map(str, names()))}")
        return value

    return AfterValidator(check)


_Place = Annotated[str, _known(lambda: PLACE_NAMES)]
_Excepted = Annotated[str, _known(lambda: EXCEPTABLE)]
_World = Annotated[str, _known(scenario_names)]
_Enacted = Annotated[str, _known(proposals)]
_Removed = Annotated[str, _known(happened)]
_What = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.:]{0,99}$")]
_Seconds = Annotated[float, AllowInfNan(False), Ge(0)]


class Strict(BaseModel):
    """An object of JSON with these keys, all of them and no others, whose values are of these types."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _Rule(Strict):
    kind: Annotated[str, _known(lambda: KINDS)]
    countries: tuple[_Place, ...]
    what: tuple[_What, ...]
    share: Annotated[float, AllowInfNan(False)]
    excepted: tuple[_Excepted, ...]
    revoked: tuple[_Excepted, ...]
    announced: date | None
    start: date
    until: date | None


class _Form(Strict):
    name: Annotated[str, StringConstraints(pattern=rf"^{SLUG}$")]
    scenario: _World
    policies: tuple[_Enacted, ...]
    without: tuple[_Removed, ...]
    rules: Annotated[tuple[_Rule, ...], MaxLen(MOST_RULES)]
    baseline: _World
    until: Annotated[str, _known(last_months)]
    course: Annotated[str, _known(known_courses)]
    one_in: Annotated[int, _known(lambda: SAMPLES)]
    replicates: Annotated[int, _known(lambda: REPLICATES)]
    seed: Annotated[int, Ge(0), Le(2**32 - 1)]


class _Step(Strict):
    title: Annotated[str, _known(lambda: TITLES)]
    words: list[str]
    state: Annotated[str, _known(lambda: STATES)]
    code: int
    begun: _Seconds
    ended: _Seconds


class _Job(Strict):
    form: _Form
    steps: Annotated[tuple[_Step, ...], MinLen(1), MaxLen(2)]


def job_text(form: Form, steps: Sequence[Step]) -> str:
    """What the file of a job says: what was asked, and how far its steps are."""
    return json.dumps({"form": asdict(form), "steps": [asdict(step) for step in steps]}, default=str, indent=1)


def read_job(results_dir: Path, path: Path) -> tuple[Form, list[Step]]:
    """What the file of a job says; raises UserError in words for anything but what `job_text` gives."""
    found = judged(text(results_dir, path), _Job, path)
    rules = tuple(Rule(**dict(one)) for one in found.form.rules)
    return Form(**{**dict(found.form), "rules": rules}), [Step(**dict(one)) for one in found.steps]


class _Entry(Strict):
    job: int
    asked: tuple[str, ...]
    state: str
    code: int
    said: str
    left: str
    worker: str


def entries(results_dir: Path, ledger: Path) -> list[Entry]:
    """What the jobs of a sweep say of themselves, in order; raises UserError for a file that is none of theirs."""
    paths = sorted(within(results_dir, ledger).glob("job-*.json"))
    return [Entry(**dict(judged(text(results_dir, path), _Entry, path))) for path in paths]


def months(results_dir: Path, ledger: Path) -> dict[int, tuple[int, int]]:
    """Months lived and months known of by the jobs of a sweep; raises UserError for a file that says something else."""
    found = {}
    for path in sorted(within(results_dir, ledger).glob("job-*.months")):
        told = text(results_dir, path)
        try:
            number = int(path.stem.removeprefix("job-"))
            lived, known = map(int, told.split())
        except ValueError as error:
            raise UserError(f"{path}: {shown(told)} is not two whole numbers, months lived and known of") from error
        found[number] = lived, known
    return found

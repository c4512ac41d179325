"""The settings of a run: every key a user may give, with its type, range and known choices.

A `Settings` object is valid from birth, whether it is made from the command line or in Python: values of another type
or outside their range raise `UserError`, a line for each fault with the key, its value and what is allowed. What
counts as a number, a date or a text stands in `sim.runs.checks`, the values themselves in `conf/config.yaml`.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import field, is_dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import yaml
from pydantic import Field, ValidationInfo, field_validator, model_validator

from sim.history import catalogue, naming
from sim.history.clock import clock, last_day
from sim.history.courses import HELD
from sim.history.naming import Composition
from sim.history.parameters import LIMIT_DAY
from sim.numerics import months
from sim.numerics.errors import UserError
from sim.numerics.locations import CONF, EXPERIMENTS, files
from sim.runs import checks, usual
from sim.runs.fit_settings import Fit
from sim.runs.sections import from_mapping, section
from sim.runs.sections import keys_of as keys_of
from sim.runs.tasks import TASKS

if TYPE_CHECKING:
    from sim.runs.draws import Draws

DECISIONS = Path(__file__).parents[1] / "model" / "decision" / "rules"
"""Folder of the decision rules."""
CONFIG = CONF / "config.yaml"
USUAL = "lithuania_visa_ban"
"""The scenario of a run that asks for no world at all."""


def known_scenarios() -> list[str]:
    """Names that a scenario may have, files of conf/scenario and proposals of conf/policy, in alphabetical order."""
    return list(catalogue.scenario_names(CONF))


def known_policies(proposed: bool = False) -> list[str]:
    """Names of the policies of conf/policy and the shocks of conf/event, or only of what did not happen."""
    return list(catalogue.policy_names(CONF, proposed))


def world_named(asked: Composition, until: date = LIMIT_DAY) -> str:
    """The one name of a world: of a scenario, which is known, or of a composition on top of it.

    Raises UserError with every fault of a composition.
    """
    if asked.is_composed:
        catalogue.history_of(asked, CONF, until)
    return catalogue.world_name(asked, CONF)


def _last_of(world: str) -> int:
    """Last month of a world's history; of a faulty file, which is told when it is read, that of the clock."""
    try:
        return catalogue.last_month(world, CONF)
    except UserError:
        return clock().last


def known_courses() -> list[str]:
    """Names of the courses of conf/course, in alphabetical order."""
    return list(catalogue.course_names(CONF))


def known_decisions() -> list[str]:
    """Names of the decision rules, one module each in sim/model/decision/rules, in alphabetical order."""
    return sorted(path.stem for path in DECISIONS.glob("*.py") if not path.stem.startswith("_"))


def known_experiments() -> list[str]:
    """Names of the studies described in experiments/, in alphabetical order."""
    return list(files(EXPERIMENTS, EXPERIMENTS.name))


@section("people.")
class People:
    """Who is simulated: one circle of about 100 people in every `one_in` circles, drawn `draws` times.

    Replicates have them in turn. None: the task's sample; `checks.PEOPLE` draws where parameters are drawn, else one.
    """

    one_in: checks.Sampled = None
    draws: checks.Drawn = None


@section("choice.")
class Choice:
    """Parameters of the choice between staying and leaving.

    `lambda_`, outside Python `lambda`, is the dissimilarity of destinations in the nest of leaving (dimensionless):
    of the people barred from a country all go elsewhere as it nears 0, all stay at 1. None is that of each replicate's
    draw where parameters are drawn; else the settings have the mean of the prior Beta(3.7, 2.3) in its place.
    `lambdas` are those at which every deflection is reported beside it.
    """

    lambda_: Annotated[checks.LambdaOrDrawn, Field(alias="lambda")] = None
    lambdas: checks.Lambdas = (0.2, 0.95)


@section("results.")
class Asked:
    """What `task=results` is asked: a view or a SELECT, and what to do with the points found."""

    show: checks.Folder = "points"
    where: checks.Words = None
    sql: checks.Words = None
    csv: checks.File = None
    against: checks.Words = None
    prune: Annotated[str | None, checks.one_of(lambda: checks.PRUNED, null=True)] = None


_WORLD = checks.World(lambda: known_scenarios(), lambda name: world_named(naming.composition(name)))


def _asked(scenario: str, policy: tuple[str, ...] | None, without: tuple[str, ...] | None, task: str) -> Composition:
    """What is asked for by three keys; if no scenario is named, what policies are enacted on, and what observations are
    set beside, is what happened.
    """
    happened = policy or without or task in checks.OF_WHAT_HAPPENED
    own = naming.composition(scenario or (naming.HISTORICAL if happened else USUAL))
    return Composition(own.scenario, own.policy + (policy or ()), own.without + (without or ()))


@section()
class Settings:
    """All that a user may choose about a run.

    `policy` and `without`, policies and shocks to enact and events or policies to take away, are taken up into
    `scenario` when the settings are made: it is the name of the whole world (see `sim.history.naming`).
    """

    task: Annotated[str, checks.one_of(lambda: list(TASKS))] = "compare"
    scenario: Annotated[str, _WORLD.or_none] = ""
    baseline: Annotated[str, _WORLD.one] = naming.HISTORICAL
    decision: Annotated[str, checks.one_of(lambda: known_decisions())] = "destination_nest"
    parameters: checks.Parameters = checks.CENTRAL
    freeze: checks.Feedbacks = ()
    person: checks.Person = "first:departed"
    decompose: Annotated[tuple[str, ...], _WORLD.several] = ()
    experiment: Annotated[str | None, checks.one_of(lambda: known_experiments(), null=True)] = None
    until: Annotated[checks.Month, Field(validate_default=True)] = ""
    course: Annotated[str, checks.one_of(lambda: known_courses())] = HELD
    people: Annotated[People, checks.Section] = field(default_factory=People)
    choice: Annotated[Choice, checks.Section] = field(default_factory=Choice)
    seed: checks.Seed = 1
    replicates: checks.Replicates = None
    most_replicates: checks.Most = 100
    coefficients: checks.Coefficients = field(default_factory=dict)
    threads: checks.Threads = 2
    results_dir: checks.Folder = "results"
    report: checks.Flag = True
    dry: checks.Flag = False
    match: checks.Words = None
    port: checks.Port = 8501
    part: checks.Part = "scorecard"
    results: Annotated[Asked, checks.Section] = field(default_factory=Asked)
    fit: Annotated[Fit, checks.Section] = field(default_factory=Fit)
    policy: checks.Bundles = None
    without: Annotated[checks.Bundles, Field(validate_default=True)] = None

    @field_validator("until", mode="after")
    @classmethod
    def _reached(cls, until: str, info: ValidationInfo) -> str:
        """Refuse a month that none of the histories asked for reaches."""
        if months.month(until) > clock().last:  # only a history with a clock of its own goes further
            asked = [info.data.get("scenario", ""), info.data.get("baseline", ""), *info.data.get("decompose", ())]
            last = max((_last_of(world) for world in asked if world), default=clock().last)
            if months.month(until) > last:
                raise checks.no_month(last)
        return until

    @field_validator("without", mode="after")
    @classmethod
    def _composes(cls, without: tuple[str, ...] | None, info: ValidationInfo) -> tuple[str, ...] | None:
        """Refuse what does not compose; what is wrong with another key is told by that key."""
        own = info.data
        asked = _asked(own.get("scenario", ""), own.get("policy"), without, own.get("task", ""))
        if own.get("policy") or without:
            until = last_day(months.month(own["until"])) if "until" in own else LIMIT_DAY
            try:
                world_named(asked, until)
            except UserError as error:
                raise checks.refused(error.faults) from None
        return without

    @model_validator(mode="after")
    def _named_once(self) -> "Settings":
        """Take policies and removals up into the name of the world."""
        asked = _asked(self.scenario, self.policy, self.without, self.task)
        for key, value in (("scenario", catalogue.world_name(asked, CONF)), ("policy", None), ("without", None)):
            object.__setattr__(self, key, value)
        return self

    @model_validator(mode="after")
    def _settled(self) -> "Settings":
        """Put numbers in place of what is left to the parameters, after a look at their file if they are drawn."""
        try:
            draws = self.draws
        except UserError as error:
            raise checks.refused(error.faults) from None
        if self.choice.lambda_ is None and draws is None:
            object.__setattr__(self, "choice", replace(self.choice, lambda_=checks.USUAL_LAMBDA))
        one_in = self.people.one_in or usual.sample_of(self.task)
        number = checks.PEOPLE if draws is not None or self.task == "calibrate" else 1
        object.__setattr__(self, "people", People(one_in, self.people.draws or number))
        return self

    @property
    def draws(self) -> "Draws | None":
        """The draws that replicates have their parameters of; None if they have the central values."""
        if self.parameters == checks.CENTRAL:
            return None
        from sim.runs.draws import read  # loads numba

        return read(self.parameters, self.decision)

    @property
    def lambda_(self) -> float:
        """The main lambda, by which results are named: the one that is held, or the mean of those that are drawn."""
        held = self.choice.lambda_
        return cast("Draws", self.draws).lambda_ if held is None else held

    @property
    def one_in(self) -> int:
        """One circle in so many is simulated."""
        return cast(int, self.people.one_in)  # settled when the settings were made, as the draws of people

    @property
    def people_draws(self) -> int:
        """Draws of people, which replicates have in turn."""
        return cast(int, self.people.draws)

    @property
    def replicate_count(self) -> int:
        """Replicates to run: as asked, or what the task takes (`sim.runs.usual`).

        Raises UserError where a stopping rule is asked for and the task has none.
        """
        if isinstance(self.replicates, str):
            raise UserError(f"replicates={self.replicates} asks for a comparison; give a number for task={self.task}")
        return self.replicates or usual.replicates_of(self.task)  # kept as asked: all tasks of a comparison find it

    @property
    def thread_count(self) -> int:
        """Threads to use: as asked, or every processor."""
        return self.threads or os.cpu_count() or 1

    @property
    def last_month(self) -> int:
        """Number of the last month simulated."""
        return months.month(self.until)

    @property
    def last_day(self) -> date:
        """Last day simulated."""
        return last_day(self.last_month)

    @property
    def is_beyond(self) -> bool:
        """Whether it goes beyond the last known month, so that the course counts."""
        return self.last_month > clock().known


WITHOUT_EFFECT = tuple("threads results_dir report dry experiment match port results policy without fit".split())
"""Keys that say how and where to compute and what to show, or what the scenario says already; they change no number."""


def settings_from_mapping(record: Mapping[str, Any]) -> Settings:
    """The settings made of plain values, all keys given and no others.

    Raises UserError for every key that is unknown, missing, of a wrong type or out of range.
    """
    return from_mapping(record, Settings)


def record_of(settings: Any) -> dict[str, Any]:
    """The settings as plain values under the keys a user writes."""
    record: dict[str, Any] = {}
    for key, spec in keys_of(type(settings)).items():
        value = getattr(settings, spec.name)
        if is_dataclass(value):
            record[key] = record_of(value)
        elif isinstance(value, Mapping):
            record[key] = dict(sorted(value.items()))
        else:
            record[key] = list(value) if isinstance(value, tuple) else value
    return record


def resolved_yaml(settings: Settings) -> str:
    """The settings that decide numbers, as YAML; conf/config.yaml could hold them.

    Those that say how and where to compute are left out: no path of a machine, and the same bytes everywhere.
    """
    record = {key: value for key, value in record_of(settings).items() if key not in WITHOUT_EFFECT}
    record["parameters"] = Path(settings.parameters).name
    return yaml.safe_dump(record, sort_keys=False, allow_unicode=True)


def command(settings: Settings) -> str:
    """The command that repeats a run: the keys that differ from their defaults and change a number."""
    defaults = dict(_dotted(Settings(parameters=settings.parameters, decision=settings.decision)))
    defaults |= {"parameters": checks.usual_parameters(record_of(settings)), "decision": Settings().decision}
    defaults["people.one_in"] = usual.sample_of(settings.task)
    words = naming.composition(settings.scenario).asked if settings.scenario != USUAL else []
    words += [
        f"{key}={json.dumps(value, separators=(',', ':')) if isinstance(value, list) else value}"
        for key, value in _dotted(settings)
        if value != defaults.get(key) and key.split(".")[0] not in (*WITHOUT_EFFECT, "scenario")
    ]
    return " ".join(["python -m sim", *words])


def _dotted(settings: Settings) -> Iterator[tuple[str, Any]]:
    for key, value in record_of(settings).items():
        inner = {f"{key}.{name}": one for name, one in value.items()} if isinstance(value, dict) else {key: value}
        yield from inner.items()


def fingerprint(settings: Settings) -> str:
    """Sixteen hexadecimal digits that are the same for two settings that give the same numbers.

    Threads and folders do not count, nor how a number is written (1, 1.0, 0.9999999999999999), nor where a file of
    draws lies. The data, the rest of conf/ and the program have digests of their own in the manifest.
    """
    record = {key: value for key, value in record_of(settings).items() if key not in WITHOUT_EFFECT}
    if (draws := settings.draws) is None:
        del record["parameters"]
    else:
        record["parameters"] = draws.digest
    if settings.people.draws == 1:
        del record["people"]["draws"]
    for key, task in (("person", "explain"), ("part", "validate")):
        if settings.task != task:
            del record[key]
    if not settings.is_beyond:
        del record["course"]
    return hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()[:16]

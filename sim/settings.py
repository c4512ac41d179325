"""The settings of a run: every key a user may give, with its type, range and known choices.

A `Settings` object is valid from birth: a value of another type or outside its range raises `UserError`
naming the key, the value and what is allowed. Nothing is converted silently: 1.5 is not a whole number,
`true` is not 1. The values themselves stand in `conf/config.yaml`.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any, ClassVar, get_type_hints

import yaml

from sim import checks, months
from sim.codes import CONF
from sim.errors import UserError
from sim.history.catalogue import scenario_names
from sim.history.parameters import shown
from sim.tasks import TASKS

DECISIONS = Path(__file__).parent / "decision"
"""Folder of the decision rules."""
EXPERIMENTS = CONF.parent / "experiments"
"""Folder of the studies."""
PRUNED = ("partial", "damaged", "stale", "where")
"""Points that `task=results` can remove: half-written, damaged, of another program or other data, or chosen."""
FEW = 8
"""Replicates of a comparison that asks for no number: what half a minute allows; `enough` asks the stopping rule."""


def known_scenarios() -> list[str]:
    """Names of the scenarios described in conf/scenario, in alphabetical order."""
    return list(scenario_names(CONF))


def known_decisions() -> list[str]:
    """Names of the decision rules, one module each in sim/decision, in alphabetical order."""
    return sorted(path.stem for path in DECISIONS.glob("*.py") if not path.stem.startswith("_"))


def known_experiments() -> list[str]:
    """Names of the studies described in experiments/, in alphabetical order."""
    return sorted(path.stem for path in EXPERIMENTS.glob("*.yaml"))


def _setting(check: checks.Check, key: str | None = None, default: Any = None) -> Any:
    return field(default=default, metadata={"check": check, "key": key})


class _Checked:
    """A section of the settings: checks itself when it is made."""

    section: ClassVar[str] = ""

    def __post_init__(self) -> None:
        for key, spec in keys_of(type(self)).items():
            check: checks.Check | None = spec.metadata.get("check")
            value = getattr(self, spec.name)
            wanted = check(value) if check else None
            if wanted is not None:
                raise UserError(f"{self.section}{key}={checks.written(value)} is not {wanted}")
            if isinstance(value, list):
                object.__setattr__(self, spec.name, tuple(value))


@dataclass(frozen=True)
class People(_Checked):
    """Who is simulated: one circle of about 100 people in every `one_in` circles."""

    section: ClassVar[str] = "people."
    one_in: int = _setting(checks.whole(1), default=100)


@dataclass(frozen=True)
class Choice(_Checked):
    """Parameters of the choice between staying and leaving.

    `lam`, written `lambda` in YAML, is the dissimilarity of destinations in the nest of leaving (dimensionless):
    of the people barred from a country all go elsewhere as it nears 0, all stay at 1. Its default is the mean of
    the prior Beta(3.7, 2.3). `slices` are the values at which every deflection is reported beside it.
    """

    section: ClassVar[str] = "choice."
    lam: float = _setting(checks.share, key="lambda", default=0.62)
    slices: tuple[float, ...] = _setting(checks.shares, default=(0.2, 0.5, 0.8, 0.95))


@dataclass(frozen=True)
class Asked(_Checked):
    """What `task=results` is asked: a view or a SELECT, and what to do with the points found."""

    section: ClassVar[str] = "results."
    show: str = _setting(checks.folder, default="points")
    where: str | None = _setting(checks.text_or_null)
    sql: str | None = _setting(checks.text_or_null)
    csv: str | None = _setting(checks.folder_or_null)
    against: str | None = _setting(checks.text_or_null)
    prune: str | None = _setting(checks.one_of(lambda: list(PRUNED), null=True))


@dataclass(frozen=True)
class Settings(_Checked):
    """All that a user may choose about a run."""

    task: str = _setting(checks.one_of(lambda: list(TASKS)), default="compare")
    scenario: str = _setting(checks.one_of(known_scenarios), default="lithuania_visa_ban")
    baseline: str = _setting(checks.one_of(known_scenarios), default="historical")
    decision: str = _setting(checks.one_of(known_decisions), default="destination_nest")
    freeze: tuple[str, ...] = _setting(checks.feedbacks, default=())
    person: Any = _setting(checks.person, default="first:departed")
    decompose: tuple[str, ...] = _setting(checks.list_of(known_scenarios, "scenarios"), default=())
    experiment: str | None = _setting(checks.one_of(known_experiments, null=True))
    until: str = _setting(checks.month, default="2025-12")
    people: People = field(default_factory=People)
    choice: Choice = field(default_factory=Choice)
    seed: int = _setting(checks.whole(0, 2**32 - 1), default=1)
    replicates: int | str | None = _setting(
        checks.whole_or_null(1, checks.MOST_REPLICATES, "the default of the task", checks.ENOUGH)
    )
    most_replicates: int = _setting(checks.whole(2, checks.MOST_REPLICATES), default=100)
    coefficients: Mapping[str, float] = field(default_factory=dict, metadata={"check": checks.coefficients})
    threads: int | None = _setting(checks.whole_or_null(1, checks.MOST_THREADS, "all cores"), default=2)
    results_dir: str = _setting(checks.folder, default="results")
    report: bool = _setting(checks.flag, default=True)
    dry: bool = _setting(checks.flag, default=False)
    results: Asked = field(default_factory=Asked)

    @property
    def replicate_count(self) -> int:
        """Replicates to run: as asked, or eight for a comparison and one for anything else.

        Raises UserError where a stopping rule is asked for and the task has none.
        """
        if isinstance(self.replicates, str):
            raise UserError(f"replicates={self.replicates} asks for a comparison; give a number for task={self.task}")
        return self.replicates or (FEW if self.task == "compare" else 1)

    @property
    def thread_count(self) -> int:
        """Threads to use: as asked, or every processor."""
        return self.threads or os.cpu_count() or 1

    @property
    def last_month(self) -> int:
        """Number of the last month simulated."""
        return months.month(self.until)


WITHOUT_EFFECT = ("threads", "results_dir", "report", "dry", "experiment", "results")
"""Keys that say how and where to compute and what to show, and change no number."""


def keys_of(section: type) -> dict[str, Any]:
    """Fields of a section by the key a user writes."""
    return {spec.metadata.get("key") or spec.name: spec for spec in fields(section)}


def settings_from_mapping(record: Mapping[str, Any], section: type = Settings) -> Any:
    """A section of the settings made of plain values, all keys given and no others.

    Raises UserError for an unknown or a missing key, a wrong type or a value out of range.
    """
    prefix: str = getattr(section, "section", "")
    known = keys_of(section)
    for key in record:
        if key not in known:
            raise unknown_key(f"{prefix}{key}")
    hints = get_type_hints(section)
    values = {}
    for key, spec in known.items():
        if key not in record:
            raise UserError(f"{prefix}{key} has no value; it stands in conf/config.yaml")
        value = record[key]
        if is_dataclass(hints[spec.name]):
            inner = hints[spec.name]
            if not isinstance(value, Mapping):
                keys = ", ".join(f"{key}.{name}" for name in keys_of(inner))
                raise UserError(f"{key}={checks.written(value)} is not possible: {key} is a section of {keys}")
            value = settings_from_mapping(value, inner)
        values[spec.name] = value
    return section(**values)


def unknown_key(full_key: str) -> UserError:
    """The error that names a key nobody knows, and those that are known beside it."""
    *parents, key = full_key.split(".")
    section: type = Settings
    for parent in parents:
        spec = keys_of(section).get(parent)
        if spec is None:
            return unknown_key(".".join(parents))
        inner = get_type_hints(section)[spec.name]
        if not is_dataclass(inner):
            return UserError(
                f"'{shown(full_key)}' is not a known key: {'.'.join(parents)} is a value and has no keys in it"
            )
        assert isinstance(inner, type)
        section = inner
    prefix = "".join(f"{parent}." for parent in parents)
    known = [f"{prefix}{name}" for name in keys_of(section)]
    close = checks.closest(key, list(keys_of(section)))
    return UserError(f"'{shown(full_key)}' is not a known key; known are: {', '.join(known)}{close}")


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
    return yaml.safe_dump(record, sort_keys=False, allow_unicode=True)


def command(settings: Settings) -> str:
    """The command that repeats a run: the keys that differ from their defaults and change a number."""
    usual = dict(_dotted(Settings()))
    words = [
        f"{key}={json.dumps(value, separators=(',', ':')) if isinstance(value, list) else value}"
        for key, value in _dotted(settings)
        if value != usual.get(key) and key.split(".")[0] not in WITHOUT_EFFECT
    ]
    return " ".join(["python -m sim", *words])


def _dotted(settings: Settings) -> Iterator[tuple[str, Any]]:
    for key, value in record_of(settings).items():
        if isinstance(value, dict):
            yield from ((f"{key}.{inner}", value[inner]) for inner in value)
        else:
            yield key, value


def fingerprint(settings: Settings) -> str:
    """Sixteen hexadecimal digits that are the same for two settings that give the same numbers.

    Threads and folders do not count, nor whether a number is written 1 or 1.0. The data, the rest of conf/ and
    the program count as much, and have digests of their own in the manifest.
    """
    record = {key: value for key, value in record_of(settings).items() if key not in WITHOUT_EFFECT}
    if settings.task != "explain":
        del record["person"]
    record["choice"] = {"lambda": float(settings.choice.lam), "slices": [float(x) for x in settings.choice.slices]}
    record["coefficients"] = {name: float(value) for name, value in settings.coefficients.items()}
    return hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()[:16]

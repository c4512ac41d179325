"""The settings of a run: every key a user may give, with its type, range and known choices.

A `Settings` object is valid from birth: a value of another type or outside its range raises `UserError`
naming the key, the value and what is allowed. Nothing is converted silently: 1.5 is not a whole number,
`true` is not 1. The values themselves stand in `conf/config.yaml`.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, ClassVar, get_type_hints

import yaml

from sim import months
from sim.codes import CONF
from sim.errors import UserError
from sim.feedback import FEEDBACKS
from sim.history.catalogue import scenario_names
from sim.history.parameters import shown
from sim.tasks import TASKS

DECISIONS = Path(__file__).parent / "decision"
"""Folder of the decision rules."""

MOST_REPLICATES, MOST_THREADS, MOST_SLICES = 100_000, 1024, 50
"""More than anybody means: a larger number is a slip that would run for ever."""

PRUNED = ("partial", "damaged", "stale", "where")
"""What `task=results` may remove."""

Check = Callable[[Any], str | None]
"""What a value ought to be, if it is not; None if all is well."""


def _whole(low: int, high: int | None = None) -> Check:
    wanted = f"a whole number of at least {low}" if high is None else f"a whole number from {low} to {high}"

    def check(value: Any) -> str | None:
        ok = type(value) is int and value >= low and (high is None or value <= high)
        return None if ok else wanted

    return check


def _whole_or_null(low: int, high: int, null: str) -> Check:
    whole, wanted = _whole(low, high), f"a whole number of at least {low} and at most {high}, or null for {null}"
    return lambda value: None if value is None or whole(value) is None else wanted


def _is_share(value: Any) -> bool:
    return type(value) in (int, float) and 0 < value <= 1


def _share(value: Any) -> str | None:
    return None if _is_share(value) else "a number above 0 and at most 1"


def _shares(value: Any) -> str | None:
    ok = isinstance(value, (list, tuple)) and 0 < len(value) <= MOST_SLICES and all(map(_is_share, value))
    ok = ok and len({f"{share:g}" for share in value}) == len(value)  # the figures name them so
    return None if ok else f"a list of numbers above 0 and at most 1, at most {MOST_SLICES}, all different"


def _folder(value: Any) -> str | None:
    ok = isinstance(value, str) and value.strip() == value != "" and value.isprintable()
    return None if ok else "a text on one line that names a folder"


def _folder_or_null(value: Any) -> str | None:
    return None if value is None or _folder(value) is None else "a text on one line that names a file, or null"


def _text(value: Any) -> str | None:
    return None if isinstance(value, str) and value.strip() else "a text"


def _text_or_null(value: Any) -> str | None:
    return None if value is None or _text(value) is None else "a text, or null"


def _prune(value: Any) -> str | None:
    return None if value is None or value in PRUNED else f"null or one of {', '.join(PRUNED)}"


def _boolean(value: Any) -> str | None:
    return None if isinstance(value, bool) else "true or false"


def _feedbacks(value: Any) -> str | None:
    ok = isinstance(value, (list, tuple)) and all(name in FEEDBACKS for name in value) and len(set(value)) == len(value)
    return None if ok else f"a list of feedbacks, each at most once; known are: {', '.join(FEEDBACKS)}"


def _person(value: Any) -> str | None:
    ok = (type(value) is int and 0 <= value < 2**64) or (isinstance(value, str) and value.startswith("first:"))
    return None if ok else "a person's key, or first:EVENT (first:departed, first:wished:lithuania, first:parted ...)"


def _month(value: Any) -> str | None:
    wanted = f"a month from {months.label(0)} to {months.label(months.LAST_MONTH)}, written YYYY-MM"
    try:
        ok = isinstance(value, str) and len(value) == 7 and value.isascii()
        ok = ok and 0 <= months.month(value) <= months.LAST_MONTH
    except ValueError:
        ok = False
    return None if ok else wanted


def _one_of(known: Callable[[], list[str]]) -> Check:
    def check(value: Any) -> str | None:
        names = known()
        return None if value in names else f"known; known are: {', '.join(names) or 'none'}{_closest(value, names)}"

    return check


def _closest(value: Any, known: list[str]) -> str:
    close = get_close_matches(str(value)[:100], known, n=1)
    return f" (did you mean {close[0]}?)" if close else ""


def known_scenarios() -> list[str]:
    """Names of the scenarios described in conf/scenario, in alphabetical order."""
    return list(scenario_names(CONF))


def known_decisions() -> list[str]:
    """Names of the decision rules, one module each in sim/decision, in alphabetical order."""
    return sorted(path.stem for path in DECISIONS.glob("*.py") if not path.stem.startswith("_"))


def _written(value: Any) -> str:
    """A value as a user would write it, on one line and not too long."""
    if isinstance(value, str) and value:
        return shown(value)
    try:
        return shown(json.dumps(value, default=shown, skipkeys=True))
    except ValueError:  # a number too long to write out
        return shown(value)


def _setting(check: Check, key: str | None = None, default: Any = None) -> Any:
    return field(default=default, metadata={"check": check, "key": key})


class _Checked:
    """A section of the settings: checks itself when it is made."""

    section: ClassVar[str] = ""

    def __post_init__(self) -> None:
        for key, spec in keys_of(type(self)).items():
            check: Check | None = spec.metadata.get("check")
            value = getattr(self, spec.name)
            wanted = check(value) if check else None
            if wanted is not None:
                raise UserError(f"{self.section}{key}={_written(value)} is not {wanted}")
            if isinstance(value, list):
                object.__setattr__(self, spec.name, tuple(value))


@dataclass(frozen=True)
class People(_Checked):
    """Who is simulated: one circle of about 100 people in every `one_in` circles."""

    section: ClassVar[str] = "people."
    one_in: int = _setting(_whole(1), default=100)


@dataclass(frozen=True)
class Choice(_Checked):
    """Parameters of the choice between staying and leaving.

    `lam`, written `lambda` in YAML, is the dissimilarity of destinations in the nest of leaving (dimensionless):
    of the people barred from a country all go elsewhere as it nears 0, all stay at 1. Its default is the mean of
    the prior Beta(3.7, 2.3). `slices` are the values at which every deflection is reported beside it.
    """

    section: ClassVar[str] = "choice."
    lam: float = _setting(_share, key="lambda", default=0.62)
    slices: tuple[float, ...] = _setting(_shares, default=(0.2, 0.5, 0.8, 0.95))


@dataclass(frozen=True)
class ResultsAsked(_Checked):
    """What `task=results` shows, compares, writes or prunes."""

    section: ClassVar[str] = "results."
    show: str = _setting(_text, default="points")
    where: str | None = _setting(_text_or_null, default=None)
    sql: str | None = _setting(_text_or_null, default=None)
    csv: str | None = _setting(_folder_or_null, default=None)
    against: str | None = _setting(_text_or_null, default=None)
    prune: str | None = _setting(_prune, default=None)
    dry: bool = _setting(_boolean, default=False)


@dataclass(frozen=True)
class Settings(_Checked):
    """All that a user may choose about a run."""

    task: str = _setting(_one_of(lambda: list(TASKS)), default="compare")
    scenario: str = _setting(_one_of(known_scenarios), default="lithuania_visa_ban")
    baseline: str = _setting(_one_of(known_scenarios), default="historical")
    decision: str = _setting(_one_of(known_decisions), default="destination_nest")
    freeze: tuple[str, ...] = _setting(_feedbacks, default=())
    person: Any = _setting(_person, default="first:departed")
    until: str = _setting(_month, default="2025-12")
    people: People = field(default_factory=People)
    choice: Choice = field(default_factory=Choice)
    seed: int = _setting(_whole(0, 2**32 - 1), default=1)
    replicates: int | None = _setting(_whole_or_null(1, MOST_REPLICATES, "the default of the task"), default=None)
    threads: int | None = _setting(_whole_or_null(1, MOST_THREADS, "all cores"), default=2)
    results_dir: str = _setting(_folder, default="results")
    results: ResultsAsked = field(default_factory=ResultsAsked)

    @property
    def replicate_count(self) -> int:
        """Replicates to run: as asked, or eight for a comparison and one for anything else."""
        return self.replicates or (8 if self.task == "compare" else 1)

    @property
    def thread_count(self) -> int:
        """Threads to use: as asked, or every processor."""
        return self.threads or os.cpu_count() or 1

    @property
    def last_month(self) -> int:
        """Number of the last month simulated."""
        return months.month(self.until)


WITHOUT_EFFECT = ("threads", "results_dir", "results")
"""Keys that say how and where to compute, and change no number."""


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
                raise UserError(f"{key}={_written(value)} is not possible: {key} is a section of {keys}")
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
    close = _closest(key, list(keys_of(section)))
    return UserError(f"'{shown(full_key)}' is not a known key; known are: {', '.join(known)}{close}")


def record_of(settings: Any) -> dict[str, Any]:
    """The settings as plain values under the keys a user writes."""
    record = {}
    for key, spec in keys_of(type(settings)).items():
        value = getattr(settings, spec.name)
        record[key] = record_of(value) if is_dataclass(value) else list(value) if isinstance(value, tuple) else value
    return record


def resolved_yaml(settings: Settings) -> str:
    """The settings as YAML that conf/config.yaml could hold; reading it back gives the same settings."""
    return yaml.safe_dump(record_of(settings), sort_keys=False, allow_unicode=True)


def command(settings: Settings) -> str:
    """The command that repeats a run: the keys that differ from their defaults and change a number."""
    usual = dict(_dotted(Settings()))
    words = [
        f"{key}={json.dumps(value, separators=(',', ':')) if isinstance(value, list) else value}"
        for key, value in _dotted(settings)
        if value != usual[key] and key.partition(".")[0] not in WITHOUT_EFFECT
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

    Threads and folders do not count, nor whether a share is written 1 or 1.0. The data, the rest of conf/ and
    the program count as much, and have digests of their own in the manifest.
    """
    record = {key: value for key, value in record_of(settings).items() if key not in WITHOUT_EFFECT}
    record["choice"] = {"lambda": float(settings.choice.lam), "slices": [float(x) for x in settings.choice.slices]}
    return hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()[:16]

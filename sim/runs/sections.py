"""A section of settings: a frozen dataclass that pydantic checks, and whose faults are told at once, a line each."""

from collections.abc import Callable, Mapping
from dataclasses import Field, fields, is_dataclass
from typing import Any, TypeVar, dataclass_transform, get_type_hints

from pydantic import ConfigDict, ValidationError
from pydantic.dataclasses import dataclass
from pydantic_core import ArgsKwargs

from sim.numerics.errors import UserError
from sim.numerics.messages import closest, shown
from sim.runs.checks import written

Made = TypeVar("Made")
_NO_KEY = ("unexpected_keyword_argument", "invalid_key")
"""Pydantic's names of a key that a section has not."""


@dataclass_transform(frozen_default=True)
def section(prefix: str = "") -> Callable[[type[Made]], type[Made]]:
    """Make a class a section, whose keys are told with `prefix` before them.

    Its objects are valid from birth: whoever makes one, by calling the class or by `dataclasses.replace`, gets
    UserError, which names each key that is unknown or wrong, its value and what is allowed.
    """

    def made(cls: type[Made]) -> type[Made]:
        checked: Any = dataclass(frozen=True, config=ConfigDict(extra="forbid", validate_by_name=True))(cls)
        validator = checked.__pydantic_validator__

        def __init__(self: Made, /, *values: Any, **named: Any) -> None:  # noqa: N807
            try:
                validator.validate_python(ArgsKwargs(values, named), self_instance=self)
            except ValidationError as error:
                raise UserError(*_faults(error, checked)) from None

        checked.__init__, checked.prefix = __init__, prefix
        return checked  # type: ignore[no-any-return]

    return made


def from_mapping(record: Mapping[str, Any], of: type[Made]) -> Made:
    """A section made of values under the keys that a user writes: all keys, in inner sections too, and no others.

    Raises UserError for every key that is unknown, missing or wrong.
    """
    faults = [f"{key} has no value; it stands in conf/config.yaml" for key in _missing(record, of)]
    checked: Any = of
    try:
        found: Made = checked.__pydantic_validator__.validate_python(record, by_alias=True, by_name=False)
    except ValidationError as error:
        raise UserError(*faults, *_faults(error, of)) from None
    if faults:
        raise UserError(*faults)
    return found


def keys_of(of: type) -> dict[str, Field[Any]]:
    """Fields of a section by the key that a user writes."""
    declared = of.__pydantic_fields__  # type: ignore[attr-defined]
    return {declared[spec.name].alias or spec.name: spec for spec in fields(of)}


def inner_of(of: type) -> dict[str, type]:
    """The sections inside a section, by key."""
    hints = get_type_hints(of)
    return {key: hints[spec.name] for key, spec in keys_of(of).items() if is_dataclass(hints[spec.name])}


def unknown(key: str, of: type, before: str = "") -> str:
    """What is said of a key that a section has not: the keys that it has, the likeliest last."""
    keys = list(keys_of(of))
    known = ", ".join(f"{before}{name}" for name in keys)
    return f"'{shown(before + key)}' is not a known key; known are: {known}{closest(key, keys)}"


def unknown_key(full_key: str, of: type) -> UserError:
    """The error that names a key that settings have not, and those that are known beside it."""
    *parents, key = full_key.split(".")
    where, before = of, ""
    for parent in parents:
        if parent not in keys_of(where):
            return UserError(unknown(parent, where, before))
        if parent not in inner_of(where):
            told = f"{before}{parent} is a value and has no keys in it"
            return UserError(f"'{shown(full_key)}' is not a known key: {told}")
        where, before = inner_of(where)[parent], f"{before}{parent}."
    return UserError(unknown(key, where, before))


def _missing(record: Mapping[str, Any], of: type, before: str = "") -> list[str]:
    inner = inner_of(of)
    found = [f"{before}{key}" for key in keys_of(of) if key not in record]
    for key, one in inner.items():
        if isinstance(record.get(key), Mapping):
            found += _missing(record[key], one, f"{before}{key}.")
    return found


def _faults(error: ValidationError, of: type) -> list[str]:
    """Everything that pydantic found, in the words of the keys."""
    found: list[str] = []
    for fault in error.errors(include_url=False):
        names = list(keys_of(of))
        first, *rest = fault["loc"] or ("",)
        if isinstance(first, int) and first < len(names) and fault["type"] not in _NO_KEY:
            first = names[first]  # given by its place, not by its name
        *outer, last = map(str, (first, *rest))
        where, before = of, of.prefix  # type: ignore[attr-defined]
        for key in outer:
            where, before = inner_of(where)[key], f"{before}{key}."
        key = next((key for key, spec in keys_of(where).items() if spec.name == last and before), last)
        told = fault.get("ctx", {})
        if fault["type"] == "faults":
            found += told["faults"]
        elif fault["type"] == "setting":
            found.append(f"{before}{key}={written(fault['input'])} is not {told['wanted']}")
        elif fault["type"] in _NO_KEY:
            found.append(unknown(last, where, before))
        elif last in inner_of(where):
            keys = ", ".join(f"{before}{last}.{name}" for name in keys_of(inner_of(where)[last]))
            found.append(f"{before}{last}={written(fault['input'])} is not possible: {last} is a section of {keys}")
        elif fault["type"] in ("missing", "missing_argument"):
            found.append(f"{before}{key} has no value")
        else:
            found.append(f"{before}{key}: {fault['msg']}")
    return found

"""What the value of a setting may be: types that pydantic checks, and what is said of a value that is none of them.

A value comes from the command line, from a file or out of Python, and is checked in the same way. Scalars of numpy and
pandas, paths, arrays and dates count as what they stand for; a number that is whole may be written as a float, as a
column of a table holds it. Nothing else is converted: 1.5 is no whole number, true is no number, "3" is a text.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Literal

from annotated_types import Ge, Le, Len, Lt
from pydantic import (
    AfterValidator,
    AllowInfNan,
    BeforeValidator,
    PlainValidator,
    Strict,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)
from pydantic_core import PydanticCustomError

from sim.history.clock import clock
from sim.history.coefficients import RECORDS, SMALLEST_LAMBDA
from sim.history.naming import composition
from sim.model.feedback import FEEDBACKS
from sim.numerics import months
from sim.numerics.errors import UserError
from sim.numerics.messages import closest, nearest, shown
from sim.numerics.values import canonical, plain
from sim.runs.fitted import posterior_path
from sim.runs.given import checked, known

MOST_REPLICATES, MOST_THREADS, MOST_LAMBDAS = 100_000, 1024, 50
"""More than anybody means: a larger number is a slip that would run for ever."""
CIRCLES = 95_719
"""Circles of the whole population: a sample that keeps every so many-th has one left at this number, about 100 people.

The layout of the people has as many (`sim.population.layout`), which a test sees to; here it costs nothing to ask.
"""
ENOUGH: Literal["enough"] = "enough"
"""As many replicates as the stopping rule asks for."""
CENTRAL, POSTERIOR = "central", "posterior"
"""Values of `parameters` that are no files: those of `conf/`, and the fitted draws of the rule of decision."""
ANSWERS = tuple("compare figures report canonical simulate reasons explain survey patterns validate predict".split())
"""Tasks whose answers, made or drawn anew, rest on fitted draws unless something else is asked for."""
MOST_DRAWS_OF_PEOPLE = 1000
PEOPLE = 4
"""Draws of people where parameters are drawn: each costs a third of a second at one person in 100 (measured November
2026)."""
USUAL_LAMBDA = 0.62
"""Mean of the prior of lambda."""
PRUNED = ("partial", "damaged", "stale", "where")
"""Points that `task=results` can remove: half-written, damaged, of another program or other data, or chosen."""


def usual_parameters(asked: Mapping[str, Any]) -> str:
    """What `parameters` is if nothing is said: the fitted draws where the rule has some and the task answers."""
    is_fitted = asked.get("task") in ANSWERS and posterior_path(str(asked.get("decision"))).is_file()
    return POSTERIOR if is_fitted else CENTRAL


def refusal(wanted: str) -> PydanticCustomError:
    """The fault of a value that is not what is `wanted`."""
    return PydanticCustomError("setting", "{wanted}", {"wanted": wanted})


def refused(faults: Sequence[str]) -> PydanticCustomError:
    """The faults of a value that are told each in words of its own."""
    return PydanticCustomError("faults", "{faults}", {"faults": list(faults)})


def wanted(text: str) -> WrapValidator:
    """Every fault of a value is reported as what was expected."""

    def check(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
        try:
            return handler(plain(value))
        except ValidationError:
            raise refusal(text) from None

    return WrapValidator(check)


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _different(values: tuple[Any, ...]) -> tuple[Any, ...]:
    if len(set(values)) < len(values):
        raise ValueError("given twice")
    return values


def _sorted(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(values))


def _one_line(text: str) -> str:
    if not text.isprintable() or text.strip() != text:
        raise ValueError("not on one line")
    return text


Whole = Annotated[int, Strict(), BeforeValidator(_whole)]
Seed = Annotated[Whole, Ge(0), Le(2**32 - 1), wanted(f"a whole number from 0 to {2**32 - 1}")]
Numbered = Annotated[Whole, Ge(0), Lt(MOST_REPLICATES), wanted(f"a whole number from 0 to {MOST_REPLICATES - 1}")]
Most = Annotated[Whole, Ge(2), Le(MOST_REPLICATES), wanted(f"a whole number from 2 to {MOST_REPLICATES}")]
Few = Annotated[Whole, Ge(1), Le(20), wanted("a whole number from 1 to 20")]
Several = Annotated[Whole, Ge(10), Le(100_000), wanted("a whole number from 10 to 100000")]
Counted = Annotated[Whole, Ge(0), Le(100_000), wanted("a whole number from 0 to 100000")]
MaybeNumbered = Annotated[Annotated[Whole, Ge(0), Lt(1000)] | None, wanted("a whole number from 0 to 999, or null")]
Real = Annotated[float, Strict(), AllowInfNan(False), AfterValidator(canonical)]
Lambda = Annotated[Real, Ge(SMALLEST_LAMBDA), Le(1)]
Line = Annotated[str, Strict(), StringConstraints(min_length=1), AfterValidator(_one_line)]
"""A text on one line."""
_RANGE = f"from {SMALLEST_LAMBDA:g} to 1"
Flag = Annotated[bool, Strict(), wanted("true or false")]
ALambda = Annotated[Lambda, wanted(f"a number {_RANGE} (nearer 0 nearly all who are barred go elsewhere anyway)")]
Sampled = Annotated[
    Annotated[Whole, Ge(1), Le(CIRCLES)] | None,
    wanted(f"a whole number from 1 to {CIRCLES}, or null for the usual sample of the task"),
]
LambdaOrDrawn = Annotated[
    Lambda | None,
    wanted(f"a number {_RANGE} (nearer 0 nearly all who are barred go elsewhere anyway), or null: the usual one"),
]
Drawn = Annotated[
    Annotated[Whole, Ge(1), Le(MOST_DRAWS_OF_PEOPLE)] | None,
    wanted(f"a whole number from 1 to {MOST_DRAWS_OF_PEOPLE}, or null for the usual number"),
]
Lambdas = Annotated[
    tuple[Lambda, ...],
    Len(1, MOST_LAMBDAS),
    AfterValidator(_different),
    wanted(f"a list of numbers {_RANGE}, at most {MOST_LAMBDAS}, all different"),
]
Name = Annotated[Line, AfterValidator(lambda name: composition(name).name), wanted("the name of a scenario")]
Folder = Annotated[Line, wanted("a text on one line that names a folder")]
File = Annotated[Line | None, wanted("a text on one line that names a file, or null")]
Parameters = Annotated[
    Line,
    BeforeValidator(lambda value, info: usual_parameters(info.data) if value is None else value),
    wanted(f"{CENTRAL}, {POSTERIOR}, a text on one line that names a file of draws, or null: the usual ones"),
]
Words = Annotated[
    Annotated[str, Strict(), StringConstraints(pattern=r"\S")] | None,
    wanted("a text, or null"),
]
Person = Annotated[
    Annotated[int, Strict(), Ge(0), Le(2**64 - 1)] | Annotated[str, Strict(), StringConstraints(pattern="^first:")],
    wanted("a person's key, or first:EVENT (first:departed, first:wished:lithuania, first:parted ...)"),
]
Replicates = Annotated[
    Annotated[Whole, Ge(1), Le(MOST_REPLICATES)] | Literal["enough"] | None,
    wanted(
        f"a whole number of at least 1 and at most {MOST_REPLICATES}, {ENOUGH}, or null for the default of the task"
    ),
]
Threads = Annotated[
    Annotated[Whole, Ge(1), Le(MOST_THREADS)] | None,
    wanted(f"a whole number of at least 1 and at most {MOST_THREADS}, or null for all cores"),
]


Port = Annotated[Whole, Ge(1024), Le(65535), wanted("a whole number from 1024 to 65535")]


def _month(value: Any) -> str:
    """A month as YYYY-MM; a date means the month in which it lies, null the last month with known rules."""
    value = months.label(clock().known) if plain(value) in (None, "") else plain(value)
    text = value.strftime("%Y-%m") if hasattr(value, "strftime") else value
    try:
        if isinstance(text, str) and len(text) == 7 and text.isascii() and months.month(text) >= 0:
            return text
    except ValueError:
        pass
    raise no_month(clock().last)


def no_month(last: int) -> PydanticCustomError:
    """The fault of what is no month to the last one of the histories that are asked for."""
    return refusal(f"a month from {months.label(0)} to {months.label(last)}, written YYYY-MM")


Month = Annotated[str, PlainValidator(_month)]


def _by_name(value: Any) -> Any:
    """A mapping, or a row of a table, as a dictionary."""
    return dict(value) if hasattr(value, "keys") else value


Section = BeforeValidator(_by_name)
"""A section inside the settings: one that is made already, or values by name."""


def _coefficients(value: Any) -> dict[str, float]:
    """What is given by name in place of central values (see `sim.runs.given`), each within its limits."""
    given = _by_name(value)
    if not isinstance(given, dict):
        raise refusal("a section of coefficients, as coefficients.peers=0.5")
    found, faults = {}, []
    for name, one in given.items():
        number, key = plain(one), f"coefficients.{shown(name)}"
        if name == "lambda":
            faults.append(f"{key}={written(number)} is not possible: lambda has a key of its own, choice.lambda")
        elif name not in RECORDS and name not in known():
            faults.append(f"{key}={written(number)} is not known; {_choices(name, sorted(known()))}")
        else:
            try:
                number = canonical(number) if type(number) in (int, float) else number
                checked(name, number)
                found[str(name)] = float(number)
            except (UserError, OverflowError) as error:
                faults.append(f"{key}={written(number)} is not possible: {error}")
    if faults:
        raise refused(faults)
    return dict(sorted(found.items()))


Coefficients = Annotated[Mapping[str, float], PlainValidator(_coefficients)]


MANY = 20
"""More names than these are not all told to whoever misspells one."""


def _choices(name: object, names: Sequence[str], also: str = "") -> str:
    """The names that are known, of many the nearest, and a guess at the one that was meant."""
    told = ", ".join(names) if len(names) <= MANY else nearest(str(name), names)
    return f"known are: {told or 'none'}{also}{closest(name, names)}"


def one_of(known: Callable[[], Sequence[str]], null: bool = False) -> PlainValidator:
    """A known name, or nothing where that is allowed."""

    def check(value: Any) -> str | None:
        name, names = plain(value), known()
        if (isinstance(name, str) and name in names) or (null and name is None):
            return name  # type: ignore[no-any-return]
        raise refusal(f"known; {_choices(name, names, ', or null' if null else '')}")

    return PlainValidator(check)


OF_WHAT_HAPPENED = ("patterns", "validate", "predict")
"""Tasks that are about what happened unless another world is named."""
PARTS = ("scorecard", "literature", "scale")
"""Parts of a validation: what was observed, elasticities of the literature, sizes of the sample."""
Part = Annotated[str, one_of(lambda: PARTS)]


def each_of(known: Callable[[], Sequence[str]], what: str) -> PlainValidator:
    """A list of known names, each at most once."""

    def check(value: Any, info: ValidationInfo) -> tuple[str, ...]:
        found = plain(value)
        if not isinstance(found, tuple) or not all(isinstance(one, str) for one in found):
            raise refusal(f"a list of {what}, each at most once; known are: {', '.join(known())}")
        _need_each_once(found, lambda one: one in known(), what, known(), info)
        return found

    return PlainValidator(check)


def _need_each_once(
    found: tuple[str, ...], is_known: Callable[[str], bool], what: str, known: Sequence[str], info: ValidationInfo
) -> None:
    """Raise the faults of a list of names: those that are not known, and those that are given twice."""
    faults, told = [], f"{info.field_name}={written(found)}"
    for one in dict.fromkeys(found):
        if not is_known(one):
            faults.append(f"{told}: '{shown(one)}' is no {what.removesuffix('s')}; {_choices(one, known)}")
        elif found.count(one) > 1:
            faults.append(f"{told}: '{shown(one)}' is given twice")
    if faults:
        raise refused(faults)


class World:
    """Checks of the names of worlds: a known scenario, or a composition that `named` gives its one name.

    `named` raises UserError with the faults of a composition.
    """

    def __init__(self, known: Callable[[], Sequence[str]], named: Callable[[str], str]) -> None:
        self._known, self._named = known, named
        self.one, self.or_none = PlainValidator(self._one), PlainValidator(self._or_none)
        self.several = PlainValidator(self._several)

    def _one(self, value: Any, info: ValidationInfo) -> str:
        name, known = plain(value), self._known()
        scenario = composition(name).scenario if isinstance(name, str) else ""
        if scenario not in known:
            raise refusal(f"known; {_choices(scenario or name, known)}")
        try:
            return self._named(name)
        except UserError as error:
            raise refused([f"{info.field_name}={shown(name)}: {fault}" for fault in error.faults]) from None

    def _or_none(self, value: Any, info: ValidationInfo) -> str:
        """A world, or an empty name for null, which stands for the usual one."""
        return "" if plain(value) in (None, "") else self._one(value, info)

    def _several(self, value: Any, info: ValidationInfo) -> tuple[str, ...]:
        found, known = plain(value), self._known()
        if not isinstance(found, tuple) or not all(isinstance(one, str) for one in found):
            raise refusal("a list of scenarios, each at most once")
        _need_each_once(found, lambda one: composition(one).scenario in known, "scenarios", known, info)
        names = tuple(self._one(one, info) for one in found)
        _need_each_once(names, lambda one: True, "scenarios", known, info)  # however they are spelt
        return names


def _bundles(value: Any) -> tuple[str, ...] | None:
    """Names of policies; a single one is a list of one. Whether they are known is asked of all together."""
    found = plain(value)
    found = (found,) if isinstance(found, str) else found
    if found is None:
        return None
    if not isinstance(found, tuple) or not found or not all(isinstance(one, str) and one.strip() for one in found):
        raise refusal("a list with at least one name of conf/policy or conf/event, as [lithuania_full_ban], or null")
    return tuple(one.strip() for one in found)


Bundles = Annotated[tuple[str, ...] | None, PlainValidator(_bundles)]
Feedbacks = Annotated[tuple[str, ...], each_of(lambda: FEEDBACKS, "feedbacks"), AfterValidator(_sorted)]


_LIKE_ANOTHER = re.compile(r"true|false|null|nan|[-+]?(inf|[\d._]+(e[-+]?\d+)?)", re.IGNORECASE | re.ASCII)
"""Texts that are told in quotes, because without them they are no texts."""


def written(value: Any) -> str:
    """A value as a user would write it, on one line and not too long."""
    value = plain(value)
    if not (value is None or value == "" or isinstance(value, bool | int | float | Sequence | Mapping)):
        value = str(value)
    if isinstance(value, str) and value and not _LIKE_ANOTHER.fullmatch(value):
        return shown(value)
    try:
        return shown(json.dumps(value, default=shown, skipkeys=True, ensure_ascii=False))
    except ValueError:  # a number too long to write out
        return shown(value)

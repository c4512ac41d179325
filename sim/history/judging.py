"""A file judged by a model of what stands in it: all its faults at once, each with its line and its key.

A model is a pydantic class whose fields are the keys of a mapping. What it may not hold is said by functions that
raise ValueError or HistoryError; this module gathers what they say, inside one mapping and over all of them.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, ModelWrapValidatorHandler, PlainValidator, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from sim.history import spelling
from sim.history.strict_yaml import within
from sim.numerics import strict_yaml
from sim.numerics.errors import HistoryError
from sim.numerics.messages import nearest, shown
from sim.numerics.scalars import value_of
from sim.numerics.strict_yaml import Document, Place, refuse

Number = Annotated[float, PlainValidator(spelling.number)]
Day = Annotated[date, PlainValidator(spelling.day)]
LastDay = Annotated[date | None, PlainValidator(spelling.last_day)]
Flag = Annotated[bool, PlainValidator(spelling.flag)]
Text = Annotated[str, PlainValidator(spelling.text)]
Words = Annotated[str, PlainValidator(spelling.words)]
Note = Annotated[str, PlainValidator(spelling.note)]
Names = Annotated[tuple[str, ...], PlainValidator(spelling.names)]

Made = TypeVar("Made")


class Faults:
    """What is wrong inside a mapping, gathered to be told together."""

    def __init__(self) -> None:
        self._found: list[InitErrorDetails] = []

    def add(self, said: str, *where: Any) -> None:
        """Add a fault of the place that is reached by the keys of `where`."""
        kind = PydanticCustomError("fault", "{said}", {"said": said})
        keys = tuple(key if isinstance(key, int | str) else str(key) for key in where)  # a date as it is written
        self._found.append(InitErrorDetails(type=kind, loc=keys, input=None))

    @contextmanager
    def at(self, *where: Any) -> Iterator[None]:
        """Gather what is wrong inside, at the place that is reached by the keys of `where`."""
        try:
            yield
        except ValidationError as error:
            for one in error.errors(include_url=False):
                if one["type"] == "missing":
                    *above, key = one["loc"]
                    self.add(f"key '{key}' is missing", *where, *above)
                else:
                    said = one["ctx"].get("said") or str(one["ctx"]["error"])
                    self.add(said, *where, *one["loc"])
        except (ValueError, HistoryError) as error:
            self.add(str(error), *where)

    def refuse(self) -> None:
        """Raise ValidationError with everything that was gathered, if there is anything."""
        if self._found:
            raise ValidationError.from_exception_data("faults", self._found)


class Record(BaseModel):
    """A mapping of a file: no unknown key, every needed one, all faults told."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    @model_validator(mode="wrap")
    @classmethod
    def _strictly(cls, content: Any, handler: ModelWrapValidatorHandler["Record"]) -> "Record":
        faults = Faults()
        known = [field.alias or name for name, field in cls.model_fields.items()]
        own = mapping(content)
        for key in own:
            if key not in known:
                faults.add(_unknown(key, known), key)
        made = None
        with faults.at():
            made = handler({key: own[key] for key in known if key in own})
        faults.refuse()
        assert made is not None
        return made


def _unknown(key: Any, known: Sequence[str]) -> str:
    stuck = key.partition(":")[0] if isinstance(key, str) and ":" in key else ""
    hint = f"; write a space after '{stuck}:'" if stuck in known else ""
    return f"unknown key '{shown(key)}'{hint or f'; known: {nearest(str(key), known, 20)}'}"


def mapping(content: Any) -> Mapping[Any, Any]:
    """The content, if it is a mapping."""
    if isinstance(content, Mapping):
        return content
    if content is None:
        raise ValueError("is empty; write a mapping of names to values")
    key = content.partition(":")[0] if isinstance(content, str) else ""
    hint = f"; write a space after '{shown(key)}:'" if 0 < len(key) < len(str(content)) and key.isidentifier() else ""
    raise ValueError(f"'{shown(content)}' is not a mapping of names to values{hint}")


def named(content: Any) -> Mapping[str, Any]:
    """The content, if it is a mapping in which every key is a name."""
    for name in mapping(content):
        if not isinstance(name, str) or not name.strip():
            raise ValueError(f"key '{shown(name)}' is not a name; quote it")
    return content  # type: ignore[no-any-return]


def each(content: Any, made: Callable[[str, Any], Made], faults: Faults | None = None) -> dict[str, Made]:
    """What is made of every value in a mapping of names, by name.

    Raises ValidationError with all that is wrong with any of them, and with what stands in `faults` already.
    """
    faults, found = faults or Faults(), {}
    for name, value in named(content).items():
        with faults.at(name):
            found[name] = made(name, value)
    faults.refuse()
    return found


def distinct(names: Sequence[str], known: Collection[str] | None = None, what: str = "") -> tuple[str, ...]:
    """The names, if none is given twice and all are among the known ones; raises ValidationError with all faults."""
    faults = Faults()
    for number, name in enumerate(names):
        with faults.at(number):
            if known is not None:
                spelling.one_of(name, tuple(known), what)
            if name in names[:number]:
                raise ValueError(f"'{shown(name)}' is given twice")
    faults.refuse()
    return tuple(names)


Judged = TypeVar("Judged", bound=BaseModel)


def judge(model: type[Judged], document: Document, context: Mapping[str, Any] | None = None) -> Judged:
    """What a document says, as its model; raises CatalogueError with all faults of both, each with its line."""
    faults, made = Faults(), None
    with faults.at():
        made = model.model_validate(document.content, context=context)
    tell(document, faults)
    assert made is not None
    return made


def stated(model: type[Judged], path: Path) -> Judged:
    """What a file of `conf/` states, as its model; raises CatalogueError with all its faults, each with its line."""
    with within(f"conf/{path.name}"):
        return judge(model, strict_yaml.document(strict_yaml.source(path)))


def tell(document: Document, faults: Faults) -> None:
    """Raise CatalogueError with the gathered faults of a document and its own, each with its line, if there are any."""
    found = list(document.faults)
    try:
        faults.refuse()
    except ValidationError as error:
        told = _Told(document.place)
        found += [told.line_and_message(one) for one in error.errors(include_url=False)]
    refuse(found)


class _Told:
    """The faults of one document, each at its place; keys are compared as they are written, dates among them."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._written: dict[int, dict[str, Place]] = {}  # by identity of a mapping's places, which the document keeps

    def _inside(self, place: Place, key: Any) -> Place | None:
        if id(place.inside) not in self._written:
            self._written[id(place.inside)] = {str(own): at for own, at in reversed(place.inside.items())}
        return self._written[id(place.inside)].get(str(key))

    def line_and_message(self, one: Any) -> tuple[int, str]:
        """Line and message of a fault: the keys that lead to it, and the value as it is written in the file."""
        inside: Place | None = self._place
        line = self._place.line
        for key in one["loc"]:
            inside = self._inside(inside, key) if inside else None
            line = inside.line if inside else line
        said, written = one["ctx"]["said"], inside.written if inside else ""
        said = said.replace(f"'{shown(value_of(written))}'", f"'{shown(written)}'", 1) if written else said
        return line, ": ".join([*(shown(key) for key in one["loc"] if not isinstance(key, int)), said])

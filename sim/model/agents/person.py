"""A person as Mesa sees one: a thin view of a row, made when someone asks.

The columns hold the truth. A view keeps its model and its row, reads and writes through them, and is never
registered, so that a model of millions of people keeps no object for any of them.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NoReturn, Protocol

import mesa
import numpy as np

from sim.numerics import codes
from sim.population.schema import BY_NAME, NOBODY, SCHEMA, STATES, Column


class Peopled(Protocol):
    """What a view needs of its model: the columns, the clock, the compiled processes by name, Mesa's generators.

    `columns` is a `sim.population.schema.Columns`, all arrays of one length; `processes` take the model.
    """

    columns: Any
    month: int
    steps: int
    time: float
    processes: Mapping[str, Callable[..., Any]]
    rng: np.random.Generator
    random: Any

    def savings(self, rows: Any) -> Any:
        """Savings of people by now."""


class Attribute:
    """A named quantity of a person, for one row or for many at once.

    `values(model, rows)` gives a numpy scalar for a row number and an array for row numbers or a slice.
    `column` is the column behind it, None if it is derived; `code` names the code column that a name spells out.
    """

    def __init__(
        self,
        name: str,
        meaning: str,
        values: Callable[[Peopled, Any], Any],
        column: Column | None = None,
        code: str | None = None,
    ) -> None:
        self.name = name
        self.values = values
        self.column = column
        self.code = code
        self.__doc__ = meaning

    def __get__(self, person: "Person | None", owner: type | None = None) -> Any:
        if person is None:
            return self
        return self.values(person.model, person.row).item()

    def __set__(self, person: "Person", value: Any) -> None:
        self.write(person.model, person.row, value)

    def write(self, model: Peopled, rows: Any, value: Any) -> None:
        """Write a state, one value for all `rows` or one for each.

        Raises AttributeError for a trait or a derived attribute, ValueError for a value that the schema refuses.
        """
        column = self.column
        if column is None:
            raise AttributeError(f"'{self.name}' is derived and cannot be set; states: {', '.join(STATES)}")
        if column.is_trait:
            raise AttributeError(f"'{self.name}' is a trait and never changes; states: {', '.join(STATES)}")
        given = np.asarray(value)
        whole = np.dtype(column.dtype).kind in "iu"
        fits = given.dtype.kind in "biuf" and bool(((given >= column.low) & (given <= column.high)).all())
        if not fits or (whole and bool((given != np.floor(given)).any())):
            number = "a whole number" if whole else "a number"
            limits = f"from {column.low:g} to {column.high:g} ({column.unit})"
            raise ValueError(f"'{self.name}' of a person is {number} {limits}, not {value!r}")
        getattr(model.columns, self.name)[rows] = given
        if self.name == "savings":  # who is given a sum has it now, and saves or spends from then on
            model.columns.saved_at[rows] = model.month


def _stored(column: Column) -> Attribute:
    def values(model: Peopled, rows: Any) -> Any:
        return getattr(model.columns, column.name)[rows]

    return Attribute(column.name, f"{column.meaning} [{column.unit}]", values, column)


def _savings(model: Peopled, rows: Any) -> Any:
    return model.savings(rows)


def _spelled(name: str, table: tuple[str, ...]) -> Attribute:
    words = np.array(table)

    def values(model: Peopled, rows: Any) -> Any:
        return words[getattr(model.columns, name)[rows]]

    return Attribute(f"{name}_name", f"name of the code '{name}'", values, code=name)


def _age(model: Peopled, rows: Any) -> Any:
    return (model.month - model.columns.birth[rows]) // 12


def _abroad(model: Peopled, rows: Any) -> Any:
    return model.columns.place[rows] != codes.PLACE["belarus"]


def _key(model: Peopled, rows: Any) -> Any:
    return model.columns.key[rows]


_OR_NONE = ("none", *codes.PLACE_NAMES[1:])  # a plan or kin at place 0 is none

_NAMES: dict[str, tuple[str, ...]] = {
    "sex": codes.names(codes.SEX),
    "region": codes.names(codes.REGION),
    "locality": codes.names(codes.LOCALITY),
    "education": codes.names(codes.EDUCATION),
    "politics": codes.names(codes.POLITICS),
    "exposure": codes.names(codes.EXPOSURE),
    "kin": _OR_NONE,
    "sector": codes.SECTOR_NAMES,
    "place": codes.PLACE_NAMES,
    "mode": codes.names(codes.MODE),
    "status": codes.STATUS_NAMES,
    "channel": codes.CHANNEL_NAMES,
    "lead": codes.names(codes.LEAD),
    "conscription": codes.names(codes.CONSCRIPTION),
    "war_view": codes.names(codes.WAR_VIEW),
    "officer": codes.names(codes.OFFICER),
    "plan": codes.names(codes.PLAN),
    "plan_place": _OR_NONE,
    "plan_channel": codes.CHANNEL_NAMES,
}

_ALL = (
    *(_stored(column) for column in SCHEMA if column.name != "savings"),
    Attribute("savings", "liquid savings by now [EUR]", _savings, BY_NAME["savings"]),
    *(_spelled(name, table) for name, table in _NAMES.items()),
    Attribute("age", "completed years at the model's month", _age),
    Attribute("abroad", "True if the country of residence is not Belarus", _abroad),
    Attribute("unique_id", "identity of the person, the key", _key),
)

ATTRIBUTES: Mapping[str, Attribute] = MappingProxyType({attribute.name: attribute for attribute in _ALL})
"""Every attribute of a person that is read from the columns: the schema, names of codes, derived quantities."""


class Person(mesa.Agent):
    """A resident or former resident of Belarus, seen through one row of the model's columns.

    Attributes are those of `ATTRIBUTES`; states can be assigned and are checked against the schema. Two views
    of one person are equal. A row number is good as long as the model lives: rows are never moved.
    """

    __slots__ = ("model", "row")

    pos = None  # on no grid

    def __init__(self, model: Peopled, row: int) -> None:
        # Mesa's own __init__ would register the view: hundreds of bytes a person, and on Mesa 3.3 the model
        # would never be freed.
        object.__setattr__(self, "model", model)
        object.__setattr__(self, "row", row)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"a person has no attribute '{name}'; known: {', '.join(ATTRIBUTES)}")

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in ATTRIBUTES:
            raise AttributeError(f"a person has no attribute '{name}' to set; states: {', '.join(STATES)}")
        object.__setattr__(self, name, value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Person) and other.model is self.model and other.row == self.row

    def __hash__(self) -> int:
        return hash((id(self.model), self.row))  # not the key: a set of people is unpickled before their columns

    def __reduce__(self) -> tuple[type["Person"], tuple[Peopled, int]]:
        return type(self), (self.model, self.row)

    def __repr__(self) -> str:
        return f"<Person {self.key}: {self.sex_name}, {self.age}, {self.region_name}, in {self.place_name}>"

    @property
    def head(self) -> "Person":
        """Head of the person's decision unit, on whose row the plan is kept; themselves for who is in none."""
        back = int(self.model.columns.behind[self.row])
        return self if back == NOBODY else Person(self.model, self.row - back)

    @property
    def unit(self) -> list["Person"]:
        """The decision unit: an adult or a couple with minor children, head first; nobody of who does not live."""
        first = self.head.row
        rows = np.arange(first, first + int(self.model.columns.reach[first]) + 1)
        return [Person(self.model, int(row)) for row in rows[self.model.columns.behind[rows] == rows - first]]

    def remove(self) -> NoReturn:
        """Refuse: a person leaves by a change of place. Raises TypeError."""
        raise TypeError("people are never removed: who leaves changes 'place'; to narrow a set use its discard")


for _attribute in _ALL:
    setattr(Person, _attribute.name, _attribute)

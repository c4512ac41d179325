"""Who is in a set of people: row numbers in an order, and the algebra of sets upon them.

The order is Mesa's: of a union first the members of the left set, of an intersection that of the right one.
"""

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from operator import index
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.model.agents.person import Peopled, Person
from sim.population.schema import NOBODY

try:
    from mesa.agentset import AbstractAgentSet
except ImportError:  # Mesa before 3.5 has no abstract set
    from mesa.agent import AgentSet as AbstractAgentSet

Rows = NDArray[np.intp]


class Members(AbstractAgentSet, Sequence):
    """People of one model, each once, in an order, held as row numbers.

    `Members(model)` is everyone who lives: it holds nothing, follows the model's columns and cannot be changed in
    place. `Members(model, rows)` is a subset; adding and discarding change its membership, never a person. Who dies
    stays in a subset, and the rows of who is not yet born may be put into one.

    Raises ValueError for rows that are repeated or are not rows of the model.
    """

    def __init__(self, model: Peopled, rows: ArrayLike | None = None) -> None:
        self.model = model
        self._rows: Rows | None = None
        if rows is not None:
            given = np.asarray(rows)
            n = len(model.columns.key)
            if given.ndim != 1 or (given.size and given.dtype.kind not in "iu"):
                raise ValueError("rows of people are a list of row numbers")
            if given.size and not (given.min() >= 0 and given.max() < n):
                raise ValueError(f"rows of people lie between 0 and {n - 1}")
            self._rows = given.astype(np.intp)
            if np.count_nonzero(self._marked(self)) != given.size:
                raise ValueError("rows of people name a person twice")

    @property
    def rows(self) -> Rows:
        """Row numbers of the members, in order (intp[len])."""
        return np.flatnonzero(self._living()) if self._rows is None else self._rows

    def _living(self) -> NDArray[np.bool_]:
        """Who lives (bool over all rows of the model)."""
        living: NDArray[np.bool_] = self.model.columns.member != NOBODY
        return living

    def _part(self, rows: Rows) -> Self:
        """A subset known to be good, without checking each row again."""
        part = object.__new__(type(self))
        part.model, part._rows = self.model, rows
        return part

    def _replace(self, rows: Rows) -> Self:
        if self._rows is None:
            raise TypeError("this set is everyone and cannot be changed in place; take a subset by select()")
        self._rows = rows
        return self

    def _is_own(self, person: object) -> bool:
        return isinstance(person, Person) and person.model is self.model

    def _own_rows(self, persons: Iterable[Any]) -> Rows:
        """Rows of those of `persons` who are people of this model, each once, in order."""
        if isinstance(persons, Members):
            return persons.rows if persons.model is self.model else np.zeros(0, np.intp)
        return np.array(list(dict.fromkeys(person.row for person in persons if self._is_own(person))), np.intp)

    def _rows_of(self, persons: Iterable[Any]) -> Rows:
        """Rows of people, each once, in order. Raises ValueError for anything but people of this model."""
        given = persons if isinstance(persons, Members) and persons.model is self.model else list(persons)
        for person in given if isinstance(given, list) else ():
            if not self._is_own(person):
                raise ValueError(f"{person!r} is not a person of this model")
        return self._own_rows(given)

    def _marked(self, persons: Iterable[Any]) -> NDArray[np.bool_]:
        """Who is among `persons` (bool over all rows of the model)."""
        marked = np.zeros(len(self.model.columns.key), np.bool_)
        marked[self._own_rows(persons)] = True
        return marked

    # One by one

    def __len__(self) -> int:
        return int(np.count_nonzero(self._living())) if self._rows is None else len(self._rows)

    def __iter__(self) -> Iterator[Person]:
        for row in self.rows:
            yield Person(self.model, int(row))

    def __contains__(self, person: object) -> bool:
        if not isinstance(person, Person) or person.model is not self.model:
            return False
        if self._rows is None:
            return bool(self.model.columns.member[person.row] != NOBODY)
        return bool((self._rows == person.row).any())

    def __getitem__(self, item: int | slice) -> Any:
        order = self.rows
        if isinstance(item, slice):
            return [Person(self.model, int(row)) for row in order[item]]
        return Person(self.model, int(order[index(item)]))

    def to_list(self) -> list[Person]:
        """Every member as a view."""
        return list(self)

    def copy(self) -> Self:
        """The same people as a subset of its own."""
        return self._part(self.rows.copy())

    __copy__ = copy

    def add(self, agent: Person) -> None:
        """Take a person in, at the end. Raises ValueError for a person of another model."""
        row = self._rows_of([agent])
        if agent not in self:
            self._replace(np.concatenate([self.rows, row]))

    def discard(self, agent: Person) -> None:
        """Leave a person out, if there."""
        if agent in self:
            self._replace(self.rows[self.rows != agent.row])

    def remove(self, agent: Person) -> None:
        """Leave a person out. Raises KeyError if not there."""
        if agent not in self:
            raise KeyError(agent)
        self.discard(agent)

    def clear(self) -> None:
        """Leave everyone out."""
        self._replace(np.zeros(0, np.intp))

    # The algebra of sets: the inherited one would look for every member in turn

    def __and__(self, other: Iterable[Any]) -> Self:
        rows = self._own_rows(other)
        return self._part(rows[self._marked(self)[rows]])

    def __or__(self, other: Iterable[Any]) -> Self:
        rows = self._rows_of(other)
        return self._part(np.concatenate([self.rows, rows[~self._marked(self)[rows]]]))

    def __sub__(self, other: Iterable[Any]) -> Self:
        return self._part(self.rows[~self._marked(other)[self.rows]])

    def __rsub__(self, other: Iterable[Any]) -> Self:
        return self._from_iterable(other) - self

    def __xor__(self, other: Iterable[Any]) -> Self:
        others = self._from_iterable(other)
        return (self - others) | (others - self)

    __rand__, __ror__, __rxor__ = __and__, __or__, __xor__

    def __iand__(self, other: Iterable[Any]) -> Self:
        return self._replace(self.rows[self._marked(other)[self.rows]])

    def __ior__(self, other: Iterable[Any]) -> Self:
        return self._replace((self | other).rows)

    def __isub__(self, other: Iterable[Any]) -> Self:
        return self._replace((self - other).rows)

    def __ixor__(self, other: Iterable[Any]) -> Self:
        return self._replace((self ^ other).rows)

    def __le__(self, other: Any) -> bool:
        return bool(self._marked(other)[self.rows].all()) if isinstance(other, AbstractSet) else NotImplemented

    def __ge__(self, other: Any) -> bool:
        if not isinstance(other, AbstractSet):
            return NotImplemented
        rows = self._own_rows(other)
        return len(rows) == len(other) and bool(self._marked(self)[rows].all())

    def isdisjoint(self, other: Iterable[Any]) -> bool:
        """Whether nobody is in both."""
        return not self._marked(other)[self.rows].any()

    def _from_iterable(self, persons: Iterable[Any]) -> Self:
        # the standard library's name for a new set of given members
        return self._part(self._rows_of(persons))

    def _update(self, agents: Iterable[Any]) -> Self:
        # Mesa's abstract set asks for this name
        return self._replace(self._rows_of(agents))

    def __getstate__(self) -> dict[str, Any]:
        return {"model": self.model, "rows": self._rows}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.model, self._rows = state["model"], state["rows"]

    def __repr__(self) -> str:
        n, name = np.count_nonzero(self._living()), type(self).__name__
        return f"<{name}: everyone, {n}>" if self._rows is None else f"<{name}: {len(self)} of {n}>"

"""The people as Mesa sees them: a set of agents answered from the columns, every subset of it as well.

`model.agents` stays Mesa's own set of the registered institutions; `model.people` is this one. A mask has one
truth value a member of the set, in its order; rows are row numbers of the columns. What is asked by attribute
name is answered in milliseconds a million; what calls a function for each person costs microseconds each.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from operator import index, methodcaller
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.agents.groups import Groups, parted, reduced
from sim.agents.person import ATTRIBUTES, Peopled, Person

try:
    from mesa.agentset import AbstractAgentSet
except ImportError:  # Mesa before 3.5 has no abstract set
    from mesa.agent import AgentSet as AbstractAgentSet

__all__ = ["Groups", "People", "Person"]

Rows = NDArray[np.intp]


def _need_attribute(name: str) -> None:
    if not hasattr(Person, name):
        raise AttributeError(f"a person has no attribute '{name}'; known: {', '.join(ATTRIBUTES)}")


class People(AbstractAgentSet):
    """A set of people of one model, in an order, held as row numbers.

    `People(model)` is everyone: it holds nothing, follows the model's columns and cannot be changed in place.
    `People(model, rows)` is a subset; adding and discarding change its membership, never a person.

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

    # Who is in the set

    @property
    def rows(self) -> Rows:
        """Row numbers of the members, in order (intp[len])."""
        return np.arange(len(self)) if self._rows is None else self._rows

    @property
    def random(self) -> Any:
        """Mesa's generator of the model."""
        return self.model.random

    def _part(self, rows: Rows) -> "People":
        """A subset known to be good, without checking each row again."""
        part = object.__new__(type(self))
        part.model, part._rows = self.model, rows
        return part

    def _replace(self, rows: Rows) -> "People":
        if self._rows is None:
            raise TypeError("this set is everyone and cannot be changed in place; take a subset by select()")
        self._rows = rows
        return self

    def _rows_of(self, persons: Iterable[Any]) -> Rows:
        """Rows of people, each once. Raises ValueError for anything that is not a person of this model."""
        if isinstance(persons, People) and persons.model is self.model:
            return persons.rows
        rows = []
        for person in persons:
            if not isinstance(person, Person) or person.model is not self.model:
                raise ValueError(f"{person!r} is not a person of this model")
            rows.append(person.row)
        return np.array(list(dict.fromkeys(rows)), np.intp)

    def _marked(self, persons: Iterable[Any]) -> NDArray[np.bool_]:
        """Who is among `persons` (bool over all rows of the model)."""
        marked = np.zeros(len(self.model.columns.key), np.bool_)
        if isinstance(persons, People):
            if persons.model is self.model:
                marked[persons.rows] = True
        else:
            own = (person.row for person in persons if isinstance(person, Person) and person.model is self.model)
            marked[np.fromiter(own, np.intp)] = True
        return marked

    def __len__(self) -> int:
        return len(self.model.columns.key if self._rows is None else self._rows)

    def __iter__(self) -> Iterator[Person]:
        for row in range(len(self)) if self._rows is None else self._rows:
            yield Person(self.model, int(row))

    def __contains__(self, person: object) -> bool:
        if not isinstance(person, Person) or person.model is not self.model:
            return False
        return self._rows is None or bool((self._rows == person.row).any())

    def __getitem__(self, item: int | slice) -> Any:
        order = range(len(self)) if self._rows is None else self._rows
        if isinstance(item, slice):
            return [Person(self.model, int(row)) for row in order[item]]
        return Person(self.model, int(order[index(item)]))

    def to_list(self) -> list[Person]:
        """Every member as a view."""
        return list(self)

    def copy(self) -> "People":
        """The same people as a subset of its own."""
        return self._part(self.rows.copy())

    __copy__ = copy

    def add(self, agent: Person) -> None:
        """Take a person in. Raises ValueError for a person of another model."""
        rows = self._rows_of([agent])
        self._replace(self.rows if agent in self else np.concatenate([self.rows, rows]))

    def discard(self, agent: Person) -> None:
        """Leave a person out, if there."""
        rows = self.rows
        self._replace(rows[rows != agent.row] if agent in self else rows)

    def remove(self, agent: Person) -> None:
        """Leave a person out. Raises KeyError if not there."""
        if agent not in self:
            raise KeyError(agent)
        self.discard(agent)

    def __and__(self, other: Iterable[Any]) -> "People":
        return self._part(self.rows[self._marked(other)[self.rows]])

    def __sub__(self, other: Iterable[Any]) -> "People":
        return self._part(self.rows[~self._marked(other)[self.rows]])

    def __or__(self, other: Iterable[Any]) -> "People":
        rows = self._rows_of(other)
        return self._part(np.concatenate([self.rows, rows[~self._marked(self)[rows]]]))

    def __xor__(self, other: Iterable[Any]) -> "People":
        others = self._part(self._rows_of(other))
        return (self - others) | (others - self)

    def __le__(self, other: Iterable[Any]) -> bool:
        return bool(self._marked(other)[self.rows].all())

    def _from_iterable(self, persons: Iterable[Any]) -> "People":
        # called by the standard library for a list & people; its documentation asks for this name
        return self._part(self._rows_of(persons))

    def _update(self, agents: Iterable[Any]) -> "People":
        # Mesa's abstract set asks for this name
        return self._replace(self._rows_of(agents))

    # Narrowing and ordering

    def select(
        self,
        filter_func: Callable[[Person], bool] | None = None,
        at_most: int | float = math.inf,
        inplace: bool = False,
        agent_type: type | None = None,
        *,
        mask: ArrayLike | None = None,
        rows: ArrayLike | None = None,
    ) -> "People":
        """The members that meet every condition given, in their order.

        `filter_func` is asked person by person; `mask` is bool[len], one value a member; `rows` keeps the members
        with these row numbers; `at_most` a whole number of members, or a float up to 1.0 as a share of this set,
        rounded down. Raises ValueError for a mask of another type or length.
        """
        chosen = self.rows
        if mask is not None:
            asked = np.asarray(mask)
            if asked.dtype != np.bool_ or asked.shape != chosen.shape:
                raise ValueError(f"mask must be bool[{len(self)}], one value a member, not {asked.dtype}{asked.shape}")
            chosen = chosen[asked]
        if rows is not None:
            chosen = chosen[self._marked(People(self.model, rows))[chosen]]
        if agent_type is not None and not issubclass(Person, agent_type):
            chosen = chosen[:0]
        if isinstance(at_most, float) and at_most <= 1.0:
            at_most = int(len(self) * at_most)
        limit = None if at_most == math.inf else max(0, math.ceil(at_most))
        if filter_func is None:
            chosen = chosen[:limit]
        else:
            met = (row for row in chosen if filter_func(Person(self.model, int(row))))
            chosen = np.fromiter(islice(met, limit), np.intp)
        return self._replace(chosen) if inplace else self._part(chosen)

    def shuffle(self, inplace: bool = False, rng: np.random.Generator | None = None) -> "People":
        """The same people in random order, drawn from `rng` or from the model's `rng`."""
        rows = (self.model.rng if rng is None else rng).permutation(self.rows)
        return self._replace(rows) if inplace else self._part(rows)

    def sort(self, key: Callable[[Person], Any] | str, ascending: bool = False, inplace: bool = False) -> "People":
        """The same people ordered by an attribute or a function, highest first unless `ascending`; ties keep order."""
        if isinstance(key, str) and key in ATTRIBUTES:
            values = self.array(key)
            order = values.argsort(kind="stable")
            if not ascending:
                order = (len(values) - 1 - values[::-1].argsort(kind="stable"))[::-1]
        else:
            listed = self.get(key) if isinstance(key, str) else [key(person) for person in self]
            positions = sorted(range(len(self)), key=listed.__getitem__, reverse=not ascending)
            order = np.array(positions, np.intp)
        return self._replace(self.rows[order]) if inplace else self._part(self.rows[order])

    def groupby(self, by: Callable[[Person], Any] | str, result_type: str = "agentset") -> "Groups":
        """The members parted by an attribute or a function, groups in order of their first member.

        `result_type` "agentset" gives People, "list" lists of views. Raises ValueError for any other.
        """
        if result_type not in ("agentset", "list"):
            raise ValueError(f"unknown result_type '{result_type}'; known: agentset, list")
        groups: dict[Any, Any] = {key: self._part(rows) for key, rows in parted(self, by).items()}
        if result_type == "list":
            groups = {key: group.to_list() for key, group in groups.items()}
        return Groups(groups)

    # Reading and writing

    def array(self, name: str) -> NDArray[Any]:
        """An attribute of every member as a read-only array, in the column's own type.

        Raises AttributeError for a name that is not in `ATTRIBUTES`.
        """
        if name not in ATTRIBUTES:
            raise AttributeError(f"the columns have no '{name}'; known: {', '.join(ATTRIBUTES)}")
        values = ATTRIBUTES[name].values(self.model, slice(None) if self._rows is None else self._rows).view()
        values.flags.writeable = False
        return values

    def get(
        self, attr_names: str | Sequence[str], handle_missing: str = "error", default_value: Any = None
    ) -> list[Any]:
        """An attribute of every member as a list, or a list of lists for several attributes.

        Raises AttributeError for an unknown attribute unless `handle_missing` is "default".
        """
        if handle_missing not in ("error", "default"):
            raise ValueError(f"unknown handle_missing '{handle_missing}'; known: error, default")
        if not isinstance(attr_names, str):
            lists = [self.get(name, handle_missing, default_value) for name in attr_names]
            return [list(values) for values in zip(*lists, strict=True)] if lists else [[] for _ in range(len(self))]
        if attr_names in ATTRIBUTES:
            return list(self.array(attr_names).tolist())
        if handle_missing == "default" and not hasattr(Person, attr_names):
            return [default_value] * len(self)
        _need_attribute(attr_names)
        return [getattr(person, attr_names) for person in self]

    def set(self, attr_name: str, value: Any) -> "People":
        """Write a state, one value for every member or an array with one each.

        Raises AttributeError for a trait, a derived or an unknown attribute, ValueError for a value that the
        schema refuses.
        """
        if attr_name not in ATTRIBUTES:
            _need_attribute(attr_name)
            raise AttributeError(f"'{attr_name}' of a person cannot be set")
        ATTRIBUTES[attr_name].write(self.model, self.rows, value)
        return self

    def agg(self, attribute: str, func: Callable[..., Any] | Iterable[Callable[..., Any]]) -> Any:
        """An attribute of all members summed up by a function of the list of values, or by each of several."""
        values = self.array(attribute) if attribute in ATTRIBUTES else self.get(attribute)

        def result(function: Callable[..., Any]) -> Any:
            return reduced(function, values) if isinstance(values, np.ndarray) else function(values)

        return result(func) if callable(func) else [result(function) for function in func]

    # Acting

    def _caller(self, method: str | Callable[..., Any], args: Any, kwargs: Any, verb: str) -> Callable[[Person], Any]:
        if not isinstance(method, str):
            return lambda person: method(person, *args, **kwargs)
        if method in self.model.processes:
            raise ValueError(f"process '{method}' acts on everyone at once; use do('{method}'), not {verb}")
        if not callable(getattr(Person, method, None)):
            known = ", ".join(self.model.processes) or "none"
            raise AttributeError(f"'{method}' is no method of a person and no process; processes: {known}")
        return methodcaller(method, *args, **kwargs)

    def do(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> "People":
        """Call a method or function for every member; the name of a process runs it, compiled, for everyone.

        Raises ValueError if a process is asked of fewer than everyone, AttributeError for an unknown name.
        """
        if isinstance(method, str) and method in self.model.processes:
            n = len(self.model.columns.key)
            if len(self) != n:
                raise ValueError(f"process '{method}' acts on everyone; this set holds {len(self)} of {n} people")
            self.model.processes[method](self.model, *args, **kwargs)
            return self
        call = self._caller(method, args, kwargs, "do")
        for person in self:
            call(person)
        return self

    def shuffle_do(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> "People":
        """Call a method or function for every member in random order."""
        call = self._caller(method, args, kwargs, "shuffle_do")
        for person in self.shuffle():
            call(person)
        return self

    def map(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> list[Any]:
        """What a method or function returns for every member."""
        call = self._caller(method, args, kwargs, "map")
        return [call(person) for person in self]

    def __getstate__(self) -> dict[str, Any]:
        return {"model": self.model, "rows": self._rows}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.model, self._rows = state["model"], state["rows"]

    def __repr__(self) -> str:
        n = len(self.model.columns.key)
        return f"<People: everyone, {n}>" if self._rows is None else f"<People: {len(self)} of {n}>"

"""The people as Mesa sees them: a set of agents answered from the columns, every subset of it as well.

`model.agents` stays Mesa's own set of the registered institutions; `model.people` is this one. A mask has one
truth value a member of the set, in its order; rows are row numbers of the columns. What is asked by attribute
name is answered in milliseconds a million; what calls a function for each person costs microseconds each.

Every method does what Mesa's AgentSet does (`tests/unit/test_mesa_interface.py` runs both side by side), but:

- `model.people` is everyone and cannot be narrowed, shuffled or sorted in place: its order is that of storage.
- Nobody is destroyed, and a set holds people of one model: each is a row of its columns.
- A person has the attributes of the schema; a trait cannot be set, no attribute can be added. A view is gone when
  the call is over, and what it carried with it.
- Unknown names and options are errors, in an empty set as well; Mesa overlooks some.
- Luck comes from `model.rng`, because Mesa's `model.random` differs between its versions.
- A sum of reals adds in another order and may differ in the last digits.

Mesa's DataCollector reads `model.agents`, the institutions. For people collect from them, or from a few of them:
`collector.collect(model.people.select(at_most=100))`. Its model reporters are then given the set.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from operator import attrgetter, methodcaller
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.model.agents.group_by import Groups, parted, reduced
from sim.model.agents.members import Members
from sim.model.agents.person import ATTRIBUTES, Person
from sim.numerics.errors import UserError
from sim.numerics.messages import nearest, shown

__all__ = ["Groups", "People", "Person"]


def _need_attribute(name: str) -> None:
    if not hasattr(Person, name):
        raise AttributeError(f"a person has no attribute '{name}'; known: {', '.join(ATTRIBUTES)}")


def _no_condition(given: object) -> str:
    """What is said of a condition that is no function of a person: what can be asked for, and how."""
    name = str(given)
    known = name if name in ATTRIBUTES else "place"
    return (
        f"select: '{shown(given)}' is no function of a person; write select(lambda person: person.{known} == ...) or "
        f"select(mask=people.array('{known}') == ...); attributes: {nearest(name, ATTRIBUTES, len(ATTRIBUTES))}"
    )


class People(Members):
    """A set of people of one model, in an order, with the interface of Mesa's AgentSet.

    `People(model)` is everyone, `People(model, rows)` a subset; `Members` says who is in it, this class what
    can be asked of it and done with it.
    """

    @property
    def random(self) -> Any:
        """Mesa's generator of the model."""
        return self.model.random

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
        rounded down. Raises ValueError for a mask of another type or length, and UserError for a condition that is no
        function.
        """
        if filter_func is not None and not callable(filter_func):
            raise UserError(_no_condition(filter_func))
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
            value = attrgetter(key) if isinstance(key, str) else key
            listed = [value(person) for person in self]
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
        everybody = self._rows is None and len(self) == len(self.model.columns.key)  # then nothing is copied
        values = ATTRIBUTES[name].values(self.model, slice(None) if everybody else self.rows).view()
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
            n = len(People(self.model))
            if self._rows is not None and len(self) != n:
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

    # What Mesa's DataCollector asks of a model

    @property
    def agents(self) -> "People":
        """These people, of whom agent reporters are asked."""
        return self

    @property
    def agent_types(self) -> list[type]:
        """The one type of agent in the set."""
        return [Person]

    @property
    def agents_by_type(self) -> dict[type, "People"]:
        """These people by their type."""
        return {Person: self}

    @property
    def steps(self) -> int:
        """Steps that the model has made."""
        return int(self.model.steps)

    @property
    def time(self) -> float:
        """Time of the model; Mesa has one since 3.4."""
        return float(self.model.time)

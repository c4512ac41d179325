"""People parted by an attribute or a function and summed up, with the interface of Mesa's GroupBy."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.model.agents.person import ATTRIBUTES, Person

try:
    from mesa.agentset import GroupBy
except ImportError:  # Mesa before 3.5 keeps it beside the agent
    from mesa.agent import GroupBy


def parted(people: Any, by: Callable[[Person], Any] | str) -> dict[Any, NDArray[np.intp]]:
    """Row numbers of the members of a set, by the value of an attribute or a function, in order of first members."""
    rows = people.rows
    if isinstance(by, str) and by in ATTRIBUTES:
        values = people.array(ATTRIBUTES[by].code or by)  # a name is grouped by its code
        order = values.argsort(kind="stable")
        ends = np.flatnonzero(values[order][1:] != values[order][:-1]) + 1
        parts = [part for part in np.split(order, ends) if len(part)]
        return {
            ATTRIBUTES[by].values(people.model, rows[part[0]]).item(): rows[part]
            for part in sorted(parts, key=lambda part: int(part[0]))
        }
    keys = people.get(by) if isinstance(by, str) else [by(person) for person in people]
    members: dict[Any, list[int]] = {}
    for key, row in zip(keys, rows, strict=True):
        members.setdefault(key, []).append(int(row))
    return {key: np.array(part, np.intp) for key, part in members.items()}


_REDUCTIONS: dict[Any, Callable[..., Any]] = {sum: np.sum, min: np.min, max: np.max}


def reduced(func: Callable[..., Any], values: NDArray[Any]) -> Any:
    """A function of a list of values, computed from the array where that is known to be the same."""
    kind = values.dtype.kind
    if kind == "f" or (kind in "iu" and values.itemsize < 8):
        values = values.astype(np.float64 if kind == "f" else np.int64)  # a sum of bytes must not overflow
    if func in _REDUCTIONS and values.dtype.kind in "bif":
        return _REDUCTIONS[func](values).item()
    if func is len or str(getattr(func, "__module__", "")).startswith("numpy"):
        return func(values)
    return func(values.tolist())


class Groups(GroupBy):
    """Mesa's GroupBy over People: `groups`, `count`, `map`, `do`, iteration, and `agg` from the columns."""

    def agg(self, attr_name: str, func: Callable[..., Any]) -> dict[Any, Any]:
        """An attribute summed up by a function, group by group."""
        return {
            key: group.agg(attr_name, func)
            if hasattr(group, "agg")
            else func([getattr(person, attr_name) for person in group])
            for key, group in self.groups.items()
        }

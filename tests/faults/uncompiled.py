"""A plugin of pytest that lets tests run with the rules as plain Python (`NUMBA_DISABLE_JIT=1`), for planted faults.

A fault in a rule is then seen in seconds, where compiling the model takes minutes; worlds have to be small, since plain
rules are some thousand times slower. Compiled rules read fields of records by name and add small integers without
overflow. Both are given here to the arrays of a model. Bounds of the noise are tabulated once for each lambda.
"""

from functools import cache
from typing import Any

import numpy as np

from sim import columns, conditions, markets, model, options, passes


class Plain(np.ndarray):
    """An array whose single numbers are Python's own, which do not overflow."""

    def __getitem__(self, which: Any) -> Any:
        """One number, or a part of the array."""
        found = super().__getitem__(which)
        return found.item() if isinstance(found, np.generic) else found


def by_name(parts: Any) -> Any:
    """The same named tuple, with arrays of records whose fields are read by name."""
    records = {name: part for name, part in parts._asdict().items() if getattr(part, "dtype", np.dtype("u1")).names}
    return parts._replace(**{name: part.view(np.recarray) for name, part in records.items()})


_copy_states, _own, _empty, _room, _buffer = (
    columns.copy_states, markets.own, options.empty, passes.make_room, model.buffer,
)  # fmt: skip
columns.copy_states = lambda people: people._make(array.view(Plain) for array in _copy_states(people))
markets.own = lambda world: by_name(_own(world))
options.empty = lambda *employers: by_name(_empty(*employers))
passes.make_room = lambda n: by_name(_room(n))
model.buffer = lambda people: _buffer(people).view(np.recarray)
conditions.bound_tables = cache(conditions.bound_tables)

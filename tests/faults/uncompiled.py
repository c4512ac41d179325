"""A plugin of pytest that lets tests run with the rules as plain Python (`NUMBA_DISABLE_JIT=1`), for planted faults.

A fault in a rule is then seen in seconds, where compiling the model takes minutes; worlds have to be small, since plain
rules are some thousand times slower. Compiled rules read fields of records by name, which is given here to the arrays
of a model; people have it already (`sim.rows.Row`). Bounds of the noise are tabulated once for each lambda.
"""

from functools import cache
from typing import Any

import numpy as np

from sim import conditions, markets, model, options, passes


def by_name(parts: Any) -> Any:
    """The same named tuple, with arrays of records whose fields are read by name."""
    records = {name: part for name, part in parts._asdict().items() if getattr(part, "dtype", np.dtype("u1")).names}
    return parts._replace(**{name: part.view(np.recarray) for name, part in records.items()})


_own, _empty, _room, _buffer = markets.own, options.empty, passes.make_room, model.buffer
markets.own = lambda world: by_name(_own(world))
options.empty = lambda *employers: by_name(_empty(*employers))
passes.make_room = lambda n: by_name(_room(n))
model.buffer = lambda people: _buffer(people).view(np.recarray)
conditions.bound_tables = cache(conditions.bound_tables)

"""Run tests with the rules as plain Python: `NUMBA_DISABLE_JIT=1 pytest -p tests.faults.uncompiled`.

A fault in a rule is then seen in seconds, where compiling the model takes minutes. Small worlds only: plain rules are
some thousand times slower. Compiled rules read fields of records by name and add numbers without overflow; both are
given here to the arrays of a model.
"""

from typing import Any

import numpy as np

from sim import model, options, passes
from sim.columns import Columns


class Plain(np.ndarray):
    """An array whose single numbers are Python's own, which never overflow."""

    def __getitem__(self, which: Any) -> Any:
        """One number, or a part of the array."""
        found = super().__getitem__(which)
        return found.item() if isinstance(found, np.generic) else found


def readable(parts: Any) -> Any:
    """The same named tuple with every array of records readable by name of field."""
    return parts._replace(
        **{name: part.view(np.recarray) for name, part in parts._asdict().items() if getattr(part, "dtype", None) is not None and part.dtype.names}
    )


def plain(people: Columns) -> Columns:
    """The same people as plain arrays."""
    return Columns(*(array.view(Plain) for array in people))


_begin, _empty, _room, _buffer = model.EmigrationModel.__init__, options.empty, passes.make_room, model.buffer
_own, _copy_states = model.markets.own, model.columns.copy_states
model.markets.own = lambda world: readable(_own(world))
model.columns.copy_states = lambda people: plain(_copy_states(people))
options.empty = lambda *arguments: readable(_empty(*arguments))
passes.make_room = lambda n: readable(_room(n))
model.buffer = lambda people: _buffer(people).view(np.recarray)

"""A plugin of pytest that lets tests run with the rules as plain Python (`NUMBA_DISABLE_JIT=1`), for planted faults.

A fault in a rule is then seen in seconds, where compiling the model takes minutes; worlds have to be small, since plain
rules are some thousand times slower. Compiled rules read fields of records by name, which is given here to the records
of a month, of its offers and of its log; people have it already (`sim.population.rows.Row`). Modules take the functions
changed here by name, so the plugin has to come before them. Bounds of the noise are tabulated once for each lambda.
"""

from functools import cache
from typing import Any

import numpy as np

from sim.model import eventlog, inputs, now, scratch


def by_name(part: Any) -> Any:
    """An array of records, or a named tuple with such arrays at any depth, so that fields are read by name."""
    if hasattr(part, "_fields"):
        return part._make(map(by_name, part))
    return part.view(np.recarray) if isinstance(part, np.ndarray) and part.dtype.names else part


_at_month, _no_options, _empty_log, _make_block = now.at_month, now.no_options, eventlog.empty_log, scratch.make_block
now.at_month = lambda month, world, *rest: _at_month(month, by_name(world), *rest)
now.no_options = lambda *asked: by_name(_no_options(*asked))
eventlog.empty_log = lambda people: by_name(_empty_log(people))
scratch.make_block = lambda people, at_once: by_name(_make_block(people, at_once))
_conditions = inputs.conditions
inputs.conditions = lambda *asked: by_name(_conditions(*asked))
inputs.bound_tables = cache(inputs.bound_tables)

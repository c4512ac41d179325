"""The jobs of a sweep: how many, in what order and in which words. Hydra lists the values; nothing is counted here.

Hydra's `glob` chooses among groups of configuration. Names of scenarios are plain words, so here it chooses among them.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import DecimalException
from itertools import islice

from hydra.core.override_parser.types import Glob, Override, RangeSweep
from hydra.errors import HydraException

from sim.cli.hydra.table import adding
from sim.numerics.errors import UserError
from sim.numerics.messages import nearest, shown
from sim.runs.settings import known_decisions, known_experiments, known_policies, known_scenarios

MOST_JOBS = 10_000
"""Most jobs of a sweep; a larger number is a slip."""
NAMES: Mapping[str, Callable[[], list[str]]] = {
    "scenario": known_scenarios,
    "baseline": known_scenarios,
    "policy": known_policies,
    "without": known_policies,
    "decision": known_decisions,
    "experiment": known_experiments,
}
"""Keys whose values `glob` may choose by a pattern, and the names among which it chooses."""


def count(overrides: Sequence[Override]) -> int:
    """Jobs of a sweep of these keys; of a key given twice the last values count, as they do for Hydra.

    Raises UserError for a key without values, for a pattern that fits no name, and for more than `MOST_JOBS` jobs.
    """
    last = {adding(override.get_key_element()): override for override in overrides}
    jobs = math.prod(map(_number_of_values, last.values()))
    if jobs > MOST_JOBS:
        raise UserError(f"a sweep of {jobs:,} jobs is too long; at most {MOST_JOBS:,} are run at once")
    return jobs


def settled(override: Override) -> str:
    """A key and its values in words for Hydra that mean the same each time they are read.

    Patterns become the names that fit them, and what is shuffled has one order.
    """
    if not (_is_glob(override) or getattr(override.value(), "shuffle", False)):
        return str(override.input_line)
    return f"{override.get_key_element()}={','.join(values(override))}"


def values(override: Override) -> Iterator[str]:
    """The values of a key in words, in order, each made when it is asked for."""
    if _is_glob(override):
        return iter(_named(override))
    if not override.is_sweep_override():
        return iter([override.get_value_element_as_str()])
    if not override.is_discrete_sweep():
        raise UserError(f"{shown(override.input_line)}: an interval has no list of values; write range(...) or a,b,c")
    return override.sweep_string_iterator()


def _number_of_values(override: Override) -> int:
    if override.is_delete():
        return 1
    value = override.value()
    if isinstance(value, RangeSweep) and value.shuffle:  # Hydra would list all of it, however long
        override = replace(override, _value=replace(value, shuffle=False))
    try:
        found = sum(1 for _ in islice(values(override), MOST_JOBS + 1))
    except (HydraException, DecimalException, ValueError, OverflowError) as error:
        raise UserError(f"{shown(override.input_line)} cannot be swept: {shown(error)}") from error
    if found > MOST_JOBS:
        raise UserError(
            f"a sweep of more than {MOST_JOBS:,} jobs is too long: {shown(override.input_line)} has more values"
        )
    if not found:
        raise UserError(f"a sweep of no jobs: {shown(override.input_line)} has no values")
    return found


def _is_glob(override: Override) -> bool:
    return isinstance(override.value(), Glob)


def _named(override: Override) -> list[str]:
    """The known names that fit the pattern of a key."""
    pattern, key = override.value(), override.key_or_group
    assert isinstance(pattern, Glob)
    if key not in NAMES:
        raise UserError(
            f"{shown(override.input_line)}: glob chooses among names, as of {', '.join(NAMES)}; {key} has none"
        )
    known = NAMES[key]()
    found: list[str] = pattern.filter(known)
    if not found:
        asked = " ".join(pattern.include)
        raise UserError(f"{shown(override.input_line)} fits no {key}; known: {nearest(asked, known, len(known))}")
    return found

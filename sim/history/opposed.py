"""Policies that oppose each other: one closes to somebody what another opens to the same people at the same time.

The rules by which policies combine decide what holds (`sim.history.composition`: exceptions unite, and what is revoked
is closed), so that such a world can be run; but whoever composes it should know which of the two has no effect.
"""

from collections.abc import Iterator
from datetime import date
from itertools import permutations

from sim.history.history import History
from sim.history.parameters import Closing, day
from sim.history.policies import Policy
from sim.history.wording import columns_of, period
from sim.numerics.messages import listed


def opposed(history: History, until: date) -> tuple[str, ...]:
    """A sentence for each pair of policies that did not happen, and for whom they oppose each other, to a day."""
    chosen = [policy for policy in history.policies if not policy.historical]
    names: dict[tuple[str, str, str, str, bool], list[str]] = {}
    for one, other in permutations(chosen, 2):
        for name, who, first, last in _against(one, other):
            if first > until:
                continue
            is_open = history.open_days(name, day(first) + 1)[-1, columns_of(who)[0]] >= 1.0
            key = one.name, other.name, who, period(first, last, until), bool(is_open)
            names.setdefault(key, []).append(name)
    return tuple(
        f"Policies oppose each other: {one} closes {listed(closed)} to {who} {when}, and {other} excepts them; "
        + (
            "exceptions unite, so it is open to them."
            if is_open
            else "what is revoked is closed, so it is closed to them."
        )
        for (one, other, who, when, is_open), closed in names.items()
    )


def _against(one: Policy, other: Policy) -> Iterator[tuple[str, str, date, date]]:
    """What the one closes and the other opens: parameter, who, and the first and last day of both."""
    for ours in one.events:
        for theirs in other.events:
            first, last = max(ours.start, theirs.start), min(ours.last, theirs.last)
            if first > last:
                continue
            opening = {change.parameter: change for change in theirs.changes if isinstance(change, Closing)}
            for closing in ours.changes:
                if not isinstance(closing, Closing) or closing.parameter not in opening:
                    continue
                excepted = opening[closing.parameter]
                for who in sorted(set(excepted.exceptions) - set(excepted.revoked)):
                    is_spared = closing.closed <= 0.0 or who in closing.exceptions
                    if who in closing.revoked or not is_spared:
                        yield closing.parameter, who, first, last

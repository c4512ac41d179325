"""Policies that oppose each other: one closes to somebody what another opens to the same people at the same time.

The rules by which policies combine decide what holds (`sim.history.composition`: exceptions unite, what is revoked is
closed, and a closing in part is lifted by its own exceptions alone), so that such a world can be run; but whoever
composes it should know which of the two has no effect.
"""

from collections.abc import Iterator
from datetime import date
from itertools import permutations

from sim.history.history import History
from sim.history.parameters import Closing, day
from sim.history.policies import Policy
from sim.history.wording import columns_of, period
from sim.numerics.messages import listed

OPEN = "exceptions unite, so it is open to them"
REVOKED = "what is revoked is closed, so it is closed to them"
IN_PART = "exceptions unite, but a closing in part, which its own exceptions alone lift, holds for them"
"""What holds where policies oppose each other."""


def opposed(history: History, until: date) -> tuple[str, ...]:
    """A sentence for each pair of policies that did not happen, and for whom they oppose each other, to a day."""
    chosen = [policy for policy in history.policies if not policy.historical]
    names: dict[tuple[str, str, str, str, str], list[str]] = {}
    for one, other in permutations(chosen, 2):
        for name, who, first, last, revoked in _against(one, other):
            if first > until:
                continue
            days = history.open_days(name, day(min(last, until)) + 1)[day(first) :, columns_of(who)[0]]
            holds = OPEN if days.min() >= 1.0 else REVOKED if revoked else IN_PART
            key = one.name, other.name, who, period(first, last, until), holds
            names.setdefault(key, []).append(name)
    return tuple(
        f"Policies oppose each other: {one} closes {listed(closed)} to {who} {when}, and {other} excepts them; {holds}."
        for (one, other, who, when, holds), closed in names.items()
    )


def _against(one: Policy, other: Policy) -> Iterator[tuple[str, str, date, date, bool]]:
    """What the one closes and the other opens: parameter, who, the first and last day of both, and whether the one
    takes an exception away.
    """
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
                        yield closing.parameter, who, first, last, who in closing.revoked

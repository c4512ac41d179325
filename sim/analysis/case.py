"""A case: what a rule judges, of whom, and who of the residents could be judged by it.

Cases are put together from ways into places and stays in them; `sim.analysis.cases` says which is whose.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim.analysis.judged import WAY, WAYS
from sim.numerics.codes import N_CHANNELS, N_PLACES, N_STATUSES

Flags = NDArray[np.bool_]
ALL_CHANNELS = tuple(range(N_CHANNELS))

DECIDED, MONTHLY, NEVER, AT_HOME = "decided", "monthly", "never", "at home"
"""When stays are judged: with a decision on them, every month, or never; or people at home are judged every month."""
UNIT, HEAD, PERSON = "unit", "head", "person"
"""Of whom a condition has to hold: somebody of the unit, its head, or the person to whom something happens."""
ADMITTED, EVERYBODY = "admitted", "everybody"
"""Residents who may be judged: whom the channels admit, or all; else those of a condition by its name."""


@dataclass(frozen=True)
class Case:
    """Whom a rule can concern; flags over ways, places and channels, and over places, channels and statuses."""

    entries: Flags  # [ways + 1, P, C] how and by which channel people come
    stays: Flags  # [P, C, statuses] rights by which they live there
    judged: str = DECIDED  # when such stays are
    suffered: tuple[tuple[str, str], ...] = ()  # what happens to people: an event and its reason, "" for any
    whole: bool = False  # whether that concerns everyone in the unit
    condition: str = ""  # what else has to hold, see `sim.analysis.conditions`
    of: str = PERSON  # of whom
    residents: str = ""  # who of those at home could be judged; none if empty
    settled: str = ""  # field of PLACES: months that one must have lived there
    for_all_alike: bool = False  # whether exceptions from a closing do not count


def nothing() -> Case:
    """The case of nobody."""
    entries = np.zeros((len(WAYS) + 1, N_PLACES, N_CHANNELS), bool)
    return Case(entries, np.zeros((N_PLACES, N_CHANNELS, N_STATUSES), bool))


def entries_by(ways: Sequence[str], place: int | None, channels: Iterable[int], case: Case | None = None) -> Case:
    """A case with these ways into a place, or into all, by these channels; residents are whom they admit."""
    case = case or nothing()
    entries, places = case.entries.copy(), range(N_PLACES) if place is None else [place]
    for way in ways:
        entries[WAY[way]][np.ix_(list(places), list(channels))] = True
    return replace(case, entries=entries, residents=case.residents or ADMITTED)


def stays_by(
    statuses: Iterable[int],
    place: int | None,
    judged: str,
    channels: Iterable[int] = ALL_CHANNELS,
    case: Case | None = None,
) -> Case:
    """A case with stays by these statuses and channels in a place, or in all."""
    case = case or nothing()
    stays, places = case.stays.copy(), range(1, N_PLACES) if place is None else [place]
    stays[np.ix_(list(places), list(channels), list(statuses))] = True
    return replace(case, stays=stays, judged=judged)

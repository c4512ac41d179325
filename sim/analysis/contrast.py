"""For whom a rule is not the same in two worlds: by channel, groups, sector and age.

A closing that excepts somebody differs only for who is not excepted, and a widened scheme for who is let in anew. Who
may belong to a group (see `sim.analysis.conditions`) counts if the rule differs with it or without it.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.analysis.conditions import GROUPS, OF_THE_HEAD, in_group, surely_in_group
from sim.analysis.judged import WAY, Flags, Numbers
from sim.analysis.sides import Side, Span
from sim.history.admission import ADMISSION
from sim.history.compiled import COLUMNS_OF_OPENNESS, World
from sim.model.decision.units import N_CLASSES, class_groups
from sim.model.decision.utility import N_FLAGS
from sim.numerics.codes import AGE_FROM, CHANNEL, GROUP, INSTRUMENT, N_GROUPS, N_SECTORS, PLACE

_OF_GROUPS = COLUMNS_OF_OPENNESS - N_GROUPS
_SECTOR_OF = np.repeat(np.arange(N_SECTORS), N_FLAGS)


@cache
def _groups_of() -> NDArray[np.int64]:
    """Groups of each choice class, by its number; not made before somebody asks, for it runs machine code."""
    return np.array([class_groups(sector, mask) for sector in range(N_SECTORS) for mask in range(N_FLAGS)])


class Applicants(NamedTuple):
    """Those whom a rule may judge: head of the unit, month, channel and way, int64[n]."""

    head: Numbers
    month: Numbers
    channel: Numbers
    way: Numbers


class Contrast:
    """A rule in two worlds. Of a number nothing is told: it concerns everybody whom it judges."""

    def __init__(self, parameter: str, worlds: Sequence[World], for_all_alike: bool) -> None:
        """`for_all_alike`: exceptions from the closing do not count, as from the issue of visas."""
        name, _, rest = parameter.partition(".")
        place, last = PLACE.get(name), rest.rpartition(".")[2]
        self.rows: Sequence[NDArray[np.float64]] = ()  # of openness, [months, columns], of each world
        self.admits: Sequence[NDArray[np.void]] = ()  # RULES [months] of the channel, of each world
        self.field = last
        if place is None:
            return
        if rest in INSTRUMENT:
            self.rows = [world.openness[:, place, INSTRUMENT[rest], :] for world in worlds]
            if for_all_alike:
                self.rows = [np.repeat(rows[:, :1], COLUMNS_OF_OPENNESS, axis=1) for rows in self.rows]
            told = [(rows[:, _OF_GROUPS:] != rows[:, :1]).any(axis=0) for rows in self.rows]
            self.groups = [name for name in GROUPS if any(which[GROUP[name]] for which in told)]
        elif last in ADMISSION:
            self.admits = [world.rules[:, place, CHANNEL[rest.partition(".")[0]]] for world in worlds]

    def concerns(self, side: Side, who: Applicants) -> Flags:
        """Whether the rule differs for each of them."""
        if len(self.rows):
            return self._closed(side, who)
        return self._admitted(side, who) if len(self.admits) else np.ones(len(who.head), bool)

    def _closed(self, side: Side, who: Applicants) -> Flags:
        channel = CHANNEL["asylum"] if self.field == "asylum" else who.channel
        one, other = (np.maximum(rows[who.month, 0], rows[who.month, 1 + channel]) for rows in self.rows)
        unsure = []
        for group in self.groups:
            column = _OF_GROUPS + GROUP[group]
            here, there = (rows[who.month, column] for rows in self.rows)
            surely = _brings(side, who, group, surely_in_group(side, group), surely=True)
            one, other = (
                np.where(surely, np.maximum(share, more), share) for share, more in ((one, here), (other, there))
            )
            unsure.append((~surely & _brings(side, who, group, in_group(side, group)), here, there))
        differs = one != other
        for may, here, there in unsure:
            differs |= may & (np.maximum(one, here) != np.maximum(other, there))
        return np.asarray(differs)

    def _admitted(self, side: Side, who: Applicants) -> Flags:
        if len(who.head) and (who.channel == CHANNEL["relocation"]).all() and self.field != "groups":
            partners = _partners(side, who.head)  # either may be the one who is staff
            return self._fits(side, who) | self._fits(side, who._replace(head=partners))
        return self._fits(side, who)

    def _fits(self, side: Side, who: Applicants) -> Flags:
        """For whose sector, groups or age the limits of the two worlds do not say the same."""
        limits = [rules[self.field][who.month].astype(np.int64) for rules in self.admits]
        age = (who.month - side.birth[who.head]) // 12
        if self.field in ("youngest", "oldest"):
            one, other = (age >= limit if self.field == "youngest" else age <= limit for limit in limits)
            return np.asarray(one != other)
        if self.field == "sectors":
            differs = limits[0] ^ limits[1]
            return np.asarray(differs >> side.sector_at(who.head, who.month) & 1 > 0)
        anybody, anyone = (limit == 0 for limit in limits)
        fits = np.asarray(anybody != anyone)
        for group in GROUPS:
            if group not in AGE_FROM:
                here, there = (limit >> GROUP[group] & 1 > 0 for limit in limits)
                member = _brings(side, who, group, in_group(side, group))
                fits |= member & ((anybody | here) != (anyone | there))
        return fits

    def classes(self, months: Flags, channel: int) -> Flags:
        """Choice classes for which it differs in any of the months by a channel, ages apart, bool[classes]."""
        concerned = np.zeros(N_CLASSES, bool)
        if len(self.rows):
            ages = [1 << GROUP[name] for name in AGE_FROM] if any(name in AGE_FROM for name in self.groups) else [0]
            for one, other in _each_once(self.rows, months):
                for age in ages:
                    concerned |= _shares(one, channel, age) != _shares(other, channel, age)
        elif len(self.admits):
            for one, other in _each_once([rules[self.field] for rules in self.admits], months):
                concerned |= _let_in(self.field, int(one)) != _let_in(self.field, int(other))
        return concerned if len(self.rows) or len(self.admits) else ~concerned


def _each_once(worlds: Sequence[NDArray[Any]], months: Flags) -> Iterable[NDArray[Any]]:
    """What two worlds say in some months, each different pair once."""
    return np.unique(np.stack([said[months] for said in worlds], axis=1), axis=0)


def _let_in(field: str, limit: int) -> NDArray[Any]:
    """Something of each choice class that tells whether a limit of sectors, groups or age lets it in."""
    if field == "sectors":
        return limit >> _SECTOR_OF & 1
    if field == "groups":
        return ((_groups_of() & limit) != 0) | (limit == 0)
    return np.full(N_CLASSES, limit)  # ages are apart


def admitted(rules: np.void) -> Flags:
    """Choice classes whom a channel admits, by its record of `RULES`, bool[classes]; ages are apart."""
    return (int(rules["sectors"]) >> _SECTOR_OF & 1 > 0) & (
        (int(rules["groups"]) == 0) | ((int(rules["groups"]) & _groups_of()) != 0)
    )


def _shares(row: NDArray[np.float64], channel: int, age: int) -> NDArray[np.float64]:
    """Open share for each choice class, whose heads are of a group by age."""
    shares = np.full(N_CLASSES, max(row[0], row[1 + channel]))
    for group in range(N_GROUPS):
        inside = (_groups_of() | age) >> group & 1 > 0
        shares = np.where(inside, np.maximum(shares, row[_OF_GROUPS + group]), shares)
    return shares


def _brings(side: Side, who: Applicants, group: str, span: Span, surely: bool = False) -> Flags:
    """Whether each unit belongs to a group: by its head, or by either adult.

    The staff of an employer that moves is of the sector and age of who is staff, which may be either; who goes for a
    season of work is of no group but drivers, and who goes on a short stay of none.
    """
    found, partner = _holds(span, who.head, who.month), _partners(side, who.head)
    beside = (partner != who.head) & _holds(span, partner, who.month)
    if group in OF_THE_HEAD:
        staff = (who.channel == CHANNEL["relocation"]) & (partner != who.head)
        found = np.where(staff, (found & beside) if surely else (found | beside), found)
    else:
        found |= beside
    of_none = who.way == WAY["visit"]
    return found & ~(of_none if group == "driver" else of_none | (who.way == WAY["season"]))


def _partners(side: Side, heads: Numbers) -> Numbers:
    """Rows of the partners of the heads of units, or of the heads themselves where there is none."""
    people, after = side.people, np.minimum(heads + 1, len(side.birth) - 1)
    paired = (people.behind[heads] == 0) & (people.member[after] == 1) & (people.behind[after] == 1)
    return np.where(paired, after, heads)


def _holds(span: Span, rows: Numbers, months: Numbers) -> Flags:
    return np.asarray((span.first[rows] <= months) & (months <= span.last[rows]))

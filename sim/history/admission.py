"""Whom a channel admits: sectors, groups and ages, which a policy may change from a day on.

They are parameters like any other, of the rule `set`: sets of names are told by bit masks, ages in whole years.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sim.history import spelling
from sim.history.judging import Faults, distinct
from sim.history.parameters import Parameter
from sim.numerics.codes import AGE_FROM, GROUP, SECTOR
from sim.numerics.messages import shown

ADMISSION = ("sectors", "groups", "youngest", "oldest")
"""What says whom a channel admits: parameters `<place>.<channel>.<name>`, of which `conf/schema.yaml` says the rest."""
SETS: dict[str, tuple[Mapping[str, int], int]] = {
    "sectors": (SECTOR, 0xFFFF),
    "groups": ({name: code for name, code in GROUP.items() if name not in AGE_FROM}, 0),
}
"""Units of what is a set: the names in it, and the mask that an empty list stands for (anybody)."""


@dataclass(frozen=True)
class Channel:
    """A way to come to live in a destination; its numbers are the parameters `<place>.<channel>.<name>`.

    `entry` and `residence` name the instruments it needs ("none": none), `status` the right held on arrival.
    Eligible are those of `sectors` (none named: any), of `groups` (none named: any), of the ages from the
    first to the second, both included.
    """

    name: str
    meaning: str
    entry: str
    residence: str
    sectors: tuple[str, ...]
    groups: tuple[str, ...]
    ages: tuple[int, int]
    status: str


def values(channel: Channel) -> Mapping[str, float]:
    """Whom a channel admits, as its file says, as numbers by `ADMISSION`; raises ValueError for an unknown name."""
    sets = {unit: float(mask(getattr(channel, unit), unit)) for unit in SETS}
    return {**sets, "youngest": float(channel.ages[0]), "oldest": float(channel.ages[1])}


def mask(names: tuple[str, ...], unit: str) -> int:
    """A set of names as a bit mask; raises ValueError for a name that is not known."""
    known, anybody = SETS[unit]
    found = 0
    for name in names:
        found |= 1 << known[spelling.one_of(name, dict(known), one_of(unit))]
    return found if names else anybody


def one_of(unit: str) -> str:
    """What a message calls one name of a set: `sector `, `group `."""
    return f"{unit.removesuffix('s')} "


def names(value: float, unit: str) -> str:
    """A bit mask in words."""
    known, anybody = SETS[unit]
    listed = ", ".join(name for name, code in known.items() if int(value) >> code & 1)
    return "anybody" if int(value) == anybody else listed or "nobody"


def numbers(content: Any, name: str, parameter: Parameter | None) -> Any:
    """What an event makes of a parameter, with lists of names as masks where it is a set, one by one if dated.

    Raises ValueError for what is no set where one is asked for. Of a parameter that is not known, but for its name, any
    other list is taken.
    """
    if isinstance(content, Mapping):
        inner, faults, found = ("value",) if "value" in content else tuple(content), Faults(), dict(content)
        for key in inner:
            with faults.at(key):
                found[key] = numbers(content[key], name, parameter)
        faults.refuse()
        return found
    unit = name.rpartition(".")[2] if parameter is None else parameter.unit
    if unit in SETS:
        if not isinstance(content, list | tuple):
            raise ValueError(f"'{shown(content)}' is not a list of {unit}; write names in [ ], or [] for anybody")
        return mask(distinct(spelling.names(content), SETS[unit][0], one_of(unit)), unit)
    return 0 if parameter is None and isinstance(content, list) else content

"""What a rule judges: applications and entries by its channels, stays by its statuses, what Belarus does to people.

A run keeps what people asked for, what was decided and where they went. Put in order person by person, this tells the
status that each decision was about and who lived where by what right.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.history.compiled import World
from sim.model.processes.screening import screened
from sim.numerics.codes import CHANNEL, EVENT, INSTRUMENT, MODE, N_CHANNELS, N_PLACES, N_STATUSES, PLACE, REASON, STATUS
from sim.population.schema import Columns
from sim.runs.run import Run

Flags = NDArray[np.bool_]
FOREVER = int(np.iinfo(np.int16).max)
"""Month of what does not happen."""

_BELARUS = PLACE["belarus"]
_ASKED = [EVENT[name] for name in ("applied", "granted", "refused", "blocked")]
"""Noted for the head of a unit, and so about everyone in it."""
_ENTERED = [*_ASKED, *(EVENT[name] for name in ("caught", "departed", "onward"))]
_STATUS_DECIDED = [
    EVENT[name] for name in ("permit", "renewed", "permanent", "naturalised", "asylum_sought", "other_ground", "lost")
]
_PERMANENT = STATUS["permanent"]
_VISA_FREE, _VISA, _PERMIT, _SEEKER = (STATUS[name] for name in ("visa_free", "visa", "permit", "asylum_seeker"))
_MAY_CLAIM = [_VISA_FREE, _VISA, _PERMIT, STATUS["irregular"]]
_ASYLUM = CHANNEL["asylum"]
_SOUGHT, _ON_OTHER_GROUND = EVENT["asylum_sought"], EVENT["other_ground"]
_PROLONGED = [_VISA_FREE, _VISA, _PERMIT]
_ORDER = (
    *("applied", "granted", "refused", "blocked", "caught", "departed"),
    *("permit", "renewed", "permanent", "naturalised", "asylum_sought", "other_ground", "lost", "returned"),
)
"""Order in which a month may bring these to one person; whatever is not named comes in any order."""
_PASSING = [EVENT[name] for name in ("summoned", "caught", "pendular_out", "pendular_on", "stay_out", "stay_back")]
"""What does not make a life another one by itself."""
_ENDS = [EVENT["pendular_back"], EVENT["died"]]
"""What no rule judges, and no life is told apart by."""
_RANK = np.full(max(EVENT.values()) + 1, len(_ORDER))
_RANK[[EVENT[name] for name in _ORDER]] = np.arange(len(_ORDER))
_REPRESSION = ("detained", "charged", "sentenced", "pardoned", "arrested_on_return")
_SERVICE = ("summoned", "drafted")
_SUFFERED = {
    **dict.fromkeys(("detentions", "charges", "closures", "pardon", "exit_ban_accused", "risk"), _REPRESSION),
    **dict.fromkeys(("summoned", "draft", "reserve_officers", "summons_reach", "exit_ban_liable"), _SERVICE),
    "study_deferment_abroad": _SERVICE,
    "reservists": ("drafted",),
    "arrest_on_return": ("returned",),
    "volunteers": ("volunteered",),
    "deserters": ("deserted",),
}
"""What a parameter of Belarus does to people, by its name or the first part of it; any other bears on who leaves."""


class Cases(NamedTuple):
    """What happened to everybody in one world, by person and in order of time; one row an event, n in all.

    The first row of who lived abroad at the start is their stay, of kind 0 in month -1.
    """

    key: NDArray[np.uint64]
    month: NDArray[np.int64]
    kind: NDArray[np.int64]
    place: NDArray[np.int64]
    channel: NDArray[np.int64]
    before: NDArray[np.int64]  # status before the event
    where: NDArray[np.int64]  # place lived in after it, Belarus or abroad
    by: NDArray[np.int64]  # channel by which one stays: of entry, of a claim, of another ground
    status: NDArray[np.int64]  # status after it
    until: NDArray[np.int64]  # month of the person's next event; past the horizon for the last


@dataclass(frozen=True)
class Scope:
    """What a parameter is about; flags over places and channels, and over places, channels and statuses."""

    entries: Flags  # [P, C] applications and entries
    stays: Flags  # [P, C, statuses] what is decided on those who live there by such a right
    when: str = "decided"  # such stays are judged when they are "decided" on, "monthly" or "never"
    kinds: tuple[int, ...] = ()  # what else happens to people
    at_home: bool = False  # whether it is about everybody in Belarus


def scope(parameter: str, world: World) -> Scope:
    """What the parameter of a name is about in a world."""
    entries, stays = np.zeros((N_PLACES, N_CHANNELS), bool), np.zeros((N_PLACES, N_CHANNELS, N_STATUSES), bool)
    name, *rest = parameter.split(".")
    place, first = PLACE[name], rest[0]
    exists = world.law["exists"] > 0
    if place == _BELARUS:
        return _of_belarus(first, entries, stays, exists)
    law = world.law[place]
    if len(rest) > 1 and first in CHANNEL:
        channel = CHANNEL[first]
        if rest[1] == "renewal":
            stays[place, channel, [*_PROLONGED, _SEEKER]] = True
        elif rest[1].startswith("revocation"):
            stays[place, channel, _PERMIT] = True
            return Scope(entries, stays, "monthly")
        else:
            entries[place, channel] = True
            stays[place, channel, _VISA_FREE] = rest[1] == "stay"
    elif first in ("short_visa", "visas"):  # who has a visa may enter any Schengen state on it
        entries[:] = world.law["entry"] == INSTRUMENT["short_visa_entry"]
        return Scope(entries & exists, stays, at_home=True)
    elif first in ("asylum", "asylum_inside"):
        stays[place, :, _MAY_CLAIM] = True
        return Scope(entries, stays, "monthly")
    elif first == "asylum_border":
        entries[place, _ASYLUM] = True
    elif first in ("held", "revocation_trips"):
        stays[place, :, _PERMIT] = True
        return Scope(entries, stays, "monthly")
    elif first in INSTRUMENT and first not in ("land", "air"):
        entries[place] = (law["entry"] == INSTRUMENT[first]) | (law["residence"] == INSTRUMENT[first])
        judged = {"visa_free": [_VISA_FREE], "permit": [_VISA, _VISA_FREE], "renewal": [_PERMIT]}.get(first)
        if judged is not None:
            stays[place, :, judged] = True
    elif first in ("travel_document", "permanence"):
        stays[place, :, _PROLONGED if first == "travel_document" else [_VISA, _PERMIT]] = True
    elif first == "residence_visa_free":
        stays[place, :, _VISA_FREE] = True
    elif first in ("naturalisation", "naturalisation_months", "revocation", "property"):
        stays[place, :, [_PERMIT, _PERMANENT]] = True
        return Scope(entries, stays, "decided" if first == "naturalisation" else "monthly")
    elif first.startswith("screening"):
        entries[place] = [screened(channel) for channel in range(N_CHANNELS)]
        stays[place, :, [_VISA, _PERMIT]] = True
    elif first == "demand":
        entries[place, CHANNEL["work"]] = True
    else:
        entries[place] = True
    return Scope(entries & exists, stays)


def _of_belarus(first: str, entries: Flags, stays: Flags, exists: Flags) -> Scope:
    kinds = tuple(EVENT[kind] for kind in _SUFFERED.get(first, ()))
    if first in ("passport_abroad", "certificates"):
        stays[:, :, _PROLONGED] = True
        return Scope(entries, stays)
    if first in ("return_pull", "arrest_on_return"):
        stays[_BELARUS + 1 :] = True
        return Scope(entries, stays, "monthly" if first == "return_pull" else "never", kinds)
    if not kinds:
        entries[:] = exists
    if first.startswith("relocation"):
        entries[:, np.arange(N_CHANNELS) != CHANNEL["relocation"]] = False
    return Scope(entries, stays, kinds=kinds, at_home=True)


def cases(run: Run, people: Columns, world: World) -> Cases:
    """Everything that a run keeps of each person, in order; `people` are those at the start, `world` gives the law."""
    abroad = np.flatnonzero(people.mode == MODE["settled"])
    start = {name: getattr(people, name)[abroad] for name in ("key", "place", "channel", "status")}
    logs = [run.moves[run.moves["kind"] != EVENT["born"]], run.decisions[~np.isin(run.decisions["kind"], _ENDS)]]

    def joined(name: str) -> NDArray[Any]:
        return np.concatenate([start[name], *(log[name] for log in logs)])

    def after_start(name: str, at_start: int) -> NDArray[np.int64]:
        return np.concatenate([np.full(len(abroad), at_start), *(log[name].astype(np.int64) for log in logs)])

    key, month, kind = joined("key"), after_start("month", -1), after_start("kind", 0)
    place, channel = joined("place").astype(np.int64), joined("channel").astype(np.int64)
    status = np.concatenate([start["status"].astype(np.int64), *(np.full(len(log), -1) for log in logs)])
    arrived = np.isin(kind, [EVENT["departed"], EVENT["onward"]])
    status[arrived] = world.law["first_status"][place[arrived], channel[arrived]]
    reason = after_start("reason", -1)
    status[arrived & (reason == REASON["refuge"])] = STATUS["temporary_protection"]
    recognised = reason == REASON["none"]
    status[kind == EVENT["permit"]] = _PERMIT
    status[(kind == EVENT["permit"]) & recognised] = STATUS["protected"]
    status[kind == EVENT["lost"]] = STATUS["irregular"]
    status[kind == _SOUGHT], status[kind == _ON_OTHER_GROUND] = _SEEKER, _PERMIT
    status[kind == EVENT["permanent"]] = STATUS["permanent"]
    status[kind == EVENT["naturalised"]] = STATUS["citizen"]
    status[kind == EVENT["returned"]] = STATUS["home"]

    order = np.lexsort((_RANK[kind], month, key))
    key = key[order]
    month, kind, place, channel, status = (array[order] for array in (month, kind, place, channel, status))
    first = np.append(True, key[1:] != key[:-1])[: len(key)]
    settles = np.isin(kind, [0, EVENT["departed"], EVENT["onward"], EVENT["returned"]])
    where = _carried(np.where(settles, place, -1), first, _BELARUS)
    stands = settles | np.isin(kind, [_SOUGHT, _ON_OTHER_GROUND])
    by = _carried(np.where(stands, np.where(kind == _SOUGHT, _ASYLUM, channel), -1), first, 0)
    stayed = np.where(first, 0, np.append(0, by[:-1])[: len(key)])
    channel = np.where(kind == _ON_OTHER_GROUND, stayed, channel)  # judged is the stay that ends
    status = _carried(status, first, STATUS["home"])
    before = np.where(first, STATUS["home"], np.append(STATUS["home"], status[:-1])[: len(key)])
    until = np.append(month[1:], FOREVER)[: len(key)]
    until[np.append(first[1:], True)[: len(key)]] = FOREVER
    return Cases(key, month, kind, place, channel, before, where, by, status, until)


def _carried(values: NDArray[np.int64], first: Flags, otherwise: int) -> NDArray[np.int64]:
    """Values with -1 replaced by the last that the same person had; `otherwise` where there is none."""
    known = np.where(first & (values < 0), otherwise, values)
    position: NDArray[np.int64] = np.maximum.accumulate(np.where(known >= 0, np.arange(len(known)), 0))
    return known[position]


def met(found: Cases, about: Scope, months: Flags, people: Columns) -> NDArray[np.uint64]:
    """Keys of those whom a rule judged in a world in any of the flagged months, in order, once each."""
    if about.when == "monthly":
        return lived(found, about, months)
    entered = np.isin(found.kind, _ENTERED) & about.entries[found.place, found.channel]
    decided = np.isin(found.kind, _STATUS_DECIDED) & about.stays[found.place, found.channel, found.before]
    decided &= about.when == "decided"
    judged = (entered | decided | np.isin(found.kind, about.kinds)) & (found.month >= 0) & months[found.month]
    heads = np.isin(found.kind, _ASKED)
    return np.union1d(found.key[judged & ~heads], in_units(np.unique(found.key[judged & heads]), people))


def in_units(heads: NDArray[np.uint64], people: Columns) -> NDArray[np.uint64]:
    """Keys of everyone in the units of these heads, of whom some came of age later, or took over from one who died.

    As the units are in `people`; who joined one later is not among them.
    """
    order = np.argsort(people.key)
    rows = order[np.searchsorted(people.key, heads, sorter=order)]
    sizes = people.reach[rows].astype(np.int64) + 1
    within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    found = np.repeat(rows, sizes) + within
    members: NDArray[np.uint64] = people.key[found[(people.behind[found] == within) | (within == 0)]]
    return members


def lived(found: Cases, about: Scope, months: Flags) -> NDArray[np.uint64]:
    """Keys of those who lived by a right that a rule is about in any of the flagged months, once each."""
    flagged = np.append(0, np.cumsum(months))
    last = np.minimum(found.until, len(months) - 1)
    there = about.stays[found.where, found.by, found.status]
    there &= flagged[np.maximum(last + 1, 0)] > flagged[np.clip(found.month, 0, len(months))]
    return np.unique(found.key[there])


def abroad(found: Cases) -> NDArray[np.uint64]:
    """Keys of those who live abroad at the end."""
    last = found.until == FOREVER
    return found.key[last & (found.where != _BELARUS)]


def differing(one: Cases, other: Cases) -> NDArray[np.uint64]:
    """Keys of those who do not live the same life in both worlds: moves, statuses, and what Belarus does to them."""
    lives = []
    for found in (one, other):
        told = (found.month >= 0) & ~np.isin(found.kind, [*_ASKED, *_PASSING])
        columns = {name: getattr(found, name)[told] for name in ("key", "month", "kind", "place", "channel")}
        lives.append(pd.DataFrame(columns).drop_duplicates())
    return np.unique(pd.concat(lives).drop_duplicates(keep=False)["key"].to_numpy())

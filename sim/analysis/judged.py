"""What rules judge: the events of everybody in one world, put in order person by person.

A run keeps what people asked for, what was decided, where they went and what they suffered. In order this tells who
lived where by what right, the status that each decision was about, and the way in which each came to a place.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.history.compiled import World
from sim.numerics.codes import CHANNEL, EVENT, MODE, PLACE, REASON, STATUS
from sim.population.schema import Columns
from sim.runs.run import Run

Flags = NDArray[np.bool_]
Numbers = NDArray[np.int64]
FOREVER = int(np.iinfo(np.int16).max)
"""Month of what does not happen."""

WAYS = ("asked", "joined", "in_place", "onward", "refuge", "season", "again", "visit", "ground", "claim")
"""How one comes to live in a place, or is there for a time: with an application at home, and on its grant; as family
that follows; by settling where one works or visits; from another destination; as one who flees from a war; for a season
of work, and for another one; on a short stay; on another ground when a right to stay ends; by a claim of protection."""
WAY = {name: number for number, name in enumerate(WAYS, 1)}

_BELARUS = PLACE["belarus"]
_ASYLUM, _WORK, _VISA_FREE_CHANNEL = CHANNEL["asylum"], CHANNEL["work"], CHANNEL["visa_free"]
_SOUGHT, _ON_OTHER_GROUND = EVENT["asylum_sought"], EVENT["other_ground"]
_ORDER = (
    *("stay_out", "applied", "granted", "refused", "blocked", "caught", "departed"),
    *("permit", "renewed", "permanent", "naturalised", "asylum_sought", "other_ground", "lost", "returned", "onward"),
    *("pendular_out", "pendular_on", "pendular_back", "stay_back"),
)
"""Order in which a month may bring these to one person; whatever is not named comes in any order."""
_KINDS = max(EVENT.values()) + 1
_RANK = np.full(_KINDS, len(_ORDER))
_RANK[[EVENT[name] for name in _ORDER]] = np.arange(len(_ORDER))


def kinds(*names: str) -> Flags:
    """Flags over kinds of events, bool[kinds], with those of these names set."""
    found = np.zeros(_KINDS, bool)
    found[[EVENT[name] for name in names]] = True
    return found


ASKED = kinds("applied", "granted", "refused", "blocked")
"""Noted for the head of a unit, and so about everyone in it."""
_PASSING = ASKED | kinds("summoned", "caught", "stay_out", "stay_back", "died")
_PASSING |= kinds("pendular_out", "pendular_on", "pendular_back")
"""What does not make a life another one by itself."""
_WAY_OF = np.zeros(_KINDS, np.int64)
for _name in ("applied", "granted", "refused", "blocked", "caught", "departed"):
    _WAY_OF[EVENT[_name]] = WAY["asked"]
for _name, _way in (("onward", "onward"), ("pendular_out", "season"), ("pendular_on", "again"), ("stay_out", "visit")):
    _WAY_OF[EVENT[_name]] = WAY[_way]
_WAY_OF[_ON_OTHER_GROUND] = WAY["ground"]
_BY_REASON = {("departed", "family"): "joined", ("departed", "in_place"): "in_place", ("onward", "refuge"): "refuge"}
_FIXED_STATUS = {
    **{"lost": "irregular", "asylum_sought": "asylum_seeker", "other_ground": "permit", "permit": "permit"},
    **{"permanent": "permanent", "naturalised": "citizen", "returned": "home", "died": "home"},
    **{"pendular_out": "pendular", "pendular_back": "home", "stay_out": "visitor", "stay_back": "home"},
}
"""Status after an event, where it does not hang on the channel."""
_ABROAD = np.ones(max(STATUS.values()) + 1, bool)
_ABROAD[[STATUS[name] for name in ("home", "pendular", "visitor")]] = False
_MOVES = kinds("departed", "onward", "returned", "pendular_out", "pendular_back", "stay_out", "stay_back", "died")


class Happened(NamedTuple):
    """What happened to everybody in one world, by person and in order of time; one row an event, n in all.

    The first row of who was abroad at the start, to stay or for a time, is their stay, of kind 0 in month -1.
    """

    row: Numbers  # of the person among the people at the start
    month: Numbers
    kind: Numbers
    reason: Numbers
    place: Numbers
    channel: Numbers  # of who gets another ground, that of the stay that ends
    way: Numbers  # codes `WAY`, 0 for what brings nobody anywhere
    entered: Numbers  # channel by which that way is taken
    before: Numbers  # status before the event
    where: Numbers  # place where one is after it, Belarus or abroad
    by: Numbers  # channel by which one stays: of entry, of a claim, of another ground
    status: Numbers  # status after it
    since: Numbers  # month in which one came to that place
    until: Numbers  # month of the person's next event; past the horizon for the last


def happened(run: Run, people: Columns, world: World) -> Happened:
    """Everything that a run keeps of each person, in order; `people` are those at the start, `world` gives the law."""
    away = np.flatnonzero(np.isin(people.mode, [MODE["settled"], MODE["pendular"]]))
    logs = [run.moves[run.moves["kind"] != EVENT["born"]], run.decisions]
    sorter = np.argsort(people.key)
    keys = np.concatenate([log["key"] for log in logs])
    rows = np.concatenate([away, sorter[np.searchsorted(people.key, keys, sorter=sorter)]])

    def joined(name: str, at_start: Any) -> Numbers:
        return np.concatenate([np.broadcast_to(at_start, len(away)), *(log[name] for log in logs)]).astype(np.int64)

    month, kind, reason = joined("month", -1), joined("kind", 0), joined("reason", -1)
    place, channel = joined("place", people.place[away]), joined("channel", _channel_of_stay(people)[away])
    status = _status_after(kind, reason, place, channel, world)
    status[: len(away)] = people.status[away]
    since = month.copy()
    since[: len(away)] = people.since[away]

    order = np.argsort((rows << 32) | ((month + 1) << 16) | _RANK[kind], kind="stable")
    row = rows[order]
    month, kind, reason, place, channel = (array[order] for array in (month, kind, reason, place, channel))
    status, since = status[order], since[order]
    first = np.append(True, row[1:] != row[:-1])[: len(row)]
    moves = _MOVES[kind] | (kind == 0)
    where = _carried(np.where(moves, place, -1), first, _BELARUS)
    since = _carried(np.where(moves, since, -FOREVER), first, -FOREVER)
    stands = moves | (kind == _SOUGHT) | (kind == _ON_OTHER_GROUND)
    by = _carried(np.where(stands, np.where(kind == _SOUGHT, _ASYLUM, channel), -1), first, 0)
    status = _carried(status, first, STATUS["home"])
    way = _ways(kind, reason, channel)
    stayed = np.where(first, 0, np.append(0, by[:-1])[: len(row)])
    channel = np.where(kind == _ON_OTHER_GROUND, stayed, channel)  # judged is the stay that ends
    entered = np.where((way == WAY["ground"]) | (way == WAY["claim"]), by, channel)
    before = np.where(first, STATUS["home"], np.append(STATUS["home"], status[:-1])[: len(row)])
    until = np.append(month[1:], FOREVER)[: len(row)]
    until[np.append(first[1:], True)[: len(row)]] = FOREVER
    return Happened(
        row, month, kind, reason, place, channel, way, entered, before, where, by, status, since, until
    )  # fmt: skip


def _channel_of_stay(people: Columns) -> NDArray[Any]:
    """Channel by which each is where they are at the start; of who is away for a time, by which they would stay."""
    short = np.where(people.status == STATUS["pendular"], _WORK, _VISA_FREE_CHANNEL)
    return np.where(people.mode == MODE["pendular"], short, people.channel)


def _status_after(kind: Numbers, reason: Numbers, place: Numbers, channel: Numbers, world: World) -> Numbers:
    """Status after each event, -1 where it stays as it was."""
    of = np.full(_KINDS, -1)
    for name, status in _FIXED_STATUS.items():
        of[EVENT[name]] = STATUS[status]
    found = of[kind]
    arrived = kinds("departed", "onward")[kind]
    found[arrived] = world.law["first_status"][place[arrived], channel[arrived]]
    in_place = (kind == EVENT["departed"]) & (reason == REASON["in_place"]) & (channel == _WORK)
    found[in_place] = STATUS["permit"]
    found[arrived & (reason == REASON["refuge"])] = STATUS["temporary_protection"]
    found[(kind == EVENT["permit"]) & (reason == REASON["none"])] = STATUS["protected"]
    return found


def _ways(kind: Numbers, reason: Numbers, channel: Numbers) -> Numbers:
    """Way of each event, 0 for what brings nobody anywhere; who has come to ask for protection came by asking."""
    way = _WAY_OF[kind]
    for (name, why), by in _BY_REASON.items():
        way[(kind == EVENT[name]) & (reason == REASON[why])] = WAY[by]
    way[(kind == _SOUGHT) & (channel != _ASYLUM)] = WAY["claim"]
    return way


def _carried(values: Numbers, first: Flags, otherwise: int) -> Numbers:
    """Values, where nothing is known replaced by the last that was of the same person, else by `otherwise`."""
    nothing = -FOREVER if otherwise == -FOREVER else -1
    known = np.where(first & (values == nothing), otherwise, values)
    position: Numbers = np.maximum.accumulate(np.where(first | (known != nothing), np.arange(len(known)), 0))
    return known[position]


def abroad(found: Happened, people: int) -> Flags:
    """Who of so many people lives abroad at the end, as far as is kept, bool[people]."""
    last = found.until == FOREVER
    lives = np.zeros(people, bool)
    lives[found.row[last]] = _ABROAD[found.status[last]] & (found.where[last] != _BELARUS)
    return lives


def at_home(found: Happened, people: Columns) -> Flags:
    """Who lives in Belarus at the end, short work and stays abroad included, of those who lived at the start."""
    lives = (people.mode != MODE["nowhere"]) & (people.mode != MODE["settled"])
    last = found.until == FOREVER
    row = found.row[last]
    lives[row] = ~_ABROAD[found.status[last]]
    lives[found.row[found.kind == EVENT["died"]]] = False
    return lives


def differing(one: Happened, other: Happened, people: int) -> Flags:
    """Who does not live the same life in both worlds: moves, statuses, and what Belarus does to people."""
    codes = []
    for found in (one, other):
        told = (found.month >= 0) & ~_PASSING[found.kind]
        row, month, kind, place, channel = (
            array[told] for array in (found.row, found.month, found.kind, found.place, found.channel)
        )
        codes.append(np.unique((((row << 16 | month) << 8 | kind) << 8 | place) << 8 | channel))
    differs = np.zeros(people, bool)
    differs[np.setxor1d(codes[0], codes[1], assume_unique=True) >> 40] = True
    return differs

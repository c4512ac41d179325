"""A run as its observers see it: what its logs tell of permits, visas, entries, and of who the people are.

Counts are by month, float64[T], in persons; what a stock, a register, a permit and an entry are stands in
`sim.observation.definitions`.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.history.compiled import World
from sim.numerics.codes import CHANNEL, EVENT, INSTRUMENT, MODE, PLACE, PLACE_NAMES, REASON, STATUS
from sim.numerics.months import month
from sim.observation.definitions import (
    PERMIT,
    REGISTERS,
    SHELTERED,
    VISA,
    arrivals,
    lag,
    later,
    not_yet_issued,
    own_permits,
    permits,
    residents,
    still_valid,
)
from sim.observation.parameters import observation
from sim.population.schema import Columns
from sim.runs.run import Run

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

_ASYLUM, _BELARUS = CHANNEL["asylum"], PLACE["belarus"]
_OF_MOVES = ("lost", "departed", "onward", "returned")
_COMES = [EVENT["departed"], EVENT["onward"]]
_MOVES = [*_COMES, EVENT["returned"]]
IN_CASE = ("humanitarian", "it_scheme")
"""Channels of which visas are issued to people who do not settle, too; shares in `sim/data/observation.csv`."""
_STAYS = [EVENT["stay_out"], EVENT["stay_back"]]
_IN_A_MONTH = np.sort([*_MOVES, *_STAYS])
"""Kinds by their codes, the order in which one month may bring them: one goes out before one comes back."""
STAYED = 6
"""Months after which an immigrant is counted by the rule of 183 days."""


class Seen(NamedTuple):
    """A run, the world that it was lived in, and the people of its start."""

    run: Run
    world: World
    people: Columns
    one_in: int
    order: Rows  # rows of the people, by identity
    known: int = month("9999-12")
    """The last month whose practice of permits the observer knows: a forecast goes on with it."""


def seen_by(run: Run, world: World, people: Columns, one_in: int) -> Seen:
    """A run as its observers see it; `people` are those of the start."""
    return Seen(run, world, people, one_in, np.argsort(people.key))


def each_seen(runs: Iterable[Run], world: World, start: Callable[[Run], Columns], one_in: int) -> Iterator[Seen]:
    """Runs of one world one after another, as their observers see them.

    `start` gives the people of a run at the start; those of runs that have the same are put in order once.
    """
    orders: dict[int, Rows] = {}
    for run in runs:
        people = start(run)
        if id(people) not in orders:
            orders = {**orders, id(people): np.argsort(people.key)}
        yield Seen(run, world, people, one_in, orders[id(people)])


def monthly(seen: Seen, log: NDArray[np.void], weights: Floats | None = None) -> Floats:
    """Records of a log by month, each for the persons for whom an agent stands; or for so many agents as `weights`."""
    counts = np.bincount(log["month"].astype(np.int64), weights, minlength=len(seen.run.harms))
    return np.asarray(counts, float) * seen.one_in


def noted(seen: Seen, event: str, place: int, channels: Sequence[int] = (), reason: str = "") -> NDArray[np.void]:
    """Records of an event in a place, of some channels and one reason if such are given."""
    log = seen.run.moves if event in _OF_MOVES else seen.run.decisions
    chosen = (log["kind"] == EVENT[event]) & (log["place"] == place)
    if channels:
        chosen &= np.isin(log["channel"], channels)
    if reason:
        chosen &= log["reason"] == REASON[reason]
    return log[chosen]


# permits


def claims(seen: Seen, place: int) -> Floats:
    """People who ask for protection, inside or at the border, as expected: hazards summed, not the few who are drawn.

    Who asks again elsewhere counts again.
    """
    return np.asarray(seen.run.claims[:, place] + seen.run.expected[:, place, _ASYLUM], float)


def recognised(seen: Seen, place: int) -> Floats:
    """Asylum seekers who are recognised."""
    return monthly(seen, noted(seen, "permit", place, [_ASYLUM], "none"))


def rejected(seen: Seen, place: int) -> Floats:
    """Asylum seekers who are refused."""
    return monthly(seen, noted(seen, "lost", place, [_ASYLUM], "refusal"))


def of_refuge(seen: Seen, place: int) -> Floats:
    """Permits of the state's own for who fled from a war and was let in, one lag after they came."""
    return later(monthly(seen, noted(seen, "onward", place, reason="refuge")), lag(place)) * own_permits(place)


def settled_permits(seen: Seen, place: int) -> Floats:
    """First permits issued to settled people, the recognised and who fled from a war among them."""
    by_channel = permits(arrivals(seen.run, place), seen.world, place)
    return by_channel + recognised(seen, place) + of_refuge(seen, place)


def short_work(seen: Seen, place: int) -> Floats:
    """Starts of short work."""
    return monthly(seen, noted(seen, "pendular_out", place))


def short_permits(seen: Seen, place: int) -> Floats:
    """First permits for short work: as many for each start as the state gave in that year."""
    started = short_work(seen, place)
    practice = observation().over("short_permits_a_start", PLACE_NAMES[place], len(started))
    return started * practice[np.minimum(np.arange(len(started)), seen.known)]


def renewed(seen: Seen, place: int) -> Floats:
    """Permits that are renewed; a visitor's longer stay is none."""
    visits = seen.world.law["first_status"][place] == STATUS["visa_free"]
    log = noted(seen, "renewed", place)
    return monthly(seen, log[~visits[log["channel"]]])


# visas and entries


def visas(seen: Seen, place: int, channels: Sequence[str] = ()) -> Floats:
    """National visas issued, used or not: of some channels, or of all that need one.

    A grant is noted for the head of a unit, all of whom get a visa (also where the head goes ahead: an upper bound).
    Whoever is granted one in a run means to settle: of the visas `IN_CASE` more were issued, and they are counted by
    who settles on them, as expected, so that those used are never more than those issued.
    """
    by_visa = np.flatnonzero(seen.world.law["entry"][place] == INSTRUMENT["national_visa"]).tolist()
    asked = [CHANNEL[name] for name in channels] or by_visa
    log = noted(seen, "granted", place, asked)
    log = log[~np.isin(log["channel"], [CHANNEL[name] for name in IN_CASE])]
    found = monthly(seen, log, seen.people.unit_size[rows_of(seen, log["key"])].astype(float))
    for name in IN_CASE:
        if CHANNEL[name] in asked:
            settle = np.asarray(seen.run.expected[:, place, CHANNEL[name]], float)
            found = found + settle / observation().at(f"visas_settled_{name}", PLACE_NAMES[place])
    return found


def entries(seen: Seen, place: int, channels: Sequence[str] = ()) -> Floats:
    """Borders crossed into a place by who settles there, begins short work or a short stay; by some channels, by who
    settles.

    Who settles where they already are crosses no border. Of visits the model has the short stays without a visa alone.
    """
    came = arrivals(seen.run, place)
    if channels:
        return np.asarray(came[:, [CHANNEL[name] for name in channels]].sum(axis=1), float)
    crossed = came.sum(axis=1) - monthly(seen, noted(seen, "departed", place, reason="in_place"))
    return np.asarray(crossed + short_work(seen, place) + visitors(seen, place), float)


def visitors(seen: Seen, place: int) -> Floats:
    """Entries for a short stay without a visa."""
    return monthly(seen, noted(seen, "stay_out", place))


def caught(seen: Seen, place: int) -> Floats:
    """People stopped on an irregular crossing into a place."""
    return monthly(seen, noted(seen, "caught", place))


class Spells(NamedTuple):
    """Stays abroad of a run that began with a move, one a row: whose, where, from when, and until when."""

    key: NDArray[np.uint64]
    place: Rows
    since: Rows
    until: Rows  # month of the person's next move; past the run for the last


def spells(seen: Seen) -> Spells:
    """Every stay abroad that began in the run, short ones without a visa included; short work is none.

    A visitor who settles where they are goes on with the stay that began with the journey.
    """
    logs = (seen.run.moves[np.isin(seen.run.moves["kind"], _MOVES)],
            seen.run.decisions[np.isin(seen.run.decisions["kind"], _STAYS)])  # fmt: skip
    columns = {
        name: np.concatenate([log[name] for log in logs]) for name in ("key", "month", "kind", "place", "reason")
    }
    order = np.lexsort((np.searchsorted(_IN_A_MONTH, columns["kind"]), columns["month"], columns["key"]))
    moves = {name: column[order] for name, column in columns.items()}
    before = np.append(0, moves["kind"][:-1])[: len(order)]
    goes_on = (moves["reason"] == REASON["in_place"]) & (before == EVENT["stay_out"])
    moves = {name: column[~goes_on] for name, column in moves.items()}
    until = np.append(moves["month"][1:].astype(np.int64), 0)
    until[np.append(moves["key"][1:] != moves["key"][:-1], True)[: len(moves["key"])]] = len(seen.run.harms)
    came = np.isin(moves["kind"], [*_COMES, EVENT["stay_out"]])
    key, place, since = (np.asarray(moves[name])[came] for name in ("key", "place", "month"))
    return Spells(key, place.astype(np.int64), since.astype(np.int64), until[: len(came)][came])


def stayed(seen: Seen, place: int) -> Floats:
    """Immigrants by the rule of 183 days, in the month of arrival: those of them who do not leave within it."""
    found = spells(seen)
    kept = (found.place == place) & (found.until - found.since >= STAYED)
    counts = np.bincount(found.since[kept], minlength=len(seen.run.harms))
    return np.asarray(counts, float) * seen.one_in


def remaining(seen: Seen, place: int, weights: Floats, end: int) -> tuple[float, float]:
    """Agents who came to a place in some months (shares of them, float64[T]), and those there after month `end`."""
    found = spells(seen)
    there = found.place == place
    came = float(weights[found.since[there]].sum())
    still = float(weights[found.since[there & (found.since <= end) & (found.until > end)]].sum())
    return came, still


# registers


def register(seen: Seen, place: int, name: str = "residents") -> dict[str, Floats]:
    """A register of a place and its parts, persons at the end of each month, float64[T] each.

    `residents` live there; `counted` are those with documents that it holds, those let in from a war to whom the state
    gave permits of its own, and the permits for short work that are valid, where it holds them; `waiting` those of them
    whose permit is not issued yet, at most all on long visas; `register` is what is shown. Who is born there has the
    mother's right to stay.
    """
    run, holds = seen.run, REGISTERS[name]
    living = residents(run, place)
    counted = run.stocks[:, place, list(holds.statuses)].sum(axis=1).astype(float)
    counted += own_permits(place) * run.stocks[:, place, SHELTERED]
    if holds.short:
        counted += still_valid(short_permits(seen, place), int(observation().at("short_permit_months")))
    waiting = np.zeros(len(living))
    if holds.lags:
        first = seen.world.law["first_status"][place]
        free = (np.arange(len(first)) == CHANNEL["visa_free"]) & (first == PERMIT)
        for without, status in ((first == VISA, VISA), (free, PERMIT)):
            came = arrivals(run, place)[:, without].sum(axis=1)
            waiting += np.minimum(not_yet_issued(came, lag(place)), run.stocks[:, place, status])
    return {"residents": living, "counted": counted, "waiting": waiting, "register": counted - waiting}


# who they are


def rows_of(seen: Seen, keys: NDArray[np.uint64]) -> Rows:
    """Rows of people by identity; who was born in the run has no row, and that of somebody else is given."""
    found = np.searchsorted(seen.people.key, keys, sorter=seen.order)
    return np.asarray(seen.order[np.minimum(found, len(seen.order) - 1)], np.int64)


def known(seen: Seen, keys: NDArray[np.uint64]) -> Rows:
    """Rows of those of these people who were there at the start."""
    rows = rows_of(seen, keys)
    return rows[seen.people.key[rows] == keys]


def whereabouts(seen: Seen, t: int) -> Rows:
    """Place where each of the people of the start lives at the end of month `t`, in order of rows; 0 is Belarus."""
    people = seen.people
    places = np.where(people.mode == MODE["settled"], people.place, _BELARUS).astype(np.int64)
    moves = seen.run.moves[np.isin(seen.run.moves["kind"], _MOVES) & (seen.run.moves["month"] <= t)]
    rows = rows_of(seen, moves["key"])
    ours = people.key[rows] == moves["key"]
    moved = np.where(moves["kind"] == EVENT["returned"], _BELARUS, moves["place"]).astype(np.int64)
    places[rows[ours]] = moved[ours]  # in order of time: of several moves of one person the last one stays
    return places


def years_old(seen: Seen, rows: Rows, t: int | Rows) -> NDArray[np.float64]:
    """Age of people in month `t`, completed years, float64[rows]."""
    return np.asarray((t - seen.people.birth[rows].astype(np.int64)) // 12, float)


def last_departure(seen: Seen, t: int) -> tuple[Rows, Rows]:
    """People of the start who live abroad after month `t`: rows, and the month in which each last left Belarus.

    Who has lived abroad from the start has left in month -1.
    """
    rows = np.flatnonzero(whereabouts(seen, t) != _BELARUS)
    left = np.full(len(seen.people.key), -1, np.int64)
    moves = seen.run.moves
    gone = moves[(moves["kind"] == EVENT["departed"]) & (moves["month"] <= t)]
    at = rows_of(seen, gone["key"])
    ours = seen.people.key[at] == gone["key"]
    np.maximum.at(left, at[ours], gone["month"][ours].astype(np.int64))
    return rows, left[rows]

"""The one observation model: what a stock, a register, a permit and an entry are, in terms of what a run leaves.

A *stock* is people who live in a place. A *register* holds documents that are valid at a date. A *permit* is a first
residence permit issued in a period. An *entry* is a border crossed in a period by who comes to settle or to work. All
other modules of the observation, and the inversion of constants, count by these functions; what is read from the logs
of a run is in `sim.observation.seen`. Persons everywhere.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.history.compiled import World
from sim.numerics.codes import AWAY, INSTRUMENT, PLACE_NAMES, STATUS
from sim.numerics.months import days_in, first_day, month
from sim.observation.parameters import observation
from sim.runs.run import Run

Floats = NDArray[np.float64]

VISA, PERMIT, PENDULAR = (STATUS[name] for name in ("visa", "permit", "pendular"))
SHELTERED = STATUS["temporary_protection"]
_DOCUMENTS = tuple(STATUS[name] for name in ("visa", "permit", "permanent", "protected"))
_BELARUS = 0


class Register(NamedTuple):
    """Which documents a register holds."""

    statuses: tuple[int, ...]  # of those who live there
    short: bool = False  # whether permits for short work are among them
    lags: bool = False  # whether who came on a long visa, or needs no permit to stay, is missing until it is issued


REGISTERS = {
    "residents": Register(_DOCUMENTS),
    "valid_permits": Register(_DOCUMENTS, short=True),
    "residence_documents": Register(_DOCUMENTS, lags=True),
}
"""By definition in `sim/data/observed/stocks.csv`: a migration department's valid permits and long visas; Eurostat's
valid permits, in which Polish ones for short work count; residence documents of the Polish office for foreigners.

None holds visitors, asylum seekers, people without status or the naturalised (assumption).
"""


# periods and dates


def at(date: str) -> int:
    """Number of the month at whose end a stock of a date is taken: of a month's first day, the month before."""
    return month(date) - (1 if date.endswith("-01") else 0)


def within(start: str, end: str, months: int) -> Floats:
    """Share of each of the first `months` months that lies from `start` to `end`, both days included, float64[T]."""
    first, last = month(start), month(end)
    shares = np.zeros(months)
    shares[max(first, 0) : last + 1] = 1.0
    for t, missing in ((first, int(start[8:10]) - 1), (last, days_in(last) - int(end[8:10]))):
        if 0 <= t < months:
            shares[t] -= missing / days_in(t)
    return shares


def ends(start: str, months: int) -> str:
    """Last day of the month `months` months after that of a date."""
    t = month(start) + months
    return first_day(t).replace(day=days_in(t)).isoformat()


# stock


def residents(run: Run, place: int) -> Floats:
    """A stock: people who live in a place at the end of each month by whatever right, float64[T]; nobody for a time."""
    found: Floats = (run.stocks[:, place].sum(axis=1) - run.stocks[:, place, AWAY].sum(axis=1)).astype(float)
    return found


def present(run: Run, place: int) -> Floats:
    """People who live or work for a season in a place at the end of each month, float64[T]."""
    found: Floats = run.stocks[:, place].sum(axis=1).astype(float)
    return found


# permit


def own_permits(place: int) -> float:
    """Share of those who fled from a war and were let in who have permits of the state's own.

    Temporary protection is counted apart from permits.
    """
    return observation().at("refuge_permits", PLACE_NAMES[place])


def lag(place: int) -> int:
    """Months from arrival on a long visa to the residence permit."""
    return int(observation().at("registration_lag", PLACE_NAMES[place]))


def permits(arrivals: Floats, world: World, place: int) -> Floats:
    """First residence permits of settled people by month of issue, float64[T]; `arrivals` by channel, [T, channels].

    Who waits for a permit at home arrives with it; who comes on a long visa gets it one lag after arrival. Visitors,
    asylum seekers and people without status get none. That some leave before they have it is left out.
    """
    first = world.law["first_status"][place]
    before = arrivals[:, first == PERMIT].sum(axis=1).astype(float)
    after = arrivals[:, first == VISA].sum(axis=1).astype(float)
    return before + later(after, lag(place))


def later(flow: Floats, months: int) -> Floats:
    """A monthly flow so many months later, float64[T].

    Before the first month as many came as in a month of the first year (assumption: the year before the shocks).
    """
    before = np.full(min(months, len(flow)), float(flow[:12].mean()) if len(flow) else 0.0)
    return np.concatenate([before, flow[: max(len(flow) - months, 0)]])


# entry


def arrivals(run: Run, place: int) -> Floats:
    """People who come to live in a place, from Belarus or another country, by channel, float64[T, channels]."""
    others = [p for p in range(run.flows.shape[1]) if p != place]
    found: Floats = run.flows[:, others, place].sum(axis=1).astype(float)
    return found


def leavers(run: Run, place: int) -> Floats:
    """People who lived in a place and leave it, float64[T]."""
    others = [p for p in range(run.flows.shape[1]) if p != place]
    found: Floats = run.flows[:, place, others].sum(axis=(1, 2)).astype(float)
    return found


def departures(run: Run, place: int) -> Floats:
    """People who leave Belarus to live in a place, float64[T]."""
    found: Floats = run.flows[:, _BELARUS, place].sum(axis=1).astype(float)
    return found


def short_visas(world: World, place: int, months: int) -> Floats:
    """Schengen visas that the state of a place issues in Belarus in each month, float64[T]: an input."""
    issued = world.places["visas"][:months, place]
    found: Floats = issued * world.openness[:months, place, INSTRUMENT["short_visa"], 0]
    return found


# register


def not_yet_issued(came: Floats, months: int) -> Floats:
    """Arrivals of the last `months` months, this one included, float64[T]; `came` a month, float64[T].

    Who came before the first month has the permit: so are the people of the start.
    """
    total = np.concatenate([np.zeros(months), np.cumsum(came)])
    return total[months:] - total[: len(came)]


def still_valid(issued: Floats, months: int) -> Floats:
    """Papers of a given length that are valid at the end of each month, float64[T]; `issued` a month, float64[T].

    Before the first month as many were issued as in a month of the first year (assumption, as in `later`).
    """
    return np.sum([later(issued, before) for before in range(months)], axis=0, dtype=float)

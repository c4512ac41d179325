"""Numbers of people and of papers, as observed quantities ask for them: in some places, in some days or at their end.

What a stock, a register, a permit and an entry are stands in `sim.observation.definitions`.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.history.compiled import World
from sim.model.recording import by_group
from sim.model.recording.recorder import HARMS
from sim.numerics.codes import CHANNEL, EVENT, N_CHANNELS, PLACE, STATUS, WORLD_REGION
from sim.numerics.months import month
from sim.observation import definitions as by
from sim.observation import seen as of
from sim.observation.seen import Seen

Floats = NDArray[np.float64]
Count = Callable[[Seen, int], Floats]
"""Persons in a place by month, float64[T]."""

DESTINATIONS = tuple(name for name in PLACE if name != "belarus")
FOR_WORK = ("work", "it_scheme", "relocation")
AUTUMN, BETWEEN, INVASION = ("2020-09-01", "2021-06-30"), ("2021-07-01", "2022-01-31"), "2022-02-24"
"""The first wave to Lithuania, the months between the two, and the first day of the second."""


class Asked(NamedTuple):
    """What of a quantity was observed: in which places together, from which day to which, by which channels."""

    places: tuple[str, ...]
    start: str
    end: str
    channels: tuple[str, ...] = ()


Measure = Callable[[Seen, Asked], float]


def places_of(name: str, world: World) -> tuple[str, ...]:
    """Destinations of a name in the observed tables: one, several joined by +, `eu` or `world`."""
    if name == "world":
        return DESTINATIONS
    if name == "eu":
        regions = world.places["region"][0]
        return tuple(place for place in DESTINATIONS if regions[PLACE[place]] == WORLD_REGION["european_union"])
    return tuple(name.split("+"))


def flow(count: Count, seen: Seen, asked: Asked) -> float:
    """Persons counted in the days asked about, in all places."""
    days = by.within(asked.start, asked.end, len(seen.run.harms))
    within = days > 0.0
    return float(sum((count(seen, PLACE[place]) * days)[within].sum() for place in asked.places))


def stock(count: Count, seen: Seen, asked: Asked) -> float:
    """Persons counted at the end of the month asked about, in all places."""
    return float(sum(count(seen, PLACE[place])[by.at(asked.end)] for place in asked.places))


def register_of(name: str) -> Count:
    """What a register of a definition shows."""
    return lambda seen, place: of.register(seen, place, name)["register"]


def of_run(count: Callable[..., Floats]) -> Count:
    """A count of the arrays of a run alone."""
    return lambda seen, place: count(seen.run, place)


def all_permits(seen: Seen, place: int) -> Floats:
    """First permits of settled people and for short work."""
    return of.settled_permits(seen, place) + of.short_permits(seen, place)


def issued(seen: Seen, place: int) -> Floats:
    """Permits issued to settled people, first ones and renewed."""
    return of.settled_permits(seen, place) + of.renewed(seen, place)


def applied(seen: Seen, place: int) -> Floats:
    """Applications for the permits that are issued one lag later; those of the last months are not known."""
    papers, lag = issued(seen, place), by.lag(place)
    return np.concatenate([papers[lag:], np.full(min(lag, len(papers)), np.nan)])


def net(seen: Seen, place: int) -> Floats:
    """People who come to live in a place less those who leave it."""
    return by.arrivals(seen.run, place).sum(axis=1) - by.leavers(seen.run, place)


def crossed(seen: Seen, place: int) -> Floats:
    """Entries less exits: the change of people who live or work there."""
    there = by.present(seen.run, place)
    return np.diff(there, prepend=there[0])


def every_visa(seen: Seen, place: int) -> Floats:
    """Visas of all kinds: national, of short workers, and short-stay."""
    months = len(seen.run.harms)
    return of.visas(seen, place) + of.short_work(seen, place) + by.short_visas(seen.world, place, months)


def insured(seen: Seen, place: int) -> Floats:
    """People at work: settled ones with work, and short workers."""
    return seen.run.employed[:, place].sum(axis=1) + seen.run.stocks[:, place, by.PENDULAR].astype(float)


def in_status(name: str) -> Count:
    """People who live in a place by one right."""
    return lambda seen, place: seen.run.stocks[:, place, STATUS[name]].astype(float)


def of_sector(name: str) -> Count:
    """Departures from Belarus of one sector."""
    return lambda seen, place: grouped(seen, place, "sector", name)


def grouped(seen: Seen, place: int, dimension: str, group: str) -> Floats:
    """Departures from Belarus to a place by month, of one group."""
    column = by_group.labels().index((dimension, group))
    departed = seen.run.groups[:, by_group.MEASURES.index("departed"), place, column]
    return np.asarray(departed, float) * seen.one_in


def by_channel(seen: Seen, asked: Asked) -> float:
    """Departures from Belarus by the channels asked about, to all the places."""
    days = by.within(asked.start, asked.end, len(seen.run.harms))
    columns = [CHANNEL[name] for name in asked.channels]
    rows = [PLACE[place] for place in asked.places]
    return float((seen.run.flows[:, 0][:, rows][:, :, columns].sum(axis=(1, 2)) * days).sum())


# shares, in percent


def share(part: Measure, whole: Measure, seen: Seen, asked: Asked) -> float:
    """One quantity in percent of another."""
    below = whole(seen, asked)
    return 100.0 * part(seen, asked) / below if below > 0.0 else float("nan")


def on_ground(channels: tuple[str, ...], short: bool) -> Count:
    """First permits of those who came by some channels; `short` if permits for short work are among them."""
    kept = np.isin(np.arange(N_CHANNELS), [CHANNEL[name] for name in channels])

    def count(seen: Seen, place: int) -> Floats:
        settled = by.permits(by.arrivals(seen.run, place) * kept, seen.world, place)
        return settled + of.short_permits(seen, place) if short else settled

    return count


def left_legally(seen: Seen, asked: Asked) -> float:
    """Share of departures from Belarus by any but an irregular way, percent."""
    days = by.within(asked.start, asked.end, len(seen.run.harms))
    gone = seen.run.flows[:, 0].sum(axis=1) * days[:, None]
    return float(100.0 * (1.0 - gone[:, CHANNEL["irregular"]].sum() / max(gone.sum(), 1.0)))


# Belarus, and shapes


def detained(seen: Seen, asked: Asked) -> float:
    """People detained in the days asked about."""
    days = by.within(asked.start, asked.end, len(seen.run.harms))
    return float((seen.run.harms[:, HARMS.index("detained")] * days).sum())


def volunteers(seen: Seen, asked: Asked) -> float:
    """Applications to fight for Ukraine in the days asked about, from wherever they live."""
    within = (
        by.within(asked.start, asked.end, len(seen.run.harms)) > 0.0
    )  # whole months: nobody applied before or after
    applied = seen.run.decisions[seen.run.decisions["kind"] == EVENT["volunteered"]]
    return float(of.monthly(seen, applied)[within].sum())


def two_waves(seen: Seen, asked: Asked) -> float:
    """1 if more people a month come in both waves than between them, and most in the second; else 0."""
    came, months = by.arrivals(seen.run, PLACE[asked.places[0]]).sum(axis=1), len(seen.run.harms)
    rates = []
    for start, end in (AUTUMN, BETWEEN, (INVASION, asked.end)):
        days = by.within(start, end, months)
        rates.append(float((came * days).sum() / days.sum()))
    return float(rates[1] < rates[0] < rates[2])


def peak_year(seen: Seen, asked: Asked) -> float:
    """Year in which most leave Belarus for a place."""
    years = range(int(asked.start[:4]), int(asked.end[:4]) + 1)
    whole = [flow(of_run(by.departures), seen, Asked(asked.places, f"{y}-01-01", f"{y}-12-31")) for y in years]
    return float(years[int(np.argmax(whole))])


def change(count: Count, relative: bool, seen: Seen, asked: Asked) -> float:
    """Change of a stock over the period, from `definitions.at` its first day to its last; in percent if `relative`."""
    first = by.at(asked.start)
    before, after = (sum(count(seen, PLACE[place])[t] for place in asked.places) for t in (first, by.at(asked.end)))
    if not relative:
        return float(after - before)
    return float(100.0 * (after / before - 1.0)) if before > 0.0 else float("nan")


def expected_entries(channels: tuple[str, ...]) -> Count:
    """Entries from Belarus by some channels of those who settle, as expected: hazards summed, not the few drawn."""
    columns = [CHANNEL[name] for name in channels]
    return lambda seen, place: np.asarray(seen.run.expected[:, place, columns].sum(axis=1), float)


def from_belarus(seen: Seen, place: int) -> Floats:
    """Entries over the border of Belarus, as expected of who settles; with those who begin a season or a short stay."""
    settling = np.asarray(seen.run.expected[:, place].sum(axis=1), float)
    return settling + of.short_work(seen, place) + of.visitors(seen, place)


def entries_rise(seen: Seen, asked: Asked) -> float:
    """Entries from Belarus of a month over the mean of the two months before, less one, in percent.

    A border guard counts its own border: who comes from Ukraine crosses another.
    """
    t = month(asked.start)
    came = np.sum([from_belarus(seen, PLACE[place]) for place in asked.places], axis=0)
    before = float(came[t - 2 : t].mean())
    return float(100.0 * (came[t] / before - 1.0)) if before > 0.0 else float("nan")


def ratio_of_years(seen: Seen, asked: Asked) -> float:
    """First permits, short ones among them, of the last year over those of the first."""
    years = [flow(all_permits, seen, Asked(asked.places, f"{day[:4]}-01-01", f"{day[:4]}-12-31"))
             for day in (asked.start, asked.end)]  # fmt: skip
    return years[1] / years[0] if years[0] > 0.0 else float("nan")

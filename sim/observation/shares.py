"""Who people are: shares by age, sex and sector of those who live, enter or work in a place, and of the diaspora.

Shares are in percent. Traits are known of the people of the start; who was born later is left out.
"""

import numpy as np
from numpy.typing import NDArray

from sim.model.run_constants import ADULT_MONTHS
from sim.numerics.codes import CHANNEL, EXPOSURE, PLACE, REASON, REGION, SECTOR, SEX, WAR_VIEW
from sim.numerics.months import month
from sim.observation import definitions as by
from sim.observation import seen as of
from sim.observation.counts import Asked
from sim.observation.seen import Seen
from sim.population.schema import NOBODY

_IN_PLACE = REASON["in_place"]


def remaining(seen: Seen, asked: Asked) -> float:
    """Share of entrants of March and, from April on, up to June 2022 who are still there at the end of the last day."""
    end = asked.end if month(asked.end) <= month("2022-06") else "2022-06-30"
    days = by.within(asked.start, end, len(seen.run.harms))
    came, still = of.remaining(seen, PLACE[asked.places[0]], days, month(asked.end))
    return 100.0 * still / came if came > 0.0 else float("nan")


def still_there(seen: Seen, asked: Asked) -> float:
    """Entrants of March to June 2022 who are still there."""
    days = by.within("2022-03-01", "2022-06-30", len(seen.run.harms))
    return of.remaining(seen, PLACE[asked.places[0]], days, by.at(asked.end))[1] * seen.one_in


def aged(seen: Seen, asked: Asked, low: float, high: float, men: bool = False) -> float:
    """Share of the residents of a place by age (completed years, both included), or of men of that age."""
    t = by.at(asked.end)
    rows = np.flatnonzero(of.whereabouts(seen, t) == PLACE[asked.places[0]])
    return _share_of(seen, rows, t, (low, high), men)


def _share_of(seen: Seen, rows: NDArray[np.int64], t: int, ages: tuple[float, float], men: bool = False) -> float:
    if not len(rows):
        return float("nan")
    years = of.years_old(seen, rows, t)
    chosen = (years >= ages[0]) & (years <= ages[1])
    if men:
        chosen &= seen.people.sex[rows] == SEX["male"]
    return float(100.0 * chosen.mean())


def of_entrants(seen: Seen, asked: Asked, ages: tuple[float, float]) -> float:
    """Share of those who come to a place in the days asked about, from anywhere, by age."""
    found = of.spells(seen)
    first, last = month(asked.start), month(asked.end)
    came = (found.place == PLACE[asked.places[0]]) & (found.since >= first) & (found.since <= last)
    return _share_of(seen, of.known(seen, found.key[came]), last, ages)


def men_from_belarus(seen: Seen, asked: Asked) -> float:
    """Share of men among the adults who come from Belarus to a place in some months, to settle or for a stay."""
    place, first, last = PLACE[asked.places[0]], month(asked.start), month(asked.end)
    gone = [of.noted(seen, "departed", place), of.noted(seen, "stay_out", place)]
    keys = [log["key"][(log["month"] >= first) & (log["month"] <= last) & (log["reason"] != _IN_PLACE)] for log in gone]
    rows = of.known(seen, np.concatenate(keys))
    return _share_of(seen, rows[last - seen.people.birth[rows].astype(np.int64) >= ADULT_MONTHS], last, (0, 200), True)


def short_workers(seen: Seen, asked: Asked, sector: str = "", men: bool = False) -> float:
    """Share of those who begin short work in the days asked about, or settle there for work, by sex or sector."""
    place, first, last = PLACE[asked.places[0]], month(asked.start), month(asked.end)
    short, moves = of.noted(seen, "pendular_out", place), of.noted(seen, "departed", place, [CHANNEL["work"]])
    keys = np.concatenate([log["key"][(log["month"] >= first) & (log["month"] <= last)] for log in (short, moves)])
    return _of_keys(seen, keys, sector, men)


def _of_keys(seen: Seen, keys: NDArray[np.uint64], sector: str, men: bool) -> float:
    rows = of.known(seen, keys)
    rows = rows[(seen.people.sector[rows] != SECTOR["child"])]
    if not len(rows):
        return float("nan")
    of_sex = (seen.people.sex[rows] == SEX["male"]) | (not men)
    of_sector = (seen.people.sector[rows] == SECTOR[sector]) if sector else np.ones(len(rows), bool)
    return float(100.0 * (of_sex & of_sector).mean())


def workers_gone(seen: Seen, asked: Asked) -> float:
    """Share of men among those who leave for work."""
    first, last = month(asked.start), month(asked.end)
    moves = [of.noted(seen, "departed", PLACE[place], [CHANNEL["work"]]) for place in asked.places]
    log = np.concatenate(moves)
    return _of_keys(seen, log["key"][(log["month"] >= first) & (log["month"] <= last)], "", True)


# IT, and the diaspora


def it_abroad(seen: Seen, asked: Asked, gone: bool, since: int = -1) -> float:
    """Share of IT specialists who live abroad; or, of those who do, in the places asked (or since a month).

    Specialists, whom the industry's surveys reach, are the staff of the Hi-Tech Park's firms at the start.
    """
    t, it = month(asked.end), seen.people.sector == SECTOR["it"]
    ours = it & (seen.people.employer > 0) & (seen.people.region != REGION["abroad"])
    places = of.whereabouts(seen, t)
    abroad = ours & (places > 0)
    if gone:
        return float(100.0 * abroad.sum() / max(ours.sum(), 1))
    if not abroad.any():
        return float("nan")
    if since >= 0:
        rows, left = of.last_departure(seen, t)
        return float(100.0 * (left[abroad[rows]] >= since).mean())
    return float(100.0 * np.isin(places[abroad], [PLACE[place] for place in asked.places]).mean())


def media_workers_left(seen: Seen, asked: Asked) -> float:
    """Residents of the start in media work who leave Belarus in the months asked about, persons."""
    log = seen.run.departures
    within = (log["month"] >= month(asked.start)) & (log["month"] <= month(asked.end))
    gone = of.known(seen, np.unique(log["key"][within]))
    return float((seen.people.exposure[gone] == EXPOSURE["media"]).sum()) * seen.one_in


def war_view(views: tuple[str, ...], seen: Seen, asked: Asked) -> float:
    """Share of the adults at the end who live in Belarus with one of some views of the war."""
    t = month(asked.end)
    at_home = (of.whereabouts(seen, t) == PLACE["belarus"]) & (t - seen.people.birth.astype(np.int64) >= ADULT_MONTHS)
    rows = np.flatnonzero(at_home & (seen.people.member != NOBODY))
    wanted = [WAR_VIEW[name] for name in views]
    return float(100.0 * np.isin(seen.people.war_view[rows], wanted).mean()) if len(rows) else float("nan")


LEFT_SINCE_2020 = 75.0
"""Percent of those asked worldwide in October 2022 who had left in 2020 or later: 10.9, 31.3 and 32.8. How well the
survey reached earlier leavers is not known: one weight, fitted on this sum, stands for it."""


def left_in(year: int, seen: Seen, asked: Asked) -> float:
    """Share of the adults abroad by year of leaving, as a survey shows it that reached those since 2020 as this did."""
    t = month(asked.end)
    rows, left = of.last_departure(seen, t)
    grown = t - seen.people.birth[rows].astype(np.int64) >= ADULT_MONTHS
    years = left[grown & (left >= month("2020-01"))] // 12
    return LEFT_SINCE_2020 * float((years == month(f"{year}-01") // 12).mean()) if len(years) else float("nan")


def moved_since(start: str, seen: Seen, asked: Asked) -> float:
    """Share of those abroad, so weighted, who came to where they live in or after a month."""
    t = month(asked.end)
    rows, left = of.last_departure(seen, t)
    found = of.spells(seen)
    late = found.key[(found.since >= month(start)) & (found.since <= t) & (found.until > t)]
    moved = np.isin(seen.people.key[rows], late)
    recent = left >= month("2020-01")
    if not recent.any() or recent.all():
        return float("nan")
    new, old = float(moved[recent].mean()), float(moved[~recent].mean())
    return LEFT_SINCE_2020 * new + (100.0 - LEFT_SINCE_2020) * old

"""The world outside the people, as arrays: rules, prices and demand of every month, channel and destination.

`World` is compiled once from a History and the destinations' law; compiled rules read it and never write it.
Everything a government or a shock can change is dated; everything else (distance, language, which instruments
a channel needs) is law or geography.
"""

from collections.abc import Mapping
from itertools import product
from math import asin, cos, radians, sin, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.history.admission import ADMISSION, Channel
from sim.history.destinations import Destination
from sim.history.history import History
from sim.history.levers import believed, heard
from sim.history.limits import BELARUS_FIELDS, within_limits
from sim.history.reading import Reading
from sim.numerics.codes import (
    CHANNEL,
    EXPOSURE,
    INSTRUMENT,
    N_CHANNELS,
    N_GROUPS,
    N_INSTRUMENTS,
    N_PLACES,
    N_SECTORS,
    PLACE,
    SECTOR,
    STATUS,
    WORLD_REGION,
)
from sim.numerics.compiling import compiled

Floats = NDArray[np.float64]

EARTH_RADIUS_KM = 6371
DEMAND_SECTORS = ("transport", "construction", "industry", "it", "other")
"""Sectors for which destinations state a demand; every other sector draws on `other`."""

_EVERYONE, _BY_CHANNEL = 0, 1
COLUMNS_OF_OPENNESS = 1 + N_CHANNELS + N_GROUPS


LAW = np.dtype(
    [
        ("exists", "u1"),
        ("entry", "i1"),  # instrument needed to enter, -1 for none
        ("residence", "i1"),  # instrument needed to stay, -1 for none
        ("first_status", "u1"),  # status on arrival
    ]
)
"""Law of a channel, which no event changes: whom it admits is dated."""

RULES = np.dtype(
    [
        ("offered", "f8"),  # share of the month in which the channel exists
        ("months", "f8"),  # from application to decision
        ("fee", "f8"),  # EUR
        ("funds", "f8"),  # EUR to show
        ("approval", "f8"),  # probability
        ("capacity", "f8"),  # persons a month, infinite for no limit
        ("stay", "f8"),  # months of the first status
        ("works", "f8"),  # right to work on arrival
        ("renewal", "f8"),  # probability; for asylum, of recognition
        ("revocation", "f8"),  # probability a month that a permit on this ground is revoked by checks
        ("revocation_jobless", "f8"),  # the same, beside it, of who has no work
        ("groups", "u4"),  # bit mask of groups admitted, 0 for everyone
        ("sectors", "u2"),  # bit mask of sectors admitted
        ("youngest", "u1"),  # years
        ("oldest", "u1"),  # years
    ]
)
"""Dated rules of a channel."""

PLACES = np.dtype(
    [
        ("wage", "f8"),  # EUR a month, net
        ("premium_it", "f8"),  # wage of IT over the mean
        ("rent", "f8"),  # EUR a month
        ("fare_land", "f8"),  # EUR a person
        ("fare_air", "f8"),  # EUR a person
        ("safety", "f8"),  # from the Belarusian state, 0 to 1
        ("unsafe", "f8"),  # share of the month at war
        ("pendular", "f8"),  # persons a month taken on for pendular work
        ("recall", "f8"),  # share a month of pendular workers who go home before their season ends
        ("short_stays", "f8"),  # persons a month who come for a short stay, without fear of war
        ("flights", "f8"),  # share of the month with direct flights from Minsk
        ("refuge", "f8"),  # share of the month for which who flees from a war elsewhere is let in
        ("distance", "f8"),  # km from Minsk
        ("language", "f8"),  # usability of Russian, 0 to 1
        ("firms", "f8"),  # what employers that move see in the place beyond the terms of its value, utility
        ("diaspora", "f8"),  # Belarusians settled at the end of 2018, persons
        ("by_land", "u1"),
        ("by_air", "u1"),
        ("visas", "f8"),  # Schengen C visas issued in Belarus while applications are taken, persons a month
        ("travel_document", "f8"),  # chance of a renewal with an expired passport against a valid one, 0 to 1
        ("screening_false", "f8"),  # probability that the screening refuses a harmless applicant
        ("screening_true", "f8"),  # probability that it refuses one whom it is meant to find
        ("revocation", "f8"),  # probability a month that a residence permit is revoked for security
        ("revocation_trips", "f8"),  # the same for trips home, of who is in no danger there
        ("asylum_inside", "f8"),  # probability a month of a claim by who lives there and is in full danger
        ("asylum_border", "f8"),  # the same at the land border, of who would leave and finds no other way
        ("naturalisation", "f8"),  # probability of citizenship at a renewal after the years required
        ("naturalisation_months", "f8"),  # of residence before one may become a citizen
        ("residence_visa_free", "f8"),  # probability that a visa-free stay becomes a permit when it is prolonged
        ("permanence", "f8"),  # months of residence after which a permit becomes permanent
        ("city", "f8"),  # people of the main city or cities
        ("rent_response", "f8"),  # rise of rents (share) by a rise of the city's people (share)
        ("inflow_limit", "f8"),  # arrivals in twelve months, in persons, beyond which approvals tighten
        ("tightening", "f8"),  # factor on approvals while beyond it
        ("income_tax", "f8"),  # share of the gross wage
        ("employee_contributions", "f8"),  # share of the gross wage
        ("employer_contributions", "f8"),  # share of the gross wage, on top of it
        ("support_drawn", "f8"),  # share of adults who draw support
        ("support_month", "f8"),  # support of each, share of the mean net wage
        ("region", "u1"),  # part of the world, for the rule region_nests
    ]
)
"""Dated prices and fixed facts of a place."""

BELARUS = np.dtype(
    [
        ("detentions", "f8"),  # persons a month
        ("charges", "f8"),  # persons a month
        ("closures", "f8"),  # organisations a month
        ("news", "f8"),  # perceived repression that all hear of, 0 in 2019
        ("summoned", "f8"),  # men a month
        ("drafted", "f8"),  # men a month
        ("war_fear", "f8"),  # 0 to 1
        ("ban_accused", "f8"),  # probability that the charged may not leave
        ("ban_liable", "f8"),  # probability that the summoned may not leave
        ("arrest_on_return", "f8"),  # probability, for the persecuted
        ("passport_abroad", "f8"),  # 1 while consulates renew passports
        ("pardon", "f8"),  # probability a month, for a sentenced political prisoner
        ("officers", "f8"),  # reserve officers called, persons a month
        ("summons_reach", "f8"),  # probability that a summons reaches a man away from his registered address
        ("study_abroad", "f8"),  # 1 while study abroad defers service
        ("relocation_it", "f8"),  # probability a month that an employer of IT moves out
        ("relocation_media", "f8"),  # the same, of NGOs and media
        ("return_pull", "f8"),  # multiple of voluntary return
        ("volunteers", "f8"),  # men a month who apply to fight for Ukraine
        ("deserters", "f8"),  # soldiers a month who refuse orders or cross over
        ("officers_barred", "f8"),  # share of officers of army and interior ministry who may not leave
        ("certificates", "f8"),  # probability that the persecuted abroad get a certificate that a permit needs
        ("reservists", "f8"),  # men who have served and are called again, persons a month
        ("ban_reserve", "f8"),  # share of men of the reserve who may not leave
        ("income", "f8"),  # incomes in EUR over those of the first month
        ("income_it", "f8"),  # the same in IT
    ]
)
"""Dated conditions at the origin."""


class World(NamedTuple):
    """Rules, prices and conditions by month.

    T months, P places, C channels, I instruments, S sectors, E exposures.
    """

    law: NDArray[np.void]  # LAW [P, C]
    rules: NDArray[np.void]  # RULES [T, P, C]
    openness: Floats  # [T, P, I, everyone + channels + groups]
    places: NDArray[np.void]  # PLACES [T, P]
    demand: Floats  # [T, P, S] offers of work a month that workers of a sector draw on
    belarus: NDArray[np.void]  # BELARUS [T]
    risk: Floats  # [T, E] relative risk of political detention
    outlook: Floats  # as openness, six months on by what is announced
    between: Floats  # [P, P] km between the main cities, Minsk for place 0


_OF_A_PLACE = (
    *("wage", "rent", "safety", "unsafe", "distance", "language", "firms", "diaspora"),
    *("visas", "travel_document", "screening_false", "screening_true", "naturalisation", "permanence"),
    *("revocation", "revocation_trips", "asylum_inside", "asylum_border"),
    *("naturalisation_months", "residence_visa_free"),
    *("city", "rent_response", "inflow_limit", "tightening", "recall", "short_stays", "flights", "refuge"),
    *("income_tax", "employee_contributions", "employer_contributions", "support_drawn", "support_month"),
)
"""Fields of PLACES that are parameters `<place>.<field>`."""


def build(
    history: History, destinations: Mapping[str, Destination], months: int, reading: Reading | None = None
) -> World:
    """Compile a history into arrays for months 0 to `months` - 1, by a `reading` of it if there is one.

    Raises HistoryError for a parameter that does not exist, or whose value no world can have.
    """
    law, rules = np.zeros((N_PLACES, N_CHANNELS), LAW), np.zeros((months, N_PLACES, N_CHANNELS), RULES)
    places = np.zeros((months, N_PLACES), PLACES)
    demand = np.zeros((months, N_PLACES, N_SECTORS))
    openness = np.ones((months, N_PLACES, N_INSTRUMENTS, COLUMNS_OF_OPENNESS))  # what does not exist closes nothing
    outlook = openness.copy()
    belarus, risk = np.zeros(months, BELARUS), np.zeros((months, len(EXPOSURE)))

    said = reading or Reading(history, months)

    def series(name: str, field: str) -> Floats:
        return within_limits(name, field, said.read("monthly", name), history.changing)

    for name, destination in destinations.items():
        place = PLACE[name]
        here = places[:, place]
        here["region"] = WORLD_REGION[destination.region]
        for way in destination.access:
            here[f"by_{way}"] = 1
            here[f"fare_{way}"] = series(f"{name}.fare_{way}", f"fare_{way}")
        for short in _OF_A_PLACE:
            here[short] = series(f"{name}.{short}", short)
        here["premium_it"] = series(f"{name}.premium.it", "premium_it")
        here["pendular"] = series(f"{name}.demand.pendular", "pendular")
        for instrument in destination.instruments:
            openness[:, place, INSTRUMENT[instrument]] = said.read("open_shares", f"{name}.{instrument}")
            outlook[:, place, INSTRUMENT[instrument]] = said.read("outlook", f"{name}.{instrument}")
        for sector in SECTOR:
            source = sector if sector in DEMAND_SECTORS else "other"
            demand[:, place, SECTOR[sector]] = series(f"{name}.demand.{source}", "demand")
        for channel, terms in destination.channels.items():
            law[place, CHANNEL[channel]] = _law(terms)
            for short in RULES.names or ():
                full = f"{name}.{channel}.{short}"
                values = said.read("at_ends", full) if short in ADMISSION else series(full, short)
                rules[short][:, place, CHANNEL[channel]] = values

    home = PLACE["belarus"]
    for instrument in ("land_exit", "exit"):
        openness[:, home, INSTRUMENT[instrument]] = said.read("open_shares", f"belarus.{instrument}")
        outlook[:, home, INSTRUMENT[instrument]] = said.read("outlook", f"belarus.{instrument}")
    earned = series("belarus.wage", "wage") * series("belarus.income_multiple", "income_multiple")
    places["wage"][:, home], places["rent"][:, home] = earned, series("belarus.rent", "rent")
    places["premium_it"][:, home] = series("belarus.wage.premium.it", "premium_it")
    for field, parameter in BELARUS_FIELDS.items():
        belarus[field] = series(f"belarus.{parameter}", field)
    lag = series("belarus.propaganda", "propaganda")
    belarus["news"] = believed(heard(belarus["news"], series("belarus.independent_news", "independent_news")), lag)
    belarus["war_fear"] = believed(belarus["war_fear"], lag)
    moving = series("belarus.relocation_multiple", "relocation_multiple")
    for field in ("relocation_it", "relocation_media"):
        belarus[field] = np.minimum(belarus[field] * moving, 1.0)
    for exposure, column in EXPOSURE.items():
        risk[:, column] = series(f"belarus.risk.{exposure}", "risk")
    wages = places["wage"][:, home]
    belarus["income"], of_it = wages / wages[0], wages * places["premium_it"][:, home]
    belarus["income_it"] = of_it / of_it[0]
    between = distances(history, destinations)
    between[home], between[:, home] = places["distance"][0], places["distance"][0]
    return World(law, rules, openness, places, demand, belarus, risk, outlook, between)


def distances(history: History, destinations: Mapping[str, Destination]) -> Floats:
    """Great circles between the main cities of destinations in whole km, float64[places, places]; 0 for place 0."""
    where = {
        PLACE[name]: [radians(history.monthly(f"{name}.{angle}", 1)[0]) for angle in ("latitude", "longitude")]
        for name in destinations
    }
    table = np.zeros((N_PLACES, N_PLACES))
    for (one, (lat, long)), (other, (lat_2, long_2)) in product(where.items(), repeat=2):
        chord = sin((lat - lat_2) / 2) ** 2 + cos(lat) * cos(lat_2) * sin((long - long_2) / 2) ** 2
        table[one, other] = round(2 * EARTH_RADIUS_KM * asin(sqrt(chord)))
    return table


def _law(terms: Channel) -> tuple[int, ...]:
    entry = -1 if terms.entry == "none" else INSTRUMENT[terms.entry]
    residence = -1 if terms.residence == "none" else INSTRUMENT[terms.residence]
    return (1, entry, residence, STATUS[terms.status])


def first_difference(one: World, other: World) -> int:
    """First month in which two worlds differ; the months that both have if they never do."""
    if not np.array_equal(one.law, other.law):
        return 0
    months = min(len(one.belarus), len(other.belarus))
    fields = ("rules", "openness", "places", "demand", "belarus", "risk", "outlook")
    dated = [(getattr(one, name), getattr(other, name)) for name in fields]
    for t in range(months):
        if any(not np.array_equal(a[t], b[t]) for a, b in dated):
            return t
    return months


@compiled(forceinline=True)
def open_share(openness: Floats, channel: int, groups: int) -> float:
    """Share of the month for which an instrument is open to an applicant by `channel` who belongs to `groups`.

    `openness` float64[everyone + channels + groups] of one instrument and month; `groups` a bit mask.
    """
    share = max(openness[_EVERYONE], openness[_BY_CHANNEL + channel])
    for group in range(N_GROUPS):
        if (groups >> group) & 1:
            share = max(share, openness[len(openness) - N_GROUPS + group])
    return share


def cumulative_capacity(world: World) -> NDArray[np.float64]:
    """Persons admitted by limited capacity since the start, float64[months + 1, places, channels]."""
    total = np.zeros((len(world.rules) + 1, N_PLACES, N_CHANNELS))
    for t in range(len(world.rules)):
        capacity = world.rules["capacity"][t]
        total[t + 1] = total[t] + np.where(np.isinf(capacity), 0.0, capacity)
    return total


def cumulative_offers(world: World) -> NDArray[np.float64]:
    """Offers of work since the start, float64[months + 1, places, sectors]."""
    total = np.zeros((len(world.demand) + 1, *world.demand.shape[1:]))
    np.cumsum(world.demand, axis=0, out=total[1:])
    return total

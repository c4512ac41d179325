"""Small worlds made by hand, for closed forms and paired comparisons."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sim import columns
from sim.behaviour import RECORDS, Behaviour, load
from sim.codes import (
    CHANNEL,
    CONSCRIPTION,
    INSTRUMENT,
    N_CHANNELS,
    N_INSTRUMENTS,
    N_SECTORS,
    PLACE,
    SECTOR,
    SEX,
    SLOTS,
    STATUS,
)
from sim.constants import Constants
from sim.months import LONG_AGO, NEVER
from sim.world import BELARUS, COLUMNS_OF_OPENNESS, LAW, PLACES, RULES, World


@dataclass
class Crowd:
    """People with the interface of a synthesised population."""

    people: columns.Columns
    circle_start: NDArray[np.int64]
    one_in: int = 1
    seed: int = 5
    extra: dict[str, object] = field(default_factory=dict)


def crowd(n: int, circle: int = 100, first_key: int = 1, **values: object) -> Crowd:
    """`n` single adults of 30 at home, alike but for luck; `values` replace whole columns."""
    people = columns.empty(n)
    people.key[:] = np.arange(first_key, first_key + n, dtype=np.uint64) << np.uint64(8)
    people.circle[:] = np.arange(n) // circle
    people.unit_size[:] = 1
    people.birth[:] = -30 * 12
    people.frailty[:] = np.random.default_rng(3).integers(0, 256, n)
    people.sector[:] = SECTOR["other"]
    people.savings[:] = 1e6
    people.held[:] = people.exit_ban[:] = people.detained[:] = people.visa[:] = LONG_AGO
    people.serves_until[:] = LONG_AGO
    people.passport[:] = NEVER
    people.expiry[:] = NEVER
    for name, value in values.items():
        getattr(people, name)[:] = value
    start = np.append(np.arange(0, n, circle), n).astype(np.int64)
    return Crowd(people, start)


def young_men(n: int) -> Crowd:
    """Men of 20 who may be drafted."""
    return crowd(n, sex=SEX["male"], birth=-20 * 12, conscription=CONSCRIPTION["liable"])


def quiet(**changes: float) -> Behaviour:
    """Behaviour with every term at zero but the level and lambda, so that closed forms hold; `changes` by name."""
    neutral = {name: 0.0 for name in RECORDS}
    keep = {"level": -4.0, "lambda": 0.6, "organisations": 1.0, "patience": 12.0, "grant_months": 6.0}
    keep |= {"permit_months": 24.0, "asylum_months": 6.0, "pendular_months": 6.0, "circle_decay": 0.9}
    return load(neutral | keep | {"risk_none": 1.0, "risk_protest": 1.0, "risk_media": 1.0, "risk_ngo": 1.0} | changes)


def plain_world(months: int, places: tuple[str, ...], channels: tuple[str, ...] = ("visa_free",)) -> World:
    """A world in which each named place is open by the named channels at once, free and without limit."""
    law = np.zeros((SLOTS, N_CHANNELS), LAW)
    for place in places:
        for channel in channels:
            entry = INSTRUMENT["visa_free"]
            law[PLACE[place], CHANNEL[channel]] = (1, entry, -1, 0xFFFF, 0, 0, 200, STATUS["permit"])
    rules = np.zeros((months, SLOTS, N_CHANNELS), RULES)
    for name in ("offered", "approval", "works", "renewal"):
        rules[name] = 1.0
    rules["capacity"], rules["stay"] = np.inf, 1200.0
    there = np.zeros((months, SLOTS), PLACES)
    for name in ("wage", "premium_it", "rent", "safety", "language", "by_land", "by_air"):
        there[name] = 1
    there["distance"], there["diaspora"] = 500.0, 9500.0
    belarus = np.zeros(months, BELARUS)
    belarus["passport_abroad"] = 1.0
    openness = np.ones((months, SLOTS, N_INSTRUMENTS, COLUMNS_OF_OPENNESS))
    return World(law, rules, openness, there, np.full((months, SLOTS, N_SECTORS), 1e9), belarus)


def constants(**values: float) -> Constants:
    """Constants of destinations and channels by name, zero elsewhere."""
    places, channels = np.zeros(SLOTS), np.zeros(N_CHANNELS)
    for name, value in values.items():
        if name in PLACE:
            places[PLACE[name]] = value
        else:
            channels[CHANNEL[name]] = value
    return Constants(places, channels)


def close(world: World, place: str, instrument: str, start: int, end: int | None = None) -> World:
    """The same world with one instrument of a place closed to everyone from month `start` to before `end`."""
    openness = world.openness.copy()
    openness[start:end, PLACE[place], INSTRUMENT[instrument]] = 0.0
    return world._replace(openness=openness)

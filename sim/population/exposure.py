"""What will expose people to repression: chances that meet the share of protesters, and of whom.

One code a person. Media and NGO work comes first; then having protested, of which strikers are a part; a few of those
left will speak against the war.
"""

from collections.abc import Iterator
from functools import cache
from math import fsum

import numpy as np
from numpy.typing import NDArray

from sim.numerics.codes import EDUCATION, N_SECTORS, POLITICS, SECTOR, SEX
from sim.population.assumptions import shares, value
from sim.population.attributes import TOWN, VILLAGE, attributes, people_by_zone
from sim.population.census import CLASSES, ENDS, figure, single_years

PROTEST_AGES = (16, 65)
"""Ages surveyed in December 2020, the last excluded."""
YEARS_TO_SURVEY = 2
"""A person's age in December 2020 less that on 1 January 2019."""
COMMENT_AGE = 15
"""Age on 1 January 2019 of the youngest adults of February 2022."""
_MEN = SEX["male"]
_SEGMENT = POLITICS["protest"]
_STRIKERS = ("industry", "transport", "public")


def _surveyed() -> Iterator[tuple[int, int, int, float]]:
    """Zone, class and sex of residents at home, and the people in it who were of survey age in December 2020."""
    for zone in range(VILLAGE + 1):
        for c, low in enumerate(CLASSES):
            for s in SEX.values():
                years = single_years()[c, s, : ENDS[c] - low].tolist()
                within = fsum(
                    share
                    for year, share in enumerate(years)
                    if PROTEST_AGES[0] <= low + year + YEARS_TO_SURVEY < PROTEST_AGES[1]
                )
                yield zone, c, s, people_by_zone()[zone, c, s] * within


@cache
def protest() -> NDArray[np.float64]:
    """Chance that a person of the protest segment, of survey age, took part, strikers included, [4 zones, 2 sexes].

    Scaled to the share of the urban population of 16 to 64 in December 2020; nobody abroad. Raises ValueError for a
    chance above 1.
    """
    segment = attributes().politics[:, :, _SEGMENT]
    relative = np.ones((4, len(SEX)))
    relative[:, _MEN] = value("protest_men")
    relative[VILLAGE] *= value("protest_rural")
    surveyed = taking_part = 0.0
    for zone, c, s, people in _surveyed():
        if zone <= TOWN:
            surveyed += people
            taking_part += people * segment[zone, c] * relative[zone, s]
    relative *= figure("protest_took_part") * surveyed / taking_part
    relative[3:] = 0.0
    if relative.max() > 1:
        raise ValueError(f"people.yaml: {relative.max():.2f} of the protest segment would have to have taken part")
    return relative


@cache
def strike() -> NDArray[np.float64]:
    """Share of strikers among those who took part, [sectors]."""
    table = np.zeros(N_SECTORS)
    table[[SECTOR[name] for name in _STRIKERS]] = shares("strike", _STRIKERS)
    return table


def _workers(zone: int, c: int, s: int, sector: int) -> float:
    """Share of a zone's, class's and sex's people who work in a sector."""
    higher = attributes().education[zone, c]
    work = attributes().work[zone, c, s, :, sector]
    return float((1 - higher) * work[0] + higher * work[EDUCATION["higher"]])


@cache
def strikers() -> float:
    """People who struck, and whom no other work exposes, that the chances come to."""
    made = 0.0
    for zone, c, s, people in _surveyed():
        taking_part = people * attributes().politics[zone, c, _SEGMENT] * protest()[zone, s]
        for name in _STRIKERS:
            made += taking_part * strike()[SECTOR[name]] * _workers(zone, c, s, SECTOR[name])
    return float(made)


@cache
def war_comment() -> NDArray[np.float64]:
    """Chance to speak against the war, of residents whom no work exposes and who will be 18, [segments].

    Raises ValueError if no room is left beside those who protest.
    """
    people = np.zeros(len(POLITICS))
    first = CLASSES.index(COMMENT_AGE)
    for zone, c, s, _ in _surveyed():
        if c >= first:
            others = 1 - _workers(zone, c, s, SECTOR["ngo_media"])
            people += people_by_zone()[zone, c, s] * attributes().politics[zone, c] * others
    chance = value("war_comment") * shares("war_comment_segments", tuple(POLITICS)) / people
    if chance.max() + protest().max() > 1:
        raise ValueError("people.yaml: war_comment: more people than a segment has beside those who protest")
    return chance

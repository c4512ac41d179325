"""Employers that may move or be closed: IT firms, newsrooms and non-governmental organisations.

Employers are numbered from 1 in this order of kinds, within a kind from the largest. Sizes follow a power of the rank.
An employee finds the number by own luck, so that an employer is the same at every size of sample.
"""

from functools import cache
from math import fsum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.history import coefficients
from sim.numerics.arithmetic import power
from sim.numerics.codes import EXPOSURE, SECTOR
from sim.numerics.compiling import compiled
from sim.numerics.errors import UserError
from sim.population.assumptions import shares, value
from sim.population.census import figure

KINDS = ("it", "media", "ngo")
NUMBERS = 65536
"""Numbers an employer may have, 0 for none."""
_IT, _NGO_MEDIA = SECTOR["it"], SECTOR["ngo_media"]
_MEDIA = EXPOSURE["media"]


class Employers(NamedTuple):
    """Employers by kind."""

    first: NDArray[np.int64]
    """Number of the first employer of each kind, and the number after the last, [kinds + 1]."""
    staff: NDArray[np.float64]
    """Share of a kind's workers who work for one of its employers, [kinds]."""
    cumulative: NDArray[np.float64]
    """Cumulative share of each employer in its kind's staff, from its first, [employers]."""


@cache
def employers() -> Employers:
    """All employers. Raises UserError if there are more than numbers."""
    organisations, firms = round(coefficients.load().organisations), round(figure("hi_tech_park_companies"))
    newsrooms = round(organisations * value("media_share"))
    numbers = (firms, newsrooms, organisations - newsrooms)
    if min(numbers) < 1 or firms + organisations >= NUMBERS:
        raise UserError(
            f"{firms} firms, {newsrooms} newsrooms of {organisations} organisations; "
            f"each kind needs one, and in all there are at most {NUMBERS - 1}"
        )
    cumulative = []
    for number, slope in zip(numbers, shares("employer_slope", KINDS).tolist(), strict=True):
        sizes = [power(float(rank), -slope) for rank in range(1, number + 1)]
        sums = np.cumsum(np.array(sizes) / fsum(sizes))
        cumulative.append(sums / sums[-1])
    staff = np.array([figure("hi_tech_park_staff") / figure("ict_staff"), 1.0, 1.0])
    return Employers(np.cumsum([1, *numbers]), staff, np.concatenate(cumulative))


@cache
def sector_of_employer() -> NDArray[np.uint8]:
    """Sector of each employer by its number, uint8[numbers]: `none` for number 0, else `it` or `ngo_media`.

    Those of `it` may move; those of `ngo_media` may be closed or move.
    """
    it, media, _, end = employers().first.tolist()
    table = np.zeros(end, np.uint8)
    table[it:media], table[media:end] = _IT, _NGO_MEDIA
    return table


@compiled
def employer(
    sector: int,
    exposure: int,
    u: float,
    first: NDArray[np.int64],
    staff: NDArray[np.float64],
    cumulative: NDArray[np.float64],
) -> int:
    """Employer of a worker at home, 0 if none; those whom media work exposes work for newsrooms."""
    if sector != _IT and sector != _NGO_MEDIA:
        return 0
    kind = 0 if sector == _IT else 1 if exposure == _MEDIA else 2
    if u >= staff[kind]:
        return 0
    sizes = cumulative[first[kind] - 1 : first[kind + 1] - 1]
    return first[kind] + min(np.searchsorted(sizes, u / staff[kind], side="right"), len(sizes) - 1)

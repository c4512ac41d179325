"""Effective deflection: what closed countries lose and others gain, over a year and to the end."""

import math

import numpy as np
import pytest

from sim.analysis.deflection import acts_from, changes, deflections
from sim.analysis.estimates import ratio
from sim.numerics.codes import CHANNEL, N_CHANNELS, N_PLACES, PLACE

LITHUANIA, LATVIA, POLAND, WORK = PLACE["lithuania"], PLACE["latvia"], PLACE["poland"], CHANNEL["work"]
MONTHS = 30


class World:
    """A run that has expected arrivals and nothing else."""

    def __init__(self, expected):
        self.expected = expected


def pair(lost, gained, late=0.0):
    """Worlds that differ from month 4 on: Lithuania and Latvia lose together `lost` a month, Poland gains `gained`,
    and `late` more from the second year on.
    """
    before = np.full((MONTHS, N_PLACES, N_CHANNELS), 10.0)
    after = before.copy()
    after[4:, LITHUANIA, WORK] -= lost / 2
    after[4:, LATVIA, WORK] -= lost / 2
    after[4:, POLAND, WORK] += gained
    after[16:, POLAND, WORK] += late
    return World(before), World(after)


def test_it_begins_with_the_first_month_that_differs():
    assert acts_from([pair(1.0, 0.5)], 0) == 4
    assert acts_from([pair(1.0, 0.5)], 7) == 7
    assert acts_from([pair(0.0, 0.0)], 2) == 2


def test_lost_is_what_all_closed_countries_lose_and_gained_what_the_others_gain():
    lost, gained = changes([pair(4.0, 1.0, late=1.0)], 0, (LITHUANIA, LATVIA), 12)
    assert (lost[0], gained[0]) == (48.0, 12.0)
    lost, gained = changes([pair(4.0, 1.0, late=1.0)], 0, (LITHUANIA, LATVIA), None)
    assert (lost[0], gained[0]) == (4.0 * 26, 26.0 + 14.0)


def test_a_year_and_the_end_are_told_apart():
    found = deflections([pair(size, size / 4, late=size / 4) for size in (4.0, 4.2, 4.4)], 0, (LITHUANIA, LATVIA))
    assert found["deflection_12"].mean == pytest.approx(0.25)
    assert [found["deflection_12"].low, found["deflection_12"].high] == pytest.approx([0.25, 0.25])
    assert found["deflection_end"].mean == pytest.approx(40.0 / 104.0)


def test_nothing_lost_has_no_share():
    found = deflections([pair(0.0, 0.0), pair(0.0, 0.0)], 0, (LITHUANIA,))
    assert all(math.isnan(one.mean) for one in found.values())


def test_a_ratio_of_means_and_its_interval():
    """Wholes 210 and 230, parts 106 and 114: ratio .5, residuals 1 and -1; Student's t of one degree is 6.314."""
    found = ratio([106.0, 114.0], [210.0, 230.0])
    assert found.mean == pytest.approx(0.5)
    assert found.high - found.mean == pytest.approx(6.3138 * math.sqrt(2.0) / math.sqrt(2.0) / 220.0, rel=1e-4)
    assert math.isnan(ratio([6.0, 14.0], [-10.0, 30.0]).mean)

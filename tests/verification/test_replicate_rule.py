"""The replicate rule stops where it should on values of known spread, and its interval covers as its page says.

Normal values with mean 1000 and standard deviation 190, level 0: the half width wanted is 5%, 50 persons, which takes
45 pairs. Expected values are those of 60,000 sequences of another seed.
"""

import numpy as np
import pytest

from sim.analysis.enough import BATCH, FIRST, half_width, is_enough, needed, seed_share, wanted
from sim.analysis.prior import weights

MEAN, SPREAD, SHOULD = 1000.0, 190.0, 45
TRIALS = 1500


@pytest.fixture(scope="module")
def stops():
    """Where the rule stopped and whether its interval held the mean, [trials, 2]."""
    luck, found = np.random.default_rng(3), []
    for _ in range(TRIALS):
        values = luck.normal(MEAN, SPREAD, 200)
        n = FIRST
        while not is_enough(values[:n], [0.0] * n):
            n += BATCH
        found.append((n, abs(values[:n].mean() - MEAN) <= half_width(values[:n])))
    return np.array(found)


def test_the_rule_stops_where_it_should(stops):
    """The mean stop is 41.9 (looking early stops early), standard deviation 10: |z| <= 4, false alarm 6 in 100,000."""
    n = stops[:, 0]
    assert abs(n.mean() - 41.9) <= 4.0 * 10.0 / TRIALS**0.5
    assert SHOULD - 2 * BATCH <= np.median(n) <= SHOULD and set(n % BATCH) == {0} and n.min() >= FIRST
    assert (n > 80).sum() <= 3  # one in 60,000 went on beyond 80: false alarm below one in a million


def test_the_interval_at_the_stop_covers_a_little_less_than_it_says(stops):
    """Coverage .886, not .900: |z| <= 4, false alarm 6 in 100,000."""
    assert abs(stops[:, 1].mean() - 0.886) <= 4.0 * (0.886 * 0.114 / TRIALS) ** 0.5


def test_without_looking_the_interval_covers_as_it_says():
    """Ten values each, 3,000 trials: |z| <= 4, false alarm 6 in 100,000."""
    values = np.random.default_rng(4).normal(MEAN, SPREAD, (3000, FIRST))
    covered = np.mean([abs(row.mean() - MEAN) <= half_width(row) for row in values])
    assert abs(covered - 0.9) <= 4.0 * (0.9 * 0.1 / 3000) ** 0.5


def test_needed_is_within_a_factor_of_the_truth():
    """From 50 values, 200 times, within a factor 2.5: all of 20,000 of another seed lay between 20 and 90, the medians
    of every 200 between 40 and 45; false alarm below one in 1,000.
    """
    luck = np.random.default_rng(5)
    found = np.array([needed(luck.normal(MEAN, SPREAD, 50), 0.0) for _ in range(200)])
    assert (found >= SHOULD / 2.5).all() and (found <= SHOULD * 2.5).all()
    assert SHOULD - BATCH <= np.median(found) <= SHOULD + BATCH
    rough = np.array([needed(luck.normal(MEAN, SPREAD, FIRST), 0.0) for _ in range(200)])
    assert np.ptp(rough) > np.ptp(found)  # ten values say less than fifty


def test_needed_is_the_first_stop_at_the_present_spread():
    luck = np.random.default_rng(6)
    for level in (0.0, 8000.0, 40_000.0):
        values = luck.normal(MEAN, SPREAD, 12)
        n = needed(values, level)
        goal = wanted(values.mean(), level)
        same = [np.resize([-1.0, 1.0], k) for k in (n, n - BATCH)]  # values of exactly that spread
        halves = [half_width(one / one.std(ddof=1) * values.std(ddof=1)) for one in same if len(one) >= FIRST]
        assert halves[0] <= goal and all(half > goal for half in halves[1:])


def test_the_seeds_share_is_that_of_its_parts():
    """Means known by lambda, spread 30, 400 replicates: the share is the textbook's within 25% (chi-square, z of 4)."""
    lambdas = (0.2, 0.5, 0.62, 0.8)
    luck = np.random.default_rng(8)
    means = {lam: 100.0 * lam for lam in lambdas}
    found = seed_share({lam: luck.normal(means[lam], 30.0, 400) for lam in lambdas}, 0.62)
    prior = weights(lambdas)
    levels = np.array(list(means.values()))
    between = prior @ (levels - prior @ levels) ** 2
    seeds = 30.0**2 / 400
    assert found == pytest.approx(seeds / (between + seeds), rel=0.25)

"""The replicate rule by hand: half widths, what is wanted, the curve, the sentences, the seeds' share."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta

from sim.analysis.enough import (
    BATCH,
    FIRST,
    MOST,
    curve,
    half_width,
    is_enough,
    needed,
    seed_share,
    verdict,
    wanted,
)
from sim.analysis.prior import PRIOR, PRIOR_90, weights

NUMBERS = st.floats(-1e6, 1e6, allow_subnormal=False)
SAMPLES = st.lists(NUMBERS, min_size=2, max_size=30)
TEN = [90.0, 110.0] * 5
"""Mean 100, standard deviation sqrt(1000 / 9), half width t(.95; 9) sqrt(100 / 9) = 1.8331 x 3.3333 = 6.1104."""


def test_half_width_by_hand():
    assert half_width(TEN) == pytest.approx(1.833113 * (1000 / 9) ** 0.5 / 10**0.5, rel=1e-6)


@pytest.mark.parametrize("values", [[], [1.0], [1.0, float("nan")], [1.0, float("inf")]])
def test_values_without_an_interval_are_refused(values):
    with pytest.raises(ValueError, match="two finite values"):
        half_width(values)
    with pytest.raises(ValueError, match="two finite values"):
        needed(values, 1.0)


def test_the_larger_of_both_shares_is_wanted():
    assert wanted(-1000.0, 2000.0) == 50.0 and wanted(-100.0, 2000.0) == 10.0 and wanted(0.0, 0.0) == 0.0


def test_enough_needs_the_width_and_ten_pairs():
    assert not is_enough(TEN, [0.0] * 10)  # 6.1 against 5 wanted
    assert is_enough(TEN, [1300.0] * 10)  # 6.5 wanted
    assert not is_enough(TEN[:8], [1e6] * 8)
    assert is_enough([0.0] * FIRST, [0.0] * FIRST)  # nothing changes: known exactly


def test_needed_by_hand():
    """t(.95; 14) s / sqrt(15) = 4.79 <= 5 < 6.11."""
    assert needed(TEN, 0.0) == 15 and needed(TEN, 1300.0) == FIRST and needed([1.0, 1.0], 0.0) == FIRST
    assert needed([-1.0, 1.0], 0.0) == MOST and needed([-1.0, 1.0], 1e-9) == MOST


@given(SAMPLES, st.floats(0.0, 1e6))
def test_needed_is_a_stop_of_the_rule(values, level):
    n = needed(values, level)
    assert n == MOST or (n >= FIRST and (n - FIRST) % BATCH == 0)


@given(SAMPLES, st.floats(0.001, 1000.0))
def test_half_widths_scale_with_the_unit(values, scale):
    scaled = half_width([value * scale for value in values])
    assert scaled == pytest.approx(half_width(values) * scale, rel=1e-6, abs=1e-6 * scale)


def test_the_curve_is_the_rule_at_every_number_of_pairs():
    luck = np.random.default_rng(2)
    changes, levels = luck.normal(100.0, 10.0, 30), luck.normal(1000.0, 50.0, 30)
    table = curve(changes, levels, "arrivals")
    assert list(table["n"]) == list(range(2, 31)) and set(table["measure"]) == {"arrivals"}
    for row in table.itertuples():
        first, level = changes[: row.n], levels[: row.n]
        assert row.estimate == pytest.approx(first.mean()) and row.half_width == half_width(first)
        assert row.wanted == pytest.approx(wanted(first.mean(), level.mean()))
        assert row.enough == is_enough(first, level)
        assert row.cv == pytest.approx(first.std(ddof=1) / first.mean())
    assert not table["enough"][: FIRST - 2].any() and table["enough"].any()
    assert curve([0.0, 0.0], [1.0, 1.0], "departures")["cv"].isna().all()


def test_a_verdict_tells_both_measures():
    found = verdict({"arrivals": (TEN, [1300.0] * 10), "departures": (TEN, [50_000.0] * 10)}, "Lithuania")
    assert found.enough and (found.n, found.needed) == (10, 10)
    assert found.sentence == (
        "10 pairs: the 90% interval of arrivals in Lithuania is ±6 persons, within the 6 wanted, and of departures "
        "from Belarus is ±6 persons, within the 250 wanted (5% of the change or 0.5% of the level)"
    )


def test_a_verdict_tells_what_falls_short():
    found = verdict({"arrivals": (TEN, [0.0] * 10), "departures": (TEN, [50_000.0] * 10)}, "Lithuania")
    assert not found.enough and found.needed == 15
    assert found.sentence == (
        "not enough: with 10 pairs the 90% interval of arrivals in Lithuania is ±6 persons, wider than the 5 wanted "
        "(5% of the change or 0.5% of the level); about 15 pairs would be"
    )
    few = verdict({"departures": (TEN[:4], [50_000.0] * 4)}, "Lithuania")
    assert not few.enough and few.needed == FIRST and few.sentence.endswith("begin with 10")


def test_weights_are_the_prior_nearest_to_each_slice():
    middle = beta.cdf(0.5, *PRIOR)
    assert weights([0.8, 0.2]) == pytest.approx([1.0 - middle, middle])
    assert list(weights([0.62])) == [1.0]
    assert beta.mean(*PRIOR) == pytest.approx(0.62, abs=0.005)
    assert beta.ppf([0.05, 0.95], *PRIOR) == pytest.approx(PRIOR_90, abs=0.01)


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=8, unique=True))
def test_weights_add_up_to_one(lambdas):
    found = weights(lambdas)
    assert found.sum() == pytest.approx(1.0) and (found >= 0).all()


@pytest.mark.parametrize("lambdas", [[], [0.5, 0.5]])
def test_slices_that_are_none_are_refused(lambdas):
    with pytest.raises(ValueError, match="each once"):
        weights(lambdas)


def test_seed_share_by_hand():
    """Two slices of means 0 and 10 and of variances 2 and 8, four replicates at the main one."""
    one, other = weights([0.2, 0.8])
    values = {0.2: [-1.0, 1.0], 0.8: [10.0 + x for x in (-(6**0.5), 6**0.5, -(6**0.5), 6**0.5)]}
    luck = (one * 2.0 + other * 8.0) / 4.0
    between = one * other * 100.0
    assert seed_share(values, 0.8) == pytest.approx(luck / (between + luck))


def test_seed_share_at_its_ends():
    assert math.isnan(seed_share({0.62: [1.0, 2.0]}, 0.62))
    assert math.isnan(seed_share({0.2: [1.0, 1.0], 0.8: [1.0, 1.0]}, 0.8))
    assert seed_share({0.2: [1.0, 1.0], 0.8: [2.0, 2.0]}, 0.8) == 0.0
    assert seed_share({0.2: [0.0, 2.0], 0.8: [0.0, 2.0]}, 0.8) == 1.0
    with pytest.raises(ValueError, match="lambda 0.5"):
        seed_share({0.2: [1.0, 1.0], 0.8: [2.0, 2.0]}, 0.5)
    with pytest.raises(ValueError, match="two values"):
        seed_share({0.2: [1.0], 0.8: [2.0, 2.0]}, 0.8)

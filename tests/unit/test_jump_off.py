"""Where a forecast begins: at the last count, a stock wholly and run by run, a flow halfway and all runs alike."""

import numpy as np
import pytest

from sim.numerics.months import month
from sim.observation import jump_off
from sim.observation.observed import patterns
from sim.observation.seen import Seen


def the(quantity, destination, end):
    return next(one for one in patterns() if (one.quantity, one.destination, one.end) == (quantity, destination, end))


def test_every_run_of_a_stock_begins_at_its_count():
    counted = the("valid_permits", "lithuania", "2020-12-31")
    before = np.array([20_000.0, 30_000.0])
    assert before * jump_off.ratios(before, counted, 50.0) == pytest.approx([counted.observed] * 2)


def test_a_flow_is_moved_halfway_by_the_mean_of_runs():
    counted = the("first_permits", "lithuania", "2020-12-31")
    found = jump_off.ratios(np.array([0.5, 1.5]) * counted.observed * 4.0, counted, 50.0)
    assert found == pytest.approx([0.5, 0.5])  # four times what was counted: the half of the log is one half


def test_nobody_counts_as_half_an_agent():
    counted = the("valid_permits", "estonia", "2020-12-31")
    assert jump_off.ratios(np.zeros(1), counted, 50.0) == pytest.approx([counted.observed / 50.0])


def test_the_last_count_is_the_last_whole_year_and_what_was_never_counted_begins_nowhere():
    paths = np.tile(1000.0 + np.arange(72.0), (2, 1))
    ratios, since = jump_off.ratios_of(paths, "valid_permits", "poland", 50.0)
    assert since == "2022-12-31" and paths[0, month("2022-12")] * ratios[0, 0] == pytest.approx(301_611.0)
    ratios, since = jump_off.ratios_of(paths, "first_permits", "czechia", 50.0)
    assert since == "2022" and ratios[0, 0] == pytest.approx((741.0 / paths[0, 36:48].sum()) ** 0.5)
    ratios, since = jump_off.ratios_of(paths, "residents_estimate", "armenia", 50.0)
    assert since == "" and (ratios == 1.0).all()
    assert all(one.end <= "2022-12-31" for one in jump_off.last_counts().values())


def test_a_forecast_knows_no_practice_of_permits_after_its_window():
    assert Seen._field_defaults["known"] >= month("2030-12")

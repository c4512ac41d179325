"""Raking meets its margins, keeps what margins do not touch, and refuses what cannot be met."""

import numpy as np
import pytest

from sim.population.raking import Infeasible, groups, rake


def table_margins(shape):
    """Counts of the row and column margins of a two-way table."""
    row, column = np.indices(shape).reshape(2, -1)
    return np.vstack([groups(row, shape[0]), groups(column, shape[1])])


def test_independent_start_gives_the_product_of_margins():
    rows, columns = np.array([30.0, 70.0]), np.array([20.0, 50.0, 30.0])
    weights = rake(np.ones(6), table_margins((2, 3)), np.concatenate([rows, columns])).reshape(2, 3)
    assert np.allclose(weights, np.outer(rows, columns) / 100, rtol=1e-8)


def test_two_by_two_keeps_the_odds_ratio():
    # with odds ratio 9 and even margins of 50 the cells are 37.5 and 12.5, as 37.5^2 / 12.5^2 = 9
    weights = rake(np.array([9.0, 1.0, 1.0, 1.0]), table_margins((2, 2)), np.array([50.0, 50, 50, 50]))
    assert np.allclose(weights, [37.5, 12.5, 12.5, 37.5], rtol=1e-8)


def test_households_meet_margins_of_persons():
    # kinds: one adult; two adults; two adults and a child. 90 adults and 20 children.
    counts = np.array([[1, 2, 2], [0, 0, 1]], np.uint8)
    weights = rake(np.array([10.0, 10.0, 10.0]), counts, np.array([90.0, 20.0]))
    assert np.allclose(counts @ weights, [90, 20], rtol=1e-8)
    assert weights[0] == pytest.approx(weights[1])  # what both margins treat alike stays in proportion
    assert weights[2] == pytest.approx(20)


def test_start_at_the_solution_stays_to_the_bit():
    start = np.array([3.0, 5.0, 7.0, 11.0])
    targets = table_margins((2, 2)) @ start
    assert rake(start, table_margins((2, 2)), targets).tobytes() == start.tobytes()


def test_zero_weights_and_zero_targets_are_zero():
    start = np.array([0.0, 1, 1, 1, 1, 1])
    weights = rake(start, table_margins((2, 3)), np.array([10.0, 20.0, 5.0, 10.0, 15.0]))
    assert weights[0] == 0
    assert np.allclose(weights, [0, 4, 6, 5, 6, 9], rtol=1e-8)  # what is left is the product of its margins
    weights = rake(np.ones(4), table_margins((2, 2)), np.array([0.0, 20.0, 5.0, 15.0]))
    assert np.allclose(weights, [0, 0, 5, 15])


def test_the_start_is_left_alone():
    start = np.ones(4)
    rake(start, table_margins((2, 2)), np.array([10.0, 20.0, 5.0, 25.0]))
    assert (start == 1).all()


def test_contradicting_margins_are_refused_by_name():
    with pytest.raises(Infeasible, match="'(men|women|north|south)' is off"):
        rake(
            np.ones(4),
            table_margins((2, 2)),
            np.array([30.0, 70.0, 40.0, 40.0]),
            names=("men", "women", "north", "south"),
            rounds=200,
        )


def test_a_margin_that_nobody_serves_is_refused_by_name():
    with pytest.raises(Infeasible, match="'children'"):
        rake(np.ones(2), np.array([[1, 2], [0, 0]], np.uint8), np.array([5.0, 1.0]), names=("adults", "children"))


@pytest.mark.parametrize(
    ("start", "targets"),
    [
        ([1.0, -1.0], [1.0]),
        ([1.0, np.nan], [1.0]),
        ([1.0, 1.0], [-1.0]),
        ([1.0, 1.0], [1.0, 1.0]),
    ],
)
def test_senseless_input_is_refused(start, targets):
    with pytest.raises(ValueError, match="shape|finite"):
        rake(np.array(start), np.ones((1, 2), np.uint8), np.array(targets))

"""The split over feedbacks: known answers, what makes it Shapley's, and the sum that it must have."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.analysis.decomposition import corners, parts, shapley
from sim.analysis.estimates import estimate
from sim.model.feedback import FEEDBACKS

QUEUES, DIASPORA, INFORMATION = FEEDBACKS
GAMES = st.lists(
    st.lists(st.floats(-1e6, 1e6, allow_subnormal=False), min_size=3, max_size=3), min_size=8, max_size=8
).map(lambda rows: {held: np.array(row) for held, row in zip(corners(), rows, strict=True)})


def game(value):
    """Effects by setting of `freeze` from a function of the feedbacks that are loose."""
    return {held: np.asarray(value({name for name in FEEDBACKS if name not in held}), float) for held in corners()}


def test_corners_are_all_eight_once():
    assert len(corners()) == len(set(corners())) == 8
    assert corners()[0] == () and corners()[-1] == FEEDBACKS
    assert all(list(held) == sorted(held, key=FEEDBACKS.index) for held in corners())


def test_an_additive_effect_is_split_into_its_terms():
    """100 by access, queues -7, diaspora 12, information 0, in two replicates."""
    terms = {QUEUES: -7.0, DIASPORA: 12.0, INFORMATION: 0.0}
    effects = game(lambda loose: np.array([100.0, 50.0]) + sum(terms[name] for name in loose))
    table = shapley(effects).set_index("part")
    assert list(table.index) == ["access", *FEEDBACKS, "whole"]
    assert list(table["estimate"]) == pytest.approx([75.0, -7.0, 12.0, 0.0, 80.0])
    assert list(table.loc[list(FEEDBACKS), "low"]) == pytest.approx([-7.0, 12.0, 0.0])  # alike in both: no spread
    assert table.loc["access", "high"] == pytest.approx(estimate([100.0, 50.0]).high)


def test_what_two_feedbacks_do_only_together_is_halved():
    effects = game(lambda loose: [10.0, 10.0] if {QUEUES, INFORMATION} <= loose else [4.0, 4.0])
    table = shapley(effects).set_index("part")["estimate"]
    assert list(table) == pytest.approx([4.0, 3.0, 0.0, 3.0, 10.0])


def test_what_three_do_only_together_is_split_in_thirds():
    effects = game(lambda loose: [9.0, 9.0] if len(loose) == 3 else [0.0, 0.0])
    assert list(shapley(effects)["estimate"]) == pytest.approx([0.0, 3.0, 3.0, 3.0, 9.0])


@given(GAMES)
def test_parts_add_up_to_the_whole_in_every_replicate(effects):
    assert sum(parts(effects).values()) == pytest.approx(effects[()], rel=1e-9, abs=1e-6)
    table = shapley(effects).set_index("part")["estimate"]
    assert table.drop("whole").sum() == pytest.approx(table["whole"], rel=1e-9, abs=1e-6)


@given(GAMES)
def test_a_feedback_is_told_the_mean_over_all_orders(effects):
    """The definition: let the feedbacks loose one after another, in each of the six orders."""
    found = parts(effects)
    by_held = {frozenset(held): value for held, value in effects.items()}
    for feedback in FEEDBACKS:
        steps = []
        for order in permutations(FEEDBACKS):
            held = frozenset(order[order.index(feedback) :])
            steps.append(by_held[held - {feedback}] - by_held[held])
        assert found[feedback] == pytest.approx(np.mean(steps, axis=0), rel=1e-9, abs=1e-6)


def test_intervals_are_paired():
    """Luck common to all eight worlds is in access and in the whole, and in no feedback."""
    luck = np.random.default_rng(1).normal(0.0, 1000.0, 10)
    table = shapley(game(lambda loose: luck + 5.0 * len(loose))).set_index("part")
    assert table.loc["access", "high"] - table.loc["access", "low"] > 100.0
    for feedback in FEEDBACKS:
        assert tuple(table.loc[feedback]) == pytest.approx((5.0, 5.0, 5.0))


def test_names_may_come_in_any_order():
    effects = game(lambda loose: np.array([1.0, 2.0]) * len(loose))
    turned = {held[::-1]: value for held, value in effects.items()}
    assert shapley(effects).equals(shapley(turned))


def test_a_missing_corner_and_unequal_replicates_are_refused():
    effects = game(lambda loose: [1.0, 2.0])
    lacks = {held: value for held, value in effects.items() if held}
    with pytest.raises(ValueError, match="for each of"):
        parts(lacks)
    with pytest.raises(ValueError, match="for each of"):
        parts(effects | {("rents",): np.zeros(2)})
    with pytest.raises(ValueError, match="differ in number"):
        parts(effects | {(): np.zeros(3)})

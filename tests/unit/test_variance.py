"""The split of an answer's variance finds what was put in, and says so when it cannot tell."""

import numpy as np
import pytest

from sim.analysis.variance import Answers, answers_of, curves, prior_lambdas, simplex, split, variance_table
from sim.runs.draws import turn

BESIDE = (0.2, 0.5, 0.8, 0.95)


def answers(n, slope=0.0, parameters=0.0, people=0.0, luck=0.0, seed=0, beside=True, draws_of_people=4):
    """Answers of `n` replicates at their own lambda, and of half as many at others, with known standard deviations."""
    rng = np.random.default_rng(seed)
    own = rng.choice(prior_lambdas()[0], n)
    turns = [turn(replicate, draws_of_people) for replicate in range(n)]
    of_draw, of_people, of_luck = rng.normal(0, parameters, n), rng.normal(0, people, n), rng.normal(0, luck, n)
    same = [of_draw[draw] + of_people[which] + of_luck[replicate] for replicate, (draw, which) in enumerate(turns)]
    lambda_of = [own[draw] for draw, _ in turns]
    changes = {0.62: [100 + slope * lambda_of[i] + same[i] for i in range(n)]}
    if beside:
        changes |= {x: [100 + slope * x + same[i] for i in range(n // 2)] for x in BESIDE}
    return answers_of(changes, 0.62, lambda_of, turns)


def test_shares_add_up_to_one_and_lie_in_their_intervals():
    found = split(answers(8, slope=30, parameters=5, people=1, luck=1), prior_lambdas())
    assert set(found) == {"lambda", "parameters", "people", "luck"}
    assert sum(one.mean for one in found.values()) == pytest.approx(1.0)
    assert all(one.low <= one.mean <= one.high for one in found.values())


@pytest.mark.parametrize("part", ["lambda", "parameters", "luck"])
def test_the_part_that_is_put_in_is_found(part):
    sizes = {"slope": 1.0, "parameters": 0.2, "people": 0.2, "luck": 0.2}
    sizes["slope" if part == "lambda" else part] = 60.0 if part == "lambda" else 10.0
    found = split(answers(24, **sizes), prior_lambdas())
    assert found[part].mean > 0.7 and found[part].low > 0.5


def test_the_standard_deviation_of_lambda_is_slope_times_that_of_its_prior():
    found = split(answers(16, slope=50.0, luck=0.5), prior_lambdas())
    values, weights = prior_lambdas()
    assert found["lambda"].sd == pytest.approx(50.0 * np.sqrt(np.cov(values, aweights=weights, ddof=0)), rel=0.05)


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    truth, held = 4.0 / (4.0 + 1.0), 0
    for seed in range(60):
        found = split(answers(8, parameters=2.0, luck=1.0, seed=seed, beside=False, draws_of_people=1), None)
        held += found["parameters"].low <= truth <= found["parameters"].high
    assert held >= 48, "90% of 60 are 54; a smaller number comes up once in a hundred"


def test_few_replicates_leave_wide_intervals():
    few, many = (split(answers(n, parameters=3.0, luck=1.0, beside=False), None)["luck"] for n in (8, 48))
    assert few.high - few.low > 1.5 * (many.high - many.low)


def test_nothing_is_told_of_too_few_or_like_answers():
    flat = Answers(np.ones(8), np.full(8, 0.62), *[np.arange(8)] * 3)
    assert split(flat, None) == {} and split(answers(2, luck=1.0, beside=False), None) == {}
    table = variance_table({("arrivals", "lithuania"): flat}, None)
    assert table["share"].isna().all() and (table["note"] != "").all()


def test_parts_that_are_not_varied_say_why():
    central = answers(8, slope=30, luck=1.0, draws_of_people=1)
    central = Answers(central.values, central.lambdas, central.draws * 0, central.people, central.replicates)
    notes = variance_table({("departures", ""): central}, prior_lambdas()).set_index("part")["note"]
    assert notes["parameters"] == "not drawn: central values" and notes["people"] == "one draw of people"
    assert "decision_rules" in notes["structure"] and notes["lambda"] == notes["luck"] == ""


def test_the_ways_to_split_are_even_and_whole():
    ways = np.array(list(simplex(3)))
    assert np.allclose(ways.sum(axis=1), 1.0) and (ways > 0).all() and np.allclose(ways.mean(axis=0), 1 / 3)


def test_curves_are_orthonormal_over_the_likely_lambdas():
    values, weights = prior_lambdas()
    found = curves(values, (values, weights))
    assert np.allclose(found.T @ (weights[:, None] * found), np.eye(3), atol=1e-9)

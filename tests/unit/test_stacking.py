"""Weights of rival rules, and the word robust only where it is earned."""

import numpy as np
import pytest

from sim.analysis.stacking import (
    Answer,
    Scores,
    between,
    log_score,
    mixture_score,
    read,
    sign_probability,
    stacked,
    structure_table,
    verdict,
)
from sim.numerics.errors import UserError

RULES = ("flat_logit", "destination_nest")
DOWN = {"flat_logit": Answer(-900.0, -1200.0, -600.0), "destination_nest": Answer(-700.0, -900.0, -500.0)}


def scores(differences, rules=RULES):
    """Scores of two rules, the second better by so much at each target."""
    values = np.array([[-1.0, -1.0 + one] for one in differences])
    return Scores(tuple(map(str, range(len(values)))), rules, values)


def test_a_rule_that_is_better_everywhere_takes_all():
    assert stacked(scores([0.5] * 12)).values == pytest.approx([0.0, 1.0], abs=1e-4)


def test_rules_alike_share_the_weight_as_they_began():
    assert stacked(scores([0.0] * 12)).values == pytest.approx([0.5, 0.5], abs=1e-6)


def test_the_weights_beat_every_other_mixture():
    found = scores(np.random.default_rng(1).normal(0.0, 1.0, 15))
    best = mixture_score(found, stacked(found).values)
    assert all(best >= mixture_score(found, np.array([x, 1 - x])) - 1e-7 for x in np.linspace(0.001, 0.999, 200))


def test_weights_have_the_value_of_the_closed_form():
    """Of two rules each is e times as likely as the other in half of the targets: half each; in three of four: more."""
    half, more = (stacked(scores([1.0] * n + [-1.0] * m)).values[1] for n, m in ((6, 6), (9, 3)))
    e = np.exp(1.0)
    # maximum of .75 log(w e + 1 - w) + .25 log(w / e + 1 - w)
    ways = np.linspace(0, 1, 100_001)
    assert half == pytest.approx(0.5, abs=1e-4)
    assert more == pytest.approx(
        ways[np.argmax(0.75 * np.log(ways * e + 1 - ways) + 0.25 * np.log(ways / e + 1 - ways))], abs=2e-3
    )


def test_few_targets_leave_wide_weights():
    few, many = (stacked(scores(np.tile([1.0, -0.9], n))) for n in (3, 60))
    assert few.high[1] - few.low[1] > many.high[1] - many.low[1]


def test_a_log_score_is_that_of_the_lognormal():
    sd = np.log(2.0)
    low, high = 100 * np.exp(-1.2815515655446004 * sd), 100 * np.exp(1.2815515655446004 * sd)
    assert log_score(100, 100, low, high) == pytest.approx(-np.log(sd * np.sqrt(2 * np.pi)))
    assert log_score(200, 100, low, high) == pytest.approx(log_score(100, 100, low, high) - 0.5)
    with pytest.raises(ValueError, match="no logs"):
        log_score(0, 100, low, high)


def test_robust_is_said_only_where_it_is_earned():
    good = stacked(scores(np.tile([0.4, -0.4], 10)))
    assert verdict(DOWN, good).startswith("Robust:")
    assert "not scored" in verdict(DOWN, None)
    assert "too few" in verdict(DOWN, stacked(scores([0.4, -0.4])))
    mixed = DOWN | {"flat_logit": Answer(50.0, -100.0, 200.0)}
    assert verdict(mixed, good) == "Not robust: flat_logit say more, the other rules less."
    unsure = DOWN | {"flat_logit": Answer(-50.0, -200.0, 100.0)}
    assert "interval of flat_logit holds 0" in verdict(unsure, good)
    assert "one rule" in verdict({"flat_logit": DOWN["flat_logit"]}, good)
    assert sign_probability(DOWN, good) < 0.001


def test_the_variance_between_rules_is_that_of_their_means():
    good = stacked(scores([0.0] * 12))
    assert between(DOWN, good)[0] == pytest.approx(100.0**2)
    table = structure_table({("ban", "arrivals", "lithuania"): DOWN}, good)
    last = table[table["decision"] == "all"].iloc[0]
    assert last["estimate"] == pytest.approx(-800.0) and 0 < last["between"] < 1
    assert table["weight"].sum() == pytest.approx(1.0)


def test_without_scores_rules_stand_unweighted():
    table = structure_table({("ban", "departures", ""): DOWN}, None)
    assert table["weight"].isna().all() and "not scored" in table["verdict"].iloc[-1]


def test_scores_are_read_and_faults_told_at_once(tmp_path):
    file = tmp_path / "log_scores.csv"
    assert read(RULES, file) is None
    rows = ["target,decision,log_score", "stock 2021,flat_logit,-1", "stock 2021,destination_nest,-0.5",
            "flow 2022,flat_logit,-2"]  # fmt: skip
    file.write_text("\n".join(rows))
    found = read(RULES, file)
    assert found.targets == ("stock 2021",) and found.values.tolist() == [[-1.0, -0.5]]
    file.write_text("\n".join([*rows, "flow 2022,flat_logit,-1", "x,flat_logit,nan"]))
    with pytest.raises(UserError) as raised:
        read(RULES, file)
    assert len(raised.value.faults) == 2
    file.write_text("target,rule\n")
    with pytest.raises(UserError, match="has no column decision, log_score"):
        read(RULES, file)

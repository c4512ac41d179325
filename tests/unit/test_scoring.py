"""Scores, naive rules and skill: against numbers worked out by hand, and against what they must do at the edges."""

import math

import numpy as np
import pytest

pytest.importorskip("scoringrules")
pytest.importorskip("statsmodels")

from sim.analysis.scoring import rules, scores  # noqa: E402
from sim.analysis.scoring.rules import Context, forecasts  # noqa: E402
from sim.analysis.scoring.skill import best, coverage, skill  # noqa: E402


def test_a_forecast_is_every_run_with_the_error_of_observation_on_top():
    alone = scores.predictive([10.0, 20.0], 0.0, True)
    assert alone.tolist() == [10.0, 20.0]
    members = scores.predictive([100.0], 0.1, True)
    assert len(members) == scores.STRATA and np.std(np.log(members)) == pytest.approx(0.1, rel=0.03)
    said = scores.summary(members)
    assert said.median == pytest.approx(100.0, rel=1e-3)
    assert said.low_80 == pytest.approx(100.0 * math.exp(-0.128), rel=1e-2)
    assert said.low_95 < said.low_80 < said.low_50 < said.median < said.high_50 < said.high_80 < said.high_95
    assert scores.predictive([50.0], 2.0, False).mean() == pytest.approx(50.0)


def test_the_score_of_a_point_is_its_error_and_a_wide_forecast_is_worse_than_a_sharp_one_that_holds():
    assert scores.crps(3.0, np.array([5.0])) == pytest.approx(2.0)
    assert scores.crps(0.0, np.array([-1.0, 1.0])) == pytest.approx(0.5)  # mean error 1, less half of the mean distance
    assert scores.log_crps(10.0, np.array([100.0]), 1.0) == pytest.approx(math.log(10.0))
    assert scores.log_crps(10.0, np.array([0.0]), 1.0) == pytest.approx(math.log(10.0))  # nobody counts as the least
    sharp, wide = (scores.predictive([10.0], sd, True) for sd in (0.1, 1.0))
    assert scores.log_crps(10.0, sharp, 1.0) < scores.log_crps(10.0, wide, 1.0)


def test_an_interval_pays_for_its_width_and_ten_times_for_what_it_misses_at_80():
    assert scores.interval_score(5.0, 4.0, 7.0, 80) == pytest.approx(3.0)
    assert scores.interval_score(8.0, 4.0, 7.0, 80) == pytest.approx(3.0 + 10.0 * 1.0)


def test_relative_differences_of_flee_with_totals_told_and_not():
    assert scores.ard([100.0, 300.0], [150.0, 350.0]) == pytest.approx(0.25)
    assert scores.ard([100.0, 300.0], [200.0, 600.0]) == pytest.approx(1.0)
    assert scores.ard([100.0, 300.0], [200.0, 600.0], totals_given=True) == pytest.approx(0.0)
    assert scores.ape(200.0, 150.0) == pytest.approx(0.25) and math.isnan(scores.ape(0.0, 1.0))


def test_variation_within_places_is_not_that_between_them():
    places, seen = ["a", "a", "b", "b"], [10.0, 20.0, 1000.0, 2000.0]
    assert scores.within_r2(places, seen, seen) == pytest.approx(1.0)
    means = [math.sqrt(200.0)] * 2 + [math.sqrt(2e6)] * 2
    assert scores.within_r2(places, seen, means) == pytest.approx(0.0)
    turned = [20.0, 10.0, 2000.0, 1000.0]
    assert scores.within_r2(places, seen, turned) == pytest.approx(-3.0)  # though nearly all lies between the places
    assert math.isnan(scores.within_r2(["a", "b"], [1.0, 2.0], [1.0, 2.0]))


SERIES = {
    "a": {2015: 100.0, 2016: 200.0, 2017: 300.0, 2018: 300.0, 2019: 330.0},
    "b": {2017: 40.0, 2018: 60.0, 2019: 30.0},
}
CONTEXT = Context(SERIES, {"a": {year: float(year - 2000) for year in range(2014, 2020)}, "b": {}})


def of(rule):
    return {cell: round(said.median, 6) for cell, said in forecasts(rule, CONTEXT).items()}


def test_simple_rules_say_what_they_are_called_from_years_before_alone():
    assert of(rules.LAST)["a", 2018] == 300.0 and of(rules.LAST)["b", 2019] == 60.0
    assert of(rules.CHANGE)["a", 2017] == 400.0 and of(rules.CHANGE)["b", 2019] == 90.0
    assert of(rules.MEAN)["a", 2018] == 200.0 and ("b", 2019) not in of(rules.MEAN)
    assert of(rules.OWN)["a", 2019] == 225.0 and ("a", 2016) not in of(rules.OWN)
    growth = (330.0 + 30.0) / (300.0 + 60.0)
    assert of(rules.SHARES)["a", 2019] == pytest.approx(300.0 * growth)
    later = {place: {year: value for year, value in years.items() if year < 2019} for place, years in SERIES.items()}
    blind = CONTEXT._replace(series=later)
    for name, rule in rules.RULES.items():
        if name not in rules.SEEN:
            assert rule(blind, 2019) == rule(CONTEXT, 2019), name


def test_a_damped_trend_goes_on_less_and_less():
    steady = Context({"a": {2010 + k: 100.0 * math.exp(0.2 * k) for k in range(8)}}, {})
    said = rules.RULES[rules.TREND](steady, 2018)["a"]
    assert 0.05 < math.log(said / steady.series["a"][2017]) < 0.2
    flat = Context({"a": dict.fromkeys(range(2010, 2016), 50.0)}, {})
    assert rules.RULES[rules.TREND](flat, 2016)["a"] == pytest.approx(50.0, rel=1e-3)
    assert rules.RULES[rules.TREND](CONTEXT, 2019).keys() == {"a"}


def test_gravity_finds_the_elasticity_that_made_the_flows():
    rng = np.random.default_rng(3)
    residents = {place: {year: float(rng.uniform(100, 900)) for year in range(2014, 2020)} for place in "abc"}
    made = {
        place: {year: level * residents[place][year - 1] ** 0.6 for year in range(2015, 2021)}
        for place, level in zip("abc", (1.0, 5.0, 20.0), strict=True)
    }
    said = rules.gravity(Context(made, residents), 2020)
    assert said == pytest.approx({place: made[place][2020] for place in "abc"}, rel=1e-4)
    assert rules.gravity(Context({"a": {2019: 5.0}}, residents), 2020) == {}


def test_the_interval_of_a_rule_comes_from_its_past_errors_alone():
    jumps = {name: {2015 + k: 100.0 * math.exp(0.3 * (k % 2)) for k in range(6)} for name in "abcd"}
    said = forecasts(rules.LAST, Context(jumps, {}))
    assert said["a", 2016].sd == 0.0  # no error yet
    assert said["a", 2018].sd == pytest.approx(0.3)  # every step of eight was one of .3


def test_skill_is_zero_against_itself_and_its_interval_is_over_destinations():
    cells = {("s", place, year): 1.0 + year % 3 for place in "abcde" for year in range(2019, 2023)}
    same = skill(cells, cells)
    assert (same.skill, same.low, same.high) == (0.0, 0.0, 0.0) and (same.cells, same.destinations) == (20, 5)
    better = skill({cell: value / 2 for cell, value in cells.items()}, cells)
    assert better.skill == pytest.approx(0.5) == pytest.approx(better.low)
    mixed = skill({cell: value * (0.2 if cell[1] in "ab" else 1.5) for cell, value in cells.items()}, cells)
    assert mixed.low < 0.0 < mixed.high and mixed.low < mixed.skill < mixed.high
    assert skill(cells, {}) is None and skill(cells, dict.fromkeys(cells, 0.0)) is None
    assert skill(cells, cells | {("s", "z", 2019): 9.0}).cells == 20


def test_the_best_rule_is_found_where_all_rules_speak():
    model = {("s", place, 2020): 1.0 for place in "abcd"}
    often = dict.fromkeys(model, 0.8)
    lucky = {("s", "a", 2020): 0.0}  # asked once only
    assert best(model, {"often": often, "lucky": lucky})[0] == "often"
    assert best(model, {"often": often, "other": dict.fromkeys(model, 0.7)})[0] == "other"
    with pytest.raises(ValueError, match="no naive rule"):
        best(model, {"lucky": lucky})


def test_coverage_has_an_interval_that_narrows():
    share, low, high = coverage([True] * 32 + [False] * 8)
    assert share == 80.0 and low < 75.0 < 85.0 < high
    assert coverage([True] * 320 + [False] * 80)[1] > low and math.isnan(coverage([])[0])

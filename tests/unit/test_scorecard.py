"""The scorecard: errors as registered, naive rules, natural experiments, thresholds, sizes, literature."""

import math
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("scoringrules")
pytest.importorskip("statsmodels")

from sim.analysis.additions import additions
from sim.analysis.scoring import rules, scores  # noqa: E402
from sim.analysis.scoring.sizes import limit, parts  # noqa: E402
from sim.cli.commands.validating import literature, scale, scoring  # noqa: E402
from sim.observation import experiments, judging, scorecard, thresholds, yardstick  # noqa: E402
from sim.observation.expected import drawn_over_expected  # noqa: E402
from sim.observation.observed import patterns  # noqa: E402
from sim.observation.registered import registered  # noqa: E402
from sim.observation.scorecard import MODEL, Made, series  # noqa: E402
from sim.observation.seen import seen_by  # noqa: E402
from sim.report.scorecard import printed  # noqa: E402
from sim.runs.run import Job  # noqa: E402
from sim.runs.settings import People, Settings  # noqa: E402
from sim.runs.tables import OF_VALIDATION  # noqa: E402
from tests.unit import some_draws  # noqa: E402
from tests.unit.small_runs import ensemble  # noqa: E402


@pytest.fixture(scope="module")
def measured():
    made = ensemble(scenario="historical", until="2020-12", people=People(one_in=5000))
    runs = [made.run(Job("historical", 0.62, replicate)) for replicate in range(2)]
    return [seen_by(run, made.world("historical"), made.start(run), 5000) for run in runs]


@pytest.fixture(scope="module")
def tables(measured):
    of = scorecard.made(measured, None)
    card, table = scorecard.scorecard(of), scorecard.forecasts(of, [2020], "a test")
    skills = scorecard.skills(table)
    told = scoring._told(scoring._came(card, table, skills, [], {}))
    natural = experiments.table(measured, {})
    return {"scorecard": card, "forecasts": table, "skill": skills, "natural_experiments": natural, "thresholds": told}


def the(quantity, destination, end):
    return next(one for one in patterns() if (one.quantity, one.destination, one.end) == (quantity, destination, end))


# errors


def test_errors_are_those_registered():
    permits = judging.spread(the("first_permits", "lithuania", "2020-12-31"))
    assert permits == (pytest.approx(math.hypot(0.08, 0.125)), True, 5.0)
    claims = judging.spread(the("asylum_applications", "germany", "2020-12-31"))
    assert claims.sd == pytest.approx(math.sqrt(0.15**2 + 0.3**2 + 1 / 142)) and claims.degrees == judging.NORMAL
    men = the("entrants_men", "lithuania", "2022-03-31")
    share = men.observed / 100
    assert judging.spread(men).sd == pytest.approx(math.sqrt(1e4 * share * (1 - share) / 400 + 6**2))
    change = judging.spread(the("net_migration", "georgia", "2021-12-31"))
    assert not change.logged and change.sd == pytest.approx(1426 * math.hypot(0.4, 0.125))


def test_a_register_errs_by_its_growth_and_two_counts_of_one_day():
    still, grown = (judging.to_come("residents", "lithuania", 50_000.0, change).sd for change in (0.0, 25_000.0))
    level = registered().target(the("residents", "lithuania", "2020-12-31")).error.level
    assert still == pytest.approx(level) or still > 0.0
    assert grown >= still


def test_every_pattern_that_is_scored_has_an_error_above_zero():
    scored = [one for one in patterns() if not one.past and not one.without and one.kind != "order"]
    assert len(scored) > 300 and all(judging.spread(one).sd > 0.0 for one in scored)


# the scorecard


def test_tables_are_as_declared_and_the_page_tells_all_parts(tables):
    for name, table in tables.items():
        assert list(table) == OF_VALIDATION[name].names
    page = printed(tables, Settings(task="validate", replicates=2), [], "central values, no fit")
    for part in ("THRESHOLDS", "REGISTERS", "NAIVE RULES", "wait for fits", "NATURAL EXPERIMENTS"):
        assert part in page


def test_the_narrowest_interval_that_holds_the_observed_is_told(tables):
    card = tables["scorecard"]
    known = card[card["within"].notna()]
    assert len(known) > 60 and set(known["within"]) <= {50.0, 80.0, 95.0, 100.0}
    inside = (known["low_80"] <= known["observed"]) & (known["observed"] <= known["high_80"])
    assert (inside == (known["within"] <= 80.0)).all()
    assert (known["crps"] >= 0.0).all() and (known["interval_score"] > 0.0).all()


def test_a_model_that_says_what_was_observed_beats_every_rule():
    told = [one for places in series().values() for years in places.values() for one in years.values()]
    perfect = Made({one: [one.observed] for one in told}, 1.0)
    table = scorecard.forecasts(perfect, [2020, 2021, 2022], "perfect")
    skills = scorecard.skills(table)
    all_of = skills[(skills["series"] == scorecard.ALL) & ~skills["seen"]]
    assert len(all_of) == len(rules.RULES) - len(rules.SEEN) and (all_of["skill"] > 0.2).all()
    assert all_of["best"].sum() == 1
    assert thresholds.rolling_skill(skills, ["perfect"]).value == pytest.approx(all_of["skill"].min(), abs=0.3)
    assert thresholds.within_places(table).value == pytest.approx(1.0, abs=1e-3)
    worse = Made({one: [10.0 * one.observed] for one in told}, 1.0)
    assert (scorecard.skills(scorecard.forecasts(worse, [2021], "x"))["skill"].iloc[:3] < 0.0).all()


def test_rules_are_scored_where_the_model_is_silent():
    table = scorecard.forecasts(Made({}, 1.0), [2021], "nobody")
    assert MODEL not in set(table["rule"]) and set(rules.RULES) <= set(table["rule"])
    assert scorecard.skills(table).empty
    assert math.isnan(thresholds.rolling_skill(scorecard.skills(table), []).value)


def test_thresholds_say_what_is_missed_and_what_is_not_known(tables):
    told = tables["thresholds"].set_index("threshold")
    assert told.loc["rolling_skill", "verdict"] == told.loc["sbc_coverage", "verdict"] == "not known"
    assert told.loc["stock_ape", "verdict"] in ("aim met", "must met", "missed")
    assert set(registered().thresholds) <= set(told.index)
    found = thresholds.of_the_fit({"recovery": 12}, "recovery", "recovered")
    assert found.value == 12.0 and scoring.SAID[registered().thresholds["recovery"].verdict(12.0)] == "must met"


# natural experiments


def test_every_reading_was_observed_and_every_world_composes():
    for one in experiments.EXPERIMENTS:
        assert Settings(task="validate", scenario=one.world).scenario == one.world
        for reading in one.readings:
            before, after = experiments.observed_of(reading)
            assert before > 0.0 and after > 0.0, reading
    humanitarian = next(one for one in experiments.EXPERIMENTS[1].readings if one.quantity == "entries_humanitarian")
    assert experiments.observed_of(humanitarian) == (353.0, 31.0)  # 384 by June 2021, of whom 353 by December


def test_a_measure_that_changes_nobody_has_no_effect(measured, monkeypatch):
    reading = experiments.Reading("first_permits", "poland", ("2019-01-01", "2019-12-31"), ("2020-01-01", "2020-12-31"))
    one = experiments.Experiment("nothing", ("covid_2020",), "", (reading,))
    monkeypatch.setattr(experiments, "EXPERIMENTS", (one,))
    row = experiments.table(measured, {one.world: measured}).iloc[0]
    assert row["effect"] == row["effect_low"] == row["effect_high"] == 0.0
    assert row["observed"] == pytest.approx(50_923 / 54_107 * 365 / 366)
    ratios = [experiments.counted(seen, reading, reading.after) / experiments.counted(seen, reading, reading.before)
              for seen in measured]  # fmt: skip
    assert row["without"] == pytest.approx(np.median(ratios) * 365 / 366)


# years that a fit had not seen


def test_a_fit_to_the_end_of_2020_is_scored_on_2021_alone(tmp_path, monkeypatch):
    """With draws made up for the test: what is shown is the way of the numbers, not a fit."""
    path = some_draws.file(tmp_path, about={"until": "2020-12"})
    small = ensemble(
        task="validate", scenario="historical", until="2021-12", people=People(one_in=10_000), replicates=2
    )
    table, counted = scoring._ahead(small.settings, path, "2020-12")
    assert set(counted["fit"]) == {"to 2020-12, counted"} and len(counted) == len(table)
    rules_alone = table["rule"] != MODEL
    assert (counted["median"] == table["median"])[rules_alone].all()
    assert (counted["median"] != table["median"])[~rules_alone].any()
    model = table[table["rule"] == MODEL]
    assert set(table["year"]) == {2021} and set(table["fit"]) == {"to 2020-12"} and len(model) > 10
    skills = scorecard.skills(table)
    came = thresholds.rolling_skill(skills, ["to 2020-12"])
    assert not math.isnan(came.value) and "to 2020-12" in came.about
    above = table[(table["rule"] != MODEL) | (table["low_80"] > 0.0)]
    scored = scoring.log_scores(above, ["to 2020-12"], "destination_nest")
    assert len(scored) == (above["rule"] == MODEL).sum() and np.isfinite(scored["log_score"]).all()
    assert scoring.log_scores(table, [], "destination_nest").empty


# sizes


def test_a_line_in_one_over_n_finds_its_constant():
    agents = [1000.0, 3000.0, 10_000.0]
    found = limit(agents, [100.0 + 5000.0 / n for n in agents], [1.0, 0.6, 0.3])
    assert found.value == pytest.approx(100.0) and found.error > 0.3
    with pytest.raises(ValueError, match="two sizes"):
        limit([10.0, 10.0], [1.0, 1.0], [1.0, 1.0])


def test_luck_and_the_draw_of_people_are_told_apart():
    rng = np.random.default_rng(4)
    found = parts(rng.normal(0.0, 3.0, (400, 1)) + rng.normal(100.0, 4.0, (400, 5)))
    assert (found.sd_people, found.sd_luck) == (pytest.approx(3.0, rel=0.1), pytest.approx(4.0, rel=0.1))
    assert found.share_low < 36.0 < found.share_high and found.share == pytest.approx(36.0, abs=6.0)
    alone = parts(np.tile([1.0, 2.0, 3.0], (4, 1)))
    assert alone.sd_people == 0.0 and alone.share_low == 0.0
    with pytest.raises(ValueError, match="two at least"):
        parts(np.ones((1, 3)))


def test_people_are_other_people_and_the_luck_is_the_same():
    small = Settings(task="validate", until="2022-03", replicates=2, threads=1, people=People(one_in=10_000))
    agents, ours = scale._outcomes(small, small.seed)
    others, theirs = scale._outcomes(replace(small, seed=9), small.seed)
    assert agents > 500 and abs(others / agents - 1.0) < 0.1 and len(ours) == len(theirs) == 2
    assert ours != theirs and set(ours[0]) == set(theirs[0])


# literature


def test_what_is_read_off_a_pair_is_a_ratio_of_logs():
    assert literature.log_ratio(20.0, 10.0) == pytest.approx(math.log(2)) and math.isnan(literature.log_ratio(0.0, 1.0))
    assert [literature.verdict((1.0, 2.0), value) for value in (0.5, 1.5, 2.5)] == ["below", "inside", "above"]
    assert literature.verdict((0.0, 1.0), math.nan) == "nothing to tell"


def test_every_elasticity_has_a_source_a_band_and_a_world_that_composes():
    made = ensemble(scenario="historical", until="2022-12")
    base = made.history("historical")
    for one in literature.ELASTICITIES:
        assert one.band[0] < one.band[1] and one.source and one.how
        if one.world not in ("", literature.DIASPORA):
            history = literature._policy(base, one.world, literature._changes(made, one.world))
            assert additions(history, base), one.name


def test_leavers_are_counted_within_two_years_of_their_wish(measured):
    run = measured[0].run
    gone = run.departures[run.departures["month"] >= 12]
    keys = np.unique(gone["key"])
    early = np.full(len(keys), 11, np.int64)
    assert literature._left_within(run, keys, early) == 1.0
    assert literature._left_within(run, keys, np.full(len(keys), 30, np.int64)) == 0.0


def test_members_of_a_forecast_have_the_tails_asked_for():
    normal, tailed = (scores.predictive([100.0], 0.1, True, degrees) for degrees in (math.inf, 5.0))
    assert tailed.max() > normal.max() and np.median(tailed) == pytest.approx(np.median(normal))


def test_flows_are_forecast_as_expected_at_the_level_of_what_is_drawn(measured):
    """A sample of one in five thousand has few leavers: their luck is no part of a forecast of a country."""
    of = scorecard.made(measured, None)
    flow = the("first_permits", "lithuania", "2019-12-31")
    drawn = np.array(yardstick.measured(flow, measured, None)[1:])
    assert np.std(of.values[flow]) < np.std(drawn)
    stock = the("valid_permits", "lithuania", "2019-12-31")
    assert list(of.values[stock]) == yardstick.measured(stock, measured, None)[1:]
    assert scorecard.is_flow(flow) and not scorecard.is_flow(stock)


def test_few_agents_move_the_level_little():
    expected, drawn = np.full((4, 2), 1000.0), np.array([[0.0, 900.0]] * 4)
    assert drawn_over_expected(expected, drawn, 100).tolist() == pytest.approx([2000 / 6000, 5600 / 6000])
    assert drawn_over_expected(np.zeros((2, 1)), np.zeros((2, 1)), 100) == pytest.approx([1.0])

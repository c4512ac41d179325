"""The yardstick: every observation is read, judged in its own tolerance, set beside rules that know no mechanism."""

import csv
import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from sim.cli.commands.compare import is_history
from sim.cli.commands.patterns import answered, of_runs
from sim.numerics.months import month
from sim.observation import definitions as by
from sim.observation import judging, naive, observed, scorecard
from sim.observation import seen as of
from sim.observation import yardstick as module
from sim.observation.naive import ARRIVING, LAST, LEAVING, OWN, forecasts, in_short, is_reading
from sim.observation.observed import OBSERVED, RANK, SURVEY, patterns
from sim.observation.quantities import QUANTITIES
from sim.observation.registered import FIT, drawn_from, of_role, targets
from sim.observation.seen import seen_by
from sim.observation.yardstick import HIT, MISS, NOTHING, UNASKED, UNTOLD, judged, yardstick
from sim.report.yardstick import explained, printed, scores
from sim.runs.draws import Draws
from sim.runs.run import Job
from sim.runs.settings import Settings
from sim.runs.tables import YARDSTICK
from tests.unit.small_runs import ensemble


def rows_of(name):
    with (OBSERVED / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# what was observed


@pytest.mark.parametrize("name", sorted(path.stem for path in OBSERVED.glob("*.csv")))
def test_every_row_of_every_observed_file_is_read_by_a_pattern(name):
    known = {(one.start, one.end, round(one.observed, 6)) for one in patterns()}
    for row in rows_of(name):
        value = round(float(row.get("persons") or row["value"]) * (100.0 if row.get("unit") == "fraction" else 1.0), 6)
        start, end = row.get("start") or row["date"], row.get("end") or row["date"]
        if name == "survey" and row["item"].startswith("left legally"):
            start, end = ("2021-01-01", "2021-12-31") if "2021" in row["item"] else ("2020-01-01", end)
        assert (start, end, value) in known, row


def test_every_pattern_has_a_quantity_and_a_tolerance_or_the_reason_why_no_run_can_tell_it():
    for one in patterns():
        assert one.source and one.confidence and one.destination, one
        assert bool(one.without) != bool(one.quantity), one
        if one.quantity:
            assert one.quantity in (*QUANTITIES, SURVEY, RANK), one
            assert one.kind in ("relative", "absolute", "points", "order", "least"), one
            assert (one.tolerance > 0.0) == (one.kind != "order"), one
            assert one.kind != "relative" or one.observed > 0.0 or one.past, one


def test_every_target_keeps_its_tolerance_and_its_role():
    found = {(one.target, one.observed, one.start): one for one in patterns() if one.target}
    rows = rows_of("targets")
    assert len(found) == len(rows)
    for row in rows:
        one = found[row["target"], float(row["value"]), row["start"]]
        assert (one.tolerance, one.kind, one.role) == (float(row["tolerance"]), row["tolerance_kind"], row["role"])


def test_what_the_inversion_fits_is_said_to_be_fitted():
    readings = [row for row in rows_of("departures") if row["reading"] == "1"]
    fitted = {(one.destination, one.start, one.observed) for one in patterns() if one.fitted}
    assert {(row["destination"], row["start"], float(row["persons"])) for row in readings} <= fitted
    assert len([one for one in patterns() if is_reading(one)]) == len(readings)
    assert all(one.fitted for one in patterns() if one.quantity == "by_channel" or "legal_status" in one.item)
    registers = {(one.quantity, one.destination) for one in patterns() if one.fitted and one.quantity in by.REGISTERS}
    assert registers == {("residence_documents", "russia")}  # how fast its permits become citizenship


def test_no_constructed_series_is_a_pattern_and_none_is_late():
    for one in patterns():
        assert "CONSTRUCTED" not in one.name.upper() and "SUGGESTED" not in one.name.upper()
        assert one.end <= "2022-12-31"


def test_every_declared_quantity_is_asked_for():
    assert {one.quantity for one in patterns()} - {"", SURVEY, RANK} == set(QUANTITIES)


# verdicts


def a_pattern(**changes):
    found = next(one for one in patterns() if one.target == "6" and one.end == "2022-12-31")
    return replace(found, **changes)


@pytest.mark.parametrize(
    ("changes", "simulated", "error", "verdict"),
    [
        ({}, 48_804.0 * math.exp(0.0499), 0.998, HIT),
        ({}, 48_804.0 * math.exp(-0.0501), -1.002, MISS),
        ({}, 0.0, math.log(5 / 48_804.0) / 0.05, MISS),
        ({"kind": "points", "tolerance": 8.0, "observed": 34.0, "unit": "%"}, 42.0, 1.0, HIT),
        ({"kind": "points", "tolerance": 8.0, "observed": 34.0, "unit": "%"}, 25.9, -1.0125, MISS),
        ({"kind": "absolute", "tolerance": 0.3, "observed": 2.03, "unit": "ratio"}, 2.63, 2.0, MISS),
        ({"kind": "relative", "tolerance": 0.25, "observed": 2.57, "unit": "ratio"}, 2.57, 0.0, HIT),
        ({"quantity": "growth_residents", "observed": 1000.0, "tolerance": 0.5}, -500.0, -3.0, MISS),
        ({"kind": "least", "tolerance": 8.0, "observed": 50.0, "unit": "% at least"}, 80.0, 0.0, HIT),
        ({"kind": "least", "tolerance": 8.0, "observed": 50.0, "unit": "% at least"}, 46.0, -0.5, MISS),
    ],
)
def test_an_error_is_told_in_the_patterns_own_tolerance(changes, simulated, error, verdict):
    found, said = judged(a_pattern(**changes), simulated, 5.0)
    assert found == pytest.approx(error, abs=1e-9) and said == verdict


def test_an_order_holds_or_does_not_and_nobody_is_no_miss():
    order = a_pattern(kind="order", tolerance=0.0, observed=2021.0)
    assert [judged(order, year, 5.0)[1] for year in (2021.0, 2022.0)] == [HIT, MISS]
    assert judged(a_pattern(), math.nan, 5.0)[1] == NOTHING


def test_what_the_sample_cannot_show_is_no_verdict_and_what_is_expected_may_be_less_than_an_agent():
    few = a_pattern(quantity="asylum_seekers", observed=12.0, tolerance=0.4)
    assert judged(few, 0.0, 25.0)[1] == judged(few, 24.0, 25.0)[1] == NOTHING
    assert judged(few, 0.0, 5.0)[1] == judged(few, 30.0, 25.0)[1] == MISS
    many = a_pattern(observed=281.0, tolerance=0.2)
    assert (
        judged(many, 0.0, 250.0)[1] == judged(many, 0.0, 2000.0)[1] == NOTHING
    )  # half an agent would be a hit, or more
    error, verdict = judged(many, 0.0, 25.0)
    assert error < -1.0 and verdict == MISS
    claims = replace(few, quantity="asylum_applications")
    error, verdict = judged(claims, 0.3, 25.0)
    assert verdict == MISS and error == pytest.approx(math.log(1 / 12) / 0.4)
    assert judged(claims, 11.0, 25.0)[1] == HIT


def test_an_application_whose_permit_comes_after_the_run_says_so(found):
    rows = found.patterns[found.patterns["verdict"] == NOTHING]
    assert rows["note"].str.len().min() > 0
    late = next(one for one in patterns() if one.quantity == "permit_applications" and one.end == "2022-12-31")
    said = module._why_nothing(late, math.nan, 48)
    assert late.destination == "poland" and "9 months later" in said and "until 2023-09 or later" in said
    assert "nobody was there" in module._why_nothing(late, math.nan, 57)


def test_what_was_read_after_the_fit_is_fitted_to_nothing_and_in_no_threshold():
    added = [one for one in patterns() if one.added]
    assert len(added) == len(rows_of("asylum")) > 100
    assert not set(added) & set(of_role(FIT)) and {judging.role(one) for one in added} == {judging.ADDED}
    assert {targets()[one].role for one in added} <= {"check", "natural_experiment", "left_out"}
    in_series = {one for places in scorecard.series().values() for years in places.values() for one in years.values()}
    assert in_series and not in_series & set(added)


# naive rules


def test_each_destinations_own_mean_misses_departures_by_what_is_known_of_it():
    """The root mean square of logs about each destination's mean over its readings is a property of the data alone."""
    readings = [one for one in patterns() if is_reading(one)]
    same = {one: one.observed for one in readings}
    short = in_short(forecasts(patterns(), same, same, 1.0)).set_index(["series", "rule"])
    for series in (ARRIVING, LEAVING):
        assert short.loc[(series, OWN), "compared"] == 38
        assert short.loc[(series, OWN), "rule_rms"] == pytest.approx(0.544, abs=5e-4)
        assert short.loc[(series, OWN), "model_rms"] == 0.0


def test_a_rule_looks_at_past_years_only():
    base = a_pattern(quantity="first_permits", fitted=False, role="check", target="")
    years = dict(zip(range(2016, 2022), (100.0, 200.0, 400.0, 500.0, 50.0, 100.0), strict=True))
    told = [replace(base, start=f"{y}-01-01", end=f"{y}-12-31", observed=v) for y, v in years.items()]
    simulated = {one: 100.0 for one in told if not one.past}
    detail = forecasts(told, simulated, {}, 1.0)
    said = {(row.end[:4], row.rule): row.forecast for row in detail.itertuples()}
    assert said["2019", LAST] == 400.0 and said["2020", LAST] == 500.0
    assert said["2019", naive.CHANGE] == 800.0 and said["2020", naive.CHANGE] == 625.0
    assert said["2019", naive.MEAN] == pytest.approx(700 / 3) and said["2020", naive.MEAN] == pytest.approx(1100 / 3)
    assert said["2019", OWN] == said["2020", OWN] == pytest.approx(650 / 3)
    last = in_short(detail).set_index("rule").loc[LAST]
    errors = [math.log(said / was) ** 2 for said, was in ((400, 500), (500, 50), (50, 100))]
    assert last["rule_rms"] == pytest.approx(math.sqrt(sum(errors) / 3))
    assert last["model_rms"] == pytest.approx(math.sqrt((math.log(1 / 5) ** 2 + math.log(2) ** 2) / 3))
    short = in_short(forecasts(told[:-1], simulated, {}, 1.0))
    assert short.empty  # two years are too few to be summed up


# what is fitted


def a_fit(until):
    """Draws that were fitted to what was known by the end of a month, None for all of it."""
    return Draws("made", ("lambda",), np.array([[0.6]]), np.array([1.0]), {"until": until})


def test_rows_that_drawn_parameters_were_fitted_to_are_fitted_and_a_hit_there_is_not_free(measured):
    told = [one for one in patterns() if not one.past and one.last < 24]
    central, drawn = (yardstick(measured, draws=draws).patterns for draws in (None, a_fit(None)))
    assert list(central["fitted"]) == [one.fitted for one in told]
    fit = of_role(FIT)
    assert list(drawn["fitted"]) == [one.fitted or one in fit for one in told]
    new = drawn["fitted"].astype(bool) & ~central["fitted"].astype(bool)
    residents = (drawn["quantity"] == "residents") & (drawn["destination"] == "lithuania") & (drawn["target"] != "")
    assert residents.any() and new[residents].all()
    before, after = (scores(table)[-1] for table in (central, drawn))
    assert (before.hits, before.misses) == (after.hits, after.misses)
    moved = drawn[new]["verdict"]
    assert (
        after.free_hits == before.free_hits - (moved == HIT).sum() and after.fitted_hits == after.hits - after.free_hits
    )
    assert after.free_misses == before.free_misses - (moved == MISS).sum() < before.free_misses


def test_what_a_fit_has_not_seen_is_free():
    asylum = [one for one in of_role(FIT) if one.quantity == "asylum_applications" and one.destination == "germany"]
    assert {one.end[:4] for one in asylum} == {"2021", "2022"} and not any(one.fitted for one in asylum)
    assert {one for one in asylum if one in drawn_from(a_fit("2021-12"))} == {one for one in asylum if one.end < "2022"}
    assert drawn_from(None) == frozenset()


def test_intervals_of_drawn_parameters_are_predictive_and_the_page_says_of_what(measured):
    luck, predictive = (yardstick(measured, draws=draws).patterns for draws in (None, a_fit(None)))
    widths = [(table["high"] - table["low"]).dropna() for table in (luck, predictive)]
    assert np.allclose(widths[1], widths[0] * 2.0)  # of three replicates: the root of 1 + 1/3 over that of 1/3
    assert "luck alone" in explained(False, 1) and "luck and people" in explained(False, 4)
    for number, words in ((1, "of parameters and luck"), (4, "of parameters, people and luck")):
        assert words in explained(True, number) and "fitted to the row" in explained(True, number)
    assert "fitted to the row" not in explained(False, 1)


@pytest.mark.parametrize(
    ("parameters", "said"), [("central", "central values of conf/"), ("posterior", "draws its parameters")]
)
def test_the_task_says_which_parameters_its_runs_have(parameters, said):
    assert said in of_runs(Settings(task="patterns", parameters=parameters))


# of a real run


@pytest.fixture(scope="module")
def measured():
    made = ensemble(scenario="historical", until="2020-12")
    world, people = made.world("historical"), made.population
    runs = [made.run(Job("historical", 0.62, replicate)) for replicate in range(3)]
    return [seen_by(run, world, people.people, people.one_in) for run in runs]


@pytest.fixture(scope="module")
def found(measured):
    return yardstick(measured)


def test_the_patterns_are_those_within_the_months_of_the_runs(measured, found):
    table = found.patterns
    told = [one for one in patterns() if not one.past and one.last < 24]
    assert len(table) == len(told) > 100 and table["end"].max() == "2021-01-01"  # a stock of the end of 2020
    assert set(table["verdict"]) <= {HIT, MISS, UNTOLD, UNASKED, NOTHING}
    known = table[table["verdict"].isin([HIT, MISS])]
    assert ((known["error"].abs() <= 1.0) == (known["verdict"] == HIT))[known["kind"] != "order"].all()
    numbers = known[known["low"].notna()]
    rounding = 1e-9 * numbers["simulated"].abs()
    assert len(numbers) > 80 and (numbers["low"] <= numbers["simulated"] + rounding).all()
    assert (numbers["simulated"] <= numbers["high"] + rounding).all()


def test_the_survey_counts_as_not_asked_without_answers(measured):
    later = [one for one in patterns() if one.quantity == SURVEY]
    assert later and all(one.last == month("2022-09") for one in later)
    assert module.measured(later[0], measured, None) == []
    answers = {one.item: [one.observed, 1.0] for one in later}
    assert module.measured(later[0], measured, answers) == [later[0].observed, 1.0]
    rank = next(one for one in patterns() if one.quantity == RANK)
    assert module.measured(rank, measured, answers)[0] == 1.0
    turned = answers | {"reason_destination: better political climate": [99.0, 1.0]}
    assert module.measured(rank, measured, turned)[0] == 0.0


def test_a_lag_that_is_counted_twice_is_found(measured, found, monkeypatch):
    """Taking off the newcomers of the last months again is seen in every register of people on long visas."""
    once = found.patterns.set_index(["quantity", "destination", "end"])["simulated"]
    monkeypatch.setattr(of, "REGISTERS", {name: held._replace(lags=True) for name, held in by.REGISTERS.items()})
    twice = yardstick(measured).patterns.set_index(["quantity", "destination", "end"])["simulated"]
    poland = ("valid_permits", "poland", "2020-12-31")
    assert (twice.loc[[poland]] < once.loc[[poland]]).all()


def test_the_page_counts_what_the_table_says(found):
    page = printed(found, "a test", explained(False, 1))
    every = scores(found.patterns)[-1]
    assert every.hits + every.misses + every.untold == len(found.patterns)
    assert every.hits == (found.patterns["verdict"] == HIT).sum()
    assert max(map(len, page.splitlines())) < 260 and "NAIVE RULES" in page
    counted = next(line for line in page.splitlines() if line.startswith("all "))
    free, fitted = (every.free_hits, every.free_misses), (every.fitted_hits, every.fitted_misses)
    assert counted.split()[1:] == [str(number) for number in (every.hits, every.misses, *free, *fitted, every.untold)]
    assert page.count("\n") > len(found.patterns)


def test_the_tables_are_those_declared(found):
    for declared in YARDSTICK:
        assert list(getattr(found, declared.name)) == declared.names
        assert isinstance(getattr(found, declared.name), pd.DataFrame)


# the task


def test_observations_are_set_beside_what_happened_unless_a_world_is_named():
    asked = Settings(task="patterns")
    assert (asked.scenario, asked.replicate_count) == ("historical", 4)
    assert Settings(task="patterns", scenario="no_war").scenario == "no_war"
    assert Settings(task="compare").scenario != "historical"


@pytest.mark.parametrize(
    ("until", "same"),
    [("2020-02", True), ("2020-06", False)],
)
def test_a_baseline_that_parts_later_than_the_last_observation_is_what_happened(until, same):
    made = ensemble(until=until)  # no_covid parts in March 2020
    assert is_history(made.world("no_covid"), made.world("historical")) is same


def test_a_baseline_that_parts_after_2022_has_the_table_too():
    made = ensemble(until="2026-06")
    assert is_history(made.world("lithuania_law_extended_2026"), made.world("historical"))
    assert not is_history(made.world("no_war"), made.world("historical"))


def test_nobody_asked_gives_no_answers():
    assert answered([], [], 1) is None


def test_observed_files_name_no_unknown_definition():
    for name, column in (("departures", "definition"), ("stocks", "definition"), ("lithuania", "indicator")):
        for row in rows_of(name):
            known = {
                *QUANTITIES,
                *observed.WITHOUT,
                *observed.OF_DEPARTURES,
                *observed.OF_STOCKS,
                *observed.OF_LITHUANIA,
            }
            assert row[column] in known, row
    assert np.all([one.group for one in patterns()])

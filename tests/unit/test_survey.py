"""The synthetic survey: who is reached, what is asked, and that it is told beside the observed margins."""

import numpy as np
import pytest

from sim.analysis.citing import cited
from sim.analysis.reasons import PULLS, REASONS, RECORD
from sim.cli.commands import survey as command
from sim.model.agents.person import Person
from sim.numerics.codes import CHANNEL, MODE, PLACE
from sim.numerics.codes import STATUS as CODES
from sim.numerics.errors import UserError
from sim.observation.questions import LEAVE, ROWS, Answers, answers, destination_losses, eligible, leave_losses
from sim.observation.survey import PROTECTED, drawn, fitted_odds, means, observed_rows, survey_table
from sim.runs.settings import People, Settings
from sim.runs.tasks import task
from tests.worlds import hot, hot_people, hot_world, start

STATUS = [i for i, row in enumerate(ROWS) if row[0] == "legal_status"]
RETURN = [i for i, row in enumerate(ROWS) if row[0] == "return"]


def respondents(n=4000, protected=0.12, seed=5):
    """Made-up answers of `n` people: a part is protected, a tenth of the others active, the rest hold permits."""
    luck = np.random.default_rng(seed)
    values = luck.random((n, len(ROWS)))
    kind = luck.random(n)
    values[:, STATUS] = 0.0
    values[:, STATUS[0]] = kind >= protected
    values[:, STATUS[1]] = kind < protected / 2
    values[:, STATUS[3]] = (kind >= protected / 2) & (kind < protected)
    values[:, RETURN] /= values[:, RETURN].sum(axis=1)[:, None]
    scores = [i for i, row in enumerate(ROWS) if row[0] == "wellbeing"]
    values[:, scores] = 1.5 + 8.0 * values[:, scores]
    favoured = (kind < protected) | (luck.random(n) < 0.1)
    asked = np.ones(values.shape, np.bool_)
    return Answers(values, asked, favoured, luck.random(n), *([np.arange(n, dtype=np.uint64)] * 2))


@pytest.fixture(scope="module")
def lived():
    """A model of a busy world after thirty months, nobody's fear before leaving known but the first ten people's."""
    model = start(hot_people(), hot_world(36), hot()).run(30)
    fears = np.full(len(model.columns.key), np.nan)
    fears[:10] = 0.5
    return model, fears


def test_asked_are_adults_who_came_to_lithuania_in_2020_or_later(lived):
    people, rows = lived[0].columns, eligible(lived[0].columns, 29)
    assert len(rows) > 20
    assert (people.place[rows] == PLACE["lithuania"]).all() and (people.mode[rows] == MODE["settled"]).all()
    assert people.since[rows].min() >= 12 and (29 - people.birth[rows]).min() >= 18 * 12
    there = (people.place == PLACE["lithuania"]) & (people.mode == MODE["settled"])
    left_out = np.setdiff1d(np.flatnonzero(there), rows)
    assert ((people.since[left_out] < 12) | (29 - people.birth[left_out] < 18 * 12)).all()


def test_answers_are_probabilities_and_scores_of_what_people_are(lived):
    model, fears = lived
    asked, people, rows = answers(model, fears), model.columns, eligible(model.columns, 29)
    assert asked.values.shape == asked.asked.shape == (len(rows), len(ROWS))
    np.testing.assert_allclose(asked.values[:, RETURN].sum(axis=1), 1.0)
    status = people.status[rows]
    with_permit = np.isin(status, [CODES[name] for name in ("permit", "temporary_protection")])  # of the state's own
    np.testing.assert_array_equal(asked.values[:, STATUS[0]], with_permit)
    nowhere = np.isin(status, [CODES[name] for name in ("irregular", "visa_free", "citizen")])
    np.testing.assert_array_equal(asked.asked[:, STATUS[0]], ~nowhere)
    before = ROWS.index(("wellbeing", "security in Belarus before leaving"))
    np.testing.assert_array_equal(asked.asked[:, before], rows < 10)
    np.testing.assert_array_equal(asked.heads, [Person(model, int(row)).head.key for row in rows])


def test_the_odds_weight_meets_the_status_row_and_no_other():
    asked = respondents()
    sampling = fitted_odds(asked)
    table = observed_rows().set_index("item")["value"]
    target = sum(table[name] for name in PROTECTED) / sum(table[ROWS[i][1]] for i in STATUS)
    found = means(asked, sampling.weights)
    assert sampling.reached and sampling.odds > 1.0
    assert found[[STATUS[1], STATUS[3]]].sum() == pytest.approx(target, abs=1e-3)
    others = respondents()
    others.values[:, 0] = 1.0  # another answer to another question
    assert fitted_odds(others).odds == sampling.odds


def test_a_status_row_that_no_weight_meets_is_said():
    asked = respondents(protected=0.0)
    assert not fitted_odds(asked).reached


def test_who_does_not_answer_does_not_count():
    asked = respondents(10)
    asked.asked[3:, 0] = False
    assert means(asked, np.ones(10))[0] == pytest.approx(asked.values[:3, 0].mean())
    asked.asked[:, 0] = False
    assert np.isnan(means(asked, np.ones(10))[0])


def test_a_sample_is_drawn_by_weight_and_answers_by_probability():
    """A sample of 40,000: every row within 4.5 standard errors of its expectation, false alarm 1 in 10,000."""
    asked, n = respondents(), 40_000
    weights = fitted_odds(asked).weights
    sample, expected = drawn(asked, weights, n, np.random.default_rng(1)), means(asked, weights)
    spread = np.where(expected > 1.0, 2.5, np.sqrt(np.abs(expected * (1.0 - expected))))
    assert (np.abs(sample - expected) <= 4.5 * spread / np.sqrt(n) + 1e-12).all()
    assert sample[RETURN].sum() == pytest.approx(1.0)  # one answer each


def test_the_table_is_that_of_the_survey_and_says_how_far_off_each_row_is():
    table, _ = survey_table(respondents(), np.random.default_rng(1))
    assert [tuple(row) for row in table[["domain", "item"]].to_numpy()] == list(ROWS)
    arrival = table.iloc[0]
    assert arrival.se_2 == pytest.approx(100 * np.sqrt(0.34 * 0.66 / 335 * 2), rel=1e-6)
    assert arrival.off_2 == pytest.approx((arrival.expected - 34.0) / arrival.se_2)
    assert (table["se_4"] > table["se_2"]).all()


# reasons, where losses are given


def records_of(keys, months, places):
    """Commitments of heads, without any loss."""
    found = np.zeros(len(keys), RECORD)
    found["key"], found["month"], found["place"] = keys, months, places
    return found


def test_a_reason_is_cited_with_the_share_of_departures_owed_to_it():
    losses = np.array([[2.0, 0.5, -1.0], [0.0, np.log(2.0), 50.0]])
    expected = [[1.0 - np.exp(-2.0), 1.0 - np.exp(-0.5), 0.0], [0.0, 0.5, 1.0]]
    assert cited(losses) == pytest.approx(np.array(expected))


def test_losses_are_those_of_the_units_last_commitment():
    records = records_of([7, 7, 7, 9], [5, 20, 30, 4], [1, 1, 2, 1])
    war, draft, access = REASONS.index("war"), REASONS.index("draft"), tuple(PULLS).index("access")
    records["leave"][:, war], records["leave"][:, draft] = [1.0, 2.0, 4.0, 0.0], [0.0, 3.0, 9.0, 0.5]
    records["leave"][:, REASONS.index("protection")] = [0.0, 0.0, 0.0, 0.25]
    records["choice"][:, access] = [1.0, 2.0, 3.0, 4.0]
    heads = np.array([9, 7, 8], np.uint64)
    leave, choice = leave_losses(heads, records), destination_losses(heads, records)
    assert leave[:2, 0].tolist() == [0.75, 13.0]  # taken away together
    assert choice[:2, 0].tolist() == [4.0, 2.0]  # the last one to Lithuania
    assert np.isnan(leave[2]).all() and np.isnan(choice[2]).all()
    assert np.isnan(leave_losses(heads, records[:0])).all()


def test_reasons_are_told_of_those_whose_losses_are_known():
    asked, records = respondents(50), records_of(np.arange(30), 20, 1)
    records["leave"][:, REASONS.index("repression")] = 4.0
    records["choice"][:, tuple(PULLS).index("access")] = 4.0
    table, _ = survey_table(asked, np.random.default_rng(1), records)
    rows = table.set_index("item")["expected"]
    why = table.loc[table["domain"] == "reason_destination"]
    assert rows["work/economic reasons"] == 0.0
    assert rows["possibility of visa/TRP"] == why["expected"].max()
    cited_by_all = 100.0 * (1.0 - np.exp(-4.0))
    assert rows["political reasons"] == rows["possibility of visa/TRP"] == pytest.approx(cited_by_all)


def test_who_goes_along_with_an_employer_names_it_as_work_and_the_transfer_as_why_lithuania():
    records = records_of([1, 2], [20, 20], [PLACE["lithuania"]] * 2)
    records["channel"] = CHANNEL["relocation"], CHANNEL["work"]
    records["leave"][:, REASONS.index("wage")] = 0.5
    records["choice"][:, tuple(PULLS).index("taste")] = 0.25
    heads = np.array([1, 2], np.uint64)
    leave, choice = (cited(losses(heads, records)) for losses in (leave_losses, destination_losses))
    assert leave[:, tuple(LEAVE).index(("reason_leave", "work/economic reasons"))] == pytest.approx(
        [1.0, 1.0 - np.exp(-0.5)]
    )
    assert choice[:, -1] == pytest.approx([1.0, 1.0 - np.exp(-0.25)])
    assert (choice[:, :-1] == 0.0).all()


# the task


def test_a_run_that_ends_before_the_survey_is_refused():
    with pytest.raises(UserError, match="2022-09"):
        task("survey")(Settings(task="survey", until="2022-08"))


def test_the_task_prints_and_writes_the_same_table_every_time(tmp_path, capsys):
    def page(folder):
        asked = Settings(
            task="survey", scenario="historical", until="2022-09", people=People(one_in=1000), results_dir=str(folder)
        )
        left = command.run(asked)
        return (left / "survey.csv").read_bytes(), capsys.readouterr().out

    first, second = page(tmp_path / "a"), page(tmp_path / "b")
    assert first == second
    assert "not a calibrated fit" in first[1] and "political reasons" in first[1]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("n", [1, 2, 7])
def test_scores_all_alike_have_no_spread_and_nobody_s_answers_no_mean(n):
    asked = respondents(n)
    values, given = asked.values.copy(), asked.asked.copy()
    alike = [i for i, row in enumerate(ROWS) if row[1] == "security in Lithuania"]
    silent = [i for i, row in enumerate(ROWS) if row[1] == "security in Belarus before leaving"]
    values[:, alike], given[:, silent] = 9.24, False
    table, sampling = survey_table(asked._replace(values=values, asked=given), np.random.default_rng(1))
    row = table.set_index("item")
    assert row.loc["security in Lithuania", "expected"] == pytest.approx(9.24)
    assert row.loc["security in Lithuania", ["se_2", "se_4"]].tolist() == [0.0, 0.0]
    assert row.loc["security in Lithuania", ["off_2", "off_4"]].isna().all()
    assert row.loc["security in Belarus before leaving", ["everyone", "expected", "off_2"]].isna().all()
    page = command.printed(table, sampling, asked, n)
    assert "nan" not in page and "\u2013" in page and f"Rests on {n} agents" in page

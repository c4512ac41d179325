"""Tables of a comparison have every row, also of nobody: in one world, at one lambda, in one replicate, in none."""

import numpy as np
import pandas as pd
import pytest
from fake_results import sealed, whole, write

from sim.analysis import dimensions
from sim.analysis.calls import KINDS
from sim.analysis.deflection import HORIZONS
from sim.analysis.effects import (
    Window,
    effects_table,
    estimate,
    final_table,
    pair_up,
    substitution_table,
    taxonomy_table,
)
from sim.analysis.effects_by_group import groups_table
from sim.analysis.enough import headline, verdict
from sim.analysis.lives_at_risk import SUFFERED
from sim.model.hazards import EXPECTED
from sim.model.processes.muster import N_CALLED
from sim.model.recording import by_group as who
from sim.model.recording.recorder import HARMS
from sim.model.recording.residents import BANDS
from sim.numerics.codes import CHANNEL, EVENT, N_CHANNELS, N_PLACES, N_SECTORS, PLACE, STATUS_NAMES
from sim.observation.definitions import not_yet_issued
from sim.observation.public_money import by_year
from sim.report import style
from sim.report.comparison import answer
from sim.report.comparison.figures import drawable
from sim.report.comparison.figures import figure as comparison_figure
from sim.report.comparison.page import context
from sim.report.results import Results
from sim.report.told import Told
from sim.runs import disclosure, parquet
from sim.runs.run import DECISION, MOVE, WISH, Job, Run

MONTHS, RESIDENTS, ONE_IN = 5, 9_000, 100
LAMBDAS = (0.5, 0.62)
LITHUANIA, POLAND = PLACE["lithuania"], PLACE["poland"]
WINDOW = Window(0, LITHUANIA, ONE_IN, RESIDENTS)
NUMBERS = ["estimate", "low", "high"]


def nobody(scenario: str, lambda_: float, replicate: int, **changes) -> Run:
    """A run in which nothing happens to anybody, but for what is given."""
    whole, per_place = np.int64, (MONTHS, N_PLACES)
    usual = {
        "flows": np.zeros((MONTHS, N_PLACES, N_PLACES, N_CHANNELS), whole),
        "stocks": np.zeros((*per_place, len(STATUS_NAMES)), whole),
        "harms": np.zeros((MONTHS, len(HARMS)), whole),
        "expected_harms": np.zeros((MONTHS, len(EXPECTED))),
        "expected": np.zeros((*per_place, N_CHANNELS)),
        "claims": np.zeros(per_place),
        "moves": np.zeros(0, MOVE),
        "wishes": np.zeros(0, WISH),
        "decisions": np.zeros(0, DECISION),
        "blocked": np.zeros(MONTHS, whole),
        "residents_by_class": np.zeros(4, whole),
        "groups": np.zeros((MONTHS, len(who.MEASURES), N_PLACES, who.N_GROUPS), np.int32),
        "residents": np.zeros((*per_place, len(BANDS)), whole),
        "employed": np.zeros((*per_place, N_SECTORS), whole),
        "without_work": np.zeros(per_place, whole),
        "prisoners": np.zeros(MONTHS, whole),
        "called": np.zeros((MONTHS, N_CALLED)),
    }
    return Run(job=Job(scenario, lambda_, replicate), **(usual | changes))


def pairs(changes=lambda lambda_, replicate: {}, replicates: int = 3):
    """Pairs of runs of nobody; `changes` are what the scenario has at a lambda and replicate."""
    ours = [nobody("historical", lambda_, n) for lambda_ in LAMBDAS for n in range(replicates)]
    theirs = [nobody("ban", lambda_, n, **changes(lambda_, n)) for lambda_ in LAMBDAS for n in range(replicates)]
    return pair_up(ours, theirs)


def no_harms(run, keys, first):
    """Nobody is at risk."""
    return np.zeros((len(SUFFERED), len(keys)))


def whole_tables(found) -> dict[str, pd.DataFrame]:
    """The declared tables of some pairs, each known to be dense."""
    made = {
        "effects": effects_table(found, WINDOW, "ban", no_harms, lambda run, first: np.zeros(len(KINDS))),
        "taxonomy": taxonomy_table(found, WINDOW),
        "substitution": substitution_table(found, WINDOW),
        "final": final_table(found, WINDOW),
        "groups": groups_table(found[LAMBDAS[1]], WINDOW),
    }
    assert set(made) == set(dimensions.KEYS)
    return {name: dimensions.dense(name, table, LAMBDAS, "lithuania") for name, table in made.items()}


def test_where_nothing_happens_every_row_is_there_and_zero():
    made = whole_tables(pairs())
    shares = made["effects"]["measure"].isin(list(HORIZONS))  # of nothing lost there is none
    assert (made["effects"].loc[~shares, NUMBERS] == 0.0).all(axis=None)
    assert made["effects"].loc[shares, NUMBERS].isna().all(axis=None)
    assert (made["groups"][["baseline", "scenario", *NUMBERS]] == 0.0).all(axis=None)
    persons = made["taxonomy"].set_index("category")[["persons", "low", "high"]]
    assert (persons.loc["unchanged"] == RESIDENTS).all(axis=None)
    assert (persons.drop("unchanged") == 0.0).all(axis=None)
    for name, home in (("substitution", "stay"), ("final", "belarus")):
        at_home = (made[name]["baseline"] == home) & (made[name]["scenario"] == home)
        assert (made[name].loc[at_home, ["persons", "low", "high", "frechet_low", "frechet_high"]] == RESIDENTS).all(
            axis=None
        )
        assert (made[name].loc[~at_home, ["persons", "low", "high", "frechet_low", "frechet_high"]] == 0).all(axis=None)


def test_a_channel_used_in_one_world_of_one_replicate_at_one_lambda_has_its_row_at_every_lambda():
    def once(lambda_, replicate):
        expected = np.zeros((MONTHS, N_PLACES, N_CHANNELS))
        if (lambda_, replicate) == (0.5, 1):
            expected[3, LITHUANIA, CHANNEL["mediated"]] = 300.0
        return {"expected": expected}

    effects = whole_tables(pairs(once))["effects"].set_index(["measure", "destination", "lambda"])[NUMBERS].sort_index()
    found = effects.loc[("arrivals_by_channel:mediated", "lithuania")]
    assert found.loc[0.62].tolist() == [0.0, 0.0, 0.0]
    half = 2.919986 * 300.0 / 3.0  # Student's t of 2 degrees of freedom at 95% times s / sqrt(3) of (0, 300, 0)
    assert found.loc[0.5].tolist() == pytest.approx([100.0, 100.0 - half, 100.0 + half], rel=1e-6)
    assert effects.loc[("baseline_by_channel:mediated", "lithuania", 0.5)].tolist() == [0.0, 0.0, 0.0]


def test_a_life_in_one_replicate_only_has_its_cell_in_every_matrix():
    def one_leaves(lambda_, replicate):
        moves = np.zeros(1 if (lambda_, replicate) == (0.62, 2) else 0, MOVE)
        moves["kind"], moves["place"], moves["channel"] = EVENT["departed"], POLAND, CHANNEL["work"]
        moves["key"], moves["month"] = 256, 2
        return {"moves": moves}

    made = whole_tables(pairs(one_leaves))
    for name, home in (("substitution", "stay"), ("final", "belarus")):
        cell = made[name].set_index(["lambda", "baseline", "scenario"])["persons"]
        assert cell[(0.62, home, "poland")] == pytest.approx(ONE_IN / 3)
        assert cell[(0.5, home, "poland")] == 0.0
        assert cell.groupby(level="lambda").sum().tolist() == pytest.approx([RESIDENTS, RESIDENTS])
    induced = made["taxonomy"].set_index(["lambda", "category"])["persons"]
    assert induced[(0.62, "induced")] == pytest.approx(ONE_IN / 3) and induced[(0.5, "induced")] == 0.0


def test_a_group_of_nobody_is_a_row_of_zero_beside_one_of_somebody():
    def drafted(lambda_, replicate):
        counts = np.zeros((MONTHS, len(who.MEASURES), N_PLACES, who.N_GROUPS), np.int32)
        counts[1, who.MEASURES.index("drafted"), 0, who.labels().index(("sex", "male"))] = 2
        return {"groups": counts}

    rows = whole_tables(pairs(drafted))["groups"].set_index(["measure", "destination", "dimension", "group"])
    assert rows.loc[("drafted", "", "sex", "male"), ["scenario", *NUMBERS]].tolist() == [200.0, 200.0, 200.0, 200.0]
    assert rows.loc[("drafted", "", "sex", "female"), ["scenario", *NUMBERS]].tolist() == [0.0, 0.0, 0.0, 0.0]
    hidden = disclosure.hide_few(rows, ONE_IN, 3)
    assert np.isnan(hidden.loc[("drafted", "", "sex", "male"), "estimate"])  # six simulated people are few
    assert hidden.loc[("drafted", "", "sex", "female"), NUMBERS].tolist() == [0.0, 0.0, 0.0]  # nobody is not few


def test_a_table_with_a_row_missing_foreign_or_twice_is_told_by_its_cell():
    table = pd.DataFrame(dimensions.cells("taxonomy", LAMBDAS, "lithuania"), columns=["lambda", "category"])
    assert dimensions.dense("taxonomy", table, LAMBDAS, "lithuania") is table
    for wrong, words in (
        (table.drop(index=3), r"lacks row \(0.5, 'delayed'\)"),
        (pd.concat([table, table.iloc[[4]]]), r"has more than once row \(0.5, 'brought_forward'\)"),
        (
            pd.concat([table, pd.DataFrame({"lambda": [0.9], "category": ["stuck"]})]),
            r"undeclared row \(0.9, 'stuck'\)",
        ),
    ):
        with pytest.raises(ValueError, match=words):
            dimensions.dense("taxonomy", wrong, LAMBDAS, "lithuania")


@pytest.mark.filterwarnings("error")
def test_values_all_alike_have_an_interval_without_width():
    for value in (0.0, 0.1, -7e6, 1 / 3):
        found = estimate([value] * 7)
        assert (found.mean, found.low, found.high) == (value, value, value)
    told = verdict(headline(pairs()[0.62], WINDOW), "Lithuania")
    assert not told.enough and "±0 persons" in told.sentence and told.needed == 10


def test_tables_of_runs_in_which_nobody_moves_have_their_columns():
    run = nobody("historical", 0.5, 0)
    found = parquet.groups([run], ONE_IN)
    assert found.empty and {"lambda", "replicates", "measure", "persons"} <= set(found)
    assert disclosure.hide_few(found, ONE_IN, found["replicates"]).empty
    made = parquet.tables(run)
    assert len(made["flows"]) == len(made["moves"]) == 0 and len(made["harms"]) == MONTHS * len(HARMS)


@pytest.mark.parametrize(
    ("arrivals", "lag", "waiting"),
    [
        ([5.0], 7, [5.0]),  # a run of one month
        ([1.0, 2.0, 4.0], 7, [1.0, 3.0, 7.0]),  # shorter than the lag
        ([1.0, 2.0, 4.0], 2, [1.0, 3.0, 6.0]),
        ([1.0, 2.0], 0, [0.0, 0.0]),
    ],
)
def test_whoever_came_within_the_lag_has_no_permit_yet(arrivals, lag, waiting):
    assert not_yet_issued(np.array(arrivals), lag).tolist() == waiting


def test_years_of_a_short_run_are_sums_of_the_months_there_are():
    for months, sums in ((1, [1.0]), (7, [7.0]), (12, [12.0]), (14, [12.0, 2.0])):
        assert by_year(np.ones(months)).tolist() == sums


def _emptied(folder):
    """A comparison in which nobody is or moves abroad: monthly tables without such rows, every effect zero."""
    write(folder, replicates=2, lambdas=LAMBDAS)
    for world in ("historical", "lithuania_ban"):
        for name in ("flows", "stocks"):
            path = folder / world / f"{name}.parquet"
            frame = pd.read_parquet(path)
            if name == "stocks":
                frame = frame.assign(destination="belarus", status="home")
            frame.iloc[: 0 if name == "flows" else 10].to_parquet(path)
    for name in dimensions.KEYS:
        kept = pd.read_csv(folder / f"{name}.csv", keep_default_na=False).iloc[:0]
        frame = whole(name, kept, LAMBDAS)
        frame = frame.assign(scenario="lithuania_ban", unit="persons") if name == "effects" else frame
        frame.to_csv(folder / f"{name}.csv", index=False)
    for name in ("patterns", "naive_rules", "naive_summary", "reach"):
        pd.read_csv(folder / f"{name}.csv").iloc[:0].to_csv(folder / f"{name}.csv", index=False)
    return Results(sealed(folder))


@pytest.mark.filterwarnings("error")
def test_figures_and_page_of_nobody(tmp_path):
    results = _emptied(tmp_path / "empty")
    for frame in (results.arrivals(results.baseline), results.residents(results.scenario, 0.5)):
        assert list(frame) == list(dimensions.DESTINATIONS) and len(frame) == 2 * 84
        assert (frame == 0.0).all(axis=None)
    for name in drawable(results):
        drawn = style.files(comparison_figure(name), results)
        assert drawn["svg"].startswith(b"<?xml") and len(drawn["png"]) > 1000
    said = context(results)
    assert said["channels"] == [] and said["reach"] == [] and said["yardstick"]["groups"] == []
    sentences = said["first"].sentences
    assert len(sentences) == 1 and "no difference for anybody" in sentences[0]
    assert all(not table["rows"] for table in said["groups"])


def _with_effects(results, **estimates):
    """The results with other arrivals in Lithuania at every lambda."""
    effects = results.effects.copy()
    for measure, value in estimates.items():
        rows = (effects["measure"] == measure) & (effects["destination"] == "lithuania")
        effects.loc[rows, NUMBERS] = [value, value - 10, value + 10]
    results.__dict__["effects"] = effects
    return results


def test_arrivals_where_nobody_came_before_have_no_share(tmp_path):
    results = _with_effects(_emptied(tmp_path / "empty"), arrivals=9_000.0, baseline_arrivals=0.0)
    told = Told(results)
    assert answer.sentence(told).startswith("From ") or "by 9,000 (" in answer.sentence(told)
    assert told.value("arrivals", "lithuania").number == "+9,000" and told.value("arrivals", "lithuania").relative == ""


def test_a_share_of_few_is_not_told(tmp_path):
    write(tmp_path / "x", replicates=2, lambdas=LAMBDAS)
    path = tmp_path / "x" / "effects.csv"
    effects = pd.read_csv(path, keep_default_na=False)
    people = ~effects["measure"].str.contains("arrivals|baseline|scenario")
    effects.loc[people, NUMBERS] = effects.loc[people, NUMBERS] * 0.0
    effects.loc[effects["measure"].isin(["stuck", "changed"]), NUMBERS] = 500.0  # ten simulated people in both
    effects.to_csv(path, index=False)
    told = Told(Results(sealed(tmp_path / "x")))
    assert told.value("stay").number == "few" and told.value("stay").share == ""
    assert told.how_sure("stay") == "few"
